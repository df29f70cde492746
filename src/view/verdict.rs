//! What can be said of the state at the cursor. Never more than this run shows.

use crate::kernel::{Bound, Promise, deadlocked, enabled};
use crate::scenario::Run;

/// The kind of finding, which decides how loud it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeKind {
    /// Actors wait for each other for ever.
    Deadlock,
    /// A promise was broken on the way here.
    Broken,
    /// The model's bounds end the run.
    Bound,
    /// Everything is done.
    Finished,
    /// Something can still happen.
    Running,
}

/// A finding in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// The kind.
    pub kind: BadgeKind,
    /// The word on the badge.
    pub word: &'static str,
    /// What it means here.
    pub text: String,
}

/// The finding at the cursor.
pub fn badge(run: &Run) -> Badge {
    let (setup, state) = (run.setup(), run.state());
    let broken = Promise::ALL.iter().filter(|promise| state.broken & promise.bit() != 0);
    let broken: Vec<&Promise> = broken.collect();
    let stuck = deadlocked(setup, state);
    if !stuck.is_empty() {
        let names: Vec<String> = stuck.iter().map(|(actor, _)| actor.to_string()).collect();
        let text = format!("{} can never step again", names.join(" and "));
        return Badge { kind: BadgeKind::Deadlock, word: "Deadlock", text };
    }
    if let Some(promise) = broken.first() {
        let ids: Vec<&str> = broken.iter().map(|promise| promise.id()).collect();
        let text = format!("{}: not kept that {}", ids.join(", "), promise.sentence());
        return Badge { kind: BadgeKind::Broken, word: "Promise broken", text };
    }
    if let Some(bound) = state.bound {
        let text = bound_text(bound).into();
        return Badge { kind: BadgeKind::Bound, word: "Bound reached", text };
    }
    if enabled(setup, state).is_empty() {
        let text = "every thread is done, no promise was broken in this run".into();
        return Badge { kind: BadgeKind::Finished, word: "Finished", text };
    }
    let text = "no promise broken so far".into();
    Badge { kind: BadgeKind::Running, word: "Running", text }
}

fn bound_text(bound: Bound) -> &'static str {
    match bound {
        Bound::Ios => "IOS_MAX direct IOs are in flight or unreaped; the model stops here",
        Bound::Frames => "FRAMES_MAX kernel functions are nested; the model stops here",
        Bound::EsExtents => "ES_EXTENTS_MAX extents in one status tree; the model stops here",
        Bound::Pblks => "PBLKS_MAX physical blocks are allocated; the model stops here",
    }
}
