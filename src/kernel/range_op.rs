//! `fallocate` with a flag: the steps that all flags have in common, punch hole and zero range
//! (fs/ext4/{extents,inode}.c v3.8, v3.18, v4.9 and v6.1).
//!
//! Dirty pages are written before the lock is taken. Until v4.4, pages are dropped under the lock
//! before the call waits for conversions and direct IO, so a reader may cache a block again that is
//! about to be freed. From v4.5 on (ea3d7209ca01, 32ebffd3bbb4), the call waits for direct IO
//! first, and from then on keeps others from filling the page cache: page faults by `i_mmap_sem`,
//! from v5.15 on reads too by `invalidate_lock`. Collapse and insert write dirty pages at that
//! point.

use crate::bounds::BLOCKS_MAX;
use crate::es::EsOp;

use super::knobs::{FillLock, TruncWait};
use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::{Op, RangeMode};
use super::pc::Pc;
use super::promise::Promise;
use super::range::Range;
use super::row::Row;
use super::state::{Frame, Inode, Io, On};

impl RangeMode {
    /// The first row whose kernels have the flag. A proposal has the flags of the kernel that it
    /// patches.
    pub const fn first_row(self, bigalloc: bool) -> Row {
        match self {
            // With bigalloc from v3.11 on (d23142c6271c).
            RangeMode::Punch if bigalloc => Row::V3_11,
            // v3.0.
            RangeMode::Punch => Row::V3_8,
            // v3.15, within the row.
            RangeMode::Zero | RangeMode::Collapse => Row::V3_12,
            // v4.2, and move_extents as rewritten in v3.18 (fcf6b1b729bc).
            RangeMode::Insert | RangeMode::Move => Row::V4_13,
        }
    }
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_range_op(&mut self, task: u8, pc: Pc) {
        let Some(op @ Op::Range { ino, range, mode }) = self.op(task) else { return };
        let guarded = self.knobs().fill_lock != FillLock::No;
        if mode == RangeMode::Move && pc != Pc::RangeRefuse {
            return self.step_move(task, pc);
        }
        match pc {
            Pc::RangeRefuse => {
                self.obs.note(Note::Refused { ino });
                self.ret(task);
            }
            Pc::RangePages => {
                self.go(task, Pc::RangeLock);
                self.write_pages_of_range(task, op);
            }
            Pc::RangeLock if !self.is_possible(op) => {
                // The check is under the lock, which is dropped again.
                self.obs.note(Note::Refused { ino });
                self.ret(task);
            }
            Pc::RangeLock => {
                self.lock_mutex(task, ino);
                self.go(task, if guarded { Pc::RangeDio } else { Pc::RangeDrop });
            }
            Pc::RangeDio if guarded => {
                self.go(task, Pc::RangeDrop);
                if op.moves_blocks() {
                    self.write_pages_of_range(task, op);
                }
            }
            Pc::RangeDio => {
                let next = self.last_place(ino, mode);
                self.go(task, next);
            }
            Pc::RangeDrop => self.drop_pages_of_range(task, op, guarded),
            Pc::PunchFree => {
                self.punch(ino, range);
                self.end_range_op(task, ino);
            }
            Pc::ShiftForget => {
                self.begin_to_shift(ino, range, mode);
                self.go(task, shift_place(mode));
                if let Some(frame) = self.task(task).top_mut() {
                    frame.extra = 1;
                }
            }
            Pc::ZeroConvert => {
                self.zero_range(ino, range);
                self.end_range_op(task, ino);
            }
            Pc::CollapseShift => {
                if !self.has_begun_to_shift(task) {
                    self.begin_to_shift(ino, range, mode);
                }
                self.collapse(ino, range);
                self.end_range_op(task, ino);
            }
            Pc::InsertShift => {
                if !self.has_begun_to_shift(task) {
                    self.begin_to_shift(ino, range, mode);
                }
                self.insert_range(ino, range);
                self.end_range_op(task, ino);
            }
            _ => debug_assert!(false, "{pc:?} is no place in fallocate with a flag"),
        }
    }

    /// `filemap_write_and_wait_range`, if there are pages to write or to wait for.
    fn write_pages_of_range(&mut self, task: u8, op: Op) {
        let (ino, pages) = (op.ino(), op.pages().unwrap_or(Inode::whole()));
        if self.state.inodes[usize::from(ino)].has_unclean_pages(pages) {
            self.call(task, Frame::new(Pc::WritebackSubmit, On::Inode(ino)));
        }
    }

    /// Whether the file is long enough for the call: a collapse must end before the end of the file
    /// (EINVAL), an insert must begin before it and move no block beyond the largest file (EFBIG).
    /// A punch must begin before the end of the file.
    fn is_possible(&self, op: Op) -> bool {
        let Op::Range { ino, range, mode } = op else { return false };
        let size = self.state.inodes[usize::from(ino)].size;
        match mode {
            RangeMode::Punch => range.lblk < size,
            RangeMode::Zero | RangeMode::Move => true,
            RangeMode::Collapse => range.end() < size,
            RangeMode::Insert => range.lblk < size && size + range.len <= BLOCKS_MAX as u8,
        }
    }

    /// `truncate_pagecache_range`, and the waits that the design has after it.
    fn drop_pages_of_range(&mut self, task: u8, op: Op, guarded: bool) {
        let Op::Range { ino, range, mode } = op else { return };
        let pages = op.pages().unwrap_or(range);
        if guarded && !op.moves_blocks() {
            self.update_disksize_before_punch(ino, range);
        }
        self.drop_pages(ino, pages, false);
        let next = self.last_place(ino, mode);
        self.go(task, if guarded { next } else { Pc::RangeDio });
        // `ext4_flush_unwritten_io` (v3.8), in punch as in truncate.
        match self.knobs().trunc {
            TruncWait::Both => self.call(task, Frame::new(Pc::FlushTake, On::Inode(ino))),
            TruncWait::FlushDirty => self.call(task, Frame::new(Pc::FlushWait, On::Inode(ino))),
            TruncWait::DioAndWriteback | TruncWait::DioCount => {}
        }
    }

    /// `ext4_update_disksize_before_punch` (011278485ecc, v4.5): the writeback of the dropped pages
    /// would have updated `i_disksize`.
    fn update_disksize_before_punch(&mut self, ino: u8, range: Range) {
        let Inode { size, disksize, .. } = self.state.inodes[usize::from(ino)];
        if range.lblk < size && range.end() >= size && disksize < size {
            let counts = self.state.counts(ino);
            *counts.disksize = size;
            *counts.dirty_tid = true;
        }
    }

    /// Judges and notes whether blocks with a pending conversion are removed.
    pub(super) fn judge_pending(&mut self, ino: u8, range: Range) {
        let meets = |io: &Io| io.lblk < range.end() && range.lblk < io.lblk + io.len;
        let pending = |io: &Io| io.ino == ino && io.is_pending() && meets(io);
        if self.state.inodes[usize::from(ino)].version.iter().any(|version| *version > 0) {
            self.obs.note(Note::Checked(Promise::TruncExcl));
        }
        if self.state.ios.iter().any(pending) {
            self.break_promise(Promise::TruncExcl);
        }
    }

    /// `ext4_punch_hole`: removes the range from both trees, up to the end of the file.
    fn punch(&mut self, ino: u8, range: Range) {
        let range = range.up_to(self.state.inodes[usize::from(ino)].size);
        self.judge_pending(ino, range);
        self.free_range(ino, range);
        self.promise_zeroes(ino, range);
        self.mark_changed(ino);
    }

    /// `ext4_zero_range`: written blocks become unwritten, holes get unwritten blocks, and the file
    /// may grow.
    fn zero_range(&mut self, ino: u8, range: Range) {
        self.judge_pending(ino, range);
        self.make_unwritten(ino, range);
        if self.knobs().zero_forgets {
            self.es_call(ino, EsOp::Remove { lblk: 0, len: BLOCKS_MAX });
        }
        let counts = self.state.counts(ino);
        *counts.dirty_tid |= range.end() > *counts.disksize;
        *counts.size = range.end().max(*counts.size);
        *counts.disksize = range.end().max(*counts.disksize);
        self.mark_changed(ino);
        self.promise_zeroes(ino, range);
    }

    /// The running transaction has the change. Until v4.11, fdatasync did not commit it unless the
    /// size changed too (67a7d5f561f4).
    fn mark_changed(&mut self, ino: u8) {
        let known = self.knobs().range_datasync;
        let counts = self.state.counts(ino);
        let tid = if known { counts.dirty_tid } else { counts.sync_tid };
        *tid = true;
    }

    /// From now on the blocks of a range must read as zeroes, until they are written.
    pub(super) fn promise_zeroes(&mut self, ino: u8, range: Range) {
        let versions = self.state.versions(ino);
        for lblk in range.blocks().map(usize::from) {
            versions.version[lblk] = versions.version[lblk].saturating_add(1);
            versions.acked.set(lblk, versions.version[lblk]);
            versions.zeroed[lblk] = versions.version[lblk];
        }
        self.obs.note(Note::Zeroed { ino, range });
    }

    /// The place at which the blocks of a range begin to change. A shift may need more than one
    /// handle, and drops `i_data_sem` between them (`ext4_datasem_ensure_credits`). Only fiemap
    /// maps blocks then, so this is a step of its own only beside fiemap.
    fn last_place(&self, ino: u8, mode: RangeMode) -> Pc {
        let maps = |op: &Op| *op == Op::Fiemap { ino };
        let shifts = matches!(mode, RangeMode::Collapse | RangeMode::Insert);
        let is_seen = shifts && self.setup.threads.iter().flatten().any(maps);
        if is_seen { Pc::ShiftForget } else { shift_place(mode) }
    }

    /// Whether the task has taken the step before the shift as a step of its own.
    fn has_begun_to_shift(&self, task: u8) -> bool {
        self.state.tasks[usize::from(task)].top().is_some_and(|frame| frame.extra != 0)
    }

    fn end_range_op(&mut self, task: u8, ino: u8) {
        self.unlock_mutex(task, ino);
        self.ret(task);
    }
}

/// The place at which the blocks after a range move.
const fn shift_place(mode: RangeMode) -> Pc {
    match mode {
        RangeMode::Punch => Pc::PunchFree,
        RangeMode::Zero => Pc::ZeroConvert,
        RangeMode::Collapse => Pc::CollapseShift,
        RangeMode::Insert => Pc::InsertShift,
        RangeMode::Move => Pc::MoveSwap,
    }
}
