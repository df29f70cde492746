//! The meaning of a kernel's events in the machine, as one table, by which a trace is followed.
//!
//! | event | in the machine |
//! |---|---|
//! | system call enters | its operation may take its first step |
//! | system call exits | its operation has returned |
//! | `ext4_es_*` that changes the kind of a block | a step of the same actor with the same change |
//! | `block_rq_issue` of file data | the bios have been submitted |
//! | `block_rq_complete` of file data | the irq of each of these bios may come from here on |
//! | `workqueue_execute_start` of a function below | a kworker of that queue takes its work |
//! | `workqueue_execute_end` of the same | that kworker has finished the work |
//! | `jbd2_start_commit` to `jbd2_end_commit` | jbd2 may lock and write transactions |
//!
//! All other events are ignored: locks, handles, wakeups, and lookups that find a known extent.
//! Steps without an event are searched for.

use crate::kernel::{Design, Workers};

use crate::trace::event::Event;

/// The queues of work that complete IO.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Queue {
    /// The work that completes direct IO.
    Direct,
    /// The work that completes writeback.
    Writeback,
}

/// The work functions of all versions, with their queues (fs/ext4/page-io.c, fs/direct-io.c,
/// fs/iomap/direct-io.c).
const WORK: [(&[u8], Queue); 5] = [
    (b"iomap_dio_complete_work", Queue::Direct),
    (b"dio_aio_complete_work", Queue::Direct),
    (b"ext4_end_io_unrsv_work", Queue::Direct),
    (b"ext4_end_io_rsv_work", Queue::Writeback),
    (b"ext4_end_io_work", Queue::Writeback),
];

/// The queue of a work function.
pub fn queue_of(function: &[u8]) -> Option<Queue> {
    WORK.iter().find(|(name, _)| *name == function).map(|(_, queue)| *queue)
}

impl Queue {
    /// Whether a kworker of the machine serves the queue under a design.
    pub fn is_served_by(self, kworker: u8, design: &Design) -> bool {
        match (self, design.knobs.workers) {
            (_, Workers::One) | (Queue::Writeback, _) => kworker == 0,
            (Queue::Direct, Workers::RsvAndUnrsv) => kworker == 1,
            (Queue::Direct, Workers::RsvAndDio) => kworker > 0,
        }
    }
}

/// The call of an operation that a system call is, without `sys_`, and whether it starts.
pub fn call_of(event: &Event<'_>) -> Option<(Call, bool)> {
    let (name, enters) = match event {
        Event::SyscallEnter { name, .. } => (*name, true),
        Event::SyscallExit { name, .. } => (*name, false),
        _ => return None,
    };
    let call = match name {
        b"pwrite64" | b"pread64" | b"fsync" | b"fdatasync" | b"fallocate" | b"ftruncate"
        | b"io_submit" => Call::Main,
        b"io_getevents" | b"io_pgetevents" => Call::Reap,
        _ => return None,
    };
    Some((call, enters))
}

/// A call of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// The operation's own call; for AIO, the submission.
    Main,
    /// `io_getevents` of an AIO operation.
    Reap,
}
