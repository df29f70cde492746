//! One state or run as typed values, before it is drawn or told.

mod object;
mod pipeline;
mod strata;

pub use object::{ES_LAYER, LAYERS, Object, io_of, objects, title};
pub use pipeline::{Ack, COLUMNS, IoRow, Pipeline, pipeline, pipeline_of};
pub use strata::{Changed, FileStrata, Kind, Mark, MarkKind, Segment, Strata, Stratum, strata};
