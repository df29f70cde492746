//! Scenarios as people write them: the op language and the presets; runs of them, their branches,
//! and the link that holds all of it.

mod branches;
mod link;
mod load;
mod matrix;
mod op_language;
mod presets;
mod run;
mod walk;
mod witnesses;

pub use branches::{Branch, Branches, branch_name, is_tree};
pub(crate) use link::head;
pub use link::{LINK_VERSION, Link, ScriptPart, state_sum};
pub use load::{Load, LoadEnd, LoadRun, Loaded};
pub use matrix::{Cell, Matrix, Outcome, Scenario, agrees, code};
pub use op_language::{
    BUDGET_WORDS, Expectation, OpText, Script, ScriptError, parse_op_line, parse_op_line_in,
};
pub(crate) use op_language::{budget, nearest};
pub use presets::{PRESETS, Preset};
pub use run::{Backlog, Divergence, Run, RunError};
pub use walk::{Dice, switches, walk, walks};
pub use witnesses::{KnownWitness, WITNESSES, known_broken, known_witnesses, witness_line};
