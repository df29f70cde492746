//! Quiet steps: those of which no other actor can tell whether they have been taken yet.
//!
//! A step is quiet if every step that another actor can take, now or before it is taken itself,
//! leads to the same state in either order (or, like a power cut, wipes out what it did), is
//! neither enabled nor disabled by it, and tells the same notes. So a search may take a quiet step
//! at once and alone: every state leads by quiet steps to one that it visits, in which the same
//! promises are broken, the same actors wait and the same other steps can be taken.
//!
//! Which steps are quiet depends on what else the setup does; what is said of that here is checked
//! step by step on every reachable state of a thousand small setups (`tests/quiet.rs`).

use crate::bounds::IOS_MAX;

use super::choice::{ACTORS, Actor, Choice};
use super::knobs::{Throttle, Workers};
use super::next::Next;
use super::op::Op;
use super::pc::Pc;
use super::plan::worker_plan;
use super::range::Range;
use super::setup::{Budgets, Setup};
use super::state::State;

/// Which steps of a setup are quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The one thread takes a slot of the AIO context, takes the inode's lock, reaps an event.
    thread: bool,
    /// A handle is started.
    handle: bool,
    /// `i_dio_count` drops.
    dio_count: bool,
    /// A worker decrements `i_unwritten`.
    unwritten: bool,
    /// Workers are told apart by what they do alone: who becomes idle may take another's work.
    shared_queue: bool,
}

impl Quiet {
    /// Looks a setup over; `None` if no step of it is quiet.
    pub fn of(setup: &Setup) -> Option<Quiet> {
        let knobs = &setup.design.knobs;
        let Budgets { crash, commit, eio, enospc, .. } = setup.budgets;
        let ops = || setup.threads.iter().flatten();
        let any = |of: fn(&Op) -> bool| ops().any(of);
        let cached = any(|op| op.is_buffered());
        let truncates = any(|op| op.frees_blocks());
        let syncs = any(|op| op.syncs());
        let asks = any(|op| !op.is_aio()) || syncs;
        // Every write has a slot of the IO table to itself: whether one is free is not asked.
        let writes = ops().map(|op| u32::from(op.writes())).sum::<u32>();
        let direct = !cached && writes <= IOS_MAX && eio == 0 && enospc == 0;
        let quiet = Quiet {
            // Nobody else takes the lock, looks at slots and events or at what is acknowledged.
            // (After a power cut what was acknowledged with O_SYNC still counts.)
            thread: direct
                && !syncs
                && crash == 0
                && setup.threads.iter().filter(|program| !program.is_empty()).count() == 1
                && writes_are_apart(setup),
            // No commit locks the transaction, and none has to wait for room.
            handle: !syncs && commit == 0 && setup.journal == 0,
            dio_count: direct && !truncates && !syncs,
            // Only flushes, readers under dioread_nolock and a throttle ask how many are left.
            unwritten: direct && !asks && knobs.throttle == Throttle::No,
            shared_queue: knobs.workers == Workers::RsvAndDio,
        };
        let Quiet { thread, handle, dio_count, unwritten, .. } = quiet;
        (thread || handle || dio_count || unwritten).then_some(quiet)
    }

    /// A quiet step that can be taken in a state, given what every actor would do.
    pub fn step(&self, setup: &Setup, state: &State, nexts: &[Next; ACTORS]) -> Option<Choice> {
        let quiet = |(actor, next): &(Actor, &Next)| match **next {
            Next::Ready { pc } => self.is_quiet(setup, state, *actor, pc),
            Next::Blocked { .. } | Next::Done => false,
        };
        Actor::all().zip(nexts).find(quiet).map(|(actor, _)| actor.into())
    }

    /// Whether the step that an actor takes at a place is quiet.
    pub fn is_quiet(&self, setup: &Setup, state: &State, actor: Actor, pc: Pc) -> bool {
        match (actor, pc) {
            (Actor::Thread(_), Pc::IoSubmit | Pc::WriteLock | Pc::Getevents) => self.thread,
            (_, Pc::ConvertStart) => self.handle,
            (Actor::Irq(_) | Actor::Kworker(_), Pc::DioDone) => self.dio_count,
            (Actor::Kworker(_), Pc::Decrement) => {
                self.unwritten && !(self.shared_queue && is_last_part(setup, state, actor))
            }
            // A place that is not named here is never quiet, which is always right.
            _ => false,
        }
    }
}

/// Whether a worker is at the last part of its plan, after which it is idle.
fn is_last_part(setup: &Setup, state: &State, actor: Actor) -> bool {
    let frame = actor.task().and_then(|task| state.tasks[usize::from(task)].top());
    let at = frame.and_then(|frame| Some((frame.on.io()?, frame.extra)));
    at.is_some_and(|(io, position)| {
        let plan = worker_plan(&setup.design.knobs, &state.ios[usize::from(io)]);
        plan.at(position + 1).is_none()
    })
}

/// Whether no two direct writes are on the same block.
fn writes_are_apart(setup: &Setup) -> bool {
    let iocbs = |op: &Op| (0..op.writes()).map(|n| op.iocb(n)).collect::<Vec<_>>();
    let writes: Vec<Op> = setup.threads.iter().flatten().flat_map(iocbs).collect();
    let meets = |a: Range, b: Range| a.lblk < b.end() && b.lblk < a.end();
    writes.iter().enumerate().all(|(at, one)| {
        writes[..at].iter().all(|other| match (one.range(), other.range()) {
            (Some(a), Some(b)) => one.ino() != other.ino() || !meets(a, b),
            _ => true,
        })
    })
}
