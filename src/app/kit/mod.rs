//! Parts that all programs of the page use: the page itself, the explorer, the laboratory, the
//! charts.

pub mod prelude;

mod copy;
mod dialog;
mod focus;
mod grid;
pub mod panic;
mod parts;
mod sight;
mod texts;

pub use copy::copy_and_tell;
pub use dialog::{close, keep_key, show};
pub use focus::{by_id, focus, focus_any, focus_step, keep_focus, when_focus_is_lost};
pub use grid::rove;
pub use parts::{Followed, Keys, aria, derived, icon, list, memo, open, option, shapes};
pub use sight::{bring_into_sight, bring_last_into_sight};
pub use texts::{fill, texts_notice};
