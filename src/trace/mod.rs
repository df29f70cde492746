//! Traces of a running kernel: ftrace's text is read, replayed through the extent status tree, and
//! held against the machine.
//!
//! Reading order: [`Reader`] turns bytes into [`Item`]s, one a line, and allocates nothing on the
//! way; [`Release`] says whose rules hold; [`replay`] drives the tree and compares it with dumps.

mod conform;
mod cursor;
mod es_event;
mod event;
mod folder;
mod follow;
mod history;
mod line;
mod op;
mod reader;
mod release;
mod replay;
mod scene;
mod spelling;
mod unpack;

pub use conform::{Conformance, Outcome, Unlike, conform};
pub use es_event::{EsCall, EsLine, InodeId};
pub use event::{Event, Rwbs};
pub use folder::{Dump, Folder, FolderError, OpRecord};
pub use follow::{
    Allowed, End, Followed, FollowedOp, Kind, Outcome as FollowOutcome, Path, follow,
};
pub use history::History;
pub use line::{Context, Stamp};
pub use op::{Bytes, Mode, RecordedOp};
pub use reader::{Counts, Fault, Item, Reader, Record};
pub use release::Release;
pub use replay::{Difference, Replay, ReplayError, Resync, Unanswered, Why, replay, replay_under};
pub use spelling::{Spelling, Spellings};
pub use unpack::{UnpackError, unpack};
