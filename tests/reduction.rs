//! Persistent sets: steps whose footprints do not meet can be taken in either order, and a reduced
//! search has the same verdicts as a full one.

#[path = "common/features.rs"]
mod features;
#[path = "common/random_setups.rs"]
mod random_setups;

use extentscope::check::{Bounds, Limit, Search, Situations, Verdict};
use extentscope::kernel::{
    Actor, Choice, Fifo, Marks, Next, Op, Pc, Power, Promise, Reduction, Row, Setup, State,
    enabled, next, step,
};
use extentscope::scenario::{Dice, Scenario, Script};
use random_setups::random_setup;

/// The largest number of states of a setup that is searched in full.
const STATES_SMALL: u32 = 6_000;
/// The least number of random setups whose verdicts are compared.
const COMPARED: usize = 3_000;
/// The number of random setups whose pairs of steps are checked, and of runs of each.
const WALKED: u64 = 2_000;
const WALKS: u64 = 6;

/// Every preset and feature under every design.
fn known() -> impl Iterator<Item = (String, Setup)> {
    let presets = Scenario::presets().into_iter().map(|s| (s.name, s.script));
    let features = features::features().map(|(name, script)| (name.to_string(), script));
    presets.chain(features).flat_map(|(name, script): (String, Script)| {
        Row::ALL.map(|row| {
            let design = row.design();
            (format!("{name} {design}"), Setup { design, ..script.setup.clone() })
        })
    })
}

fn random() -> impl Iterator<Item = (String, Setup)> {
    (0..).map(random_setup)
}

/// A state after a step, and the promises that the step has exercised.
fn after(setup: &Setup, state: &State, choice: Choice) -> Option<(State, Situations)> {
    let (mut state, mut heard) = (*state, Situations::default());
    step(setup, &mut state, choice, &mut heard).ok()?;
    Some((state, heard))
}

/// A state after a step that could also be taken before another. The first idle worker of
/// `s_dio_done_wq` takes the item, whichever worker it was before.
fn after_other(
    setup: &Setup,
    before: &State,
    state: &State,
    choice: Choice,
) -> Option<(State, Situations)> {
    let stands = next(setup, before, choice.actor);
    let takes = |actor: &Actor| {
        matches!((choice.actor, *actor), (Actor::Kworker(1..), Actor::Kworker(1..)))
            && setup.has_anonymous_kworkers()
            && stands == Next::Ready { pc: Pc::DioWorkTake }
            && next(setup, state, *actor) == stands
    };
    after(setup, state, choice).or_else(|| {
        let other = Actor::all().find(takes)?;
        after(setup, state, Choice { actor: other, ..choice })
    })
}

/// The bytes of a state, without values that are only written and never read.
fn bytes(setup: &Setup, state: &State) -> Vec<u8> {
    let mut state = *state;
    for (program, task) in setup.threads.iter().zip(&mut state.tasks) {
        // A read checks its promises only in its range.
        let range =
            program.get(usize::from(task.op)).filter(|op| !op.syncs()).and_then(|op| op.range());
        if let Some(range) = range {
            for must in [&mut task.must.first, &mut task.must.second] {
                let outside = (0..).zip(must).filter(|(lblk, _)| !range.blocks().contains(lblk));
                outside.for_each(|(_, must)| *must = 0);
            }
        }
    }
    if setup.budgets.crash == 0 {
        // Only a power cut shows what has reached the medium, and what was promised to survive.
        for (program, task) in setup.threads.iter().zip(&mut state.tasks) {
            if program.get(usize::from(task.op)).is_some_and(|op| op.syncs()) {
                task.must = Marks::NONE;
            }
        }
        for inode in &mut state.inodes {
            (inode.synced, inode.osynced) = (Marks::NONE, Marks::NONE);
        }
        for media in &mut state.media {
            media.durable = media.now;
        }
    }
    let slots = |op: &Op| if op.submits_aio() { op.writes() } else { 0 };
    let slots = setup.threads.iter().flatten().map(slots).sum::<u8>();
    let reaps = |op: &Op| op.is_aio() && !op.submits_aio();
    if slots <= setup.slots && !setup.threads.iter().flatten().any(reaps) {
        // The order of the events does not matter.
        state.events = sorted(&state.events);
    }
    // There are enough workers for all queued items, and they are equivalent.
    let aios = |op: &Op| if op.submits_aio() { op.writes() } else { 0 };
    let aios = setup.threads.iter().flatten().map(aios).sum::<u8>();
    if aios < setup.kworkers() && setup.has_anonymous_kworkers() {
        state.dio_work = sorted(&state.dio_work);
    }
    let mut bytes = Vec::new();
    state.encode(setup, &mut bytes);
    bytes
}

fn sorted<const N: usize>(queue: &Fifo<N>) -> Fifo<N> {
    let mut items = queue.as_slice().to_vec();
    items.sort_unstable();
    let mut sorted = Fifo::EMPTY;
    items.into_iter().for_each(|item| assert!(sorted.push(item)));
    sorted
}

/// The number of pairs of enabled steps of two actors that do not meet.
fn pairs(setup: &Setup, reduction: &Reduction, state: &State) -> u32 {
    let choices = enabled(setup, state);
    let footprint = |choice: &Choice| match next(setup, state, choice.actor) {
        Next::Ready { pc } => reduction.footprint(setup, state, choice.actor, pc),
        Next::Blocked { .. } | Next::Done => unreachable!("it is enabled"),
    };
    let footprints: Vec<_> = choices.iter().map(footprint).collect();
    let mut pairs = 0;
    for (at, one) in choices.iter().enumerate() {
        for (and, other) in choices.iter().enumerate().skip(at + 1) {
            let unasked = |choice: &Choice| choice.actor == Actor::Power;
            let same = one.actor == other.actor;
            if same || unasked(one) || unasked(other) || footprints[at].meets(&footprints[and]) {
                continue;
            }
            commute(setup, state, *one, *other);
            pairs += 1;
        }
    }
    pairs
}

fn commute(setup: &Setup, state: &State, one: Choice, other: Choice) {
    let (first, heard_first) = after(setup, state, one).expect("it is enabled");
    let (second, heard_second) = after(setup, state, other).expect("it is enabled");
    if first.bound.is_some() || second.bound.is_some() {
        return;
    }
    let (both, heard_second_after) = after_other(setup, state, &first, other)
        .unwrap_or_else(|| panic!("{one} disables {other}"));
    let (also, heard_first_after) =
        after_other(setup, state, &second, one).unwrap_or_else(|| panic!("{other} disables {one}"));
    assert_eq!(heard_first, heard_first_after, "{one} tells whether {other} was first");
    assert_eq!(heard_second, heard_second_after, "{other} tells whether {one} was first");
    let same = bytes(setup, &both) == bytes(setup, &also);
    assert!(same, "{one} and {other} end differently in the other order");
}

#[test]
fn steps_that_do_not_meet_can_change_places() {
    let mut all = 0;
    for (name, setup) in known().step_by(2).chain(random().take(WALKED as usize)) {
        let reduction = Reduction::of(&setup);
        for seed in 0..WALKS {
            let mut dice = Dice::new(seed);
            let mut state = State::initial(&setup);
            loop {
                let check = || pairs(&setup, &reduction, &state);
                all += std::panic::catch_unwind(check).unwrap_or_else(|_| panic!("in {name}"));
                let Some(choice) = dice.choose(&enabled(&setup, &state)) else { break };
                (state, _) = after(&setup, &state, choice).expect("it is enabled");
                if state.power != Power::On {
                    break;
                }
            }
        }
    }
    assert!(all > 20_000, "{all}");
}

/// The verdict on each promise.
fn verdicts(search: &Search) -> Vec<(Promise, &'static str)> {
    let verdict = |verdict| match verdict {
        Verdict::Holds => "holds",
        Verdict::NeverReached => "never reached",
        Verdict::Violated { .. } => "violated",
    };
    search.findings().into_iter().map(|it| (it.promise, verdict(it.verdict))).collect()
}

/// The numbers of states of the full and the reduced search, if the setup is small enough for a
/// full one.
fn compare(name: &str, setup: Setup, states: u32) -> Option<(u64, u64)> {
    let bounds = Bounds { states, ..Bounds::default() };
    let full = Search::run(setup.clone(), bounds);
    if matches!(full.limit(), Some(Limit::States(_))) {
        return None;
    }
    let reduced = Search::new(setup.clone(), bounds).reduced().finish();
    assert_eq!(verdicts(&reduced), verdicts(&full), "{name}");
    assert_eq!(reduced.limit(), full.limit(), "{name}");
    for finding in reduced.findings() {
        if let Verdict::Violated { witness } = finding.verdict {
            assert!(full.breaks(finding.promise, &witness), "{name}: {:?}", finding.promise);
        }
    }
    Some((full.progress().states.into(), reduced.progress().states.into()))
}

#[test]
fn a_reduced_search_of_what_is_known_finds_what_a_full_one_finds() {
    let sizes = known().filter_map(|(name, setup)| compare(&name, setup, 60_000));
    let (full, reduced) = sizes.fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1));
    assert!(reduced * 2 < full, "{reduced} of {full}");
}

#[test]
fn a_reduced_search_of_anything_finds_what_a_full_one_finds() {
    let sizes = random().filter_map(|(name, setup)| compare(&name, setup, STATES_SMALL));
    let sizes = sizes.take(COMPARED);
    let (full, reduced) = sizes.fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1));
    // Most random setups have an operation whose steps are taken in all orders.
    assert!(reduced < full, "{reduced} of {full}");
}

/// Scripts that a full search does not decide, or not quickly, and the number of states that
/// suffices for a reduced one.
const LARGE: [(&str, u32); 3] = [
    (
        "slots 4\nfile a 16 blocks, U 0+8\nt1: aio_write io=0+2\nt2: aio_write io=2+2\n\
         t3: aio_write io=4+2\nt4: aio_write io=6+2\n",
        60_000,
    ),
    (
        "slots 5\nfile a 16 blocks, U 0+10\nt1: aio_write io=0+2\nt1: aio_write io=2+2\n\
         t1: aio_write io=4+2\nt1: aio_write io=6+2\nt1: aio_write io=8+2\nt1: getevents\n",
        60_000,
    ),
    ("slots 5\nfile a 16 blocks, U 0+10\nt1: aio_write io=0+2,2+2,4+2,6+2,8+2\n", 60_000),
];

#[test]
fn large_scripts_are_settled() {
    for (text, most) in LARGE {
        let script = Script::parse(&format!("mount dioread_nolock\n{text}")).expect("a script");
        for row in [Row::V3_12, Row::KaraOpt] {
            let setup = Setup { design: row.design(), ..script.setup.clone() };
            let bounds = Bounds { states: most, ..Bounds::default() };
            let search = Search::new(setup, bounds).reduced().finish();
            assert_eq!(search.limit(), None, "{text} under {}", row.id());
        }
    }
}
