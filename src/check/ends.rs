//! How a run can stand, from the explorer's point of view.

use crate::kernel::{Acked, Actor, Choice, Next, Setup, Stage, State, deadlocked, next};

use super::graph::Standing;

/// How a state stands, given the steps that can be taken there.
pub(super) fn standing(setup: &Setup, state: &State, enabled: &[Choice]) -> Standing {
    if state.bound.is_some() {
        return Standing::Bounded;
    }
    if enabled.iter().any(|choice| !is_environment(choice.actor)) {
        return Standing::Running;
    }
    if is_finished(setup, state) { Standing::Finished } else { Standing::Stuck }
}

/// Whether some actors can never step again, whatever the others do.
pub(super) fn is_deadlocked(setup: &Setup, state: &State) -> bool {
    !deadlocked(setup, state).is_empty()
}

/// Whether an actor stands for what may happen or not: shrinking, failures, the power.
fn is_environment(_: Actor) -> bool {
    false
}

/// Every thread is through, every io_end is converted, and nobody waits for anything.
fn is_finished(setup: &Setup, state: &State) -> bool {
    let converted = |stage| matches!(stage, Stage::Free | Stage::Converted);
    state.pending_conversions() == 0
        && state.ios().all(|(_, io)| converted(io.stage) && (io.aio || io.ack == Acked::Reaped))
        && Actor::all()
            .filter(|actor| !is_environment(*actor))
            .all(|actor| next(setup, state, actor) == Next::Done)
}
