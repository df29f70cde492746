//! What a command does on the page.

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
    /// In `static/boot.js`; opens the explorer, and `matrix` fills its matrix too.
    #[wasm_bindgen(js_name = extentscopeExplorer)]
    fn open_explorer(word: &str);
}

thread_local! {
    /// Whether the palette asks for a step number.
    pub(super) static WANTS_STEP: Cell<bool> = const { Cell::new(false) };
}

/// Does a command.
pub fn run(desk: Desk, command: Command) {
    if desk.act(|s| s.command(command)) {
        match command {
            Command::Close => give_focus_back(),
            Command::Changes => enter(),
            // The button disappears when no edits are left.
            Command::Edits => when_focus_is_lost(Box::new(|| focus_field(Command::Script))),
            _ => {}
        }
        return;
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
        // Where panels are folded, the laboratory's messages stand in the tree's panel.
        Command::Laboratory => {
            desk.act(|s| s.unfold("tree"));
            press(command);
        }
        // The button that opens the charts stands in the chart's panel, which is folded with the lanes.
        Command::Charts => {
            desk.act(|s| s.unfold("lanes"));
            press(command);
        }
        Command::Script => go_to_field(desk, "script", command),
        Command::Issue => go_to_field(desk, "steps", command),
        Command::Scenario | Command::Design | Command::Theme => focus_field(command),
        button => press(button),
    }
}

/// Puts the focus on the visible element of the inspected object, else on the step button.
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

/// Puts the focus on a field of a panel that may be folded.
fn go_to_field(desk: Desk, panel: &str, command: Command) {
    desk.act(|s| s.unfold(panel));
    // A hidden field cannot take the focus, so wait until the panel is unfolded.
    request_animation_frame(move || focus_field(command));
}

/// Puts the focus on the field of a command.
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
