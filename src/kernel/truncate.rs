//! fallocate and truncate (fs/ext4/{extents,inode}.c v2.6.35, v3.8 to v3.11, v4.10 and v5.3).

use core::cmp::Ordering;

use super::knobs::{FallocateWaits, TruncOrder, TruncWait};
use super::machine::Machine;
use super::note::{Fault, Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::range::Range;
use super::row::Row;
use super::state::{Frame, Inode, On, SHRINKS};

/// In the frame of a truncation that grows the file and frees nothing.
const GROWS: u8 = 1;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_fallocate(&mut self, task: u8, pc: Pc) {
        let Some(Op::Fallocate { ino, range }) = self.op(task) else { return };
        if pc == Pc::FallocLock {
            self.lock_mutex(task, ino);
            self.go(task, Pc::FallocMap);
            if self.knobs().fallocate_waits == FallocateWaits::Yes {
                self.call(task, Frame::new(Pc::FlushTake, On::Inode(ino)));
            }
            return;
        }
        if self.fault == Some(Fault::Enospc) {
            // The call returns the error; nothing has been allocated.
            self.unlock_mutex(task, ino);
            return self.ret(task);
        }
        self.preallocate(ino, range);
        if range.end() > self.state.inodes[usize::from(ino)].size {
            let counts = self.state.counts(ino);
            *counts.size = range.end();
            *counts.disksize = range.end();
            *counts.dirty_tid = true;
        }
        self.unlock_mutex(task, ino);
        self.ret(task);
    }

    pub(super) fn step_truncate(&mut self, task: u8, pc: Pc) {
        let Some(Op::Truncate { ino, size }) = self.op(task) else { return };
        let size_first = self.knobs().trunc_order == TruncOrder::SizeFirst;
        match pc {
            Pc::TruncLock => {
                self.lock_mutex(task, ino);
                // Nobody else changes the size until the lock is dropped.
                let how = self.how(ino, size);
                let next = if size_first { Pc::TruncSize } else { Pc::TruncDio };
                self.go_on_truncating(task, next, how);
            }
            Pc::TruncSize => {
                let how = self.how_at(task);
                self.set_size(ino, size, how);
                let next = if size_first { Pc::TruncDio } else { Pc::TruncPages };
                self.go_on_truncating(task, next, how);
            }
            Pc::TruncDio => {
                let how = self.how_at(task);
                let next = if size_first { Pc::TruncPages } else { Pc::TruncSize };
                self.go_on_truncating(task, next, how);
            }
            Pc::TruncPages => {
                let how = self.how_at(task);
                self.drop_pages(ino, tail(size), false);
                self.go_on_truncating(task, Pc::TruncFree, how);
                match self.knobs().trunc {
                    TruncWait::Both => {
                        self.call(task, Frame::new(Pc::FlushTake, On::Inode(ino)));
                    }
                    TruncWait::FlushDirty => {
                        self.call(task, Frame::new(Pc::FlushWait, On::Inode(ino)));
                    }
                    TruncWait::DioAndWriteback | TruncWait::DioCount => {}
                }
            }
            Pc::TruncFree => {
                if self.how_at(task) == GROWS {
                    self.end_growth(ino, size);
                } else {
                    self.free_tail(ino, size);
                }
                self.unlock_mutex(task, ino);
                self.ret(task);
            }
            _ => debug_assert!(false, "{pc:?} is no place in truncate"),
        }
    }

    /// Whether a truncation to a size only makes the file longer or shorter. Since 3da40c7b0898
    /// (2015, here from the row `v4.13` on), `ext4_setattr` calls `ext4_truncate` only for a size
    /// that is not larger. Before it, a truncation that grows frees what is allocated beyond the
    /// new size.
    fn how(&self, ino: u8, size: u8) -> u8 {
        let old = self.state.inodes[usize::from(ino)].size;
        let only_grows = self.setup.design.row >= Row::V4_13;
        match size.cmp(&old) {
            Ordering::Less => SHRINKS,
            Ordering::Greater if only_grows => GROWS,
            Ordering::Equal | Ordering::Greater => 0,
        }
    }

    fn how_at(&mut self, task: u8) -> u8 {
        self.task(task).top().map_or(0, |frame| frame.extra)
    }

    fn go_on_truncating(&mut self, task: u8, pc: Pc, how: u8) {
        self.go(task, pc);
        if let Some(frame) = self.task(task).top_mut() {
            frame.extra = how;
        }
    }

    /// Blocks beyond the new size can no longer be read, and nobody is owed them. A handle puts a
    /// file that gets shorter on the orphan list and sets `i_disksize`, so that recovery frees the
    /// blocks.
    fn set_size(&mut self, ino: u8, size: u8, how: u8) {
        let counts = self.state.counts(ino);
        *counts.size = size;
        if how == SHRINKS {
            *counts.disksize = size;
            *counts.orphan = true;
            *counts.dirty_tid = true;
        }
        self.forget_promises(ino, size);
    }

    /// A file that has grown gets its new size on disk.
    fn end_growth(&mut self, ino: u8, size: u8) {
        let counts = self.state.counts(ino);
        *counts.disksize = *counts.size;
        *counts.dirty_tid = true;
        self.obs.note(Note::Truncated { ino, size });
    }

    /// Frees the blocks from `size` on, in both trees.
    pub(super) fn free_tail(&mut self, ino: u8, size: u8) {
        self.judge_pending(ino, tail(size));
        // A write may have been acknowledged since truncate waited for direct IO.
        self.forget_promises(ino, size);
        self.free_blocks(ino, tail(size));
        let counts = self.state.counts(ino);
        *counts.disksize = *counts.size;
        *counts.orphan = false;
        *counts.dirty_tid = true;
        self.obs.note(Note::Truncated { ino, size });
    }

    /// Drops the promises about blocks beyond the new end.
    fn forget_promises(&mut self, ino: u8, size: u8) {
        self.forget_promises_of(ino, tail(size));
        for task in 0..self.state.tasks.len() as u8 {
            self.task(task).must.each(|must| must[usize::from(size)..].fill(0));
        }
    }

    /// Drops the promises about the blocks of a range.
    pub(super) fn forget_promises_of(&mut self, ino: u8, range: Range) {
        let versions = self.state.versions(ino);
        for lblk in range.blocks().map(usize::from) {
            versions.acked.set(lblk, 0);
            versions.synced.set(lblk, 0);
            versions.osynced.set(lblk, 0);
        }
    }
}

/// All blocks from `size` on.
fn tail(size: u8) -> Range {
    Range::new(size, Inode::whole().len - size)
}
