//! The machine: ext4's direct-IO completion, its workers and its journal, to the extent that the
//! thread discusses them.
//!
//! A [`Setup`] describes what runs, a [`State`] how far it has run. [`enabled`] lists the possible
//! steps, and [`step`] takes one. There is no clock, no random number and no I/O: a run is a list
//! of [`Choice`]s, and the same list gives the same states on every target.

mod acknowledge;
mod actors;
mod aio_mutex;
mod badge;
mod buffered;
mod choice;
mod cluster;
mod completion;
mod counting;
mod deadlock;
mod delalloc;
mod design;
mod direct;
mod direct_read;
mod effects;
mod effects_io;
mod effects_tree;
mod encode;
mod environment;
mod facts;
mod fill;
mod flush;
mod footprint;
mod function;
mod future;
mod future_known;
mod future_waits;
mod knob_table;
mod knobs;
mod lifetime;
mod machine;
mod map;
mod map_es;
mod mmap;
mod move_op;
mod names;
mod next;
mod note;
mod op;
mod overwrite;
mod part;
mod pc;
mod pc_info;
mod piece;
mod place;
mod places;
mod plan;
mod promise;
mod quiet;
mod range;
mod range_op;
mod read_now;
mod recall;
mod reduce;
mod report;
mod reserve;
mod row;
mod setup;
mod shift;
mod state;
mod step;
mod stepped;
mod truncate;
mod unaligned;
mod wait;
mod wb_error;

pub use badge::Badge;
pub use choice::{ACTORS, Actor, Choice};
pub use deadlock::{Giver, Link, cycle, deadlocked, deadlocked_among, is_stuck, needs};
pub use design::{Design, DesignError};
pub use encode::{Bytes, ENCODED_MAX, Encoder};
pub use environment::found_after_recovery;
pub use fill::fill_lock_holder;
pub use footprint::Footprint;
pub use function::{Era, FUNCTIONS, Named, function, lock_name};
pub use knob_table::{KNOBS, KnobInfo};
pub use knobs::{
    Ack, Decrement, DelayLock, Early, EsContent, EsConvert, EsLock, EvictWait, Extends,
    FailedWriteback, FallocateWaits, FillLock, FsyncWait, Fua, InodeLock, Knobs, NolockRead,
    Ordered, Overwrites, Reservations, SizeUpdate, SyncBy, Throttle, TruncOrder, TruncWait,
    Unaligned, WbError, Workers, WritebackCleared,
};
pub use names::Names;
pub use next::{Next, enabled, enabled_among, is_environment, next, next_of_all, place_of};
pub use note::{Fault, Note, Observer};
pub use op::{NumberArg, OPS, Op, OpArgs, OpInfo, RangeMode, Ranges, Sync};
pub use part::Part;
pub use pc::Pc;
pub use pc_info::PcInfo;
pub use piece::{Blocks, Counts, PIECES, Piece, Pieces, Rest, Versions};
pub use plan::{Plan, irq_plan, worker_plan};
pub use promise::Promise;
pub use quiet::Quiet;
pub use range::{Cut, Iocbs, Range};
pub use read_now::read_now;
pub use recall::Recall;
pub use reduce::Reduction;
pub use row::Row;
pub use setup::{Budgets, File, FileExtent, Setup};
pub use state::{
    Acked, Bound, Content, EsTree, FLUSHER, Fifo, Frame, Half, Inode, Io, Journal, Life, List,
    Mapping, Marks, Media, NO_IRQ, NO_PBLK, NOBODY, NOT_READ, On, Page, Power, Stage, State,
    Submitting, TASKS, Task,
};
pub use step::{NotEnabled, step, step_at};
pub use wait::Wait;
