//! Buffered writes and reads, and writeback (fs/ext4/{inode,page-io}.c v3.7 and v3.12).

use crate::bounds::BLOCKS_MAX;

use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::{Op, Sync};
use super::pc::Pc;
use super::place::{FsyncFor, fsync_frame};
use super::range::Range;
use super::state::{Content, FLUSHER, Frame, Inode, Io, NO_PBLK, NOT_READ, On, Page, Stage, Task};
use super::wait::updates_disksize;

const BLOCKS: usize = BLOCKS_MAX as usize;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_buffered_write(&mut self, task: u8, pc: Pc) {
        let Some(Op::BufWrite { ino, range, sync, nr }) = self.op(task) else {
            // O_(D)SYNC: the data has been written back, the call returns.
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
        for lblk in range.blocks() {
            self.reserve_delayed(ino, lblk);
            let versions = self.state.versions(ino);
            let version = &mut versions.version[usize::from(lblk)];
            *version += 1;
            versions.acked[usize::from(lblk)] = *version;
            let content = Content::Write { nr, ino, lblk, version: *version };
            self.state.pages(ino)[usize::from(lblk)] = Page::Dirty(content);
        }
        let covers = updates_disksize(&self.state.inodes[usize::from(ino)], range);
        let counts = self.state.counts(ino);
        *counts.size = range.end().max(*counts.size);
        if covers {
            *counts.disksize = range.end();
            *counts.dirty_tid = true;
        }
        self.obs.note(Note::Dirtied { ino, range });
        if self.task(task).handle {
            self.close_handle(task);
            if !covers {
                // A delayed write changes nothing that is in the journal: its credits come back.
                self.state.journal().credits -= 1;
            }
        }
        self.unlock_mutex(task, ino);
        self.ret(task);
        if sync != Sync::No {
            let begin = fsync_frame(&self.knobs(), ino, FsyncFor::Caller);
            self.call(task, begin);
            self.call(task, Frame::new(Pc::WritebackSubmit, On::Inode(ino)));
        }
    }

    /// `do_generic_file_read` (mm/filemap.c v3.8): a page that is not cached is put into the page
    /// cache locked, then mapped and read (`mpage_readpages`); it is unlocked when its bio is done.
    /// A page that somebody else has locked is waited for before anything else is done, while no
    /// page of the task's own is locked.
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
            // A page has gone again: it is looked for once more.
            self.task(task).begun = true;
            return self.go(task, Pc::BufRead);
        }
        self.read_pages(task, ino, within);
        self.go(task, Pc::BufReadDone);
    }

    /// Puts the pages of a range that are not cached into the page cache, locked, and maps them run
    /// by run.
    fn read_pages(&mut self, task: u8, ino: u8, range: Range) {
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
    }

    /// The bios of a buffered read are done: its pages are filled and unlocked.
    fn fill_pages(&mut self, task: u8, ino: u8, range: Range) {
        let read = core::mem::replace(&mut self.task(task).read, Task::IDLE.read);
        for lblk in range.blocks().map(usize::from).filter(|lblk| read[*lblk] != NOT_READ) {
            let content = self.state.media.get(usize::from(read[lblk])).map(|media| media.now);
            self.state.pages(ino)[lblk] = Page::Clean(content);
        }
    }

    /// Maps the next run of dirty pages and submits its bio, until none is left in the range.
    pub(super) fn step_writeback(&mut self, task: u8) {
        let ino = self.ino_at(task);
        let range = self.op(task).and_then(Op::range).unwrap_or(Inode::whole());
        let dirty = |machine: &Self| machine.state.inodes[usize::from(ino)].dirty_run(range);
        if let Some(run) = dirty(self) {
            self.submit_writeback(ino, run);
        }
        if dirty(self).is_some() && self.state.bound.is_none() {
            return;
        }
        if task == FLUSHER {
            // The flusher does not wait for the writeback it has started.
            return self.ret(task);
        }
        self.go(task, Pc::WritebackWait);
    }

    fn submit_writeback(&mut self, ino: u8, run: Range) {
        let Some(index) = self.free_io() else { return };
        let was_written = self.is_written(ino, run);
        let reserves = self.knobs().reservation && self.setup.dioread_nolock() && !was_written;
        let mut pblk = [NO_PBLK; BLOCKS];
        let mut mapped = run.len;
        let mut each = |lblk: u8, to: u8| pblk[usize::from(lblk - run.lblk)] = to;
        // Buffers over written blocks are mapped: writeback asks neither tree for them
        // (`mpage_add_bh_to_extent`, fs/ext4/inode.c v3.11 to v6.1; seen in 6.1's traces). With
        // dioread_nolock other blocks stay unwritten until the data is there; otherwise they are
        // written at once, and the commit waits for the data (`data=ordered`).
        let unwritten = if was_written {
            let disk = self.state.inodes[usize::from(ino)].disk;
            for lblk in run.blocks() {
                if let Some(to) = disk[usize::from(lblk)].pblk() {
                    each(lblk, to);
                }
            }
            false
        } else if self.setup.dioread_nolock() {
            self.map_for_write(ino, run, each)
        } else {
            mapped = self.map_written(ino, run, each);
            false
        };
        if self.state.bound.is_some() {
            return;
        }
        let run = Range::new(run.lblk, mapped);
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
        if reserves && !unwritten && self.setup.journal > 0 {
            // Nothing is left to convert: the reserved handle is freed.
            self.state.journal().reserved -= 1;
            self.state.journal().credits -= 1;
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
            ordered: !unwritten && !was_written,
            unwritten,
            counted: unwritten,
            pblk,
            ..Io::FREE
        };
        self.obs.note(Note::Submitted { io: index });
    }

    /// Clears PageWriteback for an IO's pages.
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

    /// The content that an IO carries to a block.
    pub(super) fn content_of(&mut self, io: &Io, lblk: u8) -> Option<Content> {
        if io.writeback {
            return match self.state.inodes[usize::from(io.ino)].pages[usize::from(lblk)] {
                Page::Writeback(content) => Some(content),
                _ => None,
            };
        }
        let version = &mut self.state.versions(io.ino).version[usize::from(lblk)];
        *version += 1;
        Some(Content::Write { nr: io.nr, ino: io.ino, lblk, version: *version })
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
