//! Where an actor can stand: one [`Pc`] for every step of every kernel function that is modelled.

use super::part::{Part, Waits};

/// A place in a kernel function. The step taken there is described by [`Pc::info_in`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Pc {
    /// In no function.
    Idle,
    /// A slot of the AIO context.
    IoSubmit,
    /// Direct write: `i_mutex`.
    WriteLock,
    /// Direct write: map the blocks, submit the bio.
    WriteMap,
    /// Synchronous direct write: wait for the bio.
    DioAwait,
    /// Synchronous direct write: drop `i_mutex`.
    WriteUnlock,
    /// The write's system call returns (no step of its own).
    WriteReturn,
    /// dioread_nolock read: look at `i_unwritten`, map.
    ReadCheck,
    /// dioread_nolock read: take `i_mutex` to flush.
    ReadFlushLock,
    /// dioread_nolock read: drop `i_mutex` after the flush.
    ReadFlushUnlock,
    /// Locked read: `i_mutex`.
    ReadLock,
    /// Read: map the blocks, submit the bio.
    ReadMap,
    /// Read: the bio is done.
    ReadDone,
    /// fallocate: `i_mutex`.
    FallocLock,
    /// fallocate: allocate.
    FallocMap,
    /// fsync: `i_mutex`.
    FsyncLock,
    /// fsync: ask for a commit, or flush the device.
    FsyncCommit,
    /// fsync: wait for the commit.
    FsyncCommitWait,
    /// Flush of pending conversions: take the list.
    FlushTake,
    /// Flush: run the list (no step of its own).
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
    /// Buffered write: the lock.
    BufLock,
    /// Buffered write: into the page cache.
    BufCopy,
    /// Buffered read: what is cached, or map and submit.
    BufRead,
    /// Buffered read: the bios are done.
    BufReadDone,
    /// truncate: the lock.
    TruncLock,
    /// truncate: wait for direct IO.
    TruncDio,
    /// truncate: wait for writeback, drop the pages.
    TruncPages,
    /// truncate: free the blocks.
    TruncFree,
    /// Extending direct write: `i_size`.
    SizeUpdate,
    /// drop_caches.
    DropCaches,
    /// The shrinker runs.
    Shrink,
    /// The power is cut.
    PowerCut,
    /// The journal is recovered and every file is read.
    Recover,
    /// Inside `ext4_end_io` or `dio_complete`, at a position of the plan.
    EndIo,
    /// Inside a work function, running its list (no step of its own).
    WorkRun,
    /// `io_getevents`.
    Getevents,
    /// A kworker takes a work item.
    WorkTake,
    /// jbd2: lock the running transaction.
    CommitLock,
    /// jbd2: write it.
    CommitWrite,
    /// Plan: the bio is done and nothing else is to be done in irq context.
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
    /// Plan: queue the direct IO as a work item of its own.
    QueueDioWork,
    /// Plan: clear PageWriteback.
    EndWriteback,
    /// Buffered write: start a handle, where the journal is small.
    BufStart,
    /// Synchronous overwrite under dioread_nolock: take `i_mutex` again.
    OverwriteLock,
    /// The second conversion worker of v3.11 takes its list.
    UnrsvWorkTake,
    /// Inside its work function, running the list (no step of its own).
    UnrsvWorkRun,
    /// A worker of `s_dio_done_wq` takes a direct IO (v3.12).
    DioWorkTake,
    /// Inside `dio_complete`, at a position of the plan.
    DioComplete,
    /// FIEMAP.
    Fiemap,
    /// SEEK_DATA or SEEK_HOLE.
    Seek,
}

impl Pc {
    /// Which function of the model takes the step.
    pub const fn part(self) -> Part {
        match self {
            Pc::IoSubmit
            | Pc::WriteLock
            | Pc::WriteMap
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
            Pc::BufRead | Pc::BufReadDone => Part::BufferedRead,
            Pc::WritebackSubmit | Pc::WritebackWait => Part::Writeback,
            Pc::FallocLock | Pc::FallocMap => Part::Fallocate,
            Pc::TruncLock | Pc::TruncDio | Pc::TruncPages | Pc::TruncFree => Part::Truncate,
            Pc::Fiemap | Pc::Seek => Part::Report,
            Pc::DropCaches => Part::DropCaches,
            Pc::FsyncPages | Pc::FsyncLock | Pc::FsyncCommit | Pc::FsyncCommitWait => Part::Fsync,
            Pc::FlushTake | Pc::FlushWait => Part::Flush,
            Pc::ConvertStart | Pc::ConvertMap => Part::Convert,
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

    /// What has to be there before the step can be taken.
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
            | Pc::TruncLock => Waits::InodeLock,
            Pc::DioAwait => Waits::Bio,
            Pc::WriteMap => Waits::UnlockedPagesAndChange,
            Pc::WriteUnlock | Pc::BufRead => Waits::UnlockedPages,
            Pc::DioDone => Waits::UnlockedPagesOfIo,
            Pc::TruncPages | Pc::BufCopy => Waits::IdlePagesAndChange,
            Pc::WritebackSubmit
            | Pc::FallocMap
            | Pc::TruncFree
            | Pc::SizeUpdate
            | Pc::ConvertStart
            | Pc::ConvertMap
            | Pc::BufStart => Waits::Change,
            Pc::FlushWait => Waits::Unwritten,
            Pc::WritebackWait => Waits::Writeback,
            Pc::TruncDio => Waits::DioCount,
            Pc::FsyncCommitWait => Waits::Commit,
            Pc::Getevents => Waits::Event,
            Pc::CommitWrite => Waits::Transaction,
            Pc::Idle
            | Pc::WriteReturn
            | Pc::ReadPages
            | Pc::ReadCheck
            | Pc::ReadFlushUnlock
            | Pc::ReadMap
            | Pc::ReadDone
            | Pc::ReadUnlock
            | Pc::BufReadDone
            | Pc::Fiemap
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

/// What is known of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcInfo {
    /// The kernel function.
    pub function: &'static str,
    /// What the step does, for a button.
    pub does: &'static str,
    /// File and version where the function was read.
    pub source: &'static str,
    /// The step may sleep: it must not be taken in irq context.
    pub sleeps: bool,
}

impl Pc {
    /// What is known of the place.
    pub(super) const fn info(self) -> PcInfo {
        let (function, does, source, sleeps) = match self {
            Pc::Idle => ("", "nothing", "", false),
            Pc::IoSubmit => ("io_submit", "take a slot", "fs/aio.c v3.8", true),
            Pc::WriteLock => ("ext4_file_dio_write", "take i_mutex", "fs/ext4/file.c v3.8", true),
            Pc::WriteMap => (
                "ext4_ext_direct_IO",
                "map the blocks, submit the bio",
                "fs/ext4/inode.c v3.7",
                true,
            ),
            Pc::DioAwait => {
                ("dio_await_completion", "wait for the bio", "fs/direct-io.c v3.8", true)
            }
            Pc::WriteUnlock => {
                ("ext4_file_dio_write", "drop i_mutex", "fs/ext4/file.c v3.8", false)
            }
            Pc::OverwriteLock => {
                ("ext4_ext_direct_IO", "take i_mutex again", "fs/ext4/inode.c v3.7", true)
            }
            Pc::WriteReturn => ("ext4_file_write", "return", "fs/ext4/file.c v3.8", false),
            Pc::ReadCheck => {
                ("ext4_ind_direct_IO", "look at i_unwritten", "fs/ext4/indirect.c v3.7", false)
            }
            Pc::ReadFlushLock => {
                ("ext4_ind_direct_IO", "take i_mutex to flush", "fs/ext4/indirect.c v3.7", true)
            }
            Pc::ReadFlushUnlock => {
                ("ext4_ind_direct_IO", "drop i_mutex", "fs/ext4/indirect.c v3.7", false)
            }
            Pc::ReadLock => ("do_blockdev_direct_IO", "take i_mutex", "fs/direct-io.c v3.8", true),
            Pc::ReadMap => (
                "ext4_ind_direct_IO",
                "map the blocks, submit the bio",
                "fs/ext4/indirect.c v3.7",
                true,
            ),
            Pc::ReadDone => ("dio_complete", "return the data", "fs/direct-io.c v3.8", true),
            Pc::FallocLock => ("ext4_fallocate", "take i_mutex", "fs/ext4/extents.c v3.8", true),
            Pc::FallocMap => {
                ("ext4_fallocate", "allocate unwritten blocks", "fs/ext4/extents.c v3.8", true)
            }
            Pc::FsyncLock => ("ext4_sync_file", "take i_mutex", "fs/ext4/fsync.c v3.8", true),
            Pc::FsyncCommit => {
                ("ext4_sync_file", "ask for a commit", "fs/ext4/fsync.c v3.8", false)
            }
            Pc::FsyncCommitWait => {
                ("jbd2_log_wait_commit", "wait for the commit", "fs/jbd2/journal.c v3.8", true)
            }
            Pc::FlushTake => {
                ("ext4_do_flush_completed_IO", "take the list", "fs/ext4/page-io.c v3.7", false)
            }
            Pc::FlushRun => {
                ("ext4_do_flush_completed_IO", "run the list", "fs/ext4/page-io.c v3.7", false)
            }
            Pc::FlushWait => (
                "ext4_unwritten_wait",
                "wait until i_unwritten is 0",
                "fs/ext4/page-io.c v3.7",
                true,
            ),
            Pc::ConvertStart => (
                "ext4_convert_unwritten_extents",
                "start a jbd2 handle",
                "fs/ext4/extents.c v3.8",
                true,
            ),
            Pc::ConvertMap => (
                "ext4_convert_unwritten_extents",
                "convert in the disk tree",
                "fs/ext4/extents.c v3.8",
                true,
            ),
            Pc::ReadPages => {
                ("generic_file_aio_read", "write dirty pages first", "mm/filemap.c v3.8", false)
            }
            Pc::ReadUnlock => ("ext4_dio_read_iter", "drop i_rwsem", "fs/ext4/file.c v5.5", false),
            Pc::FsyncPages => {
                ("ext4_sync_file", "write dirty pages first", "fs/ext4/fsync.c v3.8", false)
            }
            Pc::WritebackSubmit => (
                "ext4_da_writepages",
                "map dirty pages, submit the bio",
                "fs/ext4/inode.c v3.8",
                true,
            ),
            Pc::WritebackWait => {
                ("filemap_fdatawait", "wait for PageWriteback", "mm/filemap.c v3.8", true)
            }
            Pc::BufLock => {
                ("ext4_file_write", "take the inode's lock", "fs/ext4/file.c v3.8", true)
            }
            Pc::BufStart => {
                ("ext4_da_write_begin", "start a jbd2 handle", "fs/ext4/inode.c v3.12", true)
            }
            Pc::BufCopy => {
                ("ext4_da_write_begin", "copy into the page cache", "fs/ext4/inode.c v3.12", true)
            }
            Pc::BufRead => {
                ("do_generic_file_read", "look into the page cache", "mm/filemap.c v3.8", true)
            }
            Pc::BufReadDone => {
                ("do_generic_file_read", "return the data", "mm/filemap.c v3.8", true)
            }
            Pc::TruncLock => {
                ("ext4_setattr", "take the inode's lock", "fs/ext4/inode.c v3.8", true)
            }
            Pc::TruncDio => {
                ("inode_dio_wait", "wait for i_dio_count", "fs/ext4/inode.c v3.8", true)
            }
            Pc::TruncPages => {
                ("truncate_setsize", "wait for writeback, drop pages", "mm/truncate.c v3.8", true)
            }
            Pc::TruncFree => {
                ("ext4_ext_truncate", "free the blocks", "fs/ext4/extents.c v3.8", true)
            }
            Pc::SizeUpdate => {
                ("ext4_ind_direct_IO", "grow i_size", "fs/ext4/indirect.c v3.7", true)
            }
            Pc::DropCaches => ("drop_caches_sysctl_handler", "drop", "fs/drop_caches.c", true),
            Pc::Shrink => ("ext4_es_shrink", "reclaim", "fs/ext4/extents_status.c v3.9", false),
            Pc::PowerCut => ("", "cut the power", "", false),
            Pc::Recover => ("jbd2_journal_recover", "recover, read everything", "fs/jbd2", false),
            Pc::EndIo => ("ext4_end_io", "finish the io_end", "fs/ext4/page-io.c v3.7", true),
            Pc::WorkRun => ("ext4_end_io_work", "run the list", "fs/ext4/page-io.c v3.7", false),
            Pc::Getevents => ("io_getevents", "reap an event", "fs/aio.c v3.8", true),
            Pc::WorkTake => ("ext4_end_io_work", "take the list", "fs/ext4/page-io.c v3.7", false),
            Pc::UnrsvWorkTake => {
                ("ext4_end_io_unrsv_work", "take the list", "fs/ext4/page-io.c v3.11", false)
            }
            Pc::UnrsvWorkRun => {
                ("ext4_end_io_unrsv_work", "run the list", "fs/ext4/page-io.c v3.11", false)
            }
            Pc::DioWorkTake => (
                "dio_aio_complete_work",
                "take a finished direct IO",
                "fs/direct-io.c v3.12",
                false,
            ),
            Pc::Fiemap => ("ext4_fiemap", "report the extents", "fs/ext4/extents.c v3.8", true),
            Pc::Seek => ("ext4_llseek", "seek data or a hole", "fs/ext4/file.c v3.8", true),
            Pc::DioComplete => ("dio_complete", "finish the IO", "fs/direct-io.c v3.12", true),
            Pc::CommitLock => (
                "jbd2_journal_commit_transaction",
                "lock the transaction",
                "fs/jbd2/commit.c v3.8",
                true,
            ),
            Pc::CommitWrite => (
                "jbd2_journal_commit_transaction",
                "write the commit",
                "fs/jbd2/commit.c v3.8",
                true,
            ),
            Pc::BioDone => ("dio_bio_end_io", "the bio is done", "fs/direct-io.c v3.8", false),
            Pc::EsConvert => (
                "ext4_es_convert_unwritten_extents",
                "convert in the ES tree",
                "RFC v1, 24 Dec 2012; text of series v5",
                false,
            ),
            Pc::AddCompleteIo => (
                "ext4_add_complete_io",
                "list the io_end, queue the work",
                "fs/ext4/page-io.c v3.7",
                false,
            ),
            Pc::Convert => (
                "ext4_convert_unwritten_extents",
                "convert on disk",
                "fs/ext4/extents.c v3.8",
                true,
            ),
            Pc::Decrement => {
                ("ext4_end_io", "decrement i_unwritten", "fs/ext4/page-io.c v3.7", false)
            }
            Pc::DioDone => ("inode_dio_done", "drop i_dio_count", "fs/inode.c v3.8", false),
            Pc::Sync => ("generic_write_sync", "fsync", "fs/sync.c v3.8", true),
            Pc::AioComplete => ("aio_complete", "acknowledge the AIO", "fs/aio.c v3.8", false),
            Pc::QueueDioWork => {
                ("dio_bio_end_aio", "queue the IO's own work", "fs/direct-io.c v3.12", false)
            }
            Pc::EndWriteback => {
                ("end_page_writeback", "clear PageWriteback", "fs/ext4/page-io.c v3.7", false)
            }
        };
        PcInfo { function, does, source, sleeps }
    }
}

impl Pc {
    /// Whether it is inside of what completes an IO by its plan.
    pub const fn is_end_io(self) -> bool {
        matches!(self, Pc::EndIo | Pc::DioComplete)
    }

    /// Whether a kworker takes a work item there.
    pub const fn is_work_take(self) -> bool {
        matches!(self, Pc::WorkTake | Pc::UnrsvWorkTake | Pc::DioWorkTake)
    }
}
