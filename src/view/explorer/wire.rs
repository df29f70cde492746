//! The messages between the page, the explorer's dialog and the search's workers, as text. They are
//! modules with memories of their own, and all of one version, so an error can only be reported. A
//! message has a number of lines, one value each; the last value may have lines of its own.
//!
//! A worker also sends a [`Report`](crate::check::Report) and a [`Sketch`](crate::check::Sketch),
//! whose `Display` and `parse` are in `src/check`.

use core::fmt;

use crate::check::Progress;
use crate::kernel::Design;
use crate::scenario::Script;

use super::estimate::{Along, Counts};
use super::job::{Asked, Event, Job};
use super::subject::Subject;

/// The progress text while the runs with few switches are searched.
pub const RUNS: &str = "runs";

/// The values of a message that is read.
struct Values<'a>(core::str::SplitN<'a, char>);

impl<'a> Values<'a> {
    /// The values of a message that has `count` of them.
    fn of(text: &'a str, count: usize) -> Values<'a> {
        Values(text.splitn(count, '\n'))
    }

    /// The next value, or the error that it is missing.
    fn next(&mut self, what: &str) -> Result<&'a str, String> {
        self.0.next().ok_or_else(|| format!("expected {what}"))
    }

    /// The next value as a design.
    fn design(&mut self) -> Result<Design, String> {
        design(self.next("a design")?)
    }
}

fn design(text: &str) -> Result<Design, String> {
    Design::parse(text).map_err(|error| format!("`{text}`: expected {}", error.expected))
}

fn script(text: &str) -> Result<Script, String> {
    Script::parse(text).map_err(|error| error.to_string())
}

/// A job: the number of states, with `reduced` for a reduced search; the design; the script.
impl Asked {
    /// Reads a job.
    ///
    /// # Errors
    /// The first value that cannot be read.
    pub fn parse(job: &str) -> Result<Asked, String> {
        let mut values = Values::of(job, 3);
        let first = values.next("a number of states")?;
        let (states, reduced) = first.split_once(' ').map_or((first, false), |(n, _)| (n, true));
        let states = states.parse().map_err(|_| "a job begins with a number of states")?;
        let design = values.design()?;
        let script = script(values.next("a script")?)?;
        Ok(Asked { script, design, states, reduced })
    }

    /// Writes a job: the search of a script under a design.
    pub(in crate::view) fn job(script: &str, design: &impl fmt::Display, states: &str) -> Job {
        format!("{states}\n{design}\n{script}")
    }
}

/// A subject: the name; the design; the tried designs, each followed by `;`; the number of
/// forgotten ones; the script.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.name, self.design)?;
        self.tried.iter().try_for_each(|design| write!(f, "{design};"))?;
        write!(f, "\n{}\n{}", self.forgotten, self.text)
    }
}

impl Subject {
    /// Reads the text that `Display` writes.
    ///
    /// # Errors
    /// The first value that cannot be read. The text then comes from a page of another version.
    pub fn parse(text: &str) -> Result<Subject, String> {
        let mut values = Values::of(text, 5);
        let name = values.next("the script's name")?.into();
        let under = values.design()?;
        let tried = values.next("the designs that were tried")?.split_terminator(';');
        let tried = tried.map(design).collect::<Result<_, _>>()?;
        let forgotten = values.next("a number of designs")?;
        let forgotten = forgotten.parse().map_err(|_| "expected a number")?;
        let text = values.next("a script")?;
        let mut script = script(text)?;
        script.setup.design = under;
        Ok(Subject { name, design: under, tried, forgotten, text: text.into(), script })
    }
}

/// The progress of a search as text: states, depth, frontier, bytes, and the number of its
/// [`Along`]. `layers` are the states found at each depth.
pub fn progress_text(progress: &Progress, layers: &[u32]) -> String {
    let bytes = progress.visited_bytes + progress.frontier_bytes;
    let Progress { states, depth, frontier, .. } = progress;
    format!("{states} {depth} {frontier} {bytes} {}", Along::of(layers) as u8)
}

/// Reads the text that [`progress_text`] writes. Returns `None` for any other text.
pub(super) fn counts(text: &str, ms: u32) -> Option<Counts> {
    let numbers: Vec<u64> = text.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [states, depth, frontier, bytes, along] = numbers[..] else { return None };
    let along = *Along::ALL.get(usize::try_from(along).ok()?)?;
    Some(Counts { states, depth, frontier, bytes, along, ms })
}

impl<'a> Event<'a> {
    /// Reads an event of `static/explorer.js`: its kind, the job's position, the text, and the
    /// milliseconds. An unknown kind ends the search.
    pub fn read(kind: &str, position: u32, text: &'a str, ms: u32) -> Event<'a> {
        match kind {
            "progress" => Event::Progress { position, text, ms },
            "graph" => Event::Graph { position, text },
            "report" => Event::Report { position, text, ms },
            "failed" => Event::Failed { position, why: text },
            _ => Event::End,
        }
    }
}
