//! A compiled scenario: everything that stays the same during a run.

use crate::bounds::{BLOCKS_MAX, INODES_MAX, KWORKERS_FEW, KWORKERS_MAX, THREADS_MAX};
use crate::es;

use super::design::Design;
use super::op::{Op, RangeMode};
use super::range::Range;
use super::row::Row;

/// The input of a run: the files, the threads' programs, the mount options and the design.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The design under test. A script cannot change it.
    pub design: Design,
    /// The mount option `dioread_nolock`; `None` means the default of the design's kernel.
    pub mount: Option<bool>,
    /// Delayed allocation, the default. Without it (`nodelalloc`) a buffered write allocates its
    /// blocks itself.
    pub delalloc: bool,
    /// Slots of the AIO context (`maxevents` of `io_setup`).
    pub slots: u8,
    /// Number of handles whose credits fit into one transaction (`j_max_transaction_buffers`, in
    /// handles); 0 means no limit. With a limit, the handle of a buffered write that waits for its
    /// page is modelled too.
    pub journal: u8,
    /// The blocks of a cluster as a power of two (bigalloc); 0 without bigalloc. Read it
    /// through [`Setup::cluster_bits`]: not every row has bigalloc.
    pub cluster: u8,
    /// The files, at most [`INODES_MAX`].
    pub files: Vec<File>,
    /// The programs of `t1`, `t2`, …, at most [`THREADS_MAX`].
    pub threads: Vec<Vec<Op>>,
    /// How often the environment may act.
    pub budgets: Budgets,
}

/// How often the environment may act on its own. Its steps never count as progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Budgets {
    /// Memory pressure: number of runs of the extent status shrinker.
    pub shrink: u8,
    /// Power cuts (0 or 1), each followed by recovery and a read of everything.
    pub crash: u8,
    /// Number of runs of the flusher.
    pub flusher: u8,
    /// Number of commits that the journal starts by itself (the commit interval).
    pub commit: u8,
    /// Number of bios that fail.
    pub eio: u8,
    /// Number of disk conversions that fail with ENOSPC.
    pub enospc: u8,
    /// Number of allocations in irq context that fail.
    pub nomem: u8,
    /// The number of page allocations of buffered writes that evict an inode first.
    pub reclaim: u8,
    /// The number of AIO bios that are done before their submitter drops its own reference to the
    /// IO, so that the submitter completes it.
    pub quick: u8,
}

/// A file at the start of a run, on disk and committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The file's name in scripts.
    pub name: String,
    /// Size in blocks (`i_size`).
    pub blocks: u8,
    /// The ranges that are allocated at the start; the rest of the file is a hole.
    pub extents: Vec<FileExtent>,
}

/// A range of a file that is allocated at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileExtent {
    /// The blocks of the range.
    pub range: Range,
    /// True if it is written and holds old data; otherwise it is unwritten.
    pub written: bool,
}

impl Setup {
    /// Whether the filesystem is mounted with `dioread_nolock`: by the mount option or, without it,
    /// by the default of the design's kernel. From v5.6 on the option has no effect without delayed
    /// allocation (`ext4_should_dioread_nolock`, 244adf6426ee; here with the row `v5.5`).
    pub const fn dioread_nolock(&self) -> bool {
        if !self.delalloc && self.design.row.needs_delalloc_for_nolock() {
            return false;
        }
        match self.mount {
            Some(nolock) => nolock,
            None => self.design.row.mounts_nolock(),
        }
    }

    /// The blocks of a cluster as a power of two. Kernels before v3.2 have no bigalloc, so the
    /// row `v2.6.35` runs a script with clusters on a file system without.
    pub const fn cluster_bits(&self) -> u8 {
        if matches!(self.design.row, Row::V2_6_35) { 0 } else { self.cluster }
    }

    /// The rules of the design's extent status tree. It knows clusters from v4.20 on
    /// (1dc0aa46e74a).
    pub fn es_rules(&self) -> es::Rules {
        let knobs = &self.design.knobs;
        let bits = if knobs.counts_in_tree() { self.cluster_bits() } else { 0 };
        knobs.es_version.rules().with_dirty_bit(knobs.dirty_bit).with_cluster_bits(bits)
    }

    /// The number of kworkers. A kernel starts a kworker for each item of work (`s_dio_done_wq`),
    /// so a machine with many slots has one for each slot.
    pub fn kworkers(&self) -> u8 {
        (1 + u32::from(self.slots)).clamp(KWORKERS_FEW, KWORKERS_MAX) as u8
    }

    /// An empty scenario: one file of [`BLOCKS_MAX`] blocks, all hole, no thread.
    pub fn new(row: Row) -> Setup {
        Setup {
            design: row.design(),
            mount: Some(true),
            delalloc: true,
            slots: 2,
            journal: 0,
            cluster: 0,
            files: vec![File { name: "a".into(), blocks: BLOCKS_MAX as u8, extents: Vec::new() }],
            threads: Vec::new(),
            budgets: Budgets::default(),
        }
    }

    /// The operation of a thread at an index, or `None` after the end of its program.
    pub fn op(&self, thread: u8, index: u8) -> Option<Op> {
        self.threads.get(usize::from(thread))?.get(usize::from(index)).copied()
    }

    /// Appends an operation to a thread's program; a write gets the next number. Missing threads
    /// before it are added with empty programs.
    pub fn push(&mut self, thread: u8, op: Op) {
        let writes = self.threads.iter().flatten().map(|op| op.writes()).sum();
        let op = op.numbered(writes);
        let thread = usize::from(thread);
        if self.threads.len() <= thread {
            self.threads.resize(thread + 1, Vec::new());
        }
        self.threads[thread].push(op);
    }

    /// Whether a thread's program closes the file of an operation before it. An `unlink` needs no
    /// open file.
    pub fn has_closed(&self, thread: u8, op: Op) -> bool {
        let program = self.threads.get(usize::from(thread)).map_or(&[][..], Vec::as_slice);
        let needs_file = op.info().on_file && !matches!(op, Op::Unlink { .. });
        needs_file && program.contains(&Op::Close { ino: op.ino() })
    }

    /// Whether a thread unlinks a file.
    pub fn unlinks(&self, ino: u8) -> bool {
        self.threads.iter().flatten().any(|op| *op == Op::Unlink { ino })
    }

    /// Whether some thread calls move_extents.
    pub fn moves_extents(&self) -> bool {
        let moves = |op: &Op| matches!(op, Op::Range { mode: RangeMode::Move, .. });
        self.threads.iter().flatten().any(moves)
    }

    /// Whether some direct write has half blocks.
    pub fn has_halves(&self) -> bool {
        self.threads.iter().flatten().any(|op| op.has_halves())
    }

    /// Whether some inode may lose its last user.
    pub fn has_lifetimes(&self) -> bool {
        let mut ops = self.threads.iter().flatten();
        ops.any(|op| matches!(op, Op::Close { .. } | Op::Unlink { .. }))
    }

    /// Whether all parts are within the bounds. The script parser checks bounds itself, so this is
    /// for setups built in code.
    pub fn is_within_bounds(&self) -> bool {
        self.files.len() <= INODES_MAX as usize
            && self.threads.len() <= THREADS_MAX as usize
            && self.files.iter().all(|f| u32::from(f.blocks) <= BLOCKS_MAX)
    }
}
