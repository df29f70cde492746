//! Footprints in the AIO context and in the page cache.

use super::footprint::{Footprint, Global, Of, Parts, Subject, WHOLE};
use super::knobs::{InodeLock, Throttle};
use super::pc::Pc;
use super::places::{Places, all_failures, inodes};
use super::state::Page;
use crate::bounds::BLOCKS_MAX;

impl Places<'_> {
    /// A write is acknowledged to user space.
    pub(super) fn acknowledges(&self, on: &Subject) -> Footprint {
        let Subject { ino, blocks, media, io, sync, .. } = *on;
        let failure = match io {
            _ if !self.facts.fails && !self.facts.cached => Parts::NONE,
            Some(io) => Parts::failure(io),
            None => all_failures(),
        };
        // What lies beyond the end of the file is not acknowledged.
        let looks = Parts::media(media) | Parts::places(ino, blocks) | Parts::of(Of::Size, ino);
        let looks = looks | failure;
        let durable = if sync { self.durable() } else { Parts::NONE };
        self.frees_slot().reads(looks).writes(Parts::acked(ino, blocks) | durable)
    }

    /// An overwrite drops `i_mutex` again, and holds `i_data_sem` from then on.
    pub(super) fn unlocks(&self, on: &Subject) -> Footprint {
        let of = |what| Parts::of(what, on.ino);
        let looks = Parts::disk(on.ino, on.blocks) | of(Of::Size);
        let pages = self.looks_at_pages(on.ino, WHOLE);
        pages.reads(looks).adds(of(Of::DioCount) | self.data_sem(on.ino))
    }

    /// An event of any IO is taken from the ring.
    pub(super) fn reaps(&self, of: &Footprint, now: bool) -> Footprint {
        // The next steps wait for an event, which comes only after another step adds one.
        let looks = if now { self.state.events.is_empty() } else { !self.told };
        let last = match looks {
            true => Parts::the(Global::LastEvent),
            false => Parts::NONE,
        };
        let first = Parts::the(Global::FirstEvent);
        (*of).reads(last).writes(first).adds(Parts::the(Global::Slots))
    }

    /// An event goes into the ring.
    pub(super) fn tells_event(&self) -> Footprint {
        let last = Parts::the(Global::LastEvent);
        Footprint::NONE.writes(if self.facts.reaps { last } else { Parts::NONE })
    }

    /// An event is reaped, or an operation that may reap it continues; the oldest event belongs to
    /// `io`.
    pub(super) fn reaps_first(&self, pc: Pc, io: u8) -> Footprint {
        let slots = Footprint::NONE.reads(Parts::the(Global::Slots));
        let reaps = self.reaps(&self.acknowledges(&Subject::of_io(self.state, io)), true);
        match pc {
            Pc::IoSubmit if self.facts.full_slots => self.submits_at_least() | reaps | slots,
            Pc::IoSubmit => self.submits(),
            _ => reaps | slots,
        }
    }

    /// A task that finds no event may have to wait for one; a submission waits only if slots are
    /// short.
    pub(super) fn waits_for_event(&self, pc: Pc) -> Footprint {
        let waits = pc != Pc::IoSubmit || self.facts.full_slots;
        let last = Parts::the(Global::LastEvent);
        Footprint::NONE.reads(if waits { last } else { Parts::NONE })
    }

    /// A task waits for events, and reaps some.
    pub(super) fn getevents(&self, acknowledges: &Footprint) -> Footprint {
        self.reaps(acknowledges, false).reads(Parts::the(Global::Slots))
    }

    pub(super) fn reaps_any(&self) -> Footprint {
        let any = inodes().map(|ino| self.acknowledges(&Subject::whole(ino)));
        self.reaps(&any.fold(Footprint::NONE, |all, one| all | one), false)
    }

    pub(super) fn submits(&self) -> Footprint {
        let slots = Parts::the(Global::Slots);
        let submits = self.submits_at_least();
        if self.facts.full_slots { submits.reads(slots) | self.reaps_any() } else { submits }
    }

    pub(super) fn submits_at_least(&self) -> Footprint {
        let slots = Parts::the(Global::Slots);
        let throttled = self.setup.design.knobs.throttle != Throttle::No;
        let throttle = Parts::the(Global::Throttle);
        let throttle = if throttled { throttle } else { Parts::NONE };
        self.takes_slot().adds(slots).writes(throttle)
    }

    pub(super) fn takes_slot(&self) -> Footprint {
        let room = Parts::the(Global::Room);
        Footprint::NONE.writes(if self.facts.full_table { room } else { Parts::NONE })
    }

    pub(super) fn is_rwsem(&self) -> bool {
        self.setup.design.knobs.inode_lock == InodeLock::Rwsem
    }

    /// A call records the writes that were acknowledged when it began.
    pub(super) fn begins_call(&self, ino: u8, blocks: u16) -> Footprint {
        let looks = Parts::acked(ino, blocks) | Parts::the(Global::Must);
        Footprint::NONE.reads(looks) | self.looks_at_pages(ino, WHOLE)
    }

    pub(super) fn looks_at_pages(&self, ino: u8, blocks: u16) -> Footprint {
        let looks = self.pages(ino, blocks) | Parts::of(Of::WbErr, ino);
        Footprint::NONE.reads(if self.facts.cached { looks } else { Parts::NONE })
    }

    pub(super) fn pages(&self, ino: u8, blocks: u16) -> Parts {
        Parts::pages(ino, blocks & self.facts.pages[usize::from(ino)])
    }

    /// Cached pages change or are dropped.
    pub(super) fn changes_pages(&self, on: &Subject) -> Footprint {
        if !self.facts.cached {
            return Footprint::NONE;
        }
        let inode = &self.state.inodes[usize::from(on.ino)];
        let cached = |lblk: &u8| inode.pages[usize::from(*lblk)] != Page::Absent;
        let cached = (0..BLOCKS_MAX as u8).filter(cached).fold(0, |all, lblk| all | 1 << lblk);
        let changed = if on.now { on.blocks & cached } else { on.blocks };
        let looks = Footprint::NONE.reads(self.pages(on.ino, on.blocks));
        looks.writes(self.pages(on.ino, changed))
    }

    /// A writeback error is reported to the first call that checks.
    pub(super) fn hears_of_error(&self, ino: u8) -> Footprint {
        if !self.facts.cached || !self.facts.fails {
            return Footprint::NONE;
        }
        self.looks_at_pages(ino, WHOLE).writes(Parts::of(Of::WbErr, ino) | all_failures())
    }
}
