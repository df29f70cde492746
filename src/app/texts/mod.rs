//! Parts of the page whose texts nobody sees at the opening: the lines of the change, and what the
//! knobs do. They are in a module without page or machine (`src/bin/texts.rs`), which
//! `static/boot.js` fetches when one of these parts is first shown. Each function fills an element
//! of the page with the answer to a question, a text.

mod change;
mod knobs;
mod pieces;

pub use change::fill_change;
pub use knobs::fill_knobs;
