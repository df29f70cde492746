//! The layers of a file over one ruler of blocks: page cache, status tree, disk tree, committed
//! tree, medium, and what a direct read returns.

use crate::bounds::PBLK_FIRST;
use crate::es::Status;
use crate::kernel::{
    Actor, Content, EsContent, Inode, Mapping, NOBODY, NolockRead, Op, Page, Power, Setup, State,
    read_now,
};

use crate::view::words::{lock_name, write_name};

/// The layers of every file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strata {
    /// One a file.
    pub files: Vec<FileStrata>,
}

/// The layers of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStrata {
    /// Index of the inode.
    pub ino: u8,
    /// The file's name.
    pub name: String,
    /// Its size in blocks.
    pub blocks: u8,
    /// The layers, from memory down to the medium.
    pub rows: Vec<Stratum>,
    /// `i_unwritten`, `i_dio_count` and who holds `i_mutex`, as text.
    pub counters: String,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// A short name that never changes.
    pub id: &'static str,
    /// The name on the page.
    pub name: &'static str,
    /// What the layer is, in a sentence.
    pub about: &'static str,
    /// What stands there, in block order, not overlapping.
    pub segments: Vec<Segment>,
    /// Marks on parts of the layer.
    pub marks: Vec<Mark>,
    /// A remark about the layer, such as why it is empty.
    pub remark: Option<&'static str>,
}

/// Consecutive blocks with the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First block.
    pub lblk: u8,
    /// Blocks.
    pub len: u8,
    /// How it is drawn.
    pub kind: Kind,
    /// The text in it.
    pub label: String,
    /// First physical block, as the kernel would print it.
    pub pblk: Option<u64>,
    /// What stands there in words, without its physical block.
    pub says: String,
}

impl Segment {
    /// The range, as ftrace writes it: start and length.
    pub fn range(&self) -> String {
        format!("[{}/{})", self.lblk, self.len)
    }

    /// What stands there, with its first physical block.
    pub fn what(&self) -> String {
        match self.pblk {
            Some(pblk) => format!("{}@{pblk}", self.says),
            None => self.says.clone(),
        }
    }

    /// The range and what stands there.
    pub fn title(&self) -> String {
        format!("{} {}", self.range(), self.what())
    }
}

/// How a segment is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// WRITTEN.
    Written,
    /// UNWRITTEN.
    Unwritten,
    /// DELAYED.
    Delayed,
    /// HOLE.
    Hole,
    /// Data of a write of the script.
    Data,
    /// What the file held before the run.
    Old,
    /// What a former owner of the block left.
    Stale,
    /// Zeroes that a read fills in.
    Zeroes,
}

/// A mark on part of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// First block.
    pub lblk: u8,
    /// Blocks.
    pub len: u8,
    /// What.
    pub kind: MarkKind,
}

/// The kind of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// The status tree says written, the disk tree does not yet: a conversion is pending.
    Pending,
    /// A read returns data that breaks a promise.
    Wrong,
    /// Only in the device's cache: a power cut loses it.
    Volatile,
    /// A dirty page.
    Dirty,
    /// A page under PageWriteback.
    Writeback,
    /// A page that is locked until a read has filled it.
    Locked,
    /// The layer differs here from the state that it is compared with.
    Changed,
}

/// Consecutive blocks of a layer that changed alike between two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// First block.
    pub lblk: u8,
    /// Blocks.
    pub len: u8,
    /// What the layer says in one state; empty if nothing stands there.
    pub before: String,
    /// What it says in the other.
    pub after: String,
}

impl FileStrata {
    /// The text below the layers: the counters, and the remarks of layers that are not empty.
    pub fn below(&self) -> String {
        let beside = self.rows.iter().filter(|row| !row.segments.is_empty());
        let remarks = beside.filter_map(|row| row.remark).map(|remark| format!("; {remark}"));
        self.counters.clone() + &remarks.collect::<String>()
    }
}

/// The layers at a state.
pub fn strata(setup: &Setup, state: &State) -> Strata {
    let inos = (0..).zip(&setup.files);
    let files = inos.map(|(ino, file)| {
        let rows = rows(setup, state, ino, file.blocks);
        let counters = counters(setup, state, ino);
        FileStrata { ino, name: file.name.clone(), blocks: file.blocks, rows, counters }
    });
    Strata { files: files.collect() }
}

impl Stratum {
    /// The changes of a layer against another state, among some blocks. Blocks are compared one by
    /// one, so a change of a neighbour does not count. A split or a merge of an extent is a change
    /// of the block at which it is.
    pub fn changed(&self, before: &Stratum, blocks: core::ops::Range<u8>) -> Vec<Changed> {
        if self == before {
            return Vec::new();
        }
        let says: Vec<(Says, Says)> =
            blocks.clone().map(|lblk| (before.says(lblk), self.says(lblk))).collect();
        let is_split = |at: u8| {
            let lblk = blocks.start + at;
            matches!((before.is_whole(lblk), self.is_whole(lblk)), (Some(a), Some(b)) if a != b)
        };
        let alike = |a: u8, b: u8| {
            let (one, other) = (&says[usize::from(a)], &says[usize::from(b)]);
            let go_on = one.0.continues(&other.0, b - a) && one.1.continues(&other.1, b - a);
            go_on && !is_split(a) && !is_split(b)
        };
        let pieces = pieces(says.len() as u8, &alike).into_iter().map(|(at, len)| {
            let (old, new) = &says[usize::from(at)];
            let lblk = blocks.start + at;
            let [before, after] = [(before, old), (self, new)].map(|(row, says)| {
                let other = lblk.wrapping_sub(1);
                match row.is_whole(lblk).filter(|_| is_split(at)) {
                    Some(true) => format!("{}, joined to block {other}", says.text()),
                    Some(false) => format!("{}, split from block {other}", says.text()),
                    None => says.text(),
                }
            });
            Changed { lblk, len, before, after }
        });
        pieces.filter(|piece| piece.before != piece.after).collect()
    }

    /// Whether a block shares a segment with the block before it; `None` if their contents do not
    /// fit into one.
    fn is_whole(&self, lblk: u8) -> Option<bool> {
        let last = lblk.checked_sub(1)?;
        let fits = self.says(last).continues(&self.says(lblk), 1);
        fits.then(|| self.segments.iter().all(|segment| segment.lblk != lblk))
    }

    fn says(&self, lblk: u8) -> Says<'_> {
        let mut says = Says::default();
        let mut segments = self.segments.iter();
        if let Some(here) = segments.find(|s| (s.lblk..s.lblk + s.len).contains(&lblk)) {
            says.pblk = here.pblk.map(|pblk| pblk + u64::from(lblk - here.lblk));
            says.words = &here.says;
        }
        for mark in self.marks.iter().filter(|m| (m.lblk..m.lblk + m.len).contains(&lblk)) {
            says.marks |= 1 << mark.kind as u8;
        }
        says
    }
}

/// What a layer says of one block.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Says<'a> {
    words: &'a str,
    pblk: Option<u64>,
    /// A bit for each kind of mark.
    marks: u8,
}

impl Says<'_> {
    /// Whether a block that is `further` blocks ahead continues this content.
    fn continues(&self, other: &Says<'_>, further: u8) -> bool {
        Says { pblk: self.pblk.map(|pblk| pblk + u64::from(further)), ..*self } == *other
    }

    fn text(&self) -> String {
        let mut text = self.words.to_string();
        if let Some(pblk) = self.pblk {
            text += &format!("@{pblk}");
        }
        for kind in [
            MarkKind::Pending,
            MarkKind::Wrong,
            MarkKind::Dirty,
            MarkKind::Writeback,
            MarkKind::Locked,
        ] {
            if self.marks >> kind as u8 & 1 != 0 {
                text += &format!(", {}", kind.words());
            }
        }
        text
    }
}

impl MarkKind {
    /// The kind in words.
    pub const fn words(self) -> &'static str {
        match self {
            MarkKind::Pending => "conversion pending",
            MarkKind::Wrong => "breaks a promise",
            MarkKind::Volatile => "only in the device's cache",
            MarkKind::Dirty => "dirty",
            MarkKind::Writeback => "under writeback",
            MarkKind::Locked => "locked",
            MarkKind::Changed => "changed",
        }
    }
}

impl Kind {
    /// The class that draws it.
    pub const fn class(self) -> &'static str {
        match self {
            Kind::Written => "status-w",
            Kind::Unwritten => "status-u",
            Kind::Delayed => "status-d",
            Kind::Hole => "status-h",
            Kind::Data => "data",
            Kind::Old => "data data-old",
            Kind::Stale => "data-stale",
            Kind::Zeroes => "data-zeroes",
        }
    }

    /// How a status of the tree is drawn; the first of W, U, D, H that is set decides.
    pub const fn of_status(status: Status) -> Kind {
        if status.any(Status::WRITTEN) {
            Kind::Written
        } else if status.any(Status::UNWRITTEN) {
            Kind::Unwritten
        } else if status.any(Status::DELAYED) {
            Kind::Delayed
        } else {
            Kind::Hole
        }
    }
}

fn counters(setup: &Setup, state: &State, ino: u8) -> String {
    let inode = &state.inodes[usize::from(ino)];
    let shared = (0..16).filter(|task| inode.shared & (1 << task) != 0);
    let shared: Vec<String> = shared.map(|t| Actor::of_task(t).to_string()).collect();
    let owner = match inode.i_mutex {
        NOBODY if shared.is_empty() => "free".to_string(),
        NOBODY => format!("shared by {}", shared.join(", ")),
        task => format!("held by {}", Actor::of_task(task)),
    };
    let lock = lock_name(setup);
    let Inode { i_unwritten, i_dio_count, size, .. } = inode;
    format!("i_unwritten {i_unwritten}, i_dio_count {i_dio_count}, {lock} {owner}, size {size}")
}

fn rows(setup: &Setup, state: &State, ino: u8, blocks: u8) -> Vec<Stratum> {
    let inode = &state.inodes[usize::from(ino)];
    let mut rows = Vec::new();
    let is_buffered = |op: &Op| op.is_buffered();
    let buffered = |op: &Op| is_buffered(op) && op.ino() == ino;
    if setup.threads.iter().flatten().any(buffered) {
        rows.push(page_row(inode, blocks));
    }
    rows.extend([
        es_row(setup, state, ino),
        mapping_row(
            "disk",
            "disk tree",
            "The extent tree on disk, as the running transaction has it in memory.",
            (&inode.disk, inode.splits),
            blocks,
        ),
        mapping_row(
            "committed",
            "committed",
            "The extent tree as last committed: what a power cut leaves.",
            (&inode.committed, 0),
            blocks,
        ),
        media_row(state, ino, blocks),
        read_row(setup, state, ino, blocks),
    ]);
    rows
}

fn page_row(inode: &Inode, blocks: u8) -> Stratum {
    let page = |lblk: u8| inode.pages[usize::from(lblk)];
    let what = |lblk: u8| page(lblk).content().map(|content| content.map(source_of));
    let segments =
        pieces(blocks, &|a, b| what(a) == what(b)).into_iter().filter_map(|(lblk, len)| {
            let (kind, label, says) = match page(lblk).content()? {
                Some(content) => describe(content),
                None => (Kind::Zeroes, "0".into(), "zeroes".into()),
            };
            Some(Segment { lblk, len, kind, label, pblk: None, says })
        });
    let segments: Vec<Segment> = segments.collect();
    let mark = |lblk| match page(lblk) {
        Page::Dirty(_) => Some(MarkKind::Dirty),
        Page::Writeback(_) => Some(MarkKind::Writeback),
        Page::Locked => Some(MarkKind::Locked),
        Page::Absent | Page::Clean(_) => None,
    };
    let remark = segments.is_empty().then_some("nothing is cached");
    Stratum {
        id: "pages",
        name: "page cache",
        about: "Pages of the file in memory, a page a block.",
        segments,
        marks: runs_of(0..blocks, &mark),
        remark,
    }
}

fn es_row(setup: &Setup, state: &State, ino: u8) -> Stratum {
    let inode = &state.inodes[usize::from(ino)];
    let content = setup.design.knobs.es_content;
    let segments = inode.es.iter().map(|extent| Segment {
        lblk: extent.lblk as u8,
        len: extent.len as u8,
        kind: Kind::of_status(extent.status),
        label: extent.status.to_string(),
        pblk: (extent.status.is_mapped() && content == EsContent::Full).then_some(extent.pblk),
        says: extent.status.to_string(),
    });
    let segments: Vec<Segment> = segments.collect();
    let remark = match (content == EsContent::Delayed, segments.is_empty()) {
        (true, true) => Some("v3.8 keeps delayed extents only: direct IO leaves it empty"),
        (false, true) => Some("empty: lookups go to the disk tree"),
        (_, false) => None,
    };
    Stratum {
        id: "es",
        name: "ES tree",
        about: "The extent status tree: the in-memory cache that answers block mapping.",
        segments,
        marks: runs_of(0..16, &|lblk| pending_at(state, ino, lblk).then_some(MarkKind::Pending)),
        remark,
    }
}

/// Whether the status tree is ahead of the disk tree for a block whose conversion is counted.
fn pending_at(state: &State, ino: u8, lblk: u8) -> bool {
    let inode = &state.inodes[usize::from(ino)];
    let says_written =
        inode.es.peek(u32::from(lblk)).is_some_and(|e| e.status.any(Status::WRITTEN));
    says_written && matches!(inode.disk[usize::from(lblk)], Mapping::Unwritten(_))
}

fn mapping_row(
    id: &'static str,
    name: &'static str,
    about: &'static str,
    (tree, splits): (&[Mapping], u16),
    blocks: u8,
) -> Stratum {
    let same = |a: u8, b: u8| match (tree[usize::from(a)], tree[usize::from(b)]) {
        _ if splits >> b & 1 != 0 => false,
        (Mapping::Hole, Mapping::Hole) => true,
        (Mapping::Unwritten(p), Mapping::Unwritten(q))
        | (Mapping::Written(p), Mapping::Written(q)) => {
            u32::from(q) == u32::from(p) + u32::from(b - a)
        }
        _ => false,
    };
    let segments = pieces(blocks, &same).into_iter().filter_map(|(lblk, len)| {
        let (kind, letter, pblk) = match tree[usize::from(lblk)] {
            // Holes are not drawn: they would only be noise on three rows.
            Mapping::Hole => return None,
            Mapping::Unwritten(p) => (Kind::Unwritten, "U", p),
            Mapping::Written(p) => (Kind::Written, "W", p),
        };
        let pblk = PBLK_FIRST + u64::from(pblk);
        let says = letter.to_string();
        Some(Segment { lblk, len, kind, label: letter.into(), pblk: Some(pblk), says })
    });
    let segments: Vec<Segment> = segments.collect();
    let remark = segments.is_empty().then_some("nothing is allocated");
    Stratum { id, name, about, segments, marks: Vec::new(), remark }
}

fn media_row(state: &State, ino: u8, blocks: u8) -> Stratum {
    let inode = &state.inodes[usize::from(ino)];
    let cell = |lblk: u8| {
        let pblk = inode.disk[usize::from(lblk)].pblk()?;
        state.media.get(usize::from(pblk)).map(|media| (media.now, media.now == media.durable))
    };
    let what = |lblk| cell(lblk).map(|(content, durable)| (source_of(content), durable));
    let segments =
        pieces(blocks, &|a, b| what(a) == what(b)).into_iter().filter_map(|(lblk, len)| {
            let (content, durable) = cell(lblk)?;
            let (kind, label, says) = describe(content);
            let where_ = if durable { "on the medium" } else { "only in the device's cache" };
            let says = format!("{says}, {where_}");
            Some(Segment { lblk, len, kind, label, pblk: None, says })
        });
    let segments = segments.collect();
    let volatile = |lblk| match cell(lblk) {
        Some((_, false)) => Some(MarkKind::Volatile),
        _ => None,
    };
    Stratum {
        id: "media",
        name: "media",
        about: "What the physical blocks hold; a broken outline: only in the device's cache.",
        segments,
        marks: runs_of(0..blocks, &volatile),
        remark: None,
    }
}

/// What a direct read would return if it mapped its blocks now.
fn read_row(setup: &Setup, state: &State, ino: u8, blocks: u8) -> Stratum {
    let inode = &state.inodes[usize::from(ino)];
    let content = |lblk: u8| read_now(setup, state, ino, lblk);
    let what = |lblk| content(lblk).map(source_of);
    let within = pieces(blocks.min(inode.size), &|a, b| what(a) == what(b));
    let segments = within.into_iter().map(|(lblk, len)| {
        let (kind, label, says) = match content(lblk) {
            Some(content) => describe(content),
            None => (Kind::Zeroes, "0".into(), "zeroes".into()),
        };
        Segment { lblk, len, kind, label, pblk: None, says }
    });
    let remark = read_detour(setup, inode);
    let wrong = |lblk: u8| {
        let version = Content::version_of(content(lblk), ino, lblk);
        let stale = Content::is_strange(content(lblk), ino, lblk);
        (version < owed(state, inode, lblk) || stale).then_some(MarkKind::Wrong)
    };
    let marks =
        if remark.is_some() { Vec::new() } else { runs_of(0..blocks.min(inode.size), &wrong) };
    Stratum {
        id: "read",
        name: "a direct read returns",
        about: "What a direct read would return if it mapped its blocks now.",
        segments: segments.collect(),
        marks,
        remark,
    }
}

/// The version that a read of a block must return at least: the latest acknowledged one; after a
/// power cut the latest one that was promised to survive.
fn owed(state: &State, inode: &Inode, lblk: u8) -> u8 {
    let lblk = usize::from(lblk);
    match state.power {
        Power::On => inode.acked[lblk],
        Power::Cut | Power::Recovered => inode.synced[lblk].max(inode.osynced[lblk]),
    }
}

/// What a direct read does before it maps its blocks, which may change its result.
fn read_detour(setup: &Setup, inode: &Inode) -> Option<&'static str> {
    if inode.has_unclean_pages(Inode::whole()) {
        return Some("a reader writes dirty pages back first");
    }
    let waits = setup.design.knobs.nolock_read == NolockRead::Waits && setup.dioread_nolock();
    (waits && inode.i_unwritten > 0).then_some("a reader flushes pending conversions first")
}

/// Whose data it is, block numbers aside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Stale,
    Initial,
    Write(u8),
}

fn source_of(content: Content) -> Source {
    match content {
        Content::Stale => Source::Stale,
        Content::Initial { .. } => Source::Initial,
        Content::Write { nr, .. } => Source::Write(nr),
    }
}

fn describe(content: Content) -> (Kind, String, String) {
    match content {
        Content::Stale => (Kind::Stale, "stale".into(), "what a former owner left".into()),
        Content::Initial { .. } => (Kind::Old, "old".into(), "the file's old data".into()),
        Content::Write { nr, .. } => {
            let name = write_name(nr);
            let says = format!("data of write {name}");
            (Kind::Data, name, says)
        }
    }
}

// Takes `dyn Fn`, so that the loop is compiled once.

/// Cuts `0..blocks` where a block is not the `same` as the first block of its piece.
fn pieces(blocks: u8, same: &dyn Fn(u8, u8) -> bool) -> Vec<(u8, u8)> {
    let mut pieces: Vec<(u8, u8)> = Vec::new();
    for lblk in 0..blocks {
        match pieces.last_mut() {
            Some((first, len)) if same(*first, lblk) => *len += 1,
            _ => pieces.push((lblk, 1)),
        }
    }
    pieces
}

/// The runs of blocks that have the same mark.
fn runs_of(blocks: core::ops::Range<u8>, mark: &dyn Fn(u8) -> Option<MarkKind>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for lblk in blocks {
        let Some(kind) = mark(lblk) else { continue };
        match marks.last_mut() {
            Some(last) if last.kind == kind && last.lblk + last.len == lblk => last.len += 1,
            _ => marks.push(Mark { lblk, len: 1, kind }),
        }
    }
    marks
}
