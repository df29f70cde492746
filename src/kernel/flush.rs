//! fsync, the flush of pending conversions, the disk conversion and the commit
//! (fs/ext4/{fsync,page-io,extents}.c v3.7 and v3.8, fs/jbd2/commit.c v3.8).

use super::choice::Actor;
use super::knobs::FsyncWait;
use super::machine::Machine;
use super::note::{Fault, Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::place::{FsyncFor, fsync_frame};
use super::promise::Promise;
use super::range::Range;
use super::state::{Acked, Frame, Inode, List, On, State};
use super::wait::is_reserved;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_fsync(&mut self, task: u8, pc: Pc) {
        let ino = self.ino_at(task);
        self.begin_fsync(task, ino);
        if self.sync_finds_error(task, ino, pc) {
            return self.fail_fsync(task);
        }
        match pc {
            Pc::FsyncPages => {
                let begin = fsync_frame(&self.knobs(), ino, FsyncFor::Caller);
                self.go(task, begin.pc);
                return self.call(task, Frame::new(Pc::WritebackSubmit, On::Inode(ino)));
            }
            Pc::FsyncLock => {
                let skips = self.task(task).top().is_some_and(|frame| frame.extra != 0);
                self.lock_mutex(task, ino);
                self.go(task, Pc::FsyncCommit);
                if !skips {
                    self.call(task, Frame::new(Pc::FlushTake, On::Inode(ino)));
                }
                return;
            }
            Pc::FsyncCommit if self.must_flush_dirty(task, ino) => {
                return self.call(task, Frame::new(Pc::FlushWait, On::Inode(ino)));
            }
            Pc::FsyncCommit if self.asks_for_commit(task, ino) => {
                self.state.journal().requested = true;
                self.obs.note(Note::CommitRequested);
                self.go(task, Pc::FsyncCommitWait);
                if let Some(frame) = self.task(task).top_mut() {
                    frame.extra = 1;
                }
                return;
            }
            Pc::FsyncCommit => self.flush_device(),
            Pc::FsyncCommitWait => {}
            _ => debug_assert!(false, "{pc:?} is no place in fsync"),
        }
        if self.task(task).i_mutex & (1 << ino) != 0 {
            self.unlock_mutex(task, ino);
        }
        if !self.fsync_succeeds(task, ino) {
            return self.fail_fsync(task);
        }
        self.promise_durable(task, ino);
        self.ret(task);
    }

    /// Whether the running transaction has changes that the call must see committed.
    fn asks_for_commit(&self, task: u8, ino: u8) -> bool {
        let Inode { dirty_tid, sync_tid, .. } = self.state.inodes[usize::from(ino)];
        let only_data = matches!(self.op(task), Some(Op::Fsync { datasync: true, .. }));
        dirty_tid || sync_tid && !only_data
    }

    /// fsync returns to its caller: every write that was acknowledged when it began must survive a
    /// power cut.
    fn promise_durable(&mut self, task: u8, ino: u8) {
        if self.task(task).depth() != 1 {
            return;
        }
        let mut must = self.task(task).must;
        let op = self.op(task);
        for lblk in Inode::whole().blocks() {
            for half in 0..2 {
                let owed = must.half(usize::from(lblk), half);
                if self.is_told_lost(task, ino, lblk, half, owed) {
                    must.set_half(usize::from(lblk), half, 0);
                }
            }
        }
        let versions = self.state.versions(ino);
        match op {
            Some(Op::Fsync { .. }) => {
                for lblk in Inode::whole().blocks().map(usize::from) {
                    versions.synced.raise(lblk, 0, must.half(lblk, 0));
                    versions.synced.raise(lblk, 1, must.half(lblk, 1));
                }
            }
            // A buffered O_(D)SYNC write.
            Some(Op::BufWrite { range, .. }) => {
                for lblk in range.blocks().map(usize::from) {
                    versions.osynced.raise(lblk, 0, must.half(lblk, 0));
                    versions.osynced.raise(lblk, 1, must.half(lblk, 1));
                }
            }
            _ => {}
        }
    }

    /// `fsync=flush_dirty`: whether the task waits for pending conversions, without the lock. A
    /// worker whose own conversion is done does not wait.
    fn must_flush_dirty(&mut self, task: u8, ino: u8) -> bool {
        self.knobs().fsync == FsyncWait::FlushDirty
            && matches!(Actor::of_task(task), Actor::Thread(_))
            && self.state.inodes[usize::from(ino)].i_unwritten > 0
    }

    /// `ext4_flush_unwritten_io`: runs the IOs on the list, then waits for the others.
    pub(super) fn step_flush(&mut self, task: u8, pc: Pc) {
        let ino = self.ino_at(task);
        if pc == Pc::FlushWait {
            return self.ret(task);
        }
        let depth = self.task(task).depth();
        self.take_list(ino, List::Inode, List::Private { task, depth });
        self.go(task, Pc::FlushRun);
    }

    /// `ext4_convert_unwritten_extents`: starts a handle, converts under `i_data_sem`, and stops
    /// the handle.
    pub(super) fn step_convert(&mut self, task: u8, pc: Pc) {
        let index = self.io_at(task);
        let ino = self.io(index).ino;
        self.uses_inode(ino);
        if pc == Pc::ConvertLock {
            self.lock_mutex(task, ino);
            return self.ret(task);
        }
        if pc == Pc::ConvertStart {
            if self.setup.journal > 0 && is_reserved(self.setup, self.io(index)) {
                // The credits of the reserved handle stay in the transaction that it joins.
                self.state.journal().reserved -= 1;
            }
            self.open_handle(task);
            return self.go(task, Pc::ConvertMap);
        }
        let io = *self.io(index);
        if self.fault == Some(Fault::Enospc) {
            self.conversion_failed(index);
        } else {
            let converted = self.convert_on_disk(io.ino, Range::new(io.lblk, io.len));
            self.obs.note(Note::Converted { io: index, shadowed: !converted });
        }
        self.io(index).converted = true;
        self.close_handle(task);
        self.ret(task);
        if self.knobs().convert_lock && State::kworkers().contains(&task) {
            self.unlock_mutex(task, ino);
        }
        if io.waits {
            self.drop_dio_count_at(index, pc);
        }
    }

    /// `ext4_journal_start` of a handle that stays open after its step.
    pub(super) fn open_handle(&mut self, task: u8) {
        self.task(task).handle = true;
        self.state.journal().handles += 1;
        self.obs.note(Note::Handle { open: true });
    }

    /// `ext4_journal_stop` of the task's open handle.
    pub(super) fn close_handle(&mut self, task: u8) {
        self.task(task).handle = false;
        self.state.journal().handles -= 1;
        self.obs.note(Note::Handle { open: false });
    }

    /// The conversion failed. Whether that is reported is checked when the write is acknowledged.
    fn conversion_failed(&mut self, index: u8) {
        self.obs.note(Note::ConvertFailed { io: index });
        self.obs.note(Note::Checked(Promise::ErrReport));
        let io = self.io(index);
        io.convert_failed = true;
        // Writeback only logs the failure, and an acknowledgement cannot be taken back.
        if io.writeback || io.ack != Acked::No {
            self.break_promise(Promise::ErrReport);
        }
    }

    pub(super) fn step_jbd2(&mut self, pc: Pc) {
        if pc == Pc::CommitLock {
            if !self.state.journal.requested {
                self.state.left().commit -= 1;
            }
            self.state.journal().locked = true;
            self.submit_ordered_data();
            return self.obs.note(Note::CommitLocked { handles: self.state.journal.handles });
        }
        for ino in 0..self.setup.files.len() as u8 {
            self.state.commit(ino);
        }
        let journal = self.state.journal();
        journal.locked = false;
        journal.requested = false;
        // The next transaction begins with the reserved credits.
        journal.credits = journal.reserved;
        for io in 0..self.state.ios.len() as u8 {
            if self.state.ios[usize::from(io)].ordered {
                self.io(io).ordered = false;
            }
        }
        for task in 0..self.state.tasks.len() as u8 {
            let top = self.state.tasks[usize::from(task)].top();
            if top.is_some_and(|frame| frame.pc == Pc::FsyncCommitWait)
                && let Some(frame) = self.task(task).top_mut()
            {
                frame.extra = 0;
            }
        }
        self.obs.note(Note::Committed);
        // The commit record is written with a barrier.
        self.flush_device();
    }

    pub(super) fn flush_device(&mut self) {
        for media in self.state.media() {
            media.durable = media.now;
        }
        self.obs.note(Note::Flushed);
    }
}
