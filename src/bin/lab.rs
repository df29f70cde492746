//! The tree laboratory, as a module of its own: `static/laboratory.js` fetches it when somebody
//! asks for it and gives it a dialog to stand in. It is a second program on the page, with its own
//! memory: what ends it does not end the page. Natively there is nothing to run.

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
        /// Shows in the dialog that this module is dead, with the lines that led there.
        #[wasm_bindgen(catch, js_name = extentscopeLaboratoryDied)]
        fn died(message: &str) -> Result<(), JsValue>;
    }

    /// A panic ends this module, and the dialog says so.
    pub fn hear_panics() {
        extentscope::app::kit::panic::hear_panics(died);
    }

    /// Builds the laboratory in an element; the run of the stage comes as a link.
    #[wasm_bindgen]
    pub fn open(place: HtmlElement, link: &str) {
        lab::open(place, link);
    }

    /// The dialog is shown again, and the stage may have moved on.
    #[wasm_bindgen]
    pub fn show(link: &str) {
        lab::show(link);
    }

    /// The dialog was closed: nothing plays on.
    #[wasm_bindgen]
    pub fn rest() {
        lab::rest();
    }
}
