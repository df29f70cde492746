//! Writeback that fails: who is told of it, and what a call that returns the error promises.
//!
//! A page whose writeback has failed is clean (`ext4_end_bio`, fs/ext4/page-io.c v3.8): its data is
//! in the page cache and nowhere else. All that is left is an error of the mapping, `AS_EIO` or
//! `AS_ENOSPC`, which a call that waits for writeback takes with it (`filemap_check_errors`,
//! mm/filemap.c v3.16), and from v4.13 an `errseq_t`, which is compared with what each open file
//! has seen (`file_check_and_advance_wb_err`). Each thread has an open file of its own here.

use super::knobs::{FsyncWait, WbError};
use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::promise::Promise;
use super::state::{Frame, On, Page};
use crate::bounds::THREADS_MAX;

/// In [`Inode::wb_err`](super::state::Inode::wb_err), beside a bit for each thread: `AS_EIO`.
const FLAG: u8 = 1 << 7;
const _: () = assert!(THREADS_MAX < 7);

/// Who asks for the error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// fsync, by way of an open file.
    File(u8),
    /// A direct IO of a thread that waits for its pages: it looks at the mapping only.
    Mapping(u8),
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// `mapping_set_error`: the writeback of pages has failed, and every open file is to hear of
    /// it.
    pub(super) fn set_wb_error(&mut self, ino: u8) {
        let all = (1_u8 << self.setup.threads.len()) - 1;
        *self.state.counts(ino).wb_err |= FLAG | all;
        self.obs.note(Note::Checked(Promise::ErrReport));
    }

    /// Writeback that a call has waited for is done: `filemap_fdatawait_range` returns to it.
    pub(super) fn step_writeback_wait(&mut self, task: u8) {
        self.ret(task);
        let Some(Frame { pc, on, .. }) = self.task(task).top() else { return };
        match (pc, on) {
            (Pc::FsyncLock | Pc::FsyncCommit, On::Inode(ino))
                if self.is_told(Asks::File(task), ino) =>
            {
                self.fail_fsync(task);
            }
            (Pc::ReadLock | Pc::ReadCheck | Pc::ReadMap, On::Inode(ino))
                if self.is_told(Asks::Mapping(task), ino) =>
            {
                // The direct read returns the error, and no data.
                self.ret(task);
            }
            (Pc::WriteMap, On::Io(io)) => {
                let ino = self.io(io).ino;
                if self.is_told(Asks::Mapping(task), ino) {
                    // Nothing is mapped, nothing submitted; an iocb completes with the error.
                    let io = self.io(io);
                    (io.error, io.waits) = (true, true);
                    self.go(task, Pc::WriteUnlock);
                }
            }
            _ => {}
        }
    }

    /// Whether the sync of a write begins with an error of the mapping, which it then returns.
    /// Where pages were waited for before, they have said so.
    pub(super) fn sync_finds_error(&mut self, task: u8, ino: u8, pc: Pc) -> bool {
        let takes_lock = |wait| matches!(wait, FsyncWait::Unwritten | FsyncWait::SkipForOsyncAio);
        let first = if takes_lock(self.knobs().fsync) { Pc::FsyncLock } else { Pc::FsyncCommit };
        self.task(task).depth() > 1 && pc == first && {
            let file = self.file_of(task);
            self.is_told(Asks::File(file), ino)
        }
    }

    /// fsync is done and would return 0: from v4.13 on it looks once more whether its file has seen
    /// the latest error. False if it returns that.
    pub(super) fn fsync_succeeds(&mut self, task: u8, ino: u8) -> bool {
        let file = self.file_of(task);
        if self.knobs().wb_error == WbError::Errseq && self.is_told(Asks::File(file), ino) {
            return false;
        }
        let untold = self.state.inodes[usize::from(ino)].wb_err & 1 << file != 0;
        if untold && matches!(self.op(task), Some(Op::Fsync { .. })) {
            self.break_promise(Promise::ErrReport);
        }
        true
    }

    /// `ext4_sync_file` returns an error: it promises nothing, and a write that it belongs to
    /// returns the error too.
    pub(super) fn fail_fsync(&mut self, task: u8) {
        self.ret(task);
        let top = self.task(task).top();
        if let Some(Frame {
            pc: Pc::EndIo | Pc::DioComplete | Pc::SizeUpdate | Pc::WriteReturn,
            on: On::Io(io),
            ..
        }) = top
        {
            self.io(io).sync_failed = true;
        }
    }

    /// The open file on whose behalf a task syncs: its own, or that of the IO that it completes.
    fn file_of(&self, task: u8) -> u8 {
        let frames = self.state.tasks[usize::from(task)].frames();
        let io = frames.iter().rev().find(|frame| frame.pc.is_end_io());
        let io = io.and_then(|frame| frame.on.io());
        io.map_or(task, |io| self.state.ios[usize::from(io)].thread)
    }

    /// Whether somebody who asks is told of a failure; it is taken with that.
    fn is_told(&mut self, asks: Asks, ino: u8) -> bool {
        let inode = &self.state.inodes[usize::from(ino)];
        let wb_err = inode.wb_err;
        if wb_err == 0 {
            return false;
        }
        let (Asks::File(thread) | Asks::Mapping(thread)) = asks;
        let own = 1_u8.checked_shl(thread.into()).unwrap_or(0);
        let errseq = self.knobs().wb_error == WbError::Errseq;
        let is_told = match (self.knobs().wb_error, asks) {
            (WbError::Errseq, Asks::File(_)) => wb_err & own != 0,
            (WbError::FlagIfCached, _) => {
                wb_err & FLAG != 0 && inode.pages.iter().any(|page| *page != Page::Absent)
            }
            (WbError::Errseq, Asks::Mapping(_)) | (WbError::Flag, _) => wb_err & FLAG != 0,
        };
        if is_told {
            // A direct IO that took the flag does not count as told where fsync still tells.
            let keeps = errseq && matches!(asks, Asks::Mapping(_));
            *self.state.counts(ino).wb_err &= !(FLAG | if keeps { 0 } else { own });
            self.obs.note(Note::WritebackErrorTold { thread, ino });
        }
        is_told
    }
}
