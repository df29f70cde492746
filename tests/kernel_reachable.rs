//! Every interleaving of the presets under every design: how many states there are, and how their
//! runs can end. The counts are pinned: a change of the model's meaning changes them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use extentscope::kernel::{Promise, Row, Setup, State, deadlocked, enabled, step};
use extentscope::scenario::{Preset, Script};

/// States, transitions and ends of all runs of a setup.
fn explore(setup: &Setup) -> String {
    let bytes = |state: &State| {
        let mut bytes = Vec::new();
        state.encode(setup, &mut bytes);
        bytes
    };
    let first = State::initial(setup);
    let mut seen = BTreeSet::from([bytes(&first)]);
    let mut queue = vec![first];
    let (mut transitions, mut finished, mut deadlocks, mut broken) = (0, 0, 0, 0);
    while let Some(state) = queue.pop() {
        broken |= state.broken;
        assert_eq!(state.bound, None);
        let choices = enabled(setup, &state);
        if !deadlocked(setup, &state).is_empty() {
            deadlocks += 1;
        } else if choices.is_empty() {
            finished += 1;
            assert_eq!(state.pending_conversions(), 0, "an end with a conversion pending");
            let left: Vec<_> = state.ios().collect();
            assert!(left.is_empty(), "an end with an io_end that nobody freed: {left:?}");
        }
        for choice in choices {
            let mut next = state;
            step(setup, &mut next, choice, &mut ()).expect("enabled lists what step takes");
            transitions += 1;
            if seen.insert(bytes(&next)) {
                queue.push(next);
            }
        }
    }
    let broken: Vec<_> =
        Promise::ALL.iter().filter(|p| broken & p.bit() != 0).map(|p| p.id()).collect();
    format!(
        "{} states, {transitions} transitions, {finished} ends, {deadlocks} deadlocked, broken: {}",
        seen.len(),
        if broken.is_empty() { "none".into() } else { broken.join(" ") },
    )
}

fn check(preset: &str, expected: Expect) {
    let preset = Preset::find(preset).expect("a preset");
    let mut setup = Script::parse(preset.script).expect("a script").setup;
    let mut text = String::new();
    for row in Row::ALL {
        setup.design = row.design();
        writeln!(text, "{:10} {}", row.id(), explore(&setup)).expect("a String takes it");
    }
    expected.assert_eq(&text);
}

#[test]
fn s1_keeps_its_promises_everywhere() {
    check(
        "S1",
        expect![[r#"
        v3.8       27 states, 34 transitions, 1 ends, 0 deadlocked, broken: none
        rfc-v1     50 states, 96 transitions, 1 ends, 0 deadlocked, broken: none
        rfc-osync  50 states, 96 transitions, 1 ends, 0 deadlocked, broken: none
    "#]],
    );
}

#[test]
fn s7_deadlocks_where_the_worker_syncs() {
    check(
        "S7",
        expect![[r#"
        v3.8       137 states, 220 transitions, 1 ends, 0 deadlocked, broken: none
        rfc-v1     916 states, 2522 transitions, 1 ends, 0 deadlocked, broken: none
        rfc-osync  395 states, 842 transitions, 1 ends, 24 deadlocked, broken: none
    "#]],
    );
}
