//! Moves the focus into the inspector when it opens, and back when it closes.

use core::cell::RefCell;

use web_sys::Element;

use crate::app::kit::prelude::*;
use crate::app::kit::{focus_any, focus_step};

thread_local! {
    /// The element that had the focus when the inspector was opened.
    static OPENER: RefCell<Option<Element>> = const { RefCell::new(None) };
}

/// Remembers the element that opens the inspector. If there is none, the step button gets the focus
/// when the inspector closes.
pub fn note_opener(element: Option<Element>) {
    OPENER.set(element);
}

/// Moves the focus to the inspector's head, which a screen reader then reads, and remembers the
/// focused element for later.
pub fn enter() {
    let focused =
        document().active_element().filter(|e| e.closest("aside").is_ok_and(|a| a.is_none()));
    if focused.is_some() {
        OPENER.set(focused);
    }
    go_in();
}

/// Moves the focus to the inspector's head in the next frame: hidden elements cannot take it.
pub fn go_in() {
    let had = document().active_element();
    request_animation_frame(move || {
        if !has_moved(had.as_ref()) {
            focus_part(".area-inspector h2");
        }
    });
}

/// Focuses the first element that matches a selector.
pub fn focus_part(selector: &str) {
    match document().query_selector(selector).ok().flatten() {
        Some(part) => focus_any(&part),
        None => focus_step(),
    }
}

/// Moves the focus back to the element that opened the inspector, otherwise to the step button.
pub fn give_focus_back() {
    let opener = OPENER.take();
    let had = document().active_element();
    // The opener may have been hidden behind the inspector until the next frame.
    request_animation_frame(move || {
        if has_moved(had.as_ref()) {
            return;
        }
        match opener.filter(|element| element.is_connected()) {
            Some(opener) => focus_any(&opener),
            None => focus_step(),
        }
    });
}

/// Whether a fast reader has moved the focus to another element already. Then it stays there.
fn has_moved(had: Option<&Element>) -> bool {
    let has = document().active_element();
    has.as_ref() != had && has.is_some_and(|element| element.tag_name() != "BODY")
}
