//! Compares our search with Stateright's on the same machine: the same number of states, the same
//! depth and the same verdicts, for every preset and feature in every design that is small enough.

#[path = "common/features.rs"]
mod features;
#[path = "common/stateright_model.rs"]
mod stateright_model;

use extentscope::check::{Bounds, Search, Verdict};
use extentscope::kernel::{Row, Setup};
use extentscope::scenario::Scenario;
use stateright::{Checker, Model};
use stateright_model::{EVERYTHING, Machine, always, sometimes};

/// The largest number of states of a setup that both search.
const STATES_SMALL: u32 = 20_000;
/// The smallest number of compared pairs that makes the test meaningful.
const PAIRS_MIN: u32 = 100;

/// It has its own `main` so that its line is always shown: `stateright: N pairs, 0 differ`.
fn main() {
    let (mut pairs, mut differ) = (0, 0);
    let presets = Scenario::presets().into_iter().map(|s| (s.name.to_string(), s.script));
    let features = features::features().map(|(name, script)| (name.to_string(), script));
    for (name, script) in presets.chain(features) {
        for row in Row::ALL {
            let setup = Setup { design: row.design(), ..script.setup.clone() };
            let bounds = Bounds { states: STATES_SMALL, ..Bounds::default() };
            let search = Search::run(setup.clone(), bounds);
            if search.limit().is_some() {
                continue;
            }
            pairs += 1;
            let name = format!("{name} {}", row.id());
            for difference in differences(setup, &search) {
                println!("{name}: {difference}");
                differ += 1;
            }
        }
    }
    println!("stateright: {pairs} pairs, {differ} differ");
    assert!(differ == 0 && pairs >= PAIRS_MIN);
}

/// Everything in which the two searches differ.
fn differences(setup: Setup, ours: &Search) -> Vec<String> {
    let theirs = Machine::new(setup).checker().threads(1).spawn_bfs().join();
    let mut differences = Vec::new();
    let mut compare = |what: &str, ours: u64, theirs: u64| {
        if ours != theirs {
            differences.push(format!("{what}: {ours} here, {theirs} in Stateright"));
        }
    };
    let progress = ours.progress();
    compare("states", progress.states.into(), theirs.unique_state_count() as u64);
    // Stateright counts the first state as depth 1, and as generated.
    compare("depth", u64::from(progress.depth) + 1, theirs.max_depth() as u64);
    compare("transitions", progress.transitions + 1, theirs.state_count() as u64);
    compare("violations of nothing", 0, theirs.discovery(EVERYTHING).is_some().into());
    let findings = ours.findings();
    for (promise, _) in always() {
        let violated = findings.iter().any(|finding| {
            finding.promise == promise && matches!(finding.verdict, Verdict::Violated { .. })
        });
        let theirs = theirs.discovery(promise.sentence()).is_some();
        compare(promise.id(), violated.into(), theirs.into());
    }
    for (promise, _) in sometimes() {
        let what = format!("{} comes up", promise.id());
        let theirs = theirs.discovery(promise.id()).is_some();
        compare(&what, ours.came_up(promise).into(), theirs.into());
    }
    differences
}
