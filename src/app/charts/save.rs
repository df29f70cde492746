//! Saves a chart as a file: a picture of fixed size in the current theme, or the numbers.

use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

use leptos::prelude::document;

use super::draw::draw;
use super::look::Look;
use crate::view::charts::{Chart, Picture};

/// Width of a saved picture in CSS pixels, and its pixels per CSS pixel.
const WIDTH: u32 = 960;
const HEIGHT: u32 = 540;
const SCALE: u32 = 2;
/// Height of one row of a chart with rows, and of the parts above and below the rows.
const ROW: u32 = 32;
const ROWS_APART: u32 = 150;

/// Saves the chart as a PNG file.
///
/// # Errors
/// The browser's error as a sentence.
pub fn png(chart: &Chart, look: Look) -> Result<(), String> {
    let canvas: HtmlCanvasElement =
        document().create_element("canvas").map_err(|_| no_file())?.unchecked_into();
    let height = match &chart.picture {
        Picture::Lines(_) => HEIGHT,
        Picture::Ridges(ridges) => ridges.len() as u32 * ROW + ROWS_APART,
        Picture::Bars(bars) => bars.len() as u32 * ROW + ROWS_APART,
    };
    canvas.set_width(WIDTH * SCALE);
    canvas.set_height(height * SCALE);
    draw(&canvas, chart, look, f64::from(SCALE), true)?;
    let name = format!("extentscope-{}.png", chart.id);
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            offer(&blob, &name);
        }
    });
    canvas.to_blob(done.unchecked_ref()).map_err(|_| no_file())
}

/// Saves the chart's tables as comma-separated values.
///
/// # Errors
/// The browser's error as a sentence.
pub fn csv(chart: &Chart) -> Result<(), String> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv;charset=utf-8");
    let parts = Array::of1(&JsValue::from_str(&chart.csv()));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).map_err(|_| no_file())?;
    offer(&blob, &format!("extentscope-{}.csv", chart.id));
    Ok(())
}

fn no_file() -> String {
    "The browser makes no file of this chart. The table can be copied.".into()
}

/// Downloads a blob under a file name.
fn offer(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The download keeps the data alive by itself.
    let _ = Url::revoke_object_url(&url);
}
