//! What can happen: [`enabled`] lists the choices, [`next`] says what an actor would do.
//!
//! A step ends where another actor could see its result, or where the actor may block. Calls and
//! returns are not steps of their own.

use crate::bounds::THREADS_MAX;

use super::choice::{ACTORS, Actor, Choice};
use super::note::Fault;
use super::pc::Pc;
use super::place::place;
use super::plan::irq_plan;
use super::setup::Setup;
use super::state::{FLUSHER, Io, Power, Stage, State};
use super::wait::{Wait, wait_at};

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

/// Appends the choices of [`enabled`], given what every actor would do. Callers reuse both buffers.
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
    // Most of them have nothing to do; these checks are cheap.
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

/// completed by another plan.
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

/// How many ordinals to try for an actor's step.
fn ordinals(state: &State, actor: Actor, pc: Pc) -> u8 {
    let left = &state.left;
    match actor {
        Actor::Irq(_) if left.eio > 0 || left.nomem > 0 => 3,
        Actor::Thread(_) | Actor::Kworker(_)
            if left.enospc > 0 && matches!(pc, Pc::ConvertMap | Pc::WriteMap) =>
        {
            2
        }
        Actor::Irq(_) | Actor::Thread(_) | Actor::Kworker(_) => 1,
        Actor::Jbd2 | Actor::Flusher | Actor::Shrinker | Actor::Power => 1,
    }
}

/// What fails in a step with an ordinal. 1: the bio, or the conversion, or the allocation or split
/// that a direct write needs before its bio. 2: the allocation in irq context.
pub(super) fn fault_of(state: &State, choice: Choice, pc: Pc) -> Option<Fault> {
    let left = &state.left;
    let submitted = |io: u8| state.ios[usize::from(io)].stage == Stage::Submitted;
    match (choice.actor, choice.ordinal) {
        (Actor::Irq(io), 1) if submitted(io) && left.eio > 0 => Some(Fault::Eio),
        (Actor::Irq(_), 2) if pc == Pc::EsConvert && left.nomem > 0 => Some(Fault::Nomem),
        (Actor::Thread(_) | Actor::Kworker(_), 1) if pc == Pc::ConvertMap && left.enospc > 0 => {
            Some(Fault::Enospc)
        }
        (Actor::Thread(thread), 1) if pc == Pc::WriteMap && left.enospc > 0 => {
            let io = state.tasks[usize::from(thread)].top()?.on.io()?;
            let io = state.ios.get(usize::from(io))?;
            let needs_room = state.inodes[usize::from(io.ino)].needs_room(io.range());
            needs_room.then_some(Fault::Enospc)
        }
        _ => None,
    }
}
