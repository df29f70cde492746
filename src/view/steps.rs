//! The steps that can be taken, and those that cannot, with the reason.

use crate::kernel::{Actor, Choice, Next, next};

use super::narrate::{step_label, wait_text};
use super::session::Session;

/// One actor's next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The choice, as a run writes it; also the row's key.
    pub choice: Choice,
    /// The kernel function.
    pub function: String,
    /// What the step does.
    pub text: String,
    /// Why it cannot be taken now, after "waits".
    pub blocked: Option<String>,
    /// It is the one that a step forward takes.
    pub is_next: bool,
    /// Where the function was read.
    pub source: &'static str,
}

/// Every actor that has a next step, enabled ones first, each in the machine's order.
pub fn steps(session: &Session) -> Vec<StepRow> {
    let run = session.run();
    let (setup, state) = (run.setup(), run.state());
    let planned = session.next_choice();
    let row = |actor: Actor| {
        let choice = Choice::from(actor);
        let (pc, blocked) = match next(setup, state, actor) {
            Next::Done => return None,
            Next::Ready { pc } => (pc, None),
            Next::Blocked { pc, wait } => (pc, Some(wait_text(setup, state, actor, wait))),
        };
        let (function, text) = step_label(setup, state, choice);
        let is_next = planned == Some(choice);
        Some(StepRow { choice, function, text, blocked, is_next, source: pc.info().source })
    };
    let mut rows: Vec<StepRow> = Actor::all().filter_map(row).collect();
    rows.sort_by_key(|row| row.blocked.is_some());
    rows
}
