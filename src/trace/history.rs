//! What the operations so far have left: the disk tree as far as it is known, and which pages are
//! dirty. Dumps say it of what is cached; the operations say it of the rest.

use crate::es::{EsOp, Extent, Memory, Rules, Status, Tree, Version};

use super::folder::{Dump, Folder, OpRecord};
use super::op::{Bytes, Mode, RecordedOp, up};

/// The state of a file between two operations.
#[derive(Clone, Debug)]
pub struct History {
    /// The disk tree: written, unwritten, or a hole; what is absent is not known.
    disk: Tree,
    /// Dirty pages, as a set of blocks.
    dirty: Tree,
    /// Pages that may be in the page cache, as a set of blocks.
    cached: Tree,
    /// The last dump of the ES tree.
    es: Dump,
    /// `i_size` in bytes.
    size: u64,
    block_size: u32,
    /// Dirty pages may have been written behind the script's back, now or once
    /// (`vm.dirty_writeback_centisecs`).
    flusher: bool,
}

/// What readahead reads at most at once (`read_ahead_kb`).
const READAHEAD_BYTES: u32 = 256 * 1024;
/// Bytes of a page.
const PAGE_BYTES: u32 = 4096;

/// Whether the last number of a line is 0.
fn ends_in_zero(line: &str) -> bool {
    let number = line.rsplit(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty());
    number.is_some_and(|number| number.bytes().all(|digit| digit == b'0'))
}

/// The rules of a plain map of ranges.
fn rules() -> &'static Rules {
    Version::V6_12.rules()
}

fn set(map: &mut Tree, extent: Extent) {
    if extent.len > 0 && extent.end().is_some() {
        let _ = map.apply(rules(), &mut Memory::plenty(), EsOp::Insert(extent));
    }
}

fn unset(map: &mut Tree, (first, end): (u32, u32)) {
    if first < end {
        let op = EsOp::Remove { lblk: first, len: end - first };
        let _ = map.apply(rules(), &mut Memory::plenty(), op);
    }
}

impl History {
    /// A file that has just been made.
    pub fn new(folder: &Folder) -> History {
        let mut disk = Tree::new();
        set(&mut disk, Extent::new(0, u32::MAX, 0, Status::HOLE));
        let block_size = folder.block_size;
        let (dirty, cached) = (Tree::new(), Tree::new());
        History {
            disk,
            dirty,
            cached,
            es: Dump::new(),
            size: 0,
            block_size,
            flusher: folder.flusher,
        }
    }

    /// What the disk tree says of a block, if that is known.
    pub fn disk(&self, lblk: u32) -> Option<Extent> {
        self.disk.peek(lblk)
    }

    /// Whether the page of a block is dirty.
    pub fn is_dirty(&self, lblk: u32) -> bool {
        self.dirty.peek(lblk).is_some()
    }

    /// Whether the page of a block may be in the page cache: then nobody need map it again.
    pub fn may_be_cached(&self, lblk: u32) -> bool {
        self.cached.peek(lblk).is_some()
    }

    /// Whether dirty pages may have been written behind the script's back.
    pub fn has_flusher(&self) -> bool {
        self.flusher
    }

    /// The ES tree as last dumped.
    pub fn es(&self) -> &Dump {
        &self.es
    }

    /// `i_size` in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Every block at which something that is known begins or ends.
    pub fn edges(&self) -> impl Iterator<Item = u32> {
        let extents = self.disk.iter().chain(self.dirty.iter()).chain(self.cached.iter());
        extents.flat_map(|extent| [extent.lblk, extent.lblk.saturating_add(extent.len)])
    }

    /// Goes on over an operation.
    pub fn after(&mut self, record: &OpRecord, op: &RecordedOp) {
        if record.op.starts_with("sysctl") && record.op.contains("dirty_writeback_centisecs") {
            self.flusher |= !ends_in_zero(&record.op);
        }
        if record.ret >= 0 {
            self.operation(op, record);
        }
        self.size = record.size;
        self.learn(&record.es);
        for dump in [&record.fiemap_out, &record.fiemap].into_iter().flatten() {
            self.learn_all(dump);
        }
        self.es = record.es_after_fiemap.as_ref().unwrap_or(&record.es).clone();
        let es = self.es.clone();
        self.learn(&es);
    }

    fn operation(&mut self, op: &RecordedOp, record: &OpRecord) {
        let size = self.block_size;
        match op {
            RecordedOp::BufWrite { bytes, sync } => {
                self.mark_dirty(*bytes);
                if *sync != crate::kernel::Sync::No {
                    self.clean(bytes.blocks(size));
                }
            }
            RecordedOp::MmapWrite { bytes } => {
                self.mark_dirty(*bytes);
                // A fault reads around (`do_sync_mmap_readahead`).
                let (first, end) = bytes.blocks(size);
                let around = READAHEAD_BYTES / size.max(1);
                let first = first.saturating_sub(around);
                let len = end.saturating_add(around) - first;
                set(&mut self.cached, Extent::new(first, len, 0, Status::HOLE));
            }
            // Direct IO writes dirty pages of its range first.
            RecordedOp::DioWrite { bytes, .. }
            | RecordedOp::DioRead { bytes }
            | RecordedOp::SyncFileRange { bytes } => self.clean(bytes.blocks(size)),
            RecordedOp::AioWrite { iocbs, .. } | RecordedOp::AioRead { iocbs } => {
                iocbs.iter().for_each(|bytes| self.clean(bytes.blocks(size)));
            }
            RecordedOp::Fsync { .. } | RecordedOp::Syncfs | RecordedOp::Fiemap { sync: true } => {
                self.clean((0, u32::MAX));
            }
            RecordedOp::Truncate { size: bytes } => {
                let first = up(*bytes, size);
                let edge = first.saturating_sub(1);
                set(&mut self.cached, Extent::new(edge, 1, 0, Status::HOLE));
                self.clean((first, u32::MAX));
                set(&mut self.disk, Extent::new(first, u32::MAX - first, 0, Status::HOLE));
            }
            RecordedOp::Fallocate { bytes, mode } => self.fallocated(*bytes, *mode),
            RecordedOp::BufRead { bytes } => {
                // Readahead goes on behind what was asked for.
                let (first, end) = bytes.blocks(size);
                let ahead = READAHEAD_BYTES / size.max(1);
                let len = end.saturating_add(ahead).saturating_sub(first);
                set(&mut self.cached, Extent::new(first, len, 0, Status::HOLE));
            }
            RecordedOp::DropCaches { what } if what & 1 != 0 => self.cached = self.dirty.clone(),
            RecordedOp::DropCaches { .. }
            | RecordedOp::Fiemap { sync: false }
            | RecordedOp::ClearEs => {}
            RecordedOp::Other { word } if word == "par" => self.beside_others(record),
            RecordedOp::Other { .. } => {}
        }
    }

    fn fallocated(&mut self, bytes: Bytes, mode: Mode) {
        let whole @ (first, end) = bytes.whole_blocks(self.block_size);
        if !matches!(mode, Mode::Alloc | Mode::Keep) {
            // The pages at the edges are read, to be zeroed in part.
            for lblk in [bytes.blocks(self.block_size).0, end] {
                set(&mut self.cached, Extent::new(lblk, 1, 0, Status::HOLE));
            }
        }
        match mode {
            Mode::Alloc | Mode::Keep => {}
            Mode::Punch => {
                // The pages at its edges are written first.
                self.clean(bytes.blocks(self.block_size));
                set(&mut self.disk, Extent::new(first, end - first, 0, Status::HOLE));
            }
            Mode::Zero | Mode::ZeroKeep => {
                self.clean(whole);
                unset(&mut self.disk, bytes.blocks(self.block_size));
            }
            // What follows is written, and then moves.
            Mode::Collapse => {
                self.clean((first, u32::MAX));
                self.shift(first, -i64::from(end - first));
            }
            Mode::Insert => {
                self.clean((first, u32::MAX));
                self.shift(first, i64::from(end - first));
                set(&mut self.disk, Extent::new(first, end - first, 0, Status::HOLE));
            }
        }
    }

    /// Threads side by side may do anything to what they name; what a dump does not show of it is
    /// not known.
    fn beside_others(&mut self, record: &OpRecord) {
        for part in record.op.trim_start_matches("par").split('|') {
            if part.contains("punch") || part.contains("truncate") || part.contains("collapse") {
                self.disk = Tree::new();
            }
            if part.contains("buf_write") || part.contains("mmap_write") {
                set(&mut self.dirty, Extent::new(0, u32::MAX, 0, Status::HOLE));
            }
        }
    }

    /// Everything from a block on moves by so many blocks.
    fn shift(&mut self, from: u32, by: i64) {
        let mut moved = Tree::new();
        for extent in self.disk.iter() {
            let end = u64::from(extent.lblk) + u64::from(extent.len);
            if extent.lblk < from {
                let len = extent.len.min(from - extent.lblk);
                set(&mut moved, Extent { len, ..extent });
            }
            // What is moved: the part behind `from`, for a collapse behind the range that goes.
            let first = u64::from(from) + by.min(0).unsigned_abs();
            let begin = u64::from(extent.lblk).max(first);
            if begin >= end {
                continue;
            }
            let skip = begin - u64::from(extent.lblk);
            let to = begin.saturating_add_signed(by);
            let last = end.saturating_add_signed(by).min(u64::from(u32::MAX));
            let (Ok(lblk), Ok(len)) = (u32::try_from(to), u32::try_from(last.saturating_sub(to)))
            else {
                continue;
            };
            set(&mut moved, Extent { lblk, len, pblk: extent.pblk + skip, ..extent });
        }
        self.disk = moved;
    }

    fn mark_dirty(&mut self, bytes: Bytes) {
        let (first, end) = bytes.blocks(self.block_size);
        let extent = Extent::new(first, end - first, 0, Status::HOLE);
        set(&mut self.dirty, extent);
        set(&mut self.cached, extent);
    }

    /// Dirty pages of a range are written: page by page, so what shares a page with it too. Where
    /// that puts them shows only in a dump.
    fn clean(&mut self, (first, end): (u32, u32)) {
        let blocks = (PAGE_BYTES / self.block_size.max(1)).max(1);
        let first = first / blocks * blocks;
        let end = end.checked_next_multiple_of(blocks).unwrap_or(u32::MAX);
        for extent in self.dirty.iter().collect::<Vec<_>>() {
            let last = extent.lblk.saturating_add(extent.len).min(end);
            unset(&mut self.disk, (extent.lblk.max(first), last));
        }
        unset(&mut self.dirty, (first, end));
    }

    /// What is cached is on the disk, but for delayed blocks, which are nowhere.
    fn learn(&mut self, dump: &Dump) {
        for extent in dump {
            let status = extent.status;
            let known = if status.any(Status::DELAYED) && status.any(Status::UNWRITTEN) {
                // Where it is the dump does not say; if the disk tree's entry is known it stays.
                continue;
            } else if status.is_mapped() {
                *extent
            } else {
                Extent { pblk: 0, status: Status::HOLE, ..*extent }
            };
            set(&mut self.disk, known);
            if status.any(Status::DELAYED) {
                let dirty = Extent { pblk: 0, status: Status::HOLE, ..*extent };
                set(&mut self.dirty, dirty);
                set(&mut self.cached, dirty);
            }
        }
    }

    /// FIEMAP lists everything that is allocated or delayed; between that are holes.
    fn learn_all(&mut self, fiemap: &Dump) {
        let mut at = 0_u32;
        for extent in fiemap {
            let gap = extent.lblk.saturating_sub(at);
            set(&mut self.disk, Extent::new(at, gap, 0, Status::HOLE));
            at = extent.lblk.saturating_add(extent.len);
        }
        set(&mut self.disk, Extent::new(at, u32::MAX - at, 0, Status::HOLE));
        self.learn(fiemap);
    }
}
