//! Direct writes, and the AIO context (fs/ext4/{file,inode,indirect}.c v3.7 and v3.8).

use crate::bounds::BLOCKS_MAX;

use super::knobs::{Early, Extends, Fua, SizeUpdate, SyncBy, Workers};
use super::machine::Machine;
use super::note::{Fault, Note, Observer};
use super::op::{Op, Sync};
use super::pc::Pc;
use super::place::{FsyncFor, fsync_frame};
use super::plan::{counts_dio, drops_dio_count_at, worker_plan};
use super::promise::Promise;
use super::range::{Cut, Range};
use super::state::{Bound, Frame, Io, NO_PBLK, On, Page, Stage, Submitting};
use super::wait::{extends, is_overwrite, write_lock_is_shared};

const BLOCKS: usize = BLOCKS_MAX as usize;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_write(&mut self, task: u8, pc: Pc) {
        let Some(op @ Op::DioWrite { ino, range, aio, .. }) = self.op(task) else { return };
        match pc {
            Pc::IoSubmit => {
                let Submitting { iocb, returned } = self.task(task).submitting;
                if self.state.slots_used() < self.setup.slots {
                    if let Some(io) = self.prepare_io(task) {
                        let next = self.place_after_slot(task);
                        self.go_on(task, next, On::Io(io));
                    }
                } else if iocb > returned {
                    self.return_from_submit(task);
                } else {
                    self.reap(task);
                }
            }
            Pc::WriteLock => {
                let io = if aio { Some(self.io_at(task)) } else { self.prepare_io(task) };
                let Some(io) = io else { return };
                if write_lock_is_shared(self.setup, &self.state, op) {
                    self.lock_shared(task, ino);
                } else {
                    self.lock_mutex(task, ino);
                }
                self.go_on_locked(task, op, io);
            }
            Pc::WriteMap | Pc::OverwriteMap => self.submit_write(task, op, pc),
            Pc::DioAwait => self.finish_sync_write(task, op),
            Pc::SizeUpdate => {
                let io = self.io_at(task);
                self.update_size(io);
                self.drop_dio_count_at(io, pc);
                self.go(task, Pc::WriteUnlock);
            }
            Pc::OverwriteLock => {
                self.lock_mutex(task, ino);
                self.go(task, Pc::WriteUnlock);
            }
            Pc::WriteUnlock => {
                let io = self.io_at(task);
                // generic_file_direct_write, still under the lock. If the writeback before the bio
                // failed, nothing was submitted and no page is dropped.
                if self.io(io).stage != Stage::Prepared {
                    self.drop_pages(ino, range, true);
                }
                self.io(io).stage = Stage::Converted;
                self.unlock_mutex(task, ino);
                self.return_from_write(task, op, FsyncFor::Caller);
            }
            _ => debug_assert!(false, "{pc:?} is no place in a direct write"),
        }
    }

    /// Maps the range and submits the bio. After that, nothing waits for an AIO write.
    fn submit_write(&mut self, task: u8, op: Op, pc: Pc) {
        let Op::DioWrite { ino, range, aio, .. } = op else { return };
        let index = self.io_at(task);
        let unlocked = pc == Pc::OverwriteMap;
        let lost = self.has_lost_io_end(task);
        // A truncation may have set a smaller size since an overwrite dropped the lock.
        let extends =
            !unlocked && extends(&self.knobs(), &self.state.inodes[usize::from(ino)], range);
        if unlocked {
            self.take_io_end_slot(task, ino);
        } else {
            // `invalidate_inode_pages2_range` keeps a page that a fault has made dirty again.
            self.drop_pages(ino, range, true);
        }
        if self.fault == Some(Fault::Enospc) {
            // `get_block` fails before the bio is submitted: the write, or its event, has the
            // error.
            let io = self.io(index);
            (io.error, io.waits) = (true, true);
            return self.go(task, Pc::WriteUnlock);
        }
        if extends {
            self.begin_to_extend(ino);
        }
        let mut pblk = [NO_PBLK; BLOCKS];
        let mut fresh = Cut::NONE;
        let mut each = |lblk: u8, to: u8, is_fresh: bool| {
            pblk[usize::from(lblk - range.lblk)] = to;
            if is_fresh {
                fresh = fresh.or(Cut::of(lblk == range.lblk, lblk + 1 == range.end()));
            }
        };
        let unwritten = if extends {
            self.map_beyond_size(ino, range, &mut each)
        } else {
            self.map_for_write(ino, range, &mut each)
        };
        if self.state.bound.is_some() {
            return;
        }
        // A write that extends the file always waits for its bio, and so does one with half blocks
        // that has the file for itself (`IOMAP_DIO_FORCE_WAIT`).
        let alone = self.waits_alone(task, op);
        let quick = self.fault == Some(Fault::Quick);
        // Until v3.10 the submitter that completes an IO leaves its conversion to the worker.
        let listed = quick && self.knobs().workers == Workers::One;
        let asynchronous = aio && !extends && !alone && (!quick || listed);
        let unwritten = unwritten && !(lost && asynchronous);
        if unwritten && asynchronous {
            self.mark_pending(ino, range);
        }
        let counted = asynchronous && counts_dio(&self.knobs(), &Io { unwritten, ..Io::FREE });
        let counts = self.state.counts(ino);
        *counts.i_dio_count += u8::from(!unlocked);
        *counts.i_unwritten += u8::from(counted);
        let fua = !unwritten && !extends && self.can_use_fua(op);
        let stage = Stage::Submitted;
        let io = self.io(index);
        let waits = !asynchronous;
        let zeroes = range.cut.and(fresh);
        *io = Io {
            stage,
            unwritten,
            counted,
            waits,
            extends,
            zeroes,
            fua,
            pblk,
            dio_held: true,
            ..*io
        };
        self.obs.note(Note::Submitted { io: index });
        if quick {
            self.complete_bio(index);
        }
        if waits {
            if self.is_nolock_overwrite(op) {
                *self.state.counts(ino).i_data_sem |= 1 << task;
                self.unlock_mutex(task, ino);
            }
            return self.go(task, Pc::DioAwait);
        }
        if unwritten {
            self.obs.note(Note::Checked(Promise::Bounded));
        }
        if self.state.pending_aio_conversions() > self.setup.slots {
            self.break_promise(Promise::Bounded);
        }
        if unlocked {
            *self.state.counts(ino).i_data_sem &= !(1 << task);
        } else {
            self.unlock_mutex(task, ino);
        }
        if quick {
            self.complete_for_worker(index);
            return self.return_from_write(task, op, FsyncFor::Caller);
        }
        // generic_write_sync runs even though the write has only been queued (until v3.11).
        self.return_from_write(task, op, FsyncFor::OsyncAio);
    }

    /// The submitter drops the last reference to an AIO write, whose bio is done already
    /// (`drop_refcount` in fs/direct-io.c v3.8). `ext4_end_io_dio` is told that the IO is not
    /// asynchronous: it lists an unwritten IO for the worker without its iocb, and the write
    /// returns, which acknowledges it before its conversion.
    fn complete_for_worker(&mut self, index: u8) {
        let io = *self.io(index);
        self.io(index).told = true;
        if !io.unwritten {
            self.io(index).stage = Stage::Converted;
            return self.drop_dio_count(index);
        }
        if self.knobs().early != Early::No {
            self.finish_part(index, Pc::EsConvert);
        }
        self.finish_part(index, Pc::AddCompleteIo);
        let io = *self.io(index);
        if !worker_plan(&self.knobs(), &io).parts().contains(&Pc::DioDone) {
            self.drop_dio_count(index);
        }
    }

    /// `iomap_dio_can_use_fua`: whether an overwrite is sent with FUA. O_SYNC always syncs.
    fn can_use_fua(&self, op: Op) -> bool {
        let dirty = self.state.inodes[usize::from(op.ino())].dirty_tid;
        let may = match self.knobs().fua {
            Fua::No => false,
            Fua::IfClean => !dirty,
            Fua::Always => true,
        };
        may && op.sync() == Sync::Dsync
    }

    /// The bio of a synchronous write is done: converts in line, under the lock.
    fn finish_sync_write(&mut self, task: u8, op: Op) {
        let Op::DioWrite { ino, .. } = op else { return };
        let index = self.io_at(task);
        self.drop_dio_count_at(index, Pc::DioAwait);
        let Io { extends, error: failed, .. } = *self.io(index);
        let i_data_sem = self.state.counts(ino).i_data_sem;
        if *i_data_sem & (1 << task) != 0 {
            *i_data_sem &= !(1 << task);
            return self.go(task, Pc::OverwriteLock);
        }
        self.go(task, if extends { Pc::SizeUpdate } else { Pc::WriteUnlock });
        if !failed && self.syncs_before_size_update(index) {
            self.call(task, fsync_frame(&self.knobs(), ino, FsyncFor::Caller));
        }
        if self.io(index).unwritten && !failed {
            // The inode is marked but not counted, and the submitter converts in line.
            self.io(index).stage = Stage::Converting;
            self.call(task, Frame::new(Pc::ConvertStart, On::Io(index)));
        }
    }

    /// A handle puts the inode on the orphan list. Until v5.4 the same handle also sets
    /// `i_disksize` to `i_size` (`ext4_ind_direct_IO` v3.8, `ext4_direct_IO_write` v4.9).
    fn begin_to_extend(&mut self, ino: u8) {
        let knobs = self.knobs();
        let counts = self.state.counts(ino);
        *counts.orphan = knobs.orphan;
        if knobs.extends == Extends::ISize {
            *counts.disksize = *counts.size;
        }
        *counts.dirty_tid = true;
    }

    /// A handle updates the size and takes the inode off the orphan list. It frees the blocks
    /// beyond the end that a failed write has allocated (`ext4_truncate_failed_write`).
    fn update_size(&mut self, index: u8) {
        let io = *self.io(index);
        let size = self.state.inodes[usize::from(io.ino)].size;
        if !io.has_failed() {
            let counts = self.state.counts(io.ino);
            *counts.size = io.range().end().max(*counts.size);
            *counts.disksize = io.range().end().max(*counts.disksize);
        } else if io.range().end() > size {
            self.free_blocks(io.ino, Range::new(size, BLOCKS_MAX as u8 - size));
        }
        let counts = self.state.counts(io.ino);
        *counts.orphan = false;
        *counts.dirty_tid = true;
    }

    /// Whether an IO is synced under the lock, before the size is updated.
    fn syncs_before_size_update(&mut self, index: u8) -> bool {
        let Io { extends, sync, .. } = *self.io(index);
        extends && sync && self.knobs().size_update == SizeUpdate::AfterSync
    }

    /// The write's system call returns. If the file is open for O_(D)SYNC, it calls fsync first.
    fn return_from_write(&mut self, task: u8, op: Op, who: FsyncFor) {
        let Op::DioWrite { ino, sync, .. } = op else { return };
        let index = self.io_at(task);
        match who {
            FsyncFor::Caller => self.go(task, Pc::WriteReturn),
            // The IO may complete, be reaped and leave its slot while the submitter syncs.
            FsyncFor::OsyncAio => self.go_on(task, Pc::AioReturn, On::Nothing),
        }
        let by_submitter = who == FsyncFor::Caller || self.knobs().sync_by == SyncBy::Submitter;
        // After an error there is no write to sync: generic_file_aio_write (mm/filemap.c v3.8),
        // iomap_dio_complete (v5.5).
        let synced = self.syncs_before_size_update(index);
        let needless = synced || self.io(index).fua;
        if sync != Sync::No && by_submitter && !needless && !self.io(index).error {
            self.call(task, fsync_frame(&self.knobs(), ino, who));
        }
    }

    /// One iocb of a batch has been submitted: continues with the next one, or returns.
    pub(super) fn next_iocb(&mut self, task: u8) {
        let op = self.setup.op(task, self.task(task).op);
        let Some(op @ Op::AioBatch { .. }) = op else { return };
        self.task(task).submitting.iocb += 1;
        if self.task(task).submitting.iocb < op.writes() {
            return self.call(task, Frame::new(Pc::IoSubmit, On::Nothing));
        }
        self.return_from_submit(task);
    }

    /// `io_submit` of a batch returns the number of iocbs that it has submitted. If some are left,
    /// the thread calls it again for the rest.
    fn return_from_submit(&mut self, task: u8) {
        let Submitting { iocb, returned } = self.task(task).submitting;
        let op = self.setup.op(task, self.task(task).op);
        let left = op.map_or(iocb, Op::writes) - iocb;
        self.obs.note(Note::SubmitReturned { submitted: iocb - returned, left });
        self.task(task).submitting.returned = iocb;
    }

    pub(super) fn step_getevents(&mut self, task: u8) {
        let Some(Op::Getevents { nr }) = self.op(task) else { return };
        if !self.task(task).begun {
            let outstanding = self.state.slots_used();
            self.task(task).begun = true;
            self.task(task).to_reap = if nr == 0 { outstanding } else { nr };
        }
        if self.task(task).to_reap > 0 && !self.state.events.is_empty() {
            self.reap(task);
            self.task(task).to_reap -= 1;
        }
        // Without a number, another thread may have reaped some of the outstanding events.
        if self.task(task).to_reap == 0 || nr == 0 && self.state.slots_used() == 0 {
            self.ret(task);
        }
    }

    /// Takes the oldest event out of the ring: user space now knows that the write is done.
    fn reap(&mut self, task: u8) {
        let Some(index) = self.state.events().pop() else { return };
        let nr = self.io(index).nr;
        self.obs.note(Note::Reaped { thread: task, nr });
        self.acknowledge(index);
    }

    fn prepare_io(&mut self, task: u8) -> Option<u8> {
        let Op::DioWrite { ino, range, sync, aio, nr } = self.op(task)? else { return None };
        let index = self.free_io()?;
        *self.io(index) = Io {
            stage: Stage::Prepared,
            ino,
            lblk: range.lblk,
            len: range.len,
            cut: range.cut,
            nr,
            thread: task,
            aio,
            sync: sync != Sync::No,
            ..Io::FREE
        };
        Some(index)
    }

    /// A free slot of the IO table. Without one the run ends at the bound.
    pub(super) fn free_io(&mut self) -> Option<u8> {
        let free = self.state.ios.iter().position(|io| io.stage == Stage::Free);
        if free.is_none() {
            *self.state.bound() = Some(Bound::Ios);
        }
        free.map(|index| index as u8)
    }

    /// A synchronous write drops its share of `i_dio_count`, if this is the place.
    pub(super) fn drop_dio_count_at(&mut self, index: u8, pc: Pc) {
        if drops_dio_count_at(&self.knobs(), self.io(index)) == pc {
            self.drop_dio_count(index);
        }
    }

    pub(super) fn drop_dio_count(&mut self, index: u8) {
        let io = self.io(index);
        io.dio_held = false;
        let ino = io.ino;
        let i_dio_count = self.state.counts(ino).i_dio_count;
        *i_dio_count -= 1;
        let left = *i_dio_count;
        self.obs.note(Note::DioDone { ino, left });
        self.io(index).free_if_done();
    }

    /// Drops the pages of a range: all pages, or with `clean` only those that equal the device
    /// (`invalidate_inode_pages2_range`).
    pub(super) fn drop_pages(&mut self, ino: u8, range: Range, clean: bool) {
        let mut dropped = false;
        for lblk in range.blocks().map(usize::from) {
            let page = &self.state.inodes[usize::from(ino)].pages[lblk];
            let stays = matches!(page, Page::Absent) || clean && !matches!(page, Page::Clean(_));
            if !stays {
                self.drop_buffer(ino, lblk as u8);
                self.state.pages(ino)[lblk] = Page::Absent;
                dropped = true;
            }
        }
        if dropped {
            self.obs.note(Note::PagesDropped { ino, range });
        }
    }

    /// Whether all blocks of a write are written already. Writeback asks this too.
    pub(super) fn is_written(&self, ino: u8, range: Range) -> bool {
        is_overwrite(&self.state.inodes[usize::from(ino)], range)
    }
}
