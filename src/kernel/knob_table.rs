//! The knobs by name, for a script's `+name=value`, links and the page.

use crate::es;

use super::knobs::{
    Ack, Decrement, DelayLock, Early, EsContent, EsConvert, EsLock, EvictWait, Extends,
    FailedWriteback, FallocateWaits, FillLock, FsyncWait, Fua, InodeLock, Knobs, NolockRead,
    Ordered, Overwrites, Reservations, SizeUpdate, SyncBy, Throttle, TruncOrder, TruncWait,
    Unaligned, WbError, Workers, WritebackCleared,
};

/// One knob, as the page and the parser see it.
#[derive(Debug)]
pub struct KnobInfo {
    /// The name in `+name=value`.
    pub id: &'static str,
    /// The decision, as a short phrase.
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
        "shared" => NolockRead::Shared,
    ]),
    knob!("trunc", "what truncate waits for", trunc, [
        "both" => TruncWait::Both,
        "dio_and_writeback" => TruncWait::DioAndWriteback,
        "dio_count" => TruncWait::DioCount,
        "flush_dirty" => TruncWait::FlushDirty,
    ]),
    knob!("trunc_order", "when truncate sets the size", trunc_order, [
        "alloc_sem" => TruncOrder::AllocSem,
        "size_first" => TruncOrder::SizeFirst,
        "dio_first" => TruncOrder::DioFirst,
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
    knob!("fallocate_waits", "fallocate beside pending conversions", fallocate_waits, [
        "no" => FallocateWaits::No,
        "yes" => FallocateWaits::Yes,
        "splits" => FallocateWaits::Splits,
    ]),
    knob!("error_reported", "a failed conversion is the AIO's result", error_reported, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("complete_last", "an AIO is acknowledged last", complete_last, [
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
    knob!("convert_lock", "the worker takes i_mutex to convert", convert_lock, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("evict", "what keeps an inode while conversions are pending", evict, [
        "pinned" => EvictWait::Pinned,
        "io_end" => EvictWait::IoEnd,
        "writeback" => EvictWait::Writeback,
    ]),
    knob!("io_end_ref", "the irq keeps the io_end that it hands over", io_end_ref, [
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
    knob!("fill_lock", "who cannot fill the page cache during a punch", fill_lock, [
        "no" => FillLock::No,
        "faults" => FillLock::Faults,
        "reads" => FillLock::Reads,
    ]),
    knob!("unaligned", "direct writes of half blocks beside each other", unaligned, [
        "no" => Unaligned::No,
        "aio_mutex" => Unaligned::AioMutex,
        "unwritten_wait" => Unaligned::UnwrittenWait,
        "dio_wait" => Unaligned::DioWait,
    ]),
    knob!("fiemap_lock", "fiemap takes the lock of the inode's IO", fiemap_lock, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("fua", "O_DSYNC overwrites with FUA in place of a sync", fua, [
        "no" => Fua::No,
        "if_clean" => Fua::IfClean,
        "always" => Fua::Always,
    ]),
    knob!("range_datasync", "fdatasync commits a punch", range_datasync, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("zero_forgets", "zero range empties the inode's ES tree", zero_forgets, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("reservations", "what counts the reserved blocks", reservations, [
        "buffers" => Reservations::Buffers,
        "es_tree" => Reservations::EsTree,
    ]),
    knob!("delay_lock", "how a delayed write holds i_data_sem", delay_lock, [
        "shared" => DelayLock::Shared,
        "exclusive" => DelayLock::Exclusive,
    ]),
    knob!("failed_dio", "unwritten blocks after a direct write that failed", failed_dio, [
        "converts" => FailedWriteback::Converts,
        "stays_unwritten" => FailedWriteback::StaysUnwritten,
    ]),
    knob!("ordered", "the written blocks whose data a commit waits for", ordered, [
        "writeback_and_write" => Ordered::WritebackAndWrite,
        "write" => Ordered::Write,
        "all" => Ordered::All,
    ]),
    knob!("overwrites", "how nolock overwrites go on without i_mutex", overwrites, [
        "locked" => Overwrites::Locked,
        "shared_slot" => Overwrites::SharedSlot,
        "own_io_end" => Overwrites::OwnIoEnd,
    ]),
    knob!("move_check", "move_extents finds out that its lookup is stale", move_check, [
        "no" => false,
        "yes" => true,
    ]),
];
