//! The search for a run of the machine that shows what a trace shows. Sights that a state already
//! has are taken at once; where one is missing, steps are tried, that of the actor first that the
//! sight names.

use std::collections::BTreeSet;

use crate::bounds::{BLOCKS_MAX, FOLLOW_PLACES_MAX};
use crate::check::{Fingerprint, fingerprint};
use crate::kernel::{
    Actor, Choice, Next, Note, Pc, Power, Setup, Stage, State, Workers, enabled, next, step,
};

use super::table::Queue;
use super::watch::{Kind, Seen, Sight, Who};

/// What the search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The choices of the longest prefix that is explained, or of all.
    pub choices: Vec<Choice>,
    /// How many sights are explained.
    pub explained: usize,
    /// How the search ended.
    pub end: End,
    /// Where it ends the kernel runs more kworkers at once than the machine has.
    pub crowded: bool,
    /// At the end of the prefix: what the machine would have allowed, or waits for.
    pub allowed: Vec<Allowed>,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All sights are explained, and nothing is left to do that would show.
    All,
    /// No run explains the next one.
    Nowhere,
    /// [`FOLLOW_PLACES_MAX`] places were looked at.
    Bounded,
}

/// What an actor could do where the prefix ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The step.
    pub choice: Choice,
    /// Where it stands.
    pub pc: Pc,
    /// A change that the step makes and that the trace does not show.
    pub shows: Option<(u8, Kind)>,
}

/// A place of the search: a state, and how much of the trace has been explained.
#[derive(Clone)]
struct Place {
    state: Box<State>,
    /// Sights explained.
    at: usize,
    /// Blocks of the last step whose change is still to be seen.
    owed: Vec<(u8, Kind, Owner)>,
    /// Blocks that the device has done: irqs of these may come.
    done: u16,
    /// Calls that have begun.
    begun: u8,
    /// Kworkers that run work, by the number of the task.
    workers: Vec<(u32, u8)>,
    /// Tasks that have begun work while all kworkers of the machine were busy, oldest first: a
    /// kernel has more of them (`KWORKERS_MAX`).
    late: Vec<u32>,
    /// There have been such tasks.
    was_late: bool,
    /// A commit runs.
    commit: bool,
    choices: Vec<Choice>,
}

/// Whose event shows a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Owner {
    Thread,
    Irq,
    Kworker(u8),
    Flusher,
    Anybody,
}

/// What is searched in.
pub struct Search<'a> {
    /// The machine.
    pub setup: &'a Setup,
    /// What has to be shown.
    pub seen: &'a [Seen],
    /// Position of the operation in the thread's program: those before it have been done.
    pub first_op: u8,
    /// Which queue's kworker it is, by design.
    pub design: &'a crate::kernel::Design,
}

impl Search<'_> {
    /// Searches from a state in which everything before the operation has been done.
    pub fn run(&self, state: &State, choices: Vec<Choice>) -> Found {
        let mut start = Place {
            state: Box::new(*state),
            at: 0,
            owed: Vec::new(),
            done: 0,
            begun: 0,
            workers: Vec::new(),
            late: Vec::new(),
            was_late: false,
            commit: false,
            choices,
        };
        self.take_sights(&mut start);
        let mut best = start.clone();
        let mut visited = BTreeSet::new();
        let mut stack = vec![start];
        let mut end = End::Nowhere;
        while let Some(place) = stack.pop() {
            if place.at > best.at {
                best = place.clone();
            }
            if place.at == self.seen.len() && self.is_quiet(&place.state) {
                best = place;
                end = End::All;
                break;
            }
            if visited.len() >= FOLLOW_PLACES_MAX as usize {
                end = End::Bounded;
                break;
            }
            let mut nexts = self.steps(&place);
            // What is pushed last is looked at first.
            nexts.reverse();
            for next in nexts {
                if visited.insert(self.key(&next)) {
                    stack.push(next);
                }
            }
        }
        let allowed = self.allowed(&best);
        let crowded = !best.late.is_empty() || best.was_late;
        Found { choices: best.choices, explained: best.at, end, crowded, allowed }
    }

    fn key(&self, place: &Place) -> Fingerprint {
        let mut bytes = Vec::new();
        place.state.encode(self.setup, &mut bytes);
        bytes.extend((place.at as u64).to_le_bytes());
        bytes.extend(place.done.to_le_bytes());
        bytes.extend([place.begun, u8::from(place.commit)]);
        for (pid, kworker) in &place.workers {
            bytes.extend(pid.to_le_bytes());
            bytes.push(*kworker);
        }
        for pid in &place.late {
            bytes.extend(pid.to_le_bytes());
        }
        for (block, kind, _) in &place.owed {
            bytes.extend([*block, *kind as u8]);
        }
        fingerprint(&bytes)
    }

    /// Nobody has anything to do any more that could show.
    fn is_quiet(&self, state: &State) -> bool {
        let thread = &state.tasks[0];
        usize::from(thread.op) >= self.setup.threads[0].len() && state.power == Power::On
    }

    /// The places that one step leads to, the actor of the next sight first.
    fn steps(&self, place: &Place) -> Vec<Place> {
        let mut choices = enabled(self.setup, &place.state);
        choices.retain(|choice| self.may(place, *choice));
        let wanted = self.wanted(place);
        choices.sort_by_key(|choice| Some(choice.actor) != wanted);
        let steps = choices.into_iter().filter_map(|choice| self.step(place, choice).ok());
        let mut places: Vec<Place> = steps.collect();
        if let Some(later) = self.without_commit(place) {
            // While somebody waits for the commit it is not at its end.
            let waited = place.state.journal.requested;
            places.insert(if waited { places.len() } else { 0 }, later);
        }
        places
    }

    /// The place at which the commit that runs has ended, if that is the next sight.
    fn without_commit(&self, place: &Place) -> Option<Place> {
        let ends = self.seen.get(place.at).is_some_and(|seen| seen.sight == Sight::CommitEnd);
        if !ends || place.state.journal.locked {
            return None;
        }
        let mut later = place.clone();
        later.commit = false;
        later.at += 1;
        self.take_sights(&mut later);
        Some(later)
    }

    /// Every kworker for direct IO runs, where the kernel could start another one.
    fn are_all_busy(&self, place: &Place) -> bool {
        let mut kworkers = State::kworkers().skip(1);
        self.design.knobs.workers == Workers::RsvAndDio
            && self.due(place).is_none()
            && kworkers.all(|task| place.state.tasks[usize::from(task)].depth() > 0)
    }

    /// The bio of which the irq is due: the device has done all of its blocks.
    fn due(&self, place: &Place) -> Option<u8> {
        let done = |io: &crate::kernel::Io| {
            let blocks = io.blocks().fold(0_u16, |blocks, lblk| blocks | 1 << lblk);
            io.stage == Stage::Submitted && blocks & !place.done == 0
        };
        place.state.ios().find(|(_, io)| done(io)).map(|(index, _)| index)
    }

    fn wanted(&self, place: &Place) -> Option<Actor> {
        if let Some(io) = self.due(place) {
            return Some(Actor::Irq(io));
        }
        Some(match &self.seen.get(place.at)?.sight {
            Sight::Change { who: Who::Thread, .. } | Sight::Issue(_) | Sight::Exit(_) => {
                Actor::Thread(0)
            }
            Sight::Change { who: Who::Task(pid), .. } | Sight::WorkEnd { pid } => {
                let worker = place.workers.iter().find(|(task, _)| task == pid);
                Actor::Kworker(worker?.1)
            }
            Sight::CommitEnd => Actor::Jbd2,
            Sight::Change { who: Who::Irq, .. }
            | Sight::Enter(_)
            | Sight::Complete(_)
            | Sight::WorkStart { .. }
            | Sight::CommitStart => return None,
        })
    }

    /// Whether the trace lets an actor take its step here.
    fn may(&self, place: &Place, choice: Choice) -> bool {
        let state = &place.state;
        if choice.ordinal > 0 {
            return false;
        }
        match choice.actor {
            Actor::Thread(0) => {
                let task = &state.tasks[0];
                task.depth() > 0 || task.op < self.first_op + place.begun
            }
            Actor::Irq(io) => {
                let io = &state.ios[usize::from(io)];
                let blocks = io.blocks().fold(0_u16, |blocks, lblk| blocks | 1 << lblk);
                io.stage != Stage::Submitted || blocks & !place.done == 0
            }
            Actor::Kworker(k) => {
                let takes = self.stands(state, choice.actor).is_some_and(takes_work);
                let late = !place.late.is_empty() && Queue::Direct.is_served_by(k, self.design);
                !takes || late || self.takes_now(place, k).is_some()
            }
            Actor::Jbd2 => place.commit,
            Actor::Flusher => true,
            Actor::Thread(_) | Actor::Shrinker | Actor::Power => false,
        }
    }

    fn stands(&self, state: &State, actor: Actor) -> Option<Pc> {
        match next(self.setup, state, actor) {
            Next::Ready { pc } | Next::Blocked { pc, .. } => Some(pc),
            Next::Done => None,
        }
    }

    /// The task whose begin of work is the next sight, if this kworker is the one.
    fn takes_now(&self, place: &Place, kworker: u8) -> Option<u32> {
        match self.seen.get(place.at)?.sight {
            Sight::WorkStart { pid, queue }
                if queue.is_served_by(kworker, self.design) && self.due(place).is_none() =>
            {
                Some(pid)
            }
            _ => None,
        }
    }

    /// Takes a step. `Err` is a change that the trace does not show here.
    fn step(&self, place: &Place, choice: Choice) -> Result<Place, Option<(u8, Kind)>> {
        let mut next = place.clone();
        let before = kinds(&place.state);
        let takes = match choice.actor {
            Actor::Kworker(k)
                if self.stands(&place.state, choice.actor).is_some_and(takes_work) =>
            {
                match next.late.is_empty() || !Queue::Direct.is_served_by(k, self.design) {
                    true => self.takes_now(place, k).map(|pid| (pid, k, 1)),
                    false => Some((next.late.remove(0), k, 0)),
                }
            }
            _ => None,
        };
        let mut notes: Vec<Note> = Vec::new();
        step(self.setup, &mut next.state, choice, &mut notes).map_err(|_| None)?;
        if next.state.bound.is_some() {
            return Err(None);
        }
        next.choices.push(choice);
        for note in notes {
            if let Note::Submitted { io } = note {
                let io = &next.state.ios[usize::from(io)];
                next.done &= !io.blocks().fold(0_u16, |blocks, lblk| blocks | 1 << lblk);
            }
        }
        if let Some((pid, kworker, sights)) = takes {
            next.workers.push((pid, kworker));
            next.at += sights;
        }
        let owner = match choice.actor {
            Actor::Thread(_) => Owner::Thread,
            Actor::Irq(_) => Owner::Irq,
            Actor::Kworker(k) => Owner::Kworker(k),
            Actor::Flusher => Owner::Flusher,
            Actor::Jbd2 | Actor::Shrinker | Actor::Power => Owner::Anybody,
        };
        let after = kinds(&next.state);
        let mut first = None;
        for (block, (before, after)) in (0_u8..).zip(before.into_iter().zip(after)) {
            if before != after {
                if next.owed.iter().any(|(owed, ..)| *owed == block) {
                    return Err(Some((block, after)));
                }
                next.owed.push((block, after, owner));
                first = first.or(Some((block, after)));
            }
        }
        let at = next.at;
        self.take_sights(&mut next);
        // A change shows in the very next event; other blocks of the same step may follow later.
        let shown = self
            .seen
            .get(at)
            .is_some_and(|seen| matches!(seen.sight, Sight::Change { .. }) && next.at > at);
        match first {
            Some(change) if !shown => Err(Some(change)),
            _ => Ok(next),
        }
    }

    /// Takes the sights that a place has, one after the other.
    fn take_sights(&self, place: &mut Place) {
        while let Some(seen) = self.seen.get(place.at) {
            if !self.take(place, &seen.sight) {
                return;
            }
            place.at += 1;
        }
    }

    fn take(&self, place: &mut Place, sight: &Sight) -> bool {
        let state = &place.state;
        match sight {
            Sight::Enter(call) => {
                let before = state.tasks[0].op >= self.first_op + call;
                place.begun = place.begun.max(call + 1);
                before
            }
            Sight::Exit(call) => state.tasks[0].op > self.first_op + call,
            Sight::Change { who, block, to } => {
                let fits = |owner: Owner| match (who, owner) {
                    (Who::Thread, Owner::Thread) | (Who::Irq, Owner::Irq) => true,
                    (Who::Task(pid), Owner::Kworker(k)) => place.workers.contains(&(*pid, k)),
                    (Who::Task(_), Owner::Flusher) => true,
                    _ => false,
                };
                let found = place
                    .owed
                    .iter()
                    .position(|(owed, kind, owner)| owed == block && kind == to && fits(*owner));
                match found {
                    Some(found) => {
                        place.owed.remove(found);
                        true
                    }
                    None => false,
                }
            }
            Sight::Issue(blocks) => on_the_way(state, *blocks),
            // The irq of a bio comes before the device reports the next one.
            Sight::Complete(_) if self.due(place).is_some() => false,
            Sight::Complete(blocks) => {
                let there = on_the_way(state, *blocks);
                place.done |= blocks;
                there
            }
            Sight::WorkStart { pid, queue: Queue::Direct } if self.are_all_busy(place) => {
                place.late.push(*pid);
                place.was_late = true;
                true
            }
            Sight::WorkStart { .. } => false,
            Sight::WorkEnd { pid } if place.late.contains(pid) => false,
            Sight::WorkEnd { pid } => {
                let Some(at) = place.workers.iter().position(|(task, _)| task == pid) else {
                    return true;
                };
                let task = crate::bounds::THREADS_MAX as usize + usize::from(place.workers[at].1);
                let through = state.tasks[task].depth() == 0;
                if through {
                    place.workers.remove(at);
                }
                through
            }
            Sight::CommitStart => {
                place.commit = true;
                true
            }
            // When in its time the commit is taken is searched for.
            Sight::CommitEnd => false,
        }
    }

    /// What the machine would have allowed where the prefix ends.
    fn allowed(&self, place: &Place) -> Vec<Allowed> {
        let mut allowed = Vec::new();
        for choice in enabled(self.setup, &place.state) {
            let Some(pc) = self.stands(&place.state, choice.actor) else { continue };
            if choice.ordinal > 0 || !self.may(place, choice) {
                continue;
            }
            let shows = self.step(place, choice).err().flatten();
            allowed.push(Allowed { choice, pc, shows });
        }
        allowed
    }
}

/// What every block of the file is: as the ES tree says, else the disk tree.
pub fn kinds(state: &State) -> Vec<Kind> {
    let inode = &state.inodes[0];
    (0..BLOCKS_MAX)
        .map(|lblk| match inode.es.peek(lblk) {
            Some(extent) => Kind::of(extent.status),
            None => match inode.disk[lblk as usize] {
                crate::kernel::Mapping::Hole => Kind::Hole,
                crate::kernel::Mapping::Unwritten(_) => Kind::Unwritten,
                crate::kernel::Mapping::Written(_) => Kind::Written,
            },
        })
        .collect()
}

/// Whether each of some blocks is in a bio that was submitted.
fn on_the_way(state: &State, blocks: u16) -> bool {
    let submitted = state
        .ios()
        .filter(|(_, io)| io.stage >= Stage::Submitted)
        .flat_map(|(_, io)| io.blocks())
        .fold(0_u16, |all, lblk| all | 1 << lblk);
    blocks & !submitted == 0
}

/// Whether a worker stands where it takes a work item, of whichever queue.
fn takes_work(pc: Pc) -> bool {
    matches!(pc, Pc::WorkTake | Pc::UnrsvWorkTake | Pc::DioWorkTake)
}
