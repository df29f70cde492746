//! The reason why a step cannot be taken: who holds the lock, the counter's value, the place in a
//! queue, and who has to step instead.

use core::fmt;

use crate::kernel::{
    Actor, Choice, Fifo, List, Next, Pc, Power, Setup, Stage, State, Wait, needs, next,
};

use super::io_place::{converter, list_name};
use super::label::step_label;
use super::names::io_name;
use super::waits::wait_text;

/// A step that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyNot {
    /// The actor that would take it.
    pub actor: Actor,
    /// The kernel function of its place.
    pub function: &'static str,
    /// What the step would do.
    pub does: String,
    /// True if the step only waits.
    pub is_wait: bool,
    /// The condition that it waits for.
    pub wait: Wait,
    /// The reason, in words that follow the actor's name: `waits for i_mutex, held by t1`.
    pub reason: String,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WhyNot { actor, function, does, is_wait, reason, .. } = self;
        match is_wait {
            true => write!(f, "{actor} in {function} {reason}."),
            false => write!(f, "{actor} cannot {does} ({function}): it {reason}."),
        }
    }
}

/// Every step that exists and cannot be taken, in the order of [`Actor::all`].
pub fn not(setup: &Setup, state: &State) -> Vec<WhyNot> {
    let blocked = |actor| match next(setup, state, actor) {
        Next::Blocked { pc, wait } => {
            let is_wait = is_wait(pc);
            let label = step_label(setup, state, actor.into());
            let reason = chain(setup, state, actor, wait);
            Some(WhyNot {
                actor,
                function: label.function,
                does: label.does,
                is_wait,
                wait,
                reason,
            })
        }
        Next::Ready { .. } | Next::Done => None,
    };
    Actor::all().filter_map(blocked).collect()
}

/// Whether the step at a place only waits, so that the reason is a complete description.
fn is_wait(pc: Pc) -> bool {
    matches!(
        pc,
        Pc::DioAwait
            | Pc::FsyncCommitWait
            | Pc::FlushWait
            | Pc::WritebackWait
            | Pc::TruncDio
            | Pc::TruncPages
    )
}

/// The reason why a choice cannot be taken, even if its actor has nothing to do.
pub fn reason(setup: &Setup, state: &State, choice: Choice) -> String {
    let actor = choice.actor;
    match next(setup, state, actor) {
        Next::Blocked { wait, .. } => format!("it {}", chain(setup, state, actor, wait)),
        Next::Ready { .. } if choice.ordinal > 0 => {
            format!("{actor} has no step of that number here, only {actor} itself")
        }
        Next::Ready { .. } => "it can".into(),
        Next::Done => idle_reason(setup, state, actor),
    }
}

/// The reason why an actor has nothing to do.
fn idle_reason(setup: &Setup, state: &State, actor: Actor) -> String {
    if state.bound.is_some() {
        return "a bound of the model was reached, nothing moves any more".into();
    }
    if state.power != Power::On && actor != Actor::Power {
        return "the power was cut".into();
    }
    match actor {
        Actor::Thread(t) if setup.threads.len() <= usize::from(t) => {
            format!("the script has no {actor}")
        }
        Actor::Thread(_) => "its program is done".into(),
        Actor::Irq(io) => match state.ios[usize::from(io)].stage {
            Stage::Free => format!("there is no io{}", io + 1),
            Stage::Prepared => format!("{} is not submitted yet", io_name(state, io)),
            Stage::Submitted
            | Stage::Completed
            | Stage::Listed
            | Stage::Converting
            | Stage::Converted => format!("the bio of {} is done", io_name(state, io)),
        },
        Actor::Kworker(_) => "it has no work to take".into(),
        Actor::Jbd2 => "nobody asked for a commit".into(),
        Actor::Flusher => "it has no page to write, or no run is left to it".into(),
        Actor::Shrinker => "nothing is cached, or no run is left to it".into(),
        Actor::Power => "the script allows no power cut, or it has been".into(),
    }
}

/// The chain of waits that starts with an actor, up to an actor that can step or to a cycle.
fn chain(setup: &Setup, state: &State, actor: Actor, wait: Wait) -> String {
    let mut text = wait_text(setup, state, wait);
    let mut asked = vec![actor];
    let mut wait = wait;
    loop {
        let groups = needs(setup, state, wait);
        let Some(giver) = groups.iter().find_map(|group| group.first()) else { return text };
        if let Some(io) = giver.io {
            text += &format!(", {}", place(state, io));
        }
        let giver = giver.actor;
        match next(setup, state, giver) {
            _ if asked.contains(&giver) => {
                let who = if giver == actor { "itself" } else { "again" };
                return format!("{text}; that is up to {giver} {who}");
            }
            Next::Ready { .. } => return format!("{text}; {giver} can step"),
            Next::Done => return text,
            Next::Blocked { wait: next, .. } => {
                text += &format!("; {giver} {}", wait_text(setup, state, next));
                asked.push(giver);
                wait = next;
            }
        }
    }
}

/// The position of an IO on its way to conversion: `write B is 2nd of 3 on the inode's list`.
fn place(state: &State, index: u8) -> String {
    let name = io_name(state, index);
    let io = &state.ios[usize::from(index)];
    match (io.stage, io.list) {
        (Stage::Free | Stage::Prepared, _) => format!("{name} is not submitted yet"),
        (Stage::Submitted, _) => format!("the bio of {name} is in flight"),
        (Stage::Completed, _) => format!("the irq of {name} is not through"),
        (Stage::Converted, _) => format!("{name} is converted"),
        (Stage::Converting, _) => {
            format!("{name} is being converted by {}", converter(state, index))
        }
        (Stage::Listed, List::Dio) => {
            let list = list_name(List::Dio, "the inode");
            format!("{name} is {} on {list}", nth(&state.dio_work, index))
        }
        (Stage::Listed, list) => {
            let same = |other: &u8| {
                let other = &state.ios[usize::from(*other)];
                other.list == list && (matches!(list, List::Private { .. }) || other.ino == io.ino)
            };
            let all: Vec<u8> = state.completed.as_slice().iter().copied().filter(same).collect();
            let at = all.iter().position(|other| *other == index).unwrap_or(0);
            let list = list_name(list, "the inode");
            format!("{name} is {} of {} on {list}", ordinal(at + 1), all.len())
        }
    }
}

fn nth<const N: usize>(queue: &Fifo<N>, item: u8) -> String {
    let queue = queue.as_slice();
    let at = queue.iter().position(|other| *other == item).unwrap_or(0);
    format!("{} of {}", ordinal(at + 1), queue.len())
}

/// 1st, 2nd, 3rd, 4th, …
fn ordinal(number: usize) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}
