//! The contents of the page as plain values: geometry, tables and sentences. A function takes what
//! it shows (a run, a state, a setup), never the session, and this module does not use the browser.
//!
//! Modules are listed in the order in which they may use each other.

// A new operation, place or note must not fall into an arm that does not expect it.
#![warn(clippy::wildcard_enum_match_arm)]

mod numbered;

pub mod words;

pub mod facts;

pub mod panels;

pub mod inspector;

pub mod beside;
pub mod change;

pub mod text;

pub mod explorer;

pub mod lab;

pub mod charts;

pub mod traces;

pub use beside::{Beside, KnobRow, SideView, beside, first_difference, steps_of_both};
pub use explorer::{
    Along, Asked, Event, Explorer, FindingRow, Graph, Job, OWN, RUNS, Subject, Witness,
    model_checksum, progress_text,
};
pub use facts::{
    Ack, COLUMNS, FileStrata, IoRow, Kind, Mark, MarkKind, Pipeline, Segment, Strata, Stratum,
    pipeline, pipeline_of, strata,
};
pub use inspector::{
    Compare, Event as ObjectEvent, Fault, Inspector, Look, Side, compare, inspector,
};
pub use numbered::Numbered;
pub use panels::{
    Badge, BadgeKind, BranchRow, Chart, Context, CycleNode, Fork, Lane, Lanes, Milestone,
    NO_RETURN, NODE, Series, Span, SpanId, SpanKind, StepRow, Table, ThreadRow, TreeNode, TreeView,
    WaitGraph, WaitRow, after_power_cut, badge, branches, finding, lanes, milestones, series,
    steps, threads, trees, wait_graph,
};
pub use words::actor_title;
