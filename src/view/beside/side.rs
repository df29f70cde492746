//! The names of the sides, and the reason why a side stands still.

use crate::kernel::{Actor, Next, next};
use crate::scenario::Run;
use crate::view::words::wait_text;

/// The names of the sides.
pub const SIDES: [&str; 2] = ["A", "B"];

/// The reason why an actor cannot take a step at the cursor.
pub(in crate::view) fn stands(run: &Run, actor: Actor) -> String {
    match next(run.setup(), run.state(), actor) {
        Next::Blocked { wait, .. } => wait_text(run.setup(), run.state(), wait),
        Next::Ready { .. } | Next::Done => "has nothing to do".into(),
    }
}
