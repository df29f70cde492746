//! The search for a run of the machine that shows the sights of a trace. Sights that a state
//! already shows are taken immediately. If one is missing, steps are tried, starting with the actor
//! that the sight names.

use std::collections::BTreeSet;

use crate::bounds::{BLOCKS_MAX, FOLLOW_PLACES_MAX};
use crate::check::{Fingerprint, fingerprint};
use crate::kernel::{
    Actor, Choice, Io, Next, Note, Pc, Power, Setup, Stage, State, Workers, enabled, next, step,
};

use super::table::Queue;
use super::watch::{Kind, Seen, Sight, Who};

/// The result of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The choices for the longest explained prefix.
    pub choices: Vec<Choice>,
    /// Number of explained sights.
    pub explained: usize,
    /// The reason why the search ended.
    pub end: End,
    /// True if the kernel, at the end of the prefix, runs more kworkers at once than the machine
    /// has.
    pub crowded: bool,
    /// The steps that the machine would allow at the end of the prefix, or the waits there.
    pub allowed: Vec<Allowed>,
}

/// The reason why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All sights are explained, and no further step would show.
    All,
    /// No run explains the next sight.
    Nowhere,
    /// The search visited [`FOLLOW_PLACES_MAX`] places.
    Bounded,
}

/// A step that an actor can take at the end of the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The step that the actor can take.
    pub choice: Choice,
    /// The place of the step.
    pub pc: Pc,
    /// A change by the step that the trace does not show.
    pub shows: Option<(u8, Kind)>,
}

/// A place of the search: a state, and the number of explained sights.
#[derive(Clone)]
struct Place {
    state: Box<State>,
    /// Number of explained sights.
    at: usize,
    /// Blocks that the last step changed and whose events are still to come.
    owed: Vec<(u8, Kind, Owner)>,
    /// True if the last step moved blocks, and its event is still to come.
    moved: bool,
    /// Blocks that the device has finished, so that their irqs may come.
    done: u16,
    /// Blocks whose bio is done before its submitter goes on, as the trace has still to show.
    quick: u16,
    /// Number of calls that have started.
    begun: u8,
    /// Kworkers that run a work item, with the numbers of their tasks.
    workers: Vec<(u32, u8)>,
    /// Tasks that began work while all kworkers of the machine were busy, oldest first. A kernel
    /// has more kworkers ([`Setup::kworkers`]).
    late: Vec<u32>,
    /// True if there were such tasks.
    was_late: bool,
    /// True while a commit runs.
    commit: bool,
    choices: Vec<Choice>,
}

/// The task whose event shows a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Owner {
    Thread,
    Irq,
    Kworker(u8),
    Flusher,
    Anybody,
}

/// The input of a search.
pub struct Search<'a> {
    /// The setup of the machine.
    pub setup: &'a Setup,
    /// The sights that a run has to show.
    pub seen: &'a [Seen],
    /// The position of the operation in the thread's program; earlier operations are done.
    pub first_op: u8,
    /// The number of operations of the machine for the first call.
    pub ops: u8,
    /// True if the call returns when the dirty pages are written.
    pub only_pages: bool,
    /// The design, which decides which kworker serves a queue.
    pub design: &'a crate::kernel::Design,
}

impl Search<'_> {
    /// Searches from a state in which all earlier operations are done.
    pub fn run(&self, state: &State, choices: Vec<Choice>) -> Found {
        let mut start = Place {
            state: Box::new(*state),
            at: 0,
            owed: Vec::new(),
            moved: false,
            done: 0,
            quick: 0,
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
            // The place that is pushed last is visited first.
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
        bytes.extend(place.quick.to_le_bytes());
        bytes.extend([place.begun, u8::from(place.commit), u8::from(place.moved)]);
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

    /// Whether no actor has a step left that would show.
    fn is_quiet(&self, state: &State) -> bool {
        let thread = &state.tasks[0];
        let is_done = usize::from(thread.op) >= self.setup.threads[0].len();
        (is_done || self.has_written_pages(state)) && state.power == Power::On
    }

    /// The position of the first operation of a call.
    fn first_of(&self, call: u8) -> u8 {
        self.first_op + if call == 0 { 0 } else { self.ops + call - 1 }
    }

    /// Whether the thread has written the dirty pages, in an fdatasync of which nothing else is
    /// part of the call.
    fn has_written_pages(&self, state: &State) -> bool {
        let stands = self.stands(state, Actor::Thread(0));
        self.only_pages
            && state.tasks[0].depth() == 1
            && matches!(stands, Some(Pc::FsyncLock | Pc::FsyncCommit))
    }

    /// The places after one step, starting with the actor of the next sight.
    fn steps(&self, place: &Place) -> Vec<Place> {
        let mut choices = enabled(self.setup, &place.state);
        choices.retain(|choice| self.may(place, *choice));
        let wanted = self.wanted(place);
        choices.sort_by_key(|choice| Some(choice.actor) != wanted);
        let steps = choices.into_iter().filter_map(|choice| self.step(place, choice).ok());
        let mut places: Vec<Place> = steps.collect();
        if let Some(later) = self.without_commit(place) {
            // While an actor waits for the commit, the commit has not ended.
            let waited = place.state.journal.requested;
            places.insert(if waited { places.len() } else { 0 }, later);
        }
        places
    }

    /// The place at which the running commit has ended, if that is the next sight.
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

    /// Whether all kworkers for direct IO are busy; the kernel could start another one.
    fn are_all_busy(&self, place: &Place) -> bool {
        let mut kworkers = State::kworkers().take(usize::from(self.setup.kworkers())).skip(1);
        self.design.knobs.workers == Workers::RsvAndDio
            && self.due(place).is_none()
            && kworkers.all(|task| place.state.tasks[usize::from(task)].depth() > 0)
    }

    /// The IO whose irq is due, because the device has finished all its blocks.
    ///
    /// Writeback is not due at once: an `io_end` of the kernel has several bios, and they are
    /// converted when all are done, in the order of submission (`io_end_vec`, fs/ext4/page-io.c
    /// v5.4).
    fn due(&self, place: &Place) -> Option<u8> {
        let done = |io: &Io| {
            let blocks = bits(io);
            !io.writeback && io.stage == Stage::Submitted && blocks & !place.done == 0
        };
        place.state.ios().find(|(_, io)| done(io)).map(|(index, _)| index)
    }

    fn wanted(&self, place: &Place) -> Option<Actor> {
        if let Some(io) = self.due(place) {
            return Some(Actor::Irq(io));
        }
        Some(match &self.seen.get(place.at)?.sight {
            Sight::Change { who: Who::Thread, .. }
            | Sight::Forget { .. }
            | Sight::Issue(_)
            | Sight::Exit(_) => Actor::Thread(0),
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

    /// Whether the trace allows an actor's step at this place.
    fn may(&self, place: &Place, choice: Choice) -> bool {
        let state = &place.state;
        if choice.ordinal > 0 && !self.is_quick(state, choice) {
            return false;
        }
        match choice.actor {
            Actor::Thread(0) => {
                let task = &state.tasks[0];
                place.quick == 0
                    && !self.has_written_pages(state)
                    && (task.depth() > 0 || task.op < self.first_of(place.begun))
            }
            Actor::Irq(io) => {
                let io = &state.ios[usize::from(io)];
                let blocks = bits(io);
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

    /// Whether a choice is a bio that is done before its submitter lets go of it. No other fault is
    /// in the budget of a followed operation.
    fn is_quick(&self, state: &State, choice: Choice) -> bool {
        let maps = self.stands(state, choice.actor) == Some(Pc::WriteMap);
        self.setup.budgets.quick > 0 && choice.actor == Actor::Thread(0) && maps
    }

    fn stands(&self, state: &State, actor: Actor) -> Option<Pc> {
        match next(self.setup, state, actor) {
            Next::Ready { pc } | Next::Blocked { pc, .. } => Some(pc),
            Next::Done => None,
        }
    }

    /// The task whose start of work is the next sight, if this kworker corresponds to it.
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

    /// Takes a step. The error is a change that the trace does not show here.
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
                next.done &= !bits(io);
                if choice.ordinal > 0 {
                    next.quick |= bits(io);
                }
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
        // A move shows as the removal of all blocks that move.
        let moves = |pc: Pc| matches!(pc, Pc::CollapseShift | Pc::InsertShift);
        next.moved = self.stands(&place.state, choice.actor).is_some_and(moves);
        let after = if next.moved { before.clone() } else { kinds(&next.state) };
        let mut first = next.moved.then_some((0, Kind::Hole));
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
        // A change shows in the next event; other blocks of the same step may follow later.
        let shown = self.seen.get(at).is_some_and(|seen| {
            let shows = matches!(seen.sight, Sight::Change { .. } | Sight::Forget { .. });
            shows && next.at > at
        });
        match first {
            Some(change) if !shown => Err(Some(change)),
            _ => Ok(next),
        }
    }

    /// Takes the sights that a place already shows, one after the other.
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
                let before = state.tasks[0].op >= self.first_of(*call);
                place.begun = place.begun.max(call + 1);
                before
            }
            Sight::Exit(_) if place.quick != 0 => false,
            Sight::Exit(call) => {
                state.tasks[0].op >= self.first_of(call + 1) || self.has_written_pages(state)
            }
            Sight::Forget { who } => core::mem::take(&mut place.moved) && *who == Who::Thread,
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
            // The device has completed another bio than the one that is issued now.
            Sight::Issue(blocks) => {
                let done = |io: &Io| io.stage == Stage::Submitted && bits(io) & !place.done == 0;
                let earlier = state.ios().any(|(_, io)| done(io) && bits(io) & blocks != 0);
                !earlier && on_the_way(state, *blocks)
            }
            // The irq of a bio comes before the device reports the next bio.
            Sight::Complete(_) if self.due(place).is_some() => false,
            Sight::Complete(blocks) => {
                let there = on_the_way(state, *blocks);
                place.done |= blocks;
                place.quick &= !blocks;
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
            // The end of the commit is tried at every place of its time.
            Sight::CommitEnd => false,
        }
    }

    /// The steps that the machine would allow at the end of the prefix.
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

/// The kind of every block of the file, from the ES tree or otherwise from the disk tree.
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

/// Whether each of the given blocks is in a submitted bio.
fn on_the_way(state: &State, blocks: u16) -> bool {
    let submitted = state
        .ios()
        .filter(|(_, io)| io.stage >= Stage::Submitted)
        .flat_map(|(_, io)| io.blocks())
        .fold(0_u16, |all, lblk| all | 1 << lblk);
    blocks & !submitted == 0
}

/// The blocks of an IO, as bits.
fn bits(io: &Io) -> u16 {
    io.blocks().fold(0, |blocks, lblk| blocks | 1 << lblk)
}

/// Whether a worker is at a place where it takes a work item, of any queue.
fn takes_work(pc: Pc) -> bool {
    matches!(pc, Pc::WorkTake | Pc::UnrsvWorkTake | Pc::DioWorkTake)
}
