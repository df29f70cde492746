//! The explorer's dialog as a separate module. `static/explorer-dialog.js` fetches it when a reader
//! opens the explorer, and gives it a dialog as its container. It is a second program on the page
//! with its own memory, so an error that ends it does not end the page. It contains no machine:
//! `src/bin/search.rs` searches, and the page shows runs. Natively it does nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    module::hear_panics();
}

#[cfg(target_arch = "wasm32")]
mod module {
    use extentscope::app::explorer::{self, Host};
    use wasm_bindgen::prelude::*;
    use web_sys::HtmlElement;

    #[wasm_bindgen]
    extern "C" {
        /// Shows in the dialog that this module has ended.
        #[wasm_bindgen(catch, js_name = extentscopeExplorerDied)]
        fn died(message: &str) -> Result<(), JsValue>;
    }

    /// Installs the panic hook: a panic ends this module, and the dialog reports it.
    pub fn hear_panics() {
        extentscope::app::kit::panic::hear_panics(died);
    }

    /// Builds the explorer in an element.
    #[wasm_bindgen]
    pub fn open(place: HtmlElement, host: Host) -> Result<(), JsError> {
        explorer::open(place, host).map_err(|why| JsError::new(&why))
    }

    /// Called when the dialog is shown again; the page may have moved on.
    #[wasm_bindgen]
    pub fn show() {
        explorer::show();
    }

    /// Starts to fill the matrix.
    #[wasm_bindgen]
    pub fn fill() {
        explorer::fill();
    }

    /// Called when the dialog was closed.
    #[wasm_bindgen]
    pub fn rest() {
        explorer::rest();
    }
}
