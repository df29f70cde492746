//! The machine: ext4's direct-IO completion, its workers and its journal, as far as the thread
//! argues about them.
//!
//! A [`Setup`] says what runs, a [`State`] how far it is; [`enabled`] lists the steps that
//! can be taken and [`step`] takes one. There is no clock, no random number and no I/O: a run is
//! the list of [`Choice`]s, and the same list gives the same states everywhere.

mod badge;
mod buffered;
mod choice;
mod completion;
mod deadlock;
mod design;
mod direct;
mod encode;
mod environment;
mod flush;
mod function;
mod knobs;
mod machine;
mod map;
mod names;
mod next;
mod note;
mod op;
mod part;
mod pc;
mod piece;
mod place;
mod plan;
mod promise;
mod quiet;
mod range;
mod read_now;
mod report;
mod row;
mod setup;
mod state;
mod step;
mod stepped;
mod truncate;
mod wait;
mod wb_error;

pub use badge::Badge;
pub use choice::{ACTORS, Actor, Choice};
pub use deadlock::{Giver, Link, cycle, deadlocked, deadlocked_among, is_stuck, needs};
pub use design::{Design, DesignError};
pub use encode::{Bytes, ENCODED_MAX, Encoder};
pub use environment::found_after_recovery;
pub use function::{Era, FUNCTIONS, Named, function};
pub use knobs::{
    Ack, Decrement, Early, EsContent, EsConvert, EsLock, Extends, FailedWriteback, FsyncWait,
    InodeLock, KNOBS, KnobInfo, Knobs, NolockRead, SizeUpdate, SyncBy, Throttle, TruncWait,
    WbError, Workers, WritebackCleared,
};
pub use names::Names;
pub use next::{Next, enabled, enabled_among, is_environment, next, next_of_all, place_of};
pub use note::{Fault, Note, Observer};
pub use op::{NumberArg, OPS, Op, OpArgs, OpInfo, Ranges, Sync};
pub use part::Part;
pub use pc::{Pc, PcInfo};
pub use piece::{Blocks, Counts, PIECES, Piece, Pieces, Rest, Versions};
pub use plan::{Plan, irq_plan, worker_plan};
pub use promise::Promise;
pub use quiet::Quiet;
pub use range::{Iocbs, Range};
pub use read_now::read_now;
pub use row::Row;
pub use setup::{Budgets, File, FileExtent, Setup};
pub use state::{
    Acked, Bound, Content, EsTree, FLUSHER, Fifo, Frame, Inode, Io, Journal, List, Mapping, Media,
    NO_IRQ, NO_PBLK, NOBODY, NOT_READ, On, Page, Power, Stage, State, Submitting, TASKS, Task,
};
pub use step::{NotEnabled, step, step_at};
pub use wait::Wait;
