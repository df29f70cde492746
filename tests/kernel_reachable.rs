//! Every run of the presets under every design. The broken promises are those that the script
//! expects, and the wait-for graph of a state agrees with the future of the state.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::{ExpectFile, expect_file};
use extentscope::kernel::{
    Acked, Actor, Choice, Design, Io, Next, Power, Promise, Row, Setup, Stage, State, deadlocked,
    enabled, is_stuck, next, step,
};
use extentscope::scenario::{PRESETS, Script};

#[path = "common/features.rs"]
mod features;
use features::features;

/// The largest number of states that this test walks; the explorer searches larger cells.
const STATES_MAX: usize = 20_000;

/// The reachable graph of a setup.
struct Graph {
    states: Vec<State>,
    edges: Vec<Vec<(Choice, usize)>>,
}

/// Walks everything that can be reached; returns `None` if that is too much.
fn explore(setup: &Setup) -> Option<Graph> {
    let bytes = |state: &State| {
        let mut bytes = Vec::new();
        state.encode(setup, &mut bytes);
        bytes
    };
    let first = State::initial(setup);
    let mut seen = BTreeMap::from([(bytes(&first), 0)]);
    let mut graph = Graph { states: vec![first], edges: Vec::new() };
    while graph.edges.len() < graph.states.len() {
        let state = graph.states[graph.edges.len()];
        let mut edges = Vec::new();
        for choice in enabled(setup, &state) {
            let mut next = state;
            step(setup, &mut next, choice, &mut ()).expect("enabled lists what step takes");
            let new = graph.states.len();
            let to = *seen.entry(bytes(&next)).or_insert(new);
            if to == new {
                graph.states.push(next);
            }
            edges.push((choice, to));
        }
        graph.edges.push(edges);
        if graph.states.len() > STATES_MAX {
            return None;
        }
    }
    Some(graph)
}

/// For each state, the actors that step in some run from it, as bits by their position.
fn can_still_step(graph: &Graph) -> Vec<u32> {
    let order: Vec<Actor> = Actor::all().collect();
    let bit = |actor: Actor| 1_u32 << order.iter().position(|a| *a == actor).expect("an actor");
    let mut can = vec![0_u32; graph.states.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for at in (0..graph.states.len()).rev() {
            let now =
                graph.edges[at].iter().fold(can[at], |c, (by, to)| c | bit(by.actor) | can[*to]);
            changed |= now != can[at];
            can[at] = now;
        }
    }
    can
}

/// Every promise that some run breaks, after checking the consistency of each state.
fn broken(setup: &Setup, graph: &Graph) -> u16 {
    let order: Vec<Actor> = Actor::all().collect();
    let can = can_still_step(graph);
    let mut broken = 0;
    for (state, can) in graph.states.iter().zip(can) {
        broken |= state.broken;
        assert_eq!(state.bound, None, "{}", setup.design);
        let dead = deadlocked(setup, state);
        for (i, actor) in order.iter().enumerate() {
            let named = dead.iter().any(|(a, _)| a == actor);
            let blocked = matches!(next(setup, state, *actor), Next::Blocked { .. });
            // The converse need not hold: a run can be doomed before its cycle closes.
            assert!(!named || blocked && can & (1 << i) == 0, "{} {actor}", setup.design);
        }
        if !dead.is_empty() {
            broken |= Promise::NoDeadlock.bit();
        } else {
            assert!(!is_stuck(setup, state), "stuck without a deadlock: {state:?}");
        }
        let over = enabled(setup, state).is_empty() && dead.is_empty();
        if over && state.power == Power::On {
            assert_eq!(state.pending_conversions(), 0, "an end with a conversion pending");
            let unreaped = |io: &Io| io.stage == Stage::Converted && io.ack == Acked::Event;
            let left: Vec<_> = state.ios().filter(|(_, io)| !unreaped(io)).collect();
            assert!(left.is_empty(), "an end with an io_end that nobody freed: {left:?}");
            assert!(state.inodes.iter().all(|inode| inode.i_dio_count == 0));
        }
    }
    broken
}

fn names(broken: u16) -> String {
    let names = Promise::ALL.iter().filter(|promise| broken & promise.bit() != 0);
    let names: Vec<&str> = names.map(|promise| promise.id()).collect();
    if names.is_empty() { "ok".into() } else { names.join(" ") }
}

#[test]
fn every_preset_breaks_only_its_stated_promises() {
    let presets = PRESETS.iter().map(|preset| {
        let script = Script::parse(preset.script).unwrap_or_else(|e| panic!("{}: {e}", preset.id));
        (preset.id, script, Design::parse(preset.design).ok())
    });
    check(presets, &expect_file!["data/reachable.txt"]);
}

#[test]
fn every_feature_breaks_only_its_stated_promises() {
    check(
        features().map(|(name, script)| (name, script, None)),
        &expect_file!["data/features.txt"],
    );
}

/// Walks scripts under every design, under the designs that they name, and under one more. Compares
/// the broken promises with the expectations, and all counts with a file.
fn check<'a>(
    scripts: impl Iterator<Item = (&'a str, Script, Option<Design>)>,
    expected_table: &ExpectFile,
) {
    let mut table = String::new();
    let mut differ = Vec::new();
    for (id, script, own) in scripts {
        let mut designs: Vec<Design> = Row::ALL.iter().map(|row| row.design()).collect();
        designs.extend(script.expectations.iter().flat_map(|e| e.designs.clone()));
        designs.extend(own);
        let mut done = Vec::new();
        for design in designs {
            if done.contains(&design) {
                continue;
            }
            done.push(design);
            let setup = Setup { design, ..script.setup.clone() };
            let Some(graph) = explore(&setup) else {
                writeln!(table, "{:5} {design}: more than {STATES_MAX} states", id)
                    .expect("a String takes it");
                continue;
            };
            let transitions: usize = graph.edges.iter().map(Vec::len).sum();
            let found = broken(&setup, &graph);
            let (states, found_names) = (graph.states.len(), names(found));
            writeln!(
                table,
                "{:5} {design}: {states} states, {transitions} transitions, {found_names}",
                id
            )
            .expect("a String takes it");
            let expected = script.expected(&design).unwrap_or(0);
            if expected != found {
                differ.push(format!(
                    "{} {design}: expected {}, found {found_names}",
                    id,
                    names(expected)
                ));
            }
        }
    }
    expected_table.assert_eq(&table);
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
