//! Where an actor stands: the step that it takes next, and the frame with which it begins.

use crate::bounds::{KWORKERS_MAX, THREADS_MAX};

use super::choice::Actor;
use super::knobs::{FsyncWait, InodeLock, Knobs, NolockRead, Workers};
use super::op::Begins;
use super::pc::Pc;
use super::plan::{irq_plan, worker_plan};
use super::setup::Setup;
use super::state::{Frame, Inode, NO_IRQ, On, Page, Power, Stage, State};

/// Where an actor stands: the step that it takes next, if it has one.
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
            let changed = || state.inodes.iter().any(|inode| inode.dirty_tid);
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
        Actor::Kworker(k) => {
            let (queue, take) = match (k, setup.design.knobs.workers) {
                (0, _) => (&state.work, Pc::WorkTake),
                (1, Workers::RsvAndUnrsv) => (&state.unrsv_work, Pc::UnrsvWorkTake),
                (_, Workers::RsvAndDio) if is_first_idle_dio_worker(state, k) => {
                    (&state.dio_work, Pc::DioWorkTake)
                }
                _ => return None,
            };
            if queue.is_empty() { None } else { frame(take, On::Nothing) }
        }
        Actor::Flusher if state.left.flusher > 0 => {
            let all = Inode::whole();
            let dirty = |inode: &Inode| {
                let pages = &inode.pages;
                all.blocks().any(|b| matches!(pages[usize::from(b)], Page::Dirty(_)))
            };
            let ino = state.inodes.iter().position(dirty)?;
            frame(Pc::WritebackSubmit, On::Inode(ino as u8))
        }
        Actor::Flusher | Actor::Irq(_) | Actor::Jbd2 | Actor::Shrinker | Actor::Power => None,
    }
}

/// `s_dio_done_wq` runs many items at a time; which idle kworker takes one does not matter, so it
/// is the first.
fn is_first_idle_dio_worker(state: &State, kworker: u8) -> bool {
    let idle = |k: &u8| state.tasks[usize::from(THREADS_MAX as u8 + k)].depth() == 0;
    (1..KWORKERS_MAX as u8).find(idle) == Some(kworker)
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
        Begins::Fsync if unclean(Inode::whole()) => frame(Pc::FsyncPages, On::Inode(ino)),
        Begins::Fsync => Some(fsync_frame(knobs, ino, FsyncFor::Caller)),
    }
}

/// Where a direct read begins, its pages being clean.
pub(super) fn read_frame(setup: &Setup, ino: u8) -> Frame {
    let knobs = &setup.design.knobs;
    let pc = match (knobs.inode_lock, setup.dioread_nolock(), knobs.nolock_read) {
        (InodeLock::Rwsem, ..) | (_, false, _) => Pc::ReadLock,
        (_, true, NolockRead::Waits) => Pc::ReadCheck,
        (_, true, NolockRead::Goes) => Pc::ReadMap,
    };
    Frame::new(pc, On::Inode(ino))
}

/// On whose behalf `ext4_sync_file` is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FsyncFor {
    /// The fsync system call, or a synchronous O_(D)SYNC write.
    Caller,
    /// An O_(D)SYNC AIO write, whether the submitter or a worker runs its fsync.
    OsyncAio,
}

/// Where `ext4_sync_file` begins, the pages being clean. `b` is 1 if it does not wait.
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
