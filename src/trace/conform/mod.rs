//! Conformance: runs each recorded operation in the machine, from the state before it, and compares
//! the ES tree at the end with the dump after the operation.

mod compare;
mod plan;

use std::collections::BTreeMap;

use crate::es::{Extent, Status};

use super::folder::{Folder, OpRecord};
use super::history::History;
use super::op::RecordedOp;
use super::scene::{Run, runs};
use compare::{caches_leaves, in_window, outside};
use plan::Plan;

pub use compare::Unlike;

/// The result for one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The machine ends with the tree of the dump.
    Agrees,
    /// The machine ends with another tree.
    Differs(Box<Unlike>),
    /// The machine does not model the operation, for this reason.
    NotModelled(String),
}

/// The results for all operations of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conformance {
    /// Number of operations that agree, by word.
    pub agree: BTreeMap<String, u32>,
    /// Number of operations that differ, by word.
    pub differ: BTreeMap<String, u32>,
    /// Number of operations that are not modelled, by word or by the missing feature.
    pub not_modelled: BTreeMap<String, u32>,
    /// The operations that differ.
    pub differences: Vec<(u32, String, Unlike)>,
}

impl Conformance {
    /// The number of operations, with those that are not modelled.
    pub fn ops(&self) -> u32 {
        self.agree() + self.differ() + self.not_modelled.values().sum::<u32>()
    }

    /// Number of operations that agree.
    pub fn agree(&self) -> u32 {
        self.agree.values().sum()
    }

    /// Number of operations that differ.
    pub fn differ(&self) -> u32 {
        self.differ.values().sum()
    }

    /// Adds the counts of another folder, but not its differences.
    pub fn add(&mut self, other: &Conformance) {
        let pairs = [
            (&mut self.agree, &other.agree),
            (&mut self.differ, &other.differ),
            (&mut self.not_modelled, &other.not_modelled),
        ];
        for (sum, more) in pairs {
            for (word, count) in more {
                *sum.entry(word.clone()).or_default() += count;
            }
        }
    }

    /// The line that the command prints: `conform: N ops, A agree, 0 differ, M not modelled (…)`.
    pub fn line(&self) -> String {
        let missing: Vec<String> =
            self.not_modelled.iter().map(|(word, count)| format!("{word} {count}")).collect();
        let names =
            if missing.is_empty() { String::new() } else { format!(" ({})", missing.join(", ")) };
        format!(
            "conform: {} ops, {} agree, {} differ, {} not modelled{names}",
            self.ops(),
            self.agree(),
            self.differ(),
            self.not_modelled.values().sum::<u32>(),
        )
    }
}

/// Compares the machine with every operation of a folder.
pub fn conform(folder: &Folder, ops: &[OpRecord]) -> Conformance {
    let mut done = Conformance::default();
    let mut history = History::new(folder);
    for record in ops {
        let op = RecordedOp::parse(&record.op);
        match outcome(folder, &history, record, &op) {
            Outcome::Agrees => *done.agree.entry(op.word().into()).or_default() += 1,
            Outcome::Differs(unlike) => {
                *done.differ.entry(op.word().into()).or_default() += 1;
                done.differences.push((record.index, record.op.clone(), *unlike));
            }
            Outcome::NotModelled(what) => *done.not_modelled.entry(what).or_default() += 1,
        }
        history.after(record, &op);
    }
    done
}

/// Runs one operation in the machine, from the state that the history describes.
pub fn outcome(folder: &Folder, history: &History, record: &OpRecord, op: &RecordedOp) -> Outcome {
    match difference(folder, history, record, op) {
        Ok(None) => Outcome::Agrees,
        Ok(Some(unlike)) => Outcome::Differs(unlike),
        Err(what) => Outcome::NotModelled(what),
    }
}

/// The first run of blocks that differs. The error says what is not modelled.
fn difference(
    folder: &Folder,
    history: &History,
    record: &OpRecord,
    op: &RecordedOp,
) -> Result<Option<Box<Unlike>>, String> {
    let word = op.word();
    let plan = Plan::of(folder, history, record, op)?;
    let runs = runs(history, &record.es, record.size, &plan.parts, folder.block_size);
    let precaches = matches!(op, RecordedOp::Other { word } if word == "precache");
    if precaches && caches_leaves(&runs) {
        return Err(format!("{word} that read a leaf of the disk tree"));
    }
    let many = || format!("{word} of more runs than blocks");
    let windows = plan.windows(&runs).ok_or_else(many)?;
    for window in &windows {
        if window.iter().any(|run| plan.is_in_doubt(run)) {
            return Err(format!("{word} of blocks not known"));
        }
        if let Some(what) = plan.not_in(window, folder, history) {
            return Err(format!("{word} {what}"));
        }
        if window.iter().any(|run| run.before.is_some_and(is_both)) {
            return Err(format!("{word} over delayed blocks"));
        }
        let unlike = in_window(folder, history, window, &plan)
            .map_err(|what| format!("{word} that {what}"))?;
        if unlike.is_some() {
            return excused(unlike, history, &runs, word);
        }
    }
    let unlike = outside(&runs, &windows, &plan).map_err(|what| format!("{word} {what}"))?;
    excused(unlike, history, &runs, word)
}

/// A difference, unless pages of the run may have been written in the background meanwhile.
fn excused(
    unlike: Option<Box<Unlike>>,
    history: &History,
    runs: &[Run],
    word: &str,
) -> Result<Option<Box<Unlike>>, String> {
    let is_dirty = |unlike: &Unlike| runs.iter().any(|run| run.lblk == unlike.lblk && run.dirty);
    match unlike {
        Some(unlike) if history.is_written_behind() && is_dirty(&unlike) => {
            Err(format!("{word} beside writeback"))
        }
        unlike => Ok(unlike),
    }
}

/// Whether an extent is allocated and still marked as delayed (until v6.11).
fn is_both(extent: Extent) -> bool {
    extent.status.any(Status::DELAYED) && extent.status.any(Status::UNWRITTEN)
}
