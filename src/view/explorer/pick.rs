//! Two cells of the matrix, to put two designs side by side.

use super::model::Explorer;
use super::witness::Witness;

impl Explorer {
    /// Whether two cells are being chosen, to be compared.
    pub fn is_picking(&self) -> bool {
        self.picking.is_some()
    }

    /// The cell that is the first chosen one, if there is one.
    pub fn picked(&self) -> Option<u32> {
        self.picking.flatten()
    }

    /// Starts or ends choosing two cells.
    pub fn toggle_picking(&mut self) {
        self.picking = match self.picking {
            Some(_) => None,
            None => Some(None),
        };
    }

    /// The instruction while two cells are being chosen.
    pub fn picking_text(&self) -> String {
        let Some(picked) = self.picking else { return String::new() };
        match picked.and_then(|number| self.matrix().place(number)) {
            None => "Choose a cell: its design will be A.".into(),
            Some((scenario, design)) => format!(
                "A is {design}. Choose another cell in the row of {}: its design will be B.",
                scenario.name
            ),
        }
    }

    /// Chooses a cell as the first or the second of the two. The second one opens both on the page,
    /// with the run of the first, or else with that of the second. A cell of another row becomes
    /// the first.
    pub fn pick_cell(&mut self, number: u32) {
        let row = |explorer: &Explorer, cell: u32| {
            explorer.matrix().place(cell).map(|(scenario, _)| scenario.name.clone())
        };
        let first = self.picking.flatten().filter(|first| {
            *first != number
                && row(self, *first).is_some_and(|name| Some(name) == row(self, number))
        });
        let Some(first) = first else {
            self.picking = Some(Some(number));
            return;
        };
        self.picking = None;
        self.opened = self.pair_of(first, number);
    }

    fn pair_of(&self, first: u32, second: u32) -> Option<Witness> {
        let (one, other) = (self.cell_witness(first)?, self.cell_witness(second)?);
        let (a, b) = (one.design, other.design);
        if one.choices.is_empty() && !other.choices.is_empty() {
            // The run belongs to the second design, so that design is on the left, with its run as
            // proof.
            let notice = format!("{} On the right: {}", other.notice, one.notice);
            return Some(Witness { beside: Some(a), notice, ..other });
        }
        let notice = format!("{} On the right: {}", one.notice, other.notice);
        Some(Witness { beside: Some(b), notice, ..one })
    }
}
