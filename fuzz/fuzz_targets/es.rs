//! Any bytes are a sequence of operations on one file; both trees must agree with the dense
//! oracle after each. `tests/es_props.rs` runs the same body.

#![no_main]

#[path = "../../tests/es_common/mod.rs"]
mod es_common;

libfuzzer_sys::fuzz_target!(|data: &[u8]| es_common::run_bytes(data));
