//! What the page does for the explorer, which is another program on it: says what it runs, and shows
//! a run that was found. `src/main.rs` hands these out to JavaScript.

use crate::app::kit::focus_step;
use crate::app::shell::Desk;
use crate::kernel::Design;
use crate::session::Session;

/// What the page runs, and which designs it has run before: a [`Subject`] as text.
pub fn subject() -> String {
    Desk::of_window().map_or(String::new(), |desk| desk.read(Session::subject).to_string())
}

/// Shows a run, which comes as a link, and what is to be said of it.
pub fn take_run(link: &str, notice: &str) {
    let Some(desk) = Desk::of_window() else { return };
    desk.act(|session| session.open_witness(link, notice));
    // The run is what was asked for, not the button that opened the explorer.
    focus_step();
}

/// Forgets that a design was tried.
pub fn leave_out(design: &str) {
    if let (Some(desk), Ok(design)) = (Desk::of_window(), Design::parse(design)) {
        desk.act(|session| session.leave_out(design));
    }
}
