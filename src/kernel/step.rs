//! Taking a step: [`step`] applies a choice to a state.

use crate::bounds::THREADS_MAX;

use super::choice::{Actor, Choice};
use super::counting::Counting;
use super::machine::{Gap, Machine};
use super::next::{Next, fault_of, next, place_with};
use super::note::{Note, Observer};
use super::part::Part;
use super::pc::Pc;
use super::piece::Pieces;
use super::place::{FsyncFor, fsync_frame};
use super::plan::worker_plan;
use super::setup::Setup;
use super::state::{Frame, List, On, Stage, State, Task};
use super::stepped::Stepped;

/// The error of a choice that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEnabled {
    /// The choice that was asked for.
    pub choice: Choice,
    /// The next step of its actor.
    pub next: Next,
}

/// Takes one step. The state does not change if the choice is not enabled.
///
/// # Errors
/// The actor waits, has nothing to do, or has no step with that ordinal.
pub fn step<O: Observer>(
    setup: &Setup,
    state: &mut State,
    choice: Choice,
    obs: &mut O,
) -> Result<(), NotEnabled> {
    let Choice { actor, ordinal } = choice;
    let next = next(setup, state, actor);
    let Next::Ready { pc } = next else { return Err(NotEnabled { choice, next }) };
    if ordinal > 0 && fault_of(state, choice, pc).is_none() {
        return Err(NotEnabled { choice, next });
    }
    step_at(setup, state, choice, pc, obs);
    Ok(())
}

/// Takes a step that `enabled_among` has listed and whose actor is [`Next::Ready`] at `pc`. The
/// caller knows both, so neither is computed again. Returns the pieces that may have changed.
pub fn step_at<O: Observer>(
    setup: &Setup,
    state: &mut State,
    choice: Choice,
    pc: Pc,
    obs: &mut O,
) -> Pieces {
    debug_assert_eq!(next(setup, state, choice.actor), Next::Ready { pc });
    // On wasm32 `step_at` passes `dyn Observer`, so that the machine is compiled once. Natively it
    // is generic, so that a search runs a machine without notes.
    #[cfg(target_arch = "wasm32")]
    let obs: &mut dyn Observer = obs;
    let fault = fault_of(state, choice, pc);
    let at = place_with(setup, state, choice.actor, pc, fault);
    let state = Stepped::new(state);
    let counting = Counting::begin(setup, &state, pc);
    let mut machine = Machine { setup, state, obs, fault, counting, gap: Gap::Cached };
    machine.obs.note(Note::At(at));
    if let Some(fault) = fault {
        machine.spend(fault);
    }
    match choice.actor {
        Actor::Irq(io) => machine.step_irq(io, pc),
        Actor::Jbd2 => machine.step_jbd2(pc),
        Actor::Shrinker => machine.step_shrinker(),
        Actor::Power => machine.step_power(pc),
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher => {
            if let Some(task) = choice.actor.task() {
                machine.step_task(task, pc);
            }
        }
    }
    machine.end_counting();
    machine.state.touched()
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// Takes one step of a thread, a kworker or the flusher.
    fn step_task(&mut self, task: u8, pc: Pc) {
        if self.task(task).depth() == 0 {
            self.begin(task);
        }
        if !self.takes_credits(task, pc) {
            return;
        }
        match pc.part() {
            Part::DirectWrite => self.step_write(task, pc),
            Part::Unaligned => self.step_unaligned(task, pc),
            Part::DirectRead => self.step_read(task, pc),
            Part::BufferedWrite => self.step_buffered_write(task, pc),
            Part::BufferedRead if pc == Pc::ReadHole => self.step_read_hole(task),
            Part::BufferedRead => self.step_buffered_read(task, pc),
            Part::Writeback if pc == Pc::WritebackWait => self.step_writeback_wait(task),
            Part::Writeback => self.step_writeback(task),
            Part::Fallocate => self.step_fallocate(task, pc),
            Part::Truncate => self.step_truncate(task, pc),
            Part::PageFault => self.step_page_fault(task, pc),
            Part::RangeOp => self.step_range_op(task, pc),
            Part::Report => self.step_report(task, pc),
            Part::Lifetime => self.step_lifetime(task, pc),
            Part::DropCaches => self.step_drop_caches(task),
            Part::Fsync => self.step_fsync(task, pc),
            Part::Flush => self.step_flush(task, pc),
            Part::Convert => self.step_convert(task, pc),
            Part::Getevents => self.step_getevents(task),
            Part::Work => self.step_work(task),
            Part::Completion => self.step_end_io(task, pc),
            Part::Call | Part::Other => debug_assert!(false, "no task steps at {pc:?}"),
        }
        self.settle(task);
    }

    /// Performs calls and returns until the task stands at a step again or has nothing to do.
    fn settle(&mut self, task: u8) {
        while let Some(Frame { pc, on, extra }) = self.task(task).top() {
            match (pc, on) {
                (Pc::EndIo | Pc::DioComplete, On::Io(io)) => {
                    match worker_plan(&self.knobs(), self.io(io)).at(extra) {
                        Some(part @ (Pc::Convert | Pc::Sync)) => {
                            if let Some(frame) = self.task(task).top_mut() {
                                frame.extra += 1;
                            }
                            let frame = match part {
                                Pc::Convert => Frame::new(Pc::ConvertStart, on),
                                _ => {
                                    fsync_frame(&self.knobs(), self.io(io).ino, FsyncFor::OsyncAio)
                                }
                            };
                            self.call(task, frame);
                            let is_worker = State::kworkers().contains(&task);
                            if part == Pc::Convert && self.knobs().convert_lock && is_worker {
                                self.call(task, Frame::new(Pc::ConvertLock, on));
                            }
                        }
                        Some(_) => return,
                        None => {
                            let ino = self.io(io).ino;
                            self.end_io_done(io);
                            self.ret(task);
                            self.put_inode_of_io_end(task, ino);
                        }
                    }
                }
                (Pc::FlushRun | Pc::WorkRun | Pc::UnrsvWorkRun, _) => match self.next_on_list(task)
                {
                    Some(io) => {
                        self.state.completed().remove(io);
                        self.io(io).stage = Stage::Converting;
                        self.io(io).list = List::Inode;
                        self.call(task, Frame::new(Pc::EndIo, On::Io(io)));
                    }
                    None if pc != Pc::FlushRun => self.ret(task),
                    None => return self.go(task, Pc::FlushWait),
                },
                (Pc::WriteReturn, On::Io(io)) => {
                    if self.io(io).aio {
                        self.aio_complete(io);
                    } else {
                        self.acknowledge(io);
                    }
                    self.ret(task);
                    self.next_iocb(task);
                }
                (Pc::AioReturn, _) => {
                    self.ret(task);
                    self.next_iocb(task);
                }
                _ => return,
            }
            if self.state.bound.is_some() {
                return;
            }
        }
        if u32::from(task) < THREADS_MAX {
            let op = self.task(task).op;
            self.obs.note(Note::Returned { thread: task, op });
            // What the call left behind must not distinguish two equal states.
            *self.task(task) = Task::at_op(op + 1);
        }
    }
}
