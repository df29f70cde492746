//! A parsed script, and its expectations about designs.

use crate::kernel::{Design, Setup};

/// The mount options; the first is `dioread_nolock`.
pub(super) const MOUNTS: &[&str] = &["dioread_nolock", "nodioread_nolock", "nodelalloc"];

/// A script that was read without an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The topic, in a few words.
    pub title: String,
    /// True if the script names the design.
    pub names_design: bool,
    /// The setup that the script describes.
    pub setup: Setup,
    /// The line (from 1) of each operation, by thread.
    pub lines: Vec<Vec<u32>>,
    /// The expected results, by design.
    pub expectations: Vec<Expectation>,
}

/// The promises that some run of the script breaks under certain designs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The designs; an empty list means all other designs.
    pub designs: Vec<Design>,
    /// The broken promises, as bits (`Promise::bit`); 0 is `ok`.
    pub broken: u16,
}

impl Script {
    /// The promises that the script expects some design to break, as bits.
    pub fn asks_about(&self) -> u16 {
        self.expectations.iter().fold(0, |bits, expectation| bits | expectation.broken)
    }

    /// Whether an `expect` line names the design.
    pub fn names(&self, design: &Design) -> bool {
        self.expectations.iter().any(|e| e.designs.contains(design))
    }

    /// The promises that some run breaks under a design, according to the script; `None` if it does
    /// not say.
    pub fn expected(&self, design: &Design) -> Option<u16> {
        let named = self.expectations.iter().find(|e| e.designs.contains(design));
        let others = || self.expectations.iter().find(|e| e.designs.is_empty());
        named.or_else(others).map(|e| e.broken)
    }
}
