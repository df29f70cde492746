//! The design that is run, and the designs that were tried before it.

use crate::bounds::TRIED_DESIGNS_MAX;
use crate::kernel::Design;

use super::page::Session;

impl Session {
    /// The design that is run.
    pub fn design(&self) -> Design {
        self.run().setup().design
    }

    /// Designs with knobs of their own that were run since the page was opened, in the order in
    /// which they were tried, and how many older ones had to go for them.
    pub fn tried(&self) -> (&[Design], u32) {
        (&self.tried, self.forgotten)
    }

    /// Leaves a design out of those that were tried, unless it is what is run.
    pub fn leave_out(&mut self, design: Design) {
        let current = self.design();
        self.tried.retain(|tried| *tried != design || *tried == current);
    }

    /// Runs the same choices under another design, as far as they can be taken. Branches keep the
    /// choices that it cannot take.
    pub fn set_design(&mut self, design: Design) {
        if self.script.names_design {
            // The script would contradict the select: it says the new design from now on.
            self.text = with_design(&self.text, design);
            self.draft = with_design(&self.draft, design);
        }
        self.playing = false;
        self.script.setup.design = design;
        self.run_again();
    }

    /// Notes that a design is run. Rows are no news; of the others the oldest goes for the newest.
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

/// A script that names another design than it did.
pub(super) fn with_design(text: &str, design: Design) -> String {
    let is_design = |line: &str| line.split_whitespace().next() == Some("design");
    let lines = text.lines().map(|line| {
        if is_design(line) { format!("design {design}\n") } else { format!("{line}\n") }
    });
    lines.collect()
}
