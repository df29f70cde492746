//! Each place in the kernel: its function in the first kernel that has it, a description of the
//! step, and the source. Later names are in `function.rs`.

use super::pc::Pc;

/// The description of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcInfo {
    /// The kernel function of the place; empty if there is none.
    pub function: &'static str,
    /// The step in a few words, for a button.
    pub does: &'static str,
    /// The file and version in which the function was read.
    pub source: &'static str,
    /// True if the step may sleep, so that irq context must not take it.
    pub sleeps: bool,
}

impl Pc {
    /// The description of the place in the kernels until v3.10.
    pub(super) const fn info(self) -> PcInfo {
        let (function, does, source, sleeps) = match self {
            Pc::Idle => ("", "nothing", "", false),
            Pc::IoSubmit => ("io_submit", "take a slot", "fs/aio.c v3.8", true),
            Pc::UnalignedLock => {
                ("ext4_file_dio_write", "take ext4_aio_mutex", "fs/ext4/file.c v3.8", true)
            }
            Pc::UnalignedWait => {
                ("ext4_unwritten_wait", "wait until i_unwritten is 0", "fs/ext4/file.c v3.8", true)
            }
            Pc::UnalignedDio => {
                ("inode_dio_wait", "wait for i_dio_count", "fs/ext4/file.c v5.5", true)
            }
            Pc::WriteLock => ("ext4_file_dio_write", "take i_mutex", "fs/ext4/file.c v3.8", true),
            Pc::WriteMap => (
                "ext4_ext_direct_IO",
                "map the blocks, submit the bio",
                "fs/ext4/inode.c v3.7",
                true,
            ),
            Pc::OverwriteMap => (
                "ext4_ext_direct_IO",
                "submit the bio without i_mutex",
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
            Pc::AioReturn => ("ext4_file_write", "return", "fs/ext4/file.c v3.8", false),
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
            Pc::ConvertLock => {
                ("ext4_end_io_work", "take i_mutex to convert", "fs/ext4/page-io.c v3.1", true)
            }
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
            Pc::ReadHole => (
                "ext4_ext_put_gap_in_cache",
                "cache the hole that it found",
                "fs/ext4/extents.c v3.9",
                true,
            ),
            Pc::BufReadDone => {
                ("do_generic_file_read", "return the data", "mm/filemap.c v3.8", true)
            }
            Pc::TruncLock => {
                ("ext4_setattr", "take the inode's lock", "fs/ext4/inode.c v3.8", true)
            }
            Pc::TruncSize => {
                ("ext4_setattr", "set i_size and i_disksize", "fs/ext4/inode.c v3.8", true)
            }
            Pc::TruncDio => {
                ("inode_dio_wait", "wait for i_dio_count", "fs/ext4/inode.c v3.8", true)
            }
            Pc::TruncPages => {
                ("truncate_pagecache", "wait for writeback, drop pages", "mm/truncate.c v3.8", true)
            }
            Pc::TruncFree => {
                ("ext4_ext_truncate", "free the blocks", "fs/ext4/extents.c v3.8", true)
            }
            Pc::RangeRefuse => {
                ("ext4_fallocate", "refuse the flag", "fs/ext4/extents.c v3.8", false)
            }
            Pc::RangePages => (
                "filemap_write_and_wait_range",
                "write dirty pages first",
                "mm/filemap.c v3.8",
                false,
            ),
            Pc::RangeLock => {
                ("ext4_ext_punch_hole", "take i_mutex", "fs/ext4/extents.c v3.8", true)
            }
            Pc::RangeDio => {
                ("inode_dio_wait", "wait for i_dio_count", "fs/ext4/extents.c v3.8", true)
            }
            Pc::RangeDrop => (
                "truncate_pagecache_range",
                "wait for writeback, drop pages",
                "mm/truncate.c v3.8",
                true,
            ),
            Pc::PunchFree => {
                ("ext4_ext_punch_hole", "free the blocks", "fs/ext4/extents.c v3.8", true)
            }
            Pc::ZeroConvert => {
                ("ext4_zero_range", "make the blocks unwritten", "fs/ext4/extents.c v3.18", true)
            }
            Pc::ShiftForget => (
                "ext4_es_remove_extent",
                "forget the extents from the range on",
                "fs/ext4/extents.c v4.9",
                true,
            ),
            Pc::CollapseShift => {
                ("ext4_collapse_range", "free, move the rest", "fs/ext4/extents.c v3.18", true)
            }
            Pc::InsertShift => {
                ("ext4_insert_range", "move the rest back", "fs/ext4/extents.c v4.9", true)
            }
            Pc::MoveLock => {
                ("ext4_move_extents", "take both locks", "fs/ext4/move_extent.c v4.9", true)
            }
            Pc::MoveDio => {
                ("inode_dio_wait", "wait for i_dio_count", "fs/ext4/move_extent.c v4.9", true)
            }
            Pc::MoveMap => {
                ("ext4_move_extents", "look the next block up", "fs/ext4/move_extent.c v4.9", true)
            }
            Pc::MoveSwap => (
                "move_extent_per_page",
                "exchange the block in both files",
                "fs/ext4/move_extent.c v4.9",
                true,
            ),
            Pc::MmapFault => ("filemap_fault", "look for the page", "mm/filemap.c v3.8", true),
            Pc::MmapRead => ("filemap_fault", "the page is read", "mm/filemap.c v3.8", true),
            Pc::MmapMkwrite => {
                ("ext4_page_mkwrite", "make the page dirty", "fs/ext4/inode.c v3.8", true)
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
            Pc::Close => ("filp_close", "close the file", "fs/open.c v3.8", true),
            Pc::UnlinkLock => ("vfs_unlink", "take the inode's lock", "fs/namei.c v3.8", true),
            Pc::Unlink => ("ext4_unlink", "remove the name", "fs/ext4/namei.c v3.8", true),
            Pc::EvictWait => (
                "ext4_ioend_wait",
                "wait until nothing is on its way",
                "fs/ext4/page-io.c v3.8",
                true,
            ),
            Pc::EvictFree => {
                ("ext4_evict_inode", "free the blocks and the inode", "fs/ext4/inode.c v3.8", true)
            }
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
