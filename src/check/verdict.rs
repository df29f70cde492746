//! The verdict of a search on each promise.

use crate::kernel::{Choice, Promise};

use super::graph::{Bits, Standing, Ways};
use super::search::{Limit, Search};

/// The verdict on a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No run that was searched breaks it.
    Holds,
    /// Some run breaks it.
    Violated {
        /// The choices of the shortest such run.
        witness: Vec<Choice>,
    },
    /// No run that was searched breaks it, but no run reached the situation that it covers either
    /// ([`Promise::sometimes`]): the promise was not put to the test.
    NeverReached,
}

/// The result of a search for one promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The promise in question.
    pub promise: Promise,
    /// The search's verdict on it.
    pub verdict: Verdict,
    /// The reason why the search did not see everything, if it did not. A violation is certain in
    /// any case.
    pub limit: Option<Limit>,
}

impl Search {
    /// The verdicts on every promise. If the search is not done or was stopped at a bound,
    /// [`Finding::limit`] says so.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_given(&self.hopeless_states())
    }

    /// [`Search::findings`], given the states without a way to a good end.
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
        if promise == Promise::Progress {
            return self.hopeless_states();
        }
        self.broken_states(promise)
    }

    /// [`Search::bad_states`], given the states without a way to a good end.
    pub(super) fn bad_given(&self, promise: Promise, hopeless: &Bits) -> Bits {
        if promise == Promise::Progress {
            return hopeless.clone();
        }
        self.broken_states(promise)
    }

    /// The first state in which a promise is broken. No run breaks the promise in fewer steps.
    pub(super) fn first_bad(&self, promise: Promise, hopeless: &Bits) -> Option<u32> {
        if promise == Promise::Progress {
            return (0..self.graph().states()).find(|state| hopeless.has(*state));
        }
        self.first_broken(promise)
    }

    /// Whether every io_end is converted and every thread has finished. A state that was not
    /// expanded counts as a good end; a run that ends in a power cut does not.
    pub(super) fn is_good_end(&self, state: u32) -> bool {
        let graph = self.graph();
        let is_good = [Standing::Finished, Standing::Crashed, Standing::Bounded];
        state >= graph.expanded_states() || is_good.contains(&graph.standing(state))
    }

    /// Liveness: the states from which no good end can be reached. Steps of the environment do not
    /// count: a deadlock remains one although the power might fail.
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
