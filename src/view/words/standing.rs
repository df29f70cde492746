//! The standing of a run: deadlock, broken promise, bound, finished or running.

use crate::kernel::{Bound, Note, Promise, is_stuck};
use crate::scenario::Run;

use super::waits::cycle_sentence;
use super::wrap::wrap;

/// The standing of a run, which decides its badge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Some actors wait for each other forever; the sentence names the cycle.
    Deadlock(String),
    /// A step of the run broke a promise.
    Broken(Promise),
    /// A bound of the model was reached.
    Bound(&'static str),
    /// Every thread has finished, and every conversion is done.
    Finished,
    /// Some step is possible.
    Running,
}

/// The standing of a run at its cursor.
pub fn standing(run: &Run) -> Standing {
    let (setup, state) = (run.setup(), run.state());
    if let Some(bound) = state.bound {
        return Standing::Bound(bound_text(bound));
    }
    if let Some(sentence) = cycle_sentence(setup, state) {
        return Standing::Deadlock(sentence);
    }
    if let Some(promise) = Promise::ALL.into_iter().find(|p| state.broken & p.bit() != 0) {
        return Standing::Broken(promise);
    }
    match run.enabled().is_empty() && !is_stuck(setup, state) {
        true => Standing::Finished,
        false => Standing::Running,
    }
}

/// A bound of the model: the name of its constant, and what it limits.
pub fn bound_text(bound: Bound) -> &'static str {
    match bound {
        Bound::Ios => "IOS_MAX: no more direct IOs can be in flight or unreaped",
        Bound::Frames => "FRAMES_MAX: functions are nested as deep as the model goes",
        Bound::EsExtents => "ES_EXTENTS_MAX: the status tree holds no more extents",
        Bound::Pblks => "PBLKS_MAX: every physical block is allocated",
    }
}

/// The promises that a step of a run was the first to break, as lines of plain text.
pub fn broken_lines(run: &Run, step: usize, seen: &mut u16) -> String {
    let mut lines = String::new();
    for note in run.notes_of(step) {
        let Note::Broke(promise) = note else { continue };
        if *seen & promise.bit() == 0 {
            *seen |= promise.bit();
            let text = format!("{} is broken: {}", promise.id(), promise.sentence());
            lines += &wrap("      *** ", &text);
            lines.push('\n');
        }
    }
    lines
}
