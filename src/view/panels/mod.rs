//! What each panel of the stage shows: geometry, rows and tables.

mod branches;
mod lanes;
mod lesson;
mod lost;
mod milestones;
mod series;
mod steps;
mod tables;
mod threads;
mod tree;
mod verdict;
mod waits;

pub use branches::{BranchRow, Fork, Track, branches};
pub(in crate::view) use lanes::acted;
pub use lanes::{Lane, Lanes, Span, SpanKind, lanes};
pub use lesson::{Action, AnswerMark, AnswerRow, LessonCard, Reader, lesson_card, title};
pub use milestones::{Milestone, NO_RETURN, milestones};
pub use series::{Chart, Series, series};
pub use steps::{StepRow, steps};
pub use tables::Table;
pub use threads::{Context, ThreadRow, after_power_cut, threads};
pub use tree::{NODE, TreeNode, TreeView, trees};
pub use verdict::{Badge, BadgeKind, badge, finding};
pub use waits::{CycleNode, WaitGraph, WaitRow, wait_graph};
