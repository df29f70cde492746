//! One chart of the dialog: heading, buttons, canvas, the values at a position, and tables.

use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlCanvasElement, PointerEvent};

use super::desk::Desk;
use super::look::Look;
use super::{draw, save};
use crate::view::charts::{Chart, Picture, SheetTable};

/// The figure of the chart with an id; empty while there is no such chart.
pub fn figure(desk: Desk, id: &'static str) -> impl IntoView {
    let canvas: NodeRef<Canvas> = NodeRef::new();
    let chart = Memo::new(move |_| {
        desk.charts.with(|charts| charts.iter().find(|chart| chart.id == id).cloned())
    });
    let shows_table = RwSignal::new(false);
    let trouble = RwSignal::new(String::new());
    keep_drawn(desk, canvas, chart, trouble);
    let says = move || chart.with(|it| it.as_ref().map_or(String::new(), spoken));
    let title = chart.with_untracked(|it| it.as_ref().map_or("", |it| it.title));
    let save_picture = move |_| {
        if let (Some(chart), Some(canvas)) = (chart.get_untracked(), canvas.get_untracked()) {
            trouble.set(save::png(&chart, Look::of(&canvas)).err().unwrap_or_default());
        }
    };
    let save_numbers = move |_| {
        if let Some(chart) = chart.get_untracked() {
            trouble.set(save::csv(&chart).err().unwrap_or_default());
        }
    };
    let tables = move || {
        let chart = shows_table.get().then(|| chart.get()).flatten();
        chart.map(|chart| chart.tables.into_iter().map(sheet).collect_view())
    };
    view! {
        <figure class="panel plot" id=format!("plot-{id}") aria-labelledby=format!("plot-{id}-title")>
            <div class="panel-head">
                <h3 class="panel-title" id=format!("plot-{id}-title")>
                    {title}
                </h3>
                <span class="plot-tools">
                    <button
                        type="button"
                        aria-label=format!("{title} as a table")
                        aria-pressed=move || shows_table.get().to_string()
                        on:click=move |_| shows_table.update(|on| *on = !*on)
                    >
                        "table"
                    </button>
                    <button type="button" aria-label=format!("Save {title} as PNG") on:click=save_picture>
                        "PNG"
                    </button>
                    <button type="button" aria-label=format!("Save {title} as CSV") on:click=save_numbers>
                        "CSV"
                    </button>
                </span>
            </div>
            <p class="script-error" role="status">{trouble}</p>
            <div class="plot-place" hidden=move || shows_table.get()>
                <canvas node_ref=canvas role="img" aria-label=says></canvas>
                {reader(chart, canvas)}
            </div>
            <div
                class="plot-table"
                role="group"
                aria-label=format!("Table of {title}")
                tabindex="0"
                hidden=move || !shows_table.get()
            >
                {tables}
            </div>
        </figure>
    }
}

/// The accessible name of a chart.
fn spoken(chart: &Chart) -> String {
    format!("{}. {}.", chart.title, chart.says)
}

/// A slider along the horizontal axis, and the values of all lines at its position. The pointer
/// over the canvas moves it too.
fn reader(chart: Memo<Option<Chart>>, canvas: NodeRef<Canvas>) -> impl IntoView {
    let place = RwSignal::new(0_u32);
    let end = Memo::new(move |_| match chart.get() {
        Some(Chart { picture: Picture::Lines(lines), x, .. }) if !lines.is_empty() => x.end,
        _ => 0,
    });
    let read = move || {
        let at = place.get().min(end.get());
        chart.with(|chart| chart.as_ref().map_or(String::new(), |chart| chart.read(at)))
    };
    let title = chart.with_untracked(|it| it.as_ref().map_or("", |it| it.title));
    let unit =
        chart.with_untracked(|it| it.as_ref().map_or(String::new(), |it| it.x.title.clone()));
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        let moved = Closure::<dyn Fn(PointerEvent)>::new({
            let canvas = canvas.clone();
            move |ev: PointerEvent| {
                if let Some(at) = draw::place_at(&canvas, ev.offset_x(), end.get_untracked()) {
                    place.set(at);
                }
            }
        });
        // Setting a handler cannot fail.
        canvas.set_onpointermove(Some(moved.as_ref().unchecked_ref()));
        moved.forget();
    });
    view! {
        <label class="plot-reader" hidden=move || end.get() == 0>
            <span class="visually-hidden">{format!("{title} at {unit}")}</span>
            <input
                type="range"
                min="0"
                max=move || end.get().to_string()
                prop:value=move || place.get().min(end.get()).to_string()
                aria-valuetext=read
                on:input=move |ev| place.set(event_target_value(&ev).parse().unwrap_or(0))
            />
            <output class="mono">{read}</output>
        </label>
    }
}

/// Draws the chart once before the next frame whenever the chart, the theme or the size changes.
fn keep_drawn(
    desk: Desk,
    canvas: NodeRef<Canvas>,
    chart: Memo<Option<Chart>>,
    trouble: RwSignal<String>,
) {
    let size = RwSignal::new(0_u32);
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        let changed = Closure::<dyn Fn()>::new(move || size.update(|n| *n = n.wrapping_add(1)));
        if let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            let keep = StoredValue::new_local((observer, changed));
            on_cleanup(move || keep.with_value(|(observer, _)| observer.disconnect()));
        }
    });
    let is_due = StoredValue::new(false);
    Effect::new(move |_| {
        chart.track();
        size.track();
        desk.look.track();
        if is_due.get_value() {
            return;
        }
        is_due.set_value(true);
        request_animation_frame(move || {
            // The figure may have been removed by then.
            if is_due.try_set_value(false).is_some() {
                return;
            }
            let (Some(canvas), Some(Some(chart))) =
                (canvas.try_get_untracked().flatten(), chart.try_get_untracked())
            else {
                return;
            };
            trouble.set(paint(&canvas, &chart).err().unwrap_or_default());
        });
    });
}

/// Draws a chart at the size of its canvas, in device pixels.
fn paint(canvas: &HtmlCanvasElement, chart: &Chart) -> Result<(), String> {
    let (width, height) = (canvas.client_width(), canvas.client_height());
    if width <= 0 || height <= 0 {
        return Ok(()); // hidden
    }
    let scale = window().device_pixel_ratio();
    let pixels = |size: i32| (f64::from(size) * scale).round() as u32;
    canvas.set_width(pixels(width));
    canvas.set_height(pixels(height));
    draw::draw(canvas, chart, Look::of(canvas), scale, false)
}

/// A table of text. Numbers are aligned right, words left.
pub fn sheet(table: SheetTable) -> impl IntoView {
    let is_text = |cell: &str| !cell.is_empty() && cell.parse::<u32>().is_err();
    let of_text: Vec<bool> = match table.rows.first() {
        Some(row) => row.iter().map(|cell| is_text(cell)).collect(),
        None => Vec::new(),
    };
    let head = |(at, head): (usize, String)| {
        let is_text = of_text.get(at).copied().unwrap_or_default();
        view! {
            <th scope="col" class:is-text=is_text>
                {head}
            </th>
        }
    };
    let row = |row: Vec<String>| {
        let mut cells = row.into_iter();
        let first = cells.next();
        let cell = |cell: String| {
            let is_text = is_text(&cell);
            view! { <td class:is-text=is_text>{cell}</td> }
        };
        view! {
            <tr>
                <th scope="row">{first}</th>
                {cells.map(cell).collect_view()}
            </tr>
        }
    };
    view! {
        <table class="mono">
            <caption>{table.caption}</caption>
            <thead>
                <tr>{table.heads.into_iter().enumerate().map(head).collect_view()}</tr>
            </thead>
            <tbody>{table.rows.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
