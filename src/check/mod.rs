//! The explorer: searches every interleaving of a setup, and proves or breaks every promise.
//!
//! A [`Search`] visits each state once, breadth first. It stores no state, but a fingerprint and
//! the actor whose step found it, about 48 bytes in all. States of the frontier are lists of
//! numbers, one per piece value. Verdicts, witnesses and the point of no return follow from the
//! graph. A run is a list of choices, which can be replayed anywhere.

mod crew;
mod ends;
mod expansion;
mod fingerprint;
mod frontier;
mod graph;
mod reduced;
mod report;
mod search;
mod situation;
mod sketch;
mod switches;
mod table;
mod values;
mod verdict;
mod witness;
mod worker;

pub use fingerprint::{Fingerprint, GraphSum, fingerprint};
pub use report::{Calm, Detail, Report, Reported, Reporting};
pub use search::{Bounds, Limit, Progress, Search};
pub use situation::Situations;
pub use sketch::{Sketch, Sketched};
pub use verdict::{Finding, Verdict};
