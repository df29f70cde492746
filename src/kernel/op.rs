//! The operations: what a thread can be told to do, how each is written, and what it touches.
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
    /// Truncation to a size in blocks; one above the present size grows the file.
    Truncate { ino: u8, size: u8 },
    /// `drop_caches`: bit 0 drops clean pages, bit 1 runs the shrinkers.
    DropCaches { what: u8 },
    /// FIEMAP of the whole file, as it is in memory.
    Fiemap { ino: u8 },
    /// `lseek` with SEEK_DATA, or with SEEK_HOLE, from a block on.
    Seek { ino: u8, lblk: u8, hole: bool },
    /// `io_getevents`: waits for this many events and reaps them; 0 means for all that are
    /// outstanding.
    Getevents { nr: u8 },
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

/// How an operation is written in a script, and how it is made from its arguments.
pub struct OpInfo {
    /// The word that begins it.
    pub word: &'static str,
    /// An example; what stands in brackets can be left out.
    pub usage: &'static str,
    /// What it does, for the table in README.md.
    pub what: &'static str,
    /// Whether `file=` can name the file it is on.
    pub on_file: bool,
    /// Which ranges it takes.
    pub ranges: Ranges,
    /// Whether it takes `sync=`.
    pub sync: bool,
    /// The number that it takes, if it takes one.
    pub number: Option<NumberArg>,
    /// Makes the operation. Arguments that it does not take are ignored.
    pub make: fn(&OpArgs) -> Op,
}

/// Which ranges of blocks an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// None.
    None,
    /// One: `0 8` or `0+8`.
    One,
    /// One an iocb: `io=0+4,4+4`.
    Iocbs,
}

/// A number that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberArg {
    /// What a form calls it.
    pub label: &'static str,
    /// What an error says was expected.
    pub what: &'static str,
    /// The least.
    pub min: u8,
    /// The greatest.
    pub max: u8,
    /// Whether it can be left out, which is written 0 in [`OpArgs`].
    pub optional: bool,
}

/// The arguments of an operation, as a script or a form gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpArgs {
    /// The file.
    pub ino: u8,
    /// The range, or the first of several.
    pub range: Range,
    /// The ranges, if there are at least two.
    pub iocbs: Option<Iocbs>,
    /// The durability of a write.
    pub sync: Sync,
    /// The number.
    pub number: u8,
}

/// Every operation, in the order in which help lists them.
pub static OPS: [&OpInfo; 14] = [
    &AIO_WRITE,
    &DIO_WRITE,
    &DIO_READ,
    &BUF_WRITE,
    &BUF_READ,
    &FSYNC,
    &FDATASYNC,
    &FALLOCATE,
    &TRUNCATE,
    &FIEMAP,
    &SEEK_DATA,
    &SEEK_HOLE,
    &GETEVENTS,
    &DROP_CACHES,
];

/// An operation on a range of a file, to copy from.
const ON_RANGE: OpInfo = OpInfo {
    word: "",
    usage: "",
    what: "",
    on_file: true,
    ranges: Ranges::One,
    sync: false,
    number: None,
    make: |a| Op::DioRead { ino: a.ino, range: a.range },
};

static AIO_WRITE: OpInfo = OpInfo {
    word: "aio_write",
    usage: "aio_write io=0+4[,4+4] [sync=1]",
    what: "one io_submit of up to 8 direct writes; a full context reaps an event first",
    ranges: Ranges::Iocbs,
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
    what: "a direct write that returns when it is done",
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

static FIEMAP: OpInfo = OpInfo {
    word: "fiemap",
    usage: "fiemap",
    what: "report the extents of the file, delayed ones too",
    ranges: Ranges::None,
    make: |a| Op::Fiemap { ino: a.ino },
    ..ON_RANGE
};

/// The block from which a seek begins.
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

/// Where a thread enters an operation.
pub(super) enum Begins {
    /// At a place that works on what the operation says.
    At(Pc),
    /// At a place that works on the operation's inode.
    OnInode(Pc),
    /// Where a direct read of the range begins under the design: it writes dirty pages first.
    DirectRead(Range),
    /// Where `ext4_sync_file` begins under the design: it writes dirty pages first.
    Fsync,
}

impl OpInfo {
    /// The operation that a word begins.
    pub fn find(word: &str) -> Option<&'static OpInfo> {
        OPS.into_iter().find(|info| info.word == word)
    }
}

impl Op {
    /// How the operation is written.
    pub fn info(self) -> &'static OpInfo {
        match self {
            Op::DioWrite { aio: true, .. } | Op::AioBatch { .. } => &AIO_WRITE,
            Op::DioWrite { aio: false, .. } => &DIO_WRITE,
            Op::DioRead { .. } => &DIO_READ,
            Op::BufWrite { .. } => &BUF_WRITE,
            Op::BufRead { .. } => &BUF_READ,
            Op::Fsync { datasync: false, .. } => &FSYNC,
            Op::Fsync { datasync: true, .. } => &FDATASYNC,
            Op::Fallocate { .. } => &FALLOCATE,
            Op::Truncate { .. } => &TRUNCATE,
            Op::Fiemap { .. } => &FIEMAP,
            Op::Seek { hole: false, .. } => &SEEK_DATA,
            Op::Seek { hole: true, .. } => &SEEK_HOLE,
            Op::DropCaches { .. } => &DROP_CACHES,
            Op::Getevents { .. } => &GETEVENTS,
        }
    }

    /// Where a thread enters the operation.
    pub(super) fn begins(self) -> Begins {
        match self {
            Op::DioWrite { aio: true, .. } | Op::AioBatch { .. } => Begins::At(Pc::IoSubmit),
            Op::DioWrite { aio: false, .. } => Begins::At(Pc::WriteLock),
            Op::DioRead { range, .. } => Begins::DirectRead(range),
            Op::BufWrite { .. } => Begins::OnInode(Pc::BufLock),
            Op::BufRead { .. } => Begins::OnInode(Pc::BufRead),
            Op::Fsync { .. } => Begins::Fsync,
            Op::Fallocate { .. } => Begins::OnInode(Pc::FallocLock),
            Op::Truncate { .. } => Begins::OnInode(Pc::TruncLock),
            Op::Fiemap { .. } => Begins::OnInode(Pc::Fiemap),
            Op::Seek { .. } => Begins::OnInode(Pc::Seek),
            Op::DropCaches { .. } => Begins::At(Pc::DropCaches),
            Op::Getevents { .. } => Begins::At(Pc::Getevents),
        }
    }

    /// The arguments with which [`OpInfo::make`] makes the operation again, but for its number as a
    /// write ([`Op::numbered`]).
    pub fn args(self) -> OpArgs {
        let iocbs = if let Op::AioBatch { iocbs, .. } = self { Some(iocbs) } else { None };
        let range = self.iocb(0).range().unwrap_or(Range::new(0, 1));
        OpArgs { ino: self.ino(), range, iocbs, sync: self.sync(), number: self.number() }
    }

    /// The operation as the write of a script with a number; others are as they were.
    #[must_use]
    pub fn numbered(mut self, number: u8) -> Op {
        if let Op::DioWrite { nr, .. } | Op::AioBatch { nr, .. } | Op::BufWrite { nr, .. } =
            &mut self
        {
            *nr = number;
        }
        self
    }

    /// The number that it was given ([`OpInfo::number`]), 0 if it takes none.
    fn number(self) -> u8 {
        match self {
            Op::Truncate { size, .. } => size,
            Op::Seek { lblk, .. } => lblk,
            Op::DropCaches { what } => what,
            Op::Getevents { nr } => nr,
            Op::DioWrite { .. }
            | Op::AioBatch { .. }
            | Op::DioRead { .. }
            | Op::BufWrite { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fiemap { .. }
            | Op::Fallocate { .. } => 0,
        }
    }

    /// How many writes the operation is.
    pub fn writes(self) -> u8 {
        match self {
            Op::DioWrite { .. } | Op::BufWrite { .. } => 1,
            Op::AioBatch { iocbs, .. } => iocbs.count(),
            Op::DioRead { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Fiemap { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => 0,
        }
    }

    /// The durability of a write.
    pub fn sync(self) -> Sync {
        match self {
            Op::DioWrite { sync, .. } | Op::AioBatch { sync, .. } | Op::BufWrite { sync, .. } => {
                sync
            }
            Op::DioRead { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Fiemap { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => Sync::No,
        }
    }

    /// Whether it puts AIOs into the AIO context.
    pub fn submits_aio(self) -> bool {
        match self {
            Op::DioWrite { aio, .. } => aio,
            Op::AioBatch { .. } => true,
            Op::DioRead { .. }
            | Op::BufWrite { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Fiemap { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => false,
        }
    }

    /// Whether it reads or writes through the page cache.
    pub fn is_buffered(self) -> bool {
        match self {
            Op::BufWrite { .. } | Op::BufRead { .. } => true,
            Op::DioWrite { .. }
            | Op::AioBatch { .. }
            | Op::DioRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Fiemap { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => false,
        }
    }

    /// Whether it frees blocks.
    pub fn frees_blocks(self) -> bool {
        match self {
            Op::Truncate { .. } => true,
            Op::DioWrite { .. }
            | Op::AioBatch { .. }
            | Op::DioRead { .. }
            | Op::BufWrite { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Fiemap { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => false,
        }
    }

    /// Whether it asks for durability: fsync, or a write with O_(D)SYNC.
    pub fn syncs(self) -> bool {
        match self {
            Op::Fsync { .. } => true,
            Op::DioWrite { sync, .. } | Op::AioBatch { sync, .. } | Op::BufWrite { sync, .. } => {
                sync != Sync::No
            }
            Op::DioRead { .. }
            | Op::BufRead { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::Fiemap { .. }
            | Op::Seek { .. }
            | Op::DropCaches { .. }
            | Op::Getevents { .. } => false,
        }
    }

    /// Whether the operation is about the AIO context: it submits or reaps.
    pub fn is_aio(self) -> bool {
        self.submits_aio() || matches!(self, Op::Getevents { .. })
    }

    /// One iocb of a batch, counted from 0, as the write that it is; any other operation is
    /// itself.
    pub fn iocb(self, index: u8) -> Op {
        let Op::AioBatch { ino, iocbs, sync, nr } = self else { return self };
        let index = index.min(iocbs.count() - 1);
        let range = iocbs.at(index);
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
            Op::Fiemap { .. } | Op::Seek { .. } => None,
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
            | Op::Fiemap { ino }
            | Op::Seek { ino, .. }
            | Op::Truncate { ino, .. } => ino,
            Op::Getevents { .. } | Op::DropCaches { .. } => 0,
        }
    }
}
