//! What an event of a kernel is in the machine: the one table by which a trace is followed.
//!
//! | event | in the machine |
//! |---|---|
//! | system call enters | its operation may take its first step |
//! | system call exits | its operation has returned |
//! | `ext4_es_*` that changes what a block is | a step of the same actor that changes it alike |
//! | `block_rq_issue` of file data | the bios have been submitted |
//! | `block_rq_complete` of file data | from here on the irq of each of these bios may come |
//! | `workqueue_execute_start` of a function below | a kworker of that queue takes its work |
//! | `workqueue_execute_end` of the same | that kworker is through with it |
//! | `jbd2_start_commit` to `jbd2_end_commit` | jbd2 may lock and write transactions |
//!
//! Everything else says nothing: locks, handles, wakings, lookups that find what is known. Steps
//! that no event shows are searched for.

use crate::kernel::{Design, Workers};

use crate::trace::event::Event;

/// The queues of work that complete IO.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Queue {
    /// Direct IO.
    Direct,
    /// Writeback.
    Writeback,
}

/// The work functions of all versions (fs/ext4/page-io.c, fs/direct-io.c, fs/iomap/direct-io.c).
const WORK: [(&[u8], Queue); 5] = [
    (b"iomap_dio_complete_work", Queue::Direct),
    (b"dio_aio_complete_work", Queue::Direct),
    (b"ext4_end_io_unrsv_work", Queue::Direct),
    (b"ext4_end_io_rsv_work", Queue::Writeback),
    (b"ext4_end_io_work", Queue::Writeback),
];

/// The queue that a work function is of.
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

/// The system calls that operations are, without `sys_`; which of an operation's own calls it is.
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

/// Which call of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// The operation itself; of AIO its submission.
    Main,
    /// `io_getevents`.
    Reap,
}
