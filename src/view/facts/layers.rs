//! Makes the layers of a state: page cache, ES tree, disk tree, committed tree, medium, and the
//! result of a direct read.

use crate::bounds::PBLK_FIRST;
use crate::es::Status;
use crate::kernel::{
    Actor, Content, EsContent, Half, Inode, Mapping, NOBODY, NolockRead, Op, Page, Power, Setup,
    State, read_now,
};
use crate::view::words::{lock_name, write_name};

use super::strata::{FileStrata, Kind, Mark, MarkKind, Segment, Strata, Stratum, pieces};

/// The layers of all files in a state.
pub fn strata(setup: &Setup, state: &State) -> Strata {
    let inos = (0..).zip(&setup.files);
    let files = inos.map(|(ino, file)| {
        let rows = rows(setup, state, ino, file.blocks);
        let counters = counters(setup, state, ino);
        FileStrata { ino, name: file.name.clone(), blocks: file.blocks, rows, counters }
    });
    Strata { files: files.collect() }
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
        Page::Astray(..) => Some(MarkKind::Astray),
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

/// Whether the ES tree says written and the disk tree unwritten, so that a conversion is pending.
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
            // Holes are not drawn, because they would clutter three rows.
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

/// The result of a direct read that would map its blocks now.
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
        let stale = inode.is_strange(ino, lblk, content(lblk));
        let owed = owed(state, inode, lblk);
        let older = |half: usize| inode.half_version(ino, lblk, content(lblk), half) < owed[half];
        (older(0) || older(1) || stale).then_some(MarkKind::Wrong)
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

/// The oldest version of each half of a block that a read may return: the latest acknowledged one;
/// after a power cut the latest one that was promised to survive.
fn owed(state: &State, inode: &Inode, lblk: u8) -> [u8; 2] {
    let lblk = usize::from(lblk);
    match state.power {
        Power::On => [0, 1].map(|half| inode.acked.half(lblk, half)),
        Power::Cut | Power::Recovered => {
            [0, 1].map(|half| inode.synced.half(lblk, half).max(inode.osynced.half(lblk, half)))
        }
    }
}

/// The work of a direct read before it maps its blocks, which may change its result.
fn read_detour(setup: &Setup, inode: &Inode) -> Option<&'static str> {
    if inode.has_unclean_pages(Inode::whole()) {
        return Some("by the maps as they are now; a direct read first writes dirty pages back");
    }
    let waits = setup.design.knobs.nolock_read == NolockRead::Waits && setup.dioread_nolock();
    (waits && inode.i_unwritten > 0)
        .then_some("by the maps as they are now; a direct read first waits for pending conversions")
}

/// The origin of a block's data, without block numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Stale,
    Initial,
    Write(u8),
    Halves([Half; 2]),
}

fn source_of(content: Content) -> Source {
    match content {
        Content::Stale => Source::Stale,
        Content::Initial { .. } => Source::Initial,
        Content::Write { nr, .. } => Source::Write(nr),
        Content::Halves { halves, .. } => Source::Halves(halves),
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
        Content::Halves { halves, .. } => {
            let [first, second] = halves.map(half_name);
            let says = format!("the first half is {first}, the second half {second}");
            (Kind::Data, format!("{first}/{second}"), says)
        }
    }
}

/// The content of half a block, in a word.
fn half_name(half: Half) -> String {
    match half {
        Half::Stale => "stale".into(),
        Half::Zeroes => "0".into(),
        Half::Initial => "old".into(),
        Half::Write { nr, .. } => write_name(nr),
    }
}

/// The runs of blocks with the same mark.
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
