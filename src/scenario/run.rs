//! A run that can be stepped, taken back and replayed: a setup and a list of choices.

use crate::bounds::STEPS_MAX;
use crate::kernel::{Choice, Next, Note, Setup, State, enabled, next, step};

/// A run. Every state on the way is kept, so going back costs nothing.
#[derive(Clone, Debug)]
pub struct Run {
    setup: Setup,
    choices: Vec<Choice>,
    /// One more than choices: the state before each choice, and the last.
    #[expect(
        clippy::vec_box,
        reason = "thousands of states are not to be copied as the list grows"
    )]
    states: Vec<Box<State>>,
    /// Of each state.
    backlog: Vec<Backlog>,
    /// What each choice did.
    notes: Vec<Vec<Note>>,
    cursor: usize,
}

/// How much is on its way in a state: kept for every state of a run, whose course is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Conversions pending: bios submitted, disk tree not converted.
    pub pending: u8,
    /// Slots of the AIO context that are taken.
    pub slots: u8,
}

impl Backlog {
    fn of(state: &State) -> Backlog {
        let pending = state.ios().filter(|(_, io)| io.is_pending()).count() as u8;
        Backlog { pending, slots: state.slots_used() }
    }
}

/// Why a choice could not be taken.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunError {
    /// Its actor cannot step: it waits, or it has nothing to do.
    NotEnabled { choice: Choice, next: Next },
    /// [`STEPS_MAX`] steps have been taken.
    TooLong,
    /// There are [`BRANCHES_MAX`](crate::bounds::BRANCHES_MAX) branches.
    TooManyBranches,
}

/// Where a list of choices stopped being a run of a setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The position in the list.
    pub at: usize,
    /// Why.
    pub error: RunError,
}

impl Run {
    /// A run that has not begun.
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

    /// A run of given choices, as far as they can be taken; the cursor stands at the end.
    pub fn replay(setup: Setup, choices: &[Choice]) -> (Run, Option<Divergence>) {
        let mut run = Run::new(setup);
        for (at, choice) in choices.iter().enumerate() {
            if let Err(error) = run.step(*choice) {
                return (run, Some(Divergence { at, error }));
            }
        }
        (run, None)
    }

    /// What is run.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// All choices of the run, also those after the cursor.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// How many steps have been taken at the cursor.
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

    /// How much was on its way in each state, from the first to the last.
    pub fn backlog(&self) -> &[Backlog] {
        &self.backlog
    }

    /// What the step before the cursor did; nothing at the start.
    pub fn last_notes(&self) -> &[Note] {
        self.cursor.checked_sub(1).map_or(&[], |i| self.notes_of(i))
    }

    /// What one step did, counted from 0.
    pub fn notes_of(&self, step: usize) -> &[Note] {
        self.notes.get(step).map_or(&[], Vec::as_slice)
    }

    /// The choices that can be taken at the cursor.
    pub fn enabled(&self) -> Vec<Choice> {
        enabled(&self.setup, self.state())
    }

    /// Takes a choice at the cursor. If it is not the one that the run took there before, the
    /// rest of the run is dropped.
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

    /// Forgets all after a number of steps.
    pub(super) fn cut(&mut self, steps: usize) {
        self.choices.truncate(steps);
        self.notes.truncate(steps);
        self.states.truncate(steps + 1);
        self.backlog.truncate(steps + 1);
        self.cursor = self.cursor.min(steps);
    }

    /// Moves the cursor; past the end it stands at the end.
    pub fn seek(&mut self, steps: usize) {
        self.cursor = steps.min(self.choices.len());
    }

    /// The same choices under another setup (an op more, another design), as far as they can be
    /// taken; the cursor stays where it was, or at the divergence.
    pub fn under(&self, setup: Setup) -> (Run, Option<Divergence>) {
        let (mut run, divergence) = Run::replay(setup, &self.choices);
        run.seek(self.cursor);
        (run, divergence)
    }

    /// What an actor would do next at the cursor.
    pub fn next(&self, actor: crate::kernel::Actor) -> Next {
        next(&self.setup, self.state(), actor)
    }
}
