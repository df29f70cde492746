//! The page's part of the explorer, which is a separate program: it names the subject and opens
//! runs that were found. `src/main.rs` exports these functions to JavaScript.

use crate::app::kit::focus_step;
use crate::app::shell::Desk;
use crate::kernel::Design;
use crate::session::Session;

/// The script and design that the page runs, and the designs that it has run before: a [`Subject`]
/// as text.
pub fn subject() -> String {
    Desk::of_window().map_or(String::new(), |desk| desk.read(Session::subject).to_string())
}

/// Opens a run, given as a link, with the notice about it.
pub fn take_run(link: &str, notice: &str) {
    let Some(desk) = Desk::of_window() else { return };
    desk.act(|session| session.open_witness(link, notice));
    // The reader wants to see the run, so the focus does not return to the explorer's button.
    focus_step();
}

/// Tells the reader something that happened beside the run, where the page tells everything: below the
/// caption.
pub fn say(text: &str) {
    if let Some(desk) = Desk::of_window() {
        desk.act(|session| session.say(text));
    }
}

/// Removes a design from the tried ones.
pub fn leave_out(design: &str) {
    if let (Some(desk), Ok(design)) = (Desk::of_window(), Design::parse(design)) {
        desk.act(|session| session.leave_out(design));
    }
}
