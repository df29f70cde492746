//! What a step did, as notes for an observer. The explorer passes `()`, which costs nothing.

use crate::es;

use super::pc::Pc;
use super::promise::Promise;
use super::range::Range;

/// Something that happened in a step, in order.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The place in the kernel where the step was taken.
    At(Pc),
    /// A thread began an operation.
    Began { thread: u8, op: u8 },
    /// A thread's operation returned.
    Returned { thread: u8, op: u8 },
    /// `i_mutex` was taken, or dropped.
    Mutex { ino: u8, taken: bool },
    /// A handle was started, or stopped.
    Handle { open: bool },
    /// A call on the ES tree.
    Es { ino: u8, op: es::EsOp },
    /// The disk tree of a range changed.
    Disk { ino: u8, range: Range },
    /// An `io_submit` of several iocbs returned: how many it has submitted, and how many of the
    /// batch are left for another call.
    SubmitReturned { submitted: u8, left: u8 },
    /// A bio was submitted.
    Submitted { io: u8 },
    /// The device finished a bio.
    BioDone { io: u8 },
    /// An IO was put on its inode's list; `work` says whether a work item was queued for it.
    Listed { io: u8, work: bool },
    /// A list was taken; how many IOs were on it.
    ListTaken { ino: u8, ios: u8 },
    /// An IO was converted on disk; `shadowed` if the ES tree hid that it had to be.
    Converted { io: u8, shadowed: bool },
    /// `i_unwritten` dropped to `left`.
    Decremented { ino: u8, left: u8 },
    /// `i_dio_count` dropped to `left`.
    DioDone { ino: u8, left: u8 },
    /// The event of an AIO write (its number) was put into the ring.
    Acknowledged { io: u8, nr: u8 },
    /// A thread reaped the event of an AIO write.
    Reaped { thread: u8, nr: u8 },
    /// A read returned; `zeroes` of its blocks were filled in, `wrong` of them broke a promise.
    Read { ino: u8, range: Range, zeroes: u8, wrong: u8 },
    /// FIEMAP has reported a file: how many blocks have a place, and how many are delayed.
    Mapped { ino: u8, mapped: u8, delayed: u8 },
    /// A seek has found a block, or nothing.
    Sought { ino: u8, found: Option<u8> },
    /// Pages of a range became dirty.
    Dirtied { ino: u8, range: Range },
    /// Pages of a range were dropped from the page cache.
    PagesDropped { ino: u8, range: Range },
    /// PageWriteback was cleared for an IO's pages.
    WritebackEnded { io: u8 },
    /// A call was told that writeback of a file has failed, and returns that error to a thread.
    WritebackErrorTold { thread: u8, ino: u8 },
    /// A failure was injected.
    Failed(Fault),
    /// A conversion failed.
    ConvertFailed { io: u8 },
    /// Blocks from `size` on were freed.
    Truncated { ino: u8, size: u8 },
    /// The shrinker freed entries of a status tree.
    Shrunk { ino: u8, freed: i64 },
    /// The power was cut.
    PowerCut,
    /// Every file was read after recovery; how many blocks came back wrong.
    Recovered { wrong: u8 },
    /// A commit of the running transaction was asked for.
    CommitRequested,
    /// The running transaction has no room for a handle: its commit was asked for instead.
    NoRoom,
    /// The device's cache was flushed.
    Flushed,
    /// The transaction was locked; how many handles it still waits for.
    CommitLocked { handles: u8 },
    /// The transaction was committed.
    Committed,
    /// A promise was tested: the situation that it is about occurred.
    Checked(Promise),
    /// A promise was broken in this step.
    Broke(Promise),
}

/// What the environment can make fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bio: its data does not reach the device.
    Eio,
    /// The disk conversion.
    Enospc,
    /// The allocation of an ES entry in irq context.
    Nomem,
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
