//! The place of an actor: the step that it takes next, and the frame with which it begins.

use crate::bounds::THREADS_MAX;

use super::choice::Actor;
use super::knobs::{FillLock, FsyncWait, InodeLock, Knobs, NolockRead, Workers};
use super::op::{Begins, Op, RangeMode};
use super::pc::Pc;
use super::plan::{irq_plan, worker_plan};
use super::setup::Setup;
use super::state::{Frame, Inode, Life, NO_IRQ, On, Power, Stage, State};

/// The place of an actor: the step that it takes next, or `None` if it has none.
pub(super) fn place(setup: &Setup, state: &State, actor: Actor) -> Option<Pc> {
    match state.power {
        Power::On => {}
        Power::Cut => return (actor == Actor::Power).then_some(Pc::Recover),
        Power::Recovered => return None,
    }
    match actor {
        Actor::Irq(io) => {
            let io = &state.ios[usize::from(io)];
            match io.stage {
                Stage::Submitted => irq_plan(&setup.design.knobs, io).at(0),
                _ if io.irq != NO_IRQ => irq_plan(&setup.design.knobs, io).at(io.irq),
                _ => None,
            }
        }
        Actor::Jbd2 if state.journal.locked => Some(Pc::CommitWrite),
        Actor::Jbd2 => {
            let changed = || state.inodes.iter().any(|inode| inode.dirty_tid || inode.sync_tid);
            let unasked = || state.left.commit > 0 && changed();
            (state.journal.requested || unasked()).then_some(Pc::CommitLock)
        }
        Actor::Shrinker => {
            let cached = || state.inodes.iter().any(|inode| !inode.es.is_empty());
            (state.left.shrink > 0 && cached()).then_some(Pc::Shrink)
        }
        Actor::Power => (state.left.crash > 0).then_some(Pc::PowerCut),
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher => {
            let task = actor.task()?;
            match state.tasks[usize::from(task)].top() {
                Some(Frame { pc: Pc::EndIo | Pc::DioComplete, on: On::Io(io), extra }) => {
                    worker_plan(&setup.design.knobs, &state.ios[usize::from(io)]).at(extra)
                }
                Some(frame) => Some(frame.pc),
                None => entry(setup, state, actor).map(|frame| frame.pc),
            }
        }
    }
}

/// The frame with which an idle task begins its next work.
pub(super) fn entry(setup: &Setup, state: &State, actor: Actor) -> Option<Frame> {
    let frame = |pc, on| Some(Frame::new(pc, on));
    match actor {
        Actor::Thread(t) => op_entry(setup, state, t),
        Actor::Kworker(k) => kworker_entry(setup, state, k),
        Actor::Flusher if state.left.flusher > 0 => {
            let all = Inode::whole();
            let dirty = |inode: &Inode| {
                let pages = &inode.pages;
                !inode.is_going() && all.blocks().any(|b| pages[usize::from(b)].is_dirty())
            };
            let ino = state.inodes.iter().position(dirty)?;
            frame(Pc::WritebackSubmit, On::Inode(ino as u8))
        }
        Actor::Flusher | Actor::Irq(_) | Actor::Jbd2 | Actor::Shrinker | Actor::Power => None,
    }
}

/// The frame with which an idle kworker begins. The first one converts, in v3.11 the second one
/// too. The others run `s_dio_done_wq` and the delayed `fput`, several items at a time. All idle
/// ones are equivalent, so the first takes a direct IO and the next one evicts.
fn kworker_entry(setup: &Setup, state: &State, kworker: u8) -> Option<Frame> {
    let workers = setup.design.knobs.workers;
    let take = |queue: &[u8], pc| (!queue.is_empty()).then_some(Frame::new(pc, On::Nothing));
    let first = match (kworker, workers) {
        (0, _) => return take(state.work.as_slice(), Pc::WorkTake),
        (1, Workers::RsvAndUnrsv) => {
            return take(state.unrsv_work.as_slice(), Pc::UnrsvWorkTake);
        }
        (_, Workers::RsvAndUnrsv) => 2,
        (_, Workers::One | Workers::RsvAndDio) => 1,
    };
    let dio = take(state.dio_work.as_slice(), Pc::DioWorkTake);
    let released = state.inodes.iter().position(|inode| inode.life == Life::Released);
    let evicts = released.map(|ino| Frame::new(Pc::EvictWait, On::Inode(ino as u8)));
    if dio.is_none() && evicts.is_none() {
        return None;
    }
    let idle = |k: &u8| state.tasks[usize::from(THREADS_MAX as u8 + k)].depth() == 0;
    let at = (first..setup.kworkers()).filter(idle).position(|k| k == kworker)?;
    dio.into_iter().chain(evicts).nth(at)
}

/// The frame with which a thread enters its next operation.
fn op_entry(setup: &Setup, state: &State, thread: u8) -> Option<Frame> {
    let knobs = &setup.design.knobs;
    let frame = |pc, on| Some(Frame::new(pc, on));
    let op = state.tasks[usize::from(thread)].current(setup, thread)?;
    let ino = op.ino();
    let unclean = |range| state.inodes[usize::from(ino)].waits_for_writeback(range);
    match op.begins() {
        Begins::At(pc) => frame(pc, On::Nothing),
        Begins::OnInode(pc) => frame(pc, On::Inode(ino)),
        Begins::DirectRead(range) if unclean(range) => frame(Pc::ReadPages, On::Inode(ino)),
        Begins::DirectRead(_) => Some(read_frame(setup, ino)),
        Begins::RangeOp(mode) if setup.design.row < mode.first_row(setup.cluster_bits() > 0) => {
            frame(Pc::RangeRefuse, On::Inode(ino))
        }
        Begins::RangeOp(RangeMode::Move) => frame(Pc::MoveLock, On::Inode(ino)),
        Begins::RangeOp(mode) => {
            // From v4.5 on, only punch writes dirty pages before it takes the lock.
            let first = mode == RangeMode::Punch || knobs.fill_lock == FillLock::No;
            // Without dirty pages the call begins with the lock, unless another operation may make
            // pages dirty before it.
            let dirties = |other: &Op| other.is_buffered() && other.ino() == ino;
            let writes = first && setup.threads.iter().flatten().any(dirties);
            frame(if writes { Pc::RangePages } else { Pc::RangeLock }, On::Inode(ino))
        }
        Begins::Fsync if unclean(Inode::whole()) => frame(Pc::FsyncPages, On::Inode(ino)),
        Begins::Fsync => Some(fsync_frame(knobs, ino, FsyncFor::Caller)),
    }
}

/// The start of a direct read whose pages are clean.
pub(super) fn read_frame(setup: &Setup, ino: u8) -> Frame {
    let knobs = &setup.design.knobs;
    let pc = match (knobs.inode_lock, setup.dioread_nolock(), knobs.nolock_read) {
        (InodeLock::Rwsem, ..) | (_, false, _) | (_, _, NolockRead::Shared) => Pc::ReadLock,
        (_, true, NolockRead::Waits) => Pc::ReadCheck,
        (_, true, NolockRead::Goes) => Pc::ReadMap,
    };
    Frame::new(pc, On::Inode(ino))
}

/// The caller of `ext4_sync_file`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FsyncFor {
    /// The fsync system call, or a synchronous O_(D)SYNC write.
    Caller,
    /// An O_(D)SYNC AIO write, whether the submitter or a worker runs its fsync.
    OsyncAio,
}

/// The start of `ext4_sync_file` with clean pages. `extra` is 1 if the call does not wait.
pub(super) fn fsync_frame(knobs: &Knobs, ino: u8, who: FsyncFor) -> Frame {
    let (pc, b) = match (knobs.fsync, who) {
        (FsyncWait::Unwritten, _) | (FsyncWait::SkipForOsyncAio, FsyncFor::Caller) => {
            (Pc::FsyncLock, 0)
        }
        (FsyncWait::SkipForOsyncAio, FsyncFor::OsyncAio) => (Pc::FsyncLock, 1),
        (FsyncWait::Writeback | FsyncWait::FlushDirty, _) => (Pc::FsyncCommit, 0),
    };
    Frame { pc, on: On::Inode(ino), extra: b }
}
