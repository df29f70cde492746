//! What a search decides about each promise.

use crate::kernel::{Choice, Promise};

use super::graph::{Bits, Standing};
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
        Promise::ALL.into_iter().map(|promise| self.finding(promise)).collect()
    }

    /// What the search knows of one promise.
    pub fn finding(&self, promise: Promise) -> Finding {
        let limit = self.limit().or((!self.progress().done).then_some(Limit::Stopped));
        let verdict = match self.shortest(promise) {
            Some(witness) => Verdict::Violated { witness },
            None if self.came_up(promise) => Verdict::Holds,
            None => Verdict::NeverReached,
        };
        Finding { promise, verdict, limit }
    }

    /// The states in which a promise is broken.
    pub(super) fn bad_states(&self, promise: Promise) -> Bits {
        let graph = self.graph();
        if promise == Promise::Progress {
            return self.hopeless_states();
        }
        let mut bad = Bits::new(graph.states());
        for state in (0..graph.states()).filter(|s| graph.broken(*s) & promise.bit() != 0) {
            bad.set(state);
        }
        bad
    }

    /// The first state in which a promise is broken; no run breaks it in fewer steps.
    pub(super) fn first_bad(&self, promise: Promise) -> Option<u32> {
        if promise != Promise::Progress {
            return self.first_broken(promise);
        }
        let hopeless = self.hopeless_states();
        (0..self.graph().states()).find(|state| hopeless.has(*state))
    }

    /// Liveness: the states from which no end can be reached in which every io_end is converted
    /// and every thread has finished. Where the search stopped, the best is assumed; runs that
    /// end in a power cut are left out.
    fn hopeless_states(&self) -> Bits {
        let graph = self.graph();
        let good = |state: u32| {
            state >= graph.expanded_states()
                || matches!(
                    graph.standing(state),
                    Standing::Finished | Standing::Crashed | Standing::Bounded
                )
        };
        graph.can_reach(good, |_| true).not()
    }
}
