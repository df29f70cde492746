//! The footprint of each place: the parts of a state that its step touches.
//!
//! A new place starts in the arm at the end that touches everything, so its steps are taken in all
//! orders. `tests/reduction.rs` checks every entry against the machine.

use super::footprint::{Footprint, Global, Of, Parts, Subject, WHOLE};
use super::pc::Pc;
use super::places::{Places, each};

impl Places<'_> {
    /// The footprint of the step at a place. For an irq handler's first step, it is the footprint
    /// of the first part of its plan; [`Places::bio`] is that of the bio itself.
    pub(super) fn at(&self, pc: Pc, on: &Subject) -> Footprint {
        if !self.facts.is_known {
            return Footprint::EVERYTHING;
        }
        let Subject { ino, blocks, media, io, .. } = *on;
        let of = |what| Parts::of(what, ino);
        let the = Parts::the;
        let none = Footprint::NONE;
        let lock = none.writes(of(Of::Lock));
        let calls = self.begins_call(ino, WHOLE);
        let begins = if on.begun { none } else { calls };
        // The read checks its promises only in its range.
        let reads = self.begins_call(ino, blocks);
        match pc {
            Pc::IoSubmit => self.submits(),
            Pc::WriteLock | Pc::OverwriteLock => {
                let shared = Parts::disk(ino, blocks) | of(Of::Size) | of(Of::DiskSize);
                let shared = if self.is_rwsem() { shared } else { Parts::NONE };
                let own = self.takes_slot() | self.looks_at_pages(ino, blocks);
                let own = if self.facts.unlocks { own | self.unlocks(on) } else { own };
                (lock | own).reads(shared)
            }
            Pc::WriteMap | Pc::OverwriteMap => self.submits_write(on),
            Pc::DioAwait => {
                let bio = io.map_or(Parts::NONE, Parts::bio);
                self.frees_slot().reads(bio).adds(of(Of::DioCount) | self.data_sem(ino))
            }
            Pc::SizeUpdate => self.updates_size(on),
            Pc::WriteUnlock => {
                lock | self.changes_pages(on) | self.acknowledges(on) | self.tells_event()
            }
            Pc::ReadPages => reads,
            Pc::ReadCheck => reads | self.maps_read(on).reads(of(Of::Unwritten) | of(Of::Lock)),
            Pc::ReadFlushLock | Pc::ReadFlushUnlock | Pc::ReadLock => reads | lock,
            Pc::ReadMap => reads | lock | self.maps_read(on),
            Pc::ReadDone => {
                let looks = Parts::media(media) | of(Of::Size) | the(Global::Must);
                none.reads(looks).adds(of(Of::DioCount))
            }
            Pc::ReadUnlock => lock,
            Pc::FsyncPages => calls,
            Pc::FsyncLock => begins | lock | self.hears_of_error(ino),
            Pc::FsyncCommit => begins | self.syncs(on) | self.asks_for_commit(on),
            Pc::FsyncCommitWait => self.syncs(on).reads(the(Global::Requested)),
            Pc::FlushTake => none.writes(the(Global::Completed)),
            Pc::FlushWait => none.reads(of(Of::Unwritten)),
            Pc::ConvertStart => self.handle().adds(the(Global::Handles)),
            Pc::ConvertMap => self.converts(on),
            Pc::WritebackSubmit => self.writes_back(on),
            Pc::WritebackWait => {
                self.looks_at_pages(ino, WHOLE) | self.hears_of_error(ino)
            }
            Pc::BufLock => lock,
            Pc::BufStart => {
                self.handle().adds(the(Global::Handles)) | self.looks_at_pages(ino, blocks)
            }
            Pc::BufCopy => self.copies(on),
            Pc::BufRead | Pc::BufReadDone => {
                let looks = Parts::media(media) | of(Of::Size) | the(Global::Must);
                let pages = none.writes(self.pages(ino, blocks));
                (reads | pages | self.looks_up(on)).reads(looks)
            }
            Pc::FallocLock | Pc::TruncLock => lock,
            // It may find no room.
            Pc::FallocMap if self.state.left.enospc > 0 => Footprint::EVERYTHING,
            Pc::FallocMap => {
                let step = lock | self.maps(on) | self.handle_for_tree(ino) | self.grows(on);
                if on.extends { step.adds(of(Of::DirtyTid)) } else { step }
            }
            Pc::TruncSize => {
                let sizes = of(Of::Size) | of(Of::DiskSize);
                let step = lock | self.forgets(ino) | self.handle_for_tree(ino);
                step.writes(sizes).adds(of(Of::DirtyTid))
            }
            // It decides whether readers without a lock take it.
            Pc::TruncDio => lock.reads(of(Of::DioCount)),
            Pc::TruncPages => self.changes_pages(on),
            Pc::TruncFree => {
                let looks = of(Of::Pending) | Parts::versions(ino, WHOLE) | of(Of::Size);
                let frees = self.frees_blocks(ino) | self.handle_for_tree(ino);
                (lock | frees | self.forgets(ino)).reads(looks).writes(of(Of::DiskSize))
            }
            Pc::Fiemap if self.setup.design.knobs.fiemap_lock => {
                self.reports(on).reads(of(Of::Lock))
            }
            Pc::Fiemap => self.reports(on),
            Pc::Seek => self.reports(on).reads(of(Of::Lock)),
            Pc::DropCaches => {
                let pages = none.writes(each(|ino| self.pages(ino, WHOLE)));
                pages | self.shrinks()
            }
            Pc::Shrink => self.shrinks(),
            Pc::PowerCut => none.reads(the(Global::Durable)),
            Pc::Getevents => self.reaps_any().reads(the(Global::Slots)),
            Pc::WorkTake => self.takes_work(Global::Work),
            Pc::UnrsvWorkTake => self.takes_work(Global::UnrsvWork),
            Pc::DioWorkTake => none.writes(the(Global::FirstDioWork)) | self.moves_dio_worker(),
            Pc::CommitLock => {
                let unasked = !on.now || !self.state.journal.requested;
                let dirty = each(|ino| Parts::of(Of::DirtyTid, ino) | Parts::of(Of::Clean, ino));
                let dirty = if unasked { dirty } else { Parts::NONE };
                none.writes(the(Global::Locked)).reads(the(Global::Requested) | dirty)
            }
            Pc::CommitWrite => self.commit(),
            Pc::BioDone => none.writes(io.map_or(Parts::NONE, Parts::bio)),
            Pc::EsConvert => self.es(ino, blocks).reads(Parts::media(media)),
            Pc::AddCompleteIo => {
                let queues = the(Global::Work) | the(Global::UnrsvWork);
                none.writes(the(Global::Completed) | queues)
            }
            // There are enough equivalent workers to take all queued items.
            Pc::QueueDioWork if self.facts.knows_dio_workers => {
                none.writes(the(Global::LastDioWork))
            }
            Pc::QueueDioWork => none,
            Pc::Decrement => none.adds(of(Of::Unwritten) | the(Global::Throttle)),
            Pc::DioDone => {
                let invalidates = self.setup.design.knobs.invalidate;
                let pages = if invalidates { self.changes_pages(on) } else { none };
                (pages | self.frees_slot()).adds(of(Of::DioCount))
            }
            Pc::AioComplete => self.tells_event(),
            Pc::EndWriteback => {
                let error = if self.facts.fails { of(Of::WbErr) } else { Parts::NONE };
                let credits = self.credits();
                self.changes_pages(on).writes(error | credits) | self.frees_slot()
            }
            Pc::Recover
            // Not steps: calls, returns and their successors.
            | Pc::Idle
            | Pc::WriteReturn
            | Pc::FlushRun
            | Pc::WorkRun
            | Pc::UnrsvWorkRun
            | Pc::EndIo
            | Pc::DioComplete
            | Pc::Convert
            // A call that begins a sync; the steps are those of fsync.
            | Pc::Sync
            // Places without an analysis; a new place can start here.
            | Pc::RangeRefuse
            | Pc::RangePages
            | Pc::RangeLock
            | Pc::RangeDio
            | Pc::RangeDrop
            | Pc::PunchFree
            | Pc::ZeroConvert
            | Pc::ShiftForget
            | Pc::CollapseShift
            | Pc::InsertShift
            | Pc::UnalignedLock
            | Pc::UnalignedWait
            | Pc::UnalignedDio
            | Pc::MmapFault
            | Pc::MmapRead
            | Pc::ReadHole
            | Pc::MoveLock
            | Pc::MoveDio
            | Pc::MoveMap
            | Pc::MoveSwap
            | Pc::MmapMkwrite
            | Pc::AioReturn
            | Pc::ConvertLock
            | Pc::Close
            | Pc::UnlinkLock
            | Pc::Unlink
            | Pc::EvictWait
            | Pc::EvictFree => Footprint::EVERYTHING,
        }
    }

    /// The completion of an IO's bio, with the first part of the plan that follows.
    pub(super) fn bio(&self, on: &Subject) -> Footprint {
        let Subject { ino, blocks, media, io, .. } = *on;
        let known = io.map(|io| self.state.ios[usize::from(io)].ordered);
        let ordered = on.writeback && known.unwrap_or(!self.setup.dioread_nolock());
        let ordered = if ordered { Parts::the(Global::Ordered) } else { Parts::NONE };
        let done = Footprint::NONE.writes(Parts::media(media)).adds(ordered);
        let content = match on.writeback {
            true => Footprint::NONE.reads(self.pages(ino, blocks)),
            false => Footprint::NONE.writes(Parts::versions(ino, blocks)),
        };
        let may_fail = self.state.left.eio > 0;
        let failure = Parts::the(Global::Eio) | io.map_or(Parts::NONE, Parts::failure);
        let pending = Parts::of(Of::Pending, ino);
        let failure = if may_fail { failure | pending } else { Parts::NONE };
        (done | content).writes(failure) | self.memory()
    }

    /// An allocation in irq context, which may fail.
    pub(super) fn memory(&self) -> Footprint {
        let may_fail = self.state.left.nomem > 0;
        let nomem = if may_fail { Parts::the(Global::Nomem) } else { Parts::NONE };
        Footprint::NONE.writes(nomem)
    }

    /// A worker of `s_dio_done_wq` takes an IO, or finishes one.
    pub(super) fn moves_dio_worker(&self) -> Footprint {
        let idle = Parts::the(Global::DioIdle);
        Footprint::NONE.writes(if self.facts.knows_dio_workers { idle } else { Parts::NONE })
    }

    /// A slot of the IO table is freed.
    pub(super) fn frees_slot(&self) -> Footprint {
        self.takes_slot()
    }
}
