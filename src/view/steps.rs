//! The steps that can be taken, and those that cannot, with the reason.

use crate::kernel::{Actor, Choice, Next, next};

use super::narrate::{StepLabel, step_label, wait_text};
use super::session::Session;

/// One actor's next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The choice, as a run writes it; also the row's key.
    pub choice: Choice,
    /// Function, source and what the step does.
    pub label: StepLabel,
    /// Why it cannot be taken now: `waits for an event`.
    pub blocked: Option<String>,
    /// It is the one that a step forward takes.
    pub is_next: bool,
}

/// Every actor that has a next step, enabled ones first, each in the machine's order.
pub fn steps(session: &Session) -> Vec<StepRow> {
    let run = session.run();
    let (setup, state) = (run.setup(), run.state());
    let planned = session.next_choice();
    let row = |actor: Actor| {
        let choice = Choice::from(actor);
        let blocked = match next(setup, state, actor) {
            Next::Done => return None,
            Next::Ready { .. } => None,
            Next::Blocked { wait, .. } => Some(wait_text(setup, state, wait)),
        };
        let label = step_label(setup, state, choice);
        let is_next = planned == Some(choice);
        Some(StepRow { choice, label, blocked, is_next })
    };
    let mut rows: Vec<StepRow> = Actor::all().filter_map(row).collect();
    rows.sort_by_key(|row| row.blocked.is_some());
    rows
}
