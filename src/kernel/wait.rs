//! Why an actor cannot step, who could change that, and the cycles in which nobody can.

use super::choice::Actor;
use super::pc::Pc;
use super::setup::Setup;
use super::state::{Acked, List, NO_IRQ, NOBODY, Stage, State};
use super::step::{Next, next};

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
        Wait::Mutex { ino } => match state.inodes[usize::from(ino)].i_mutex {
            NOBODY => Vec::new(),
            owner => one(Actor::of_task(owner)),
        },
        Wait::Unwritten { ino } => state
            .ios()
            .filter(|(_, io)| io.ino == ino && io.counted)
            .map(|(io, _)| converters(setup, state, io))
            .collect(),
        Wait::Bio { io } => vec![vec![Giver { io: Some(io), actor: Actor::Irq(io) }]],
        Wait::Slot | Wait::Event => {
            let pending = state.ios().filter(|(_, io)| io.aio && io.ack == Acked::No);
            // One event, of whichever IO, is enough.
            vec![pending.flat_map(|(io, _)| acknowledgers(setup, state, io)).collect()]
        }
        Wait::Transaction | Wait::Commit => one(Actor::Jbd2),
        Wait::Handles => {
            let holders = (0..).zip(&state.tasks).filter(|(_, task)| task.handle);
            holders.map(|(t, _)| vec![Giver { io: None, actor: Actor::of_task(t) }]).collect()
        }
    }
}

/// Who can bring an IO to its acknowledgement: its irq handler while that runs, later whoever
/// converts it.
fn acknowledgers(setup: &Setup, state: &State, index: u8) -> Vec<Giver> {
    if state.ios[usize::from(index)].irq == NO_IRQ {
        return converters(setup, state, index);
    }
    vec![Giver { io: Some(index), actor: Actor::Irq(index) }]
}

/// Who can bring an IO to its conversion.
fn converters(setup: &Setup, state: &State, index: u8) -> Vec<Giver> {
    let io = &state.ios[usize::from(index)];
    let by = |actor| Giver { io: Some(index), actor };
    let in_end_io =
        |task: &super::state::Task| task.frames().iter().any(|f| f.pc == Pc::EndIo && f.a == index);
    match io.stage {
        Stage::Free | Stage::Converted => Vec::new(),
        Stage::Prepared => vec![by(Actor::Thread(io.thread))],
        Stage::Submitted | Stage::Completed => vec![by(Actor::Irq(index))],
        Stage::Listed => match io.list {
            List::Private { task, .. } => vec![by(Actor::of_task(task))],
            List::Inode => {
                // The worker, or any task that will flush this inode's list.
                let flushers = (0..).zip(&state.tasks).filter(|(t, task)| {
                    Actor::of_task(*t) != worker()
                        && task
                            .frames()
                            .iter()
                            .any(|f| f.a == io.ino && matches!(f.pc, Pc::FlushTake | Pc::FsyncLock))
                });
                let flushers = flushers.map(|(t, _)| by(Actor::of_task(t)));
                core::iter::once(by(worker())).chain(flushers).collect()
            }
        },
        Stage::Converting => {
            let tasks = (0..).zip(&state.tasks).filter(|(_, task)| in_end_io(task));
            let tasks: Vec<Giver> = tasks.map(|(t, _)| by(Actor::of_task(t))).collect();
            if tasks.is_empty() { vec![by(Actor::Thread(io.thread))] } else { tasks }
        }
    }
    .into_iter()
    .filter(|giver| !matches!(next(setup, state, giver.actor), Next::Done))
    .collect()
}

/// The conversion worker: the workqueue of v3.8 runs one item at a time.
fn worker() -> Actor {
    Actor::Kworker(0)
}

/// The actors that can never step again, whatever the others do: the greatest set in which each
/// waits for something that only members of the set could give. Empty if there is no deadlock.
pub fn deadlocked(setup: &Setup, state: &State) -> Vec<(Actor, Wait)> {
    let mut stuck: Vec<(Actor, Wait)> = Actor::all()
        .filter_map(|actor| match next(setup, state, actor) {
            Next::Blocked { wait, .. } => Some((actor, wait)),
            Next::Ready { .. } | Next::Done => None,
        })
        .collect();
    loop {
        let before = stuck.len();
        let names: Vec<Actor> = stuck.iter().map(|(actor, _)| *actor).collect();
        stuck.retain(|(_, wait)| {
            needs(setup, state, *wait)
                .iter()
                .any(|givers| givers.iter().all(|giver| names.contains(&giver.actor)))
        });
        if stuck.len() == before {
            return stuck;
        }
    }
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
