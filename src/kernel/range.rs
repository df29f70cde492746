//! Ranges of blocks, and the ranges of a batch.

use crate::bounds::{BLOCKS_MAX, SLOTS_MAX};

/// A range of blocks: start and length, drawn `[lblk/len)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first logical block of the range.
    pub lblk: u8,
    /// Number of blocks, at least 1. A block of which only a half belongs to the range counts too.
    pub len: u8,
    /// The halves at the ends that do not belong to the range. Only direct writes have any.
    pub cut: Cut,
}

/// Halves of blocks at the ends of a range: the first half of its first block, the second half of
/// its last block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut(u8);

impl Cut {
    /// No half is cut off: the range consists of whole blocks.
    pub const NONE: Cut = Cut(0);
    /// The first half of the first block.
    pub const HEAD: Cut = Cut(1);
    /// The second half of the last block.
    pub const TAIL: Cut = Cut(2);

    /// The halves whose bits are set, as in [`Cut::bits`].
    pub(super) const fn of(head: bool, tail: bool) -> Cut {
        Cut(head as u8 | (tail as u8) << 1)
    }

    /// Whether no half is in the set.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether a set has a half in common with this one.
    pub const fn has(self, other: Cut) -> bool {
        self.0 & other.0 != 0
    }

    /// The halves that are in both sets.
    #[must_use]
    pub const fn and(self, other: Cut) -> Cut {
        Cut(self.0 & other.0)
    }

    /// The halves that are in one of both sets.
    #[must_use]
    pub const fn or(self, other: Cut) -> Cut {
        Cut(self.0 | other.0)
    }

    /// The set as bits: 1 for the head, 2 for the tail.
    pub(super) const fn bits(self) -> u8 {
        self.0
    }
}

/// The ranges of one `io_submit`, in order: at least two, at most [`SLOTS_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iocbs {
    /// First block and number of blocks minus one, half a byte each, because operations are copied
    /// often.
    ranges: [u8; SLOTS_MAX as usize],
    /// The halves that each range lacks, two bits for each.
    cuts: u16,
    len: u8,
}

// A range fits in its byte, and two bits for each in `cuts`.
const _: () = assert!(BLOCKS_MAX <= 16 && 2 * SLOTS_MAX <= u16::BITS);

impl Iocbs {
    /// The number of iocbs, each with one range.
    pub fn count(self) -> u8 {
        self.len
    }

    /// The range at an index, counted from 0. A larger index gives the last range.
    pub fn at(self, index: u8) -> Range {
        let index = index.min(self.len - 1);
        let packed = self.ranges[usize::from(index)];
        let cut = Cut((self.cuts >> (2 * index)) as u8 & 3);
        Range { cut, ..Range::new(packed >> 4, (packed & 15) + 1) }
    }

    /// All ranges, in order.
    pub fn iter(self) -> impl Iterator<Item = Range> {
        (0..self.len).map(move |index| self.at(index))
    }

    /// The iocbs for some ranges. `None` if there are too few for a batch, or too many.
    pub fn new(ranges: &[Range]) -> Option<Iocbs> {
        let mut iocbs = Iocbs { ranges: [0; SLOTS_MAX as usize], cuts: 0, len: ranges.len() as u8 };
        for ((at, place), range) in (0..).zip(&mut iocbs.ranges).zip(ranges) {
            *place = range.lblk << 4 | (range.len - 1);
            iocbs.cuts |= u16::from(range.cut.bits()) << (2 * at);
        }
        (2..=iocbs.ranges.len()).contains(&ranges.len()).then_some(iocbs)
    }
}

impl Range {
    /// The range of `len` whole blocks from `lblk` on.
    pub const fn new(lblk: u8, len: u8) -> Range {
        Range { lblk, len, cut: Cut::NONE }
    }

    /// The range of some half blocks, counted from the start of the file.
    pub const fn of_halves(first: u8, count: u8) -> Range {
        let end = first + count;
        let cut = Cut::of(first & 1 == 1, end & 1 == 1);
        Range { lblk: first / 2, len: end.div_ceil(2) - first / 2, cut }
    }

    /// The first half block of the range, counted from the start of the file.
    pub const fn first_half(self) -> u8 {
        2 * self.lblk + self.cut.has(Cut::HEAD) as u8
    }

    /// The number of half blocks in the range.
    pub const fn halves(self) -> u8 {
        2 * self.len - self.cut.has(Cut::HEAD) as u8 - self.cut.has(Cut::TAIL) as u8
    }

    /// The first block and the number of blocks as scripts write them: `0` and `4`, `0.5` and `1`.
    pub fn words(self) -> [String; 2] {
        let word = |halves: u8| {
            let half = if halves & 1 == 1 { ".5" } else { "" };
            format!("{}{half}", halves / 2)
        };
        [word(self.first_half()), word(self.halves())]
    }

    /// Whether a half of a block (0 or 1) belongs to the range.
    pub fn has_half(self, lblk: u8, half: usize) -> bool {
        let at = 2 * u16::from(lblk) + half as u16;
        let first = u16::from(self.first_half());
        (first..first + u16::from(self.halves())).contains(&at)
    }

    /// The block after the last.
    pub const fn end(self) -> u8 {
        self.lblk + self.len
    }

    /// The part before a block. It may have length 0.
    pub fn up_to(self, end: u8) -> Range {
        Range::new(self.lblk, self.end().min(end).saturating_sub(self.lblk))
    }

    /// The block numbers, in order.
    pub fn blocks(self) -> core::ops::Range<u8> {
        self.lblk..self.end()
    }
}
