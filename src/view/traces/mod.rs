//! Traces of a running kernel on the page: the events in lanes, the tree at any event, and the step
//! from an event to the machine. A worker reads a trace into a [`Book`] and answers each [`Ask`]
//! with a [`Sight`], which the dialog shows.

mod book;
mod sight;

pub use book::{Book, Summary};
pub use sight::{Ask, Go, LANES, Row, Sight, TreeRow};
