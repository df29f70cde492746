//! Saves a chart as a file: a picture of its own size in the theme that is shown, or its numbers.

use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

use leptos::prelude::document;

use super::draw::draw;
use super::look::Look;
use crate::view::charts::{Chart, Picture};

/// A saved picture in CSS pixels, and its pixels to a CSS pixel.
const WIDTH: u32 = 960;
const HEIGHT: u32 = 540;
const SCALE: u32 = 2;
/// A row of a picture that has rows, and what is above and below them.
const ROW: u32 = 32;
const ROWS_APART: u32 = 150;

/// Saves the picture.
///
/// # Errors
/// What the browser refused, as a sentence.
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

/// Saves the tables as comma-separated values.
///
/// # Errors
/// What the browser refused, as a sentence.
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

/// Has the browser save a file under a name.
fn offer(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The download has its own hold on what is behind the address.
    let _ = Url::revoke_object_url(&url);
}
