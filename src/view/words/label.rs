//! The description of a step, for its button and for a line of plain text.

use crate::kernel::{Actor, Choice, Next, Pc, Setup, State, next, place_of};
use crate::scenario::Run;

use super::names::{io_name, op_text};
use super::wrap::{COLUMNS_MAX, wrap};

/// The description of a step for a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLabel {
    /// The actor that steps: `t1`, `irq:io2`, …
    pub actor: String,
    /// The kernel function: `ext4_end_io_bh`, …
    pub function: &'static str,
    /// What the step does, in a few words.
    pub does: String,
    /// The file and the version of the function.
    pub source: &'static str,
}

/// The description of a choice.
pub fn step_label(setup: &Setup, state: &State, choice: Choice) -> StepLabel {
    let pc = match next(setup, state, choice.actor) {
        Next::Ready { pc } => place_of(setup, state, choice, pc),
        Next::Blocked { pc, .. } => pc,
        Next::Done => Pc::Idle,
    };
    let info = pc.info_in(&setup.design.knobs);
    let failure = failure(choice).map_or(String::new(), |what| format!(": {what}"));
    StepLabel {
        actor: choice.actor.to_string(),
        function: info.function,
        does: format!(
            "{}{}{failure}",
            does(setup, state, choice.actor, pc),
            subject_of(setup, state, choice.actor, pc)
        ),
        source: info.source,
    }
}

/// What an actor does in a step at a place. If all slots are used, an `io_submit` that can step
/// first reaps an event, or returns a short count.
pub fn does(setup: &Setup, state: &State, actor: Actor, pc: Pc) -> &'static str {
    let task = actor.task().map(|task| state.tasks[usize::from(task)].submitting);
    match (pc, task) {
        (Pc::IoSubmit, Some(batch)) if state.slots_used() >= setup.slots => {
            match (batch.iocb > batch.returned, state.events.is_empty()) {
                (true, _) => "return the short count",
                (false, false) => "reap an event first",
                (false, true) => pc.info_in(&setup.design.knobs).does,
            }
        }
        _ => pc.info_in(&setup.design.knobs).does,
    }
}

/// The failure that an ordinal stands for.
pub(in crate::view) fn failure(choice: Choice) -> Option<&'static str> {
    match (choice.actor, choice.ordinal) {
        (_, 0) => None,
        (Actor::Irq(_), 1) => Some("the bio fails with EIO"),
        (Actor::Irq(_), _) => Some("no memory for the entry"),
        (_, _) => Some("fails with ENOSPC"),
    }
}

/// A step of a run as a line of plain text that fits into a mail: its number, the actor, and what
/// it does. The name of the kernel function comes first, if there is room for it.
pub fn step_line(run: &Run, step: usize) -> Option<String> {
    let choice = *run.choices().get(step)?;
    let label = step_label(run.setup(), run.state_at(step), choice);
    let start = format!("{:>4}  {:<10} ", step + 1, choice.to_string());
    let long = format!("{start}{}: {}", label.function, label.does);
    let is_long = label.function.is_empty() || long.chars().count() > COLUMNS_MAX as usize;
    // A long text continues on another line, because its end says what the step led to.
    Some(if is_long { wrap(&start, &label.does) } else { long })
}

/// The object of a step, for its button: ` of write A`, ` for [0/8)`.
pub(super) fn subject_of(setup: &Setup, state: &State, actor: Actor, pc: Pc) -> String {
    match actor {
        Actor::Irq(_) if pc == Pc::Idle => String::new(),
        Actor::Irq(io) => format!(", {}", io_name(state, io)),
        Actor::Jbd2 | Actor::Shrinker | Actor::Power => String::new(),
        Actor::Thread(t) if state.tasks[usize::from(t)].depth() < 2 => {
            let op = state.tasks[usize::from(t)].current(setup, t);
            op.map_or(String::new(), |op| format!(" ({})", op_text(setup, op)))
        }
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher => {
            let top = actor.task().and_then(|t| state.tasks[usize::from(t)].top());
            match top.and_then(|frame| Some((frame.pc, frame.on.io()?))) {
                Some((Pc::EndIo | Pc::DioComplete | Pc::ConvertStart | Pc::ConvertMap, io)) => {
                    format!(", {}", io_name(state, io))
                }
                _ => String::new(),
            }
        }
    }
}
