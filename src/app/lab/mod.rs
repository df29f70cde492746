//! The tree laboratory, which fills a dialog that `static/laboratory.js` has opened. It is a
//! program of its own (`src/bin/lab.rs`), so the stage's desk is not in reach: what it knows of the run
//! that is shown comes as a link.

mod bench;
mod picture;
mod pieces;
mod program;
mod sides;

pub use program::{open, rest, show};
