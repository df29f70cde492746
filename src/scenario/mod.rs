//! Scenarios: the op language and the presets, runs and branches of runs, and the links that hold
//! them.

mod artefact;
mod branches;
mod cut;
mod link;
mod load;
mod matrix;
mod op_language;
mod pair;
mod presets;
mod run;
mod walk;
mod witnesses;

pub use artefact::{Again, Artefact, model_checksum};
pub use branches::{Branch, Branches, branch_name, is_tree};
pub use cut::what_to_cut;
pub(crate) use link::head;
pub use link::{Frame, LINK_VERSION, Link, ScriptPart, THEMES, state_sum};
pub use load::{Load, LoadEnd, LoadRun, Loaded};
pub use matrix::{Cell, Matrix, Outcome, Scenario, agrees, code, offered_designs};
pub use op_language::{
    BUDGET_WORDS, Expectation, OpText, Script, ScriptError, is_obeyed, parse_op_line,
    parse_op_line_in,
};
pub(crate) use op_language::{budget, nearest};
pub use pair::{Alone, Beat, Pair};
pub use presets::{PRESETS, Preset};
pub use run::{Backlog, Divergence, Run, RunError};
pub use walk::{Dice, switches, walk, walks};
pub use witnesses::{
    KnownWitness, WITNESSES, known_broken, known_lines, known_witnesses, witness_line,
};
