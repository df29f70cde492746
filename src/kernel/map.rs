//! Mapping blocks: `ext4_map_blocks` as a contract (fs/ext4/inode.c v3.9; v3.8 has no ES lookup).

use crate::bounds::BLOCKS_MAX;
use crate::es::{self, EsOp, Extent, Status};

use super::counting::holes;
use super::knobs::{EsContent, FallocateWaits};
use super::machine::{Gap, Machine};
use super::map_es::Chunk;
use super::note::{Note, Observer};
use super::promise::Promise;
use super::range::Range;
use super::state::{Bound, Mapping, Media};

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// Looks up a range piece by piece, as a reader's `get_block` does. If the design keeps a full
    /// ES tree, the lookup starts there. On a miss it reads the disk tree and caches the result in
    /// the ES tree.
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

    /// Looks up the first piece of a range: what one lookup covers, with the mapping of its first
    /// block.
    pub(super) fn lookup_piece(&mut self, ino: u8, range: Range) -> (Range, Mapping) {
        let Chunk { range, first } = self.lookup_chunk(ino, range);
        (range, first)
    }

    /// Maps a range for a direct write. Holes are allocated as unwritten blocks; unwritten blocks
    /// stay unwritten until the conversion. `each` receives the physical block of every block, and
    /// whether the block is new or unwritten, so that the write has to fill all of it.
    /// Returns whether any block has to be converted.
    pub(super) fn map_for_write(
        &mut self,
        ino: u8,
        range: Range,
        mut each: impl FnMut(u8, u8, bool),
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
                // Submission splits the extent, so that the conversion finds an extent that covers
                // exactly the IO (0031462b5b39). The ES tree gets that piece.
                chunk.range = self.up_to_split(ino, chunk.range);
                self.split_disk(ino, chunk.range);
                self.es_insert(ino, chunk);
            }
            for (i, lblk) in (0..).zip(chunk.range.blocks()) {
                if let Some(pblk) = chunk.first.advanced(i).pblk() {
                    each(lblk, pblk, matches!(chunk.first, Mapping::Unwritten(_)));
                }
            }
            lblk = chunk.range.end();
        }
        unwritten
    }

    /// Maps a range for writeback without dioread_nolock: holes and unwritten blocks become written
    /// immediately (`ext4_ext_convert_to_initialized`). Returns the number of blocks mapped.
    pub(super) fn map_written(
        &mut self,
        ino: u8,
        range: Range,
        each: impl FnMut(u8, u8, bool),
    ) -> u8 {
        if self.map_for_write(ino, range, each) {
            self.write_blocks(ino, range);
        }
        range.len
    }

    /// Maps a range that ends beyond `i_size`. Blocks allocated beyond it become written
    /// immediately, because the orphan list protects them. Returns whether any block inside the
    /// size has to be converted.
    pub(super) fn map_beyond_size(
        &mut self,
        ino: u8,
        range: Range,
        each: impl FnMut(u8, u8, bool),
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
                    // `ext4_ext_insert_extent` extends the extent before it or the one after it.
                    let end = 1_u32 << chunk.range.end();
                    self.state.merge_at(ino, 1 << chunk.range.lblk | end as u16);
                }
                if delayed && self.knobs().es_version < es::Version::V6_12 {
                    // The reservation is released when the page is written back. Until then the
                    // entry stays delayed too.
                    self.es_learn_as(ino, chunk, Status::DELAYED, EsOp::Insert);
                } else {
                    self.es_insert(ino, chunk);
                }
            }
            lblk = chunk.range.end();
        }
    }

    /// A range, extended to the ends of the unwritten extents in which it begins and ends.
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

    /// Converts the unwritten blocks of a range to written ones: in the disk tree and then, under
    /// the same `i_data_sem`, in the ES tree. With `worker_via_es` it looks into the ES tree first,
    /// and returns false if an entry there hid the conversion.
    pub(super) fn convert_on_disk(&mut self, ino: u8, range: Range) -> bool {
        if self.knobs().worker_via_es && self.es_says_written(ino, range) {
            return false;
        }
        // Until v3.6, `ext4_convert_unwritten_extents_endio` converts the whole extent that it
        // finds. The extent was split off at submission, but may have grown since then; from v3.7
        // on it is split again (dee1f973ca34).
        let takes_whole = self.knobs().fallocate_waits == FallocateWaits::No;
        let range = if takes_whole { self.whole_extents(ino, range) } else { range };
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
        self.tell_es(ino, range);
    }

    /// Updates the ES tree with the allocated blocks of a range, under the `i_data_sem` of the
    /// change.
    fn tell_es(&mut self, ino: u8, range: Range) {
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
        let before = holes(&self.state.inodes[usize::from(ino)]);
        let disk = self.state.disk(ino);
        disk[usize::from(range.lblk)..usize::from(range.end())].fill(Mapping::Hole);
        self.state.split_at(ino, 0);
        self.obs.note(Note::Disk { ino, range });
        let lblk = u32::from(range.lblk);
        self.es_call(ino, EsOp::Remove { lblk, len: u32::MAX - lblk });
        self.reserve_again(ino, before);
    }

    /// Frees the blocks of a range in both trees (`ext4_ext_remove_space`); from v6.8 on the ES
    /// tree remembers that it is a hole (9f1118223aa0).
    pub(super) fn free_range(&mut self, ino: u8, range: Range) {
        self.lead_astray(ino, range);
        let before = holes(&self.state.inodes[usize::from(ino)]);
        let disk = self.state.disk(ino);
        disk[usize::from(range.lblk)..usize::from(range.end())].fill(Mapping::Hole);
        self.state.split_at(ino, 0);
        self.obs.note(Note::Disk { ino, range });
        let (lblk, len) = (u32::from(range.lblk), u32::from(range.len));
        self.es_call(ino, EsOp::Remove { lblk, len });
        self.reserve_again(ino, before);
        if self.knobs().es_version >= es::Version::V6_12 && range.len > 0 {
            self.es_insert(ino, Chunk { range, first: Mapping::Hole });
        }
    }

    /// Makes a range unwritten, with blocks where it has none
    /// (`ext4_ext_convert_initialized_extent`, v3.15).
    pub(super) fn make_unwritten(&mut self, ino: u8, range: Range) {
        self.preallocate(ino, range);
        let before = self.state.inodes[usize::from(ino)].disk;
        let disk = self.state.disk(ino);
        for block in &mut disk[usize::from(range.lblk)..usize::from(range.end())] {
            if let Mapping::Written(pblk) = *block {
                *block = Mapping::Unwritten(pblk);
            }
        }
        self.split_disk(ino, range);
        self.obs.note(Note::Disk { ino, range });
        // What was unwritten keeps its entry, which may be delayed too.
        let was_written = |lblk: &u8| matches!(before[usize::from(*lblk)], Mapping::Written(_));
        let mut lblk = range.lblk;
        while lblk < range.end() {
            let len = (lblk..range.end()).take_while(was_written).count() as u8;
            self.tell_es(ino, Range::new(lblk, len));
            lblk += len.max(1);
        }
    }

    /// A delayed write of a block (`ext4_da_map_blocks`). If the block has neither a place on disk
    /// nor a reservation, it gets a reservation.
    pub(super) fn reserve_delayed(&mut self, ino: u8, lblk: u8) {
        if self.is_delayed(ino, lblk) && self.knobs().es_content != EsContent::Delayed {
            self.es_lookup(ino, lblk);
            return;
        }
        let version = self.knobs().es_version;
        let block = Range::new(lblk, 1);
        let was_cached = self.is_cached(ino, lblk);
        let first = if version < es::Version::V3_19 && !was_cached {
            // Until v3.18 the hole that the lookup finds is not cached
            // (EXT4_GET_BLOCKS_NO_PUT_HOLE).
            let chunk = self.disk_chunk(ino, block);
            if chunk.first != Mapping::Hole {
                self.es_learn(ino, chunk, EsOp::InsertFromDisk);
            }
            chunk.first
        } else {
            self.lookup_chunk(ino, block).first
        };
        // A dirty page has its buffer, for which no block is looked for again.
        let page = self.state.inodes[usize::from(ino)].pages[usize::from(lblk)];
        if first != Mapping::Hole || self.is_delayed(ino, lblk) || page.is_dirty() {
            return;
        }
        let (reserves, shared) = self.cluster_of_delayed(ino, lblk, was_cached);
        if reserves {
            self.reserve(ino);
        }
        let lblk = u32::from(lblk);
        self.es_call(
            ino,
            match version {
                // `ext4_es_insert_delayed_block`, v4.20.
                es::Version::V3_19 if shared => {
                    EsOp::InsertDelayed { lblk, len: 1, lclu_allocated: true, end_allocated: false }
                }
                es::Version::V3_8 | es::Version::V3_9 | es::Version::V3_11 | es::Version::V3_19 => {
                    EsOp::Insert(Extent::new(lblk, 1, 0, Status::DELAYED))
                }
                es::Version::V6_5 | es::Version::V6_12 => EsOp::InsertDelayed {
                    lblk,
                    len: 1,
                    lclu_allocated: shared,
                    end_allocated: false,
                },
            },
        );
    }

    /// The longest piece at the start of a range that one lookup covers.
    fn lookup_chunk(&mut self, ino: u8, range: Range) -> Chunk {
        let content = self.knobs().es_content;
        if content != EsContent::Delayed
            && let Some(extent) = self.es_lookup(ino, range.lblk)
        {
            let chunk = Chunk::of_es(extent, range);
            if content == EsContent::Full || chunk.first == Mapping::Hole {
                return chunk;
            }
            // Without a physical block in the entry, the disk tree decides.
            return self.disk_chunk(ino, chunk.range);
        }
        let chunk = self.disk_chunk(ino, range);
        // v3.9 caches the result of a miss, including holes.
        match chunk.first {
            Mapping::Hole => self.put_gap_in_cache(ino, chunk.range.lblk),
            Mapping::Unwritten(_) | Mapping::Written(_) => {
                self.es_learn(ino, chunk, EsOp::InsertFromDisk);
            }
        }
        chunk
    }

    /// `ext4_ext_put_gap_in_cache`: caches the whole gap around a block as a hole, up to the first
    /// delayed block in it. Until v3.18 it does so only if the gap has no delayed block and the
    /// file has an extent. From v3.19 on it follows traces of 6.1.192, which includes the change of
    /// v6.8. The cached hole then begins at the block itself in two cases: if delayed blocks of the
    /// gap precede the block, or if no extent precedes the gap and one follows it.
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
            self.cache_hole(ino, gap);
        }
    }

    /// Caches a hole, unless it is the first one that the step finds and that is left for later.
    pub(super) fn cache_hole(&mut self, ino: u8, gap: Range) {
        if self.gap == Gap::Left {
            self.gap = Gap::Found(gap);
            return;
        }
        let hole = Chunk { range: gap, first: Mapping::Hole };
        self.es_learn(ino, hole, EsOp::InsertFromDisk);
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

    /// A range, cut where the next extent of the disk tree begins although its blocks continue this
    /// one.
    fn up_to_split(&self, ino: u8, range: Range) -> Range {
        let inode = &self.state.inodes[usize::from(ino)];
        let split = range.blocks().skip(1).find(|lblk| inode.is_split(*lblk));
        Range::new(range.lblk, split.unwrap_or(range.end()) - range.lblk)
    }

    /// Splits the disk tree's unwritten extents at the start and the end of a range.
    fn split_disk(&mut self, ino: u8, range: Range) {
        let end = 1_u32 << range.end();
        self.state.split_at(ino, 1 << range.lblk | end as u16);
    }

    /// Allocates the start of a hole, up to the first gap in the physical blocks. With clusters, a
    /// block whose cluster has an allocated block gets its place in that physical cluster
    /// (`get_implied_cluster_alloc`), and the piece ends with the cluster.
    fn allocate(&mut self, ino: u8, range: Range) -> Option<Chunk> {
        let bits = self.setup.cluster_bits();
        let within = (1 << bits) - 1;
        let implied = self.implied_pblk(ino, range.lblk);
        let new = || self.state.free_pblk(bits).map(|pblk| pblk + (range.lblk & within));
        let Some(first) = implied.or_else(new) else {
            *self.state.bound() = Some(Bound::Pblks);
            return None;
        };
        let mut len = 0;
        for (lblk, pblk) in range.blocks().zip(first..) {
            // A new cluster: after an implied one, or before one, the next piece begins.
            let enters = lblk == range.lblk && implied.is_none() || len > 0 && lblk & within == 0;
            let is_next = || self.state.free_pblk(bits) == Some(pblk & !within);
            if enters && (implied.is_some() || self.implied_pblk(ino, lblk).is_some() || !is_next())
            {
                break;
            }
            self.state.disk(ino)[usize::from(lblk)] = Mapping::Unwritten(pblk);
            // A block that was freed in the running transaction keeps its place in a cluster that
            // stays allocated, and what it holds.
            let committed = self.state.inodes[usize::from(ino)].committed[usize::from(lblk)];
            if committed.pblk() != Some(pblk) {
                self.state.media()[usize::from(pblk)] = Media::STALE;
            }
            len += 1;
        }
        let range = Range::new(range.lblk, len);
        self.split_disk(ino, range);
        *self.state.counts(ino).dirty_tid = true;
        self.use_up_reserved(ino, range, implied.is_some());
        self.obs.note(Note::Disk { ino, range });
        Some(Chunk { range, first: Mapping::Unwritten(first) })
    }

    /// The place of a block in the physical cluster of the allocated blocks beside it.
    fn implied_pblk(&self, ino: u8, lblk: u8) -> Option<u8> {
        let bits = self.setup.cluster_bits();
        if bits == 0 {
            return None;
        }
        let within = (1_u8 << bits) - 1;
        let disk = &self.state.inodes[usize::from(ino)].disk;
        let first = lblk & !within;
        let mates = disk[usize::from(first)..].iter().take(1 << bits);
        let pblk = mates.filter_map(|mapping| mapping.pblk()).next()?;
        Some(pblk & !within | lblk & within)
    }
}

impl Mapping {
    /// The mapping `blocks` blocks further in the same extent.
    fn advanced(self, blocks: u8) -> Mapping {
        match self {
            Mapping::Hole => Mapping::Hole,
            Mapping::Unwritten(pblk) => Mapping::Unwritten(pblk.wrapping_add(blocks)),
            Mapping::Written(pblk) => Mapping::Written(pblk.wrapping_add(blocks)),
        }
    }
}
