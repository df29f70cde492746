//! The explorer: a program of its own on the page, and what the page does for it.

mod dialog;
pub mod page;

pub use dialog::{Host, fill, open, rest, show};
