//! The state that is being expanded, and what one step makes of it.

use crate::kernel::{Choice, Names, PIECES, Pc, Piece, Pieces, Setup, State, step_at};

use super::fingerprint::Fingerprint;
use super::situation::Situations;
use super::values::{Numbers, Values, fingerprint_of};

/// Two states, of which the second is the first but for a step that is being looked at. Only what
/// differs from what was here before is ever copied, encoded or mixed.
pub(super) struct Expansion {
    values: Values,
    /// The pieces that the setup has.
    pieces: Pieces,
    here: State,
    numbers: Numbers,
    /// What each piece adds to the fingerprint.
    shares: [Fingerprint; PIECES],
    /// The IOs, and the pieces in which IOs are named.
    named: Pieces,
    names: Names,
    fingerprint: Fingerprint,
    next: State,
    /// Pieces of `next` that may differ from those of `here`.
    touched: Pieces,
}

/// A state, as it is written down.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) numbers: Numbers,
    pub(super) fingerprint: Fingerprint,
    pub(super) broken: u16,
}

impl Expansion {
    /// Stands at the first state.
    pub(super) fn new(setup: &Setup) -> Expansion {
        let here = State::initial(setup);
        let mut expansion = Expansion {
            values: Values::new(setup),
            pieces: Pieces::of(setup),
            here,
            numbers: [0; PIECES],
            shares: [Fingerprint::NONE; PIECES],
            named: Pieces::NONE,
            names: Names::of(&here),
            fingerprint: Fingerprint::NONE,
            next: here,
            touched: Pieces::NONE,
        };
        for piece in expansion.pieces.iter() {
            expansion.numbers[piece.position()] = expansion.values.number(&here, piece);
        }
        expansion.weigh(expansion.pieces);
        expansion
    }

    /// The state.
    pub(super) fn here(&self) -> &State {
        &self.here
    }

    /// The state, as it is written down.
    pub(super) fn found(&self) -> Found {
        let Expansion { numbers, fingerprint, .. } = *self;
        Found { numbers, fingerprint, broken: self.here.broken }
    }

    /// What the last step led to.
    pub(super) fn next(&self) -> &State {
        &self.next
    }

    /// Bytes that the values of pieces take.
    pub(super) fn bytes(&self) -> u64 {
        self.values.bytes()
    }

    /// Goes to a state that was written down.
    pub(super) fn go_to(&mut self, setup: &Setup, numbers: &Numbers) {
        self.go_back();
        let stale = Pieces::differing(&self.numbers, numbers);
        self.numbers = *numbers;
        for at in stale.positions() {
            self.values.put(numbers[at], Piece::ALL[at], &mut self.here);
        }
        // `next` still has what `here` had.
        let names = self.names_of(&self.next, &self.here, stale);
        for piece in stale.iter() {
            self.next.copy_piece(piece, &self.here);
        }
        let renamed = self.renamed(&names);
        self.names = names;
        self.weigh(stale | renamed);
        debug_assert_eq!(self.fingerprint, fingerprint_of(setup, &self.here));
    }

    /// Takes a step from here.
    pub(super) fn step(
        &mut self,
        setup: &Setup,
        choice: Choice,
        pc: Pc,
        obs: &mut Situations,
    ) -> Found {
        self.go_back();
        self.touched = step_at(setup, &mut self.next, choice, pc, obs);
        let step = u32::from(choice.actor.position()) << 8 | pc as u32;
        let mut numbers = self.numbers;
        let mut stale = Pieces::NONE;
        for at in self.touched.and(self.pieces).positions() {
            let number = self.values.number_after(step, numbers[at], &self.next, at);
            if numbers[at] != number {
                numbers[at] = number;
                stale = stale.with(at);
            }
        }
        let names = self.names_of(&self.here, &self.next, stale);
        let mut fingerprint = self.fingerprint;
        for at in (stale | self.renamed(&names)).positions() {
            let share = self.values.share(numbers[at], Piece::ALL[at], &names);
            fingerprint = fingerprint.minus(self.shares[at]).plus(share);
        }
        Found { numbers, fingerprint, broken: self.next.broken }
    }

    /// Makes `next` equal to `here` again.
    fn go_back(&mut self) {
        for piece in core::mem::take(&mut self.touched).iter() {
            self.next.copy_piece(piece, &self.here);
        }
        debug_assert_eq!(self.next, self.here, "a step has changed more than it touched");
    }

    /// How IOs are called in a state that differs in some pieces from one with the names of `here`.
    fn names_of(&self, before: &State, after: &State, changed: Pieces) -> Names {
        let ios = changed.and(Pieces::IOS).positions().map(|at| at as u8 - Pieces::IO_FIRST);
        if self.names.hold(before, after, ios) { self.names } else { Names::of(after) }
    }

    /// The pieces that are called otherwise, or name others so.
    fn renamed(&self, names: &Names) -> Pieces {
        if *names == self.names { Pieces::NONE } else { self.named }
    }

    /// Finds out anew what some pieces of `here` add to its fingerprint.
    fn weigh(&mut self, stale: Pieces) {
        for at in stale.positions() {
            let share = self.values.share(self.numbers[at], Piece::ALL[at], &self.names);
            let before = core::mem::replace(&mut self.shares[at], share);
            self.named = self.named.without(at);
            if self.values.names_ios(self.numbers[at], Piece::ALL[at]) {
                self.named = self.named.with(at);
            }
            self.fingerprint = self.fingerprint.minus(before).plus(share);
        }
    }
}
