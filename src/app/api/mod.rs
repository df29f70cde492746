//! The page for other scripts.

mod object;
mod wire;

pub use object::install;
