//! The timetable: who ran when, in which function, and who had to wait.

use crate::kernel::{Actor, Next, Note, next};

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
    /// The text in it: the kernel function.
    pub label: String,
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
    let setup = run.setup();
    let mut lanes: Vec<Lane> = Vec::new();
    for thread in 0..setup.threads.len() as u8 {
        lanes.push(lane(session, Actor::Thread(thread).to_string(), first..first + steps));
    }
    for name in ["irq", "kworker:1", "jbd2"] {
        lanes.push(lane(session, name.into(), first..first + steps));
    }
    Lanes { first, columns: steps.max(24), steps, cursor: run.cursor(), lanes }
}

/// The lane that an actor's steps are drawn in.
fn lane_of(actor: Actor) -> String {
    match actor {
        Actor::Irq(_) => "irq".into(),
        other => other.to_string(),
    }
}

fn lane(session: &Session, name: String, steps: core::ops::Range<usize>) -> Lane {
    let run = session.run();
    let mut spans: Vec<Span> = Vec::new();
    for step in steps {
        let Some(choice) = run.choices().get(step) else { break };
        let here = if lane_of(choice.actor) == name {
            let function = run.notes_of(step).iter().find_map(|note| match note {
                Note::At(pc) => Some(pc.info().function),
                _ => None,
            });
            Some((SpanKind::Ran, function.unwrap_or(""), choice.actor))
        } else {
            let waits = Actor::all().filter(|actor| lane_of(*actor) == name).find_map(|actor| {
                match next(run.setup(), run.state_at(step), actor) {
                    Next::Blocked { pc, .. } => Some((pc.info().function, actor)),
                    _ => None,
                }
            });
            waits.map(|(function, actor)| (SpanKind::Waited, function, actor))
        };
        let Some((kind, label, actor)) = here else { continue };
        match spans.last_mut() {
            Some(last)
                if last.kind == kind && last.label == label && last.from + last.len == step =>
            {
                last.len += 1;
            }
            _ => {
                let title = match kind {
                    SpanKind::Ran => format!("{actor} in {label}"),
                    SpanKind::Waited => format!("{actor} waits in {label}"),
                };
                spans.push(Span { from: step, len: 1, kind, label: label.into(), title });
            }
        }
    }
    Lane { name, spans }
}
