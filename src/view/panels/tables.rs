//! The tables that contain the same values as the pictures.

use crate::view::facts::{
    COLUMNS, FileStrata, IoRow, MarkKind, Pipeline, Segment, Strata, Stratum,
};
use crate::view::words::sorted;

use super::lanes::{Lanes, SpanKind};
use super::milestones::told;
use super::series::Series;
use super::tree::TreeView;

/// A table of text; the first cell of a row names it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Table {
    /// The heading of the table.
    pub caption: String,
    /// The headings of its columns.
    pub heads: &'static [&'static str],
    /// The cells, row by row.
    pub rows: Vec<Vec<String>>,
    /// The row of the step at the cursor.
    pub current: Option<usize>,
}

impl Strata {
    /// The layers in words, one table per file.
    pub fn tables(&self) -> Vec<Table> {
        let table = |file: &FileStrata| Table {
            caption: format!("File {}: {}", file.name, file.counters),
            heads: &["layer", "ranges, as start/length"],
            rows: file.rows.iter().map(|row| vec![row.name.into(), row.words()]).collect(),
            current: None,
        };
        self.files.iter().map(table).collect()
    }
}

impl Stratum {
    /// The layer in words.
    pub fn words(&self) -> String {
        let segments = self.segments.iter().map(|s| s.title());
        let marks = self.marks.iter().filter_map(|mark| {
            // The words of the segment already say it.
            let is_said = mark.kind == MarkKind::Volatile;
            (!is_said).then(|| format!("[{}/{}) {}", mark.lblk, mark.len, mark.kind.words()))
        });
        let all: Vec<String> = segments.chain(marks).collect();
        match (all.is_empty(), self.remark) {
            (true, remark) => remark.unwrap_or("empty").into(),
            (false, None) => all.join(", "),
            (false, Some(remark)) => format!("{}; {remark}", all.join(", ")),
        }
    }

    /// A segment in words, with its marks. Arrow keys move from segment to segment and skip the
    /// marks.
    pub fn words_of(&self, segment: &Segment) -> String {
        let mut words = segment.title();
        let end = segment.lblk + segment.len;
        for mark in self.marks.iter().filter(|mark| mark.kind != MarkKind::Volatile) {
            let (from, to) = (mark.lblk.max(segment.lblk), (mark.lblk + mark.len).min(end));
            if from >= to {
                continue;
            }
            words += ", ";
            if to - from < segment.len {
                words += &format!("[{from}/{}) ", to - from);
            }
            words += mark.kind.words();
        }
        words
    }
}

impl TreeView {
    /// The tree as a table, in block order.
    pub fn table(&self) -> Table {
        let nodes = sorted(self.nodes.clone(), |node| node.lblk.into());
        let name_of = |id: u64| {
            let node = self.nodes.iter().find(|node| node.id == id);
            node.map_or(String::new(), |node| format!("[{}/{})", node.lblk, node.len))
        };
        let row = |node: &super::TreeNode| {
            vec![
                node.lblk.to_string(),
                node.len.to_string(),
                node.pblk.map_or(String::new(), |pblk| pblk.to_string()),
                node.letters(),
                if node.black { "black" } else { "red" }.into(),
                node.parent_id.map_or("root".into(), name_of),
            ]
        };
        Table {
            caption: format!("Extent status tree of file {}", self.name),
            heads: &["lblk", "len", "pblk", "status", "colour", "under"],
            rows: nodes.iter().map(row).collect(),
            current: None,
        }
    }
}

impl Pipeline {
    /// The writes and their progress.
    pub fn table(&self) -> Table {
        let row = |io: &IoRow| {
            vec![
                io.name.clone(),
                io.what.clone(),
                io.column.map_or("prepared", |c| COLUMNS[usize::from(c)]).into(),
                io.place.clone(),
                io.ack.text().into(),
                if io.counted { "yes" } else { "no" }.into(),
            ]
        };
        Table {
            caption: self.slots_text(),
            heads: &["write", "what", "station", "where", "user space", "in i_unwritten"],
            rows: self.ios.iter().map(row).collect(),
            current: None,
        }
    }

    /// The number of used slots, in words.
    pub fn slots_text(&self) -> String {
        format!("AIO slots {} of {}", self.slots_used, self.slots)
    }
}

impl Lanes {
    /// Everything that ran, waited, was held or was in flight, in the order of steps.
    pub fn table(&self) -> Table {
        let mut spans = Vec::new();
        for lane in &self.lanes {
            spans.extend(lane.spans.iter().map(|span| (&lane.name, span)));
        }
        let spans = sorted(spans, |(_, span)| span.from as u64);
        let current = spans.iter().position(|(_, s)| {
            s.kind == SpanKind::Ran && s.from < self.cursor && self.cursor <= s.from + s.len
        });
        let mut caption = format!("Steps {} to {}", self.first + 1, self.first + self.steps);
        caption += &told(&self.milestones);
        let row = |(lane, span): &(&String, &super::Span)| {
            let last = span.from + span.len;
            let taken = self.first + self.steps;
            let steps = match (span.from + 1, last.min(taken)) {
                (from, to) if from > to => format!("after {to}"),
                (from, to) if last > to => format!("{from} on"),
                (from, to) if from == to => to.to_string(),
                (from, to) => format!("{from} to {to}"),
            };
            vec![steps, (*lane).clone(), span.label(), span.steps.join("; ")]
        };
        Table {
            caption,
            heads: &["steps", "who", "what", "step by step"],
            rows: spans.iter().map(row).collect(),
            current,
        }
    }
}

impl Series {
    /// The steps at which a number changed.
    pub fn table(&self) -> Table {
        let row = |(step, pending, slots): (usize, u8, u8)| {
            vec![step.to_string(), pending.to_string(), slots.to_string()]
        };
        Table {
            caption: "Pending conversions and AIO slots".into(),
            heads: &["from step", "pending conversions", "AIO slots taken"],
            rows: self.changes().into_iter().map(row).collect(),
            current: None,
        }
    }
}
