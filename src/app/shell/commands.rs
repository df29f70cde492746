//! What a command does on the page.

use core::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::app::kit::prelude::*;
use crate::app::kit::{by_id, focus, focus_any, focus_step, when_focus_is_lost};
use crate::session::Session;

use super::copy::{copy_of, mail};
use super::desk::Desk;
use super::opener::{enter, give_focus_back};

#[wasm_bindgen]
extern "C" {
    /// Of `static/boot.js`; a word says what is to be done in it.
    #[wasm_bindgen(js_name = extentscopeExplorer)]
    fn open_explorer(word: &str);
}

thread_local! {
    /// Whether the palette is opened for the number of a step.
    pub(super) static WANTS_STEP: Cell<bool> = const { Cell::new(false) };
}

/// Does a command, by its id.
pub fn run(desk: Desk, id: &str) {
    if desk.act(|s| s.command(id)) {
        match id {
            "close" => give_focus_back(),
            "changes" => enter(),
            // Its button is gone when none are left.
            "edits" => when_focus_is_lost(Box::new(|| focus_field("script"))),
            _ => {}
        }
        return;
    }
    match id {
        "copy-link" => copy_of(desk, "link", |_| String::new()),
        "copy-mail" => copy_of(desk, "mail", mail),
        "copy-steps" => copy_of(desk, "steps", Session::steps_text),
        "copy-script" => copy_of(desk, "script", |s| s.text().into()),
        "matrix" => open_explorer("matrix"),
        "go" => {
            WANTS_STEP.set(true);
            press("commands");
        }
        "focus" => find_object(desk),
        // Where panels are folded, what is said of it stands in this one.
        "laboratory" => {
            desk.act(|s| s.unfold("tree"));
            press(id);
        }
        "script" => go_to_field(desk, "script", id),
        "issue" => go_to_field(desk, "steps", id),
        "scenario" | "design" | "theme" => focus_field(id),
        button => press(button),
    }
}

/// Puts the focus on what the inspector looks at, where it is in sight; else where the next step is
/// taken.
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
fn go_to_field(desk: Desk, panel: &str, command: &str) {
    desk.act(|s| s.unfold(panel));
    let command = command.to_string();
    // Unfolded it can take the focus.
    request_animation_frame(move || focus_field(&command));
}

/// Puts the focus on the field that a command is about.
pub fn focus_field(command: &str) {
    by_id(&format!("{command}-field")).as_ref().map(focus);
}

/// Presses the button that a command is.
pub fn press(id: &str) {
    if let Some(button) = by_id(id) {
        button.click();
    }
}
