//! The JavaScript API of the page.

mod object;
mod wire;

pub use object::install;
