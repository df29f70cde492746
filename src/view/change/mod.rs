//! The change beside the state: a few lines of pseudo-code for each function that a design runs, in
//! this project's words. Each actor's next line is marked, and so are the lines that differ from
//! another design.
//!
//! `code` is the table of lines: the compiler asks for the lines of a new place. `program` is the
//! order in which a design runs the places, `shown` is the panel's contents.

mod ask;
mod code;
mod hunk;
mod knob;
mod program;
mod shown;

pub use ask::{ChangeAsk, Mark, NoAsk, VERSION, What};
pub use code::{PLACES, code};
pub use knob::{KnobChange, changed_lines, knob_changes, knob_sentence};
pub use program::{Block, Room, block_of, program};
pub use shown::{Change, CodeBlock, CodeRow, Sign, change, change_of};
