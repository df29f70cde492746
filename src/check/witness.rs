//! Runs that show why: the shortest, the one that is easiest to follow, and the step after which
//! its end could not be avoided.

use crate::kernel::{Choice, Promise, State, enabled, step};

use super::graph::{Bits, Standing, Ways};
use super::search::Search;
use super::switches::Calmest;
use super::values::fingerprint_of;

impl Search {
    /// The shortest run that breaks a promise, if one was found; in a reduced search, one of which
    /// no step can be left out.
    pub fn shortest(&self, promise: Promise) -> Option<Vec<Choice>> {
        self.shortest_given(promise, &self.bad_states(promise))
    }

    /// The same, where the states without a way to a good end are known.
    pub(super) fn shortest_given(&self, promise: Promise, hopeless: &Bits) -> Option<Vec<Choice>> {
        let last = self.first_bad(promise, hopeless)?;
        let graph = self.graph();
        let states = graph.path(last);
        let steps = states.windows(2).map(|pair| (graph.actor(pair[1]), pair[1]));
        let run = self.choices(steps);
        Some(match self.is_reduced() {
            true => self.without_needless(&self.bad_given(promise, hopeless), run),
            false => run,
        })
    }

    /// Of the runs that break a promise with the fewest changes of the actor, the shortest. It is
    /// looked for as long as that takes, up to `Bounds::places`; [`Reporting`] does it in slices. A
    /// reduced search has not seen all runs, and does not say.
    ///
    /// [`Reporting`]: super::Reporting
    pub fn fewest_switches(&self, promise: Promise) -> Option<Vec<Choice>> {
        let bad = self.bad_states(promise);
        self.first_bad(promise, &bad).filter(|_| !self.is_reduced())?;
        let mut calmest = Calmest::new(self, bad);
        loop {
            if let Some(outcome) = calmest.advance(self, u32::MAX) {
                return outcome.ok();
            }
        }
    }

    /// The point of no return of a run that breaks a promise: how many of its steps can be taken
    /// so that every continuation breaks the promise too, and one step fewer would still have
    /// left a way out. A step of the environment is no way out: neither a power cut, nor a
    /// failure, nor a commit that nobody asked for. The step with this number, counted from 1, is
    /// the one that should not have been taken; 0 if there never was a way out. `None` if the run
    /// does not break the promise, or leaves what was searched.
    pub fn point_of_no_return(&self, promise: Promise, run: &[Choice]) -> Option<u32> {
        let bad = self.bad_states(promise);
        let ends = |state, leads_on| self.is_end(state, leads_on);
        let avoidable = self.graph().can_reach(Ways::Own, ends, |state| !bad.has(state));
        self.no_return_given(&bad, &avoidable, run)
    }

    /// The same, where the bad states are known, and those from which a run can end without having
    /// been in one.
    pub(super) fn no_return_given(
        &self,
        bad: &Bits,
        avoidable: &Bits,
        run: &[Choice],
    ) -> Option<u32> {
        let states = self.states_of(run)?;
        if !states.iter().any(|state| bad.has(*state)) {
            return None;
        }
        // Ends that are good can be reached from every state before the point, from none after.
        let doomed = states.iter().position(|state| !avoidable.has(*state))?;
        Some(doomed as u32)
    }

    /// Whether a run can end in a state. The environment need not move once everything is done;
    /// where the search stopped, the best is assumed.
    pub(super) fn is_end(&self, state: u32, leads_on: bool) -> bool {
        let standing = self.graph().standing(state);
        !leads_on || !matches!(standing, Standing::Running | Standing::Crashed)
    }

    /// A run without those of its steps that it breaks the promise without. Quiet steps were taken
    /// as soon as they could be, also where nothing came of them.
    fn without_needless(&self, bad: &Bits, mut run: Vec<Choice>) -> Vec<Choice> {
        for at in (0..run.len()).rev() {
            let mut others = run.clone();
            others.remove(at);
            if self.ends_in(&others, bad) {
                run = others;
            }
        }
        run
    }

    /// Whether a run can be taken and ends in some state of a set, or in one that differs from such
    /// a one by quiet steps.
    fn ends_in(&self, run: &[Choice], set: &Bits) -> bool {
        let mut state = State::initial(self.setup());
        let take = |state: &mut State, choice| step(self.setup(), state, choice, &mut ()).is_ok();
        if !run.iter().all(|choice| take(&mut state, *choice)) {
            return false;
        }
        loop {
            if let Some(number) = self.number_of(&state) {
                return set.has(number);
            }
            let Some(choice) = self.quiet_step(&state) else { return false };
            take(&mut state, choice);
        }
    }

    /// The numbers of the states that a run goes through, if all were visited.
    fn states_of(&self, run: &[Choice]) -> Option<Vec<u32>> {
        let mut state = State::initial(self.setup());
        let mut numbers = vec![self.number_of(&state)?];
        for choice in run {
            step(self.setup(), &mut state, *choice, &mut ()).ok()?;
            numbers.push(self.number_of(&state)?);
        }
        Some(numbers)
    }

    /// The choices of a run, from the actor and the target of each step. States are equal up to
    /// names, so the actor that steps here may go by another name than where the step was found.
    fn choices(&self, steps: impl Iterator<Item = (u8, u32)>) -> Vec<Choice> {
        let mut state = State::initial(self.setup());
        let mut run = Vec::new();
        for (actor, to) in steps {
            let target = self.graph().fingerprint(to);
            let choices = enabled(self.setup(), &state);
            let is_by = |choice: &Choice| choice.actor == Search::actor_at(actor);
            let (first, others): (Vec<_>, Vec<_>) = choices.into_iter().partition(is_by);
            let found = first.into_iter().chain(others).find_map(|choice| {
                let mut next = state;
                let taken = step(self.setup(), &mut next, choice, &mut ()).is_ok();
                (taken && fingerprint_of(self.setup(), &next) == target).then_some((choice, next))
            });
            let Some((choice, next)) = found else {
                debug_assert!(false, "a step of the graph is a step of the machine");
                return run;
            };
            run.push(choice);
            state = next;
        }
        run
    }
}
