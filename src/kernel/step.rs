//! What can happen and what it does: [`enabled`] lists choices, [`step`] takes one.
//!
//! A step ends where another actor could see its result, or where the actor may block. Calls and
//! returns are not steps of their own.

use crate::bounds::THREADS_MAX;
use crate::es;

use super::choice::{Actor, Choice};
use super::design::{FsyncWait, Knobs, NolockRead, SyncBy};
use super::note::{Note, Observer};
use super::pc::{Pc, Plan, end_io_plan, irq_plan};
use super::promise::Promise;
use super::setup::{Op, Range, Setup, Sync};
use super::state::{
    Acked, Bound, Content, Frame, Io, List, Mapping, NO_IRQ, NO_PBLK, NOBODY, Stage, State, Task,
};
use super::wait::Wait;

/// What an actor would do next.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It can step: here.
    Ready { pc: Pc },
    /// It would step here, but waits.
    Blocked { pc: Pc, wait: Wait },
    /// It has nothing to do.
    Done,
}

/// The steps that can be taken, in the order threads, irqs, kworkers, jbd2.
pub fn enabled(setup: &Setup, state: &State) -> Vec<Choice> {
    let ready = |actor: &Actor| matches!(next(setup, state, *actor), Next::Ready { .. });
    Actor::all().filter(ready).map(Choice::from).collect()
}

/// What an actor would do next, and what it waits for if it cannot.
pub fn next(setup: &Setup, state: &State, actor: Actor) -> Next {
    if state.bound.is_some() {
        return Next::Done;
    }
    let Some(pc) = place(setup, state, actor) else { return Next::Done };
    match wait_at(setup, state, actor, pc) {
        None => Next::Ready { pc },
        Some(wait) => Next::Blocked { pc, wait },
    }
}

/// Why a choice cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEnabled {
    /// The choice.
    pub choice: Choice,
    /// What its actor would do next.
    pub next: Next,
}

/// Takes one step. The state is unchanged if the choice is not enabled.
pub fn step<O: Observer>(
    setup: &Setup,
    state: &mut State,
    choice: Choice,
    obs: &mut O,
) -> Result<(), NotEnabled> {
    let actor = choice.actor;
    let next = next(setup, state, actor);
    let Next::Ready { pc } = next else { return Err(NotEnabled { choice, next }) };
    if choice.ordinal != 0 {
        return Err(NotEnabled { choice, next });
    }
    let mut machine = Machine { setup, state, obs };
    machine.obs.note(Note::At(pc));
    match actor {
        Actor::Irq(io) => machine.step_irq(io, pc),
        Actor::Jbd2 => machine.step_jbd2(pc),
        Actor::Thread(_) | Actor::Kworker(_) => {
            if let Some(task) = actor.task() {
                machine.step_task(task, pc);
            }
        }
    }
    Ok(())
}

/// Where an actor stands: the step that it takes next, if it has one.
fn place(setup: &Setup, state: &State, actor: Actor) -> Option<Pc> {
    match actor {
        Actor::Irq(io) => {
            let io = &state.ios[usize::from(io)];
            match io.stage {
                Stage::Submitted => plan_of_irq(&setup.design.knobs, io).at(0),
                _ if io.irq != NO_IRQ => plan_of_irq(&setup.design.knobs, io).at(io.irq),
                _ => None,
            }
        }
        Actor::Jbd2 if state.journal.locked => Some(Pc::CommitWrite),
        Actor::Jbd2 => state.journal.requested.then_some(Pc::CommitLock),
        Actor::Thread(_) | Actor::Kworker(_) => {
            let task = actor.task()?;
            match state.tasks[usize::from(task)].top() {
                Some(Frame { pc: Pc::EndIo, a, b }) => {
                    end_io_plan(&setup.design.knobs, state.ios[usize::from(a)].sync).at(b)
                }
                Some(frame) => Some(frame.pc),
                None if matches!(actor, Actor::Thread(_)) => {
                    entry(setup, state, task).map(|f| f.pc)
                }
                // max_active is 1: only the first kworker ever runs.
                None => {
                    (actor == Actor::Kworker(0) && !state.work.is_empty()).then_some(Pc::WorkTake)
                }
            }
        }
    }
}

/// The frame with which a thread enters its next operation.
fn entry(setup: &Setup, state: &State, thread: u8) -> Option<Frame> {
    let frame = |pc, a| Some(Frame { pc, a, b: 0 });
    match setup.op(thread, state.tasks[usize::from(thread)].op)? {
        Op::DioWrite { aio: true, .. } => frame(Pc::IoSubmit, 0),
        Op::DioWrite { .. } => frame(Pc::WriteLock, 0),
        Op::DioRead { ino, .. } if setup.dioread_nolock => match setup.design.knobs.nolock_read {
            NolockRead::Waits => frame(Pc::ReadCheck, ino),
            NolockRead::Goes => frame(Pc::ReadMap, ino),
        },
        Op::DioRead { ino, .. } => frame(Pc::ReadLock, ino),
        Op::Fsync { ino, .. } => Some(fsync_frame(&setup.design.knobs, ino)),
        Op::Fallocate { ino, .. } => frame(Pc::FallocLock, ino),
        Op::Getevents { .. } => frame(Pc::Getevents, 0),
    }
}

fn fsync_frame(knobs: &Knobs, ino: u8) -> Frame {
    let pc = match knobs.fsync {
        FsyncWait::Unwritten => Pc::FsyncLock,
        FsyncWait::Writeback => Pc::FsyncCommit,
    };
    Frame { pc, a: ino, b: 0 }
}

fn plan_of_irq(knobs: &Knobs, io: &Io) -> Plan {
    irq_plan(knobs, io.aio, io.unwritten, io.sync)
}

/// What has to be waited for at a place, if anything.
fn wait_at(setup: &Setup, state: &State, actor: Actor, pc: Pc) -> Option<Wait> {
    let task = actor.task().map(|t| &state.tasks[usize::from(t)]);
    let frame = || task.and_then(Task::top).or_else(|| entry(setup, state, actor.task()?));
    let a = || frame().map_or(0, |f| f.a);
    let op = || task.and_then(|task| setup.op(actor.task()?, task.op));
    let mutex = |ino: u8| {
        let owner = state.inodes[usize::from(ino)].i_mutex;
        (owner != NOBODY).then_some(Wait::Mutex { ino })
    };
    let transaction = || state.journal.locked.then_some(Wait::Transaction);
    match pc {
        Pc::IoSubmit => {
            (state.slots_used() >= setup.slots && state.events.is_empty()).then_some(Wait::Slot)
        }
        Pc::WriteLock => mutex(op().map_or(0, |op| op.ino())),
        Pc::WriteMap => {
            // A handle is started only where there is something to allocate or to split.
            let Some(Op::DioWrite { ino, range, .. }) = op() else { return None };
            let disk = &state.inodes[usize::from(ino)].disk;
            let written = |lblk: u8| matches!(disk[usize::from(lblk)], Mapping::Written(_));
            if range.blocks().all(written) { None } else { transaction() }
        }
        Pc::DioAwait => {
            let io = a();
            (state.ios[usize::from(io)].stage != Stage::Completed
                || state.ios[usize::from(io)].irq != NO_IRQ)
                .then_some(Wait::Bio { io })
        }
        Pc::ReadFlushLock | Pc::ReadLock | Pc::FallocLock | Pc::FsyncLock => mutex(a()),
        Pc::FallocMap | Pc::ConvertStart => transaction(),
        Pc::FlushWait => {
            let ino = a();
            (state.inodes[usize::from(ino)].i_unwritten > 0).then_some(Wait::Unwritten { ino })
        }
        Pc::FsyncCommitWait => frame().is_some_and(|f| f.b != 0).then_some(Wait::Commit),
        Pc::Getevents => {
            let wants = task.is_some_and(|t| !t.reaping || t.to_reap > 0);
            let any = state.slots_used() > 0;
            (wants && any && state.events.is_empty()).then_some(Wait::Event)
        }
        Pc::CommitWrite => (state.journal.handles > 0).then_some(Wait::Handles),
        _ => None,
    }
}

/// A setup, a state and somebody who listens: what steps are made of.
pub(super) struct Machine<'a, O> {
    pub(super) setup: &'a Setup,
    pub(super) state: &'a mut State,
    pub(super) obs: &'a mut O,
}

impl<O: Observer> Machine<'_, O> {
    pub(super) fn knobs(&self) -> Knobs {
        self.setup.design.knobs
    }

    pub(super) fn rules(&self) -> es::Rules {
        *self.knobs().es_version.rules()
    }

    /// One step of a thread or kworker.
    fn step_task(&mut self, task: u8, pc: Pc) {
        if self.task(task).depth() == 0 && u32::from(task) < THREADS_MAX {
            let op = self.task(task).op;
            self.obs.note(Note::Began { thread: task, op });
            if let Some(frame) = entry(self.setup, self.state, task) {
                self.call(task, frame);
            }
        }
        match pc {
            Pc::IoSubmit | Pc::WriteLock | Pc::WriteMap | Pc::DioAwait | Pc::WriteUnlock => {
                self.step_write(task, pc)
            }
            Pc::ReadCheck
            | Pc::ReadFlushLock
            | Pc::ReadFlushUnlock
            | Pc::ReadLock
            | Pc::ReadMap
            | Pc::ReadDone => self.step_read(task, pc),
            Pc::FallocLock | Pc::FallocMap => self.step_fallocate(task, pc),
            Pc::FsyncLock | Pc::FsyncCommit | Pc::FsyncCommitWait => self.step_fsync(task, pc),
            Pc::FlushTake | Pc::FlushWait => self.step_flush(task, pc),
            Pc::ConvertStart | Pc::ConvertMap => self.step_convert(task, pc),
            Pc::Getevents => self.step_getevents(task),
            Pc::WorkTake => self.step_work(task),
            _ => self.step_end_io(task, pc),
        }
        self.settle(task);
    }

    fn step_write(&mut self, task: u8, pc: Pc) {
        let Some(Op::DioWrite { ino, range, sync, aio, .. }) = self.op(task) else { return };
        match pc {
            Pc::IoSubmit => {
                if self.state.slots_used() >= self.setup.slots {
                    self.reap(task);
                } else if let Some(io) = self.prepare_io(task) {
                    self.go(task, Pc::WriteLock, io);
                }
            }
            Pc::WriteLock => {
                let io = if aio { Some(self.a(task)) } else { self.prepare_io(task) };
                if let Some(io) = io {
                    self.lock_mutex(task, ino);
                    self.go(task, Pc::WriteMap, io);
                }
            }
            Pc::WriteMap => {
                let index = self.a(task);
                let mut pblks = [NO_PBLK; crate::bounds::BLOCKS_MAX as usize];
                let unwritten = self.map_for_write(ino, range, |lblk, pblk| {
                    pblks[usize::from(lblk - range.lblk)] = pblk;
                });
                let inode = &mut self.state.inodes[usize::from(ino)];
                inode.i_dio_count += 1;
                if unwritten && aio {
                    inode.i_unwritten += 1;
                }
                let io = &mut self.state.ios[usize::from(index)];
                *io = Io {
                    stage: Stage::Submitted,
                    unwritten,
                    counted: unwritten && aio,
                    pblk: pblks,
                    dio_held: true,
                    ..*io
                };
                self.obs.note(Note::Submitted { io: index });
                if !aio {
                    return self.go(task, Pc::DioAwait, index);
                }
                self.unlock_mutex(task, ino);
                self.go(task, Pc::WriteReturn, index);
                // generic_write_sync runs even though the write has only been queued (≤ v3.11).
                if sync != Sync::No && self.knobs().sync_by == SyncBy::Submitter {
                    self.call(task, fsync_frame(&self.knobs(), ino));
                }
            }
            Pc::DioAwait => {
                let index = self.a(task);
                self.drop_dio_count(index);
                self.go(task, Pc::WriteUnlock, index);
                if self.io(index).unwritten {
                    // The inode is marked, not counted, and the submitter converts in line.
                    self.io(index).stage = Stage::Converting;
                    self.call(task, Frame { pc: Pc::ConvertStart, a: index, b: 0 });
                }
            }
            _ => {
                let index = self.a(task);
                self.io(index).stage = Stage::Converted;
                self.unlock_mutex(task, ino);
                self.go(task, Pc::WriteReturn, index);
                if sync != Sync::No {
                    self.call(task, fsync_frame(&self.knobs(), ino));
                }
            }
        }
    }

    fn step_read(&mut self, task: u8, pc: Pc) {
        let Some(Op::DioRead { ino, range }) = self.op(task) else { return };
        if matches!(pc, Pc::ReadCheck | Pc::ReadLock)
            || (pc == Pc::ReadMap && self.knobs().nolock_read == NolockRead::Goes)
                && self.setup.dioread_nolock
        {
            self.begin_read(task, ino, range);
        }
        match pc {
            Pc::ReadCheck if self.state.inodes[usize::from(ino)].i_unwritten > 0 => {
                self.go(task, Pc::ReadFlushLock, ino);
            }
            Pc::ReadFlushLock => {
                self.lock_mutex(task, ino);
                self.go(task, Pc::ReadFlushUnlock, ino);
                self.call(task, Frame { pc: Pc::FlushTake, a: ino, b: 0 });
            }
            Pc::ReadFlushUnlock => {
                self.unlock_mutex(task, ino);
                self.go(task, Pc::ReadMap, ino);
            }
            Pc::ReadLock => {
                self.lock_mutex(task, ino);
                self.go(task, Pc::ReadMap, ino);
            }
            Pc::ReadDone => {
                self.finish_read(task, ino, range);
                self.ret(task);
            }
            _ => {
                self.state.inodes[usize::from(ino)].i_dio_count += 1;
                let mut read = [NO_PBLK; crate::bounds::BLOCKS_MAX as usize];
                self.lookup_range(ino, range, |lblk, mapping| {
                    if let Mapping::Written(pblk) = mapping {
                        read[usize::from(lblk)] = pblk;
                    }
                });
                self.task(task).read = read;
                if !self.setup.dioread_nolock {
                    // DIO_LOCKING reads drop i_mutex before they wait for the bio.
                    self.unlock_mutex(task, ino);
                }
                self.go(task, Pc::ReadDone, ino);
            }
        }
    }

    /// Remembers which blocks had an acknowledged write when the read began.
    fn begin_read(&mut self, task: u8, ino: u8, range: Range) {
        let acked = self.state.inodes[usize::from(ino)].acked;
        let must_see = range.blocks().filter(|b| acked[usize::from(*b)] != 0);
        self.task(task).must_see = must_see.fold(0, |bits, b| bits | 1 << b);
    }

    /// The data arrives: compare it with what was promised.
    fn finish_read(&mut self, task: u8, ino: u8, range: Range) {
        let Task { read, must_see, .. } = *self.task(task);
        let (mut zeroes, mut wrong) = (0, 0);
        let mut broken = [None, None];
        for lblk in range.blocks() {
            let pblk = read[usize::from(lblk)];
            let content = self.state.media.get(usize::from(pblk)).map(|media| media.now);
            zeroes += u8::from(content.is_none());
            let own = match content {
                Some(Content::Write { ino: i, lblk: l, .. }) => i == ino && l == lblk,
                _ => false,
            };
            let lost = must_see & (1 << lblk) != 0 && !own;
            let stale = content == Some(Content::Stale);
            wrong += u8::from(lost || stale);
            if lost {
                broken[0] = Some(Promise::Raw);
            }
            if stale {
                broken[1] = Some(Promise::NoStale);
            }
        }
        self.obs.note(Note::Read { ino, range, zeroes, wrong });
        for promise in broken.into_iter().flatten() {
            self.break_promise(promise);
        }
        let task = self.task(task);
        task.read = [NO_PBLK; crate::bounds::BLOCKS_MAX as usize];
        task.must_see = 0;
        self.state.inodes[usize::from(ino)].i_dio_count -= 1;
    }

    fn step_fallocate(&mut self, task: u8, pc: Pc) {
        let Some(Op::Fallocate { ino, range }) = self.op(task) else { return };
        if pc == Pc::FallocLock {
            self.lock_mutex(task, ino);
            self.go(task, Pc::FallocMap, ino);
            // Until v3.9 fallocate waited for pending conversions.
            if self.knobs().fsync == FsyncWait::Unwritten {
                self.call(task, Frame { pc: Pc::FlushTake, a: ino, b: 0 });
            }
            return;
        }
        self.preallocate(ino, range);
        self.unlock_mutex(task, ino);
        self.ret(task);
    }

    fn step_fsync(&mut self, task: u8, pc: Pc) {
        let ino = self.a(task);
        match pc {
            Pc::FsyncLock => {
                self.lock_mutex(task, ino);
                self.go(task, Pc::FsyncCommit, ino);
                self.call(task, Frame { pc: Pc::FlushTake, a: ino, b: 0 });
                return;
            }
            Pc::FsyncCommit if self.state.inodes[usize::from(ino)].dirty_tid => {
                self.state.journal.requested = true;
                self.obs.note(Note::CommitRequested);
                self.go(task, Pc::FsyncCommitWait, ino);
                if let Some(frame) = self.task(task).top_mut() {
                    frame.b = 1;
                }
                return;
            }
            Pc::FsyncCommit => self.flush_device(),
            _ => {}
        }
        if self.task(task).i_mutex & (1 << ino) != 0 {
            self.unlock_mutex(task, ino);
        }
        self.ret(task);
    }

    /// `ext4_flush_unwritten_io`: run what is on the list, then wait for what is not.
    fn step_flush(&mut self, task: u8, pc: Pc) {
        let ino = self.a(task);
        if pc == Pc::FlushWait {
            return self.ret(task);
        }
        let depth = self.task(task).depth();
        self.take_list(ino, List::Private { task, depth });
        self.go(task, Pc::FlushRun, ino);
    }

    fn step_convert(&mut self, task: u8, pc: Pc) {
        let index = self.a(task);
        if pc == Pc::ConvertStart {
            self.task(task).handle = true;
            self.state.journal.handles += 1;
            self.obs.note(Note::Handle { open: true });
            return self.go(task, Pc::ConvertMap, index);
        }
        let io = *self.io(index);
        let converted = self.convert_on_disk(io.ino, Range::new(io.lblk, io.len));
        self.obs.note(Note::Converted { io: index, shadowed: !converted });
        self.task(task).handle = false;
        self.state.journal.handles -= 1;
        self.obs.note(Note::Handle { open: false });
        self.ret(task);
    }

    fn step_getevents(&mut self, task: u8) {
        let Some(Op::Getevents { nr }) = self.op(task) else { return };
        if !self.task(task).reaping {
            let outstanding = self.state.slots_used();
            self.task(task).reaping = true;
            self.task(task).to_reap = if nr == 0 { outstanding } else { nr.min(outstanding) };
        }
        if self.task(task).to_reap > 0 && !self.state.events.is_empty() {
            self.reap(task);
            self.task(task).to_reap -= 1;
        }
        // Another thread may have reaped what this one waited for.
        if self.task(task).to_reap == 0 || self.state.slots_used() == 0 {
            self.task(task).reaping = false;
            self.task(task).to_reap = 0;
            self.ret(task);
        }
    }

    /// `ext4_end_io_work`: take the list of the inode whose work this is.
    fn step_work(&mut self, task: u8) {
        let Some(index) = self.state.work.pop() else { return };
        let ino = self.io(index).ino;
        self.io(index).queued = false;
        self.call(task, Frame { pc: Pc::WorkRun, a: ino, b: 0 });
        let depth = self.task(task).depth();
        self.take_list(ino, List::Private { task, depth });
        self.io(index).free_if_done();
    }

    /// One part of `ext4_end_io`'s plan that is a step of its own.
    fn step_end_io(&mut self, task: u8, pc: Pc) {
        let index = self.a(task);
        self.finish_part(index, pc);
        if let Some(frame) = self.task(task).top_mut() {
            frame.b += 1;
        }
    }

    /// One step of an IO's completion, in irq context.
    fn step_irq(&mut self, index: u8, pc: Pc) {
        if self.io(index).stage == Stage::Submitted {
            self.complete_bio(index);
        }
        self.finish_part(index, pc);
        let io = *self.io(index);
        let position = if io.irq == NO_IRQ { 1 } else { io.irq + 1 };
        let plan = plan_of_irq(&self.knobs(), &io);
        if plan.at(position).is_some() {
            self.io(index).irq = position;
            return;
        }
        let io = self.io(index);
        io.irq = NO_IRQ;
        if io.aio && !io.unwritten {
            io.stage = Stage::Converted;
        }
        io.free_if_done();
    }

    /// The device has taken the data into its cache.
    fn complete_bio(&mut self, index: u8) {
        let io = *self.io(index);
        for (lblk, pblk) in io.blocks().zip(io.pblk) {
            if let Some(media) = self.state.media.get_mut(usize::from(pblk)) {
                media.now = Content::Write { nr: io.nr, ino: io.ino, lblk };
            }
        }
        self.io(index).stage = Stage::Completed;
        self.obs.note(Note::BioDone { io: index });
    }

    /// A part of a completion plan.
    fn finish_part(&mut self, index: u8, pc: Pc) {
        let io = *self.io(index);
        match pc {
            Pc::EsConvert => self.convert_in_es(io.ino, Range::new(io.lblk, io.len)),
            Pc::AddCompleteIo => self.add_complete_io(index),
            Pc::AioComplete => {
                self.io(index).ack = Acked::Event;
                self.push_or_bound(|state| state.events.push(index));
                self.obs.note(Note::Acknowledged { io: index, nr: io.nr });
            }
            Pc::DioDone => self.drop_dio_count(index),
            Pc::Decrement => {
                let inode = &mut self.state.inodes[usize::from(io.ino)];
                inode.i_unwritten -= 1;
                let left = inode.i_unwritten;
                self.io(index).counted = false;
                self.obs.note(Note::Decremented { ino: io.ino, left });
            }
            _ => {}
        }
    }

    /// `ext4_add_complete_io`: only the first on an empty list queues its work.
    fn add_complete_io(&mut self, index: u8) {
        let ino = self.io(index).ino;
        let on_list = |io: &u8| {
            let io = &self.state.ios[usize::from(*io)];
            io.ino == ino && io.list == List::Inode
        };
        let work = !self.state.completed.as_slice().iter().any(on_list);
        let io = self.io(index);
        io.stage = Stage::Listed;
        io.list = List::Inode;
        io.queued = work;
        self.push_or_bound(|state| state.completed.push(index));
        if work {
            self.push_or_bound(|state| state.work.push(index));
        }
        self.obs.note(Note::Listed { io: index, work });
    }

    /// Moves an inode's list of completed IOs to a private one.
    fn take_list(&mut self, ino: u8, private: List) {
        let mut taken = 0;
        let State { completed, ios, .. } = &mut *self.state;
        for index in completed.as_slice() {
            let io = &mut ios[usize::from(*index)];
            if io.ino == ino && io.list == List::Inode {
                io.list = private;
                taken += 1;
            }
        }
        self.obs.note(Note::ListTaken { ino, ios: taken });
    }

    fn step_jbd2(&mut self, pc: Pc) {
        if pc == Pc::CommitLock {
            self.state.journal.locked = true;
            return self.obs.note(Note::CommitLocked { handles: self.state.journal.handles });
        }
        for inode in &mut self.state.inodes {
            inode.committed = inode.disk;
            inode.dirty_tid = false;
        }
        self.state.journal.locked = false;
        self.state.journal.requested = false;
        for task in &mut self.state.tasks {
            if let Some(frame) = task.top_mut().filter(|f| f.pc == Pc::FsyncCommitWait) {
                frame.b = 0;
            }
        }
        self.obs.note(Note::Committed);
        // The commit record goes out with a barrier.
        self.flush_device();
    }

    /// Calls and returns until the task stands at a step again, or has nothing to do.
    fn settle(&mut self, task: u8) {
        while let Some(Frame { pc, a, b }) = self.task(task).top() {
            match pc {
                Pc::EndIo => match end_io_plan(&self.knobs(), self.io(a).sync).at(b) {
                    Some(part @ (Pc::Convert | Pc::Sync)) => {
                        if let Some(frame) = self.task(task).top_mut() {
                            frame.b += 1;
                        }
                        let frame = match part {
                            Pc::Convert => Frame { pc: Pc::ConvertStart, a, b: 0 },
                            _ => fsync_frame(&self.knobs(), self.io(a).ino),
                        };
                        self.call(task, frame);
                    }
                    Some(_) => return,
                    None => {
                        let io = self.io(a);
                        io.stage = Stage::Converted;
                        io.free_if_done();
                        self.ret(task);
                    }
                },
                Pc::FlushRun | Pc::WorkRun => match self.next_on_list(task) {
                    Some(io) => {
                        self.state.completed.remove(io);
                        self.io(io).stage = Stage::Converting;
                        self.io(io).list = List::Inode;
                        self.call(task, Frame { pc: Pc::EndIo, a: io, b: 0 });
                    }
                    None if pc == Pc::WorkRun => self.ret(task),
                    None => return self.go(task, Pc::FlushWait, a),
                },
                Pc::WriteReturn => {
                    if !self.io(a).aio {
                        self.acknowledge(a);
                    }
                    self.ret(task);
                }
                _ => return,
            }
            if self.state.bound.is_some() {
                return;
            }
        }
        if u32::from(task) < THREADS_MAX {
            let op = self.task(task).op;
            self.obs.note(Note::Returned { thread: task, op });
            self.task(task).op += 1;
        }
    }

    /// The oldest IO on the private list of the task's innermost function.
    fn next_on_list(&mut self, task: u8) -> Option<u8> {
        let list = List::Private { task, depth: self.task(task).depth() };
        let queued = self.state.completed.as_slice();
        queued.iter().copied().find(|io| self.state.ios[usize::from(*io)].list == list)
    }

    /// Takes the oldest event out of the ring: now user space knows.
    fn reap(&mut self, task: u8) {
        let Some(index) = self.state.events.pop() else { return };
        let nr = self.io(index).nr;
        self.obs.note(Note::Reaped { thread: task, nr });
        self.acknowledge(index);
    }

    /// User space knows that a write is done: from here on reads must see it.
    fn acknowledge(&mut self, index: u8) {
        let io = *self.io(index);
        for (lblk, pblk) in io.blocks().zip(io.pblk) {
            let written = Content::Write { nr: io.nr, ino: io.ino, lblk };
            // A later write of the same block may be there already; then that is what counts.
            if self.state.media.get(usize::from(pblk)).is_some_and(|m| m.now == written) {
                self.state.inodes[usize::from(io.ino)].acked[usize::from(lblk)] = io.nr + 1;
            }
        }
        let io = self.io(index);
        io.ack = Acked::Reaped;
        io.free_if_done();
    }

    fn prepare_io(&mut self, task: u8) -> Option<u8> {
        let Op::DioWrite { ino, range, sync, aio, nr } = self.op(task)? else { return None };
        let free = self.state.ios.iter().position(|io| io.stage == Stage::Free);
        let Some(index) = free else {
            self.state.bound = Some(Bound::Ios);
            return None;
        };
        self.state.ios[index] = Io {
            stage: Stage::Prepared,
            ino,
            lblk: range.lblk,
            len: range.len,
            nr,
            thread: task,
            aio,
            sync: sync != Sync::No,
            ..self.state.ios[index]
        };
        Some(index as u8)
    }

    fn drop_dio_count(&mut self, index: u8) {
        let io = self.io(index);
        io.dio_held = false;
        let ino = io.ino;
        let inode = &mut self.state.inodes[usize::from(ino)];
        inode.i_dio_count -= 1;
        let left = inode.i_dio_count;
        self.obs.note(Note::DioDone { ino, left });
        self.io(index).free_if_done();
    }

    fn flush_device(&mut self) {
        for media in &mut self.state.media {
            media.durable = media.now;
        }
        self.obs.note(Note::Flushed);
    }

    fn break_promise(&mut self, promise: Promise) {
        self.state.broken |= promise.bit();
        self.obs.note(Note::Broke(promise));
    }

    fn lock_mutex(&mut self, task: u8, ino: u8) {
        self.state.inodes[usize::from(ino)].i_mutex = task;
        self.task(task).i_mutex |= 1 << ino;
        self.obs.note(Note::Mutex { ino, taken: true });
    }

    fn unlock_mutex(&mut self, task: u8, ino: u8) {
        self.state.inodes[usize::from(ino)].i_mutex = NOBODY;
        self.task(task).i_mutex &= !(1 << ino);
        self.obs.note(Note::Mutex { ino, taken: false });
    }

    fn push_or_bound(&mut self, push: impl FnOnce(&mut State) -> bool) {
        if !push(self.state) {
            self.state.bound = Some(Bound::Ios);
        }
    }

    /// Enters a function.
    fn call(&mut self, task: u8, frame: Frame) {
        if !self.task(task).push(frame) {
            self.state.bound = Some(Bound::Frames);
        }
    }

    /// Leaves the innermost function.
    fn ret(&mut self, task: u8) {
        self.task(task).pop();
    }

    /// Moves the innermost function on.
    fn go(&mut self, task: u8, pc: Pc, a: u8) {
        if let Some(frame) = self.task(task).top_mut() {
            *frame = Frame { pc, a, b: 0 };
        }
    }

    fn a(&mut self, task: u8) -> u8 {
        self.task(task).top().map_or(0, |frame| frame.a)
    }

    fn op(&self, task: u8) -> Option<Op> {
        self.setup.op(task, self.state.tasks[usize::from(task)].op)
    }

    fn task(&mut self, task: u8) -> &mut Task {
        &mut self.state.tasks[usize::from(task)]
    }

    fn io(&mut self, io: u8) -> &mut Io {
        &mut self.state.ios[usize::from(io)]
    }
}
