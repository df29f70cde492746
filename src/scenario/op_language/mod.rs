//! The op language: a scenario as a short plain text that reads well inside a mail.
//!
//! ```text
//! title two writes                   the topic, in a few words
//! design rfc-osync                   a design, optionally with knobs
//! mount dioread_nolock               or nodioread_nolock, and nodelalloc
//! slots 2                            maxevents of the AIO context
//! journal 3                          handles that fit into a transaction; default no limit
//! cluster 2                          blocks of a cluster (bigalloc); default 1
//! file a 16 blocks, U 0+8, W 8+4     the ranges that are allocated at the start
//! allow shrink 1                     what the environment may do, and how often
//! t1: aio_write io=0+4 sync=1        operations of thread t1, in order
//! t1: getevents 2
//! expect rfc-osync: NO-DEADLOCK      promises that some run breaks, or ok
//! expect others: ok
//! ```
//!
//! A `#` starts a comment. Numbers are blocks; `4096B` and `4k` are bytes. Words and arguments are
//! those of the recorded scripts (`oracle/ftrace`), if both have the operation.

mod budgets;
mod error;
mod ops;
mod parse;
mod print;
mod script;
mod words;

pub use budgets::BUDGET_WORDS;
pub(crate) use budgets::budget;
pub(crate) use error::nearest;
pub use error::{ScriptError, is_obeyed};
pub use ops::{OpText, parse_op_line, parse_op_line_in};
pub use script::{Expectation, Script};
