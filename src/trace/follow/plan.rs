//! An operation of a trace as a script of the machine, with few enough blocks.

use super::watch::Kind;
use crate::bounds::{BLOCKS_MAX, SLOTS_MAX};
use crate::kernel::{Design, Range, Setup, Sync};
use crate::scenario::Script;
use crate::trace::folder::{Dump, Folder, OpRecord};
use crate::trace::history::History;
use crate::trace::op::{Bytes, Mode, RecordedOp, down, up};
use crate::trace::scene::{Part, Run, Window, range_of, runs};

/// A recorded operation as a script of the machine.
pub(super) struct Prepared<'a> {
    pub(super) plan: Plan<'a>,
    pub(super) window: Window,
    pub(super) script: String,
    pub(super) setup: Setup,
}

impl<'a> Prepared<'a> {
    /// The state before an operation and the operation, with few enough blocks. If it is `quick`,
    /// the bios of AIO writes may be done before `io_submit` lets go of them. The error names the
    /// part that the machine does not have.
    pub(super) fn of(
        folder: &Folder,
        history: &History,
        record: &OpRecord,
        op: &'a RecordedOp,
        design: &Design,
        quick: bool,
    ) -> Result<Prepared<'a>, String> {
        let plan = Plan { quick, ..Plan::of(folder, history, record, op)? };
        let after = Dump::new();
        let all = runs(history, &after, record.size, &plan.parts, folder.block_size);
        let many = || "more runs than blocks".to_string();
        let mut window = tight(&all, |run| plan.covers(run)).ok_or_else(many)?;
        if up(history.size(), folder.block_size) <= window[0].lblk {
            // A file of the machine has at least one block.
            window.insert(0, NO_RUN);
            if window.len() > BLOCKS_MAX as usize {
                return Err(many());
            }
        }
        if window.iter().any(|run| run.disk.is_none()) {
            return Err("blocks not known".into());
        }
        if history.has_flusher() && window.iter().any(|run| run.dirty) {
            // The pages that the flusher has written since are unknown.
            return Err(format!("{} beside the flusher", op.word()));
        }
        let zeroes_beside = |run: &Run| {
            let writes = matches!(op, RecordedOp::BufWrite { .. } | RecordedOp::MmapWrite { .. });
            is_unwritten(run) && (run.dirty || run.part > 0 && writes && !folder.delalloc)
        };
        if !folder.converts_after_writeback() && window.iter().any(zeroes_beside) {
            // `ext4_ext_convert_to_initialized` (fs/ext4/extents.c v6.1) may also write zeroes
            // beside the range.
            return Err(format!("{} that may zero out what is beside", op.word()));
        }
        // Something must follow what is removed, and what moves back needs room.
        let fits = match op {
            RecordedOp::Fallocate { mode: Mode::Collapse, .. } => {
                window.last().is_some_and(|run| run.part == 0)
            }
            RecordedOp::Fallocate { mode: Mode::Insert, .. } => window.len() < BLOCKS_MAX as usize,
            _ => true,
        };
        if !fits {
            return Err(many());
        }
        if let Some(pages) = plan.pages
            && window.iter().any(|run| run.dirty && run.part == 0 && meets(run, pages))
        {
            return Err(format!("{} beside a dirty part of a page", op.word()));
        }
        let script = plan.script(&window, history, folder, design)?;
        let setup = Script::parse(&script).map_err(|error| format!("no script of it: {error}"))?;
        Ok(Prepared { plan, window, script, setup: setup.setup })
    }
}

/// One operation and the state before it as a script of the machine, with few enough blocks.
///
/// # Errors
/// In a few words, the part that the machine does not have.
pub fn script_of_op(
    folder: &Folder,
    ops: &[OpRecord],
    index: u32,
    design: &Design,
) -> Result<String, String> {
    let mut history = History::new(folder);
    for record in ops {
        let op = RecordedOp::parse(&record.op);
        if record.index == index {
            return Prepared::of(folder, &history, record, &op, design, false).map(|it| it.script);
        }
        history.after(record, &op);
    }
    Err("outside of the trace".into())
}

fn is_unwritten(run: &Run) -> bool {
    run.disk.is_some_and(|disk| Kind::of(disk.status) == Kind::Unwritten)
}

fn meets(run: &Run, (first, end): Part) -> bool {
    run.lblk < end && first < run.lblk.saturating_add(run.len)
}

/// The runs of blocks that the operation covers, and one run beside each part.
fn tight(runs: &[Run], is: impl Fn(&Run) -> bool) -> Option<Window> {
    const MOST: usize = BLOCKS_MAX as usize;
    let kind = |run: &Run| {
        let of = |extent: Option<crate::es::Extent>| extent.map(|extent| Kind::of(extent.status));
        (of(run.before), of(run.disk), run.part, run.dirty)
    };
    let mut window: Window = Vec::new();
    let mut beside = None;
    for run in runs {
        if !is(run) {
            // One run keeps two parts apart; any run between them will do.
            beside = beside.or(Some(*run));
            continue;
        }
        if let Some(between) = beside.take() {
            window.push(between);
        }
        match window.last_mut() {
            Some(last) if kind(last) == kind(run) && last.lblk + last.len == run.lblk => {
                last.len += run.len;
            }
            _ => window.push(*run),
        }
    }
    window.extend(beside);
    // The first and the last run keep nothing apart.
    while window.len() > MOST && window.last().is_some_and(|run| !is(run)) {
        window.pop();
    }
    while window.len() > MOST && window.first().is_some_and(|run| !is(run)) {
        window.remove(0);
    }
    (window.len() <= MOST && !window.is_empty()).then_some(window)
}

/// A block of the machine that represents no block of the file.
const NO_RUN: Run = Run {
    lblk: u32::MAX,
    len: 0,
    part: 0,
    dirty: false,
    cached: false,
    before: None,
    after: None,
    disk: Some(crate::es::Extent::new(u32::MAX, 0, 0, crate::es::Status::HOLE)),
};

/// An operation as the machine runs it.
pub(super) struct Plan<'a> {
    parts: Vec<Part>,
    op: &'a RecordedOp,
    /// The pages that the operation writes first, in blocks.
    pages: Option<Part>,
    /// True if some blocks at the edges of the range are zeroed in part.
    has_edges: bool,
    /// True if the bios of AIO writes may be done before `io_submit` lets go of them.
    quick: bool,
}

impl Plan<'_> {
    fn of<'a>(
        folder: &Folder,
        history: &History,
        record: &OpRecord,
        op: &'a RecordedOp,
    ) -> Result<Plan<'a>, String> {
        let bs = folder.block_size;
        let word = op.word();
        let size = history.size();
        let (mut pages, mut has_edges) = (None, false);
        let parts = match op {
            RecordedOp::DioWrite { bytes, .. }
            | RecordedOp::BufWrite { bytes, .. }
            | RecordedOp::DioRead { bytes }
            | RecordedOp::BufRead { bytes }
            | RecordedOp::Fallocate { bytes, mode: Mode::Alloc | Mode::Keep } => {
                vec![bytes.blocks(bs)]
            }
            RecordedOp::AioWrite { iocbs, .. } | RecordedOp::AioRead { iocbs } => {
                iocbs.iter().map(|bytes| bytes.blocks(bs)).collect()
            }
            RecordedOp::Fsync { .. }
            | RecordedOp::Syncfs
            | RecordedOp::Fiemap { .. }
            | RecordedOp::Seekmap
            | RecordedOp::ClearEs
            | RecordedOp::DropCaches { .. } => vec![],
            RecordedOp::SyncFileRange { bytes } => vec![bytes.pages().blocks(bs)],
            RecordedOp::Truncate { size: bytes } if *bytes <= size => {
                vec![(up(*bytes, bs), u32::MAX)]
            }
            RecordedOp::Truncate { size: bytes } => vec![(up(size, bs), up(*bytes, bs))],
            RecordedOp::Fallocate { bytes, mode: Mode::Punch } => {
                let punched = bytes.punched(size);
                pages = punched.map(|bytes| bytes.pages().blocks(bs));
                vec![punched.unwrap_or(*bytes).whole_blocks(bs)]
            }
            RecordedOp::Fallocate { bytes, mode: Mode::Zero | Mode::ZeroKeep } => {
                let (first, end) = bytes.whole_blocks(bs);
                let touched = bytes.blocks(bs);
                has_edges = (first, end) != touched;
                match has_edges {
                    true => vec![(first, end), (touched.0, first), (end, touched.1)],
                    false => vec![(first, end)],
                }
            }
            RecordedOp::Fallocate { bytes, mode } => {
                let (first, end) = bytes.whole_blocks(bs);
                pages = Some((bytes.pages().blocks(bs).0, first));
                match mode {
                    Mode::Insert => vec![(first, u32::MAX)],
                    _ => vec![(first, end)],
                }
            }
            RecordedOp::MmapWrite { bytes } => {
                let (first, end) = bytes.pages().blocks(bs);
                vec![(first, end.min(up(size, bs)))]
            }
            RecordedOp::Seek { offset, .. } => {
                let first = down(*offset, bs);
                vec![(first, up(size, bs).max(first.saturating_add(1)))]
            }
            _ => return Err(word.to_string()),
        };
        let no_more_data = matches!(op, RecordedOp::Seek { .. }) && record.ret == ENXIO;
        if record.ret < 0 && !no_more_data {
            return Err(format!("{word} that fails"));
        }
        if !has_edges && parts.iter().any(|(first, end)| first == end) {
            return Err(format!("{word} inside a block"));
        }
        let mut sorted = parts.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(format!("{word} that overlaps itself"));
        }
        Ok(Plan { parts, op, pages, has_edges, quick: false })
    }

    /// Whether the operation has to do with a run of blocks.
    fn covers(&self, run: &Run) -> bool {
        match self.op {
            RecordedOp::Fsync { .. } | RecordedOp::Syncfs => run.dirty,
            RecordedOp::SyncFileRange { .. } => run.dirty && run.part > 0,
            RecordedOp::Fiemap { .. }
            | RecordedOp::Seekmap
            | RecordedOp::ClearEs
            | RecordedOp::DropCaches { .. } => run.len > 0,
            RecordedOp::Fallocate { mode: Mode::Collapse, .. } => {
                let first = self.parts.first().map_or(0, |(first, _)| *first);
                run.part > 0 || run.dirty && run.lblk >= first
            }
            _ => run.part > 0,
        }
    }

    /// Whether the operation is only the first part of its operation in the machine: it writes
    /// dirty pages and waits for them, and asks for no commit.
    pub(super) fn only_writes_pages(&self) -> bool {
        matches!(self.op, RecordedOp::SyncFileRange { .. } | RecordedOp::Fiemap { sync: true })
    }

    /// The first block from which on the operation moves the blocks of the file.
    pub(super) fn moves_from(&self) -> Option<u32> {
        let moves =
            matches!(self.op, RecordedOp::Fallocate { mode: Mode::Collapse | Mode::Insert, .. });
        self.parts.first().map(|(first, _)| *first).filter(|_| moves)
    }

    /// Whether the operation writes dirty pages beyond the range of a direct read or write.
    pub(super) fn writes_pages(&self) -> bool {
        self.only_writes_pages()
            || self.moves_from().is_some()
            || self.pages.is_some()
            || matches!(self.op, RecordedOp::Fsync { .. } | RecordedOp::Syncfs)
    }

    /// Number of calls of the operation: AIO has a submit call and a reap call.
    pub(super) fn calls(&self) -> u8 {
        if matches!(self.op, RecordedOp::AioWrite { .. }) { 2 } else { 1 }
    }

    /// Ranges of dirty pages, which the machine has to write first.
    pub(super) fn prologue(&self, window: &Window) -> Vec<Range> {
        let mut ranges: Vec<Range> = Vec::new();
        let only_covered = matches!(self.op, RecordedOp::SyncFileRange { .. });
        for (lblk, run) in (0_u8..).zip(window) {
            if !run.dirty || only_covered && !self.covers(run) {
                continue;
            }
            match ranges.last_mut() {
                Some(range) if range.end() == lblk => range.len += 1,
                _ => ranges.push(Range::new(lblk, 1)),
            }
        }
        ranges
    }

    /// The operation and the state before it, as a script.
    fn script(
        &self,
        window: &Window,
        history: &History,
        folder: &Folder,
        design: &Design,
    ) -> Result<String, String> {
        let size_in_blocks = up(history.size(), folder.block_size);
        let inside = |run: &&Run| run.lblk < size_in_blocks || run.len == 0;
        let inside = window.iter().filter(inside).count();
        let allocated = |run: &Run| run.disk.is_some_and(|disk| disk.status.is_mapped());
        if window[inside..].iter().any(allocated) {
            return Err("blocks beyond the size".into());
        }
        let mut text = format!("design {design}\n");
        let mount = if folder.dioread_nolock { "dioread_nolock" } else { "nodioread_nolock" };
        let delalloc = if folder.delalloc { "" } else { " nodelalloc" };
        text += &format!("mount {mount}{delalloc}\nslots {SLOTS_MAX}\n");
        text += &self.budgets();
        text += &format!("file a {inside} blocks");
        for (lblk, run) in window.iter().enumerate() {
            let Some(disk) = run.disk.filter(|disk| disk.status.is_mapped()) else { continue };
            let status = if Kind::of(disk.status) == Kind::Written { 'W' } else { 'U' };
            text += &format!(", {status} {lblk}+1");
        }
        text.push('\n');
        for range in self.prologue(window) {
            text += &format!("t1: buf_write {} {}\n", range.lblk, range.len);
        }
        for line in self.lines(window, inside as u8, folder.block_size)? {
            text += &format!("t1: {line}\n");
        }
        Ok(text)
    }

    /// What the environment may do during the operation.
    fn budgets(&self) -> String {
        match self.op {
            // The flusher writes the pages, and a commit may begin before it has written all.
            RecordedOp::Syncfs => "allow flusher 1\nallow commit 1\n".into(),
            RecordedOp::AioWrite { iocbs, .. } if self.quick => {
                format!("allow quick {}\n", iocbs.len())
            }
            _ => String::new(),
        }
    }

    /// The operations of the machine, one a line.
    fn lines(&self, window: &Window, size: u8, bs: u32) -> Result<Vec<String>, String> {
        let count = self.parts.len() as u32;
        let ranges: Vec<Range> = (1..=count).filter_map(|part| range_of(window, part)).collect();
        let first = ranges.first().map_or(0, |range| range.lblk);
        let one = |word: &str, sync: Sync| -> Vec<String> {
            let line = |range: &Range| on_range(word, *range, sync);
            ranges.iter().map(line).collect()
        };
        Ok(match self.op {
            RecordedOp::DioWrite { bytes, sync } => {
                let cut = ranges.iter().map(|range| cut(*range, *bytes, bs));
                cut.map(|range| on_range("dio_write", range, *sync)).collect()
            }
            RecordedOp::BufWrite { sync, .. } => one("buf_write", *sync),
            RecordedOp::DioRead { .. } | RecordedOp::AioRead { .. } => one("dio_read", Sync::No),
            RecordedOp::BufRead { .. } => one("buf_read", Sync::No),
            RecordedOp::Fallocate { mode, .. } => match mode {
                Mode::Alloc | Mode::Keep => one("fallocate", Sync::No),
                Mode::Punch => one("punch", Sync::No),
                Mode::Zero | Mode::ZeroKeep if self.has_edges => self.zero_with_edges(window),
                Mode::Zero | Mode::ZeroKeep => one("zero_range", Sync::No),
                Mode::Collapse => one("collapse", Sync::No),
                Mode::Insert => vec![format!("insert_range {first} 1")],
            },
            RecordedOp::MmapWrite { .. } => {
                let blocks = ranges.iter().flat_map(|range| range.blocks());
                blocks.map(|lblk| format!("mmap_write {lblk}")).collect()
            }
            RecordedOp::Seek { hole, .. } => {
                vec![format!("{} {first}", if *hole { "seek_hole" } else { "seek_data" })]
            }
            RecordedOp::Fiemap { sync: true } | RecordedOp::SyncFileRange { .. } => {
                vec!["fdatasync".into()]
            }
            RecordedOp::Fiemap { sync: false } | RecordedOp::Seekmap => vec!["fiemap".into()],
            RecordedOp::DropCaches { what } => vec![format!("drop_caches {what}")],
            // `ext4_clear_inode_es` (fs/ext4/extents_status.c v5.4) frees what the shrinker may,
            // which first takes the REFERENCED marks away.
            RecordedOp::ClearEs => vec!["drop_caches 2".into(); 2],
            RecordedOp::AioWrite { iocbs, sync } => {
                if ranges.len() > SLOTS_MAX as usize {
                    return Err("more iocbs than slots".into());
                }
                let cut = ranges.iter().zip(iocbs).map(|(range, bytes)| cut(*range, *bytes, bs));
                let io: Vec<String> = cut.map(|range| range.words().join("+")).collect();
                let line = format!("aio_write io={}{}", io.join(","), word_of(*sync));
                vec![line, "getevents".into()]
            }
            RecordedOp::Fsync { datasync: false } | RecordedOp::Syncfs => vec!["fsync".into()],
            RecordedOp::Fsync { datasync: true } => vec!["fdatasync".into()],
            RecordedOp::Truncate { .. } => {
                let kept = window.iter().take_while(|run| run.part == 0).count();
                let grown = ranges.first().filter(|range| range.lblk >= size);
                vec![format!("truncate {}", grown.map_or(kept, |range| usize::from(range.end())))]
            }
            _ => return Err(self.op.word().to_string()),
        })
    }

    /// `ext4_zero_range` of a range that begins or ends inside a block (fs/ext4/extents.c v6.1):
    /// everything is allocated, and then the whole blocks are zeroed.
    fn zero_with_edges(&self, window: &Window) -> Vec<String> {
        let ranges: Vec<Range> = (1..=3).filter_map(|part| range_of(window, part)).collect();
        let first = ranges.iter().map(|range| range.lblk).min().unwrap_or(0);
        let end = ranges.iter().map(|range| range.end()).max().unwrap_or(first);
        let zeroed = range_of(window, 1).map(|range| on_range("zero_range", range, Sync::No));
        let all = on_range("fallocate", Range::new(first, end - first), Sync::No);
        core::iter::once(all).chain(zeroed).collect()
    }
}

/// The result of a call that finds no data.
const ENXIO: i64 = -6;

fn word_of(sync: Sync) -> &'static str {
    match sync {
        Sync::No => "",
        Sync::Dsync => " sync=1",
        Sync::Osync => " sync=2",
    }
}

fn on_range(word: &str, range: Range, sync: Sync) -> String {
    format!("{word} {}{}", range.words().join(" "), word_of(sync))
}

/// The range of a direct write without the halves of blocks in which it begins or ends.
fn cut(range: Range, bytes: Bytes, bs: u32) -> Range {
    let inside = |byte: u64| !byte.is_multiple_of(u64::from(bs.max(1)));
    let head = u8::from(inside(bytes.offset));
    let tail = u8::from(inside(bytes.end()));
    let halves = (range.halves() - head).saturating_sub(tail).max(1);
    Range::of_halves(range.first_half() + head, halves)
}
