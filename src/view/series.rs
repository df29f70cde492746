//! Pending conversions over the steps of a run: what the chart draws and its table says.

use crate::scenario::Run;

/// One number for each step of the run, from the state before the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Conversions pending (bios submitted, disk tree not converted) after each step.
    pub pending: Vec<u8>,
    /// Slots of the AIO context taken after each step.
    pub slots: Vec<u8>,
    /// The number of slots, which bounds pending conversions if completion comes last.
    pub slots_max: u8,
    /// Steps taken at the cursor.
    pub cursor: usize,
}

/// The series of a whole run, also of the steps after the cursor.
pub fn series(run: &Run) -> Series {
    let states = || (0..=run.choices().len()).map(|step| run.state_at(step));
    Series {
        pending: states()
            .map(|state| state.ios().filter(|(_, io)| io.is_pending()).count() as u8)
            .collect(),
        slots: states().map(|state| state.slots_used()).collect(),
        slots_max: run.setup().slots,
        cursor: run.cursor(),
    }
}

impl Series {
    /// The steps at which a number changed, for a table that says no more than it must.
    pub fn changes(&self) -> Vec<(usize, u8, u8)> {
        let rows = self.pending.iter().zip(&self.slots).enumerate();
        let mut last = None;
        let changed =
            rows.filter(|(_, pair)| last.replace((*pair.0, *pair.1)) != Some((*pair.0, *pair.1)));
        changed.map(|(step, (pending, slots))| (step, *pending, *slots)).collect()
    }

    /// The largest number drawn, at least 1.
    pub fn top(&self) -> u8 {
        self.pending.iter().copied().max().unwrap_or(0).max(self.slots_max).max(1)
    }
}
