//! Designs: what the thread proposed and what landed, as values of knobs.
//!
//! A row is a named value; a variant is a row's name plus the knobs that differ from it
//! (`rfc-osync +decrement=after_sync`), and parses back. Knob numbers (K1 to K12) are those of the
//! design table in the thread's analysis: K2 early ES conversion, K3 when AIO is acknowledged, …

use core::fmt;

use crate::es;

/// A design: a named row, or a row with some knobs turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// The row that this design is, or came from.
    pub row: Row,
    /// The knobs as they stand.
    pub knobs: Knobs,
}

/// The designs that have a name, in the order of the argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
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
    /// The iomap era, v5.5 and later.
    V5_5,
}

/// What a design decides. One field a knob; [`KNOBS`] is the same as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// Which kernel's extent status tree.
    pub es_version: es::Version,
    /// K1: what the ES tree holds.
    pub es_content: EsContent,
    /// K2: whether completion converts in the ES tree before anything else.
    pub early: Early,
    /// K3: when an AIO write into unwritten blocks is acknowledged.
    pub ack: Ack,
    /// K4: which entries are marked as differing from the disk; K5, what the shrinker may free,
    /// follows from it.
    pub dirty_bit: es::DirtyBit,
    /// K6: what fsync waits for beside page writeback.
    pub fsync: FsyncWait,
    /// K7: whether a dioread_nolock reader waits for pending conversions.
    pub nolock_read: NolockRead,
    /// K8: what truncate waits for.
    pub trunc: TruncWait,
    /// K9: who runs the fsync of an O_(D)SYNC AIO write.
    pub sync_by: SyncBy,
    /// When `i_unwritten` drops, where the worker also runs the fsync.
    pub decrement: Decrement,
    /// K10: which workqueues convert.
    pub workers: Workers,
    /// K11: a limit on outstanding conversions beside the AIO slots.
    pub throttle: Throttle,
    /// K12: when PageWriteback is cleared over unwritten blocks.
    pub writeback_cleared: WritebackCleared,
    /// The lock of the inode's IO.
    pub inode_lock: InodeLock,
    /// fallocate waits for pending conversions (until v3.9).
    pub fallocate_waits: bool,
    /// A failed conversion becomes the result of its AIO.
    pub error_reported: bool,
    /// The worker acknowledges last, when it needs the inode no more (v3.9).
    pub complete_last: bool,
    /// The worker asks the ES tree before it converts on disk (the shadowed conversion).
    pub worker_via_es: bool,
    /// Which text of `ext4_es_convert_unwritten_extents`.
    pub es_convert: EsConvert,
    /// How tasks take `i_es_lock`, which early conversion also takes in irq context.
    pub es_lock: EsLock,
    /// Writeback reserves the handle of its conversion when it starts (v3.11): that handle joins
    /// even a locked transaction and never waits for room in one.
    pub reservation: bool,
    /// When an AIO write is done, clean pages of its range that were read in the meantime are
    /// dropped, before anybody hears of it (v5.5; a synchronous write drops them in all kernels).
    pub invalidate: bool,
}

/// K1: what the ES tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EsContent {
    /// Delayed extents only (v3.8): direct IO leaves the tree empty, mapping asks the disk tree.
    Delayed,
    /// Every status with its physical block: mapping asks the ES tree first.
    Full,
    /// Every status, no physical block: what is written has to be looked up on disk.
    Nopblk,
}

/// K2: early conversion in the ES tree, in irq context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// Conversion is the worker's alone.
    No,
    /// Completion of direct IO converts in the ES tree first.
    Dio,
    /// Completion of buffered writeback does too, before PageWriteback is cleared.
    DioAndBuffered,
}

/// K3: when an AIO write into unwritten blocks is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// In irq context, right after the ES conversion.
    Irq,
    /// By the worker, after the disk conversion.
    Converted,
    /// O_(D)SYNC by the worker after conversion and sync, everything else in irq context.
    SyncConverted,
}

/// K6: what fsync waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FsyncWait {
    /// Runs the completed list, then waits until `i_unwritten` is 0, under `i_mutex`.
    Unwritten,
    /// Page writeback only, without `i_mutex` (v3.11).
    Writeback,
    /// As `Unwritten`, but not when it is called for O_SYNC AIO.
    SkipForOsyncAio,
    /// Waits until `i_unwritten` is 0, without `i_mutex`, except in a worker.
    FlushDirty,
}

/// K7: what a dioread_nolock reader does about pending conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NolockRead {
    /// If `i_unwritten` is not 0 it takes `i_mutex` and flushes.
    Waits,
    /// It maps at once.
    Goes,
}

/// K8: what truncate waits for, beside the page cache of its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TruncWait {
    /// `i_dio_count` and `i_unwritten` (until v3.10).
    Both,
    /// `i_dio_count` and page writeback, which end only after the conversion (v3.11).
    DioAndWriteback,
    /// `i_dio_count` alone.
    DioCount,
    /// `i_dio_count`, and the conversions that the ES tree marks as pending.
    FlushDirty,
}

/// K9: who runs the fsync of an O_(D)SYNC AIO write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncBy {
    /// The submitting task, after `-EIOCBQUEUED`.
    Submitter,
    /// The conversion worker, after the conversion.
    Worker,
    /// A worker of its own for each direct IO (`s_dio_done_wq`, v3.12).
    DioWorker,
}

/// When the worker decrements `i_unwritten`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decrement {
    /// Before it calls fsync.
    BeforeSync,
    /// After fsync has returned: one IO is enough to deadlock.
    AfterSync,
}

/// K10: the workqueues that convert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// One, one item at a time: `ext4-dio-unwritten`.
    One,
    /// Two, each one item at a time: with and without reserved credits (v3.11).
    RsvAndUnrsv,
    /// One for writeback, one item at a time; and `s_dio_done_wq`, many at a time (v3.12).
    RsvAndDio,
}

/// K11: a limit on outstanding conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// None of its own.
    No,
    /// As many as the AIO context has slots.
    Slots,
    /// One.
    One,
    /// Two.
    Two,
    /// Four.
    Four,
}

/// K12: when PageWriteback is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WritebackCleared {
    /// In irq context, before the conversion.
    Irq,
    /// After the conversion on disk.
    Converted,
}

/// The lock that orders IO on an inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InodeLock {
    /// `i_mutex`.
    Mutex,
    /// `i_rwsem`, shared for reads and for overwrites of written blocks (v5.5).
    Rwsem,
}

/// Which text of the RFC's `ext4_es_convert_unwritten_extents`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EsConvert {
    /// The text of series v5, with its defects.
    Posted,
    /// What it should do.
    Corrected,
}

/// How tasks take `i_es_lock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EsLock {
    /// With interrupts off, as series v5 does.
    Irqsave,
    /// Plainly: an irq on the same CPU may spin on it for ever.
    Plain,
}

impl Row {
    /// All rows, in the order in which they are offered.
    pub const ALL: [Row; 14] = [
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
        Row::V5_5,
    ];

    /// The id, as scripts and links write it.
    pub const fn id(self) -> &'static str {
        self.facts().0
    }

    /// What the design does, in one sentence.
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
                "fs/ext4 and fs/direct-io.c, v3.12 to v5.4",
            ),
            Row::V5_5 => (
                "v5.5",
                "Direct IO through iomap: as v3.12 under i_rwsem, and a failed conversion is the \
                 IO's result.",
                "fs/ext4/file.c and fs/iomap/direct-io.c, v5.5 to v6.x",
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
            worker_via_es: false,
            es_convert: EsConvert::Corrected,
            es_lock: EsLock::Irqsave,
            reservation: false,
            invalidate: false,
        };
        // The RFC was posted against v3.8: fallocate still waits.
        const RFC: Knobs = Knobs {
            early: Early::Dio,
            ack: Ack::Irq,
            nolock_read: NolockRead::Goes,
            fallocate_waits: true,
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
        match self {
            Row::V3_8 => Knobs {
                es_version: es::Version::V3_8,
                es_content: EsContent::Delayed,
                fallocate_waits: true,
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
            Row::V5_5 => Knobs {
                es_version: es::Version::V3_19,
                inode_lock: InodeLock::Rwsem,
                error_reported: true,
                invalidate: true,
                ..V3_12
            },
        }
    }

    /// The row as a design, no knob turned.
    pub const fn design(self) -> Design {
        Design { row: self, knobs: self.knobs() }
    }
}

/// One knob, as the page and the parser see it.
pub struct KnobInfo {
    /// The name in `+name=value`.
    pub id: &'static str,
    /// What it decides, in a few words.
    pub what: &'static str,
    /// The values, in the order of the enum.
    pub values: &'static [&'static str],
    /// The position of the current value in `values`.
    pub get: fn(&Knobs) -> usize,
    /// Sets the value at a position of `values`.
    pub set: fn(&mut Knobs, usize),
}

macro_rules! knob {
    ($id:literal, $what:literal, $field:ident, [$($name:literal => $value:expr),+ $(,)?]) => {
        KnobInfo {
            id: $id,
            what: $what,
            values: &[$($name),+],
            get: |k| {
                let all = [$($value),+];
                all.iter().position(|v| *v == k.$field).unwrap_or(0)
            },
            set: |k, i| {
                let all = [$($value),+];
                if let Some(v) = all.get(i) {
                    k.$field = *v;
                }
            },
        }
    };
}

/// Every knob, in the order in which a design's name writes them.
pub const KNOBS: &[KnobInfo] = &[
    knob!("es_version", "the kernel whose extent status tree it uses", es_version, [
        "v3.8" => es::Version::V3_8,
        "v3.9" => es::Version::V3_9,
        "v3.11" => es::Version::V3_11,
        "v3.19" => es::Version::V3_19,
        "v6.5" => es::Version::V6_5,
        "v6.12" => es::Version::V6_12,
    ]),
    knob!("es_content", "what the ES tree holds", es_content, [
        "delayed" => EsContent::Delayed,
        "full" => EsContent::Full,
        "nopblk" => EsContent::Nopblk,
    ]),
    knob!("early", "early conversion in the ES tree, by the irq", early, [
        "no" => Early::No,
        "dio" => Early::Dio,
        "dio_and_buffered" => Early::DioAndBuffered,
    ]),
    knob!("ack", "when AIO into unwritten blocks is acknowledged", ack, [
        "irq" => Ack::Irq,
        "converted" => Ack::Converted,
        "sync_converted" => Ack::SyncConverted,
    ]),
    knob!("dirty_bit", "which entries are marked as differing from the disk", dirty_bit, [
        "no" => es::DirtyBit::No,
        "unwritten_only" => es::DirtyBit::UnwrittenOnly,
        "pending" => es::DirtyBit::Pending,
    ]),
    knob!("fsync", "what fsync waits for", fsync, [
        "unwritten" => FsyncWait::Unwritten,
        "writeback" => FsyncWait::Writeback,
        "skip_for_osync_aio" => FsyncWait::SkipForOsyncAio,
        "flush_dirty" => FsyncWait::FlushDirty,
    ]),
    knob!("nolock_read", "whether a nolock reader waits for conversions", nolock_read, [
        "waits" => NolockRead::Waits,
        "goes" => NolockRead::Goes,
    ]),
    knob!("trunc", "what truncate waits for", trunc, [
        "both" => TruncWait::Both,
        "dio_and_writeback" => TruncWait::DioAndWriteback,
        "dio_count" => TruncWait::DioCount,
        "flush_dirty" => TruncWait::FlushDirty,
    ]),
    knob!("sync_by", "who runs the fsync of an O_SYNC AIO write", sync_by, [
        "submitter" => SyncBy::Submitter,
        "worker" => SyncBy::Worker,
        "dio_worker" => SyncBy::DioWorker,
    ]),
    knob!("decrement", "when i_unwritten drops in a worker that also syncs", decrement, [
        "before_sync" => Decrement::BeforeSync,
        "after_sync" => Decrement::AfterSync,
    ]),
    knob!("workers", "the workqueues that convert", workers, [
        "one" => Workers::One,
        "rsv_and_unrsv" => Workers::RsvAndUnrsv,
        "rsv_and_dio" => Workers::RsvAndDio,
    ]),
    knob!("throttle", "a limit on outstanding conversions", throttle, [
        "no" => Throttle::No,
        "slots" => Throttle::Slots,
        "1" => Throttle::One,
        "2" => Throttle::Two,
        "4" => Throttle::Four,
    ]),
    knob!("writeback_cleared", "when PageWriteback is cleared", writeback_cleared, [
        "irq" => WritebackCleared::Irq,
        "converted" => WritebackCleared::Converted,
    ]),
    knob!("inode_lock", "the lock of the inode's IO", inode_lock, [
        "i_mutex" => InodeLock::Mutex,
        "i_rwsem" => InodeLock::Rwsem,
    ]),
    knob!("fallocate_waits", "fallocate waits for pending conversions", fallocate_waits, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("error_reported", "a failed conversion is the AIO's result", error_reported, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("complete_last", "the worker acknowledges last", complete_last, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("worker_via_es", "the worker asks the ES tree before it converts", worker_via_es, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("es_convert", "which text of ext4_es_convert_unwritten_extents", es_convert, [
        "posted" => EsConvert::Posted,
        "corrected" => EsConvert::Corrected,
    ]),
    knob!("es_lock", "how tasks take i_es_lock", es_lock, [
        "irqsave" => EsLock::Irqsave,
        "plain" => EsLock::Plain,
    ]),
    knob!("invalidate", "an AIO write that is done drops clean pages of its range", invalidate, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("reservation", "writeback reserves the handle of its conversion", reservation, [
        "no" => false,
        "yes" => true,
    ]),
];

/// Why a text is not a design. Offsets are bytes from the start of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesignError {
    /// Where the offending word begins.
    pub offset: usize,
    /// Bytes of the offending word.
    pub len: usize,
    /// What was expected there.
    pub expected: String,
}

impl Design {
    /// Reads `row [+knob=value …]`; `+knob` alone turns a yes/no knob on.
    pub fn parse(text: &str) -> Result<Design, DesignError> {
        let word_error = |word: &str, expected: String| DesignError {
            offset: word.as_ptr() as usize - text.as_ptr() as usize,
            len: word.len(),
            expected,
        };
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or("");
        let ids = || list(Row::ALL.iter().map(|r| r.id()));
        let row = Row::ALL.into_iter().find(|r| r.id() == first).ok_or_else(|| DesignError {
            offset: if first.is_empty() { text.len() } else { offset_in(text, first) },
            len: first.len(),
            expected: format!("a design: {}", ids()),
        })?;
        let mut design = row.design();
        for word in words {
            let Some(knob) = word.strip_prefix('+') else {
                return Err(word_error(word, "a knob, as in +decrement=after_sync".into()));
            };
            let (id, value) = knob.split_once('=').unwrap_or((knob, "yes"));
            let Some(info) = KNOBS.iter().find(|k| k.id == id) else {
                let known = list(KNOBS.iter().map(|k| k.id));
                return Err(word_error(word, format!("one of the knobs {known}")));
            };
            let Some(i) = info.values.iter().position(|v| *v == value) else {
                let known = list(info.values.iter().copied());
                return Err(word_error(word, format!("{id}= one of {known}")));
            };
            (info.set)(&mut design.knobs, i);
        }
        if let Some(reason) = design.knobs.contradiction() {
            return Err(DesignError {
                offset: offset_in(text, first),
                len: text.trim().len(),
                expected: format!("knobs that fit together: {reason}"),
            });
        }
        Ok(design)
    }

    /// The knobs that differ from the row, as `(knob, value)`.
    pub fn differences(&self) -> impl Iterator<Item = (&'static KnobInfo, &'static str)> + '_ {
        let row = self.row.knobs();
        KNOBS.iter().filter_map(move |k| {
            let here = (k.get)(&self.knobs);
            (here != (k.get)(&row)).then(|| (k, k.values[here]))
        })
    }
}

impl Knobs {
    /// Why these knobs cannot stand together, if they cannot.
    pub fn contradiction(&self) -> Option<&'static str> {
        let delayed = self.es_content == EsContent::Delayed;
        let rules: [(bool, &'static str); 9] = [
            (
                self.early != Early::No && delayed,
                "early conversion needs es_content=full, a delayed-only tree holds nothing to \
                 convert",
            ),
            (
                (self.es_version == es::Version::V3_8) != delayed,
                "es_version=v3.8 and es_content=delayed go together, that tree has no physical \
                 block",
            ),
            (
                self.ack != Ack::Converted && self.early == Early::No,
                "an acknowledgement in irq context needs early=dio, nothing else would tell \
                 readers",
            ),
            (
                self.ack == Ack::Irq && self.sync_by != SyncBy::Submitter,
                "a worker that syncs needs ack=converted or ack=sync_converted, the irq cannot \
                 acknowledge what has yet to be synced",
            ),
            (
                (self.sync_by == SyncBy::DioWorker) != (self.workers == Workers::RsvAndDio)
                    && self.sync_by != SyncBy::Submitter,
                "sync_by=dio_worker and workers=rsv_and_dio go together",
            ),
            (
                self.invalidate && self.workers != Workers::RsvAndDio,
                "invalidate needs workers=rsv_and_dio, an irq cannot drop pages",
            ),
            (self.worker_via_es && delayed, "worker_via_es needs es_content=full"),
            (self.dirty_bit != es::DirtyBit::No && delayed, "dirty_bit needs es_content=full"),
            (
                self.trunc == TruncWait::FlushDirty && self.dirty_bit == es::DirtyBit::No,
                "trunc=flush_dirty needs a dirty_bit",
            ),
        ];
        rules.iter().find(|(broken, _)| *broken).map(|(_, reason)| *reason)
    }
}

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.id())?;
        for (knob, value) in self.differences() {
            if value == "yes" {
                write!(f, " +{}", knob.id)?;
            } else {
                write!(f, " +{}={value}", knob.id)?;
            }
        }
        Ok(())
    }
}

/// `a, b and c`.
fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.collect();
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

/// Where `part`, a slice of `text`, begins.
fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}
