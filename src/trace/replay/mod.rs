//! Replay: applies the events of a trace to extent status trees, and compares each dump with the
//! result.
//!
//! A trace does not determine the tree. Extents that the shrinker frees have no events. The
//! position of `EXT4_IOC_CLEAR_ES_CACHE` among the events of other tasks is unknown. The start of a
//! trace may be missing, or events inside it. So an inode has two trees: `most` has every extent
//! that may still be cached, `least` only those that must be. Where they agree, the dump has to
//! agree too. Where they differ, the dump has to agree with one of them, and both are set to the
//! dump.

mod result;
mod trees;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::es::{Extent, Rules, Status, Tree};

use super::es_event::{EsCall, EsLine, InodeId};
use super::event::Event;
use super::folder::{Dump, Folder, OpRecord};
use super::reader::{Item, Reader, Record};

pub use result::{Difference, Replay, ReplayError, Resync, Unanswered, Why};
use trees::{Trees, Verdict, plain};

/// Replays the text of a trace, and compares the dumps of `ops` if they are given.
///
/// # Errors
/// A trace without events to replay, an event that the tree refuses, or the first dump that
/// differs.
pub fn replay(
    text: &[u8],
    folder: &Folder,
    ops: Option<&[OpRecord]>,
) -> Result<Replay, ReplayError> {
    if let Some(release) = folder.release
        && release.rules().is_none()
    {
        return Err(ReplayError::TooOld { release });
    }
    let rules = folder.rules().unwrap_or_else(|| told_by_spelling(text));
    replay_under(rules, text, folder, ops)
}

/// [`replay`] under given rules, whichever kernel made the trace.
///
/// # Errors
/// As [`replay`].
pub fn replay_under(
    rules: Rules,
    text: &[u8],
    folder: &Folder,
    ops: Option<&[OpRecord]>,
) -> Result<Replay, ReplayError> {
    let mut player = Player {
        rules: rules.with_cluster_bits(folder.cluster_bits),
        folder,
        ops: ops.unwrap_or_default(),
        trees: BTreeMap::new(),
        unseen: None,
        whole: folder.from_the_start,
        shrinks: Vec::new(),
        marked: false,
        probed: None,
        awaited: None,
        replay: Replay::default(),
    };
    let mut reader = Reader::new(text);
    while let Some(item) = reader.next() {
        player.item(&item).map_err(|error| error.with_counts(reader.counts()))?;
    }
    player.dump_ends().map_err(|error| error.with_counts(reader.counts()))?;
    let mut replay = player.replay;
    replay.counts = reader.counts().clone();
    if replay.counts.es == 0 {
        let first_fault = replay.damaged.first().cloned();
        return Err(ReplayError::NoEsEvents { counts: Box::new(replay.counts), first_fault });
    }
    let dumps =
        ops.unwrap_or_default().iter().map(|op| 1 + u32::from(op.es_after_fiemap.is_some()));
    replay.outside = dumps.sum::<u32>().saturating_sub(replay.dumps);
    Ok(replay)
}

/// The reason why a text is no trace of extent status trees: the kernel that made it has none, or
/// no line is an event of one.
pub fn what_is_wrong(text: &[u8], folder: &Folder) -> Option<ReplayError> {
    if let Some(release) = folder.release
        && release.rules().is_none()
    {
        return Some(ReplayError::TooOld { release });
    }
    let mut reader = Reader::new(text);
    let mut faults = reader.by_ref().filter_map(|item| match item {
        Item::Damaged(fault) => Some(fault.to_string()),
        _ => None,
    });
    let first_fault = faults.next();
    faults.for_each(drop);
    let counts = reader.counts().clone();
    (counts.es == 0).then(|| ReplayError::NoEsEvents { counts: Box::new(counts), first_fault })
}

/// The rules that follow from the spelling of a trace, if the kernel that made it is not known.
pub fn told_by_spelling(text: &[u8]) -> Rules {
    let mut reader = Reader::new(text);
    reader.by_ref().for_each(drop);
    *reader.spellings().version().unwrap_or(crate::es::Version::V6_5).rules()
}

struct Player<'a> {
    rules: Rules,
    folder: &'a Folder,
    ops: &'a [OpRecord],
    trees: BTreeMap<InodeId, Trees>,
    /// The file's tree before its first event.
    unseen: Option<Trees>,
    /// True if nothing is missing from the trace so far, so that a new inode has an empty tree.
    whole: bool,
    /// The shrinkers that are running, each with the `least` of every tree before it.
    shrinks: Vec<(u32, BTreeMap<InodeId, Tree>)>,
    /// True if markers name the operations, so that system calls can be ignored.
    marked: bool,
    /// The operation after which FIEMAP was called last.
    probed: Option<usize>,
    /// A dump that is being taken and does not agree yet.
    awaited: Option<Awaited>,
    replay: Replay,
}

/// A dump that is being taken.
#[derive(Clone, Copy)]
struct Awaited {
    line: u64,
    /// The position of its operation in `ops`.
    op: usize,
    after_fiemap: bool,
}

impl Player<'_> {
    fn item(&mut self, item: &Item<'_>) -> Result<(), ReplayError> {
        match item {
            Item::Event(record) => return self.event(record),
            Item::Entries { in_buffer, written, .. } if in_buffer < written => self.lose(),
            Item::Lost { .. } => self.lose(),
            Item::Damaged(fault) => {
                if self.replay.damaged.len() < DAMAGED_KEPT {
                    self.replay.damaged.push(fault.to_string());
                }
                // The damaged line may have been an event of the tree.
                if fault.text.windows(8).any(|window| window == b"ext4_es_") {
                    self.lose();
                }
            }
            Item::Entries { .. } | Item::Note { .. } => {}
        }
        Ok(())
    }

    /// Events are missing here, so the contents of the trees are unknown.
    fn lose(&mut self) {
        self.whole = false;
        self.shrinks.clear();
        for trees in self.trees.values_mut().chain(&mut self.unseen) {
            *trees = Trees::new(false);
        }
    }

    fn event(&mut self, record: &Record<'_>) -> Result<(), ReplayError> {
        match record.event {
            Event::Es(line) => self.es(record.line, record.pid, line),
            Event::Marker(text) => self.marker(record.line, text),
            Event::SyscallEnter { .. } if !self.marked && record.event.clears_es_cache() => {
                self.trees.values_mut().for_each(|trees| trees.least_without(Why::Clear));
                Ok(())
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
            | Event::Stack
            | Event::Other { .. } => Ok(()),
        }
    }

    fn es(&mut self, line: u64, pid: u32, event: EsLine) -> Result<(), ReplayError> {
        let inode = event.inode;
        match event.call {
            EsCall::Found(found) => self.looked_up(line, pid, inode, found),
            EsCall::ShrinkEnter { .. } => self.shrink_begins(inode.minor),
            EsCall::ShrinkExit { nr_shrunk } | EsCall::Shrink { nr_shrunk } => {
                self.shrink_ends(nr_shrunk);
            }
            EsCall::Insert(_)
            | EsCall::Cache(_)
            | EsCall::InsertDelayed { .. }
            | EsCall::Remove { .. }
            | EsCall::Lookup { .. }
            | EsCall::Find { .. }
            | EsCall::FindFound(_)
            | EsCall::ShrinkCount => {}
        }
        let Some(op) = event.call.change() else { return Ok(()) };
        let (rules, whole) = (self.rules, self.whole);
        let trees = match self.trees.entry(inode) {
            Entry::Occupied(trees) => trees.into_mut(),
            Entry::Vacant(place) => {
                let is_file = self.folder.ino.is_none_or(|ino| ino == inode.ino);
                let unseen = if is_file { self.unseen.take() } else { None };
                place.insert(unseen.unwrap_or_else(|| Trees::new(whole)))
            }
        };
        trees.apply(&rules, op).map_err(|error| ReplayError::Refused { line, error })?;
        trees.changed_by = Some(pid);
        self.look_at_dump();
        Ok(())
    }

    /// Compares the result of a lookup, if the trees agree; the lookup also marks the extent.
    ///
    /// The event of a change precedes the change, so a lookup by another task right after it may
    /// still find the old tree; from then on the marks are unknown.
    fn looked_up(&mut self, line: u64, pid: u32, inode: InodeId, found: Option<Extent>) {
        let Some(trees) = self.trees.get_mut(&inode) else { return };
        if trees.unknown || trees.doubt.is_some() || trees.clearing > 0 {
            return;
        }
        let Some(extent) = found else { return };
        self.replay.lookups += 1;
        let same = |it: Extent| plain(&it) == plain(&extent);
        let here = trees.most.lookup(&self.rules, extent.lblk);
        let _ = trees.least.lookup(&self.rules, extent.lblk);
        if !here.is_some_and(same) {
            self.replay.lookups_differ += 1;
        }
        let marked = |it: Extent| it.status.any(Status::REFERENCED);
        let alike = here.is_some_and(|it| same(it) && marked(it) == marked(extent));
        if !alike && trees.changed_by.is_some_and(|other| other != pid) {
            trees.marks = false;
        }
        if !alike && trees.marks && self.replay.first_unlike.is_none() {
            self.replay.first_unlike = Some(Unanswered { line, expected: extent, got: here });
        }
    }

    /// A shrinker starts: from here on, every extent that may be reclaimed may be gone.
    fn shrink_begins(&mut self, minor: u32) {
        let before = self.trees.iter().map(|(inode, trees)| (*inode, trees.least.clone()));
        self.shrinks.push((minor, before.collect()));
        self.trees.values_mut().for_each(|trees| trees.least.clear());
    }

    fn shrink_ends(&mut self, nr_shrunk: u64) {
        // The trace does not tell which extents the shrinker scanned, and so unmarked.
        self.trees.values_mut().for_each(|trees| trees.marks = false);
        let begun = self.shrinks.pop();
        if nr_shrunk > 0 {
            self.trees.values_mut().for_each(|trees| trees.least_without(Why::Reclaim));
            return;
        }
        // Nothing was freed: the trees are as before, unless something else changed meanwhile.
        for (inode, least) in begun.into_iter().flat_map(|(_, before)| before) {
            let Some(trees) = self.trees.get_mut(&inode) else { continue };
            if trees.doubt.is_none() && !trees.unknown && trees.clearing == 0 {
                trees.least = trees.most.clone();
                trees.others.clear();
            } else if trees.least.is_empty() {
                trees.least = least;
            }
        }
    }

    /// Reads a marker: `op 3 begin clear_es`, `op 3 end clear_es ret=0`, `op 3 esdump begin`.
    fn marker(&mut self, line: u64, text: &[u8]) -> Result<(), ReplayError> {
        let Ok(text) = core::str::from_utf8(text) else { return Ok(()) };
        let mut words = text.split_whitespace();
        if words.next() != Some("op") {
            return Ok(());
        }
        self.marked = true;
        let (Some(id), Some(what)) = (words.next(), words.next()) else { return Ok(()) };
        match (what, words.next()) {
            ("begin", Some("clear_es")) => self.clear(true),
            ("end", Some("clear_es")) => self.clear(false),
            ("fiemap-probe", Some("begin")) => {
                self.probed = self.ops.iter().position(|op| op.index.to_string() == id);
            }
            ("esdump", Some("begin")) => self.dump_begins(line, id),
            ("esdump", Some("end")) => {
                self.dump_ends()?;
                self.dump_was_read();
            }
            _ => {}
        }
        Ok(())
    }

    /// The file's trees; if the inode number is not known, those of the first inode.
    fn file(&mut self) -> &mut Trees {
        let ino = self.folder.ino;
        let of = |inode: &InodeId| ino.is_none_or(|ino| ino == inode.ino);
        match self.trees.keys().copied().find(of) {
            Some(inode) => self.trees.entry(inode).or_insert_with(|| Trees::new(false)),
            None => self.unseen.get_or_insert_with(|| Trees::new(self.whole)),
        }
    }

    /// CLEAR_ES_CACHE starts or ends. At some moment in between it frees all but delayed extents.
    fn clear(&mut self, begins: bool) {
        let trees = self.file();
        if begins {
            trees.clearing += 1;
            trees.most.clear();
            return;
        }
        trees.clearing = trees.clearing.saturating_sub(1);
        trees.least.clear();
        if trees.unknown
            || !trees.least.iter().map(|e| plain(&e)).eq(trees.most.iter().map(|e| plain(&e)))
        {
            trees.doubt = trees.doubt.max(Some(Why::Clear));
        }
    }

    /// A dump starts; the second dump of an operation is the one after FIEMAP.
    fn dump_begins(&mut self, line: u64, id: &str) {
        let Some(op) = self.ops.iter().position(|op| op.index.to_string() == id) else { return };
        let after_fiemap = self.probed == Some(op);
        self.awaited = Some(Awaited { line, op, after_fiemap });
        self.look_at_dump();
    }

    /// Compares the dump that is being taken. If something changes meanwhile, the dump may show the
    /// state before or after.
    fn look_at_dump(&mut self) {
        let Some(awaited) = self.awaited else { return };
        let Some(dump) = self.dump(awaited) else { return };
        let (rules, shrinks) = (self.rules, !self.shrinks.is_empty());
        let trees = self.file();
        let verdict = trees.verdict(&dump, shrinks);
        if let Verdict::Differs { .. } = verdict {
            return;
        }
        if let Verdict::Within(why) = verdict {
            trees.set(&rules, &dump);
            let Awaited { line, op, .. } = awaited;
            let index = self.ops[op].index;
            self.replay.resyncs.push(Resync { line, index, why });
        } else {
            trees.settle();
        }
        self.awaited = None;
        self.replay.dumps += 1;
    }

    /// The dump is complete; if no state agreed with it, it differs.
    fn dump_ends(&mut self) -> Result<(), ReplayError> {
        let Some(awaited) = self.awaited.take() else { return Ok(()) };
        let Some(expected) = self.dump(awaited) else { return Ok(()) };
        let shrinks = !self.shrinks.is_empty();
        self.replay.dumps += 1;
        let trees = self.file();
        let Verdict::Differs { lblk } = trees.verdict(&expected, shrinks) else { return Ok(()) };
        let got = trees.most.iter().collect();
        let OpRecord { index, ref op, .. } = self.ops[awaited.op];
        let (line, op) = (awaited.line, op.clone());
        let difference = Box::new(Difference { line, index, op, lblk, expected, got });
        let so_far = Box::new(core::mem::take(&mut self.replay));
        Err(ReplayError::Differs { difference, so_far })
    }

    /// A dump looks up every extent (`ext4_get_es_cache`), which the trace does not show.
    fn dump_was_read(&mut self) {
        let rules = self.rules;
        let trees = self.file();
        for tree in [&mut trees.most, &mut trees.least] {
            let starts: Vec<u32> = tree.iter().map(|extent| extent.lblk).collect();
            for lblk in starts {
                let _ = tree.lookup(&rules, lblk);
            }
        }
    }

    fn dump(&self, awaited: Awaited) -> Option<Dump> {
        let op = self.ops.get(awaited.op)?;
        if awaited.after_fiemap { op.es_after_fiemap.clone() } else { Some(op.es.clone()) }
    }
}

/// Number of unreadable lines that are reported one by one; all of them are counted.
const DAMAGED_KEPT: usize = 100;
