//! A direct read: it maps its range piece by piece, waits for the device, and is judged by what it
//! returns (fs/ext4/{inode,indirect}.c and fs/direct-io.c v3.8).

use crate::bounds::BLOCKS_MAX;

use super::fill::blocks_unlocked_reads;
use super::knobs::TruncOrder;
use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::place::read_frame;
use super::promise::Promise;
use super::range::Range;
use super::state::{Content, Frame, Mapping, NO_PBLK, On, Task};
use super::wait::read_lock_is_shared;

const BLOCKS: usize = BLOCKS_MAX as usize;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_read(&mut self, task: u8, pc: Pc) {
        let Some(Op::DioRead { ino, range }) = self.op(task) else { return };
        // It ignores pages that have become dirty since they were written.
        let wrote =
            pc == Pc::ReadPages || !self.state.inodes[usize::from(ino)].has_unclean_pages(range);
        let maps = pc != Pc::ReadDone && pc != Pc::ReadUnlock;
        if self.task(task).depth() == 1 && maps && wrote {
            self.begin_read(task, ino);
        }
        match pc {
            Pc::ReadPages => {
                let frame = read_frame(self.setup, ino);
                self.go(task, frame.pc);
                self.call(task, Frame::new(Pc::WritebackSubmit, On::Inode(ino)));
            }
            Pc::ReadCheck | Pc::ReadMap
                if self.task(task).i_mutex | self.task(task).shared == 0
                    && blocks_unlocked_reads(self.setup, &self.state, ino) =>
            {
                self.go(task, Pc::ReadLock);
            }
            Pc::ReadCheck if self.state.inodes[usize::from(ino)].i_unwritten > 0 => {
                self.go(task, Pc::ReadFlushLock);
            }
            Pc::ReadFlushLock => {
                self.lock_mutex(task, ino);
                self.go(task, Pc::ReadFlushUnlock);
                self.call(task, Frame::new(Pc::FlushTake, On::Inode(ino)));
            }
            Pc::ReadFlushUnlock => {
                self.unlock_mutex(task, ino);
                self.go(task, Pc::ReadMap);
            }
            Pc::ReadLock => {
                if read_lock_is_shared(&self.knobs()) {
                    self.lock_shared(task, ino);
                } else {
                    self.lock_mutex(task, ino);
                }
                self.go(task, Pc::ReadMap);
            }
            Pc::ReadDone => {
                self.finish_read(task, ino, range);
                if self.task(task).shared & (1 << ino) != 0 {
                    return self.go(task, Pc::ReadUnlock);
                }
                self.ret(task);
            }
            Pc::ReadUnlock => {
                self.unlock_mutex(task, ino);
                self.ret(task);
            }
            Pc::ReadCheck | Pc::ReadMap => self.map_read(task, ino, range),
            _ => debug_assert!(false, "{pc:?} is no place in a direct read"),
        }
    }

    fn map_read(&mut self, task: u8, ino: u8, range: Range) {
        // The lock that truncate takes before its wait is not held by readers without a lock.
        let locks = self.task(task).i_mutex | self.task(task).shared != 0;
        let counted = locks || self.knobs().trunc_order != TruncOrder::AllocSem;
        *self.state.counts(ino).i_dio_count += u8::from(counted);
        let size = self.state.inodes[usize::from(ino)].size;
        self.task(task).read = self.read_plan(ino, range.up_to(size));
        if self.task(task).i_mutex & (1 << ino) != 0 {
            // DIO_LOCKING reads drop i_mutex before they wait for the bio.
            self.unlock_mutex(task, ino);
        }
        self.go(task, Pc::ReadDone);
        if let Some(frame) = self.task(task).top_mut() {
            frame.extra = u8::from(!counted);
        }
    }

    /// The physical block from which each block of a range is read. Only written blocks are read
    /// from the device; all others are filled with zeroes.
    pub(super) fn read_plan(&mut self, ino: u8, range: Range) -> [u8; BLOCKS] {
        let mut read = [NO_PBLK; BLOCKS];
        self.lookup_range(ino, range, |lblk, mapping| {
            if let Mapping::Written(pblk) = mapping {
                read[usize::from(lblk)] = pblk;
            }
        });
        read
    }

    /// Records what had been acknowledged when the call began.
    pub(super) fn begin_read(&mut self, task: u8, ino: u8) {
        self.task(task).must = self.state.inodes[usize::from(ino)].acked;
    }

    /// The data arrives: compares it with what was promised.
    fn finish_read(&mut self, task: u8, ino: u8, range: Range) {
        let read = self.task(task).read;
        let media = &self.state.media;
        let content =
            |lblk: u8| media.get(usize::from(read[usize::from(lblk)])).map(|media| media.now);
        let contents: [Option<Content>; BLOCKS] = core::array::from_fn(|lblk| content(lblk as u8));
        self.judge_read(task, ino, range, &contents);
        // The size that ends a direct read is that of its begin (`dio->i_size`): what it has read
        // beyond is returned too.
        let beyond = |lblk: &u8| *lblk >= self.state.inodes[usize::from(ino)].size;
        let inode = &self.state.inodes[usize::from(ino)];
        let is_stale = |lblk: u8| inode.is_strange(ino, lblk, contents[usize::from(lblk)]);
        if range.blocks().filter(beyond).any(is_stale) {
            self.break_promise(Promise::NoStale);
        }
        let counted = self.task(task).top().is_some_and(|frame| frame.extra == 0);
        *self.state.counts(ino).i_dio_count -= u8::from(counted);
    }

    /// Compares the result of a read with what had been acknowledged when the read began.
    pub(super) fn judge_read(
        &mut self,
        task: u8,
        ino: u8,
        range: Range,
        contents: &[Option<Content>; BLOCKS],
    ) {
        let Task { must, .. } = *self.task(task);
        let inode = &self.state.inodes[usize::from(ino)];
        let (mut zeroes, mut wrong) = (0, 0);
        let (mut lost, mut stale) = (false, false);
        for lblk in range.blocks().filter(|lblk| *lblk < inode.size) {
            let content = contents[usize::from(lblk)];
            zeroes += u8::from(content.is_none());
            let is_lost = inode.is_older(ino, lblk, content, &must);
            let is_stale = inode.is_strange(ino, lblk, content);
            wrong += u8::from(is_lost || is_stale);
            lost |= is_lost;
            stale |= is_stale;
        }
        if range.blocks().any(|lblk| must.newest(usize::from(lblk)) > 0) {
            self.obs.note(Note::Checked(Promise::Raw));
        }
        self.obs.note(Note::Read { ino, range, zeroes, wrong });
        if lost {
            self.break_promise(Promise::Raw);
        }
        if stale {
            self.break_promise(Promise::NoStale);
        }
    }
}
