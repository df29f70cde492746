//! What can happen and what it does: [`enabled`] lists choices, [`step`] takes one.
//!
//! A step ends where another actor could see its result, or where the actor may block. Calls and
//! returns are not steps of their own.

use crate::bounds::{KWORKERS_MAX, THREADS_MAX};
use crate::es;

use super::choice::{ACTORS, Actor, Choice};
use super::design::{FsyncWait, InodeLock, Knobs, NolockRead, Throttle, Workers};
use super::note::{Fault, Note, Observer};
use super::pc::{Pc, irq_plan, worker_plan};
use super::piece::{Pieces, Stepped};
use super::promise::Promise;
use super::setup::{Op, Range, Setup};
use super::state::{
    Bound, FLUSHER, Frame, Inode, Io, Journal, Mapping, NO_IRQ, NOBODY, Power, Stage, State,
    Submitting, Task,
};
use super::wait::Wait;

/// What an actor would do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variant says what its fields are")]
pub enum Next {
    /// It can step: here.
    Ready { pc: Pc },
    /// It would step here, but waits.
    Blocked { pc: Pc, wait: Wait },
    /// It has nothing to do.
    Done,
}

/// The steps that can be taken, in the order threads, irqs, kworkers, jbd2, flusher, shrinker,
/// power; an actor's ordinary step before those in which something fails.
pub fn enabled(setup: &Setup, state: &State) -> Vec<Choice> {
    let mut choices = Vec::new();
    enabled_among(state, &next_of_all(setup, state), &mut choices);
    choices
}

/// Appends what [`enabled`] lists, given what every actor would do: whoever asks often keeps both.
pub fn enabled_among(state: &State, nexts: &[Next; ACTORS], choices: &mut Vec<Choice>) {
    for (actor, next) in Actor::ALL.into_iter().zip(nexts) {
        let Next::Ready { pc } = *next else { continue };
        choices.push(actor.into());
        for ordinal in 1..ordinals(state, actor, pc) {
            let choice = Choice { actor, ordinal };
            if fault_of(state, choice, pc).is_some() {
                choices.push(choice);
            }
        }
    }
}

/// What every actor would do next, in the order of [`Actor::ALL`].
pub fn next_of_all(setup: &Setup, state: &State) -> [Next; ACTORS] {
    let mut nexts = [Next::Done; ACTORS];
    // Most of them have nothing to do, and that shows at a glance.
    let left = &state.left;
    let runs = |task: u8| state.tasks[usize::from(task)].depth() > 0;
    let queued = [&state.work, &state.unrsv_work, &state.dio_work].iter().any(|q| !q.is_empty());
    let idle = |actor: Actor| match actor {
        Actor::Thread(t) => usize::from(t) >= setup.threads.len(),
        Actor::Irq(io) => state.ios[usize::from(io)].stage == Stage::Free,
        Actor::Kworker(k) => !queued && !runs(THREADS_MAX as u8 + k),
        Actor::Flusher => left.flusher == 0 && !runs(FLUSHER),
        Actor::Jbd2 => left.commit == 0 && !state.journal.requested && !state.journal.locked,
        Actor::Shrinker => left.shrink == 0,
        Actor::Power => left.crash == 0 && state.power == Power::On,
    };
    for (place, actor) in nexts.iter_mut().zip(Actor::ALL) {
        if !idle(actor) {
            *place = next(setup, state, actor);
        }
    }
    nexts
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

/// Whether a choice is the environment's: something that happens unasked, from a budget, and never
/// counts as progress. (That a submitted bio completes is not: devices do that.)
pub fn is_environment(state: &State, choice: Choice) -> bool {
    choice.ordinal > 0
        || match choice.actor {
            Actor::Shrinker | Actor::Power => true,
            Actor::Flusher => state.tasks[usize::from(FLUSHER)].depth() == 0,
            Actor::Jbd2 => !state.journal.requested && !state.journal.locked,
            Actor::Thread(_) | Actor::Irq(_) | Actor::Kworker(_) => false,
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
///
/// # Errors
/// The actor waits or has nothing to do, or has no step of that ordinal.
pub fn step<O: Observer>(
    setup: &Setup,
    state: &mut State,
    choice: Choice,
    obs: &mut O,
) -> Result<(), NotEnabled> {
    let Choice { actor, ordinal } = choice;
    let next = next(setup, state, actor);
    let Next::Ready { pc } = next else { return Err(NotEnabled { choice, next }) };
    if ordinal > 0 && fault_of(state, choice, pc).is_none() {
        return Err(NotEnabled { choice, next });
    }
    step_at(setup, state, choice, pc, obs);
    Ok(())
}

/// Takes a step that [`enabled_among`] listed, where its actor is [`Next::Ready`]: whoever has
/// both need not look again. Returns the pieces of the state that may have changed.
pub fn step_at<O: Observer>(
    setup: &Setup,
    state: &mut State,
    choice: Choice,
    pc: Pc,
    obs: &mut O,
) -> Pieces {
    debug_assert_eq!(next(setup, state, choice.actor), Next::Ready { pc });
    // The page carries the machine once, not once for every kind of listener; natively a search
    // has a machine in which what it does not listen to is compiled away.
    #[cfg(target_arch = "wasm32")]
    let obs: &mut dyn Observer = obs;
    let fault = fault_of(state, choice, pc);
    let at = place_with(setup, state, choice.actor, pc, fault);
    let state = Stepped::new(state);
    let mut machine = Machine { setup, state, obs, fault };
    machine.obs.note(Note::At(at));
    if let Some(fault) = fault {
        machine.spend(fault);
    }
    match choice.actor {
        Actor::Irq(io) => machine.step_irq(io, pc),
        Actor::Jbd2 => machine.step_jbd2(pc),
        Actor::Shrinker => machine.step_shrinker(),
        Actor::Power => machine.step_power(pc),
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher => {
            if let Some(task) = choice.actor.task() {
                machine.step_task(task, pc);
            }
        }
    }
    machine.state.touched()
}

/// Where a step is taken that is enabled at a place: that, but for a bio that fails in it, which is
/// completed by another plan.
pub fn place_of(setup: &Setup, state: &State, choice: Choice, pc: Pc) -> Pc {
    place_with(setup, state, choice.actor, pc, fault_of(state, choice, pc))
}

fn place_with(setup: &Setup, state: &State, actor: Actor, pc: Pc, fault: Option<Fault>) -> Pc {
    match (actor, fault) {
        (Actor::Irq(io), Some(Fault::Eio)) => {
            let io = Io { error: true, ..state.ios[usize::from(io)] };
            irq_plan(&setup.design.knobs, &io).at(0).unwrap_or(pc)
        }
        _ => pc,
    }
}

/// How many ordinals to try for an actor's step.
fn ordinals(state: &State, actor: Actor, pc: Pc) -> u8 {
    let left = &state.left;
    match actor {
        Actor::Irq(_) if left.eio > 0 || left.nomem > 0 => 3,
        Actor::Thread(_) | Actor::Kworker(_) if pc == Pc::ConvertMap && left.enospc > 0 => 2,
        _ => 1,
    }
}

/// What fails in a step with an ordinal: 1 the bio (or the conversion), 2 the allocation in irq.
fn fault_of(state: &State, choice: Choice, pc: Pc) -> Option<Fault> {
    let left = &state.left;
    let submitted = |io: u8| state.ios[usize::from(io)].stage == Stage::Submitted;
    match (choice.actor, choice.ordinal) {
        (Actor::Irq(io), 1) if submitted(io) && left.eio > 0 => Some(Fault::Eio),
        (Actor::Irq(_), 2) if pc == Pc::EsConvert && left.nomem > 0 => Some(Fault::Nomem),
        (Actor::Thread(_) | Actor::Kworker(_), 1) if pc == Pc::ConvertMap && left.enospc > 0 => {
            Some(Fault::Enospc)
        }
        _ => None,
    }
}

/// Where an actor stands: the step that it takes next, if it has one.
fn place(setup: &Setup, state: &State, actor: Actor) -> Option<Pc> {
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
                Some(Frame { pc: Pc::EndIo, a, b }) => {
                    worker_plan(&setup.design.knobs, &state.ios[usize::from(a)]).at(b)
                }
                Some(frame) => Some(frame.pc),
                None => entry(setup, state, actor).map(|frame| frame.pc),
            }
        }
    }
}

/// The frame with which an idle task begins what it has to do next.
fn entry(setup: &Setup, state: &State, actor: Actor) -> Option<Frame> {
    let frame = |pc, a| Some(Frame { pc, a, b: 0 });
    match actor {
        Actor::Thread(t) => op_entry(setup, state, t),
        Actor::Kworker(k) => {
            let queue = match (k, setup.design.knobs.workers) {
                (0, _) => &state.work,
                (1, Workers::RsvAndUnrsv) => &state.unrsv_work,
                (_, Workers::RsvAndDio) if is_first_idle_dio_worker(state, k) => &state.dio_work,
                _ => return None,
            };
            if queue.is_empty() { None } else { frame(Pc::WorkTake, 0) }
        }
        Actor::Flusher if state.left.flusher > 0 => {
            let all = Inode::whole();
            let dirty = |inode: &Inode| {
                let pages = &inode.pages;
                all.blocks().any(|b| matches!(pages[usize::from(b)], super::state::Page::Dirty(_)))
            };
            let ino = state.inodes.iter().position(dirty)?;
            frame(Pc::WritebackSubmit, ino as u8)
        }
        _ => None,
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
    let frame = |pc, a| Some(Frame { pc, a, b: 0 });
    let op = state.tasks[usize::from(thread)].current(setup, thread)?;
    let ino = op.ino();
    let unclean = |range| state.inodes[usize::from(ino)].has_unclean_pages(range);
    match op {
        Op::DioWrite { aio: true, .. } | Op::AioBatch { .. } => frame(Pc::IoSubmit, 0),
        Op::DioWrite { .. } => frame(Pc::WriteLock, 0),
        Op::DioRead { range, .. } if unclean(range) => frame(Pc::ReadPages, ino),
        Op::DioRead { .. } => Some(read_frame(setup, ino)),
        Op::BufWrite { .. } => frame(Pc::BufLock, ino),
        Op::BufRead { .. } => frame(Pc::BufRead, ino),
        Op::Fsync { .. } if unclean(Inode::whole()) => frame(Pc::FsyncPages, ino),
        Op::Fsync { .. } => Some(fsync_frame(knobs, ino, FsyncFor::Caller)),
        Op::Fallocate { .. } => frame(Pc::FallocLock, ino),
        Op::Truncate { .. } => frame(Pc::TruncLock, ino),
        Op::DropCaches { .. } => frame(Pc::DropCaches, 0),
        Op::Getevents { .. } => frame(Pc::Getevents, 0),
    }
}

/// Where a direct read begins, its pages being clean.
pub(super) fn read_frame(setup: &Setup, ino: u8) -> Frame {
    let knobs = &setup.design.knobs;
    let pc = match (knobs.inode_lock, setup.dioread_nolock, knobs.nolock_read) {
        (InodeLock::Rwsem, ..) | (_, false, _) => Pc::ReadLock,
        (_, true, NolockRead::Waits) => Pc::ReadCheck,
        (_, true, NolockRead::Goes) => Pc::ReadMap,
    };
    Frame { pc, a: ino, b: 0 }
}

/// On whose behalf `ext4_sync_file` is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FsyncFor {
    /// The fsync system call, or a synchronous O_(D)SYNC write.
    Caller,
    /// An O_(D)SYNC AIO write, by whoever runs its fsync.
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
    Frame { pc, a: ino, b }
}

/// What has to be waited for at a place, if anything.
fn wait_at(setup: &Setup, state: &State, actor: Actor, pc: Pc) -> Option<Wait> {
    let task = actor.task().map(|t| &state.tasks[usize::from(t)]);
    let frame = || task.and_then(Task::top).or_else(|| entry(setup, state, actor));
    let a = || frame().map_or(0, |f| f.a);
    let op = || task.and_then(|task| task.current(setup, actor.task()?));
    let inode = |ino: u8| &state.inodes[usize::from(ino)];
    let ino_of_op = || op().map_or(0, |op| op.ino());
    match pc {
        Pc::IoSubmit => wait_to_submit(setup, state, task?),
        Pc::WriteLock => {
            let shared = op().is_some_and(|op| write_lock_is_shared(setup, state, op));
            wait_for_lock(state, ino_of_op(), shared)
        }
        Pc::OverwriteLock => wait_for_lock(state, ino_of_op(), false),
        Pc::ReadLock => {
            let shared = setup.design.knobs.inode_lock == InodeLock::Rwsem;
            wait_for_lock(state, a(), shared)
        }
        Pc::ReadFlushLock | Pc::FallocLock | Pc::FsyncLock | Pc::BufLock | Pc::TruncLock => {
            wait_for_lock(state, a(), false)
        }
        Pc::DioAwait => {
            let io = a();
            let Io { stage, irq, .. } = state.ios[usize::from(io)];
            (stage != Stage::Completed || irq != NO_IRQ).then_some(Wait::Bio { io })
        }
        Pc::WriteMap
        | Pc::WritebackSubmit
        | Pc::FallocMap
        | Pc::TruncFree
        | Pc::SizeUpdate
        | Pc::ConvertStart
        | Pc::ConvertMap
        | Pc::BufStart => wait_to_change(setup, state, pc, frame()?, op()),
        Pc::FlushWait => {
            let ino = a();
            (inode(ino).i_unwritten > 0).then_some(Wait::Unwritten { ino })
        }
        Pc::WritebackWait | Pc::TruncPages | Pc::BufCopy => {
            let ino = a();
            let range = range_of_pages(setup, actor, task, pc);
            inode(ino).has_writeback(range).then_some(Wait::Writeback { ino })
        }
        Pc::TruncDio => {
            let ino = a();
            (inode(ino).i_dio_count > 0).then_some(Wait::DioCount { ino })
        }
        Pc::FsyncCommitWait => frame().is_some_and(|f| f.b != 0).then_some(Wait::Commit),
        Pc::Getevents => {
            // `getevents` without a number wants what is outstanding, which may be nothing.
            let wants = match (op(), task) {
                (Some(Op::Getevents { nr: 0 }), Some(task)) => {
                    state.slots_used() > 0 && (!task.begun || task.to_reap > 0)
                }
                _ => true,
            };
            (wants && state.events.is_empty()).then_some(Wait::Event)
        }
        Pc::CommitWrite if state.journal.handles > 0 => Some(Wait::Handles),
        Pc::CommitWrite => {
            let ordered = |io: &Io| io.ordered && io.stage == Stage::Submitted;
            state.ios.iter().any(ordered).then_some(Wait::Ordered)
        }
        _ => None,
    }
}

/// What has to be there for a step that starts a handle, or changes the disk tree.
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
    if pc == Pc::BufStart && inode.has_writeback(op?.range()?) {
        return Some(Wait::Writeback { ino });
    }
    let wait = handle.and_then(|reserves| wait_for_handle(setup, state, reserves));
    wait.or_else(|| (tree && inode.i_data_sem != 0).then_some(Wait::DataSem { ino }))
}

/// What a step takes of the journal and of an inode.
struct Change {
    ino: u8,
    /// The handle that it starts, if it starts one: how many handles it reserves with it.
    handle: Option<u8>,
    /// It changes the disk tree, under `i_data_sem` for writing: an overwrite may hold that.
    tree: bool,
}

fn change_at(setup: &Setup, state: &State, pc: Pc, frame: Frame, op: Option<Op>) -> Option<Change> {
    let range = op.and_then(Op::range);
    let mut change = Change { ino: frame.a, handle: Some(0), tree: true };
    match pc {
        Pc::WriteMap | Pc::FallocMap | Pc::TruncFree | Pc::SizeUpdate => {
            change.ino = op?.ino();
            change.tree = pc != Pc::SizeUpdate;
            // A handle is started only where there is something to allocate or to split.
            if pc == Pc::WriteMap && is_overwrite(&state.inodes[usize::from(change.ino)], range?) {
                return None;
            }
        }
        Pc::BufStart => change.tree = false,
        Pc::WritebackSubmit => {
            let inode = &state.inodes[usize::from(frame.a)];
            let run = inode.dirty_run(range.unwrap_or(Inode::whole()));
            if run.is_none() && setup.journal > 0 {
                return None;
            }
            change.tree = run.is_some_and(|run| !is_overwrite(inode, run));
            // `ext4_writepages`, v3.11: with dioread_nolock a handle for the conversion.
            let reserves = change.tree && setup.dioread_nolock && setup.design.knobs.reservation;
            change.handle = Some(u8::from(reserves));
        }
        // A reserved handle has its credits, and joins a locked transaction.
        Pc::ConvertStart if is_reserved(setup, &state.ios[usize::from(frame.a)]) => return None,
        Pc::ConvertStart | Pc::ConvertMap => {
            change.ino = state.ios[usize::from(frame.a)].ino;
            change.tree = pc == Pc::ConvertMap;
            change.handle = (!change.tree).then_some(0);
        }
        _ => return None,
    }
    Some(change)
}

/// Whether the handle of an IO's conversion was reserved.
pub(super) fn is_reserved(setup: &Setup, io: &Io) -> bool {
    io.writeback && setup.design.knobs.reservation
}

/// What a handle waits for that is to start, and to reserve others (fs/jbd2/transaction.c v3.12,
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
    // Half of a transaction can be reserved; what is reserved a commit does not free.
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
        && op.range().is_some_and(|r| is_overwrite(inode, r) && r.end() <= inode.size)
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

/// A setup, a state and somebody who listens: what steps are made of.
pub(super) struct Machine<'a, O: ?Sized> {
    pub(super) setup: &'a Setup,
    pub(super) state: Stepped<'a>,
    pub(super) obs: &'a mut O,
    /// What fails in this step.
    pub(super) fault: Option<Fault>,
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn knobs(&self) -> Knobs {
        self.setup.design.knobs
    }

    pub(super) fn rules(&self) -> es::Rules {
        let knobs = self.knobs();
        knobs.es_version.rules().with_dirty_bit(knobs.dirty_bit)
    }

    /// One step of a thread, a kworker or the flusher.
    fn step_task(&mut self, task: u8, pc: Pc) {
        if self.task(task).depth() == 0 {
            self.begin(task);
        }
        if !self.takes_credits(task, pc) {
            return;
        }
        match pc {
            Pc::IoSubmit
            | Pc::WriteLock
            | Pc::WriteMap
            | Pc::DioAwait
            | Pc::SizeUpdate
            | Pc::OverwriteLock
            | Pc::WriteUnlock => self.step_write(task, pc),
            Pc::ReadPages
            | Pc::ReadCheck
            | Pc::ReadFlushLock
            | Pc::ReadFlushUnlock
            | Pc::ReadLock
            | Pc::ReadMap
            | Pc::ReadDone
            | Pc::ReadUnlock => self.step_read(task, pc),
            Pc::BufLock | Pc::BufStart | Pc::BufCopy => self.step_buffered_write(task, pc),
            Pc::BufRead | Pc::BufReadDone => self.step_buffered_read(task, pc),
            Pc::WritebackSubmit => self.step_writeback(task),
            Pc::WritebackWait => self.ret(task),
            Pc::FallocLock | Pc::FallocMap => self.step_fallocate(task, pc),
            Pc::TruncLock | Pc::TruncDio | Pc::TruncPages | Pc::TruncFree => {
                self.step_truncate(task, pc);
            }
            Pc::DropCaches => self.step_drop_caches(task),
            Pc::FsyncPages | Pc::FsyncLock | Pc::FsyncCommit | Pc::FsyncCommitWait => {
                self.step_fsync(task, pc);
            }
            Pc::FlushTake | Pc::FlushWait => self.step_flush(task, pc),
            Pc::ConvertStart | Pc::ConvertMap => self.step_convert(task, pc),
            Pc::Getevents => self.step_getevents(task),
            Pc::WorkTake => self.step_work(task),
            _ => self.step_end_io(task, pc),
        }
        self.settle(task);
    }

    /// Takes the credits of a step's handle, if it starts one. False if the transaction has no room
    /// for them: then its commit has been asked for, and the step is still to come.
    fn takes_credits(&mut self, task: u8, pc: Pc) -> bool {
        if self.setup.journal == 0 {
            return true;
        }
        let (frame, op) = (self.task(task).top(), self.op(task));
        let change = frame.and_then(|frame| change_at(self.setup, &self.state, pc, frame, op));
        let Some(reserves) = change.and_then(|change| change.handle) else { return true };
        let journal = self.state.journal();
        if journal.credits + 1 + reserves > self.setup.journal {
            journal.requested = true;
            self.obs.note(Note::NoRoom);
            return false;
        }
        journal.credits += 1 + reserves;
        journal.reserved += reserves;
        true
    }

    /// An idle task begins: a thread its operation, a kworker its work, the flusher its run.
    fn begin(&mut self, task: u8) {
        let actor = Actor::of_task(task);
        if let Actor::Thread(thread) = actor {
            let op = self.task(task).op;
            self.obs.note(Note::Began { thread, op });
            self.task(task).must = [0; crate::bounds::BLOCKS_MAX as usize];
        }
        let begins = entry(self.setup, &self.state, actor).filter(|f| f.pc != Pc::WorkTake);
        if actor == Actor::Flusher {
            self.state.left().flusher -= 1;
        }
        if let Some(frame) = begins {
            self.call(task, frame);
        }
    }

    /// Calls and returns until the task stands at a step again, or has nothing to do.
    fn settle(&mut self, task: u8) {
        while let Some(Frame { pc, a, b }) = self.task(task).top() {
            match pc {
                Pc::EndIo => match worker_plan(&self.knobs(), self.io(a)).at(b) {
                    Some(part @ (Pc::Convert | Pc::Sync)) => {
                        if let Some(frame) = self.task(task).top_mut() {
                            frame.b += 1;
                        }
                        let frame = match part {
                            Pc::Convert => Frame { pc: Pc::ConvertStart, a, b: 0 },
                            _ => fsync_frame(&self.knobs(), self.io(a).ino, FsyncFor::OsyncAio),
                        };
                        self.call(task, frame);
                    }
                    Some(_) => return,
                    None => {
                        self.end_io_done(a);
                        self.ret(task);
                    }
                },
                Pc::FlushRun | Pc::WorkRun => match self.next_on_list(task) {
                    Some(io) => {
                        self.state.completed().remove(io);
                        self.io(io).stage = Stage::Converting;
                        self.io(io).list = super::state::List::Inode;
                        self.call(task, Frame { pc: Pc::EndIo, a: io, b: 0 });
                    }
                    None if pc == Pc::WorkRun => self.ret(task),
                    None => return self.go(task, Pc::FlushWait, a),
                },
                Pc::WriteReturn => {
                    let Io { waits, aio, .. } = *self.io(a);
                    match (waits, aio) {
                        (true, true) => self.aio_complete(a),
                        (true, false) => self.acknowledge(a),
                        // Somebody else completes it.
                        (false, _) => {}
                    }
                    self.ret(task);
                    self.next_iocb(task);
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
            // What the call left in its registers must not tell two states apart.
            *self.task(task) = Task::at_op(op + 1);
        }
    }

    pub(super) fn break_promise(&mut self, promise: Promise) {
        if self.state.broken & promise.bit() == 0 {
            self.obs.note(Note::Broke(promise));
            *self.state.broken() |= promise.bit();
        }
    }

    pub(super) fn lock_mutex(&mut self, task: u8, ino: u8) {
        *self.state.counts(ino).i_mutex = task;
        self.task(task).i_mutex |= 1 << ino;
        self.obs.note(Note::Mutex { ino, taken: true });
    }

    pub(super) fn lock_shared(&mut self, task: u8, ino: u8) {
        *self.state.counts(ino).shared |= 1 << task;
        self.task(task).shared |= 1 << ino;
        self.obs.note(Note::Mutex { ino, taken: true });
    }

    /// Drops the inode's lock, however the task holds it.
    pub(super) fn unlock_mutex(&mut self, task: u8, ino: u8) {
        let counts = self.state.counts(ino);
        if *counts.i_mutex == task {
            *counts.i_mutex = NOBODY;
        }
        *counts.shared &= !(1 << task);
        self.task(task).i_mutex &= !(1 << ino);
        self.task(task).shared &= !(1 << ino);
        self.obs.note(Note::Mutex { ino, taken: false });
    }

    pub(super) fn push_or_bound(&mut self, push: impl FnOnce(&mut Stepped<'_>) -> bool) {
        if !push(&mut self.state) {
            *self.state.bound() = Some(Bound::Ios);
        }
    }

    /// Enters a function.
    pub(super) fn call(&mut self, task: u8, frame: Frame) {
        if !self.task(task).push(frame) {
            *self.state.bound() = Some(Bound::Frames);
        }
    }

    /// Leaves the innermost function.
    pub(super) fn ret(&mut self, task: u8) {
        self.task(task).pop();
    }

    /// Moves the innermost function on.
    pub(super) fn go(&mut self, task: u8, pc: Pc, a: u8) {
        if let Some(frame) = self.task(task).top_mut() {
            *frame = Frame { pc, a, b: 0 };
        }
    }

    /// The first argument of the innermost function.
    pub(super) fn a(&mut self, task: u8) -> u8 {
        self.task(task).top().map_or(0, |frame| frame.a)
    }

    /// The operation of a thread; kworkers and the flusher have none.
    pub(super) fn op(&self, task: u8) -> Option<Op> {
        self.state.tasks[usize::from(task)].current(self.setup, task)
    }

    pub(super) fn task(&mut self, task: u8) -> &mut Task {
        self.state.task(task)
    }

    pub(super) fn io(&mut self, io: u8) -> &mut Io {
        self.state.io(io)
    }
}
