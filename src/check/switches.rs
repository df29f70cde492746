//! The run that is easiest to follow: the fewest changes of the actor, and of those the shortest.

use std::collections::VecDeque;

use crate::kernel::{ACTORS, Actor, Choice, Next, enabled_among, next_of_all};

use super::expansion::{Expansion, Found};
use super::graph::{Bits, Reach, Ways};
use super::search::{Limit, Search};
use super::situation::Situations;
use super::values::Numbers;

/// A state that can be reached with some number of switches, and how.
struct Place {
    state: Numbers,
    /// The state's number.
    number: u32,
    /// Who stepped last; nobody at the start.
    last: Option<Actor>,
    /// The same as a number that is the same in all states that are equal to this one.
    name: u8,
    /// Steps so far.
    length: u32,
    /// The step that led here, in the trail; none at the start.
    step: Option<u32>,
}

/// A step of some run and the step before it.
#[derive(Clone, Copy)]
struct Trail {
    choice: Choice,
    before: Option<u32>,
}

/// Dijkstra over pairs of a state and the actor that stepped last, switches first and length
/// second, slice by slice. States are taken anew from the machine: few of them can be reached with
/// few switches, and their steps need not be kept for everybody.
pub(super) struct Calmest {
    /// States in which the promise is broken.
    bad: Bits,
    /// States from which a bad one can be reached: what is found out first.
    hopeful: Reach,
    /// Actors, as bits, with which a state has been settled.
    settled: Vec<u64>,
    trail: Vec<Trail>,
    /// Places with the present number of switches by their length, and those with one more.
    round: Vec<VecDeque<Place>>,
    next_round: Vec<VecDeque<Place>>,
    /// Places of this round that are shorter have all been looked at.
    length: usize,
    expansion: Box<Expansion>,
    choices: Vec<Choice>,
}

/// The name of nobody; actors have smaller ones.
const START: u8 = 63;
const _: () = assert!(ACTORS <= START as usize);

impl Calmest {
    /// Begins to look for the best run into a bad state.
    pub(super) fn new(search: &Search, bad: Bits) -> Calmest {
        let graph = search.graph();
        let expansion = Box::new(Expansion::new(search.setup()));
        let Found { numbers, .. } = expansion.found();
        let start =
            Place { state: numbers, number: 0, last: None, name: START, length: 0, step: None };
        Calmest {
            hopeful: Reach::new(graph, Ways::All),
            bad,
            settled: vec![0; graph.states() as usize],
            trail: Vec::new(),
            round: vec![VecDeque::from([start])],
            next_round: Vec::new(),
            length: 0,
            expansion,
            choices: Vec::new(),
        }
    }

    /// Looks at up to `places` places: the run once it is found, or why it is given up.
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

    /// The best place that has not been looked at.
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
        self.expansion.go_to(setup, &place.state);
        let nexts = next_of_all(setup, self.expansion.here());
        self.choices.clear();
        enabled_among(self.expansion.here(), &nexts, &mut self.choices);
        for at in 0..self.choices.len() {
            let choice = self.choices[at];
            let Next::Ready { pc } = nexts[usize::from(choice.actor.position())] else { continue };
            let Found { numbers, fingerprint, .. } =
                self.expansion.step(setup, choice, pc, &mut Situations::default());
            let Some(number) = search.number_of_fingerprint(fingerprint) else { continue };
            let name = self.expansion.next().canonical(setup, choice.actor);
            if self.hopeful.states().has(number) && !self.is_settled(number, name) {
                let (length, step) = (place.length + 1, Some(self.trail.len() as u32));
                self.trail.push(Trail { choice, before: place.step });
                let last = Some(choice.actor);
                // The first step of a run is no switch, whoever takes it.
                let same = place.last.is_none() || place.last == last;
                self.offer(Place { state: numbers, number, last, name, length, step }, same);
            }
        }
    }

    /// Puts a place with those of its length, in this round or in the next.
    fn offer(&mut self, place: Place, same: bool) {
        let places = if same { &mut self.round } else { &mut self.next_round };
        let length = place.length as usize;
        if places.len() <= length {
            places.resize_with(length + 1, VecDeque::new);
        }
        places[length].push_back(place);
    }

    /// False if the place has been reached before, with no more switches and steps.
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
