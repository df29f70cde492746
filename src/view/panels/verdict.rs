//! The verdict at the cursor. It claims no more than this run shows.

use crate::kernel::{Power, deadlocked, is_environment, is_stuck};
use crate::scenario::Run;

use crate::view::words::{Standing, standing};

use super::lost::lost;
use super::milestones::broken_since;

/// The kind of finding, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeKind {
    /// Actors wait for each other forever.
    Deadlock,
    /// A step up to here broke a promise.
    Broken,
    /// The run has reached a bound of the model.
    Bound,
    /// Every operation and conversion is done.
    Finished,
    /// Some actor can still step.
    Running,
}

impl BadgeKind {
    /// A constant name of the kind.
    pub const fn word(self) -> &'static str {
        match self {
            BadgeKind::Deadlock => "deadlock",
            BadgeKind::Broken => "broken",
            BadgeKind::Bound => "bound",
            BadgeKind::Finished => "finished",
            BadgeKind::Running => "running",
        }
    }
}

/// The text for a run that has broken no promise.
const UNBROKEN: &str = "no promise broken so far";

/// The verdict in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// The kind of verdict.
    pub kind: BadgeKind,
    /// The word on the badge.
    pub word: &'static str,
    /// Its meaning in this run.
    pub text: String,
}

/// The verdict at the cursor.
pub fn badge(run: &Run) -> Badge {
    let (kind, word, text) = match standing(run) {
        Standing::Deadlock(_) => {
            let stuck = deadlocked(run.setup(), run.state());
            let names: Vec<String> = stuck.iter().map(|(actor, _)| actor.to_string()).collect();
            let text = format!("{} can never step again", names.join(" and "));
            (BadgeKind::Deadlock, "Deadlock", text)
        }
        Standing::Broken(promise) => {
            let step = broken_since(run, promise);
            let text = format!("{} since step {step}", promise.id());
            (BadgeKind::Broken, "Promise broken", text)
        }
        Standing::Bound(text) => (BadgeKind::Bound, "Bound reached", text.into()),
        Standing::Finished if run.state().power == Power::Recovered => {
            (BadgeKind::Finished, "Recovered", UNBROKEN.into())
        }
        Standing::Finished => {
            let text = "all is done, and no promise was broken in this run".into();
            (BadgeKind::Finished, "Finished", text)
        }
        Standing::Running if is_stuck(run.setup(), run.state()) => {
            let text = match run.enabled().is_empty() {
                true => "an actor waits for something that nobody can provide",
                false => "an actor waits forever: no step of the environment can help",
            };
            (BadgeKind::Deadlock, "Stuck", text.into())
        }
        Standing::Running if run.state().power != Power::On => {
            let text = "the power is gone: recovery is next".into();
            (BadgeKind::Running, "Power cut", text)
        }
        Standing::Running if only_environment(run) => {
            let text = "every operation is done; only the environment can still step".into();
            (BadgeKind::Finished, "Finished", text)
        }
        Standing::Running => (BadgeKind::Running, "Running", UNBROKEN.into()),
    };
    Badge { kind, word, text }
}

/// The verdict at the cursor as a sentence: the cycle of the deadlock, or the broken promise.
/// `None` if there is neither.
pub fn finding(run: &Run) -> Option<String> {
    match standing(run) {
        Standing::Deadlock(sentence) => Some(sentence),
        Standing::Broken(promise) => {
            let (id, sentence) = (promise.id(), promise.sentence());
            let step = broken_since(run, promise);
            let lost = lost(run, promise, step).map_or(String::new(), |lost| format!(": {lost}"));
            Some(format!("{id} is broken since step {step}{lost}; it promises that {sentence}."))
        }
        Standing::Bound(_) | Standing::Finished | Standing::Running => None,
    }
}

fn only_environment(run: &Run) -> bool {
    run.enabled().iter().all(|choice| is_environment(run.state(), *choice))
}
