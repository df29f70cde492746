//! A state or a run as typed values, from which pictures and sentences are made.

mod changed;
mod layers;
mod object;
mod pipeline;
mod strata;

pub use layers::strata;
pub use object::{ES_LAYER, LAYERS, Object, io_of, objects, title};
pub use pipeline::{Ack, COLUMNS, IoRow, Pipeline, pipeline, pipeline_of};
pub use strata::{Changed, FileStrata, Kind, Mark, MarkKind, Segment, Strata, Stratum};
