//! The parts of a lesson (stops, questions, scenes and legs), and how the model runs them.

use crate::kernel::{Actor, Choice, Design, Next, Note, Pc, Promise, Setup};
use crate::scenario::{PRESETS, Preset, Run, RunError, Script};

use super::fact::{Fact, Truth};

/// The largest number of steps of a leg. A leg that needs more is an error in the lesson.
const LEG_STEPS_MAX: u32 = 64;

/// One lesson, or the exercise.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// Its name, in a few words.
    pub name: &'static str,
    /// The author and the date of the mail that it covers.
    pub source: &'static str,
    /// The topic of the lesson, in one sentence.
    pub about: &'static str,
    /// The stops, in order. The first stop has a scene.
    pub stops: &'static [Stop],
    /// The conclusion, in one sentence.
    pub leaves: &'static str,
    /// Panels of the stage that the lesson uses, by their ids.
    pub panels: &'static [&'static str],
}

/// One stop: a question, the steps that answer it, and the result.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// The scene of a new run; without one, the run of the previous stop continues.
    pub scene: Option<Scene>,
    /// What happens at this stop, in one sentence.
    pub says: &'static str,
    /// The question to the reader, if there is one.
    pub question: Option<Question>,
    /// The actors that step, and how far.
    pub legs: &'static [Leg],
    /// The result of the steps, in one sentence.
    pub sees: &'static str,
    /// The facts in that sentence, each with the value that the model must compute.
    pub shows: &'static [(Fact, Truth)],
    /// The promise that the steps break.
    pub breaks: Option<Promise>,
}

/// The start of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The id of the preset whose script is run.
    pub preset: &'static str,
    /// The design, as [`Design::parse`] reads it.
    pub design: &'static str,
}

/// A question that the reader answers before the steps are taken.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The question, in one sentence.
    pub asks: &'static str,
    /// The fact that decides the answer, computed after the steps of the stop.
    pub fact: Fact,
    /// The position of the right answer.
    pub right: u8,
    /// The answers to choose from, each with the truth that it claims.
    pub answers: &'static [(&'static str, Truth)],
    /// The reason for the right answer, in one or two sentences.
    pub why: &'static str,
}

/// A part of a run: one actor steps until it reaches a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The actor that steps.
    pub actor: Actor,
    /// The place at which the leg ends.
    pub until: Until,
}

/// The end of a [`Leg`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The leg ends after the actor has taken the step at this place.
    After(Pc),
    /// The leg ends when the actor stands at this place: its next step is there, or it waits there.
    At(Pc),
}

/// The reason why a lesson cannot be played: an error in its data, or a changed model.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonError {
    /// The lesson has no such stop.
    NoStop { stop: usize },
    /// The stop comes before the first scene.
    NoScene,
    /// The preset, its script or the design of a scene is unknown.
    Scene { scene: Scene, why: String },
    /// An actor could not take a step of a leg.
    Step { leg: Leg, error: RunError },
    /// An actor did not reach the place at which a leg ends.
    Endless { leg: Leg },
}

impl Scene {
    /// The preset of the scene.
    pub fn find_preset(self) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.id == self.preset)
    }

    /// The setup of the scene.
    ///
    /// # Errors
    /// The preset is unknown, or its script or the design cannot be read.
    pub fn setup(self) -> Result<Setup, LessonError> {
        let wrong = |why: String| LessonError::Scene { scene: self, why };
        let preset = self.find_preset().ok_or_else(|| wrong("no such preset".into()))?;
        let script = Script::parse(preset.script).map_err(|error| wrong(error.to_string()))?;
        let design = Design::parse(self.design)
            .map_err(|error| wrong(format!("expected {}", error.expected)))?;
        Ok(Setup { design, ..script.setup })
    }
}

impl Lesson {
    /// The scene of a stop: its own, or that of the nearest earlier stop with a scene.
    pub fn scene_of(&self, stop: usize) -> Option<Scene> {
        self.stops.get(..=stop)?.iter().rev().find_map(|stop| stop.scene)
    }

    /// The run at the start of a stop, before the stop's steps.
    ///
    /// # Errors
    /// The lesson's data does not fit the model.
    pub fn run_before(&self, stop: usize) -> Result<Run, LessonError> {
        let stops = self.stops.get(..=stop).ok_or(LessonError::NoStop { stop })?;
        let begins = stops.iter().rposition(|stop| stop.scene.is_some());
        let begins = begins.ok_or(LessonError::NoScene)?;
        let scene = stops[begins].scene.ok_or(LessonError::NoScene)?;
        let mut run = Run::new(scene.setup()?);
        for stop in &stops[begins..stop] {
            stop.play(&mut run)?;
        }
        Ok(run)
    }

    /// The run after the steps of a stop.
    ///
    /// # Errors
    /// The lesson's data does not fit the model.
    pub fn run_after(&self, stop: usize) -> Result<Run, LessonError> {
        let mut run = self.run_before(stop)?;
        self.stops[stop].play(&mut run)?;
        Ok(run)
    }

    /// The steps of a stop as choices.
    ///
    /// # Errors
    /// The lesson's data does not fit the model.
    pub fn choices(&self, stop: usize) -> Result<Vec<Choice>, LessonError> {
        let before = self.run_before(stop)?.cursor();
        Ok(self.run_after(stop)?.choices()[before..].to_vec())
    }

    /// The position of the answer that the model gives. `None` if the stop has no question, or if
    /// no answer is right. A question about all runs has the answer that `tests/lessons.rs` finds
    /// by a search.
    ///
    /// # Errors
    /// The lesson's data does not fit the model.
    pub fn right_answer(&self, stop: usize) -> Result<Option<usize>, LessonError> {
        let run = self.run_after(stop)?;
        let Some(question) = self.stops[stop].question else { return Ok(None) };
        if question.fact.is_of_all_runs() {
            return Ok(Some(question.right.into()));
        }
        let truth = question.fact.read(&run);
        Ok(question.answers.iter().position(|(_, answer)| Some(*answer) == truth))
    }
}

impl Stop {
    /// Takes the steps of the stop.
    fn play(&self, run: &mut Run) -> Result<(), LessonError> {
        self.legs.iter().try_for_each(|leg| leg.play(run))
    }
}

impl Leg {
    fn play(self, run: &mut Run) -> Result<(), LessonError> {
        let mut steps = 0;
        while !self.is_there(run, steps) {
            if steps == LEG_STEPS_MAX {
                return Err(LessonError::Endless { leg: self });
            }
            run.step(self.actor.into()).map_err(|error| LessonError::Step { leg: self, error })?;
            steps += 1;
        }
        Ok(())
    }

    fn is_there(self, run: &Run, steps: u32) -> bool {
        match self.until {
            Until::After(pc) => {
                steps > 0
                    && run.last_notes().iter().any(|note| matches!(note, Note::At(at) if *at == pc))
            }
            Until::At(place) => match run.next(self.actor) {
                Next::Ready { pc } | Next::Blocked { pc, .. } => pc == place,
                Next::Done => false,
            },
        }
    }
}
