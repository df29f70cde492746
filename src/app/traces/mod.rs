//! Traces of a running kernel, in a dialog that `static/traces-dialog.js` opens. The dialog is a
//! separate program (`src/bin/traces.rs`). A worker (`static/traces-worker.js`) reads the trace and
//! answers the dialog's questions.

mod desk;
mod dialog;

use js_sys::Function;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::app::kit::prelude::*;

use desk::Desk;
use dialog::traces;

pub use desk::Host;

/// Builds the dialog's contents in an element.
pub fn open(place: HtmlElement, host: Host) {
    let build = move || {
        let desk = Desk::new(host);
        let tell = Closure::<dyn Fn(String, JsValue)>::new(move |kind: String, what| {
            desk.hear(&kind, what);
        });
        // The closure lives as long as the page.
        let tell: Function = tell.into_js_value().unchecked_into();
        desk.host.with_value(|host| host.follow(&tell));
        traces(desk)
    };
    mount_to(place, build).forget();
}
