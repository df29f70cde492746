//! A panic ends the wasm instance, and nothing in it can run afterwards. `static/boot.js`, which
//! works without wasm, then shows what broke and the run that led to it, as text for a mail.

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

/// Passes the run to JavaScript, where it outlives the wasm instance. A stack overflow or a failed
/// allocation, which call no panic hook, can then be reported with the run too. It is called after
/// every step, with the run as text and as the fragment of an address. `static/boot.js` puts the
/// fragment into the address bar.
pub fn note_run(run: &str, link: &str) {
    // A worker or a unit test has no banner that could show the run.
    let _ = hand_over_run(run, link);
}

fn show(info: &PanicHookInfo<'_>) {
    let message = info.to_string();
    if show_banner(&message).is_err() {
        // Without a page, as in a worker, only the console is available.
        web_sys::console::error_1(&message.into());
    }
}
