//! Notes: what a step did, for an observer. The explorer passes `()`, which costs nothing.

use crate::es;

use super::pc::Pc;
use super::promise::Promise;
use super::range::Range;

/// One event in a step, in order.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The place in the kernel where the step was taken.
    At(Pc),
    /// A thread began an operation.
    Began { thread: u8, op: u8 },
    /// A thread's operation returned.
    Returned { thread: u8, op: u8 },
    /// `i_mutex` was taken (`taken`) or dropped.
    Mutex { ino: u8, taken: bool },
    /// A handle was started, or stopped.
    Handle { open: bool },
    /// A call on the ES tree.
    Es { ino: u8, op: es::EsOp },
    /// The disk tree changed in a range.
    Disk { ino: u8, range: Range },
    /// An `io_submit` of several iocbs returned: the number that it submitted, and the number of
    /// iocbs left for another call.
    SubmitReturned { submitted: u8, left: u8 },
    /// A bio was submitted.
    Submitted { io: u8 },
    /// The device finished a bio.
    BioDone { io: u8 },
    /// An IO was put on its inode's list; `work` says whether a work item was queued for it.
    Listed { io: u8, work: bool },
    /// A list with this number of IOs was taken.
    ListTaken { ino: u8, ios: u8 },
    /// An IO was converted on disk; `shadowed` means that an ES entry hid the necessary conversion.
    Converted { io: u8, shadowed: bool },
    /// `i_unwritten` dropped to `left`.
    Decremented { ino: u8, left: u8 },
    /// `i_dio_count` dropped to `left`.
    DioDone { ino: u8, left: u8 },
    /// The event of AIO write `nr` was put into the ring.
    Acknowledged { io: u8, nr: u8 },
    /// A thread reaped the event of AIO write `nr`.
    Reaped { thread: u8, nr: u8 },
    /// A read returned. `zeroes` of its blocks were filled with zeroes, `wrong` of them broke a
    /// promise.
    Read { ino: u8, range: Range, zeroes: u8, wrong: u8 },
    /// FIEMAP reported a file: the number of mapped blocks and of delayed blocks.
    Mapped { ino: u8, mapped: u8, delayed: u8 },
    /// A seek found a block, or none.
    Sought { ino: u8, found: Option<u8> },
    /// Pages of a range became dirty.
    Dirtied { ino: u8, range: Range },
    /// Pages of a range were dropped from the page cache.
    PagesDropped { ino: u8, range: Range },
    /// PageWriteback was cleared for an IO's pages.
    WritebackEnded { io: u8 },
    /// A call returned the writeback error of a file to a thread.
    WritebackErrorTold { thread: u8, ino: u8 },
    /// A failure was injected.
    Failed(Fault),
    /// The conversion of an IO on disk failed; its blocks stay unwritten.
    ConvertFailed { io: u8 },
    /// Blocks from `size` on were freed.
    Truncated { ino: u8, size: u8 },
    /// A call fails: the kernel does not know its flag, or the file is not long enough.
    Refused { ino: u8 },
    /// Blocks of a range must read as zeroes from now on.
    Zeroed { ino: u8, range: Range },
    /// Blocks were reserved for delayed data (`reserved`), released or used up. `now` are reserved.
    Reserved { ino: u8, blocks: u8, reserved: bool, now: u8 },
    /// The shrinker freed entries of a status tree.
    Shrunk { ino: u8, freed: i64 },
    /// The power was cut.
    PowerCut,
    /// Every file was read after recovery; `wrong` blocks broke a promise.
    Recovered { wrong: u8 },
    /// A commit of the running transaction was asked for.
    CommitRequested,
    /// The running transaction has no room for a handle, so its commit was asked for.
    NoRoom,
    /// The device's cache was flushed.
    Flushed,
    /// The transaction was locked; it still waits for this number of handles.
    CommitLocked { handles: u8 },
    /// The transaction was committed.
    Committed,
    /// A promise was tested: the situation that it covers occurred.
    Checked(Promise),
    /// A promise was broken in this step.
    Broke(Promise),
}

/// A failure that the environment can inject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bio fails: its data does not reach the device.
    Eio,
    /// The disk conversion fails.
    Enospc,
    /// The allocation of an ES entry in irq context fails.
    Nomem,
    /// The allocation of a page, for which the task evicts an inode first.
    Reclaim,
    /// No failure: the bio is done before its submitter drops its own reference to the IO.
    Quick,
}

impl Fault {
    /// Whether a step's notes have this failure.
    pub fn is_in(self, notes: &[Note]) -> bool {
        notes.iter().any(|note| matches!(note, Note::Failed(fault) if *fault == self))
    }
}

impl Promise {
    /// Whether the step of these notes broke the promise.
    pub fn is_broken_in(self, notes: &[Note]) -> bool {
        notes.iter().any(|note| matches!(note, Note::Broke(promise) if *promise == self))
    }
}

/// Receives the notes of steps.
pub trait Observer {
    /// Called for each note, in order.
    fn note(&mut self, note: Note);
}

impl Observer for () {
    fn note(&mut self, _: Note) {}
}

impl Observer for Vec<Note> {
    fn note(&mut self, note: Note) {
        self.push(note);
    }
}
