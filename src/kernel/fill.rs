//! The locks that keep out others while the blocks of a range are removed: direct reads without a
//! lock, and tasks that fill the page cache.

use super::choice::Actor;
use super::knobs::TruncOrder;
use super::part::Part;
use super::pc::Pc;
use super::setup::Setup;
use super::state::{Frame, NOBODY, SHRINKS, State};

/// Whether direct reads under dioread_nolock take the lock, because a task that removes blocks has
/// waited for direct IO (`EXT4_STATE_DIOREAD_LOCK`, 1c9114f9c0f1 in v3.7). A truncation keeps them
/// out only while it waits, because it has set the size before.
pub(super) fn blocks_unlocked_reads(setup: &Setup, state: &State, ino: u8) -> bool {
    let holder = state.inodes[usize::from(ino)].i_mutex;
    let truncates = setup.design.knobs.trunc_order == TruncOrder::SizeFirst;
    let blocks = |frame: &Frame| match frame.pc {
        Pc::TruncDio => truncates && frame.extra == SHRINKS,
        pc => pc.part() == Part::RangeOp,
    };
    holder != NOBODY && has_frame(state, holder, blocks)
}

/// The actor that holds `i_mmap_sem`, or `invalidate_lock`, of an inode exclusively: a task that
/// drops the pages of a range holds it until the blocks are removed.
pub fn fill_lock_holder(state: &State, ino: u8) -> Option<Actor> {
    let holder = state.inodes[usize::from(ino)].i_mutex;
    let holds = |frame: &Frame| {
        let last = matches!(frame.pc, Pc::PunchFree | Pc::ZeroConvert | Pc::ShiftForget);
        last || matches!(frame.pc, Pc::RangeDrop | Pc::CollapseShift | Pc::InsertShift)
    };
    (holder != NOBODY && has_frame(state, holder, holds)).then(|| Actor::of_task(holder))
}

fn has_frame(state: &State, task: u8, of: impl Fn(&Frame) -> bool) -> bool {
    let task = state.tasks.get(usize::from(task));
    task.is_some_and(|task| task.frames().iter().any(of))
}
