//! Conformance: each recorded operation is run in the machine from the state before it, and the
//! tree that the machine ends with is compared with the dump after it.

use std::collections::BTreeMap;

use crate::bounds::{BLOCKS_MAX, PBLK_FIRST};
use crate::es::{Extent, Status};
use crate::kernel::{
    ACTORS, Actor, Choice, Iocbs, Next, Op, Range, State, enabled, is_environment, next_of_all,
    step,
};

use super::folder::{Folder, OpRecord};
use super::history::History;
use super::op::{Mode, RecordedOp, down, up};
use super::scene::{Part, Run, Scene, Window, add, range_of, runs, scene, windows};

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The machine ends with the tree of the dump.
    Agrees,
    /// It ends with another one.
    Differs(Box<Unlike>),
    /// The machine does not have it; why, in a word or a few.
    NotModelled(String),
}

/// A block at which the machine ends with something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlike {
    /// First block of the run, in the real file.
    pub lblk: u32,
    /// Blocks of the run.
    pub len: u32,
    /// The dump before, the dump after and what the machine has, each as a status and a block of
    /// the machine; `-` where nothing is cached.
    pub before: String,
    /// See `before`.
    pub expected: String,
    /// See `before`.
    pub got: String,
    /// The machine's blocks: the disk tree before, the ES tree before, after as expected, and after
    /// as it is.
    pub window: [String; 4],
}

/// What became of the operations of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conformance {
    /// By word, how many agree.
    pub agree: BTreeMap<String, u32>,
    /// By word, how many differ.
    pub differ: BTreeMap<String, u32>,
    /// By word, or by what is missing, how many are not modelled.
    pub not_modelled: BTreeMap<String, u32>,
    /// The operations that differ.
    pub differences: Vec<(u32, String, Unlike)>,
}

impl Conformance {
    /// Operations in all.
    pub fn ops(&self) -> u32 {
        self.agree() + self.differ() + self.not_modelled.values().sum::<u32>()
    }

    /// Operations that agree.
    pub fn agree(&self) -> u32 {
        self.agree.values().sum()
    }

    /// Operations that differ.
    pub fn differ(&self) -> u32 {
        self.differ.values().sum()
    }

    /// Adds the counts of another folder; its differences stay with it.
    pub fn add(&mut self, other: &Conformance) {
        let pairs = [
            (&mut self.agree, &other.agree),
            (&mut self.differ, &other.differ),
            (&mut self.not_modelled, &other.not_modelled),
        ];
        for (sum, more) in pairs {
            for (word, count) in more {
                *sum.entry(word.clone()).or_default() += count;
            }
        }
    }

    /// The line that the command prints: `conform: N ops, A agree, 0 differ, M not modelled (…)`.
    pub fn line(&self) -> String {
        let missing: Vec<String> =
            self.not_modelled.iter().map(|(word, count)| format!("{word} {count}")).collect();
        let names =
            if missing.is_empty() { String::new() } else { format!(" ({})", missing.join(", ")) };
        format!(
            "conform: {} ops, {} agree, {} differ, {} not modelled{names}",
            self.ops(),
            self.agree(),
            self.differ(),
            self.not_modelled.values().sum::<u32>(),
        )
    }
}

/// Holds the machine against every operation of a folder.
pub fn conform(folder: &Folder, ops: &[OpRecord]) -> Conformance {
    let mut done = Conformance::default();
    let mut history = History::new(folder);
    for record in ops {
        let op = RecordedOp::parse(&record.op);
        match outcome(folder, &history, record, &op) {
            Outcome::Agrees => *done.agree.entry(op.word().into()).or_default() += 1,
            Outcome::Differs(unlike) => {
                *done.differ.entry(op.word().into()).or_default() += 1;
                done.differences.push((record.index, record.op.clone(), *unlike));
            }
            Outcome::NotModelled(what) => *done.not_modelled.entry(what).or_default() += 1,
        }
        history.after(record, &op);
    }
    done
}

/// Runs one operation in the machine, from the state that the history tells.
pub fn outcome(folder: &Folder, history: &History, record: &OpRecord, op: &RecordedOp) -> Outcome {
    let plan = match Plan::of(folder, history, record, op) {
        Ok(plan) => plan,
        Err(what) => return Outcome::NotModelled(what),
    };
    let after = &record.es;
    let runs = runs(history, after, record.size, &plan.parts, folder.block_size);
    let asked = |run: &Run| plan.asks(run);
    let Some(windows) = windows(&runs, asked) else {
        return Outcome::NotModelled(format!("{} of more runs than blocks", op.word()));
    };
    // What the shrinker takes depends on how much there is in all.
    if matches!(plan.kind, Kind::DropCaches { what } if what & 2 != 0) && windows.len() > 1 {
        return Outcome::NotModelled(format!("{} of more runs than blocks", op.word()));
    }
    for window in &windows {
        if window.iter().any(|run| run.disk.is_none() && (run.before.is_none() || run.part > 0)) {
            return Outcome::NotModelled(format!("{} of blocks not known", op.word()));
        }
        if let Some(what) = plan.not_in(window, folder) {
            return Outcome::NotModelled(format!("{} {what}", op.word()));
        }
        if window.iter().any(|run| [run.before, run.after].iter().flatten().any(is_both)) {
            return Outcome::NotModelled(format!("{} over delayed blocks", op.word()));
        }
        match in_window(folder, history, window, &plan) {
            Ok(None) => {}
            Ok(Some(unlike)) => return Outcome::Differs(unlike),
            Err(what) => return Outcome::NotModelled(format!("{} that {what}", op.word())),
        }
    }
    Outcome::Agrees
}

/// What an operation is in the machine.
struct Plan {
    /// The ranges that it is on, in blocks of the file.
    parts: Vec<Part>,
    kind: Kind,
}

enum Kind {
    DioWrite(crate::kernel::Sync),
    BufWrite(crate::kernel::Sync),
    AioWrite(crate::kernel::Sync),
    Reads,
    BufRead,
    Fsync { datasync: bool },
    Truncate { lblk: u32 },
    Fallocate,
    DropCaches { what: u8 },
    Fiemap,
}

impl Plan {
    /// `Err` says what the machine does not have.
    fn of(
        folder: &Folder,
        history: &History,
        record: &OpRecord,
        op: &RecordedOp,
    ) -> Result<Plan, String> {
        if record.ret < 0 {
            return Err(format!("{} that fails", op.word()));
        }
        let bs = folder.block_size;
        let plan = |parts: Vec<Part>, kind| Ok(Plan { parts, kind });
        let word = op.word();
        // Beyond the end there is nothing to read; direct IO that begins before it maps all that
        // was asked for (`__iomap_dio_rw`, fs/iomap/direct-io.c v6.1), the page cache ends with it.
        let end = up(history.size(), bs);
        let begins = |part: &Part| part.0 < end;
        match op {
            RecordedOp::DioWrite { bytes, sync } => {
                plan(vec![bytes.blocks(bs)], Kind::DioWrite(*sync))
            }
            RecordedOp::BufWrite { .. } if !folder.delalloc => Err(format!("{word} nodelalloc")),
            RecordedOp::BufWrite { bytes, sync } => {
                plan(vec![bytes.blocks(bs)], Kind::BufWrite(*sync))
            }
            RecordedOp::AioWrite { iocbs, sync } => {
                let parts: Vec<Part> = iocbs.iter().map(|bytes| bytes.blocks(bs)).collect();
                if overlap(&parts) {
                    return Err(format!("{word} that overlaps itself"));
                }
                plan(parts, Kind::AioWrite(*sync))
            }
            RecordedOp::AioRead { iocbs } => {
                let parts: Vec<Part> = iocbs.iter().map(|bytes| bytes.blocks(bs)).collect();
                if overlap(&parts) {
                    return Err(format!("{word} that overlaps itself"));
                }
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
            RecordedOp::Truncate { size } if *size > history.size() => {
                Err("truncate that grows".into())
            }
            RecordedOp::Truncate { size } => {
                // A size within a block: the rest of the block is zeroed, for which it is read.
                let (lblk, inside) = (up(*size, bs), down(*size, bs));
                let mut parts = vec![(lblk, u32::MAX)];
                if inside < lblk {
                    parts.push((inside, lblk));
                }
                plan(parts, Kind::Truncate { lblk })
            }
            RecordedOp::Fallocate { bytes, mode: Mode::Alloc | Mode::Keep } => {
                plan(vec![bytes.blocks(bs)], Kind::Fallocate)
            }
            RecordedOp::DropCaches { what } => plan(vec![], Kind::DropCaches { what: *what }),
            RecordedOp::Fiemap { sync: false } => plan(vec![], Kind::Fiemap),
            RecordedOp::Fiemap { sync: true }
            | RecordedOp::Fallocate { .. }
            | RecordedOp::ClearEs
            | RecordedOp::MmapWrite { .. }
            | RecordedOp::SyncFileRange { .. }
            | RecordedOp::Syncfs
            | RecordedOp::Other { .. } => Err(word.into()),
        }
    }

    /// Whether a run matters to an operation that names no range.
    fn asks(&self, run: &Run) -> bool {
        match self.kind {
            Kind::Fsync { .. } => run.dirty,
            Kind::Fiemap => run.before.is_none(),
            Kind::DropCaches { .. } => true,
            Kind::DioWrite(_)
            | Kind::BufWrite(_)
            | Kind::AioWrite(_)
            | Kind::Reads
            | Kind::BufRead
            | Kind::Truncate { .. }
            | Kind::Fallocate => false,
        }
    }

    /// What the machine does not have of a window.
    fn not_in(&self, window: &Window, folder: &Folder) -> Option<&'static str> {
        let buffered = matches!(self.kind, Kind::BufRead | Kind::BufWrite(_));
        let unsure = |run: &Run| run.part > 0 && run.cached && run.before.is_none();
        if buffered && window.iter().any(unsure) {
            return Some("of pages that may be cached");
        }
        // `ext4_ext_convert_to_initialized` (fs/ext4/extents.c v6.1) may write zeroes beside.
        let unwritten = |run: &Run| {
            let disk = run.disk.is_some_and(|extent| extent.status.any(Status::UNWRITTEN));
            disk && (run.dirty || run.part > 0 && matches!(self.kind, Kind::BufWrite(_)))
        };
        if !folder.dioread_nolock && window.iter().any(unwritten) {
            return Some("that may zero out what is beside");
        }
        None
    }

    /// Whether an answer of the machine is compared. Readahead may look up what nobody asked for.
    fn compares(&self, run: &Run) -> bool {
        !matches!(self.kind, Kind::BufRead) || run.part > 0 || run.before.is_some()
    }

    /// The operations of the machine's thread for a window.
    fn ops(&self, window: &Window) -> Result<Vec<Op>, String> {
        let ranges: Vec<Range> =
            (1..=self.parts.len() as u32).filter_map(|part| range_of(window, part)).collect();
        let (ino, nr) = (0, 0);
        let all = Range::new(0, window.len() as u8);
        Ok(match self.kind {
            Kind::DioWrite(sync) => ranges
                .into_iter()
                .map(|range| Op::DioWrite { ino, range, sync, aio: false, nr })
                .collect(),
            Kind::BufWrite(sync) => {
                ranges.into_iter().map(|range| Op::BufWrite { ino, range, sync, nr }).collect()
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
                let edge = range_of(window, 2).map(|range| Op::BufRead { ino, range });
                edge.into_iter().chain([Op::Truncate { ino, size }]).collect()
            }
            Kind::Fallocate => {
                ranges.into_iter().map(|range| Op::Fallocate { ino, range }).collect()
            }
            Kind::DropCaches { what } => vec![Op::DropCaches { what }],
            // FIEMAP looks up block after block, as a direct read does.
            Kind::Fiemap => vec![Op::DioRead { ino, range: all }],
        })
    }
}

/// Allocated, and still marked as delayed (until v6.11).
fn is_both(extent: &Extent) -> bool {
    extent.status.any(Status::DELAYED) && extent.status.any(Status::UNWRITTEN)
}

fn overlap(parts: &[Part]) -> bool {
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0].1 > pair[1].0)
}

/// Runs an operation in one window; the first run that is unlike.
fn in_window(
    folder: &Folder,
    history: &History,
    window: &Window,
    plan: &Plan,
) -> Result<Option<Box<Unlike>>, String> {
    let with_pages = !matches!(plan.kind, Kind::Fiemap);
    let Scene { mut setup, mut state, pblks } = scene(window, history, folder, with_pages);
    setup.slots = crate::bounds::SLOTS_MAX as u8;
    if matches!(plan.kind, Kind::Fiemap | Kind::Reads) {
        // FIEMAP goes on behind the end of the file, and so does the mapping of a direct read that
        // begins before it.
        state.inodes[0].size = window.len() as u8;
    }
    for op in plan.ops(window)? {
        add(&mut setup, op);
    }
    let first = state;
    run_to_end(&setup, &mut state)?;
    let shown = |state: &State| -> Vec<Option<(Status, Option<u8>)>> {
        (0..window.len() as u32).map(|lblk| seen(state, lblk)).collect()
    };
    let (before, got) = (shown(&first), shown(&state));
    let expected: Vec<Option<(Status, Option<u8>)>> = window
        .iter()
        .zip(&pblks)
        .map(|(run, pblk)| run.after.map(|after| (after.status, shows(after.status, *pblk))))
        .collect();
    let disk: Vec<Option<(Status, Option<u8>)>> = window
        .iter()
        .zip(&pblks)
        .map(|(run, pblk)| run.disk.map(|disk| (disk.status, shows(disk.status, *pblk))))
        .collect();
    let unlike = (0..window.len()).filter(|at| plan.compares(&window[*at])).find(|at| {
        match (expected[*at], got[*at]) {
            (None, None) => false,
            (Some((status, pblk)), Some((other, place))) => {
                // What the operation allocates the machine puts elsewhere.
                status != other || pblk.is_some() && pblk != place
            }
            _ => true,
        }
    });
    // Whoever reads a leaf of the disk tree caches all of it (`ext4_cache_extents`); the machine's
    // tree has no leaves.
    let of_leaf = |at: usize| {
        let run = &window[at];
        let on_disk = run.disk.map(|disk| (disk.status, shows(disk.status, pblks[at])));
        run.part == 0 && before[at].is_none() && got[at].is_none() && expected[at] == on_disk
    };
    let differs = (0..window.len()).filter(|at| expected[*at] != got[*at]);
    let mapped = |at: usize| pblks[at].is_some();
    if unlike.is_some_and(|at| mapped(at) && of_leaf(at))
        && differs.into_iter().all(|at| of_leaf(at) || window[at].part > 0)
    {
        return Err("read a leaf of the disk tree".into());
    }
    let text = |shown: &[Option<(Status, Option<u8>)>]| -> String {
        shown.iter().map(|it| told(*it)).collect::<Vec<_>>().join(" ")
    };
    Ok(unlike.map(|at| {
        Box::new(Unlike {
            lblk: window[at].lblk,
            len: window[at].len,
            before: told(before[at]),
            expected: told(expected[at]),
            got: told(got[at]),
            window: [text(&disk), text(&before), text(&expected), text(&got)],
        })
    }))
}

fn shows(status: Status, pblk: Option<u8>) -> Option<u8> {
    let told = status.is_mapped() && !status.any(Status::DELAYED);
    pblk.filter(|_| told)
}

fn seen(state: &State, lblk: u32) -> Option<(Status, Option<u8>)> {
    let extent: Extent = state.inodes[0].es.peek(lblk)?;
    let status = extent.status.kind();
    let pblk = extent.pblk.wrapping_sub(PBLK_FIRST) + u64::from(lblk - extent.lblk);
    Some((status, shows(status, u8::try_from(pblk).ok())))
}

fn told(it: Option<(Status, Option<u8>)>) -> String {
    match it {
        None => "-".into(),
        Some((status, Some(pblk))) => format!("{status}@{pblk}"),
        Some((status, None)) => status.to_string(),
    }
}

/// Lets everybody step until nobody can, the environment left out.
fn run_to_end(setup: &crate::kernel::Setup, state: &mut State) -> Result<(), String> {
    for _ in 0..STEPS {
        let choices = enabled(setup, state);
        let Some(choice) = choices.into_iter().find(|choice| !is_environment(state, *choice))
        else {
            break;
        };
        step(setup, state, choice, &mut ()).map_err(|_| "takes no step")?;
        if let Some(bound) = state.bound {
            return Err(format!("reaches {}", bound.name()));
        }
    }
    let nexts: [Next; ACTORS] = next_of_all(setup, state);
    let waits = |actor: Actor| !matches!(nexts[usize::from(actor.position())], Next::Done);
    let stuck = Actor::all().find(|actor| actor.task().is_some() && waits(*actor));
    match stuck {
        Some(actor) => Err(format!("does not end in {}", Choice::from(actor))),
        None => Ok(()),
    }
}

/// More steps than an operation on all blocks takes.
const STEPS: u32 = 64 * BLOCKS_MAX;
