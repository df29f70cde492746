//! The inspector: an object in detail, two states side by side, and the faults of an object.

mod compare;
mod detail;
mod fault;
mod look;
mod view;

pub use compare::{Compare, Side, compare};
pub use detail::{Change, Detail, Field, changes, detail, difference, differences, fields};
pub use fault::Fault;
pub use look::Look;
pub use view::{Event, Inspector, inspector};
