//! The keys of the page: each key runs the command that the table of commands names.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::app::kit::keep_focus;
use crate::app::kit::prelude::*;

use super::commands::run;
use super::desk::Desk;

/// Listens to the page's keys. Keys that the focused control uses are left to it.
pub fn listen_to_keys() {
    let desk = Desk::of_page();
    let handle = window_event_listener(leptos::ev::keydown, move |ev| {
        let key = name_of(&ev);
        let is_held = ev.ctrl_key() || ev.alt_key() || ev.meta_key();
        let command = desk.read(|s| s.command_of(&key));
        if is_held && command.is_none() || ev.default_prevented() {
            return;
        }
        let target = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
        let focused = target.as_ref().map(|e| e.tag_name().to_ascii_lowercase());
        let focused = focused.unwrap_or_default();
        // A slider uses only the arrow keys.
        let is_slider = target.as_ref().is_some_and(|e| e.matches("[type=range]") == Ok(true));
        let own = matches!(focused.as_str(), "input" | "textarea" | "select");
        // A control in a dialog that was just closed keeps the focus until the next frame.
        let is_gone =
            target.as_ref().is_some_and(|e| e.matches("dialog:not([open]) *") == Ok(true));
        let own = own && !is_gone && !(is_slider && (key.len() == 1 || key.starts_with("Shift+")));
        if own && !is_held && key != "Escape" || key == " " && focused == "button" {
            return;
        }
        // While a dialog or a menu is open, keys must not reach the run behind it.
        if document().query_selector("dialog[open], .menu").is_ok_and(|open| open.is_some()) {
            return;
        }
        if let Some(command) = command {
            ev.prevent_default();
            keep_focus(&mut || run(desk, command));
        }
    });
    on_cleanup(move || handle.remove());
}

/// The name of a pressed key, as in [`COMMANDS`](crate::session::COMMANDS).
fn name_of(ev: &KeyboardEvent) -> String {
    let key = ev.key();
    match (ev.ctrl_key() || ev.meta_key(), ev.alt_key()) {
        (true, false) => format!("Ctrl+{key}"),
        (_, true) => format!("Alt+{key}"),
        _ if ev.shift_key() && key.len() > 1 => format!("Shift+{key}"),
        _ => key,
    }
}
