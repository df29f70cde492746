//! Known bad runs: the explorer's results for an unchanged preset under its design.

use crate::kernel::{Promise, deadlocked};
use crate::scenario::{KnownWitness, known_broken, known_witnesses};

use super::page::Session;
use super::script::Preselect;

impl Session {
    /// Promises that some run is known to break, for unchanged presets, without those that this run
    /// has broken already.
    pub fn known_broken(&self) -> Vec<Promise> {
        let (setup, state) = (self.run().setup(), self.run().state());
        // A deadlock has no bit in the state.
        let is_stuck = !deadlocked(setup, state).is_empty();
        let is_broken = |promise: &Promise| {
            let is_of_deadlock = matches!(promise, Promise::NoDeadlock | Promise::Progress);
            if is_of_deadlock { is_stuck } else { state.broken & promise.bit() != 0 }
        };
        let known = self.as_offered().map(|preset| known_broken(preset, self.design()));
        known.unwrap_or_default().into_iter().filter(|promise| !is_broken(promise)).collect()
    }

    /// Shows the shortest run that breaks a promise, at its first step, as a branch of this run.
    pub fn show_known(&mut self, promise: Promise) {
        let known = self.as_offered().map(|preset| known_witnesses(preset, self.design()));
        let mut known = known.unwrap_or_default().into_iter();
        let Some(witness) = known.find(|witness| witness.promise == promise) else { return };
        let KnownWitness { no_return, run, .. } = witness;
        let is_certain = run.is_empty();
        self.pause();
        // A test replays every run of the table; a run that diverges is reported.
        if let Some(divergence) = self.take_choices(&run) {
            self.say(&self.tell(divergence));
            return;
        }
        self.no_return = no_return.map(|step| (step, self.run().setup().clone(), run));
        self.branches.seek(0);
        let id = promise.id();
        self.say(&match is_certain {
            true => format!("Every run of this script breaks {id}: no step can avoid it."),
            false => format!("The shortest run that breaks {id}: step through it, or play it."),
        });
    }

    /// The id of the preset that is run, if the script is unchanged.
    fn as_offered(&self) -> Option<&'static str> {
        match self.preselect() {
            Preselect::Preset(preset) => Some(preset),
            Preselect::Changed(_) | Preselect::Own => None,
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
        session.load_preset("S7");
        assert_eq!(session.known_broken(), [Promise::NoDeadlock, Promise::Progress]);
        session.show_known(Promise::NoDeadlock);
        session.seek(usize::MAX);
        assert_eq!(session.known_broken(), [], "the run stands in the deadlock");
    }
}
