//! Pending conversions over the steps of a run. The only file that knows plotters.

use leptos::html::Canvas;
use leptos::prelude::*;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::desk::Desk;
use super::parts::{not, panel_head, tables};
use super::theme::Colours;
use crate::view::Series;

/// Colours, as the style sheet gives them to the canvas, and the device's pixel ratio.
struct Look {
    text: RGBColor,
    grid: RGBColor,
    pending: RGBColor,
    slots: RGBColor,
    cursor: RGBColor,
    /// Device pixels of 100 CSS pixels.
    scale: u32,
}

/// The chart and its table twin.
pub fn chart_panel() -> AnyView {
    let desk = Desk::of_page();
    let table = RwSignal::new(false);
    view! {
        <section class="panel area-chart" aria-labelledby="chart-title">
            {panel_head("chart-title", "Pending conversions", None, Some(table))}
            <div class="panel-body" hidden=Signal::derive(move || !not(table).get())>{plot(desk)}</div>
            {tables(desk, table, |s| vec![s.series.table()])}
        </section>
    }
    .into_any()
}

fn plot(desk: Desk) -> AnyView {
    let canvas: NodeRef<Canvas> = NodeRef::new();
    let size = RwSignal::new((0_u32, 0_u32));
    let Colours(colours) = Colours::of_page();
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            watch_size(&canvas, size);
        }
    });
    Effect::new(move |_| {
        colours.track();
        let (width, height) = size.get();
        let Some(canvas) = canvas.get().filter(|_| width > 0 && height > 0) else { return };
        let look = Look::of(&canvas);
        // Setting the size also clears, even if it is the same.
        canvas.set_width(width * look.scale / 100);
        canvas.set_height(height * look.scale / 100);
        let Some(backend) = CanvasBackend::with_canvas_object(canvas) else { return };
        // A canvas never fails to be drawn on; its error type has no values.
        let _ = desk.with_stage(|s| draw(&backend.into_drawing_area(), &s.series, &look));
    });
    let label = desk.text(|s| {
        let Series { pending, cursor, .. } = &s.series;
        let now = pending.get(*cursor).copied().unwrap_or(0);
        let most = pending.iter().copied().max().unwrap_or(0);
        format!("Pending conversions: {now} at step {cursor}, at most {most} in this run")
    });
    view! { <canvas class="chart" role="img" aria-label=label node_ref=canvas></canvas> }.into_any()
}

/// Keeps `size` at the canvas's size on the page.
fn watch_size(canvas: &web_sys::HtmlCanvasElement, size: RwSignal<(u32, u32)>) {
    let read = {
        let canvas = canvas.clone();
        move || {
            let now = (canvas.client_width().max(0) as u32, canvas.client_height().max(0) as u32);
            if size.try_get_untracked().is_some_and(|before| before != now) {
                size.set(now);
            }
        }
    };
    read();
    let changed = Closure::<dyn Fn()>::new(read);
    if let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) {
        observer.observe(canvas);
        let keep = StoredValue::new_local((observer, changed));
        on_cleanup(move || keep.with_value(|(observer, _)| observer.disconnect()));
    }
}

impl Look {
    fn of(canvas: &web_sys::HtmlCanvasElement) -> Look {
        let style = window().get_computed_style(canvas).ok().flatten();
        let colour = |property: &str| {
            let text = style.as_ref().and_then(|s| s.get_property_value(property).ok());
            colour_of(&text.unwrap_or_default())
        };
        Look {
            text: colour("color"),
            grid: colour("column-rule-color"),
            pending: colour("caret-color"),
            slots: colour("text-decoration-color"),
            cursor: colour("outline-color"),
            scale: (window().device_pixel_ratio() * 100.0) as u32,
        }
    }

    /// CSS pixels as device pixels.
    fn px(&self, pixels: u32) -> u32 {
        (pixels * self.scale / 100).max(1)
    }
}

/// Reads `rgb(1, 2, 3)`, which is how a browser computes any colour of our style sheet.
fn colour_of(text: &str) -> RGBColor {
    let digits = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut parts = digits.map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(128);
    RGBColor(part(), part(), part())
}

/// Draws the series on anything that plotters can draw on.
fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    data: &Series,
    look: &Look,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let font = || ("system-ui, sans-serif", look.px(12)).into_font().color(&look.text);
    let steps = data.pending.len().max(12) as i32;
    let mut chart = ChartBuilder::on(area)
        .margin(look.px(4))
        .margin_right(look.px(8))
        .margin_top(look.px(10))
        .x_label_area_size(look.px(22))
        .y_label_area_size(look.px(26))
        .build_cartesian_2d(0..steps, 0..i32::from(data.top()) + 1)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(look.grid)
        .axis_style(look.grid)
        .x_labels(5)
        .y_labels(usize::from(data.top()) + 2)
        .set_all_tick_mark_size(0)
        .label_style(font())
        .draw()?;
    let points = || {
        let steps = (0..).zip(&data.pending);
        steps.flat_map(|(step, n)| [(step, i32::from(*n)), (step + 1, i32::from(*n))])
    };
    let most = i32::from(data.slots_max);
    chart.draw_series(LineSeries::new(
        [(0, most), (steps, most)],
        look.slots.stroke_width(look.px(1)),
    ))?;
    let top = i32::from(data.top()) + 1;
    let at = data.cursor as i32;
    chart.draw_series(AreaSeries::new(points(), 0, look.pending.mix(0.3)))?;
    chart.draw_series(LineSeries::new(points(), look.pending.stroke_width(look.px(2))))?;
    chart
        .draw_series(LineSeries::new([(at, 0), (at, top)], look.cursor.stroke_width(look.px(2))))?;
    area.present()
}
