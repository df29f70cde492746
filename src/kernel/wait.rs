//! Why an actor cannot step, who could change that, and the cycles in which nobody can.

use super::choice::{ACTORS, Actor};
use super::pc::Pc;
use super::setup::{Op, Setup};
use super::state::{Acked, List, NO_IRQ, Power, Stage, State, Task};
use super::step::{Next, enabled_among, is_environment, next, next_of_all};
use crate::bounds::KWORKERS_MAX;

/// What a blocked actor waits for.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// `i_mutex` of an inode.
    Mutex { ino: u8 },
    /// `i_unwritten` of an inode to become 0.
    Unwritten { ino: u8 },
    /// The bio of an IO.
    Bio { io: u8 },
    /// A slot of the AIO context, all of which are taken and none of which has an event.
    Slot,
    /// An event in the AIO context.
    Event,
    /// `i_dio_count` of an inode to become 0.
    DioCount { ino: u8 },
    /// PageWriteback of an inode's pages to be cleared.
    Writeback { ino: u8 },
    /// Conversions to become fewer than the throttle's limit.
    Throttle,
    /// The ordered data of the transaction to be on the device.
    Ordered,
    /// The locked transaction to be committed, so that a handle can start.
    Transaction,
    /// The open handles of the locked transaction to stop.
    Handles,
    /// The running transaction to be committed.
    Commit,
}

/// One way in which a wait could be satisfied: through an IO, if the wait is for IOs, by an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Giver {
    /// The IO that stands between the waiter and the giver.
    pub io: Option<u8>,
    /// Who could give it.
    pub actor: Actor,
}

/// One edge of a wait-for cycle: `waiter` waits for `wait`, which only `giver` could give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Who waits.
    pub waiter: Actor,
    /// For what.
    pub wait: Wait,
    /// Who could give it; the waiter of the next link.
    pub giver: Giver,
}

/// The actors that could satisfy a wait. Everything in the outer list has to happen; each entry
/// lists who could make it happen. An empty entry means that nobody can.
pub fn needs(setup: &Setup, state: &State, wait: Wait) -> Vec<Vec<Giver>> {
    let one = |actor| vec![vec![Giver { io: None, actor }]];
    match wait {
        Wait::Mutex { ino } => {
            let inode = &state.inodes[usize::from(ino)];
            let holds = |t: &u8| inode.i_mutex == *t || inode.shared & (1 << t) != 0;
            let holders = (0..state.tasks.len() as u8).filter(holds);
            holders.map(|t| vec![Giver { io: None, actor: Actor::of_task(t) }]).collect()
        }
        Wait::Unwritten { ino } => state
            .ios()
            .filter(|(_, io)| io.ino == ino && io.counted)
            .map(|(io, _)| converters(setup, state, io))
            .collect(),
        Wait::DioCount { ino } => {
            let held = state.ios().filter(|(_, io)| io.ino == ino && io.dio_held);
            let writes = held.map(|(io, _)| dio_droppers(setup, state, io));
            let reads = readers(setup, state, ino).map(|actor| vec![Giver { io: None, actor }]);
            writes.chain(reads).collect()
        }
        Wait::Writeback { ino } => state
            .ios()
            .filter(|(_, io)| io.ino == ino && io.page_writeback)
            .map(|(io, _)| acknowledgers(setup, state, io))
            .collect(),
        Wait::Ordered => state
            .ios()
            .filter(|(_, io)| io.ordered && io.stage == Stage::Submitted)
            .map(|(io, _)| vec![Giver { io: Some(io), actor: Actor::Irq(io) }])
            .collect(),
        Wait::Throttle => {
            let counted = state.ios().filter(|(_, io)| io.aio && io.stage != Stage::Free);
            vec![counted.flat_map(|(io, _)| converters(setup, state, io)).collect()]
        }
        Wait::Bio { io } => vec![vec![Giver { io: Some(io), actor: Actor::Irq(io) }]],
        Wait::Slot | Wait::Event => {
            let pending = state.ios().filter(|(_, io)| io.aio && io.ack == Acked::No);
            let pending = pending.flat_map(|(io, _)| acknowledgers(setup, state, io));
            // One event is enough, of whichever IO, also of one that is yet to be submitted.
            vec![pending.chain(submitters(setup, state)).collect()]
        }
        Wait::Transaction | Wait::Commit => one(Actor::Jbd2),
        Wait::Handles => {
            let holders = (0..).zip(&state.tasks).filter(|(_, task)| task.handle);
            holders.map(|(t, _)| vec![Giver { io: None, actor: Actor::of_task(t) }]).collect()
        }
    }
}

/// Threads whose programs still have an AIO write to submit.
fn submitters<'a>(setup: &'a Setup, state: &'a State) -> impl Iterator<Item = Giver> + 'a {
    let threads = (0..).zip(&setup.threads);
    let submits = threads.filter(|(t, program)| {
        let left = program.iter().skip(usize::from(state.tasks[usize::from(*t)].op));
        left.into_iter().any(|op| matches!(op, Op::DioWrite { aio: true, .. }))
    });
    submits.map(|(t, _)| Giver { io: None, actor: Actor::Thread(t) })
}

/// Who can bring an IO to its acknowledgement, or its pages out of PageWriteback: its irq handler
/// while that runs, later whoever converts it.
fn acknowledgers(setup: &Setup, state: &State, index: u8) -> Vec<Giver> {
    let io = &state.ios[usize::from(index)];
    if io.irq == NO_IRQ && io.stage != Stage::Submitted {
        return converters(setup, state, index);
    }
    let converting = converters(setup, state, index);
    let irq = Giver { io: Some(index), actor: Actor::Irq(index) };
    core::iter::once(irq).chain(converting).collect()
}

/// Who can drop an IO's share of `i_dio_count`.
fn dio_droppers(setup: &Setup, state: &State, index: u8) -> Vec<Giver> {
    let io = &state.ios[usize::from(index)];
    if !io.waits || io.stage == Stage::Submitted {
        return acknowledgers(setup, state, index);
    }
    vec![Giver { io: Some(index), actor: Actor::Thread(io.thread) }]
}

/// Threads inside a direct read of an inode.
fn readers<'a>(setup: &'a Setup, state: &'a State, ino: u8) -> impl Iterator<Item = Actor> + 'a {
    let tasks = (0..).zip(&state.tasks);
    let reading = tasks.filter(move |(t, task)| {
        let op = setup.op(*t, task.op);
        op.is_some_and(|op| op.ino() == ino)
            && task.frames().iter().any(|frame| frame.pc == Pc::ReadDone)
    });
    reading.map(|(t, _)| Actor::of_task(t))
}

/// Who can bring an IO to its conversion.
fn converters(setup: &Setup, state: &State, index: u8) -> Vec<Giver> {
    let io = &state.ios[usize::from(index)];
    let by = |actor| Giver { io: Some(index), actor };
    let givers = match io.stage {
        Stage::Free | Stage::Converted => Vec::new(),
        Stage::Prepared => vec![by(Actor::Thread(io.thread))],
        Stage::Submitted | Stage::Completed => vec![by(Actor::Irq(index))],
        Stage::Listed => match io.list {
            List::Private { task, .. } => vec![by(Actor::of_task(task))],
            List::Dio => (1..KWORKERS_MAX as u8).map(|k| by(Actor::Kworker(k))).collect(),
            List::Unrsv => vec![by(Actor::Kworker(1))],
            List::Inode => {
                // The worker, or any task that will flush this inode's list.
                let flushes = |task: &Task| {
                    let pcs = [Pc::FlushTake, Pc::FsyncLock, Pc::ReadFlushLock];
                    task.frames().iter().any(|f| f.a == io.ino && pcs.contains(&f.pc))
                };
                let tasks = (0..).zip(&state.tasks).filter(|(_, task)| flushes(task));
                let flushers = tasks.map(|(t, _)| by(Actor::of_task(t)));
                core::iter::once(by(Actor::Kworker(0))).chain(flushers).collect()
            }
        },
        Stage::Converting => {
            let ends =
                |task: &Task| task.frames().iter().any(|f| f.pc == Pc::EndIo && f.a == index);
            let tasks = (0..).zip(&state.tasks).filter(|(_, task)| ends(task));
            let tasks: Vec<Giver> = tasks.map(|(t, _)| by(Actor::of_task(t))).collect();
            if tasks.is_empty() { vec![by(Actor::Thread(io.thread))] } else { tasks }
        }
    };
    let acts = |giver: &Giver| !matches!(next(setup, state, giver.actor), Next::Done);
    givers.into_iter().filter(acts).collect()
}

/// Whether nothing but the environment can move although somebody still has something to do.
pub fn is_stuck(setup: &Setup, state: &State) -> bool {
    if state.power != Power::On || state.bound.is_some() {
        return false;
    }
    let nexts = next_of_all(setup, state);
    let mut choices = Vec::new();
    enabled_among(state, &nexts, &mut choices);
    choices.iter().all(|choice| is_environment(state, *choice))
        && nexts.iter().any(|next| matches!(next, Next::Blocked { .. }))
}

/// The actors that can never step again, whatever the others do: the greatest set in which each
/// waits for something that only members of the set could give. Empty if there is no deadlock.
pub fn deadlocked(setup: &Setup, state: &State) -> Vec<(Actor, Wait)> {
    deadlocked_among(setup, state, &next_of_all(setup, state))
}

/// The same, given what every actor would do.
pub fn deadlocked_among(
    setup: &Setup,
    state: &State,
    nexts: &[Next; ACTORS],
) -> Vec<(Actor, Wait)> {
    let mut stuck: Vec<(Actor, Wait)> = Vec::new();
    for (actor, next) in Actor::ALL.into_iter().zip(nexts) {
        if let Next::Blocked { wait, .. } = *next {
            stuck.push((actor, wait));
        }
    }
    while !stuck.is_empty() {
        let before = stuck.len();
        let names = stuck.iter().fold(0_u32, |bits, (actor, _)| bits | 1 << actor.position());
        stuck.retain(|(_, wait)| {
            let named = |giver: &Giver| names & (1 << giver.actor.position()) != 0;
            needs(setup, state, *wait).iter().any(|givers| givers.iter().all(named))
        });
        if stuck.len() == before {
            break;
        }
    }
    stuck
}

/// The shortest wait-for cycle among deadlocked actors, if there is a deadlock that is a cycle.
pub fn cycle(setup: &Setup, state: &State) -> Option<Vec<Link>> {
    let stuck = deadlocked(setup, state);
    let link = |(waiter, wait): (Actor, Wait)| {
        let names = |giver: &Giver| stuck.iter().any(|(actor, _)| *actor == giver.actor);
        let all = needs(setup, state, wait);
        let hopeless = all.iter().find(|givers| givers.iter().all(names))?;
        hopeless.first().map(|giver| Link { waiter, wait, giver: *giver })
    };
    let mut best: Option<Vec<Link>> = None;
    for start in &stuck {
        let mut links: Vec<Link> = Vec::new();
        let mut at = Some(*start);
        while let Some(link) = at.and_then(link) {
            if let Some(i) = links.iter().position(|l| l.waiter == link.waiter) {
                links.drain(..i);
                if best.as_ref().is_none_or(|b| links.len() < b.len()) {
                    best = Some(links);
                }
                break;
            }
            links.push(link);
            at = stuck.iter().find(|(actor, _)| *actor == link.giver.actor).copied();
        }
    }
    best
}
