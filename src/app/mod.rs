//! The page: everything that touches a browser. wasm32 only.

pub mod panic;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Starts the page. In a worker, which runs the same module, there is nothing to mount.
pub fn main() {
    panic::install();
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let (Some(root), Some(place)) =
        (document.document_element(), document.get_element_by_id("app"))
    else {
        return;
    };
    // The skeleton goes and the page comes in one task, so no frame shows neither or both.
    place.replace_children_with_node_0();
    mount_to(place.unchecked_into::<HtmlElement>(), App).forget();
    // `static/boot.js` and the tests wait for this. Setting an attribute of <html> cannot fail.
    let _ = root.set_attribute("data-ready", "true");
}

#[component]
fn App() -> impl IntoView {
    view! {
        <main class="stage">
            <header class="area-top">
                <h1 class="wordmark">"extentscope"</h1>
            </header>
        </main>
    }
}
