//! A script that has been read, and what it expects of designs.

use crate::kernel::{Design, Setup};

/// The mount options; the first is `dioread_nolock`.
pub(super) const MOUNTS: &[&str] = &["dioread_nolock", "nodioread_nolock"];

/// A script that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// What it is about.
    pub title: String,
    /// Whether the script itself names the design.
    pub names_design: bool,
    /// What it sets up.
    pub setup: Setup,
    /// The line (from 1) of each operation, by thread.
    pub lines: Vec<Vec<u32>>,
    /// What is expected of designs.
    pub expectations: Vec<Expectation>,
}

/// Which promises some run of the script breaks under a design.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The designs; empty means all others.
    pub designs: Vec<Design>,
    /// The promises that are broken, as bits (`Promise::bit`); 0 is `ok`.
    pub broken: u16,
}

impl Script {
    /// The promises that the script expects some design to break, as bits.
    pub fn asks_about(&self) -> u16 {
        self.expectations.iter().fold(0, |bits, expectation| bits | expectation.broken)
    }

    /// What the script expects of a design: the promises that some run breaks. Nothing if it does
    /// not say.
    pub fn expected(&self, design: &Design) -> Option<u16> {
        let named = self.expectations.iter().find(|e| e.designs.contains(design));
        let others = || self.expectations.iter().find(|e| e.designs.is_empty());
        named.or_else(others).map(|e| e.broken)
    }
}
