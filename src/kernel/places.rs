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

impl Places<'_> {
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
            media: if holes { media | self.free_media(false) } else { media },
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

    /// The blocks of the device that are free, now or at some time.
    pub(super) fn free_media(&self, now: bool) -> u64 {
        let from = |ino: usize| if now { BLOCKS_MAX as u8 } else { self.facts.frees_from[ino] };
        let mut used = 0_u64;
        for (ino, inode) in self.state.inodes.iter().enumerate() {
            let kept = 0..usize::from(from(ino));
            let trees = inode.disk[kept.clone()].iter().chain(&inode.committed[kept]);
            used = trees.filter_map(|at| at.pblk()).fold(used, |used, pblk| used | 1 << pblk);
        }
        let all = (1 << PBLKS_MAX) - 1;
        all & !used
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

pub(super) fn all_failures() -> Parts {
    (0..IOS_MAX as u8).fold(Parts::NONE, |all, io| all | Parts::failure(io))
}
