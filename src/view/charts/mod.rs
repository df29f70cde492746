//! The charts: S9 at length and the growth of searches, as series, axes, tables and CSV. This
//! module does not draw: `src/app/charts` draws a [`Chart`] with plotters and shows its tables.

mod board;
mod chart;
mod curve;
mod growth;
mod load;
mod load_charts;
mod search_charts;

pub use board::{Board, DesignRow, Page, SEARCH_STATES, Settings};
pub use chart::{
    Axis, Bar, Chart, Legend, Line, Picture, Ridge, Rule, Sample, SheetTable, Style, grouped,
};
pub use curve::{Curve, Window};
pub use growth::{Growth, GrowthLimit, Recorder};
pub use load::{Ended, LoadJob, LoadReport, LoadWork};
pub use load_charts::{backlog_chart, latency_chart, memory_chart, throughput_chart};
pub use search_charts::{frontier_chart, layers_chart};
