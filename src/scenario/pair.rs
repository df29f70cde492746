//! Two designs in lock step: the same script and the same choices under a second design. If only
//! one side can take a step, the other pauses. So after the first difference the sides take
//! different steps of the same actors.
//!
//! Both sides share one timeline of [`Beat`]s. Most beats are the choices of the first side's run;
//! the others are steps of only the second side, which the reader has added.

use core::ops::Range;

use crate::kernel::{Choice, Design, KNOBS, KnobInfo, Note, Setup};

use super::run::Run;

/// A step of only the second side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alone {
    /// The number of steps of the first side before it.
    pub after: u32,
    /// The step that the second side takes.
    pub choice: Choice,
}

/// One step of the common timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The choice of the step. If both sides step, it is the first side's; the second side takes
    /// the same one, or else another one of the same actor.
    pub choice: Choice,
    /// The sides that take the step.
    pub took: [bool; 2],
    /// The number of steps of each side after the beat.
    pub taken: [usize; 2],
}

/// A run and its twin under a second design.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The setup of the first side.
    first: Setup,
    /// The second side's run.
    second: Run,
    /// The requested choices, each with whether it is only for the second side.
    asked: Vec<(Choice, bool)>,
    beats: Vec<Beat>,
    /// For each number of steps of the first side, the beats before its next step.
    firsts: Vec<usize>,
    turned: Vec<Turned>,
}

/// A knob that differs between the sides.
#[derive(Clone, Debug)]
struct Turned {
    knob: &'static KnobInfo,
    /// For each side, a run with this knob set to the other side's value; `None` if the other knobs
    /// forbid that.
    runs: [Option<Run>; 2],
    /// For each side, the beats at which that run differs.
    changes: [Vec<usize>; 2],
}

impl Pair {
    /// Two sides without steps.
    pub fn new(first: &Setup, design: Design) -> Pair {
        let second = Setup { design, ..first.clone() };
        let turned = KNOBS.iter().filter_map(|knob| Turned::of(knob, first, &second)).collect();
        Pair {
            first: first.clone(),
            second: Run::new(second),
            asked: Vec::new(),
            beats: Vec::new(),
            firsts: vec![0],
            turned,
        }
    }

    /// Whether the pair is of this setup and this second design.
    pub fn is_of(&self, first: &Setup, design: Design) -> bool {
        self.first == *first && self.second.setup().design == design
    }

    /// Updates the pair to a run of the first side and to the steps of only the second side.
    pub fn follow(&mut self, run: &Run, alone: &[Alone]) {
        let asked = asked(run.choices(), alone);
        if !asked.starts_with(&self.asked) {
            *self = Pair::new(&self.first, self.second.setup().design);
        }
        self.second.seek(usize::MAX);
        for (choice, is_alone) in asked.into_iter().skip(self.asked.len()) {
            self.add(run, choice, is_alone);
            self.asked.push((choice, is_alone));
        }
    }

    fn add(&mut self, run: &Run, choice: Choice, is_alone: bool) {
        let taken = self.beats.last().map_or([0, 0], |beat| beat.taken);
        let own = choice_of(&self.second, choice);
        let steps = own.is_some_and(|own| self.second.step(own).is_ok());
        let took = [!is_alone, steps];
        if took == [false, false] {
            return; // another design was chosen since, or another script
        }
        let beat = self.beats.len();
        for turned in &mut self.turned {
            if took[0] {
                turned.follow(0, beat, run.notes_of(taken[0]), choice);
            }
            if let (true, Some(own)) = (steps, own) {
                turned.follow(1, beat, self.second.notes_of(taken[1]), own);
            }
        }
        let taken = [taken[0] + usize::from(took[0]), taken[1] + usize::from(took[1])];
        self.beats.push(Beat { choice, took, taken });
        if took[0] {
            self.firsts.push(self.beats.len());
        }
    }

    /// The second side's run, with the cursor at the place of the last [`Pair::seek`].
    pub fn second(&self) -> &Run {
        &self.second
    }

    /// The steps of both sides in their common order.
    pub fn beats(&self) -> &[Beat] {
        &self.beats
    }

    /// Moves the second side's cursor to its place after some beats.
    pub fn seek(&mut self, beats: usize) {
        let taken = self.taken(beats);
        self.second.seek(taken[1]);
    }

    /// The number of steps of each side after some beats.
    pub fn taken(&self, beats: usize) -> [usize; 2] {
        let at = beats.min(self.beats.len()).checked_sub(1);
        at.map_or([0, 0], |at| self.beats[at].taken)
    }

    /// The possible numbers of beats after `first` steps of the first side: with none up to all of
    /// the second side's own steps there.
    pub fn around(&self, first: usize) -> Range<usize> {
        let at = first.min(self.firsts.len() - 1);
        let next = self.firsts.get(at + 1).map_or(self.beats.len(), |next| next - 1);
        self.firsts[at]..next
    }

    /// The beat of a side's step, from 0; past the side's end, the number of beats.
    pub fn beat_of(&self, side: usize, step: usize) -> usize {
        self.beats.partition_point(|beat| beat.taken[side] <= step)
    }

    /// The knobs that differ, each with the beats at which each side would differ with the other
    /// side's value; `None` if the other knobs forbid that value.
    pub fn knobs(&self) -> impl Iterator<Item = (&'static KnobInfo, [Option<&[usize]>; 2])> + '_ {
        self.turned.iter().map(|turned| {
            let of =
                |side: usize| turned.runs[side].as_ref().map(|_| turned.changes[side].as_slice());
            (turned.knob, [of(0), of(1)])
        })
    }
}

impl Turned {
    fn of(knob: &'static KnobInfo, first: &Setup, second: &Setup) -> Option<Turned> {
        let values = [first, second].map(|setup| (knob.get)(&setup.design.knobs));
        if values[0] == values[1] {
            return None;
        }
        let other = |setup: &Setup, value: usize| {
            let mut setup = setup.clone();
            (knob.set)(&mut setup.design.knobs, value);
            setup.design.knobs.contradiction().is_none().then(|| Run::new(setup))
        };
        let runs = [other(first, values[1]), other(second, values[0])];
        Some(Turned { knob, runs, changes: Default::default() })
    }

    /// Takes a side's step with the knob changed, and notes the beat if the step differs: if it is
    /// impossible, at another place, or has another effect.
    fn follow(&mut self, side: usize, beat: usize, notes: &[Note], choice: Choice) {
        let Some(run) = &mut self.runs[side] else { return };
        let step = run.choices().len();
        let own = choice_of(run, choice);
        let goes = own.is_some_and(|own| run.step(own).is_ok());
        if !goes || run.notes_of(step) != notes {
            self.changes[side].push(beat);
        }
    }
}

/// The choice that matches another run's choice: the same one, or else the first of the same actor.
fn choice_of(run: &Run, choice: Choice) -> Option<Choice> {
    let all = run.enabled();
    let same = all.iter().find(|other| **other == choice);
    same.or_else(|| all.iter().find(|other| other.actor == choice.actor)).copied()
}

/// The requested choices of both sides: those of the first side, with the second side's own between
/// them.
fn asked(choices: &[Choice], alone: &[Alone]) -> Vec<(Choice, bool)> {
    let mut asked = Vec::new();
    for after in 0..=choices.len() {
        let here = alone.iter().filter(|own| own.after as usize == after);
        asked.extend(here.map(|own| (own.choice, true)));
        asked.extend(choices.get(after).map(|choice| (*choice, false)));
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Row, enabled};
    use crate::scenario::{Dice, PRESETS, Preset, Script};

    fn setup(id: &str, row: Row) -> Setup {
        let script = Script::parse(Preset::find(id).unwrap().script).unwrap();
        Setup { design: row.design(), ..script.setup }
    }

    fn choices(text: &str) -> Vec<Choice> {
        text.split_whitespace().map(|c| c.parse().unwrap()).collect()
    }

    #[test]
    fn the_same_design_beside_itself_takes_the_same_steps() {
        for (seed, preset) in (0..).zip(PRESETS) {
            let setup = setup(preset.id, Row::RfcOsync);
            let (mut run, mut dice) = (Run::new(setup.clone()), Dice::new(seed));
            let mut pair = Pair::new(&setup, setup.design);
            while let Some(choice) = dice.choose(&run.enabled()) {
                run.step(choice).unwrap();
                pair.follow(&run, &[]);
            }
            assert_eq!(pair.second().choices(), run.choices(), "{}", preset.id);
            assert!(pair.beats().iter().all(|beat| beat.took == [true, true]));
            assert_eq!(pair.knobs().count(), 0);
        }
    }

    #[test]
    fn a_side_that_cannot_step_stands_still_and_its_own_steps_are_added() {
        let first = setup("S7", Row::RfcOsync);
        let deadlock = "t1 t1 t1 t1 t1 t1 irq:io1 irq:io1 irq:io1 irq:io2 irq:io2 irq:io2 \
                        kworker:1 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1";
        let (run, divergence) = Run::replay(first.clone(), &choices(deadlock));
        assert_eq!(divergence, None);
        let mut pair = Pair::new(&first, Row::Kara.design());
        pair.follow(&run, &[]);
        assert_eq!(pair.beats().len(), 18);
        let all: Vec<_> = pair.beats().iter().map(|beat| beat.taken).collect();
        assert_eq!(all.last().unwrap()[0], 18);
        let mut alone = Vec::new();
        loop {
            let next = enabled(pair.second().setup(), pair.second().state()).first().copied();
            let Some(choice) = next else { break };
            alone.push(Alone { after: 18, choice });
            pair.follow(&run, &alone);
        }
        assert!(!alone.is_empty(), "kara does not deadlock here");
        assert_eq!(pair.beats().len(), 18 + alone.len());
        assert_eq!(pair.around(18), 18..18 + alone.len());
        assert_eq!(pair.around(3), 3..3);
        pair.seek(0);
        assert_eq!(pair.second().cursor(), 0);
        pair.seek(usize::MAX);
        assert_eq!(pair.second().cursor(), pair.second().choices().len());
    }

    /// For any two designs: nothing panics, the counts match the runs, and a pair that grows step
    /// by step equals one made at once.
    #[test]
    fn any_two_designs_can_stand_beside_each_other() {
        for (seed, preset) in (0..).zip(PRESETS) {
            for (at, row) in Row::ALL.into_iter().enumerate() {
                let first = setup(preset.id, row);
                let other = Row::ALL[(at + 1 + seed as usize) % Row::ALL.len()].design();
                let (mut run, mut dice) = (Run::new(first.clone()), Dice::new(seed));
                let (mut pair, mut alone) = (Pair::new(&first, other), Vec::new());
                for _ in 0..200 {
                    let own = enabled(pair.second().setup(), pair.second().state());
                    let own = dice.choose(&own).filter(|_| dice.throw(4) == 0);
                    match (own, dice.choose(&run.enabled())) {
                        (Some(choice), _) => {
                            let after = run.choices().len() as u32;
                            alone.push(Alone { after, choice });
                        }
                        (None, Some(choice)) => run.step(choice).unwrap(),
                        (None, None) => break,
                    }
                    pair.follow(&run, &alone);
                }
                let taken = [run.choices().len(), pair.second().choices().len()];
                assert_eq!(pair.taken(usize::MAX), taken, "{} {}", preset.id, row.id());
                let mut again = Pair::new(&first, other);
                again.follow(&run, &alone);
                assert_eq!(again.beats(), pair.beats());
                let changes = |pair: &Pair| -> Vec<_> {
                    pair.turned.iter().map(|it| (it.knob.id, it.changes.clone())).collect()
                };
                assert_eq!(changes(&again), changes(&pair));
                for steps in 0..=taken[0] {
                    assert_eq!(pair.taken(pair.around(steps).start)[0], steps);
                    assert_eq!(pair.taken(pair.around(steps).end)[0], steps);
                }
            }
        }
    }
}
