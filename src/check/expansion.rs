//! The state that is being expanded, and the result of one step from it.

use crate::kernel::{Choice, Names, PIECES, Pc, Piece, Pieces, Setup, State, step_at};

use super::fingerprint::Fingerprint;
use super::graph::Edge;
use super::situation::Situations;
use super::values::{News, Numbers, Values, fingerprint_of};

/// Two states: the second equals the first except for the step that is being examined. Only the
/// pieces in which a state differs from its predecessor are copied, encoded and mixed. Each thread
/// of a search has one.
pub(super) struct Expansion {
    news: News,
    /// The pieces that the setup has.
    pieces: Pieces,
    here: State,
    numbers: Numbers,
    /// The contribution of each piece to the fingerprint.
    shares: [Fingerprint; PIECES],
    /// The IOs, and the pieces that name IOs.
    named: Pieces,
    names: Names,
    fingerprint: Fingerprint,
    next: State,
    /// Pieces of `next` that may differ from those of `here`.
    touched: Pieces,
}

/// The record of a step: the state after it, by its difference from the state before.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// The pieces that differ.
    pub(super) changed: Pieces,
    pub(super) fingerprint: Fingerprint,
    pub(super) broken: u16,
    pub(super) edge: Edge,
    /// The number of the state after it, if it was visited before.
    pub(super) known: Option<u32>,
}

/// The records of some steps.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) steps: Vec<Step>,
    /// The numbers of the pieces that each step has changed, in the order of the pieces.
    pub(super) numbers: Vec<u32>,
}

impl Steps {
    pub(super) fn clear(&mut self) {
        self.steps.clear();
        self.numbers.clear();
    }
}

impl Expansion {
    /// Starts at the initial state, whose values become known.
    pub(super) fn new(setup: &Setup, values: &mut Values) -> Expansion {
        let here = State::initial(setup);
        let mut expansion = Expansion {
            news: News::new(),
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
        let news = &mut expansion.news;
        for piece in expansion.pieces.iter() {
            let number = news.number(values, &here, piece);
            expansion.numbers[piece.position()] = values.learn(news, number, piece);
        }
        news.clear();
        expansion.weigh(values, expansion.pieces);
        expansion
    }

    /// The state that is being expanded.
    pub(super) fn here(&self) -> &State {
        &self.here
    }

    /// The numbers of the values of the state that is being expanded.
    pub(super) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// The fingerprint of the state that is being expanded.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The state after the last step.
    pub(super) fn next(&self) -> &State {
        &self.next
    }

    /// The values that were found and are not known yet.
    pub(super) fn news(&mut self) -> &mut News {
        &mut self.news
    }

    /// Moves to a stored state.
    pub(super) fn go_to(&mut self, setup: &Setup, values: &Values, numbers: &Numbers) {
        self.go_back();
        let stale = Pieces::differing(&self.numbers, numbers);
        self.numbers = *numbers;
        for at in stale.positions() {
            values.put(numbers[at], Piece::ALL[at], &mut self.here);
        }
        // `next` still holds the previous contents of `here`.
        let names = self.names_of(&self.next, &self.here, stale);
        for piece in stale.iter() {
            self.next.copy_piece(piece, &self.here);
        }
        let renamed = self.renamed(&names);
        self.names = names;
        self.weigh(values, stale | renamed);
        debug_assert_eq!(self.fingerprint, fingerprint_of(setup, &self.here));
    }

    /// Takes a step from `here`; the result is in `next`. Adds its record to others.
    pub(super) fn step(
        &mut self,
        (setup, values): (&Setup, &Values),
        (choice, pc): (Choice, Pc),
        edge: Edge,
        obs: &mut Situations,
        steps: &mut Steps,
    ) {
        let Steps { steps, numbers } = steps;
        self.go_back();
        self.touched = step_at(setup, &mut self.next, choice, pc, obs);
        let step = u32::from(choice.actor.position()) << 8 | pc as u32;
        let mut changed = Pieces::NONE;
        let first = numbers.len();
        for at in self.touched.and(self.pieces).positions() {
            let before = self.numbers[at];
            let number = self.news.number_after(values, step, before, &self.next, at);
            if before != number {
                numbers.push(number);
                changed = changed.with(at);
            }
        }
        let names = self.names_of(&self.here, &self.next, changed);
        let mut fingerprint = self.fingerprint;
        let mut news = numbers[first..].iter();
        for at in changed.positions() {
            let number = news.next().copied().unwrap_or_default();
            let share = self.news.share(values, number, Piece::ALL[at], &names);
            fingerprint = fingerprint.minus(self.shares[at]).plus(share);
        }
        for at in self.renamed(&names).minus(changed).positions() {
            let share = self.news.share(values, self.numbers[at], Piece::ALL[at], &names);
            fingerprint = fingerprint.minus(self.shares[at]).plus(share);
        }
        steps.push(Step { changed, fingerprint, broken: self.next.broken, edge, known: None });
    }

    /// Makes `next` equal to `here` again.
    fn go_back(&mut self) {
        for piece in core::mem::take(&mut self.touched).iter() {
            self.next.copy_piece(piece, &self.here);
        }
        debug_assert_eq!(self.next, self.here, "a step has changed more than it touched");
    }

    /// The names of IOs in a state, given a state with the names of `here` and the pieces in which
    /// the two differ.
    fn names_of(&self, before: &State, after: &State, changed: Pieces) -> Names {
        let ios = changed.and(Pieces::IOS).positions().map(|at| at as u8 - Pieces::IO_FIRST);
        if self.names.hold(before, after, ios) { self.names } else { Names::of(after) }
    }

    /// The pieces whose own name changes with the names of IOs, or which name IOs.
    fn renamed(&self, names: &Names) -> Pieces {
        if *names == self.names { Pieces::NONE } else { self.named }
    }

    /// Computes the contribution of some pieces of `here` to its fingerprint again.
    fn weigh(&mut self, values: &Values, stale: Pieces) {
        for at in stale.positions() {
            let (number, piece) = (self.numbers[at], Piece::ALL[at]);
            let share = self.news.share(values, number, piece, &self.names);
            let before = core::mem::replace(&mut self.shares[at], share);
            self.named = self.named.without(at);
            if self.news.names_ios(values, number, piece) {
                self.named = self.named.with(at);
            }
            self.fingerprint = self.fingerprint.minus(before).plus(share);
        }
    }
}

/// The numbers of a state, from those of another one and of the pieces in which they differ.
pub(super) fn numbers_after(before: &Numbers, changed: Pieces, numbers: &[u32]) -> Numbers {
    let mut after = *before;
    for (at, number) in changed.positions().zip(numbers) {
        after[at] = *number;
    }
    after
}
