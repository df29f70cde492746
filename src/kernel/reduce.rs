//! Persistent sets: the steps of a state that suffice for a search.
//!
//! A set of actors is closed if the next step of a member ([`Footprint`]) does not meet any step
//! that other actors can take before a member steps. If a run from the state has a step of a
//! member, its first such step could also come first. If it has none, any member's step can be put
//! before the run. So the steps of the members suffice, if one of them is not a step of the
//! environment, which may never happen. The wait of a waiting member must not end by steps of other
//! actors.
//!
//! The reduction keeps every end of a run, and so each promise that is broken or exercised on the
//! way; the actors that wait and are served; and the states in which no actor can step. A search
//! also has to ensure that no step is delayed forever on a cycle of states
//! ([`docs/decisions/reduction.md`]).
//!
//! [`docs/decisions/reduction.md`]: https://github.com/extentscope/extentscope

use super::choice::{ACTORS, Actor, Choice};
use super::facts::Facts;
use super::footprint::{Footprint, Subject};
use super::future::{Actors, Futures};
use super::next::{Next, is_environment};
use super::op::Op;
use super::pc::Pc;
use super::places::Places;
use super::setup::Setup;
use super::state::{On, Power, Stage, State};

/// Finds persistent sets of a setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    facts: Facts,
}

impl Reduction {
    /// Collects the facts about a setup that hold in all its states.
    pub fn of(setup: &Setup) -> Reduction {
        Reduction { facts: Facts::of(setup) }
    }

    /// Keeps the enabled choices of a persistent set, or all choices if no smaller set is found.
    /// `told` says that a run in which an actor waits and is served is known; until then the sets
    /// preserve such runs.
    pub fn reduce(
        &self,
        setup: &Setup,
        state: &State,
        nexts: &[Next; ACTORS],
        told: bool,
        choices: &mut Vec<Choice>,
    ) {
        if !self.facts.is_known || state.power != Power::On || choices.len() < 2 {
            return;
        }
        let places = Places { setup, state, facts: &self.facts, told };
        let own = choices.iter().filter(|choice| !is_environment(state, **choice));
        let mut seeds = own.map(|choice| choice.actor).collect::<Vec<_>>();
        seeds.dedup();
        let steps = Steps::of(places, nexts);
        let mut best = choices.len();
        let mut kept = None;
        for seed in seeds {
            let members = steps.close(seed, choices, best);
            let Some((members, size)) = members else { continue };
            if size < best {
                (best, kept) = (size, Some(members));
                if size == 1 {
                    break;
                }
            }
        }
        if let Some(members) = kept {
            choices.retain(|choice| members.has(choice.actor));
        }
    }

    /// The footprint of an actor's next step, if it has one, now or after a wait.
    pub fn footprint(&self, setup: &Setup, state: &State, actor: Actor, pc: Pc) -> Footprint {
        let places = Places { setup, state, facts: &self.facts, told: true };
        if self.facts.is_known { next_footprint(&places, actor, pc) } else { Footprint::EVERYTHING }
    }
}

/// The next steps of all actors.
struct Steps<'a> {
    places: Places<'a>,
    nexts: &'a [Next; ACTORS],
    footprints: [Footprint; ACTORS],
    /// The footprint of all further steps of each actor.
    futures: [Footprint; ACTORS],
}

impl<'a> Steps<'a> {
    fn of(places: Places<'a>, nexts: &'a [Next; ACTORS]) -> Steps<'a> {
        let mut footprints = [Footprint::NONE; ACTORS];
        let all = Futures { places, still: Actors::NONE };
        let mut futures = [Footprint::NONE; ACTORS];
        for ((footprint, actor), next) in footprints.iter_mut().zip(Actor::ALL).zip(nexts) {
            *footprint = match *next {
                // A wait ends only by what the step looks at.
                Next::Ready { pc } | Next::Blocked { pc, .. } => next_footprint(&places, actor, pc),
                Next::Done => continue,
            };
            futures[usize::from(actor.position())] = all.of(actor);
        }
        Steps { places, nexts, footprints, futures }
    }

    fn next(&self, actor: Actor) -> Next {
        self.nexts[usize::from(actor.position())]
    }

    /// The smallest closed set that is found around an actor, with its number of choices; `None` if
    /// it has at least `best`.
    fn close(&self, seed: Actor, choices: &[Choice], best: usize) -> Option<(Actors, usize)> {
        let mut members = Actors::NONE.with(seed);
        'again: loop {
            let size = choices.iter().filter(|choice| members.has(choice.actor)).count();
            if size >= best {
                return None;
            }
            let still = self.still(members);
            let touched = members.iter().fold(Footprint::NONE, |all, member| {
                all | self.footprints[usize::from(member.position())]
            });
            let futures = Futures { places: self.places, still };
            for other in Actor::all().filter(|actor| !members.has(*actor)) {
                let can_move = match self.next(other) {
                    Next::Done => false,
                    Next::Blocked { .. } => !still.has(other),
                    Next::Ready { .. } => true,
                };
                // The footprint of others when no actor pauses is known, and usually suffices.
                let meets = || self.futures[usize::from(other.position())].meets(&touched);
                if can_move && meets() && futures.of(other).meets(&touched) {
                    members = members.with(other);
                    continue 'again;
                }
            }
            return Some((members, size));
        }
    }

    /// The members, and the actors that cannot step before a member does.
    fn still(&self, members: Actors) -> Actors {
        if !self.places.told {
            return Actors::NONE;
        }
        let mut still = members;
        loop {
            let futures = Futures { places: self.places, still };
            let waits = |actor: &Actor| match self.next(*actor) {
                Next::Blocked { wait, .. } => !still.has(*actor) && futures.lasts(wait),
                Next::Ready { .. } | Next::Done => false,
            };
            match Actor::all().find(waits) {
                Some(actor) => still = still.with(actor),
                None => return still,
            }
        }
    }
}

/// The footprint of the step at an actor's place.
fn next_footprint(places: &Places<'_>, actor: Actor, pc: Pc) -> Footprint {
    let Places { setup, state, .. } = *places;
    let Some(task) = actor.task() else {
        let Actor::Irq(io) = actor else {
            return places.at(pc, &Subject { now: true, ..Subject::whole(0) });
        };
        let on = Subject { now: true, ..Subject::of_io(state, io) };
        let at = &state.ios[usize::from(io)];
        let first = at.stage == Stage::Submitted;
        let bio = if first { places.bio(&on) } else { Footprint::NONE };
        let mut step = places.at(pc, &on) | bio | places.memory() | places.frees_slot();
        if first && state.left.eio > 0 {
            for pc in [Pc::AioComplete, Pc::Decrement, Pc::EndWriteback, Pc::AddCompleteIo] {
                step |= places.at(pc, &on);
            }
            step |= places.at(Pc::DioDone, &on);
            step |= places.at(Pc::EsConvert, &on) | places.at(Pc::QueueDioWork, &on);
        }
        return step;
    };
    let at = &state.tasks[usize::from(task)];
    let op = at.current(setup, task);
    let io = at.frames().iter().rev().find_map(|frame| frame.on.io());
    let ino = at.frames().iter().rev().find_map(|frame| frame.on.inode());
    let mut on = match (io, op) {
        _ if pc == Pc::WritebackSubmit && op.is_none() => Subject::whole(ino.unwrap_or_default()),
        (_, Some(op)) if at.depth() == 0 || io.is_none() => places.subject_now(op),
        (Some(io), Some(Op::DioWrite { .. }))
            if matches!(pc, Pc::WriteLock | Pc::WriteMap | Pc::OverwriteMap) =>
        {
            Subject { io: Some(io), ..op.map_or(Subject::whole(0), |op| places.subject_now(op)) }
        }
        (Some(io), _) => Subject::of_io(state, io),
        (None, _) => Subject::whole(ino.unwrap_or_default()),
    };
    if let Some(On::Inode(ino)) = at.top().map(|frame| frame.on) {
        // A sync or a flush for an IO affects the whole file.
        on = if op.is_some_and(|op| op.ino() == ino && op.range().is_some()) {
            Subject { io: None, ..on }
        } else {
            Subject::whole(ino)
        };
    }
    if matches!(pc, Pc::ReadDone | Pc::BufReadDone) {
        let read = at.read.iter().filter(|pblk| u32::from(**pblk) < crate::bounds::PBLKS_MAX);
        on.media = read.fold(0, |all, pblk| all | 1 << pblk);
    }
    (on.now, on.begun) = (true, at.depth() > 1 || at.begun);
    let mut step = places.at(pc, &on);
    if let Pc::Getevents | Pc::IoSubmit = pc {
        step = match state.events.as_slice().first() {
            Some(first) => places.reaps_first(pc, *first),
            None => step | places.waits_for_event(pc),
        };
    }
    if at.depth() > 0 && !matches!(actor, Actor::Thread(_)) {
        step |= places.moves_dio_worker();
    }
    step
}
