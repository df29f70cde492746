//! The panels of the stage.

mod bar;
mod branches;
mod chart;
mod console;
mod inspector;
mod lanes;
mod lesson;
mod menu;
mod pipeline;
mod script;
mod steps;
mod strata;
mod threads;
mod tree;
mod waits;

pub use bar::{bar, caption};
pub use chart::chart_panel;
pub use inspector::inspector_panel;
pub use lanes::lanes_panel;
pub use lesson::lesson_panel;
pub use menu::{object_menu, open_clicked, open_focused, open_menu};
pub use pipeline::pipeline_panel;
pub use script::script_panel;
pub use steps::steps_panel;
pub use strata::strata_panel;
pub use threads::threads_panel;
pub use tree::tree_panel;
pub use waits::waits_panel;
