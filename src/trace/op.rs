//! The operations of recorded scripts: the calls that the lines of `ops.jsonl` describe, in bytes.

use crate::kernel::Sync;

/// A recorded operation. Offsets, lengths and sizes are in bytes.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordedOp {
    /// `dio_write`: one direct write.
    DioWrite { bytes: Bytes, sync: Sync },
    /// `buf_write`: one buffered write.
    BufWrite { bytes: Bytes, sync: Sync },
    /// `aio_write`: one `io_submit` of direct writes, then `io_getevents`.
    AioWrite { iocbs: Vec<Bytes>, sync: Sync },
    /// `aio_read`: one `io_submit` of direct reads, then `io_getevents`.
    AioRead { iocbs: Vec<Bytes> },
    /// `dio_read`: one direct read.
    DioRead { bytes: Bytes },
    /// `buf_read`: one buffered read.
    BufRead { bytes: Bytes },
    /// `fsync`, or `fdatasync` if `datasync` is true.
    Fsync { datasync: bool },
    /// `truncate` to a size in bytes.
    Truncate { size: u64 },
    /// `fallocate` of a range, with a mode.
    Fallocate { bytes: Bytes, mode: Mode },
    /// `drop_caches`: 1 pages, 2 extents, 3 both.
    DropCaches { what: u8 },
    /// `fiemap`; `sync` writes dirty pages first.
    Fiemap { sync: bool },
    /// `clear_es`: the ioctl that clears the extent status tree.
    ClearEs,
    /// `mmap_write`: stores into a shared mapping.
    MmapWrite { bytes: Bytes },
    /// `seekmap`: SEEK_DATA and SEEK_HOLE in turns, from the start to the end.
    Seekmap,
    /// `seek_data`, or `seek_hole`, from a byte on.
    Seek { offset: u64, hole: bool },
    /// `sync_file_range`: writeback of a range, without a commit.
    SyncFileRange { bytes: Bytes },
    /// `syncfs`: writeback of the whole file system, and a commit.
    Syncfs,
    /// Another operation, with its word.
    Other { word: String },
}

/// Bytes of a page.
pub(super) const PAGE_BYTES: u32 = 4096;

/// A range of a file in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bytes {
    /// The offset of its first byte.
    pub offset: u64,
    /// Its length in bytes.
    pub len: u64,
}

/// The mode of `fallocate` (`mode=`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Preallocates the range, and grows the file if the range ends beyond it.
    Alloc,
    /// Preallocates the range and keeps the file's size.
    Keep,
    /// Makes the range a hole.
    Punch,
    /// Zeroes the range, and grows the file if the range ends beyond it.
    Zero,
    /// Zeroes the range and keeps the file's size.
    ZeroKeep,
    /// Removes the range and moves the following data down.
    Collapse,
    /// Inserts a hole and moves the following data up.
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

    /// The range, extended to whole pages.
    pub fn pages(self) -> Bytes {
        let page = u64::from(PAGE_BYTES);
        let offset = self.offset / page * page;
        let end = self.end().div_ceil(page).saturating_mul(page);
        Bytes { offset, len: end - offset }
    }

    /// The part of the range that is punched in a file of a size: nothing beyond the page with the
    /// end of the file, and `None` if the range begins there (`ext4_punch_hole`,
    /// fs/ext4/inode.c v6.1).
    pub fn punched(self, size: u64) -> Option<Bytes> {
        let page = u64::from(PAGE_BYTES);
        let last = size.saturating_add(page - size % page);
        let end = if self.end() > size { last } else { self.end() };
        (self.offset < size).then(|| Bytes { len: end - self.offset, ..self })
    }

    /// The blocks that lie completely inside the range.
    pub fn whole_blocks(self, block_size: u32) -> (u32, u32) {
        let (first, end) = (up(self.offset, block_size), down(self.end(), block_size));
        (first, end.max(first))
    }
}

/// The block that contains a byte.
pub(super) fn down(bytes: u64, block_size: u32) -> u32 {
    u32::try_from(bytes / u64::from(block_size.max(1))).unwrap_or(u32::MAX)
}

/// The first block that starts at a byte or after it.
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

    /// Reads a known operation. `None` for an unknown word or for unexpected arguments.
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
            "seekmap" => RecordedOp::Seekmap,
            "seek_data" | "seek_hole" => {
                RecordedOp::Seek { offset: arguments.number("off")?, hole: word == "seek_hole" }
            }
            "syncfs" => RecordedOp::Syncfs,
            _ => return None,
        })
    }

    /// The word under which the operation is counted: `dio_write`, `punch`.
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
            RecordedOp::Seekmap => "seekmap",
            RecordedOp::Seek { hole: false, .. } => "seek_data",
            RecordedOp::Seek { hole: true, .. } => "seek_hole",
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

    /// The word under which an operation of this mode is counted.
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

    /// Reads `io=0+4096,8192+4096`.
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
