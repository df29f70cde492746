//! The next steps of two designs in one list. Both sides take a step if they can.

use crate::kernel::Choice;
use crate::scenario::Run;

use crate::view::panels::{StepRow, steps};

use super::side::SIDES;

/// The steps of both sides at their cursors: first those that at least one side can take, then the
/// others.
pub fn steps_of_both(first: &Run, second: &Run, planned: Option<Choice>) -> Vec<StepRow> {
    let (own, others) = (steps(first, planned), steps(second, planned));
    let is_enabled = |row: &&StepRow| row.blocked.is_none();
    let find = |rows: &[StepRow], choice: Choice| {
        rows.iter().filter(is_enabled).find(|row| row.choice == choice).cloned()
    };
    let mut rows: Vec<StepRow> = Vec::new();
    for row in own.iter().filter(is_enabled) {
        // If the second side does not have this step, it takes another step of the same actor.
        let goes_too =
            others.iter().filter(is_enabled).any(|other| other.choice.actor == row.choice.actor);
        rows.push(StepRow { only: (!goes_too).then_some(SIDES[0]), ..row.clone() });
    }
    for row in others.iter().filter(is_enabled) {
        if find(&own, row.choice).is_none() {
            rows.push(StepRow { only: Some(SIDES[1]), ..row.clone() });
        }
    }
    for row in own.iter().filter(|row| row.blocked.is_some()) {
        if rows.iter().all(|other| other.choice.actor != row.choice.actor) {
            rows.push(row.clone());
        }
    }
    rows
}
