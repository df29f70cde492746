//! Arrow keys in a picture: a grid, a tree or a menu is one stop of the Tab key, and inside it an
//! arrow moves the focus to the nearest part in its direction.

use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, KeyboardEvent};

use super::focus::focus_any;

/// Moves focus among the parts of the element that listens.
pub fn rove(ev: &KeyboardEvent, parts: &str) {
    let (dx, dy) = match ev.key().as_str() {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        _ => return,
    };
    let Some(picture) = ev.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else {
        return;
    };
    let Ok(all) = picture.query_selector_all(parts) else { return };
    let all = (0..all.length()).filter_map(|i| all.get(i)?.dyn_into::<Element>().ok());
    let here = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
    let here = here.filter(|element| *element != picture);
    // The focus is on a button beside the parts, such as a layer's name: the arrow keys step
    // through the run, as on any button.
    if here.as_ref().is_some_and(|element| element.matches(parts) != Ok(true)) {
        return;
    }
    let nearest = match &here {
        // From the picture itself, the focus moves to its first part.
        None => all.into_iter().next(),
        Some(here) => {
            let from = middle(&here.get_bounding_client_rect());
            let row = |part: &Element| part.closest("[role=row]").ok().flatten();
            let row_here = row(here);
            let cost = |part: &Element| {
                if dx != 0.0 && row(part) != row_here {
                    return None; // a row is left up or down
                }
                let to = middle(&part.get_bounding_client_rect());
                let (x, y) = (to.0 - from.0, to.1 - from.1);
                let along = x * dx + y * dy;
                let beside = (x * dy).abs() + (y * dx).abs();
                (along > 1.0).then_some((along + 3.0 * beside) as i64)
            };
            all.filter_map(|part| Some((cost(&part)?, part)))
                .min_by_key(|(cost, _)| *cost)
                .map(|it| it.1)
        }
    };
    // Also at the edge, because an arrow key in a picture must not move the run.
    ev.prevent_default();
    ev.stop_propagation();
    if let Some(part) = nearest {
        focus_any(&part);
    }
}

fn middle(place: &DomRect) -> (f64, f64) {
    (place.left() + place.width() / 2.0, place.top() + place.height() / 2.0)
}
