//! The bodies of the fuzz targets. Any bytes are an input, and a body panics if a check fails.
//! `fuzz/` feeds the bodies with libFuzzer, `tests/fuzz.rs` with proptest and from the corpora.
//!
//! A new target is a module with a function `run`, a row of [`BODIES`] and a folder of
//! `fuzz/corpus`.

#![allow(dead_code, reason = "each of its users takes a part")]

#[path = "../common/books.rs"]
mod books;
pub mod bytes;
#[path = "../es_common/mod.rs"]
mod es_common;
pub mod lab;
pub mod link;
pub mod machine;
pub mod script;
#[path = "../trace_common/mod.rs"]
mod trace_common;

/// A fuzz target and where its inputs are.
pub struct Body {
    /// Its name, and the name of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Checks an input; panics if it finds an error.
    pub run: fn(&[u8]),
    /// Number of inputs that proptest generates.
    pub cases: u32,
    /// The largest useful length of an input in bytes.
    pub len: usize,
}

/// The fuzz targets, which are property tests too.
pub const BODIES: &[Body] = &[
    Body { name: "tree", run: es_common::run_bytes, cases: 1_000, len: 400 },
    Body { name: "script", run: script::run, cases: 4_000, len: 400 },
    Body { name: "link", run: link::run, cases: 2_000, len: 80 },
    Body { name: "lab", run: lab::run, cases: 2_000, len: 300 },
    Body { name: "trace", run: trace_common::read_bytes, cases: 1_000, len: 300 },
    Body { name: "machine", run: machine::run, cases: 2_000, len: 300 },
];

/// Checks that the place of an error is on a line of the text, or at most one after it.
///
/// # Panics
/// If the place is elsewhere.
pub fn check_place(text: &str, error: &extentscope::scenario::ScriptError) {
    let line = text.lines().nth(error.line as usize - 1);
    let lines = text.lines().count().max(1);
    assert!(error.line as usize <= lines, "{error} in {text:?}");
    let width = line.map_or(0, |it| it.chars().count());
    assert!(error.column as usize <= width + 1, "{error} in {text:?}");
    assert!(!error.expected.is_empty(), "{error} in {text:?}");
    let at: String = line.unwrap_or_default().chars().skip(error.column as usize - 1).collect();
    assert!(at.starts_with(&error.word), "{error} in {text:?}");
}
