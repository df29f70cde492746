//! Allocation for buffered writes: blocks are reserved (delayed allocation, the default), or
//! allocated by the write itself (`nodelalloc`); and the failures of allocation.

use super::knobs::Ordered;
use super::machine::Machine;
use super::note::{Note, Observer};
use super::promise::Promise;
use super::range::Range;
use super::state::{FLUSHER, Frame, Inode, Mapping, On, Page, Stage};
use crate::bounds::BLOCKS_MAX;

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// `write_begin` or `page_mkwrite` of some blocks. Delayed allocation reserves blocks without a
    /// place (`ext4_da_get_block_prep`). Otherwise the blocks are allocated: as unwritten under
    /// dioread_nolock (`ext4_get_block_write`), else as written (`ext4_get_block`), and the commit
    /// then writes their pages first (`data=ordered`).
    pub(super) fn prepare_blocks(&mut self, ino: u8, range: Range) {
        if self.setup.delalloc {
            range.blocks().for_each(|lblk| self.reserve_delayed(ino, lblk));
        } else if self.setup.dioread_nolock() {
            self.map_for_write(ino, range, |_, _, _| {});
        } else {
            self.map_written(ino, range, |_, _, _| {});
        }
    }

    /// `journal_submit_data_buffers`: the commit of a transaction that has allocated blocks for
    /// pages first writes these pages and waits for them. (With delayed allocation, writeback
    /// allocates, and its bio is already submitted when the transaction can be locked. But
    /// move_extents gives pages new blocks too.)
    pub(super) fn submit_ordered_data(&mut self) {
        let allocates = !self.setup.delalloc && !self.setup.dioread_nolock();
        if !allocates && !self.setup.moves_extents() {
            return;
        }
        for ino in 0..self.setup.files.len() as u8 {
            while let Some(run) = self.ordered_run(ino) {
                self.submit_writeback(ino, run);
                if self.state.bound.is_some() {
                    return;
                }
            }
        }
        for io in 0..self.state.ios.len() as u8 {
            let it = &self.state.ios[usize::from(io)];
            if it.writeback && it.stage == Stage::Submitted && !it.ordered {
                self.io(io).ordered = true;
            }
        }
    }

    /// A page fault has allocated a block without delayed allocation. Until v4.6 this does not put
    /// the inode on the list of the transaction, as a write call does.
    pub(super) fn note_fault_allocation(&mut self, ino: u8, lblk: u8, was_hole: bool) {
        let unlisted = was_hole && self.knobs().ordered != Ordered::All;
        if unlisted && !self.setup.delalloc && !self.setup.dioread_nolock() {
            *self.state.counts(ino).odd_buffers |= 1 << lblk;
        }
    }

    /// The first run of dirty pages over blocks that the running transaction has allocated.
    fn ordered_run(&self, ino: u8) -> Option<Range> {
        let inode = &self.state.inodes[usize::from(ino)];
        let ordered = |lblk: &u8| {
            let at = usize::from(*lblk);
            matches!((inode.pages[at], inode.disk[at]), (Page::Dirty(_), Mapping::Written(_)))
                && inode.disk[at] != inode.committed[at]
                && inode.odd_buffers >> *lblk & 1 == 0
        };
        let first = Inode::whole().blocks().find(ordered)?;
        let len = (first..BLOCKS_MAX as u8).take_while(ordered).count() as u8;
        Some(Range::new(first, len))
    }

    /// Whether writeback of a run of dirty pages finds blocks for it in the disk tree.
    pub(super) fn is_allocated(&self, ino: u8, run: Range) -> bool {
        self.state.inodes[usize::from(ino)].disk[usize::from(run.lblk)] != Mapping::Hole
    }

    /// Writeback finds no room for delayed blocks although it was reserved: the pages are dropped
    /// ("This should not happen!! Data will be lost", `mpage_map_and_submit_extent` v3.12,
    /// `mpage_da_map_and_submit` v3.8). The task that runs the writeback gets the error. It is not
    /// recorded in the mapping, so no other task gets it.
    pub(super) fn lose_delayed(&mut self, task: u8, ino: u8, run: Range) {
        if self.reserves_handle(ino, run) {
            self.free_handle_of_writeback();
        }
        self.drop_pages(ino, run, false);
        self.es_forget(ino, run);
        self.obs.note(Note::Checked(Promise::ErrReport));
        self.ret(task);
        let frame = self.state.tasks[usize::from(task)].top();
        let is_fsync = matches!(frame, Some(Frame { pc, on: On::Inode(_), .. }) if pc.is_fsync());
        if !is_fsync {
            self.lose_silently(ino);
        }
        if task != FLUSHER {
            self.return_writeback_error(task);
        }
    }
}
