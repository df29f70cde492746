//! Any bytes are an input of the target that `EXTENTSCOPE_FUZZ` names. `tests/fuzz.rs` runs the
//! same bodies.

#![no_main]

#[path = "../../tests/bodies/mod.rs"]
mod bodies;

use std::sync::LazyLock;

use bodies::{BODIES, Body};

/// The target, looked up at the first input.
static TARGET: LazyLock<&Body> = LazyLock::new(|| {
    let name = std::env::var("EXTENTSCOPE_FUZZ").unwrap_or_default();
    BODIES.iter().find(|body| body.name == name).unwrap_or_else(|| {
        let names: Vec<&str> = BODIES.iter().map(|body| body.name).collect();
        eprintln!("EXTENTSCOPE_FUZZ is `{name}`, expected one of {}", names.join(", "));
        std::process::exit(2);
    })
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (TARGET.run)(data));
