//! The named designs: those proposed in the thread and those merged into the kernel.

use crate::es;

use super::knobs::{
    Ack, Decrement, DelayLock, Early, EsContent, EsConvert, EsLock, EvictWait, Extends,
    FailedWriteback, FallocateWaits, FillLock, FsyncWait, Fua, InodeLock, Knobs, NolockRead,
    Ordered, Overwrites, Reservations, SizeUpdate, SyncBy, Throttle, TruncOrder, TruncWait,
    Unaligned, WbError, Workers, WritebackCleared,
};

/// A named design, in the order of the thread's argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// Kernels v2.6.33 to v2.6.35: AIO is acknowledged before its conversion, and no later call
    /// waits for it.
    V2_6_35,
    /// Mainline v3.7 and v3.8: the code that the RFC changes.
    V3_8,
    /// The RFC as posted on 24 December 2012.
    RfcV1,
    /// The RFC as Jan Kara first read it: the ES tree has no physical blocks.
    RfcNopblk,
    /// The RFC with a dirty bit on entries whose conversion is pending.
    RfcDirty,
    /// The RFC with O_SYNC AIO acknowledged by the worker, after conversion and fsync.
    RfcOsync,
    /// `rfc-osync`, with an fsync that skips the wait when it is called for O_SYNC AIO.
    RfcOsyncSkipwait,
    /// Jan Kara's plan: an IO completes only after the conversion on disk.
    Kara,
    /// Jan Kara's plan, with the ES conversion as an optimisation for plain AIO.
    KaraOpt,
    /// That optimisation, with a limit on outstanding conversions.
    KaraThrottle,
    /// Series v5 of February 2013.
    RfcV5,
    /// The code merged in v3.9.
    V3_9,
    /// The code merged in v3.11.
    V3_11,
    /// The code merged in v3.12.
    V3_12,
    /// `v3.12` with the ES tree of v3.19 and errseq, as in v4.13.
    V4_13,
    /// Direct IO through iomap, v5.5 to v6.2.
    V5_5,
    /// The size is updated before the sync, v6.7 and later.
    V6_7,
    /// The ES tree's types exclude each other, v6.12 to v6.14.
    V6_12,
    /// The rules of the ES tree are kept by all callers, v6.16 to v6.19.
    V6_19,
}

impl Row {
    /// All rows, in the order in which the page offers them.
    pub const ALL: [Row; 19] = [
        Row::V2_6_35,
        Row::V3_8,
        Row::RfcV1,
        Row::RfcNopblk,
        Row::RfcDirty,
        Row::RfcOsync,
        Row::RfcOsyncSkipwait,
        Row::Kara,
        Row::KaraOpt,
        Row::KaraThrottle,
        Row::RfcV5,
        Row::V3_9,
        Row::V3_11,
        Row::V3_12,
        Row::V4_13,
        Row::V5_5,
        Row::V6_7,
        Row::V6_12,
        Row::V6_19,
    ];

    /// The id that scripts and links use.
    pub const fn id(self) -> &'static str {
        self.facts().0
    }

    /// Whether the row's kernel mounts with `dioread_nolock` by default, as kernels do from v5.6
    /// on. A proposal has the default of the kernel that it was made against.
    pub const fn mounts_nolock(self) -> bool {
        match self {
            Row::V6_7 | Row::V6_12 | Row::V6_19 => true,
            Row::V2_6_35
            | Row::V3_8
            | Row::RfcV1
            | Row::RfcNopblk
            | Row::RfcDirty
            | Row::RfcOsync
            | Row::RfcOsyncSkipwait
            | Row::Kara
            | Row::KaraOpt
            | Row::KaraThrottle
            | Row::RfcV5
            | Row::V3_9
            | Row::V3_11
            | Row::V3_12
            | Row::V4_13
            | Row::V5_5 => false,
        }
    }

    /// Whether the row's kernel ignores `dioread_nolock` without delayed allocation.
    pub(super) const fn needs_delalloc_for_nolock(self) -> bool {
        matches!(self, Row::V5_5) || self.mounts_nolock()
    }

    /// One sentence about what the design does.
    pub const fn story(self) -> &'static str {
        self.facts().1
    }

    /// The source of the design: a message, a patch or a kernel version.
    pub const fn source(self) -> &'static str {
        self.facts().2
    }

    /// Id, story and source.
    const fn facts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Row::V2_6_35 => (
                "v2.6.35",
                "The irq acknowledges AIO when it has listed the conversion; readers ask the disk \
                 tree, which does not know yet.",
                "fs/ext4/inode.c and fs/direct-io.c, v2.6.33 to v2.6.35",
            ),
            Row::V3_8 => (
                "v3.8",
                "The worker converts on disk, then acknowledges; fsync, truncate and nolock \
                 readers wait for every pending conversion.",
                "fs/ext4/{inode,page-io,file}.c, v3.7 and v3.8",
            ),
            Row::RfcV1 => (
                "rfc-v1",
                "The completion irq converts in the ES tree and acknowledges at once; the worker \
                 converts on disk later; readers no longer wait.",
                "Zheng Liu, [RFC PATCH 8/9 v1], 24 Dec 2012",
            ),
            Row::RfcNopblk => (
                "rfc-nopblk",
                "The RFC on an ES tree without physical blocks: what it says is written has to \
                 be looked up in the disk tree.",
                "Jan Kara, 31 Dec 2012, 16:36 (his first reading)",
            ),
            Row::RfcDirty => (
                "rfc-dirty",
                "The RFC with a dirty bit on entries whose conversion is pending, which the \
                 shrinker keeps.",
                "Jan Kara, 31 Dec 2012, 21:58; Zheng Liu, 1 Jan 2013",
            ),
            Row::RfcOsync => (
                "rfc-osync",
                "As the RFC, but the worker acknowledges O_SYNC AIO, after it has converted on \
                 disk and called fsync itself.",
                "Jan Kara, 3 Jan 2013; Zheng Liu, 4 Jan 2013",
            ),
            Row::RfcOsyncSkipwait => (
                "rfc-osync-skipwait",
                "The same, and fsync does not wait for conversions when it is called for O_SYNC \
                 AIO.",
                "Jan Kara, 3 Jan 2013 (the hack he does not want)",
            ),
            Row::Kara => (
                "kara",
                "IO is complete only after the conversion on disk; fsync waits for nobody's \
                 conversion, O_SYNC is finished by a worker of its own.",
                "Jan Kara, 3 Jan 2013 (his plan)",
            ),
            Row::KaraOpt => (
                "kara-opt",
                "The plan, with plain AIO acknowledged after a conversion in the ES tree, marked \
                 dirty until the disk has followed.",
                "Jan Kara, 3 Jan 2013 (\"eventually we could optimize\")",
            ),
            Row::KaraThrottle => (
                "kara-throttle",
                "The optimisation, and a writer waits while as many conversions are outstanding \
                 as the AIO context has slots.",
                "Jan Kara, 3 Jan 2013 (\"throttle writers\"); never built",
            ),
            Row::RfcV5 => (
                "rfc-v5",
                "Completion converts in the ES tree, for buffered IO too; the acknowledgement is \
                 back in the worker, after the disk conversion.",
                "Zheng Liu, series v5, 9 Feb 2013",
            ),
            Row::V3_9 => (
                "v3.9",
                "A full ES tree with a shrinker; conversion and acknowledgement as in v3.8.",
                "fs/ext4, v3.9 and v3.10",
            ),
            Row::V3_11 => (
                "v3.11",
                "PageWriteback ends after the conversion, so fsync, truncate and readers no \
                 longer wait for i_unwritten; two workqueues.",
                "fs/ext4, v3.11",
            ),
            Row::V3_12 => (
                "v3.12",
                "Each direct IO is its own work item: convert, sync, acknowledge, many at a time.",
                "fs/ext4 and fs/direct-io.c, v3.12 to v3.18",
            ),
            Row::V4_13 => (
                "v4.13",
                "As v3.12, on the ES tree of v3.19, and a writeback error is told once to each \
                 open file.",
                "fs/ext4, fs/direct-io.c and lib/errseq.c, v4.13",
            ),
            Row::V5_5 => (
                "v5.5",
                "Direct IO through iomap: as v3.12 under i_rwsem, and a failed conversion is the \
                 IO's result.",
                "fs/ext4/file.c and fs/iomap/direct-io.c, v5.5 to v6.2",
            ),
            Row::V6_7 => (
                "v6.7",
                "As v5.5, but a write that extends the file updates its size before it syncs, and \
                 memory for ES entries that must be kept is found before the lock.",
                "fs/ext4/file.c and fs/iomap/direct-io.c, v6.7 to v6.11",
            ),
            Row::V6_12 => (
                "v6.12",
                "As v6.7, on an ES tree in which what is allocated is no longer delayed.",
                "fs/ext4, v6.12 to v6.14",
            ),
            Row::V6_19 => (
                "v6.19",
                "As v6.12, but who maps blocks holds a lock against those who move them, and \
                 blocks whose writeback failed stay unwritten.",
                "fs/ext4, v6.16 to v6.19",
            ),
        }
    }

    /// The knob values of the row.
    pub const fn knobs(self) -> Knobs {
        const V3_9: Knobs = Knobs {
            es_version: es::Version::V3_9,
            es_content: EsContent::Full,
            early: Early::No,
            ack: Ack::Converted,
            dirty_bit: es::DirtyBit::No,
            fsync: FsyncWait::Unwritten,
            nolock_read: NolockRead::Waits,
            trunc: TruncWait::Both,
            trunc_order: TruncOrder::SizeFirst,
            sync_by: SyncBy::Submitter,
            decrement: Decrement::BeforeSync,
            workers: Workers::One,
            throttle: Throttle::No,
            writeback_cleared: WritebackCleared::Irq,
            inode_lock: InodeLock::Mutex,
            fallocate_waits: FallocateWaits::Splits,
            error_reported: false,
            complete_last: true,
            shrink_delayed: false,
            worker_via_es: false,
            es_convert: EsConvert::Corrected,
            es_lock: EsLock::Irqsave,
            reservation: false,
            extends: Extends::ISize,
            size_update: SizeUpdate::BeforeSync,
            orphan: true,
            invalidate: false,
            merge_unwritten: false,
            convert_lock: false,
            evict: EvictWait::IoEnd,
            io_end_ref: true,
            wb_error: WbError::FlagIfCached,
            failed_writeback: FailedWriteback::Converts,
            fill_lock: FillLock::No,
            range_datasync: false,
            zero_forgets: false,
            unaligned: Unaligned::AioMutex,
            fiemap_lock: false,
            fua: Fua::No,
            reservations: Reservations::Buffers,
            delay_lock: DelayLock::Shared,
            failed_dio: FailedWriteback::Converts,
            ordered: Ordered::WritebackAndWrite,
            overwrites: Overwrites::SharedSlot,
            move_check: true,
        };
        // The RFC was posted against v3.8: fallocate still waits.
        const RFC: Knobs = Knobs {
            early: Early::Dio,
            ack: Ack::Irq,
            nolock_read: NolockRead::Goes,
            fallocate_waits: FallocateWaits::Yes,
            complete_last: false,
            merge_unwritten: true,
            ..V3_9
        };
        const OSYNC: Knobs = Knobs { ack: Ack::SyncConverted, sync_by: SyncBy::Worker, ..RFC };
        const V3_11: Knobs = Knobs {
            es_version: es::Version::V3_11,
            fsync: FsyncWait::Writeback,
            nolock_read: NolockRead::Goes,
            trunc: TruncWait::DioAndWriteback,
            workers: Workers::RsvAndUnrsv,
            writeback_cleared: WritebackCleared::Converted,
            evict: EvictWait::Writeback,
            reservation: true,
            ..V3_9
        };
        const V3_12: Knobs =
            Knobs { sync_by: SyncBy::DioWorker, workers: Workers::RsvAndDio, ..V3_11 };
        const KARA: Knobs = Knobs { es_version: es::Version::V3_9, error_reported: true, ..V3_12 };
        const KARA_OPT: Knobs = Knobs {
            early: Early::Dio,
            ack: Ack::SyncConverted,
            dirty_bit: es::DirtyBit::Pending,
            fsync: FsyncWait::FlushDirty,
            trunc: TruncWait::FlushDirty,
            evict: EvictWait::IoEnd,
            ..KARA
        };
        const V4_13: Knobs = Knobs {
            es_version: es::Version::V3_19,
            nolock_read: NolockRead::Shared,
            wb_error: WbError::Errseq,
            fill_lock: FillLock::Faults,
            range_datasync: true,
            unaligned: Unaligned::UnwrittenWait,
            failed_dio: FailedWriteback::StaysUnwritten,
            ordered: Ordered::All,
            overwrites: Overwrites::OwnIoEnd,
            ..V3_12
        };
        const V5_5: Knobs = Knobs {
            trunc_order: TruncOrder::DioFirst,
            inode_lock: InodeLock::Rwsem,
            error_reported: true,
            extends: Extends::IDisksize,
            size_update: SizeUpdate::AfterSync,
            invalidate: true,
            unaligned: Unaligned::DioWait,
            reservations: Reservations::EsTree,
            ..V4_13
        };
        const V6_7: Knobs = Knobs {
            es_version: es::Version::V6_5,
            size_update: SizeUpdate::BeforeSync,
            fill_lock: FillLock::Reads,
            ..V5_5
        };
        const V6_12: Knobs =
            Knobs { es_version: es::Version::V6_12, delay_lock: DelayLock::Exclusive, ..V6_7 };
        match self {
            // There is no ES tree yet. Mapping reads the disk tree, as with a tree of delayed
            // extents only.
            Row::V2_6_35 => Knobs {
                es_version: es::Version::V3_8,
                es_content: EsContent::Delayed,
                ack: Ack::Irq,
                nolock_read: NolockRead::Goes,
                trunc: TruncWait::DioCount,
                trunc_order: TruncOrder::AllocSem,
                overwrites: Overwrites::Locked,
                fallocate_waits: FallocateWaits::No,
                merge_unwritten: true,
                evict: EvictWait::Pinned,
                unaligned: Unaligned::No,
                ..V3_9
            },
            // `ordered` as in v3.8 itself; v3.7 is without f3b59291a69d.
            Row::V3_8 => Knobs {
                ordered: Ordered::Write,
                es_version: es::Version::V3_8,
                es_content: EsContent::Delayed,
                fallocate_waits: FallocateWaits::Yes,
                merge_unwritten: true,
                complete_last: false,
                ..V3_9
            },
            Row::RfcV1 => RFC,
            Row::RfcNopblk => Knobs { es_content: EsContent::Nopblk, ..RFC },
            Row::RfcDirty => Knobs { dirty_bit: es::DirtyBit::Pending, ..RFC },
            Row::RfcOsync => OSYNC,
            Row::RfcOsyncSkipwait => Knobs { fsync: FsyncWait::SkipForOsyncAio, ..OSYNC },
            Row::Kara => KARA,
            Row::KaraOpt => KARA_OPT,
            Row::KaraThrottle => Knobs { throttle: Throttle::Slots, ..KARA_OPT },
            Row::RfcV5 => Knobs {
                early: Early::DioAndBuffered,
                nolock_read: NolockRead::Goes,
                es_convert: EsConvert::Posted,
                ordered: Ordered::Write,
                ..V3_9
            },
            // f3b59291a69d, as read in v3.8 to v3.15.
            Row::V3_9 => Knobs { ordered: Ordered::Write, ..V3_9 },
            Row::V3_11 => Knobs { ordered: Ordered::Write, ..V3_11 },
            Row::V3_12 => Knobs { ordered: Ordered::Write, ..V3_12 },
            Row::V4_13 => V4_13,
            Row::V5_5 => V5_5,
            Row::V6_7 => V6_7,
            Row::V6_12 => V6_12,
            Row::V6_19 => Knobs {
                failed_writeback: FailedWriteback::StaysUnwritten,
                fiemap_lock: true,
                ..V6_12
            },
        }
    }
}
