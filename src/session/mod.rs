//! The state of the page: a script, the run of it with its branches, and what a person may do to
//! both. The page binds to the values of [`stage`] and [`editor`] and sends commands to a
//! [`Session`].

mod course;
mod page;
mod switches;

mod branches;
mod designs;
mod script;
mod time;

mod fault;
mod known;
mod lesson;
mod stops;

mod commands;
mod console;
mod editor;
mod link;
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
pub use switches::{FOLDED, Panels, Switch};

#[cfg(test)]
mod tests;
