//! The explorer: its jobs, its findings, and the runs that it opens on the page.

mod cells;
mod doing;
mod estimate;
mod findings;
mod graph;
mod job;
mod known;
mod model;
mod pick;
mod sentences;
mod subject;
mod wire;
mod witness;

pub use crate::scenario::model_checksum;
pub use estimate::Along;
pub use findings::FindingRow;
pub use graph::Graph;
pub use job::{Asked, Event, Job};
pub use model::Explorer;
pub use subject::{OWN, Subject};
pub use wire::{RUNS, progress_text};
pub use witness::Witness;
