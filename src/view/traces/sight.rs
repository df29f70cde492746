//! The view of a book at one event.

use serde::{Deserialize, Serialize};

use crate::bounds::TRACE_ROWS;
use crate::es::{Extent, Status};
use crate::scenario::Link;
use crate::trace::{EsCall, Event, Folder, Stamp, design_of_format, script_of_op};

use super::book::{Book, Entry, NO_INODE};

/// The names of the lanes, by number.
pub const LANES: [&str; 4] = ["task", "irq", "kworker", "jbd2"];
/// The number of extents that are shown, around the event's block.
const TREE_ROWS: usize = 200;

/// A question to a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The number of the question, so that a late answer can be told from a newer one.
    pub id: u32,
    /// The index of the event from which the reader moves.
    pub at: u32,
    /// Show only the events of this inode, and those without an inode.
    pub inode: Option<u16>,
    /// The move from there.
    pub go: Go,
}

/// The targets of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Go {
    /// Stay, or go to the next event that is shown.
    Here,
    /// Go forward, or back if negative, by a number of events.
    By(i32),
    /// Go to the next tree event that touches a block.
    NextOf(u32),
    /// Go to the first lookup whose result differs from the tree.
    FirstDifference,
    /// Go to the next such lookup.
    NextDifference,
    /// Go to a line of the trace.
    Line(u32),
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// The number of the question.
    pub id: u32,
    /// The index of the event that the reader has moved to.
    pub at: u32,
    /// The events around that event.
    pub rows: Vec<Row>,
    /// The file of the tree.
    pub tree_of: String,
    /// The tree after the event, around its block.
    pub tree: Vec<TreeRow>,
    /// The number of extents in the whole tree.
    pub extents: u32,
    /// Why no event was found, or how the event differs from the tree.
    pub said: String,
    /// A link that opens the operation and the state before it as a script.
    pub link: Option<String>,
    /// The contents of the link, or the reason why there is none.
    pub script: String,
}

/// An event, as a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The index of the event in its trace, from 0.
    pub event: u32,
    /// The line number, from 1.
    pub line: u32,
    /// The time in seconds, or in ticks.
    pub time: String,
    /// The lane's index in [`LANES`].
    pub lane: u8,
    /// The name and number of the task.
    pub who: String,
    /// The event's text in the trace.
    pub text: String,
    /// Whether it is a lookup whose result differs from the tree.
    pub differs: bool,
}

/// An extent of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeRow {
    /// The extent's first block.
    pub lblk: u32,
    /// The number of blocks.
    pub len: u32,
    /// The extent's first physical block, if it has one.
    pub pblk: Option<u64>,
    /// The letters of its status: W, U, D, H.
    pub status: String,
    /// Whether the event is about this extent.
    pub touched: bool,
}

impl Book {
    /// Moves as the question asks, and returns the events and the tree there.
    pub fn look(&self, ask: &Ask) -> Sight {
        let mut sight = Sight { id: ask.id, ..Sight::default() };
        if self.entries.is_empty() {
            return sight;
        }
        let last = self.entries.len() - 1;
        let from = (ask.at as usize).min(last);
        let shown = |entry: &Entry| {
            ask.inode.is_none_or(|inode| entry.inode == inode || entry.inode == NO_INODE)
        };
        let found = self.go(ask, from, &shown);
        if found.is_none() {
            sight.said = nothing(ask.go);
        }
        let at = found.unwrap_or(from);
        sight.at = at as u32;
        sight.rows = self.rows(at, &shown);
        self.tree(at, ask.inode, &mut sight);
        match self.script(at) {
            Ok((line, link)) => {
                sight.link = Some(link);
                sight.script = line;
            }
            Err(why) => sight.script = why,
        }
        sight
    }

    fn go(&self, ask: &Ask, from: usize, shown: &impl Fn(&Entry) -> bool) -> Option<usize> {
        let (all, count) = (&self.entries, self.entries.len());
        let after = |first: usize| (first..count).find(|at| shown(&all[*at]));
        let before = |end: usize| (0..end).rev().find(|at| shown(&all[*at]));
        match ask.go {
            Go::Here => after(from).or_else(|| before(from)),
            Go::By(steps) => {
                let mut at = from;
                for _ in 0..steps.unsigned_abs() {
                    let next = if steps > 0 { after(at + 1) } else { before(at) };
                    let Some(next) = next else { break };
                    at = next;
                }
                (at != from || steps == 0).then_some(at)
            }
            Go::NextOf(block) => {
                (from + 1..count).find(|at| shown(&all[*at]) && self.touches(&all[*at], block))
            }
            Go::FirstDifference => self.differences.first().map(|at| *at as usize),
            Go::NextDifference => {
                let next = self.differences.partition_point(|at| *at as usize <= from);
                self.differences.get(next).map(|at| *at as usize)
            }
            Go::Line(line) => {
                let at = all.partition_point(|entry| entry.line < line).min(count - 1);
                after(at).or_else(|| before(at))
            }
        }
    }

    fn touches(&self, entry: &Entry, block: u32) -> bool {
        if entry.inode == NO_INODE {
            return false;
        }
        let Some(Event::Es(es)) = self.record(entry).map(|record| record.event) else {
            return false;
        };
        range(es.call).is_some_and(|(lblk, len)| lblk <= block && block - lblk < len)
    }

    fn rows(&self, at: usize, shown: &impl Fn(&Entry) -> bool) -> Vec<Row> {
        let half = TRACE_ROWS as usize / 2;
        let shows = |at: &usize| shown(&self.entries[*at]);
        let mut before: Vec<usize> = (0..at).rev().filter(shows).take(half).collect();
        before.reverse();
        let rest = TRACE_ROWS as usize - before.len();
        let after = (at..self.entries.len()).filter(|n| *n == at || shows(n)).take(rest);
        before.into_iter().chain(after).filter_map(|at| self.row(at)).collect()
    }

    fn row(&self, at: usize) -> Option<Row> {
        let entry = self.entries.get(at)?;
        let record = self.record(entry)?;
        let line = self.text[entry.offset as usize..].split(|byte| *byte == b'\n').next()?;
        let line = String::from_utf8_lossy(line);
        let time = match record.time {
            Stamp::Nanoseconds(n) => format!("{}.{:06}", n / 1_000_000_000, n / 1000 % 1_000_000),
            Stamp::Ticks(n) => n.to_string(),
            Stamp::None => String::new(),
        };
        // The text after the time and its colon.
        let text = line.split_once("] ").and_then(|(_, rest)| rest.split_once(": "));
        let text = text.map_or(line.trim(), |(_, text)| text.trim());
        Some(Row {
            event: at as u32,
            line: entry.line,
            time,
            lane: entry.lane,
            who: format!("{}-{}", String::from_utf8_lossy(record.comm).trim(), record.pid),
            text: text.into(),
            differs: self.differences.binary_search(&(at as u32)).is_ok(),
        })
    }

    /// The tree after an event, around its block.
    fn tree(&self, at: usize, inode: Option<u16>, sight: &mut Sight) {
        let entry = &self.entries[at];
        // An event without an inode shows the tree of the last event that has one.
        let last = || self.entries[..at].iter().rev().map(|e| e.inode).find(|i| *i != NO_INODE);
        let own = (entry.inode != NO_INODE).then_some(entry.inode);
        let Some(inode) = inode.or(own).or_else(last) else { return };
        let Some(id) = self.inodes.get(usize::from(inode)) else { return };
        sight.tree_of = id.to_string();
        let trees = self.trees_before(at + 1);
        let Some(tree) = trees.get(&inode).map(|known| &known.tree) else { return };
        let touched = match self.record(entry).map(|record| record.event) {
            Some(Event::Es(es)) if own == Some(inode) => range(es.call),
            _ => None,
        };
        let all: Vec<Extent> = tree.iter().collect();
        sight.extents = all.len() as u32;
        let block = touched.map_or(0, |(lblk, _)| lblk);
        let near = all.partition_point(|extent| extent.lblk < block);
        let first = near.saturating_sub(TREE_ROWS / 2).min(all.len().saturating_sub(TREE_ROWS));
        let rows = all.iter().skip(first).take(TREE_ROWS).map(|extent| {
            let end = u64::from(extent.lblk) + u64::from(extent.len);
            let overlaps = |(lblk, len): (u32, u32)| {
                u64::from(lblk) < end && u64::from(extent.lblk) < u64::from(lblk) + u64::from(len)
            };
            TreeRow {
                lblk: extent.lblk,
                len: extent.len,
                pblk: extent.status.is_mapped().then_some(extent.pblk),
                status: letters(extent.status),
                touched: touched.is_some_and(overlaps),
            }
        });
        sight.tree = rows.collect();
        if sight.said.is_empty() && self.differences.binary_search(&(at as u32)).is_ok() {
            let before = self.trees_before(at);
            let here = before.get(&inode).and_then(|known| known.tree.peek(block));
            sight.said = match here {
                Some(extent) => format!("The kernel found another extent; the tree had {extent}."),
                None => "The kernel found an extent that the tree did not have.".into(),
            };
        }
    }

    /// The line of the operation around an event, and the link that opens it in the machine.
    fn script(&self, at: usize) -> Result<(String, String), String> {
        let Some(mark) = self.marks.at(at as u32) else {
            return Err("No marker such as `op 3 begin dio_write …` stands before this event, so \
                        there is no script of it."
                .into());
        };
        let Some(records) = self.marks.records(mark.index) else {
            return Err(
                "There are too many operations before it, so there is no script of it.".into()
            );
        };
        let folder = Folder { from_the_start: true, ..Folder::default() };
        let design = design_of_format(self.version());
        let script = script_of_op(&folder, &records, mark.index, &design)
            .map_err(|why| format!("op {}, {}: no script of it ({why}).", mark.index, mark.line))?;
        let link = Link { design: design.to_string(), script, ..Link::default() };
        Ok((format!("op {}: {}", mark.index, mark.line), link.write()))
    }
}

fn letters(status: Status) -> String {
    let all = [
        (Status::WRITTEN, 'W'),
        (Status::UNWRITTEN, 'U'),
        (Status::DELAYED, 'D'),
        (Status::HOLE, 'H'),
    ];
    all.into_iter().filter(|(bit, _)| status.any(*bit)).map(|(_, letter)| letter).collect()
}

/// The blocks that an event is about.
fn range(call: EsCall) -> Option<(u32, u32)> {
    match call {
        EsCall::Insert(extent) | EsCall::Cache(extent) | EsCall::InsertDelayed { extent, .. } => {
            Some((extent.lblk, extent.len))
        }
        EsCall::Remove { lblk, len } => Some((lblk, len)),
        EsCall::Lookup { lblk } | EsCall::Find { lblk } => Some((lblk, 1)),
        EsCall::Found(extent) | EsCall::FindFound(extent) => extent.map(|it| (it.lblk, it.len)),
        EsCall::ShrinkCount
        | EsCall::ShrinkEnter { .. }
        | EsCall::ShrinkExit { .. }
        | EsCall::Shrink { .. } => None,
    }
}

/// Why nothing was found.
fn nothing(go: Go) -> String {
    match go {
        Go::NextOf(block) => format!("No later event touches block {block}."),
        Go::FirstDifference => "The tree agrees with all lookups of the kernel.".into(),
        Go::NextDifference => "No later difference.".into(),
        Go::By(_) => "There is no further event.".into(),
        Go::Here | Go::Line(_) => "No event is shown: choose another inode.".into(),
    }
}
