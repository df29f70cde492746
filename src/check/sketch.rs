//! The graph of a small search as a value that outlives the search, to be drawn.

use core::fmt;

use crate::kernel::{Choice, Promise, State, enabled, step};

use super::graph::Standing;
use super::search::Search;
use super::values::fingerprint_of;

/// A small graph: every state, in the order in which they were found, and every step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// The states by number, starting with the initial state.
    pub states: Vec<Sketched>,
}

/// A state of a [`Sketch`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketched {
    /// The state from which it was found, and the step; `None` for the initial state. The steps
    /// from the initial state to this one are a run that can be replayed.
    pub found: Option<(u32, Choice)>,
    /// The promises that are broken in it, as bits ([`Promise::bit`]).
    pub broken: u16,
    /// True if every thread has finished and everything is converted.
    pub finished: bool,
    /// All steps from it, and the states that they lead to. The names in a choice are those of this
    /// state after the run that `found` gives.
    pub ways: Vec<(Choice, u32)>,
}

impl Search {
    /// The graph, if the search was full, has seen everything, and has at most `most` states.
    pub fn sketch(&self, most: u32) -> Option<Sketch> {
        let graph = self.graph();
        let count = graph.states();
        let is_whole = self.progress().done && self.limit().is_none() && !self.is_reduced();
        if !is_whole || count > most {
            return None;
        }
        let hopeless = self.bad_states(Promise::Progress);
        let mut states: Vec<Option<State>> = vec![None; count as usize];
        *states.first_mut()? = Some(State::initial(self.setup()));
        let mut found: Vec<Option<(u32, Choice)>> = vec![None; count as usize];
        let mut sketched = Vec::new();
        for number in 0..count {
            // A state is found from one with a lower number.
            let here = states[number as usize]?;
            let mut ways = Vec::new();
            for choice in enabled(self.setup(), &here) {
                let mut next = here;
                step(self.setup(), &mut next, choice, &mut ()).ok()?;
                let to = self.number_of_fingerprint(fingerprint_of(self.setup(), &next))?;
                ways.push((choice, to));
                let at = to as usize;
                // The same step as in the runs of the verdicts: if two lead there, that of the
                // actor which found it.
                let finder = Search::actor_at(graph.actor(to));
                let is_better = found[at].is_none_or(|(_, known): (u32, Choice)| {
                    choice.actor == finder && known.actor != finder
                });
                if graph.parent(to) == Some(number) && is_better {
                    (found[at], states[at]) = (Some((number, choice)), Some(next));
                }
            }
            let bit = if hopeless.has(number) { Promise::Progress.bit() } else { 0 };
            sketched.push(Sketched {
                found: found[number as usize],
                broken: graph.broken(number) | bit,
                finished: graph.standing(number) == Standing::Finished,
                ways,
            });
        }
        Some(Sketch { states: sketched })
    }
}

impl Sketch {
    /// The choices of the run to a state.
    pub fn run_to(&self, state: u32) -> Vec<Choice> {
        let mut run = Vec::new();
        let mut at = state;
        while let Some((from, choice)) = self.states.get(at as usize).and_then(|it| it.found) {
            run.push(choice);
            at = from;
        }
        run.reverse();
        run
    }

    /// The states of a run, as far as it stays on the runs of [`Sketch::run_to`]. The shortest runs
    /// of a full search do.
    pub fn states_of(&self, run: &[Choice]) -> Vec<u32> {
        let mut states = vec![0];
        let mut at = 0;
        for choice in run {
            let ways = self.states.get(at as usize).map_or(&[][..], |it| &it.ways);
            let leads = |(by, to): &&(Choice, u32)| {
                by == choice && self.states[*to as usize].found == Some((at, *choice))
            };
            let Some((_, to)) = ways.iter().find(leads) else { break };
            at = *to;
            states.push(at);
        }
        states
    }

    /// Reads the text that `Display` writes. Returns `None` for any other text.
    pub fn parse(text: &str) -> Option<Sketch> {
        let state = |line: &str| {
            let mut words = line.split(' ');
            let (from, by) = (words.next()?, words.next()?);
            let found = match from {
                "-" => None,
                _ => Some((from.parse().ok()?, by.parse().ok()?)),
            };
            let broken = words.next()?.parse().ok()?;
            let finished = words.next()? == "1";
            let way = |word: &str| {
                let (to, choice) = word.split_once('=')?;
                Some((choice.parse().ok()?, to.parse().ok()?))
            };
            let ways = words.map(way).collect::<Option<_>>()?;
            Some(Sketched { found, broken, finished, ways })
        };
        let states: Vec<Sketched> = text.lines().map(state).collect::<Option<_>>()?;
        let count = states.len() as u32;
        let is_known = |it: &Sketched| it.ways.iter().all(|(_, to)| *to < count);
        // A run to a state ends at the initial state.
        let leads_back = |(at, it): (u32, &Sketched)| match it.found {
            Some((from, _)) => from < at,
            None => at == 0,
        };
        let is_sound =
            count > 0 && states.iter().all(is_known) && (0..).zip(&states).all(leads_back);
        is_sound.then_some(Sketch { states })
    }
}

/// Writes a line per state: the state and the step that found it, the bits of broken promises, 1 if
/// everything is finished, and the steps from it.
impl fmt::Display for Sketch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Sketched { found, broken, finished, ways } in &self.states {
            match found {
                None => f.write_str("- -")?,
                Some((from, choice)) => write!(f, "{from} {choice}")?,
            }
            write!(f, " {broken} {}", u8::from(*finished))?;
            ways.iter().try_for_each(|(choice, to)| write!(f, " {to}={choice}"))?;
            f.write_str("\n")?;
        }
        Ok(())
    }
}
