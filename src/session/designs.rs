//! The design that is run, and the designs that were tried before it.

use crate::bounds::TRIED_DESIGNS_MAX;
use crate::kernel::Design;

use super::page::Session;

impl Session {
    /// The design that is run.
    pub fn design(&self) -> Design {
        self.run().setup().design
    }

    /// Designs with changed knobs that were run since the page was opened, oldest first, and how
    /// many older ones were dropped.
    pub fn tried(&self) -> (&[Design], u32) {
        (&self.tried, self.forgotten)
    }

    /// Removes a design from those that were tried, unless it is the one that is run.
    pub fn leave_out(&mut self, design: Design) {
        let current = self.design();
        self.tried.retain(|tried| *tried != design || *tried == current);
    }

    /// Runs the same choices under another design, as far as they can be taken. Branches keep the
    /// choices that it cannot take.
    pub fn set_design(&mut self, design: Design) {
        if self.script.names_design {
            // A script that names a design is rewritten, so that it agrees with the select.
            self.text = with_design(&self.text, design);
            self.draft = with_design(&self.draft, design);
        }
        self.playing = false;
        self.script.setup.design = design;
        self.run_again();
    }

    /// Remembers a design with changed knobs. The oldest is dropped when there are too many.
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
