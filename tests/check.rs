//! Compares the explorer with brute force on everything small: states in ordered maps, with all
//! their bytes.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use expect_test::expect_file;
use extentscope::check::{
    Bounds, Calm, Detail, Fingerprint, Limit, Report, Reported, Reporting, Search, Verdict,
    fingerprint,
};
use extentscope::kernel::{
    Actor, Budgets, Choice, KNOBS, Next, Power, Promise, Row, Setup, Stage, State, deadlocked,
    enabled, is_environment, is_stuck, next, step,
};
use extentscope::scenario::{Matrix, PRESETS, Run, Script, switches};

/// Cells with fewer states than this are searched by brute force.
const STATES_SMALL: usize = 10_000;
/// For cells with fewer states than this, the fewest switches are searched by brute force too, over
/// states with all their names.
const STATES_FEW: usize = 700;

/// Every preset in every design, unchanged and with bios and the power allowed to fail. Neither
/// failure counts as a way out.
fn setups_that_may_fail() -> impl Iterator<Item = (String, Setup)> {
    setups().flat_map(|(name, setup)| {
        let budgets = Budgets { crash: 1, eio: 1, ..setup.budgets };
        let fails = (format!("{name} where bios and the power may fail"), budgets);
        let other = Setup { budgets: fails.1, ..setup.clone() };
        [(name, setup), (fails.0, other)]
    })
}

/// Every preset in every design.
fn setups() -> impl Iterator<Item = (String, Setup)> {
    PRESETS.iter().flat_map(|preset| {
        let setup = Script::parse(preset.script).expect("a preset is a script").setup;
        Row::ALL.into_iter().map(move |row| {
            (format!("{} {}", preset.id, row.id()), Setup { design: row.design(), ..setup.clone() })
        })
    })
}

/// A setup of some hundred states that breaks a promise.
fn small() -> Setup {
    setups().find(|(name, _)| name == "S7 rfc-osync").expect("S7 is a preset").1
}

/// All bytes of a state, including the names that its encoding leaves out, because names
/// distinguish actors.
fn all_of_it(state: &State) -> Vec<u8> {
    let Fingerprint { low, high } = fingerprint(format!("{state:?}").as_bytes());
    [low.to_le_bytes(), high.to_le_bytes()].concat()
}

fn bytes(setup: &Setup, state: &State) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.encode(setup, &mut bytes);
    bytes
}

/// All states of a setup by number, with all steps.
struct Plain {
    states: Vec<State>,
    depth: Vec<usize>,
    steps: Vec<Vec<(Choice, usize)>>,
    number: BTreeMap<Vec<u8>, usize>,
}

impl Plain {
    /// Searches a setup; returns `None` if there are too many states.
    fn search(setup: &Setup, key: impl Fn(&State) -> Vec<u8>) -> Option<Plain> {
        let first = State::initial(setup);
        let mut plain = Plain {
            number: BTreeMap::from([(key(&first), 0)]),
            states: vec![first],
            depth: vec![0],
            steps: Vec::new(),
        };
        while plain.steps.len() < plain.states.len() {
            let from = plain.steps.len();
            let mut steps = Vec::new();
            for choice in enabled(setup, &plain.states[from]) {
                let mut state = plain.states[from];
                step(setup, &mut state, choice, &mut ()).expect("enabled lists what step takes");
                let fresh = plain.states.len();
                let to = *plain.number.entry(key(&state)).or_insert(fresh);
                if to == fresh {
                    plain.states.push(state);
                    plain.depth.push(plain.depth[from] + 1);
                }
                steps.push((choice, to));
            }
            plain.steps.push(steps);
            if plain.states.len() > STATES_SMALL {
                return None;
            }
        }
        Some(plain)
    }

    /// Marks the states in which a promise is broken.
    fn bad(&self, setup: &Setup, promise: Promise) -> Vec<bool> {
        let bad = |state: &State| match promise {
            Promise::NoDeadlock => !deadlocked(setup, state).is_empty() || is_stuck(setup, state),
            _ => state.broken & promise.bit() != 0,
        };
        if promise == Promise::Progress {
            return self.reach(|at| self.is_over(setup, at)).into_iter().map(|can| !can).collect();
        }
        self.states.iter().map(bad).collect()
    }

    /// Whether everything is converted and every thread has finished, or the power was cut.
    fn is_over(&self, setup: &Setup, at: usize) -> bool {
        let state = &self.states[at];
        let unasked = |(choice, _): &(Choice, usize)| is_environment(state, *choice);
        let waits = |actor| matches!(next(setup, state, actor), Next::Blocked { .. });
        state.power != Power::On
            || self.steps[at].iter().all(unasked)
                && !Actor::all().any(waits)
                && state.ios().all(|(_, io)| io.stage == Stage::Converted)
    }

    /// The steps from a state without those of the environment, except the recovery after a power
    /// cut.
    fn own_steps(&self, at: usize) -> impl Iterator<Item = usize> {
        let state = &self.states[at];
        let is_own = |choice| state.power != Power::On || !is_environment(state, choice);
        self.steps[at].iter().filter(move |(choice, _)| is_own(*choice)).map(|(_, to)| *to)
    }

    /// The states from which a goal can be reached without the environment, by iterating until
    /// nothing changes.
    fn reach(&self, goal: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut can: Vec<bool> = (0..self.states.len()).map(goal).collect();
        loop {
            let before = can.clone();
            for (at, can) in can.iter_mut().enumerate() {
                *can |= self.own_steps(at).any(|to| before[to]);
            }
            if can == before {
                return can;
            }
        }
    }

    /// The states from which some run ends without reaching a bad state, by iterating until nothing
    /// changes. A run can end where only the environment could step. It continues only by steps
    /// that are not the environment's.
    fn avoidable(&self, bad: &[bool]) -> Vec<bool> {
        let ends = |at: usize| {
            let state = &self.states[at];
            let unasked = |(choice, _): &(Choice, usize)| is_environment(state, *choice);
            !bad[at]
                && (self.steps[at].is_empty()
                    || state.power == Power::On && self.steps[at].iter().all(unasked))
        };
        let mut avoidable: Vec<bool> = (0..bad.len()).map(ends).collect();
        loop {
            let before = avoidable.clone();
            for state in 0..avoidable.len() {
                avoidable[state] |= !bad[state] && self.own_steps(state).any(|to| before[to]);
            }
            if avoidable == before {
                return avoidable;
            }
        }
    }

    /// The point of no return of a run into a bad state, tested state by state.
    fn no_return(&self, setup: &Setup, run: &[Choice], bad: &[bool]) -> Option<u32> {
        let avoidable = self.avoidable(bad);
        let mut state = State::initial(setup);
        let mut doomed = (!avoidable[0]).then_some(0);
        for (i, choice) in (1..).zip(run) {
            step(setup, &mut state, *choice, &mut ()).expect("a witness is a run");
            if doomed.is_none() && !avoidable[self.number[&bytes(setup, &state)]] {
                doomed = Some(i);
            }
        }
        assert!(bad[self.number[&bytes(setup, &state)]], "the witness ends well");
        doomed
    }

    /// The smallest number of switches, and then of steps, of any run into a bad state. Every pair
    /// of a state and a last actor is improved until nothing changes.
    fn calmest(&self, bad: &[bool]) -> (u32, u32) {
        let mut best: BTreeMap<(usize, Option<Actor>), (u32, u32)> =
            BTreeMap::from([((0, None), (0, 0))]);
        let mut queue = VecDeque::from([(0, None)]);
        while let Some((state, last)) = queue.pop_front() {
            let (switches, length) = best[&(state, last)];
            for (choice, to) in &self.steps[state] {
                let switch = u32::from(last.is_some_and(|last| last != choice.actor));
                let cost = (switches + switch, length + 1);
                let key = (*to, Some(choice.actor));
                if best.get(&key).is_none_or(|known| cost < *known) {
                    best.insert(key, cost);
                    queue.push_back(key);
                }
            }
        }
        let costs = best.iter().filter(|((state, _), _)| bad[*state]).map(|(_, cost)| *cost);
        costs.min().expect("a bad state is reachable")
    }
}

/// The number of switches and the length of a run.
fn cost(run: &[Choice]) -> (u32, u32) {
    (switches(run), run.len() as u32)
}

#[test]
fn counts_verdicts_and_witnesses_agree_with_brute_force() {
    let (mut pairs, mut violated) = (0, 0);
    for (name, setup) in setups_that_may_fail() {
        let Some(plain) = Plain::search(&setup, |state| bytes(&setup, state)) else { continue };
        let search = Search::run(setup.clone(), Bounds::default());
        let progress = search.progress();
        assert_eq!(progress.states as usize, plain.states.len(), "{name}: states");
        let transitions: usize = plain.steps.iter().map(Vec::len).sum();
        assert_eq!(progress.transitions as usize, transitions, "{name}: transitions");
        assert_eq!(Some(progress.depth as usize), plain.depth.iter().max().copied(), "{name}");
        pairs += 1;
        for finding in search.findings() {
            let bad = plain.bad(&setup, finding.promise);
            let depths = plain.depth.iter().zip(&bad).filter(|(_, bad)| **bad);
            let shortest = depths.map(|(depth, _)| *depth).min();
            let name = format!("{name}: {}", finding.promise.id());
            match finding.verdict {
                Verdict::Violated { witness } => {
                    assert_eq!(Some(witness.len()), shortest, "{name}");
                    let (run, divergence) = Run::replay(setup.clone(), &witness);
                    assert_eq!(divergence, None, "{name}");
                    assert!(bad[plain.number[&bytes(&setup, run.state())]], "{name}");
                    let calm = search.fewest_switches(finding.promise).expect("a witness");
                    if plain.states.len() < STATES_FEW {
                        let named = Plain::search(&setup, all_of_it).expect("few states");
                        let bad = named.bad(&setup, finding.promise);
                        assert_eq!(cost(&calm), named.calmest(&bad), "{name}");
                    }
                    for run in [&witness, &calm] {
                        let found = search.point_of_no_return(finding.promise, run);
                        assert_eq!(found, plain.no_return(&setup, run, &bad), "{name}");
                    }
                    violated += 1;
                }
                Verdict::Holds | Verdict::NeverReached => assert_eq!(shortest, None, "{name}"),
            }
        }
    }
    assert!(pairs >= 100 && violated >= 50, "{pairs} setups, {violated} violations");
}

/// Cells with up to this number of states are in the pinned table; the test of the matrix searches
/// larger ones.
const STATES_PINNED: u32 = 60_000;

/// One number per cell catches nearly every change of meaning; `UPDATE_EXPECT=1` accepts changes.
#[test]
fn counts_and_verdicts_are_pinned_and_match_the_scripts() {
    let mut matrix = Matrix::of_everything();
    let bounds = Bounds { states: STATES_PINNED, ..Bounds::default() };
    for number in 0..matrix.len() {
        let search = Search::run(matrix.setup(number).expect("a cell"), bounds);
        if search.limit().is_none() {
            matrix.fill(number, &Report::of(&search, Detail::Verdicts), None);
        }
    }
    let mut table = String::new();
    for number in 0..matrix.len() {
        let (scenario, design) = matrix.place(number).expect("a cell");
        let start = format!("{:6} {:18} ", scenario.name, design.to_string());
        let rest = match matrix.cell(number) {
            None => format!("more than {STATES_PINNED} states"),
            Some(cell) => format!(
                "{:>6} states {:>6} transitions depth {:>3}  {} {}",
                cell.states,
                cell.transitions,
                cell.depth,
                cell.verdict.word(),
                cell.property.map_or("", Promise::id),
            ),
        };
        writeln!(table, "{}", (start + &rest).trim_end()).expect("a String takes it");
    }
    expect_file!["data/counts.txt"].assert_eq(&table);
    let unexpected: Vec<_> = matrix.unexpected().collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    let text = matrix.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 78), "{text}");
}

#[test]
fn a_search_in_slices_has_the_same_result() {
    let setup = small();
    let whole = Search::run(setup.clone(), Bounds::default());
    let mut sliced = Search::new(setup, Bounds::default());
    let mut last = sliced.progress();
    while !last.done {
        let now = sliced.advance(7);
        assert!(now.states >= last.states && now.depth >= last.depth);
        last = now;
    }
    assert_eq!(last, whole.progress());
    assert_eq!(sliced.findings(), whole.findings());
}

#[test]
fn a_report_is_made_in_slices_and_can_be_stopped() {
    let search = Search::run(small(), Bounds::default());
    let whole = Report::of(&search, Detail::Full);
    let mut sliced = Reporting::new(&search, Detail::Full);
    let mut slices = 0;
    while sliced.advance(&search, 3) {
        slices += 1;
    }
    assert!(slices > 100, "{slices}");
    assert_eq!(sliced.report(&search), whole);
    let mut stopped = Reporting::new(&search, Detail::Full);
    (0..slices / 2).for_each(|_| assert!(stopped.advance(&search, 3)));
    let stopped = stopped.report(&search);
    let is_unknown = |finding: &&Reported| finding.calm == Calm::Unknown(Limit::Stopped);
    assert!(stopped.findings.iter().any(|finding| is_unknown(&finding)));
    for (finding, whole) in stopped.findings.iter().zip(&whole.findings) {
        assert_eq!((&finding.verdict, finding.no_return), (&whole.verdict, whole.no_return));
        assert!(finding.calm == whole.calm || is_unknown(&finding));
    }
    let few = Search::run(small(), Bounds { places: 50, ..Bounds::default() });
    let report = Report::of(&few, Detail::Full);
    let bounded = |finding: &Reported| finding.calm == Calm::Unknown(Limit::Places(50));
    assert!(report.findings.iter().any(bounded), "{report}");
}

#[test]
fn a_reached_bound_is_reported() {
    let setup = small();
    let whole = Search::run(setup.clone(), Bounds::default());
    assert_eq!(whole.limit(), None);
    let few = Search::run(setup.clone(), Bounds { states: 100, ..Bounds::default() });
    assert_eq!(few.limit(), Some(Limit::States(100)));
    let shallow = Search::run(setup.clone(), Bounds { depth: 5, ..Bounds::default() });
    assert_eq!((shallow.limit(), shallow.progress().depth), (Some(Limit::Depth(5)), 5));
    let depth = whole.progress().depth;
    let exact = Search::run(setup.clone(), Bounds { depth, ..Bounds::default() });
    assert_eq!(exact.progress().states, whole.progress().states);
    let mut stopped = Search::new(setup, Bounds::default());
    stopped.advance(10);
    stopped.stop();
    assert_eq!(stopped.limit(), Some(Limit::Stopped));
    assert!(!stopped.progress().done, "states that will not be expanded may be deadlocked");
    let (frontier, mut slices) = (stopped.progress().frontier, 0);
    while !stopped.advance(1).done {
        slices += 1;
    }
    assert!(slices == frontier && frontier > 5, "{slices} for {frontier}");
}

#[test]
fn no_knob_lets_a_count_fall_below_zero() {
    let bounds = Bounds { states: 500, ..Bounds::default() };
    let mut searched = 0;
    for preset in ["S1", "S6", "S8", "S10"] {
        let preset = PRESETS.iter().find(|p| p.id == preset).expect("a preset");
        let script = Script::parse(preset.script).expect("its script");
        for row in Row::ALL {
            for info in KNOBS {
                for value in 0..info.values.len() {
                    let mut design = row.design();
                    (info.set)(&mut design.knobs, value);
                    if design.knobs.contradiction().is_some() {
                        continue;
                    }
                    // This test checks for arithmetic overflow: a value below zero panics.
                    let search = Search::run(Setup { design, ..script.setup.clone() }, bounds);
                    assert!(search.progress().states > 1, "{design}");
                    searched += 1;
                }
            }
        }
    }
    assert!(searched > 2_000, "{searched}");
}
