//! The timetable: which actor ran when, in which function, which had to wait, which locks were
//! held, and which bios were in flight.

use core::ops::Range;

use crate::kernel::{ACTORS, Actor, Next, Note, Op, Pc, Setup, Stage, State, next};
use crate::scenario::{Branches, Run};
use crate::view::facts::Object;
use crate::view::words::{does, failure, held_by, io_name, wait_text, write_name};

use super::milestones::{Milestone, milestones};

/// Number of steps that are drawn at once. A longer run shows the steps around the cursor.
const STEPS_SHOWN: usize = 60;
/// Numbers of columns for shorter runs. Each is a quarter larger than the one before, so that the
/// scale seldom changes.
const ROOMS: [usize; 6] = [16, 20, 25, 32, 40, 50];
/// In a longer run, the drawn range moves by this many steps at once.
const STEPS_TURNED: usize = 30;
/// The smallest number of steps drawn before the cursor.
const STEPS_BEHIND: usize = 25;

/// The lanes around the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// The first step drawn, counted from 0.
    pub first: usize,
    /// Number of columns, at least enough for a readable grid.
    pub columns: usize,
    /// Number of drawn steps of the run.
    pub steps: usize,
    /// Number of steps at the cursor.
    pub cursor: usize,
    /// The marked steps that are drawn.
    pub milestones: Vec<Milestone>,
    /// One lane per actor, and one for the device.
    pub lanes: Vec<Lane>,
}

/// The lane of an actor or of the device. The column after the last step of the run shows the
/// current state: what is held, waited for and in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The name of the lane; irq handlers share one.
    pub name: String,
    /// The object of the lane. If several actors share it, the one that stepped last before the
    /// cursor.
    pub object: Object,
    /// The spans, in the order of their steps.
    pub spans: Vec<Span>,
}

/// Consecutive steps with the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first step, counted from 0.
    pub from: usize,
    /// The number of steps that it covers.
    pub len: usize,
    /// The kind of the span.
    pub kind: SpanKind,
    /// The activity: the operation, the end of an IO, or a conversion.
    pub word: String,
    /// The object of the activity; empty if there is none.
    pub about: String,
    /// Its steps in words, one by one.
    pub steps: Vec<String>,
}

/// Identifies a span in its lane: what is drawn of it, except the position of the drawn range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanId {
    from: usize,
    len: usize,
    kind: SpanKind,
    word: String,
    about: String,
}

/// The kind of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// The actor took these steps.
    Ran,
    /// Other actors stepped, and this one had to wait.
    Waited,
    /// The actor held the lock that the label names. This span is drawn above the others.
    Held,
    /// Bios were in flight.
    Flew,
}

impl Span {
    /// The id of the span in its lane.
    pub fn id(&self) -> SpanId {
        let Span { from, len, kind, .. } = *self;
        SpanId { from, len, kind, word: self.word.clone(), about: self.about.clone() }
    }

    /// The activity and its object.
    pub fn label(&self) -> String {
        match self.about.is_empty() {
            true => self.word.clone(),
            false => format!("{} {}", self.word, self.about),
        }
    }
}

impl Lanes {
    /// The lane with a name.
    pub fn lane(&self, name: &str) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.name == name)
    }

    /// Finds a span by its lane's name and its id. Searches from the end, because the last spans
    /// change.
    pub fn span(&self, lane: &str, id: &SpanId) -> Option<&Span> {
        self.lane(lane)?.spans.iter().rev().find(|span| span.id() == *id)
    }
}

/// The lanes of the displayed branch around its cursor; `no_return` is its point of no return.
pub fn lanes(branches: &Branches, no_return: Option<u32>) -> Lanes {
    let run = branches.run();
    let (first, columns) = window(branches);
    let steps = (run.choices().len() - first).min(STEPS_SHOWN);
    // One more column shows what is held and waited for at the end, and therefore which actors are
    // stuck.
    let shown = first..(run.choices().len() + 1).min(first + columns);
    let lanes = lane_rows(run, shown);
    let mut milestones = milestones(run, no_return);
    milestones.retain(|it| (first..=first + steps).contains(&it.step));
    Lanes { first, columns, steps, cursor: run.cursor(), milestones, lanes }
}

/// A lane for each actor and for the device, for some steps of a run.
pub(in crate::view) fn lane_rows(run: &Run, shown: Range<usize>) -> Vec<Lane> {
    let lanes = lane_actors(run).into_iter().map(|actors| lane(run, &actors, shown.clone()));
    lanes.chain([device(run, shown.clone())]).collect()
}

/// The first step that is drawn, and the number of columns. The branches use the same scale, so
/// longer branches get room too.
pub(super) fn window(branches: &Branches) -> (usize, usize) {
    let run = branches.run();
    let lengths = (0..branches.list().len() as u32).map(|branch| branches.len_of(branch));
    let longest = lengths.max().unwrap_or(0);
    lane_window(longest, run.choices().len(), run.cursor())
}

/// The same for a run of `steps` steps, on the scale of the longest of several runs.
pub(in crate::view) fn lane_window(longest: usize, steps: usize, cursor: usize) -> (usize, usize) {
    let columns = ROOMS.into_iter().find(|room| longest < *room).unwrap_or(STEPS_SHOWN);
    if steps < STEPS_SHOWN {
        return (0, columns);
    }
    let behind = cursor.saturating_sub(STEPS_BEHIND);
    (behind - behind % STEPS_TURNED, STEPS_SHOWN)
}

/// The actors of each lane. Threads, irq, the first kworker and jbd2 always have a lane; other
/// actors get one when they act.
fn lane_actors(run: &Run) -> Vec<Vec<Actor>> {
    let threads = run.setup().threads.len();
    let acted = acted(run);
    let is_shown = |actor: &Actor| match actor {
        Actor::Thread(t) => usize::from(*t) < threads,
        Actor::Irq(_) | Actor::Kworker(0) | Actor::Jbd2 => true,
        Actor::Kworker(_) | Actor::Flusher | Actor::Shrinker | Actor::Power => {
            acted >> actor.position() & 1 != 0
        }
    };
    let mut lanes: Vec<Vec<Actor>> = Vec::new();
    for actor in Actor::all().filter(is_shown) {
        match lanes.last_mut().filter(|lane| share_a_lane(lane[0], actor)) {
            Some(lane) => lane.push(actor),
            None => lanes.push(vec![actor]),
        }
    }
    lanes
}

/// The actors that step in a run, one bit each.
pub(in crate::view) fn acted(run: &Run) -> u64 {
    run.choices().iter().fold(0_u64, |set, c| set | 1 << c.actor.position())
}

// A set of actors fits into the bits of a number.
const _: () = assert!(ACTORS <= u64::BITS as usize);

fn share_a_lane(one: Actor, other: Actor) -> bool {
    let is_environment = |actor| matches!(actor, Actor::Shrinker | Actor::Power);
    let is_irq = |actor| matches!(actor, Actor::Irq(_));
    is_irq(one) && is_irq(other) || is_environment(one) && is_environment(other)
}

fn lane_name(actor: Actor) -> String {
    match actor {
        Actor::Irq(_) => "irq".into(),
        Actor::Shrinker | Actor::Power => "environment".into(),
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Jbd2 | Actor::Flusher => actor.to_string(),
    }
}

fn lane(run: &Run, actors: &[Actor], steps: Range<usize>) -> Lane {
    let mut spans: Vec<Span> = Vec::new();
    for step in steps.clone() {
        let state = run.state_at(step);
        let choice = run.choices().get(step).filter(|choice| actors.contains(&choice.actor));
        if let Some(choice) = choice {
            let pc = run
                .notes_of(step)
                .iter()
                .find_map(|note| if let Note::At(pc) = note { Some(*pc) } else { None });
            let (actor, pc) = (choice.actor, pc.unwrap_or(Pc::Idle));
            let (function, does) = (
                pc.info_in(&run.setup().design.knobs).function,
                does(run.setup(), state, actor, pc),
            );
            let failed = failure(*choice).map_or(String::new(), |what| format!(" ({what})"));
            let says = format!("step {}: {actor} in {function}: {does}{failed}", step + 1);
            add(&mut spans, step, SpanKind::Ran, phase(run.setup(), state, actor, pc), says);
            continue;
        }
        let waits = actors.iter().find_map(|actor| match next(run.setup(), state, *actor) {
            Next::Blocked { pc, wait } => Some((*actor, pc, wait)),
            Next::Ready { .. } | Next::Done => None,
        });
        let Some((actor, pc, wait)) = waits else { continue };
        let what_for = wait_text(run.setup(), state, wait);
        let says =
            format!("{actor} {what_for}, in {}", pc.info_in(&run.setup().design.knobs).function);
        add(&mut spans, step, SpanKind::Waited, ("waits".into(), String::new()), says);
    }
    spans.extend(held(run, actors, steps));
    let first = actors[0];
    let object = match actors {
        [only] => *only,
        several => {
            let mut past = run.choices()[..run.cursor()].iter().rev().map(|choice| choice.actor);
            past.find(|actor| several.contains(actor)).unwrap_or(first)
        }
    };
    Lane { name: lane_name(first), object: Object::Actor(object), spans }
}

/// The locks that a lane's task held before each step.
fn held(run: &Run, actors: &[Actor], steps: Range<usize>) -> Vec<Span> {
    let mut spans = Vec::new();
    let [actor] = *actors else { return spans };
    for step in steps {
        let held = held_by(run.setup(), run.state_at(step), actor).join(", ");
        if !held.is_empty() {
            let says = format!("{actor} holds {held}");
            add(&mut spans, step, SpanKind::Held, ("holds".into(), held), says);
        }
    }
    spans
}

/// The bios in flight before each step.
fn device(run: &Run, steps: Range<usize>) -> Lane {
    let mut spans = Vec::new();
    for step in steps {
        let state = run.state_at(step);
        let flying = state.ios().filter(|(_, io)| io.stage == Stage::Submitted);
        let names: Vec<String> = flying
            .map(|(index, io)| match io.writeback {
                true => io_name(state, index),
                false => write_name(io.nr),
            })
            .collect();
        if !names.is_empty() {
            let says = format!("in flight: {}", names.join(", "));
            // Non-breaking blanks, so that all bios are shown or none.
            let all = names.join(" ").replace(' ', "\u{a0}");
            add(&mut spans, step, SpanKind::Flew, ("bio".into(), all), says);
        }
    }
    Lane { name: "device".into(), object: Object::Device, spans }
}

/// Extends the last span by one step, or starts a new one.
fn add(
    spans: &mut Vec<Span>,
    step: usize,
    kind: SpanKind,
    (word, about): (String, String),
    says: String,
) {
    let continues = |last: &Span| {
        let is_same = (last.kind, &last.word, &last.about) == (kind, &word, &about);
        is_same && last.from + last.len == step
    };
    match spans.last_mut().filter(|last| continues(last)) {
        Some(last) => {
            last.len += 1;
            if last.steps.last() != Some(&says) {
                last.steps.push(says);
            }
        }
        None => spans.push(Span { from: step, len: 1, kind, word, about, steps: vec![says] }),
    }
}

/// The activity of an actor: the script's operation, the end of an IO, or a conversion.
fn phase(setup: &Setup, state: &State, actor: Actor, pc: Pc) -> (String, String) {
    let word: &str = match actor {
        Actor::Thread(t) => {
            let op = setup.op(t, state.tasks[usize::from(t)].op);
            op.map_or("", |op| op.info().word)
        }
        Actor::Irq(_) => "end_io",
        Actor::Jbd2 => "commit",
        Actor::Flusher => "writeback",
        Actor::Shrinker => "shrink",
        Actor::Power if pc == Pc::PowerCut => return ("power".into(), "cut".into()),
        Actor::Power => "recovery",
        Actor::Kworker(_) if pc.is_work_take() => "take",
        Actor::Kworker(_) if syncs(state, actor) => "fsync",
        Actor::Kworker(_) => "convert",
    };
    let about = write_of(setup, state, actor).map_or(String::new(), write_name);
    (word.into(), about)
}

/// Whether a kworker is inside the fsync that it calls for an O_(D)SYNC write.
fn syncs(state: &State, actor: Actor) -> bool {
    let Some(task) = actor.task() else { return false };
    let frames = state.tasks[usize::from(task)].frames();
    let in_sync = |pc: Pc| {
        matches!(pc, Pc::FsyncPages | Pc::FsyncLock | Pc::FsyncCommit | Pc::FsyncCommitWait)
    };
    frames.iter().any(|frame| in_sync(frame.pc))
}

/// The write that an actor works on, if any.
fn write_of(setup: &Setup, state: &State, actor: Actor) -> Option<u8> {
    let named = |io: u8| Some(&state.ios[usize::from(io)]).filter(|io| !io.writeback);
    if let Actor::Irq(io) = actor {
        return named(io).map(|io| io.nr);
    }
    let task = &state.tasks[usize::from(actor.task()?)];
    let at_io = |pc| matches!(pc, Pc::EndIo | Pc::DioComplete | Pc::ConvertStart | Pc::ConvertMap);
    match (task.frames().iter().find(|frame| at_io(frame.pc)), actor) {
        (_, Actor::Thread(t)) => match task.current(setup, t) {
            Some(Op::DioWrite { nr, .. } | Op::BufWrite { nr, .. }) => Some(nr),
            _ => None,
        },
        (Some(frame), _) => frame.on.io().and_then(named).map(|io| io.nr),
        (None, _) => None,
    }
}
