//! The timetable: who ran when, in which function, and who had to wait.

use crate::kernel::{Actor, Next, Note, Op, Pc, Setup, State, next};

use super::narrate::write_name;
use super::session::Session;

/// Steps that are drawn at once; a longer run shows those around the cursor.
const STEPS_SHOWN: usize = 60;

/// The lanes around the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// The first step drawn, counted from 0.
    pub first: usize,
    /// Steps drawn, at least as many as make a readable grid.
    pub columns: usize,
    /// Steps of the run that are drawn.
    pub steps: usize,
    /// Steps taken at the cursor.
    pub cursor: usize,
    /// One an actor.
    pub lanes: Vec<Lane>,
}

/// What one actor did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Who; irq handlers share one lane.
    pub name: String,
    /// In step order.
    pub spans: Vec<Span>,
}

/// Some steps in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first step, counted from 0.
    pub from: usize,
    /// How many.
    pub len: usize,
    /// What it is.
    pub kind: SpanKind,
    /// A short word for the step.
    pub label: &'static str,
    /// The write that it is about, by name.
    pub write: String,
    /// The kernel function.
    pub function: &'static str,
    /// All of it in words.
    pub title: String,
}

/// What an actor did for some steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// It took these steps.
    Ran,
    /// Others did, and it could not.
    Waited,
}

/// The lanes of a run around its cursor.
pub fn lanes(session: &Session) -> Lanes {
    let run = session.run();
    let total = run.choices().len();
    let half = STEPS_SHOWN / 2;
    let last_first = total.saturating_sub(STEPS_SHOWN);
    let first = run.cursor().saturating_sub(half).min(last_first);
    let steps = (total - first).min(STEPS_SHOWN);
    let lanes = lane_names(session);
    let lanes = lanes.into_iter().map(|name| lane(session, name, first..first + steps)).collect();
    Lanes { first, columns: steps.max(16), steps, cursor: run.cursor(), lanes }
}

/// Threads, irq, the first kworker and jbd2 always have a lane; the others once they act.
fn lane_names(session: &Session) -> Vec<String> {
    let run = session.run();
    let threads = run.setup().threads.len();
    let acted: Vec<Actor> = run.choices().iter().map(|choice| choice.actor).collect();
    let is_shown = |actor: &Actor| match actor {
        Actor::Thread(t) => usize::from(*t) < threads,
        Actor::Irq(_) | Actor::Kworker(0) | Actor::Jbd2 => true,
        other => acted.contains(other),
    };
    let mut names: Vec<String> = Actor::all().filter(is_shown).map(lane_of).collect();
    names.dedup();
    names
}

/// The lane that an actor's steps are drawn in.
fn lane_of(actor: Actor) -> String {
    match actor {
        Actor::Irq(_) => "irq".into(),
        Actor::Shrinker | Actor::Power => "environment".into(),
        other => other.to_string(),
    }
}

fn lane(session: &Session, name: String, steps: core::ops::Range<usize>) -> Lane {
    let run = session.run();
    let mut spans: Vec<Span> = Vec::new();
    for step in steps {
        let Some(choice) = run.choices().get(step) else { break };
        let state = run.state_at(step);
        let here = if lane_of(choice.actor) == name {
            let pc = run.notes_of(step).iter().find_map(|note| match note {
                Note::At(pc) => Some(*pc),
                _ => None,
            });
            pc.map(|pc| (SpanKind::Ran, pc, choice.actor))
        } else {
            let mine = Actor::all().filter(|actor| lane_of(*actor) == name);
            let waits = mine.filter_map(|actor| match next(run.setup(), state, actor) {
                Next::Blocked { pc, .. } => Some((SpanKind::Waited, pc, actor)),
                _ => None,
            });
            waits.take(1).next()
        };
        let Some((kind, pc, actor)) = here else { continue };
        let function = pc.info().function;
        let write = write_of(run.setup(), state, actor);
        let (label, write) = match kind {
            SpanKind::Waited => ("", String::new()),
            SpanKind::Ran => (short(pc), write.map(write_name).unwrap_or_default()),
        };
        let continues = |last: &Span| {
            let same = (last.kind, last.label, last.function) == (kind, label, function)
                && last.write == write;
            same && last.from + last.len == step
        };
        if let Some(last) = spans.last_mut().filter(|last| continues(last)) {
            last.len += 1;
            continue;
        }
        let title = match kind {
            SpanKind::Ran => {
                format!("step {}: {actor} in {function}: {}", step + 1, pc.info().does)
            }
            SpanKind::Waited => format!("{actor} waits in {function}"),
        };
        spans.push(Span { from: step, len: 1, kind, label, write, function, title });
    }
    Lane { name, spans }
}

/// The write that an actor is at, if it is at one.
fn write_of(setup: &Setup, state: &State, actor: Actor) -> Option<u8> {
    let named = |io: u8| Some(&state.ios[usize::from(io)]).filter(|io| !io.writeback);
    if let Actor::Irq(io) = actor {
        return named(io).map(|io| io.nr);
    }
    let task = &state.tasks[usize::from(actor.task()?)];
    let at_io = |pc| matches!(pc, Pc::EndIo | Pc::ConvertStart | Pc::ConvertMap);
    let converting = task.frames().iter().rev().find(|frame| at_io(frame.pc));
    match (converting, actor) {
        (Some(frame), _) => named(frame.a).map(|io| io.nr),
        (None, Actor::Thread(t)) => match setup.op(t, task.op) {
            Some(Op::DioWrite { nr, .. } | Op::BufWrite { nr, .. }) => Some(nr),
            _ => None,
        },
        _ => None,
    }
}

/// A word for a step that fits a narrow column; its title says the kernel function.
fn short(pc: Pc) -> &'static str {
    match pc {
        Pc::IoSubmit => "sub",
        Pc::WriteLock
        | Pc::ReadLock
        | Pc::ReadFlushLock
        | Pc::FallocLock
        | Pc::BufLock
        | Pc::TruncLock => "lock",
        Pc::WriteMap | Pc::ReadMap => "map",
        Pc::DioAwait => "bio",
        Pc::WriteUnlock | Pc::ReadFlushUnlock | Pc::ReadUnlock => "unlock",
        Pc::WriteReturn | Pc::FlushRun | Pc::WorkRun | Pc::EndIo | Pc::Idle => "",
        Pc::ReadCheck => "check",
        Pc::ReadDone => "data",
        Pc::FallocMap => "alloc",
        Pc::FsyncLock | Pc::Sync => "fsync",
        Pc::FsyncCommit | Pc::FsyncCommitWait => "sync",
        Pc::FlushTake => "flush",
        Pc::FlushWait => "wait",
        Pc::ConvertStart => "start",
        Pc::ConvertMap | Pc::Convert => "conv",
        Pc::Getevents => "reap",
        Pc::WorkTake => "take",
        Pc::CommitLock => "lock",
        Pc::CommitWrite => "commit",
        Pc::BioDone => "end",
        Pc::EsConvert => "ES",
        Pc::AddCompleteIo => "list",
        Pc::Decrement => "count",
        Pc::DioDone => "dio",
        Pc::AioComplete => "ack",
        Pc::ReadPages | Pc::FsyncPages | Pc::TruncPages => "pages",
        Pc::WritebackSubmit => "wb",
        Pc::WritebackWait | Pc::TruncDio => "wait",
        Pc::BufCopy => "copy",
        Pc::BufRead => "read",
        Pc::BufReadDone => "data",
        Pc::TruncFree => "free",
        Pc::SizeUpdate => "size",
        Pc::DropCaches => "drop",
        Pc::Shrink => "shrink",
        Pc::PowerCut => "cut",
        Pc::Recover => "recover",
        Pc::QueueDioWork => "queue",
        Pc::EndWriteback => "clear",
    }
}
