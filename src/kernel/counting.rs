//! The delayed blocks of a file, and the reservations that are due for them.

use super::cluster::touched;
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
    /// `i_reserved_data_blocks` of each inode, which counts clusters.
    pub(super) reserved: [i8; INODES],
    /// The blocks of each inode whose page was dirty when the step began.
    pub(super) dirty: [u16; INODES],
    /// Those of them whose buffer was delayed.
    pub(super) delayed: [u16; INODES],
    /// The blocks that this step has placed into clusters that were allocated already.
    pub(super) implied: u16,
    /// Whether writeback allocates for delayed buffers (`EXT4_GET_BLOCKS_DELALLOC_RESERVE`).
    pub(super) writeback: bool,
}

impl Counting {
    /// The reserved blocks before a step at a place; `None` if the step cannot change them, or if
    /// the setup can reserve none.
    pub(super) fn begin(setup: &Setup, state: &State, pc: Pc) -> Option<Counting> {
        let counts = || setup.threads.iter().flatten().any(|op| op.is_buffered());
        let bits = setup.cluster_bits();
        // With clusters, a lookup may change pending reservations.
        if !(may_change(pc) || bits > 0) || !setup.delalloc || !counts() {
            return None;
        }
        let zeroes = [0; INODES];
        let mut counting = Counting {
            reserved: [0; INODES],
            dirty: zeroes,
            delayed: zeroes,
            implied: 0,
            writeback: false,
        };
        for (ino, inode) in state.inodes.iter().enumerate().take(setup.files.len()) {
            counting.dirty[ino] = dirty_pages(inode);
            if counting.dirty[ino] != 0 {
                counting.delayed[ino] = inode.delayed_buffers();
            }
            let due = counting.delayed[ino] | inode.delayed_entries(&setup.design.knobs);
            counting.reserved[ino] = due_for(setup, inode, due) + inode.reserved_off;
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

    /// `i_reserved_data_blocks`, which counts clusters.
    pub fn reserved_clusters(&self, setup: &Setup) -> i8 {
        self.due_clusters(setup) + self.reserved_off
    }

    /// The clusters that need a reservation.
    pub(super) fn due_clusters(&self, setup: &Setup) -> i8 {
        due_for(setup, self, self.delayed_blocks(&setup.design.knobs))
    }

    /// The blocks whose dirty page has a delayed buffer (`BH_Delay`), as bits.
    pub(super) fn delayed_buffers(&self) -> u16 {
        match dirty_pages(self) {
            0 => 0,
            dirty => dirty & (holes(self) ^ self.odd_buffers),
        }
    }
}

/// The clusters that need a reservation for delayed blocks. From v4.20 on a cluster needs none if
/// it has an allocated block (0b02f4c0d6d9). Until then a delayed write reserves such a cluster
/// too, and its writeback must give that back.
fn due_for(setup: &Setup, inode: &Inode, delayed: u16) -> i8 {
    let bits = setup.cluster_bits();
    let shared = if bits > 0 && setup.design.knobs.counts_in_tree() { !holes(inode) } else { 0 };
    (touched(delayed, bits) & !touched(shared, bits)).count_ones() as i8
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
        0
    } else {
        blocks_of(es, |status| status.kind() == Status::DELAYED)
    }
}

/// The blocks whose entries in a status tree have a status, as bits.
pub(super) fn blocks_of(es: &EsTree, is: impl Fn(Status) -> bool) -> u16 {
    let delayed = es.iter().filter(|extent| is(extent.status));
    delayed.fold(0, |all, extent| {
        all | (extent.lblk..extent.lblk + extent.len).fold(0, |of, lblk| of | 1 << lblk)
    })
}
