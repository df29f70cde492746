//! Faults that the reader injects into an object. If the script does not allow the fault, a line
//! that allows it is added; the run stays.

use crate::kernel::{Actor, Choice, Next, Power, next};
use crate::view::Fault;
use crate::view::facts::Object;
use crate::view::words::io_name;

use super::page::Session;

/// The notice for every command that needs the power.
pub const AFTER_POWER_CUT: &str = "Nothing runs after the power cut: go back first.";
/// The notice when no actor has a step left.
pub const NOTHING_LEFT: &str = "Every actor is done. Issue an operation, or go back.";

impl Session {
    /// The faults that an object offers now, each with the text of its button.
    pub fn faults(&self, object: Object) -> Vec<(Fault, String)> {
        Fault::offered(self.run().state(), object, self.delayed)
    }

    /// Injects a fault. An impossible fault changes nothing, and the notice gives the reason.
    pub fn inflict(&mut self, fault: Fault) {
        self.pause();
        let state = self.run().state();
        if fault == Fault::Power && state.power != Power::On {
            self.say("The power is already cut.");
            return;
        }
        if state.power != Power::On {
            self.say(match state.power {
                Power::Recovered => AFTER_POWER_CUT,
                Power::On | Power::Cut => "The power is cut: nothing can be done until recovery.",
            });
            return;
        }
        if fault == Fault::Shrink && state.inodes.iter().all(|inode| inode.es.is_empty()) {
            self.say("The status trees are empty: there is nothing to reclaim.");
            return;
        }
        let left = state.left;
        let allowed = match fault {
            Fault::Power if left.crash == 0 => self.allow_once_more("crash"),
            Fault::Shrink if left.shrink == 0 => self.allow_once_more("shrink"),
            Fault::Fail(_) if left.eio == 0 => self.allow_once_more("eio"),
            Fault::Power | Fault::Shrink | Fault::Fail(_) => Ok(()),
            Fault::Complete(_) | Fault::Delay(_) => Ok(()),
        };
        if let Err(error) = allowed {
            self.say(&format!("The script cannot allow that: expected {}.", error.expected));
            return;
        }
        // `step` has set the notice if the machine refuses.
        let _ = match fault {
            Fault::Power => self.step(Actor::Power.into()),
            Fault::Shrink => self.step(Actor::Shrinker.into()),
            Fault::Fail(io) => self.step(Choice { actor: Actor::Irq(io), ordinal: 1 }),
            Fault::Complete(io) => {
                self.complete(Actor::Irq(io));
                Ok(())
            }
            Fault::Delay(io) => {
                self.turn_delay(io);
                let name = io_name(self.run().state(), io);
                self.say(&match self.is_delayed(io) {
                    true => format!("{name}: its bio is delayed; a step forward takes others."),
                    false => format!("{name}: its bio is no longer delayed."),
                });
                Ok(())
            }
        };
    }

    /// Runs an irq handler to its end, or until it has to wait.
    fn complete(&mut self, irq: Actor) {
        let is_ready = |session: &Session| {
            let run = session.run();
            matches!(next(run.setup(), run.state(), irq), Next::Ready { .. })
        };
        while is_ready(self) && self.step(irq.into()).is_ok() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S7 with both bios in flight.
    fn session() -> Session {
        let mut session = Session::new();
        (0..6).for_each(|_| assert!(session.forward()));
        session
    }

    fn check(fault: Fault, last: &str, added: &str) {
        let mut session = session();
        let before = session.text().to_string();
        session.inflict(fault);
        let run = session.run();
        assert_eq!(run.choices().last().map(Choice::to_string).as_deref(), Some(last));
        assert_eq!(session.text(), before + added);
        assert_eq!(run.choices()[..6], *self::session().run().choices());
    }

    #[test]
    fn a_fault_is_a_step_that_the_script_then_allows() {
        check(Fault::Power, "power", "allow crash 1\n");
        check(Fault::Shrink, "shrinker", "allow shrink 1\n");
        check(Fault::Fail(0), "irq:io1/1", "allow eio 1\n");
        check(Fault::Complete(1), "irq:io2", "");
    }

    #[test]
    fn the_same_fault_twice_is_one_line_that_allows_two() {
        let mut session = session();
        session.inflict(Fault::Fail(1));
        session.inflict(Fault::Fail(0));
        assert!(session.text().ends_with("\nallow eio 2\n"), "{}", session.text());
        while session.allow_once_more("eio").is_ok() {}
        assert!(session.text().ends_with("\nallow eio 8\n"), "{}", session.text());
    }

    #[test]
    fn what_has_nothing_to_hit_changes_nothing() {
        let mut session = session();
        session.inflict(Fault::Shrink);
        let text = session.text().to_string();
        session.inflict(Fault::Shrink);
        assert!(session.notice().is_some_and(|n| n.contains("empty")), "{:?}", session.notice());
        assert_eq!(session.text(), text);
    }

    #[test]
    fn power_goes_once() {
        let mut session = session();
        session.inflict(Fault::Power);
        session.inflict(Fault::Power);
        assert!(session.notice().is_some_and(|n| n.contains("already")), "{:?}", session.notice());
        assert_eq!(Fault::of(session.run().state(), Object::Device), []);
    }

    #[test]
    fn a_delayed_bio_completes_only_when_it_is_let_go() {
        let mut session = session();
        session.inflict(Fault::Delay(0));
        while session.forward() {}
        let steps = session.run().choices().to_vec();
        assert!(steps.iter().all(|choice| choice.actor != Actor::Irq(0)));
        assert!(steps.iter().any(|choice| choice.actor == Actor::Irq(1)));
        assert!(session.notice().is_some_and(|n| n.contains("irq:io1")), "{:?}", session.notice());
        assert_eq!(session.faults(Object::Io(0))[2].1, "Let write A complete");
        session.inflict(Fault::Delay(0));
        assert!(session.forward());
        assert_eq!(session.run().choices()[steps.len()].actor, Actor::Irq(0));
    }

    #[test]
    fn objects_offer_what_hits_them() {
        let session = session();
        let of = |object: &str| {
            Fault::of(session.run().state(), Object::parse(object).expect("an object"))
        };
        assert_eq!(of("io.1"), [Fault::Complete(1), Fault::Fail(1), Fault::Delay(1)]);
        assert_eq!(of("irq:io1"), [Fault::Complete(0), Fault::Fail(0), Fault::Delay(0)]);
        assert_eq!(of("es.0"), [Fault::Shrink]);
        assert_eq!(of("media.0"), [Fault::Power]);
        assert_eq!(of("t1"), []);
    }
}
