//! Reserved clusters: `i_reserved_data_blocks`, which a delayed write raises and which its
//! allocation or its removal lowers (`ext4_da_reserve_space`, `ext4_da_update_reserve_space` and
//! `ext4_da_release_space` in fs/ext4/inode.c v3.12, v4.9, v5.5 and v6.12). Without bigalloc a
//! cluster is a block.
//!
//! A state stores only the difference between the count and the clusters that are due, which is 0
//! unless something went wrong. [`Counting`](super::counting::Counting) has the count itself
//! during a step. A call that would release more than is reserved warns in the kernel. A count that
//! is too large makes the kernel complain when it frees the inode, and takes room from others until
//! then.

use super::cluster::{cluster_of, touched, whole};
use super::counting::{blocks_of, delayed_in, dirty_pages, holes};
use super::knobs::EsContent;
use super::machine::Machine;
use super::note::{Note, Observer};
use super::piece::{Piece, Pieces};
use super::promise::Promise;
use super::range::Range;
use super::row::Row;
use super::state::{EsTree, Inode, Power};
use crate::es::{self, EsOp, Status};

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// `ext4_da_reserve_space`: reserves a cluster.
    pub(super) fn reserve(&mut self, ino: u8) {
        let Some(counting) = &mut self.counting else { return };
        let reserved = &mut counting.reserved[usize::from(ino)];
        *reserved += 1;
        let now = reserved.unsigned_abs();
        self.obs.note(Note::Reserved { ino, blocks: 1, reserved: true, now });
    }

    /// Whether a delayed write of a block has to reserve its cluster, and whether it shares a
    /// cluster that is allocated, so that the ES tree must make that cluster pending.
    ///
    /// Until v4.19 only delayed blocks count (`ext4_find_delalloc_cluster`), and until v3.18 nobody
    /// looks for them if the ES tree knows the hole (cbd7584e6ead). From v4.20 on allocated blocks
    /// count too (`ext4_insert_delayed_block`, 0b02f4c0d6d9).
    pub(super) fn cluster_of_delayed(&self, ino: u8, lblk: u8, knew_hole: bool) -> (bool, bool) {
        let (knobs, bits) = (self.knobs(), self.setup.cluster_bits());
        if bits == 0 || knew_hole && knobs.es_version < es::Version::V3_19 {
            return (true, false);
        }
        let inode = &self.state.inodes[usize::from(ino)];
        let mates = cluster_of(lblk, bits);
        if !knobs.counts_in_tree() {
            return (delayed_of_any_kind(&inode.es) & mates == 0, false);
        }
        let is_delayed = delayed_in(&inode.es) & mates != 0;
        let is_allocated = !holes(inode) & mates != 0;
        (!is_delayed && !is_allocated, !is_delayed && is_allocated)
    }

    /// `ext4_rereserve_cluster` (f456767d3391, v4.20): the last allocated block of a cluster is
    /// gone, and delayed blocks are left in it. `before` are the holes before that.
    pub(super) fn reserve_again(&mut self, ino: u8, before: u16) {
        let bits = self.setup.cluster_bits();
        let inode = &self.state.inodes[usize::from(ino)];
        let freed = touched(!before, bits) & !touched(!holes(inode), bits);
        let pending = inode.es.pending().fold(0, |all, cluster| all | 1_u16 << (cluster << bits));
        if freed & pending == 0 {
            return;
        }
        let rules = self.rules();
        for lblk in (0..u16::BITS).filter(|lblk| freed & pending & 1 << lblk != 0) {
            self.reserve(ino);
            self.state.es(ino).remove_pending(&rules, lblk);
        }
    }

    /// `ext4_da_release_space` or `ext4_da_update_reserve_space`. Both warn if more is released
    /// than was reserved, and then release what there is.
    fn release(&mut self, ino: u8, blocks: u32) {
        let Some(counting) = &mut self.counting else { return };
        if blocks == 0 {
            return;
        }
        let reserved = &mut counting.reserved[usize::from(ino)];
        let (had, blocks) = (*reserved, blocks as i8);
        *reserved = (had - blocks).max(0);
        let now = reserved.unsigned_abs();
        self.obs.note(Note::Checked(Promise::RsvCount));
        let blocks_u8 = blocks.unsigned_abs();
        self.obs.note(Note::Reserved { ino, blocks: blocks_u8, reserved: false, now });
        if blocks > had {
            self.break_count();
        }
    }

    /// The count is wrong. A shrinker that takes delayed entries, which no kernel has, breaks
    /// KEEP-DELAYED; what follows from that is not judged.
    fn break_count(&mut self) {
        if !self.knobs().shrink_delayed {
            self.break_promise(Promise::RsvCount);
        }
    }

    /// A call on the ES tree has counted delayed blocks that it removed. From v4.20 on a removal
    /// releases their reservations, from v6.12 on an insertion too.
    pub(super) fn release_of_es(&mut self, ino: u8, op: EsOp, blocks: i64) {
        let counts = matches!(op, EsOp::Remove { .. } | EsOp::Insert(_) | EsOp::InsertFromDisk(_));
        if counts && self.knobs().counts_in_tree() {
            self.release(ino, u32::try_from(blocks).unwrap_or(0));
        }
    }

    /// Blocks of a range have been allocated. From v4.20 to v6.11 `ext4_ext_map_blocks` uses up the
    /// reservations of the new clusters: writeback as many as it allocates, any other caller those
    /// of the delayed entries (`ext4_es_delayed_clu`). A cluster that was allocated before has
    /// none.
    pub(super) fn use_up_reserved(&mut self, ino: u8, range: Range, implied: bool) {
        let knobs = self.knobs();
        let Some(counting) = &mut self.counting else { return };
        if implied {
            counting.implied |= bits(range);
            return;
        }
        if !knobs.counts_in_tree() || knobs.es_version >= es::Version::V6_12 {
            return;
        }
        let (at, ratio) = (usize::from(ino), self.setup.cluster_bits());
        let claimed = if counting.writeback { counting.delayed[at] } else { 0 };
        let entries = delayed_in(&self.state.inodes[at].es);
        let clusters = whole(touched(bits(range), ratio), ratio);
        let used = claimed & bits(range) | entries & clusters;
        self.release(ino, touched(used, ratio).count_ones());
    }

    /// Writeback begins to map a run of dirty pages.
    pub(super) fn begin_delayed_writeback(&mut self) {
        if let Some(counting) = &mut self.counting {
            (counting.writeback, counting.implied) = (true, 0);
        }
    }

    /// Writeback has mapped a run of dirty pages. Until v4.19 it uses up the reservations of the
    /// delayed buffers, also of those whose blocks `fallocate` has allocated meanwhile. If it finds
    /// the blocks written, it changes nothing.
    ///
    /// With clusters it leaves the reservation of one that has other delayed blocks
    /// (`get_reserved_cluster_alloc`), because it counts on releasing it with the last of them.
    /// From v4.1 on (9d21c9fa2cc2, here with the row `v4.13`) it releases nothing for blocks of a
    /// cluster that was allocated before, so that such a reservation stays until v4.20
    /// (b6bf9171ef5c).
    pub(super) fn end_delayed_writeback(&mut self, ino: u8, run: Range, was_written: bool) {
        let by_buffers = !self.knobs().counts_in_tree();
        let Some(counting) = &mut self.counting else { return };
        counting.writeback = false;
        let buffers = counting.delayed[usize::from(ino)] & bits(run);
        let kept = if self.setup.design.row >= Row::V4_13 { counting.implied } else { 0 };
        if by_buffers && !was_written {
            let ratio = self.setup.cluster_bits();
            let others = delayed_of_any_kind(&self.state.inodes[usize::from(ino)].es) & !bits(run);
            let used = touched(buffers & !kept, ratio) & !touched(others, ratio);
            self.release(ino, used.count_ones());
        }
        // v3.8 drops the delayed range (`EXT4_GET_BLOCKS_DELALLOC_RESERVE` in `ext4_map_blocks`);
        // another allocation leaves the entry.
        if self.knobs().es_content == EsContent::Delayed {
            self.es_forget(ino, run);
        }
    }

    /// `ext4_da_page_release_reservation` (until v4.19): a page with a delayed buffer is dropped.
    /// The buffer's reservation is released, unless its cluster has other delayed entries, and its
    /// entry leaves the ES tree.
    pub(super) fn drop_buffer(&mut self, ino: u8, lblk: u8) {
        let inode = &self.state.inodes[usize::from(ino)];
        let is_delayed = inode.delayed_buffers() >> lblk & 1 != 0;
        let by_buffers = !self.knobs().counts_in_tree();
        if !is_delayed || !by_buffers || self.counting.is_none() {
            return;
        }
        let mates = cluster_of(lblk, self.setup.cluster_bits()) & !(1 << lblk);
        self.release(ino, u32::from(delayed_of_any_kind(&inode.es) & mates == 0));
        self.es_apply(ino, EsOp::Remove { lblk: lblk.into(), len: 1 });
    }

    /// Ends a step: stores by how much the counts are off, and judges them.
    pub(super) fn end_counting(&mut self) {
        let Some(counting) = self.counting else { return self.forget_faults() };
        if self.state.bound.is_some() || self.state.power != Power::On {
            return;
        }
        let touched = self.state.touched();
        for ino in 0..self.setup.files.len() {
            let of = ino as u8;
            let pieces = Pieces::from(Piece::Pages(of)) | Piece::Blocks(of).into();
            if touched.and(pieces | Piece::Es(of).into()).is_empty() {
                continue;
            }
            let inode = &self.state.inodes[ino];
            let odd = self.odd_buffers(inode, counting.dirty[ino], counting.delayed[ino]);
            if odd != inode.odd_buffers {
                *self.state.counts(ino as u8).odd_buffers = odd;
            }
            let inode = &self.state.inodes[ino];
            let due = inode.due_clusters(self.setup);
            let off = counting.reserved[ino] - due;
            if off != inode.reserved_off {
                *self.state.counts(ino as u8).reserved_off = off;
            }
            // Nothing is left that would ever release these. With clusters, a reservation that is
            // not due may still be released with the delayed blocks of its cluster.
            if off > 0 && (due == 0 || self.setup.cluster_bits() == 0) {
                self.break_count();
            }
        }
    }

    /// Without delayed allocation: what a page fault has allocated is forgotten with the page.
    fn forget_faults(&mut self) {
        for ino in 0..self.setup.files.len() {
            let inode = &self.state.inodes[ino];
            if inode.odd_buffers != 0 {
                let stays = inode.odd_buffers & dirty_pages(inode);
                if stays != inode.odd_buffers {
                    *self.state.counts(ino as u8).odd_buffers = stays;
                }
            }
        }
    }

    /// The dirty pages whose buffer differs from its block. A page that stays dirty keeps its
    /// buffer as it was. From v4.20 on a delayed buffer whose block has got its place means nothing
    /// any more.
    fn odd_buffers(&self, inode: &Inode, dirty: u16, delayed: u16) -> u16 {
        let stays = dirty & dirty_pages(inode);
        if stays == 0 {
            return 0;
        }
        let odd = stays & (delayed ^ holes(inode));
        if self.knobs().counts_in_tree() { odd & holes(inode) } else { odd }
    }
}

/// The blocks that a status tree calls delayed, allocated or not, as bits
/// (`ext4_find_delalloc_range`, v3.8 to v4.19).
fn delayed_of_any_kind(es: &EsTree) -> u16 {
    blocks_of(es, |status| status.any(Status::DELAYED))
}

/// The blocks of a range, as bits.
fn bits(range: Range) -> u16 {
    range.blocks().fold(0, |all, lblk| all | 1 << lblk)
}
