//! The op language: a scenario as a short plain text that reads well inside a mail.
//!
//! ```text
//! title two writes                   what it is about
//! design rfc-osync                   a design, with knobs if need be
//! mount dioread_nolock               or nodioread_nolock
//! slots 2                            maxevents of the AIO context
//! journal 3                          handles that a transaction has room for; else for all
//! file a 16 blocks, U 0+8, W 8+4     what is allocated at the start
//! allow shrink 1                     what the environment may do, and how often
//! t1: aio_write io=0+4 sync=1        operations of thread t1, in order
//! t1: getevents 2
//! expect rfc-osync: NO-DEADLOCK      promises that some run breaks; or ok
//! expect others: ok
//! ```
//!
//! A `#` begins a comment. Numbers are blocks; `4096B` and `4k` are bytes. Words and arguments are
//! those of the recorded scripts (`oracle/ftrace`) wherever both have the operation.

mod budgets;
mod error;
mod ops;
mod parse;
mod print;
mod script;
mod words;

pub use budgets::BUDGET_WORDS;
pub(crate) use budgets::budget;
pub use error::ScriptError;
pub(crate) use error::nearest;
pub use ops::{OpText, parse_op_line, parse_op_line_in};
pub use script::{Expectation, Script};
