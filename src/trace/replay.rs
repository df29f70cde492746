//! Replay: the events of a trace drive extent status trees, and each dump is compared with what
//! came out.
//!
//! A trace does not say everything. What the shrinker takes has no event of its own, where
//! `EXT4_IOC_CLEAR_ES_CACHE` falls among the events of others shows nowhere, and a trace may begin
//! in the middle or lose events. So there are two trees of an inode: `most` has whatever may still
//! be there, `least` only what must be. Where they say the same the dump has to say it too; where
//! they do not, the dump has to agree with one of them, and both are set to it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::es::{EsError, EsOp, Extent, Memory, Rules, Status, Tree};

use super::es_event::{EsCall, EsLine, InodeId};
use super::event::Event;
use super::folder::{Dump, Folder, OpRecord};
use super::reader::{Counts, Item, Reader, Record};
use super::release::Release;

/// What a replay came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// What the trace consists of.
    pub counts: Counts,
    /// Dumps that were compared.
    pub dumps: u32,
    /// Dumps of `ops.jsonl` that lie outside of the trace.
    pub outside: u32,
    /// Dumps to which the trees were set.
    pub resyncs: Vec<Resync>,
    /// Answers of lookups that were compared with the tree, and how many of them were others: the
    /// line of a change is written before the change, so another task may look in between.
    pub lookups: u64,
    /// See `lookups`.
    pub lookups_differ: u64,
    /// The first answer that was another one, its REFERENCED mark included.
    pub first_unlike: Option<Unanswered>,
    /// Lines that could not be read: number and what is wrong.
    pub damaged: Vec<String>,
}

/// A lookup that the tree answers otherwise than the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Line of the trace.
    pub line: u64,
    /// What the trace found.
    pub expected: Extent,
    /// What the tree has.
    pub got: Option<Extent>,
}

/// A dump to which the trees were set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resync {
    /// Line of the trace.
    pub line: u64,
    /// Number of the operation.
    pub index: u32,
    /// What the trace could not tell.
    pub why: Why,
}

/// What a trace cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The shrinker took extents; its events have only their number.
    Reclaim,
    /// CLEAR_ES_CACHE ran beside others.
    Clear,
    /// Events are missing, or the trace begins in the middle.
    Lost,
}

impl Why {
    /// What happened, as a sentence without its end.
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

/// A dump that the tree does not agree with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Line of the trace at which the dump was taken.
    pub line: u64,
    /// Number of the operation.
    pub index: u32,
    /// The operation.
    pub op: String,
    /// The first block that differs.
    pub lblk: u32,
    /// The dump: what the kernel's tree holds.
    pub expected: Dump,
    /// What the replayed tree holds.
    pub got: Dump,
}

/// Why a trace was not replayed to its end.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// The kernel has no extent status tree.
    TooOld { release: Release },
    /// There is no event of an extent status tree.
    NoEsEvents { counts: Box<Counts> },
    /// An event that the tree of this version refuses.
    Refused { line: u64, error: EsError },
    /// A dump that differs, and what had been compared until then.
    Differs { difference: Box<Difference>, so_far: Box<Replay> },
}

impl core::fmt::Display for ReplayError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            ReplayError::TooOld { release } => write!(
                f,
                "kernel {release} has no extent status tree: it came with v3.8, in February 2013"
            ),
            ReplayError::NoEsEvents { counts } => no_es_events(f, counts),
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

/// Blocks around a difference that are shown.
const NEAR: u32 = 256;

/// Replays the text of a trace; with operations, their dumps are compared.
///
/// # Errors
/// A trace that has nothing to replay, an event that the tree refuses, or the first dump that
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

/// The same under given rules, whatever kernel made the trace.
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
        return Err(ReplayError::NoEsEvents { counts: Box::new(replay.counts) });
    }
    let dumps =
        ops.unwrap_or_default().iter().map(|op| 1 + u32::from(op.es_after_fiemap.is_some()));
    replay.outside = dumps.sum::<u32>().saturating_sub(replay.dumps);
    Ok(replay)
}

impl ReplayError {
    fn with_counts(mut self, counts: &Counts) -> ReplayError {
        if let ReplayError::Differs { so_far, .. } = &mut self {
            so_far.counts = counts.clone();
        }
        self
    }
}

/// The rules that a trace's own spelling tells, where nobody says what kernel made it.
fn told_by_spelling(text: &[u8]) -> Rules {
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
    /// Nothing is missing from the trace up to here, so an inode that turns up has an empty tree.
    whole: bool,
    /// Shrinkers that run, as far as the trace shows: each tree's `least` before.
    shrinks: Vec<(u32, BTreeMap<InodeId, Tree>)>,
    /// Operations are marked, so system calls need not be looked at.
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
    /// Position in `ops`.
    op: usize,
    after_fiemap: bool,
}

#[derive(Clone)]
struct Trees {
    most: Tree,
    least: Tree,
    /// What was cached in `least` only: it may have been cached and outlived a second shrink.
    others: Vec<Extent>,
    doubt: Option<Why>,
    /// CLEAR_ES_CACHE runs.
    clearing: u32,
    /// What `least` does not have may be anything.
    unknown: bool,
    /// REFERENCED marks are those of the kernel's tree: nothing has been in doubt.
    marks: bool,
}

/// How a dump relates to the trees.
enum Verdict {
    Equal,
    Within(Why),
    Differs { lblk: u32 },
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
                // What the line said is not known.
                if fault.text.windows(8).any(|window| window == b"ext4_es_") {
                    self.lose();
                }
            }
            Item::Entries { .. } | Item::Note { .. } => {}
        }
        Ok(())
    }

    /// Events are missing here: what the trees hold is not known any more.
    fn lose(&mut self) {
        self.whole = false;
        self.shrinks.clear();
        for trees in self.trees.values_mut().chain(&mut self.unseen) {
            *trees = Trees::new(false);
        }
    }

    fn event(&mut self, record: &Record<'_>) -> Result<(), ReplayError> {
        match record.event {
            Event::Es(line) => self.es(record.line, line),
            Event::Marker(text) => self.marker(record.line, text),
            Event::SyscallEnter { name: b"ioctl", arguments } if !self.marked => {
                let clears = arguments.windows(9).any(|window| window == b"cmd: 6628");
                if clears {
                    // Which file the descriptor is of is not known.
                    self.trees.values_mut().for_each(|trees| trees.least_without(Why::Clear));
                }
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

    fn es(&mut self, line: u64, event: EsLine) -> Result<(), ReplayError> {
        let inode = event.inode;
        let op = match event.call {
            EsCall::Insert(extent) => EsOp::Insert(extent),
            EsCall::Cache(extent) => EsOp::CacheExtent(extent),
            EsCall::InsertDelayed { extent, lclu_allocated, end_allocated } => {
                let Extent { lblk, len, .. } = extent;
                EsOp::InsertDelayed { lblk, len, lclu_allocated, end_allocated }
            }
            EsCall::Remove { lblk, len } => EsOp::Remove { lblk, len },
            EsCall::Found(found) => {
                self.looked_up(line, inode, found);
                return Ok(());
            }
            EsCall::ShrinkEnter { .. } => {
                self.shrink_begins(inode.minor);
                return Ok(());
            }
            EsCall::ShrinkExit { nr_shrunk } | EsCall::Shrink { nr_shrunk } => {
                self.shrink_ends(nr_shrunk);
                return Ok(());
            }
            EsCall::Lookup { .. }
            | EsCall::Find { .. }
            | EsCall::FindFound(_)
            | EsCall::ShrinkCount => return Ok(()),
        };
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
        self.look_at_dump();
        Ok(())
    }

    /// A lookup's answer is compared where the trees agree; it also marks the extent.
    fn looked_up(&mut self, line: u64, inode: InodeId, found: Option<Extent>) {
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
        if !alike && trees.marks && self.replay.first_unlike.is_none() {
            self.replay.first_unlike = Some(Unanswered { line, expected: extent, got: here });
        }
    }

    /// From here on every extent that may be reclaimed may be gone.
    fn shrink_begins(&mut self, minor: u32) {
        let before = self.trees.iter().map(|(inode, trees)| (*inode, trees.least.clone()));
        self.shrinks.push((minor, before.collect()));
        self.trees.values_mut().for_each(|trees| trees.least.clear());
    }

    fn shrink_ends(&mut self, nr_shrunk: u64) {
        // Which extents a run has looked at, and so unmarked, is not told.
        self.trees.values_mut().for_each(|trees| trees.marks = false);
        let begun = self.shrinks.pop();
        if nr_shrunk > 0 {
            self.trees.values_mut().for_each(|trees| trees.least_without(Why::Reclaim));
            return;
        }
        // Nothing was taken: the trees are as before, unless something changed meanwhile.
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

    /// `op 3 begin clear_es`, `op 3 end clear_es ret=0`, `op 3 esdump begin`.
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

    /// The file's tree; where it is not known which file, that of the first inode.
    fn file(&mut self) -> &mut Trees {
        let ino = self.folder.ino;
        let of = |inode: &InodeId| ino.is_none_or(|ino| ino == inode.ino);
        match self.trees.keys().copied().find(of) {
            Some(inode) => self.trees.entry(inode).or_insert_with(|| Trees::new(false)),
            None => self.unseen.get_or_insert_with(|| Trees::new(self.whole)),
        }
    }

    /// CLEAR_ES_CACHE begins or ends: somewhere in between everything but delayed extents goes.
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

    /// A dump begins; the second one of an operation is the one after FIEMAP.
    fn dump_begins(&mut self, line: u64, id: &str) {
        let Some(op) = self.ops.iter().position(|op| op.index.to_string() == id) else { return };
        let after_fiemap = self.probed == Some(op);
        self.awaited = Some(Awaited { line, op, after_fiemap });
        self.look_at_dump();
    }

    /// Compares the dump that is being taken. Where something changes while it is taken, it may
    /// show what was before or after.
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

    /// The dump has been taken; if nothing agreed with it, it differs.
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

    /// Whoever dumps a tree looks up every extent (`ext4_get_es_cache`), which the trace does not
    /// show.
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

impl Trees {
    fn new(whole: bool) -> Trees {
        let (most, least) = (Tree::new(), Tree::new());
        let (others, doubt) = (Vec::new(), None);
        Trees { most, least, others, doubt, clearing: 0, unknown: !whole, marks: whole }
    }

    fn apply(&mut self, rules: &Rules, op: EsOp) -> Result<(), EsError> {
        if let EsOp::CacheExtent(extent) = op {
            let free = |tree: &Tree| !tree.iter().any(|other| overlap(&other, &extent));
            if free(&self.most) != free(&self.least) {
                self.others.push(extent);
            }
            if self.unknown && free(&self.least) {
                // Whether something else is cached there is not known.
                return Ok(());
            }
        }
        self.most.apply(rules, &mut Memory::plenty(), op)?;
        self.least.apply(rules, &mut Memory::plenty(), op)?;
        Ok(())
    }

    /// Everything that need not be kept may be gone.
    fn least_without(&mut self, why: Why) {
        self.least.clear();
        self.doubt = self.doubt.max(Some(why));
        self.marks = false;
    }

    /// The trees agreed with a dump: nothing is in doubt any more.
    fn settle(&mut self) {
        self.least = self.most.clone();
        self.others.clear();
        self.doubt = None;
    }

    /// Both trees become what a dump shows.
    fn set(&mut self, rules: &Rules, dump: &Dump) {
        let mut tree = Tree::new();
        for extent in dump {
            // A dump does not say where a delayed extent is that has blocks.
            let known = || self.most.peek(extent.lblk).or_else(|| self.least.peek(extent.lblk));
            let pblk = match known() {
                Some(here) if extent.status.any(Status::DELAYED) && here.status.is_mapped() => {
                    here.pblk + u64::from(extent.lblk - here.lblk)
                }
                _ => extent.pblk,
            };
            // What a kernel's tree held fits into ours.
            let extent = Extent { pblk, ..*extent };
            let _ = tree.apply(rules, &mut Memory::plenty(), EsOp::Insert(extent));
        }
        (self.most, self.unknown, self.marks) = (tree, false, false);
        self.settle();
    }

    fn verdict(&self, dump: &Dump, shrinks: bool) -> Verdict {
        let doubt = self.doubt.max(shrinks.then_some(Why::Reclaim));
        let doubt = doubt.max((self.clearing > 0).then_some(Why::Clear));
        let doubt = doubt.max(self.unknown.then_some(Why::Lost));
        let most: Vec<Extent> = self.most.iter().map(|extent| plain(&extent)).collect();
        if !self.unknown && dump.iter().map(plain).eq(most.iter().copied()) {
            return Verdict::Equal;
        }
        let least: Vec<Extent> = self.least.iter().collect();
        let mut edges: Vec<u32> = [&most, &least, dump, &self.others]
            .into_iter()
            .flatten()
            .flat_map(|extent| [extent.lblk, extent.lblk.saturating_add(extent.len)])
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let wrong = edges.into_iter().find(|lblk| {
            let (here, most, least) = (at(dump, *lblk), at(&most, *lblk), at(&least, *lblk));
            let other = |extent: &Extent| extent.contains(*lblk) && at(&[*extent], *lblk) == here;
            let allowed = here == most && doubt != Some(Why::Lost)
                || doubt.is_some() && (here == least || self.others.iter().any(other))
                || self.unknown && least.is_none();
            !allowed
        });
        match (wrong, doubt) {
            (None, Some(why)) => Verdict::Within(why),
            (Some(lblk), _) => Verdict::Differs { lblk },
            // The same blocks, in other extents: a merge that one of them did not make.
            (None, None) => {
                let pairs = dump.iter().map(plain).zip(most.iter().copied());
                let first = pairs.into_iter().find(|(here, there)| here != there);
                Verdict::Differs {
                    lblk: first.map_or(0, |(here, there)| here.lblk.max(there.lblk)),
                }
            }
        }
    }
}

/// What a dump says of a block: type and physical block.
fn at(extents: &[Extent], lblk: u32) -> Option<(Status, u64)> {
    let after = extents.partition_point(|extent| extent.lblk <= lblk);
    let extent = extents.get(after.checked_sub(1)?)?;
    let kind = extent.status.kind();
    let pblk = extent.pblk.wrapping_add(u64::from(lblk - extent.lblk));
    extent.contains(lblk).then_some((kind, if shows_pblk(kind) { pblk } else { 0 }))
}

/// An extent without what a dump does not show: REFERENCED, and where a delayed extent is.
fn plain(extent: &Extent) -> Extent {
    let status = extent.status.kind();
    Extent { status, pblk: if shows_pblk(status) { extent.pblk } else { 0 }, ..*extent }
}

fn shows_pblk(status: Status) -> bool {
    status.is_mapped() && !status.any(Status::DELAYED)
}

fn overlap(one: &Extent, other: &Extent) -> bool {
    one.lblk < other.lblk.saturating_add(other.len) && other.lblk < one.lblk.saturating_add(one.len)
}

/// Lines that could not be read and are told one by one; all are counted.
const DAMAGED_KEPT: usize = 100;
