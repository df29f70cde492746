//! The pseudo-code of each place, as one table. The first line is the place's step; the lines after
//! it are parts of the same step. All lines are this project's own words, not lines of the kernel.

use crate::es::{DirtyBit, Version};
use crate::kernel::{
    DelayLock, EsContent, EsConvert, EsLock, EvictWait, Extends, FailedWriteback, FallocateWaits,
    FillLock, FsyncWait, Fua, InodeLock, Knobs, NolockRead, Ordered, Overwrites, Pc, Reservations,
    SizeUpdate, SyncBy, Throttle, TruncOrder, TruncWait, Unaligned, WbError,
};

macro_rules! places {
    ($($pc:ident: $lines:expr,)*) => {
        /// Every place, in the order of the table.
        pub const PLACES: &[Pc] = &[$(Pc::$pc),*];

        /// The lines of a place under given knobs. A place that is not a step has no lines, except
        /// the calls of a worker, whose line names the function that takes the next steps.
        pub fn code(pc: Pc, knobs: &Knobs) -> Vec<&'static str> {
            let lines: fn(&Knobs) -> Vec<&'static str> = match pc { $(Pc::$pc => $lines,)* };
            lines(knobs)
        }
    };
}

places! {
    // Places that are not steps.
    Idle: |_| vec![],
    WriteReturn: |_| vec![],
    FlushRun: |_| vec![],
    EndIo: |_| vec![],
    DioComplete: |_| vec![],
    WorkRun: |_| vec![],
    UnrsvWorkRun: |_| vec![],
    AioReturn: |_| vec![],

    // Direct writes.
    IoSubmit: |k| match k.throttle {
        Throttle::No => vec!["slot = take a slot, or wait for an event"],
        Throttle::Slots => vec![
            "wait while as many conversions are pending as there are slots",
            "slot = take a slot, or wait for an event",
        ],
        Throttle::One => vec![
            "wait while 1 conversion is pending",
            "slot = take a slot, or wait for an event",
        ],
        Throttle::Two => vec![
            "wait while 2 conversions are pending",
            "slot = take a slot, or wait for an event",
        ],
        Throttle::Four => vec![
            "wait while 4 conversions are pending",
            "slot = take a slot, or wait for an event",
        ],
    },
    UnalignedLock: |k| match k.unaligned {
        Unaligned::AioMutex => vec!["AIO with half blocks: lock ext4_aio_mutex"],
        Unaligned::No | Unaligned::UnwrittenWait | Unaligned::DioWait => vec![],
    },
    UnalignedWait: |k| match k.unaligned {
        Unaligned::AioMutex => vec!["then wait until i_unwritten is 0"],
        Unaligned::UnwrittenWait => vec!["AIO with half blocks: wait until i_unwritten is 0"],
        Unaligned::No | Unaligned::DioWait => vec![],
    },
    UnalignedDio: |k| match k.unaligned {
        Unaligned::DioWait => vec!["half blocks: wait until i_dio_count is 0, then for the bio"],
        Unaligned::No | Unaligned::AioMutex | Unaligned::UnwrittenWait => vec![],
    },
    WriteLock: |k| match k.inode_lock {
        InodeLock::Mutex => vec!["lock i_mutex"],
        InodeLock::Rwsem => vec!["lock i_rwsem; shared, if all blocks are written"],
    },
    WriteMap: write_map,
    OverwriteMap: |k| match k.overwrites {
        Overwrites::Locked | Overwrites::OwnIoEnd => vec![],
        Overwrites::SharedSlot => vec![
            "nolock overwrite of W: with i_data_sem for reading, without i_mutex:",
            "the inode's slot = own io_end: another AIO that maps now loses its own",
        ],
    },
    DioAwait: |_| vec!["wait for the bio, if the write is synchronous", "i_dio_count -= 1"],
    SizeUpdate: |k| {
        let mut lines = vec![match k.size_update {
            SizeUpdate::BeforeSync => "i_size = end of the write",
            SizeUpdate::AfterSync => "i_size = end of the write, after its O_(D)SYNC",
        }];
        if k.orphan {
            lines.push("leave the orphan list");
        }
        lines
    },
    OverwriteLock: |k| match k.overwrites {
        Overwrites::Locked => vec![],
        Overwrites::SharedSlot | Overwrites::OwnIoEnd => {
            vec!["lock i_mutex again, after an overwrite without it"]
        }
    },
    WriteUnlock: |k| match k.inode_lock {
        InodeLock::Mutex => vec!["drop clean pages of the range; unlock i_mutex"],
        InodeLock::Rwsem => vec!["drop clean pages of the range; unlock i_rwsem"],
    },
    Getevents: |_| vec!["take an event out of the ring, or wait for one"],

    // Direct reads.
    ReadPages: |_| vec!["write dirty pages of the range, and wait"],
    ReadCheck: |_| vec!["if i_unwritten is 0: go on without the lock"],
    ReadFlushLock: |_| vec!["else: lock i_mutex, flush pending conversions"],
    ReadFlushUnlock: |_| vec!["unlock i_mutex"],
    ReadLock: |k| match k.inode_lock {
        InodeLock::Rwsem => vec!["lock i_rwsem, shared"],
        InodeLock::Mutex if k.nolock_read == NolockRead::Shared => vec!["lock i_rwsem, shared"],
        InodeLock::Mutex => vec!["lock i_mutex, unless mounted dioread_nolock"],
    },
    ReadMap: |k| vec![
        match k.es_content {
            EsContent::Delayed => "map the range: the disk tree answers",
            EsContent::Full => "map the range: the ES tree answers, else the disk tree",
            EsContent::Nopblk => "map the range: status of the ES tree, block of the disk tree",
        },
        "read written blocks; zeroes for all others",
    ],
    ReadDone: |_| vec!["i_dio_count -= 1; return the data"],
    ReadUnlock: |_| vec!["unlock i_rwsem"],

    // Buffered IO and writeback.
    BufLock: |k| match k.inode_lock {
        InodeLock::Mutex => vec!["lock i_mutex"],
        InodeLock::Rwsem => vec!["lock i_rwsem"],
    },
    BufStart: |_| vec!["start a handle, or wait for room in a transaction"],
    BufCopy: |k| vec![
        "copy into the page cache; a hole becomes delayed",
        match k.reservations {
            Reservations::Buffers => "reserve a block for it, which its page releases or uses up",
            Reservations::EsTree => "reserve a block for it, which its entry releases or uses up",
        },
        "unlock",
    ],
    BufRead: |_| vec!["return cached pages; map and read the others"],
    ReadHole: |k| match k.delay_lock {
        DelayLock::Shared => vec!["cache the hole; a delayed write may be in it by now"],
        DelayLock::Exclusive => vec![],
    },
    BufReadDone: |_| vec!["return the pages that were read"],
    WritebackSubmit: |k| match k.reservation {
        false => vec!["map dirty pages; set PageWriteback; submit", "i_unwritten += 1, if U"],
        true => vec![
            "reserve the handle of the conversion",
            "map dirty pages; set PageWriteback; submit",
            "i_unwritten += 1, if U",
        ],
    },
    WritebackWait: |_| vec!["wait until PageWriteback is clear"],
    EndWriteback: |k| match k.failed_writeback {
        FailedWriteback::Converts => vec!["clear PageWriteback; if it failed, convert anyway"],
        FailedWriteback::StaysUnwritten => vec!["clear PageWriteback; if it failed, it stays U"],
    },

    // The bio is done.
    BioDone: |_| vec!["wake the writer"],
    EsConvert: |k| vec![
        match k.es_convert {
            EsConvert::Corrected => "turn U into W in the ES tree",
            EsConvert::Posted => "turn U into W in the ES tree (series v5, as posted)",
        },
        match k.es_lock {
            EsLock::Irqsave => "under i_es_lock, which tasks take with irqs off",
            EsLock::Plain => "under i_es_lock, which tasks take with irqs on",
        },
    ],
    AddCompleteIo: |k| match k.io_end_ref {
        true => vec!["put the io_end on the inode's list; queue the work"],
        false => vec![
            "put the io_end on the inode's list; queue the work",
            "then read the iocb out of the io_end, which the worker may have freed",
        ],
    },
    QueueDioWork: |k| match k.failed_dio {
        FailedWriteback::Converts => vec![
            "queue this write as a work item of its own",
            "if its bio failed, it is converted anyway",
        ],
        FailedWriteback::StaysUnwritten => vec!["queue this write as a work item of its own"],
    },
    AioComplete: |k| match k.error_reported {
        false => vec!["acknowledge: put the event into the ring"],
        true => vec!["acknowledge: put the event, or the conversion's error, into the ring"],
    },
    DioDone: |k| match k.invalidate {
        false => vec!["i_dio_count -= 1"],
        true => vec!["drop clean pages of the range", "i_dio_count -= 1"],
    },
    Decrement: |_| vec!["i_unwritten -= 1; at 0 wake the waiters"],

    // Workers.
    WorkTake: |_| vec!["take the inode's list; for each io_end on it:"],
    UnrsvWorkTake: |_| vec!["take the list of direct IO; for each io_end on it:"],
    DioWorkTake: |_| vec!["take one direct write:"],
    Convert: |_| vec!["call: convert on disk"],
    Sync: |_| vec!["call: fsync, for O_(D)SYNC"],
    ConvertLock: |k| match k.convert_lock {
        true => vec!["lock i_mutex"],
        false => vec![],
    },
    ConvertStart: |k| match k.reservation {
        false => vec!["start a handle, or wait for room in a transaction"],
        true => vec!["use the reserved handle; without one, start one"],
    },
    ConvertMap: convert_map,

    // fsync, and the flush of pending conversions.
    FsyncPages: |_| vec!["write dirty pages, and wait"],
    FsyncLock: |k| match k.fsync {
        FsyncWait::Unwritten => vec!["lock i_mutex", "then flush pending conversions"],
        FsyncWait::SkipForOsyncAio => {
            vec!["lock i_mutex", "then flush pending conversions, but not for O_SYNC AIO"]
        }
        FsyncWait::Writeback | FsyncWait::FlushDirty => vec!["lock i_mutex"],
    },
    FlushTake: |_| vec!["take the inode's list; convert what is on it"],
    FlushWait: |_| vec!["wait until i_unwritten is 0"],
    FsyncCommit: |k| vec![
        match k.wb_error {
            WbError::FlagIfCached => "if a writeback failed and pages are left: EIO, told once",
            WbError::Flag => "if a writeback failed: EIO, told once",
            WbError::Errseq => "if a writeback failed: EIO, told once to each open file",
        },
        match k.fsync {
            FsyncWait::FlushDirty => "a thread, not a worker, first waits until i_unwritten is 0",
            FsyncWait::Unwritten | FsyncWait::Writeback | FsyncWait::SkipForOsyncAio => {
                "every conversion that fsync waits for is done"
            }
        },
        "if the inode changed: ask for a commit; else flush the device",
    ],
    FsyncCommitWait: |_| vec!["wait for the commit"],

    // fallocate, truncate, reports.
    FallocLock: |k| {
        let mut lines = vec![match k.inode_lock {
            InodeLock::Mutex => "lock i_mutex",
            InodeLock::Rwsem => "lock i_rwsem",
        }];
        match k.fallocate_waits {
            FallocateWaits::Yes => lines.push("then flush pending conversions"),
            FallocateWaits::No | FallocateWaits::Splits => {}
        }
        lines
    },
    FallocMap: |k| match k.merge_unwritten {
        false => vec!["allocate the holes as U; unlock"],
        true => vec!["allocate the holes as U; merge with U beside them; unlock"],
    },
    TruncLock: |_| vec!["lock the inode"],
    TruncSize: |_| vec!["handle: orphan list; i_size = i_disksize = the new size"],
    TruncDio: |k| match k.trunc_order {
        TruncOrder::AllocSem => vec!["wait until i_dio_count is 0, without nolock readers"],
        TruncOrder::SizeFirst => vec!["wait until i_dio_count is 0; new readers take the lock"],
        TruncOrder::DioFirst => vec!["wait until i_dio_count is 0"],
    },
    TruncPages: |k| vec![
        "drop the pages beyond the new size",
        match k.trunc {
            TruncWait::Both => "then flush pending conversions",
            TruncWait::DioAndWriteback => "wait for writeback, which ends after its conversion",
            TruncWait::DioCount => "pending conversions are not waited for",
            TruncWait::FlushDirty => "then wait for conversions that the ES tree marks",
        },
    ],
    TruncFree: |_| vec!["free the blocks beyond, in both trees; unlock"],
    RangeRefuse: |_| vec!["refuse: this kernel does not know the flag"],
    RangePages: |_| vec!["write dirty pages of the range, and wait"],
    RangeLock: |k| vec![
        match k.inode_lock {
            InodeLock::Mutex => "lock i_mutex",
            InodeLock::Rwsem => "lock i_rwsem",
        },
        match k.fill_lock {
            FillLock::No => "nothing keeps others from caching the range again",
            FillLock::Faults => "keep page faults out of the page cache, before pages are dropped",
            FillLock::Reads => "keep page faults and reads out, before pages are dropped",
        },
        match k.range_datasync {
            false => "what is changed is not for fdatasync",
            true => "what is changed is for fdatasync too",
        },
    ],
    RangeDio: |_| vec!["wait until i_dio_count is 0"],
    RangeDrop: |_| vec!["drop the pages of the range, whose writeback is waited for"],
    PunchFree: |_| vec!["punch: free the blocks; unlock"],
    ZeroConvert: |k| match k.zero_forgets {
        false => vec!["zero range: turn the blocks into U; unlock"],
        true => vec!["zero range: turn the blocks into U; empty the ES tree; unlock"],
    },
    ShiftForget: |_| vec!["forget the extents from the range on; more than one handle may follow"],
    CollapseShift: |_| vec!["collapse: free the blocks, move those behind down; unlock"],
    InsertShift: |_| vec!["insert: move the blocks behind up, grow the file; unlock"],
    MoveLock: |_| vec!["move_extents: lock both files"],
    MoveDio: |_| vec!["wait until i_dio_count is 0 in both"],
    MoveMap: |_| vec!["look the next block up; after the last one, unlock"],
    MoveSwap: |k| vec![
        match k.move_check {
            false => "with both pages: trust what the lookup said",
            true => "with both pages: if the block changed since the lookup, look again",
        },
        "W: read it into its page, make that dirty; U: nothing to copy",
        "exchange the blocks in both files",
    ],
    MmapFault: |_| vec!["a page fault: use the cached page, or map and read it"],
    MmapRead: |_| vec!["the page is read"],
    MmapMkwrite: |_| vec!["make the page dirty; the store goes into it"],
    Close: |_| vec!["put the open file; the last reference to a file without a name evicts it"],
    UnlinkLock: |_| vec!["lock the inode"],
    Unlink: |_| vec!["remove the name; unlock; if nobody has it open, evict it"],
    EvictWait: |k| vec![
        match k.evict {
            EvictWait::Pinned => "each io_end holds a reference: nothing is pending here",
            EvictWait::IoEnd => "wait until i_ioend_count is 0",
            EvictWait::Writeback => "wait for PageWriteback alone: direct IO holds its open file",
        },
        "drop all pages",
    ],
    EvictFree: |_| vec!["free the blocks in both trees; free the inode"],
    Fiemap: |k| match k.fiemap_lock {
        false => vec!["report written, unwritten and delayed extents"],
        true => vec!["report written, unwritten and delayed extents, under i_rwsem, shared"],
    },
    Seek: |_| vec!["look for data or a hole; delayed counts as data"],
    DropCaches: |_| vec!["drop clean pages; run the shrinkers, if asked for"],

    // The journal and the environment.
    CommitLock: |_| vec!["lock the transaction: no new handle joins it"],
    CommitWrite: |k| vec![
        "wait for handles and ordered data; write it, with a barrier",
        match k.ordered {
            Ordered::WritebackAndWrite => "ordered: new W blocks of writeback and of write calls",
            Ordered::Write => "ordered: new W blocks of write calls, without delayed allocation",
            Ordered::All => "ordered: all new W blocks, those of page faults too",
        },
    ],
    Shrink: shrink,
    PowerCut: |_| vec!["all volatile data is lost"],
    Recover: |_| vec!["replay the journal; read every file"],
}

fn write_map(k: &Knobs) -> Vec<&'static str> {
    let mut lines = vec![match k.es_content {
        EsContent::Delayed => "map the range by the disk tree; holes become U",
        EsContent::Full => "map the range by the ES tree, else the disk tree; holes become U",
        EsContent::Nopblk => "map the range: status of the ES tree, block of the disk tree",
    }];
    lines.push(match k.extends {
        Extends::ISize => "if it ends beyond i_size: be synchronous",
        Extends::IDisksize => "if it ends beyond i_disksize: be synchronous",
    });
    if k.orphan {
        lines.push("if synchronous for that: join the orphan list");
    }
    match k.dirty_bit {
        DirtyBit::No => {}
        DirtyBit::UnwrittenOnly => lines.push("mark the U entry: its conversion is pending"),
        DirtyBit::Pending => lines.push("mark the entry, U or W: its conversion is pending"),
    }
    lines.push(match k.inode_lock {
        InodeLock::Mutex => "i_dio_count += 1; i_unwritten += 1, if U",
        InodeLock::Rwsem => "i_dio_count += 1",
    });
    lines.push("submit the bio, with zeroes for the other half of a new or U block");
    match k.fua {
        Fua::No => {}
        Fua::IfClean => lines.push("O_DSYNC over W, with nothing to commit: FUA, and no sync"),
        Fua::Always => lines.push("O_DSYNC over W: FUA, and no sync"),
    }
    lines.push("unlock, unless synchronous");
    match k.sync_by {
        SyncBy::Submitter => lines.push("if O_(D)SYNC: fsync now, though the bio is on its way"),
        SyncBy::Worker | SyncBy::DioWorker => {}
    }
    lines
}

fn convert_map(k: &Knobs) -> Vec<&'static str> {
    let mut lines = Vec::new();
    if k.worker_via_es {
        lines.push("if the ES tree says W: nothing is left to do");
    }
    lines.push(match k.fallocate_waits {
        FallocateWaits::Yes | FallocateWaits::Splits => {
            "turn U into W in the disk tree, only in the range"
        }
        FallocateWaits::No => "turn U into W in the disk tree, in the whole extent found",
    });
    match k.dirty_bit {
        DirtyBit::No => {}
        DirtyBit::UnwrittenOnly | DirtyBit::Pending => lines.push("clear the mark of the entry"),
    }
    lines.push("stop the handle");
    lines
}

fn shrink(k: &Knobs) -> Vec<&'static str> {
    let mut lines = vec![match k.es_version {
        Version::V3_8 => "no shrinker: the tree holds only delayed extents",
        Version::V3_9 => "free entries, the least used inode first (v3.9)",
        Version::V3_11 => "free entries, the least used inode first (v3.11)",
        Version::V3_19 => "free entries, inodes in turn, twice where they were used (v3.19)",
        Version::V6_5 => "free entries, inodes in turn, twice where they were used (v6.5)",
        Version::V6_12 => "free entries, inodes in turn, twice where they were used (v6.12)",
    }];
    lines.push(match k.shrink_delayed {
        false => "but no delayed entry: only this tree has it",
        true => "delayed ones too",
    });
    match k.dirty_bit {
        DirtyBit::No => {}
        DirtyBit::UnwrittenOnly => lines.push("but none that is U and marked"),
        DirtyBit::Pending => lines.push("but none that is marked"),
    }
    lines
}
