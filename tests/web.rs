//! The page in headless Chromium: `make wasm-test` runs every `tests/web*.rs`.
#![cfg(target_arch = "wasm32")]

use extentscope::app;
use wasm_bindgen_test::*;
use web_sys::Document;

wasm_bindgen_test_configure!(run_in_browser);

fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("a browser has a document")
}

#[wasm_bindgen_test]
fn the_page_takes_the_place_of_the_skeleton_and_says_that_it_is_there() {
    let skeleton = document().create_element("div").expect("a plain element");
    skeleton.set_id("app");
    skeleton.set_inner_html("<p id='boot-status'>Loading the model.</p>");
    document().body().expect("a body").append_child(&skeleton).expect("a body takes children");

    app::main();

    assert!(document().get_element_by_id("boot-status").is_none());
    let heading = document().query_selector("#app h1").expect("a plain selector");
    assert_eq!(heading.and_then(|h| h.text_content()).as_deref(), Some("extentscope"));
    let root = document().document_element().expect("a document has a root");
    assert_eq!(root.get_attribute("data-ready").as_deref(), Some("true"));
}
