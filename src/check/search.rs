//! Breadth-first search of everything that a setup can do.

use crate::bounds::{CALM_PLACES_MAX, DEPTH_MAX, STATES_MAX};
use crate::kernel::{
    self, Actor, Choice, Next, Promise, Quiet, Setup, State, deadlocked_among, enabled_among,
    next_of_all,
};

use super::ends;
use super::expansion::{Expansion, Found};
use super::fingerprint::Fingerprint;
use super::frontier::Frontier;
use super::graph::{Edge, Graph, NO_PARENT, Standing};
use super::situation::Situations;
use super::table::Table;
use super::values::fingerprint_of;

/// How far a search may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// States that may be visited.
    pub states: u32,
    /// Steps from the start.
    pub depth: u32,
    /// Places that the search for a run with the fewest switches comes to.
    pub places: u32,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { states: STATES_MAX, depth: DEPTH_MAX, places: CALM_PLACES_MAX }
    }
}

/// Why a search did not see everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Bounds::states`], whose default is [`STATES_MAX`], were visited.
    States(u32),
    /// Runs go on beyond [`Bounds::depth`], whose default is [`DEPTH_MAX`].
    Depth(u32),
    /// A bound of the model was reached in some run; what would follow there is not known.
    Model(kernel::Bound),
    /// The search for the run with the fewest switches has come to [`Bounds::places`], whose
    /// default is [`CALM_PLACES_MAX`].
    Places(u32),
    /// The search was stopped before it was done.
    Stopped,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Visited states.
    pub states: u32,
    /// Steps taken, also those that led to visited states.
    pub transitions: u64,
    /// Steps on the longest of the shortest runs so far.
    pub depth: u32,
    /// States that have been found and not yet expanded.
    pub frontier: u32,
    /// The most there have been of those.
    pub frontier_peak: u32,
    /// Bytes kept for visited states.
    pub visited_bytes: u64,
    /// Bytes of the frontier.
    pub frontier_bytes: u64,
    /// Nothing is left to do.
    pub done: bool,
}

/// An exhaustive search. It holds no clock and no thread: whoever has them calls
/// [`Search::advance`] until it is done.
pub struct Search {
    setup: Setup,
    bounds: Bounds,
    /// Steps that are taken alone, if the search is reduced by them.
    quiet: Option<Quiet>,
    graph: Graph,
    table: Table,
    /// States that were found and not yet expanded, in order.
    frontier: Frontier,
    /// The first state of each depth.
    layers: Vec<u32>,
    /// The first state in which each promise was found broken.
    first_broken: [Option<u32>; Promise::ALL.len()],
    /// The promises that were put to the test.
    came_up: Situations,
    /// States may exist that were not visited.
    limit: Option<Limit>,
    /// Nothing is expanded any more; so many states of the frontier have been looked at since.
    closing: Option<u32>,
    done: bool,
    /// The state that is being expanded.
    expansion: Box<Expansion>,
    /// What its steps lead to.
    successors: Vec<(Found, Edge)>,
    choices: Vec<Choice>,
}

impl Search {
    /// A search that has seen the first state.
    pub fn new(setup: Setup, bounds: Bounds) -> Search {
        let expansion = Box::new(Expansion::new(&setup));
        let initial = expansion.found();
        let mut search = Search {
            quiet: None,
            bounds,
            graph: Graph::new(),
            table: Table::new(),
            frontier: Frontier::new(),
            layers: vec![0],
            first_broken: [None; Promise::ALL.len()],
            came_up: Situations::default(),
            limit: None,
            closing: None,
            done: false,
            expansion,
            successors: Vec::new(),
            choices: Vec::new(),
            setup,
        };
        search.visit(&initial, Edge { actor: 0, unasked: false }, NO_PARENT);
        search
    }

    /// Expands up to `states` states, or looks once more at as many that will not be expanded.
    pub fn advance(&mut self, states: u32) -> Progress {
        for _ in 0..states {
            match self.closing {
                _ if self.done => break,
                None => self.expand(),
                Some(at) => self.close(at),
            }
        }
        self.progress()
    }

    /// The search reduced: where a step is quiet ([`Quiet`]) it alone is taken, in none of the
    /// other orders. Verdicts are the same, counts are smaller, and the shortest run is only one
    /// of which no step can be left out. To be said before the search advances.
    #[must_use]
    pub fn reduced(self) -> Search {
        Search { quiet: Quiet::of(&self.setup), ..self }
    }

    /// Whether it is, and its setup has quiet steps.
    pub fn is_reduced(&self) -> bool {
        self.quiet.is_some()
    }

    /// A quiet step that a reduced search would take from a state.
    pub(super) fn quiet_step(&self, state: &State) -> Option<Choice> {
        self.quiet?.step(&self.setup, state, &next_of_all(&self.setup, state))
    }

    /// Searches to the end, or to a bound.
    pub fn run(setup: Setup, bounds: Bounds) -> Search {
        Search::new(setup, bounds).finish()
    }

    /// Goes on to the end, or to a bound.
    #[must_use]
    pub fn finish(mut self) -> Search {
        while !self.done {
            self.advance(u32::MAX);
        }
        self
    }

    /// Gives the search up where it stands; what it has seen can be asked for once it is done,
    /// which is soon.
    pub fn stop(&mut self) {
        if self.closing.is_none() {
            self.end(Some(Limit::Stopped));
        }
    }

    /// How far the search has come.
    pub fn progress(&self) -> Progress {
        Progress {
            states: self.graph.states(),
            transitions: self.graph.transitions(),
            depth: self.layers.len() as u32 - 1,
            frontier: self.frontier.len(),
            frontier_peak: self.frontier.peak(),
            visited_bytes: self.graph.bytes() + self.table.bytes() + self.expansion.bytes(),
            frontier_bytes: self.frontier.bytes(),
            done: self.done,
        }
    }

    /// States that were expanded: every step from them was taken.
    pub fn expanded(&self) -> u32 {
        self.graph.expanded_states()
    }

    /// How many states were found first at each depth, from the initial state on.
    pub fn layers(&self) -> Vec<u32> {
        let ends = self.layers.iter().skip(1).copied().chain([self.graph.states()]);
        let all = self.layers.iter().zip(ends).map(|(first, end)| end - first);
        // The layer that was begun last may be empty yet.
        all.filter(|states| *states > 0).collect()
    }

    /// What is searched.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Why the search did not see everything, if it did not.
    pub fn limit(&self) -> Option<Limit> {
        self.limit
    }

    /// Two visited states may have been taken for one, and something missed, with a chance of at
    /// most one in 2 to the power of this: states² / 2^129, rounded up.
    pub fn collision_odds_log2(&self) -> u32 {
        let states_log2 = self.graph.states().next_power_of_two().trailing_zeros();
        129 - 2 * states_log2
    }

    /// How far it may go.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    pub(super) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The number of a state, if it was visited.
    pub(super) fn number_of(&self, state: &State) -> Option<u32> {
        self.number_of_fingerprint(fingerprint_of(&self.setup, state))
    }

    /// The number of the state with a fingerprint, if it was visited.
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

    /// Takes every step from the oldest state of the frontier.
    fn expand(&mut self) {
        let from = self.graph.expanded_states();
        let Some(numbers) = self.frontier.first() else { return self.end(None) };
        if self.layers.last().is_some_and(|first| *first == from) {
            if self.layers.len() as u32 > self.bounds.depth {
                return self.end(Some(Limit::Depth(self.bounds.depth)));
            }
            // Everything found from here on is one step deeper.
            self.layers.push(self.graph.states());
        }
        self.expansion.go_to(&self.setup, numbers);
        self.frontier.drop_first();
        let standing = self.take_steps();
        let successors = core::mem::take(&mut self.successors);
        // Reads of memory that is far away overlap if they do not wait for each other.
        self.table.touch(successors.iter().map(|(found, _)| found.fingerprint));
        let mut others = 0;
        for (found, edge) in &successors {
            if let Some(known) = self.visit(found, *edge, from) {
                self.graph.add_other(known, *edge);
                others += 1;
            }
        }
        self.successors = successors;
        self.graph.expanded(from, standing, others);
        if self.graph.states() >= self.bounds.states && self.frontier.len() > 0 {
            self.end(Some(Limit::States(self.bounds.states)));
        }
    }

    /// Finds out what the state that is being expanded leads to, and how it stands.
    fn take_steps(&mut self) -> Standing {
        self.choices.clear();
        self.successors.clear();
        let (setup, came_up) = (&self.setup, &mut self.came_up);
        let nexts = next_of_all(setup, self.expansion.here());
        let here = self.expansion.here();
        match self.quiet.and_then(|quiet| quiet.step(setup, here, &nexts)) {
            Some(choice) => self.choices.push(choice),
            None => enabled_among(here, &nexts, &mut self.choices),
        }
        for choice in &self.choices {
            let actor = choice.actor.position();
            let Next::Ready { pc } = nexts[usize::from(actor)] else { continue };
            let unasked = ends::is_unasked(self.expansion.here(), *choice);
            let found = self.expansion.step(setup, *choice, pc, came_up);
            came_up.compare(setup, &nexts, self.expansion.next());
            self.successors.push((found, Edge { actor, unasked }));
        }
        let state = self.expansion.here();
        if let (None, Some(bound)) = (self.limit, state.bound) {
            self.limit = Some(Limit::Model(bound));
        }
        let standing = ends::standing(state, &nexts, &self.choices);
        let stuck = standing == Standing::Stuck;
        if stuck || !deadlocked_among(setup, state, &nexts).is_empty() {
            self.note_deadlock(self.graph.expanded_states());
        }
        standing
    }

    /// Adds a state, unless it is known: then its number is returned.
    fn visit(&mut self, found: &Found, edge: Edge, parent: u32) -> Option<u32> {
        let Found { numbers, fingerprint, broken } = found;
        let number = self.graph.states();
        let graph = &self.graph;
        let known = self.table.insert(*fingerprint, number, |n| graph.fingerprint(n));
        if known.is_none() {
            self.graph.add(*fingerprint, parent, edge, *broken);
            self.note_broken(number, *broken);
            self.frontier.push(numbers);
        }
        known
    }

    fn note_deadlock(&mut self, number: u32) {
        let broken = self.graph.broken(number) | Promise::NoDeadlock.bit();
        self.graph.set_broken(number, broken);
        self.note_broken(number, broken);
    }

    fn note_broken(&mut self, number: u32, broken: u16) {
        if broken == 0 {
            return;
        }
        for promise in Promise::ALL.into_iter().filter(|promise| broken & promise.bit() != 0) {
            // Deadlocks are noticed when states are expanded, other things when they are found.
            let first = &mut self.first_broken[promise as usize];
            *first = Some(first.map_or(number, |first| first.min(number)));
        }
    }

    fn end(&mut self, limit: Option<Limit>) {
        self.limit = limit.or(self.limit);
        self.closing = Some(0);
    }

    /// Looks at a state of the frontier: what was found and will not be expanded may be deadlocked
    /// all the same.
    fn close(&mut self, at: u32) {
        if let Some(numbers) = self.frontier.get(at) {
            self.closing = Some(at + 1);
            self.expansion.go_to(&self.setup, numbers);
            let (setup, here) = (&self.setup, self.expansion.here());
            if !deadlocked_among(setup, here, &next_of_all(setup, here)).is_empty() {
                self.note_deadlock(self.graph.expanded_states() + at);
            }
            return;
        }
        self.done = true;
        // The layer that was begun last may be empty.
        if self.layers.last().is_some_and(|first| *first >= self.graph.states()) {
            self.layers.pop();
        }
    }
}
