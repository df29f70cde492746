//! Records which promises were put to the test. A promise that was never tested holds for no
//! reason.

use crate::kernel::{ACTORS, Actor, Next, Note, Observer, Promise, Setup, State, next};

/// Collects the promises that were put to the test ([`Note::Checked`]), as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situations(pub u16);

impl Observer for Situations {
    fn note(&mut self, note: Note) {
        if let Note::Checked(promise) = note {
            self.0 |= promise.bit();
        }
    }
}

impl Situations {
    /// Adds the situations that no step notes: an actor waited before the step, and the step let it
    /// go on.
    pub fn compare(&mut self, setup: &Setup, before: &[Next; ACTORS], after: &State) {
        let waits = Promise::NoDeadlock.bit();
        let served = Promise::Progress.bit();
        if self.0 & waits != 0 && self.0 & served != 0 {
            return;
        }
        for (actor, before) in Actor::ALL.into_iter().zip(before) {
            if matches!(before, Next::Blocked { .. }) {
                self.0 |= waits;
                if matches!(next(setup, after, actor), Next::Ready { .. }) {
                    self.0 |= served;
                }
            }
        }
    }
}
