//! The explorer's dialog, as a module of its own: `static/explorer-dialog.js` fetches it when
//! somebody asks for it and gives it a dialog to stand in. It is a second program on the page, with
//! its own memory: what ends it does not end the page. It has no machine in it: what searches is
//! `src/bin/search.rs`, and runs are shown by the page. Natively there is nothing to run.

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
        /// Shows in the dialog that this module is dead.
        #[wasm_bindgen(catch, js_name = extentscopeExplorerDied)]
        fn died(message: &str) -> Result<(), JsValue>;
    }

    /// A panic ends this module, and the dialog says so.
    pub fn hear_panics() {
        extentscope::app::kit::panic::hear_panics(died);
    }

    /// Builds the explorer in an element.
    #[wasm_bindgen]
    pub fn open(place: HtmlElement, host: Host) -> Result<(), JsError> {
        explorer::open(place, host).map_err(|why| JsError::new(&why))
    }

    /// The dialog is shown again, and the page may have moved on.
    #[wasm_bindgen]
    pub fn show() {
        explorer::show();
    }

    /// Fills the matrix.
    #[wasm_bindgen]
    pub fn fill() {
        explorer::fill();
    }

    /// The dialog was closed.
    #[wasm_bindgen]
    pub fn rest() {
        explorer::rest();
    }
}
