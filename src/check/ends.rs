//! How a run can stand, from the explorer's point of view.

use crate::kernel::{ACTORS, Choice, Next, Power, Stage, State, is_environment};

use super::graph::Standing;

/// How a state stands, given what every actor would do and the steps that can be taken.
pub(super) fn standing(state: &State, nexts: &[Next; ACTORS], enabled: &[Choice]) -> Standing {
    if state.bound.is_some() {
        return Standing::Bounded;
    }
    if state.power != Power::On {
        return Standing::Crashed;
    }
    if enabled.iter().any(|choice| !is_environment(state, *choice)) {
        return Standing::Running;
    }
    if nexts.iter().any(|next| matches!(next, Next::Blocked { .. })) {
        return Standing::Stuck;
    }
    if is_converted(state) { Standing::Finished } else { Standing::Abandoned }
}

/// Whether a step is one on which nobody may rely. That the journal is recovered once the power was
/// cut is none: nothing else can come of that.
pub(super) fn is_unasked(state: &State, choice: Choice) -> bool {
    state.power == Power::On && is_environment(state, choice)
}

/// Every io_end is converted. That its event was reaped is the program's affair.
fn is_converted(state: &State) -> bool {
    state.pending_conversions() == 0 && state.ios().all(|(_, io)| io.stage == Stage::Converted)
}
