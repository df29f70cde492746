//! Breadth-first search of all runs of a setup.

use crate::bounds::{CALM_PLACES_MAX, DEPTH_MAX, STATES_MAX};
use crate::kernel::{self, Actor, PIECES, Promise, Setup, State};

use super::crew::Crew;
use super::expansion::{Step, numbers_after};
use super::fingerprint::{Fingerprint, GraphSum};
use super::frontier::Frontier;
use super::graph::{Edge, Graph};
use super::reduced::{Reduced, waiting};
use super::situation::Situations;
use super::table::Table;
use super::values::{Numbers, Values, fingerprint_of};
use super::worker::{Known, Record};

/// The bounds of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Largest number of visited states.
    pub states: u32,
    /// Largest depth: steps from the initial state.
    pub depth: u32,
    /// Largest number of places that the search for a run with the fewest switches visits.
    pub places: u32,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { states: STATES_MAX, depth: DEPTH_MAX, places: CALM_PLACES_MAX }
    }
}

/// The reason why a search did not see everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The number of visited states reached [`Bounds::states`], whose default is [`STATES_MAX`].
    States(u32),
    /// Some runs are longer than [`Bounds::depth`], whose default is [`DEPTH_MAX`].
    Depth(u32),
    /// Some run reached a bound of the model; its continuation is unknown.
    Model(kernel::Bound),
    /// The search for the run with the fewest switches visited [`Bounds::places`] places, whose
    /// default is [`CALM_PLACES_MAX`].
    Places(u32),
    /// The search was stopped before it was done.
    Stopped,
}

/// The progress of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Number of visited states.
    pub states: u32,
    /// Number of steps taken, including those that led to visited states.
    pub transitions: u64,
    /// The largest distance of a state from the initial state so far, in steps.
    pub depth: u32,
    /// Number of states that were found and not yet expanded.
    pub frontier: u32,
    /// The largest value of `frontier` so far.
    pub frontier_peak: u32,
    /// Bytes of memory for visited states.
    pub visited_bytes: u64,
    /// Bytes of memory for the frontier.
    pub frontier_bytes: u64,
    /// True if nothing is left to do.
    pub done: bool,
}

/// An exhaustive search. It has no clock, and it does nothing by itself: its owner calls
/// [`Search::advance`] until the search is done.
pub struct Search {
    setup: Setup,
    bounds: Bounds,
    /// How the search is reduced; `None` for a full search.
    reduced: Option<Reduced>,
    graph: Graph,
    /// The sum over its states and steps.
    sum: GraphSum,
    table: Table,
    /// States that were found and not yet expanded, in order.
    frontier: Frontier,
    /// The number of the first state at each depth.
    layers: Vec<u32>,
    /// The first state in which each promise was found broken.
    first_broken: [Option<u32>; Promise::ALL.len()],
    /// The promises that were put to the test.
    came_up: Situations,
    /// The reason why unvisited states may exist, if they may.
    limit: Option<Limit>,
    /// Set when no more states are expanded: the number of frontier states that were examined
    /// since.
    closing: Option<u32>,
    done: bool,
    /// The values of pieces that states have.
    values: Values,
    crew: Crew,
}

impl Search {
    /// A new search that has visited the initial state only.
    pub fn new(setup: Setup, bounds: Bounds) -> Search {
        let mut values = Values::new(&setup);
        let crew = Crew::new(1, &setup, &mut values);
        let (numbers, fingerprint) = crew.initial();
        let broken = State::initial(&setup).broken;
        let mut search = Search {
            reduced: None,
            bounds,
            graph: Graph::new(),
            sum: GraphSum::NONE,
            table: Table::new(),
            frontier: Frontier::new(),
            layers: vec![0],
            first_broken: [None; Promise::ALL.len()],
            came_up: Situations::default(),
            limit: None,
            closing: None,
            done: false,
            values,
            crew,
            setup,
        };
        let edge = Edge { actor: 0, unasked: false };
        search.visit((fingerprint, broken), edge, || numbers);
        search
    }

    /// Expands up to `states` states. If the search has ended at a bound or was stopped, it
    /// examines as many states that will not be expanded.
    pub fn advance(&mut self, states: u32) -> Progress {
        let mut left = states;
        while left > 0 && !self.done {
            left -= match self.closing {
                None => self.expand(left),
                Some(at) => self.close(at),
            };
        }
        self.progress()
    }

    /// Makes the search use some threads. The result is the same for any number. Call this before
    /// the search advances.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn on_threads(mut self, threads: u32) -> Search {
        self.crew = Crew::new(threads, &self.setup, &mut self.values);
        self
    }

    /// Makes the search reduced. It takes only a quiet step ([`kernel::Quiet`]) where there is one,
    /// and otherwise only the steps of a persistent set ([`kernel::Reduction`]). Verdicts are the
    /// same and counts are smaller; no step can be left out of its runs, but they may not be the
    /// shortest. Call this before the search advances.
    #[must_use]
    pub fn reduced(mut self) -> Search {
        let reduced = Reduced::of(&self.setup);
        if reduced.told {
            self.came_up.0 |= waiting();
        }
        Search { reduced: Some(reduced), ..self }
    }

    /// Whether the search is reduced.
    pub fn is_reduced(&self) -> bool {
        self.reduced.is_some()
    }

    /// Runs a new search to its end, or to a bound.
    pub fn run(setup: Setup, bounds: Bounds) -> Search {
        Search::new(setup, bounds).finish()
    }

    /// Continues to the end, or to a bound.
    #[must_use]
    pub fn finish(mut self) -> Search {
        while !self.done {
            self.advance(u32::MAX);
        }
        self
    }

    /// Stops the search where it is. Results can be read once [`Progress::done`] is true, which
    /// takes little more work.
    pub fn stop(&mut self) {
        if self.closing.is_none() {
            self.end(Some(Limit::Stopped));
        }
    }

    /// The counts so far, and whether the search is done.
    pub fn progress(&self) -> Progress {
        Progress {
            states: self.graph.states(),
            transitions: self.graph.transitions(),
            depth: self.layers.len() as u32 - 1,
            frontier: self.frontier.len(),
            frontier_peak: self.frontier.peak(),
            visited_bytes: self.graph.bytes() + self.table.bytes() + self.values.bytes(),
            frontier_bytes: self.frontier.bytes(),
            done: self.done,
        }
    }

    /// Number of expanded states: all steps from them were taken.
    pub fn expanded(&self) -> u32 {
        self.graph.expanded_states()
    }

    /// Number of states that were first found at each depth, starting with the initial state.
    pub fn layers(&self) -> Vec<u32> {
        let ends = self.layers.iter().skip(1).copied().chain([self.graph.states()]);
        let all = self.layers.iter().zip(ends).map(|(first, end)| end - first);
        // The last layer may be empty.
        all.filter(|states| *states > 0).collect()
    }

    /// The setup that is searched.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The reason why the search did not see everything, or `None` if it did.
    pub fn limit(&self) -> Option<Limit> {
        self.limit
    }

    /// The chance that two visited states were taken for one, so that something was missed, is at
    /// most one in 2 to the power of this number: states² / 2^129, rounded up.
    pub fn collision_odds_log2(&self) -> u32 {
        let states_log2 = self.graph.states().next_power_of_two().trailing_zeros();
        129 - 2 * states_log2
    }

    /// The fingerprint of the searched graph. It is equal for the same states and steps, in any
    /// order.
    pub fn graph_sum(&self) -> GraphSum {
        self.sum
    }

    /// The bounds of the search.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    pub(super) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The number of a state, or `None` if it was not visited.
    pub(super) fn number_of(&self, state: &State) -> Option<u32> {
        self.number_of_fingerprint(fingerprint_of(&self.setup, state))
    }

    /// The number of the state with a fingerprint, or `None` if it was not visited.
    pub(super) fn number_of_fingerprint(&self, fingerprint: Fingerprint) -> Option<u32> {
        self.table.find(fingerprint, |n| self.graph.fingerprint(n))
    }

    pub(super) fn first_broken(&self, promise: Promise) -> Option<u32> {
        self.first_broken[promise as usize]
    }

    /// Whether some step put a promise to the test ([`Promise::sometimes`]).
    pub fn came_up(&self, promise: Promise) -> bool {
        self.came_up.0 & promise.bit() != 0
    }

    pub(super) fn actor_at(position: u8) -> Actor {
        Actor::ALL[usize::from(position)]
    }

    /// Takes every step from the oldest states of the frontier, which are equally deep. Returns
    /// their number, which is at most `states`; 1 if there is none.
    fn expand(&mut self, states: u32) -> u32 {
        let from = self.graph.expanded_states();
        if self.frontier.len() == 0 {
            self.end(None);
            return 1;
        }
        if self.layers.last().is_some_and(|first| *first == from) {
            if self.layers.len() as u32 > self.bounds.depth {
                self.end(Some(Limit::Depth(self.bounds.depth)));
                return 1;
            }
            // All states found from here on are one step deeper.
            self.layers.push(self.graph.states());
        }
        let deeper = self.layers.last().copied().unwrap_or_default();
        let states = states.min(deeper - from).min(self.crew.at_once());
        let mut crew = core::mem::take(&mut self.crew);
        crew.expand(&self.known(deeper), states);
        for position in 0..states {
            // Where the search has reached a bound, the other records count for nothing.
            let Some(record) = crew.read(position).filter(|_| self.closing.is_none()) else {
                break;
            };
            self.merge(record);
        }
        crew.forget();
        self.crew = crew;
        states
    }

    fn known(&self, deeper: u32) -> Known<'_> {
        let Search { setup, values, graph, table, frontier, reduced, .. } = self;
        Known { setup, values, graph, table, frontier, reduced: *reduced, deeper }
    }

    /// Adds the oldest state's steps to the graph, and the states after them.
    fn merge(&mut self, record: Record<'_>) {
        let Record { parent, steps, mut numbers, mut news } = record;
        let Some(here) = self.frontier.first().copied() else { return };
        self.frontier.drop_first();
        let from = self.graph.expanded_states();
        self.came_up.0 |= parent.came_up.0;
        self.sum.add_all(parent.sum);
        if let Some(bound) = parent.bound {
            self.note_bound(bound);
        }
        if parent.is_deadlocked {
            self.note_deadlock(from);
        }
        let mut others = 0;
        for Step { changed, fingerprint, broken, edge, known } in steps.iter().copied() {
            let (own, rest) = numbers.split_at(changed.len() as usize);
            numbers = rest;
            let mut learned = [0; PIECES];
            let own = match &mut news {
                None => own,
                Some(news) => self.values.learn_all(news, changed, own, &mut learned),
            };
            let after = || numbers_after(&here, changed, own);
            let known = known.or_else(|| self.visit((fingerprint, broken), edge, after));
            if let Some(known) = known {
                self.graph.add_other(known, edge);
                others += 1;
            }
        }
        self.graph.expanded(from, parent.standing, others);
        if self.graph.states() >= self.bounds.states && self.frontier.len() > 0 {
            self.end(Some(Limit::States(self.bounds.states)));
        }
    }

    /// Keeps the first of the model's bounds that runs reach, in the order of the enum, so that the
    /// result does not depend on the order of visits.
    fn note_bound(&mut self, bound: kernel::Bound) {
        let first = match self.limit {
            Some(Limit::Model(known)) => known as u8 > bound as u8,
            None => true,
            Some(_) => false,
        };
        if first {
            self.limit = Some(Limit::Model(bound));
        }
    }

    /// Adds a state, given its fingerprint and the promises broken in it. If it is known already,
    /// returns its number instead.
    fn visit(
        &mut self,
        (fingerprint, broken): (Fingerprint, u16),
        edge: Edge,
        numbers: impl FnOnce() -> Numbers,
    ) -> Option<u32> {
        let number = self.graph.states();
        let graph = &self.graph;
        let known = self.table.insert(fingerprint, number, |n| graph.fingerprint(n));
        if known.is_none() {
            self.graph.add(fingerprint, edge, broken);
            self.note_broken(number, broken);
            self.frontier.push(&numbers());
        }
        known
    }

    fn note_deadlock(&mut self, number: u32) {
        self.graph.add_broken(number, Promise::NoDeadlock.bit());
        self.note_broken(number, self.graph.broken(number));
    }

    fn note_broken(&mut self, number: u32, broken: u16) {
        if broken == 0 {
            return;
        }
        for promise in Promise::ALL.into_iter().filter(|promise| broken & promise.bit() != 0) {
            // Deadlocks are noticed when a state is expanded, other broken promises when it is
            // found.
            let first = &mut self.first_broken[promise as usize];
            *first = Some(first.map_or(number, |first| first.min(number)));
        }
    }

    fn end(&mut self, limit: Option<Limit>) {
        self.limit = limit.or(self.limit);
        self.closing = Some(0);
    }

    /// Examines a state of the frontier that will not be expanded, because it may be deadlocked.
    /// Returns 1, the number of examined states.
    fn close(&mut self, at: u32) -> u32 {
        if let Some(numbers) = self.frontier.get(at).copied() {
            self.closing = Some(at + 1);
            let mut crew = core::mem::take(&mut self.crew);
            let deadlocked = crew.is_deadlocked(&self.known(0), &numbers);
            self.crew = crew;
            if deadlocked {
                self.note_deadlock(self.graph.expanded_states() + at);
            }
            return 1;
        }
        self.done = true;
        // The last layer may be empty.
        if self.layers.last().is_some_and(|first| *first >= self.graph.states()) {
            self.layers.pop();
        }
        1
    }
}
