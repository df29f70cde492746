//! The page around the stage: its state, its commands with their keys, the top bar, and what panels
//! are made of.

mod desk;
mod panel;
mod theme;

mod copy;
mod opener;

pub mod commands;
mod keys;
mod knobs;
mod palette;
mod top;

pub use desk::Desk;
pub use keys::listen_to_keys;
pub use opener::{enter, focus_part, give_focus_back, go_in, note_opener};
pub use panel::{enlarge, made_anew, mark_key, mark_parts, marks, name, panel_head, tables, turn};
pub use top::top;
