//! The charts as a separate module. `static/charts-dialog.js` fetches it when a reader opens the
//! charts, and gives it a dialog as its container. It is a second program on the page with its own
//! memory, so an error that ends it does not end the page. Natively it does nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    module::hear_panics();
}

#[cfg(target_arch = "wasm32")]
mod module {
    use extentscope::app::charts::{self, Host};
    use extentscope::view::charts::Page;
    use wasm_bindgen::prelude::*;
    use web_sys::HtmlElement;

    #[wasm_bindgen]
    extern "C" {
        /// Shows in the dialog that this module has ended.
        #[wasm_bindgen(catch, js_name = extentscopeChartsDied)]
        fn died(message: &str) -> Result<(), JsValue>;
    }

    /// Installs the panic hook: a panic ends this module, and the dialog reports it.
    pub fn hear_panics() {
        extentscope::app::kit::panic::hear_panics(died);
    }

    /// Builds the charts in an element. The word `search` opens the growth of searches.
    #[wasm_bindgen]
    pub fn open(place: HtmlElement, host: Host, word: &str) -> Result<(), JsError> {
        charts::open(place, host, page(word)).map_err(|why| JsError::new(&why))
    }

    /// Called when the dialog is shown again; the page may have moved on.
    #[wasm_bindgen]
    pub fn show(word: &str) {
        charts::show(page(word));
    }

    fn page(word: &str) -> Page {
        if word == "search" { Page::Search } else { Page::Load }
    }
}
