//! States that were found and not yet expanded, in order.

use std::collections::VecDeque;

use crate::kernel::State;

/// A queue in pieces: states are written once and read in place, and what was read is used again.
/// (A ring that doubles would copy all of them whenever it grows, and never shrink.)
pub(super) struct Frontier {
    pieces: VecDeque<Vec<State>>,
    /// States of the first piece that have been taken.
    taken: usize,
    spare: Option<Vec<State>>,
    len: u32,
    peak: u32,
}

/// States of one piece: some hundred kilobytes.
const PIECE: usize = 128;

impl Frontier {
    pub(super) fn new() -> Frontier {
        Frontier { pieces: VecDeque::new(), taken: 0, spare: None, len: 0, peak: 0 }
    }

    pub(super) fn push(&mut self, state: &State) {
        if self.pieces.back().is_none_or(|piece| piece.len() == PIECE) {
            // The first piece of a small search stays small.
            let capacity = if self.pieces.is_empty() { 4 } else { PIECE };
            let piece = self.spare.take().unwrap_or_else(|| Vec::with_capacity(capacity));
            self.pieces.push_back(piece);
        }
        if let Some(piece) = self.pieces.back_mut() {
            piece.push(*state);
            self.len += 1;
            self.peak = self.peak.max(self.len);
        }
    }

    /// The oldest state, where it lies.
    #[inline]
    pub(super) fn first(&self) -> Option<&State> {
        self.pieces.front()?.get(self.taken)
    }

    /// Reads the state that comes after the oldest. It was written long ago and lies far away:
    /// reads that follow each other in memory bring it near at once, those of a step one by one.
    #[inline]
    pub(super) fn touch_second(&self) {
        let here = self.pieces.front().and_then(|piece| piece.get(self.taken + 1));
        let second = here.or_else(|| self.pieces.get(1)?.first());
        core::hint::black_box(second.copied());
    }

    /// All states, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &State> {
        self.pieces.iter().flatten().skip(self.taken)
    }

    /// Takes the oldest state out.
    pub(super) fn drop_first(&mut self) {
        self.taken += 1;
        self.len -= 1;
        if self.taken == PIECE {
            self.taken = 0;
            if let Some(mut piece) = self.pieces.pop_front() {
                piece.clear();
                self.spare = Some(piece);
            }
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// The most states there have been.
    pub(super) fn peak(&self) -> u32 {
        self.peak
    }

    pub(super) fn bytes(&self) -> u64 {
        let states: usize = self.pieces.iter().chain(&self.spare).map(Vec::capacity).sum();
        (states * size_of::<State>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Row, Setup};

    #[test]
    fn states_come_out_in_order() {
        let mut state = State::initial(&Setup::new(Row::V3_8));
        let mut frontier = Frontier::new();
        let (mut pushed, mut taken) = (0_u16, 0_u16);
        for round in 1..40 {
            for _ in 0..round * 7 % 50 {
                state.broken = pushed;
                frontier.push(&state);
                pushed += 1;
            }
            for _ in 0..round * 5 % 50 {
                let Some(first) = frontier.first() else { break };
                assert_eq!(first.broken, taken);
                frontier.drop_first();
                taken += 1;
            }
            assert_eq!(frontier.len(), u32::from(pushed - taken));
        }
        assert!(taken > 300 && frontier.peak() >= frontier.len());
    }
}
