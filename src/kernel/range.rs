//! Ranges of blocks.

use crate::bounds::{BLOCKS_MAX, SLOTS_MAX};

/// A range of blocks: start and length, drawn `[lblk/len)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First block.
    pub lblk: u8,
    /// Number of blocks, at least 1.
    pub len: u8,
}

/// The ranges of one `io_submit`, in order: two at least, [`SLOTS_MAX`] at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iocbs {
    /// First block and blocks less one, half a byte each: operations are copied often.
    ranges: [u8; SLOTS_MAX as usize],
    len: u8,
}

// A range fits in its byte.
const _: () = assert!(BLOCKS_MAX <= 16);

impl Iocbs {
    /// How many there are.
    pub fn count(self) -> u8 {
        self.len
    }

    /// One of them, counted from 0; the last, if there are not so many.
    pub fn at(self, index: u8) -> Range {
        let packed = self.ranges[usize::from(index.min(self.len - 1))];
        Range::new(packed >> 4, (packed & 15) + 1)
    }

    /// All of them, in order.
    pub fn iter(self) -> impl Iterator<Item = Range> {
        (0..self.len).map(move |index| self.at(index))
    }

    /// The iocbs of some ranges; nothing if there are not enough for a batch, or too many.
    pub fn new(ranges: &[Range]) -> Option<Iocbs> {
        let mut iocbs = Iocbs { ranges: [0; SLOTS_MAX as usize], len: ranges.len() as u8 };
        for (place, range) in iocbs.ranges.iter_mut().zip(ranges) {
            *place = range.lblk << 4 | (range.len - 1);
        }
        (2..=iocbs.ranges.len()).contains(&ranges.len()).then_some(iocbs)
    }
}

impl Range {
    /// The range `[lblk/len)`.
    pub const fn new(lblk: u8, len: u8) -> Range {
        Range { lblk, len }
    }

    /// The block after the last.
    pub const fn end(self) -> u8 {
        self.lblk + self.len
    }

    /// The part before a block; its length may be 0.
    pub fn up_to(self, end: u8) -> Range {
        Range::new(self.lblk, self.end().min(end).saturating_sub(self.lblk))
    }

    /// The blocks, in order.
    pub fn blocks(self) -> core::ops::Range<u8> {
        self.lblk..self.end()
    }
}
