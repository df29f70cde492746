//! Marked steps of a run: those that broke a promise, and the point of no return. They are marked
//! in every picture with steps.

use crate::kernel::Promise;
use crate::scenario::Run;

/// The prefix of the point of no return in a link's view.
pub const NO_RETURN: &str = "no_return.";

/// A step with a mark in every picture that shows steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// The number of steps before the mark.
    pub step: usize,
    /// The reason of the mark.
    pub mark: Mark,
    /// The mark in two or three words.
    pub word: String,
    /// The mark as part of a sentence.
    pub text: String,
}

/// The reason of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A promise is broken.
    Broken,
    /// The point of no return.
    NoReturn,
    /// The first difference of two designs side by side.
    Difference,
}

/// The marked steps of the whole run in order, including those after the cursor.
pub fn milestones(run: &Run, no_return: Option<u32>) -> Vec<Milestone> {
    let mut all: Vec<Milestone> = Vec::new();
    let (mut step, mut broken) = (0, 0);
    loop {
        step = first_after(run, (step, run.choices().len()), !broken);
        let now = run.state_at(step).broken;
        if now == broken {
            break;
        }
        let mut names = String::new();
        for promise in Promise::ALL {
            if promise.bit() & now & !broken != 0 {
                names += if names.is_empty() { "" } else { ", " };
                names += promise.id();
            }
        }
        let text = format!("{names} broken since step {step}");
        let word = names + " broken";
        all.push(Milestone { step, mark: Mark::Broken, word, text });
        broken = now;
    }
    if let Some(step) = no_return {
        let text = format!("after step {step} the end cannot be avoided");
        let step = step as usize;
        let at = all.iter().take_while(|it| it.step < step).count();
        let word = "no return".into();
        all.insert(at, Milestone { step, mark: Mark::NoReturn, word, text });
    }
    all
}

/// The first step after which a promise is broken, or the last step if it never is.
pub(super) fn broken_since(run: &Run, promise: Promise) -> usize {
    first_after(run, (0, run.choices().len()), promise.bit())
}

/// The first step of a range after which one of the promises is broken, or the last step. A broken
/// promise stays broken.
fn first_after(run: &Run, (mut from, mut to): (usize, usize), promises: u16) -> usize {
    while from < to {
        let middle = from + (to - from) / 2;
        if run.state_at(middle).broken & promises == 0 { from = middle + 1 } else { to = middle }
    }
    to
}

/// The texts of milestones, each after a semicolon.
pub(super) fn told(milestones: &[Milestone]) -> String {
    milestones.iter().map(|it| format!("; {}", it.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Row;
    use crate::scenario::{Dice, PRESETS};
    use crate::session::Session;

    #[test]
    fn they_stand_after_the_steps_that_broke_a_promise_first() {
        let mut broken = 0;
        for (seed, preset) in (0..).zip(PRESETS) {
            for row in Row::ALL {
                let mut session = Session::new();
                session.load_preset(preset.id);
                session.set_design(row.design());
                let mut dice = Dice::new(seed);
                while let Some(choice) = dice.choose(&session.run().enabled()) {
                    session.step(choice).unwrap();
                }
                let run = session.run();
                let all = milestones(session.run(), session.no_return());
                broken += all.len();
                assert!(all.is_sorted_by_key(|it| it.step));
                for promise in Promise::ALL {
                    let breaks = |step: &usize| promise.is_broken_in(run.notes_of(*step));
                    let first = (0..run.choices().len()).find(breaks).map(|step| step + 1);
                    let is_its = |it: &&Milestone| {
                        it.word.trim_end_matches(" broken").split(", ").any(|id| id == promise.id())
                    };
                    let marked = all.iter().find(is_its).map(|it| it.step);
                    assert_eq!(marked, first, "{} {} {}", preset.id, row.id(), promise.id());
                }
                session.seek(0);
                assert_eq!(
                    milestones(session.run(), session.no_return()),
                    all,
                    "also of steps still to come"
                );
            }
        }
        assert!(broken > 20, "{broken}");
    }
}
