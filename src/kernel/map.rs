//! Mapping blocks: `ext4_map_blocks` as a contract (fs/ext4/inode.c v3.9; v3.8 has no ES lookup).

use crate::bounds::PBLK_FIRST;
use crate::es::{self, EsOp, Extent, Status};

use super::design::EsContent;
use super::note::{Note, Observer};
use super::setup::Range;
use super::state::{Bound, Mapping, Media};
use super::step::Machine;

impl<O: Observer> Machine<'_, O> {
    /// Looks a range up, block by block, as a reader's `get_block` does: the ES tree first if the
    /// design keeps a full one, then the disk tree, whose answer goes into the ES tree.
    pub(super) fn lookup_range(
        &mut self,
        ino: u8,
        range: Range,
        mut each: impl FnMut(u8, Mapping),
    ) {
        let mut lblk = range.lblk;
        while lblk < range.end() {
            let chunk = self.lookup_chunk(ino, Range::new(lblk, range.end() - lblk));
            for (i, lblk) in (0..).zip(chunk.range.blocks()) {
                each(lblk, chunk.first.advanced(i));
            }
            lblk = chunk.range.end();
        }
    }

    /// Maps a range for a direct write: what is a hole is allocated, unwritten; what is unwritten
    /// stays so until conversion. Returns whether any block has to be converted; `each` gets the
    /// physical block of every block.
    pub(super) fn map_for_write(
        &mut self,
        ino: u8,
        range: Range,
        mut each: impl FnMut(u8, u8),
    ) -> bool {
        let mut unwritten = false;
        let mut lblk = range.lblk;
        while lblk < range.end() {
            let mut chunk = self.lookup_chunk(ino, Range::new(lblk, range.end() - lblk));
            if chunk.first == Mapping::Hole {
                let Some(allocated) = self.allocate(ino, chunk.range) else { return unwritten };
                chunk = allocated;
            }
            if let Mapping::Unwritten(_) = chunk.first {
                unwritten = true;
                // The extent is split here, at submission, so that the conversion finds one that
                // covers just the IO (0031462b5b39); the ES tree gets the piece.
                self.es_insert(ino, chunk);
            }
            for (i, lblk) in (0..).zip(chunk.range.blocks()) {
                if let Some(pblk) = chunk.first.advanced(i).pblk() {
                    each(lblk, pblk);
                }
            }
            lblk = chunk.range.end();
        }
        unwritten
    }

    /// Allocates the holes of a range as unwritten blocks (fallocate).
    pub(super) fn preallocate(&mut self, ino: u8, range: Range) {
        let mut lblk = range.lblk;
        while lblk < range.end() {
            let mut chunk = self.lookup_chunk(ino, Range::new(lblk, range.end() - lblk));
            if chunk.first == Mapping::Hole {
                let Some(allocated) = self.allocate(ino, chunk.range) else { return };
                chunk = allocated;
                self.es_insert(ino, chunk);
            }
            lblk = chunk.range.end();
        }
    }

    /// Turns the unwritten blocks of a range into written ones, in the disk tree and then, under
    /// the same `i_data_sem`, in the ES tree. Returns false if the ES tree was asked first and
    /// hid the work (`worker_via_es`).
    pub(super) fn convert_on_disk(&mut self, ino: u8, range: Range) -> bool {
        if self.knobs().worker_via_es && self.es_says_written(ino, range) {
            return false;
        }
        let disk = &mut self.state.inodes[usize::from(ino)].disk;
        for lblk in range.blocks() {
            let block = &mut disk[usize::from(lblk)];
            if let Mapping::Unwritten(pblk) = *block {
                *block = Mapping::Written(pblk);
            }
        }
        self.state.inodes[usize::from(ino)].dirty_tid = true;
        self.obs.note(Note::Disk { ino, range });
        let mut lblk = range.lblk;
        while lblk < range.end() {
            let chunk = self.disk_chunk(ino, Range::new(lblk, range.end() - lblk));
            if chunk.first != Mapping::Hole {
                self.es_insert(ino, chunk);
            }
            lblk = chunk.range.end();
        }
        true
    }

    /// The RFC's conversion in the ES tree alone, in irq context; its result is ignored, as there.
    pub(super) fn convert_in_es(&mut self, ino: u8, range: Range) {
        let how = match self.knobs().es_convert {
            super::design::EsConvert::Posted => es::Convert::Posted,
            super::design::EsConvert::Corrected => es::Convert::Corrected,
        };
        let (lblk, len) = (u32::from(range.lblk), u32::from(range.len));
        self.es_call(ino, EsOp::ConvertUnwritten { lblk, len, how });
    }

    fn es_says_written(&mut self, ino: u8, range: Range) -> bool {
        let mut lblk = range.lblk;
        while lblk < range.end() {
            match self.es_lookup(ino, lblk) {
                Some(extent) if extent.status.any(Status::WRITTEN) => {
                    lblk = (extent.lblk + extent.len).min(u32::from(range.end())) as u8;
                }
                _ => return false,
            }
        }
        true
    }

    /// The longest piece at the start of a range that one lookup answers.
    fn lookup_chunk(&mut self, ino: u8, range: Range) -> Chunk {
        if self.knobs().es_content == EsContent::Full
            && let Some(extent) = self.es_lookup(ino, range.lblk)
        {
            return Chunk::of_es(extent, range);
        }
        let chunk = self.disk_chunk(ino, range);
        // v3.9 caches what a miss found, holes too (`ext4_ext_put_gap_in_cache`).
        self.es_learn(ino, chunk, EsOp::InsertFromDisk);
        chunk
    }

    /// The longest piece at the start of a range that is one extent of the disk tree.
    fn disk_chunk(&self, ino: u8, range: Range) -> Chunk {
        let disk = &self.state.inodes[usize::from(ino)].disk;
        let first = disk[usize::from(range.lblk)];
        let same = range
            .blocks()
            .zip(0..)
            .take_while(|(lblk, i)| disk[usize::from(*lblk)] == first.advanced(*i));
        Chunk { range: Range::new(range.lblk, same.count() as u8), first }
    }

    /// Allocates the start of a hole, as far as the physical blocks are consecutive.
    fn allocate(&mut self, ino: u8, range: Range) -> Option<Chunk> {
        let Some(first) = self.state.free_pblk() else {
            self.state.bound = Some(Bound::Pblks);
            return None;
        };
        let mut len = 0;
        for (lblk, pblk) in range.blocks().zip(first..) {
            if self.state.free_pblk() != Some(pblk) {
                break;
            }
            self.state.inodes[usize::from(ino)].disk[usize::from(lblk)] = Mapping::Unwritten(pblk);
            self.state.media[usize::from(pblk)] = Media::STALE;
            len += 1;
        }
        let range = Range::new(range.lblk, len);
        self.state.inodes[usize::from(ino)].dirty_tid = true;
        self.obs.note(Note::Disk { ino, range });
        Some(Chunk { range, first: Mapping::Unwritten(first) })
    }

    /// A change of the disk tree, told to the ES tree.
    fn es_insert(&mut self, ino: u8, chunk: Chunk) {
        self.es_learn(ino, chunk, EsOp::Insert);
    }

    fn es_learn(&mut self, ino: u8, chunk: Chunk, how: fn(Extent) -> EsOp) {
        if self.knobs().es_content == EsContent::Delayed {
            return;
        }
        let status = match chunk.first {
            Mapping::Hole => Status::HOLE,
            Mapping::Unwritten(_) => Status::UNWRITTEN,
            Mapping::Written(_) => Status::WRITTEN,
        };
        let extent = Extent {
            lblk: u32::from(chunk.range.lblk),
            len: u32::from(chunk.range.len),
            pblk: chunk.first.pblk().map_or(0, |p| PBLK_FIRST + u64::from(p)),
            status,
        };
        self.es_call(ino, how(extent));
    }

    fn es_lookup(&mut self, ino: u8, lblk: u8) -> Option<Extent> {
        match self.es_call(ino, EsOp::Lookup { lblk: u32::from(lblk) })? {
            es::Reply::Found(extent, _) => extent,
            _ => None,
        }
    }

    /// One call on the status tree of an inode; `None` if the bound on extents was reached.
    fn es_call(&mut self, ino: u8, op: EsOp) -> Option<es::Reply> {
        self.obs.note(Note::Es { ino, op });
        let rules = self.rules();
        let mut memory = es::Memory::plenty();
        match self.state.inodes[usize::from(ino)].es.apply(&rules, &mut memory, op) {
            Ok(reply) => Some(reply),
            Err(_) => {
                self.state.bound = Some(Bound::EsExtents);
                None
            }
        }
    }
}

/// A run of blocks with one status and consecutive physical blocks.
#[derive(Clone, Copy)]
struct Chunk {
    range: Range,
    first: Mapping,
}

impl Chunk {
    /// What an ES extent says of the start of a range it covers.
    fn of_es(extent: Extent, range: Range) -> Chunk {
        let skip = u32::from(range.lblk) - extent.lblk;
        let len = (extent.len - skip).min(u32::from(range.len)) as u8;
        let pblk = extent.pblk.wrapping_sub(PBLK_FIRST).wrapping_add(u64::from(skip)) as u8;
        let first = if extent.status.any(Status::WRITTEN) {
            Mapping::Written(pblk)
        } else if extent.status.any(Status::UNWRITTEN) {
            Mapping::Unwritten(pblk)
        } else {
            Mapping::Hole
        };
        Chunk { range: Range::new(range.lblk, len), first }
    }
}

impl Mapping {
    /// The mapping `blocks` further on in the same extent.
    fn advanced(self, blocks: u8) -> Mapping {
        match self {
            Mapping::Hole => Mapping::Hole,
            Mapping::Unwritten(pblk) => Mapping::Unwritten(pblk.wrapping_add(blocks)),
            Mapping::Written(pblk) => Mapping::Written(pblk.wrapping_add(blocks)),
        }
    }
}
