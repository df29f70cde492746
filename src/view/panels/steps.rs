//! The steps that can be taken, and those that cannot, with the reason.

use crate::kernel::{Actor, Choice, Next, is_environment, next};

use crate::scenario::Run;
use crate::view::words::{StepLabel, sorted, step_label, wait_text};

/// One step of an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The choice in the form of a run, which is also the key of the row.
    pub choice: Choice,
    /// The function, its source, and what the step does.
    pub label: StepLabel,
    /// The reason why it cannot be taken now: `waits for an event`.
    pub blocked: Option<String>,
    /// True for a step of the environment: memory pressure, a power cut, a failure.
    pub is_environment: bool,
    /// True for the step that a step forward takes.
    pub is_next: bool,
    /// With two designs side by side: the side, if only one can take it.
    pub only: Option<&'static str>,
}

/// All steps of all actors: first those of threads and the kernel, then those of the environment,
/// then those that have to wait, each in the machine's order. `planned` is the choice of a step
/// forward.
pub fn steps(run: &Run, planned: Option<Choice>) -> Vec<StepRow> {
    let (setup, state) = (run.setup(), run.state());
    let row = |choice: Choice, blocked: Option<String>| {
        let label = step_label(setup, state, choice);
        let is_environment = is_environment(state, choice);
        let is_next = planned == Some(choice);
        StepRow { choice, label, blocked, is_environment, is_next, only: None }
    };
    let rows = run.enabled().into_iter().map(|c| row(c, None)).collect();
    let mut rows = sorted(rows, |row: &StepRow| row.is_environment.into());
    rows.extend(Actor::all().filter_map(|actor| match next(setup, state, actor) {
        Next::Blocked { wait, .. } => {
            Some(row(Choice::from(actor), Some(wait_text(setup, state, wait))))
        }
        Next::Ready { .. } | Next::Done => None,
    }));
    rows
}
