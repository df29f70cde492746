//! The kinds of places: which function of the model takes a step, and what it waits for.

/// Which function of the model takes the steps at a place, where a task takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A direct write.
    DirectWrite,
    /// A direct read.
    DirectRead,
    /// A buffered write.
    BufferedWrite,
    /// A buffered read.
    BufferedRead,
    /// Writeback of dirty pages, by the task that needs them clean or by the flusher.
    Writeback,
    /// fallocate.
    Fallocate,
    /// truncate.
    Truncate,
    /// fiemap, SEEK_DATA and SEEK_HOLE.
    Report,
    /// drop_caches.
    DropCaches,
    /// fsync.
    Fsync,
    /// The flush of pending conversions.
    Flush,
    /// The conversion on disk.
    Convert,
    /// io_getevents.
    Getevents,
    /// A work function, until it has its list.
    Work,
    /// A part of a plan that completes an IO, in irq context or in a worker.
    Completion,
    /// A call or a return, which is no step of its own.
    Call,
    /// jbd2, the shrinker, the power supply.
    Other,
}

/// What has to be there before the step at a place can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// Nothing.
    Nothing,
    /// A slot of the AIO context, and no throttle.
    Submission,
    /// The inode's lock, exclusively.
    InodeLock,
    /// The inode's lock, as a direct write takes it.
    WriteLock,
    /// The inode's lock, as a direct read takes it.
    ReadLock,
    /// The bio of an IO.
    Bio,
    /// No read has locked a page of the operation's range.
    UnlockedPages,
    /// The same, of the range of an IO whose pages are dropped.
    UnlockedPagesOfIo,
    /// A handle, or `i_data_sem`, or both.
    Change,
    /// Unlocked pages, then [`Waits::Change`].
    UnlockedPagesAndChange,
    /// Pages neither locked nor under writeback, then [`Waits::Change`].
    IdlePagesAndChange,
    /// `i_unwritten` is 0.
    Unwritten,
    /// No PageWriteback.
    Writeback,
    /// `i_dio_count` is 0.
    DioCount,
    /// The commit that was asked for.
    Commit,
    /// An event in the AIO context.
    Event,
    /// The transaction's handles have stopped and its ordered data is on the device.
    Transaction,
}

impl Waits {
    /// Whether a step may start a handle or change the disk tree.
    pub(super) const fn may_change(self) -> bool {
        match self {
            Waits::Change | Waits::UnlockedPagesAndChange | Waits::IdlePagesAndChange => true,
            Waits::Nothing
            | Waits::Submission
            | Waits::InodeLock
            | Waits::WriteLock
            | Waits::ReadLock
            | Waits::Bio
            | Waits::UnlockedPages
            | Waits::UnlockedPagesOfIo
            | Waits::Unwritten
            | Waits::Writeback
            | Waits::DioCount
            | Waits::Commit
            | Waits::Event
            | Waits::Transaction => false,
        }
    }
}
