//! The results of a replay: counts, dumps to which the trees were set, and errors.

use crate::es::{EsError, Extent};

use super::super::folder::Dump;
use super::super::reader::Counts;
use super::super::release::Release;

/// The result of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// The numbers of lines and events in the trace.
    pub counts: Counts,
    /// Number of dumps that were compared.
    pub dumps: u32,
    /// Number of dumps of `ops.jsonl` that lie outside the trace.
    pub outside: u32,
    /// The dumps to which the trees were set.
    pub resyncs: Vec<Resync>,
    /// Number of lookup results that were compared with the tree.
    pub lookups: u64,
    /// Number of them that differ. The line of a change is written before the change, so another
    /// task may look in between.
    pub lookups_differ: u64,
    /// The first result that differs, including its REFERENCED mark.
    pub first_unlike: Option<Unanswered>,
    /// The lines that could not be read: number and error.
    pub damaged: Vec<String>,
}

/// A lookup whose result in the tree differs from that in the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Line of the trace.
    pub line: u64,
    /// The result in the trace.
    pub expected: Extent,
    /// The result in the tree.
    pub got: Option<Extent>,
}

/// A dump to which the trees were set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resync {
    /// Line of the trace.
    pub line: u64,
    /// Number of the operation.
    pub index: u32,
    /// The reason why the trace does not determine the tree.
    pub why: Why,
}

/// The reason why a trace does not determine the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The shrinker freed extents; its events contain only their number.
    Reclaim,
    /// CLEAR_ES_CACHE ran at the same time as other operations.
    Clear,
    /// Events are missing, or the start of the trace is missing.
    Lost,
}

impl Why {
    /// The reason as a sentence without its full stop.
    pub const fn sentence(self) -> &'static str {
        match self {
            Why::Reclaim => "the shrinker took extents, which the trace does not name",
            Why::Clear => {
                "CLEAR_ES_CACHE ran beside others, at a moment that the trace does not show"
            }
            Why::Lost => "events are missing before it",
        }
    }
}

/// A dump that differs from the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Line of the trace at which the dump was taken.
    pub line: u64,
    /// Number of the operation.
    pub index: u32,
    /// The line of the script.
    pub op: String,
    /// The first block that differs.
    pub lblk: u32,
    /// The dump of the kernel's tree.
    pub expected: Dump,
    /// The replayed tree, as a dump.
    pub got: Dump,
}

/// The reason why a trace was not replayed to its end.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// The kernel has no extent status tree.
    TooOld { release: Release },
    /// The trace has no event of an extent status tree; with the first line that cannot be read.
    NoEsEvents { counts: Box<Counts>, first_fault: Option<String> },
    /// The tree of this version refuses an event.
    Refused { line: u64, error: EsError },
    /// A dump differs; `so_far` has the comparisons before it.
    Differs { difference: Box<Difference>, so_far: Box<Replay> },
}

impl core::fmt::Display for ReplayError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            ReplayError::TooOld { release } => write!(
                f,
                "kernel {release} has no extent status tree: it came with v3.8, in February 2013"
            ),
            ReplayError::NoEsEvents { counts, first_fault } => {
                no_es_events(f, counts)?;
                match first_fault {
                    Some(fault) => write!(f, "; {fault}"),
                    None => Ok(()),
                }
            }
            ReplayError::Refused { line, error } => write!(f, "line {line}: {error}"),
            ReplayError::Differs { difference, .. } => difference.fmt(f),
        }
    }
}

impl core::error::Error for ReplayError {}

fn no_es_events(f: &mut core::fmt::Formatter<'_>, counts: &Counts) -> core::fmt::Result {
    let most = counts.other.iter().max_by_key(|(_, count)| **count);
    write!(f, "no ext4_es_* event in {} lines", counts.lines)?;
    if counts.events() == 0 {
        return f
            .write_str(", and no other event: expected ftrace's text, as `cat trace` prints it");
    }
    write!(f, ", {} other events", counts.events())?;
    if let Some((name, _)) = most {
        write!(f, " (most of them {})", String::from_utf8_lossy(name))?;
    }
    f.write_str(
        ": a trace of another file system, of a kernel before v3.8, or without \
         `echo 1 > events/ext4/enable`",
    )
}

impl core::fmt::Display for Difference {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let around = |dump: &Dump| {
            let near = |extent: &&Extent| {
                let first = extent.lblk.saturating_sub(self.lblk);
                let after = self.lblk.saturating_sub(extent.lblk.saturating_add(extent.len));
                first < NEAR && after < NEAR
            };
            let shown: Vec<String> = dump.iter().filter(near).map(Extent::to_string).collect();
            if shown.is_empty() { "nothing cached".into() } else { shown.join("  ") }
        };
        writeln!(f, "line {}: op {} {}: block {}", self.line, self.index, self.op, self.lblk)?;
        writeln!(f, "  expected {}", around(&self.expected))?;
        write!(f, "  got      {}", around(&self.got))
    }
}

/// The distance from a difference within which extents are shown, in blocks.
const NEAR: u32 = 256;

impl ReplayError {
    /// Adds the counts of the reader to the comparisons so far.
    pub(super) fn with_counts(mut self, counts: &Counts) -> ReplayError {
        if let ReplayError::Differs { so_far, .. } = &mut self {
            so_far.counts = counts.clone();
        }
        self
    }
}
