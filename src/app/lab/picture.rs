//! The picture of the tree, with zoom and pan.

use crate::app::kit::prelude::*;
use leptos::html::Div;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent, WheelEvent};

use super::bench::Bench;
use super::pieces::{button, dynamic};
use crate::app::kit::{Keys, aria, derived, list};
use crate::view::lab::{Camera, Lab, LabRow, Port, Shape};

/// The zoom factor of one press of a button or a key.
const FACTOR: f64 = 1.5;
/// The distance in pixels of one press of an arrow key.
const NUDGE: f64 = 80.0;
/// Number of table rows per page.
const PAGE: usize = 100;

/// The picture or the table, with the buttons for it.
pub fn picture_pane(bench: Bench) -> AnyView {
    let shows_table = RwSignal::new(false);
    let zoom = move |name, text: &'static str, key: &'static str| {
        button(name, "", text.into_any(), None, move || {
            zoom_key(bench, key);
        })
    };
    let to_change = move || {
        let port = bench.port.get_untracked();
        if let Some(camera) = bench.picture.with_untracked(|it| it.on_change(port)) {
            bench.look(camera);
        }
    };
    let says = derived(move || {
        let n = bench.picture.with(|it| it.len());
        let extents = if n == 1 { "extent" } else { "extents" };
        let (boxes, percent) = bench.plan.with(|it| (it.boxes, it.percent));
        match boxes == n {
            true => format!("{n} {extents}, zoom {percent} %"),
            false => format!("{n} {extents}, {boxes} drawn one by one, zoom {percent} %"),
        }
    });
    let content = move || if shows_table.get() { table(bench) } else { drawing(bench) };
    view! {
        <section class="lab-centre" aria-labelledby="lab-tree-title">
            <div class="panel-head lab-tools">
                <h3 class="panel-title" id="lab-tree-title">
                    "Extent status tree"
                </h3>
                <span class="panel-aside quiet">{says}</span>
                <span class="lab-buttons">
                    {zoom("Zoom out", "−", "-")} {zoom("Zoom in", "+", "+")} {zoom("Fit", "Fit", "0")}
                    {button("Show change", "", "Show change".into_any(), None, to_change)}
                    <button
                        type="button"
                        aria-label="Extents as a table"
                        aria-pressed=aria(shows_table)
                        on:click=move |_| shows_table.update(|on| *on = !*on)
                    >
                        "table"
                    </button>
                </span>
            </div>
            {dynamic(content)}
            <p class="quiet lab-legend">
                "Square: black, round: red. W written, U unwritten, D delayed, H hole, R referenced; * and the bar on the left: dirty, a conversion is pending. A ring: changed by the line; ↺ ↻: lifted by a rotation. A bracket is a subtree."
                <span class="lab-keys">
                    " Keys: \u{2190} \u{2192} Home End go from line to line, Space plays, + \u{2212} 0 zoom; on the drawing, arrows move it."
                </span>
            </p>
        </section>
    }
    .into_any()
}

/// Handles the keys that zoom; returns false for any other key.
pub fn zoom_key(bench: Bench, key: &str) -> bool {
    let port = bench.port.get_untracked();
    let camera = bench.camera.get_untracked();
    let zoomed = |factor| {
        bench.picture.with_untracked(|picture| camera.zoomed(factor, port.w / 2.0, picture, port))
    };
    let camera = match key {
        "+" | "=" => zoomed(FACTOR),
        "-" | "_" => zoomed(1.0 / FACTOR),
        "0" => Camera::Fit,
        _ => return false,
    };
    bench.look(camera);
    true
}

fn drawing(bench: Bench) -> AnyView {
    let place: NodeRef<Div> = NodeRef::new();
    let drag = RwSignal::new(None::<(i32, i32)>);
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            watch_size(&place, bench.port);
        }
    });
    let wheel = move |ev: WheelEvent| {
        ev.prevent_default();
        let left = place.get_untracked().map_or(0.0, |it| it.get_bounding_client_rect().left());
        roll(bench, &ev, left);
    };
    let press = move |ev: PointerEvent| {
        drag.set(Some((ev.client_x(), ev.client_y())));
        if let Some(place) = place.get_untracked() {
            // Capturing a pointer fails if the button was released; nothing is dragged then.
            let _ = place.set_pointer_capture(ev.pointer_id());
        }
    };
    let moved = move |ev: PointerEvent| {
        let Some((x, y)) = drag.get_untracked() else { return };
        let (now_x, now_y) = (ev.client_x(), ev.client_y());
        drag.set(Some((now_x, now_y)));
        pan(bench, f64::from(x - now_x), f64::from(y - now_y));
    };
    let drop = move |_: PointerEvent| drag.set(None);
    view! {
        <div
            class="lab-picture"
            class:is-still=bench.still
            tabindex="0"
            role="group"
            aria-label="Drawing: arrows move it, plus and minus zoom, 0 fits"
            node_ref=place
            on:wheel=wheel
            on:pointerdown=press
            on:pointermove=moved
            on:pointerup=drop
            on:pointercancel=drop
            on:keydown=move |ev| arrows(bench, &ev)
        >
            {marks(bench)}
        </div>
    }
    .into_any()
}

fn pan(bench: Bench, dx: f64, dy: f64) {
    let (port, camera) = (bench.port.get_untracked(), bench.camera.get_untracked());
    bench.look(bench.picture.with_untracked(|picture| camera.panned(dx, dy, picture, port)));
}

fn roll(bench: Bench, ev: &WheelEvent, left: f64) {
    if ev.shift_key() || ev.delta_x().abs() > ev.delta_y().abs() {
        return pan(bench, ev.delta_x() + ev.delta_y(), 0.0);
    }
    let factor = (-ev.delta_y() / 400.0).clamp(-1.0, 1.0).exp();
    let about = f64::from(ev.client_x()) - left;
    let (port, camera) = (bench.port.get_untracked(), bench.camera.get_untracked());
    bench.look(bench.picture.with_untracked(|picture| camera.zoomed(factor, about, picture, port)));
}

fn arrows(bench: Bench, ev: &KeyboardEvent) {
    match ev.key().as_str() {
        "ArrowLeft" => pan(bench, -NUDGE, 0.0),
        "ArrowRight" => pan(bench, NUDGE, 0.0),
        "ArrowUp" => pan(bench, 0.0, -NUDGE),
        "ArrowDown" => pan(bench, 0.0, NUDGE),
        _ => return,
    }
    ev.prevent_default();
}

/// Draws the lines first and the boxes above them.
fn marks(bench: Bench) -> AnyView {
    let summary = derived(move || {
        let (n, levels) = bench.picture.with(|it| (it.len(), it.levels()));
        match n {
            0 => "The tree is empty".to_string(),
            n if n <= 12 => format!("Tree of {n} extents: {}", bench.lab.with(Lab::tree_text)),
            n => format!("Tree of {n} extents on {levels} levels; the table lists them"),
        }
    });
    let filled = Signal::derive(move || bench.picture.with(|it| !it.is_empty()));
    let keys = Keys::derived(move || bench.plan.with(|plan| plan.order.clone()));
    view! {
        <p class="quiet lab-empty" hidden=filled>
            "The tree is empty."
        </p>
        <svg role="img" aria-label=summary>
            {list(keys.clone(), move |key| edge(bench, key))}
            {list(keys, move |key| mark(bench, key))}
        </svg>
    }
    .into_any()
}

/// A text of one shape; empty when the shape is gone.
fn of_shape(bench: Bench, key: u64, read: fn(&Shape) -> String) -> Signal<String> {
    let text =
        Memo::new(move |_| bench.plan.with(|plan| plan.shape(key).map(read).unwrap_or_default()));
    text.into()
}

/// New shapes fade in, except while the view moves.
fn appears(bench: Bench) -> &'static str {
    if bench.still.get_untracked() { "none" } else { "" }
}

fn edge(bench: Bench, key: u64) -> AnyView {
    view! {
        <line
            class=of_shape(bench, key, Shape::edge_class)
            x1="0"
            y1="0"
            x2="1"
            y2="1"
            vector-effect="non-scaling-stroke"
            style:animation=appears(bench)
            style:transform=of_shape(bench, key, Shape::edge)
        ></line>
    }
    .into_any()
}

/// A node or a glyph. Its content is replaced immediately; its position is animated.
fn mark(bench: Bench, key: u64) -> AnyView {
    view! {
        <g
            class=of_shape(bench, key, Shape::class)
            style:animation=appears(bench)
            style:transform=of_shape(bench, key, Shape::transform)
            inner_html=of_shape(bench, key, Shape::svg)
        ></g>
    }
    .into_any()
}

fn watch_size(place: &HtmlElement, port: RwSignal<Port>) {
    let read = {
        let place = place.clone();
        move || {
            let (w, h) = (f64::from(place.client_width()), f64::from(place.client_height()));
            let now = Port { w, h };
            if port.try_get_untracked().is_some_and(|before| before != now) {
                port.set(now);
            }
        }
    };
    read();
    let changed = Closure::<dyn Fn()>::new(read);
    if let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) {
        observer.observe(place);
        let keep = StoredValue::new_local((observer, changed));
        on_cleanup(move || keep.with_value(|(observer, _)| observer.disconnect()));
    }
}

/// A table of the extents in ascending order, one page at a time.
fn table(bench: Bench) -> AnyView {
    let page = RwSignal::new(0_usize);
    let n = move || bench.picture.with(|it| it.len());
    let from = move || page.get().min(n().saturating_sub(1) / PAGE) * PAGE;
    let one_page = Signal::derive(move || n() <= PAGE);
    let first = aria(Signal::derive(move || from() == 0));
    let last = aria(Signal::derive(move || from() + PAGE >= n()));
    let turn = move |by: isize| {
        let last = bench.picture.with_untracked(|it| it.len()).saturating_sub(1) / PAGE;
        page.update(|it| *it = it.saturating_add_signed(by).min(last));
    };
    let says =
        derived(move || format!("rows {} to {} of {}", from() + 1, (from() + PAGE).min(n()), n()));
    let head = ["lblk", "len", "pblk", "status", "colour", "under", "marks"];
    let head = head.map(|name| view! { <th {..named("scope", "col")}>{name}</th> }.into_any());
    let rows = move || {
        let rows = bench.lab.with(|lab| lab.rows(from(), PAGE));
        rows.iter().map(row).collect::<Vec<_>>().into_any()
    };
    view! {
        <div class="lab-table" tabindex="0" role="group" aria-label="Table of extents">
            <div class="row" hidden=one_page>
                {button("Rows before", "", "Rows before".into_any(), Some(first), move || turn(-1))}
                {button("Rows after", "", "Rows after".into_any(), Some(last), move || turn(1))}
                <span class="quiet">{says}</span>
            </div>
            <table class="twin mono">
                <caption>"Extents in the order of their blocks"</caption>
                <thead>
                    <tr>{Vec::from(head)}</tr>
                </thead>
                <tbody>{dynamic(rows)}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(row: &LabRow) -> AnyView {
    let cells = row.cells().map(|cell| view! { <td>{cell}</td> }.into_any());
    view! { <tr>{Vec::from(cells)}</tr> }.into_any()
}
