//! Reserved blocks: `i_reserved_data_blocks`, which a delayed write raises and which its allocation
//! or its removal lowers (`ext4_da_reserve_space`, `ext4_da_update_reserve_space` and
//! `ext4_da_release_space` in fs/ext4/inode.c v3.12, v4.9, v5.5 and v6.12).
//!
//! A state stores only the difference between the count and the number of delayed blocks, which is
//! 0 unless something went wrong. [`Counting`](super::counting::Counting) has the count itself
//! during a step. A call that would release more than is reserved warns in the kernel. A count that
//! is too large makes the kernel complain when it frees the inode, and takes room from others until
//! then.

use super::counting::{delayed_in, dirty_pages, holes};
use super::machine::Machine;
use super::note::{Note, Observer};
use super::piece::{Piece, Pieces};
use super::promise::Promise;
use super::range::Range;
use super::state::{Inode, Power};
use crate::es::{self, EsOp};

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// `ext4_da_reserve_space`: reserves a block.
    pub(super) fn reserve(&mut self, ino: u8) {
        let Some(counting) = &mut self.counting else { return };
        let reserved = &mut counting.reserved[usize::from(ino)];
        *reserved += 1;
        let now = reserved.unsigned_abs();
        self.obs.note(Note::Reserved { ino, blocks: 1, reserved: true, now });
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
    /// reservations: writeback as many as it allocates, any other caller those of the delayed
    /// entries (`ext4_es_delayed_clu`).
    pub(super) fn use_up_reserved(&mut self, ino: u8, range: Range) {
        let knobs = self.knobs();
        let Some(counting) = self.counting else { return };
        if !knobs.counts_in_tree() || knobs.es_version >= es::Version::V6_12 {
            return;
        }
        let at = usize::from(ino);
        let claimed = if counting.writeback { counting.delayed[at] } else { 0 };
        let entries = delayed_in(&self.state.inodes[at].es);
        self.release(ino, ((claimed | entries) & bits(range)).count_ones());
    }

    /// Writeback begins to map a run of dirty pages.
    pub(super) fn begin_delayed_writeback(&mut self) {
        if let Some(counting) = &mut self.counting {
            counting.writeback = true;
        }
    }

    /// Writeback has mapped a run of dirty pages. Until v4.19 it uses up the reservations of the
    /// delayed buffers, also of those whose blocks `fallocate` has allocated meanwhile. If it finds
    /// the blocks written, it changes nothing.
    pub(super) fn end_delayed_writeback(&mut self, ino: u8, run: Range, was_written: bool) {
        let by_buffers = !self.knobs().counts_in_tree();
        let Some(counting) = &mut self.counting else { return };
        counting.writeback = false;
        let buffers = counting.delayed[usize::from(ino)] & bits(run);
        if by_buffers && !was_written {
            self.release(ino, buffers.count_ones());
        }
    }

    /// `ext4_da_page_release_reservation` (until v4.19): a page with a delayed buffer is dropped.
    /// The buffer's reservation is released, and its entry leaves the ES tree.
    pub(super) fn drop_buffer(&mut self, ino: u8, lblk: u8) {
        let inode = &self.state.inodes[usize::from(ino)];
        let is_delayed = inode.delayed_buffers() >> lblk & 1 != 0;
        let by_buffers = !self.knobs().counts_in_tree();
        if !is_delayed || !by_buffers || self.counting.is_none() {
            return;
        }
        self.release(ino, 1);
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
            let due = inode.delayed_blocks(&self.knobs()).count_ones() as i8;
            let off = counting.reserved[ino] - due;
            if off != inode.reserved_off {
                *self.state.counts(ino as u8).reserved_off = off;
            }
            // Nothing is left that would ever release these.
            if off > 0 {
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

/// The blocks of a range, as bits.
fn bits(range: Range) -> u16 {
    range.blocks().fold(0, |all, lblk| all | 1 << lblk)
}
