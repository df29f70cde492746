//! What the page shows, as plain values: geometry, tables and sentences. Nothing in here touches a
//! browser; the page binds these values to elements and sends commands to a [`Session`].

mod names;

pub mod lockdep;
mod lost;
pub mod narrate;
pub mod why;
pub mod wrap;

pub mod lab;

pub mod commands;
pub mod fault;
pub mod mail;
pub mod object;

mod branches;
mod compare;
mod console;
mod editor;
mod explorer;
mod inspector;
mod session;
mod subject;

mod steps;
mod verdict;

mod lanes;
mod milestones;
mod panels;
mod pipeline;
mod series;
mod stage;
mod strata;
mod tables;
mod threads;
mod time;
mod tree;
mod waits;

pub use branches::{BranchRow, Fork, branches};
pub use compare::{Compare, Side, compare};
pub use console::OpFields;
pub use editor::{Editor, LineMark, editor};
pub use explorer::{
    Asked, Event, Explorer, FindingRow, Job, RUNS, Witness, model_checksum, progress_text,
};
pub use fault::Fault;
pub use inspector::{Event as ObjectEvent, Inspector, Look, inspector};
pub use lanes::{Lane, Lanes, Span, SpanKind, lanes};
pub use milestones::{Milestone, milestones};
pub use names::actor_title;
pub use panels::{FOLDED, Panels, Switch};
pub use pipeline::{Ack, COLUMNS, IoRow, Pipeline, pipeline, pipeline_of};
pub use series::{Chart, Series, series};
pub use session::{Preselect, Session};
pub use stage::{Stage, stage};
pub use steps::{StepRow, steps};
pub use strata::{FileStrata, Kind, Mark, MarkKind, Segment, Strata, Stratum, strata};
pub use subject::Subject;
pub use tables::Table;
pub use threads::{Context, ThreadRow, after_power_cut, threads};
pub use time::Stop;
pub use tree::{NODE, TreeNode, TreeView, trees};
pub use verdict::{Badge, BadgeKind, badge, finding};
pub use waits::{CycleNode, WaitGraph, WaitRow, wait_graph};

#[cfg(test)]
mod tests;
