//! The machine: ext4's direct-IO completion, its workers and its journal, as far as the thread
//! argues about them.
//!
//! A [`Setup`] says what is run, a [`State`] is where it stands; [`enabled`] lists the steps that
//! can be taken and [`step`] takes one. There is no clock, no chance and no I/O in here: a run is
//! the list of [`Choice`]s, and the same list gives the same states everywhere.

mod badge;
mod buffered;
mod choice;
mod completion;
mod design;
mod direct;
mod encode;
mod environment;
mod flush;
mod map;
mod note;
mod pc;
mod piece;
mod promise;
mod quiet;
mod setup;
mod state;
mod step;
mod truncate;
mod wait;

pub use badge::Badge;
pub use choice::{ACTORS, Actor, Choice};
pub use design::{
    Ack, Decrement, Design, DesignError, Early, EsContent, EsConvert, EsLock, FsyncWait, InodeLock,
    KNOBS, KnobInfo, Knobs, NolockRead, Row, SyncBy, Throttle, TruncWait, Workers,
    WritebackCleared,
};
pub use encode::{Bytes, ENCODED_MAX, Encoder, Names};
pub use environment::found_after_recovery;
pub use note::{Fault, Note, Observer};
pub use pc::{Pc, PcInfo, Plan, irq_plan, worker_plan};
pub use piece::{Blocks, Counts, PIECES, Piece, Pieces, Rest, Versions};
pub use promise::Promise;
pub use quiet::Quiet;
pub use setup::{Budgets, File, FileExtent, Iocbs, Op, Range, Setup, Sync};
pub use state::{
    Acked, Bound, Content, EsTree, FLUSHER, Fifo, Frame, Inode, Io, Journal, List, Mapping, Media,
    NO_IRQ, NO_PBLK, NOBODY, Page, Power, Stage, State, Submitting, TASKS, Task,
};
pub use step::{
    Next, NotEnabled, enabled, enabled_among, is_environment, next, next_of_all, place_of, step,
    step_at,
};
pub use wait::{Giver, Link, Wait, cycle, deadlocked, deadlocked_among, is_stuck, needs};
