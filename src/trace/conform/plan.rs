//! How the machine runs a recorded operation: which blocks it is on, and with which operations.

use crate::es::Status;
use crate::kernel::{Iocbs, Op, Range, RangeMode, Sync};

use super::super::folder::{Folder, OpRecord};
use super::super::history::History;
use super::super::op::{Bytes, Mode, PAGE_BYTES, RecordedOp, down, up};
use super::super::scene::{Part, Run, Window, range_of, windows, windows_of_move};

/// An operation as the machine runs it.
pub(super) struct Plan {
    /// The ranges of the operation, in blocks of the file.
    pub(super) parts: Vec<Part>,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The call finds nothing to do, or only reads.
    Nothing,
    /// Every extent that is not delayed leaves the ES tree.
    ClearEs,
    DioWrite(Sync),
    BufWrite(Sync),
    AioWrite(Sync),
    MmapWrite,
    Reads,
    BufRead,
    /// Writes dirty pages: of part 1 if there is one, else of the file.
    Fsync {
        datasync: bool,
    },
    /// Part 1 is freed; part 2 is the block that is zeroed in part.
    Truncate {
        lblk: u32,
    },
    /// The file grows to part 1.
    Grow,
    Fallocate,
    /// Part 1 changes; the others are blocks that are zeroed in part, or share a page with the
    /// range, so that they are written too.
    Punch,
    /// Part 1 is zeroed; parts 2 and 3 are blocks at the edges that are zeroed in part.
    Zero,
    /// Part 1 is removed, or the blocks from part 1 on move. Part 2 shares a page with it.
    Move {
        mode: RangeMode,
    },
    DropCaches {
        what: u8,
    },
    Fiemap {
        sync: bool,
    },
    /// Finds all data up to a block.
    Seekmap {
        end: u32,
    },
    /// Finds data or a hole within part 1.
    Seek {
        hole: bool,
    },
}

/// Calls that change no extent: they read flags or counts, drop clean pages, or cache the leaves of
/// the disk tree, of which the machine's has none (`ext4_ext_precache`, fs/ext4/extents.c v6.1).
const CHANGE_NOTHING: [&str; 4] = ["getstate", "es_shrinker_info", "precache", "fadvise_dontneed"];
/// The result of a call that finds nothing.
const ENXIO: i64 = -6;
/// The number of the part that an operation is about.
const MAIN: u32 = 1;

impl Plan {
    /// Makes a plan. The error names the feature that the machine does not have.
    pub(super) fn of(
        folder: &Folder,
        history: &History,
        record: &OpRecord,
        op: &RecordedOp,
    ) -> Result<Plan, String> {
        let bs = folder.block_size;
        let word = op.word();
        let no_more_data = matches!(op, RecordedOp::Seek { .. }) && record.ret == ENXIO;
        if record.ret < 0 && !no_more_data {
            return Err(format!("{word} that fails"));
        }
        let plan = |parts: Vec<Part>, kind| Ok(Plan { parts, kind });
        // Nothing can be read beyond the end of the file. Direct IO that starts before the end maps
        // the whole requested range (`__iomap_dio_rw`, fs/iomap/direct-io.c v6.1); the page cache
        // stops at the end.
        let end = up(history.size(), bs);
        let begins = |part: &Part| part.0 < end;
        match op {
            RecordedOp::DioWrite { bytes, sync } => {
                plan(vec![bytes.blocks(bs)], Kind::DioWrite(*sync))
            }
            RecordedOp::BufWrite { bytes, sync } => {
                plan(vec![bytes.blocks(bs)], Kind::BufWrite(*sync))
            }
            RecordedOp::AioWrite { iocbs, sync } => {
                plan(apart(word, iocbs, bs)?, Kind::AioWrite(*sync))
            }
            RecordedOp::MmapWrite { bytes } => {
                // A fault is about a whole page.
                let (first, last) = bytes.pages().blocks(bs);
                plan(vec![(first, last.min(end))], Kind::MmapWrite)
            }
            RecordedOp::AioRead { iocbs } => {
                let parts = apart(word, iocbs, bs)?;
                plan(parts.into_iter().filter(begins).collect(), Kind::Reads)
            }
            RecordedOp::DioRead { bytes } => {
                let part = Some(bytes.blocks(bs)).filter(begins);
                plan(part.into_iter().collect(), Kind::Reads)
            }
            RecordedOp::BufRead { bytes } => {
                let part = Some(bytes.blocks(bs)).filter(begins);
                let part = part.map(|(first, last)| (first, last.min(end)));
                plan(part.into_iter().collect(), Kind::BufRead)
            }
            RecordedOp::Fsync { datasync } => plan(vec![], Kind::Fsync { datasync: *datasync }),
            RecordedOp::Syncfs => plan(vec![], Kind::Fsync { datasync: false }),
            RecordedOp::SyncFileRange { bytes } => {
                plan(vec![bytes.pages().blocks(bs)], Kind::Fsync { datasync: true })
            }
            RecordedOp::Truncate { size } => Ok(plan_of_truncate(history, *size, bs)),
            RecordedOp::Fallocate { bytes, mode } => {
                Ok(plan_of_fallocate(history, *bytes, *mode, bs))
            }
            RecordedOp::DropCaches { what } => plan(vec![], Kind::DropCaches { what: *what }),
            RecordedOp::Fiemap { sync } => plan(vec![], Kind::Fiemap { sync: *sync }),
            RecordedOp::Seekmap => plan(vec![], Kind::Seekmap { end }),
            RecordedOp::Seek { offset, hole } => {
                let first = down(*offset, bs);
                let found = u64::try_from(record.ret).ok().map(|at| down(at, bs).saturating_add(1));
                let end = found.unwrap_or(end).min(end);
                match first < end {
                    true => plan(vec![(first, end)], Kind::Seek { hole: *hole }),
                    false => plan(vec![], Kind::Nothing),
                }
            }
            RecordedOp::ClearEs => plan(vec![], Kind::ClearEs),
            RecordedOp::Other { word } if word == "fadvise_dontneed" && history.has_dirty() => {
                // Nobody waits for the writeback that it starts.
                Err(format!("{word} of dirty pages"))
            }
            RecordedOp::Other { word } if CHANGE_NOTHING.contains(&word.as_str()) => {
                plan(vec![], Kind::Nothing)
            }
            RecordedOp::Other { .. } => Err(word.into()),
        }
    }

    /// The windows through which the machine looks at the runs, if each fits.
    pub(super) fn windows(&self, runs: &[Run]) -> Option<Vec<Window>> {
        let windows = match (self.kind, self.parts.first()) {
            (Kind::Move { mode: RangeMode::Collapse }, Some((first, stop))) => {
                windows_of_move(runs, *first, *stop)?
            }
            (Kind::Move { .. }, Some((first, _))) => windows_of_move(runs, *first, *first)?,
            _ => windows(runs, |run| self.asks(run))?,
        };
        // The shrinker's choice depends on the number of extents in the whole filesystem, and a
        // search for data goes from block to block.
        let whole = match self.kind {
            Kind::DropCaches { what } => what & 2 != 0,
            Kind::Seek { .. } => true,
            _ => false,
        };
        (!whole || windows.len() == 1).then_some(windows)
    }

    /// Whether the operation has to do with a run of blocks.
    fn asks(&self, run: &Run) -> bool {
        match self.kind {
            Kind::Nothing => false,
            Kind::Fsync { .. } => self.dirties(run),
            Kind::Fiemap { sync } => run.before.is_none() || sync && run.dirty,
            Kind::Seekmap { end } => run.before.is_none() && run.lblk < end,
            Kind::DropCaches { .. } => true,
            Kind::ClearEs => run.before.is_some(),
            _ => run.part > 0,
        }
    }

    /// Whether the page of a run is dirty in the machine.
    pub(super) fn dirties(&self, run: &Run) -> bool {
        run.dirty
            && match self.kind {
                Kind::Fiemap { sync } => sync,
                Kind::Seekmap { .. } | Kind::Nothing | Kind::ClearEs => false,
                Kind::Fsync { .. } => self.parts.is_empty() || run.part == MAIN,
                Kind::Punch => run.part > 0,
                Kind::Move { .. } => run.part > 0 || self.moves(run),
                _ => true,
            }
    }

    /// Whether a run lies in the part of the file that an operation moves.
    fn moves(&self, run: &Run) -> bool {
        let first = self.parts.first().map_or(u32::MAX, |(first, _)| *first);
        matches!(self.kind, Kind::Move { .. }) && run.lblk >= first
    }

    /// Whether the operation depends on what the disk tree has at a run, and that is not known.
    pub(super) fn is_in_doubt(&self, run: &Run) -> bool {
        let ignores_disk = matches!(self.kind, Kind::Nothing | Kind::ClearEs);
        if ignores_disk || self.moves(run) && !self.dirties(run) {
            // Whatever is there, it leaves the ES tree.
            return false;
        }
        run.disk.is_none() && (run.before.is_none() || run.part > 0)
    }

    /// The feature of a window that the machine does not have.
    pub(super) fn not_in(
        &self,
        window: &Window,
        folder: &Folder,
        history: &History,
    ) -> Option<&'static str> {
        let reads = |run: &Run| match self.kind {
            Kind::BufRead | Kind::BufWrite(_) | Kind::MmapWrite => run.part > 0,
            Kind::Punch => matches!(run.part, 2 | 3),
            Kind::Truncate { .. } => run.part == 2,
            _ => false,
        };
        let unsure = |run: &Run| reads(run) && run.cached && run.before.is_none();
        let found = |run: &Run| {
            let unwritten = run.disk.is_some_and(|extent| extent.status.any(Status::UNWRITTEN));
            unwritten && !run.dirty && history.may_be_cached_within(run.lblk, run.len)
        };
        let seeks = matches!(self.kind, Kind::Seek { .. });
        if window.iter().any(|run| unsure(run) || seeks && run.part == MAIN && found(run)) {
            return Some("of pages that may be cached");
        }
        // `ext4_ext_convert_to_initialized` (fs/ext4/extents.c v6.1) may also write zeroes beside
        // the range.
        // Pages are written whole, and the machine has one block to a page.
        let beside = |run: &Run| run.dirty && run.part == 0 && self.shares_page(run, folder);
        if window.iter().any(beside) {
            return Some("beside a dirty part of a page");
        }
        let unwritten = |run: &Run| {
            let disk = run.disk.is_some_and(|extent| extent.status.any(Status::UNWRITTEN));
            let writes = matches!(self.kind, Kind::BufWrite(_) | Kind::MmapWrite);
            disk && (run.dirty || run.part > 0 && writes)
        };
        if !folder.converts_after_writeback() && window.iter().any(unwritten) {
            return Some("that may zero out what is beside");
        }
        None
    }

    /// Whether a run shares a page with a range whose pages are written.
    fn shares_page(&self, run: &Run, folder: &Folder) -> bool {
        let writes = match self.kind {
            Kind::DioWrite(_) | Kind::AioWrite(_) | Kind::Reads => true,
            Kind::BufWrite(sync) => sync != Sync::No,
            _ => false,
        };
        let blocks = (PAGE_BYTES / folder.block_size.max(1)).max(1);
        let end = run.lblk.saturating_add(run.len);
        let meets = |(first, last): &Part| {
            let first = first / blocks * blocks;
            let last = last.checked_next_multiple_of(blocks).unwrap_or(u32::MAX);
            run.lblk < last && first < end
        };
        writes && self.parts.iter().any(meets)
    }

    /// Whether the machine's result is compared for a run. Readahead may look up blocks that no
    /// operation asked for.
    pub(super) fn compares(&self, run: &Run) -> bool {
        let reads_ahead = matches!(self.kind, Kind::BufRead | Kind::MmapWrite);
        !reads_ahead || run.part > 0 || run.before.is_some()
    }

    /// Whether the operation maps blocks beyond the end of the file. FIEMAP continues there, and so
    /// do the mapping of a direct read that starts before the end, and a punch up to the end of the
    /// page.
    pub(super) fn goes_beyond(&self) -> bool {
        matches!(self.kind, Kind::Fiemap { .. } | Kind::Reads | Kind::Punch)
    }

    /// The operations of the machine's thread for a window.
    pub(super) fn ops(&self, window: &Window) -> Result<Vec<Op>, String> {
        let ranges: Vec<Range> =
            (1..=self.parts.len() as u32).filter_map(|part| range_of(window, part)).collect();
        let (ino, nr) = (0, 0);
        let of = |part: u32| range_of(window, part);
        let edge = |part: u32| of(part).map(|range| Op::BufRead { ino, range });
        let dirty = window.iter().any(|run| self.dirties(run));
        let written = dirty.then_some(Op::Fsync { ino, datasync: true });
        let range_op = |mode: RangeMode| of(MAIN).map(|range| Op::Range { ino, range, mode });
        Ok(match self.kind {
            Kind::Nothing => vec![],
            Kind::DioWrite(sync) => ranges
                .into_iter()
                .map(|range| Op::DioWrite { ino, range, sync, aio: false, nr })
                .collect(),
            Kind::BufWrite(sync) => {
                ranges.into_iter().map(|range| Op::BufWrite { ino, range, sync, nr }).collect()
            }
            Kind::MmapWrite => {
                let blocks = ranges.into_iter().flat_map(Range::blocks);
                blocks.map(|lblk| Op::MmapWrite { ino, lblk, nr }).collect()
            }
            Kind::AioWrite(sync) => match ranges.as_slice() {
                [] => vec![],
                [range] => {
                    let write = Op::DioWrite { ino, range: *range, sync, aio: true, nr };
                    vec![write, Op::Getevents { nr: 0 }]
                }
                many => {
                    let iocbs = Iocbs::new(many).ok_or("has more iocbs than slots")?;
                    vec![Op::AioBatch { ino, iocbs, sync, nr }, Op::Getevents { nr: 0 }]
                }
            },
            Kind::Reads => ranges.into_iter().map(|range| Op::DioRead { ino, range }).collect(),
            Kind::BufRead => ranges.into_iter().map(|range| Op::BufRead { ino, range }).collect(),
            Kind::Fsync { datasync } => vec![Op::Fsync { ino, datasync }],
            Kind::Truncate { lblk } => {
                let size = window.iter().filter(|run| run.lblk < lblk).count() as u8;
                edge(2).into_iter().chain([Op::Truncate { ino, size }]).collect()
            }
            Kind::Grow => {
                let grown = of(MAIN).map(|range| Op::Truncate { ino, size: range.end() });
                grown.into_iter().collect()
            }
            Kind::Fallocate => {
                ranges.into_iter().map(|range| Op::Fallocate { ino, range }).collect()
            }
            Kind::Punch => {
                let edges = [edge(2), edge(3)].into_iter().flatten();
                written.into_iter().chain(edges).chain(range_op(RangeMode::Punch)).collect()
            }
            Kind::Zero => {
                // With an edge inside a block, the whole range is allocated first.
                let edges = of(2).is_some() || of(3).is_some();
                let all = hull(&ranges).filter(|_| edges);
                let first = all.map(|range| Op::Fallocate { ino, range });
                let reads = [edge(2), edge(3)].into_iter().flatten();
                let zeroed = range_op(RangeMode::Zero);
                first.into_iter().chain(zeroed).chain(reads).collect()
            }
            Kind::Move { mode } => {
                let range = of(MAIN).ok_or("has no block to move")?;
                let range = match mode {
                    RangeMode::Insert => Range::new(range.lblk, 1),
                    _ => range,
                };
                written.into_iter().chain([Op::Range { ino, range, mode }]).collect()
            }
            Kind::DropCaches { what } => vec![Op::DropCaches { what }],
            // `ext4_clear_inode_es` (fs/ext4/extents_status.c v5.4) frees what the shrinker may.
            // The first run only takes the REFERENCED marks away.
            Kind::ClearEs => vec![Op::DropCaches { what: 2 }; 2],
            Kind::Fiemap { .. } => written.into_iter().chain([Op::Fiemap { ino }]).collect(),
            // SEEK_DATA and SEEK_HOLE in turns map every block up to the size, as FIEMAP does.
            Kind::Seekmap { .. } => vec![Op::Fiemap { ino }],
            Kind::Seek { hole } => {
                let from = of(MAIN).map(|range| Op::Seek { ino, lblk: range.lblk, hole });
                from.into_iter().collect()
            }
        })
    }
}

/// `ftruncate`. For a size inside a block, the rest of the block is zeroed, for which the block is
/// read.
fn plan_of_truncate(history: &History, size: u64, bs: u32) -> Plan {
    let (lblk, inside) = (up(size, bs), down(size, bs));
    if size > history.size() {
        let end = up(history.size(), bs);
        let kind = if end < lblk { Kind::Grow } else { Kind::Nothing };
        return Plan { parts: vec![(end, lblk)], kind };
    }
    let mut parts = vec![(lblk, u32::MAX)];
    if inside < lblk {
        parts.push((inside, lblk));
    }
    Plan { parts, kind: Kind::Truncate { lblk } }
}

/// `fallocate` (fs/ext4/{extents,inode}.c v6.1).
fn plan_of_fallocate(history: &History, bytes: Bytes, mode: Mode, bs: u32) -> Plan {
    let (first, stop) = bytes.whole_blocks(bs);
    let before_page = (bytes.pages().blocks(bs).0, first);
    let of_move = |part: Part, mode: RangeMode| Plan {
        parts: vec![part, before_page],
        kind: Kind::Move { mode },
    };
    match mode {
        Mode::Alloc | Mode::Keep => Plan { parts: vec![bytes.blocks(bs)], kind: Kind::Fallocate },
        Mode::Punch => match bytes.punched(history.size()) {
            None => Plan { parts: vec![], kind: Kind::Nothing },
            Some(bytes) => {
                let (touched, pages) = (bytes.blocks(bs), bytes.pages().blocks(bs));
                let mut parts = whole_and_edges(bytes, bs);
                parts.extend([(pages.0, touched.0), (touched.1, pages.1)]);
                Plan { parts, kind: Kind::Punch }
            }
        },
        Mode::Zero | Mode::ZeroKeep => Plan { parts: whole_and_edges(bytes, bs), kind: Kind::Zero },
        Mode::Collapse => of_move((first, stop), RangeMode::Collapse),
        Mode::Insert => of_move((first, u32::MAX), RangeMode::Insert),
    }
}

/// The whole blocks of a range, and the block at each end that is in it in part.
fn whole_and_edges(bytes: Bytes, bs: u32) -> Vec<Part> {
    let (first, stop) = bytes.whole_blocks(bs);
    let touched = bytes.blocks(bs);
    vec![(first, stop), (touched.0, first), (stop, touched.1)]
}

/// The ranges of iocbs, if each block is in only one.
fn apart(word: &str, iocbs: &[Bytes], bs: u32) -> Result<Vec<Part>, String> {
    let parts: Vec<Part> = iocbs.iter().map(|bytes| bytes.blocks(bs)).collect();
    let mut sorted = parts.clone();
    sorted.sort_unstable();
    match sorted.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        true => Err(format!("{word} that overlaps itself")),
        false => Ok(parts),
    }
}

/// The range from the first to the last block of some ranges.
fn hull(ranges: &[Range]) -> Option<Range> {
    let first = ranges.iter().map(|range| range.lblk).min()?;
    let end = ranges.iter().map(|range| range.end()).max()?;
    Some(Range::new(first, end - first))
}
