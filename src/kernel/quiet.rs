//! Quiet steps: steps whose timing no other actor can observe.
//!
//! A step is quiet if it commutes with every step that another actor can take before it. Both
//! orders lead to the same state, or the other step erases its effect, as a power cut does. The
//! quiet step neither enables nor disables the other step, and both give the same notes in either
//! order. A search may therefore take a quiet step immediately and take no other step from that
//! state. Quiet steps lead from every skipped state to a visited one, in which the same promises
//! are broken, the same actors wait and the same other steps can be taken.
//!
//! Which steps are quiet depends on the rest of the setup. `tests/quiet.rs` checks the rules of
//! this file step by step, on every reachable state of a thousand small setups.

use crate::bounds::IOS_MAX;

use super::choice::{ACTORS, Actor, Choice};
use super::knobs::{Throttle, Workers};
use super::next::Next;
use super::op::Op;
use super::overwrite::may_submit_unlocked;
use super::pc::Pc;
use super::plan::worker_plan;
use super::range::Range;
use super::setup::{Budgets, Setup};
use super::state::{NO_IRQ, State};

/// The kinds of steps that are quiet in a setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The only thread takes a slot of the AIO context, takes the inode's lock, or reaps an event.
    thread: bool,
    /// A task starts a handle.
    handle: bool,
    /// An actor drops `i_dio_count`.
    dio_count: bool,
    /// A worker decrements `i_unwritten`.
    unwritten: bool,
    /// Only their actions distinguish workers, so a worker that becomes idle may take another's
    /// work.
    shared_queue: bool,
}

impl Quiet {
    /// Finds the quiet steps of a setup. Returns `None` if no step is quiet.
    pub fn of(setup: &Setup) -> Option<Quiet> {
        if setup.has_lifetimes() || setup.has_halves() || setup.budgets.quick > 0 {
            // Any step may be the last use of the inode, or a use after it was freed. Writes of
            // half blocks wait for what other rules take for unobserved, and a submitter may
            // complete its own IO.
            return None;
        }
        let knobs = &setup.design.knobs;
        let Budgets { crash, commit, eio, enospc, .. } = setup.budgets;
        let ops = || setup.threads.iter().flatten();
        let any = |of: fn(&Op) -> bool| ops().any(of);
        let cached = any(|op| op.is_buffered());
        let truncates = any(|op| op.frees_blocks());
        let syncs = any(|op| op.syncs());
        let asks = any(|op| !op.is_aio()) || syncs;
        // The IO table has a slot for every write, so no step depends on a free slot.
        let writes = ops().map(|op| u32::from(op.writes())).sum::<u32>();
        let direct = !cached && writes <= IOS_MAX && eio == 0 && enospc == 0;
        let quiet = Quiet {
            // No other task takes the lock or looks at slots, events or acknowledgements. After a
            // power cut, acknowledged O_SYNC writes would still matter. An overwrite that drops the
            // lock again takes `i_data_sem`, for which a worker waits.
            thread: direct
                && !may_submit_unlocked(setup)
                && !syncs
                && crash == 0
                && setup.threads.iter().filter(|program| !program.is_empty()).count() == 1
                && writes_are_apart(setup),
            // No commit locks the transaction, and no handle waits for room.
            handle: !syncs && commit == 0 && setup.journal == 0,
            dio_count: direct && !truncates && !syncs,
            // Only flushes, dioread_nolock readers and a throttle read `i_unwritten`.
            unwritten: direct && !asks && knobs.throttle == Throttle::No,
            shared_queue: knobs.workers == Workers::RsvAndDio,
        };
        let Quiet { thread, handle, dio_count, unwritten, .. } = quiet;
        (thread || handle || dio_count || unwritten).then_some(quiet)
    }

    /// A quiet step that can be taken in a state, given the next step of every actor.
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
            (Actor::Kworker(_), Pc::DioDone) => self.dio_count,
            // The first part of an irq's plan is also the arrival of the data.
            (Actor::Irq(io), Pc::DioDone) => {
                self.dio_count && state.ios[usize::from(io)].irq != NO_IRQ
            }
            (Actor::Kworker(_), Pc::Decrement) => {
                self.unwritten && !(self.shared_queue && is_last_part(setup, state, actor))
            }
            // Treating a place as not quiet is always correct.
            _ => false,
        }
    }
}

/// Whether a worker is at the last part of its plan. After that part it is idle.
fn is_last_part(setup: &Setup, state: &State, actor: Actor) -> bool {
    let frame = actor.task().and_then(|task| state.tasks[usize::from(task)].top());
    let at = frame.and_then(|frame| Some((frame.on.io()?, frame.extra)));
    at.is_some_and(|(io, position)| {
        let plan = worker_plan(&setup.design.knobs, &state.ios[usize::from(io)]);
        plan.at(position + 1).is_none()
    })
}

/// Whether no two direct writes touch the same block.
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
