//! The page's keys.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::app::kit::keep_focus;
use crate::app::kit::prelude::*;
use crate::session::find;

use super::commands::run;
use super::desk::Desk;

/// The page's keys. Keys that the focused control uses itself are left to it.
pub fn listen_to_keys() {
    let desk = Desk::of_page();
    let handle = window_event_listener(leptos::ev::keydown, move |ev| {
        let key = name_of(&ev);
        let is_held = ev.ctrl_key() || ev.alt_key() || ev.meta_key();
        if is_held && find(&key).is_none() || ev.default_prevented() {
            return;
        }
        let target = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
        let focused = target.as_ref().map(|e| e.tag_name().to_ascii_lowercase());
        let focused = focused.unwrap_or_default();
        // A slider takes arrows, and no more of the page's keys.
        let is_slider = target.as_ref().is_some_and(|e| e.matches("[type=range]") == Ok(true));
        let own = matches!(focused.as_str(), "input" | "textarea" | "select");
        // One in a dialog that was just closed is left in the next frame.
        let is_gone =
            target.as_ref().is_some_and(|e| e.matches("dialog:not([open]) *") == Ok(true));
        let own = own && !is_gone && !(is_slider && (key.len() == 1 || key.starts_with("Shift+")));
        if own && !is_held && key != "Escape" || key == " " && focused == "button" {
            return;
        }
        // Over a dialog or a menu nothing is a key of the run behind it, also where no control has the
        // focus.
        if document().query_selector("dialog[open], .menu").is_ok_and(|open| open.is_some()) {
            return;
        }
        if let Some(command) = find(&key) {
            ev.prevent_default();
            keep_focus(&mut || run(desk, command.command));
        }
    });
    on_cleanup(move || handle.remove());
}

/// A key as the table names it.
fn name_of(ev: &KeyboardEvent) -> String {
    let key = ev.key();
    match (ev.ctrl_key() || ev.meta_key(), ev.alt_key()) {
        (true, false) => format!("Ctrl+{key}"),
        (_, true) => format!("Alt+{key}"),
        _ if ev.shift_key() && key.len() > 1 => format!("Shift+{key}"),
        _ => key,
    }
}
