//! What a cell of the matrix says, and the run that it opens.

use crate::check::Limit;
use crate::scenario::{KnownWitness, known_witnesses, what_to_cut};

use super::model::{Explorer, FIRST_ROUND};
use super::sentences::{cell_sentence, speak_no_return};
use super::subject::OWN;
use super::witness::{Witness, witness_of};

impl Explorer {
    /// The run that a cell opens: its shortest run, or the start of the scenario if nothing is
    /// broken.
    pub fn cell_witness(&self, number: u32) -> Option<Witness> {
        let (scenario, design) = self.matrix.place(number)?;
        let Some(cell) = self.matrix.cell(number) else { return self.known_of(number) };
        let run = cell.witness.as_deref().unwrap_or_default();
        let told = match (cell.no_return, cell.reduced && cell.witness.is_some()) {
            (Some(step), _) => format!(" {}", speak_no_return(step)),
            (None, true) => " Its search was reduced: this run need not be the shortest, and its \
                             point of no return is not known."
                .into(),
            (None, false) => String::new(),
        };
        // For a broken promise the run is the proof, however much was searched.
        let said = match cell.property.filter(|_| cell.witness.is_some()) {
            Some(promise) => format!("{} is broken in {} steps", promise.id(), run.len()),
            None => cell_sentence(cell),
        };
        let notice = format!("{} under {design}: {said}.{told}", scenario.name);
        let witness = witness_of(&scenario.name, &self.own, design, run, notice);
        Some(Witness { no_return: cell.no_return, ..witness })
    }

    /// A cell in a sentence.
    pub fn cell_text(&self, number: u32) -> String {
        let Some((scenario, design)) = self.matrix.place(number) else { return String::new() };
        let here = format!("{} under {design}", scenario.name);
        match (self.matrix.cell(number), self.known(number)) {
            (Some(cell), _) => {
                let is_final =
                    cell.limit.is_some_and(|it| it != FIRST_ROUND && it != Limit::Stopped);
                let cut = match is_final {
                    true => format!(". {}", what_to_cut(&scenario.script.setup)),
                    false => String::new(),
                };
                format!("{here}: {}{cut}", cell_sentence(cell))
            }
            (None, Some(KnownWitness { promise, run, .. })) => {
                let steps = run.len();
                format!(
                    "{here}: {} is broken in {steps} steps; known before this search",
                    promise.id()
                )
            }
            (None, None) => format!("{here}: not searched yet"),
        }
    }

    /// The short name of the first promise that a known run breaks, for a cell that has not been
    /// searched.
    pub fn known_short(&self, number: u32) -> Option<&'static str> {
        match self.matrix.cell(number) {
            Some(_) => None,
            None => self.known.get(number as usize).copied().flatten(),
        }
    }

    /// The shortest known run that breaks a promise, for a cell that has not been searched. There
    /// is none for a reader's own script.
    fn known(&self, number: u32) -> Option<KnownWitness> {
        let (scenario, design) = self.matrix.place(number)?;
        if self.matrix.cell(number).is_some() || scenario.name == OWN {
            return None;
        }
        known_witnesses(&scenario.name, *design).into_iter().next()
    }

    /// The same, as a run for the page.
    fn known_of(&self, number: u32) -> Option<Witness> {
        let KnownWitness { promise, no_return, run } = self.known(number)?;
        let (scenario, design) = self.matrix.place(number)?;
        let (id, steps) = (promise.id(), run.len());
        let told = no_return.map_or(String::new(), |step| format!(" {}", speak_no_return(step)));
        let notice =
            format!("{} under {design}: {id} is broken in {steps} steps.{told}", scenario.name);
        let witness = witness_of(&scenario.name, &self.own, design, &run, notice);
        Some(Witness { no_return, ..witness })
    }
}
