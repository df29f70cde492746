//! Executes commands that need the browser.

use core::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::app::kit::prelude::*;
use crate::app::kit::{by_id, focus, focus_any, focus_step, when_focus_is_lost};
use crate::session::{Command, Session};

use super::copy::{copy_of, mail};
use super::desk::Desk;
use super::opener::{enter, give_focus_back};

#[wasm_bindgen]
extern "C" {
    /// Defined in `static/boot.js`. Opens the explorer; the argument `matrix` also fills its
    /// matrix.
    #[wasm_bindgen(js_name = extentscopeExplorer)]
    fn open_explorer(word: &str);
}

thread_local! {
    /// True if the palette should ask for a step number.
    pub(super) static WANTS_STEP: Cell<bool> = const { Cell::new(false) };
}

/// Executes a command: the session does what it can, this file the rest.
pub fn run(desk: Desk, command: Command) {
    if desk.act(|s| s.command(command)) {
        return move_focus(command);
    }
    match command {
        Command::CopyLink => copy_of(desk, "link", |_| String::new()),
        Command::CopyMail => copy_of(desk, "mail", mail),
        Command::CopySteps => copy_of(desk, "steps", Session::steps_text),
        Command::CopyScript => copy_of(desk, "script", |s| s.text().into()),
        Command::Matrix => open_explorer("matrix"),
        Command::Go => {
            WANTS_STEP.set(true);
            press(Command::Commands);
        }
        Command::Focus => find_object(desk),
        // If panels are folded, the tree's panel shows the laboratory's messages.
        Command::Laboratory => {
            desk.act(|s| s.unfold("tree"));
            press(command);
        }
        // The button of the charts is in the chart's panel, which is folded together with the
        // lanes.
        Command::Charts | Command::Traces => {
            desk.act(|s| s.unfold("lanes"));
            press(command);
        }
        Command::Script => go_to_field(desk, "script", command),
        Command::Issue => go_to_field(desk, "steps", command),
        Command::Scenario | Command::Design | Command::Theme => focus_field(command),
        Command::About
        | Command::Words
        | Command::Ask
        | Command::Commands
        | Command::Save
        | Command::Explore
        | Command::Knobs => press(command),
        // The session has done these.
        Command::Play
        | Command::Forward
        | Command::Back
        | Command::NextSwitch
        | Command::PreviousSwitch
        | Command::NextEvent
        | Command::PreviousEvent
        | Command::Start
        | Command::End
        | Command::Branch
        | Command::PreviousBranch
        | Command::NextBranch
        | Command::Changes
        | Command::Close
        | Command::Why
        | Command::Turn(_)
        | Command::Tables
        | Command::Present
        | Command::NextShown
        | Command::PreviousShown
        | Command::Blank
        | Command::Lessons
        | Command::Compare
        | Command::Power
        | Command::Shrink
        | Command::RunScript
        | Command::Restart
        | Command::Edits
        | Command::Preset(_) => {}
    }
}

/// Moves the focus after a command of the run.
fn move_focus(command: Command) {
    if command == Command::Close {
        give_focus_back();
    } else if command == Command::Changes {
        enter();
    } else if command == Command::Edits {
        // The button disappears when no edits are left.
        when_focus_is_lost(Box::new(|| focus_field(Command::Script)));
    }
}

/// Focuses the visible element of the inspected object, otherwise the step button.
fn find_object(desk: Desk) {
    let Some(look) = desk.read(Session::look) else { return focus_step() };
    let all = format!(".stage [data-object='{look}']:is(button, [tabindex])");
    let all = document().query_selector_all(&all);
    let all = all.into_iter().flat_map(|all| (0..all.length()).filter_map(move |i| all.get(i)));
    let mut all = all.filter_map(|node| node.dyn_into::<Element>().ok());
    match all.find(|element| element.get_bounding_client_rect().width() > 0.0) {
        Some(element) => {
            focus_any(&element);
            element.scroll_into_view();
        }
        None => focus_step(),
    }
}

/// Focuses a field of a panel that may be folded.
fn go_to_field(desk: Desk, panel: &str, command: Command) {
    desk.act(|s| s.unfold(panel));
    // A hidden field cannot take the focus, so this waits until the panel is unfolded.
    request_animation_frame(move || focus_field(command));
}

/// Focuses the field of a command.
pub fn focus_field(command: Command) {
    let Some(info) = command.info() else { return };
    by_id(&format!("{}-field", info.id)).as_ref().map(focus);
}

/// Clicks the button of a command.
pub fn press(command: Command) {
    if let Some(button) = command.info().and_then(|info| by_id(info.id)) {
        button.click();
    }
}
