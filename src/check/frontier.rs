//! The frontier: states that were found and not yet expanded, in order.

use std::collections::VecDeque;

use super::values::Numbers;

/// A queue in chunks. A state is written once and read in place, and the memory of taken states is
/// reused. (A ring buffer that doubles would copy all states whenever it grows, and would never
/// shrink.)
pub(super) struct Frontier {
    chunks: VecDeque<Vec<Numbers>>,
    /// Number of states of the first chunk that have been taken.
    taken: usize,
    spare: Option<Vec<Numbers>>,
    len: u32,
    peak: u32,
}

/// States per chunk, which makes some hundred kilobytes.
const CHUNK: usize = 1024;

impl Frontier {
    pub(super) fn new() -> Frontier {
        Frontier { chunks: VecDeque::new(), taken: 0, spare: None, len: 0, peak: 0 }
    }

    pub(super) fn push(&mut self, state: &Numbers) {
        if self.chunks.back().is_none_or(|chunk| chunk.len() == CHUNK) {
            // The first chunk of a small search stays small.
            let capacity = if self.chunks.is_empty() { 4 } else { CHUNK };
            let chunk = self.spare.take().unwrap_or_else(|| Vec::with_capacity(capacity));
            self.chunks.push_back(chunk);
        }
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.push(*state);
            self.len += 1;
            self.peak = self.peak.max(self.len);
        }
    }

    /// The oldest state, without moving it.
    #[inline]
    pub(super) fn first(&self) -> Option<&Numbers> {
        self.chunks.front()?.get(self.taken)
    }

    /// The state at a position, counted from the oldest.
    pub(super) fn get(&self, at: u32) -> Option<&Numbers> {
        let at = self.taken + at as usize;
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// Removes the oldest state.
    pub(super) fn drop_first(&mut self) {
        self.taken += 1;
        self.len -= 1;
        if self.taken == CHUNK {
            self.taken = 0;
            if let Some(mut chunk) = self.chunks.pop_front() {
                chunk.clear();
                self.spare = Some(chunk);
            }
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// The largest number of states so far.
    pub(super) fn peak(&self) -> u32 {
        self.peak
    }

    pub(super) fn bytes(&self) -> u64 {
        let states: usize = self.chunks.iter().chain(&self.spare).map(Vec::capacity).sum();
        (states * size_of::<Numbers>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::PIECES;

    #[test]
    fn states_come_out_in_order() {
        let mut frontier = Frontier::new();
        let (mut pushed, mut taken) = (0, 0);
        for round in 1..40 {
            for _ in 0..round * 7 % 50 {
                frontier.push(&[pushed; PIECES]);
                pushed += 1;
            }
            for _ in 0..round * 5 % 50 {
                let Some(first) = frontier.first() else { break };
                assert_eq!(first[0], taken);
                let last = frontier.len() - 1;
                assert_eq!(frontier.get(last).map(|state| state[0]), Some(taken + last));
                assert_eq!(frontier.get(last + 1), None);
                frontier.drop_first();
                taken += 1;
            }
            assert_eq!(frontier.len(), pushed - taken);
        }
        assert!(taken > 300 && frontier.peak() >= frontier.len());
    }
}
