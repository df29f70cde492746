//! The run that is easiest to follow: the fewest changes of the actor, and of those the shortest.

use crate::kernel::{Actor, Choice, State, enabled, step};

use super::graph::Bits;
use super::search::Search;

/// A state that can be reached with some number of switches, and how.
struct Place {
    state: State,
    number: u32,
    /// Who stepped last.
    last: Actor,
    /// Steps so far.
    length: u32,
    /// The step that led here, in the trail.
    step: u32,
}

/// A step of some run and the step before it.
#[derive(Clone, Copy)]
struct Trail {
    choice: Choice,
    before: Option<u32>,
}

/// Dijkstra over pairs of a state and the actor that stepped last, switches first and length
/// second. States are taken anew from the machine: few of them can be reached with few switches,
/// and their steps need not be kept for everybody.
struct Calmest<'a> {
    search: &'a Search,
    bad: &'a Bits,
    /// States from which a bad one can be reached.
    hopeful: Bits,
    /// Actors, as bits, with which a state has been settled.
    settled: Vec<u64>,
    trail: Vec<Trail>,
}

/// The best run into a bad state.
pub(super) fn fewest(search: &Search, bad: &Bits) -> Option<Vec<Choice>> {
    if bad.has(0) {
        return Some(Vec::new());
    }
    let graph = search.graph();
    let calmest = Calmest {
        search,
        bad,
        hopeful: graph.can_reach(|state| bad.has(state), |_| true),
        settled: vec![0; graph.states() as usize],
        trail: Vec::new(),
    };
    calmest.run()
}

impl Calmest<'_> {
    fn run(mut self) -> Option<Vec<Choice>> {
        // Places by length; the first step of a run is no switch, whoever takes it.
        let mut round: Vec<Vec<Place>> = Vec::new();
        let initial = State::initial(self.search.setup());
        for choice in enabled(self.search.setup(), &initial) {
            self.offer(&initial, choice, 0, None, &mut round);
        }
        while !round.is_empty() {
            let mut next_round = Vec::new();
            let mut length = 0;
            while length < round.len() {
                for place in core::mem::take(&mut round[length]) {
                    if !self.settle(&place) {
                        continue;
                    }
                    if self.bad.has(place.number) {
                        return Some(self.run_to(place.step));
                    }
                    for choice in enabled(self.search.setup(), &place.state) {
                        let same = choice.actor == place.last;
                        let to = if same { &mut round } else { &mut next_round };
                        self.offer(&place.state, choice, place.length, Some(place.step), to);
                    }
                }
                length += 1;
            }
            round = next_round;
        }
        None
    }

    /// Takes a step and puts what it leads to with the places of its length.
    fn offer(
        &mut self,
        from: &State,
        choice: Choice,
        length: u32,
        before: Option<u32>,
        places: &mut Vec<Vec<Place>>,
    ) {
        let mut state = *from;
        if step(self.search.setup(), &mut state, choice, &mut ()).is_err() {
            return;
        }
        let Some(number) = self.search.number_of(&state) else { return };
        if !self.hopeful.has(number) || self.is_settled(&state, number, choice.actor) {
            return;
        }
        let (length, last) = (length + 1, choice.actor);
        if places.len() <= length as usize {
            places.resize_with(length as usize + 1, Vec::new);
        }
        let step = self.trail.len() as u32;
        self.trail.push(Trail { choice, before });
        places[length as usize].push(Place { state, number, last, length, step });
    }

    /// False if the place has been reached before, with no more switches and steps.
    fn settle(&mut self, place: &Place) -> bool {
        if self.is_settled(&place.state, place.number, place.last) {
            return false;
        }
        let bit = self.bit(&place.state, place.last);
        self.settled[place.number as usize] |= bit;
        true
    }

    fn is_settled(&self, state: &State, number: u32, last: Actor) -> bool {
        self.settled[number as usize] & self.bit(state, last) != 0
    }

    /// The actor by the name that it has in all states that are equal to this one.
    fn bit(&self, state: &State, actor: Actor) -> u64 {
        1 << (state.canonical(self.search.setup(), actor) % 64)
    }

    fn run_to(&self, last: u32) -> Vec<Choice> {
        let mut run = Vec::new();
        let mut at = Some(last);
        while let Some(step) = at.and_then(|at| self.trail.get(at as usize)) {
            run.push(step.choice);
            at = step.before;
        }
        run.reverse();
        run
    }
}
