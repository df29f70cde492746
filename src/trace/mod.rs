//! Traces of a running kernel: ftrace's text is read, replayed through the extent status tree, and
//! held against the machine.
//!
//! Reading order: [`Reader`] turns bytes into [`Item`]s, one a line, and allocates nothing on the
//! way; [`Release`] says whose rules hold; [`replay`] drives the tree and compares it with dumps.

mod cursor;
mod es_event;
mod event;
mod folder;
mod line;
mod reader;
mod release;
mod replay;
mod spelling;
mod unpack;

pub use es_event::{EsCall, EsLine, InodeId};
pub use event::{Event, Rwbs};
pub use folder::{Dump, Folder, FolderError, OpRecord};
pub use line::{Context, Stamp};
pub use reader::{Counts, Fault, Item, Reader, Record};
pub use release::Release;
pub use replay::{Difference, Replay, ReplayError, Resync, Why, replay};
pub use spelling::{Spelling, Spellings};
pub use unpack::{UnpackError, unpack};
