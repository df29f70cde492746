//! The waits that cannot end before certain actors step.

use super::choice::Actor;
use super::future::Futures;
use super::pc::Pc;
use super::plan::{irq_plan, worker_plan};
use super::state::{Frame, Io, List, NO_IRQ, On, Stage, Task};
use super::wait::Wait;
use crate::bounds::THREADS_MAX;

impl Futures<'_> {
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
