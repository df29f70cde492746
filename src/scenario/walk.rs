//! Random runs: the same seed takes the same choices everywhere.

use crate::check::ends;
use crate::kernel::{Choice, Promise, Setup, State, enabled, step};

use super::Scenario;

/// Chance with a memory: SplitMix64, whose whole state is the seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that throw the same for the same seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `sides`; 0 if there are no sides.
    pub fn throw(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The upper half of a product is as good as a remainder, for so few sides.
        ((z >> 32) * u64::from(sides) >> 32) as u32
    }

    /// One of the choices, if there are any.
    pub fn choose(&mut self, choices: &[Choice]) -> Option<Choice> {
        choices.get(self.throw(choices.len() as u32) as usize).copied()
    }
}

/// Takes random steps until nothing can be done, or `steps` have been taken; returns the promises
/// that were broken, as bits.
pub fn walk(setup: &Setup, dice: &mut Dice, steps: u32) -> u16 {
    let mut state = State::initial(setup);
    for _ in 0..steps {
        let choices = enabled(setup, &state);
        let Some(choice) = dice.choose(&choices) else { break };
        if step(setup, &mut state, choice, &mut ()).is_err() {
            break;
        }
    }
    let stuck = ends::is_stuck(setup, &state) || ends::is_deadlocked(setup, &state);
    state.broken | if stuck { Promise::NoDeadlock.bit() | Promise::Progress.bit() } else { 0 }
}

/// Random runs of one setup at most.
const WALKS_MAX: u32 = 4_000;

/// Takes random runs until what is expected was broken, and as many again at least as would be
/// odd to break nothing else; returns what was broken.
pub fn many(setup: &Setup, dice: &mut Dice, expected: u16) -> u16 {
    let mut broken = 0;
    for walked in 0..WALKS_MAX {
        broken |= walk(setup, dice, STEPS_MAX);
        if walked >= WALKS_MIN && broken & expected == expected {
            break;
        }
    }
    broken
}

/// Random runs of one setup at least.
const WALKS_MIN: u32 = 200;
