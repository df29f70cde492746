//! Promised versions of the blocks of a file, for each half of a block.

use crate::bounds::BLOCKS_MAX;

const BLOCKS: usize = BLOCKS_MAX as usize;

/// A version of each block of a file. The halves of a block differ only if the script writes half
/// blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The versions of the first halves.
    pub first: [u8; BLOCKS],
    /// The versions of the second halves.
    pub second: [u8; BLOCKS],
}

impl Marks {
    /// No version of any block.
    pub const NONE: Marks = Marks { first: [0; BLOCKS], second: [0; BLOCKS] };

    /// The version of a half (0 or 1) of a block.
    #[inline]
    pub const fn half(&self, lblk: usize, half: usize) -> u8 {
        if half == 0 { self.first[lblk] } else { self.second[lblk] }
    }

    /// The newer version of the two halves of a block.
    pub fn newest(&self, lblk: usize) -> u8 {
        self.first[lblk].max(self.second[lblk])
    }

    /// Whether any block has a version.
    pub fn any(&self) -> bool {
        *self != Marks::NONE
    }

    /// Whether the halves of some block differ.
    #[inline]
    pub fn has_halves(&self) -> bool {
        self.first != self.second
    }

    /// Sets the version of both halves of a block.
    #[inline]
    pub(in crate::kernel) fn set(&mut self, lblk: usize, version: u8) {
        (self.first[lblk], self.second[lblk]) = (version, version);
    }

    /// Sets the version of a half (0 or 1) of a block.
    pub(in crate::kernel) fn set_half(&mut self, lblk: usize, half: usize, version: u8) {
        if half == 0 { self.first[lblk] = version } else { self.second[lblk] = version }
    }

    /// Sets a version of a half of a block, unless it has a newer one.
    pub(in crate::kernel) fn raise(&mut self, lblk: usize, half: usize, version: u8) {
        self.set_half(lblk, half, version.max(self.half(lblk, half)));
    }

    /// Applies a function to both arrays.
    pub(in crate::kernel) fn each(&mut self, change: impl Fn(&mut [u8; BLOCKS])) {
        change(&mut self.first);
        change(&mut self.second);
    }
}
