//! Choices. A run is a list of choices, and each names the actor that steps.

use core::fmt;

use super::state::{FLUSHER, TASKS};
use crate::bounds::{IOS_MAX, KWORKERS_FEW, KWORKERS_MAX, THREADS_MAX};

/// An actor: a thread, an interrupt handler or another part of the system that can take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Memory pressure: each step is a run of the extent status shrinker.
    Shrinker,
    /// The power supply: its steps are the power cut and the recovery.
    Power,
}

/// One step of a run. The ordinal tells several possible steps of one actor apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// The actor that steps.
    pub actor: Actor,
    /// The number of the actor's step; 0 is the ordinary step.
    pub ordinal: u8,
}

/// The number of actors that a choice can name.
pub const ACTORS: usize = (KWORKER_FIRST + KWORKERS_MAX) as usize + OTHERS.len();
/// The numbers of further kworkers come last, so that old links still name the same actors.
const OTHERS_FIRST: u32 = KWORKER_FIRST + KWORKERS_FEW;
const MORE_FIRST: u32 = OTHERS_FIRST + OTHERS.len() as u32;
const IRQ_FIRST: u32 = THREADS_MAX;
const KWORKER_FIRST: u32 = IRQ_FIRST + IOS_MAX;
const OTHERS: [Actor; 4] = [Actor::Jbd2, Actor::Flusher, Actor::Shrinker, Actor::Power];

impl Actor {
    /// Every actor, in the order in which steps are listed.
    pub const ALL: [Actor; ACTORS] = {
        let mut all = [Actor::Jbd2; ACTORS];
        let mut at = 0;
        while at < ACTORS as u32 {
            all[at as usize] = if at < THREADS_MAX {
                Actor::Thread(at as u8)
            } else if at < IRQ_FIRST + IOS_MAX {
                Actor::Irq((at - IRQ_FIRST) as u8)
            } else if at < OTHERS_FIRST {
                Actor::Kworker((at - KWORKER_FIRST) as u8)
            } else if at < MORE_FIRST {
                OTHERS[(at - OTHERS_FIRST) as usize]
            } else {
                Actor::Kworker((at - MORE_FIRST + KWORKERS_FEW) as u8)
            };
            at += 1;
        }
        all
    };

    /// Every actor, in the order in which steps are listed.
    pub fn all() -> impl Iterator<Item = Actor> {
        Actor::ALL.into_iter()
    }

    /// The actor's position in [`Actor::ALL`].
    pub const fn position(self) -> u8 {
        let others = OTHERS_FIRST as u8;
        match self {
            Actor::Thread(t) => t,
            Actor::Irq(io) => IRQ_FIRST as u8 + io,
            Actor::Kworker(k) if (k as u32) < KWORKERS_FEW => KWORKER_FIRST as u8 + k,
            Actor::Kworker(k) => MORE_FIRST as u8 + k - KWORKERS_FEW as u8,
            Actor::Jbd2 => others,
            Actor::Flusher => others + 1,
            Actor::Shrinker => others + 2,
            Actor::Power => others + 3,
        }
    }

    /// The index of the actor's task, if the actor is a task.
    pub fn task(self) -> Option<u8> {
        match self {
            Actor::Thread(t) => Some(t),
            Actor::Kworker(k) => Some(THREADS_MAX as u8 + k),
            Actor::Flusher => Some(FLUSHER),
            Actor::Irq(_) | Actor::Jbd2 | Actor::Shrinker | Actor::Power => None,
        }
    }

    /// The actor of a task.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_stands_where_its_position_says() {
        for (position, actor) in (0..).zip(Actor::ALL) {
            assert_eq!(actor.position(), position, "{actor}");
        }
    }
}
