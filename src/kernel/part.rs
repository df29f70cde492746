//! Kinds of places: the function of the model that takes a step, and the wait before it.

/// The function of the model that takes the steps of a task at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A direct write, until its bio is done.
    DirectWrite,
    /// The waits of a direct write of half blocks.
    Unaligned,
    /// A direct read, with its flush of pending conversions.
    DirectRead,
    /// A buffered write, which dirties pages.
    BufferedWrite,
    /// A buffered read, which fills missing pages.
    BufferedRead,
    /// A page fault that stores.
    PageFault,
    /// Writeback of dirty pages, by the task that needs them clean or by the flusher.
    Writeback,
    /// fallocate without a flag: preallocation.
    Fallocate,
    /// truncate, shorter or longer.
    Truncate,
    /// punch, zero, collapse or insert of a range.
    RangeOp,
    /// fiemap, SEEK_DATA and SEEK_HOLE.
    Report,
    /// close, unlink and the eviction of an inode.
    Lifetime,
    /// drop_caches: pages, extents or both.
    DropCaches,
    /// fsync and fdatasync, up to their commit.
    Fsync,
    /// The flush of pending conversions.
    Flush,
    /// The conversion on disk.
    Convert,
    /// io_getevents, which reaps events of the AIO context.
    Getevents,
    /// A work function, until it has taken its list.
    Work,
    /// A part of a plan that completes an IO, in irq context or in a worker.
    Completion,
    /// A call or a return, which is not a step.
    Call,
    /// jbd2, the shrinker or the power supply.
    Other,
}

/// The condition for taking the step at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// No condition: the step is always possible.
    Nothing,
    /// A slot of the AIO context is free, and no throttle applies.
    Submission,
    /// The inode's lock is free, to be taken exclusively.
    InodeLock,
    /// The lock of an IO's inode, exclusively.
    LockOfIo,
    /// The inode's lock is free, to be taken as a direct write takes it.
    WriteLock,
    /// The inode's lock is free, to be taken as a direct read takes it.
    ReadLock,
    /// The inode's lock is free, to be taken shared, if fiemap takes it.
    FiemapLock,
    /// The bio of an IO is done.
    Bio,
    /// The pages of a direct write's range are neither locked nor under writeback.
    IdlePages,
    /// No other read has locked a page of the range; and if a page has to be read, no task removes
    /// the blocks of a range.
    PagesToRead,
    /// The same as [`Waits::IdlePages`], for an IO whose pages are dropped.
    IdlePagesOfIo,
    /// The page is idle; and no task removes the blocks of a range, if faults wait for that.
    PageToFault,
    /// `ext4_aio_mutex` of the inode is free.
    AioMutex,
    /// A handle, `i_data_sem` or both are available.
    Change,
    /// [`Waits::IdlePages`], then [`Waits::Change`].
    IdlePagesOfWriteAndChange,
    /// Pages neither locked nor under writeback, then [`Waits::Change`].
    IdlePagesAndChange,
    /// `i_unwritten` is 0: no conversion of the inode is pending.
    Unwritten,
    /// No page is under PageWriteback.
    Writeback,
    /// The locks of both files are free, to be taken exclusively.
    BothLocks,
    /// `i_dio_count` of both files is 0.
    BothDioCounts,
    /// The page of a block is idle in both files, and then [`Waits::Change`].
    BothPagesAndChange,
    /// `i_dio_count` is 0: no direct IO of the inode is in flight.
    DioCount,
    /// The conditions of an eviction.
    Eviction,
    /// The requested commit is done.
    Commit,
    /// The AIO context has an event.
    Event,
    /// All handles of the transaction have stopped, and its ordered data is on the device.
    Transaction,
}

impl Waits {
    /// Whether a step may start a handle or change the disk tree.
    pub(super) const fn may_change(self) -> bool {
        match self {
            Waits::Change
            | Waits::PageToFault
            | Waits::IdlePagesOfWriteAndChange
            | Waits::BothPagesAndChange
            | Waits::IdlePagesAndChange => true,
            Waits::Nothing
            | Waits::Submission
            | Waits::InodeLock
            | Waits::LockOfIo
            | Waits::WriteLock
            | Waits::ReadLock
            | Waits::FiemapLock
            | Waits::Bio
            | Waits::IdlePages
            | Waits::PagesToRead
            | Waits::IdlePagesOfIo
            | Waits::Unwritten
            | Waits::AioMutex
            | Waits::Writeback
            | Waits::DioCount
            | Waits::BothLocks
            | Waits::BothDioCounts
            | Waits::Eviction
            | Waits::Commit
            | Waits::Event
            | Waits::Transaction => false,
        }
    }
}
