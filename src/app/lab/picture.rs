//! The tree, drawn as far as it fits, and how it is zoomed and moved.

use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::Bench;
use crate::es::Side;
use crate::view::lab::{Camera, Form, Lab, LabRow, Picture, Plan, Port, Shape, layout};

/// One press of a button or a key.
const FACTOR: f64 = 1.5;
/// Pixels that an arrow key moves by.
const NUDGE: f64 = 80.0;
/// Rows of the table on one page.
const PAGE: usize = 100;

/// The picture or the table, with their buttons.
#[component]
pub fn PicturePane(bench: Bench) -> impl IntoView {
    let table = RwSignal::new(false);
    let picture = bench.memo(Lab::picture);
    let plan = Memo::new(move |_| {
        let (port, camera) = (bench.port.get(), bench.camera.get());
        if port.w < 1.0 { Plan::default() } else { layout(&picture.get(), port, camera) }
    });
    let button = move |name: &'static str, text: &'static str, key: &'static str| {
        let press = move |_| {
            zoom_key(bench, key);
        };
        view! { <button type="button" aria-label=name on:click=press>{text}</button> }
    };
    let change = move |_| {
        if let Some(camera) = picture.with_untracked(|it| it.on_change()) {
            bench.still.set(true);
            bench.camera.set(camera);
        }
    };
    let says = move || {
        let (n, boxes) = (picture.with(|it| it.len()), plan.with(|it| it.boxes));
        format!("{n} extents, {boxes} drawn one by one, zoom {} %", plan.with(|it| it.percent))
    };
    view! {
        <section class="lab-centre" aria-labelledby="lab-tree-title">
            <div class="panel-head lab-tools">
                <h3 class="panel-title" id="lab-tree-title">"Extent status tree"</h3>
                <span class="panel-aside quiet">{says}</span>
                <span class="lab-buttons">
                    {button("Zoom out", "−", "-")}
                    {button("Zoom in", "+", "+")}
                    {button("Fit", "fit", "0")}
                    <button type="button" on:click=change>"show change"</button>
                    <button
                        type="button"
                        aria-label="Extents as a table"
                        aria-pressed=move || table.get().to_string()
                        on:click=move |_| table.update(|on| *on = !*on)
                    >
                        "table"
                    </button>
                </span>
            </div>
            {move || if table.get() {
                view! { <Table bench picture /> }.into_any()
            } else {
                view! { <Drawing bench picture plan /> }.into_any()
            }}
            <p class="quiet lab-legend">
                "Square: black, round: red. W written, U unwritten, D delayed, H hole, R referenced, * dirty: a conversion is pending. A bracket is a subtree."
            </p>
        </section>
    }
    .into_any()
}

/// What the keys that zoom do; false for any other key.
pub fn zoom_key(bench: Bench, key: &str) -> bool {
    let port = bench.port.get_untracked();
    let picture = bench.lab.with_untracked(Lab::picture);
    let camera = bench.camera.get_untracked();
    let camera = match key {
        "+" | "=" => camera.zoomed(FACTOR, port.w / 2.0, &picture, port),
        "-" | "_" => camera.zoomed(1.0 / FACTOR, port.w / 2.0, &picture, port),
        "0" => Camera::Fit,
        _ => return false,
    };
    bench.still.set(true);
    bench.camera.set(camera);
    true
}

#[component]
fn Drawing(bench: Bench, picture: Memo<Arc<Picture>>, plan: Memo<Plan>) -> impl IntoView {
    let place: NodeRef<Div> = NodeRef::new();
    let drag = RwSignal::new(None::<(i32, i32)>);
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            watch_size(&place, bench.port);
        }
    });
    let pan = move |dx: f64, dy: f64| {
        bench.still.set(true);
        let port = bench.port.get_untracked();
        bench.camera.update(|it| *it = it.panned(dx, dy, &picture.get_untracked(), port));
    };
    let wheel = move |ev: web_sys::WheelEvent| {
        ev.prevent_default();
        if ev.shift_key() || ev.delta_x().abs() > ev.delta_y().abs() {
            return pan(ev.delta_x() + ev.delta_y(), 0.0);
        }
        let factor = (-ev.delta_y() / 400.0).clamp(-1.0, 1.0).exp();
        let left = place.get_untracked().map_or(0.0, |it| it.get_bounding_client_rect().left());
        let about = f64::from(ev.client_x()) - left;
        let port = bench.port.get_untracked();
        bench.still.set(true);
        bench.camera.update(|it| *it = it.zoomed(factor, about, &picture.get_untracked(), port));
    };
    let press = move |ev: web_sys::PointerEvent| {
        drag.set(Some((ev.client_x(), ev.client_y())));
        if let Some(place) = place.get_untracked() {
            // A pointer that is gone already cannot be captured; then nothing is dragged.
            let _ = place.set_pointer_capture(ev.pointer_id());
        }
    };
    let moved = move |ev: web_sys::PointerEvent| {
        let Some((x, y)) = drag.get_untracked() else { return };
        let (now_x, now_y) = (ev.client_x(), ev.client_y());
        drag.set(Some((now_x, now_y)));
        pan(f64::from(x - now_x), f64::from(y - now_y));
    };
    let arrows = move |ev: web_sys::KeyboardEvent| {
        match ev.key().as_str() {
            "ArrowLeft" => pan(-NUDGE, 0.0),
            "ArrowRight" => pan(NUDGE, 0.0),
            "ArrowUp" => pan(0.0, -NUDGE),
            "ArrowDown" => pan(0.0, NUDGE),
            _ => return,
        }
        ev.prevent_default();
    };
    view! {
        <div
            class="lab-picture"
            class:is-still=move || bench.still.get()
            tabindex="0"
            role="group"
            aria-label="Drawing: arrows move it, plus and minus zoom, 0 fits"
            node_ref=place
            on:wheel=wheel
            on:pointerdown=press
            on:pointermove=moved
            on:pointerup=move |_| drag.set(None)
            on:pointercancel=move |_| drag.set(None)
            on:keydown=arrows
        >
            <Shapes bench plan />
        </div>
    }
    .into_any()
}

#[component]
fn Shapes(bench: Bench, plan: Memo<Plan>) -> impl IntoView {
    let summary = bench.memo(|lab| {
        let picture = lab.picture();
        match picture.len() {
            0 => "The tree is empty".to_string(),
            n if n <= 12 => format!("Tree of {n} extents: {}", lab.tree_text()),
            n => {
                format!("Tree of {n} extents on {} levels; the table lists them", picture.levels())
            }
        }
    });
    let empty = move || plan.with(|it| it.shapes.is_empty());
    let each = move || plan.with(|plan| plan.shapes.iter().map(|it| it.key).collect::<Vec<_>>());
    view! {
        <p class="quiet lab-empty" hidden=move || !empty()>"The tree is empty."</p>
        <svg role="img" aria-label=move || summary.get()>
            <For each key=|key| *key children=move |key| view! { <Edge key plan /> } />
            <For each key=|key| *key children=move |key| view! { <Mark key plan /> } />
        </svg>
    }
    .into_any()
}

fn find(plan: Memo<Plan>, key: u64) -> Memo<Option<Shape>> {
    Memo::new(move |_| {
        plan.with(|plan| {
            let at = plan.shapes.binary_search_by_key(&key, |it| it.key).ok()?;
            plan.shapes.get(at).cloned()
        })
    })
}

#[component]
fn Edge(key: u64, plan: Memo<Plan>) -> impl IntoView {
    let ends = Memo::new(move |_| {
        plan.with(|plan| {
            let at = plan.shapes.binary_search_by_key(&key, |it| it.key).ok()?;
            let shape = plan.shapes.get(at)?;
            Some((shape.at, shape.parent.unwrap_or(shape.at)))
        })
    });
    let transform = move || {
        let ((x, y), (px, py)) = ends.get().unwrap_or_default();
        format!("translate({x}px, {y}px) scale({}, {})", px - x, py - y)
    };
    view! {
        <line
            class="tree-edge"
            x1="0"
            y1="0"
            x2="1"
            y2="1"
            vector-effect="non-scaling-stroke"
            style:transform=transform
        ></line>
    }
    .into_any()
}

/// A node or a glyph. What it shows changes as a whole, where it stands travels.
#[component]
fn Mark(key: u64, plan: Memo<Plan>) -> impl IntoView {
    let shape = find(plan, key);
    let at = Memo::new(move |_| shape.with(|it| it.as_ref().map_or((0, 0), |it| it.at)));
    let looks = Memo::new(move |_| shape.get().map(|it| Shape { at: (0, 0), parent: None, ..it }));
    let class = move || {
        looks.with(|it| {
            let Some(it) = it else { return String::new() };
            let colour = if it.black { "node-black" } else { "node-red" };
            let changed = if it.changed { " is-changed" } else { "" };
            match it.form {
                Form::Glyph => format!("tree-node lab-glyph{changed}"),
                _ => format!("tree-node {colour} {}-node{changed}", it.kind.class()),
            }
        })
    };
    view! {
        <g
            class=class
            style:transform=move || format!("translate({}px, {}px)", at.get().0, at.get().1)
        >
            {move || looks.get().map(inside)}
        </g>
    }
    .into_any()
}

fn inside(shape: Shape) -> AnyView {
    let (w, h) = shape.size;
    let glyph = shape.form == Form::Glyph;
    let corner = if shape.black || glyph { 2 } else { h / 2 };
    let ring = view! {
        <rect class="node-ring" x=-w / 2 - 3 y=-h / 2 - 3 width=w + 6 height=h + 6 rx=corner + 3></rect>
    };
    let two = !shape.second.is_empty();
    let lines = view! {
        <text class="node-label" y=if glyph { -8 } else if two { -4 } else { 5 }>{shape.label.clone()}</text>
        <text class="node-pblk" y=if glyph { 6 } else { 13 }>{shape.second.clone()}</text>
    };
    let cached = shape.cached.then(|| {
        view! { <text class="lab-cached" y=h / 2 + 14>{if w > 24 { "cache_es" } else { "c" }}</text> }
    });
    let turned = shape.turned.map(|side| {
        let arrow = if side == Side::Left { "↺" } else { "↻" };
        view! { <text class="lab-turned" x=w / 2 - 2 y=-h / 2 + 2>{arrow}</text> }
    });
    let dirty = shape.dirty.then(|| {
        view! { <rect class="lab-dirty" x=-w / 2 y=-h / 2 width="4" height=h></rect> }
    });
    let body = if glyph {
        glyph_body(&shape).into_any()
    } else {
        let kind = shape.kind.class();
        let plate = shape.form != Form::Dot;
        view! {
            <rect class=kind x=-w / 2 y=-h / 2 width=w height=h rx=corner></rect>
            {plate.then(|| view! {
                <rect class="node-plate" x=-w / 2 + 6 y=-h / 2 + 4 width=w - 12 height=h - 8 rx="3"></rect>
            })}
        }
        .into_any()
    };
    view! { <title>{shape.title.clone()}</title> {ring} {body} {dirty} {lines} {cached} {turned} }
        .into_any()
}

/// A bracket over a bar whose parts are the statuses of the subtree.
fn glyph_body(shape: &Shape) -> impl IntoView + use<> {
    let (w, h) = shape.size;
    let (left, all) = (-w / 2, shape.mix.iter().sum::<u32>().max(1));
    let path = format!("M{left} {} L0 {} L{} {} Z", h / 2 - 10, -h / 2, left + w, h / 2 - 10);
    let mut from = 0;
    let parts = shape.mix.into_iter().zip(["w", "u", "d", "h"]).map(|(n, letter)| {
        let x = left + (from * w as u32 / all) as i32;
        from += n;
        let width = left + (from * w as u32 / all) as i32 - x;
        let class = format!("status-{letter} lab-part");
        (n > 0)
            .then(|| view! { <rect class=class x=x y=h / 2 - 10 width=width height="10"></rect> })
    });
    view! {
        <path class="lab-bracket" d=path></path>
        {parts.collect::<Vec<_>>()}
    }
}

fn watch_size(place: &web_sys::HtmlElement, port: RwSignal<Port>) {
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

/// The extents in ascending order, a page at a time.
#[component]
fn Table(bench: Bench, picture: Memo<Arc<Picture>>) -> impl IntoView {
    let page = RwSignal::new(0_usize);
    let n = move || picture.with(|it| it.len());
    let from = move || page.get().min(n().saturating_sub(1) / PAGE) * PAGE;
    let rows = move || bench.lab.with(|lab| lab.rows(from(), PAGE));
    let head = ["lblk", "len", "pblk", "status", "colour", "under", "marks"];
    view! {
        <div class="lab-table" tabindex="0" role="group" aria-label="Table of extents">
            <div class="row" hidden=move || n() <= PAGE>
                <button type="button" aria-disabled=move || (from() == 0).to_string() on:click=move |_| page.set((from() / PAGE).saturating_sub(1))>
                    "Rows before"
                </button>
                <button type="button" aria-disabled=move || (from() + PAGE >= n()).to_string() on:click=move |_| page.set(from() / PAGE + 1)>
                    "Rows after"
                </button>
                <span class="quiet">
                    {move || format!("rows {} to {} of {}", from() + 1, (from() + PAGE).min(n()), n())}
                </span>
            </div>
            <table class="twin mono">
                <caption>"Extents in the order of their blocks"</caption>
                <thead>
                    <tr>{head.map(|name| view! { <th scope="col">{name}</th> }).into_iter().collect_view()}</tr>
                </thead>
                <tbody>{move || rows().into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(row: LabRow) -> impl IntoView {
    let extent = row.extent;
    let marks = [(row.cached, "cache_es"), (row.changed, "changed")];
    let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, it)| it).collect();
    view! {
        <tr>
            <td>{extent.lblk}</td>
            <td>{extent.len}</td>
            <td>{extent.status.is_mapped().then_some(extent.pblk)}</td>
            <td>{extent.status.to_string()}</td>
            <td>{if row.black { "black" } else { "red" }}</td>
            <td>{row.under.map_or("root".into(), |(lblk, len)| format!("[{lblk}/{len})"))}</td>
            <td>{marks.join(", ")}</td>
        </tr>
    }
}
