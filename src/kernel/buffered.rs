//! Buffered writes and reads, and writeback (fs/ext4/{inode,page-io}.c v3.7 and v3.12).

use crate::bounds::BLOCKS_MAX;
use crate::es;

use super::knobs::{DelayLock, EsContent, FillLock, Ordered};
use super::machine::{Gap, Machine};
use super::note::{Fault, Note, Observer};
use super::op::{Op, RangeMode, Sync};
use super::pc::Pc;
use super::place::{FsyncFor, fsync_frame};
use super::range::{Cut, Range};
use super::state::{
    Content, FLUSHER, Frame, Half, Inode, Io, Mapping, NO_PBLK, NOT_READ, On, Page, Stage, Task,
};
use super::wait::updates_disksize;

const BLOCKS: usize = BLOCKS_MAX as usize;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_buffered_write(&mut self, task: u8, pc: Pc) {
        let Some(Op::BufWrite { ino, range, sync, nr }) = self.op(task) else {
            // O_(D)SYNC: the data has been written back, so the call returns.
            return self.ret(task);
        };
        if pc == Pc::BufLock {
            self.lock_mutex(task, ino);
            let small = self.setup.journal > 0;
            return self.go(task, if small { Pc::BufStart } else { Pc::BufCopy });
        }
        if pc == Pc::BufStart {
            self.open_handle(task);
            return self.go(task, Pc::BufCopy);
        }
        if self.fault == Some(Fault::Reclaim) {
            return self.reclaim_inode(task);
        }
        if self.fault == Some(Fault::Nomem) && !self.has_memory_to_delay(ino, range) {
            return self.fail_buffered_write(task, ino);
        }
        self.prepare_blocks(ino, range);
        if self.state.bound.is_some() {
            return;
        }
        if !self.setup.delalloc && self.state.inodes[usize::from(ino)].odd_buffers != 0 {
            // The inode is on the list of the transaction now, with all its pages.
            *self.state.counts(ino).odd_buffers = 0;
        }
        for lblk in range.blocks() {
            let content = self.next_version(ino, lblk, nr);
            self.state.pages(ino)[usize::from(lblk)] = Page::Dirty(content);
        }
        let inode = &self.state.inodes[usize::from(ino)];
        let covers = updates_disksize(self.setup, inode, range);
        let counts = self.state.counts(ino);
        *counts.size = range.end().max(*counts.size);
        if covers {
            *counts.disksize = range.end();
            *counts.dirty_tid = true;
        }
        self.obs.note(Note::Dirtied { ino, range });
        if self.task(task).handle {
            self.close_handle(task);
            if !covers && self.setup.delalloc {
                // A delayed write changes nothing in the journal, so its credits are returned.
                self.state.journal().credits -= 1;
            }
        }
        self.unlock_mutex(task, ino);
        self.ret(task);
        if sync != Sync::No {
            let begin = fsync_frame(&self.knobs(), ino, FsyncFor::Caller);
            self.call(task, begin);
            // It owes its own data, and not what others write while it waits.
            let must = self.state.inodes[usize::from(ino)].acked;
            (self.task(task).must, self.task(task).begun) = (must, true);
            self.call(task, Frame::new(Pc::WritebackSubmit, On::Inode(ino)));
        }
    }

    /// Whether `ext4_es_insert_extent` finds memory for a delayed entry after its first allocation
    /// has failed. Until v3.9 it does not try again; until v6.4 it shrinks the tree and tries again
    /// if that freed an entry; from v6.5 on it cannot fail.
    fn has_memory_to_delay(&mut self, ino: u8, range: Range) -> bool {
        let inode = &self.state.inodes[usize::from(ino)];
        let delays = |lblk: u8| {
            inode.disk[usize::from(lblk)] == Mapping::Hole && !self.is_delayed(ino, lblk)
        };
        if !range.blocks().any(delays) {
            return true;
        }
        match self.knobs().es_version {
            es::Version::V3_8 | es::Version::V3_9 => false,
            es::Version::V3_11 | es::Version::V3_19 => {
                let entries = self.state.inodes[usize::from(ino)].es.iter().count();
                self.shrink();
                self.state.inodes[usize::from(ino)].es.iter().count() < entries
            }
            es::Version::V6_5 | es::Version::V6_12 => true,
        }
    }

    /// `ext4_da_write_begin` fails: nothing is copied, and the call returns the error.
    fn fail_buffered_write(&mut self, task: u8, ino: u8) {
        if self.task(task).handle {
            self.close_handle(task);
            self.state.journal().credits -= 1;
        }
        self.unlock_mutex(task, ino);
        self.ret(task);
    }

    /// `do_generic_file_read` (mm/filemap.c v3.8): a page that is not cached is put into the page
    /// cache locked, then mapped and read (`mpage_readpages`), and unlocked when its bio is done.
    /// The task first waits for every page that another task has locked, before it locks pages
    /// itself.
    pub(super) fn step_buffered_read(&mut self, task: u8, pc: Pc) {
        let Some(Op::BufRead { ino, range }) = self.op(task) else { return };
        if pc == Pc::BufReadDone {
            self.fill_pages(task, ino, range);
        } else if !self.task(task).begun {
            self.begin_read(task, ino);
        }
        // Beyond `i_size` there is nothing to read.
        let inode = &self.state.inodes[usize::from(ino)];
        let within = range.up_to(inode.size);
        let contents: [Option<Option<Content>>; BLOCKS] =
            core::array::from_fn(|lblk| inode.pages[lblk].content());
        if within.blocks().all(|lblk| contents[usize::from(lblk)].is_some()) {
            self.judge_read(task, ino, range, &contents.map(Option::flatten));
            return self.ret(task);
        }
        if pc == Pc::BufReadDone {
            // A page was dropped again in the meantime, so the read starts over.
            self.task(task).begun = true;
            return self.go(task, Pc::BufRead);
        }
        self.read_pages(task, ino, within, Pc::BufReadDone);
    }

    /// Adds the uncached pages of a range to the page cache, locked, and maps them run by run. The
    /// task goes on at `next`.
    pub(super) fn read_pages(&mut self, task: u8, ino: u8, range: Range, next: Pc) {
        if self.may_cache_hole_later(task, ino) {
            self.gap = Gap::Left;
        }
        let mut read = [NOT_READ; BLOCKS];
        let mut lblk = range.lblk;
        while lblk < range.end() {
            let pages = &self.state.inodes[usize::from(ino)].pages;
            let absent = |lblk: &u8| pages[usize::from(*lblk)] == Page::Absent;
            let len = (lblk..range.end()).take_while(absent).count() as u8;
            if len > 0 {
                let run = Range::new(lblk, len);
                self.state.pages(ino)[usize::from(lblk)..usize::from(run.end())].fill(Page::Locked);
                let plan = self.read_plan(ino, run);
                for lblk in run.blocks().map(usize::from) {
                    read[lblk] = plan[lblk];
                }
            }
            lblk += len.max(1);
        }
        self.task(task).read = read;
        let Gap::Found(gap) = core::mem::replace(&mut self.gap, Gap::Cached) else {
            return self.go(task, next);
        };
        // The lookup and the hole stand under one `i_data_sem`, held for reading.
        *self.state.counts(ino).i_data_sem |= 1 << task;
        self.go(task, Pc::ReadHole);
        if let Some(frame) = self.task(task).top_mut() {
            frame.extra = gap.lblk << 4 | (gap.len - 1);
        }
    }

    /// Whether a hole that a read finds may be cached after a delayed write has changed it: both
    /// hold `i_data_sem` for reading (until v6.7).
    fn may_cache_hole_later(&self, task: u8, ino: u8) -> bool {
        let knobs = self.knobs();
        let delays =
            |op: &Op| matches!(op, Op::BufWrite { .. } | Op::MmapWrite { .. }) && op.ino() == ino;
        let mut others = (0_u8..).zip(&self.setup.threads).filter(|(thread, _)| *thread != task);
        knobs.delay_lock == DelayLock::Shared
            && knobs.es_content != EsContent::Delayed
            && self.setup.delalloc
            && others.any(|(_, program)| program.iter().any(delays))
    }

    /// `ext4_ext_put_gap_in_cache`, in a step of its own: caches the hole that the read has found,
    /// whatever the ES tree says by now.
    pub(super) fn step_read_hole(&mut self, task: u8) {
        let ino = self.ino_at(task);
        let packed = self.task(task).top().map_or(0, |frame| frame.extra);
        self.cache_hole(ino, Range::new(packed >> 4, (packed & 15) + 1));
        *self.state.counts(ino).i_data_sem &= !(1 << task);
        let faults = matches!(self.op(task), Some(Op::MmapWrite { .. }));
        self.go(task, if faults { Pc::MmapRead } else { Pc::BufReadDone });
    }

    /// The bios of a buffered read are done: fills and unlocks its pages.
    pub(super) fn fill_pages(&mut self, task: u8, ino: u8, range: Range) {
        let read = core::mem::replace(&mut self.task(task).read, Task::IDLE.read);
        for lblk in range.blocks().map(usize::from).filter(|lblk| read[*lblk] != NOT_READ) {
            let content = self.state.media.get(usize::from(read[lblk])).map(|media| media.now);
            self.state.pages(ino)[lblk] = Page::Clean(content);
        }
    }

    /// Maps the next run of dirty pages and submits its bio, until the range has no dirty page
    /// left.
    pub(super) fn step_writeback(&mut self, task: u8) {
        let ino = self.ino_at(task);
        let dirty = |machine: &Self| machine.dirty_run_of(task, ino);
        if let Some(run) = dirty(self) {
            if self.fault == Some(Fault::Enospc) && !self.is_allocated(ino, run) {
                return self.lose_delayed(task, ino, run);
            }
            self.submit_writeback(ino, run);
        }
        if dirty(self).is_some() && self.state.bound.is_none() {
            return;
        }
        if task == FLUSHER {
            // The flusher does not wait for the writeback that it has started.
            return self.ret(task);
        }
        self.go(task, Pc::WritebackWait);
    }

    /// The next run of dirty pages that the task's operation writes; a task without an operation
    /// writes the whole file.
    ///
    /// From v4.5 on (32ebffd3bbb4), collapse range writes only the data that moves, and the page
    /// with the first byte of the range: `filemap_write_and_wait_range` includes its last byte.
    fn dirty_run_of(&self, task: u8, ino: u8) -> Option<Range> {
        let inode = &self.state.inodes[usize::from(ino)];
        match self.op(task) {
            Some(Op::Range { range, mode: RangeMode::Collapse, .. })
                if self.knobs().fill_lock != FillLock::No =>
            {
                let moved = Range::new(range.end(), BLOCKS_MAX as u8 - range.end());
                let first = inode.dirty_run(Range::new(range.lblk, 1));
                first.or_else(|| inode.dirty_run(moved))
            }
            op => inode.dirty_run(op.and_then(Op::pages).unwrap_or(Inode::whole())),
        }
    }

    /// Whether writeback of a run of dirty pages reserves the handle of a conversion.
    pub(super) fn reserves_handle(&self, ino: u8, run: Range) -> bool {
        let reserves = self.knobs().reservation && self.setup.dioread_nolock();
        reserves && self.setup.journal > 0 && !self.is_written(ino, run)
    }

    /// The handle that writeback has reserved is freed, because nothing has to be converted.
    pub(super) fn free_handle_of_writeback(&mut self) {
        let journal = self.state.journal();
        (journal.reserved, journal.credits) = (journal.reserved - 1, journal.credits - 1);
    }

    pub(super) fn submit_writeback(&mut self, ino: u8, run: Range) {
        let was_written = self.is_written(ino, run);
        let reserves = self.reserves_handle(ino, run);
        if let Page::Astray(content, pblk) =
            self.state.inodes[usize::from(ino)].pages[usize::from(run.lblk)]
        {
            if reserves {
                self.free_handle_of_writeback();
            }
            return self.submit_astray(ino, run.lblk, content, pblk);
        }
        let Some(index) = self.free_io() else { return };
        let mut pblk = [NO_PBLK; BLOCKS];
        let mut mapped = run.len;
        let mut each = |lblk: u8, to: u8, _: bool| pblk[usize::from(lblk - run.lblk)] = to;
        // Buffers over written blocks are mapped already, so writeback looks into neither tree for
        // them (`mpage_add_bh_to_extent`, fs/ext4/inode.c v3.11 to v6.1; confirmed by traces of
        // 6.1). Other blocks stay unwritten until their data is on the device if dioread_nolock is
        // set. Without it they become written immediately, and the commit waits for the data
        // (`data=ordered`).
        let unwritten = if was_written {
            let disk = self.state.inodes[usize::from(ino)].disk;
            for lblk in run.blocks() {
                if let Some(to) = disk[usize::from(lblk)].pblk() {
                    each(lblk, to, false);
                }
            }
            false
        } else if self.setup.dioread_nolock() {
            self.begin_delayed_writeback();
            self.map_for_write(ino, run, each)
        } else {
            self.begin_delayed_writeback();
            mapped = self.map_written(ino, run, each);
            false
        };
        if self.state.bound.is_some() {
            return;
        }
        let run = Range::new(run.lblk, mapped);
        self.end_delayed_writeback(ino, run, was_written);
        if !was_written {
            // `mpage_map_and_submit_extent`, v3.12; `mpage_da_map_and_submit`, v3.8.
            let counts = self.state.counts(ino);
            *counts.disksize = run.end().min(*counts.size).max(*counts.disksize);
        }
        let pages = self.state.pages(ino);
        for page in &mut pages[usize::from(run.lblk)..usize::from(run.end())] {
            if let Page::Dirty(content) = *page {
                *page = Page::Writeback(content);
            }
        }
        if reserves && !unwritten {
            self.free_handle_of_writeback();
        }
        if unwritten {
            *self.state.counts(ino).i_unwritten += 1;
            self.mark_pending(ino, run);
        }
        *self.io(index) = Io {
            stage: Stage::Submitted,
            ino,
            lblk: run.lblk,
            len: run.len,
            writeback: true,
            page_writeback: true,
            ordered: !unwritten && !was_written && self.knobs().ordered != Ordered::Write,
            unwritten,
            counted: unwritten,
            pblk,
            ..Io::FREE
        };
        self.obs.note(Note::Submitted { io: index });
    }

    /// Clears PageWriteback on the pages of an IO.
    pub(super) fn end_page_writeback(&mut self, index: u8) {
        let io = *self.io(index);
        let pages = self.state.pages(io.ino);
        for page in &mut pages[usize::from(io.lblk)..usize::from(io.lblk + io.len)] {
            if let Page::Writeback(content) = *page {
                *page = Page::Clean(Some(content));
            }
        }
        self.io(index).page_writeback = false;
        if io.error {
            self.set_wb_error(io.ino);
        }
        self.obs.note(Note::WritebackEnded { io: index });
    }

    /// The data that an IO writes to a block.
    pub(super) fn content_of(&mut self, io: &Io, lblk: u8) -> Option<Content> {
        if io.writeback {
            return match self.state.inodes[usize::from(io.ino)].pages[usize::from(lblk)] {
                Page::Writeback(content) => Some(content),
                _ => None,
            };
        }
        let label = self.state.inodes[usize::from(io.ino)].label(lblk);
        let version = &mut self.state.versions(io.ino).version[usize::from(lblk)];
        *version = version.saturating_add(1);
        let (Io { nr, ino, .. }, version) = (*io, *version);
        let written = [0, 1].map(|half| io.range().has_half(lblk, half));
        if written == [true, true] {
            return Some(Content::Write { nr, ino, lblk: label, version });
        }
        let pblk = usize::from(io.pblk[usize::from(lblk - io.lblk)]);
        let old = self.state.media.get(pblk).map(|media| media.now);
        let zeroes = [Cut::HEAD, Cut::TAIL].map(|end| io.zeroes.has(end));
        let halves = [0, 1].map(|half| match (written[half], zeroes[half]) {
            (true, _) => Half::Write { nr, version },
            (false, true) => Half::Zeroes,
            (false, false) => Content::half(old, ino, label, half),
        });
        Some(Content::Halves { ino, lblk: label, halves })
    }

    /// `drop_caches`: bit 0 drops clean pages, bit 1 runs the shrinkers.
    pub(super) fn step_drop_caches(&mut self, task: u8) {
        let Some(Op::DropCaches { what }) = self.op(task) else { return };
        if what & 1 != 0 {
            for ino in 0..self.setup.files.len() as u8 {
                for page in self.state.pages(ino) {
                    if matches!(page, Page::Clean(_)) {
                        *page = Page::Absent;
                    }
                }
            }
            self.obs.note(Note::PagesDropped { ino: 0, range: Inode::whole() });
        }
        if what & 2 != 0 {
            self.shrink();
        }
        self.ret(task);
    }
}
