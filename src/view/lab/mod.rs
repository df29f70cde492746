//! The tree laboratory: one ES tree, the rules of any version, and calls as text, one line per
//! step.

mod draw;
mod laboratory;
mod lang;
mod machine;
mod plan;
mod presets;
mod rules;
mod stage;
mod text;
mod words;

pub use laboratory::{Lab, LabCounters, LabRow, Margin};
pub use lang::{LAB_WORDS, LabOp, parse_lab};
pub use plan::{Camera, Form, Picture, Plan, Port, Shape, layout};
pub use presets::{LAB_PRESETS, LabPreset};
pub use rules::{Edition, RULE_ROWS, RuleRow, differences};
pub use stage::{StageTree, stage_trees};
pub use words::{Heard, Recorder};

#[cfg(test)]
mod tests;
