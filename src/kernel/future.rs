//! The parts that an actor may touch before certain other actors step.

use core::cell::Cell;

use super::choice::Actor;
use super::footprint::{Footprint, Subject};
use super::future_waits::Stills;
use super::knobs::{FallocateWaits, FsyncWait, TruncOrder, TruncWait, Workers};
use super::op::Op;
use super::pc::Pc;
use super::places::{Places, inodes};
use super::plan::{irq_plan, worker_plan};
use super::recall::{IRQ, Recall};
use super::state::{FLUSHER, Frame, Io, List, NO_IRQ, On, Stage, Task};
use super::wait::waits_to_truncate;

/// The parts that actors may touch while some others stand still.
pub(super) struct Futures<'a> {
    pub(super) places: Places<'a>,
    pub(super) stills: Stills,
    pub(super) recall: &'a Recall,
    /// While the footprint of an operation is computed that is kept for other states: the files
    /// that it flushes, as bits.
    pub(super) put_off: Cell<Option<u8>>,
}

impl<'a> Futures<'a> {
    pub(super) fn new(places: Places<'a>, stills: Stills, recall: &'a Recall) -> Futures<'a> {
        Futures { places, stills, recall, put_off: Cell::new(None) }
    }

    /// The footprint of all further steps of an actor, and of the steps that they cause.
    pub(super) fn of(&self, actor: Actor) -> Footprint {
        let Places { setup, state, facts, .. } = self.places;
        let left = &state.left;
        match actor {
            Actor::Thread(thread) => self.of_thread(thread),
            Actor::Irq(io) => self.known(io, IRQ, || self.of_irq(io)),
            Actor::Kworker(kworker) => self.of_kworker(kworker),
            Actor::Jbd2 => {
                let wakes = state.journal.requested || state.journal.locked || left.commit > 0;
                if wakes { self.commit() } else { Footprint::NONE }
            }
            Actor::Flusher => {
                let runs = state.tasks[usize::from(FLUSHER)].depth() > 0;
                let writes = facts.cached && (left.flusher > 0 || runs);
                let files = || inodes().take(setup.files.len());
                let write = |ino| self.writeback(&Subject::whole(ino), Writeback::Ahead);
                let all = files().map(write);
                if writes {
                    all.fold(Footprint::NONE, |all, one| all | one)
                } else {
                    Footprint::NONE
                }
            }
            Actor::Shrinker if left.shrink > 0 => self.places.at(Pc::Shrink, &Subject::whole(0)),
            Actor::Power if left.crash > 0 => self.places.at(Pc::PowerCut, &Subject::whole(0)),
            Actor::Shrinker | Actor::Power => Footprint::NONE,
        }
    }

    /// The rest of a thread's program, up to a lock that is not released meanwhile.
    fn of_thread(&self, thread: u8) -> Footprint {
        let Places { setup, state, .. } = self.places;
        let task = &state.tasks[usize::from(thread)];
        let mut all = Footprint::NONE;
        let Some(program) = setup.threads.get(usize::from(thread)) else { return all };
        // The thread may be in the middle of an IO that it flushes.
        for frame in task.frames().iter().filter(|frame| frame.pc.is_end_io()) {
            let On::Io(io) = frame.on else { continue };
            let (at, on) = (&state.ios[usize::from(io)], Subject::of_io(state, io));
            all |= self.known(io, frame.extra, || self.work(at, &on, frame.extra));
            all |= self.running(task.frames(), &on);
        }
        for (at, op) in program.iter().enumerate().skip(usize::from(task.op)) {
            let begun = at == usize::from(task.op) && task.depth() > 0;
            let how = if begun { Begun::of(task) } else { Begun::NOT };
            if !self.add_known((thread, at), *op, how, &mut all) {
                break;
            }
        }
        all
    }

    /// Adds the footprint of an operation, from one of its iocbs on; false if it reaches a lock
    /// that cannot be taken.
    pub(super) fn add_op(&self, op: Op, begun: Begun, all: &mut Footprint) -> bool {
        let places = &self.places;
        let cached = places.facts.cached;
        let ino = op.ino();
        let Begun { from, inside, how, writeback, remembers } = begun;
        let locked_out = inside.is_none() && self.stills.is_locked(ino);
        let sum = |pcs: &[Pc], on: &Subject| {
            pcs.iter().fold(Footprint::NONE, |sum, pc| sum | places.at(*pc, on))
        };
        let on = places.subject(op);
        match op {
            Op::DioWrite { .. } | Op::AioBatch { .. } => {
                for n in from.min(op.writes().saturating_sub(1))..op.writes() {
                    let iocb = op.iocb(n);
                    let on = places.subject(iocb);
                    if op.submits_aio() {
                        *all |= sum(&[Pc::IoSubmit], &on);
                    }
                    if locked_out {
                        return false;
                    }
                    let writeback = if n == from { writeback } else { Writeback::Ahead };
                    *all |= self.write(iocb, &on, writeback);
                }
            }
            Op::DioRead { .. } => {
                *all |= sum(&[Pc::ReadPages], &on);
                if cached {
                    *all |= self.writeback(&on, writeback);
                }
                if places.locks_to_read() && locked_out {
                    return false;
                }
                let lock = if places.locks_to_read() { Pc::ReadLock } else { Pc::ReadCheck };
                *all |= places.at(lock, &on) | places.at(Pc::ReadMap, &on);
                *all |= places.at(Pc::ReadDone, &on) | places.at(Pc::ReadUnlock, &on);
                if !places.locks_to_read() && places.checks_to_read() {
                    let lock = places.at(Pc::ReadFlushLock, &on);
                    *all |= lock | places.at(Pc::ReadFlushUnlock, &on) | self.flush(ino);
                }
            }
            Op::BufWrite { .. } => {
                if locked_out {
                    return false;
                }
                *all |= sum(&[Pc::BufLock, Pc::BufStart, Pc::BufCopy], &on);
                if op.syncs() {
                    let whole = Subject::whole(ino);
                    *all |= self.writeback(&whole, writeback) | self.sync(ino, remembers);
                }
            }
            Op::BufRead { .. } => *all |= sum(&[Pc::BufRead, Pc::BufReadDone], &on),
            Op::Fsync { .. } => {
                if inside.is_none() {
                    *all |= sum(&[Pc::FsyncPages], &on);
                }
                if cached {
                    *all |= self.writeback(&Subject::whole(ino), writeback);
                }
                if self.locks_to_sync() && locked_out {
                    return false;
                }
                *all |= self.sync(ino, remembers);
            }
            Op::Fallocate { .. } => {
                if locked_out {
                    return false;
                }
                *all |= sum(&[Pc::FallocLock, Pc::FallocMap], &on);
                if places.setup.design.knobs.fallocate_waits == FallocateWaits::Yes {
                    *all |= self.flush(ino);
                }
            }
            Op::Truncate { size, .. } => {
                if locked_out {
                    return false;
                }
                *all |= sum(&[Pc::TruncLock], &on);
                let size_first = places.setup.design.knobs.trunc_order == TruncOrder::SizeFirst;
                if size_first {
                    *all |= sum(&[Pc::TruncSize], &on);
                }
                let ahead = match inside {
                    None | Some(Pc::TruncDio) => true,
                    Some(pc) => size_first && pc == Pc::TruncSize,
                };
                let waits = match inside {
                    None => !places.may_not_shrink(ino, size),
                    Some(_) => ahead && waits_to_truncate(places.setup, how),
                };
                if waits && self.stills.dio_lasts(ino) {
                    return false;
                }
                let rest = [Pc::TruncSize, Pc::TruncDio, Pc::TruncPages, Pc::TruncFree];
                *all |= sum(&rest, &on);
                *all |= match places.setup.design.knobs.trunc {
                    TruncWait::Both => self.flush(ino),
                    TruncWait::FlushDirty => sum(&[Pc::FlushWait], &on),
                    TruncWait::DioAndWriteback | TruncWait::DioCount => Footprint::NONE,
                };
            }
            // Operations without an analysis.
            Op::Range { .. } | Op::MmapWrite { .. } => *all = Footprint::EVERYTHING,
            Op::Close { .. } | Op::Unlink { .. } => *all = Footprint::EVERYTHING,
            Op::DropCaches { .. } => *all |= sum(&[Pc::DropCaches], &on),
            Op::Fiemap { .. } => *all |= sum(&[Pc::Fiemap], &on),
            Op::Seek { .. } => *all |= sum(&[Pc::Seek], &on),
            Op::Getevents { .. } => *all |= self.getevents(),
        }
        true
    }

    /// A direct write, from its lock up to its conversion.
    fn write(&self, op: Op, on: &Subject, writeback: Writeback) -> Footprint {
        let places = &self.places;
        let mut pcs = vec![Pc::WriteLock, Pc::WriteMap, Pc::OverwriteMap];
        let facts = places.facts;
        let aio = op.submits_aio();
        if !aio || on.extends || facts.cached || places.state.left.enospc > 0 {
            pcs.extend([Pc::DioAwait, Pc::ConvertStart, Pc::ConvertMap, Pc::SizeUpdate]);
            pcs.extend([Pc::OverwriteLock, Pc::WriteUnlock]);
        }
        let mut all = pcs.iter().fold(Footprint::NONE, |all, pc| all | places.at(*pc, on));
        if facts.cached {
            all |= self.writeback(on, writeback);
        }
        if on.sync {
            all |= self.sync(on.ino, true);
        }
        for unwritten in [false, true] {
            for error in errors(facts.fails) {
                let io = Io { aio, waits: !aio, sync: on.sync, unwritten, error, ..Io::FREE };
                all |= self.completion(&io, on, 0, true);
            }
        }
        all
    }

    /// The remaining writeback of pages.
    fn writeback(&self, on: &Subject, how: Writeback) -> Footprint {
        let on = Subject { writeback: true, ..*on };
        let waits = self.places.at(Pc::WritebackWait, &on);
        match how {
            Writeback::Done => return Footprint::NONE,
            Writeback::Waits => return waits,
            Writeback::Ahead => {}
        }
        let mut all = waits | self.places.at(Pc::WritebackSubmit, &on);
        for unwritten in [false, true] {
            for error in errors(self.places.facts.fails) {
                let io = Io { writeback: true, unwritten, error, ..Io::FREE };
                all |= self.completion(&io, &on, 0, true);
            }
        }
        all
    }

    /// The irq handler from a position of its plan on, and the actors that continue after it.
    fn completion(&self, io: &Io, on: &Subject, from: u8, bio: bool) -> Footprint {
        let knobs = &self.places.setup.design.knobs;
        let plan = irq_plan(knobs, io);
        let mut all = if bio { self.places.bio(on) } else { Footprint::NONE };
        for pc in plan.parts().iter().skip(usize::from(from)) {
            all |= self.places.at(*pc, on) | self.places.frees_slot();
            let queues = matches!(pc, Pc::AddCompleteIo | Pc::QueueDioWork);
            let by_one =
                *pc == Pc::AddCompleteIo && (io.writeback || knobs.workers != Workers::RsvAndUnrsv);
            let waits = match pc {
                Pc::QueueDioWork => self.stills.dio_work_waits(),
                _ => by_one && self.stills.worker_waits(),
            };
            if queues && !waits {
                let take = match pc {
                    Pc::QueueDioWork => Pc::DioWorkTake,
                    _ if by_one => Pc::WorkTake,
                    _ => Pc::UnrsvWorkTake,
                };
                all |= self.work(io, on, 0) | self.places.at(take, on);
            }
        }
        all
    }

    /// A worker's part of an IO, from a position of its plan on.
    fn work(&self, io: &Io, on: &Subject, from: u8) -> Footprint {
        let plan = worker_plan(&self.places.setup.design.knobs, io);
        let syncs = plan.parts().iter().skip(usize::from(from)).any(|pc| *pc == Pc::Sync);
        let sync = if syncs { self.sync(on.ino, true) } else { Footprint::NONE };
        self.work_unsynced(io, on, from) | sync
    }

    /// The same without its fsync.
    fn work_unsynced(&self, io: &Io, on: &Subject, from: u8) -> Footprint {
        let mut all = self.places.moves_dio_worker() | self.places.frees_slot();
        let plan = worker_plan(&self.places.setup.design.knobs, io);
        for pc in plan.parts().iter().skip(usize::from(from)) {
            all |= match pc {
                Pc::Convert if self.stills.handles_wait() => return all,
                Pc::Convert => {
                    let starts = self.places.at(Pc::ConvertStart, on);
                    starts | self.places.at(Pc::ConvertMap, on)
                }
                Pc::Sync => Footprint::NONE,
                other => self.places.at(*other, on),
            };
        }
        all
    }

    /// fsync with clean pages, with the conversions that it runs and the commit that it requests.
    fn sync(&self, ino: u8, remembers: bool) -> Footprint {
        match self.locks_to_sync() {
            true => self.sync_unflushed(ino, remembers) | self.flush(ino),
            false => self.sync_unflushed(ino, remembers),
        }
    }

    /// The same without the conversions that it runs.
    fn sync_unflushed(&self, ino: u8, remembers: bool) -> Footprint {
        let on = Subject { begun: remembers, ..Subject::whole(ino) };
        let lock = match self.locks_to_sync() {
            true => self.places.at(Pc::FsyncLock, &on) | self.places.at(Pc::FlushTake, &on),
            false => Footprint::NONE,
        };
        let waits = match self.places.setup.design.knobs.fsync {
            FsyncWait::Writeback => Footprint::NONE,
            FsyncWait::Unwritten | FsyncWait::SkipForOsyncAio | FsyncWait::FlushDirty => {
                self.places.at(Pc::FlushWait, &on)
            }
        };
        let pcs = [Pc::FsyncCommit, Pc::FsyncCommitWait];
        let own = lock | waits | self.commit();
        pcs.iter().fold(own, |all, pc| all | self.places.at(*pc, &on))
    }

    fn commit(&self) -> Footprint {
        let on = Subject::whole(0);
        self.places.at(Pc::CommitLock, &on) | self.places.at(Pc::CommitWrite, &on)
    }

    /// The flush of pending conversions, of existing IOs.
    pub(super) fn flush(&self, ino: u8) -> Footprint {
        if let Some(files) = self.put_off.get() {
            self.put_off.set(Some(files | 1 << ino));
            return Footprint::NONE;
        }
        self.recall.flush(ino, self.stills.handles_wait(), || self.flush_now(ino))
    }

    fn flush_now(&self, ino: u8) -> Footprint {
        let on = Subject::whole(ino);
        let own = self.places.at(Pc::FlushTake, &on) | self.places.at(Pc::FlushWait, &on);
        let all = self.places.state.ios().filter(|(_, io)| io.ino == ino && !io.waits);
        let waiting = all.filter(|(_, io)| io.stage < Stage::Converting);
        let knobs = &self.places.setup.design.knobs;
        waiting.fold(own, |all, (io, at)| {
            let on = Subject::of_io(self.places.state, io);
            let on = if at.stage == Stage::Prepared { self.places.prepared(at) } else { on };
            let syncs = worker_plan(knobs, at).parts().contains(&Pc::Sync);
            let sync = if syncs { self.sync_unflushed(ino, true) } else { Footprint::NONE };
            all | self.work_unsynced(at, &on, 0) | sync
        })
    }

    /// Events are reaped, of IOs that can be acknowledged meanwhile.
    fn getevents(&self) -> Footprint {
        let Places { setup, state, .. } = self.places;
        let mut all = Footprint::NONE;
        for (io, at) in state.ios() {
            if at.aio && !self.stills.irq_waits(io) {
                let on = match at.stage {
                    Stage::Prepared => self.places.prepared(at),
                    _ => Subject::of_io(state, io),
                };
                all |= self.places.acknowledges(&on);
            }
        }
        for (program, task) in setup.threads.iter().zip(&state.tasks) {
            for (at, op) in program.iter().enumerate().skip(usize::from(task.op)) {
                let begun = at == usize::from(task.op) && task.depth() > 0;
                // An iocb with a slot is one of the IOs above.
                let has_slot = task.top().is_some_and(|frame| frame.pc != Pc::IoSubmit);
                let from = if begun { Begun::of(task).from + u8::from(has_slot) } else { 0 };
                for n in (from..op.writes()).filter(|_| op.submits_aio()) {
                    all |= self.places.acknowledges(&self.places.subject(op.iocb(n)));
                }
            }
        }
        all | self.places.getevents(&all)
    }

    fn of_irq(&self, io: u8) -> Footprint {
        let state = self.places.state;
        let at = &state.ios[usize::from(io)];
        let on = Subject::of_io(state, io);
        if at.stage != Stage::Submitted {
            return match at.irq {
                NO_IRQ => Footprint::NONE,
                position => self.completion(at, &on, position, false),
            };
        }
        let failed = match state.left.eio {
            0 => Footprint::NONE,
            _ => self.completion(&Io { error: true, ..*at }, &on, 0, true),
        };
        failed | self.completion(at, &on, 0, true)
    }

    fn of_kworker(&self, kworker: u8) -> Footprint {
        let Places { setup, state, .. } = self.places;
        let Some(task) = Actor::Kworker(kworker).task() else { return Footprint::NONE };
        let frames = state.tasks[usize::from(task)].frames();
        let queue = match (kworker, setup.design.knobs.workers) {
            (0, _) => &state.work,
            (1, Workers::RsvAndUnrsv) => &state.unrsv_work,
            (_, _) => &state.dio_work,
        };
        let takes = !queue.is_empty();
        let mut all = Footprint::NONE;
        if frames.is_empty() && !takes {
            return all;
        }
        // The first of equivalent workers takes the queued item.
        let waits = kworker > 0 && self.stills.dio_work_waits();
        let takes = takes && !waits;
        if takes {
            let take = match (kworker, setup.design.knobs.workers) {
                (0, _) => Pc::WorkTake,
                (1, Workers::RsvAndUnrsv) => Pc::UnrsvWorkTake,
                (_, _) => Pc::DioWorkTake,
            };
            all |= self.places.at(take, &Subject::whole(0));
        }
        for (io, at) in state.ios() {
            let on = Subject::of_io(state, io);
            let inside = |frame: &&Frame| frame.pc.is_end_io() && frame.on == On::Io(io);
            if let Some(frame) = frames.iter().find(inside) {
                all |= self.known(io, frame.extra, || self.work(at, &on, frame.extra));
                all |= self.running(frames, &on);
                continue;
            }
            let nested = matches!(at.list, List::Private { task: other, .. } if other == task);
            let queued = takes && at.stage == Stage::Listed;
            if nested || queued {
                all |= self.known(io, 0, || self.work(at, &on, 0));
            }
        }
        all
    }

    /// The rest of the plan's part in which a worker is.
    fn running(&self, frames: &[Frame], on: &Subject) -> Footprint {
        frames.iter().fold(Footprint::NONE, |all, frame| {
            all | match frame.pc {
                Pc::ConvertStart => {
                    self.places.at(Pc::ConvertStart, on) | self.places.at(Pc::ConvertMap, on)
                }
                Pc::ConvertMap => self.places.at(Pc::ConvertMap, on),
                Pc::EndIo | Pc::DioComplete | Pc::WorkRun | Pc::UnrsvWorkRun => Footprint::NONE,
                _ => self.sync(on.ino, true),
            }
        })
    }

    fn locks_to_sync(&self) -> bool {
        match self.places.setup.design.knobs.fsync {
            FsyncWait::Unwritten | FsyncWait::SkipForOsyncAio => true,
            FsyncWait::Writeback | FsyncWait::FlushDirty => false,
        }
    }
}

/// The progress of a thread in an operation.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    /// The index of the iocb that the thread is at.
    from: u8,
    /// The place of its outermost function, if it is past the operation's lock.
    inside: Option<Pc>,
    /// The note in the frame of that function.
    how: u8,
    writeback: Writeback,
    /// Whether it has recorded the writes acknowledged when it began.
    remembers: bool,
}

/// The writeback that an operation still has to do.
#[derive(Clone, Copy)]
enum Writeback {
    Ahead,
    Waits,
    Done,
}

impl Begun {
    /// The same as bits. Only whether a truncation still waits distinguishes the places inside.
    pub(super) fn bits(self) -> u32 {
        let inside = match self.inside {
            None => 0,
            Some(Pc::TruncDio) => 1,
            Some(Pc::TruncSize) => 2,
            Some(_) => 3,
        };
        u32::from(self.how) << 16
            | u32::from(self.from) << 8
            | inside << 4
            | (self.writeback as u32) << 2
            | u32::from(self.remembers)
    }

    const NOT: Begun =
        Begun { from: 0, inside: None, how: 0, writeback: Writeback::Ahead, remembers: false };

    fn of(task: &Task) -> Begun {
        let (Some(first), Some(top)) = (task.frames().first(), task.top()) else {
            return Begun::NOT;
        };
        let before = is_before_lock(top.pc, task);
        let writeback = match top.pc {
            _ if before => Writeback::Ahead,
            Pc::WritebackSubmit => Writeback::Ahead,
            Pc::WritebackWait => Writeback::Waits,
            // A buffered write may write back after it has copied its data.
            Pc::BufStart | Pc::BufCopy => Writeback::Ahead,
            _ => Writeback::Done,
        };
        Begun {
            from: task.submitting.iocb,
            inside: (!before).then_some(first.pc),
            how: first.extra,
            writeback,
            remembers: task.begun,
        }
    }
}

/// The possible results of an IO: success, and failure if that is possible.
fn errors(fails: bool) -> impl Iterator<Item = bool> {
    [false, true].into_iter().take(if fails { 2 } else { 1 })
}

/// Whether a thread in an operation has not reached its lock.
fn is_before_lock(pc: Pc, task: &Task) -> bool {
    let first = matches!(
        pc,
        Pc::IoSubmit
            | Pc::WriteLock
            | Pc::BufLock
            | Pc::FallocLock
            | Pc::TruncLock
            | Pc::ReadPages
            | Pc::FsyncPages
            | Pc::ReadLock
            | Pc::FsyncLock
    );
    first && task.depth() == 1
}
