//! fallocate and truncate (fs/ext4/{extents,inode}.c v3.8 and v3.11).

use super::knobs::TruncWait;
use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::promise::Promise;
use super::range::Range;
use super::state::{Frame, Inode, Io, On};

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_fallocate(&mut self, task: u8, pc: Pc) {
        let Some(Op::Fallocate { ino, range }) = self.op(task) else { return };
        if pc == Pc::FallocLock {
            self.lock_mutex(task, ino);
            self.go(task, Pc::FallocMap);
            if self.knobs().fallocate_waits {
                self.call(task, Frame::new(Pc::FlushTake, On::Inode(ino)));
            }
            return;
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
        match pc {
            Pc::TruncLock => {
                self.lock_mutex(task, ino);
                self.go(task, Pc::TruncDio);
            }
            Pc::TruncDio => {
                self.forget_promises(ino, size);
                self.go(task, Pc::TruncPages);
            }
            Pc::TruncPages => {
                // `truncate_setsize`: what is beyond the new size cannot be read any more, and then
                // leaves the page cache.
                let counts = self.state.counts(ino);
                *counts.size = size;
                self.drop_pages(ino, tail(size), false);
                self.go(task, Pc::TruncFree);
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
                self.free_tail(ino, size);
                self.unlock_mutex(task, ino);
                self.ret(task);
            }
            _ => debug_assert!(false, "{pc:?} is no place in truncate"),
        }
    }

    /// Frees the blocks from `size` on, in both trees.
    fn free_tail(&mut self, ino: u8, size: u8) {
        let pending = |io: &Io| io.ino == ino && io.is_pending() && io.lblk + io.len > size;
        if self.state.inodes[usize::from(ino)].version.iter().any(|version| *version > 0) {
            self.obs.note(Note::Checked(Promise::TruncExcl));
        }
        if self.state.ios.iter().any(pending) {
            self.break_promise(Promise::TruncExcl);
        }
        // A write may have been acknowledged since truncate found no direct IO.
        self.forget_promises(ino, size);
        self.free_blocks(ino, tail(size));
        let counts = self.state.counts(ino);
        *counts.disksize = *counts.size;
        *counts.dirty_tid = true;
        self.obs.note(Note::Truncated { ino, size });
    }

    /// Drops the promises about blocks beyond the new end.
    fn forget_promises(&mut self, ino: u8, size: u8) {
        let versions = self.state.versions(ino);
        for lblk in tail(size).blocks().map(usize::from) {
            versions.acked[lblk] = 0;
            versions.synced[lblk] = 0;
            versions.osynced[lblk] = 0;
        }
        for task in 0..self.state.tasks.len() as u8 {
            self.task(task).must[usize::from(size)..].fill(0);
        }
    }
}

/// The blocks from `size` on.
fn tail(size: u8) -> Range {
    Range::new(size, Inode::whole().len - size)
}
