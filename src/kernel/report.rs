//! fiemap, SEEK_DATA and SEEK_HOLE: what the file system says of where a file has data
//! (fs/ext4/{extents,file}.c v3.8 and v3.12, fs/iomap/{fiemap,seek}.c v5.7).
//!
//! A block that is written to the page cache and has no place on the disk yet is data only as long
//! as the ES tree says that it is delayed: nothing else is asked.

use crate::es::Status;

use super::knobs::InodeLock;
use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::promise::Promise;
use super::range::Range;
use super::state::{Mapping, Page};

/// What is said of a block.
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

    /// The first block from `lblk` on that is data, or none; an unwritten block is data if its page
    /// is cached. The end of the file is a hole.
    fn seek(&mut self, ino: u8, lblk: u8, hole: bool) {
        let size = self.state.inodes[usize::from(ino)].size;
        let mut found = None;
        for lblk in lblk..size {
            let said = self.say(ino, lblk);
            let page = self.state.inodes[usize::from(ino)].pages[usize::from(lblk)];
            let cached = !matches!(page, Page::Absent | Page::Locked);
            let is_data = match said {
                Said::Hole => false,
                Said::Unwritten => cached,
                Said::Delayed | Said::Written => true,
            };
            self.judge_hole(ino, lblk, said == Said::Hole);
            if is_data != hole {
                found = Some(lblk);
                break;
            }
        }
        let found = found.or_else(|| (hole && lblk < size).then_some(size));
        self.obs.note(Note::Sought { ino, found });
    }

    /// What is said of a block: from v5.7 on by `ext4_map_blocks`, which asks the ES tree and fills
    /// it; before, by the disk tree. Of delayed blocks only the ES tree knows.
    fn say(&mut self, ino: u8, lblk: u8) -> Said {
        let mut mapping = self.state.inodes[usize::from(ino)].disk[usize::from(lblk)];
        if self.knobs().inode_lock == InodeLock::Rwsem {
            self.lookup_range(ino, Range::new(lblk, 1), |_, found| mapping = found);
        }
        match mapping {
            Mapping::Written(_) => Said::Written,
            Mapping::Unwritten(_) => Said::Unwritten,
            Mapping::Hole => {
                let entry = self.state.inodes[usize::from(ino)].es.peek(u32::from(lblk));
                let delayed = entry.is_some_and(|entry| entry.status.any(Status::DELAYED));
                if delayed { Said::Delayed } else { Said::Hole }
            }
        }
    }

    /// A block whose page is dirty is no hole.
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
