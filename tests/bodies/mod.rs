//! What the fuzz targets run: any bytes are an input, and a body panics if what it checks does not
//! hold. `fuzz/` feeds them by libFuzzer, `tests/fuzz.rs` by proptest and from the corpora.
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

/// One fuzz target.
pub struct Body {
    /// Its name, and that of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Checks one input.
    pub run: fn(&[u8]),
    /// Inputs that proptest makes.
    pub cases: u32,
    /// The length of an input from which on there is little more to find, in bytes.
    pub len: usize,
}

/// All targets.
pub const BODIES: &[Body] = &[
    Body { name: "tree", run: es_common::run_bytes, cases: 1_000, len: 400 },
    Body { name: "script", run: script::run, cases: 4_000, len: 400 },
    Body { name: "link", run: link::run, cases: 2_000, len: 80 },
    Body { name: "lab", run: lab::run, cases: 2_000, len: 300 },
    Body { name: "trace", run: trace_common::read_bytes, cases: 1_000, len: 300 },
    Body { name: "machine", run: machine::run, cases: 2_000, len: 300 },
];

/// Where the word of an error stands: on a line of the text, or one behind it at most.
///
/// # Panics
/// If it does not.
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
