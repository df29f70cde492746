//! The delayed blocks of a file, and the reservations that are due for them.

use super::knobs::Knobs;
use super::part::Part;
use super::pc::Pc;
use super::setup::Setup;
use super::state::{EsTree, Inode, Mapping, Page, State};
use crate::bounds::INODES_MAX;
use crate::es::Status;

const INODES: usize = INODES_MAX as usize;

/// The reserved blocks during a step.
#[derive(Clone, Copy)]
pub(super) struct Counting {
    /// `i_reserved_data_blocks` of each inode.
    pub(super) reserved: [i8; INODES],
    /// The blocks of each inode whose page was dirty when the step began.
    pub(super) dirty: [u16; INODES],
    /// Those of them whose buffer was delayed.
    pub(super) delayed: [u16; INODES],
    /// Whether writeback allocates for delayed buffers (`EXT4_GET_BLOCKS_DELALLOC_RESERVE`).
    pub(super) writeback: bool,
}

impl Counting {
    /// The reserved blocks before a step at a place; `None` if the step cannot change them, or if
    /// the setup can reserve none.
    pub(super) fn begin(setup: &Setup, state: &State, pc: Pc) -> Option<Counting> {
        let counts = || setup.threads.iter().flatten().any(|op| op.is_buffered());
        if !may_change(pc) || !setup.delalloc || !counts() {
            return None;
        }
        let zeroes = [0; INODES];
        let mut counting =
            Counting { reserved: [0; INODES], dirty: zeroes, delayed: zeroes, writeback: false };
        for (ino, inode) in state.inodes.iter().enumerate().take(setup.files.len()) {
            counting.dirty[ino] = dirty_pages(inode);
            if counting.dirty[ino] != 0 {
                counting.delayed[ino] = inode.delayed_buffers();
            }
            let due = counting.delayed[ino] | inode.delayed_entries(&setup.design.knobs);
            counting.reserved[ino] = due.count_ones() as i8 + inode.reserved_off;
        }
        Some(counting)
    }
}

/// Whether a step at a place may make pages dirty or clean, give blocks a place or take it, or
/// change delayed entries. A commit does so only for what `move_extents` has moved.
const fn may_change(pc: Pc) -> bool {
    match pc.part() {
        Part::DirectWrite => matches!(pc, Pc::WriteMap | Pc::OverwriteMap | Pc::SizeUpdate),
        Part::BufferedWrite
        | Part::BufferedRead
        | Part::PageFault
        | Part::Writeback
        | Part::Fallocate
        | Part::Truncate
        | Part::RangeOp
        | Part::Lifetime => true,
        Part::Other => matches!(pc, Pc::CommitLock),
        Part::Unaligned
        | Part::DirectRead
        | Part::Report
        | Part::DropCaches
        | Part::Fsync
        | Part::Flush
        | Part::Convert
        | Part::Getevents
        | Part::Work
        | Part::Completion
        | Part::Call => false,
    }
}

impl Inode {
    /// The blocks of a file that need a reservation, as bits: those whose dirty page has a delayed
    /// buffer, and those that the ES tree calls delayed, if that tree counts.
    pub fn delayed_blocks(&self, knobs: &Knobs) -> u16 {
        self.delayed_buffers() | self.delayed_entries(knobs)
    }

    /// The blocks that the ES tree calls delayed, if that tree counts.
    fn delayed_entries(&self, knobs: &Knobs) -> u16 {
        if knobs.counts_in_tree() { delayed_in(&self.es) } else { 0 }
    }

    /// `i_reserved_data_blocks`.
    pub fn reserved_blocks(&self, knobs: &Knobs) -> i8 {
        self.delayed_blocks(knobs).count_ones() as i8 + self.reserved_off
    }

    /// The blocks whose dirty page has a delayed buffer (`BH_Delay`), as bits.
    pub(super) fn delayed_buffers(&self) -> u16 {
        match dirty_pages(self) {
            0 => 0,
            dirty => dirty & (holes(self) ^ self.odd_buffers),
        }
    }
}

/// The blocks whose pages are dirty, as bits.
pub(super) fn dirty_pages(inode: &Inode) -> u16 {
    let is = |page: &Page| matches!(page, Page::Dirty(_));
    (0..).zip(&inode.pages).fold(0, |all, (lblk, page)| all | u16::from(is(page)) << lblk)
}

/// The blocks without a place on disk, as bits.
pub(super) fn holes(inode: &Inode) -> u16 {
    let is = |block: &Mapping| *block == Mapping::Hole;
    (0..).zip(&inode.disk).fold(0, |all, (lblk, block)| all | u16::from(is(block)) << lblk)
}

/// The blocks that a status tree calls delayed and not allocated, as bits.
pub(super) fn delayed_in(es: &EsTree) -> u16 {
    if es.all_nr() == es.shk_nr() {
        return 0;
    }
    let delayed = es.iter().filter(|extent| extent.status.kind() == Status::DELAYED);
    delayed.fold(0, |all, extent| {
        all | (extent.lblk..extent.lblk + extent.len).fold(0, |of, lblk| of | 1 << lblk)
    })
}
