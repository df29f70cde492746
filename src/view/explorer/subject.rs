//! The subject of the explorer: the script that the page runs and the designs it was run under. The
//! page passes it to the explorer, a separate program, as text.

use crate::kernel::Design;
use crate::scenario::{Matrix, Scenario, Script, offered_designs};

/// The name of a script that is not a preset.
pub const OWN: &str = "own";

/// A script, its design, and the designs that were tried before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// A preset's id, or `own`.
    pub name: String,
    /// The design of the current run.
    pub design: Design,
    /// Designs with changed knobs that were run on the page, in the order in which they were first
    /// run.
    pub tried: Vec<Design>,
    /// Number of older ones that the page no longer keeps.
    pub forgotten: u32,
    /// The script's text on the page.
    pub text: String,
    /// The parsed text, with the design applied.
    pub script: Script,
}

impl Subject {
    /// The matrix: all rows of designs and all presets, tried designs, and the reader's own script.
    pub(super) fn matrix(&self) -> Matrix {
        let mut scenarios = Scenario::presets();
        scenarios.extend(self.own());
        Matrix::new(self.columns(), scenarios)
    }

    /// Whether a matrix has the columns and rows of [`Subject::matrix`]. To parse all presets only
    /// to compare them would take a good part of a frame.
    pub(super) fn fits(&self, matrix: &Matrix) -> bool {
        let own = matrix.scenarios().iter().filter(|scenario| scenario.name == OWN);
        own.eq(self.own().iter()) && matrix.designs() == self.columns()
    }

    /// The text of the reader's own script, or nothing if this is a preset.
    pub(super) fn own_text(&self) -> &str {
        if self.name == OWN { &self.text } else { "" }
    }

    fn own(&self) -> Option<Scenario> {
        let own = || Scenario { name: OWN.into(), script: self.script.clone() };
        (self.name == OWN).then(own)
    }

    /// The columns of the matrix: the rows of designs, the variants that presets use, and those
    /// that the reader has tried.
    pub(in crate::view) fn columns(&self) -> Vec<Design> {
        let mut designs = offered_designs();
        for design in self.tried.iter().chain([&self.design]) {
            if !designs.contains(design) {
                designs.push(*design);
            }
        }
        designs
    }
}
