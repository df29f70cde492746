//! The tree laboratory as a separate module. `static/laboratory.js` fetches it when a reader opens
//! the laboratory, and gives it a dialog as its container. It is a second program on the page with
//! its own memory, so an error that ends it does not end the page. Natively it does nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    module::hear_panics();
}

#[cfg(target_arch = "wasm32")]
mod module {
    use extentscope::app::lab;
    use wasm_bindgen::prelude::*;
    use web_sys::HtmlElement;

    #[wasm_bindgen]
    extern "C" {
        /// Shows in the dialog that this module has ended, and the lines that led to it.
        #[wasm_bindgen(catch, js_name = extentscopeLaboratoryDied)]
        fn died(message: &str) -> Result<(), JsValue>;
    }

    /// Installs the panic hook: a panic ends this module, and the dialog reports it.
    pub fn hear_panics() {
        extentscope::app::kit::panic::hear_panics(died);
    }

    /// Builds the laboratory in an element. The run of the stage is passed as a link.
    #[wasm_bindgen]
    pub fn open(place: HtmlElement, link: &str) {
        lab::open(place, link);
    }

    /// Called when the dialog is shown again; the stage may have moved on.
    #[wasm_bindgen]
    pub fn show(link: &str) {
        lab::show(link);
    }

    /// Called when the dialog was closed: stops playing.
    #[wasm_bindgen]
    pub fn rest() {
        lab::rest();
    }
}
