//! Overwrites that drop `i_mutex` before they submit (fs/ext4/{file,inode}.c v3.8 and v4.4;
//! 4bd809dbbf17 in v3.6).
//!
//! An AIO write puts its io_end into the inode (`ext4_inode_aio_set`), under `i_mutex`. There, the
//! mapping of unwritten blocks finds it and marks it for conversion. An overwrite puts its own
//! io_end there, or none, after it has dropped `i_mutex`. So it may take the place of another
//! write that is about to map: that write is then done without a conversion, and its blocks stay
//! unwritten. 74dae4278546 (v4.5) ends the sharing.

use super::footprint::bits;
use super::knobs::{InodeLock, Overwrites};
use super::machine::Machine;
use super::note::Observer;
use super::op::Op;
use super::pc::Pc;
use super::setup::Setup;
use super::state::{Page, State};
use super::wait::is_overwrite;

/// In the frame of a write whose io_end is no longer in the inode.
const LOST: u8 = 1;

/// Whether a write drops `i_mutex` before it submits (`ext4_file_dio_write`): under
/// dioread_nolock, inside the file, with all blocks written and no page cached.
fn drops_mutex(setup: &Setup, state: &State, op: Op) -> bool {
    let inode = &state.inodes[usize::from(op.ino())];
    setup.design.knobs.inode_lock == InodeLock::Mutex
        && setup.dioread_nolock()
        && op.range().is_some_and(|range| range.end() <= inode.size && is_overwrite(inode, range))
        && inode.pages.iter().all(|page| *page == Page::Absent)
}

/// Whether a write is an overwrite that submits in a step after that in which it drops `i_mutex`.
pub(super) fn submits_unlocked(setup: &Setup, state: &State, op: Op) -> bool {
    // `ext4_unaligned_aio`.
    let aligned = !op.submits_aio() || !op.has_halves();
    setup.design.knobs.overwrites == Overwrites::SharedSlot
        && aligned
        && drops_mutex(setup, state, op)
}

/// Whether some write of a setup may do so: its blocks are written at the start, or by others.
pub(super) fn may_submit_unlocked(setup: &Setup) -> bool {
    let shares = setup.design.knobs.overwrites == Overwrites::SharedSlot;
    let files = 0..setup.files.len() as u8;
    shares && setup.dioread_nolock() && files.into_iter().any(|ino| may_overwrite(setup, ino))
}

fn may_overwrite(setup: &Setup, ino: u8) -> bool {
    let extents = setup.files[usize::from(ino)].extents.iter();
    let at_first = extents.filter(|extent| extent.written).map(|extent| extent.range);
    let at_first = at_first.fold(0, |all, range| all | bits(range.blocks()));
    let ops = || setup.threads.iter().flatten().filter(|op| op.ino() == ino);
    let iocbs = |op: &Op| (0..op.writes()).map(|n| op.iocb(n)).collect::<Vec<_>>();
    let writes: Vec<u16> = ops().flat_map(iocbs).map(blocks_of).collect();
    let covered = |at: usize| {
        let beside = writes[..at].iter().chain(&writes[at + 1..]);
        beside.fold(at_first, |all, blocks| all | blocks)
    };
    let overwrites = |(at, blocks): (usize, &u16)| blocks & !covered(at) == 0;
    ops().any(|op| op.moves_blocks()) || writes.iter().enumerate().any(overwrites)
}

fn blocks_of(op: Op) -> u16 {
    op.range().map_or(0, |range| bits(range.blocks()))
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// Whether a synchronous write that has just been submitted drops `i_mutex`, and holds
    /// `i_data_sem` for reading until its bio is done.
    pub(super) fn is_nolock_overwrite(&self, op: Op) -> bool {
        self.knobs().overwrites == Overwrites::OwnIoEnd
            && matches!(op, Op::DioWrite { aio: false, .. })
            && drops_mutex(self.setup, &self.state, op)
    }

    /// An overwrite counts itself, takes `i_data_sem` for reading and drops `i_mutex`.
    pub(super) fn unlock_to_overwrite(&mut self, task: u8, op: Op) {
        let index = self.io_at(task);
        self.io(index).dio_held = true;
        let counts = self.state.counts(op.ino());
        *counts.i_dio_count += 1;
        *counts.i_data_sem |= 1 << task;
        self.unlock_mutex(task, op.ino());
    }

    /// `ext4_inode_aio_set`: the io_end of a write that is about to map leaves the inode.
    pub(super) fn take_io_end_slot(&mut self, task: u8, ino: u8) {
        for other in (0..self.setup.threads.len() as u8).filter(|other| *other != task) {
            let top = self.state.tasks[usize::from(other)].top();
            let waits_to_map = top.is_some_and(|frame| frame.pc == Pc::WriteMap);
            let op = self.op(other).filter(|op| op.ino() == ino);
            if waits_to_map
                && matches!(op, Some(Op::DioWrite { aio: true, .. }))
                && let Some(frame) = self.task(other).top_mut()
            {
                frame.extra = LOST;
            }
        }
    }

    /// Whether a write that maps has lost its io_end, so that nothing marks it for conversion.
    pub(super) fn has_lost_io_end(&self, task: u8) -> bool {
        let top = self.state.tasks[usize::from(task)].top();
        top.is_some_and(|frame| frame.pc == Pc::WriteMap && frame.extra == LOST)
    }
}
