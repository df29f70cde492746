//! What a blocked actor waits for.

use super::choice::Actor;
use super::knobs::{Extends, InodeLock, Knobs, Throttle};
use super::op::Op;
use super::part::Waits;
use super::pc::Pc;
use super::place::entry;
use super::range::Range;
use super::setup::Setup;
use super::state::{
    Frame, Inode, Io, Journal, Mapping, NO_IRQ, NOBODY, On, Stage, State, Submitting, Task,
};

/// What a blocked actor waits for.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// `i_mutex` of an inode.
    Mutex { ino: u8 },
    /// `i_data_sem` of an inode, for writing.
    DataSem { ino: u8 },
    /// `i_unwritten` of an inode to become 0.
    Unwritten { ino: u8 },
    /// The bio of an IO.
    Bio { io: u8 },
    /// A slot of the AIO context, all of which are taken and none of which has an event.
    Slot,
    /// An event in the AIO context.
    Event,
    /// `i_dio_count` of an inode to become 0.
    DioCount { ino: u8 },
    /// PageWriteback of an inode's pages to be cleared.
    Writeback { ino: u8 },
    /// Pages of an inode that a read has locked to be unlocked.
    PageLock { ino: u8 },
    /// Conversions to become fewer than the throttle's limit.
    Throttle,
    /// The ordered data of the transaction to be on the device.
    Ordered,
    /// The locked transaction to be committed, so that a handle can start.
    Transaction,
    /// Reserved handles to start, so that there is room for another.
    Reserved,
    /// The open handles of the locked transaction to stop.
    Handles,
    /// The running transaction to be committed.
    Commit,
}

/// What an actor waits for at a place, if it has to wait.
pub(super) fn wait_at(setup: &Setup, state: &State, actor: Actor, pc: Pc) -> Option<Wait> {
    let task = actor.task().map(|t| &state.tasks[usize::from(t)]);
    let frame = || task.and_then(Task::top).or_else(|| entry(setup, state, actor));
    let on = || frame().map(|frame| frame.on);
    let op = || task.and_then(|task| task.current(setup, actor.task()?));
    let inode = |ino: u8| &state.inodes[usize::from(ino)];
    let ino_of_op = || op().map_or(0, |op| op.ino());
    let ino_at = || on().and_then(On::inode).unwrap_or_else(ino_of_op);
    match pc.waits() {
        Waits::Nothing => None,
        Waits::Submission => wait_to_submit(setup, state, task?),
        Waits::WriteLock => {
            let shared = op().is_some_and(|op| write_lock_is_shared(setup, state, op));
            wait_for_lock(state, ino_of_op(), shared)
        }
        Waits::ReadLock => {
            let shared = setup.design.knobs.inode_lock == InodeLock::Rwsem;
            wait_for_lock(state, ino_at(), shared)
        }
        Waits::InodeLock => wait_for_lock(state, ino_at(), false),
        Waits::Bio => {
            let io = on()?.io()?;
            let Io { stage, irq, .. } = state.ios[usize::from(io)];
            (stage != Stage::Completed || irq != NO_IRQ).then_some(Wait::Bio { io })
        }
        // `invalidate_inode_pages2_range` locks each page that it finds.
        Waits::UnlockedPages => wait_for_locked_pages(state, op()?),
        Waits::UnlockedPagesAndChange => {
            let wait = wait_for_locked_pages(state, op()?);
            wait.or_else(|| wait_to_change(setup, state, pc, frame()?, op()))
        }
        Waits::UnlockedPagesOfIo if !setup.design.knobs.invalidate => None,
        Waits::UnlockedPagesOfIo => {
            // An irq has no frame, and cannot wait.
            let io = &state.ios[usize::from(on()?.io()?)];
            let waits = invalidates(io) && inode(io.ino).has_locked_pages(io.range());
            waits.then_some(Wait::PageLock { ino: io.ino })
        }
        Waits::Change => wait_to_change(setup, state, pc, frame()?, op()),
        Waits::Unwritten => {
            let ino = ino_at();
            (inode(ino).i_unwritten > 0).then_some(Wait::Unwritten { ino })
        }
        Waits::Writeback => {
            let ino = ino_at();
            let range = range_of_pages(setup, actor, task, pc);
            inode(ino).has_writeback(range).then_some(Wait::Writeback { ino })
        }
        Waits::IdlePagesAndChange => {
            let ino = ino_at();
            let range = range_of_pages(setup, actor, task, pc);
            let wait = wait_for_pages(inode(ino), ino, range);
            wait.or_else(|| wait_to_change(setup, state, pc, frame()?, op()))
        }
        Waits::DioCount => {
            let ino = ino_at();
            (inode(ino).i_dio_count > 0).then_some(Wait::DioCount { ino })
        }
        Waits::Commit => frame().is_some_and(|f| f.extra != 0).then_some(Wait::Commit),
        Waits::Event => {
            // `getevents` without a number wants what is outstanding, which may be nothing.
            let wants = match (op(), task) {
                (Some(Op::Getevents { nr: 0 }), Some(task)) => {
                    state.slots_used() > 0 && (!task.begun || task.to_reap > 0)
                }
                _ => true,
            };
            (wants && state.events.is_empty()).then_some(Wait::Event)
        }
        Waits::Transaction if state.journal.handles > 0 => Some(Wait::Handles),
        Waits::Transaction => {
            let ordered = |io: &Io| io.ordered && io.stage == Stage::Submitted;
            state.ios.iter().any(ordered).then_some(Wait::Ordered)
        }
    }
}

/// What a step waits for that starts a handle or changes the disk tree.
fn wait_to_change(
    setup: &Setup,
    state: &State,
    pc: Pc,
    frame: Frame,
    op: Option<Op>,
) -> Option<Wait> {
    let Change { ino, handle, tree } = change_at(setup, state, pc, frame, op)?;
    let inode = &state.inodes[usize::from(ino)];
    // The page is grabbed, which waits for it, before the handle starts (v3.9), and may go out
    // again in between.
    if pc == Pc::BufStart
        && let Some(wait) = wait_for_pages(inode, ino, op?.range()?)
    {
        return Some(wait);
    }
    let wait = handle.and_then(|reserves| wait_for_handle(setup, state, reserves));
    wait.or_else(|| (tree && inode.i_data_sem != 0).then_some(Wait::DataSem { ino }))
}

/// No read has locked a page that an operation is on.
fn wait_for_locked_pages(state: &State, op: Op) -> Option<Wait> {
    let ino = op.ino();
    let inode = &state.inodes[usize::from(ino)];
    let locked = op.range().is_some_and(|range| inode.has_locked_pages(range));
    locked.then_some(Wait::PageLock { ino })
}

/// Whoever locks pages to change or to drop them waits for reads that have locked them, and then
/// for their writeback.
fn wait_for_pages(inode: &Inode, ino: u8, range: Range) -> Option<Wait> {
    if inode.has_locked_pages(range) {
        return Some(Wait::PageLock { ino });
    }
    inode.has_writeback(range).then_some(Wait::Writeback { ino })
}

/// Whether clean pages of a direct write's range are dropped when it is done: a bio that failed has
/// changed nothing.
pub(super) fn invalidates(io: &Io) -> bool {
    !io.error
}

/// What a step takes of the journal and of an inode.
pub(super) struct Change {
    ino: u8,
    /// The handle that it starts, if it starts one: how many handles it reserves with it.
    pub(super) handle: Option<u8>,
    /// It changes the disk tree, under `i_data_sem` for writing: an overwrite may hold that.
    tree: bool,
}

pub(super) fn change_at(
    setup: &Setup,
    state: &State,
    pc: Pc,
    frame: Frame,
    op: Option<Op>,
) -> Option<Change> {
    let range = op.and_then(Op::range);
    let ino = frame.on.inode().unwrap_or_default();
    let mut change = Change { ino, handle: Some(0), tree: true };
    match pc {
        Pc::WriteMap | Pc::FallocMap | Pc::TruncFree | Pc::SizeUpdate => {
            change.ino = op?.ino();
            // An extending write that failed is cut off again.
            let io = frame.on.io().map(|io| &state.ios[usize::from(io)]);
            let failed = || io.is_some_and(Io::has_failed);
            change.tree = pc != Pc::SizeUpdate || failed();
            // A handle is started only where there is something to allocate or to split.
            let inode = &state.inodes[usize::from(change.ino)];
            if pc == Pc::WriteMap && is_overwrite(inode, range?) {
                if !extends(&setup.design.knobs, inode, range?) {
                    return None;
                }
                // The handle puts the inode on the orphan list.
                change.tree = false;
            }
        }
        Pc::BufStart => change.tree = false,
        // With a small journal the handle has been open since `BufStart`.
        Pc::BufCopy => {
            let inode = &state.inodes[usize::from(ino)];
            if setup.journal > 0 || !updates_disksize(inode, range?) {
                return None;
            }
            change.tree = false;
        }
        Pc::WritebackSubmit => {
            let inode = &state.inodes[usize::from(ino)];
            let run = inode.dirty_run(range.unwrap_or(Inode::whole()));
            if run.is_none() && setup.journal > 0 {
                return None;
            }
            change.tree = run.is_some_and(|run| !is_overwrite(inode, run));
            // `ext4_writepages`, v3.11: with dioread_nolock a handle for the conversion.
            let reserves = change.tree && setup.dioread_nolock() && setup.design.knobs.reservation;
            change.handle = Some(u8::from(reserves));
        }
        // A reserved handle has its credits, and joins a locked transaction.
        Pc::ConvertStart | Pc::ConvertMap => {
            let io = &state.ios[usize::from(frame.on.io()?)];
            if pc == Pc::ConvertStart && is_reserved(setup, io) {
                return None;
            }
            change.ino = io.ino;
            change.tree = pc == Pc::ConvertMap;
            change.handle = (!change.tree).then_some(0);
        }
        _ => {
            debug_assert!(pc == Pc::TruncPages || !pc.waits().may_change(), "{pc:?}");
            return None;
        }
    }
    Some(change)
}

/// Whether the handle of an IO's conversion was reserved.
pub(super) fn is_reserved(setup: &Setup, io: &Io) -> bool {
    io.writeback && setup.design.knobs.reservation
}

/// What starting a handle waits for, when it also reserves others (fs/jbd2/transaction.c v3.12,
/// `add_transaction_credits`).
fn wait_for_handle(setup: &Setup, state: &State, reserves: u8) -> Option<Wait> {
    let Journal { requested, locked, credits, reserved, .. } = state.journal;
    let room = setup.journal;
    if locked {
        return Some(Wait::Transaction);
    }
    if room == 0 {
        return None;
    }
    // At most half of a transaction can be reserved. A commit does not free reservations.
    let too_many = reserves > 0 && reserved + reserves > room / 2;
    if too_many || reserved + 1 + reserves > room {
        return Some(Wait::Reserved);
    }
    (requested && credits + 1 + reserves > room).then_some(Wait::Transaction)
}

/// A slot of the AIO context, and under a throttle fewer conversions.
fn wait_to_submit(setup: &Setup, state: &State, task: &Task) -> Option<Wait> {
    if state.slots_used() >= setup.slots {
        let Submitting { iocb, returned } = task.submitting;
        if iocb > returned {
            // The call returns the short count.
            return None;
        }
        return state.events.is_empty().then_some(Wait::Slot);
    }
    let limit = match setup.design.knobs.throttle {
        Throttle::No => return None,
        Throttle::Slots => setup.slots,
        Throttle::One => 1,
        Throttle::Two => 2,
        Throttle::Four => 4,
    };
    (outstanding(state) >= limit).then_some(Wait::Throttle)
}

/// AIO writes that may still have to be converted: pending, or on the way there.
fn outstanding(state: &State) -> u8 {
    let counts = |io: &Io| io.aio && (io.counted || io.stage == Stage::Prepared);
    state.ios().filter(|(_, io)| counts(io)).count() as u8
}

fn wait_for_lock(state: &State, ino: u8, shared: bool) -> Option<Wait> {
    let inode = &state.inodes[usize::from(ino)];
    let free = inode.i_mutex == NOBODY && (shared || inode.shared == 0);
    (!free).then_some(Wait::Mutex { ino })
}

/// Under `i_rwsem` an overwrite of written blocks inside the file takes it shared.
pub(super) fn write_lock_is_shared(setup: &Setup, state: &State, op: Op) -> bool {
    let inode = &state.inodes[usize::from(op.ino())];
    setup.design.knobs.inode_lock == InodeLock::Rwsem
        && op.range().is_some_and(|range| {
            is_overwrite(inode, range) && !extends(&setup.design.knobs, inode, range)
        })
}

/// Whether a direct write of a range makes the file longer.
pub(super) fn extends(knobs: &Knobs, inode: &Inode, range: Range) -> bool {
    let end = match knobs.extends {
        Extends::ISize => inode.size,
        Extends::IDisksize => inode.disksize,
    };
    range.end() > end
}

/// Whether a buffered write of a range updates `i_disksize` at once
/// (`ext4_da_should_update_i_disksize`): its last block is written already, so that no writeback
/// will do it.
pub(super) fn updates_disksize(inode: &Inode, range: Range) -> bool {
    let last = inode.disk[usize::from(range.end() - 1)];
    range.end() > inode.disksize && matches!(last, Mapping::Written(_))
}

/// Whether every block of a range is written already.
pub(super) fn is_overwrite(inode: &Inode, range: Range) -> bool {
    range.blocks().all(|lblk| matches!(inode.disk[usize::from(lblk)], Mapping::Written(_)))
}

/// The pages that a task's function is about.
fn range_of_pages(setup: &Setup, actor: Actor, task: Option<&Task>, pc: Pc) -> Range {
    let op = actor.task().zip(task).and_then(|(t, task)| task.current(setup, t));
    match (pc, op) {
        (Pc::TruncPages, Some(Op::Truncate { size, .. })) => {
            Range::new(size, Inode::whole().len - size)
        }
        (_, Some(op)) => op.range().unwrap_or(Inode::whole()),
        (_, None) => Inode::whole(),
    }
}
