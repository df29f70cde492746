//! The growth of a search: the states found at each depth, and the frontier.

use serde::{Deserialize, Serialize};

use super::Curve;
use crate::check::{Limit, Search};

/// The growth of a search so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// The name of the search, for a legend.
    pub name: String,
    /// Number of states that were found.
    pub states: u32,
    /// Number of states first found at each depth, starting with the initial state.
    pub layers: Vec<u32>,
    /// Size of the frontier after each expanded state.
    pub frontier: Curve,
    /// True if the search has ended.
    pub is_done: bool,
    /// The reason why states may be missing.
    pub limit: GrowthLimit,
}

/// The reason why a search did not see every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrowthLimit {
    /// No limit: the search is complete, or still running.
    None,
    /// The allowed number of states was reached.
    States,
    /// The allowed depth was reached.
    Depth,
    /// A bound of the model was reached.
    Model,
    /// The search was stopped.
    Stopped,
}

/// Advances a search and records its growth.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    frontier: Curve,
}

impl Recorder {
    /// Continues for up to `states` states; returns false once the search is done. The record does
    /// not depend on the number of states per call.
    pub fn advance(&mut self, search: &mut Search, states: u32) -> bool {
        if self.frontier.moments() == 0 {
            self.frontier.push(search.progress().frontier);
        }
        for _ in 0..states {
            let before = search.expanded();
            let progress = search.advance(1);
            if search.expanded() > before {
                self.frontier.push(progress.frontier);
            }
            if progress.done {
                return false;
            }
        }
        true
    }

    /// The growth recorded so far.
    pub fn growth(&self, search: &Search, name: &str) -> Growth {
        let progress = search.progress();
        Growth {
            name: name.into(),
            states: progress.states,
            layers: search.layers(),
            frontier: self.frontier.clone(),
            is_done: progress.done,
            limit: search.limit().map_or(GrowthLimit::None, |limit| match limit {
                Limit::States(_) => GrowthLimit::States,
                Limit::Depth(_) => GrowthLimit::Depth,
                Limit::Model(_) => GrowthLimit::Model,
                Limit::Places(_) => GrowthLimit::None,
                Limit::Stopped => GrowthLimit::Stopped,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Bounds;
    use crate::scenario::{Preset, Script};

    fn search(preset: &str, states: u32) -> Search {
        let preset = Preset::find(preset).expect("a preset");
        let script = Script::parse(preset.script).expect("a script");
        Search::new(script.setup, Bounds { states, ..Bounds::default() })
    }

    fn recorded(preset: &str, states: u32, at_once: u32) -> (Search, Growth) {
        let (mut search, mut recorder) = (search(preset, states), Recorder::default());
        while recorder.advance(&mut search, at_once) {}
        let growth = recorder.growth(&search, preset);
        (search, growth)
    }

    #[test]
    fn layers_and_frontier_are_those_of_the_search() {
        let (recorded_search, growth) = recorded("S7", 1_000_000, 1);
        let plain = search("S7", 1_000_000).finish();
        assert_eq!(recorded_search.progress(), plain.progress());
        assert_eq!(growth.layers.iter().sum::<u32>(), growth.states);
        assert_eq!(growth.layers.len() as u32 - 1, plain.progress().depth);
        assert_eq!(growth.layers[0], 1, "one initial state");
        assert!(growth.layers.iter().all(|states| *states > 0));
        assert_eq!(growth.frontier.most(), plain.progress().frontier_peak);
        assert_eq!(growth.frontier.head()[0], 1);
        assert_eq!(growth.frontier.moments(), growth.states + 1, "every state was expanded");
        assert_eq!((growth.is_done, growth.limit), (true, GrowthLimit::None));
    }

    #[test]
    fn a_growth_does_not_depend_on_slices() {
        let one = recorded("S7", 1_000_000, 1).1;
        for at_once in [2, 7, 256, 1_000_000] {
            assert_eq!(recorded("S7", 1_000_000, at_once).1, one, "{at_once}");
        }
    }

    #[test]
    fn a_bound_is_told() {
        let (_, growth) = recorded("S7", 100, 256);
        assert_eq!((growth.is_done, growth.limit), (true, GrowthLimit::States));
        assert_eq!(growth.layers.iter().sum::<u32>(), growth.states);
    }
}
