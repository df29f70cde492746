//! The objects of the steps of a setup, in a state.

use super::facts::Facts;
use super::footprint::{Parts, Subject, bits};
use super::knobs::{NolockRead, TruncOrder};
use super::op::Op;
use super::setup::Setup;
use super::state::{Inode, Io, Mapping, State};
use crate::bounds::{BLOCKS_MAX, INODES_MAX, IOS_MAX, PBLKS_MAX};

/// A setup and a state, for the footprints of its places.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) setup: &'a Setup,
    pub(super) state: &'a State,
    pub(super) facts: &'a Facts,
    /// A run in which an actor waits and is served is already known.
    pub(super) told: bool,
    /// The blocks of the device that are free now, and those that are free at some time.
    free_now: u64,
    free_later: u64,
    /// The disk trees of the files, as numbers.
    pub(super) disks: [[u64; 2]; INODES_MAX as usize],
}

/// Files, by their numbers.
pub(super) fn inodes() -> core::ops::Range<u8> {
    0..INODES_MAX as u8
}

pub(super) fn each(part: impl Fn(u8) -> Parts) -> Parts {
    inodes().fold(Parts::NONE, |all, ino| all | part(ino))
}

/// A range with the blocks beside it.
pub(super) const fn wide(blocks: u16) -> u16 {
    blocks | blocks << 1 | blocks >> 1
}

/// The blocks at which an extent may begin because of a range: in it, and after its end.
pub(super) const fn edges(blocks: u16) -> u16 {
    blocks | blocks << 1
}

/// The blocks at which a new extent would divide a range.
pub(super) const fn within(blocks: u16) -> u16 {
    blocks & blocks << 1
}

impl<'a> Places<'a> {
    pub(super) fn new(
        setup: &'a Setup,
        state: &'a State,
        facts: &'a Facts,
        told: bool,
    ) -> Places<'a> {
        let [free_now, free_later] = free_media(state, facts);
        let disks = state.inodes.each_ref().map(disk_of);
        Places { setup, state, facts, told, free_now, free_later, disks }
    }

    /// The blocks of the device that are free, now or at some time.
    pub(super) fn free(&self, now: bool) -> u64 {
        if now { self.free_now } else { self.free_later }
    }

    /// The objects of an operation on a range, at any time.
    pub(super) fn subject(&self, op: Op) -> Subject {
        let ino = op.ino();
        let inode = &self.state.inodes[usize::from(ino)];
        let Some(range) = op.range() else { return Subject::whole(ino) };
        let from = self.facts.frees_from[usize::from(ino)];
        let is_hole = |lblk: u8| lblk >= from || inode.disk[usize::from(lblk)] == Mapping::Hole;
        let holes = range.blocks().any(is_hole);
        let mapped = range.blocks().filter_map(|lblk| inode.disk[usize::from(lblk)].pblk());
        let media = mapped.fold(0, |all, pblk| all | 1 << pblk);
        Subject {
            ino,
            blocks: bits(range.blocks()),
            media: if holes { media | self.free(false) } else { media },
            io: None,
            sync: op.syncs(),
            holes,
            extends: range.end() > self.end(inode).min(from),
            writeback: false,
            now: false,
            begun: false,
        }
    }

    /// The objects of an IO that has a slot and is not mapped yet.
    pub(super) fn prepared(&self, io: &Io) -> Subject {
        self.subject(Op::DioRead { ino: io.ino, range: io.range() })
    }

    /// The same, if the operation begins in this state.
    pub(super) fn subject_now(&self, op: Op) -> Subject {
        let on = self.subject(op);
        let inode = &self.state.inodes[usize::from(on.ino)];
        let Some(range) = op.range() else { return Subject { now: true, ..on } };
        let holes = range.blocks().any(|lblk| inode.disk[usize::from(lblk)] == Mapping::Hole);
        Subject { holes, extends: range.end() > self.end(inode), now: true, ..on }
    }

    pub(super) fn end(&self, inode: &Inode) -> u8 {
        inode.disksize.min(inode.size)
    }

    /// Whether a truncation to a size may find a file that is not longer. From v3.1 on it then does
    /// not wait for direct IO.
    pub(super) fn may_not_shrink(&self, ino: u8, size: u8) -> bool {
        let inode = &self.state.inodes[usize::from(ino)];
        self.setup.design.knobs.trunc_order != TruncOrder::AllocSem
            && size >= inode.size.min(self.facts.frees_from[usize::from(ino)])
    }

    /// Whether a direct read takes the inode's lock before mapping.
    pub(super) fn locks_to_read(&self) -> bool {
        let shares = self.setup.design.knobs.nolock_read == NolockRead::Shared;
        self.is_rwsem() || shares || !self.setup.dioread_nolock()
    }

    /// Whether a direct read checks for conversions that it has to wait for.
    pub(super) fn checks_to_read(&self) -> bool {
        self.setup.design.knobs.nolock_read == NolockRead::Waits
    }
}

/// The blocks of the device that are free now, and those that are free at some time: then blocks
/// that may be freed count as free.
fn free_media(state: &State, facts: &Facts) -> [u64; 2] {
    let (mut used, mut kept) = (0_u64, 0_u64);
    for (inode, from) in state.inodes.iter().zip(facts.frees_from) {
        for (lblk, trees) in (0..).zip(inode.disk.iter().zip(&inode.committed)) {
            let at = |tree: &Mapping| tree.pblk().map_or(0, |pblk| 1 << pblk);
            let both = at(trees.0) | at(trees.1);
            used |= both;
            kept |= if lblk < from { both } else { 0 };
        }
    }
    let all = (1 << PBLKS_MAX) - 1;
    [all & !used, all & !kept]
}

/// The disk tree of a file as numbers: a byte for each block, with its place and its status.
fn disk_of(inode: &Inode) -> [u64; 2] {
    const _: () = assert!(PBLKS_MAX < 1 << 6 && BLOCKS_MAX == 16);
    let byte = |at: &Mapping| match *at {
        Mapping::Hole => 0,
        Mapping::Unwritten(pblk) => 1 << 6 | pblk,
        Mapping::Written(pblk) => 1 << 7 | pblk,
    };
    let (first, second) = inode.disk.split_at(8);
    [first, second].map(|half| half.iter().fold(0, |bytes, at| bytes << 8 | u64::from(byte(at))))
}

pub(super) fn all_failures() -> Parts {
    (0..IOS_MAX as u8).fold(Parts::NONE, |all, io| all | Parts::failure(io))
}
