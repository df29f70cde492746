//! The explorer: the dialog, which is a separate program, and the page's part of it.

mod board;
mod dialog;
mod graph;
pub mod page;

pub use board::Host;
pub use dialog::{fill, open, rest, show};
