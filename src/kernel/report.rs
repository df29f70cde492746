//! fiemap, SEEK_DATA and SEEK_HOLE: reports of where a file has data (fs/ext4/{extents,file}.c v3.8
//! and v3.12, fs/iomap/{fiemap,seek}.c v5.7).
//!
//! A block may be written in the page cache while it has no place on the disk yet. Only the ES tree
//! knows such a block, as delayed: without its entry, the block is reported as a hole.

use crate::bounds::BLOCKS_MAX;
use crate::es::Status;

use super::knobs::InodeLock;
use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::promise::Promise;
use super::range::Range;
use super::state::{Mapping, Page};

/// The report about one block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Hole,
    Delayed,
    Unwritten,
    Written,
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_report(&mut self, task: u8, pc: Pc) {
        match (pc, self.op(task)) {
            (Pc::Fiemap, Some(Op::Fiemap { ino })) => self.fiemap(ino),
            (Pc::Seek, Some(Op::Seek { ino, lblk, hole })) => self.seek(ino, lblk, hole),
            _ => {}
        }
        self.ret(task);
    }

    /// Reports every extent of the file.
    fn fiemap(&mut self, ino: u8) {
        let size = self.state.inodes[usize::from(ino)].size;
        let (mut mapped, mut delayed) = (0, 0);
        for lblk in 0..size {
            let said = self.say(ino, lblk);
            mapped += u8::from(matches!(said, Said::Unwritten | Said::Written));
            delayed += u8::from(said == Said::Delayed);
            self.judge_hole(ino, lblk, said == Said::Hole);
        }
        self.obs.note(Note::Mapped { ino, mapped, delayed });
    }

    /// The first data block at or after `lblk`, or none. An unwritten block counts as data if its
    /// page is cached. The end of the file is a hole.
    fn seek(&mut self, ino: u8, lblk: u8, hole: bool) {
        let size = self.state.inodes[usize::from(ino)].size;
        let (mut found, mut at) = (None, lblk);
        while at < size && found.is_none() {
            let (piece, all) = self.say_piece(ino, Range::new(at, size - at));
            for lblk in piece.blocks() {
                let said = all[usize::from(lblk)];
                let page = self.state.inodes[usize::from(ino)].pages[usize::from(lblk)];
                let cached = !matches!(page, Page::Absent | Page::Locked);
                let is_data = match said {
                    Said::Hole => false,
                    Said::Unwritten => cached,
                    Said::Delayed | Said::Written => true,
                };
                self.judge_hole(ino, lblk, said == Said::Hole);
                at = lblk + 1;
                if is_data != hole {
                    found = Some(lblk);
                    break;
                }
            }
        }
        let found = found.or_else(|| (hole && lblk < size).then_some(size));
        self.obs.note(Note::Sought { ino, found });
    }

    /// The report about a block.
    fn say(&mut self, ino: u8, lblk: u8) -> Said {
        self.say_piece(ino, Range::new(lblk, 1)).1[usize::from(lblk)]
    }

    /// The report about the first piece of a range, block by block. From v5.7 on it comes from
    /// `ext4_map_blocks`, which looks into the ES tree and fills it, up to the end of the extent;
    /// before that from the disk tree. Delayed blocks are only in the ES tree.
    fn say_piece(&mut self, ino: u8, range: Range) -> (Range, [Said; BLOCKS_MAX as usize]) {
        let mut piece = Range::new(range.lblk, 1);
        let mut mapping = self.state.inodes[usize::from(ino)].disk[usize::from(range.lblk)];
        if self.knobs().inode_lock == InodeLock::Rwsem {
            (piece, mapping) = self.lookup_piece(ino, range);
        }
        let inode = &self.state.inodes[usize::from(ino)];
        let said = core::array::from_fn(|lblk| match mapping {
            Mapping::Written(_) => Said::Written,
            Mapping::Unwritten(_) => Said::Unwritten,
            Mapping::Hole => {
                let entry = inode.es.peek(lblk as u32);
                let delayed = entry.is_some_and(|entry| entry.status.any(Status::DELAYED));
                if delayed { Said::Delayed } else { Said::Hole }
            }
        });
        (piece, said)
    }

    /// Checks that a block with a dirty page is not reported as a hole.
    fn judge_hole(&mut self, ino: u8, lblk: u8, is_hole: bool) {
        let page = self.state.inodes[usize::from(ino)].pages[usize::from(lblk)];
        if !matches!(page, Page::Dirty(_) | Page::Writeback(_)) {
            return;
        }
        self.obs.note(Note::Checked(Promise::KeepDelayed));
        if is_hole {
            self.break_promise(Promise::KeepDelayed);
        }
    }
}
