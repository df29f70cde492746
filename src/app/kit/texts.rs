//! Parts of the page whose texts are in a module of their own (`src/bin/texts.rs`): it is fetched
//! when such a part is first shown, and fills the part.

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::prelude::*;
use crate::view::change::VERSION;

#[wasm_bindgen]
extern "C" {
    /// Fills a part, once the module is there. `static/boot.js` fetches it, and says so before the
    /// part. `catch`, because a unit test has no such function.
    #[wasm_bindgen(catch, js_name = extentscopeTexts)]
    fn fill_part(place: &HtmlElement, part: &str, version: u32, ask: &str) -> Result<(), JsValue>;
}

/// Lets the module fill an element with what is asked for. The element before it is a
/// [`texts_notice`].
pub fn fill(place: &HtmlElement, part: &str, ask: &str) {
    let _ = fill_part(place, part, VERSION, ask);
}

/// Says that the module is being fetched, or that it cannot be.
pub fn texts_notice() -> AnyView {
    view! { <p class="texts-notice" aria-live="polite"></p> }.into_any()
}
