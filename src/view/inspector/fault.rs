//! The faults that an object offers, with their texts.

use crate::kernel::{Actor, Power, Stage, State};

use crate::view::facts::{ES_LAYER, Object, io_of};
use crate::view::words::io_name;

/// A fault that the reader can inject into the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Cut the power. Everything that is only in memory or in the device's cache is lost.
    Power,
    /// Put memory under pressure: the extent status shrinker runs once.
    Shrink,
    /// Complete a bio before all others.
    Complete(u8),
    /// Fail a bio with EIO.
    Fail(u8),
    /// Toggle the delay of a bio: a step forward does not complete a delayed bio.
    Delay(u8),
}

impl Fault {
    /// The faults that an object offers, each with the text of its button. Bit `n` of `delayed` is
    /// set if the reader delays IO `n`.
    pub fn offered(state: &State, object: Object, delayed: u32) -> Vec<(Fault, String)> {
        let all = Fault::of(state, object).into_iter();
        all.map(|fault| (fault, fault.text(state, delayed))).collect()
    }

    /// The faults that an object offers in a state.
    pub fn of(state: &State, object: Object) -> Vec<Fault> {
        let io = match object {
            Object::Actor(Actor::Irq(io)) => Some(io),
            Object::Io(key) => io_of(state, key),
            Object::Actor(_)
            | Object::Inode(_)
            | Object::Layer(..)
            | Object::Block(..)
            | Object::Device => None,
        };
        let flies = |io: &u8| state.ios[usize::from(*io)].stage == Stage::Submitted;
        if let Some(io) = io.filter(flies) {
            return vec![Fault::Complete(io), Fault::Fail(io), Fault::Delay(io)];
        }
        match object {
            Object::Layer(_, ES_LAYER) | Object::Actor(Actor::Shrinker) => vec![Fault::Shrink],
            Object::Layer(..) | Object::Inode(_) | Object::Block(..) | Object::Device
                if state.power == Power::On =>
            {
                vec![Fault::Power]
            }
            Object::Actor(_)
            | Object::Io(_)
            | Object::Inode(_)
            | Object::Layer(..)
            | Object::Block(..)
            | Object::Device => Vec::new(),
        }
    }

    fn text(self, state: &State, delayed: u32) -> String {
        match self {
            Fault::Power => "Cut the power".into(),
            Fault::Shrink => "Put memory under pressure".into(),
            Fault::Complete(io) => format!("Complete {} now", io_name(state, io)),
            Fault::Fail(io) => format!("Fail {} with EIO", io_name(state, io)),
            Fault::Delay(io) if delayed >> io & 1 != 0 => {
                format!("Let {} complete", io_name(state, io))
            }
            Fault::Delay(io) => format!("Delay {}", io_name(state, io)),
        }
    }
}
