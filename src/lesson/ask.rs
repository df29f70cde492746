//! Questions that readers make from their own runs. The model computes the answer at the end of the
//! run.

use core::fmt;

use super::fact::{Fact, Truth};
use crate::bounds::BLOCKS_MAX;
use crate::kernel::Actor;
use crate::scenario::Run;

/// A question about the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// What did the last read return?
    Read,
    /// What does a block of the first file hold after a power cut there?
    Survives(u8),
    /// Who can end an actor's wait?
    Giver(Actor),
    /// Has the run broken a promise?
    Broken,
}

/// The contents that a read can return.
const CONTENTS: [(&str, Truth); 4] = [
    ("the data of a write", Truth::Data),
    ("the data that the file held before", Truth::Old),
    ("zeroes", Truth::Zeroes),
    ("a former owner's data", Truth::Stale),
];

impl Ask {
    /// The question, in one sentence.
    pub fn text(self) -> String {
        match self {
            Ask::Read => "What does the last read of this run return?".into(),
            Ask::Survives(lblk) => {
                format!(
                    "The power is cut at the end of this run. What is in block {lblk} afterwards?"
                )
            }
            Ask::Giver(actor) => {
                format!("At the end of this run {actor} waits. Who can end the wait?")
            }
            Ask::Broken => "Does this run break a promise?".into(),
        }
    }

    /// The answers to choose from, each with its claim.
    pub fn answers(self, run: &Run) -> Vec<(String, Truth)> {
        match self {
            Ask::Read | Ask::Survives(_) => {
                CONTENTS.iter().map(|(text, truth)| ((*text).to_string(), *truth)).collect()
            }
            Ask::Giver(_) => {
                let mut actors: Vec<Actor> = Vec::new();
                for choice in run.choices() {
                    if !actors.contains(&choice.actor) {
                        actors.push(choice.actor);
                    }
                }
                for always in [Actor::Kworker(0), Actor::Jbd2] {
                    if !actors.contains(&always) {
                        actors.push(always);
                    }
                }
                let mut answers = vec![("nobody".to_string(), Truth::Nobody)];
                answers.extend(actors.into_iter().map(|it| (it.to_string(), Truth::Actor(it))));
                answers
            }
            Ask::Broken => vec![("yes".into(), Truth::Yes), ("no".into(), Truth::No)],
        }
    }

    /// The true answer at the cursor of a run; `None` if the question makes no sense there.
    pub fn truth(self, run: &Run) -> Option<Truth> {
        match self {
            Ask::Read => Fact::Returned.read(run),
            Ask::Survives(lblk) => Fact::Survives(lblk).read(run),
            Ask::Giver(actor) => Fact::Giver(actor).read(run),
            Ask::Broken => Some(if run.state().broken == 0 { Truth::No } else { Truth::Yes }),
        }
    }

    /// The questions that can be asked about a run at its cursor: those with an answer in the list.
    pub fn of(run: &Run) -> Vec<Ask> {
        let setup = run.setup();
        let blocks = setup.threads.iter().flatten().filter(|op| op.writes() > 0 && op.ino() == 0);
        let mut all = vec![Ask::Read];
        for op in blocks {
            let first = op.range().map_or(0, |range| range.lblk);
            if !all.contains(&Ask::Survives(first)) {
                all.push(Ask::Survives(first));
            }
        }
        all.extend(Actor::all().map(Ask::Giver));
        all.push(Ask::Broken);
        let is_answered = |ask: &Ask| {
            let truth = ask.truth(run);
            truth.is_some() && ask.answers(run).iter().any(|(_, it)| Some(*it) == truth)
        };
        all.retain(is_answered);
        all
    }

    /// The question that `Display` wrote as `text`.
    pub fn parse(text: &str) -> Option<Ask> {
        let (kind, rest) = text.split_once('.').unwrap_or((text, ""));
        match (kind, rest) {
            ("read", "") => Some(Ask::Read),
            ("broken", "") => Some(Ask::Broken),
            ("survives", lblk) => {
                let lblk = lblk.parse().ok().filter(|lblk| u32::from(*lblk) < BLOCKS_MAX)?;
                Some(Ask::Survives(lblk))
            }
            ("giver", name) => Actor::all().find(|actor| actor.to_string() == name).map(Ask::Giver),
            _ => None,
        }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Read => f.write_str("read"),
            Ask::Survives(lblk) => write!(f, "survives.{lblk}"),
            Ask::Giver(actor) => write!(f, "giver.{actor}"),
            Ask::Broken => f.write_str("broken"),
        }
    }
}
