//! A compiled scenario: everything that a run does not change.

use crate::bounds::{BLOCKS_MAX, INODES_MAX, THREADS_MAX};

use super::design::Design;
use super::op::Op;
use super::range::Range;
use super::row::Row;

/// What is run: the files, the programs of the threads, the mount, the design.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The design under test. A scenario never changes it.
    pub design: Design,
    /// Mount option `dioread_nolock`, or not; `None` is the default of the design's kernel.
    pub mount: Option<bool>,
    /// Slots of the AIO context (`maxevents` of `io_setup`).
    pub slots: u8,
    /// How many handles' credits one transaction has room for (`j_max_transaction_buffers`, in
    /// handles); 0 if there is room for all. With a limit, the handle that a buffered write holds
    /// while it waits for its page is told apart too.
    pub journal: u8,
    /// The files, at most [`INODES_MAX`].
    pub files: Vec<File>,
    /// The programs of `t1`, `t2`, …, at most [`THREADS_MAX`].
    pub threads: Vec<Vec<Op>>,
    /// What the environment may do.
    pub budgets: Budgets,
}

/// How often the environment may act unasked. Its steps never count as progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Budgets {
    /// Memory pressure: runs of the extent status shrinker.
    pub shrink: u8,
    /// Power cuts (0 or 1), each followed by recovery and a read of everything.
    pub crash: u8,
    /// Runs of the flusher.
    pub flusher: u8,
    /// Commits that nobody asked for (the commit interval).
    pub commit: u8,
    /// Bios that fail.
    pub eio: u8,
    /// Disk conversions that fail with ENOSPC.
    pub enospc: u8,
    /// Allocations in irq context that fail.
    pub nomem: u8,
}

/// A file as the run finds it, on disk and committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name in scripts.
    pub name: String,
    /// Size in blocks (`i_size`).
    pub blocks: u8,
    /// The ranges allocated at the start; the rest is a hole.
    pub extents: Vec<FileExtent>,
}

/// A range of a file that is allocated at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileExtent {
    /// The range.
    pub range: Range,
    /// Written, with old data of its own; otherwise unwritten.
    pub written: bool,
}

impl Setup {
    /// Whether the file system is mounted with `dioread_nolock`: as the setup says, else as the
    /// kernel of its design mounts.
    pub const fn dioread_nolock(&self) -> bool {
        match self.mount {
            Some(nolock) => nolock,
            None => self.design.row.mounts_nolock(),
        }
    }

    /// An empty scenario: one file of [`BLOCKS_MAX`] blocks, all hole, no thread.
    pub fn new(row: Row) -> Setup {
        Setup {
            design: row.design(),
            mount: Some(true),
            slots: 2,
            journal: 0,
            files: vec![File { name: "a".into(), blocks: BLOCKS_MAX as u8, extents: Vec::new() }],
            threads: Vec::new(),
            budgets: Budgets::default(),
        }
    }

    /// The op of a thread, if its program is that long.
    pub fn op(&self, thread: u8, index: u8) -> Option<Op> {
        self.threads.get(usize::from(thread))?.get(usize::from(index)).copied()
    }

    /// Appends an operation to a thread's program and numbers it if it is a write. Threads in
    /// between come into being with empty programs.
    pub fn push(&mut self, thread: u8, op: Op) {
        let writes = self.threads.iter().flatten().map(|op| op.writes()).sum();
        let op = op.numbered(writes);
        let thread = usize::from(thread);
        if self.threads.len() <= thread {
            self.threads.resize(thread + 1, Vec::new());
        }
        self.threads[thread].push(op);
    }

    /// Whether the parts fit the bounds; scripts are checked as they are read, so this is for
    /// setups made by hand.
    pub fn is_within_bounds(&self) -> bool {
        self.files.len() <= INODES_MAX as usize
            && self.threads.len() <= THREADS_MAX as usize
            && self.files.iter().all(|f| u32::from(f.blocks) <= BLOCKS_MAX)
    }
}
