//! Texts that nobody sees at the opening, as a separate module. `static/boot.js` fetches it when a
//! reader first opens a part of the page that shows them, and passes it the part's element. It
//! contains neither page nor machine. Natively it does nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    module::log_panics();
}

#[cfg(target_arch = "wasm32")]
mod module {
    use extentscope::app::texts;
    use extentscope::view::change::{NoAsk, VERSION};
    use wasm_bindgen::prelude::*;
    use web_sys::HtmlElement;

    /// Installs the panic hook: a panic ends the module, the console shows the reason, and
    /// `static/boot.js` offers to fetch another one.
    pub fn log_panics() {
        std::panic::set_hook(Box::new(|info| {
            web_sys::console::error_1(&info.to_string().into());
        }));
    }

    /// Fills a part of the page. The version is that of the page.
    #[wasm_bindgen]
    pub fn fill(place: &HtmlElement, part: &str, version: u32, ask: &str) -> Result<(), JsError> {
        if version != VERSION {
            return Err(JsError::new("they belong to another version of this page"));
        }
        let filled = match part {
            "change" => texts::fill_change(place, ask),
            "knobs" => texts::fill_knobs(place, ask),
            _ => Err(NoAsk),
        };
        filled.map_err(|NoAsk| JsError::new("the page has asked for something unknown"))
    }
}
