//! Quiet steps: on every reachable state of small setups, a quiet step and a step of another actor
//! can be taken in either order, with the same result and the same notes. A search that takes quiet
//! steps alone has the same results as a full one.

#[path = "common/features.rs"]
mod features;

use std::collections::BTreeSet;

use extentscope::check::{Bounds, Finding, Limit, Search, Situations, Verdict};
use extentscope::kernel::{
    Actor, Choice, Design, Next, Power, Promise, Quiet, Row, Setup, State, deadlocked, enabled,
    is_stuck, next, next_of_all, step,
};
use extentscope::scenario::{Dice, Scenario, Script};

/// The largest number of states of a setup that is checked completely.
const STATES_SMALL: u32 = 2_000;
/// Number of random runs of larger setups.
const WALKS: u64 = 20;
/// The largest number of consecutive quiet steps; the threads and IOs of a setup have fewer.
const QUIET_IN_A_ROW: usize = 100;

/// Operations that are combined to programs, in pairs and on several threads.
const OPS: [&str; 14] = [
    "aio_write io=0+2",
    "aio_write io=2+2",
    "aio_write io=6+4",
    "aio_write io=0+1,4+1",
    "aio_write io=0+1 sync=2",
    "dio_write 2 2",
    "dio_read 0 4",
    "buf_write 0 2",
    "fsync",
    "truncate 1",
    "fallocate 8 2",
    "getevents",
    "punch 0 2",
    "mmap_write 1",
];
/// Scripts that almost fulfil the conditions of a quiet step.
const SPECIAL: [&str; 6] = [
    // Two writes to the same blocks at a time.
    "slots 2\nfile a 8 blocks, U 0+4\nt1: aio_write io=0+2\nt1: aio_write io=0+2\nt1: getevents\n",
    // A failed write still counts as pending for a while.
    "slots 1\nfile a 4 blocks, U 0+4\nallow eio 1\nt1: aio_write io=0+1\nt1: aio_write io=1+1\n",
    // More writes than slots of the IO table.
    "slots 8\nfile a 12 blocks, U 0+12\nt1: aio_write io=0+1,1+1,2+1,3+1,4+1,5+1,6+1\n\
     t1: aio_write io=7+1,8+1,9+1\n",
    "slots 2\nfile a 8 blocks, U 0+8\nt1: aio_write io=0+2,2+2,4+2\n",
    "slots 3\nfile a 8 blocks, U 0+4\nt1: aio_write io=0+2,4+2,2+2\nt1: dio_read 0 8\n",
    "slots 2\nfile a 8 blocks, U 0+4\nt1: aio_write io=0+2,2+2\nt2: aio_write io=4+2\n",
];
/// Events of the environment that are allowed in addition.
const ALLOWED: [&str; 5] = [
    "",
    "allow crash\n",
    "allow commit 1\nallow shrink 1\n",
    "allow enospc 1\n",
    "allow eio 1\nallow nomem 1\nallow flusher 1\n",
];

/// All designs, and some variants in which a task waits for a worker.
fn designs(script: &Script) -> impl Iterator<Item = (String, Setup)> {
    let variants = ["rfc-v1 +throttle=1", "v3.11 +throttle=slots", "kara-opt +throttle=2"];
    let variants = variants.map(|text| Design::parse(text).expect("a design"));
    Row::ALL
        .map(Row::design)
        .into_iter()
        .chain(variants)
        .map(|design| (design.to_string(), Setup { design, ..script.setup.clone() }))
}

/// Every setup of the following scripts that has quiet steps: presets and features under all
/// designs, and pairs of operations under every third one.
fn setups() -> impl Iterator<Item = (String, Setup, Quiet)> {
    let presets = Scenario::presets().into_iter().map(|s| (s.name, s.script));
    let features = features::features().map(|(name, script)| (name.to_string(), script));
    let special = SPECIAL.into_iter().map(|text| (text.to_string(), read(text)));
    let whole = special.chain(presets).chain(features).map(|script| (script, 0, 1));
    let pairs = (0..).zip(pairs()).map(|(at, script)| (script, at % 3, 3));
    whole.chain(pairs).flat_map(|((name, script), first, each)| {
        let setups = designs(&script).skip(first).step_by(each);
        let quiet = |(design, setup): (String, Setup)| {
            let quiet = Quiet::of(&setup)?;
            Some((format!("{name} {design}"), setup, quiet))
        };
        setups.filter_map(quiet).collect::<Vec<_>>()
    })
}

/// Every pair of operations, one after the other and on two threads.
fn pairs() -> impl Iterator<Item = (String, Script)> {
    let ops = || OPS.into_iter();
    let all = ops().flat_map(move |one| ops().map(move |other| (one, other)));
    let all = all.flat_map(|pair| ["t1", "t2"].map(|thread| (pair, thread)));
    all.zip(ALLOWED.into_iter().cycle()).map(|(((one, other), thread), allowed)| {
        let start = "mount dioread_nolock\nslots 1\nfile a 8 blocks, U 0+4, W 6+2\n";
        let text = format!("{start}{allowed}t1: aio_write io=4+1\nt1: {one}\n{thread}: {other}\n");
        let script = read(&text);
        (text, script)
    })
}

fn read(text: &str) -> Script {
    Script::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// A state after a step, and the promises that the step has put to the test.
fn after(setup: &Setup, state: &State, choice: Choice) -> Option<(State, Situations)> {
    let (mut state, mut heard) = (*state, Situations::default());
    step(setup, &mut state, choice, &mut heard).ok()?;
    Some((state, heard))
}

fn bytes(setup: &Setup, state: &State) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.encode(setup, &mut bytes);
    bytes
}

/// Checks every quiet step of a state; returns their number.
fn quiet_steps(setup: &Setup, quiet: Quiet, state: &State) -> u32 {
    let ready = |actor: &Actor| match next(setup, state, *actor) {
        Next::Ready { pc } => quiet.is_quiet(setup, state, *actor, pc),
        _ => false,
    };
    let mut steps = 0;
    for actor in Actor::all().filter(ready) {
        let choices = enabled(setup, state);
        let own = choices.iter().filter(|choice| choice.actor == actor);
        assert_eq!(own.count(), 1, "{actor} can step in two ways");
        is_told_by_nobody(setup, quiet, state, actor, &choices);
        steps += 1;
    }
    steps
}

fn is_told_by_nobody(setup: &Setup, quiet: Quiet, state: &State, actor: Actor, choices: &[Choice]) {
    let (quietly, _) = after(setup, state, actor.into()).expect("it is ready");
    let stands = next(setup, state, actor);
    assert_eq!(quietly.broken, state.broken, "{actor} breaks a promise quietly");
    assert!(!is_stuck(setup, &quietly) && quietly.bound.is_none() && quietly.power == Power::On);
    let is_dead = |state: &State| !deadlocked(setup, state).is_empty();
    assert!(!is_dead(state) || is_dead(&quietly), "{actor} ends a deadlock quietly");
    for other in Actor::all().filter(|other| *other != actor) {
        let (before, after) = (next(setup, state, other), next(setup, &quietly, other));
        assert_eq!(before, after, "{actor} is noticed by {other}");
    }
    for choice in choices.iter().filter(|choice| choice.actor != actor) {
        let (first, heard) = after(setup, state, *choice).expect("it is enabled");
        let (second, also) = after(setup, &quietly, *choice).expect("it is not disabled");
        assert_eq!(heard, also, "{choice} tells whether {actor} has stepped");
        let over = |state: &State| (state.bound, state.power, state.broken);
        if over(&first) == over(&second) && (first.bound.is_some() || first.power == Power::Cut) {
            // The step left nothing behind, or no step is possible any more.
            assert!(first.bound.is_some() || bytes(setup, &first) == bytes(setup, &second));
            continue;
        }
        assert_eq!(next(setup, &first, actor), stands, "{choice} moves {actor}");
        let Next::Ready { pc } = stands else { unreachable!("it is ready") };
        assert!(quiet.is_quiet(setup, &first, actor, pc), "{actor} is no longer quiet");
        let (both, _) = after(setup, &first, actor.into()).expect("it is ready");
        let same = bytes(setup, &both) == bytes(setup, &second);
        assert!(same, "{actor} and {choice} end differently in the other order");
    }
}

/// The states of a setup, one for each set of states that are equal up to names; if there are too
/// many, the states of some random runs.
fn states(setup: &Setup) -> Vec<State> {
    let mut seen = BTreeSet::new();
    let mut states = vec![State::initial(setup)];
    let mut at = 0;
    while at < states.len() {
        let state = states[at];
        for choice in enabled(setup, &state) {
            let (next, _) = after(setup, &state, choice).expect("it is enabled");
            if seen.insert(bytes(setup, &next)) {
                states.push(next);
            }
        }
        at += 1;
        if states.len() > STATES_SMALL as usize {
            return walked(setup);
        }
    }
    states
}

/// The states of random runs. In some runs, the first enabled actor steps more often than others.
fn walked(setup: &Setup) -> Vec<State> {
    let mut states = Vec::new();
    for seed in 0..WALKS {
        let mut dice = Dice::new(seed);
        let mut state = State::initial(setup);
        loop {
            states.push(state);
            let choices = enabled(setup, &state);
            let first = dice.throw(4) < seed as u32 % 4;
            let among = if first { choices.len().min(1) } else { choices.len() };
            let Some(choice) = dice.choose(&choices[..among]) else { break };
            (state, _) = after(setup, &state, choice).expect("it is enabled");
        }
    }
    states
}

#[test]
fn no_other_actor_can_observe_a_quiet_step() {
    let mut steps = 0;
    for (name, setup, quiet) in setups() {
        for state in &states(&setup) {
            let check = || quiet_steps(&setup, quiet, state);
            steps += std::panic::catch_unwind(check).unwrap_or_else(|_| panic!("in {name}"));
        }
    }
    assert!(steps > 100_000, "{steps}");
}

#[test]
fn quiet_steps_come_to_an_end() {
    for (name, setup, quiet) in setups() {
        let mut state = State::initial(&setup);
        let mut in_a_row = 0;
        while let Some(choice) = enabled(&setup, &state).first().copied() {
            let quietly = quiet.step(&setup, &state, &next_of_all(&setup, &state));
            in_a_row = if quietly.is_some() { in_a_row + 1 } else { 0 };
            assert!(in_a_row < QUIET_IN_A_ROW, "{name}");
            let _ = step(&setup, &mut state, quietly.unwrap_or(choice), &mut ());
        }
    }
}

/// The verdict on each promise, and the length of the run that breaks it.
fn verdicts(search: &Search) -> Vec<(Promise, &'static str)> {
    let verdict = |finding: Finding| match finding.verdict {
        Verdict::Holds => (finding.promise, "holds"),
        Verdict::NeverReached => (finding.promise, "never reached"),
        Verdict::Violated { .. } => (finding.promise, "violated"),
    };
    search.findings().into_iter().map(verdict).collect()
}

#[test]
fn a_reduced_search_has_the_verdicts_of_a_full_one() {
    let bounds = Bounds { states: STATES_SMALL, ..Bounds::default() };
    let (mut pairs, mut full_states, mut reduced_states) = (0, 0, 0);
    for (name, setup, _) in setups() {
        let full = Search::run(setup.clone(), bounds);
        if matches!(full.limit(), Some(Limit::States(_))) {
            continue;
        }
        let reduced = Search::new(setup, bounds).reduced().finish();
        assert_eq!(verdicts(&reduced), verdicts(&full), "{name}");
        assert_eq!(reduced.limit(), full.limit(), "{name}");
        pairs += 1;
        full_states += full.progress().states;
        reduced_states += reduced.progress().states;
    }
    assert!(
        pairs > 1_000 && reduced_states < full_states,
        "{pairs}: {reduced_states} of {full_states}"
    );
}
