//! The waits that cannot end before certain actors step.

use super::actors::Actors;
use super::choice::Actor;
use super::pc::Pc;
use super::places::{Places, inodes};
use super::plan::{irq_plan, worker_plan};
use super::state::{Frame, Io, List, NO_IRQ, NOBODY, On, Stage, Task};
use super::wait::Wait;
use crate::bounds::{INODES_MAX, KWORKERS_MAX, THREADS_MAX};

/// Some actors that do not step, and what waits for them.
pub(super) struct Waits<'a> {
    pub(super) places: Places<'a>,
    pub(super) still: Actors,
}

/// What stands still while some actors do not step, as bits: all that the futures of other actors
/// depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stills(u32);

/// The bits of [`Stills`]: for each file, whether its lock is held, and whether its direct IO does
/// not end; then the single ones; then one for each IO.
const LOCKED: u32 = 0;
const DIO_COUNT: u32 = INODES_MAX;
const HANDLES: u32 = 2 * INODES_MAX;
const DIO_WORK: u32 = HANDLES + 1;
const WORKER: u32 = HANDLES + 2;
const IRQS: u32 = HANDLES + 3;

impl Stills {
    /// Every actor may step.
    pub(super) const NONE: Stills = Stills(0);

    pub(super) const fn bits(self) -> u32 {
        self.0
    }

    /// The same for operations that do not reap events.
    #[must_use]
    pub(super) const fn without_irqs(self) -> Stills {
        Stills(self.0 & ((1 << IRQS) - 1))
    }

    const fn has(self, bit: u32) -> bool {
        self.0 & (1 << bit) != 0
    }

    /// Whether an inode's lock is held by an actor that does not step.
    pub(super) const fn is_locked(self, ino: u8) -> bool {
        self.has(LOCKED + ino as u32)
    }

    /// Whether the wait for a file's direct IO lasts.
    pub(super) const fn dio_lasts(self, ino: u8) -> bool {
        self.has(DIO_COUNT + ino as u32)
    }

    /// Whether no handle can be started, because the transaction is locked and not yet written. A
    /// reserved handle does not wait.
    pub(super) const fn handles_wait(self) -> bool {
        self.has(HANDLES)
    }

    /// Whether later items of `s_dio_done_wq` wait until the oldest one is taken.
    pub(super) const fn dio_work_waits(self) -> bool {
        self.has(DIO_WORK)
    }

    /// Whether nobody takes the IOs of an inode's list.
    pub(super) const fn worker_waits(self) -> bool {
        self.has(WORKER)
    }

    /// Whether an IO is not completed, as far as `getevents` has to know.
    pub(super) const fn irq_waits(self, io: u8) -> bool {
        self.has(IRQS + io as u32)
    }
}

impl Waits<'_> {
    /// What stands still.
    pub(super) fn stills(&self) -> Stills {
        if self.still == Actors::NONE {
            return Stills::NONE;
        }
        let Places { setup, state, facts, .. } = self.places;
        let still = |actor: Actor| self.still.has(actor);
        let mut bits = 0;
        let mut set = |bit: u32, on: bool| bits |= u32::from(on) << bit;
        for ino in inodes() {
            let holder = state.inodes[usize::from(ino)].i_mutex;
            set(LOCKED + u32::from(ino), holder != NOBODY && still(Actor::of_task(holder)));
            let lasts = facts.truncates[usize::from(ino)] && self.lasts(Wait::DioCount { ino });
            set(DIO_COUNT + u32::from(ino), lasts);
        }
        let reserved = setup.design.knobs.reservation;
        set(HANDLES, !reserved && state.journal.locked && still(Actor::Jbd2));
        let idle = |k: &u8| state.tasks[usize::from(THREADS_MAX as u8 + k)].depth() == 0;
        let mut idle = (1..KWORKERS_MAX as u8).filter(idle);
        set(DIO_WORK, facts.queue_is_dio && idle.any(|k| still(Actor::Kworker(k))));
        set(WORKER, !facts.flushes && still(Actor::Kworker(0)));
        if facts.getevents {
            for (io, at) in state.ios() {
                let waits = at.aio && at.stage == Stage::Submitted && still(Actor::Irq(io));
                set(IRQS + u32::from(io), waits);
            }
        }
        Stills(bits)
    }

    /// Whether a wait lasts while the actors in `still` do not step.
    pub(super) fn lasts(&self, wait: Wait) -> bool {
        let state = self.places.state;
        let still = |task: u8| self.still.has(Actor::of_task(task));
        let irq = |io: u8| self.still.has(Actor::Irq(io));
        match wait {
            Wait::Mutex { ino } => {
                let inode = &state.inodes[usize::from(ino)];
                let holds = |task: u8| inode.i_mutex == task || inode.shared & (1 << task) != 0;
                (0..state.tasks.len() as u8).any(|task| holds(task) && still(task))
            }
            Wait::DataSem { ino } => {
                let readers = state.inodes[usize::from(ino)].i_data_sem;
                (0..THREADS_MAX as u8).any(|t| readers & (1 << t) != 0 && still(t))
            }
            Wait::Bio { io } => irq(io),
            Wait::Ordered => {
                state.ios().any(|(io, at)| at.ordered && at.stage == Stage::Submitted && irq(io))
            }
            Wait::Transaction | Wait::Commit => self.still.has(Actor::Jbd2),
            Wait::Handles => {
                (0..).zip(&state.tasks).any(|(task, at): (u8, &Task)| at.handle && still(task))
            }
            Wait::Unwritten { ino } => {
                let mut counted = state.ios().filter(|(_, io)| io.ino == ino && io.counted);
                counted.any(|(io, at)| self.stays(io, at, Pc::Decrement))
            }
            Wait::DioCount { ino } => {
                let held = |(io, at): (u8, &Io)| {
                    let waits = at.waits && at.stage != Stage::Submitted;
                    let stays =
                        if waits { still(at.thread) } else { self.stays(io, at, Pc::DioDone) };
                    at.ino == ino && at.dio_held && stays
                };
                state.ios().any(held)
            }
            // These waits are not analysed.
            Wait::Slot
            | Wait::Event
            | Wait::IoEnds { .. }
            | Wait::Writeback { .. }
            | Wait::PageLock { .. }
            | Wait::FillLock { .. }
            | Wait::AioMutex { .. }
            | Wait::Throttle
            | Wait::Reserved => false,
        }
    }

    /// Whether a later part of an IO's completion needs a step of an actor in `still`.
    fn stays(&self, io: u8, at: &Io, part: Pc) -> bool {
        let knobs = &self.places.setup.design.knobs;
        let inside = |frame: &Frame| frame.pc.is_end_io() && frame.on == On::Io(io);
        let irq = self.still.has(Actor::Irq(io));
        if at.stage == Stage::Submitted {
            return irq;
        }
        if irq_plan(knobs, at).parts().contains(&part) {
            return at.irq != NO_IRQ && irq;
        }
        if !worker_plan(knobs, at).parts().contains(&part) {
            return false;
        }
        match at.stage {
            Stage::Completed => at.irq != NO_IRQ && irq,
            Stage::Listed => match at.list {
                List::Private { task, .. } => self.still.has(Actor::of_task(task)),
                List::Inode | List::Unrsv | List::Dio => false,
            },
            Stage::Converting => (0..).zip(&self.places.state.tasks).any(|(task, at)| {
                at.frames().iter().any(inside) && self.still.has(Actor::of_task(task))
            }),
            Stage::Free | Stage::Prepared | Stage::Submitted | Stage::Converted => false,
        }
    }
}
