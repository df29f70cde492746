//! A write IO with its bio, its `io_end` and its iocb.

use super::super::range::{Cut, Range};
use super::task::NO_PBLK;
use crate::bounds::BLOCKS_MAX;

/// The value of [`Io::irq`] while no irq handler runs for the IO.
pub const NO_IRQ: u8 = u8::MAX;

/// A write IO, from direct IO or from writeback, with its bio, its `io_end` and its iocb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Io {
    /// The progress of the IO.
    pub stage: Stage,
    /// The index of the file.
    pub ino: u8,
    /// The first logical block that it writes.
    pub lblk: u8,
    /// The number of blocks that it writes.
    pub len: u8,
    /// The halves at its ends that it does not write.
    pub cut: Cut,
    /// Those of them that it fills with zeroes, because their blocks were new or unwritten when it
    /// was mapped (`dio_zero_block` in fs/direct-io.c v3.8, `iomap_dio_zero` in
    /// fs/iomap/direct-io.c v5.5).
    pub zeroes: Cut,
    /// The number of the write in the script (`Op::DioWrite::nr`).
    pub nr: u8,
    /// The thread that submitted the IO.
    pub thread: u8,
    /// True for AIO: an iocb waits for the IO.
    pub aio: bool,
    /// True if the submitter waits for the bio: a synchronous write, or one beyond `i_size`.
    pub waits: bool,
    /// True if the write extends the file: its submitter waits for the bio and updates the size.
    pub extends: bool,
    /// True for writeback of dirty pages, false for a direct write.
    pub writeback: bool,
    /// True while its pages are under PageWriteback.
    pub page_writeback: bool,
    /// True if the commit of the running transaction waits for the IO's data (`data=ordered`).
    pub ordered: bool,
    /// True if the device failed the bio.
    pub error: bool,
    /// True if the conversion on disk was done or has failed.
    pub converted: bool,
    /// True if the conversion on disk has failed.
    pub convert_failed: bool,
    /// True if the sync after the write returned an error, which the write then returns.
    pub sync_failed: bool,
    /// True for O_DSYNC or O_SYNC.
    pub sync: bool,
    /// True if the bio has REQ_FUA: its data is durable when it is done, and no sync follows.
    pub fua: bool,
    /// True if its submitter acknowledges it, because its bio was done at once, and only its
    /// conversion is left to the worker.
    pub told: bool,
    /// True if a block was unwritten when it was mapped (`EXT4_IO_END_UNWRITTEN`).
    pub unwritten: bool,
    /// True if the IO is counted in `i_unwritten`.
    pub counted: bool,
    /// True while the IO is counted in `i_dio_count`.
    pub dio_held: bool,
    /// True while its `work_struct` is queued (`EXT4_IO_END_QUEUED`), so that it cannot be freed.
    pub queued: bool,
    /// Whether and how the IO was acknowledged.
    pub ack: Acked,
    /// The list that holds the IO while it is [`Stage::Listed`].
    pub list: List,
    /// The irq handler's position in the plan, or [`NO_IRQ`].
    pub irq: u8,
    /// The physical block of each block of the range.
    pub pblk: [u8; BLOCKS_MAX as usize],
}

/// The progress of a write IO, from its slot to the converted extent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The slot is empty.
    Free,
    /// The iocb has a slot of the context; nothing is mapped yet.
    Prepared,
    /// The bio is in flight.
    Submitted,
    /// The data is on the device, and the irq handler runs.
    Completed,
    /// The IO is on a list and waits for conversion.
    Listed,
    /// The IO was taken off a list and is being converted.
    Converting,
    /// The IO was converted on disk, or needed no conversion.
    Converted,
}

/// What user space knows about a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acked {
    /// User space knows nothing yet.
    No,
    /// `aio_complete` was called: the event is in the ring.
    Event,
    /// A thread has reaped the event, or the system call has returned.
    Reaped,
}

/// The list that an IO is on.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// `i_completed_io_list` of its inode, from v3.11 `i_rsv_conversion_list`.
    Inode,
    /// `i_unrsv_conversion_list` of its inode (v3.11).
    Unrsv,
    /// No list: the IO is a work item of `s_dio_done_wq` (v3.12).
    Dio,
    /// The private list of a task (its index), in the flush at this stack depth.
    Private { task: u8, depth: u8 },
}

impl Io {
    /// A free slot of the table of IOs.
    pub const FREE: Io = Io {
        stage: Stage::Free,
        ino: 0,
        lblk: 0,
        len: 0,
        cut: Cut::NONE,
        zeroes: Cut::NONE,
        nr: 0,
        thread: 0,
        aio: false,
        waits: false,
        extends: false,
        writeback: false,
        page_writeback: false,
        ordered: false,
        error: false,
        converted: false,
        convert_failed: false,
        sync_failed: false,
        sync: false,
        fua: false,
        told: false,
        unwritten: false,
        counted: false,
        dio_held: false,
        queued: false,
        ack: Acked::No,
        list: List::Inode,
        irq: NO_IRQ,
        pblk: [NO_PBLK; BLOCKS_MAX as usize],
    };

    /// Frees the slot when nothing refers to the IO any more.
    pub fn free_if_done(&mut self) {
        let told = self.ack == Acked::Reaped || self.writeback && !self.page_writeback;
        if self.stage == Stage::Converted
            && told
            && !self.dio_held
            && !self.queued
            && self.irq == NO_IRQ
        {
            *self = Io::FREE;
        }
    }

    /// Whether the conversion on disk has not been done yet.
    pub fn is_pending(&self) -> bool {
        let on_its_way = !matches!(self.stage, Stage::Free | Stage::Prepared | Stage::Converted);
        // A direct write that failed has nothing to convert.
        let converts = self.unwritten && (self.writeback || !self.error);
        on_its_way && converts && !self.converted
    }

    /// Whether it has an `io_end` that a worker has not finished: writeback has one, and every IO
    /// that has to be converted.
    pub fn has_io_end(&self) -> bool {
        let on_its_way = !matches!(self.stage, Stage::Free | Stage::Prepared | Stage::Converted);
        on_its_way && !self.waits && (self.writeback || self.unwritten)
    }

    /// Whether the bio or the conversion has failed.
    pub fn has_failed(&self) -> bool {
        self.error || self.convert_failed
    }

    /// The range of blocks.
    pub fn range(&self) -> Range {
        Range { cut: self.cut, ..Range::new(self.lblk, self.len) }
    }

    /// The numbers of the blocks.
    pub fn blocks(&self) -> core::ops::Range<u8> {
        self.lblk..self.lblk + self.len
    }
}
