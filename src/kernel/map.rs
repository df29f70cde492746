//! Mapping blocks: `ext4_map_blocks` as a contract (fs/ext4/inode.c v3.9; v3.8 has no ES lookup).

use crate::bounds::{BLOCKS_MAX, PBLK_FIRST};
use crate::es::{self, EsOp, Extent, Status};

use super::knobs::{EsContent, EsConvert};
use super::machine::Machine;
use super::note::{Note, Observer};
use super::promise::Promise;
use super::range::Range;
use super::state::{Bound, Content, Mapping, Media};

impl<O: Observer + ?Sized> Machine<'_, O> {
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

    /// Maps a range for a direct write: holes are allocated as unwritten; unwritten blocks
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
                chunk.range = self.up_to_split(ino, chunk.range);
                self.split_disk(ino, chunk.range);
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

    /// Maps a range for writeback without dioread_nolock: what is a hole or unwritten is written
    /// at once (`ext4_ext_convert_to_initialized`). Returns the number of blocks mapped.
    pub(super) fn map_written(&mut self, ino: u8, range: Range, each: impl FnMut(u8, u8)) -> u8 {
        if self.map_for_write(ino, range, each) {
            self.write_blocks(ino, range);
        }
        range.len
    }

    /// Maps a range that ends beyond `i_size`: what is allocated beyond it is written at once, the
    /// orphan list guards it. Returns whether any block inside has to be converted.
    pub(super) fn map_beyond_size(
        &mut self,
        ino: u8,
        range: Range,
        each: impl FnMut(u8, u8),
    ) -> bool {
        self.map_for_write(ino, range, each);
        let size = self.state.inodes[usize::from(ino)].size.max(range.lblk);
        if size < range.end() {
            self.write_blocks(ino, Range::new(size, range.end() - size));
        }
        let disk = &self.state.inodes[usize::from(ino)].disk;
        range.blocks().any(|lblk| matches!(disk[usize::from(lblk)], Mapping::Unwritten(_)))
    }

    /// Allocates the holes of a range as unwritten blocks (fallocate).
    pub(super) fn preallocate(&mut self, ino: u8, range: Range) {
        let mut lblk = range.lblk;
        while lblk < range.end() {
            let mut chunk = self.lookup_chunk(ino, Range::new(lblk, range.end() - lblk));
            if chunk.first == Mapping::Hole {
                let delayed = self.is_delayed(ino, lblk);
                let Some(allocated) = self.allocate(ino, chunk.range) else { return };
                chunk = allocated;
                if self.knobs().merge_unwritten {
                    // `ext4_ext_insert_extent` makes the extent before it longer, or the next.
                    let end = 1_u32 << chunk.range.end();
                    self.state.merge_at(ino, 1 << chunk.range.lblk | end as u16);
                }
                if delayed && self.knobs().es_version < es::Version::V6_12 {
                    // The reservation is released when the page is written back: until then the
                    // entry stays delayed too.
                    self.es_learn_as(ino, chunk, Status::DELAYED, EsOp::Insert);
                } else {
                    self.es_insert(ino, chunk);
                }
            }
            lblk = chunk.range.end();
        }
    }

    /// A range and what else the extents hold that it begins and ends in, as far as they are
    /// unwritten.
    fn whole_extents(&self, ino: u8, range: Range) -> Range {
        let inode = &self.state.inodes[usize::from(ino)];
        let goes_on = |into: u8| match (inode.disk.get(usize::from(into)), into.checked_sub(1)) {
            (Some(Mapping::Unwritten(pblk)), Some(before)) if !inode.is_split(into) => {
                inode.disk[usize::from(before)] == Mapping::Unwritten(pblk.wrapping_sub(1))
            }
            _ => false,
        };
        let (mut first, mut end) = (range.lblk, range.end());
        while goes_on(first) {
            first -= 1;
        }
        while goes_on(end) {
            end += 1;
        }
        Range::new(first, end - first)
    }

    /// Turns the unwritten blocks of a range into written ones, in the disk tree and then, under
    /// the same `i_data_sem`, in the ES tree. Returns false if the ES tree was asked first and
    /// hid the work (`worker_via_es`).
    pub(super) fn convert_on_disk(&mut self, ino: u8, range: Range) -> bool {
        if self.knobs().worker_via_es && self.es_says_written(ino, range) {
            return false;
        }
        // `ext4_convert_unwritten_extents_endio` converts the extent that it finds, which was split
        // off at submission, unless it has grown since (60d4616f3dc6).
        let range =
            if self.knobs().merge_unwritten { self.whole_extents(ino, range) } else { range };
        let disk = self.state.inodes[usize::from(ino)].disk;
        let exposes = |lblk: u8| match disk[usize::from(lblk)] {
            Mapping::Unwritten(pblk) => self.is_stale(ino, lblk, pblk),
            Mapping::Hole | Mapping::Written(_) => false,
        };
        let exposed = range.blocks().any(exposes);
        self.obs.note(Note::Checked(Promise::NoStale));
        if exposed {
            self.break_promise(Promise::NoStale);
        }
        self.write_blocks(ino, range);
        true
    }

    fn write_blocks(&mut self, ino: u8, range: Range) {
        let disk = self.state.disk(ino);
        for lblk in range.blocks() {
            let block = &mut disk[usize::from(lblk)];
            if let Mapping::Unwritten(pblk) = *block {
                *block = Mapping::Written(pblk);
            }
        }
        self.state.split_at(ino, 0);
        *self.state.counts(ino).dirty_tid = true;
        self.obs.note(Note::Disk { ino, range });
        let mut lblk = range.lblk;
        while lblk < range.end() {
            let chunk = self.disk_chunk(ino, Range::new(lblk, range.end() - lblk));
            if chunk.first != Mapping::Hole {
                self.es_insert(ino, chunk);
            }
            lblk = chunk.range.end();
        }
    }

    /// Frees the blocks of a range in both trees (`ext4_ext_truncate`).
    pub(super) fn free_blocks(&mut self, ino: u8, range: Range) {
        let disk = self.state.disk(ino);
        disk[usize::from(range.lblk)..usize::from(range.end())].fill(Mapping::Hole);
        self.state.split_at(ino, 0);
        self.obs.note(Note::Disk { ino, range });
        let lblk = u32::from(range.lblk);
        self.es_call(ino, EsOp::Remove { lblk, len: u32::MAX - lblk });
    }

    /// The conversion of a range is pending: where the design has a dirty bit, its entries say so.
    pub(super) fn mark_pending(&mut self, ino: u8, range: Range) {
        if self.knobs().dirty_bit != es::DirtyBit::No {
            let (lblk, len) = (u32::from(range.lblk), u32::from(range.len));
            self.es_call(ino, EsOp::MarkDirty { lblk, len });
        }
    }

    /// A block that a delayed write is on (`ext4_da_map_blocks`): if it has no place yet, and no
    /// reservation, it gets one.
    pub(super) fn reserve_delayed(&mut self, ino: u8, lblk: u8) {
        if self.is_delayed(ino, lblk) && self.knobs().es_content != EsContent::Delayed {
            self.es_lookup(ino, lblk);
            return;
        }
        let version = self.knobs().es_version;
        let block = Range::new(lblk, 1);
        let first = if version < es::Version::V3_19 && !self.is_cached(ino, lblk) {
            // Until v3.18 the hole that it finds is not cached (EXT4_GET_BLOCKS_NO_PUT_HOLE).
            let chunk = self.disk_chunk(ino, block);
            if chunk.first != Mapping::Hole {
                self.es_learn(ino, chunk, EsOp::InsertFromDisk);
            }
            chunk.first
        } else {
            self.lookup_chunk(ino, block).first
        };
        if first != Mapping::Hole || self.is_delayed(ino, lblk) {
            return;
        }
        let lblk = u32::from(lblk);
        self.es_call(
            ino,
            match version {
                es::Version::V3_8 | es::Version::V3_9 | es::Version::V3_11 | es::Version::V3_19 => {
                    EsOp::Insert(Extent::new(lblk, 1, 0, Status::DELAYED))
                }
                es::Version::V6_5 | es::Version::V6_12 => EsOp::InsertDelayed {
                    lblk,
                    len: 1,
                    lclu_allocated: false,
                    end_allocated: false,
                },
            },
        );
    }

    /// Whether the ES tree says that a block is delayed.
    pub(super) fn is_delayed(&self, ino: u8, lblk: u8) -> bool {
        let entry = self.state.inodes[usize::from(ino)].es.peek(u32::from(lblk));
        entry.is_some_and(|entry| entry.status.any(Status::DELAYED))
    }

    fn is_cached(&self, ino: u8, lblk: u8) -> bool {
        let is_full = self.knobs().es_content != EsContent::Delayed;
        is_full && self.state.inodes[usize::from(ino)].es.peek(u32::from(lblk)).is_some()
    }

    /// The RFC's conversion in the ES tree alone, in irq context; its result is ignored, as there.
    pub(super) fn convert_in_es(&mut self, ino: u8, range: Range, mut memory: es::Memory) {
        let how = match self.knobs().es_convert {
            EsConvert::Posted => es::Convert::Posted,
            EsConvert::Corrected => es::Convert::Corrected,
        };
        let (lblk, len) = (u32::from(range.lblk), u32::from(range.len));
        let op = EsOp::ConvertUnwritten { lblk, len, how };
        self.obs.note(Note::Es { ino, op });
        let rules = self.rules();
        let es = self.state.es(ino);
        if let Err(es::EsError::Full) = es.apply(&rules, &mut memory, op) {
            *self.state.bound() = Some(Bound::EsExtents);
        }
        let es = &self.state.inodes[usize::from(ino)].es;
        let exposes = |lblk: u8| match es.peek(u32::from(lblk)) {
            Some(extent) if extent.status.any(Status::WRITTEN) => {
                let chunk = Chunk::of_es(extent, Range::new(lblk, 1));
                chunk.first.pblk().is_some_and(|pblk| self.is_stale(ino, lblk, pblk))
            }
            _ => false,
        };
        if range.blocks().any(exposes) {
            self.break_promise(Promise::NoStale);
        }
    }

    /// Whether a physical block holds data that this block of the file must not show.
    fn is_stale(&self, ino: u8, lblk: u8, pblk: u8) -> bool {
        let media = self.state.media.get(usize::from(pblk));
        Content::is_strange(media.map(|media| media.now), ino, lblk)
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
        let content = self.knobs().es_content;
        if content != EsContent::Delayed
            && let Some(extent) = self.es_lookup(ino, range.lblk)
        {
            let chunk = Chunk::of_es(extent, range);
            if content == EsContent::Full || chunk.first == Mapping::Hole {
                return chunk;
            }
            // Without a physical block the disk tree has to say where, and whether.
            return self.disk_chunk(ino, chunk.range);
        }
        let chunk = self.disk_chunk(ino, range);
        // v3.9 caches what a miss found, holes too.
        match chunk.first {
            Mapping::Hole => self.put_gap_in_cache(ino, chunk.range.lblk),
            Mapping::Unwritten(_) | Mapping::Written(_) => {
                self.es_learn(ino, chunk, EsOp::InsertFromDisk);
            }
        }
        chunk
    }

    /// `ext4_ext_put_gap_in_cache`: the whole gap around a block is cached as a hole, up to the
    /// first delayed block in it; until v3.18 only if there is none, and if the file has an extent
    /// at all. From v3.19 on as traces of 6.1.192 show it, which carries the change of v6.8: a gap
    /// that no extent is before begins with the block, if an extent follows; so does one with
    /// delayed blocks before the block.
    fn put_gap_in_cache(&mut self, ino: u8, lblk: u8) {
        let inode = &self.state.inodes[usize::from(ino)];
        let is_hole = |lblk: &u8| inode.disk[usize::from(*lblk)] == Mapping::Hole;
        let before = (0..lblk).rev().take_while(is_hole).count() as u8;
        let after = (lblk..BLOCKS_MAX as u8).take_while(is_hole).count() as u8;
        let gap = Range::new(lblk - before, before + after);
        let is_delayed = |lblk: &u8| {
            let entry = inode.es.peek(u32::from(*lblk));
            entry.is_some_and(|entry| entry.status.any(Status::DELAYED))
        };
        let delayed = gap.blocks().find(is_delayed);
        let is_old = self.knobs().es_version < es::Version::V3_19;
        if is_old && (delayed.is_some() || u32::from(gap.len) == BLOCKS_MAX) {
            return;
        }
        let mut gap = gap.up_to(delayed.unwrap_or(gap.end()));
        if !is_old {
            let is_first = lblk == before && lblk + after < BLOCKS_MAX as u8;
            let begins = if is_first || delayed.is_some_and(|it| it < lblk) { 0 } else { before };
            let ends = (lblk..lblk + after).find(is_delayed).unwrap_or(lblk + after);
            gap = Range::new(lblk - begins, if ends > lblk { begins + (ends - lblk) } else { 0 });
        }
        if gap.len > 0 {
            let hole = Chunk { range: gap, first: Mapping::Hole };
            self.es_learn(ino, hole, EsOp::InsertFromDisk);
        }
    }

    /// The longest piece at the start of a range that is one extent of the disk tree.
    fn disk_chunk(&self, ino: u8, range: Range) -> Chunk {
        let disk = &self.state.inodes[usize::from(ino)].disk;
        let first = disk[usize::from(range.lblk)];
        let same = self
            .up_to_split(ino, range)
            .blocks()
            .zip(0..)
            .take_while(|(lblk, i)| disk[usize::from(*lblk)] == first.advanced(*i));
        Chunk { range: Range::new(range.lblk, same.count() as u8), first }
    }

    /// A range as far as no extent of the disk tree begins within it that another would go on into.
    fn up_to_split(&self, ino: u8, range: Range) -> Range {
        let inode = &self.state.inodes[usize::from(ino)];
        let split = range.blocks().skip(1).find(|lblk| inode.is_split(*lblk));
        Range::new(range.lblk, split.unwrap_or(range.end()) - range.lblk)
    }

    /// Splits the disk tree's extents where a range begins and ends, as far as they are unwritten.
    fn split_disk(&mut self, ino: u8, range: Range) {
        let end = 1_u32 << range.end();
        self.state.split_at(ino, 1 << range.lblk | end as u16);
    }

    /// Allocates the start of a hole, as far as the physical blocks are consecutive.
    fn allocate(&mut self, ino: u8, range: Range) -> Option<Chunk> {
        let Some(first) = self.state.free_pblk() else {
            *self.state.bound() = Some(Bound::Pblks);
            return None;
        };
        let mut len = 0;
        for (lblk, pblk) in range.blocks().zip(first..) {
            if self.state.free_pblk() != Some(pblk) {
                break;
            }
            self.state.disk(ino)[usize::from(lblk)] = Mapping::Unwritten(pblk);
            self.state.media()[usize::from(pblk)] = Media::STALE;
            len += 1;
        }
        let range = Range::new(range.lblk, len);
        self.split_disk(ino, range);
        *self.state.counts(ino).dirty_tid = true;
        if self.knobs().es_content == EsContent::Delayed {
            // v3.8 drops the delayed range once it is allocated.
            let (lblk, len) = (u32::from(range.lblk), u32::from(range.len));
            self.es_call(ino, EsOp::Remove { lblk, len });
        }
        self.obs.note(Note::Disk { ino, range });
        Some(Chunk { range, first: Mapping::Unwritten(first) })
    }

    /// A change of the disk tree, told to the ES tree.
    fn es_insert(&mut self, ino: u8, chunk: Chunk) {
        self.es_learn(ino, chunk, EsOp::Insert);
    }

    fn es_learn(&mut self, ino: u8, chunk: Chunk, how: fn(Extent) -> EsOp) {
        self.es_learn_as(ino, chunk, Status::NONE, how);
    }

    /// The same, with one more status.
    fn es_learn_as(&mut self, ino: u8, chunk: Chunk, also: Status, how: fn(Extent) -> EsOp) {
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
            status: status | also,
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
    pub(super) fn es_call(&mut self, ino: u8, op: EsOp) -> Option<es::Reply> {
        self.obs.note(Note::Es { ino, op });
        let rules = self.rules();
        let mut memory = es::Memory::plenty();
        match self.state.es(ino).apply(&rules, &mut memory, op) {
            Ok(reply) => Some(reply),
            Err(_) => {
                // Memory is plenty and the range is inside the file: only the room can run out.
                *self.state.bound() = Some(Bound::EsExtents);
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
