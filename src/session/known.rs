//! Bad runs, one click away: what the explorer knows of a preset under its design.

use crate::kernel::Promise;
use crate::scenario::{KnownWitness, known_witnesses};

use super::page::Session;
use super::script::Preselect;

impl Session {
    /// Promises that some order of the steps breaks, where that is known: of presets as they were
    /// offered, and not of what this run has broken already.
    pub fn known_broken(&self) -> Vec<Promise> {
        let known = self.known().into_iter().map(|witness| witness.promise);
        known.filter(|promise| self.run().state().broken & promise.bit() == 0).collect()
    }

    /// Shows the shortest run that breaks a promise, from its first step, as a branch of this run.
    pub fn show_known(&mut self, promise: Promise) {
        let Some(witness) = self.known().into_iter().find(|w| w.promise == promise) else { return };
        let KnownWitness { no_return, run, .. } = witness;
        self.pause();
        // A test replays every run of the table; should one diverge, that is said.
        if let Some(divergence) = self.take_choices(&run) {
            self.say(&self.tell(divergence));
            return;
        }
        self.no_return = no_return.map(|step| (step, self.run().setup().clone(), run));
        self.branches.seek(0);
        let id = promise.id();
        self.say(&format!("The shortest run that breaks {id}: step through it, or play it."));
    }

    fn known(&self) -> Vec<KnownWitness> {
        match self.preselect() {
            Preselect::Preset(preset) => known_witnesses(preset, self.design()),
            Preselect::Changed(_) | Preselect::Own => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::PRESETS;

    #[test]
    fn a_preset_under_its_design_says_what_breaks_and_shows_it() {
        for preset in PRESETS {
            let mut session = Session::new();
            session.load_preset(preset.id);
            for promise in session.known_broken() {
                session.show_known(promise);
                assert_eq!(session.run().cursor(), 0);
                session.seek(usize::MAX);
                let broken = session.run().state().broken & promise.bit() != 0;
                let is_liveness = matches!(promise, Promise::NoDeadlock | Promise::Progress);
                assert!(broken || is_liveness, "{} {}", preset.id, promise.id());
            }
        }
        let mut session = Session::new();
        session.load_preset("S2");
        assert_eq!(session.known_broken(), [Promise::Raw]);
    }
}
