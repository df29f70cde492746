//! `EXT4_IOC_MOVE_EXT`: the blocks of a range of one file change places with those of another, and
//! the data stays where it is (fs/ext4/move_extent.c, as rewritten in v3.18, and v6.19).
//!
//! A defragmenter preallocates the other file. The call looks a block up without a lock that keeps
//! writeback out. Once it has the pages of both files, it has to know whether what it found is
//! still true: until v6.18 it looks again (`mext_check_coverage`), from v6.19 on it compares the
//! count of changes of the ES tree (`i_es_seq`) with the one that the lookup returned, and starts
//! again if they differ. An unwritten block has no data to copy.

use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::range::Range;
use super::state::{Mapping, Page};

/// In the frame beside the block: the lookup has found it unwritten.
const UNWRITTEN: u8 = 1 << 4;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_move(&mut self, task: u8, pc: Pc) {
        let Some(Op::Range { ino, range, .. }) = self.op(task) else { return };
        let donor = 1 - ino;
        match pc {
            Pc::MoveLock if self.setup.files.len() < 2 => {
                self.obs.note(Note::Refused { ino });
                self.ret(task);
            }
            Pc::MoveLock => {
                self.lock_mutex(task, ino);
                self.lock_mutex(task, donor);
                self.go(task, Pc::MoveDio);
            }
            Pc::MoveDio => self.go_to_move(task, range.lblk),
            Pc::MoveMap => self.find_block_to_move(task, ino, range),
            Pc::MoveSwap => self.move_block(task, ino, donor),
            _ => debug_assert!(false, "{pc:?} is no place in move_extents"),
        }
    }

    fn go_to_move(&mut self, task: u8, lblk: u8) {
        self.go(task, Pc::MoveMap);
        self.set_extra(task, lblk);
    }

    fn set_extra(&mut self, task: u8, extra: u8) {
        if let Some(frame) = self.task(task).top_mut() {
            frame.extra = extra;
        }
    }

    /// `ext4_move_extents` looks up the next block that has a place. The end of the range ends the
    /// call.
    fn find_block_to_move(&mut self, task: u8, ino: u8, range: Range) {
        let mut lblk = self.task(task).top().map_or(range.end(), |frame| frame.extra);
        let end = range.end().min(self.state.inodes[usize::from(ino)].size);
        while lblk < end {
            let found = match self.lookup_piece(ino, Range::new(lblk, 1)).1 {
                Mapping::Hole => None,
                Mapping::Unwritten(_) => Some(UNWRITTEN),
                Mapping::Written(_) => Some(0),
            };
            if let Some(found) = found {
                self.go(task, Pc::MoveSwap);
                return self.set_extra(task, lblk | found);
            }
            lblk += 1;
        }
        self.end_move(task, ino);
    }

    /// `mext_move_extent`, with the pages of both files locked.
    fn move_block(&mut self, task: u8, ino: u8, donor: u8) {
        let found = self.task(task).top().map_or(0, |frame| frame.extra);
        let (lblk, unwritten) = (found & 15, found & UNWRITTEN != 0);
        let at = usize::from(lblk);
        let block = Range::new(lblk, 1);
        let now = self.state.inodes[usize::from(ino)].disk[at];
        if self.knobs().move_check && unwritten != matches!(now, Mapping::Unwritten(_)) {
            return self.go_to_move(task, lblk);
        }
        // A dirty page cannot lose its buffers: the call fails.
        if [ino, donor]
            .into_iter()
            .any(|of| self.state.inodes[usize::from(of)].pages[at].is_dirty())
        {
            self.obs.note(Note::Refused { ino });
            return self.end_move(task, ino);
        }
        let there = self.lookup_piece(donor, block).1;
        if let (Some(from), Mapping::Unwritten(to)) = (now.pblk(), there) {
            if !unwritten {
                self.copy_into_page(ino, lblk, from);
            }
            self.swap_block(ino, donor, lblk, (from, to));
        }
        // Nothing is moved where the other file has a hole. Where it has a written block, the
        // model moves nothing either.
        self.go_to_move(task, lblk + 1);
    }

    /// `mext_folio_mkuptodate` and `mext_folio_mkwrite`: the data of the block is read into the
    /// page cache, and the page is dirty.
    fn copy_into_page(&mut self, ino: u8, lblk: u8, from: u8) {
        let at = usize::from(lblk);
        let cached = self.state.inodes[usize::from(ino)].pages[at].content().flatten();
        let content = cached.or_else(|| Some(self.state.media.get(usize::from(from))?.now));
        if let Some(content) = content {
            self.state.pages(ino)[at] = Page::Dirty(content);
        }
    }

    /// `ext4_swap_extents`: each block keeps its status, but that of the other file stays
    /// unwritten. Both ES trees forget the block.
    fn swap_block(&mut self, ino: u8, donor: u8, lblk: u8, (from, to): (u8, u8)) {
        let (at, block) = (usize::from(lblk), Range::new(lblk, 1));
        let moved = match self.state.inodes[usize::from(ino)].disk[at] {
            Mapping::Written(_) => Mapping::Written(to),
            Mapping::Unwritten(_) | Mapping::Hole => Mapping::Unwritten(to),
        };
        for (of, mapping) in [(ino, moved), (donor, Mapping::Unwritten(from))] {
            self.es_forget(of, block);
            self.state.disk(of)[at] = mapping;
            let end = 1_u32 << block.end();
            self.state.split_at(of, 1 << lblk | end as u16);
            *self.state.counts(of).dirty_tid = true;
            self.obs.note(Note::Disk { ino: of, range: block });
        }
    }

    fn end_move(&mut self, task: u8, ino: u8) {
        self.unlock_mutex(task, ino);
        self.unlock_mutex(task, 1 - ino);
        self.ret(task);
    }
}
