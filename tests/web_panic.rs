//! The parts of a panic that reach JavaScript. The test is a module of its own, because like the
//! page's module it ends with a trap.
#![cfg(target_arch = "wasm32")]

use extentscope::app::kit::panic;
use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

/// Takes the place of `static/boot.js`: stores one argument of a call in a global.
fn record(function: &str, global: &str) {
    let recorder = Function::new_with_args("text", &format!("globalThis.{global} = text"));
    Reflect::set(&js_sys::global(), &function.into(), &recorder)
        .expect("a plain global can be set");
}

fn recorded(global: &str) -> String {
    let value =
        Reflect::get(&js_sys::global(), &global.into()).expect("a plain global can be read");
    value.as_string().unwrap_or_default()
}

#[wasm_bindgen_test]
fn a_run_is_kept_where_it_outlives_the_module() {
    record("extentscopeNoteRun", "keptRun");
    panic::note_run("aio_write 0+4", "v1;d=v3.8");
    assert_eq!(recorded("keptRun"), "aio_write 0+4");
}

#[wasm_bindgen_test]
fn a_panic_is_handed_to_the_banner_before_the_module_dies() {
    record("extentscopePanic", "shownPanic");
    panic::install();
    // The closure is called through JavaScript, so that the trap ends that call and not the test.
    let fault = Closure::<dyn FnMut()>::new(|| panic!("extents overlap"));
    let call = fault.as_ref().unchecked_ref::<Function>().call0(&JsValue::NULL);
    assert!(call.is_err(), "panic = abort traps");
    let shown = recorded("shownPanic");
    assert!(shown.contains("extents overlap") && shown.contains("tests/web_panic.rs"), "{shown}");
}
