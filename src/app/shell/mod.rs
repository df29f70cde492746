//! The page around the stage: its state, its commands with their keys, the top bar, and the parts
//! of panels.

mod desk;
mod panel;
mod theme;

mod copy;
mod opener;

mod ask;
pub mod commands;
mod glossary;
mod keys;
mod knobs;
mod palette;
mod top;
mod words;

pub use desk::Desk;
pub use keys::listen_to_keys;
pub use opener::{enter, focus_part, give_focus_back, go_in, note_opener};
pub use panel::{Parts, made_anew, mark_class, marks, name, opener, panel, tables, turn};
pub use theme::follow_theme;
pub use top::{known_buttons, top};
pub use words::{button_words, marked, words};
