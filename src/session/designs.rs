//! The current design, and the designs that were tried before.

use crate::bounds::TRIED_DESIGNS_MAX;
use crate::kernel::Design;

use super::page::Session;

impl Session {
    /// The design of the current run.
    pub fn design(&self) -> Design {
        self.run().setup().design
    }

    /// Designs with changed knobs that were run since the page was opened, oldest first, and the
    /// number of older ones that were dropped.
    pub fn tried(&self) -> (&[Design], u32) {
        (&self.tried, self.forgotten)
    }

    /// Removes a design from the tried ones, unless it is the current design.
    pub fn leave_out(&mut self, design: Design) {
        let current = self.design();
        self.tried.retain(|tried| *tried != design || *tried == current);
    }

    /// Runs the same choices under another design, up to the first that it cannot take. Branches
    /// keep the choices that it cannot take.
    pub fn set_design(&mut self, design: Design) {
        if self.script.names_design {
            // A `design` line in the script is rewritten, so that it agrees with the select.
            self.text = with_design(&self.text, design);
            self.draft = with_design(&self.draft, design);
        }
        self.playing = false;
        if design != self.design() {
            // Compare with the design that was there before.
            self.against = self.design();
        }
        self.script.setup.design = design;
        self.run_again();
    }

    /// Adds a design with changed knobs to the tried ones. The oldest is dropped when there are too
    /// many.
    pub(super) fn note_design(&mut self) {
        let design = self.design();
        if design == design.row.design() || self.tried.contains(&design) {
            return;
        }
        self.tried.push(design);
        if self.tried.len() > TRIED_DESIGNS_MAX as usize {
            self.tried.remove(0);
            self.forgotten += 1;
        }
    }
}

/// The script with its `design` line replaced.
pub(super) fn with_design(text: &str, design: Design) -> String {
    let is_design = |line: &str| line.split_whitespace().next() == Some("design");
    let lines = text.lines().map(|line| {
        if is_design(line) { format!("design {design}\n") } else { format!("{line}\n") }
    });
    lines.collect()
}
