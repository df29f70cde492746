//! The state of the machine: a flat value that is copied freely and compared by its bytes.
//!
//! Nothing in it grows without end. There are no transaction ids, a finished IO leaves its slot,
//! and time and statistics are kept elsewhere.

mod fifo;
mod inode;
mod io;
mod journal;
mod marks;
mod media;
mod task;

pub use fifo::Fifo;
pub(in crate::kernel) use inode::within_unwritten;
pub use inode::{EsTree, IN_PLACE, Inode, Life, Mapping, NOBODY, Page};
pub use io::{Acked, Io, List, NO_IRQ, Stage};
pub use journal::Journal;
pub use marks::Marks;
pub use media::{Content, Half, Media};
pub(super) use task::SHRINKS;
pub use task::{FLUSHER, Frame, NO_PBLK, NOT_READ, On, Submitting, TASKS, Task};

use super::setup::{Budgets, Setup};
use crate::bounds::{INODES_MAX, IOS_MAX, PBLKS_MAX, THREADS_MAX, WORK_MAX};

/// Everything that a run changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Threads `0..THREADS_MAX`, then kworkers, then the flusher.
    pub tasks: [Task; TASKS],
    /// The write IOs; a slot is used again after its IO has ended.
    pub ios: [Io; IOS_MAX as usize],
    /// The inodes of the files, in the order of the setup.
    pub inodes: [Inode; INODES_MAX as usize],
    /// Completed IOs that wait for conversion, oldest first, of all inodes and all lists.
    /// [`Io::list`] says which list an IO is on.
    pub completed: Fifo<{ IOS_MAX as usize }>,
    /// Work queued on the conversion workqueue and not yet started (`ext4-dio-unwritten`, from
    /// v3.11 on `ext4-rsv-conversion`). An item is the IO that queued it.
    pub work: Fifo<{ WORK_MAX as usize }>,
    /// Work queued on `ext4-unrsv-conversion` (v3.11).
    pub unrsv_work: Fifo<{ WORK_MAX as usize }>,
    /// Work queued on `s_dio_done_wq` (v3.12), where each IO is an item.
    pub dio_work: Fifo<{ WORK_MAX as usize }>,
    /// Events of the AIO context that are not reaped yet: IOs, oldest first.
    pub events: Fifo<{ IOS_MAX as usize }>,
    /// The journal and its running transaction.
    pub journal: Journal,
    /// The content of each physical block.
    pub media: [Media; PBLKS_MAX as usize],
    /// How often the environment may still act.
    pub left: Budgets,
    /// Whether the power is on.
    pub power: Power,
    /// Promises broken so far: bit `n` is `Promise::ALL[n]`.
    pub broken: u16,
    /// The bound that was reached, if any. No step is possible after that.
    pub bound: Option<Bound>,
}

/// A bound that a run reached. The page explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// [`IOS_MAX`] direct IOs are in flight or unreaped.
    Ios,
    /// [`FRAMES_MAX`](crate::bounds::FRAMES_MAX) kernel functions are nested in one task.
    Frames,
    /// [`ES_EXTENTS_MAX`](crate::bounds::ES_EXTENTS_MAX) extents in one status tree.
    EsExtents,
    /// [`PBLKS_MAX`] physical blocks are allocated.
    Pblks,
}

/// Whether the power is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// The power is on.
    On,
    /// The power was cut; volatile data is lost.
    Cut,
    /// The journal was recovered and every file was read.
    Recovered,
}

impl State {
    /// The state at the start of every run of a setup.
    pub fn initial(setup: &Setup) -> State {
        let mut state = State {
            tasks: [Task::IDLE; TASKS],
            ios: [Io::FREE; IOS_MAX as usize],
            inodes: [Inode::empty(); INODES_MAX as usize],
            completed: Fifo::EMPTY,
            work: Fifo::EMPTY,
            unrsv_work: Fifo::EMPTY,
            dio_work: Fifo::EMPTY,
            events: Fifo::EMPTY,
            journal: Journal::EMPTY,
            media: [Media::STALE; PBLKS_MAX as usize],
            left: setup.budgets,
            power: Power::On,
            broken: 0,
            bound: None,
        };
        let mut pblk = 0;
        let cluster = (1_u8 << setup.cluster_bits()) - 1;
        for (ino, file) in (0..).zip(&setup.files) {
            let inode = &mut state.inodes[usize::from(ino)];
            let mut last = 0;
            pblk = (pblk + cluster) & !cluster;
            for extent in &file.extents {
                inode.splits |= 1 << extent.range.lblk;
                for lblk in extent.range.blocks() {
                    // A block stands in its physical cluster where it stands in its logical one.
                    if lblk > last | cluster {
                        pblk = (pblk + cluster) & !cluster;
                    }
                    pblk = pblk & !cluster | lblk & cluster;
                    last = lblk;
                    let mapping = if extent.written {
                        let content = Content::Initial { ino, lblk };
                        state.media[usize::from(pblk)] = Media { now: content, durable: content };
                        Mapping::Written(pblk)
                    } else {
                        Mapping::Unwritten(pblk)
                    };
                    inode.disk[usize::from(lblk)] = mapping;
                    pblk += 1;
                }
            }
            inode.committed = inode.disk;
            inode.splits = within_unwritten(&inode.disk, inode.splits);
            inode.size = file.blocks;
            inode.disksize = file.blocks;
            inode.committed_size = file.blocks;
        }
        state
    }

    /// Puts each thread that has finished its program back to its start, for programs that loop. A
    /// search cannot use this, because the counts of writes grow, up to 255 per block.
    pub fn begin_again(&mut self, setup: &Setup) {
        for (task, program) in self.tasks.iter_mut().zip(&setup.threads) {
            if usize::from(task.op) >= program.len() {
                *task = Task::at_op(0);
            }
        }
    }

    /// The indices of the kworkers' tasks.
    pub const fn kworkers() -> core::ops::Range<u8> {
        THREADS_MAX as u8..FLUSHER
    }

    /// IOs in use, as `(index, io)`.
    pub fn ios(&self) -> impl Iterator<Item = (u8, &Io)> {
        (0..).zip(&self.ios).filter(|(_, io)| io.stage != Stage::Free)
    }

    /// Number of pending conversions: IOs that are counted in an `i_unwritten`.
    pub fn pending_conversions(&self) -> u8 {
        self.inodes.iter().map(|inode| inode.i_unwritten).sum()
    }

    /// Number of submitted AIO writes that are not in the disk tree yet.
    pub fn pending_aio_conversions(&self) -> u8 {
        self.ios().filter(|(_, io)| io.aio && !io.waits && io.is_pending()).count() as u8
    }

    /// Number of used slots of the AIO context: IOs in flight, or completed and not reaped.
    pub fn slots_used(&self) -> u8 {
        self.ios().filter(|(_, io)| io.aio && io.ack != Acked::Reaped).count() as u8
    }

    /// The first block of a physical cluster that is free in the current and in the committed disk
    /// trees.
    pub fn free_pblk(&self, bits: u8) -> Option<u8> {
        let trees = self.inodes.iter().flat_map(|inode| inode.disk.iter().chain(&inode.committed));
        let used = trees.filter_map(|m| m.pblk()).map(|pblk| pblk >> bits);
        let used = used.fold(0_u64, |used, cluster| used | 1 << cluster);
        let pblk = (!used).trailing_zeros() << bits;
        (pblk < PBLKS_MAX).then_some(pblk as u8)
    }
}

impl Bound {
    /// All bounds, in the order of the enum.
    pub const ALL: [Bound; 4] = [Bound::Ios, Bound::Frames, Bound::EsExtents, Bound::Pblks];

    /// The name of the constant in [`crate::bounds`].
    pub const fn name(self) -> &'static str {
        match self {
            Bound::Ios => "IOS_MAX",
            Bound::Frames => "FRAMES_MAX",
            Bound::EsExtents => "ES_EXTENTS_MAX",
            Bound::Pblks => "PBLKS_MAX",
        }
    }
}
