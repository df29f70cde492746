//! `ext4_aio_mutex`, which serialises AIO writes of half blocks (fs/ext4/file.c v2.6.38 and v3.8).

use super::choice::Actor;
use super::knobs::Unaligned;
use super::op::Op;
use super::pc::Pc;
use super::setup::Setup;
use super::state::{State, Task};
use crate::bounds::THREADS_MAX;

/// The thread that holds `ext4_aio_mutex` of an inode: from its wait for conversions until its
/// submission returns. A write that begins beyond the end of the file does not take it.
pub(super) fn aio_mutex_holder(setup: &Setup, state: &State, ino: u8) -> Option<Actor> {
    if setup.design.knobs.unaligned != Unaligned::AioMutex {
        return None;
    }
    let size = state.inodes[usize::from(ino)].size;
    let takes = |op: Op| {
        let inside = op.range().is_some_and(|range| range.lblk < size);
        op.ino() == ino && op.submits_aio() && op.has_halves() && inside
    };
    let holds = |thread: u8, task: &Task| {
        let inside = task.frames().iter().any(|frame| holds_at(frame.pc));
        inside && task.current(setup, thread).is_some_and(takes)
    };
    let mut tasks = (0..THREADS_MAX as u8).zip(&state.tasks);
    tasks.find(|(thread, task)| holds(*thread, task)).map(|(thread, _)| Actor::Thread(thread))
}

/// Whether a place of a direct write lies between taking and dropping `ext4_aio_mutex`.
const fn holds_at(pc: Pc) -> bool {
    matches!(
        pc,
        Pc::UnalignedWait
            | Pc::WriteLock
            | Pc::WriteMap
            | Pc::OverwriteMap
            | Pc::DioAwait
            | Pc::SizeUpdate
            | Pc::OverwriteLock
            | Pc::WriteUnlock
            | Pc::WriteReturn
            | Pc::AioReturn
    )
}
