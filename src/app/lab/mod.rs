//! The tree laboratory. It fills a dialog that `static/laboratory.js` opens. It is a separate
//! program (`src/bin/lab.rs`) without access to the page's state; it gets the run as a link.

mod bench;
mod picture;
mod pieces;
mod program;
mod sides;

pub use program::{open, rest, show};
