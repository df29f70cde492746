//! A trace: the position of each event in the text, and the trees before some of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bounds::{TRACE_BYTES_MAX, TRACE_CHECKPOINT_EVENTS};
use crate::es::{Rules, Version};
use crate::trace::{
    Context, DrivenTree, EsCall, Event, InodeId, Item, Marks, Reader, Record, Spellings,
    clears_trees,
};

/// A summary of a trace, in numbers and sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The number of events.
    pub events: u32,
    /// The number of lines.
    pub lines: u32,
    /// The inodes whose trees have events, as `dev 8,1 ino 13`, by their number in an
    /// [`Ask`](super::Ask).
    pub inodes: Vec<String>,
    /// The kernel whose rules the trees follow.
    pub rules: String,
    /// The kernels whose events have this format, if there are several: the rules that may be
    /// chosen.
    pub choices: Vec<String>,
    /// The number of events that are missing according to the trace.
    pub lost: u32,
    /// The number of lines that could not be read.
    pub damaged: u32,
    /// The first of these lines, as sentences.
    pub faults: Vec<String>,
    /// The number of lookups whose result differs from the tree.
    pub differences: u32,
    /// The first message: that there is nothing to see, or the kernel of the trace.
    pub said: String,
}

/// The lanes of events: a task, an interrupt, a kworker, the journal's thread.
pub(super) const LANE_TASK: u8 = 0;
const LANE_IRQ: u8 = 1;
const LANE_KWORKER: u8 = 2;
const LANE_JBD2: u8 = 3;

/// An event: the position of its line, and the fields that are often needed.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// The offset of the line's first byte.
    pub offset: u32,
    /// The line, counted from 1.
    pub line: u32,
    /// The index of the event's lane in `LANES`.
    pub lane: u8,
    /// The inode's index in the book's list, or [`NO_INODE`].
    pub inode: u16,
}

/// The index for an event without an inode.
pub(super) const NO_INODE: u16 = u16::MAX;
/// The number of faults that are kept as sentences.
const FAULTS_KEPT: usize = 20;

/// A trace that is being read or has been read.
pub struct Book {
    pub(super) text: Vec<u8>,
    /// The number of bytes that have been read.
    read: usize,
    lines: u64,
    spellings: Spellings,
    /// The rules of the trees.
    rules: Rules,
    /// The rules that the reader has chosen.
    chosen: Option<Version>,
    pub(super) entries: Vec<Entry>,
    pub(super) inodes: Vec<InodeId>,
    trees: Trees,
    /// The trees before some events, with the index of the event.
    checkpoints: Vec<(u32, Trees)>,
    /// The lookups whose result differs from the tree.
    pub(super) differences: Vec<u32>,
    pub(super) marks: Marks,
    lost: u64,
    damaged: u64,
    faults: Vec<String>,
    /// From this line on, lookups are not compared, because the shrinker freed extents or events
    /// are missing.
    doubt: Option<u64>,
}

/// The trees of all inodes, by index in the book's list.
pub(super) type Trees = BTreeMap<u16, DrivenTree>;

impl Default for Book {
    fn default() -> Book {
        Book::new()
    }
}

impl Book {
    /// A book without events.
    pub fn new() -> Book {
        Book {
            text: Vec::new(),
            read: 0,
            lines: 0,
            spellings: Spellings::default(),
            rules: *Version::V6_5.rules(),
            chosen: None,
            entries: Vec::new(),
            inodes: Vec::new(),
            trees: Trees::new(),
            checkpoints: Vec::new(),
            differences: Vec::new(),
            marks: Marks::default(),
            lost: 0,
            damaged: 0,
            faults: Vec::new(),
            doubt: None,
        }
    }

    /// Takes more of the text, and reads the complete lines.
    ///
    /// # Errors
    /// A sentence if the bytes are not text, or too long.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.text.len() + bytes.len() > TRACE_BYTES_MAX as usize {
            return Err(format!(
                "The trace has more than {} MB (TRACE_BYTES_MAX): cut it, or filter it by inode.",
                TRACE_BYTES_MAX >> 20
            ));
        }
        if let (true, Some(at)) =
            (self.entries.is_empty(), bytes.iter().position(|byte| *byte == 0))
        {
            return Err(format!(
                "Byte {} is not text: expected the output of `cat trace` or `trace-cmd report` \
                 (trace.dat and perf.data are binary).",
                self.text.len() + at
            ));
        }
        self.text.extend_from_slice(bytes);
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        if let Some(end) = end {
            self.read_to(self.text.len() - bytes.len() + end + 1);
        }
        Ok(())
    }

    /// Ends the text: reads the last line, and recomputes the trees if the events are of another
    /// kernel than the first ones indicated.
    ///
    /// # Errors
    /// A sentence if there is nothing to see.
    pub fn finish(&mut self) -> Result<Summary, String> {
        self.read_to(self.text.len());
        if self.text.is_empty() {
            return Err("The file is empty: expected ftrace's text.".into());
        }
        if self.entries.is_empty() {
            let first = self.faults.first().cloned().unwrap_or_default();
            return Err(format!("No line is an ftrace event. {first}").trim_end().into());
        }
        self.choose(self.chosen);
        Ok(self.summary())
    }

    /// Chooses the rules of the trees; without a choice they are those of the youngest kernel that
    /// the format of the events implies.
    pub fn choose(&mut self, version: Option<Version>) {
        self.chosen = version;
        let implied = || self.spellings.version().unwrap_or(Version::V6_5);
        let rules = version.unwrap_or_else(implied).rules();
        if *rules != self.rules {
            self.rules = *rules;
            self.drive_again();
        }
    }

    /// A summary of the book so far.
    pub fn summary(&self) -> Summary {
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let version = self.rules.version;
        let doubt = self.doubt.map(|line| {
            format!(
                "From line {line} on, lookups are not compared: the shrinker freed extents, or \
                 events are missing."
            )
        });
        let versions: Vec<Version> = self.spellings.versions().collect();
        let choices: Vec<String> = match versions.as_slice() {
            [] | [_] => Vec::new(),
            many => many.iter().map(|version| version.id().into()).collect(),
        };
        let several = match (choices.as_slice(), self.chosen) {
            ([older @ .., last], None) => format!(
                "Kernels with the rules of {} and {last} print such events alike: choose the rules \
                 if you know the kernel.",
                older.join(", ")
            ),
            _ => String::new(),
        };
        let said = if self.inodes.is_empty() {
            "It has no event of an extent status tree: is it from ext4 in v3.8 or \
             later, with the events ext4:ext4_es_* enabled?"
                .into()
        } else {
            format!("{} {several}", doubt.unwrap_or_default()).trim().into()
        };
        Summary {
            events: self.entries.len() as u32,
            lines: small(self.lines),
            inodes: self.inodes.iter().map(ToString::to_string).collect(),
            rules: version.id().into(),
            choices,
            lost: small(self.lost),
            damaged: small(self.damaged),
            faults: self.faults.clone(),
            differences: self.differences.len() as u32,
            said,
        }
    }

    /// The number of bytes so far, read or not.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The trees before an event, computed from the last checkpoint before it.
    pub(super) fn trees_before(&self, event: usize) -> Trees {
        let at = self.checkpoints.partition_point(|(from, _)| *from as usize <= event);
        let (from, mut trees) = match at.checked_sub(1).and_then(|at| self.checkpoints.get(at)) {
            Some((from, trees)) => (*from as usize, trees.clone()),
            None => (0, Trees::new()),
        };
        for entry in &self.entries[from..event.min(self.entries.len())] {
            match self.record(entry).map(|record| record.event) {
                Some(Event::Es(es)) if entry.inode != NO_INODE => {
                    trees.entry(entry.inode).or_default().apply(&self.rules, es.call);
                }
                Some(event) if clears_trees(&event) => clear(&mut trees, &self.rules),
                _ => {}
            }
        }
        trees
    }

    /// The event of an entry, parsed again.
    pub(super) fn record(&self, entry: &Entry) -> Option<Record<'_>> {
        let text = self.text.get(entry.offset as usize..)?;
        let before = u64::from(entry.line.saturating_sub(1));
        match Reader::of_piece(text, before, self.spellings).next()? {
            Item::Event(record) => Some(record),
            Item::Lost { .. } | Item::Entries { .. } | Item::Note { .. } | Item::Damaged(_) => None,
        }
    }

    /// The kernel version whose event format the trace has.
    pub(super) fn version(&self) -> Version {
        self.rules.version
    }

    fn read_to(&mut self, end: usize) {
        let text = core::mem::take(&mut self.text);
        let piece = &text[self.read..end];
        let mut reader = Reader::of_piece(piece, self.lines, self.spellings);
        let mut before = reader.bytes_left();
        let base = self.read;
        while let Some(item) = reader.next() {
            let offset = base + (piece.len() - before);
            before = reader.bytes_left();
            match item {
                Item::Event(record) => self.event(offset, &record),
                Item::Lost { line, events, .. } => {
                    self.lost += events.unwrap_or(1);
                    self.doubt = self.doubt.or(Some(line));
                }
                Item::Entries { line, in_buffer, written } => {
                    self.lost += written.saturating_sub(in_buffer);
                    if in_buffer < written {
                        self.doubt = self.doubt.or(Some(line));
                    }
                }
                Item::Note { .. } => {}
                Item::Damaged(fault) => {
                    self.damaged += 1;
                    if self.faults.len() < FAULTS_KEPT {
                        self.faults.push(fault.to_string());
                    }
                }
            }
        }
        self.lines += reader.counts().lines;
        self.spellings = reader.spellings();
        self.read = end;
        self.text = text;
    }

    fn event(&mut self, offset: usize, record: &Record<'_>) {
        let position = self.entries.len() as u32;
        let mut inode = NO_INODE;
        match record.event {
            Event::Stack => return,
            Event::Es(es) if es.inode.ino > 0 => {
                inode = self.inode(es.inode);
                self.checkpoint(position);
                if self.doubt.is_none() && !self.agrees(inode, es.call) {
                    self.differences.push(position);
                }
                self.trees.entry(inode).or_default().apply(&self.rules, es.call);
                self.marks.tree(inode);
            }
            Event::Marker(text) => {
                self.marks.marker(position, text);
                let known = self.marks.inode.and_then(|inode| self.trees.get(&inode));
                self.marks.keep(position, known.map(|known| &known.tree));
            }
            Event::Es(es) => {
                if let EsCall::Shrink { nr_shrunk } | EsCall::ShrinkExit { nr_shrunk } = es.call
                    && nr_shrunk > 0
                {
                    self.doubt = self.doubt.or(Some(record.line));
                }
            }
            Event::BlockIssue { .. }
            | Event::BlockComplete { .. }
            | Event::WorkQueued { .. }
            | Event::WorkStart { .. }
            | Event::WorkEnd { .. }
            | Event::Commit { .. }
            | Event::HandleStart { .. }
            | Event::HandleStop { .. }
            | Event::SyscallEnter { .. }
            | Event::SyscallExit { .. }
            | Event::Other { .. } => {}
        }
        if clears_trees(&record.event) {
            clear(&mut self.trees, &self.rules);
        }
        let line = u32::try_from(record.line).unwrap_or(u32::MAX);
        self.entries.push(Entry { offset: offset as u32, line, lane: lane(record), inode });
    }

    fn inode(&mut self, id: InodeId) -> u16 {
        let found = self.inodes.iter().rposition(|known| *known == id);
        let at = found.unwrap_or_else(|| {
            self.inodes.push(id);
            self.inodes.len() - 1
        });
        // Inodes beyond the last index share it.
        u16::try_from(at).unwrap_or(NO_INODE - 1).min(NO_INODE - 1)
    }

    fn checkpoint(&mut self, position: u32) {
        let last = self.checkpoints.last().map_or(0, |(at, _)| *at);
        if self.checkpoints.is_empty() || position - last >= TRACE_CHECKPOINT_EVENTS {
            self.checkpoints.push((position, self.trees.clone()));
        }
    }

    /// Whether the tree agrees with a lookup's result. There may have been no event of the tree
    /// yet: the trace may begin later.
    fn agrees(&self, inode: u16, call: EsCall) -> bool {
        self.trees.get(&inode).is_none_or(|known| known.agrees(call))
    }

    fn drive_again(&mut self) {
        self.trees.clear();
        self.checkpoints.clear();
        self.differences.clear();
        let entries = core::mem::take(&mut self.entries);
        for (position, entry) in (0_u32..).zip(&entries) {
            let Some(record) = self.record(entry) else { continue };
            let (line, event) = (record.line, record.event);
            let call = if let Event::Es(es) = event { Some(es.call) } else { None };
            let call = call.filter(|_| entry.inode != NO_INODE);
            let clears = clears_trees(&event);
            if let Some(call) = call {
                self.checkpoint(position);
                let sure = self.doubt.is_none_or(|doubt| line < doubt);
                if sure && !self.agrees(entry.inode, call) {
                    self.differences.push(position);
                }
                self.trees.entry(entry.inode).or_default().apply(&self.rules, call);
                continue;
            }
            if clears {
                clear(&mut self.trees, &self.rules);
            }
            let known = self.marks.inode.and_then(|inode| self.trees.get(&inode));
            self.marks.keep(position, known.map(|known| &known.tree));
        }
        self.entries = entries;
    }
}

/// Drops all extents except the delayed ones, in all trees, because the file of the call is not
/// known.
fn clear(trees: &mut Trees, rules: &Rules) {
    trees.values_mut().for_each(|known| known.clear(rules));
}

fn lane(record: &Record<'_>) -> u8 {
    match record.context {
        Context::Softirq | Context::Hardirq | Context::Nmi => LANE_IRQ,
        Context::Task if record.comm.starts_with(b"kworker/") => LANE_KWORKER,
        Context::Task if record.comm.starts_with(b"jbd2/") => LANE_JBD2,
        Context::Task => LANE_TASK,
    }
}
