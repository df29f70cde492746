//! What is shown: sentences, tables and geometry, all of it pure and tested natively.

pub mod lockdep;
pub mod narrate;
pub mod why;
pub mod wrap;
