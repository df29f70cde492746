//! The locks that keep out others while the blocks of a range are removed: direct reads without a
//! lock, and tasks that fill the page cache.

use super::choice::Actor;
use super::part::Part;
use super::pc::Pc;
use super::state::{NOBODY, State};

/// Whether direct reads under dioread_nolock take the lock, because a task that removes blocks has
/// waited for direct IO (`EXT4_STATE_DIOREAD_LOCK`, 1c9114f9c0f1 in v3.7).
pub(super) fn blocks_unlocked_reads(state: &State, ino: u8) -> bool {
    let holder = state.inodes[usize::from(ino)].i_mutex;
    holder != NOBODY && is_inside(state, holder, |pc| pc.part() == Part::RangeOp)
}

/// The actor that holds `i_mmap_sem`, or `invalidate_lock`, of an inode exclusively: a task that
/// drops the pages of a range holds it until the blocks are removed.
pub fn fill_lock_holder(state: &State, ino: u8) -> Option<Actor> {
    let holder = state.inodes[usize::from(ino)].i_mutex;
    let holds = |pc| {
        let last = matches!(pc, Pc::PunchFree | Pc::ZeroConvert | Pc::ShiftForget);
        last || matches!(pc, Pc::RangeDrop | Pc::CollapseShift | Pc::InsertShift)
    };
    (holder != NOBODY && is_inside(state, holder, holds)).then(|| Actor::of_task(holder))
}

fn is_inside(state: &State, task: u8, at: impl Fn(Pc) -> bool) -> bool {
    let task = state.tasks.get(usize::from(task));
    task.is_some_and(|task| task.frames().iter().any(|frame| at(frame.pc)))
}
