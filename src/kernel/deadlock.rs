//! The actors that can end a wait, and the cycles in which no actor can.

use super::aio_mutex::aio_mutex_holder;
use super::choice::{ACTORS, Actor};
use super::fill::fill_lock_holder;
use super::next::{Next, enabled_among, is_environment, next_of_all};
use super::pc::Pc;
use super::plan::irq_plan;
use super::setup::Setup;
use super::state::{Acked, Frame, Io, List, NO_IRQ, On, Power, Stage, State, Task};
use super::wait::Wait;
use crate::bounds::THREADS_MAX;

/// One way to satisfy a wait: the actor that can do it, and the IO concerned, if the wait is for
/// IOs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Giver {
    /// The IO through which the actor satisfies the wait.
    pub io: Option<u8>,
    /// The actor that can satisfy the wait.
    pub actor: Actor,
}

/// One edge of a wait-for cycle: `waiter` waits for `wait`, which only `giver` can satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The actor that waits.
    pub waiter: Actor,
    /// The thing that it waits for.
    pub wait: Wait,
    /// The actor that can satisfy the wait, and the waiter of the next link.
    pub giver: Giver,
}

/// The actors that can satisfy a wait. Every entry of the outer list has to happen; each entry
/// lists the actors that can make it happen. If an entry is empty, no actor can.
pub fn needs(setup: &Setup, state: &State, wait: Wait) -> Vec<Vec<Giver>> {
    let nexts = next_of_all(setup, state);
    let mut needs = Vec::new();
    Givers { setup, state, nexts: &nexts, hear: &mut needs }.of(wait);
    needs
}

/// Receives the needs of a wait, one after the other.
trait Hear {
    /// Something has to happen. The following calls of `giver` name the actors that can make it
    /// happen.
    fn need(&mut self);
    /// This actor can satisfy the current need.
    fn giver(&mut self, giver: Giver);
}

/// Collects all needs, for the views.
impl Hear for Vec<Vec<Giver>> {
    fn need(&mut self) {
        self.push(Vec::new());
    }

    fn giver(&mut self, giver: Giver) {
        if let Some(givers) = self.last_mut() {
            givers.push(giver);
        }
    }
}

/// Determines only whether a wait has a need that no actor outside a set can satisfy. A search asks
/// this in every state in which an actor waits, so it allocates nothing.
struct Hopeless {
    /// The actors of the set, as bits by their positions.
    set: u32,
    /// True if a completed need was found that only members of the set can satisfy.
    found: bool,
    /// True if all givers of the current need so far are in the set.
    latest: bool,
}

impl Hear for Hopeless {
    fn need(&mut self) {
        self.found |= self.latest;
        self.latest = true;
    }

    fn giver(&mut self, giver: Giver) {
        self.latest &= self.set & bit(giver.actor) != 0;
    }
}

fn bit(actor: Actor) -> u32 {
    1 << actor.position()
}

/// Finds the actors that can satisfy the needs of a wait, and reports them.
struct Givers<'a, H> {
    setup: &'a Setup,
    state: &'a State,
    /// The next step of every actor.
    nexts: &'a [Next; ACTORS],
    hear: &'a mut H,
}

impl<H: Hear> Givers<'_, H> {
    fn of(&mut self, wait: Wait) {
        let state = self.state;
        match wait {
            Wait::Mutex { ino } => {
                let inode = &state.inodes[usize::from(ino)];
                let holds = |t: &u8| inode.i_mutex == *t || inode.shared & (1 << t) != 0;
                let holders = (0..state.tasks.len() as u8).filter(holds);
                holders.for_each(|t| self.one(None, Actor::of_task(t)));
            }
            Wait::AioMutex { ino } => {
                let holder = aio_mutex_holder(self.setup, state, ino);
                holder.into_iter().for_each(|holder| self.one(None, holder));
            }
            Wait::FillLock { ino } => {
                let holder = fill_lock_holder(state, ino);
                holder.into_iter().for_each(|holder| self.one(None, holder));
            }
            Wait::DataSem { ino } => {
                let readers = state.inodes[usize::from(ino)].i_data_sem;
                let readers = (0..THREADS_MAX as u8).filter(|t| readers & (1 << t) != 0);
                readers.for_each(|t| self.one(None, Actor::Thread(t)));
            }
            Wait::Unwritten { ino } => {
                let counted = state.ios().filter(|(_, io)| io.ino == ino && io.counted);
                counted.for_each(|(io, _)| self.need_of(io, Self::converters));
            }
            Wait::IoEnds { ino } => {
                let kept = state.ios().filter(|(_, io)| io.ino == ino && io.has_io_end());
                kept.for_each(|(io, _)| self.need_of(io, Self::converters));
            }
            Wait::DioCount { ino } => {
                let held = state.ios().filter(|(_, io)| io.ino == ino && io.dio_held);
                held.for_each(|(io, _)| self.need_of(io, Self::dio_droppers));
                self.readers(ino);
            }
            Wait::Writeback { ino } => {
                let written = state.ios().filter(|(_, io)| io.ino == ino && io.page_writeback);
                written.for_each(|(io, _)| {
                    self.need_of(io, |all, io| all.finishers(io, Pc::EndWriteback));
                });
            }
            Wait::PageLock { ino } => {
                let reads = |task: &Task| {
                    let top = task.top();
                    top.is_some_and(|frame| {
                        let reads =
                            matches!(frame.pc, Pc::ReadHole | Pc::BufReadDone | Pc::MmapRead);
                        reads && frame.on == On::Inode(ino)
                    })
                };
                let readers = (0..).zip(&state.tasks).filter(|(_, task)| reads(task));
                readers.for_each(|(t, _)| self.one(None, Actor::of_task(t)));
            }
            Wait::Ordered => {
                let ordered = |io: &Io| io.ordered && io.stage == Stage::Submitted;
                let ordered = state.ios().filter(|(_, io)| ordered(io));
                ordered.for_each(|(io, _)| self.one(Some(io), Actor::Irq(io)));
            }
            Wait::Throttle => {
                self.hear.need();
                let counted = state.ios().filter(|(_, io)| io.aio);
                counted.for_each(|(io, _)| self.converters(io));
            }
            Wait::Bio { io } => self.one(Some(io), Actor::Irq(io)),
            Wait::Slot | Wait::Event => {
                // One event of any IO is enough, including an IO that is not submitted yet.
                self.hear.need();
                let pending = state.ios().filter(|(_, io)| io.aio && io.ack == Acked::No);
                pending.for_each(|(io, at)| match at.told {
                    // Its submitter acknowledges it when the call returns.
                    true => self.by(io, Actor::Thread(at.thread)),
                    false => self.finishers(io, Pc::AioComplete),
                });
                self.submitters();
            }
            Wait::Reserved => {
                self.hear.need();
                let reserved = |io: &Io| io.writeback && io.unwritten && !io.converted;
                let reserved = state.ios().filter(|(_, io)| reserved(io));
                reserved.for_each(|(io, _)| self.converters(io));
            }
            Wait::Transaction | Wait::Commit => self.one(None, Actor::Jbd2),
            Wait::Handles => {
                let holders = (0..).zip(&state.tasks).filter(|(_, task)| task.handle);
                holders.for_each(|(t, _)| self.one(None, Actor::of_task(t)));
            }
        }
    }

    /// A need that only one actor can satisfy.
    fn one(&mut self, io: Option<u8>, actor: Actor) {
        self.hear.need();
        self.hear.giver(Giver { io, actor });
    }

    /// A need that concerns one IO.
    fn need_of(&mut self, io: u8, givers: impl Fn(&mut Self, u8)) {
        self.hear.need();
        givers(self, io);
    }

    /// Reports the threads that still have an AIO write to submit.
    fn submitters(&mut self) {
        for (t, program) in (0..).zip(&self.setup.threads) {
            let mut left = program.iter().skip(usize::from(self.state.tasks[usize::from(t)].op));
            if left.any(|op| op.submits_aio()) {
                self.hear.giver(Giver { io: None, actor: Actor::Thread(t) });
            }
        }
    }

    /// Reports the actors that can bring an IO to the given part: its acknowledgement, its drop of
    /// `i_dio_count`, or the end of PageWriteback. That is the irq handler if its plan still has
    /// that part, and otherwise each actor that can convert the IO.
    fn finishers(&mut self, index: u8, part: Pc) {
        let io = &self.state.ios[usize::from(index)];
        let is_ahead = io.irq != NO_IRQ && {
            let plan = irq_plan(&self.setup.design.knobs, io);
            plan.parts().iter().skip(usize::from(io.irq)).any(|pc| *pc == part)
        };
        if is_ahead || io.stage == Stage::Submitted {
            self.hear.giver(Giver { io: Some(index), actor: Actor::Irq(index) });
        }
        self.converters(index);
    }

    /// Reports the actors that can drop an IO's share of `i_dio_count`.
    fn dio_droppers(&mut self, index: u8) {
        let io = &self.state.ios[usize::from(index)];
        if !io.waits || io.stage == Stage::Submitted {
            return self.finishers(index, Pc::DioDone);
        }
        self.hear.giver(Giver { io: Some(index), actor: Actor::Thread(io.thread) });
    }

    /// Reports the threads inside a direct read of an inode; each of them has to leave it.
    fn readers(&mut self, ino: u8) {
        for (t, task) in (0..).zip(&self.state.tasks) {
            let op = task.current(self.setup, t);
            let reads = op.is_some_and(|op| op.ino() == ino)
                && task.frames().iter().any(|frame| frame.pc == Pc::ReadDone);
            if reads {
                self.one(None, Actor::of_task(t));
            }
        }
    }

    /// Reports the actors that can convert an IO.
    fn converters(&mut self, index: u8) {
        let io = &self.state.ios[usize::from(index)];
        match io.stage {
            Stage::Free | Stage::Converted => {}
            Stage::Prepared => self.by(index, Actor::Thread(io.thread)),
            Stage::Submitted | Stage::Completed => self.by(index, Actor::Irq(index)),
            Stage::Listed => match io.list {
                List::Private { task, .. } => self.by(index, Actor::of_task(task)),
                List::Dio => {
                    (1..self.setup.kworkers()).for_each(|k| self.by(index, Actor::Kworker(k)));
                }
                List::Unrsv => self.by(index, Actor::Kworker(1)),
                List::Inode => {
                    // The worker can, and so can any task that will flush this inode's list.
                    self.by(index, Actor::Kworker(0));
                    let pcs = [Pc::FlushTake, Pc::FsyncLock, Pc::ReadFlushLock];
                    self.inside(index, |frame| {
                        frame.on == On::Inode(io.ino) && pcs.contains(&frame.pc)
                    });
                }
            },
            Stage::Converting => {
                if !self.inside(index, |frame| frame.pc.is_end_io() && frame.on == On::Io(index)) {
                    self.by(index, Actor::Thread(io.thread));
                }
            }
        }
    }

    /// Reports the tasks that are inside a function, for an IO. Returns false if there are none.
    fn inside(&mut self, io: u8, function: impl Fn(&Frame) -> bool) -> bool {
        let mut any = false;
        for (t, task) in (0..).zip(&self.state.tasks) {
            if task.frames().iter().any(&function) {
                self.by(io, Actor::of_task(t));
                any = true;
            }
        }
        any
    }

    /// Reports an actor, for an IO, unless the actor has nothing to do.
    fn by(&mut self, io: u8, actor: Actor) {
        if self.nexts[usize::from(actor.position())] != Next::Done {
            self.hear.giver(Giver { io: Some(io), actor });
        }
    }
}

/// Whether only the environment can move although an actor still has something to do.
pub fn is_stuck(setup: &Setup, state: &State) -> bool {
    if state.power != Power::On || state.bound.is_some() {
        return false;
    }
    let nexts = next_of_all(setup, state);
    let mut choices = Vec::new();
    enabled_among(state, &nexts, &mut choices);
    choices.iter().all(|choice| is_environment(state, *choice))
        && nexts.iter().any(|next| matches!(next, Next::Blocked { .. }))
}

/// The actors that can never step again, whatever the others do: the largest set in which each
/// actor waits for something that only members of the set can provide. Empty if there is no
/// deadlock.
pub fn deadlocked(setup: &Setup, state: &State) -> Vec<(Actor, Wait)> {
    deadlocked_among(setup, state, &next_of_all(setup, state))
}

/// [`deadlocked`] for a caller that already knows the next step of every actor.
pub fn deadlocked_among(
    setup: &Setup,
    state: &State,
    nexts: &[Next; ACTORS],
) -> Vec<(Actor, Wait)> {
    let waits = |actor: Actor| match nexts[usize::from(actor.position())] {
        Next::Blocked { wait, .. } => Some(wait),
        Next::Ready { .. } | Next::Done => None,
    };
    let waiters = (0..).zip(nexts).filter(|(_, next)| matches!(next, Next::Blocked { .. }));
    let mut stuck = waiters.fold(0, |bits, (at, _)| bits | 1 << at);
    // An actor that can still be released leaves the set, which may release others.
    let mut before = 0;
    while stuck != before {
        before = stuck;
        for actor in members(before) {
            let mut hopeless = Hopeless { set: stuck, found: false, latest: false };
            if let Some(wait) = waits(actor) {
                Givers { setup, state, nexts, hear: &mut hopeless }.of(wait);
            }
            if !hopeless.found && !hopeless.latest {
                stuck &= !bit(actor);
            }
        }
    }
    members(stuck).filter_map(|actor| Some((actor, waits(actor)?))).collect()
}

/// The actors of a set, in the order of [`Actor::ALL`].
fn members(set: u32) -> impl Iterator<Item = Actor> {
    let mut left = set;
    core::iter::from_fn(move || {
        let at = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        Actor::ALL.get(at as usize).copied()
    })
}

/// The shortest wait-for cycle among deadlocked actors, if there is a deadlock that is a cycle.
pub fn cycle(setup: &Setup, state: &State) -> Option<Vec<Link>> {
    let stuck = deadlocked(setup, state);
    let link = |(waiter, wait): (Actor, Wait)| {
        let names = |giver: &Giver| stuck.iter().any(|(actor, _)| *actor == giver.actor);
        let all = needs(setup, state, wait);
        let hopeless = all.iter().find(|givers| givers.iter().all(names))?;
        hopeless.first().map(|giver| Link { waiter, wait, giver: *giver })
    };
    let mut best: Option<Vec<Link>> = None;
    for start in &stuck {
        let mut links: Vec<Link> = Vec::new();
        let mut at = Some(*start);
        while let Some(link) = at.and_then(link) {
            if let Some(i) = links.iter().position(|l| l.waiter == link.waiter) {
                links.drain(..i);
                if best.as_ref().is_none_or(|b| links.len() < b.len()) {
                    best = Some(links);
                }
                break;
            }
            links.push(link);
            at = stuck.iter().find(|(actor, _)| *actor == link.giver.actor).copied();
        }
    }
    best
}
