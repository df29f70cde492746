//! Scrolling inside the boxes of the page.

use wasm_bindgen::JsCast;
use web_sys::Element;

use super::prelude::*;

/// Scrolls the box around the first element of a selector, never the page, until the element is
/// visible.
pub fn bring_into_sight(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        bring(&element);
    }
}

/// The same for the last element of the first of these selectors that has one.
pub fn bring_last_into_sight(selectors: &[&str]) {
    let last = |selector: &&str| {
        let all = document().query_selector_all(selector).ok()?;
        all.item(all.length().checked_sub(1)?)?.dyn_into::<Element>().ok()
    };
    if let Some(element) = selectors.iter().find_map(last) {
        bring(&element);
    }
}

fn bring(element: &Element) {
    let boxes = ".branches, .trees, .editor-scroll, .threads, .change-body";
    let Ok(Some(around)) = element.closest(boxes) else { return };
    let (it, room) = (element.get_bounding_client_rect(), around.get_bounding_client_rect());
    let by = |from: f64, to: f64, first: f64, last: f64| (from - first).min((to - last).max(0.0));
    let down = by(it.top(), it.bottom(), room.top(), room.bottom());
    let right = by(it.left(), it.right(), room.left(), room.right());
    around.set_scroll_top(around.scroll_top() + down as i32);
    around.set_scroll_left(around.scroll_left() + right as i32);
}
