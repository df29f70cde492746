//! The kernel function of each place, by design, compared with names that were read in the kernel
//! sources of each version and in the RFC patch.

use extentscope::kernel::{Design, FUNCTIONS, Pc, function};

/// Facts from the sources, one line per kernel: `design: place function, ...`.
const FACTS: &[(&str, &[(Pc, &str)])] = &[
    (
        "v3.8",
        &[
            (Pc::WriteLock, "ext4_file_dio_write"),
            (Pc::UnalignedLock, "ext4_file_dio_write"),
            (Pc::UnalignedWait, "ext4_unwritten_wait"),
            (Pc::WriteMap, "ext4_ext_direct_IO"),
            (Pc::AddCompleteIo, "ext4_add_complete_io"),
            (Pc::WorkTake, "ext4_end_io_work"),
            (Pc::FlushTake, "ext4_do_flush_completed_IO"),
            (Pc::EndIo, "ext4_end_io"),
            (Pc::ConvertMap, "ext4_convert_unwritten_extents"),
            (Pc::AioComplete, "aio_complete"),
            (Pc::DioDone, "inode_dio_done"),
            (Pc::FlushWait, "ext4_unwritten_wait"),
            (Pc::ReadCheck, "ext4_ind_direct_IO"),
            (Pc::SizeUpdate, "ext4_ind_direct_IO"),
            (Pc::FsyncLock, "ext4_sync_file"),
            (Pc::WritebackSubmit, "ext4_da_writepages"),
            (Pc::Sync, "generic_write_sync"),
            (Pc::RangeLock, "ext4_ext_punch_hole"),
            (Pc::MmapFault, "filemap_fault"),
            (Pc::MmapMkwrite, "ext4_page_mkwrite"),
            (Pc::PunchFree, "ext4_ext_punch_hole"),
            (Pc::RangeDrop, "truncate_pagecache_range"),
        ],
    ),
    (
        "rfc-v1",
        &[
            (Pc::EsConvert, "ext4_es_convert_unwritten_extents"),
            (Pc::AioComplete, "aio_complete"),
            (Pc::DioDone, "inode_dio_done"),
            (Pc::WorkTake, "ext4_end_io_work"),
        ],
    ),
    (
        "v3.11",
        &[
            (Pc::WorkTake, "ext4_end_io_rsv_work"),
            (Pc::WorkRun, "ext4_end_io_rsv_work"),
            (Pc::UnrsvWorkTake, "ext4_end_io_unrsv_work"),
            (Pc::EndIo, "ext4_end_io"),
            (Pc::WritebackSubmit, "ext4_writepages"),
            (Pc::FsyncCommitWait, "jbd2_complete_transaction"),
        ],
    ),
    (
        "v3.12",
        &[
            (Pc::WorkTake, "ext4_end_io_rsv_work"),
            (Pc::DioWorkTake, "dio_aio_complete_work"),
            (Pc::DioComplete, "dio_complete"),
            (Pc::QueueDioWork, "dio_bio_end_aio"),
            (Pc::AioComplete, "aio_complete"),
            (Pc::WriteLock, "ext4_file_dio_write"),
            (Pc::UnalignedLock, "ext4_file_dio_write"),
            (Pc::UnalignedWait, "ext4_unwritten_wait"),
            (Pc::PunchFree, "ext4_punch_hole"),
            (Pc::ZeroConvert, "ext4_zero_range"),
            (Pc::CollapseShift, "ext4_collapse_range"),
        ],
    ),
    (
        "v4.13",
        &[
            (Pc::WorkTake, "ext4_end_io_rsv_work"),
            (Pc::DioWorkTake, "dio_aio_complete_work"),
            (Pc::WriteMap, "ext4_direct_IO_write"),
            (Pc::AioComplete, "ki_complete"),
            (Pc::DioDone, "inode_dio_end"),
            (Pc::InsertShift, "ext4_insert_range"),
            (Pc::MmapFault, "ext4_filemap_fault"),
        ],
    ),
    (
        "v5.5",
        &[
            (Pc::WriteLock, "ext4_dio_write_iter"),
            (Pc::WorkTake, "ext4_end_io_rsv_work"),
            (Pc::WorkRun, "ext4_end_io_rsv_work"),
            (Pc::EndIo, "ext4_end_io_end"),
            (Pc::DioWorkTake, "iomap_dio_complete_work"),
            (Pc::DioComplete, "iomap_dio_complete"),
            (Pc::SizeUpdate, "ext4_handle_inode_extension"),
            (Pc::BufLock, "ext4_buffered_write_iter"),
            (Pc::DioDone, "inode_dio_end"),
        ],
    ),
    (
        "v6.12",
        &[
            (Pc::WorkTake, "ext4_end_io_rsv_work"),
            (Pc::DioWorkTake, "iomap_dio_complete_work"),
            (Pc::BufRead, "filemap_read"),
            (Pc::Shrink, "__es_shrink"),
        ],
    ),
];

#[test]
fn every_place_has_the_name_that_the_kernel_gives_it() {
    for (design, facts) in FACTS {
        let design = Design::parse(design).expect("a row");
        for (pc, name) in *facts {
            assert_eq!(function(&design, *pc), *name, "{pc:?} under {design}");
        }
    }
}

#[test]
fn names_of_a_place_stand_in_the_order_of_the_kernels() {
    for (pc, names) in FUNCTIONS {
        assert!(names.windows(2).all(|pair| pair[0].0 < pair[1].0), "{pc:?}");
        let once = FUNCTIONS.iter().filter(|(other, _)| other == pc).count();
        assert_eq!(once, 1, "{pc:?} stands twice");
        for (_, function, source) in *names {
            assert!(!function.is_empty() && source.contains(" v"), "{pc:?}");
        }
    }
}
