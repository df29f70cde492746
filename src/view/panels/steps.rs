//! The steps that can be taken, and those that cannot, with the reason.

use crate::kernel::{Actor, Choice, Next, is_environment, next};

use crate::scenario::Run;
use crate::view::words::{StepLabel, sorted, step_label, wait_text};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The choice, as a run writes it; also the row's key.
    pub choice: Choice,
    /// Function, source and what the step does.
    pub label: StepLabel,
    /// Why it cannot be taken now: `waits for an event`.
    pub blocked: Option<String>,
    /// It happens unasked: memory pressure, a power cut, a failure.
    pub is_environment: bool,
    /// It is the one that a step forward takes.
    pub is_next: bool,
}

/// Every step of every actor: those of threads and the kernel, those of the environment, those
/// that have to wait; each in the machine's order. A step forward takes the planned one.
pub fn steps(run: &Run, planned: Option<Choice>) -> Vec<StepRow> {
    let (setup, state) = (run.setup(), run.state());
    let row = |choice: Choice, blocked: Option<String>| {
        let label = step_label(setup, state, choice);
        let is_environment = is_environment(state, choice);
        StepRow { choice, label, blocked, is_environment, is_next: planned == Some(choice) }
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
