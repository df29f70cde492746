//! Sentences about a run. Placeholder until the narrator lands: same signatures, plain wording.

use crate::kernel::{Actor, Choice, Next, Setup, State, Wait, cycle, needs, next};
use crate::scenario::Run;

use super::names::of_file;

/// One sentence about what the last step did.
pub fn caption(run: &Run) -> String {
    let step = run.cursor();
    let Some(choice) = step.checked_sub(1).and_then(|i| run.choices().get(i)) else {
        return "Nothing has happened yet: take a step.".into();
    };
    let before = run.state_at(step - 1);
    let (function, text) = step_label(run.setup(), before, *choice);
    format!("Step {step}. {} in {function}: {text}.", choice.actor)
}

/// The kernel function of a step, and what it does.
pub fn step_label(setup: &Setup, state: &State, choice: Choice) -> (String, String) {
    match next(setup, state, choice.actor) {
        Next::Ready { pc } | Next::Blocked { pc, .. } => {
            (pc.info().function.into(), pc.info().does.into())
        }
        Next::Done => (String::new(), "has nothing to do".into()),
    }
}

/// What an actor waits for, after "waits".
pub fn wait_text(setup: &Setup, state: &State, _actor: Actor, wait: Wait) -> String {
    match wait {
        Wait::Mutex { ino } => format!("for i_mutex{}", of_file(setup, ino)),
        Wait::Unwritten { ino } => format!(
            "until i_unwritten{} is 0 (now {})",
            of_file(setup, ino),
            state.inodes[usize::from(ino)].i_unwritten
        ),
        Wait::Bio { io } => format!("for the bio of io{}", io + 1),
        Wait::Slot => "for a slot of the AIO context".into(),
        Wait::Event => "for an event".into(),
        Wait::Transaction => "for the locked transaction".into(),
        Wait::Handles => format!("until {} handles stop", state.journal.handles),
        Wait::Commit => "for the commit".into(),
    }
}

/// The wait-for cycle as a sentence.
pub fn cycle_sentence(setup: &Setup, state: &State) -> Option<String> {
    let links = cycle(setup, state)?;
    let parts = links.iter().map(|link| {
        let wait = wait_text(setup, state, link.waiter, link.wait);
        let _ = needs(setup, state, link.wait);
        format!("{} waits {wait}, which only {} could give", link.waiter, link.giver.actor)
    });
    Some(format!("Deadlock: {}.", parts.collect::<Vec<_>>().join("; ")))
}
