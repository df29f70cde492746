//! The machine that takes a step: a setup, a state and an observer. The file of each kind of
//! operation adds the steps of that kind.

use crate::es;

use super::choice::Actor;
use super::counting::Counting;
use super::knobs::Knobs;
use super::note::{Fault, Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::place::entry;
use super::promise::Promise;
use super::range::Range;
use super::setup::Setup;
use super::state::{Bound, Frame, Io, Marks, NOBODY, On, Task};
use super::stepped::Stepped;
use super::wait::change_at;

/// The data of one step: a setup, a state and an observer.
pub(super) struct Machine<'a, O: ?Sized> {
    pub(super) setup: &'a Setup,
    pub(super) state: Stepped<'a>,
    pub(super) obs: &'a mut O,
    /// The failure that this step injects.
    pub(super) fault: Option<Fault>,
    /// The reserved blocks, if the setup can have any.
    pub(super) counting: Option<Counting>,
    /// What becomes of the first gap that a lookup finds in this step.
    pub(super) gap: Gap,
}

/// What becomes of the first gap in the disk tree that a lookup finds in a step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// It is cached at once.
    Cached,
    /// It will be cached in a later step of the task.
    Left,
    /// The gap that will be cached in a later step.
    Found(Range),
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn knobs(&self) -> Knobs {
        self.setup.design.knobs
    }

    pub(super) fn rules(&self) -> es::Rules {
        self.setup.es_rules()
    }

    /// Takes the credits of the handle that a step starts, if it starts one. If the transaction has
    /// no room for them, it asks for a commit and returns false; the step is then still to be
    /// taken.
    pub(super) fn takes_credits(&mut self, task: u8, pc: Pc) -> bool {
        if self.setup.journal == 0 {
            return true;
        }
        let (frame, op) = (self.task(task).top(), self.op(task));
        let change = frame.and_then(|frame| change_at(self.setup, &self.state, pc, frame, op));
        let Some(reserves) = change.and_then(|change| change.handle) else { return true };
        let journal = self.state.journal();
        if journal.credits + 1 + reserves > self.setup.journal {
            journal.requested = true;
            self.obs.note(Note::NoRoom);
            return false;
        }
        journal.credits += 1 + reserves;
        journal.reserved += reserves;
        true
    }

    /// An idle task begins: a thread its operation, a kworker its work item, the flusher its run.
    pub(super) fn begin(&mut self, task: u8) {
        let actor = Actor::of_task(task);
        if let Actor::Thread(thread) = actor {
            let op = self.task(task).op;
            self.obs.note(Note::Began { thread, op });
            self.task(task).must = Marks::NONE;
        }
        let begins = entry(self.setup, &self.state, actor).filter(|f| !f.pc.is_work_take());
        if actor == Actor::Flusher {
            self.state.left().flusher -= 1;
        }
        if let Some(frame) = begins {
            self.call(task, frame);
        }
    }

    pub(super) fn break_promise(&mut self, promise: Promise) {
        if self.state.broken & promise.bit() == 0 {
            self.obs.note(Note::Broke(promise));
            *self.state.broken() |= promise.bit();
        }
    }

    pub(super) fn lock_mutex(&mut self, task: u8, ino: u8) {
        *self.state.counts(ino).i_mutex = task;
        self.task(task).i_mutex |= 1 << ino;
        self.obs.note(Note::Mutex { ino, taken: true });
    }

    pub(super) fn lock_shared(&mut self, task: u8, ino: u8) {
        *self.state.counts(ino).shared |= 1 << task;
        self.task(task).shared |= 1 << ino;
        self.obs.note(Note::Mutex { ino, taken: true });
    }

    /// Drops the inode's lock, whether the task holds it shared or exclusively.
    pub(super) fn unlock_mutex(&mut self, task: u8, ino: u8) {
        let counts = self.state.counts(ino);
        if *counts.i_mutex == task {
            *counts.i_mutex = NOBODY;
        }
        *counts.shared &= !(1 << task);
        self.task(task).i_mutex &= !(1 << ino);
        self.task(task).shared &= !(1 << ino);
        self.obs.note(Note::Mutex { ino, taken: false });
    }

    pub(super) fn push_or_bound(&mut self, push: impl FnOnce(&mut Stepped<'_>) -> bool) {
        if !push(&mut self.state) {
            *self.state.bound() = Some(Bound::Ios);
        }
    }

    /// Pushes a function on the task's stack.
    pub(super) fn call(&mut self, task: u8, frame: Frame) {
        if !self.task(task).push(frame) {
            *self.state.bound() = Some(Bound::Frames);
        }
    }

    /// Returns from the innermost function.
    pub(super) fn ret(&mut self, task: u8) {
        self.task(task).pop();
    }

    /// Moves the innermost function to another place; it continues to work on the same object.
    pub(super) fn go(&mut self, task: u8, pc: Pc) {
        if let Some(frame) = self.task(task).top_mut() {
            *frame = Frame::new(pc, frame.on);
        }
    }

    /// Moves the innermost function to another place and another object.
    pub(super) fn go_on(&mut self, task: u8, pc: Pc, on: On) {
        if let Some(frame) = self.task(task).top_mut() {
            *frame = Frame::new(pc, on);
        }
    }

    /// The IO that the innermost function works on.
    pub(super) fn io_at(&self, task: u8) -> u8 {
        let on = self.state.tasks[usize::from(task)].top().map(|frame| frame.on);
        let io = on.and_then(On::io);
        debug_assert!(io.is_some(), "a function that works on {on:?} is asked for its IO");
        io.unwrap_or_default()
    }

    /// The inode that the innermost function works on.
    pub(super) fn ino_at(&self, task: u8) -> u8 {
        let on = self.state.tasks[usize::from(task)].top().map(|frame| frame.on);
        let ino = on.and_then(On::inode);
        debug_assert!(ino.is_some(), "a function that works on {on:?} is asked for its inode");
        ino.unwrap_or_default()
    }

    /// The operation of a thread; kworkers and the flusher have none.
    pub(super) fn op(&self, task: u8) -> Option<Op> {
        self.state.tasks[usize::from(task)].current(self.setup, task)
    }

    pub(super) fn task(&mut self, task: u8) -> &mut Task {
        self.state.task(task)
    }

    pub(super) fn io(&mut self, io: u8) -> &mut Io {
        self.state.io(io)
    }
}
