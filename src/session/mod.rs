//! The state of the page: a script, its run with branches, and the commands that change them. The
//! page displays the values of [`stage`] and [`editor`], and sends commands to a [`Session`].

// A new operation, place or note must not fall into an arm that does not expect it.
#![warn(clippy::wildcard_enum_match_arm)]

mod asked;
mod beside;
mod course;
mod frame;
mod page;
mod second;
mod switches;

mod branches;
mod designs;
mod script;
mod time;

mod ask;
mod fault;
mod known;
mod lesson;
mod stops;

mod commands;
mod console;
mod editor;
mod link;
mod obey;
mod stage;
mod subject;
mod texts;

pub use commands::{COMMANDS, Command, CommandInfo, find, key_text, matching};
pub use console::OpFields;
pub use editor::{Editor, LineMark, editor};
pub use fault::{AFTER_POWER_CUT, NOTHING_LEFT};
pub use page::Session;
pub use script::Preselect;
pub use stage::{Stage, stage};
pub use stops::Stop;
pub use switches::{Panels, tabs};

#[cfg(test)]
mod tests;
