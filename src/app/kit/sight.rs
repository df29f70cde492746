//! Scrolling inside the boxes of the page.

use web_sys::Element;

use super::prelude::*;

/// Scrolls the box around an element, never the page, until the element is visible.
pub fn bring_into_sight(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    let around = |element: &Element| {
        element.closest(".branches, .trees, .editor-scroll, .threads, .change-body").ok().flatten()
    };
    let Some((element, around)) = found.and_then(|it| around(&it).map(|around| (it, around)))
    else {
        return;
    };
    let (it, room) = (element.get_bounding_client_rect(), around.get_bounding_client_rect());
    let by = |from: f64, to: f64, first: f64, last: f64| (from - first).min((to - last).max(0.0));
    let down = by(it.top(), it.bottom(), room.top(), room.bottom());
    let right = by(it.left(), it.right(), room.left(), room.right());
    around.set_scroll_top(around.scroll_top() + down as i32);
    around.set_scroll_left(around.scroll_left() + right as i32);
}
