//! A task: a thread, a kworker or the flusher, with the kernel functions on its stack.

use crate::bounds::{BLOCKS_MAX, FRAMES_MAX, KWORKERS_MAX, THREADS_MAX};
use crate::kernel::op::Op;
use crate::kernel::pc::Pc;
use crate::kernel::setup::Setup;

use super::marks::Marks;

/// Number of tasks that can sleep: threads first, then kworkers, then the flusher.
pub const TASKS: usize = (THREADS_MAX + KWORKERS_MAX + 1) as usize;

/// The index of the flusher's task.
pub const FLUSHER: u8 = TASKS as u8 - 1;

/// A value of [`Task::read`]: there is no physical block, and the read fills in zeroes.
pub const NO_PBLK: u8 = u8::MAX;
/// A value of [`Task::read`]: the page was cached already, and the task that added it fills it.
pub const NOT_READ: u8 = NO_PBLK - 1;

/// A task: a user thread, a kworker or the flusher.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Task {
    /// The kernel functions on the stack, outermost first.
    frames: [Frame; FRAMES_MAX as usize],
    depth: u8,
    /// Threads: the index of the current or the next operation.
    pub op: u8,
    /// Inodes whose `i_mutex`, or exclusive `i_rwsem`, the task holds: bit `n` for inode `n`.
    pub i_mutex: u8,
    /// Inodes whose `i_rwsem` the task holds shared: bit `n` for inode `n`.
    pub shared: u8,
    /// True if the task has an open jbd2 handle.
    pub handle: bool,
    /// During a read: the physical block from which each block of the range is read, or [`NO_PBLK`]
    /// for zeroes. In a buffered read, [`NOT_READ`] marks pages that another task fills.
    pub read: [u8; BLOCKS_MAX as usize],
    /// The version of each block that was acknowledged when the running call began. The call must
    /// return or save at least this version.
    pub must: Marks,
    /// Number of events that the running `io_getevents` still has to reap.
    pub to_reap: u8,
    /// True if the running call has recorded what was acknowledged at its start.
    pub begun: bool,
    /// The progress of a batch.
    pub submitting: Submitting,
}

/// The progress of an `io_submit` of several iocbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Submitting {
    /// The index of the iocb that is submitted now, counted from 0.
    pub iocb: u8,
    /// Number of earlier iocbs that belong to calls that returned a short count.
    pub returned: u8,
}

/// In the frame of a truncation that makes the file shorter.
pub(crate) const SHRINKS: u8 = 2;

/// One kernel function on a task's stack: its place, and the object that it works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The place of the next step.
    pub pc: Pc,
    /// The object that the function works on. A place always has the same kind of object.
    pub on: On,
    /// In `ext4_end_io` the position in the plan. In `ext4_sync_file` 1 if it is called for an AIO
    /// write that skips the wait ([`Pc::FsyncLock`]), or if it waits for a commit
    /// ([`Pc::FsyncCommitWait`]).
    pub extra: u8,
}

/// The object that a kernel function works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// No object: the operation says what the function works on.
    Nothing,
    /// The inode with this index.
    Inode(u8),
    /// The IO in this slot of the IO table.
    Io(u8),
}

impl Frame {
    /// The frame of a function that is entered.
    pub const fn new(pc: Pc, on: On) -> Frame {
        Frame { pc, on, extra: 0 }
    }
}

impl On {
    /// The inode's index, if the object is an inode.
    pub fn inode(self) -> Option<u8> {
        match self {
            On::Inode(ino) => Some(ino),
            On::Nothing | On::Io(_) => None,
        }
    }

    /// The IO's slot, if the object is an IO.
    pub fn io(self) -> Option<u8> {
        match self {
            On::Io(io) => Some(io),
            On::Nothing | On::Inode(_) => None,
        }
    }
}

/// Places above the stack are the same in all tasks, so they are not compared.
impl PartialEq for Task {
    fn eq(&self, other: &Task) -> bool {
        let Task { frames: _, depth, op, i_mutex, shared, handle, .. } = *self;
        let Task { read, must, to_reap, begun, submitting, .. } = *self;
        (depth, op, to_reap) == (other.depth, other.op, other.to_reap)
            && (i_mutex, shared) == (other.i_mutex, other.shared)
            && (handle, begun, submitting) == (other.handle, other.begun, other.submitting)
            && (read, must) == (other.read, other.must)
            && self.frames() == other.frames()
    }
}

impl Task {
    pub(in crate::kernel) const IDLE: Task = Task {
        frames: [Frame::new(Pc::Idle, On::Nothing); FRAMES_MAX as usize],
        depth: 0,
        op: 0,
        i_mutex: 0,
        handle: false,
        shared: 0,
        read: [NO_PBLK; BLOCKS_MAX as usize],
        must: Marks::NONE,
        to_reap: 0,
        begun: false,
        submitting: Submitting { iocb: 0, returned: 0 },
    };

    /// A thread between two operations, at the start of the operation with this index.
    pub(in crate::kernel) fn at_op(op: u8) -> Task {
        Task { op, ..Task::IDLE }
    }

    /// The operation that a thread runs or runs next; for a batch, the current iocb. Kworkers and
    /// the flusher have none.
    pub fn current(&self, setup: &Setup, thread: u8) -> Option<Op> {
        Some(setup.op(thread, self.op)?.iocb(self.submitting.iocb))
    }

    /// The kernel functions on the stack, outermost first.
    pub fn frames(&self) -> &[Frame] {
        &self.frames[..usize::from(self.depth)]
    }

    /// The innermost function on the stack.
    pub fn top(&self) -> Option<Frame> {
        self.frames().last().copied()
    }

    /// Number of functions on the stack.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// Pushes a function on the stack; returns false if the stack is full.
    #[must_use]
    pub fn push(&mut self, frame: Frame) -> bool {
        let Some(place) = self.frames.get_mut(usize::from(self.depth)) else { return false };
        *place = frame;
        self.depth += 1;
        true
    }

    /// Returns from the innermost function.
    pub fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        // Places above the stack must be equal in equal states.
        self.frames[usize::from(self.depth)] = Task::IDLE.frames[0];
    }

    /// The innermost function, to be changed.
    pub fn top_mut(&mut self) -> Option<&mut Frame> {
        self.frames[..usize::from(self.depth)].last_mut()
    }
}
