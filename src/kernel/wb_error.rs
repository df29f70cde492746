//! Failed writeback: the calls that report it, and the promises of a call that returns the error.
//!
//! A page whose writeback has failed is clean (`ext4_end_bio`, fs/ext4/page-io.c v3.8): its data
//! exists only in the page cache. What remains is an error in the mapping. `AS_EIO` or `AS_ENOSPC`
//! is cleared by the first call that waits for writeback and returns the error
//! (`filemap_check_errors`, mm/filemap.c v3.16). From v4.13 on there is also an `errseq_t`, which
//! is compared with the value that each open file has seen (`file_check_and_advance_wb_err`). In
//! the model each thread has an open file of its own.

use super::knobs::{FsyncWait, WbError};
use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::promise::Promise;
use super::state::{Frame, On, Page};
use crate::bounds::THREADS_MAX;

/// `AS_EIO` in [`Inode::wb_err`](super::state::Inode::wb_err), which also has a bit per thread.
const FLAG: u8 = 1 << 7;
/// Data was lost, and the mapping has no record of it.
const LOST: u8 = 1 << 6;
const _: () = assert!(THREADS_MAX < 6);

/// The caller that asks for the error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// fsync, through an open file.
    File(u8),
    /// A direct IO of a thread that waits for its pages. It checks only the mapping.
    Mapping(u8),
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// `mapping_set_error`: the writeback of pages has failed, and every open file must be told.
    pub(super) fn set_wb_error(&mut self, ino: u8) {
        let all = (1_u8 << self.setup.threads.len()) - 1;
        *self.state.counts(ino).wb_err |= FLAG | all;
        self.obs.note(Note::Checked(Promise::ErrReport));
    }

    /// Ends a call's wait for writeback; `filemap_fdatawait_range` returns.
    pub(super) fn step_writeback_wait(&mut self, task: u8) {
        self.ret(task);
        let Some(Frame { pc, on, .. }) = self.task(task).top() else { return };
        let asks = if pc.is_fsync() { Asks::File(task) } else { Asks::Mapping(task) };
        let ino = match on {
            On::Inode(ino) => ino,
            On::Io(io) => self.io(io).ino,
            On::Nothing => return,
        };
        if self.is_told(asks, ino) {
            self.return_writeback_error(task);
        }
    }

    /// A call that has written pages, or waited for them, returns the error of the failed
    /// writeback.
    pub(super) fn return_writeback_error(&mut self, task: u8) {
        let Some(Frame { pc, on, .. }) = self.task(task).top() else { return };
        match (pc, on) {
            (Pc::FsyncLock | Pc::FsyncCommit, _) => self.fail_fsync(task),
            // The direct read returns the error, and no data.
            (Pc::ReadLock | Pc::ReadCheck | Pc::ReadMap, _) => self.ret(task),
            (Pc::RangeLock, _) => self.ret(task),
            (Pc::RangeDrop, On::Inode(ino)) => {
                self.unlock_mutex(task, ino);
                self.ret(task);
            }
            (Pc::WriteMap, On::Io(io)) => {
                // Nothing was mapped or submitted; an iocb completes with the error.
                let io = self.io(io);
                (io.error, io.waits) = (true, true);
                self.go(task, Pc::WriteUnlock);
            }
            _ => debug_assert!(false, "nobody waits for writeback at {pc:?}"),
        }
    }

    /// Data is lost, and fsync will not report it.
    pub(super) fn lose_silently(&mut self, ino: u8) {
        *self.state.counts(ino).wb_err |= LOST;
    }

    /// Whether the sync of a write starts with an error of the mapping, which it then returns. If
    /// it waited for pages before, the error was reported there.
    pub(super) fn sync_finds_error(&mut self, task: u8, ino: u8, pc: Pc) -> bool {
        let takes_lock = |wait| matches!(wait, FsyncWait::Unwritten | FsyncWait::SkipForOsyncAio);
        let first = if takes_lock(self.knobs().fsync) { Pc::FsyncLock } else { Pc::FsyncCommit };
        self.task(task).depth() > 1 && pc == first && {
            let file = self.file_of(task);
            self.is_told(Asks::File(file), ino)
        }
    }

    /// fsync is done and would return 0. From v4.13 on it checks once more whether its file has
    /// seen the latest error. Returns false if fsync returns that error.
    pub(super) fn fsync_succeeds(&mut self, task: u8, ino: u8) -> bool {
        let file = self.file_of(task);
        if self.knobs().wb_error == WbError::Errseq && self.is_told(Asks::File(file), ino) {
            return false;
        }
        let untold = self.state.inodes[usize::from(ino)].wb_err & (1 << file | LOST) != 0;
        if untold && matches!(self.op(task), Some(Op::Fsync { .. })) {
            self.break_promise(Promise::ErrReport);
        }
        true
    }

    /// Whether a version of a half of a block is lost because its writeback failed, neither dirty
    /// nor on the device, and the open file of a task has reported that.
    pub(super) fn is_told_lost(
        &self,
        task: u8,
        ino: u8,
        lblk: u8,
        half: usize,
        version: u8,
    ) -> bool {
        let inode = &self.state.inodes[usize::from(ino)];
        let own = 1_u8.checked_shl(task.into()).unwrap_or(0);
        let page = inode.pages[usize::from(lblk)];
        if version == 0 || inode.wb_err & own != 0 || self.setup.budgets.eio == 0 {
            return false;
        }
        let is_unclean = matches!(page, Page::Dirty(_) | Page::Writeback(_));
        let pblk = inode.disk[usize::from(lblk)].pblk();
        let media = pblk.and_then(|pblk| self.state.media.get(usize::from(pblk)));
        let on_device = inode.half_version(ino, lblk, media.map(|media| media.now), half);
        !is_unclean && on_device < version
    }

    /// `ext4_sync_file` returns an error: it promises nothing, and the write that called it returns
    /// the error too.
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

    /// The open file for which a task syncs: its own, or that of the IO that it completes.
    fn file_of(&self, task: u8) -> u8 {
        let frames = self.state.tasks[usize::from(task)].frames();
        let io = frames.iter().rev().find(|frame| frame.pc.is_end_io());
        let io = io.and_then(|frame| frame.on.io());
        io.map_or(task, |io| self.state.ios[usize::from(io)].thread)
    }

    /// Whether the caller is told of a failure. Being told clears the failure for that caller.
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
            // A direct IO clears only the mapping's flag if a later fsync still reports the error.
            let keeps = errseq && matches!(asks, Asks::Mapping(_));
            *self.state.counts(ino).wb_err &= !(FLAG | if keeps { 0 } else { own });
            self.obs.note(Note::WritebackErrorTold { thread, ino });
        }
        is_told
    }
}
