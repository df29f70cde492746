//! Runs that show why: the shortest, the one that is easiest to follow, and the step after which
//! its end could not be avoided.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::kernel::{Choice, Promise, State, enabled, step};

use super::fingerprint::{Fingerprint, fingerprint};
use super::graph::{Bits, Graph, Standing, Step};
use super::search::Search;

impl Search {
    /// The shortest run that breaks a promise, if one was found.
    pub fn shortest(&self, promise: Promise) -> Option<Vec<Choice>> {
        let last = self.first_bad(promise)?;
        let graph = self.graph();
        let states = graph.path(last);
        let steps = states.windows(2).map(|pair| (graph.actor(pair[1]), pair[1]));
        Some(self.choices(steps))
    }

    /// Of the runs that break a promise with the fewest changes of the actor, the shortest.
    pub fn fewest_switches(&self, promise: Promise) -> Option<Vec<Choice>> {
        self.first_bad(promise)?;
        let bad = self.bad_states(promise);
        let steps = Calmest::new(self.graph()).search(&bad)?;
        Some(self.choices(steps.into_iter()))
    }

    /// The point of no return of a run that breaks a promise: how many of its steps can be taken
    /// so that every continuation breaks the promise too, and one step fewer would still have
    /// left a way out. The step with this number, counted from 1, is the one that should not
    /// have been taken; 0 if there never was a way out. `None` if the run does not break the
    /// promise, or leaves what was searched.
    pub fn point_of_no_return(&self, promise: Promise, run: &[Choice]) -> Option<u32> {
        let states = self.states_of(run)?;
        let bad = self.bad_states(promise);
        let avoidable = self.avoidable(&bad);
        if !states.iter().any(|state| bad.has(*state)) {
            return None;
        }
        // Ends that are good can be reached from every state before the point, from none after.
        let doomed = states.iter().position(|state| !avoidable.has(*state))?;
        Some(doomed as u32)
    }

    /// The states from which a run can end without having been in a bad one.
    fn avoidable(&self, bad: &Bits) -> Bits {
        let graph = self.graph();
        let mut sources = Bits::new(graph.states());
        for step in graph.steps_back() {
            sources.set(step.from);
        }
        // The environment need not move once everything is done; where the search stopped, the
        // best is assumed.
        let ends = |state: u32| {
            let standing = graph.standing(state);
            !sources.has(state) || !matches!(standing, Standing::Running | Standing::Crashed)
        };
        graph.can_reach(ends, |state| !bad.has(state))
    }

    /// The numbers of the states that a run goes through, if all were visited.
    fn states_of(&self, run: &[Choice]) -> Option<Vec<u32>> {
        let mut state = State::initial(self.setup());
        let mut numbers = vec![self.number_of(&state)?];
        for choice in run {
            step(self.setup(), &mut state, *choice, &mut ()).ok()?;
            numbers.push(self.number_of(&state)?);
        }
        Some(numbers)
    }

    /// The choices of a run, from the actor and the target of each step.
    fn choices(&self, steps: impl Iterator<Item = (u8, u32)>) -> Vec<Choice> {
        let mut state = State::initial(self.setup());
        let mut run = Vec::new();
        for (actor, to) in steps {
            let target = self.graph().fingerprint(to);
            let found = enabled(self.setup(), &state).into_iter().find_map(|choice| {
                let mut next = state;
                let by_actor = choice.actor == self.actor(actor);
                let taken = by_actor && step(self.setup(), &mut next, choice, &mut ()).is_ok();
                (taken && self.fingerprint_of(&next) == target).then_some((choice, next))
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

    fn fingerprint_of(&self, state: &State) -> Fingerprint {
        let mut bytes = Vec::new();
        state.encode(self.setup(), &mut bytes);
        fingerprint(&bytes)
    }
}

/// How a run stands in the search for the fewest switches: fewer switches first, then fewer
/// steps, then the order in which states were found.
type Cost = (u32, u32, u32, u8);

/// A search over pairs of a state and the actor that stepped last.
struct Calmest {
    /// By source, ascending: where its steps begin in `steps`.
    first: Vec<u32>,
    steps: Vec<(u8, u32)>,
    /// Actors, as bits, with which a state has been settled.
    settled: Vec<u64>,
    /// Settled pairs in order, each with the position of the one before it.
    trail: Vec<(u8, u32, u32)>,
    heap: BinaryHeap<Reverse<(Cost, u32)>>,
}

const NO_TRAIL: u32 = u32::MAX;

impl Calmest {
    fn new(graph: &Graph) -> Calmest {
        let states = graph.states() as usize;
        let mut steps = Vec::with_capacity(graph.transitions() as usize);
        let mut first = vec![0; states + 1];
        // Sources come in descending order: turned round, they ascend.
        for Step { from, to, actor } in graph.steps_back() {
            steps.push((actor, to));
            first[from as usize + 1] += 1;
        }
        steps.reverse();
        for i in 0..states {
            first[i + 1] += first[i];
        }
        let (settled, trail) = (vec![0; states], Vec::new());
        Calmest { first, steps, settled, trail, heap: BinaryHeap::new() }
    }

    /// The steps of the best run into a bad state, as actor and target.
    fn search(mut self, bad: &Bits) -> Option<Vec<(u8, u32)>> {
        // Whoever steps first is no switch.
        self.settle(0, None, 0, 0, NO_TRAIL);
        if bad.has(0) {
            return Some(Vec::new());
        }
        while let Some(Reverse(((switches, length, state, actor), before))) = self.heap.pop() {
            if self.settled[state as usize] & (1 << actor) != 0 {
                continue;
            }
            self.settled[state as usize] |= 1 << actor;
            self.trail.push((actor, state, before));
            let here = self.trail.len() as u32 - 1;
            if bad.has(state) {
                return Some(self.run_to(here));
            }
            self.settle(state, Some(actor), switches, length, here);
        }
        None
    }

    /// Offers what can be reached in one step.
    fn settle(&mut self, state: u32, last: Option<u8>, switches: u32, length: u32, here: u32) {
        let range = self.first[state as usize]..self.first[state as usize + 1];
        for (actor, to) in &self.steps[range.start as usize..range.end as usize] {
            let switch = u32::from(last.is_some_and(|last| last != *actor));
            if self.settled[*to as usize] & (1 << actor) == 0 {
                let cost = (switches + switch, length + 1, *to, *actor);
                self.heap.push(Reverse((cost, here)));
            }
        }
    }

    fn run_to(&self, mut at: u32) -> Vec<(u8, u32)> {
        let mut run = Vec::new();
        while at != NO_TRAIL {
            let (actor, state, before) = self.trail[at as usize];
            run.push((actor, state));
            at = before;
        }
        run.reverse();
        run
    }
}
