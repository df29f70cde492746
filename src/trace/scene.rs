//! From a real file to one that fits the machine. Runs of blocks that an operation and both dumps
//! treat alike become one block; what touches still touches, and what lies one behind the other on
//! the device still does. Where that is more than the machine holds, the operation is looked at
//! through several windows, each with the blocks around it.

use std::collections::BTreeSet;

use crate::bounds::{BLOCKS_MAX, PBLK_FIRST};
use crate::es::{EsOp, Extent, Memory, Status};
use crate::kernel::{Content, File, Mapping, Media, Op, Page, Range, Row, Setup, State};

use super::folder::{Dump, Folder};
use super::history::History;
use super::op::up;

/// A run of blocks of the real file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// The first block of the run, in blocks of the real file.
    pub lblk: u32,
    /// The length of the run in blocks.
    pub len: u32,
    /// Which part of the operation is on it: 0 none, else counted from 1.
    pub part: u32,
    /// Its page is dirty.
    pub dirty: bool,
    /// Its page may be in the page cache.
    pub cached: bool,
    /// The ES tree before.
    pub before: Option<Extent>,
    /// The ES tree after.
    pub after: Option<Extent>,
    /// The disk tree before; `None` if it is not known.
    pub disk: Option<Extent>,
}

/// A part of an operation: its first block and the block after its last.
pub type Part = (u32, u32);

/// Runs that go into one machine, in the order of their blocks.
pub type Window = Vec<Run>;

/// The runs of a file around an operation. `after` is a dump, or empty where none is asked for.
pub fn runs(history: &History, after: &Dump, size_after: u64, parts: &[Part], bs: u32) -> Vec<Run> {
    let of_dump = |dump: &Dump| -> Vec<u32> {
        dump.iter().flat_map(|e| [e.lblk, e.lblk.saturating_add(e.len)]).collect()
    };
    let mut edges: Vec<u32> = [0, u32::MAX].into();
    edges.extend(of_dump(history.es()));
    edges.extend(of_dump(after));
    edges.extend(history.edges());
    edges.extend(parts.iter().flat_map(|(first, end)| [*first, *end]));
    let sizes = [up(history.size(), bs), up(size_after, bs)];
    edges.extend(sizes);
    edges.sort_unstable();
    edges.dedup();
    let mut runs: Vec<Run> = Vec::new();
    for pair in edges.windows(2) {
        let (lblk, len) = (pair[0], pair[1] - pair[0]);
        let on = |part: &Part| part.0 <= lblk && lblk < part.1;
        let before = from(history.es(), lblk);
        let run = Run {
            lblk,
            len,
            part: parts.iter().position(on).map_or(0, |at| at as u32 + 1),
            dirty: history.is_dirty(lblk) || before.is_some_and(|e| e.status.is_delonly()),
            // What is cached in the ES tree is found there, whoever asks.
            cached: before.is_none() && history.may_be_cached(lblk),
            before,
            after: from(after, lblk),
            disk: history.disk(lblk).map(|extent| tail(&extent, lblk)),
        };
        match runs.last_mut() {
            Some(last) if !sizes.contains(&lblk) && goes_on(last, &run) => last.len += len,
            _ => runs.push(run),
        }
    }
    runs
}

fn from(dump: &Dump, lblk: u32) -> Option<Extent> {
    let after = dump.partition_point(|extent| extent.lblk <= lblk);
    let extent = dump.get(after.checked_sub(1)?)?;
    extent.contains(lblk).then(|| tail(extent, lblk))
}

/// An extent from a block on.
fn tail(extent: &Extent, lblk: u32) -> Extent {
    let skip = lblk - extent.lblk;
    let mapped = extent.status.is_mapped() && extent.pblk > 0;
    let pblk = if mapped { extent.pblk + u64::from(skip) } else { 0 };
    Extent { lblk, len: extent.len - skip, pblk, status: extent.status.kind() }
}

fn goes_on(one: &Run, next: &Run) -> bool {
    let alike = |one: Option<Extent>, next: Option<Extent>, len: u32| match (one, next) {
        (None, None) => true,
        (Some(one), Some(next)) => {
            let contiguous = one.pblk == 0 && next.pblk == 0
                || one.pblk > 0 && one.pblk + u64::from(len) == next.pblk;
            one.status == next.status && contiguous
        }
        _ => false,
    };
    one.part == next.part
        && (one.dirty, one.cached) == (next.dirty, next.cached)
        && alike(one.before, next.before, one.len)
        && alike(one.after, next.after, one.len)
        && alike(one.disk, next.disk, one.len)
}

impl Run {
    fn is_hole(&self) -> bool {
        self.disk.is_some_and(|extent| !extent.status.is_mapped())
    }
}

/// Cuts a file into windows that fit the machine: what the operation has to do with, and the runs
/// beside it. `None` if what has to be together does not fit.
pub fn windows(runs: &[Run], asked: impl Fn(&Run) -> bool) -> Option<Vec<Window>> {
    if runs.len() <= MOST {
        return Some(vec![runs.to_vec()]);
    }
    // Windows as positions of runs; the last one may get more.
    let mut windows: Vec<Vec<usize>> = Vec::new();
    let mut at = 0;
    while at < runs.len() {
        if !asked(&runs[at]) {
            at += 1;
            continue;
        }
        let stretch = (at..runs.len()).take_while(|n| asked(&runs[*n])).count();
        let (first, mut end) = with_neighbours(runs, at, at + stretch);
        if end - first > MOST {
            // What the operation does to a block it does to every block alike: a long stretch is
            // looked at in pieces.
            let (_, short) = with_neighbours(runs, at, at + 1);
            end = (first + MOST).max(short);
            if end - first > MOST {
                return None;
            }
        }
        let until = windows.last().and_then(|window| window.last()).map_or(0, |last| last + 1);
        let new = first.max(until)..end;
        match windows.last_mut() {
            Some(window)
                if window.len() + new.len() <= MOST
                    && (first <= until || is_apart(&runs[until - 1], &runs[first])) =>
            {
                window.extend(new);
            }
            _ => windows.push((first..end).collect()),
        }
        // The last run of a piece is beside the next one, which begins with it.
        at = if end >= at + stretch { at + stretch } else { (end - 1).max(at + 1) };
    }
    if windows.is_empty() {
        windows.push((0..MOST).collect());
    }
    let of = |window: Vec<usize>| window.into_iter().map(|at| runs[at]).collect();
    Some(windows.into_iter().map(of).collect())
}

/// Windows of an operation that removes the blocks from `first` to `stop`, or moves all blocks from
/// `first` on. It treats all blocks from `first` on alike, so that they are looked at in pieces,
/// each with the blocks before, and with the last removed run and the first after it. `None` if
/// there is nothing to move.
pub fn windows_of_move(runs: &[Run], first: u32, stop: u32) -> Option<Vec<Window>> {
    let at = runs.partition_point(|run| run.lblk < first);
    let after = runs.partition_point(|run| run.lblk < stop);
    let of_page = runs[..at].iter().position(|run| run.part > 0);
    let from = of_page.unwrap_or(at).min(at.saturating_sub(1));
    let needed = (from..at).chain(after.saturating_sub(1).max(at)..=after);
    let needed: BTreeSet<usize> = needed.filter(|at| *at < runs.len()).collect();
    if after >= runs.len() || needed.len() + PIECE >= MOST {
        return None;
    }
    let rest: Vec<usize> = (at..runs.len()).collect();
    let windows = rest.chunks(PIECE).map(|piece| {
        let all: BTreeSet<usize> = needed.iter().chain(piece).copied().collect();
        all.into_iter().map(|at| runs[at]).collect()
    });
    Some(windows.collect())
}

/// The number of moved runs that are looked at together.
const PIECE: usize = 8;

/// A stretch of runs with one on each side, and if that is a hole, with all of the hole and what
/// ends it: a miss caches the gap between two extents.
fn with_neighbours(runs: &[Run], mut first: usize, mut end: usize) -> (usize, usize) {
    loop {
        first = first.saturating_sub(1);
        if first == 0 || !runs[first].is_hole() {
            break;
        }
    }
    loop {
        end = (end + 1).min(runs.len());
        if end == runs.len() || !runs[end - 1].is_hole() {
            break;
        }
    }
    (first, end)
}

const MOST: usize = BLOCKS_MAX as usize;

/// Whether two runs that come to touch still cannot be one extent.
fn is_apart(one: &Run, next: &Run) -> bool {
    let hole = |run: &Run| {
        let no_block = |extent: Option<Extent>| extent.is_none_or(|e| !e.status.is_mapped());
        no_block(run.disk) && no_block(run.before)
    };
    !(hole(one) && hole(next))
}

/// A machine with the blocks of a window.
pub struct Scene {
    /// One file, and no thread yet.
    pub setup: Setup,
    /// Where a run begins.
    pub state: State,
    /// The physical block of each block that has one before.
    pub pblks: Vec<Option<u8>>,
}

/// Builds a machine for a window, with the pages dirty that `dirty` says.
pub fn scene(
    window: &Window,
    history: &History,
    folder: &Folder,
    dirty: impl Fn(&Run) -> bool,
) -> Scene {
    let size_in_blocks = up(history.size(), folder.block_size);
    let size = window.iter().filter(|run| run.lblk < size_in_blocks).count() as u8;
    let mut setup = Setup::new(Row::V5_5);
    if let Some(release) = folder.release {
        setup.design = release.design();
    }
    setup.mount = Some(folder.dioread_nolock);
    setup.delalloc = folder.delalloc;
    setup.files = vec![File { name: "a".into(), blocks: size, extents: Vec::new() }];
    let mut state = State::initial(&setup);
    let mut pblks = Vec::new();
    let mut next = 0_u8;
    let mut before: Option<&Run> = None;
    for (lblk, run) in (0_u8..).zip(window) {
        let disk = run.disk.filter(|extent| extent.status.is_mapped());
        let pblk = disk.map(|extent| {
            let follows = before.is_some_and(|before| {
                let end = before
                    .disk
                    .map_or(0, |b| if b.pblk > 0 { b.pblk + u64::from(before.len) } else { 0 });
                before.lblk + before.len == run.lblk && end > 0 && end == extent.pblk
            });
            if !follows && next > 0 {
                next += 1;
            }
            next += 1;
            next - 1
        });
        place(&mut setup, &mut state, lblk, run, pblk);
        if dirty(run) {
            let content = Content::Write { nr: 0, ino: 0, lblk, version: 1 };
            state.inodes[0].pages[usize::from(lblk)] = Page::Dirty(content);
            state.inodes[0].version[usize::from(lblk)] = 1;
        }
        pblks.push(pblk);
        before = Some(run);
    }
    state.inodes[0].committed = state.inodes[0].disk;
    state.inodes[0].size = size;
    state.inodes[0].disksize = size;
    state.inodes[0].committed_size = size;
    Scene { setup, state, pblks }
}

/// Puts a run into both trees.
fn place(setup: &mut Setup, state: &mut State, lblk: u8, run: &Run, pblk: Option<u8>) {
    let knobs = setup.design.knobs;
    let rules = knobs.es_version.rules();
    let inode = &mut state.inodes[0];
    let written = run.disk.is_some_and(|extent| extent.status.any(Status::WRITTEN));
    inode.disk[usize::from(lblk)] = match pblk {
        Some(pblk) if written => Mapping::Written(pblk),
        Some(pblk) => Mapping::Unwritten(pblk),
        None => Mapping::Hole,
    };
    if let Some(pblk) = pblk
        && written
    {
        let content = Content::Initial { ino: 0, lblk };
        state.media[usize::from(pblk)] = Media { now: content, durable: content };
    }
    let Some(extent) = run.before else { return };
    let pblk = pblk.filter(|_| extent.status.is_mapped());
    let extent = Extent {
        lblk: u32::from(lblk),
        len: 1,
        pblk: pblk.map_or(0, |pblk| PBLK_FIRST + u64::from(pblk)),
        status: extent.status.kind(),
    };
    let _ = inode.es.apply(rules, &mut Memory::plenty(), EsOp::Insert(extent));
    // A dump has looked at every extent.
    let _ = inode.es.lookup(rules, u32::from(lblk));
}

/// The blocks of a window on which a part of the operation is.
pub fn range_of(window: &Window, part: u32) -> Option<Range> {
    let first = window.iter().position(|run| run.part == part)?;
    let len = window[first..].iter().take_while(|run| run.part == part).count();
    Some(Range::new(first as u8, len as u8))
}

/// Adds an operation to the only thread.
pub fn add(setup: &mut Setup, op: Op) {
    setup.push(0, op);
}
