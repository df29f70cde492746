//! A search on several threads gives the same report, to the last byte, as on one.

#[path = "common/random_setups.rs"]
mod random_setups;

use extentscope::check::{Bounds, Detail, Report, Search};
use extentscope::kernel::{Row, Setup};
use extentscope::scenario::{Artefact, Scenario};
use random_setups::random_setup;

/// A search with fewer states has no layer that several threads share.
const STATES_MIN: u32 = 1_000;
/// The bound of a search.
const STATES: u32 = 8_000;
/// The number of random setups that are compared.
const RANDOM: usize = 30;
/// A layer with fewer states is left to one thread.
const WIDE: u32 = 128;

/// Every preset under the designs in which some presets have many states.
fn presets() -> impl Iterator<Item = (String, Setup)> {
    Scenario::presets().into_iter().flat_map(|preset| {
        [Row::RfcOsync, Row::RfcOsyncSkipwait, Row::KaraOpt, Row::KaraThrottle].map(|row| {
            let setup = Setup { design: row.design(), ..preset.script.setup.clone() };
            (format!("{} {}", preset.name, row.id()), setup)
        })
    })
}

/// A search on some threads, in slices if there are several, and the width of its widest layer.
fn search(setup: &Setup, states: u32, reduced: bool, threads: u32) -> (Report, u32) {
    let bounds = Bounds { states, ..Bounds::default() };
    let mut search = Search::new(setup.clone(), bounds).on_threads(threads);
    if reduced {
        search = search.reduced();
    }
    let slice = if threads == 3 { 1_000 } else { u32::MAX };
    while !search.advance(slice).done {}
    let widest = search.layers().into_iter().max().unwrap_or_default();
    (Report::of(&search, Detail::Verdicts), widest)
}

/// Compares the reports for one, two and three threads. Returns false if nothing was shared.
fn compare(name: &str, setup: &Setup) -> bool {
    let (whole, widest) = search(setup, STATES, false, 1);
    if whole.states < STATES_MIN || widest < 2 * WIDE {
        return false;
    }
    for reduced in [false, true] {
        // The second bound ends the search in the middle of a layer.
        for (states, numbers) in [(STATES, &[2, 3][..]), (whole.states / 2 + 1, &[2])] {
            let (one, _) = search(setup, states, reduced, 1);
            for threads in numbers {
                let (some, _) = search(setup, states, reduced, *threads);
                assert_eq!(some, one, "{name}: {threads} threads, reduced: {reduced}");
                let quoted = |report| Artefact::of(report, None, "", &setup.design);
                assert_eq!(quoted(&some), quoted(&one));
            }
        }
    }
    true
}

#[test]
fn presets_have_the_same_report_on_any_number_of_threads() {
    let compared = presets().filter(|(name, setup)| compare(name, setup)).count();
    assert!(compared >= 6, "{compared}");
}

#[test]
fn random_setups_have_the_same_report_on_any_number_of_threads() {
    let shared = (0..).map(random_setup).filter(|(name, setup)| compare(name, setup));
    assert_eq!(shared.take(RANDOM).count(), RANDOM);
}
