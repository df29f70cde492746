//! What a step does: [`step`] takes one.

use crate::bounds::THREADS_MAX;

use super::choice::{Actor, Choice};
use super::machine::Machine;
use super::next::{Next, fault_of, next, place_with};
use super::note::{Note, Observer};
use super::part::Part;
use super::pc::Pc;
use super::piece::Pieces;
use super::place::{FsyncFor, fsync_frame};
use super::plan::worker_plan;
use super::setup::Setup;
use super::state::{Frame, Io, List, On, Stage, State, Task};
use super::stepped::Stepped;

/// Why a choice cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEnabled {
    /// The choice.
    pub choice: Choice,
    /// What its actor would do next.
    pub next: Next,
}

/// Takes one step. The state is unchanged if the choice is not enabled.
///
/// # Errors
/// The actor waits or has nothing to do, or has no step of that ordinal.
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

/// Takes a step that `enabled_among` has listed and whose actor is [`Next::Ready`] at `pc`: the
/// caller knows both, so neither is computed again. Returns the pieces that may have changed.
pub fn step_at<O: Observer>(
    setup: &Setup,
    state: &mut State,
    choice: Choice,
    pc: Pc,
    obs: &mut O,
) -> Pieces {
    debug_assert_eq!(next(setup, state, choice.actor), Next::Ready { pc });
    // On wasm32 the machine is compiled once, for every observer; natively a search
    // has a machine without the notes that it ignores.
    #[cfg(target_arch = "wasm32")]
    let obs: &mut dyn Observer = obs;
    let fault = fault_of(state, choice, pc);
    let at = place_with(setup, state, choice.actor, pc, fault);
    let state = Stepped::new(state);
    let mut machine = Machine { setup, state, obs, fault };
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
    machine.state.touched()
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// One step of a thread, a kworker or the flusher.
    fn step_task(&mut self, task: u8, pc: Pc) {
        if self.task(task).depth() == 0 {
            self.begin(task);
        }
        if !self.takes_credits(task, pc) {
            return;
        }
        match pc.part() {
            Part::DirectWrite => self.step_write(task, pc),
            Part::DirectRead => self.step_read(task, pc),
            Part::BufferedWrite => self.step_buffered_write(task, pc),
            Part::BufferedRead => self.step_buffered_read(task, pc),
            Part::Writeback if pc == Pc::WritebackWait => self.step_writeback_wait(task),
            Part::Writeback => self.step_writeback(task),
            Part::Fallocate => self.step_fallocate(task, pc),
            Part::Truncate => self.step_truncate(task, pc),
            Part::Report => self.step_report(task, pc),
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

    /// Calls and returns until the task stands at a step again, or has nothing to do.
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
                        }
                        Some(_) => return,
                        None => {
                            self.end_io_done(io);
                            self.ret(task);
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
                    let Io { waits, aio, .. } = *self.io(io);
                    match (waits, aio) {
                        (true, true) => self.aio_complete(io),
                        (true, false) => self.acknowledge(io),
                        // Somebody else completes it.
                        (false, _) => {}
                    }
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
            // Leftovers of the call must not make two equal states differ.
            *self.task(task) = Task::at_op(op + 1);
        }
    }
}
