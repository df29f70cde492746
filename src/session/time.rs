//! Steps through a run: forward, back, to any step, and playing.

use crate::kernel::{Actor, Choice, Power, Setup, State, enabled, is_environment, is_stuck};
use crate::scenario::{RunError, branch_name};
use crate::view::words::count;

use super::fault::{AFTER_POWER_CUT, NOTHING_LEFT};
use super::page::Session;

impl Session {
    /// Whether the run is playing.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// The choice that a step forward takes: the run's next choice; at its end, the first enabled
    /// choice of an actor; if all actors are done, the first of the environment.
    pub fn next_choice(&self) -> Option<Choice> {
        if let Some(planned) = self.planned_alone() {
            return Some(planned);
        }
        let run = self.run();
        let planned = run.choices().get(run.cursor()).copied();
        planned.or_else(|| match self.lesson_choice().or_else(|| self.asked_choice()) {
            // An embedded page is read-only.
            _ if self.frame.embed => None,
            Some(choice) => choice.ok(),
            None => self.default_of_both(),
        })
    }

    /// Takes a choice at the cursor.
    pub fn step(&mut self, choice: Choice) -> Result<(), RunError> {
        self.notice = None;
        if self.is_alone(choice) {
            let result = self.step_alone(choice);
            if let Err(error) = result {
                self.say(&self.why_not(error));
            }
            return result;
        }
        let before = (self.branches.list().len(), self.branches.current());
        let result = self.step_first(choice);
        if let (Actor::Irq(io), true) = (choice.actor, result.is_ok()) {
            self.delayed &= !(1 << io);
        }
        let now = self.branches.current();
        match result {
            Err(error) => {
                self.playing = false;
                self.say(&self.why_not(error));
            }
            Ok(()) if before.0 < self.branches.list().len() => {
                let (new, old) = (branch_name(now), branch_name(before.1));
                self.say(&format!("This is branch {new} now; {old} is kept as it was."));
            }
            Ok(()) if before.1 != now => {
                self.say(&format!("Branch {} went this way before.", branch_name(now)));
            }
            Ok(()) => {}
        }
        result
    }

    /// Takes the next choice; false if there is none.
    pub fn forward(&mut self) -> bool {
        let Some(choice) = self.next_choice() else {
            if self.frame.embed {
                self.say("This is the end of the run.");
                return false;
            }
            if let Some(Err(why)) = self.lesson_choice().or_else(|| self.asked_choice()) {
                self.say(why);
                return false;
            }
            let all = self.run().enabled();
            let own = all.iter().find(|choice| !is_environment(self.run().state(), **choice));
            if let Some(Choice { actor, .. }) = own {
                self.say(&format!(
                    "Only delayed completions are left: let one complete, or step {actor} yourself."
                ));
            } else {
                self.say(self.nothing_left());
            }
            return false;
        };
        self.step(choice).is_ok()
    }

    /// Goes one step back.
    pub fn back(&mut self) {
        match self.place().0 {
            0 => self.say("This is the start of the run."),
            cursor => self.seek(cursor - 1),
        }
    }

    /// Goes to a step, counted as in [`Session::place`]; past the end, to the end.
    pub fn seek(&mut self, steps: usize) {
        self.pause();
        if !self.seek_common(steps) {
            self.branches.seek(steps);
        }
    }

    /// Goes to a step of the run, even if a second design is beside it.
    pub fn seek_own(&mut self, steps: usize) {
        self.pause();
        self.branches.seek(steps);
        self.set_ahead(0);
    }

    /// Goes to a step by its number. If the run has no such step, the notice says so.
    pub fn go_to(&mut self, step: &str) {
        let (_, steps) = self.place();
        let number = step.parse::<usize>();
        if let Ok(number) = number {
            self.seek(number);
        }
        if number.is_ok_and(|number| number <= steps) {
            return;
        }
        let steps = count(steps as u32, "step");
        self.say(&format!("There is no step {step}: the run has {steps}."));
    }

    /// Starts or stops playing. At the end of the run it starts from the beginning.
    pub fn toggle_play(&mut self) {
        self.playing = !self.playing;
        self.notice = None;
        if self.playing && self.next_choice().is_none() {
            self.seek(0);
            self.playing = true;
        }
    }

    /// Advances playing by one step.
    pub fn tick(&mut self) {
        if self.playing && !(self.forward() && self.next_choice().is_some()) {
            self.playing = false;
        }
    }

    /// The first enabled choice that is neither delayed nor the environment's; if all actors are
    /// done, the first of the environment.
    pub(super) fn default_choice(&self, state: &State) -> Option<Choice> {
        self.default_under(self.run().setup(), state)
    }

    /// The same under a setup.
    pub(super) fn default_under(&self, setup: &Setup, state: &State) -> Option<Choice> {
        let all = enabled(setup, state);
        let is_own = |choice: &Choice| !is_environment(state, *choice);
        let is_delayed =
            |choice: &Choice| matches!(choice.actor, Actor::Irq(io) if self.is_delayed(io));
        match all.iter().find(|choice| is_own(choice) && !is_delayed(choice)) {
            Some(own) => Some(*own),
            None if all.iter().any(is_own) => None,
            None => all.first().filter(|_| !is_stuck(setup, state)).copied(),
        }
    }

    /// The reason why no step is possible.
    pub(super) fn nothing_left(&self) -> &'static str {
        let (setup, state) = (self.run().setup(), self.run().state());
        match state.power {
            Power::On if state.bound.is_some() => "A bound of the model is reached: go back.",
            Power::On if !is_stuck(setup, state) => NOTHING_LEFT,
            Power::On if self.run().enabled().is_empty() => {
                "The remaining actors can never step again: go back."
            }
            Power::On => {
                "The remaining actors can never step again, whatever the environment does: go back."
            }
            Power::Cut | Power::Recovered => AFTER_POWER_CUT,
        }
    }

    /// Stops playing and clears the notice.
    pub(super) fn pause(&mut self) {
        self.playing = false;
        self.notice = None;
    }
}
