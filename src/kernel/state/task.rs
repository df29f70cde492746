//! A task: a thread, a kworker or the flusher, and the kernel functions it is inside of.

use crate::bounds::{BLOCKS_MAX, FRAMES_MAX, KWORKERS_MAX, THREADS_MAX};
use crate::kernel::op::Op;
use crate::kernel::pc::Pc;
use crate::kernel::setup::Setup;

/// Tasks that can sleep: threads first, then kworkers, then the flusher.
pub const TASKS: usize = (THREADS_MAX + KWORKERS_MAX + 1) as usize;

/// The flusher's task.
pub const FLUSHER: u8 = TASKS as u8 - 1;

/// No physical block: the read fills in zeroes.
pub const NO_PBLK: u8 = u8::MAX;
/// The page is in the cache already: the task that put it there fills it.
pub const NOT_READ: u8 = NO_PBLK - 1;

/// A task: a user thread in a system call, or a kworker.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Task {
    /// Kernel functions that the task is inside of, outermost first.
    frames: [Frame; FRAMES_MAX as usize],
    depth: u8,
    /// Threads: the operation that runs or runs next.
    pub op: u8,
    /// `i_mutex`, or `i_rwsem` exclusively, held: bit `n` for inode `n`.
    pub i_mutex: u8,
    /// `i_rwsem` held shared: bit `n` for inode `n`.
    pub shared: u8,
    /// A jbd2 handle is open.
    pub handle: bool,
    /// A read: where each block of the range is read from, [`NO_PBLK`] for zeroes; in a buffered
    /// one [`NOT_READ`] where the page is not its own to fill.
    pub read: [u8; BLOCKS_MAX as usize],
    /// What the running call owes: the version of each block that was acknowledged when it began.
    pub must: [u8; BLOCKS_MAX as usize],
    /// Events that this thread still has to reap in the running `io_getevents`.
    pub to_reap: u8,
    /// Whether the call has noted what it must remember from its beginning.
    pub begun: bool,
    /// How far a batch has come.
    pub submitting: Submitting,
}

/// How far an `io_submit` of several iocbs has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Submitting {
    /// The iocb that is submitted now, counted from 0.
    pub iocb: u8,
    /// How many of the iocbs before it belong to calls that have returned a short count.
    pub returned: u8,
}

/// One kernel function on a task's stack: where it is, and what it works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The next step.
    pub pc: Pc,
    /// What the function works on. A place always has the same kind.
    pub on: On,
    /// In `ext4_end_io` the position in the plan. In `ext4_sync_file` 1 if it is called for an AIO
    /// that skips the wait ([`Pc::FsyncLock`]) or waits for a commit ([`Pc::FsyncCommitWait`]).
    pub extra: u8,
}

/// What a kernel function works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Neither an inode nor an IO: what it works on is in the operation.
    Nothing,
    /// An inode.
    Inode(u8),
    /// A slot of the IO table.
    Io(u8),
}

impl Frame {
    /// A function that is entered.
    pub const fn new(pc: Pc, on: On) -> Frame {
        Frame { pc, on, extra: 0 }
    }
}

impl On {
    /// The inode, if it is one.
    pub fn inode(self) -> Option<u8> {
        match self {
            On::Inode(ino) => Some(ino),
            On::Nothing | On::Io(_) => None,
        }
    }

    /// The IO, if it is one.
    pub fn io(self) -> Option<u8> {
        match self {
            On::Io(io) => Some(io),
            On::Nothing | On::Inode(_) => None,
        }
    }
}

/// Places above the stack are equal in all tasks, so they are not compared.
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
        must: [0; BLOCKS_MAX as usize],
        to_reap: 0,
        begun: false,
        submitting: Submitting { iocb: 0, returned: 0 },
    };

    /// A thread between two operations.
    pub(in crate::kernel) fn at_op(op: u8) -> Task {
        Task { op, ..Task::IDLE }
    }

    /// What a thread runs or runs next; of a batch the iocb that it has come to. Kworkers and the
    /// flusher have no operation.
    pub fn current(&self, setup: &Setup, thread: u8) -> Option<Op> {
        Some(setup.op(thread, self.op)?.iocb(self.submitting.iocb))
    }

    /// The functions that the task is inside of, outermost first.
    pub fn frames(&self) -> &[Frame] {
        &self.frames[..usize::from(self.depth)]
    }

    /// The innermost function.
    pub fn top(&self) -> Option<Frame> {
        self.frames().last().copied()
    }

    /// How many functions are on the stack.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// Calls a function; false if the stack is full.
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

    /// The innermost function, to move it on.
    pub fn top_mut(&mut self) -> Option<&mut Frame> {
        self.frames[..usize::from(self.depth)].last_mut()
    }
}
