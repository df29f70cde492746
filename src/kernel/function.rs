//! The kernel function of each place in each era, as one table.

use super::design::Design;
use super::knobs::{InodeLock, Knobs, Workers};
use super::pc::Pc;
use super::pc_info::PcInfo;
use crate::es;

/// A range of kernels in which the places have the same function names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// Until v3.10, and the proposals against those kernels: ext4 completes direct IO itself.
    One,
    /// v3.11: one workqueue for writeback, another for direct IO.
    Two,
    /// v3.12: `s_dio_done_wq` completes direct IO.
    Deferred,
    /// From v4.7 on: `ext4_direct_IO` is split into several functions, and kiocbs complete by
    /// `ki_complete`.
    Apart,
    /// v5.5: direct IO through iomap.
    Iomap,
    /// From v5.11 on: the page cache works with folios.
    Folios,
}

impl Era {
    /// The era whose names a design uses: that of the kernel that works in the same way.
    pub fn of(knobs: &Knobs) -> Era {
        let later = knobs.es_version >= es::Version::V3_19;
        match (knobs.inode_lock, knobs.workers) {
            (InodeLock::Rwsem, _) if knobs.es_version >= es::Version::V6_5 => Era::Folios,
            (InodeLock::Rwsem, _) => Era::Iomap,
            (InodeLock::Mutex, Workers::One) => Era::One,
            (InodeLock::Mutex, Workers::RsvAndUnrsv) => Era::Two,
            (InodeLock::Mutex, Workers::RsvAndDio) if later => Era::Apart,
            (InodeLock::Mutex, Workers::RsvAndDio) => Era::Deferred,
        }
    }
}

/// The source of a name: the function, and the file and version in which it was read.
pub type Named = (Era, &'static str, &'static str);

/// The names of each place in later eras. [`Pc::info`] has the name of the first era.
pub const FUNCTIONS: &[(Pc, &[Named])] = &[
    (
        Pc::WriteLock,
        &[
            (Era::Apart, "ext4_file_write_iter", "fs/ext4/file.c v4.9"),
            (Era::Iomap, "ext4_dio_write_iter", "fs/ext4/file.c v5.5"),
        ],
    ),
    (
        Pc::WriteMap,
        &[
            (Era::Apart, "ext4_direct_IO_write", "fs/ext4/inode.c v4.9"),
            (Era::Iomap, "iomap_dio_rw", "fs/iomap/direct-io.c v5.5"),
        ],
    ),
    (Pc::DioAwait, &[(Era::Iomap, "iomap_dio_rw", "fs/iomap/direct-io.c v5.5")]),
    (
        Pc::WriteUnlock,
        &[
            (Era::Apart, "ext4_file_write_iter", "fs/ext4/file.c v4.9"),
            (Era::Iomap, "ext4_dio_write_iter", "fs/ext4/file.c v5.5"),
        ],
    ),
    (Pc::OverwriteLock, &[(Era::Apart, "ext4_direct_IO_write", "fs/ext4/inode.c v4.9")]),
    (Pc::WriteReturn, &[(Era::Apart, "ext4_file_write_iter", "fs/ext4/file.c v4.9")]),
    (Pc::AioReturn, &[(Era::Apart, "ext4_file_write_iter", "fs/ext4/file.c v4.9")]),
    (
        Pc::SizeUpdate,
        &[
            (Era::Apart, "ext4_direct_IO_write", "fs/ext4/inode.c v4.9"),
            (Era::Iomap, "ext4_handle_inode_extension", "fs/ext4/file.c v5.5"),
        ],
    ),
    (
        Pc::ReadPages,
        &[
            (Era::Apart, "generic_file_read_iter", "mm/filemap.c v4.9"),
            (Era::Iomap, "iomap_dio_rw", "fs/iomap/direct-io.c v5.5"),
        ],
    ),
    (
        Pc::ReadLock,
        &[
            (Era::Apart, "ext4_direct_IO_read", "fs/ext4/inode.c v4.9"),
            (Era::Iomap, "ext4_dio_read_iter", "fs/ext4/file.c v5.5"),
        ],
    ),
    (
        Pc::ReadMap,
        &[
            (Era::Apart, "ext4_direct_IO_read", "fs/ext4/inode.c v4.9"),
            (Era::Iomap, "iomap_dio_rw", "fs/iomap/direct-io.c v5.5"),
        ],
    ),
    (
        Pc::ReadUnlock,
        &[
            (Era::Apart, "ext4_direct_IO_read", "fs/ext4/inode.c v4.9"),
            (Era::Iomap, "ext4_dio_read_iter", "fs/ext4/file.c v5.5"),
        ],
    ),
    (Pc::ReadDone, &[(Era::Iomap, "iomap_dio_complete", "fs/iomap/direct-io.c v5.5")]),
    (
        Pc::BufLock,
        &[
            (Era::Apart, "ext4_file_write_iter", "fs/ext4/file.c v4.9"),
            (Era::Iomap, "ext4_buffered_write_iter", "fs/ext4/file.c v5.5"),
        ],
    ),
    (
        Pc::BufRead,
        &[
            (Era::Iomap, "generic_file_buffered_read", "mm/filemap.c v5.4"),
            (Era::Folios, "filemap_read", "mm/filemap.c v6.1"),
        ],
    ),
    (
        Pc::BufReadDone,
        &[
            (Era::Iomap, "generic_file_buffered_read", "mm/filemap.c v5.4"),
            (Era::Folios, "filemap_read", "mm/filemap.c v6.1"),
        ],
    ),
    (Pc::MmapFault, &[(Era::Apart, "ext4_filemap_fault", "fs/ext4/inode.c v4.9")]),
    (Pc::MmapRead, &[(Era::Apart, "ext4_filemap_fault", "fs/ext4/inode.c v4.9")]),
    (Pc::RangeLock, &[(Era::Two, "ext4_fallocate", "fs/ext4/extents.c v3.12")]),
    (Pc::PunchFree, &[(Era::Two, "ext4_punch_hole", "fs/ext4/inode.c v3.12")]),
    (Pc::WritebackSubmit, &[(Era::Two, "ext4_writepages", "fs/ext4/inode.c v3.12")]),
    (Pc::FsyncCommitWait, &[(Era::Two, "jbd2_complete_transaction", "fs/jbd2/journal.c v3.12")]),
    (
        Pc::Shrink,
        &[
            (Era::Two, "__ext4_es_shrink", "fs/ext4/extents_status.c v3.12"),
            (Era::Apart, "__es_shrink", "fs/ext4/extents_status.c v4.9"),
        ],
    ),
    (
        Pc::EvictWait,
        &[
            (Era::Two, "truncate_inode_pages", "fs/ext4/inode.c v3.12"),
            (Era::Apart, "truncate_inode_pages_final", "fs/ext4/inode.c v4.9"),
        ],
    ),
    (Pc::WorkTake, &[(Era::Two, "ext4_end_io_rsv_work", "fs/ext4/page-io.c v3.12")]),
    (Pc::WorkRun, &[(Era::Two, "ext4_end_io_rsv_work", "fs/ext4/page-io.c v3.12")]),
    (Pc::DioWorkTake, &[(Era::Iomap, "iomap_dio_complete_work", "fs/iomap/direct-io.c v5.5")]),
    (Pc::DioComplete, &[(Era::Iomap, "iomap_dio_complete", "fs/iomap/direct-io.c v5.5")]),
    (Pc::EndIo, &[(Era::Iomap, "ext4_end_io_end", "fs/ext4/page-io.c v5.5")]),
    (Pc::Decrement, &[(Era::Deferred, "ext4_clear_io_unwritten_flag", "fs/ext4/page-io.c v3.12")]),
    (
        Pc::DioDone,
        &[
            (Era::Apart, "inode_dio_end", "fs/direct-io.c v4.9"),
            (Era::Iomap, "inode_dio_end", "fs/iomap/direct-io.c v5.5"),
        ],
    ),
    (
        Pc::AioComplete,
        &[
            (Era::Deferred, "aio_complete", "fs/direct-io.c v3.12"),
            (Era::Apart, "ki_complete", "fs/direct-io.c v4.9"),
            (Era::Iomap, "ki_complete", "fs/iomap/direct-io.c v5.5"),
        ],
    ),
    (Pc::QueueDioWork, &[(Era::Iomap, "iomap_dio_bio_end_io", "fs/iomap/direct-io.c v5.5")]),
    (Pc::BioDone, &[(Era::Iomap, "iomap_dio_bio_end_io", "fs/iomap/direct-io.c v5.5")]),
    (Pc::EndWriteback, &[(Era::Two, "ext4_finish_bio", "fs/ext4/page-io.c v3.12")]),
];

/// The name of the inode's IO lock until v4.6.
const I_MUTEX: &str = "i_mutex";

/// The name of the inode's IO lock in a design's kernel: v4.7 makes it a read-write semaphore
/// (9902af79c01a).
pub fn lock_name(knobs: &Knobs) -> &'static str {
    if Era::of(knobs) >= Era::Apart { "i_rwsem" } else { I_MUTEX }
}

/// The name of a place in an era, with its source; `None` if it still has its first name.
fn named(pc: Pc, era: Era) -> Option<(&'static str, &'static str)> {
    let (_, names) = FUNCTIONS.iter().find(|(of, _)| *of == pc)?;
    let (_, function, source) = names.iter().rev().find(|(from, ..)| *from <= era)?;
    Some((function, source))
}

/// The function of a place under a design.
pub fn function(design: &Design, pc: Pc) -> &'static str {
    pc.info_in(&design.knobs).function
}

impl Pc {
    /// The description of the place under a design: later kernels do the same in other functions.
    pub fn info_in(self, knobs: &Knobs) -> PcInfo {
        let info = self.info();
        let is_rwsem = lock_name(knobs) != I_MUTEX;
        let does = match self {
            Pc::WriteLock | Pc::ReadLock | Pc::FallocLock | Pc::RangeLock | Pc::FsyncLock
                if is_rwsem =>
            {
                "take i_rwsem"
            }
            Pc::OverwriteLock if is_rwsem => "take i_rwsem again",
            Pc::ReadFlushLock if is_rwsem => "take i_rwsem to flush",
            Pc::WriteUnlock | Pc::ReadFlushUnlock if is_rwsem => "drop i_rwsem",
            _ => info.does,
        };
        let first = (info.function, info.source);
        let (function, source) = named(self, Era::of(knobs)).unwrap_or(first);
        PcInfo { function, does, source, ..info }
    }
}
