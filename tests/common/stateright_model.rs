//! The machine as a model for Stateright: the same `enabled`, `step` and bytes, with an independent
//! search. The cross-check and the bench share it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use extentscope::check::Situations;
use extentscope::kernel::{
    Choice, Encoder, Promise, Setup, State, deadlocked, enabled, is_stuck, next_of_all, step,
};
use stateright::{Model, Property};

/// A setup as a Stateright model.
#[derive(Clone)]
pub struct Machine {
    setup: Arc<Setup>,
    /// Whether to check the situations that promises cover, which takes each step twice.
    situations: bool,
}

impl Machine {
    /// A model with everything that is compared.
    #[allow(dead_code, reason = "the bench does without")]
    pub fn new(setup: Setup) -> Machine {
        Machine { setup: Arc::new(setup), situations: true }
    }

    /// A model with the promises only, for speed.
    #[allow(dead_code, reason = "the cross-check does not do without")]
    pub fn without_situations(setup: Setup) -> Machine {
        Machine { setup: Arc::new(setup), situations: false }
    }
}

/// A state that is hashed by its bytes, as in our search, without allocating.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub state: State,
    setup: Arc<Setup>,
}

impl Hash for Snapshot {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write(Encoder::new().encode(&self.setup, &self.state));
    }
}

impl Model for Machine {
    type State = Snapshot;
    type Action = Choice;

    fn init_states(&self) -> Vec<Snapshot> {
        vec![Snapshot { state: State::initial(&self.setup), setup: self.setup.clone() }]
    }

    fn actions(&self, snapshot: &Snapshot, actions: &mut Vec<Choice>) {
        actions.extend(enabled(&self.setup, &snapshot.state));
    }

    fn next_state(&self, snapshot: &Snapshot, choice: Choice) -> Option<Snapshot> {
        let mut state = snapshot.state;
        step(&self.setup, &mut state, choice, &mut ()).ok()?;
        Some(Snapshot { state, setup: self.setup.clone() })
    }

    fn properties(&self) -> Vec<Property<Machine>> {
        let mut properties = vec![Property::always(EVERYTHING, |_, _| true)];
        properties
            .extend(always().map(|(promise, holds)| Property::always(promise.sentence(), holds)));
        let situations = sometimes().filter(|_| self.situations);
        properties.extend(
            situations.map(|(promise, comes_up)| Property::sometimes(promise.id(), comes_up)),
        );
        properties
    }
}

/// A property that always holds, so that the search continues to the end.
pub const EVERYTHING: &str = "everything is searched";

type Condition = fn(&Machine, &Snapshot) -> bool;

/// The promises that can be decided state by state. PROGRESS is a property of futures, and
/// Stateright's "eventually" has another meaning.
pub fn always() -> impl Iterator<Item = (Promise, Condition)> {
    conditions()
        .filter(|(promise, ..)| *promise != Promise::Progress)
        .map(|(p, holds, _)| (p, holds))
}

/// The situation that each promise covers.
pub fn sometimes() -> impl Iterator<Item = (Promise, Condition)> {
    conditions().map(|(promise, _, comes_up)| (promise, comes_up))
}

/// Stateright takes functions, not closures, so there is one pair of functions per promise.
fn conditions() -> impl Iterator<Item = (Promise, Condition, Condition)> {
    macro_rules! of {
        ($($promise:ident)*) => {
            [$((
                Promise::$promise,
                (|machine: &Machine, s: &Snapshot| holds(Promise::$promise, machine, s)) as Condition,
                (|machine: &Machine, s: &Snapshot| {
                    comes_up(Promise::$promise, &machine.setup, &s.state)
                }) as Condition,
            )),*]
        };
    }
    let all = of!(
        Raw NoStale NoStaleCrash FsyncDurable OsyncDurable TruncExcl NoDeadlock Progress Bounded
        ErrReport KeepDelayed FreeOnce RsvCount
    );
    assert_eq!(all.len(), Promise::ALL.len(), "a promise is missing here");
    all.into_iter()
}

fn holds(
    promise: Promise,
    Machine { setup, .. }: &Machine,
    Snapshot { state, .. }: &Snapshot,
) -> bool {
    match promise {
        Promise::NoDeadlock => deadlocked(setup, state).is_empty() && !is_stuck(setup, state),
        _ => state.broken & promise.bit() == 0,
    }
}

/// Whether some step from a state puts a promise to the test.
fn comes_up(promise: Promise, setup: &Setup, state: &State) -> bool {
    enabled(setup, state).into_iter().any(|choice| {
        let (mut next, mut situations) = (*state, Situations::default());
        let taken = step(setup, &mut next, choice, &mut situations);
        situations.compare(setup, &next_of_all(setup, state), &next);
        taken.is_ok() && situations.0 & promise.bit() != 0
    })
}
