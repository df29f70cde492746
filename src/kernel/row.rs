//! The designs that have a name: those proposed in the thread and those that were merged.

use crate::es;

use super::knobs::{
    Ack, Decrement, Early, EsContent, EsConvert, EsLock, Extends, FailedWriteback, FsyncWait,
    InodeLock, Knobs, NolockRead, SizeUpdate, SyncBy, Throttle, TruncWait, WbError, Workers,
    WritebackCleared,
};

/// The designs that have a name, in the order of the argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// Kernels v2.6.33 to v2.6.35: AIO is acknowledged before its conversion, and nobody is told.
    V2_6_35,
    /// Mainline v3.7 and v3.8: what the RFC sets out to refine.
    V3_8,
    /// The RFC as posted on 24 December 2012.
    RfcV1,
    /// The RFC as Jan Kara first read it: the ES tree has no physical blocks.
    RfcNopblk,
    /// The RFC with a dirty bit on entries whose conversion is pending.
    RfcDirty,
    /// The RFC with O_SYNC AIO acknowledged by the worker, after conversion and fsync.
    RfcOsync,
    /// The same, with fsync skipping the wait when it is called for O_SYNC AIO.
    RfcOsyncSkipwait,
    /// Jan Kara's plan: complete IO only after the conversion on disk.
    Kara,
    /// The plan, with the ES conversion as an optimisation for plain AIO.
    KaraOpt,
    /// The optimisation, with a limit on outstanding conversions.
    KaraThrottle,
    /// Series v5 of February 2013.
    RfcV5,
    /// What landed in v3.9.
    V3_9,
    /// What landed in v3.11.
    V3_11,
    /// What landed in v3.12.
    V3_12,
    /// The same with the ES tree of v3.19 and errseq, as it stood in v4.13.
    V4_13,
    /// The iomap era, v5.5 to v6.4.
    V5_5,
    /// The size is updated before the sync, v6.7 and later.
    V6_7,
    /// The ES tree's types exclude each other, v6.12 and later.
    V6_12,
}

impl Row {
    /// All rows, in the order in which they are offered.
    pub const ALL: [Row; 18] = [
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
    ];

    /// The id, as scripts and links write it.
    pub const fn id(self) -> &'static str {
        self.facts().0
    }

    /// Whether its kernel mounts with `dioread_nolock` if nothing else is said: from v5.6 on. A
    /// proposal has the default of the kernel that it was made against.
    pub const fn mounts_nolock(self) -> bool {
        match self {
            Row::V6_7 | Row::V6_12 => true,
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

    /// One sentence: what the design does.
    pub const fn story(self) -> &'static str {
        self.facts().1
    }

    /// Where the design comes from.
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
                "fs/ext4/file.c and fs/iomap/direct-io.c, v5.5 to v6.4",
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
        }
    }

    /// The knobs of the row.
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
            sync_by: SyncBy::Submitter,
            decrement: Decrement::BeforeSync,
            workers: Workers::One,
            throttle: Throttle::No,
            writeback_cleared: WritebackCleared::Irq,
            inode_lock: InodeLock::Mutex,
            fallocate_waits: false,
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
            wb_error: WbError::FlagIfCached,
            failed_writeback: FailedWriteback::Converts,
        };
        // The RFC was posted against v3.8: fallocate still waits.
        const RFC: Knobs = Knobs {
            early: Early::Dio,
            ack: Ack::Irq,
            nolock_read: NolockRead::Goes,
            fallocate_waits: true,
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
            ..KARA
        };
        const V4_13: Knobs =
            Knobs { es_version: es::Version::V3_19, wb_error: WbError::Errseq, ..V3_12 };
        const V5_5: Knobs = Knobs {
            inode_lock: InodeLock::Rwsem,
            error_reported: true,
            extends: Extends::IDisksize,
            size_update: SizeUpdate::AfterSync,
            invalidate: true,
            ..V4_13
        };
        const V6_7: Knobs =
            Knobs { es_version: es::Version::V6_5, size_update: SizeUpdate::BeforeSync, ..V5_5 };
        match self {
            // There is no ES tree yet: as with one of delayed extents alone, mapping asks the disk.
            Row::V2_6_35 => Knobs {
                es_version: es::Version::V3_8,
                es_content: EsContent::Delayed,
                ack: Ack::Irq,
                nolock_read: NolockRead::Goes,
                trunc: TruncWait::DioCount,
                merge_unwritten: true,
                complete_last: false,
                ..V3_9
            },
            Row::V3_8 => Knobs {
                es_version: es::Version::V3_8,
                es_content: EsContent::Delayed,
                fallocate_waits: true,
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
                ..V3_9
            },
            Row::V3_9 => V3_9,
            Row::V3_11 => V3_11,
            Row::V3_12 => V3_12,
            Row::V4_13 => V4_13,
            Row::V5_5 => V5_5,
            Row::V6_7 => V6_7,
            Row::V6_12 => Knobs { es_version: es::Version::V6_12, ..V6_7 },
        }
    }
}
