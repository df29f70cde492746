//! The explorer: its jobs, its findings, and the runs that it hands to the page.

mod model;
mod subject;

pub use model::{
    Asked, Event, Explorer, FindingRow, Job, RUNS, Witness, model_checksum, progress_text,
};
pub use subject::{OWN, Subject};
