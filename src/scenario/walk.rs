//! Random runs. The same seed gives the same choices on every target.

use crate::bounds::STEPS_MAX;
use crate::kernel::{Choice, Promise, Setup, State, deadlocked, enabled, is_stuck, step};

/// A random number generator: SplitMix64, whose whole state is the seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

/// The smallest and the largest number of random runs of one setup.
const WALKS_MIN: u32 = 100;
const WALKS_MAX: u32 = 20_000;

impl Dice {
    /// A generator that gives the same numbers for the same seed.
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
        // For such small numbers the upper half of a product is as uniform as a remainder.
        (((z >> 32) * u64::from(sides)) >> 32) as u32
    }

    /// A random choice, or `None` if the list is empty.
    pub fn choose(&mut self, choices: &[Choice]) -> Option<Choice> {
        choices.get(self.throw(choices.len() as u32) as usize).copied()
    }
}

/// Takes random steps until no step is possible; returns the broken promises as bits. A run that
/// ends in a deadlock breaks NO-DEADLOCK, and with it PROGRESS.
pub fn walk(setup: &Setup, dice: &mut Dice) -> u16 {
    let mut state = State::initial(setup);
    for _ in 0..STEPS_MAX {
        let Some(choice) = dice.choose(&enabled(setup, &state)) else { break };
        // `enabled` lists only choices that `step` takes; an error would end the run.
        if step(setup, &mut state, choice, &mut ()).is_err() {
            break;
        }
    }
    let dead = is_stuck(setup, &state) || !deadlocked(setup, &state).is_empty();
    let bits = Promise::NoDeadlock.bit() | Promise::Progress.bit();
    state.broken | if dead { bits } else { 0 }
}

/// Takes random runs until the expected promises are broken, or until the largest number of runs;
/// returns the broken promises.
pub fn walks(setup: &Setup, dice: &mut Dice, expected: u16) -> u16 {
    let mut broken = 0;
    for walked in 0..WALKS_MAX {
        if walked >= WALKS_MIN && broken & expected == expected {
            break;
        }
        broken |= walk(setup, dice);
    }
    broken
}

/// Number of changes of the actor in a run.
pub fn switches(run: &[Choice]) -> u32 {
    run.windows(2).filter(|pair| pair[0].actor != pair[1].actor).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_side_comes_up_about_as_often() {
        let mut dice = Dice::new(7);
        let mut counts = [0_u32; 6];
        (0..6_000).for_each(|_| counts[dice.throw(6) as usize] += 1);
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        assert_eq!(dice.throw(0), 0);
        assert_eq!(dice.choose(&[]), None);
    }
}
