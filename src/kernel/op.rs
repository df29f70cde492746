//! The operations of a thread: their syntax in scripts, and the objects that they touch.
//!
//! A new operation needs a variant of [`Op`], an [`OpInfo`] in [`OPS`], and an arm in each method
//! below; the script parser, the printer, the console and the table in README.md follow from those.

use crate::bounds::{BLOCKS_MAX, SLOTS_MAX};

use super::pc::Pc;
use super::range::{Iocbs, Range};

/// An operation of a thread.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A direct write. With `aio` it is an `io_submit` of one iocb. If the context is full, the
    /// thread first reaps an event, as a program does on `-EAGAIN`. Without `aio` the call returns
    /// when the write is done. `nr` counts the writes of the whole script from 0; the page calls
    /// them A, B, C, …
    DioWrite { ino: u8, range: Range, sync: Sync, aio: bool, nr: u8 },
    /// One `io_submit` of several iocbs, each a direct write to the same file (fs/aio.c v3.8,
    /// `do_io_submit`). The call returns the number of submitted iocbs. If a later iocb finds the
    /// context full (`-EAGAIN`), the call returns the short count, and the thread calls again with
    /// the rest. `nr` is the number of the first write.
    AioBatch { ino: u8, iocbs: Iocbs, sync: Sync, nr: u8 },
    /// A direct read (O_DIRECT) of a range.
    DioRead { ino: u8, range: Range },
    /// A buffered write into the page cache, followed by fsync if the file is open for O_(D)SYNC.
    BufWrite { ino: u8, range: Range, sync: Sync, nr: u8 },
    /// A store into a page of a shared mapping of the file, by a page fault.
    MmapWrite { ino: u8, lblk: u8, nr: u8 },
    /// A buffered read, which fills the page cache.
    BufRead { ino: u8, range: Range },
    /// `fsync` of a file, or `fdatasync`.
    Fsync { ino: u8, datasync: bool },
    /// `close` of the thread's file. A thread has all files of its program open, each until it
    /// closes it.
    Close { ino: u8 },
    /// `unlink`: the file loses its name. Its blocks are freed with the inode, after the last
    /// close.
    Unlink { ino: u8 },
    /// Preallocation: the holes of the range become unwritten blocks.
    Fallocate { ino: u8, range: Range },
    /// Truncation to a size in blocks; a larger size than the present one grows the file.
    Truncate { ino: u8, size: u8 },
    /// `fallocate` with a flag that changes or moves the contents of a range.
    Range { ino: u8, range: Range, mode: RangeMode },
    /// `drop_caches`: bit 0 drops clean pages, bit 1 runs the shrinkers.
    DropCaches { what: u8 },
    /// FIEMAP of the whole file, from memory (without FIEMAP_FLAG_SYNC).
    Fiemap { ino: u8 },
    /// `lseek` with SEEK_DATA, or with SEEK_HOLE, starting at a block.
    Seek { ino: u8, lblk: u8, hole: bool },
    /// `io_getevents`: waits for this many events and reaps them; 0 means all outstanding ones.
    Getevents { nr: u8 },
}

/// The durability flag that a file descriptor was opened with; scripts write its number in `sync=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Neither O_DSYNC nor O_SYNC.
    No,
    /// O_DSYNC: the data, and what is needed to read it, is durable.
    Dsync,
    /// O_SYNC: the data and all metadata are durable.
    Osync,
}

/// A flag of `fallocate` for a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeMode {
    /// FALLOC_FL_PUNCH_HOLE: its blocks are freed.
    Punch,
    /// FALLOC_FL_ZERO_RANGE: its blocks become unwritten, holes are allocated.
    Zero,
    /// FALLOC_FL_COLLAPSE_RANGE: it is removed, and the blocks after it move forward.
    Collapse,
    /// FALLOC_FL_INSERT_RANGE: a hole is inserted there, and the blocks from there on move back.
    Insert,
    /// Not a flag: `EXT4_IOC_MOVE_EXT`, which exchanges its blocks with those of the other file.
    Move,
}

/// The syntax of an operation in a script, and the function that makes it from its arguments.
pub struct OpInfo {
    /// The operation's first word.
    pub word: &'static str,
    /// An example; parts in brackets are optional.
    pub usage: &'static str,
    /// A description for the table in README.md.
    pub what: &'static str,
    /// Whether the operation takes `file=`.
    pub on_file: bool,
    /// The ranges that the operation takes.
    pub ranges: Ranges,
    /// Whether a range may begin or end in the middle of a block.
    pub halves: bool,
    /// Whether it takes `sync=`.
    pub sync: bool,
    /// The number that it takes, if it takes one.
    pub number: Option<NumberArg>,
    /// Makes the operation. It ignores arguments that the operation does not take.
    pub make: fn(&OpArgs) -> Op,
}

/// The ranges of blocks that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// No range: the operation concerns the file or the thread.
    None,
    /// One range: `0 8` or `0+8`.
    One,
    /// One range per iocb: `io=0+4,4+4`.
    Iocbs,
}

/// A number that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberArg {
    /// The name of the number in a form.
    pub label: &'static str,
    /// The expected value, for an error message.
    pub what: &'static str,
    /// The smallest valid value.
    pub min: u8,
    /// The largest valid value.
    pub max: u8,
    /// Whether it is optional; [`OpArgs`] then has 0.
    pub optional: bool,
}

/// The arguments of an operation, as a script or a form gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpArgs {
    /// The index of the file.
    pub ino: u8,
    /// The range, or the first of several.
    pub range: Range,
    /// The ranges, if there are at least two.
    pub iocbs: Option<Iocbs>,
    /// The durability of a write.
    pub sync: Sync,
    /// The number that the operation takes.
    pub number: u8,
}

/// Every operation, in the order in which help lists them.
pub static OPS: [&OpInfo; 22] = [
    &AIO_WRITE,
    &DIO_WRITE,
    &DIO_READ,
    &BUF_WRITE,
    &BUF_READ,
    &MMAP_WRITE,
    &FSYNC,
    &FDATASYNC,
    &FALLOCATE,
    &TRUNCATE,
    &PUNCH,
    &ZERO_RANGE,
    &COLLAPSE,
    &INSERT_RANGE,
    &MOVE_EXTENTS,
    &FIEMAP,
    &SEEK_DATA,
    &SEEK_HOLE,
    &CLOSE,
    &UNLINK,
    &GETEVENTS,
    &DROP_CACHES,
];

/// An operation on a range of a file; the table entries of such operations start from it.
const ON_RANGE: OpInfo = OpInfo {
    word: "",
    usage: "",
    what: "",
    on_file: true,
    ranges: Ranges::One,
    halves: false,
    sync: false,
    number: None,
    make: |a| Op::DioRead { ino: a.ino, range: a.range },
};

static AIO_WRITE: OpInfo = OpInfo {
    word: "aio_write",
    usage: "aio_write io=0+4[,4+4] [sync=1]",
    what: "one io_submit of up to 8 direct writes; a full context reaps an event first",
    ranges: Ranges::Iocbs,
    halves: true,
    sync: true,
    make: |&OpArgs { ino, range, iocbs, sync, .. }| match iocbs {
        Some(iocbs) => Op::AioBatch { ino, iocbs, sync, nr: 0 },
        None => Op::DioWrite { ino, range, sync, aio: true, nr: 0 },
    },
    ..ON_RANGE
};

static DIO_WRITE: OpInfo = OpInfo {
    word: "dio_write",
    usage: "dio_write 0 4 [sync=1]",
    what: "a direct write that returns when it is done; 0.5 is the middle of block 0",
    halves: true,
    sync: true,
    make: |&OpArgs { ino, range, sync, .. }| Op::DioWrite { ino, range, sync, aio: false, nr: 0 },
    ..ON_RANGE
};

static DIO_READ: OpInfo = OpInfo {
    word: "dio_read",
    usage: "dio_read 0 8",
    what: "a direct read",
    make: |&OpArgs { ino, range, .. }| Op::DioRead { ino, range },
    ..ON_RANGE
};

static BUF_WRITE: OpInfo = OpInfo {
    word: "buf_write",
    usage: "buf_write 0 4 [sync=1]",
    what: "a buffered write",
    sync: true,
    make: |&OpArgs { ino, range, sync, .. }| Op::BufWrite { ino, range, sync, nr: 0 },
    ..ON_RANGE
};

static BUF_READ: OpInfo = OpInfo {
    word: "buf_read",
    usage: "buf_read 0 8",
    what: "a buffered read",
    make: |&OpArgs { ino, range, .. }| Op::BufRead { ino, range },
    ..ON_RANGE
};

static MMAP_WRITE: OpInfo = OpInfo {
    word: "mmap_write",
    usage: "mmap_write 0",
    what: "store into one block of a shared mapping: a page fault that dirties the page",
    ranges: Ranges::None,
    number: Some(NumberArg {
        label: "Block",
        what: "a block to store into",
        min: 0,
        max: BLOCKS_MAX as u8 - 1,
        optional: false,
    }),
    make: |a| Op::MmapWrite { ino: a.ino, lblk: a.number, nr: 0 },
    ..ON_RANGE
};

static FSYNC: OpInfo = OpInfo {
    word: "fsync",
    usage: "fsync",
    what: "fsync of the file",
    ranges: Ranges::None,
    make: |a| Op::Fsync { ino: a.ino, datasync: false },
    ..ON_RANGE
};

static FDATASYNC: OpInfo = OpInfo {
    word: "fdatasync",
    usage: "fdatasync",
    what: "fdatasync of the file",
    ranges: Ranges::None,
    make: |a| Op::Fsync { ino: a.ino, datasync: true },
    ..ON_RANGE
};

static FALLOCATE: OpInfo = OpInfo {
    word: "fallocate",
    usage: "fallocate 0 8",
    what: "preallocate what is a hole",
    make: |&OpArgs { ino, range, .. }| Op::Fallocate { ino, range },
    ..ON_RANGE
};

static TRUNCATE: OpInfo = OpInfo {
    word: "truncate",
    usage: "truncate 4",
    what: "cut to four blocks, or grow to them",
    ranges: Ranges::None,
    number: Some(NumberArg {
        label: "Size in blocks",
        what: "the new size in blocks",
        min: 0,
        max: BLOCKS_MAX as u8,
        optional: false,
    }),
    make: |a| Op::Truncate { ino: a.ino, size: a.number },
    ..ON_RANGE
};

/// The entry of a `fallocate` with a flag; the word decides which flag.
const fn range_op(
    word: &'static str,
    usage: &'static str,
    what: &'static str,
    make: fn(&OpArgs) -> Op,
) -> OpInfo {
    OpInfo { word, usage, what, make, ..ON_RANGE }
}

static PUNCH: OpInfo = range_op(
    "punch",
    "punch 0 4",
    "free the blocks of a range, which then reads as zeroes",
    |&OpArgs { ino, range, .. }| Op::Range { ino, range, mode: RangeMode::Punch },
);

static ZERO_RANGE: OpInfo = range_op(
    "zero_range",
    "zero_range 0 4",
    "make a range unwritten, with blocks where it has none (v3.15)",
    |&OpArgs { ino, range, .. }| Op::Range { ino, range, mode: RangeMode::Zero },
);

static COLLAPSE: OpInfo = range_op(
    "collapse",
    "collapse 0 4",
    "remove a range from the file: the blocks after it move forward (v3.15)",
    |&OpArgs { ino, range, .. }| Op::Range { ino, range, mode: RangeMode::Collapse },
);

static INSERT_RANGE: OpInfo = range_op(
    "insert_range",
    "insert_range 0 4",
    "insert a hole into the file: the blocks after it move back (v4.2)",
    |&OpArgs { ino, range, .. }| Op::Range { ino, range, mode: RangeMode::Insert },
);

static MOVE_EXTENTS: OpInfo = range_op(
    "move_extents",
    "move_extents 0 4",
    "exchange the blocks of a range for unwritten ones of the other file (v3.18)",
    |&OpArgs { ino, range, .. }| Op::Range { ino, range, mode: RangeMode::Move },
);

static FIEMAP: OpInfo = OpInfo {
    word: "fiemap",
    usage: "fiemap",
    what: "report the extents of the file, delayed ones too",
    ranges: Ranges::None,
    make: |a| Op::Fiemap { ino: a.ino },
    ..ON_RANGE
};

/// The block at which a seek begins.
const FROM: NumberArg = NumberArg {
    label: "From block",
    what: "a block to seek from",
    min: 0,
    max: BLOCKS_MAX as u8 - 1,
    optional: false,
};

static SEEK_DATA: OpInfo = OpInfo {
    word: "seek_data",
    usage: "seek_data 0",
    what: "find the next block with data",
    ranges: Ranges::None,
    number: Some(FROM),
    make: |a| Op::Seek { ino: a.ino, lblk: a.number, hole: false },
    ..ON_RANGE
};

static SEEK_HOLE: OpInfo = OpInfo {
    word: "seek_hole",
    usage: "seek_hole 0",
    what: "find the next hole; the end of the file is one",
    ranges: Ranges::None,
    number: Some(FROM),
    make: |a| Op::Seek { ino: a.ino, lblk: a.number, hole: true },
    ..ON_RANGE
};

static CLOSE: OpInfo = OpInfo {
    word: "close",
    usage: "close",
    what: "close the thread's file",
    ranges: Ranges::None,
    make: |a| Op::Close { ino: a.ino },
    ..ON_RANGE
};

static UNLINK: OpInfo = OpInfo {
    word: "unlink",
    usage: "unlink",
    what: "remove the file's name; the last close frees the file",
    ranges: Ranges::None,
    make: |a| Op::Unlink { ino: a.ino },
    ..ON_RANGE
};

static GETEVENTS: OpInfo = OpInfo {
    word: "getevents",
    usage: "getevents [2]",
    what: "reap two events; without a number, all that are outstanding",
    on_file: false,
    ranges: Ranges::None,
    number: Some(NumberArg {
        label: "Events",
        what: "a number of events",
        min: 1,
        max: SLOTS_MAX as u8,
        optional: true,
    }),
    make: |a| Op::Getevents { nr: a.number },
    ..ON_RANGE
};

static DROP_CACHES: OpInfo = OpInfo {
    word: "drop_caches",
    usage: "drop_caches 3",
    what: "1 pages, 2 extents, 3 both",
    on_file: false,
    ranges: Ranges::None,
    number: Some(NumberArg {
        label: "What to drop",
        what: "1 (pages), 2 (extents) or 3 (both)",
        min: 1,
        max: 3,
        optional: false,
    }),
    make: |a| Op::DropCaches { what: a.number },
    ..ON_RANGE
};

/// The place at which a thread enters an operation.
pub(super) enum Begins {
    /// A place that takes its object from the operation.
    At(Pc),
    /// A place that works on the operation's inode.
    OnInode(Pc),
    /// The start of a direct read of the range under the design: dirty pages are written first.
    DirectRead(Range),
    /// The start of `ext4_sync_file` under the design: dirty pages are written first.
    Fsync,
    /// The start of `fallocate` with a flag: it may write dirty pages first, or reject the flag.
    RangeOp(RangeMode),
}

impl OpInfo {
    /// The operation that starts with a word.
    pub fn find(word: &str) -> Option<&'static OpInfo> {
        OPS.into_iter().find(|info| info.word == word)
    }
}

impl Op {
    /// The operation's entry in [`OPS`].
    pub fn info(self) -> &'static OpInfo {
        match self {
            Op::DioWrite { aio: true, .. } | Op::AioBatch { .. } => &AIO_WRITE,
            Op::DioWrite { aio: false, .. } => &DIO_WRITE,
            Op::DioRead { .. } => &DIO_READ,
            Op::BufWrite { .. } => &BUF_WRITE,
            Op::BufRead { .. } => &BUF_READ,
            Op::MmapWrite { .. } => &MMAP_WRITE,
            Op::Fsync { datasync: false, .. } => &FSYNC,
            Op::Fsync { datasync: true, .. } => &FDATASYNC,
            Op::Fallocate { .. } => &FALLOCATE,
            Op::Truncate { .. } => &TRUNCATE,
            Op::Range { mode: RangeMode::Punch, .. } => &PUNCH,
            Op::Range { mode: RangeMode::Zero, .. } => &ZERO_RANGE,
            Op::Range { mode: RangeMode::Collapse, .. } => &COLLAPSE,
            Op::Range { mode: RangeMode::Insert, .. } => &INSERT_RANGE,
            Op::Range { mode: RangeMode::Move, .. } => &MOVE_EXTENTS,
            Op::Fiemap { .. } => &FIEMAP,
            Op::Close { .. } => &CLOSE,
            Op::Unlink { .. } => &UNLINK,
            Op::Seek { hole: false, .. } => &SEEK_DATA,
            Op::Seek { hole: true, .. } => &SEEK_HOLE,
            Op::DropCaches { .. } => &DROP_CACHES,
            Op::Getevents { .. } => &GETEVENTS,
        }
    }

    /// The place at which a thread enters the operation.
    pub(super) fn begins(self) -> Begins {
        match self {
            Op::DioWrite { aio: true, .. } | Op::AioBatch { .. } => Begins::At(Pc::IoSubmit),
            Op::DioWrite { aio: false, .. } => Begins::At(Pc::WriteLock),
            Op::DioRead { range, .. } => Begins::DirectRead(range),
            Op::BufWrite { .. } => Begins::OnInode(Pc::BufLock),
            Op::BufRead { .. } => Begins::OnInode(Pc::BufRead),
            Op::MmapWrite { .. } => Begins::OnInode(Pc::MmapFault),
            Op::Fsync { .. } => Begins::Fsync,
            Op::Fallocate { .. } => Begins::OnInode(Pc::FallocLock),
            Op::Truncate { .. } => Begins::OnInode(Pc::TruncLock),
            Op::Range { mode, .. } => Begins::RangeOp(mode),
            Op::Fiemap { .. } => Begins::OnInode(Pc::Fiemap),
            Op::Close { .. } => Begins::OnInode(Pc::Close),
            Op::Unlink { .. } => Begins::OnInode(Pc::UnlinkLock),
            Op::Seek { .. } => Begins::OnInode(Pc::Seek),
            Op::DropCaches { .. } => Begins::At(Pc::DropCaches),
            Op::Getevents { .. } => Begins::At(Pc::Getevents),
        }
    }

    /// The arguments from which [`OpInfo::make`] makes the operation again, except its number as a
    /// write ([`Op::numbered`]).
    pub fn args(self) -> OpArgs {
        let iocbs = if let Op::AioBatch { iocbs, .. } = self { Some(iocbs) } else { None };
        let range = self.iocb(0).range().unwrap_or(Range::new(0, 1));
        OpArgs { ino: self.ino(), range, iocbs, sync: self.sync(), number: self.number() }
    }

    /// The operation with a number as a write of the script. Operations that do not write stay the
    /// same.
    #[must_use]
    pub fn numbered(mut self, number: u8) -> Op {
        if let Op::DioWrite { nr, .. }
        | Op::AioBatch { nr, .. }
        | Op::BufWrite { nr, .. }
        | Op::MmapWrite { nr, .. } = &mut self
        {
            *nr = number;
        }
        self
    }

    /// The number that it takes ([`OpInfo::number`]); 0 if it takes none.
    fn number(self) -> u8 {
        match self {
            Op::Truncate { size, .. } => size,
            Op::Seek { lblk, .. } | Op::MmapWrite { lblk, .. } => lblk,
            Op::DropCaches { what } => what,
            Op::Getevents { nr } => nr,
            Op::DioWrite { .. }
            | Op::AioBatch { .. }
            | Op::DioRead { .. }
            | Op::BufWrite { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fiemap { .. }
            | Op::Range { .. }
            | Op::Close { .. }
            | Op::Unlink { .. }
            | Op::Fallocate { .. } => 0,
        }
    }

    /// The number of writes in the operation.
    pub fn writes(self) -> u8 {
        match self {
            Op::DioWrite { .. } | Op::BufWrite { .. } | Op::MmapWrite { .. } => 1,
            Op::AioBatch { iocbs, .. } => iocbs.count(),
            Op::DioRead { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Range { .. }
            | Op::Fiemap { .. }
            | Op::Close { .. }
            | Op::Unlink { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => 0,
        }
    }

    /// The durability flag of a write; [`Sync::No`] for other operations.
    pub fn sync(self) -> Sync {
        match self {
            Op::DioWrite { sync, .. } | Op::AioBatch { sync, .. } | Op::BufWrite { sync, .. } => {
                sync
            }
            Op::DioRead { .. }
            | Op::BufRead { .. }
            | Op::MmapWrite { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Range { .. }
            | Op::Fiemap { .. }
            | Op::Close { .. }
            | Op::Unlink { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => Sync::No,
        }
    }

    /// Whether a direct write begins or ends in the middle of a block.
    pub fn has_halves(self) -> bool {
        (0..self.writes())
            .any(|n| matches!(self.iocb(n), Op::DioWrite { range, .. } if !range.cut.is_none()))
    }

    /// Whether it submits AIO to the AIO context.
    pub fn submits_aio(self) -> bool {
        match self {
            Op::DioWrite { aio, .. } => aio,
            Op::AioBatch { .. } => true,
            Op::DioRead { .. }
            | Op::BufWrite { .. }
            | Op::BufRead { .. }
            | Op::MmapWrite { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Range { .. }
            | Op::Fiemap { .. }
            | Op::Close { .. }
            | Op::Unlink { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => false,
        }
    }

    /// Whether it reads or writes through the page cache.
    pub fn is_buffered(self) -> bool {
        match self {
            Op::BufWrite { .. } | Op::BufRead { .. } | Op::MmapWrite { .. } => true,
            Op::DioWrite { .. }
            | Op::AioBatch { .. }
            | Op::DioRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Range { .. }
            | Op::Fiemap { .. }
            | Op::Close { .. }
            | Op::Unlink { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => false,
        }
    }

    /// Whether it frees blocks.
    pub fn frees_blocks(self) -> bool {
        match self {
            Op::Truncate { .. } | Op::Range { .. } | Op::Close { .. } | Op::Unlink { .. } => true,
            Op::DioWrite { .. }
            | Op::AioBatch { .. }
            | Op::DioRead { .. }
            | Op::BufWrite { .. }
            | Op::BufRead { .. }
            | Op::MmapWrite { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Fiemap { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => false,
        }
    }

    /// Whether it requests durability: fsync, or a write with O_(D)SYNC.
    pub fn syncs(self) -> bool {
        match self {
            Op::Fsync { .. } => true,
            Op::DioWrite { sync, .. } | Op::AioBatch { sync, .. } | Op::BufWrite { sync, .. } => {
                sync != Sync::No
            }
            Op::DioRead { .. }
            | Op::BufRead { .. }
            | Op::MmapWrite { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Range { .. }
            | Op::Fiemap { .. }
            | Op::Close { .. }
            | Op::Unlink { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => false,
        }
    }

    /// Whether the operation uses the AIO context: it submits or reaps.
    pub fn is_aio(self) -> bool {
        self.submits_aio() || matches!(self, Op::Getevents { .. })
    }

    /// One iocb of a batch, counted from 0, as a single write. Any other operation returns itself.
    pub fn iocb(self, index: u8) -> Op {
        let Op::AioBatch { ino, iocbs, sync, nr } = self else { return self };
        let index = index.min(iocbs.count() - 1);
        let range = iocbs.at(index);
        Op::DioWrite { ino, range, sync, aio: true, nr: nr + index }
    }

    /// The blocks that a read or write covers. A batch has one range per iocb ([`Op::iocb`]).
    pub fn range(self) -> Option<Range> {
        match self {
            Op::DioWrite { range, .. }
            | Op::DioRead { range, .. }
            | Op::BufWrite { range, .. }
            | Op::BufRead { range, .. }
            | Op::Range { range, .. }
            | Op::Fallocate { range, .. } => Some(range),
            Op::MmapWrite { lblk, .. } => Some(Range::new(lblk, 1)),
            Op::Fsync { .. } | Op::Truncate { .. } | Op::AioBatch { .. } => None,
            Op::Fiemap { .. } | Op::Seek { .. } => None,
            Op::Close { .. } | Op::Unlink { .. } => None,
            Op::Getevents { .. } | Op::DropCaches { .. } => None,
        }
    }

    /// The blocks whose pages the operation writes back, waits for or drops. An operation that
    /// moves blocks drops all pages from the start of its range.
    pub fn pages(self) -> Option<Range> {
        match self {
            Op::Range { range, mode: RangeMode::Collapse | RangeMode::Insert, .. } => {
                Some(Range::new(range.lblk, BLOCKS_MAX as u8 - range.lblk))
            }
            Op::Range { mode: RangeMode::Punch | RangeMode::Zero | RangeMode::Move, .. }
            | Op::DioWrite { .. }
            | Op::AioBatch { .. }
            | Op::DioRead { .. }
            | Op::BufWrite { .. }
            | Op::BufRead { .. }
            | Op::MmapWrite { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Fiemap { .. }
            | Op::Close { .. }
            | Op::Unlink { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => self.range(),
        }
    }

    /// Whether it moves blocks within the file.
    pub fn moves_blocks(self) -> bool {
        matches!(self, Op::Range { mode: RangeMode::Collapse | RangeMode::Insert, .. })
    }

    /// The index of the operation's file; 0 if it has none.
    pub fn ino(self) -> u8 {
        match self {
            Op::DioWrite { ino, .. }
            | Op::AioBatch { ino, .. }
            | Op::DioRead { ino, .. }
            | Op::BufWrite { ino, .. }
            | Op::BufRead { ino, .. }
            | Op::MmapWrite { ino, .. }
            | Op::Fsync { ino, .. }
            | Op::Fallocate { ino, .. }
            | Op::Fiemap { ino }
            | Op::Close { ino }
            | Op::Unlink { ino }
            | Op::Seek { ino, .. }
            | Op::Range { ino, .. }
            | Op::Truncate { ino, .. } => ino,
            Op::Getevents { .. } | Op::DropCaches { .. } => 0,
        }
    }
}
