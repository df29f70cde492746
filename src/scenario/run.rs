//! A run that can be stepped, taken back and replayed: a setup and a list of choices.

use crate::bounds::STEPS_MAX;
use crate::kernel::{Choice, Next, Note, Setup, State, enabled, next, step};

/// A run. It keeps every state, so going back costs nothing.
#[derive(Clone, Debug)]
pub struct Run {
    setup: Setup,
    choices: Vec<Choice>,
    /// The state before each choice and the last state: one more than there are choices.
    #[expect(
        clippy::vec_box,
        reason = "thousands of states are not to be copied as the list grows"
    )]
    states: Vec<Box<State>>,
    /// The backlog in each state.
    backlog: Vec<Backlog>,
    /// The notes of each choice.
    notes: Vec<Vec<Note>>,
    cursor: usize,
}

/// The work in progress in a state. It is stored for every state of a run, for the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Number of pending conversions: bios submitted, disk tree not converted.
    pub pending: u8,
    /// Number of used slots of the AIO context.
    pub slots: u8,
}

impl Backlog {
    fn of(state: &State) -> Backlog {
        let pending = state.ios().filter(|(_, io)| io.is_pending()).count() as u8;
        Backlog { pending, slots: state.slots_used() }
    }
}

/// The reason why a choice could not be taken.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunError {
    /// Its actor cannot step: the actor waits or has nothing to do.
    NotEnabled { choice: Choice, next: Next },
    /// [`STEPS_MAX`] steps have been taken.
    TooLong,
    /// There are [`BRANCHES_MAX`](crate::bounds::BRANCHES_MAX) branches.
    TooManyBranches,
}

/// The point at which a list of choices is no longer a run of a setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The position in the list.
    pub at: usize,
    /// The reason why that choice could not be taken.
    pub error: RunError,
}

impl Run {
    /// A run without steps.
    pub fn new(setup: Setup) -> Run {
        let initial = State::initial(&setup);
        Run {
            setup,
            choices: Vec::new(),
            backlog: vec![Backlog::of(&initial)],
            states: vec![Box::new(initial)],
            notes: Vec::new(),
            cursor: 0,
        }
    }

    /// Replays choices until one cannot be taken. The cursor is at the end.
    pub fn replay(setup: Setup, choices: &[Choice]) -> (Run, Option<Divergence>) {
        let mut run = Run::new(setup);
        for (at, choice) in choices.iter().enumerate() {
            if let Err(error) = run.step(*choice) {
                return (run, Some(Divergence { at, error }));
            }
        }
        (run, None)
    }

    /// The setup of the run.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// All choices of the run, including those after the cursor.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// Number of steps up to the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The state at the cursor.
    pub fn state(&self) -> &State {
        &self.states[self.cursor]
    }

    /// The state after a number of steps; the last state if there are fewer.
    pub fn state_at(&self, steps: usize) -> &State {
        &self.states[steps.min(self.states.len() - 1)]
    }

    /// The backlog in each state, from the first to the last.
    pub fn backlog(&self) -> &[Backlog] {
        &self.backlog
    }

    /// The notes of the step before the cursor; empty at the start.
    pub fn last_notes(&self) -> &[Note] {
        self.cursor.checked_sub(1).map_or(&[], |i| self.notes_of(i))
    }

    /// The notes of one step, counted from 0.
    pub fn notes_of(&self, step: usize) -> &[Note] {
        self.notes.get(step).map_or(&[], Vec::as_slice)
    }

    /// The choices that can be taken at the cursor.
    pub fn enabled(&self) -> Vec<Choice> {
        enabled(&self.setup, self.state())
    }

    /// Takes a choice at the cursor. If it differs from the choice that the run took there before,
    /// the rest of the run is dropped.
    pub fn step(&mut self, choice: Choice) -> Result<(), RunError> {
        if self.choices.get(self.cursor) == Some(&choice) {
            self.cursor += 1;
            return Ok(());
        }
        if self.cursor >= STEPS_MAX as usize {
            return Err(RunError::TooLong);
        }
        let mut state = *self.state();
        let mut notes = Vec::new();
        step(&self.setup, &mut state, choice, &mut notes)
            .map_err(|e| RunError::NotEnabled { choice, next: e.next })?;
        self.cut(self.cursor);
        self.choices.push(choice);
        self.notes.push(notes);
        self.backlog.push(Backlog::of(&state));
        self.states.push(Box::new(state));
        self.cursor += 1;
        Ok(())
    }

    /// Drops everything after a number of steps.
    pub(super) fn cut(&mut self, steps: usize) {
        self.choices.truncate(steps);
        self.notes.truncate(steps);
        self.states.truncate(steps + 1);
        self.backlog.truncate(steps + 1);
        self.cursor = self.cursor.min(steps);
    }

    /// Moves the cursor. A position beyond the end moves it to the end.
    pub fn seek(&mut self, steps: usize) {
        self.cursor = steps.min(self.choices.len());
    }

    /// The same choices under another setup (with one more operation, or another design), up to the
    /// first that cannot be taken. The cursor stays, or moves to the divergence.
    pub fn under(&self, setup: Setup) -> (Run, Option<Divergence>) {
        let (mut run, divergence) = Run::replay(setup, &self.choices);
        run.seek(self.cursor);
        (run, divergence)
    }

    /// The next step of an actor at the cursor.
    pub fn next(&self, actor: crate::kernel::Actor) -> Next {
        next(&self.setup, self.state(), actor)
    }
}
