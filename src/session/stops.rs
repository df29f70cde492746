//! Moves through a run to the next or the previous event.

use crate::bounds::STEPS_MAX;
use crate::kernel::{Actor, Choice, Note, Setup, State, enabled, step};

use crate::view::facts::{Object, title};
use crate::view::inspector::changes;

use super::page::Session;

/// The kind of event to stop after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A step of this actor.
    Of(Actor),
    /// A context switch: a step of another actor than the one before.
    Switch,
    /// A step that changes a field of this object.
    Change(Object),
}

impl Session {
    /// Goes forward to the next event. Past the end of the run it takes steps: those of the actor
    /// that is waited for, otherwise the default ones. If the event does not occur, nothing
    /// changes, the notice says so, and the result is false.
    pub fn forward_to(&mut self, stop: Stop) -> bool {
        self.pause();
        let run = self.run();
        let (from, end) = (run.cursor(), run.choices().len());
        if let Some(at) = (from + 1..=end).find(|at| self.stops(stop, *at)) {
            self.seek_own(at);
            return true;
        }
        let setup = run.setup().clone();
        let mut state = *run.state_at(end);
        let mut last = run.choices().last().map(|choice| choice.actor);
        let mut taken = Vec::new();
        while end + taken.len() < STEPS_MAX as usize {
            let before = state;
            let Some(choice) = self.next_to(&setup, &state, stop) else { break };
            // A run has this observer type too; another one would compile the machine again.
            if step(&setup, &mut state, choice, &mut Vec::<Note>::new()).is_err() {
                break; // what is enabled can be taken
            }
            taken.push(choice);
            if has_happened(stop, &setup, (&before, &state), last, choice) {
                self.seek_own(end);
                return self.take_all(&taken);
            }
            last = Some(choice.actor);
        }
        let full = end + taken.len() >= STEPS_MAX as usize;
        let which = if full { " in as many steps as the page keeps (STEPS_MAX)" } else { "" };
        self.say(&format!("{} after this{which}.", nothing(&setup, stop)));
        false
    }

    /// Goes back to the previous event. If there is none, nothing changes, the notice says so, and
    /// the result is false.
    pub fn back_to(&mut self, stop: Stop) -> bool {
        self.pause();
        match (1..self.run().cursor()).rev().find(|at| self.stops(stop, *at)) {
            Some(at) => self.seek_own(at),
            None => {
                let text = format!("{} before this.", nothing(self.run().setup(), stop));
                self.say(&text);
                return false;
            }
        }
        true
    }

    /// Whether there is a context switch before the cursor, and whether there is one after it or
    /// may be one past the run's end.
    pub fn can_switch(&self) -> (bool, bool) {
        let run = self.run();
        let is_switch = |pair: &[Choice]| pair[0].actor != pair[1].actor;
        let (choices, cursor) = (run.choices(), run.cursor());
        (
            choices[..cursor.saturating_sub(1)].windows(2).any(is_switch),
            choices[cursor.saturating_sub(1)..].windows(2).any(is_switch) || self.can_go_on(),
        )
    }

    /// Whether a step is possible after the end of the run.
    pub fn can_go_on(&self) -> bool {
        let run = self.run();
        self.default_choice(run.state_at(run.choices().len())).is_some()
    }

    fn next_to(&self, setup: &Setup, state: &State, stop: Stop) -> Option<Choice> {
        if let Stop::Of(actor) = stop {
            let all = enabled(setup, state);
            if let Some(own) = all.into_iter().find(|choice| choice.actor == actor) {
                return Some(own);
            }
        }
        self.default_choice(state)
    }

    /// Whether the step to a position of the run is an event.
    fn stops(&self, stop: Stop, at: usize) -> bool {
        let run = self.run();
        let last = at.checked_sub(2).map(|i| run.choices()[i].actor);
        let states = (run.state_at(at - 1), run.state_at(at));
        has_happened(stop, run.setup(), states, last, run.choices()[at - 1])
    }

    /// Takes several steps and joins their notices.
    fn take_all(&mut self, choices: &[Choice]) -> bool {
        let mut notices = String::new();
        for choice in choices {
            if self.step(*choice).is_err() {
                return false;
            }
            notices += self.notice().unwrap_or_default();
        }
        if !notices.is_empty() {
            self.say(&notices);
        }
        true
    }
}

fn has_happened(
    stop: Stop,
    setup: &Setup,
    (before, after): (&State, &State),
    last: Option<Actor>,
    choice: Choice,
) -> bool {
    match stop {
        Stop::Of(actor) => choice.actor == actor,
        Stop::Switch => last.is_some_and(|last| last != choice.actor),
        Stop::Change(object) => !changes(setup, (before, after), object).is_empty(),
    }
}

fn nothing(setup: &Setup, stop: Stop) -> String {
    match stop {
        Stop::Of(actor) => format!("{actor} takes no step"),
        Stop::Switch => "No other actor steps".into(),
        Stop::Change(object) => {
            let title = title(setup, object);
            format!("Nothing changes in {title}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Row;
    use crate::scenario::{Dice, PRESETS};

    /// A session on S7 under a design, after a number of random steps.
    fn session(preset: &str, row: Row, seed: u64, steps: u32) -> Session {
        let mut session = Session::new();
        session.load_preset(preset);
        session.set_design(row.design());
        let mut dice = Dice::new(seed);
        for _ in 0..steps {
            let Some(choice) = dice.choose(&session.run().enabled()) else { break };
            session.step(choice).unwrap();
        }
        session
    }

    fn stops(session: &Session) -> Vec<Stop> {
        let run = session.run();
        let mut stops: Vec<Stop> = Actor::all().map(Stop::Of).collect();
        stops.push(Stop::Switch);
        let objects = crate::view::facts::objects(run.setup(), &[run.state_at(usize::MAX)]);
        stops.extend(objects.into_iter().map(Stop::Change));
        stops.extend((0..8).map(|lblk| Stop::Change(Object::Block(0, lblk))));
        stops
    }

    #[test]
    fn going_on_and_back_visits_the_same_places() {
        for (seed, preset) in (0..).zip(PRESETS) {
            let mut session = session(preset.id, Row::RfcOsync, seed, 60);
            let end = session.run().choices().len();
            for stop in stops(&session) {
                session.seek(0);
                let mut on = Vec::new();
                while session.run().cursor() < end && session.forward_to(stop) {
                    on.push(session.run().cursor());
                }
                on.retain(|at| *at < end);
                // Drops the steps after the end, so that every stop starts from the same run.
                session.seek(end);
                let mut back = Vec::new();
                while session.back_to(stop) {
                    back.push(session.run().cursor());
                }
                assert!(session.notice().is_some_and(|n| n.ends_with("before this.")));
                back.reverse();
                assert_eq!(on, back, "{} {stop:?}", preset.id);
            }
        }
    }

    #[test]
    fn past_the_end_the_actor_that_is_waited_for_goes_first() {
        let mut session = session("S7", Row::RfcOsync, 0, 0);
        let kworker = Actor::Kworker(0);
        assert!(session.forward_to(Stop::Of(kworker)));
        let choices = session.run().choices();
        assert_eq!(choices.iter().filter(|choice| choice.actor == kworker).count(), 1);
        assert_eq!(choices.last().map(|choice| choice.actor), Some(kworker));
        assert_eq!(session.run().cursor(), choices.len());
    }

    #[test]
    fn what_never_happens_changes_nothing_and_is_said() {
        let mut session = session("S7", Row::RfcOsync, 0, 0);
        let before = session.as_text();
        for (stop, says) in [
            (Stop::Of(Actor::Thread(1)), "t2 takes no step after this."),
            (Stop::Of(Actor::Power), "power takes no step after this."),
            (Stop::Change(Object::Inode(1)), "Nothing changes in inode ? after this."),
        ] {
            assert!(!session.forward_to(stop));
            assert_eq!(session.notice(), Some(says));
            assert_eq!(session.as_text(), before);
        }
        assert!(!session.back_to(Stop::Switch));
        assert_eq!(session.notice(), Some("No other actor steps before this."));
    }

    #[test]
    fn a_split_changes_the_block_at_which_it_is_and_no_other() {
        let mut session = session("S7", Row::RfcOsync, 0, 0);
        // Block 8 lies beyond both writes. Their conversions split the extent that contains it.
        assert!(!session.forward_to(Stop::Change(Object::Block(0, 8))));
        assert_eq!(session.notice(), Some("Nothing changes in block 8 after this."));
        let steps = |session: &mut Session, lblk| {
            session.seek(0);
            let mut steps = Vec::new();
            while session.forward_to(Stop::Change(Object::Block(0, lblk))) {
                steps.push(session.run().cursor());
            }
            steps
        };
        // The block is mapped, then converted in the ES tree, then in the disk tree. The extent
        // splits at the end of the first write when that write is mapped.
        assert_eq!(steps(&mut session, 0), [3, 7, 15]);
        assert_eq!(steps(&mut session, 4), [3, 6, 10]);
        assert_eq!(steps(&mut session, 5), [6, 10]);
    }

    #[test]
    fn context_switches_are_offered_where_there_are_some() {
        let mut session = session("S7", Row::RfcOsync, 0, 0);
        assert_eq!(session.can_switch(), (false, true));
        while session.forward() {}
        assert_eq!(session.can_switch(), (true, false));
        loop {
            let (back, on) = session.can_switch();
            let here = session.run().cursor();
            assert_eq!(session.forward_to(Stop::Switch), on, "step {here}");
            session.seek(here);
            assert_eq!(session.back_to(Stop::Switch), back, "step {here}");
            if here == 0 {
                break;
            }
            session.seek(here - 1);
        }
    }

    #[test]
    fn a_change_is_the_step_that_makes_it() {
        let mut session = session("S7", Row::RfcOsync, 0, 0);
        assert!(session.forward_to(Stop::Change(Object::Layer(0, 1))));
        let run = session.run();
        let es = |steps: usize| &run.state_at(steps).inodes[0].es;
        assert_ne!(es(run.cursor()), es(run.cursor() - 1));
        assert_eq!(es(0), es(run.cursor() - 1));
    }
}
