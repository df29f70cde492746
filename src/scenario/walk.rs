//! Random runs: the same seed takes the same choices everywhere.

use crate::bounds::STEPS_MAX;
use crate::kernel::{Choice, Promise, Setup, State, deadlocked, enabled, is_stuck, step};

/// Chance with a memory: SplitMix64, whose whole state is the seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

/// Random runs of one setup at least, and at most.
const WALKS_MIN: u32 = 100;
const WALKS_MAX: u32 = 20_000;

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
        // For so few sides the upper half of a product is as even as a remainder.
        (((z >> 32) * u64::from(sides)) >> 32) as u32
    }

    /// One of the choices, if there are any.
    pub fn choose(&mut self, choices: &[Choice]) -> Option<Choice> {
        choices.get(self.throw(choices.len() as u32) as usize).copied()
    }
}

/// Takes random steps until nothing can be done any more; returns the promises that were broken,
/// as bits. A run that ends in a deadlock breaks NO-DEADLOCK, and with it PROGRESS.
pub fn walk(setup: &Setup, dice: &mut Dice) -> u16 {
    let mut state = State::initial(setup);
    for _ in 0..STEPS_MAX {
        let Some(choice) = dice.choose(&enabled(setup, &state)) else { break };
        // `enabled` lists what `step` takes; a refusal would end the run all the same.
        if step(setup, &mut state, choice, &mut ()).is_err() {
            break;
        }
    }
    let dead = is_stuck(setup, &state) || !deadlocked(setup, &state).is_empty();
    let bits = Promise::NoDeadlock.bit() | Promise::Progress.bit();
    state.broken | if dead { bits } else { 0 }
}

/// Takes random runs until what is expected was broken, or there have been enough of them; returns
/// what was broken.
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

/// Changes of the actor in a run.
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
