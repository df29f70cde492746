//! Runs that show a broken promise: the shortest run, the run that is easiest to follow, and the
//! step after which the result cannot be avoided.

use crate::kernel::{Choice, Promise, State, deadlocked, enabled, is_stuck, step};

use super::ends::is_bad_end;
use super::graph::{Bits, Standing, Ways};
use super::search::Search;
use super::switches::Calmest;
use super::values::fingerprint_of;

impl Search {
    /// The shortest run that breaks a promise, if one was found. After a reduced search it is a run
    /// from which no step can be left out.
    pub fn shortest(&self, promise: Promise) -> Option<Vec<Choice>> {
        self.shortest_given(promise, &self.bad_states(promise))
    }

    /// [`Search::shortest`], given the states without a way to a good end.
    pub(super) fn shortest_given(&self, promise: Promise, hopeless: &Bits) -> Option<Vec<Choice>> {
        let last = self.first_bad(promise, hopeless)?;
        let graph = self.graph();
        let states = graph.path(last);
        let steps = states.windows(2).map(|pair| (graph.actor(pair[1]), pair[1]));
        let run = self.choices(steps);
        Some(match self.is_reduced() {
            true => self.without_needless(promise, hopeless, run),
            false => run,
        })
    }

    /// The shortest of the runs that break a promise with the fewest changes of the actor. It
    /// visits up to `Bounds::places` places without a pause; [`Reporting`] does it in slices.
    /// Returns `None` after a reduced search, which has not seen all runs.
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

    /// The point of no return of a run that breaks a promise: the number, counted from 1, of the
    /// step after which every continuation breaks the promise. Before that step there was still a
    /// way out. It is 0 if there never was one. A step of the environment is not a way out: not a
    /// power cut, not a failure, and not a commit that the journal starts by itself. Returns `None`
    /// if the run does not break the promise, or leaves the part that was searched.
    pub fn point_of_no_return(&self, promise: Promise, run: &[Choice]) -> Option<u32> {
        let bad = self.bad_states(promise);
        let ends = |state, leads_on| self.is_end(state, leads_on);
        let avoidable = self.graph().can_reach(Ways::Own, ends, |state| !bad.has(state));
        self.no_return_given(&bad, &avoidable, run)
    }

    /// [`Search::point_of_no_return`], given the states that break the promise, and the states from
    /// which a run can end without reaching one of them.
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
        // Every state before the point can reach a good end; no state after it can.
        let doomed = states.iter().position(|state| !avoidable.has(*state))?;
        Some(doomed as u32)
    }

    /// Whether a run can end in a state. The environment need not move once everything is done. A
    /// state that was not expanded counts as an end.
    pub(super) fn is_end(&self, state: u32, leads_on: bool) -> bool {
        let standing = self.graph().standing(state);
        !leads_on || !matches!(standing, Standing::Running | Standing::Crashed)
    }

    /// Removes the steps of a run that are not needed to break the promise. A reduced search takes
    /// some steps as early as possible, even if they have no effect on it.
    fn without_needless(
        &self,
        promise: Promise,
        hopeless: &Bits,
        mut run: Vec<Choice>,
    ) -> Vec<Choice> {
        let mut before = usize::MAX;
        while run.len() < before {
            before = run.len();
            for at in (0..run.len()).rev() {
                let mut others = run.clone();
                others.remove(at);
                if self.breaks_given(promise, hopeless, &others) {
                    run = others;
                }
            }
        }
        run
    }

    /// Whether a run can be taken and ends in a state in which a promise is broken.
    pub fn breaks(&self, promise: Promise, run: &[Choice]) -> bool {
        self.breaks_given(promise, &self.bad_states(Promise::Progress), run)
    }

    /// The same, given the states that cannot reach a good end.
    fn breaks_given(&self, promise: Promise, hopeless: &Bits, run: &[Choice]) -> bool {
        let setup = self.setup();
        let mut state = State::initial(setup);
        if !run.iter().all(|choice| step(setup, &mut state, *choice, &mut ()).is_ok()) {
            return false;
        }
        match promise {
            // An irq that spins on a lock breaks it in a step, without actors that wait.
            Promise::NoDeadlock => {
                state.broken & promise.bit() != 0
                    || is_stuck(setup, &state)
                    || !deadlocked(setup, &state).is_empty()
            }
            // No actor can step and the state is not a good end, or no good end can be reached from
            // it.
            Promise::Progress => {
                self.number_of(&state).is_some_and(|number| hopeless.has(number))
                    || is_bad_end(setup, &state)
            }
            _ => state.broken & promise.bit() != 0,
        }
    }

    /// The numbers of the states of a run, or `None` if one of them was not visited.
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
    /// names, so an actor may have another name here than where the search found the step.
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
