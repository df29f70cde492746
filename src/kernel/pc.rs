//! The places of an actor: one [`Pc`] for every step of every modelled kernel function.

use super::part::{Part, Waits};

/// A place in a kernel function. [`Pc::info_in`] describes the step taken there. Links hold a
/// digest of a state, with its places as numbers; so a new place stands at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Pc {
    /// The task is in no function.
    Idle,
    /// io_submit: take a slot of the AIO context.
    IoSubmit,
    /// Direct write: take `i_mutex`.
    WriteLock,
    /// Direct write: map the blocks, submit the bio.
    WriteMap,
    /// Synchronous direct write: wait for the bio.
    DioAwait,
    /// Synchronous direct write: drop `i_mutex`.
    WriteUnlock,
    /// The system call of a synchronous write returns (not a step).
    WriteReturn,
    /// dioread_nolock read: look at `i_unwritten`, map.
    ReadCheck,
    /// dioread_nolock read: take `i_mutex` to flush.
    ReadFlushLock,
    /// dioread_nolock read: drop `i_mutex` after the flush.
    ReadFlushUnlock,
    /// Locked read: take `i_mutex`.
    ReadLock,
    /// Read: map the blocks, submit the bio.
    ReadMap,
    /// Read: return the data after the bio is done.
    ReadDone,
    /// fallocate: take `i_mutex`.
    FallocLock,
    /// fallocate: allocate the holes.
    FallocMap,
    /// fsync: take `i_mutex`.
    FsyncLock,
    /// fsync: ask for a commit, or flush the device.
    FsyncCommit,
    /// fsync: wait for the commit.
    FsyncCommitWait,
    /// Flush of pending conversions: take the list.
    FlushTake,
    /// Flush: convert the IOs on the list (not a step).
    FlushRun,
    /// Flush: wait until `i_unwritten` is 0.
    FlushWait,
    /// Disk conversion: start a handle.
    ConvertStart,
    /// Disk conversion: convert, stop the handle.
    ConvertMap,
    /// Direct read: write dirty pages of the range first.
    ReadPages,
    /// Read under a shared `i_rwsem`: drop it.
    ReadUnlock,
    /// fsync: write dirty pages first.
    FsyncPages,
    /// Writeback: map a run of dirty pages, submit its bio.
    WritebackSubmit,
    /// Writeback: wait until no page is under PageWriteback.
    WritebackWait,
    /// Buffered write: take the lock.
    BufLock,
    /// Buffered write: copy into the page cache.
    BufCopy,
    /// Buffered read: return cached pages, or map and submit.
    BufRead,
    /// Buffered read: fill the pages after the bios are done.
    BufReadDone,
    /// truncate: take the lock.
    TruncLock,
    /// truncate: wait for direct IO.
    TruncDio,
    /// truncate: wait for writeback, drop the pages.
    TruncPages,
    /// truncate: free the blocks.
    TruncFree,
    /// Extending direct write: update `i_size`.
    SizeUpdate,
    /// drop_caches: drop clean pages, run the shrinkers, or both.
    DropCaches,
    /// The shrinker frees entries of the extent status trees.
    Shrink,
    /// The power is cut.
    PowerCut,
    /// The journal is recovered and every file is read.
    Recover,
    /// Inside `ext4_end_io` or `dio_complete`, at a position of the worker's plan.
    EndIo,
    /// Inside a work function, running its list (not a step).
    WorkRun,
    /// `io_getevents`: reap an event.
    Getevents,
    /// A kworker takes a work item.
    WorkTake,
    /// jbd2: lock the running transaction.
    CommitLock,
    /// jbd2: write the locked transaction.
    CommitWrite,
    /// Plan: the bio is done and irq context has nothing else to do.
    BioDone,
    /// Plan: convert in the ES tree.
    EsConvert,
    /// Plan: put the io_end on the inode's list, queue the work.
    AddCompleteIo,
    /// Plan: convert on disk (a call).
    Convert,
    /// Plan: decrement `i_unwritten`, wake its waiters.
    Decrement,
    /// Plan: drop `i_dio_count`.
    DioDone,
    /// Plan: fsync for O_(D)SYNC (a call).
    Sync,
    /// Plan: acknowledge the AIO.
    AioComplete,
    /// Plan: queue the direct IO as a separate work item.
    QueueDioWork,
    /// Plan: clear PageWriteback.
    EndWriteback,
    /// Buffered write: start a handle, if the journal is small.
    BufStart,
    /// Synchronous overwrite under dioread_nolock: take `i_mutex` again.
    OverwriteLock,
    /// The second conversion worker of v3.11 takes its list.
    UnrsvWorkTake,
    /// Inside the second worker's work function, running the list (not a step).
    UnrsvWorkRun,
    /// A worker of `s_dio_done_wq` takes a direct IO (v3.12).
    DioWorkTake,
    /// Inside `dio_complete`, at a position of the worker's plan.
    DioComplete,
    /// FIEMAP: report the extents of the file.
    Fiemap,
    /// SEEK_DATA or SEEK_HOLE: find the next data or hole.
    Seek,
    /// fallocate with a flag that this kernel does not know.
    RangeRefuse,
    /// fallocate with a flag: write dirty pages of the range first.
    RangePages,
    /// fallocate with a flag: the lock.
    RangeLock,
    /// fallocate with a flag: wait for direct IO.
    RangeDio,
    /// fallocate with a flag: wait for writeback, drop the pages.
    RangeDrop,
    /// Punch: free the blocks.
    PunchFree,
    /// Zero range: make the blocks unwritten.
    ZeroConvert,
    /// Collapse range: free the blocks, move the blocks after them.
    CollapseShift,
    /// Insert range: move the blocks after it, grow the file.
    InsertShift,
    /// Page fault: use the cached page, or map and submit.
    MmapFault,
    /// Page fault: the bio is done.
    MmapRead,
    /// Page fault: make the page dirty, and store.
    MmapMkwrite,
    /// Disk conversion: take `i_mutex`, in the kernels in which a worker does.
    ConvertLock,
    /// close: the thread's reference to its open file.
    Close,
    /// unlink: the inode's lock.
    UnlinkLock,
    /// unlink: remove the name.
    Unlink,
    /// Eviction of an inode: wait, and drop its pages.
    EvictWait,
    /// Eviction: free the blocks, then the inode.
    EvictFree,
    /// The submission of an AIO write returns (not a step). The IO completes independently, so its
    /// slot may be in use by another IO.
    AioReturn,
    /// AIO write of half blocks: take `ext4_aio_mutex`.
    UnalignedLock,
    /// AIO write of half blocks: wait until `i_unwritten` is 0.
    UnalignedWait,
    /// Direct write of half blocks: wait for direct IO, under `i_rwsem`.
    UnalignedDio,
    /// Collapse and insert range: forget the extents from the range on, free those in it.
    ShiftForget,
    /// Buffered read or page fault: cache the hole that was found.
    ReadHole,
    /// move_extents: take the locks of both files.
    MoveLock,
    /// move_extents: wait for direct IO on both files.
    MoveDio,
    /// move_extents: look the next block up.
    MoveMap,
    /// move_extents: exchange the block, with the pages of both files locked.
    MoveSwap,
    /// truncate: set the size.
    TruncSize,
    /// Overwrite under dioread_nolock: submit the bio, without `i_mutex`.
    OverwriteMap,
}

impl Pc {
    /// The function of the model that takes the step.
    pub const fn part(self) -> Part {
        match self {
            Pc::UnalignedLock | Pc::UnalignedWait | Pc::UnalignedDio => Part::Unaligned,
            Pc::IoSubmit
            | Pc::WriteLock
            | Pc::WriteMap
            | Pc::OverwriteMap
            | Pc::DioAwait
            | Pc::SizeUpdate
            | Pc::OverwriteLock
            | Pc::WriteUnlock => Part::DirectWrite,
            Pc::ReadPages
            | Pc::ReadCheck
            | Pc::ReadFlushLock
            | Pc::ReadFlushUnlock
            | Pc::ReadLock
            | Pc::ReadMap
            | Pc::ReadDone
            | Pc::ReadUnlock => Part::DirectRead,
            Pc::BufLock | Pc::BufStart | Pc::BufCopy => Part::BufferedWrite,
            Pc::BufRead | Pc::ReadHole | Pc::BufReadDone => Part::BufferedRead,
            Pc::WritebackSubmit | Pc::WritebackWait => Part::Writeback,
            Pc::FallocLock | Pc::FallocMap => Part::Fallocate,
            Pc::TruncLock | Pc::TruncSize | Pc::TruncDio | Pc::TruncPages | Pc::TruncFree => {
                Part::Truncate
            }
            Pc::MmapFault | Pc::MmapRead | Pc::MmapMkwrite => Part::PageFault,
            Pc::RangeRefuse
            | Pc::RangePages
            | Pc::RangeLock
            | Pc::RangeDio
            | Pc::RangeDrop
            | Pc::PunchFree
            | Pc::ZeroConvert
            | Pc::ShiftForget
            | Pc::CollapseShift
            | Pc::MoveLock
            | Pc::MoveDio
            | Pc::MoveMap
            | Pc::MoveSwap
            | Pc::InsertShift => Part::RangeOp,
            Pc::Fiemap | Pc::Seek => Part::Report,
            Pc::Close | Pc::UnlinkLock | Pc::Unlink | Pc::EvictWait | Pc::EvictFree => {
                Part::Lifetime
            }
            Pc::DropCaches => Part::DropCaches,
            Pc::FsyncPages | Pc::FsyncLock | Pc::FsyncCommit | Pc::FsyncCommitWait => Part::Fsync,
            Pc::FlushTake | Pc::FlushWait => Part::Flush,
            Pc::ConvertLock | Pc::ConvertStart | Pc::ConvertMap => Part::Convert,
            Pc::Getevents => Part::Getevents,
            Pc::WorkTake | Pc::UnrsvWorkTake | Pc::DioWorkTake => Part::Work,
            Pc::BioDone
            | Pc::EsConvert
            | Pc::AddCompleteIo
            | Pc::Decrement
            | Pc::DioDone
            | Pc::AioComplete
            | Pc::QueueDioWork
            | Pc::EndWriteback => Part::Completion,
            Pc::Idle
            | Pc::WriteReturn
            | Pc::AioReturn
            | Pc::FlushRun
            | Pc::WorkRun
            | Pc::UnrsvWorkRun
            | Pc::EndIo
            | Pc::DioComplete
            | Pc::Convert
            | Pc::Sync => Part::Call,
            Pc::Shrink | Pc::PowerCut | Pc::Recover | Pc::CommitLock | Pc::CommitWrite => {
                Part::Other
            }
        }
    }

    /// The condition for taking the step.
    pub(super) const fn waits(self) -> Waits {
        match self {
            Pc::IoSubmit => Waits::Submission,
            Pc::WriteLock => Waits::WriteLock,
            Pc::ReadLock | Pc::Seek => Waits::ReadLock,
            Pc::OverwriteLock
            | Pc::ReadFlushLock
            | Pc::FallocLock
            | Pc::FsyncLock
            | Pc::BufLock
            | Pc::RangeLock
            | Pc::UnlinkLock
            | Pc::TruncLock => Waits::InodeLock,
            Pc::ConvertLock => Waits::LockOfIo,
            Pc::DioAwait => Waits::Bio,
            Pc::WriteMap => Waits::IdlePagesOfWriteAndChange,
            Pc::WriteUnlock => Waits::IdlePages,
            Pc::BufRead => Waits::PagesToRead,
            Pc::MmapFault | Pc::MmapMkwrite => Waits::PageToFault,
            Pc::DioDone => Waits::IdlePagesOfIo,
            Pc::TruncPages | Pc::RangeDrop | Pc::BufCopy => Waits::IdlePagesAndChange,
            Pc::WritebackSubmit
            | Pc::FallocMap
            | Pc::TruncSize
            | Pc::TruncFree
            | Pc::PunchFree
            | Pc::ZeroConvert
            | Pc::ShiftForget
            | Pc::CollapseShift
            | Pc::InsertShift
            | Pc::Unlink
            | Pc::EvictFree
            | Pc::SizeUpdate
            | Pc::ConvertStart
            | Pc::ConvertMap
            | Pc::BufStart => Waits::Change,
            Pc::MoveLock => Waits::BothLocks,
            Pc::MoveDio => Waits::BothDioCounts,
            Pc::MoveSwap => Waits::BothPagesAndChange,
            Pc::UnalignedLock => Waits::AioMutex,
            Pc::Fiemap => Waits::FiemapLock,
            Pc::FlushWait | Pc::UnalignedWait => Waits::Unwritten,
            Pc::WritebackWait => Waits::Writeback,
            Pc::TruncDio | Pc::RangeDio | Pc::UnalignedDio => Waits::DioCount,
            Pc::EvictWait => Waits::Eviction,
            Pc::FsyncCommitWait => Waits::Commit,
            Pc::Getevents => Waits::Event,
            Pc::CommitWrite => Waits::Transaction,
            Pc::Idle
            | Pc::WriteReturn
            | Pc::AioReturn
            | Pc::OverwriteMap
            | Pc::ReadPages
            | Pc::ReadCheck
            | Pc::ReadFlushUnlock
            | Pc::ReadMap
            | Pc::ReadDone
            | Pc::ReadUnlock
            | Pc::BufReadDone
            | Pc::ReadHole
            | Pc::MoveMap
            | Pc::RangeRefuse
            | Pc::RangePages
            | Pc::MmapRead
            | Pc::Close
            | Pc::DropCaches
            | Pc::FsyncPages
            | Pc::FsyncCommit
            | Pc::FlushTake
            | Pc::FlushRun
            | Pc::WorkTake
            | Pc::UnrsvWorkTake
            | Pc::DioWorkTake
            | Pc::WorkRun
            | Pc::UnrsvWorkRun
            | Pc::EndIo
            | Pc::DioComplete
            | Pc::Convert
            | Pc::Sync
            | Pc::BioDone
            | Pc::EsConvert
            | Pc::AddCompleteIo
            | Pc::Decrement
            | Pc::AioComplete
            | Pc::QueueDioWork
            | Pc::EndWriteback
            | Pc::CommitLock
            | Pc::Shrink
            | Pc::PowerCut
            | Pc::Recover => Waits::Nothing,
        }
    }
}

impl Pc {
    /// Whether the place is inside a function that completes an IO by its plan.
    pub const fn is_end_io(self) -> bool {
        matches!(self, Pc::EndIo | Pc::DioComplete)
    }

    /// Whether `ext4_sync_file` continues at this place with clean pages.
    pub const fn is_fsync(self) -> bool {
        matches!(self, Pc::FsyncLock | Pc::FsyncCommit)
    }

    /// Whether a kworker takes a work item at the place.
    pub const fn is_work_take(self) -> bool {
        matches!(self, Pc::WorkTake | Pc::UnrsvWorkTake | Pc::DioWorkTake)
    }
}
