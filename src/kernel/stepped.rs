//! A state during a step. Every change goes through [`Stepped`], which records the pieces that the
//! step has touched.

use core::ops::Deref;

use super::piece::{Piece, Pieces};
use super::setup::Budgets;
use super::state::{
    Bound, EsTree, Fifo, Inode, Io, Journal, Life, Mapping, Marks, Media, Page, Power, State, Task,
    within_unwritten,
};
use crate::bounds::{BLOCKS_MAX, IOS_MAX, PBLKS_MAX, WORK_MAX};

const IOS: usize = IOS_MAX as usize;
const BLOCKS: usize = BLOCKS_MAX as usize;

/// A state during a step. It derefs to a [`State`] for reading. Changes go through one method per
/// piece, so that [`Stepped::touched`] can return the pieces that may have changed.
pub(super) struct Stepped<'a> {
    state: &'a mut State,
    touched: Pieces,
}

/// Mutable references to the fields of [`Versions`].
pub(super) struct VersionsMut<'a> {
    pub(super) version: &'a mut [u8; BLOCKS],
    pub(super) acked: &'a mut Marks,
    pub(super) synced: &'a mut Marks,
    pub(super) osynced: &'a mut Marks,
    pub(super) zeroed: &'a mut [u8; BLOCKS],
}

/// Mutable references to the fields of [`Counts`], except the committed ones, which only a commit
/// changes.
pub(super) struct CountsMut<'a> {
    pub(super) i_mutex: &'a mut u8,
    pub(super) shared: &'a mut u16,
    pub(super) i_data_sem: &'a mut u8,
    pub(super) size: &'a mut u8,
    pub(super) disksize: &'a mut u8,
    pub(super) orphan: &'a mut bool,
    pub(super) i_dio_count: &'a mut u8,
    pub(super) i_unwritten: &'a mut u8,
    pub(super) wb_err: &'a mut u8,
    pub(super) life: &'a mut Life,
    pub(super) dirty_tid: &'a mut bool,
    pub(super) sync_tid: &'a mut bool,
    pub(super) reserved_off: &'a mut i8,
    pub(super) odd_buffers: &'a mut u16,
}

impl<'a> Stepped<'a> {
    pub(super) fn new(state: &'a mut State) -> Stepped<'a> {
        Stepped { state, touched: Pieces::NONE }
    }

    /// The pieces that may have changed.
    pub(super) fn touched(&self) -> Pieces {
        self.touched
    }

    #[inline]
    fn touch(&mut self, piece: Piece) -> &mut State {
        self.touched |= piece.into();
        self.state
    }

    #[inline]
    pub(super) fn task(&mut self, task: u8) -> &mut Task {
        &mut self.touch(Piece::Task(task)).tasks[usize::from(task)]
    }

    #[inline]
    pub(super) fn io(&mut self, io: u8) -> &mut Io {
        &mut self.touch(Piece::Io(io)).ios[usize::from(io)]
    }

    #[inline]
    pub(super) fn es(&mut self, ino: u8) -> &mut EsTree {
        &mut self.touch(Piece::Es(ino)).inodes[usize::from(ino)].es
    }

    #[inline]
    pub(super) fn disk(&mut self, ino: u8) -> &mut [Mapping; BLOCKS] {
        &mut self.touch(Piece::Blocks(ino)).inodes[usize::from(ino)].disk
    }

    /// Splits the disk tree's unwritten extents at some blocks, and removes splits that no longer
    /// lie inside unwritten blocks.
    pub(super) fn split_at(&mut self, ino: u8, at: u16) {
        let inode = &self.state.inodes[usize::from(ino)];
        let splits = within_unwritten(&inode.disk, inode.splits | at);
        if splits != inode.splits {
            self.touch(Piece::Blocks(ino)).inodes[usize::from(ino)].splits = splits;
        }
    }

    /// Merges the disk tree's unwritten extents at some blocks.
    pub(super) fn merge_at(&mut self, ino: u8, at: u16) {
        let splits = self.state.inodes[usize::from(ino)].splits & !at;
        self.touch(Piece::Blocks(ino)).inodes[usize::from(ino)].splits = splits;
    }

    /// Rotates the labels of some blocks to the left by a distance.
    pub(super) fn reorder(&mut self, ino: u8, blocks: core::ops::Range<usize>, by: usize) {
        let inode = &mut self.touch(Piece::Blocks(ino)).inodes[usize::from(ino)];
        let mut labels: [u64; BLOCKS] = core::array::from_fn(|lblk| inode.order >> (4 * lblk) & 15);
        labels[blocks].rotate_left(by);
        inode.order = labels.iter().rev().fold(0, |order, label| order << 4 | label);
    }

    #[inline]
    pub(super) fn pages(&mut self, ino: u8) -> &mut [Page; BLOCKS] {
        &mut self.touch(Piece::Pages(ino)).inodes[usize::from(ino)].pages
    }

    #[inline]
    pub(super) fn versions(&mut self, ino: u8) -> VersionsMut<'_> {
        let inode = &mut self.touch(Piece::Versions(ino)).inodes[usize::from(ino)];
        let Inode { version, acked, synced, osynced, zeroed, .. } = inode;
        VersionsMut { version, acked, synced, osynced, zeroed }
    }

    #[inline]
    pub(super) fn counts(&mut self, ino: u8) -> CountsMut<'_> {
        let inode = &mut self.touch(Piece::Counts(ino)).inodes[usize::from(ino)];
        CountsMut {
            i_mutex: &mut inode.i_mutex,
            shared: &mut inode.shared,
            i_data_sem: &mut inode.i_data_sem,
            size: &mut inode.size,
            disksize: &mut inode.disksize,
            orphan: &mut inode.orphan,
            i_dio_count: &mut inode.i_dio_count,
            i_unwritten: &mut inode.i_unwritten,
            wb_err: &mut inode.wb_err,
            life: &mut inode.life,
            dirty_tid: &mut inode.dirty_tid,
            sync_tid: &mut inode.sync_tid,
            reserved_off: &mut inode.reserved_off,
            odd_buffers: &mut inode.odd_buffers,
        }
    }

    /// Commits the running transaction's changes of an inode.
    pub(super) fn commit(&mut self, ino: u8) {
        self.touched |= Pieces::from(Piece::Blocks(ino)) | Piece::Counts(ino).into();
        let inode = &mut self.state.inodes[usize::from(ino)];
        inode.committed = inode.disk;
        inode.committed_order = inode.order;
        inode.committed_size = inode.disksize;
        inode.committed_orphan = inode.orphan;
        inode.dirty_tid = false;
        inode.sync_tid = false;
    }

    #[inline]
    pub(super) fn media(&mut self) -> &mut [Media; PBLKS_MAX as usize] {
        &mut self.touch(Piece::Media).media
    }

    #[inline]
    pub(super) fn completed(&mut self) -> &mut Fifo<IOS> {
        &mut self.touch(Piece::Rest).completed
    }

    #[inline]
    pub(super) fn work(&mut self) -> &mut Fifo<{ WORK_MAX as usize }> {
        &mut self.touch(Piece::Rest).work
    }

    #[inline]
    pub(super) fn unrsv_work(&mut self) -> &mut Fifo<{ WORK_MAX as usize }> {
        &mut self.touch(Piece::Rest).unrsv_work
    }

    #[inline]
    pub(super) fn dio_work(&mut self) -> &mut Fifo<{ WORK_MAX as usize }> {
        &mut self.touch(Piece::Rest).dio_work
    }

    #[inline]
    pub(super) fn events(&mut self) -> &mut Fifo<IOS> {
        &mut self.touch(Piece::Rest).events
    }

    #[inline]
    pub(super) fn journal(&mut self) -> &mut Journal {
        &mut self.touch(Piece::Rest).journal
    }

    #[inline]
    pub(super) fn left(&mut self) -> &mut Budgets {
        &mut self.touch(Piece::Rest).left
    }

    #[inline]
    pub(super) fn power(&mut self) -> &mut Power {
        &mut self.touch(Piece::Rest).power
    }

    #[inline]
    pub(super) fn broken(&mut self) -> &mut u16 {
        &mut self.touch(Piece::Rest).broken
    }

    #[inline]
    pub(super) fn bound(&mut self) -> &mut Option<Bound> {
        &mut self.touch(Piece::Rest).bound
    }

    /// The whole state; all pieces count as touched.
    pub(super) fn all(&mut self) -> &mut State {
        self.touched = Pieces::ALL;
        self.state
    }
}

impl Deref for Stepped<'_> {
    type Target = State;

    #[inline]
    fn deref(&self) -> &State {
        self.state
    }
}
