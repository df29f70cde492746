//! An inode: its two trees, its page cache, and what was promised of its blocks.

use super::media::Content;
use crate::bounds::{BLOCKS_MAX, ES_EXTENTS_MAX};
use crate::es;
use crate::kernel::range::Range;

/// The extent status tree of one inode, as the machine keeps it: a sorted array.
pub type EsTree = es::Flat<{ ES_EXTENTS_MAX as usize }>;

/// Nobody holds the lock.
pub const NOBODY: u8 = u8::MAX;

/// An inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inode {
    /// `i_es_tree`.
    pub es: EsTree,
    /// The disk tree in memory, block by block.
    pub disk: [Mapping; BLOCKS_MAX as usize],
    /// Blocks at which an extent of the disk tree begins although the unwritten block before it
    /// would go on into it: bit `n` for block `n`. Submission splits an unwritten extent where the
    /// IO begins and ends (0031462b5b39), and from v3.9 on none of them are merged (ec22ba8edb50).
    pub splits: u16,
    /// The disk tree as last committed: what a power cut leaves. Nobody looks up an extent in it,
    /// so it is not kept where those begin.
    pub committed: [Mapping; BLOCKS_MAX as usize],
    /// Task that owns `i_mutex`, or `i_rwsem` exclusively, or [`NOBODY`].
    pub i_mutex: u8,
    /// Tasks that hold `i_rwsem` shared: bit `n` for task `n`.
    pub shared: u16,
    /// Threads that hold `i_data_sem` for reading over a write: bit `n` for thread `n`. All other
    /// sections under it are within one step.
    pub i_data_sem: u8,
    /// `i_size` in blocks.
    pub size: u8,
    /// `i_disksize` in blocks: the size that goes into the inode on disk. A buffered write that
    /// makes the file longer leaves it to writeback.
    pub disksize: u8,
    /// `i_disksize` as last committed: the size that a power cut leaves.
    pub committed_size: u8,
    /// On the orphan list.
    pub orphan: bool,
    /// On the orphan list as last committed: recovery cuts off what lies beyond the size.
    pub committed_orphan: bool,
    /// The page cache, a page a block.
    pub pages: [Page; BLOCKS_MAX as usize],
    /// `i_dio_count`.
    pub i_dio_count: u8,
    /// `i_unwritten`.
    pub i_unwritten: u8,
    /// Writeback has failed (`AS_EIO`, from v4.13 also `wb_err`): bit 7 until somebody has taken
    /// that from the mapping, bit `n` until thread `n` has heard of it.
    pub wb_err: u8,
    /// The running transaction has changes of this inode (`i_datasync_tid` is the running one).
    pub dirty_tid: bool,
    /// How often each block was written (page cache and direct writes alike).
    pub version: [u8; BLOCKS_MAX as usize],
    /// The latest acknowledged version of each block, 0 if none.
    pub acked: [u8; BLOCKS_MAX as usize],
    /// The version of each block that a returned fsync promised.
    pub synced: [u8; BLOCKS_MAX as usize],
    /// The version of each block that an acknowledged O_(D)SYNC write promised.
    pub osynced: [u8; BLOCKS_MAX as usize],
}

/// Where a block lives and whether it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// Not allocated.
    Hole,
    /// Allocated, reads as zero. The index of the physical block.
    Unwritten(u8),
    /// Allocated and written.
    Written(u8),
}

/// A page of the page cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variant says what its fields are")]
pub enum Page {
    /// Not cached.
    Absent,
    /// As on the device; `None` is a page of zeroes.
    Clean(Option<Content>),
    /// Newer than the device.
    Dirty(Content),
    /// Locked and not up to date: a read has put it there and waits for its data. Whoever would
    /// drop it, write into it or read it waits for the lock.
    Locked,
    /// Being written (PageWriteback).
    Writeback(Content),
}

impl Inode {
    pub(in crate::kernel) fn empty() -> Inode {
        Inode {
            es: EsTree::new(),
            disk: [Mapping::Hole; BLOCKS_MAX as usize],
            splits: 0,
            committed: [Mapping::Hole; BLOCKS_MAX as usize],
            i_mutex: NOBODY,
            shared: 0,
            i_data_sem: 0,
            size: 0,
            disksize: 0,
            committed_size: 0,
            orphan: false,
            committed_orphan: false,
            pages: [Page::Absent; BLOCKS_MAX as usize],
            i_dio_count: 0,
            i_unwritten: 0,
            wb_err: 0,
            dirty_tid: false,
            version: [0; BLOCKS_MAX as usize],
            acked: [0; BLOCKS_MAX as usize],
            synced: [0; BLOCKS_MAX as usize],
            osynced: [0; BLOCKS_MAX as usize],
        }
    }
}

impl Inode {
    /// Whether an extent of the disk tree begins at a block although the unwritten block before it
    /// would go on into it.
    pub fn is_split(&self, lblk: u8) -> bool {
        self.splits >> lblk & 1 != 0
    }

    /// Whether a page of the range is dirty or under writeback.
    pub fn has_unclean_pages(&self, range: Range) -> bool {
        let unclean = |page: &Page| matches!(page, Page::Dirty(_) | Page::Writeback(_));
        range.blocks().any(|lblk| unclean(&self.pages[usize::from(lblk)]))
    }

    /// Whether a direct write of a range changes the disk tree at its submission: it allocates a
    /// hole, or splits an unwritten extent where the range begins or ends. It may need a block for
    /// the tree.
    pub fn needs_room(&self, range: Range) -> bool {
        let goes_on = |into: u8| match (into.checked_sub(1), self.disk.get(usize::from(into))) {
            (Some(before), Some(Mapping::Unwritten(pblk))) => {
                self.disk[usize::from(before)] == Mapping::Unwritten(pblk.wrapping_sub(1))
                    && !self.is_split(into)
            }
            _ => false,
        };
        let is_hole = |lblk: u8| self.disk[usize::from(lblk)] == Mapping::Hole;
        range.blocks().any(is_hole) || goes_on(range.lblk) || goes_on(range.end())
    }

    /// Whether a call that waits for the writeback of a range has anything to wait for, or to be
    /// told: an error of the mapping is told whatever the range.
    pub fn waits_for_writeback(&self, range: Range) -> bool {
        self.wb_err != 0 || self.has_unclean_pages(range)
    }

    /// The first run of dirty pages in a range that can go out as one bio: all allocated with one
    /// status, or all not allocated.
    pub fn dirty_run(&self, range: Range) -> Option<Range> {
        let dirty = |lblk: &u8| matches!(self.pages[usize::from(*lblk)], Page::Dirty(_));
        let kind = |lblk: u8| core::mem::discriminant(&self.disk[usize::from(lblk)]);
        let first = range.blocks().find(dirty)?;
        let run = (first..range.end()).take_while(|lblk| dirty(lblk) && kind(*lblk) == kind(first));
        Some(Range::new(first, run.count() as u8))
    }

    /// Whether a page of the range is locked by a read.
    pub fn has_locked_pages(&self, range: Range) -> bool {
        range.blocks().any(|lblk| self.pages[usize::from(lblk)] == Page::Locked)
    }

    /// Whether a page of the range is under PageWriteback.
    pub fn has_writeback(&self, range: Range) -> bool {
        range.blocks().any(|lblk| matches!(self.pages[usize::from(lblk)], Page::Writeback(_)))
    }

    /// The whole file and what could be beyond its end.
    pub fn whole() -> Range {
        Range::new(0, BLOCKS_MAX as u8)
    }
}

/// Those of some [`Inode::splits`] at which there is something to split: within unwritten blocks
/// that lie one behind the other on the device.
pub(in crate::kernel) fn within_unwritten(
    disk: &[Mapping; BLOCKS_MAX as usize],
    splits: u16,
) -> u16 {
    let goes_on = |pair: &[Mapping]| match *pair {
        [Mapping::Unwritten(before), Mapping::Unwritten(pblk)] => pblk == before + 1,
        _ => false,
    };
    let at = (1_u8..).zip(disk.windows(2)).filter(|(_, pair)| goes_on(pair));
    splits & at.fold(0, |mask, (lblk, _)| mask | 1 << lblk)
}

impl Mapping {
    /// The physical block, if there is one.
    pub fn pblk(self) -> Option<u8> {
        match self {
            Mapping::Hole => None,
            Mapping::Unwritten(pblk) | Mapping::Written(pblk) => Some(pblk),
        }
    }
}

impl Page {
    /// What a read of the page returns, if it is cached; an inner `None` means zeroes.
    pub fn content(self) -> Option<Option<Content>> {
        match self {
            Page::Absent | Page::Locked => None,
            Page::Clean(content) => Some(content),
            Page::Dirty(content) | Page::Writeback(content) => Some(Some(content)),
        }
    }
}
