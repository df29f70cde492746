//! The jobs of a search, and the worker's reports about them. `wire.rs` has their texts.

use crate::kernel::Design;
use crate::scenario::Script;

/// A search as text, which [`Asked::job`] writes.
pub type Job = String;

/// The contents of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The script; a design that it names is ignored.
    pub script: Script,
    /// The design to search under.
    pub design: Design,
    /// The largest number of states to visit.
    pub states: u32,
    /// True for a reduced search: the same verdicts, fewer states.
    pub reduced: bool,
}

/// What the worker reports about a job, given by its position in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// Progress: [`progress_text`](super::progress_text) or [`RUNS`](super::RUNS).
    Progress {
        /// The job's position in the list.
        position: u32,
        /// The progress as text.
        text: &'a str,
        /// Milliseconds since the job started.
        ms: u32,
    },
    /// The graph of a small search, before its report.
    Graph {
        /// The job's position in the list.
        position: u32,
        /// A [`Sketch`](crate::check::Sketch) as text.
        text: &'a str,
    },
    /// The job is done, or was stopped.
    Report {
        /// The job's position in the list.
        position: u32,
        /// A [`Report`](crate::check::Report) as text.
        text: &'a str,
        /// Milliseconds since the job started.
        ms: u32,
    },
    /// The job failed; others go on.
    Failed {
        /// The job's position in the list.
        position: u32,
        /// Why it failed, as a sentence for the reader.
        why: &'a str,
    },
    /// No job is left.
    End,
}
