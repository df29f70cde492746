//! The possible steps: [`enabled`] lists the choices, [`next`] returns an actor's next step.
//!
//! A step ends where another actor could see its result, or where the actor may block. Calls and
//! returns are not steps of their own.

use crate::bounds::THREADS_MAX;

use super::choice::{ACTORS, Actor, Choice};
use super::note::Fault;
use super::pc::Pc;
use super::place::place;
use super::plan::irq_plan;
use super::range::Range;
use super::setup::Setup;
use super::state::{FLUSHER, Inode, Io, Life, Mapping, NO_IRQ, Power, Stage, State};
use super::wait::{Wait, wait_at};

/// The next step of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variant says what its fields are")]
pub enum Next {
    /// The actor can step at this place.
    Ready { pc: Pc },
    /// The actor would step at this place, but waits.
    Blocked { pc: Pc, wait: Wait },
    /// The actor has nothing to do.
    Done,
}

/// The possible steps, in the order threads, irqs, kworkers, jbd2, flusher, shrinker, power. The
/// ordinary step of an actor precedes its steps in which something fails.
pub fn enabled(setup: &Setup, state: &State) -> Vec<Choice> {
    let mut choices = Vec::new();
    enabled_among(state, &next_of_all(setup, state), &mut choices);
    choices
}

/// Appends the choices of [`enabled`], given the next step of every actor. Callers reuse both
/// buffers.
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

/// The next step of every actor, in the order of [`Actor::ALL`].
pub fn next_of_all(setup: &Setup, state: &State) -> [Next; ACTORS] {
    let mut nexts = [Next::Done; ACTORS];
    let mut ask = |actor: Actor| {
        nexts[usize::from(actor.position())] = next(setup, state, actor);
    };
    // Most actors have nothing to do; these checks are cheap.
    let left = &state.left;
    let runs = |task: u8| state.tasks[usize::from(task)].depth() > 0;
    (0..setup.threads.len() as u8).for_each(|thread| ask(Actor::Thread(thread)));
    for (slot, io) in (0..).zip(&state.ios) {
        if io.stage == Stage::Submitted || io.irq != NO_IRQ {
            ask(Actor::Irq(slot));
        }
    }
    let queued = [&state.work, &state.unrsv_work, &state.dio_work].iter().any(|q| !q.is_empty());
    let released = state.inodes.iter().any(|inode| inode.life == Life::Released);
    for kworker in 0..setup.kworkers() {
        if queued || released || runs(THREADS_MAX as u8 + kworker) {
            ask(Actor::Kworker(kworker));
        }
    }
    if left.flusher > 0 || runs(FLUSHER) {
        ask(Actor::Flusher);
    }
    if left.commit > 0 || state.journal.requested || state.journal.locked {
        ask(Actor::Jbd2);
    }
    if left.shrink > 0 {
        ask(Actor::Shrinker);
    }
    if left.crash > 0 || state.power != Power::On {
        ask(Actor::Power);
    }
    nexts
}

/// The next step of an actor, and what the actor waits for if it cannot take it.
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

/// Whether a choice belongs to the environment: an event that no actor asks for, limited by a
/// budget, which never counts as progress. The completion of a submitted bio does not belong to it,
/// because devices complete bios.
pub fn is_environment(state: &State, choice: Choice) -> bool {
    choice.ordinal > 0
        || match choice.actor {
            Actor::Shrinker | Actor::Power => true,
            Actor::Flusher => state.tasks[usize::from(FLUSHER)].depth() == 0,
            Actor::Jbd2 => !state.journal.requested && !state.journal.locked,
            Actor::Thread(_) | Actor::Irq(_) | Actor::Kworker(_) => false,
        }
}

/// The place at which a choice steps. A choice that fails the bio steps at the first place of the
/// plan for failed bios.
pub fn place_of(setup: &Setup, state: &State, choice: Choice, pc: Pc) -> Pc {
    place_with(setup, state, choice.actor, pc, fault_of(state, choice, pc))
}

pub(super) fn place_with(
    setup: &Setup,
    state: &State,
    actor: Actor,
    pc: Pc,
    fault: Option<Fault>,
) -> Pc {
    match (actor, fault) {
        (Actor::Irq(io), Some(Fault::Eio)) => {
            let io = Io { error: true, ..state.ios[usize::from(io)] };
            irq_plan(&setup.design.knobs, &io).at(0).unwrap_or(pc)
        }
        _ => pc,
    }
}

/// How many ordinals are possible for an actor's step.
fn ordinals(state: &State, actor: Actor, pc: Pc) -> u8 {
    let left = &state.left;
    match actor {
        Actor::Irq(_) if left.eio > 0 || left.nomem > 0 => 3,
        Actor::Thread(_) if left.quick > 0 && submits(pc) => 3,
        Actor::Thread(_) | Actor::Kworker(_)
            if left.enospc > 0 && matches!(pc, Pc::ConvertMap | Pc::WriteMap | Pc::FallocMap) =>
        {
            2
        }
        Actor::Thread(_) | Actor::Flusher if left.enospc > 0 && pc == Pc::WritebackSubmit => 2,
        Actor::Thread(_) if left.reclaim + left.nomem > 0 && pc == Pc::BufCopy => 3,
        Actor::Irq(_) | Actor::Thread(_) | Actor::Kworker(_) => 1,
        Actor::Jbd2 | Actor::Flusher | Actor::Shrinker | Actor::Power => 1,
    }
}

/// Whether a direct write submits its bio at a place.
const fn submits(pc: Pc) -> bool {
    matches!(pc, Pc::WriteMap | Pc::OverwriteMap)
}

/// The failure with an ordinal. 1: the bio, the conversion, the allocation or split that a direct
/// write needs before its bio, the allocation of fallocate, or memory for a delayed entry. 2:
/// memory in irq context, memory for a page, or a bio that is done at once.
pub(super) fn fault_of(state: &State, choice: Choice, pc: Pc) -> Option<Fault> {
    let left = &state.left;
    let whole = Inode::whole();
    let submitted = |io: u8| state.ios[usize::from(io)].stage == Stage::Submitted;
    match (choice.actor, choice.ordinal) {
        (Actor::Irq(io), 1) if submitted(io) && left.eio > 0 => Some(Fault::Eio),
        (Actor::Irq(_), 2) if pc == Pc::EsConvert && left.nomem > 0 => Some(Fault::Nomem),
        (Actor::Thread(_) | Actor::Kworker(_), 1) if pc == Pc::ConvertMap && left.enospc > 0 => {
            Some(Fault::Enospc)
        }
        (Actor::Thread(_) | Actor::Flusher, 1) if pc == Pc::WritebackSubmit && left.enospc > 0 => {
            let task = choice.actor.task()?;
            let top = state.tasks[usize::from(task)].top();
            // The flusher begins with the first file that has a dirty page.
            let first = || state.inodes.iter().position(|inode| inode.dirty_run(whole).is_some());
            let ino = top
                .and_then(|frame| frame.on.inode())
                .map_or_else(first, |ino| Some(ino.into()))?;
            let inode = &state.inodes[ino];
            let is_delayed = |run: Range| inode.disk[usize::from(run.lblk)] == Mapping::Hole;
            inode.dirty_run(whole).is_some_and(is_delayed).then_some(Fault::Enospc)
        }
        (Actor::Thread(thread), 1) if pc == Pc::WriteMap && left.enospc > 0 => {
            let io = state.tasks[usize::from(thread)].top()?.on.io()?;
            let io = state.ios.get(usize::from(io))?;
            let needs_room = state.inodes[usize::from(io.ino)].needs_room(io.range());
            needs_room.then_some(Fault::Enospc)
        }
        (Actor::Thread(thread), 1) if pc == Pc::FallocMap && left.enospc > 0 => {
            let ino = state.tasks[usize::from(thread)].top()?.on.inode()?;
            let has_hole = state.inodes[usize::from(ino)].disk.contains(&Mapping::Hole);
            has_hole.then_some(Fault::Enospc)
        }
        (Actor::Thread(thread), 2) if submits(pc) && left.quick > 0 => {
            let io = state.tasks[usize::from(thread)].top()?.on.io()?;
            let io = state.ios.get(usize::from(io))?;
            let Inode { size, disksize, .. } = state.inodes[usize::from(io.ino)];
            let inside = io.range().end() <= size.min(disksize);
            (io.aio && inside).then_some(Fault::Quick)
        }
        (Actor::Thread(_), 1) if pc == Pc::BufCopy && left.nomem > 0 => Some(Fault::Nomem),
        (Actor::Thread(_), 2) if pc == Pc::BufCopy && left.reclaim > 0 => {
            state.inodes.iter().any(Inode::is_reclaimable).then_some(Fault::Reclaim)
        }
        _ => None,
    }
}
