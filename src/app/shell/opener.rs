//! Where the focus goes when the inspector opens, and back to when it closes.

use core::cell::RefCell;

use web_sys::Element;

use crate::app::kit::prelude::*;
use crate::app::kit::{focus_any, focus_step};

thread_local! {
    /// What was focused when the inspector was opened.
    static OPENER: RefCell<Option<Element>> = const { RefCell::new(None) };
}

/// Notes what the inspector is opened from.
pub fn note_opener(element: Element) {
    OPENER.set(Some(element));
}

/// To the head of the inspector, which a screen reader then reads; the way back leads to what has the
/// focus now.
pub fn enter() {
    let focused =
        document().active_element().filter(|e| e.closest("aside").is_ok_and(|a| a.is_none()));
    if focused.is_some() {
        OPENER.set(focused);
    }
    go_in();
}

/// The same once it is drawn: what is hidden takes no focus.
pub fn go_in() {
    request_animation_frame(|| focus_part(".area-inspector h2"));
}

/// Puts the focus on the first part that a selector finds.
pub fn focus_part(selector: &str) {
    match document().query_selector(selector).ok().flatten() {
        Some(part) => focus_any(&part),
        None => focus_step(),
    }
}

/// To what opened the inspector, or to where the next step is taken.
pub fn give_focus_back() {
    let opener = OPENER.take();
    let had = document().active_element();
    // The opener may have been behind the inspector, and is there again in the next frame.
    request_animation_frame(move || {
        let has = document().active_element();
        // A quick person may have moved the focus since: then it stays there.
        if has != had && has.is_some_and(|element| element.tag_name() != "BODY") {
            return;
        }
        match opener.filter(|element| element.is_connected()) {
            Some(opener) => focus_any(&opener),
            None => focus_step(),
        }
    });
}
