//! The operations of recorded scripts: what a line of `ops.jsonl` asked the kernel for, in bytes.

use crate::kernel::Sync;

/// A recorded operation. Offsets, lengths and sizes are in bytes.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordedOp {
    /// `dio_write`.
    DioWrite { bytes: Bytes, sync: Sync },
    /// `buf_write`.
    BufWrite { bytes: Bytes, sync: Sync },
    /// `aio_write`: one `io_submit` of direct writes, then `io_getevents`.
    AioWrite { iocbs: Vec<Bytes>, sync: Sync },
    /// `aio_read`.
    AioRead { iocbs: Vec<Bytes> },
    /// `dio_read`.
    DioRead { bytes: Bytes },
    /// `buf_read`.
    BufRead { bytes: Bytes },
    /// `fsync` and `fdatasync`.
    Fsync { datasync: bool },
    /// `truncate`.
    Truncate { size: u64 },
    /// `fallocate`.
    Fallocate { bytes: Bytes, mode: Mode },
    /// `drop_caches`.
    DropCaches { what: u8 },
    /// `fiemap`; with `sync` dirty pages are written first.
    Fiemap { sync: bool },
    /// `clear_es`.
    ClearEs,
    /// `mmap_write`.
    MmapWrite { bytes: Bytes },
    /// `sync_file_range`.
    SyncFileRange { bytes: Bytes },
    /// `syncfs`.
    Syncfs,
    /// Another one, by its word.
    Other { word: String },
}

/// A range of a file in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bytes {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub len: u64,
}

/// What `fallocate` does (`mode=`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Preallocation.
    Alloc,
    /// Preallocation that leaves the size alone.
    Keep,
    /// A hole.
    Punch,
    /// Zeroes.
    Zero,
    /// Zeroes that leave the size alone.
    ZeroKeep,
    /// What follows moves down over the range.
    Collapse,
    /// What follows moves up and leaves a hole.
    Insert,
}

impl Bytes {
    /// The byte after the last.
    pub const fn end(self) -> u64 {
        self.offset.saturating_add(self.len)
    }

    /// The blocks that the range touches: the first, and the one after the last.
    pub fn blocks(self, block_size: u32) -> (u32, u32) {
        (down(self.offset, block_size), up(self.end(), block_size))
    }

    /// The blocks that lie in the range as a whole.
    pub fn whole_blocks(self, block_size: u32) -> (u32, u32) {
        let (first, end) = (up(self.offset, block_size), down(self.end(), block_size));
        (first, end.max(first))
    }
}

/// The block that a byte lies in.
pub(super) fn down(bytes: u64, block_size: u32) -> u32 {
    u32::try_from(bytes / u64::from(block_size.max(1))).unwrap_or(u32::MAX)
}

/// The first block that begins at a byte or after it.
pub(super) fn up(bytes: u64, block_size: u32) -> u32 {
    u32::try_from(bytes.div_ceil(u64::from(block_size.max(1)))).unwrap_or(u32::MAX)
}

impl RecordedOp {
    /// Reads a line of a script: `dio_write off=65536 len=16384 sync=0`.
    pub fn parse(line: &str) -> RecordedOp {
        let mut words = line.split_whitespace();
        let word = words.next().unwrap_or("");
        let arguments = Arguments(words.collect());
        RecordedOp::known(word, &arguments)
            .unwrap_or_else(|| RecordedOp::Other { word: word.to_string() })
    }

    /// `None` for another word, and for one whose arguments are not as they should be.
    fn known(word: &str, arguments: &Arguments<'_>) -> Option<RecordedOp> {
        let bytes = || arguments.bytes();
        Some(match word {
            "dio_write" => RecordedOp::DioWrite { bytes: bytes()?, sync: arguments.sync()? },
            "buf_write" => RecordedOp::BufWrite { bytes: bytes()?, sync: arguments.sync()? },
            "aio_write" => {
                RecordedOp::AioWrite { iocbs: arguments.iocbs()?, sync: arguments.sync()? }
            }
            "aio_read" => RecordedOp::AioRead { iocbs: arguments.iocbs()? },
            "dio_read" => RecordedOp::DioRead { bytes: bytes()? },
            "buf_read" => RecordedOp::BufRead { bytes: bytes()? },
            "fsync" => RecordedOp::Fsync { datasync: false },
            "fdatasync" => RecordedOp::Fsync { datasync: true },
            "truncate" => RecordedOp::Truncate { size: arguments.number("size")? },
            "fallocate" => RecordedOp::Fallocate { bytes: bytes()?, mode: arguments.mode()? },
            "drop_caches" => {
                RecordedOp::DropCaches { what: u8::try_from(arguments.number("n")?).ok()? }
            }
            "fiemap" => RecordedOp::Fiemap { sync: arguments.number("sync") == Some(1) },
            "clear_es" => RecordedOp::ClearEs,
            "mmap_write" => RecordedOp::MmapWrite { bytes: bytes()? },
            "sync_file_range" => RecordedOp::SyncFileRange { bytes: bytes()? },
            "syncfs" => RecordedOp::Syncfs,
            _ => return None,
        })
    }

    /// The word by which the operation is counted: `dio_write`, `punch`.
    pub fn word(&self) -> &str {
        match self {
            RecordedOp::DioWrite { .. } => "dio_write",
            RecordedOp::BufWrite { .. } => "buf_write",
            RecordedOp::AioWrite { .. } => "aio_write",
            RecordedOp::AioRead { .. } => "aio_read",
            RecordedOp::DioRead { .. } => "dio_read",
            RecordedOp::BufRead { .. } => "buf_read",
            RecordedOp::Fsync { datasync: false } => "fsync",
            RecordedOp::Fsync { datasync: true } => "fdatasync",
            RecordedOp::Truncate { .. } => "truncate",
            RecordedOp::Fallocate { mode, .. } => mode.word(),
            RecordedOp::DropCaches { .. } => "drop_caches",
            RecordedOp::Fiemap { .. } => "fiemap",
            RecordedOp::ClearEs => "clear_es",
            RecordedOp::MmapWrite { .. } => "mmap_write",
            RecordedOp::SyncFileRange { .. } => "sync_file_range",
            RecordedOp::Syncfs => "syncfs",
            RecordedOp::Other { word } => word,
        }
    }
}

impl Mode {
    const ALL: [(Mode, &'static str, &'static str); 7] = [
        (Mode::Alloc, "alloc", "fallocate"),
        (Mode::Keep, "keep", "fallocate keep"),
        (Mode::Punch, "punch", "punch"),
        (Mode::Zero, "zero", "zero"),
        (Mode::ZeroKeep, "zero_keep", "zero"),
        (Mode::Collapse, "collapse", "collapse"),
        (Mode::Insert, "insert", "insert"),
    ];

    /// The word by which an operation of this mode is counted.
    pub fn word(self) -> &'static str {
        let found = Mode::ALL.iter().find(|(mode, ..)| *mode == self);
        found.map_or("fallocate", |(_, _, word)| word)
    }
}

struct Arguments<'a>(Vec<&'a str>);

impl Arguments<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    fn bytes(&self) -> Option<Bytes> {
        Some(Bytes { offset: self.number("off")?, len: self.number("len")? })
    }

    fn sync(&self) -> Option<Sync> {
        match self.number("sync").unwrap_or(0) {
            0 => Some(Sync::No),
            1 => Some(Sync::Dsync),
            2 => Some(Sync::Osync),
            _ => None,
        }
    }

    /// `io=0+4096,8192+4096`
    fn iocbs(&self) -> Option<Vec<Bytes>> {
        let iocb = |text: &str| {
            let (offset, len) = text.split_once('+')?;
            Some(Bytes { offset: offset.parse().ok()?, len: len.parse().ok()? })
        };
        self.text("io")?.split(',').map(iocb).collect()
    }

    fn mode(&self) -> Option<Mode> {
        let text = self.text("mode")?;
        Mode::ALL.iter().find(|(_, name, _)| *name == text).map(|(mode, ..)| *mode)
    }
}
