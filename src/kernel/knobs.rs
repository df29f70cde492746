//! The knobs: what a design decides. Knob numbers (K1 to K12) are those of the
//! design table in the thread's analysis: K2 early ES conversion, K3 when AIO is acknowledged, …

use crate::es;

/// What a design decides, one field for each knob. [`KNOBS`] lists the same knobs as a table.
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
    /// The shrinker takes delayed extents too, which nothing else remembers.
    pub shrink_delayed: bool,
    /// The worker asks the ES tree before it converts on disk (the shadowed conversion).
    pub worker_via_es: bool,
    /// Which text of `ext4_es_convert_unwritten_extents`.
    pub es_convert: EsConvert,
    /// How tasks take `i_es_lock`, which early conversion also takes in irq context.
    pub es_lock: EsLock,
    /// Writeback reserves the handle of its conversion when it starts (v3.11): that handle joins
    /// even a locked transaction and never waits for room in one.
    pub reservation: bool,
    /// What a direct write has to reach beyond to extend the file: then it waits for its bio, under
    /// the lock, and updates the size.
    pub extends: Extends,
    /// When a direct write that extends the file updates its size, where it also syncs.
    pub size_update: SizeUpdate,
    /// A direct write that extends the file puts the inode on the orphan list first, so that
    /// recovery cuts off what lies beyond the size that it finds.
    pub orphan: bool,
    /// When an AIO write is done, clean pages of its range that were read in the meantime are
    /// dropped, before anybody hears of it (v5.5; a synchronous write drops them in all kernels).
    pub invalidate: bool,
    /// Unwritten extents that touch are one extent of the disk tree, and the conversion takes the
    /// whole extent that it finds (v3.7 and v3.8; ec22ba8edb50 in v3.9 ends the merging).
    pub merge_unwritten: bool,
    /// Who is told that writeback has failed.
    pub wb_error: WbError,
    /// What becomes of unwritten blocks whose writeback has failed.
    pub failed_writeback: FailedWriteback,
}

/// Who is told that the writeback of a file has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WbError {
    /// The first call that waits for writeback while anything of the file is cached (`AS_EIO`,
    /// until v3.15).
    FlagIfCached,
    /// The first call that waits for writeback (865ffef3797d, v3.16).
    Flag,
    /// The first fsync of each open file (`errseq_t`, v4.13).
    Errseq,
}

/// What becomes of unwritten blocks whose writeback has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedWriteback {
    /// They are converted all the same (until v6.14).
    Converts,
    /// They stay unwritten (v6.15).
    StaysUnwritten,
}

/// K1: what the ES tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EsContent {
    /// Delayed extents only (v3.8): direct IO leaves the tree empty, mapping asks the disk tree.
    Delayed,
    /// Every status with its physical block: mapping asks the ES tree first.
    Full,
    /// Every status, no physical block: a written block has to be looked up on disk.
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

/// What a direct write has to reach beyond to extend the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extends {
    /// `i_size` (until v4.16): one that ends between `i_disksize` and `i_size` updates neither.
    ISize,
    /// `i_disksize` (45d8ec4d9fd5, v4.17).
    IDisksize,
}

/// When an extending direct write updates the size, if it is O_(D)SYNC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeUpdate {
    /// Before the sync, which so covers it (until v5.4, and from v6.7 on).
    BeforeSync,
    /// After the sync, which `iomap_dio_complete` runs under the lock (v5.5 to v6.6; mended by
    /// 91562895f803).
    AfterSync,
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
    /// With interrupts on: an irq on the same CPU may spin on it forever.
    Plain,
}

impl Knobs {
    /// Why these knobs cannot stand together, if they cannot.
    pub fn contradiction(&self) -> Option<&'static str> {
        let delayed = self.es_content == EsContent::Delayed;
        let rules: [(bool, &'static str); 10] = [
            (
                self.size_update == SizeUpdate::AfterSync
                    && matches!(self.fsync, FsyncWait::Unwritten | FsyncWait::SkipForOsyncAio),
                "size_update=after_sync needs fsync=writeback or fsync=flush_dirty, the sync runs \
                 under the lock that any other fsync takes",
            ),
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
                self.ack == Ack::SyncConverted && self.early == Early::No,
                "ack=sync_converted needs early=dio, nothing else would tell readers",
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
                self.invalidate
                    && (self.workers != Workers::RsvAndDio || self.ack != Ack::Converted),
                "invalidate needs workers=rsv_and_dio and ack=converted, an irq cannot drop pages",
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
    knob!("shrink_delayed", "the shrinker takes delayed extents too", shrink_delayed, [
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
    knob!("extends", "what a direct write reaches beyond to extend the file", extends, [
        "i_size" => Extends::ISize,
        "i_disksize" => Extends::IDisksize,
    ]),
    knob!("size_update", "when an extending O_SYNC write updates the size", size_update, [
        "before_sync" => SizeUpdate::BeforeSync,
        "after_sync" => SizeUpdate::AfterSync,
    ]),
    knob!("orphan", "an extending direct write is on the orphan list", orphan, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("reservation", "writeback reserves the handle of its conversion", reservation, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("merge_unwritten", "preallocation grows unwritten extents on disk", merge_unwritten, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("wb_error", "who is told that writeback has failed", wb_error, [
        "flag_if_cached" => WbError::FlagIfCached,
        "flag" => WbError::Flag,
        "errseq" => WbError::Errseq,
    ]),
    knob!("failed_writeback", "unwritten blocks whose writeback has failed", failed_writeback, [
        "converts" => FailedWriteback::Converts,
        "stays_unwritten" => FailedWriteback::StaysUnwritten,
    ]),
];
