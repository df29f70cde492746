//! Classifies a state for the search: running, finished, stuck, abandoned, crashed or bounded.

use crate::kernel::{
    ACTORS, Choice, Next, Power, Setup, Stage, State, enabled_among, is_environment, next_of_all,
};

use super::graph::Standing;

/// The standing of a state, given the next step of every actor and the possible steps.
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

/// Whether only the environment can take a step in a state, and the state is not a good end.
pub(super) fn is_bad_end(setup: &Setup, state: &State) -> bool {
    let (nexts, mut enabled) = (next_of_all(setup, state), Vec::new());
    enabled_among(state, &nexts, &mut enabled);
    matches!(standing(state, &nexts, &enabled), Standing::Stuck | Standing::Abandoned)
}

/// Whether a step belongs to the environment, so that no promise may depend on it. Recovery after a
/// power cut does not count, because nothing else can follow the cut.
pub(super) fn is_unasked(state: &State, choice: Choice) -> bool {
    state.power == Power::On && is_environment(state, choice)
}

/// Whether every io_end is converted. Events may be unreaped; reaping is up to the program.
fn is_converted(state: &State) -> bool {
    state.pending_conversions() == 0 && state.ios().all(|(_, io)| io.stage == Stage::Converted)
}
