//! A panic ends the wasm instance: nothing of the page can answer afterwards. What a person needs
//! then (what broke, and the run that led there, as text to mail) is shown by `static/boot.js`,
//! which keeps working without wasm.

use std::panic::{self, PanicHookInfo};

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Shows the banner. `catch`, because a hook that panics would hide the first panic.
    #[wasm_bindgen(catch, js_name = extentscopePanic)]
    fn show_banner(message: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = extentscopeNoteRun)]
    fn hand_over_run(run: &str, link: &str) -> Result<(), JsValue>;
}

/// Installs a hook that shows every panic on the page, after the previous hook has run.
pub fn install() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        before(info);
        show(info);
    }));
}

/// Reports a panic of a separate program: in the console, and through `tell`. If `tell` fails, the
/// console still has the report.
pub fn hear_panics(tell: fn(&str) -> Result<(), JsValue>) {
    panic::set_hook(Box::new(move |info| {
        let message = info.to_string();
        web_sys::console::error_1(&message.as_str().into());
        let _ = tell(&message);
    }));
}

/// Keeps the run on the JavaScript side, where it outlives the wasm instance: also a stack
/// overflow or a failed allocation, which reach no panic hook, can then be reported with it. To be
/// called after every step, with the run as text and as the fragment of an address, which `static/boot.js`
/// keeps in the address bar.
pub fn note_run(run: &str, link: &str) {
    // In a worker or a unit test there is no banner to keep it for.
    let _ = hand_over_run(run, link);
}

fn show(info: &PanicHookInfo<'_>) {
    let message = info.to_string();
    if show_banner(&message).is_err() {
        // Without a page, as in a worker, only the console is left.
        web_sys::console::error_1(&message.into());
    }
}
