//! A compiled scenario: everything that a run does not change.

use crate::bounds::{BLOCKS_MAX, INODES_MAX, SLOTS_MAX, THREADS_MAX};

use super::design::Design;
use super::row::Row;

/// What is run: the files, the programs of the threads, the mount, the design.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The design under test. A scenario never changes it.
    pub design: Design,
    /// Mount option `dioread_nolock`.
    pub dioread_nolock: bool,
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

/// How often the environment may do what nobody asked it for. What it does is never progress.
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
    /// What is allocated at the start; the rest is a hole.
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

/// A range of blocks: start and length, drawn `[lblk/len)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First block.
    pub lblk: u8,
    /// Number of blocks, at least 1.
    pub len: u8,
}

/// The durability that a file descriptor was opened with; numbers as in scripts' `sync=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Neither flag.
    No,
    /// O_DSYNC.
    Dsync,
    /// O_SYNC.
    Osync,
}

/// An operation of a thread.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A direct write. With `aio` it is an `io_submit` of one iocb, and if the context is full the
    /// thread reaps an event first, as a program does on `-EAGAIN`; otherwise it returns when it
    /// is done. `nr` counts the writes of the whole script from 0: the page calls them A, B, C, …
    DioWrite { ino: u8, range: Range, sync: Sync, aio: bool, nr: u8 },
    /// One `io_submit` of several iocbs, each a direct write to the same file (fs/aio.c v3.8,
    /// `do_io_submit`). The call returns the number submitted: one that finds the context full
    /// (`-EAGAIN`) after its first iocb returns the short count, and the thread calls again with
    /// the rest. `nr` is the number of the first write.
    AioBatch { ino: u8, iocbs: Iocbs, sync: Sync, nr: u8 },
    /// A direct read.
    DioRead { ino: u8, range: Range },
    /// A buffered write: into the page cache, with fsync if the file is open for O_(D)SYNC.
    BufWrite { ino: u8, range: Range, sync: Sync, nr: u8 },
    /// A buffered read.
    BufRead { ino: u8, range: Range },
    /// `fsync`, or `fdatasync`.
    Fsync { ino: u8, datasync: bool },
    /// Preallocation: what is a hole in the range becomes unwritten.
    Fallocate { ino: u8, range: Range },
    /// Truncation to a size in blocks, not above the present one.
    Truncate { ino: u8, size: u8 },
    /// `drop_caches`: bit 0 drops clean pages, bit 1 runs the shrinkers.
    DropCaches { what: u8 },
    /// `io_getevents`: waits for this many events and reaps them; 0 means for all that are
    /// outstanding.
    Getevents { nr: u8 },
}

/// The ranges of one `io_submit`, in order: two at least, [`SLOTS_MAX`] at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iocbs {
    /// First block and blocks less one, half a byte each: operations are copied often.
    ranges: [u8; SLOTS_MAX as usize],
    len: u8,
}

// A range fits in its byte.
const _: () = assert!(BLOCKS_MAX <= 16);

impl Iocbs {
    /// The iocbs of some ranges; nothing if there are not enough for a batch, or too many.
    pub fn new(ranges: &[Range]) -> Option<Iocbs> {
        let mut iocbs = Iocbs { ranges: [0; SLOTS_MAX as usize], len: ranges.len() as u8 };
        for (place, range) in iocbs.ranges.iter_mut().zip(ranges) {
            *place = range.lblk << 4 | (range.len - 1);
        }
        (2..=iocbs.ranges.len()).contains(&ranges.len()).then_some(iocbs)
    }
}

impl Range {
    /// The range `[lblk/len)`.
    pub const fn new(lblk: u8, len: u8) -> Range {
        Range { lblk, len }
    }

    /// The block after the last.
    pub const fn end(self) -> u8 {
        self.lblk + self.len
    }

    /// The blocks, in order.
    pub fn blocks(self) -> core::ops::Range<u8> {
        self.lblk..self.end()
    }
}

impl Setup {
    /// An empty scenario: one file of [`BLOCKS_MAX`] blocks, all hole, no thread.
    pub fn new(row: Row) -> Setup {
        Setup {
            design: row.design(),
            dioread_nolock: true,
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
    pub fn push(&mut self, thread: u8, mut op: Op) {
        let writes = self.threads.iter().flatten().map(|op| op.writes()).sum();
        if let Op::DioWrite { nr, .. } | Op::AioBatch { nr, .. } | Op::BufWrite { nr, .. } = &mut op
        {
            *nr = writes;
        }
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

impl Op {
    /// How many writes the operation is.
    pub fn writes(self) -> u8 {
        match self {
            Op::DioWrite { .. } | Op::BufWrite { .. } => 1,
            Op::AioBatch { iocbs, .. } => iocbs.len,
            _ => 0,
        }
    }

    /// The durability of a write.
    pub fn sync(self) -> Sync {
        match self {
            Op::DioWrite { sync, .. } | Op::AioBatch { sync, .. } | Op::BufWrite { sync, .. } => {
                sync
            }
            _ => Sync::No,
        }
    }

    /// Whether the operation is about the AIO context: it submits or reaps.
    pub fn is_aio(self) -> bool {
        let aio = matches!(self, Op::DioWrite { aio: true, .. } | Op::AioBatch { .. });
        aio || matches!(self, Op::Getevents { .. })
    }

    /// One iocb of a batch, counted from 0, as the write that it is; any other operation is
    /// itself.
    pub fn iocb(self, index: u8) -> Op {
        let Op::AioBatch { ino, iocbs, sync, nr } = self else { return self };
        let index = index.min(iocbs.len - 1);
        let packed = iocbs.ranges[usize::from(index)];
        let range = Range::new(packed >> 4, (packed & 15) + 1);
        Op::DioWrite { ino, range, sync, aio: true, nr: nr + index }
    }

    /// The blocks that a read or write is on; a batch has them iocb by iocb ([`Op::iocb`]).
    pub fn range(self) -> Option<Range> {
        match self {
            Op::DioWrite { range, .. }
            | Op::DioRead { range, .. }
            | Op::BufWrite { range, .. }
            | Op::BufRead { range, .. }
            | Op::Fallocate { range, .. } => Some(range),
            Op::Fsync { .. } | Op::Truncate { .. } | Op::AioBatch { .. } => None,
            Op::Getevents { .. } | Op::DropCaches { .. } => None,
        }
    }

    /// The file that the operation is on; 0 for one that is on none.
    pub fn ino(self) -> u8 {
        match self {
            Op::DioWrite { ino, .. }
            | Op::AioBatch { ino, .. }
            | Op::DioRead { ino, .. }
            | Op::BufWrite { ino, .. }
            | Op::BufRead { ino, .. }
            | Op::Fsync { ino, .. }
            | Op::Fallocate { ino, .. }
            | Op::Truncate { ino, .. } => ino,
            Op::Getevents { .. } | Op::DropCaches { .. } => 0,
        }
    }
}
