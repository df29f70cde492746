//! Copies text to the clipboard.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Defined in `static/boot.js`. An empty text stands for the address of the run.
    #[wasm_bindgen(js_name = extentscopeCopy)]
    fn copy_text(text: &str, told: &JsValue);
}

/// Copies a text and passes the result to `tell` as a sentence.
pub fn copy_and_tell(what: &'static str, text: &str, tell: impl FnOnce(String) + 'static) {
    let tell: Box<dyn FnOnce(String)> = Box::new(tell);
    let told = Closure::once_into_js(move |worked: bool| {
        tell(if worked {
            format!("Copied: the {what}.")
        } else {
            format!("The browser denies access to the clipboard: the {what} was not copied.")
        });
    });
    copy_text(text, &told);
}
