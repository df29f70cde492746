//! The conditions that a blocked actor waits for.

use crate::es;

use super::aio_mutex::aio_mutex_holder;
use super::choice::Actor;
use super::fill::fill_lock_holder;
use super::knobs::{
    EvictWait, Extends, FillLock, InodeLock, Knobs, NolockRead, Throttle, TruncOrder, Unaligned,
};
use super::op::Op;
use super::part::Waits;
use super::pc::Pc;
use super::place::entry;
use super::range::Range;
use super::row::Row;
use super::setup::Setup;
use super::state::{
    FLUSHER, Frame, Inode, Io, Journal, Mapping, NO_IRQ, NOBODY, On, Page, SHRINKS, Stage, State,
    Submitting, Task,
};

/// The condition that a blocked actor waits for.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// `i_mutex` of the inode is free.
    Mutex { ino: u8 },
    /// `invalidate_lock`, or `i_mmap_sem`, of an inode, to put a page into the page cache.
    FillLock { ino: u8 },
    /// `ext4_aio_mutex` of an inode is free, which serialises AIO writes of half blocks.
    AioMutex { ino: u8 },
    /// `i_data_sem` of the inode is free, for writing.
    DataSem { ino: u8 },
    /// `i_unwritten` of the inode is 0.
    Unwritten { ino: u8 },
    /// The bio of the IO is done.
    Bio { io: u8 },
    /// A slot of the AIO context is free, or an event is in the ring. All slots are in use.
    Slot,
    /// An event is in the AIO context.
    Event,
    /// `i_dio_count` of the inode is 0.
    DioCount { ino: u8 },
    /// The `io_end`s of an inode to be freed (`i_ioend_count` to become 0).
    IoEnds { ino: u8 },
    /// PageWriteback of the inode's pages is cleared.
    Writeback { ino: u8 },
    /// Pages of the inode that a read has locked are unlocked.
    PageLock { ino: u8 },
    /// Fewer conversions are outstanding than the throttle allows.
    Throttle,
    /// The ordered data of the transaction is on the device.
    Ordered,
    /// The locked transaction is committed, so that a handle can start.
    Transaction,
    /// Reserved handles have started, so that there is room for another.
    Reserved,
    /// The open handles of the locked transaction have stopped.
    Handles,
    /// The running transaction is committed.
    Commit,
}

/// The two files of `move_extents`. It takes both locks at once: no other call takes two, so the
/// order in which a kernel takes them has no effect.
const FILES: [u8; 2] = [0, 1];

/// The condition that an actor has to wait for at a place, or `None` if it can step.
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
            let knobs = &setup.design.knobs;
            let rwsem = knobs.inode_lock == InodeLock::Rwsem;
            let shared = if pc == Pc::ReadLock { read_lock_is_shared(knobs) } else { rwsem };
            wait_for_lock(state, ino_at(), shared)
        }
        Waits::FiemapLock if setup.design.knobs.fiemap_lock => wait_for_lock(state, ino_at(), true),
        Waits::FiemapLock => None,
        Waits::InodeLock => wait_for_lock(state, ino_at(), false),
        Waits::LockOfIo => {
            let io = &state.ios[usize::from(on()?.io()?)];
            wait_for_lock(state, io.ino, false)
        }
        Waits::Bio => {
            let io = on()?.io()?;
            let Io { stage, irq, .. } = state.ios[usize::from(io)];
            (stage != Stage::Completed || irq != NO_IRQ).then_some(Wait::Bio { io })
        }
        Waits::IdlePages => wait_to_invalidate(state, op()?),
        Waits::PagesToRead => {
            let wait = wait_for_locked_pages(state, op()?);
            wait.or_else(|| wait_to_fill(setup, state, op()?))
        }
        Waits::PageToFault => {
            let (ino, range) = (op()?.ino(), op()?.range()?);
            let held = setup.design.knobs.fill_lock != FillLock::No
                && fill_lock_holder(state, ino).is_some();
            wait_for_pages(inode(ino), ino, range)
                .or_else(|| held.then_some(Wait::FillLock { ino }))
                .or_else(|| wait_to_change(setup, state, pc, frame()?, op()))
        }
        Waits::IdlePagesOfWriteAndChange => {
            let wait = wait_to_invalidate(state, op()?);
            wait.or_else(|| wait_to_change(setup, state, pc, frame()?, op()))
        }
        Waits::IdlePagesOfIo if !setup.design.knobs.invalidate => None,
        Waits::IdlePagesOfIo => {
            // An irq has no frame and cannot wait.
            let io = &state.ios[usize::from(on()?.io()?)];
            let wait = wait_for_pages(inode(io.ino), io.ino, io.range());
            wait.filter(|_| invalidates(io))
        }
        Waits::Change => wait_to_change(setup, state, pc, frame()?, op()),
        Waits::AioMutex => {
            let ino = ino_of_op();
            aio_mutex_holder(setup, state, ino).map(|_| Wait::AioMutex { ino })
        }
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
        Waits::BothLocks if setup.files.len() < 2 => None,
        Waits::BothLocks => FILES.into_iter().find_map(|ino| wait_for_lock(state, ino, false)),
        Waits::BothDioCounts => {
            let waits = |ino: &u8| inode(*ino).i_dio_count > 0;
            FILES.into_iter().find(waits).map(|ino| Wait::DioCount { ino })
        }
        Waits::BothPagesAndChange => {
            let block = Range::new(frame()?.extra & 15, 1);
            let pages = FILES.into_iter().find_map(|ino| wait_for_pages(inode(ino), ino, block));
            pages.or_else(|| wait_to_change(setup, state, pc, frame()?, op()))
        }
        Waits::DioCount => {
            let ino = ino_at();
            let goes = pc == Pc::TruncDio && !waits_to_truncate(setup, frame()?.extra);
            (inode(ino).i_dio_count > 0 && !goes).then_some(Wait::DioCount { ino })
        }
        Waits::Eviction => {
            let ino = ino_at();
            let waits = setup.design.knobs.evict != EvictWait::Writeback;
            let io_end = |(_, io): (u8, &Io)| io.ino == ino && io.has_io_end();
            if waits && state.ios().any(io_end) {
                return Some(Wait::IoEnds { ino });
            }
            // A flusher that has begun with the inode is waited for too (`I_SYNC`).
            let flusher = state.tasks[usize::from(FLUSHER)].top();
            let flushes = flusher.is_some_and(|frame| frame.on == On::Inode(ino));
            let waits = flushes || inode(ino).has_writeback(Inode::whole());
            waits.then_some(Wait::Writeback { ino })
        }
        Waits::Commit => frame().is_some_and(|f| f.extra != 0).then_some(Wait::Commit),
        Waits::Event => {
            // `getevents` without a number waits for all outstanding events; there may be none.
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

/// Whether a truncation waits for direct IO before it frees blocks. `notify_change` takes
/// `i_alloc_sem` for every new size; later kernels wait only if the file gets shorter (`orphan` or
/// `shrink` in `ext4_setattr`).
pub(super) fn waits_to_truncate(setup: &Setup, how: u8) -> bool {
    setup.design.knobs.trunc_order == TruncOrder::AllocSem || how == SHRINKS
}

/// The wait of a step that starts a handle or changes the disk tree.
fn wait_to_change(
    setup: &Setup,
    state: &State,
    pc: Pc,
    frame: Frame,
    op: Option<Op>,
) -> Option<Wait> {
    let Change { ino, handle, tree } = change_at(setup, state, pc, frame, op)?;
    let inode = &state.inodes[usize::from(ino)];
    // The page is locked before the handle starts (v3.9), which waits for writeback. Writeback of
    // the page may start again in between.
    if pc == Pc::BufStart
        && let Some(wait) = wait_for_pages(inode, ino, op?.range()?)
    {
        return Some(wait);
    }
    let wait = handle.and_then(|reserves| wait_for_handle(setup, state, reserves));
    wait.or_else(|| (tree && inode.i_data_sem != 0).then_some(Wait::DataSem { ino }))
}

/// `invalidate_inode_pages2_range` locks each page that it finds in a direct write's range, and
/// waits for its writeback.
fn wait_to_invalidate(state: &State, op: Op) -> Option<Wait> {
    wait_for_pages(&state.inodes[usize::from(op.ino())], op.ino(), op.range()?)
}

/// The wait until no read has locked a page of an operation's range.
fn wait_for_locked_pages(state: &State, op: Op) -> Option<Wait> {
    let ino = op.ino();
    let inode = &state.inodes[usize::from(ino)];
    let locked = op.range().is_some_and(|range| inode.has_locked_pages(range));
    locked.then_some(Wait::PageLock { ino })
}

/// Filling the page cache takes `invalidate_lock` (v5.15).
fn wait_to_fill(setup: &Setup, state: &State, op: Op) -> Option<Wait> {
    let (ino, range) = (op.ino(), op.range()?);
    let inode = &state.inodes[usize::from(ino)];
    let absent = |lblk: u8| inode.pages[usize::from(lblk)] == Page::Absent;
    let waits = setup.design.knobs.fill_lock == FillLock::Reads
        && range.up_to(inode.size).blocks().any(absent)
        && fill_lock_holder(state, ino).is_some();
    waits.then_some(Wait::FillLock { ino })
}

/// A task that changes or drops pages waits until no read has locked them, and then until their
/// writeback is done.
fn wait_for_pages(inode: &Inode, ino: u8, range: Range) -> Option<Wait> {
    if inode.has_locked_pages(range) {
        return Some(Wait::PageLock { ino });
    }
    inode.has_writeback(range).then_some(Wait::Writeback { ino })
}

/// Whether a finished direct write drops the clean pages of its range. A failed bio has changed
/// nothing, so it drops none.
pub(super) fn invalidates(io: &Io) -> bool {
    !io.error
}

/// The parts of the journal and of an inode that a step uses.
pub(super) struct Change {
    ino: u8,
    /// If the step starts a handle: the number of handles that it reserves with it.
    pub(super) handle: Option<u8>,
    /// True if the step changes the disk tree, under `i_data_sem` for writing. A synchronous
    /// overwrite may hold that lock.
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
        Pc::PunchFree | Pc::ZeroConvert | Pc::CollapseShift | Pc::InsertShift => {}
        Pc::ShiftForget | Pc::MoveSwap => {}
        Pc::WriteMap | Pc::FallocMap | Pc::TruncFree | Pc::SizeUpdate => {
            change.ino = op?.ino();
            // The blocks of a failed extending write are freed again.
            let io = frame.on.io().map(|io| &state.ios[usize::from(io)]);
            let failed = || io.is_some_and(Io::has_failed);
            change.tree = pc != Pc::SizeUpdate || failed();
            // A handle is needed only to allocate or to split.
            let inode = &state.inodes[usize::from(change.ino)];
            if pc == Pc::WriteMap && is_overwrite(inode, range?) {
                if !extends(&setup.design.knobs, inode, range?) {
                    return None;
                }
                // The handle only puts the inode on the orphan list.
                change.tree = false;
            }
        }
        Pc::TruncSize => {
            change.ino = op?.ino();
            // Sizes change under `i_data_sem` since 90e775b71ac4 (v3.12). A file that grows needs
            // no handle until v4.0.
            change.tree = setup.design.row >= Row::V3_12;
            let alone = frame.extra != SHRINKS && setup.design.row < Row::V4_13;
            if alone {
                return None;
            }
        }
        Pc::BufStart => change.tree = false,
        Pc::Unlink => change.tree = false,
        Pc::EvictFree => {}
        // With a small journal the handle has been open since `BufStart`.
        Pc::BufCopy => {
            let inode = &state.inodes[usize::from(ino)];
            change.tree = !setup.delalloc && !is_overwrite(inode, range?);
            let starts = !setup.delalloc || updates_disksize(setup, inode, range?);
            change.handle = (setup.journal == 0 && starts).then_some(0);
            if !change.tree && change.handle.is_none() {
                return None;
            }
        }
        // The page is locked first, and then `block_page_mkwrite` allocates.
        Pc::MmapFault => return None,
        Pc::MmapMkwrite => {
            let inode = &state.inodes[usize::from(ino)];
            if setup.delalloc || is_overwrite(inode, range?) {
                return None;
            }
        }
        Pc::WritebackSubmit => {
            let inode = &state.inodes[usize::from(ino)];
            // The same pages that the step writes: a call that moves blocks writes all pages from
            // its range on.
            let run = inode.dirty_run(op.and_then(Op::pages).unwrap_or(Inode::whole()));
            if run.is_none() && setup.journal > 0 {
                return None;
            }
            change.tree = run.is_some_and(|run| !is_overwrite(inode, run));
            // `ext4_writepages`, v3.11: with dioread_nolock it reserves a handle for the
            // conversion.
            let reserves = change.tree && setup.dioread_nolock() && setup.design.knobs.reservation;
            change.handle = Some(u8::from(reserves));
        }
        // A reserved handle already has its credits, and it joins even a locked transaction.
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
            let drops = matches!(pc, Pc::TruncPages | Pc::RangeDrop);
            debug_assert!(drops || !pc.waits().may_change(), "{pc:?}");
            return None;
        }
    }
    Some(change)
}

/// Whether the handle of an IO's conversion was reserved.
pub(super) fn is_reserved(setup: &Setup, io: &Io) -> bool {
    io.writeback && setup.design.knobs.reservation
}

/// The wait of starting a handle that may also reserve others (fs/jbd2/transaction.c v3.12,
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
    // At most half of a transaction can be reserved, and a commit does not free reservations.
    let too_many = reserves > 0 && reserved + reserves > room / 2;
    if too_many || reserved + 1 + reserves > room {
        return Some(Wait::Reserved);
    }
    (requested && credits + 1 + reserves > room).then_some(Wait::Transaction)
}

/// The wait for a slot of the AIO context and, under a throttle, for fewer outstanding conversions.
fn wait_to_submit(setup: &Setup, state: &State, task: &Task) -> Option<Wait> {
    if state.slots_used() >= setup.slots {
        let Submitting { iocb, returned } = task.submitting;
        if iocb > returned {
            // The batch has submitted some iocbs, so the call returns the short count.
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

/// Number of AIO writes whose conversion is pending, or may still become pending.
fn outstanding(state: &State) -> u8 {
    let counts = |io: &Io| io.aio && (io.counted || io.stage == Stage::Prepared);
    state.ios().filter(|(_, io)| counts(io)).count() as u8
}

fn wait_for_lock(state: &State, ino: u8, shared: bool) -> Option<Wait> {
    let inode = &state.inodes[usize::from(ino)];
    let free = inode.i_mutex == NOBODY && (shared || inode.shared == 0);
    (!free).then_some(Wait::Mutex { ino })
}

/// Whether direct reads take the inode's lock shared.
pub(super) fn read_lock_is_shared(knobs: &Knobs) -> bool {
    knobs.inode_lock == InodeLock::Rwsem || knobs.nolock_read == NolockRead::Shared
}

/// Whether a write takes the inode's lock shared: under `i_rwsem`, for an overwrite inside the
/// file, from v6.3 on (here v6.5) also of blocks that are still unwritten.
pub(super) fn write_lock_is_shared(setup: &Setup, state: &State, op: Op) -> bool {
    let knobs = &setup.design.knobs;
    let inode = &state.inodes[usize::from(op.ino())];
    let is_hole = |lblk: u8| inode.disk[usize::from(lblk)] == Mapping::Hole;
    let overwrites = |range: Range| match knobs.es_version {
        es::Version::V6_5 | es::Version::V6_12 => !range.blocks().any(is_hole),
        es::Version::V3_8 | es::Version::V3_9 | es::Version::V3_11 | es::Version::V3_19 => {
            is_overwrite(inode, range)
        }
    };
    if let Some(shared) = shares_lock(knobs, inode, op) {
        return shared && !op.range().is_some_and(|range| extends(knobs, inode, range));
    }
    knobs.inode_lock == InodeLock::Rwsem
        && op.range().is_some_and(|range| overwrites(range) && !extends(knobs, inode, range))
}

/// Whether a write of half blocks takes `i_rwsem` shared: `None` if it does as other writes do.
fn shares_lock(knobs: &Knobs, inode: &Inode, op: Op) -> Option<bool> {
    if knobs.unaligned != Unaligned::DioWait || !op.has_halves() {
        return None;
    }
    // From v6.5 on an overwrite of written blocks, which zeroes nothing (310ee0902b8d).
    let refined = knobs.es_version >= es::Version::V6_5;
    Some(refined && op.range().is_some_and(|range| is_overwrite(inode, range)))
}

/// Whether a direct write of a range extends the file.
pub(super) fn extends(knobs: &Knobs, inode: &Inode, range: Range) -> bool {
    let end = match knobs.extends {
        Extends::ISize => inode.size,
        Extends::IDisksize => inode.disksize,
    };
    range.end() > end
}

/// Whether a buffered write of a range updates `i_disksize` immediately
/// (`ext4_da_should_update_i_disksize`). It does if its last block is written already, because no
/// writeback would then update it.
pub(super) fn updates_disksize(setup: &Setup, inode: &Inode, range: Range) -> bool {
    let last = inode.disk[usize::from(range.end() - 1)];
    let allocated = !setup.delalloc || matches!(last, Mapping::Written(_));
    range.end() > inode.disksize && allocated
}

/// Whether all blocks of a range are written already.
pub(super) fn is_overwrite(inode: &Inode, range: Range) -> bool {
    range.blocks().all(|lblk| matches!(inode.disk[usize::from(lblk)], Mapping::Written(_)))
}

/// The pages that a task's function covers.
fn range_of_pages(setup: &Setup, actor: Actor, task: Option<&Task>, pc: Pc) -> Range {
    let op = actor.task().zip(task).and_then(|(t, task)| task.current(setup, t));
    match (pc, op) {
        (Pc::TruncPages, Some(Op::Truncate { size, .. })) => {
            Range::new(size, Inode::whole().len - size)
        }
        (_, Some(op)) => op.pages().unwrap_or(Inode::whole()),
        (_, None) => Inode::whole(),
    }
}
