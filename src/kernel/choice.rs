//! Choices: a run is a list of them, and each names its actor.

use core::fmt;

use super::state::{FLUSHER, TASKS};
use crate::bounds::{IOS_MAX, KWORKERS_MAX, THREADS_MAX};

/// Who can take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A user thread, in a system call or about to enter one: `t1`, `t2`, …
    Thread(u8),
    /// The completion of an IO, in irq context: `irq:io1`, …
    Irq(u8),
    /// A kworker: `kworker:1`, …
    Kworker(u8),
    /// The journal's commit thread.
    Jbd2,
    /// The flusher thread: writes dirty pages back.
    Flusher,
    /// Memory pressure.
    Shrinker,
    /// The power supply.
    Power,
}

/// One step of a run: the actor that takes it. An ordinal stands only where the actor has
/// several steps to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// Who steps.
    pub actor: Actor,
    /// Which of the actor's steps; 0 is the ordinary one.
    pub ordinal: u8,
}

impl Actor {
    /// Every actor there can be, in the order in which steps are listed.
    pub fn all() -> impl Iterator<Item = Actor> {
        let threads = (0..THREADS_MAX as u8).map(Actor::Thread);
        let irqs = (0..IOS_MAX as u8).map(Actor::Irq);
        let kworkers = (0..KWORKERS_MAX as u8).map(Actor::Kworker);
        let others = [Actor::Jbd2, Actor::Flusher, Actor::Shrinker, Actor::Power];
        threads.chain(irqs).chain(kworkers).chain(others)
    }

    /// The task that the actor is, if it is one.
    pub fn task(self) -> Option<u8> {
        match self {
            Actor::Thread(t) => Some(t),
            Actor::Kworker(k) => Some(THREADS_MAX as u8 + k),
            Actor::Flusher => Some(FLUSHER),
            Actor::Irq(_) | Actor::Jbd2 | Actor::Shrinker | Actor::Power => None,
        }
    }

    /// The actor that a task is.
    pub fn of_task(task: u8) -> Actor {
        debug_assert!(usize::from(task) < TASKS);
        match u32::from(task).checked_sub(THREADS_MAX) {
            _ if task == FLUSHER => Actor::Flusher,
            None => Actor::Thread(task),
            Some(kworker) => Actor::Kworker(kworker as u8),
        }
    }
}

impl From<Actor> for Choice {
    fn from(actor: Actor) -> Choice {
        Choice { actor, ordinal: 0 }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Thread(t) => write!(f, "t{}", t + 1),
            Actor::Irq(io) => write!(f, "irq:io{}", io + 1),
            Actor::Kworker(k) => write!(f, "kworker:{}", k + 1),
            Actor::Jbd2 => f.write_str("jbd2"),
            Actor::Flusher => f.write_str("flusher"),
            Actor::Shrinker => f.write_str("shrinker"),
            Actor::Power => f.write_str("power"),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.actor.fmt(f)?;
        if self.ordinal > 0 {
            write!(f, "/{}", self.ordinal)?;
        }
        Ok(())
    }
}

impl core::str::FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        let expected = || {
            format!(
                "`{text}` names no actor: expected t1, irq:io1, kworker:1, jbd2, flusher, \
                       shrinker or power"
            )
        };
        let (name, ordinal) = match text.split_once('/') {
            None => (text, 0),
            Some((name, ordinal)) => (name, ordinal.parse().map_err(|_| expected())?),
        };
        let actor = Actor::all().find(|a| a.to_string() == name).ok_or_else(expected)?;
        Ok(Choice { actor, ordinal })
    }
}
