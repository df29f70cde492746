//! Every call of the tree as a value. Traces, fuzzing and the comparison of the two storages use
//! it.

use super::convert::Convert;
use super::find::Matching;
use super::memory::Memory;
use super::rules::Rules;
use super::status::Extent;
use super::store::{EsError, Store};
use super::superblock::{EsSuper, Inodes};
use super::tree::Es;

/// One call on the tree of one inode. A range is a first block and a length, except where it has an
/// `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EsOp {
    /// [`Es::insert`] of an extent with its status.
    Insert(Extent),
    /// [`Es::insert_from_disk`] of an extent that was just read from the disk tree.
    InsertFromDisk(Extent),
    /// [`Es::cache_extent`] of an extent from a leaf of the disk tree.
    CacheExtent(Extent),
    /// [`Es::insert_delayed`] of a range of a buffered write.
    InsertDelayed {
        /// The first logical block of the range.
        lblk: u32,
        /// The length of the range, in blocks.
        len: u32,
        /// The first cluster has allocated blocks.
        lclu_allocated: bool,
        /// The last cluster has allocated blocks.
        end_allocated: bool,
    },
    /// [`Es::remove`] of a range, as truncate and punch call it.
    Remove {
        /// The first logical block of the range.
        lblk: u32,
        /// The length of the range, in blocks.
        len: u32,
    },
    /// [`Es::lookup`] of the extent with a block.
    Lookup {
        /// The block to look up.
        lblk: u32,
    },
    /// [`Es::find_range`]; with [`Matching::Delayed`] also `find_delayed`.
    FindRange {
        /// The kind of extent to find.
        matching: Matching,
        /// The first logical block of the range.
        lblk: u32,
        /// The last logical block of the range, which belongs to it.
        end: u32,
    },
    /// [`Es::scan_range`]: whether an extent of a kind touches a range.
    ScanRange {
        /// The kind of extent to look for.
        matching: Matching,
        /// The first logical block of the range.
        lblk: u32,
        /// The last logical block of the range, which belongs to it.
        end: u32,
    },
    /// [`Es::delayed_clu`]: the number of clusters with delayed blocks in a range.
    DelayedClu {
        /// The first logical block of the range.
        lblk: u32,
        /// The length of the range, in blocks.
        len: u32,
    },
    /// [`Es::convert_unwritten`]: the conversion in irq context of the RFC.
    ConvertUnwritten {
        /// The first logical block of the range.
        lblk: u32,
        /// The length of the range, in blocks.
        len: u32,
        /// The version of the function to run.
        how: Convert,
    },
    /// [`Es::mark_dirty`]: an IO to a range was submitted, its conversion will be pending.
    MarkDirty {
        /// The first logical block of the range.
        lblk: u32,
        /// The length of the range, in blocks.
        len: u32,
    },
    /// [`Es::clear_dirty`]: the disk tree has caught up with a range.
    ClearDirty {
        /// The first logical block of the range.
        lblk: u32,
        /// The length of the range, in blocks.
        len: u32,
    },
    /// [`Es::set_precached`]: whether all extents of the file were cached on request.
    SetPrecached(bool),
    /// [`Es::clear`]: the inode forgets all extents that it may forget.
    Clear,
    /// [`Es::evict`]: all blocks are removed because the inode is evicted.
    Evict,
    /// [`Es::reclaim`], with the lock held.
    Reclaim {
        /// The quota of this reclaim.
        nr_to_scan: i32,
    },
}

/// The result of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reply {
    /// The call returns nothing.
    Done,
    /// A count: released reserved clusters (an `int` in the kernel, negative from 2^31 on),
    /// clusters, or freed extents.
    Count(i64),
    /// An extent or none. A lookup also returns the start of the next extent, or 0 if there is
    /// none.
    Found(Option<Extent>, u32),
    /// The answer to a yes-or-no question.
    Is(bool),
}

impl EsOp {
    /// True for calls that count as a use of the inode up to v3.18: insert, lookup and find.
    pub const fn is_use(&self) -> bool {
        match self {
            EsOp::Insert(extent) | EsOp::InsertFromDisk(extent) | EsOp::CacheExtent(extent) => {
                extent.len > 0
            }
            EsOp::InsertDelayed { len, .. } => *len > 0,
            EsOp::Lookup { .. } | EsOp::FindRange { .. } | EsOp::ScanRange { .. } => true,
            EsOp::Remove { .. }
            | EsOp::DelayedClu { .. }
            | EsOp::ConvertUnwritten { .. }
            | EsOp::MarkDirty { .. }
            | EsOp::ClearDirty { .. }
            | EsOp::SetPrecached(_)
            | EsOp::Clear
            | EsOp::Evict
            | EsOp::Reclaim { .. } => false,
        }
    }
}

impl<S: Store> Es<S> {
    /// Makes one call.
    ///
    /// # Errors
    /// As the method that the call names. A lookup or a find at which the kernel would stop with a
    /// BUG is [`EsError::Bug`].
    pub fn apply(&mut self, rules: &Rules, mem: &mut Memory, op: EsOp) -> Result<Reply, EsError> {
        Ok(match op {
            EsOp::Insert(extent) => Reply::Count(self.insert(rules, mem, extent)?.into()),
            EsOp::InsertFromDisk(extent) => {
                Reply::Count(self.insert_from_disk(rules, mem, extent)?.into())
            }
            EsOp::CacheExtent(extent) => {
                self.cache_extent(rules, mem, extent)?;
                Reply::Done
            }
            EsOp::InsertDelayed { lblk, len, lclu_allocated, end_allocated } => {
                let marks = (lclu_allocated, end_allocated);
                self.insert_delayed(rules, mem, (lblk, len), marks)?;
                Reply::Done
            }
            EsOp::Remove { lblk, len } => Reply::Count(self.remove(rules, mem, lblk, len)?.into()),
            EsOp::Lookup { lblk } => {
                self.check_uncached(lblk)?;
                match self.lookup_next(rules, lblk) {
                    Some((extent, next)) => Reply::Found(Some(extent), next),
                    None => Reply::Found(None, 0),
                }
            }
            EsOp::FindRange { matching, lblk, end } => {
                self.check_uncached(lblk)?;
                Reply::Found(self.find_range(rules, matching, lblk, end), 0)
            }
            EsOp::ScanRange { matching, lblk, end } => {
                self.check_uncached(lblk)?;
                Reply::Is(self.scan_range(rules, matching, lblk, end))
            }
            EsOp::DelayedClu { lblk, len } => {
                Reply::Count(self.delayed_clu(rules, lblk, len).into())
            }
            EsOp::ConvertUnwritten { lblk, len, how } => {
                self.convert_unwritten(rules, mem, (lblk, len), how)?;
                Reply::Done
            }
            EsOp::MarkDirty { lblk, len } => {
                self.mark_dirty(rules, mem, (lblk, len))?;
                Reply::Done
            }
            EsOp::ClearDirty { lblk, len } => {
                self.clear_dirty(rules, mem, (lblk, len))?;
                Reply::Done
            }
            EsOp::SetPrecached(precached) => {
                self.set_precached(precached);
                Reply::Done
            }
            EsOp::Clear => {
                self.clear();
                Reply::Done
            }
            EsOp::Evict => Reply::Count(self.evict(rules, mem)?.into()),
            EsOp::Reclaim { nr_to_scan } => {
                Reply::Count(self.reclaim(rules, nr_to_scan).freed.into())
            }
        })
    }

    /// A search that `cache_es` answers does not look at the last extent's end, and so cannot hit
    /// the BUG.
    fn check_uncached(&self, lblk: u32) -> Result<(), EsError> {
        let cached = self.cache_es().and_then(|it| self.peek(it));
        if cached.is_some_and(|it| it.contains(lblk)) { Ok(()) } else { self.check_search(lblk) }
    }
}

impl<const I: usize> EsSuper<I> {
    /// Makes one call on one inode of the superblock, and updates the reclaim list.
    ///
    /// # Errors
    /// As [`Es::apply`]; a missing inode is [`EsError::Full`].
    pub fn apply<S: Store>(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        inodes: &mut (impl Inodes<S> + ?Sized),
        ino: u8,
        op: EsOp,
    ) -> Result<Reply, EsError> {
        match op {
            EsOp::Insert(extent) => {
                let used = self.insert(rules, mem, inodes, ino, extent)?;
                return Ok(Reply::Count(used.into()));
            }
            EsOp::Remove { lblk, len } => {
                let released = self.remove(rules, mem, inodes, ino, (lblk, len))?;
                return Ok(Reply::Count(released.into()));
            }
            EsOp::InsertFromDisk(_)
            | EsOp::CacheExtent(_)
            | EsOp::InsertDelayed { .. }
            | EsOp::Lookup { .. }
            | EsOp::FindRange { .. }
            | EsOp::ScanRange { .. }
            | EsOp::DelayedClu { .. }
            | EsOp::ConvertUnwritten { .. }
            | EsOp::MarkDirty { .. }
            | EsOp::ClearDirty { .. }
            | EsOp::SetPrecached(_)
            | EsOp::Clear
            | EsOp::Evict
            | EsOp::Reclaim { .. } => {}
        }
        let es = inodes.es(ino).ok_or(EsError::Full)?;
        let reply = es.apply(rules, mem, op);
        self.after(rules, ino, es, op.is_use());
        if op == EsOp::Evict {
            self.evicted(rules, ino);
        }
        reply
    }
}
