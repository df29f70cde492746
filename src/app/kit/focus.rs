//! Moves the focus, and restores it when the focused element has been removed.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, SvgElement};

use super::prelude::*;

/// The element of the page with an id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Focuses an element of the page; this cannot fail.
pub fn focus(element: &HtmlElement) {
    let _ = element.focus();
}

/// Focuses an HTML or SVG element.
pub fn focus_any(element: &Element) {
    let _ = match element.dyn_ref::<HtmlElement>() {
        Some(element) => element.focus(),
        None => element.unchecked_ref::<SvgElement>().focus(),
    };
}

/// Runs an action that may remove the focused element. The focus then moves to the picture around
/// it, otherwise to the inspector's head, otherwise to the step button.
pub fn keep_focus(act: &mut dyn FnMut()) {
    let focused = document().active_element().filter(|element| element.tag_name() != "BODY");
    let Some(focused) = focused else { return act() };
    let around = focused.closest("[role=grid], [role=tree], aside").ok().flatten();
    act();
    when_focus_is_lost(Box::new(move || {
        let Some(around) = around else { return focus_step() };
        match around.query_selector("h2") {
            Ok(Some(head)) => focus_any(&head),
            _ => focus_any(&around),
        }
    }));
}

/// Runs an action after the next frame, if no element has the focus then.
pub fn when_focus_is_lost(act: Box<dyn FnOnce()>) {
    request_animation_frame(move || {
        request_animation_frame(move || {
            // A browser may leave the focus on a hidden element for a moment.
            let is_lost = |element: Element| {
                element.tag_name() == "BODY" || element.get_bounding_client_rect().width() == 0.0
            };
            if document().active_element().is_none_or(is_lost) {
                act();
            }
        });
    });
}

/// Focuses the step button.
pub fn focus_step() {
    if let Some(button) = by_id("step-forward") {
        focus(&button);
    }
}
