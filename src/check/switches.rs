//! The run that is easiest to follow: the shortest of the runs with the fewest changes of the
//! actor.

use std::collections::VecDeque;

use crate::kernel::{ACTORS, Actor, Choice, Next, PIECES, enabled_among, next_of_all};

use super::expansion::{Expansion, Steps, numbers_after};
use super::graph::{Bits, Edge, Reach, Ways};
use super::search::{Limit, Search};
use super::situation::Situations;
use super::values::{Numbers, Values};

/// A state that can be reached with some number of switches, and the way to it.
struct Place {
    state: Numbers,
    /// The state's number in the search.
    number: u32,
    /// The actor that stepped last; `None` at the start.
    last: Option<Actor>,
    /// A name for that actor that is the same in all equal states.
    name: u8,
    /// Number of steps so far.
    length: u32,
    /// The index in the trail of the step that led here; `None` at the start.
    step: Option<u32>,
}

/// A step of a run, with the step before it.
#[derive(Clone, Copy)]
struct Trail {
    choice: Choice,
    before: Option<u32>,
}

/// Dijkstra's algorithm over pairs of a state and the last actor, in slices. The distance is the
/// number of switches first and the length second. It computes states again with the machine,
/// because few states can be reached with few switches, so that a search need not store their
/// steps.
pub(super) struct Calmest {
    /// States in which the promise is broken.
    bad: Bits,
    /// The states from which a broken one can be reached, which are computed first.
    hopeful: Reach,
    /// For each state, the last actors with which it has been settled, as bits.
    settled: Vec<u64>,
    trail: Vec<Trail>,
    /// Places with the current number of switches, by length, and places with one switch more.
    round: Vec<VecDeque<Place>>,
    next_round: Vec<VecDeque<Place>>,
    /// All shorter places of this round have been examined.
    length: usize,
    values: Values,
    expansion: Box<Expansion>,
    choices: Vec<Choice>,
    /// The record of a step.
    steps: Steps,
}

/// The name for "no actor"; actors have smaller names.
const START: u8 = 63;
const _: () = assert!(ACTORS <= START as usize);

impl Calmest {
    /// Starts the search for the best run into a broken state.
    pub(super) fn new(search: &Search, bad: Bits) -> Calmest {
        let graph = search.graph();
        let mut values = Values::new(search.setup());
        let expansion = Box::new(Expansion::new(search.setup(), &mut values));
        let state = *expansion.numbers();
        let start = Place { state, number: 0, last: None, name: START, length: 0, step: None };
        Calmest {
            hopeful: Reach::new(graph, Ways::All),
            bad,
            settled: vec![0; graph.states() as usize],
            trail: Vec::new(),
            round: vec![VecDeque::from([start])],
            next_round: Vec::new(),
            length: 0,
            values,
            expansion,
            choices: Vec::new(),
            steps: Steps::default(),
        }
    }

    /// Examines up to `places` places. Returns the run once it is found, or the reason for giving
    /// up.
    pub(super) fn advance(
        &mut self,
        search: &Search,
        places: u32,
    ) -> Option<Result<Vec<Choice>, Limit>> {
        let bad = &self.bad;
        if !self.hopeful.advance(search.graph(), places, |state, _| bad.has(state), |_| true) {
            return None;
        }
        for _ in 0..places {
            let Some(place) = self.next_place() else {
                debug_assert!(false, "a bad state was visited: some run leads there");
                return Some(Err(Limit::Stopped));
            };
            if self.bad.has(place.number) {
                return Some(Ok(self.run_to(place.step)));
            }
            let most = search.bounds().places;
            if self.trail.len() as u32 >= most {
                return Some(Err(Limit::Places(most)));
            }
            if self.settle(&place) {
                self.leave(search, &place);
            }
        }
        None
    }

    /// The best place that has not been examined.
    fn next_place(&mut self) -> Option<Place> {
        loop {
            let Some(places) = self.round.get_mut(self.length) else {
                self.round = core::mem::take(&mut self.next_round);
                self.length = 0;
                if self.round.is_empty() {
                    return None;
                }
                continue;
            };
            match places.pop_front() {
                None => self.length += 1,
                place => return place,
            }
        }
    }

    /// Takes every step from a place.
    fn leave(&mut self, search: &Search, place: &Place) {
        let setup = search.setup();
        self.expansion.go_to(setup, &self.values, &place.state);
        let nexts = next_of_all(setup, self.expansion.here());
        self.choices.clear();
        enabled_among(self.expansion.here(), &nexts, &mut self.choices);
        for at in 0..self.choices.len() {
            let choice = self.choices[at];
            let Next::Ready { pc } = nexts[usize::from(choice.actor.position())] else { continue };
            self.steps.clear();
            let (all, edge) = ((setup, &self.values), Edge { actor: 0, unasked: false });
            let nobody = &mut Situations::default();
            self.expansion.step(all, (choice, pc), edge, nobody, &mut self.steps);
            let Some(step) = self.steps.steps.first() else { continue };
            let changed = step.changed;
            let Some(number) = search.number_of_fingerprint(step.fingerprint) else { continue };
            let name = self.expansion.next().canonical(setup, choice.actor);
            if self.hopeful.states().has(number) && !self.is_settled(number, name) {
                let (length, step) = (place.length + 1, Some(self.trail.len() as u32));
                self.trail.push(Trail { choice, before: place.step });
                let last = Some(choice.actor);
                // The first step of a run is not a switch, whichever actor takes it.
                let same = place.last.is_none() || place.last == last;
                let (mut learned, news) = ([0; PIECES], self.expansion.news());
                let numbers =
                    self.values.learn_all(news, changed, &self.steps.numbers, &mut learned);
                let state = numbers_after(&place.state, changed, numbers);
                self.offer(Place { state, number, last, name, length, step }, same);
            }
        }
        self.expansion.news().clear();
    }

    /// Adds a place to this round or to the next, among those of its length.
    fn offer(&mut self, place: Place, same: bool) {
        let places = if same { &mut self.round } else { &mut self.next_round };
        let length = place.length as usize;
        if places.len() <= length {
            places.resize_with(length + 1, VecDeque::new);
        }
        places[length].push_back(place);
    }

    /// Returns false if the place was reached before with no more switches and steps.
    fn settle(&mut self, place: &Place) -> bool {
        let is_new = !self.is_settled(place.number, place.name);
        self.settled[place.number as usize] |= 1 << place.name;
        is_new
    }

    fn is_settled(&self, number: u32, name: u8) -> bool {
        self.settled[number as usize] & (1 << name) != 0
    }

    fn run_to(&self, last: Option<u32>) -> Vec<Choice> {
        let mut run = Vec::new();
        let mut at = last;
        while let Some(step) = at.and_then(|at| self.trail.get(at as usize)) {
            run.push(step.choice);
            at = step.before;
        }
        run.reverse();
        run
    }
}
