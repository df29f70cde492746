//! Direct writes of half blocks (fs/ext4/file.c v2.6.38, v3.8, v4.13, v5.5 and v6.5).
//!
//! A write that covers only half of a new or unwritten block fills the other half with zeroes. Two
//! such writes to one block must not be in flight together, or one zeroes the data of the other.

use super::knobs::Unaligned;
use super::machine::Machine;
use super::note::Observer;
use super::op::Op;
use super::overwrite::submits_unlocked;
use super::pc::Pc;
use super::range::Range;
use super::state::{Frame, Inode, On};
use super::wait::is_overwrite;
use crate::es;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_unaligned(&mut self, task: u8, pc: Pc) {
        let Some(op @ Op::DioWrite { ino, range, .. }) = self.op(task) else { return };
        match pc {
            Pc::UnalignedLock => self.go(task, Pc::UnalignedWait),
            Pc::UnalignedWait if self.knobs().unaligned == Unaligned::AioMutex => {
                self.go(task, Pc::WriteLock);
            }
            Pc::UnalignedWait | Pc::UnalignedDio => self.begin_to_map(task, ino, range),
            _ => debug_assert!(false, "{pc:?} is no place of {op:?}"),
        }
    }

    /// The place at which an AIO write continues when it has a slot.
    pub(super) fn place_after_slot(&self, task: u8) -> Pc {
        let takes = self.knobs().unaligned == Unaligned::AioMutex
            && self.op(task).is_some_and(|op| self.is_unaligned_aio(op));
        if takes { Pc::UnalignedLock } else { Pc::WriteLock }
    }

    /// A direct write has the inode's lock: it waits for other writes, if it has half blocks, and
    /// then maps its range.
    pub(super) fn go_on_locked(&mut self, task: u8, op: Op, io: u8) {
        let (ino, range) = (op.ino(), op.range().unwrap_or(Inode::whole()));
        let waits = match self.knobs().unaligned {
            Unaligned::No | Unaligned::AioMutex => None,
            Unaligned::UnwrittenWait => self.is_unaligned_aio(op).then_some(Pc::UnalignedWait),
            Unaligned::DioWait => self.waits_for_dio(task, op).then_some(Pc::UnalignedDio),
        };
        match waits {
            Some(pc) => self.go_on(task, pc, On::Io(io)),
            // Nothing blocks between the lock and its end.
            None if submits_unlocked(self.setup, &self.state, op) => {
                self.go_on(task, Pc::OverwriteMap, On::Io(io));
                self.unlock_to_overwrite(task, op);
            }
            None => {
                self.go_on(task, Pc::WriteMap, On::Io(io));
                self.begin_to_map(task, ino, range);
            }
        }
    }

    /// Goes on to map the range of a write; dirty pages are written first.
    fn begin_to_map(&mut self, task: u8, ino: u8, range: Range) {
        self.go(task, Pc::WriteMap);
        if self.state.inodes[usize::from(ino)].waits_for_writeback(range) {
            self.call(task, Frame::new(Pc::WritebackSubmit, On::Inode(ino)));
        }
    }

    /// `ext4_unaligned_aio`: an AIO write of half blocks that begins inside the file.
    fn is_unaligned_aio(&self, op: Op) -> bool {
        let inode = &self.state.inodes[usize::from(op.ino())];
        let begins_inside = op.range().is_some_and(|range| range.lblk < inode.size);
        op.has_halves() && op.submits_aio() && begins_inside
    }

    /// Whether a write of half blocks waits for direct IO in flight, holding the lock exclusively.
    /// From v6.5 on it does so only if some block is new or unwritten.
    fn waits_for_dio(&mut self, task: u8, op: Op) -> bool {
        let inode = &self.state.inodes[usize::from(op.ino())];
        let zeroes = self.knobs().es_version < es::Version::V6_5
            || op.range().is_some_and(|range| !is_overwrite(inode, range));
        op.has_halves() && zeroes && self.task(task).i_mutex & (1 << op.ino()) != 0
    }

    /// Whether a write of half blocks keeps the lock until its bio is done.
    pub(super) fn waits_alone(&mut self, task: u8, op: Op) -> bool {
        self.knobs().unaligned == Unaligned::DioWait
            && op.has_halves()
            && self.task(task).i_mutex & (1 << op.ino()) != 0
    }
}
