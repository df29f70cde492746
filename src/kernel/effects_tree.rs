//! Footprints in the trees of a file and in the journal.

use super::footprint::{ALL_MEDIA, Footprint, Global, Of, Parts, Subject, WHOLE};
use super::knobs::{EsContent, FallocateWaits, FsyncWait, Throttle, Workers};
use super::places::{Places, all_failures, each, edges, inodes, wide, within};
use super::state::{Mapping, Page};
use crate::bounds::BLOCKS_MAX;

impl Places<'_> {
    pub(super) fn credits(&self) -> Parts {
        if self.setup.journal > 0 { Parts::the(Global::Credits) } else { Parts::NONE }
    }

    /// A handle is started.
    pub(super) fn handle(&self) -> Footprint {
        let requested = if self.setup.journal > 0 {
            // Without room, the handle requests a commit.
            Parts::the(Global::Credits) | Parts::the(Global::Requested)
        } else {
            Parts::NONE
        };
        Footprint::NONE.reads(Parts::the(Global::Locked)).writes(requested)
    }

    /// A handle is started to change the disk tree.
    pub(super) fn handle_for_tree(&self, ino: u8) -> Footprint {
        self.handle().reads(self.data_sem(ino))
    }

    pub(super) fn data_sem(&self, ino: u8) -> Parts {
        if self.facts.data_sem { Parts::of(Of::DataSem, ino) } else { Parts::NONE }
    }

    /// The durable state, if the power may be cut.
    pub(super) fn durable(&self) -> Parts {
        if self.facts.crash { Parts::the(Global::Durable) } else { Parts::NONE }
    }

    /// The ES tree is read or changed. Which extents beside it merge depends on the order. From
    /// v3.19 on, each lookup marks the whole extent that it finds.
    pub(super) fn es(&self, ino: u8, blocks: u16) -> Footprint {
        let marks = self.setup.design.knobs.es_version.rules().referenced;
        let es = Parts::es(ino, if marks { WHOLE } else { wide(blocks) });
        Footprint::NONE.writes(if self.facts.es { es } else { Parts::NONE })
    }

    /// Blocks are looked up.
    pub(super) fn looks_up(&self, on: &Subject) -> Footprint {
        let Subject { ino, blocks, .. } = *on;
        let asks = self.setup.design.knobs.es_content != EsContent::Delayed;
        // A hole is cached to its full length.
        let looked = if on.holes && asks { WHOLE } else { blocks };
        let es = if asks { self.es(ino, looked) } else { Footprint::NONE };
        let splits = Parts::splits(ino, within(looked));
        es.reads(Parts::disk(ino, looked) | Parts::places(ino, blocks) | splits)
    }

    /// Blocks are mapped for a write: holes are allocated, unwritten extents are split.
    pub(super) fn maps(&self, on: &Subject) -> Footprint {
        let Subject { ino, blocks, .. } = *on;
        // An unwritten extent is split at both ends of the range, with the same result in any
        // order.
        let splits = Parts::splits(ino, edges(blocks));
        let mut maps = (self.looks_up(on) | self.es(ino, blocks)).adds(splits);
        if self.state.left.enospc > 0 {
            // A split needs room, which depends on the blocks beside it.
            let beside = Parts::disk(ino, wide(blocks)) | Parts::places(ino, wide(blocks));
            maps = maps.reads(beside | splits);
        }
        if self.setup.design.knobs.merge_unwritten {
            // fallocate merges extents.
            maps = maps.writes(splits);
        }
        if !on.holes {
            return maps;
        }
        let free = Parts::the(Global::Free) | Parts::media(self.free(on.now));
        let allocated = Parts::disk(ino, blocks) | Parts::places(ino, blocks);
        maps.writes(free | allocated).adds(Parts::of(Of::DirtyTid, ino))
    }

    pub(super) fn submits_write(&self, on: &Subject) -> Footprint {
        let Subject { ino, io, .. } = *on;
        let of = |what| Parts::of(what, ino);
        let counts = of(Of::DioCount) | of(Of::Unwritten) | of(Of::Pending) | self.data_sem(ino);
        let pages = self.looks_at_pages(ino, WHOLE) | self.changes_pages(on);
        let mut step = self.maps(on) | self.handle_for_tree(ino) | pages;
        step = step.adds(counts).writes(of(Of::Lock)).reads(of(Of::Size) | of(Of::DiskSize));
        if on.extends {
            step = step.writes(of(Of::DiskSize)).adds(of(Of::DirtyTid));
        }
        if self.facts.full_slots {
            // More conversions may be pending than there are slots.
            step = step.reads(each(|ino| Parts::of(Of::Pending, ino)));
        }
        if self.state.left.enospc > 0 {
            let failure = io.map_or(all_failures(), Parts::failure);
            step = step.writes(Parts::the(Global::Enospc) | failure);
        }
        if self.setup.design.knobs.throttle != Throttle::No {
            step = step.writes(Parts::the(Global::Throttle));
        }
        step
    }

    pub(super) fn updates_size(&self, on: &Subject) -> Footprint {
        let ino = on.ino;
        let sizes = Parts::of(Of::Size, ino) | Parts::of(Of::DiskSize, ino);
        let failed = match self.facts.fails {
            true => self.frees_blocks(ino).reads(all_failures()),
            false => Footprint::NONE,
        };
        let updates = self.handle_for_tree(ino) | failed | self.frees_slot();
        updates.writes(sizes).adds(Parts::of(Of::DirtyTid, ino) | Parts::of(Of::DioCount, ino))
    }

    pub(super) fn maps_read(&self, on: &Subject) -> Footprint {
        let of = |what| Parts::of(what, on.ino);
        self.looks_up(on).reads(of(Of::Size)).adds(of(Of::DioCount))
    }

    /// fsync requests a commit if there is something to commit, or flushes the device.
    pub(super) fn asks_for_commit(&self, on: &Subject) -> Footprint {
        let of = |what| Parts::of(what, on.ino);
        let waits = match self.setup.design.knobs.fsync {
            FsyncWait::FlushDirty => of(Of::Unwritten),
            FsyncWait::Unwritten | FsyncWait::Writeback | FsyncWait::SkipForOsyncAio => Parts::NONE,
        };
        let inode = &self.state.inodes[usize::from(on.ino)];
        // A dirty inode stays dirty until the commit.
        let dirty = if on.now && inode.dirty_tid { Parts::NONE } else { of(Of::DirtyTid) };
        let looks = dirty | of(Of::Clean) | waits;
        let asks = Footprint::NONE.reads(looks).adds(Parts::the(Global::Requested));
        asks | self.flushes_device()
    }

    pub(super) fn flushes_device(&self) -> Footprint {
        let media = if self.facts.crash { Parts::media(ALL_MEDIA) } else { Parts::NONE };
        Footprint::NONE.reads(media).writes(self.durable())
    }

    /// What an fsync touches when it returns: its promise, and the error that it reports.
    pub(super) fn syncs(&self, on: &Subject) -> Footprint {
        if self.facts.fails {
            // What was reported lost is owed no more: pages, trees and device say what that is.
            return Footprint::EVERYTHING;
        }
        let returns = self.hears_of_error(on.ino).reads(Parts::the(Global::Must));
        // From v6.7 on the sync is the last step of a direct write that its submitter syncs.
        let returns = match self.facts.write_syncs {
            true => returns | self.acknowledges(&Subject::whole(on.ino)),
            false => returns,
        };
        let locks = match self.setup.design.knobs.fsync {
            FsyncWait::Unwritten | FsyncWait::SkipForOsyncAio => Parts::of(Of::Lock, on.ino),
            FsyncWait::Writeback | FsyncWait::FlushDirty => Parts::NONE,
        };
        returns.writes(self.durable() | locks)
    }

    /// The conversion on disk; the extent may have grown since submission.
    pub(super) fn converts(&self, on: &Subject) -> Footprint {
        let Subject { ino, blocks, media, io, .. } = *on;
        let of = |what| Parts::of(what, ino);
        let knobs = &self.setup.design.knobs;
        let merged = knobs.fallocate_waits == FallocateWaits::No;
        let (blocks, media) = if merged { (WHOLE, ALL_MEDIA) } else { (blocks, media) };
        let adds = of(Of::DirtyTid) | Parts::the(Global::Handles) | of(Of::Pending);
        // From v3.11 on a write that waits for its bio drops `i_dio_count` here.
        let waits = io.is_none_or(|io| self.state.ios[usize::from(io)].waits);
        let drops = waits && knobs.workers != Workers::One;
        let adds = if drops { adds | of(Of::DioCount) } else { adds };
        let may_fail = self.state.left.enospc > 0;
        let failure = Parts::the(Global::Enospc) | io.map_or(all_failures(), Parts::failure);
        // The check of a failure depends on whether the write was acknowledged.
        let failure = failure | Parts::the(Global::FirstEvent) | Parts::the(Global::LastEvent);
        let failure = if may_fail { failure } else { Parts::NONE };
        let disk = Footprint::NONE.writes(Parts::disk(ino, blocks) | failure);
        let splits = Parts::splits(ino, edges(blocks));
        let looks = Parts::media(media) | self.data_sem(ino) | Parts::places(ino, blocks);
        let frees = if drops { self.frees_slot() } else { Footprint::NONE };
        let step = (disk | self.es(ino, blocks) | frees).reads(looks);
        // A written extent is not split any more; the same applies to the blocks beside it.
        if merged { step.writes(splits).adds(adds) } else { step.adds(adds | splits) }
    }

    pub(super) fn writes_back(&self, on: &Subject) -> Footprint {
        if self.state.left.enospc > 0 {
            // What finds no room is lost, and somebody may be told.
            return Footprint::EVERYTHING;
        }
        let ino = on.ino;
        let of = |what| Parts::of(what, ino);
        let pages = Footprint::NONE.writes(self.pages(ino, on.blocks));
        let adds = of(Of::Unwritten) | of(Of::Pending) | of(Of::DirtyTid);
        let ordered = !self.setup.dioread_nolock();
        let adds = if ordered { adds | Parts::the(Global::Ordered) } else { adds };
        let blocks = on.blocks & self.facts.pages[usize::from(ino)];
        let inode = &self.state.inodes[usize::from(ino)];
        let from = self.facts.frees_from[usize::from(ino)];
        let may_be_hole = |lblk: u8| {
            let at = usize::from(lblk);
            let now = !on.now || matches!(inode.pages[at], Page::Dirty(_));
            let hole = inode.disk[at] == Mapping::Hole || !on.now && lblk >= from;
            blocks & (1 << lblk) != 0 && now && hole
        };
        let holes = (0..BLOCKS_MAX as u8).any(may_be_hole);
        let media = if holes { on.media | self.free(on.now) } else { on.media };
        let on = Subject { blocks, holes, media, ..*on };
        let maps = self.maps(&on) | self.handle_for_tree(ino) | self.takes_slot();
        let step = (maps | pages).reads(of(Of::Size) | of(Of::DiskSize)).adds(adds);
        // The size on disk is updated if it is smaller.
        let behind = !on.now || inode.disksize != inode.size;
        let step = if behind { step.writes(of(Of::DiskSize)) } else { step };
        step.writes(self.credits())
    }

    pub(super) fn copies(&self, on: &Subject) -> Footprint {
        let Subject { ino, blocks, .. } = *on;
        let of = |what| Parts::of(what, ino);
        let data = Parts::versions(ino, blocks) | Parts::acked(ino, blocks);
        // From v3.19 on, a hole is cached to its full length.
        let old = self.setup.design.knobs.es_version < crate::es::Version::V3_19;
        let on = Subject { holes: on.holes && !old, ..*on };
        let step = self.looks_up(&on) | self.es(ino, blocks) | self.handle();
        let adds = of(Of::DirtyTid) | Parts::the(Global::Handles);
        let step = step | self.grows(&on);
        step.writes(data | of(Of::Lock) | self.pages(ino, blocks)).adds(adds)
    }

    /// A file may become longer.
    pub(super) fn grows(&self, on: &Subject) -> Footprint {
        let sizes = Parts::of(Of::Size, on.ino) | Parts::of(Of::DiskSize, on.ino);
        let looks = Footprint::NONE.reads(sizes);
        if on.extends { looks.writes(sizes) } else { looks }
    }

    /// The promises about the truncated blocks are dropped.
    pub(super) fn forgets(&self, ino: u8) -> Footprint {
        let promises = self.durable() | Parts::the(Global::Must);
        Footprint::NONE.writes(Parts::acked(ino, WHOLE) | promises)
    }

    pub(super) fn frees_blocks(&self, ino: u8) -> Footprint {
        let frees = Parts::tree(ino) | Parts::the(Global::Free);
        self.es(ino, WHOLE).writes(frees).adds(Parts::of(Of::DirtyTid, ino))
    }

    pub(super) fn reports(&self, on: &Subject) -> Footprint {
        let all = Subject { blocks: WHOLE, ..*on };
        let looks = Parts::of(Of::Size, on.ino) | self.pages(on.ino, WHOLE);
        (self.looks_up(&all) | self.es(on.ino, WHOLE)).reads(looks)
    }

    pub(super) fn shrinks(&self) -> Footprint {
        inodes().map(|ino| self.es(ino, WHOLE)).fold(Footprint::NONE, |all, one| all | one)
    }

    pub(super) fn takes_work(&self, queue: Global) -> Footprint {
        self.frees_slot().writes(Parts::the(queue) | Parts::the(Global::Completed))
    }

    pub(super) fn commit(&self) -> Footprint {
        let the = Parts::the;
        let trees = each(|ino| {
            let sizes = Parts::of(Of::Size, ino) | Parts::of(Of::DiskSize, ino);
            Parts::tree(ino) | sizes
        });
        let dirty = each(|ino| Parts::of(Of::DirtyTid, ino) | Parts::of(Of::Clean, ino));
        let looks = trees | the(Global::Handles);
        let journal = the(Global::Locked) | the(Global::Requested) | self.credits();
        let ends = self.durable() | the(Global::Ordered) | the(Global::Free);
        self.flushes_device().reads(looks).writes(journal | ends | dirty)
    }
}
