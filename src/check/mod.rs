//! The explorer: every interleaving of a setup, every promise proved or broken.
//!
//! A [`Search`] visits each state once, breadth first, and keeps no state: a fingerprint and how
//! it was reached, at most 64 bytes in all. States of the frontier are lists of numbers, one for
//! the value of each piece. Verdicts, witnesses and the point of no return are read off that graph;
//! runs come back as choices, which replay anywhere.

mod ends;
mod expansion;
mod fingerprint;
mod frontier;
mod graph;
mod report;
mod search;
mod situation;
mod switches;
mod table;
mod values;
mod verdict;
mod witness;

pub use fingerprint::{Fingerprint, fingerprint};
pub use report::{Calm, Detail, Report, Reported, Reporting};
pub use search::{Bounds, Limit, Progress, Search};
pub use situation::Situations;
pub use verdict::{Finding, Verdict};
