//! How a search is reduced.

use crate::bounds::DEPTH_MAX;
use crate::kernel::{
    Actor, Promise, Quiet, Reduction, Setup, State, enabled_among, next_of_all, step,
};

use super::situation::Situations;

/// How a search is reduced.
#[derive(Clone, Copy)]
pub(super) struct Reduced {
    pub(super) quiet: Option<Quiet>,
    pub(super) reduction: Reduction,
    /// A run in which an actor waits and is served is already known, so the search need not find
    /// one.
    pub(super) told: bool,
}

/// The number of runs that are searched for an actor that waits.
const RUNS_AHEAD: u32 = 64;

impl Reduced {
    /// Finds what a search of the setup can leave out.
    pub(super) fn of(setup: &Setup) -> Reduced {
        let (quiet, reduction) = (Quiet::of(setup), Reduction::of(setup));
        let waits = waits_of_some_runs(setup);
        Reduced { quiet, reduction, told: waits.0 & waiting() == waiting() }
    }
}

/// The promises that are exercised when an actor waits and is served.
pub(super) const fn waiting() -> u16 {
    Promise::NoDeadlock.bit() | Promise::Progress.bit()
}

/// The actors that wait and are served in some runs, as [`Situations::compare`] finds them. Each
/// run chooses at another fraction of the list of choices.
fn waits_of_some_runs(setup: &Setup) -> Situations {
    let mut seen = Situations::default();
    for run in 1..=RUNS_AHEAD {
        let mut state = State::initial(setup);
        for at in 0..DEPTH_MAX {
            let nexts = next_of_all(setup, &state);
            let mut choices = Vec::new();
            enabled_among(&state, &nexts, &mut choices);
            // A power cut ends all waits.
            choices.retain(|choice| choice.actor != Actor::Power);
            let turn = (at + 1).wrapping_mul(run).wrapping_mul(0x9e37_79b1) >> 8;
            let Some(choice) = choices.get((turn as usize) % choices.len().max(1)) else { break };
            if step(setup, &mut state, *choice, &mut ()).is_err() {
                break;
            }
            seen.compare(setup, &nexts, &state);
        }
        if seen.0 & waiting() == waiting() {
            break;
        }
    }
    seen
}
