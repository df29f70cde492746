//! What a search decides about each promise.

use crate::kernel::{Choice, Promise};

use super::graph::{Bits, Standing, Ways};
use super::search::{Limit, Search};

/// What is known of a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No run that was searched breaks it.
    Holds,
    /// The shortest run that breaks it.
    Violated {
        /// The choices of that run.
        witness: Vec<Choice>,
    },
    /// No run that was searched breaks it, but neither does the situation that it is about come up
    /// ([`Promise::sometimes`]): it was not put to the test.
    NeverReached,
}

/// A search's result, for one promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The promise.
    pub promise: Promise,
    /// What is known of it.
    pub verdict: Verdict,
    /// Why the search did not see everything, if it did not. A violation stands all the same.
    pub limit: Option<Limit>,
}

impl Search {
    /// What the search knows of every promise. A search that is not done, or was stopped at a
    /// bound, says so in [`Finding::limit`].
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_given(&self.hopeless_states())
    }

    /// The same, where the states without a way to a good end are known.
    pub(super) fn findings_given(&self, hopeless: &Bits) -> Vec<Finding> {
        let limit = self.limit().or((!self.progress().done).then_some(Limit::Stopped));
        let finding = |promise| {
            let verdict = match self.shortest_given(promise, hopeless) {
                Some(witness) => Verdict::Violated { witness },
                None if self.came_up(promise) => Verdict::Holds,
                None => Verdict::NeverReached,
            };
            Finding { promise, verdict, limit }
        };
        Promise::ALL.into_iter().map(finding).collect()
    }

    /// The states in which a promise is broken.
    pub(super) fn bad_states(&self, promise: Promise) -> Bits {
        match promise {
            Promise::Progress => self.hopeless_states(),
            _ => self.broken_states(promise),
        }
    }

    /// The same, where the states without a way to a good end are known.
    pub(super) fn bad_given(&self, promise: Promise, hopeless: &Bits) -> Bits {
        match promise {
            Promise::Progress => hopeless.clone(),
            _ => self.broken_states(promise),
        }
    }

    /// The first state in which a promise is broken; no run breaks it in fewer steps.
    pub(super) fn first_bad(&self, promise: Promise, hopeless: &Bits) -> Option<u32> {
        match promise {
            Promise::Progress => (0..self.graph().states()).find(|state| hopeless.has(*state)),
            _ => self.first_broken(promise),
        }
    }

    /// Whether every io_end is converted in a state and every thread has finished. Where the search
    /// stopped, the best is assumed; runs that end in a power cut are left out.
    pub(super) fn is_good_end(&self, state: u32) -> bool {
        let graph = self.graph();
        let is_good = [Standing::Finished, Standing::Crashed, Standing::Bounded];
        state >= graph.expanded_states() || is_good.contains(&graph.standing(state))
    }

    /// Liveness: the states from which no good end can be reached. What the environment may do is
    /// no way there: a deadlock is none the less one because the power might fail.
    fn hopeless_states(&self) -> Bits {
        self.graph().can_reach(Ways::Own, |state, _| self.is_good_end(state), |_| true).not()
    }

    fn broken_states(&self, promise: Promise) -> Bits {
        let graph = self.graph();
        let mut bad = Bits::new(graph.states());
        for state in (0..graph.states()).filter(|s| graph.broken(*s) & promise.bit() != 0) {
            bad.set(state);
        }
        bad
    }
}
