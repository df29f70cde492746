//! How a run can stand, from the explorer's point of view.

use crate::kernel::{
    Actor, Choice, Next, Power, Setup, Stage, State, deadlocked, is_environment, next,
};

use super::graph::Standing;

/// How a state stands, given the steps that can be taken there.
pub(super) fn standing(setup: &Setup, state: &State, enabled: &[Choice]) -> Standing {
    if state.bound.is_some() {
        return Standing::Bounded;
    }
    if state.power != Power::On {
        return Standing::Crashed;
    }
    if enabled.iter().any(|choice| !is_environment(state, *choice)) {
        return Standing::Running;
    }
    if Actor::all().any(|actor| matches!(next(setup, state, actor), Next::Blocked { .. })) {
        return Standing::Stuck;
    }
    if is_converted(state) { Standing::Finished } else { Standing::Abandoned }
}

/// Whether some actors can never step again, whatever the others do.
pub(super) fn is_deadlocked(setup: &Setup, state: &State) -> bool {
    !deadlocked(setup, state).is_empty()
}

/// Every io_end is converted. That its event was reaped is the program's affair.
fn is_converted(state: &State) -> bool {
    state.pending_conversions() == 0 && state.ios().all(|(_, io)| io.stage == Stage::Converted)
}
