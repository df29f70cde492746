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

use super::actors::Actors;
use super::choice::{ACTORS, Actor, Choice};
use super::facts::Facts;
use super::footprint::{Footprint, Subject};
use super::future::Futures;
use super::future_waits::{Stills, Waits};
use super::next::{Next, is_environment};
use super::op::Op;
use super::pc::Pc;
use super::places::Places;
use super::recall::{Lists, Recall};
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
    /// preserve such runs. `recall` is of this setup.
    pub fn reduce(
        &self,
        (setup, state): (&Setup, &State),
        nexts: &[Next; ACTORS],
        told: bool,
        recall: &mut Recall,
        choices: &mut Vec<Choice>,
    ) {
        if !self.facts.is_known || state.power != Power::On || choices.len() < 2 {
            return;
        }
        let lists = recall.begin_state();
        let places = Places::new(setup, state, &self.facts, told);
        let mut steps = Steps::of(places, nexts, recall, lists);
        let mut best = choices.len();
        let (mut last, mut kept) = (None, None);
        for choice in choices.iter().filter(|choice| !is_environment(state, **choice)) {
            if last.replace(choice.actor) == Some(choice.actor) {
                continue;
            }
            let members = steps.close(choice.actor, choices, best);
            let Some((members, size)) = members else { continue };
            if size < best {
                (best, kept) = (size, Some(members));
                if size == 1 {
                    break;
                }
            }
        }
        let lists = steps.lists;
        recall.end_state(lists);
        if let Some(members) = kept {
            choices.retain(|choice| members.has(choice.actor));
        }
    }

    /// The footprint of an actor's next step, if it has one, now or after a wait.
    pub fn footprint(&self, setup: &Setup, state: &State, actor: Actor, pc: Pc) -> Footprint {
        let places = Places::new(setup, state, &self.facts, true);
        if self.facts.is_known { next_footprint(&places, actor, pc) } else { Footprint::EVERYTHING }
    }
}

/// The next steps of all actors. Each footprint is computed when it is first needed.
struct Steps<'a> {
    places: Places<'a>,
    nexts: &'a [Next; ACTORS],
    recall: &'a Recall,
    /// The actors that can step, and those that wait.
    ready: Actors,
    blocked: Actors,
    lists: Lists,
}

impl<'a> Steps<'a> {
    fn of(
        places: Places<'a>,
        nexts: &'a [Next; ACTORS],
        recall: &'a Recall,
        lists: Lists,
    ) -> Steps<'a> {
        let (mut ready, mut blocked) = (Actors::NONE, Actors::NONE);
        for (actor, next) in Actor::ALL.iter().zip(nexts) {
            match next {
                Next::Ready { .. } => ready = ready.with(*actor),
                Next::Blocked { .. } => blocked = blocked.with(*actor),
                Next::Done => {}
            }
        }
        Steps { places, nexts, recall, ready, blocked, lists }
    }

    fn next(&self, actor: Actor) -> Next {
        self.nexts[usize::from(actor.position())]
    }

    /// The footprint of an actor's next step.
    fn footprint(&mut self, actor: Actor) -> Footprint {
        if let Some((_, known)) = self.lists.steps.iter().find(|(of, _)| *of == actor) {
            return *known;
        }
        let footprint = match self.next(actor) {
            // A wait ends only by what the step looks at.
            Next::Ready { pc } | Next::Blocked { pc, .. } => {
                next_footprint(&self.places, actor, pc)
            }
            Next::Done => Footprint::NONE,
        };
        self.lists.steps.push((actor, footprint));
        footprint
    }

    /// Whether an actor may meet a footprint while something stands still.
    fn meets(&mut self, actor: Actor, stills: Stills, touched: &Footprint) -> bool {
        let known = self.lists.futures.iter().find(|(of, at, _)| *of == actor && *at == stills);
        if let Some((.., known)) = known {
            return known.meets(touched);
        }
        let footprint = Futures::new(self.places, stills, self.recall).of(actor);
        self.lists.futures.push((actor, stills, footprint));
        footprint.meets(touched)
    }

    /// The smallest closed set that is found around an actor, with its number of choices; `None` if
    /// it has at least `best`.
    fn close(&mut self, seed: Actor, choices: &[Choice], best: usize) -> Option<(Actors, usize)> {
        let mut members = Actors::NONE.with(seed);
        let mut touched = self.footprint(seed);
        loop {
            let size = choices.iter().filter(|choice| members.has(choice.actor)).count();
            if size >= best {
                return None;
            }
            let Some(other) = self.intruder(members, &touched) else {
                return Some((members, size));
            };
            members = members.with(other);
            touched |= self.footprint(other);
        }
    }

    /// The first actor that may meet the next steps of the members before a member steps.
    fn intruder(&mut self, members: Actors, touched: &Footprint) -> Option<Actor> {
        let still = self.still(members);
        let stills = Waits { places: self.places, still }.stills();
        let others = self.ready.with_all(self.blocked.without(still)).without(members);
        // What others touch while nothing stands still is known, and usually suffices.
        others.iter().find(|other| {
            self.meets(*other, Stills::NONE, touched)
                && (stills == Stills::NONE || self.meets(*other, stills, touched))
        })
    }

    /// The members, and the actors that cannot step before a member does.
    fn still(&self, members: Actors) -> Actors {
        if !self.places.told {
            return Actors::NONE;
        }
        let mut still = members;
        loop {
            let waits = Waits { places: self.places, still };
            let lasts = |actor: &Actor| match self.next(*actor) {
                Next::Blocked { wait, .. } => waits.lasts(wait),
                Next::Ready { .. } | Next::Done => false,
            };
            match self.blocked.without(still).iter().find(lasts) {
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
