//! The state that the operations so far have left: the known part of the disk tree, and the dirty
//! pages. Dumps show the cached part; the operations imply the rest.

use crate::es::{EsOp, Extent, Memory, Rules, Status, Tree, Version};

use super::folder::{Dump, Folder, OpRecord};
use super::op::{Bytes, Mode, PAGE_BYTES, RecordedOp, up};

/// The state of a file between two operations.
#[derive(Clone, Debug)]
pub struct History {
    /// The disk tree: written, unwritten, or a hole. Blocks that are missing are unknown.
    disk: Tree,
    /// Dirty pages, as a set of blocks.
    dirty: Tree,
    /// Pages that may be in the page cache, as a set of blocks.
    cached: Tree,
    /// The last dump of the ES tree.
    es: Dump,
    /// The size of the file (`i_size`), in bytes.
    size: u64,
    block_size: u32,
    /// True if dirty pages may have been written without an operation of the script
    /// (`vm.dirty_writeback_centisecs`).
    flusher: bool,
    /// True if writeback was started that nobody has waited for (POSIX_FADV_DONTNEED).
    started: bool,
}

/// The largest amount that readahead reads at once (`read_ahead_kb`).
const READAHEAD_BYTES: u32 = 256 * 1024;

/// The first block of a range, and the one after its last.
type Part = (u32, u32);

/// Whether the last number of a line is 0.
fn ends_in_zero(line: &str) -> bool {
    let number = line.rsplit(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty());
    number.is_some_and(|number| number.bytes().all(|digit| digit == b'0'))
}

/// Rules that make the tree a plain map of ranges.
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
    /// The history of a new file.
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
            started: false,
        }
    }

    /// The disk tree's extent at a block, if it is known.
    pub fn disk(&self, lblk: u32) -> Option<Extent> {
        self.disk.peek(lblk)
    }

    /// The known extents of the disk tree within a run of blocks.
    pub fn disk_within(&self, lblk: u32, len: u32) -> impl Iterator<Item = Extent> {
        let end = lblk.saturating_add(len);
        self.disk.iter().filter_map(move |extent| {
            let first = extent.lblk.max(lblk);
            let last = extent.lblk.saturating_add(extent.len).min(end);
            let skip = u64::from(first.saturating_sub(extent.lblk));
            let len = last.checked_sub(first).filter(|len| *len > 0)?;
            let pblk = if extent.status.is_mapped() { extent.pblk + skip } else { 0 };
            Some(Extent { lblk: first, len, pblk, ..extent })
        })
    }

    /// Whether the page of a block is dirty.
    pub fn is_dirty(&self, lblk: u32) -> bool {
        self.dirty.peek(lblk).is_some()
    }

    /// Whether any page is dirty.
    pub fn has_dirty(&self) -> bool {
        self.dirty.iter().next().is_some()
    }

    /// Whether the page of a block may be in the page cache, so that a read need not map it.
    pub fn may_be_cached(&self, lblk: u32) -> bool {
        self.cached.peek(lblk).is_some()
    }

    /// Whether the page of some block of a run may be in the page cache.
    pub fn may_be_cached_within(&self, lblk: u32, len: u32) -> bool {
        let end = lblk.saturating_add(len);
        let meets = |it: Extent| it.lblk < end && lblk < it.lblk.saturating_add(it.len);
        self.cached.iter().any(meets)
    }

    /// Whether dirty pages may have been written without an operation of the script.
    pub fn has_flusher(&self) -> bool {
        self.flusher
    }

    /// Whether dirty pages may be written beside an operation.
    pub fn is_written_behind(&self) -> bool {
        self.flusher || self.started
    }

    /// The last dump of the ES tree.
    pub fn es(&self) -> &Dump {
        &self.es
    }

    /// The size of the file (`i_size`), in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Every block at which a known range starts or ends.
    pub fn edges(&self) -> impl Iterator<Item = u32> {
        let extents = self.disk.iter().chain(self.dirty.iter()).chain(self.cached.iter());
        extents.flat_map(|extent| [extent.lblk, extent.lblk.saturating_add(extent.len)])
    }

    /// Updates the history for an operation.
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
                self.mark_page_dirty(*bytes);
                // A page fault also reads pages around it (`do_sync_mmap_readahead`).
                let (first, end) = bytes.blocks(size);
                let around = READAHEAD_BYTES / size.max(1);
                let first = first.saturating_sub(around);
                self.mark_cached((first, end.saturating_add(around)));
            }
            // Direct IO first writes the dirty pages of its range.
            RecordedOp::DioWrite { bytes, .. }
            | RecordedOp::DioRead { bytes }
            | RecordedOp::SyncFileRange { bytes } => self.clean(bytes.blocks(size)),
            RecordedOp::AioWrite { iocbs, .. } | RecordedOp::AioRead { iocbs } => {
                iocbs.iter().for_each(|bytes| self.clean(bytes.blocks(size)));
            }
            RecordedOp::Fsync { .. } | RecordedOp::Syncfs | RecordedOp::Fiemap { sync: true } => {
                self.clean((0, u32::MAX));
                self.started = false;
            }
            RecordedOp::Truncate { size: bytes } => {
                let first = up(*bytes, size);
                self.mark_cached((first.saturating_sub(1), first));
                self.clean((first, u32::MAX));
                set(&mut self.disk, Extent::new(first, u32::MAX - first, 0, Status::HOLE));
            }
            RecordedOp::Fallocate { bytes, mode } => self.fallocated(*bytes, *mode),
            RecordedOp::BufRead { bytes } => {
                // Readahead continues beyond the requested range.
                let (first, end) = bytes.blocks(size);
                let ahead = READAHEAD_BYTES / size.max(1);
                self.mark_cached((first, end.saturating_add(ahead)));
            }
            RecordedOp::DropCaches { what } if what & 1 != 0 => self.cached = self.dirty.clone(),
            RecordedOp::DropCaches { .. }
            | RecordedOp::Fiemap { sync: false }
            | RecordedOp::Seekmap
            | RecordedOp::Seek { .. }
            | RecordedOp::ClearEs => {}
            RecordedOp::Other { word } if word == "par" => self.beside_others(record),
            RecordedOp::Other { word } if word == "fadvise_dontneed" => {
                self.started |= self.has_dirty();
            }
            RecordedOp::Other { .. } => {}
        }
    }

    fn fallocated(&mut self, bytes: Bytes, mode: Mode) {
        let whole @ (first, end) = bytes.whole_blocks(self.block_size);
        if !matches!(mode, Mode::Alloc | Mode::Keep) {
            // The pages at the edges are read, because they are zeroed in part.
            for lblk in [bytes.blocks(self.block_size).0, end] {
                self.mark_cached((lblk, lblk.saturating_add(1)));
            }
        }
        match mode {
            Mode::Alloc | Mode::Keep => {}
            Mode::Punch => {
                // The pages at the edges are written first.
                self.clean(bytes.blocks(self.block_size));
                if let Some(punched) = bytes.punched(self.size) {
                    let (first, end) = punched.whole_blocks(self.block_size);
                    set(&mut self.disk, Extent::new(first, end - first, 0, Status::HOLE));
                }
            }
            Mode::Zero | Mode::ZeroKeep => {
                self.clean(whole);
                unset(&mut self.disk, bytes.blocks(self.block_size));
            }
            // The data after the range is written first, and then moved.
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

    /// Updates the history for an operation of concurrent threads. They may do anything to the
    /// ranges that they name, so everything that a dump does not show there becomes unknown.
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

    /// Moves everything after a block by a number of blocks.
    fn shift(&mut self, from: u32, by: i64) {
        let mut moved = Tree::new();
        for extent in self.disk.iter() {
            let end = u64::from(extent.lblk) + u64::from(extent.len);
            if extent.lblk < from {
                let len = extent.len.min(from - extent.lblk);
                set(&mut moved, Extent { len, ..extent });
            }
            // The moved part: everything after `from`, or for a collapse everything after the
            // removed range.
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
        // No file has blocks beyond the last one, so nothing moves to its end.
        if let Some(by) = u32::try_from(-by).ok().filter(|by| *by > 0) {
            set(&mut moved, Extent::new(u32::MAX - by, by, 0, Status::HOLE));
        }
        self.disk = moved;
    }

    /// A page fault makes its whole page dirty, up to the end of the file (`ext4_page_mkwrite`).
    fn mark_page_dirty(&mut self, bytes: Bytes) {
        let page = u64::from(PAGE_BYTES);
        let offset = bytes.offset / page * page;
        let end = bytes.end().div_ceil(page).saturating_mul(page).min(self.size);
        self.mark_dirty(Bytes { offset, len: end.saturating_sub(offset) });
    }

    fn mark_dirty(&mut self, bytes: Bytes) {
        let (first, end) = bytes.blocks(self.block_size);
        set(&mut self.dirty, Extent::new(first, end - first, 0, Status::HOLE));
        self.mark_cached((first, end));
    }

    /// The pages with some blocks may be cached from now on.
    fn mark_cached(&mut self, blocks: Part) {
        let (first, end) = self.pages_of(blocks);
        let len = end.saturating_sub(first);
        set(&mut self.cached, Extent::new(first, len, 0, Status::HOLE));
    }

    /// A range of blocks, extended to whole pages.
    fn pages_of(&self, (first, end): Part) -> Part {
        let blocks = (PAGE_BYTES / self.block_size.max(1)).max(1);
        (first / blocks * blocks, end.checked_next_multiple_of(blocks).unwrap_or(u32::MAX))
    }

    /// Writes the dirty pages of a range, page by page, including blocks that share a page with it.
    /// Only a dump shows their places on the device.
    fn clean(&mut self, (first, end): (u32, u32)) {
        let (first, end) = self.pages_of((first, end));
        for extent in self.dirty.iter().collect::<Vec<_>>() {
            let last = extent.lblk.saturating_add(extent.len).min(end);
            unset(&mut self.disk, (extent.lblk.max(first), last));
        }
        unset(&mut self.dirty, (first, end));
    }

    /// Cached extents are on the disk too, except delayed blocks, which have no place.
    fn learn(&mut self, dump: &Dump) {
        for extent in dump {
            let status = extent.status;
            let known = if status.any(Status::DELAYED) && status.any(Status::UNWRITTEN) {
                // The dump does not show the place of the extent; a known entry of the disk tree
                // stays.
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

    /// FIEMAP lists all allocated and delayed blocks; all others are holes.
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
