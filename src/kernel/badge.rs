//! Badges: properties that the page shows and lists, although a design may break them on purpose.

use crate::bounds::{BLOCKS_MAX, PBLK_FIRST};
use crate::es::{self, Status};

use super::knobs::{Early, EsLock, Knobs};
use super::plan::irq_plan;
use super::setup::Setup;
use super::state::{Acked, Inode, Io, Mapping, State};

/// A property in which designs differ, but which no design promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Badge {
    /// The ES tree and the disk tree agree on every block, except delayed blocks.
    EsAgree,
    /// Where the ES tree and the disk tree differ, the entry is marked dirty.
    DirtyTracks,
    /// A mapped entry has the physical block that the disk tree has.
    EsPblk,
    /// No two neighbouring entries of the ES tree could be one entry.
    TreeMaxmerge,
    /// An AIO write is acknowledged only after its conversion on disk.
    CompleteAfterConvert,
    /// `i_dio_count` covers a direct IO until the IO can no longer change the trees.
    DioCount,
    /// PageWriteback is cleared only after the conversion on disk.
    WbAfterConvert,
    /// Nothing in irq context sleeps, or takes a lock that tasks hold with interrupts on.
    IrqSafe,
}

impl Badge {
    /// All badges, in the order in which they are listed.
    pub const ALL: [Badge; 8] = [
        Badge::EsAgree,
        Badge::DirtyTracks,
        Badge::EsPblk,
        Badge::TreeMaxmerge,
        Badge::CompleteAfterConvert,
        Badge::DioCount,
        Badge::WbAfterConvert,
        Badge::IrqSafe,
    ];

    /// The short name, as lists and links use it.
    pub const fn id(self) -> &'static str {
        match self {
            Badge::EsAgree => "ES-AGREE",
            Badge::DirtyTracks => "DIRTY-TRACKS",
            Badge::EsPblk => "ES-PBLK",
            Badge::TreeMaxmerge => "TREE-MAXMERGE",
            Badge::CompleteAfterConvert => "COMPLETE-AFTER-CONVERT",
            Badge::DioCount => "DIO-COUNT",
            Badge::WbAfterConvert => "WB-AFTER-CONVERT",
            Badge::IrqSafe => "IRQ-SAFE",
        }
    }

    /// The property as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Badge::EsAgree => "the ES tree and the disk tree agree on every block",
            Badge::DirtyTracks => "where the trees differ, the ES entry is marked dirty",
            Badge::EsPblk => "a mapped ES entry has the disk tree's physical block",
            Badge::TreeMaxmerge => "no two neighbouring ES entries could be one",
            Badge::CompleteAfterConvert => "AIO is acknowledged only after its disk conversion",
            Badge::DioCount => "i_dio_count covers a direct IO until its conversion is done",
            Badge::WbAfterConvert => "PageWriteback is cleared only after the disk conversion",
            Badge::IrqSafe => "nothing in irq context sleeps or can spin forever",
        }
    }

    /// Whether the property holds in the state. The last two badges depend only on the design's
    /// plans.
    pub fn holds(self, setup: &Setup, state: &State) -> bool {
        let knobs = &setup.design.knobs;
        let ios = || state.ios().map(|(_, io)| io);
        match self {
            Badge::EsAgree => every_entry(state, |_, entry, disk| agrees(entry, disk)),
            Badge::DirtyTracks => every_entry(state, |extent, entry, disk| {
                agrees(entry, disk) || extent.status.any(Status::DIRTY)
            }),
            Badge::EsPblk => {
                every_entry(state, |_, entry, disk| match (entry.pblk(), disk.pblk()) {
                    (Some(cached), on_disk) => Some(cached) == on_disk,
                    (None, _) => true,
                })
            }
            Badge::TreeMaxmerge => {
                let rules = knobs.es_version.rules().with_dirty_bit(knobs.dirty_bit);
                state.inodes.iter().all(|inode| inode.es.is_fully_merged(&rules))
            }
            Badge::CompleteAfterConvert => {
                ios().all(|io| io.writeback || io.ack == Acked::No || !io.is_pending())
            }
            Badge::DioCount => ios().all(|io| io.writeback || io.dio_held || !io.is_pending()),
            Badge::WbAfterConvert => {
                ios().all(|io| io.page_writeback || !io.is_pending() || io.aio)
            }
            Badge::IrqSafe => is_irq_safe(knobs),
        }
    }
}

/// Checks every cached block: its ES extent, its mapping by that extent, and its mapping on disk.
fn every_entry(state: &State, ok: impl Fn(es::Extent, Mapping, Mapping) -> bool) -> bool {
    let inode_ok = |inode: &Inode| {
        (0..BLOCKS_MAX).all(|lblk| match inode.es.peek(lblk) {
            Some(extent) => ok(extent, says(extent, lblk), inode.disk[lblk as usize]),
            None => true,
        })
    };
    state.inodes.iter().all(inode_ok)
}

/// The mapping that an entry gives to one of its blocks.
fn says(extent: es::Extent, lblk: u32) -> Mapping {
    let pblk = (extent.pblk.wrapping_sub(PBLK_FIRST) + u64::from(lblk - extent.lblk)) as u8;
    if extent.status.any(Status::WRITTEN) {
        Mapping::Written(pblk)
    } else if extent.status.any(Status::UNWRITTEN) {
        Mapping::Unwritten(pblk)
    } else {
        Mapping::Hole
    }
}

fn agrees(entry: Mapping, disk: Mapping) -> bool {
    core::mem::discriminant(&entry) == core::mem::discriminant(&disk)
}

/// One example of every kind of IO that a design completes.
fn kinds() -> impl Iterator<Item = Io> {
    (0..16_u8).map(|bits| Io {
        aio: bits & 1 != 0,
        waits: bits & 1 == 0,
        unwritten: bits & 2 != 0,
        sync: bits & 4 != 0,
        writeback: bits & 8 != 0,
        ..Io::FREE
    })
}

fn is_irq_safe(knobs: &Knobs) -> bool {
    let sleeps = |io: Io| irq_plan(knobs, &io).parts().iter().any(|part| part.info().sleeps);
    let spins = knobs.early != Early::No && knobs.es_lock == EsLock::Plain;
    !kinds().any(sleeps) && !spins
}
