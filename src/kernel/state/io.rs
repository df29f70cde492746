//! A write IO: its bio, its `io_end` and its iocb.

use super::super::range::Range;
use super::task::NO_PBLK;
use crate::bounds::BLOCKS_MAX;

/// No irq handler runs for the IO.
pub const NO_IRQ: u8 = u8::MAX;

/// A write IO, direct or writeback: its bio, its `io_end` and its iocb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Io {
    /// How far it is.
    pub stage: Stage,
    /// The file.
    pub ino: u8,
    /// First block.
    pub lblk: u8,
    /// Blocks.
    pub len: u8,
    /// Which write of the script (`Op::DioWrite::nr`).
    pub nr: u8,
    /// The thread that submitted it.
    pub thread: u8,
    /// An iocb waits for it.
    pub aio: bool,
    /// Its submitter waits for the bio: a synchronous write, or one beyond `i_size`.
    pub waits: bool,
    /// It makes the file longer: its submitter waits for the bio and updates the size.
    pub extends: bool,
    /// Writeback of dirty pages, not a direct write.
    pub writeback: bool,
    /// Its pages are under PageWriteback.
    pub page_writeback: bool,
    /// The commit of the running transaction waits for its data (`data=ordered`).
    pub ordered: bool,
    /// The device failed it.
    pub error: bool,
    /// Its conversion on disk has been done, or has failed.
    pub converted: bool,
    /// Its conversion on disk has failed.
    pub convert_failed: bool,
    /// Its sync returned an error, and so does the write.
    pub sync_failed: bool,
    /// O_DSYNC or O_SYNC.
    pub sync: bool,
    /// Some block was unwritten when it was mapped (`EXT4_IO_END_UNWRITTEN`).
    pub unwritten: bool,
    /// Counted in `i_unwritten`.
    pub counted: bool,
    /// Still counted in `i_dio_count`.
    pub dio_held: bool,
    /// Its `work_struct` is queued (`EXT4_IO_END_QUEUED`): it cannot be freed yet.
    pub queued: bool,
    /// Whether and how it was acknowledged.
    pub ack: Acked,
    /// On whose list it stands while [`Stage::Listed`].
    pub list: List,
    /// The irq handler: the position in the design's plan of completion, or [`NO_IRQ`].
    pub irq: u8,
    /// Physical block of each block of the range.
    pub pblk: [u8; BLOCKS_MAX as usize],
}

/// The life of a direct write, from the bio to the converted extent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The slot is empty.
    Free,
    /// The iocb has its slot; nothing is mapped yet.
    Prepared,
    /// The bio is on its way.
    Submitted,
    /// The data is on the device; the irq handler runs.
    Completed,
    /// On a list, waiting for conversion.
    Listed,
    /// Taken off a list; being converted.
    Converting,
    /// Converted on disk, or nothing was to convert.
    Converted,
}

/// What user space knows of an AIO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acked {
    /// Nothing yet.
    No,
    /// `aio_complete` was called: the event is in the ring.
    Event,
    /// A thread has reaped it, or the system call has returned.
    Reaped,
}

/// Whose list an IO stands on.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// `i_completed_io_list` of its inode, from v3.11 `i_rsv_conversion_list`.
    Inode,
    /// `i_unrsv_conversion_list` of its inode (v3.11).
    Unrsv,
    /// None: the IO is a work item of `s_dio_done_wq` (v3.12).
    Dio,
    /// The private list of a task (its index), in the flush at this stack depth.
    Private { task: u8, depth: u8 },
}

impl Io {
    pub(in crate::kernel) const FREE: Io = Io {
        stage: Stage::Free,
        ino: 0,
        lblk: 0,
        len: 0,
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
        unwritten: false,
        counted: false,
        dio_held: false,
        queued: false,
        ack: Acked::No,
        list: List::Inode,
        irq: NO_IRQ,
        pblk: [NO_PBLK; BLOCKS_MAX as usize],
    };

    /// Empties the slot once nothing refers to the IO any more.
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

    /// Whether its conversion on disk is still to come.
    pub fn is_pending(&self) -> bool {
        let on_its_way = !matches!(self.stage, Stage::Free | Stage::Prepared | Stage::Converted);
        on_its_way && self.unwritten && !self.converted
    }

    /// Whether its data or its conversion has failed.
    pub fn has_failed(&self) -> bool {
        self.error || self.convert_failed
    }

    /// The range.
    pub fn range(&self) -> Range {
        Range::new(self.lblk, self.len)
    }

    /// The blocks of the range.
    pub fn blocks(&self) -> core::ops::Range<u8> {
        self.lblk..self.lblk + self.len
    }
}
