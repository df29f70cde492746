//! Any bytes are a trace: they are refused, or read line by line and replayed.
//! `tests/trace.rs` runs the same body.

#![no_main]

#[path = "../../tests/trace_common/mod.rs"]
mod trace_common;

libfuzzer_sys::fuzz_target!(|data: &[u8]| trace_common::read_bytes(data));
