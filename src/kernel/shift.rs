//! Collapse and insert range: blocks that move to another place of the file
//! (fs/ext4/extents.c v3.18 and v4.9).
//!
//! The contents of a block are identified by the place for which they were written.
//! [`Inode::order`](super::state::Inode::order) maps present places to those; it moves with the
//! disk tree and is committed with it.

use crate::bounds::BLOCKS_MAX;

use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::RangeMode;
use super::range::Range;
use super::state::Inode;

const BLOCKS: usize = BLOCKS_MAX as usize;

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// The start of a shift: everything from the range on leaves the ES tree, and the blocks of a
    /// range that is collapsed are freed.
    pub(super) fn begin_to_shift(&mut self, ino: u8, range: Range, mode: RangeMode) {
        let rest = Range::new(range.lblk, BLOCKS_MAX as u8 - range.lblk);
        self.judge_pending(ino, rest);
        self.lead_astray(ino, rest);
        if mode == RangeMode::Collapse {
            self.free_range(ino, range);
            self.forget_promises_of(ino, range);
        }
        self.es_forget(ino, rest);
    }

    /// `ext4_collapse_range`, after [`Machine::begin_to_shift`]: moves the blocks after the range
    /// forward.
    pub(super) fn collapse(&mut self, ino: u8, range: Range) {
        let rest = Range::new(range.lblk, BLOCKS_MAX as u8 - range.lblk);
        self.turn(ino, rest, Turn::Left(range.len));
        let counts = self.state.counts(ino);
        *counts.size -= range.len;
        *counts.disksize = *counts.size;
        *counts.dirty_tid = true;
    }

    /// `ext4_insert_range`, after [`Machine::begin_to_shift`]: grows the file, and moves the blocks
    /// from the range on behind it.
    pub(super) fn insert_range(&mut self, ino: u8, range: Range) {
        let rest = Range::new(range.lblk, BLOCKS_MAX as u8 - range.lblk);
        // The call is refused if blocks of the file would move beyond the largest file, and no
        // block is allocated beyond the end of a file.
        let moves_out = BLOCKS_MAX as u8 - range.len..BLOCKS_MAX as u8;
        let disk = &self.state.inodes[usize::from(ino)].disk;
        debug_assert!(moves_out.into_iter().all(|b| disk[usize::from(b)].pblk().is_none()));
        self.turn(ino, rest, Turn::Right(range.len));
        let counts = self.state.counts(ino);
        *counts.size += range.len;
        *counts.disksize = *counts.size;
        *counts.dirty_tid = true;
        self.promise_zeroes(ino, range);
    }

    /// Rotates the blocks of a range. Blocks that leave it at one end come in at the other, empty.
    fn turn(&mut self, ino: u8, range: Range, turn: Turn) {
        let blocks = usize::from(range.lblk)..usize::from(range.end());
        let by = match turn {
            Turn::Left(by) => usize::from(by),
            Turn::Right(by) => blocks.len() - usize::from(by),
        };
        let mut splits: [bool; BLOCKS] =
            core::array::from_fn(|lblk| self.state.inodes[usize::from(ino)].is_split(lblk as u8));
        splits[blocks.clone()].rotate_left(by);
        self.state.disk(ino)[blocks.clone()].rotate_left(by);
        self.state.reorder(ino, blocks.clone(), by);
        let splits = (0..).zip(splits).fold(0_u16, |mask, (lblk, is)| mask | u16::from(is) << lblk);
        self.state.merge_at(ino, u16::MAX);
        self.state.split_at(ino, splits);
        let versions = self.state.versions(ino);
        for marks in [versions.acked, versions.synced, versions.osynced] {
            marks.each(|array| array[blocks.clone()].rotate_left(by));
        }
        for array in [versions.version, versions.zeroed] {
            array[blocks.clone()].rotate_left(by);
        }
        for task in 0..self.state.tasks.len() as u8 {
            let op = self.op(task);
            if op.is_some_and(|op| op.ino() == ino) {
                // A concurrent call may see either order.
                self.task(task).must.each(|must| must[blocks.clone()].fill(0));
            }
        }
        self.obs.note(Note::Disk { ino, range });
    }
}

/// The direction and distance of a move.
enum Turn {
    Left(u8),
    Right(u8),
}

impl Inode {
    /// The place for which the contents of a block were written.
    pub fn label(&self, lblk: u8) -> u8 {
        (self.order >> (4 * u32::from(lblk)) & 15) as u8
    }

    /// The present place of each block of the last committed order.
    pub(super) fn places_of_committed(&self) -> [usize; BLOCKS] {
        let label_of = |order: u64, lblk: usize| order >> (4 * lblk) & 15;
        core::array::from_fn(|lblk| {
            let label = label_of(self.committed_order, lblk);
            (0..BLOCKS).find(|now| label_of(self.order, *now) == label).unwrap_or(lblk)
        })
    }
}
