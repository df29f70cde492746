//! What the page shows, as plain values: geometry, tables and sentences. Each function takes what
//! it shows (a run, a state, a setup), never the page's state, and nothing in here touches a
//! browser.
//!
//! Modules stand in the order in which they may use each other.

pub mod words;

pub mod facts;

pub mod panels;

pub mod inspector;

pub mod text;

pub mod explorer;

pub mod lab;

pub mod charts;

pub use explorer::{
    Asked, Event, Explorer, FindingRow, Job, OWN, RUNS, Subject, Witness, model_checksum,
    progress_text,
};
pub use facts::{
    Ack, COLUMNS, FileStrata, IoRow, Kind, Mark, MarkKind, Pipeline, Segment, Strata, Stratum,
    pipeline, pipeline_of, strata,
};
pub use inspector::{
    Compare, Event as ObjectEvent, Fault, Inspector, Look, Side, compare, inspector,
};
pub use panels::{
    Badge, BadgeKind, BranchRow, Chart, Context, CycleNode, Fork, Lane, Lanes, Milestone,
    NO_RETURN, NODE, Series, Span, SpanKind, StepRow, Table, ThreadRow, TreeNode, TreeView,
    WaitGraph, WaitRow, after_power_cut, badge, branches, finding, lanes, milestones, series,
    steps, threads, trees, wait_graph,
};
pub use words::actor_title;
