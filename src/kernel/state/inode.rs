//! An inode: its two trees, its page cache, and the promises about its blocks.

use super::marks::Marks;
use super::media::{Content, Half};
use crate::bounds::{BLOCKS_MAX, ES_EXTENTS_MAX};
use crate::es;
use crate::kernel::range::Range;

/// The ES tree of one inode in the machine: a sorted array. Each cluster of the file may have a
/// pending reservation.
pub type EsTree = es::Flat<{ ES_EXTENTS_MAX as usize }, { BLOCKS_MAX as usize / 2 }>;

/// The value of a lock that no task holds.
pub const NOBODY: u8 = u8::MAX;

/// An inode with its trees, pages, counters and promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inode {
    /// The extent status tree (`i_es_tree`).
    pub es: EsTree,
    /// The disk tree in memory, block by block.
    pub disk: [Mapping; BLOCKS_MAX as usize],
    /// Starts of disk extents that continue the unwritten block before them: bit `n` for block `n`.
    /// Submission splits an unwritten extent at the start and the end of the IO (0031462b5b39).
    /// From v3.9 on these pieces are not merged again (ec22ba8edb50).
    pub splits: u16,
    /// The disk tree as last committed, which is what a power cut leaves. No lookup reads its
    /// extents, so it does not record where they are split.
    pub committed: [Mapping; BLOCKS_MAX as usize],
    /// The task that owns `i_mutex`, or `i_rwsem` exclusively; otherwise [`NOBODY`].
    pub i_mutex: u8,
    /// Tasks that hold `i_rwsem` shared: bit `n` for task `n`.
    pub shared: u16,
    /// Threads that hold `i_data_sem` for reading until their write is done: bit `n` for thread
    /// `n`. Every other section under that lock lies within one step.
    pub i_data_sem: u8,
    /// `i_size` in memory, in blocks.
    pub size: u8,
    /// `i_disksize` in blocks: the size that is written into the inode on disk. After a buffered
    /// write that extends the file, writeback updates it.
    pub disksize: u8,
    /// `i_disksize` as last committed: the size after a power cut.
    pub committed_size: u8,
    /// True if the inode is on the orphan list.
    pub orphan: bool,
    /// True if the committed inode is on the orphan list: recovery then frees the blocks beyond the
    /// size.
    pub committed_orphan: bool,
    /// The page cache, one page per block.
    pub pages: [Page; BLOCKS_MAX as usize],
    /// Direct IOs in flight (`i_dio_count`).
    pub i_dio_count: u8,
    /// `i_unwritten`: the number of pending conversions.
    pub i_unwritten: u8,
    /// The writeback error (`AS_EIO`, from v4.13 on also `wb_err`). Bit 7 is set until a call has
    /// taken the error from the mapping; bit `n` is set until thread `n` has been told.
    pub wb_err: u8,
    /// The stage of its life in memory.
    pub life: Life,
    /// True if the running transaction has changes of this inode (`i_datasync_tid` is the running
    /// one).
    pub dirty_tid: bool,
    /// Whether it has changes for which fsync requests a commit and fdatasync does not
    /// (`i_sync_tid`).
    pub sync_tid: bool,
    /// How often each block was written, by buffered and direct writes.
    pub version: [u8; BLOCKS_MAX as usize],
    /// The latest acknowledged version of each block, 0 if none.
    pub acked: Marks,
    /// The version of each block that a returned fsync promised.
    pub synced: Marks,
    /// The version of each block that an acknowledged O_(D)SYNC write promised.
    pub osynced: Marks,
    /// The version with which each block was last zeroed (punch, zero and insert range); 0 if
    /// never. A block without contents reads as that version.
    pub zeroed: [u8; BLOCKS_MAX as usize],
    /// The place of the file for which the contents of each block were written, four bits for each
    /// block. Collapse and insert range move it with the block.
    pub order: u64,
    /// The same as last committed.
    pub committed_order: u64,
    /// Reserved clusters (`i_reserved_data_blocks`) beyond those that delayed data needs
    /// ([`Inode::delayed_blocks`](crate::kernel::Inode::delayed_blocks)); negative if they are too
    /// few.
    pub reserved_off: i8,
    /// Dirty pages whose buffer is delayed although their block has a place, or is not although it
    /// has none: bit `n` for block `n`. The block has got or lost its place meanwhile. Without
    /// delayed allocation: dirty pages that a page fault has given a block, for which no commit
    /// waits.
    pub odd_buffers: u16,
}

/// The order in which no block has moved.
pub const IN_PLACE: u64 = 0xfedc_ba98_7654_3210;

/// The stage of an inode's life in memory. It changes only if a script removes a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// The file has a name.
    Named,
    /// The file has a name and is not open; the inode stays until memory is short.
    Cached,
    /// The file has no name (`i_nlink` is 0) and is still open.
    Unlinked,
    /// The file is not open. The last reference was dropped where sleeping is not allowed, and the
    /// delayed `fput` of a kworker will evict the inode.
    Released,
    /// The inode is being evicted, and its blocks are freed.
    Evicting,
    /// The inode is being evicted, and the file keeps its blocks.
    Reclaiming,
    /// Its memory is free.
    Freed,
}

/// The place of a block on disk, and whether it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// The block is not allocated.
    Hole,
    /// The block is allocated at this physical block and reads as zeroes.
    Unwritten(u8),
    /// The block is allocated at this physical block and written.
    Written(u8),
}

/// The state of a page in the page cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variant says what its fields are")]
pub enum Page {
    /// The page is not cached.
    Absent,
    /// The page equals the device; `None` is a page of zeroes.
    Clean(Option<Content>),
    /// The page is newer than the device.
    Dirty(Content),
    /// Dirty, with a buffer mapped to a physical block that has since been removed from this place;
    /// writeback still goes to that block.
    Astray(Content, u8),
    /// The page is locked and not up to date: a read has added it and waits for its data. Tasks
    /// that would drop, write or read it wait for the lock.
    Locked,
    /// The page is being written to the device (PageWriteback).
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
            life: Life::Named,
            dirty_tid: false,
            sync_tid: false,
            version: [0; BLOCKS_MAX as usize],
            acked: Marks::NONE,
            synced: Marks::NONE,
            osynced: Marks::NONE,
            zeroed: [0; BLOCKS_MAX as usize],
            order: IN_PLACE,
            committed_order: IN_PLACE,
            reserved_off: 0,
            odd_buffers: 0,
        }
    }
}

impl Inode {
    /// The version of a block's contents; 0 if they are not from the script. Zeroes count as the
    /// latest call that zeroed the block, up to the end of the file.
    pub fn version_of(&self, ino: u8, lblk: u8, content: Option<Content>) -> u8 {
        match content {
            None if lblk < self.size => self.zeroed[usize::from(lblk)],
            Some(Content::Halves { .. }) => {
                let version = |half| self.half_version(ino, lblk, content, half);
                version(0).min(version(1))
            }
            _ => Content::version_of(content, ino, self.label(lblk)),
        }
    }

    /// The version of a half (0 or 1) of a block's contents, as [`Inode::version_of`].
    pub fn half_version(&self, ino: u8, lblk: u8, content: Option<Content>, half: usize) -> u8 {
        match Content::half(content, ino, self.label(lblk), half) {
            Half::Write { version, .. } => version,
            Half::Zeroes if lblk < self.size => self.zeroed[usize::from(lblk)],
            Half::Zeroes | Half::Stale | Half::Initial => 0,
        }
    }

    /// Whether the contents of a block are older than some promised versions of its halves.
    pub fn is_older(&self, ino: u8, lblk: u8, content: Option<Content>, promised: &Marks) -> bool {
        let older = |half: usize| {
            self.half_version(ino, lblk, content, half) < promised.half(usize::from(lblk), half)
        };
        older(0) || older(1)
    }

    /// Whether a block must never have these contents ([`Content::is_strange`]).
    pub fn is_strange(&self, ino: u8, lblk: u8, content: Option<Content>) -> bool {
        Content::is_strange(content, ino, self.label(lblk))
    }

    /// Whether an extent of the disk tree begins at a block although the block continues the
    /// unwritten block before it.
    pub fn is_split(&self, lblk: u8) -> bool {
        self.splits >> lblk & 1 != 0
    }

    /// Whether a page of the range is dirty or under writeback.
    pub fn has_unclean_pages(&self, range: Range) -> bool {
        range.blocks().any(|lblk| self.pages[usize::from(lblk)].is_unclean())
    }

    /// Whether the submission of a direct write changes the disk tree: it allocates a hole, or
    /// splits an unwritten extent at the start or the end of the range. The tree may then need
    /// another block.
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

    /// Whether a call that waits for the writeback of a range has something to wait for or to
    /// report. An error of the mapping is reported whatever the range is.
    pub fn waits_for_writeback(&self, range: Range) -> bool {
        self.wb_err != 0 || self.has_unclean_pages(range)
    }

    /// The first run of dirty pages in a range that fits into one bio: either all allocated with
    /// the same status, or all not allocated.
    pub fn dirty_run(&self, range: Range) -> Option<Range> {
        let page = |lblk: u8| self.pages[usize::from(lblk)];
        let dirty = |lblk: &u8| matches!(page(*lblk), Page::Dirty(_));
        let kind = |lblk: u8| core::mem::discriminant(&self.disk[usize::from(lblk)]);
        let first = range.blocks().find(|lblk| page(*lblk).is_dirty())?;
        let run = (first..range.end()).take_while(|lblk| dirty(lblk) && kind(*lblk) == kind(first));
        // A page with a removed block is written separately.
        Some(Range::new(first, (run.count() as u8).max(1)))
    }

    /// Whether the inode is being evicted (`I_FREEING`), so that the flusher passes it.
    pub fn is_going(&self) -> bool {
        match self.life {
            Life::Named | Life::Cached | Life::Unlinked => false,
            Life::Released | Life::Evicting | Life::Reclaiming | Life::Freed => true,
        }
    }

    /// Whether memory pressure may evict the inode (`prune_icache_sb`): it is not open, and all its
    /// pages are clean.
    pub fn is_reclaimable(&self) -> bool {
        self.life == Life::Cached && !self.has_unclean_pages(Inode::whole())
    }

    /// Whether a read has locked a page of the range.
    pub fn has_locked_pages(&self, range: Range) -> bool {
        range.blocks().any(|lblk| self.pages[usize::from(lblk)] == Page::Locked)
    }

    /// Whether a page of the range is under PageWriteback.
    pub fn has_writeback(&self, range: Range) -> bool {
        range.blocks().any(|lblk| matches!(self.pages[usize::from(lblk)], Page::Writeback(_)))
    }

    /// All blocks of the file and beyond its end.
    pub fn whole() -> Range {
        Range::new(0, BLOCKS_MAX as u8)
    }
}

/// The given starts at which an extent can be split: those inside unwritten blocks that are
/// consecutive on the device.
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
    /// The physical block, or `None` for a hole.
    pub fn pblk(self) -> Option<u8> {
        match self {
            Mapping::Hole => None,
            Mapping::Unwritten(pblk) | Mapping::Written(pblk) => Some(pblk),
        }
    }
}

impl Page {
    /// Whether the page is newer than the device and not under writeback.
    pub fn is_dirty(self) -> bool {
        matches!(self, Page::Dirty(_) | Page::Astray(..))
    }

    /// Whether the page is dirty or under writeback.
    pub fn is_unclean(self) -> bool {
        self.is_dirty() || matches!(self, Page::Writeback(_))
    }

    /// The content that a read of the page returns, or `None` if the page is not cached. An inner
    /// `None` is zeroes.
    pub fn content(self) -> Option<Option<Content>> {
        match self {
            Page::Absent | Page::Locked => None,
            Page::Clean(content) => Some(content),
            Page::Dirty(content) | Page::Astray(content, _) | Page::Writeback(content) => {
                Some(Some(content))
            }
        }
    }
}
