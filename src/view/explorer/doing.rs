//! What the running searches report, in words: one in full, several together.

use super::estimate::Counts;
use super::wire::{RUNS, counts};

/// The progress of the searches that run, by the positions of their jobs.
#[derive(Clone, Debug, Default)]
pub(super) struct Doing(Vec<(u32, Told)>);

/// The last progress of a search.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// It visits states: the counts so far.
    States(Counts),
    /// It looks for the runs with the fewest switches.
    Runs,
}

impl Doing {
    /// Takes the progress of a search: [`progress_text`](super::progress_text) or [`RUNS`]. Any
    /// other text changes nothing.
    pub(super) fn take(&mut self, position: u32, text: &str, ms: u32) {
        let told = match counts(text, ms) {
            Some(counts) => Told::States(counts),
            None if text == RUNS => Told::Runs,
            None => return,
        };
        self.end(position);
        self.0.push((position, told));
    }

    /// A search has ended.
    pub(super) fn end(&mut self, position: u32) {
        self.0.retain(|(at, _)| *at != position);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The progress as sentences.
    pub(super) fn sentence(&self) -> String {
        match &self.0[..] {
            [] => String::new(),
            [(_, Told::Runs)] => "Looking for the runs with the fewest switches.".into(),
            [(_, Told::States(counts))] => {
                let Counts { states, depth, frontier, bytes, along, .. } = counts;
                format!(
                    "{states} states, depth {depth}, frontier {frontier}, {} thousand states a \
                     second, {} MB. {}",
                    counts.rate(),
                    bytes.div_ceil(1_000_000),
                    along.sentence()
                )
            }
            several => {
                let counts = |(_, told): &(u32, Told)| match told {
                    Told::States(counts) => Some(*counts),
                    Told::Runs => None,
                };
                let all: Vec<Counts> = several.iter().filter_map(counts).collect();
                let sum = |read: fn(&Counts) -> u64| all.iter().map(read).sum::<u64>();
                format!(
                    "{} searches at once: {} states, {} thousand states a second, {} MB.",
                    several.len(),
                    sum(|it| it.states),
                    sum(Counts::rate),
                    sum(|it| it.bytes).div_ceil(1_000_000)
                )
            }
        }
    }
}
