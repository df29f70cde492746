//! Traces of a running kernel: reads ftrace's text, replays it through the extent status tree, and
//! compares the machine with it.
//!
//! Reading order: [`Reader`] turns bytes into [`Item`]s, one per line, without allocating.
//! [`Release`] chooses the rules. [`replay`] runs the tree and compares it with dumps.

mod conform;
mod cursor;
mod driven;
mod es_event;
mod event;
mod folder;
mod follow;
mod history;
mod kernel_script;
mod line;
mod marks;
mod op;
mod reader;
mod release;
mod replay;
mod scene;
mod spelling;
mod unpack;

pub use conform::{Conformance, Outcome, Unlike, conform};
pub use driven::{DrivenTree, clears_trees};
pub use es_event::{EsCall, EsLine, InodeId};
pub use event::{Event, Rwbs};
pub use folder::{Dump, Folder, FolderError, OpRecord};
pub use follow::{
    Allowed, End, Followed, FollowedOp, Kind, Outcome as FollowOutcome, Path, follow, script_of_op,
};
pub use history::History;
pub use kernel_script::{cannot, kernel_script};
pub use line::{Context, Stamp};
pub use marks::{Mark, Marks, ops_of_markers};
pub use op::{Bytes, Mode, RecordedOp};
pub use reader::{Counts, Fault, Item, Reader, Record};
pub use release::{Release, design_of_format};
pub use replay::{
    Difference, Replay, ReplayError, Resync, Unanswered, Why, replay, replay_under,
    told_by_spelling, what_is_wrong,
};
pub use spelling::{Spelling, Spellings};
pub use unpack::{UnpackError, unpack};
