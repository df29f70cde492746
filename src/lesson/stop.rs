//! What a lesson consists of: stops, questions, scenes and legs; and how the model runs them.

use crate::kernel::{Actor, Choice, Design, Next, Note, Pc, Promise, Setup};
use crate::scenario::{PRESETS, Preset, Run, RunError, Script};

use super::fact::{Fact, Truth};

/// Steps that one leg may take: a leg that needs more is a mistake in the lesson.
const LEG_STEPS_MAX: u32 = 64;

/// One lesson, or the exercise.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// Its name, a few words.
    pub name: &'static str,
    /// Whose mail it is about, and when that was written.
    pub source: &'static str,
    /// What the lesson asks, in one sentence.
    pub about: &'static str,
    /// The stops, in order. The first one begins a scene.
    pub stops: &'static [Stop],
    /// What a reader is left with, in one sentence.
    pub leaves: &'static str,
    /// Panels of the stage that the lesson uses, by their ids.
    pub panels: &'static [&'static str],
}

/// One stop: a question, the steps that answer it, and what they show.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// A new run begins here; otherwise the run of the stop before goes on.
    pub scene: Option<Scene>,
    /// What happens now, in one sentence.
    pub says: &'static str,
    /// What the reader predicts, if anything.
    pub question: Option<Question>,
    /// Who steps, and how far.
    pub legs: &'static [Leg],
    /// What is then seen, in one sentence.
    pub sees: &'static str,
    /// Facts that the sentence speaks of, each with what the model must compute.
    pub shows: &'static [(Fact, Truth)],
    /// The promise that the steps break.
    pub breaks: Option<Promise>,
}

/// Where a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The preset whose script is run.
    pub preset: &'static str,
    /// The design, as [`Design::parse`] reads it.
    pub design: &'static str,
}

/// What the reader predicts before the steps are taken.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The question, in one sentence.
    pub asks: &'static str,
    /// What decides it, computed after the steps of the stop.
    pub fact: Fact,
    /// The position of the right answer.
    pub right: u8,
    /// The answers to choose from, each with the truth that it claims.
    pub answers: &'static [(&'static str, Truth)],
    /// Why the right answer is right, in one or two sentences.
    pub why: &'static str,
}

/// A part of a run: one actor steps until it comes to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Who steps.
    pub actor: Actor,
    /// How far.
    pub until: Until,
}

/// How far an actor steps in a [`Leg`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until it has taken the step at this place.
    After(Pc),
    /// Until it stands at this place: it would step there next, or waits there.
    At(Pc),
}

/// Why a lesson cannot be played: a mistake in its data, or a model that has changed.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonError {
    /// There is no such stop.
    NoStop { stop: usize },
    /// The stop before the first scene.
    NoScene,
    /// The preset, its script or the design of a scene is not known.
    Scene { scene: Scene, why: String },
    /// An actor could not take a step of a leg.
    Step { leg: Leg, error: RunError },
    /// An actor never came to the place of a leg.
    Endless { leg: Leg },
}

impl Scene {
    /// The preset of the scene.
    pub fn find_preset(self) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.id == self.preset)
    }

    /// What the scene runs.
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
    /// The scene of a stop: its own, or the last one before it.
    pub fn scene_of(&self, stop: usize) -> Option<Scene> {
        self.stops.get(..=stop)?.iter().rev().find_map(|stop| stop.scene)
    }

    /// The run as it stands when a stop begins, before its steps.
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

    /// The run as it stands when the steps of a stop have been taken.
    ///
    /// # Errors
    /// The lesson's data does not fit the model.
    pub fn run_after(&self, stop: usize) -> Result<Run, LessonError> {
        let mut run = self.run_before(stop)?;
        self.stops[stop].play(&mut run)?;
        Ok(run)
    }

    /// The steps of a stop, one by one.
    ///
    /// # Errors
    /// The lesson's data does not fit the model.
    pub fn choices(&self, stop: usize) -> Result<Vec<Choice>, LessonError> {
        let before = self.run_before(stop)?.cursor();
        Ok(self.run_after(stop)?.choices()[before..].to_vec())
    }

    /// Which answer of a stop's question the model gives; none if there is no question, or if none
    /// of the answers is right.
    ///
    /// # Errors
    /// The lesson's data does not fit the model.
    pub fn right_answer(&self, stop: usize) -> Result<Option<usize>, LessonError> {
        let run = self.run_after(stop)?;
        let Some(question) = self.stops[stop].question else { return Ok(None) };
        let truth = question.fact.compute(&run);
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
            Until::After(pc) => steps > 0 && run.last_notes().contains(&Note::At(pc)),
            Until::At(place) => match run.next(self.actor) {
                Next::Ready { pc } | Next::Blocked { pc, .. } => pc == place,
                Next::Done => false,
            },
        }
    }
}
