//! The knobs: the decisions in which designs differ. `row.rs` sets them for each design and names
//! the kernel source or the patch that each design follows.

use crate::es;

/// The decisions of one design, one field per knob. [`KNOBS`](super::KNOBS) lists the same knobs
/// as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// The kernel version whose extent status tree the design uses.
    pub es_version: es::Version,
    /// What the ES tree holds.
    pub es_content: EsContent,
    /// Whether completion converts in the ES tree before anything else.
    pub early: Early,
    /// When an AIO write into unwritten blocks is acknowledged.
    pub ack: Ack,
    /// Which entries are marked as differing from the disk. The shrinker may free only entries
    /// without that mark.
    pub dirty_bit: es::DirtyBit,
    /// What fsync waits for in addition to page writeback.
    pub fsync: FsyncWait,
    /// Whether a dioread_nolock reader waits for pending conversions.
    pub nolock_read: NolockRead,
    /// What truncate waits for.
    pub trunc: TruncWait,
    /// When truncate sets the size, and which direct IO it waits for.
    pub trunc_order: TruncOrder,
    /// Who runs the fsync of an O_(D)SYNC AIO write.
    pub sync_by: SyncBy,
    /// When the worker decrements `i_unwritten`, if it also runs the fsync.
    pub decrement: Decrement,
    /// The workqueues that convert extents on disk.
    pub workers: Workers,
    /// The limit on outstanding conversions, in addition to the AIO slots.
    pub throttle: Throttle,
    /// When PageWriteback is cleared over unwritten blocks.
    pub writeback_cleared: WritebackCleared,
    /// The lock that orders IO on an inode.
    pub inode_lock: InodeLock,
    /// How preallocation is kept from disturbing concurrent conversions.
    pub fallocate_waits: FallocateWaits,
    /// A failed conversion becomes the result of its AIO.
    pub error_reported: bool,
    /// An AIO is acknowledged last, when its inode is no longer needed (v3.9).
    pub complete_last: bool,
    /// Whether the shrinker also frees delayed extents, which exist only in the ES tree.
    pub shrink_delayed: bool,
    /// Whether the worker looks into the ES tree before it converts on disk. An entry that is
    /// already written then hides the conversion on disk.
    pub worker_via_es: bool,
    /// Which version of the RFC's `ext4_es_convert_unwritten_extents`.
    pub es_convert: EsConvert,
    /// How tasks take `i_es_lock`. Early conversion takes the same lock in irq context.
    pub es_lock: EsLock,
    /// Whether writeback reserves the handle of its conversion when it starts (v3.11). A reserved
    /// handle joins even a locked transaction and never waits for room in one.
    pub reservation: bool,
    /// The size that an extending direct write exceeds. An extending write waits for its bio under
    /// the inode lock and then updates the size.
    pub extends: Extends,
    /// When an extending O_(D)SYNC direct write updates the size.
    pub size_update: SizeUpdate,
    /// Whether an extending direct write first puts the inode on the orphan list. Recovery then
    /// frees the blocks beyond the size that it finds on disk.
    pub orphan: bool,
    /// Whether an AIO write drops the clean pages of its range when its IO is done and before it is
    /// acknowledged (v5.5). A synchronous write drops them in all kernels.
    pub invalidate: bool,
    /// Whether adjacent unwritten extents merge into one extent of the disk tree. The conversion
    /// then converts the whole extent that it finds (v3.7 and v3.8; ec22ba8edb50 in v3.9 ends the
    /// merging).
    pub merge_unwritten: bool,
    /// Whether a worker takes `i_mutex` to convert (until v3.6; 28a535f9a0df removes it).
    pub convert_lock: bool,
    /// How an inode is kept in memory while its conversions are pending.
    pub evict: EvictWait,
    /// Whether the irq reads an `io_end` before it hands it to the worker (true in the RFC's rows
    /// too, although the RFC as posted reads `io_end->iocb` afterwards).
    pub io_end_ref: bool,
    /// Which calls report that writeback has failed.
    pub wb_error: WbError,
    /// What happens to unwritten blocks whose writeback has failed.
    pub failed_writeback: FailedWriteback,
    /// fdatasync commits the changes of punch and zero range (67a7d5f561f4, v4.12).
    pub range_datasync: bool,
    /// Whether zero range ends by removing all entries of the inode from the ES tree, delayed ones
    /// too (read in v3.18 and v4.0; neither v3.16 nor v4.2 does).
    pub zero_forgets: bool,
    /// The accesses that cannot fill the page cache while the blocks of a range are removed. If
    /// there are any, the task waits for direct IO before it drops the pages.
    pub fill_lock: FillLock,
    /// How direct writes of half blocks are kept from zeroing each other's halves of new and
    /// unwritten blocks.
    pub unaligned: Unaligned,
    /// Whether fiemap takes `i_rwsem` (151ff9325e5e, v6.16), so that it caches no extent of a tree
    /// that is being shifted.
    pub fiemap_lock: bool,
    /// Whether an O_DSYNC write over written blocks is sent with FUA and then not synced
    /// (`iomap_dio_can_use_fua`). It needs a device with FUA; the rows have one with only a
    /// volatile cache.
    pub fua: Fua,
    /// What counts the reserved blocks of an inode (`i_reserved_data_blocks`).
    pub reservations: Reservations,
    /// How a delayed write holds `i_data_sem` while it inserts its entry.
    pub delay_lock: DelayLock,
    /// What happens to unwritten blocks if the bio of an AIO write has failed (74c66bcb7eda, v4.6).
    pub failed_dio: FailedWriteback,
    /// The allocations of written blocks whose data a commit waits for (`data=ordered`).
    pub ordered: Ordered,
    /// How overwrites under dioread_nolock go on without `i_mutex`.
    pub overwrites: Overwrites,
    /// Whether move_extents, once it has the pages, finds out that its lookup is stale
    /// (`mext_check_coverage`; `i_es_seq` from v6.19 on).
    pub move_check: bool,
}

/// How overwrites under dioread_nolock go on without `i_mutex`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrites {
    /// They keep it (until v3.5).
    Locked,
    /// They drop it before they submit (4bd809dbbf17, v3.6), and put their io_end into the place in
    /// the inode at which the mapping of another write looks for its own (until v4.4).
    SharedSlot,
    /// They drop it, and each write brings its own io_end to its mapping (74dae4278546, v4.5).
    OwnIoEnd,
}

/// The allocations of written blocks whose data a commit waits for (`data=ordered`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// Those of writeback, and without delayed allocation those of write calls (until v3.7).
    WritebackAndWrite,
    /// Without delayed allocation, those of write calls (f3b59291a69d, v3.8).
    Write,
    /// All, also those of page faults (06bd3c36a733, v4.7).
    All,
}

/// What counts the reserved blocks of an inode (`i_reserved_data_blocks`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservations {
    /// The delayed buffers of dirty pages: a reservation is released where such a page is dropped,
    /// and used up where writeback gives it a block. Another call that gives the block its place
    /// uses up none (until v4.19).
    Buffers,
    /// The delayed entries of the ES tree: their removal releases reservations, and whoever
    /// allocates uses them up (8fcc3a580651 and b6bf9171ef5c, v4.20; c543e2429640, v6.12).
    EsTree,
}

/// How a delayed write holds `i_data_sem` while it inserts its entry into the ES tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelayLock {
    /// For reading, so that a reader that has found a hole may cache it over the new entry.
    Shared,
    /// For writing (acf795dc161f, v6.8).
    Exclusive,
}

/// When an O_DSYNC direct write over written blocks is sent with FUA and not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fua {
    /// Never: the device has no FUA.
    No,
    /// If the running transaction has no change of the inode that the data needs (without
    /// `IOMAP_F_DIRTY`, `ext4_inode_datasync_dirty`), as in ext4 from v5.5 on.
    IfClean,
    /// Even if it has.
    Always,
}

/// How direct writes of half blocks are kept from zeroing each other's halves of new and unwritten
/// blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unaligned {
    /// Not at all (until v2.6.37).
    No,
    /// An AIO write takes `ext4_aio_mutex` and waits until `i_unwritten` is 0 (e9e3bcecf44c,
    /// v2.6.38). A synchronous write does neither.
    AioMutex,
    /// An AIO write waits for the same under the inode's lock (v4.8 to v5.4).
    UnwrittenWait,
    /// The write takes `i_rwsem` exclusively, waits for direct IO and then for its own bio (v5.5;
    /// from v5.6 on a synchronous write too). From v6.5 on an overwrite of written blocks does
    /// neither (310ee0902b8d).
    DioWait,
}

/// The accesses that cannot fill the page cache while the blocks of a range are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillLock {
    /// No access is held back (until v4.4).
    No,
    /// Page faults (`i_mmap_sem`, ea3d7209ca01 in v4.5).
    Faults,
    /// Reads too (`invalidate_lock`, d4f5258eae7b in v5.15).
    Reads,
}

/// Which calls report that the writeback of a file has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WbError {
    /// The first call that waits for writeback while a page of the file is cached (`AS_EIO`, until
    /// v3.15).
    FlagIfCached,
    /// The first call that waits for writeback (865ffef3797d, v3.16).
    Flag,
    /// The first fsync of each open file (`errseq_t`, v4.13).
    Errseq,
}

/// How an inode is kept in memory while its conversions are pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvictWait {
    /// Each `io_end` holds a reference (until v2.6.37); the worker may drop the last one.
    Pinned,
    /// Eviction waits until `i_ioend_count` is 0 (f7ad6d2e9201, v2.6.38, to v3.10).
    IoEnd,
    /// Eviction waits only for PageWriteback (v3.11); a direct IO holds its open file.
    Writeback,
}

/// What happens to unwritten blocks whose writeback has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedWriteback {
    /// They are converted anyway (until v6.14).
    Converts,
    /// They stay unwritten (v6.15).
    StaysUnwritten,
}

/// What the ES tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EsContent {
    /// Delayed extents only (v3.8): direct IO adds nothing to the tree, and mapping reads the disk
    /// tree.
    Delayed,
    /// Every status with its physical block: mapping looks into the ES tree first.
    Full,
    /// Every status without a physical block: a written block is looked up on disk.
    Nopblk,
}

/// Early conversion in the ES tree, in irq context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// Only the worker converts.
    No,
    /// Completion of direct IO converts in the ES tree first.
    Dio,
    /// Completion of buffered writeback converts in the ES tree too, before it clears
    /// PageWriteback.
    DioAndBuffered,
}

/// When an AIO write into unwritten blocks is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// In irq context, immediately after the ES conversion.
    Irq,
    /// By the worker, after the disk conversion.
    Converted,
    /// O_(D)SYNC by the worker after conversion and sync, everything else in irq context.
    SyncConverted,
}

/// What fsync waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FsyncWait {
    /// Runs the completed list, then waits until `i_unwritten` is 0, under `i_mutex`.
    Unwritten,
    /// Page writeback only, without `i_mutex` (v3.11).
    Writeback,
    /// As `Unwritten`, except when it is called for O_SYNC AIO: then it does not wait.
    SkipForOsyncAio,
    /// Waits until `i_unwritten` is 0, without `i_mutex`, except in a worker.
    FlushDirty,
}

/// What a dioread_nolock reader does about pending conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NolockRead {
    /// If `i_unwritten` is not 0, the reader takes `i_mutex` and flushes.
    Waits,
    /// The reader maps without waiting.
    Goes,
    /// It takes `i_rwsem` shared and holds it until its data has arrived, as does every direct read
    /// with any mount options (v4.9, and iomap).
    Shared,
}

/// What truncate waits for, in addition to the pages of its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TruncWait {
    /// `i_dio_count` and `i_unwritten` (until v3.10).
    Both,
    /// `i_dio_count` and page writeback; both end only after the conversion (v3.11).
    DioAndWriteback,
    /// `i_dio_count` only: a conversion may be pending.
    DioCount,
    /// `i_dio_count`, and the conversions that the ES tree marks as pending.
    FlushDirty,
}

/// When truncate sets the size, and which direct IO it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TruncOrder {
    /// It takes `i_alloc_sem` before it sets the size (`notify_change`, until v3.0). A reader under
    /// dioread_nolock does not hold that lock.
    AllocSem,
    /// It sets the size and then waits for direct IO (1c9114f9c0f1, v3.7, to v5.2). Meanwhile
    /// readers under dioread_nolock take the inode's lock (1b65007e9870).
    SizeFirst,
    /// It waits for direct IO and then sets the size (b9c1c26739ec, v5.3, and v3.1 to v3.6). A
    /// reader that takes no lock may start in between.
    DioFirst,
}

/// Who runs the fsync of an O_(D)SYNC AIO write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncBy {
    /// The submitting task, after `-EIOCBQUEUED`.
    Submitter,
    /// The conversion worker, after the conversion.
    Worker,
    /// A separate work item for each direct IO (`s_dio_done_wq`, v3.12).
    DioWorker,
}

/// When the worker decrements `i_unwritten`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decrement {
    /// Before it calls fsync.
    BeforeSync,
    /// After fsync has returned: a single IO then deadlocks.
    AfterSync,
}

/// The workqueues that convert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// One workqueue, one item at a time: `ext4-dio-unwritten`.
    One,
    /// Two workqueues, each one item at a time: with and without reserved credits (v3.11).
    RsvAndUnrsv,
    /// One workqueue for writeback, one item at a time, and `s_dio_done_wq`, many items at a time
    /// (v3.12).
    RsvAndDio,
}

/// A limit on outstanding conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// No limit: submissions never wait for conversions.
    No,
    /// As many conversions as the AIO context has slots.
    Slots,
    /// At most one conversion is pending.
    One,
    /// At most two conversions are pending.
    Two,
    /// At most four conversions are pending.
    Four,
}

/// How preallocation, which may extend the extent that a write has split off, is kept from
/// disturbing the conversion of that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FallocateWaits {
    /// Not at all: `ext4_convert_unwritten_extents_endio` converts the whole extent that it finds
    /// (until v3.6).
    No,
    /// `fallocate` waits for pending conversions (60d4616f3dc6), and a conversion splits an extent
    /// that is larger than its range (dee1f973ca34; both v3.7).
    Yes,
    /// Only the split (from v3.9 on).
    Splits,
}

/// When PageWriteback is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WritebackCleared {
    /// In irq context, before the conversion.
    Irq,
    /// After the conversion on disk.
    Converted,
}

/// The size that an extending direct write exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extends {
    /// `i_size` (until v4.16): a write that ends between `i_disksize` and `i_size` updates neither.
    ISize,
    /// `i_disksize`, so that the size on disk grows too (45d8ec4d9fd5, v4.17).
    IDisksize,
}

/// When an extending direct write updates the size, if it is O_(D)SYNC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeUpdate {
    /// Before the sync, so that the sync covers the size (until v5.4, and from v6.7 on).
    BeforeSync,
    /// After the sync, which `iomap_dio_complete` runs under the lock (v5.5 to v6.6; fixed by
    /// 91562895f803).
    AfterSync,
}

/// The lock that orders IO on an inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InodeLock {
    /// `i_mutex`, which one task holds at a time.
    Mutex,
    /// `i_rwsem`, shared for reads and for overwrites of written blocks (v5.5).
    Rwsem,
}

/// Which version of the RFC's `ext4_es_convert_unwritten_extents`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EsConvert {
    /// The code of series v5, with its defects.
    Posted,
    /// The code without those defects.
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
    /// Whether the ES tree counts the reserved blocks. An older tree cannot.
    pub fn counts_in_tree(&self) -> bool {
        self.reservations == Reservations::EsTree && self.es_version >= es::Version::V3_19
    }

    /// The reason why these values exclude each other, or `None` if they do not.
    pub fn contradiction(&self) -> Option<&'static str> {
        let delayed = self.es_content == EsContent::Delayed;
        let rules: [(bool, &'static str); 11] = [
            (
                self.fua != Fua::No && self.inode_lock == InodeLock::Mutex,
                "fua needs inode_lock=i_rwsem, only iomap sends FUA",
            ),
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
