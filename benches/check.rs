//! The speed of the explorer: compared with Stateright with one thread on the same machine, the
//! share of the machine in the time, the memory per state, and the growth of the numbers with the
//! script.
//!
//! `cargo bench --bench check` runs everything; `-- ours`, `-- stateright`, `-- threads` or
//! `-- growth` runs only that part.

#[path = "../tests/common/stateright_model.rs"]
mod stateright_model;

use std::hint::black_box;
use std::time::Duration;

use extentscope::check::{Bounds, Search};
use extentscope::kernel::{
    Choice, PIECES, Setup, State, deadlocked_among, enabled, enabled_among, next_of_all, step,
};
use extentscope::scenario::{Dice, Script};
use stateright::{Checker, Model};
use stateright_model::Machine;

/// At least a million states.
const BENCH_BIG: &str = include_str!("scripts/bench-big.ext");
/// Number of states on which the parts of a search are timed.
const SAMPLE: usize = 2_000;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wants = |what: &str| wanted.is_empty() || wanted.iter().any(|w| w == what);
    let setup = Script::parse(BENCH_BIG).expect("bench-big is a script").setup;
    let ours = wants("ours").then(|| search_big(&setup));
    if wants("stateright") {
        let theirs = stateright_big(&setup);
        if let Some(ours) = ours {
            println!("ours to Stateright: {:.2}", ours / theirs);
        }
    }
    if wants("threads") {
        threads(&setup);
    }
    if wants("growth") {
        growth();
    }
}

/// The time that a closure takes.
#[expect(clippy::disallowed_types, reason = "a bench reads a clock, the model does not")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = std::time::Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// Searches bench-big and prints the parts of the time. Returns states per second.
fn search_big(setup: &Setup) -> f64 {
    let (search, time) = timed(|| Search::run(setup.clone(), Bounds::default()));
    let progress = search.progress();
    assert!(progress.states >= 1_000_000 && search.limit().is_none());
    let rate = f64::from(progress.states) / time.as_secs_f64();
    println!(
        "bench-big, {}: {} states, {} transitions, depth {}",
        setup.design, progress.states, progress.transitions, progress.depth,
    );
    println!(
        "ours: {rate:.0} states/s, {:.0} transitions/s, {:.1} s",
        progress.transitions as f64 / time.as_secs_f64(),
        time.as_secs_f64(),
    );
    let bytes = progress.visited_bytes as f64 / f64::from(progress.states);
    println!(
        "kept: {bytes:.1} bytes a visited state; a state has {} bytes and is written down in {}, the \
         frontier had {} states at most ({:.0} MB)",
        size_of::<State>(),
        4 * PIECES,
        progress.frontier_peak,
        f64::from(progress.frontier_peak) * 4.0 * PIECES as f64 / 1e6,
    );
    shares(setup, progress.transitions, progress.states, time);
    rate
}

/// Prints the share of parts of the machine, timed on states of random runs.
fn shares(setup: &Setup, transitions: u64, states: u32, total: Duration) {
    let sample = sample(setup);
    let part = |name: &str, times: u64, work: &mut dyn FnMut(&State, Choice)| {
        let rounds = 100;
        let ((), time) = timed(|| {
            for _ in 0..rounds {
                sample.iter().for_each(|(state, choice)| work(state, *choice));
            }
        });
        let each = time.as_secs_f64() / f64::from(rounds) / sample.len() as f64;
        let share = each * times as f64 / total.as_secs_f64();
        println!("  {name:15} {:6.0} ns, {:4.1} % of the search", each * 1e9, share * 100.0);
    };
    part("step, on a copy", transitions, &mut |state, choice| {
        let mut next = *state;
        let _ = black_box(step(setup, &mut next, choice, &mut ()));
    });
    let mut choices = Vec::new();
    part("enabled", states.into(), &mut |state, _| {
        choices.clear();
        enabled_among(state, &next_of_all(setup, state), &mut choices);
        black_box(&choices);
    });
    part("deadlocked", states.into(), &mut |state, _| {
        black_box(deadlocked_among(setup, state, &next_of_all(setup, state)));
    });
}

/// States of random runs, each with an enabled step.
fn sample(setup: &Setup) -> Vec<(State, Choice)> {
    let mut dice = Dice::new(1);
    let mut sample = Vec::new();
    while sample.len() < SAMPLE {
        let mut state = State::initial(setup);
        while let Some(choice) = dice.choose(&enabled(setup, &state)) {
            sample.push((state, choice));
            step(setup, &mut state, choice, &mut ()).expect("enabled lists what step takes");
        }
    }
    sample.truncate(SAMPLE);
    sample
}

/// Searches the same setup with Stateright, with the promises that it can decide. Returns states
/// per second.
fn stateright_big(setup: &Setup) -> f64 {
    let machine = Machine::without_situations(setup.clone());
    let (checker, time) = timed(|| machine.checker().threads(1).spawn_bfs().join());
    let states = checker.unique_state_count();
    let rate = states as f64 / time.as_secs_f64();
    println!("Stateright: {states} states, {rate:.0} states/s, {:.1} s", time.as_secs_f64());
    rate
}

/// Searches bench-big on one thread, on two, and so on up to the number of processors, and with
/// Stateright on as many.
fn threads(setup: &Setup) {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    println!("threads       states      ms  speedup  Stateright ms  speedup");
    let (mut one, mut their_one) = (None, None);
    for threads in [1, 2, 4, 8, 16].into_iter().filter(|threads| *threads <= most) {
        let search = Search::new(setup.clone(), Bounds::default()).on_threads(threads as u32);
        let (search, time) = timed(|| search.finish());
        let machine = Machine::without_situations(setup.clone());
        let (_, theirs) = timed(|| machine.checker().threads(threads).spawn_bfs().join());
        let speedup = |one: &mut Option<Duration>, time: Duration| {
            one.get_or_insert(time).as_secs_f64() / time.as_secs_f64()
        };
        println!(
            "{threads:7}  {:>11}  {:>6}  {:7.2}  {:>13}  {:7.2}",
            search.progress().states,
            time.as_millis(),
            speedup(&mut one, time),
            theirs.as_millis(),
            speedup(&mut their_one, theirs),
        );
    }
}

/// States and time for growing scripts, one dimension at a time, in full and reduced by quiet
/// steps. A `+` means that there are more states.
fn growth() {
    println!(
        "threads  IOs each  blocks     states  transitions  depth       ms    reduced       ms"
    );
    let sizes = (1..=4).map(|threads| (threads, 1, 2));
    let sizes = sizes.chain((1..=5).map(|ios| (1, ios, 2)));
    for (threads, ios, blocks) in sizes.chain([1, 2, 4, 8, 16].map(|blocks| (2, 1, blocks))) {
        let setup = Script::parse(&grown(threads, ios, blocks)).expect("a script").setup;
        let search = Search::new(setup.clone(), Bounds::default());
        let (full, time) = timed(|| search.finish());
        let search = Search::new(setup, Bounds::default()).reduced();
        let (reduced, reduced_time) = timed(|| search.finish());
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let states = |search: &Search| {
            let more = if search.limit().is_some() { "+" } else { "" };
            format!("{}{more}", search.progress().states)
        };
        let progress = full.progress();
        println!(
            "{threads:7}  {ios:8}  {blocks:6}  {:>9}  {:11}  {:5}  {:7.1}  {:>9}  {:7.1}",
            states(&full),
            progress.transitions,
            progress.depth,
            ms(time),
            states(&reduced),
            ms(reduced_time),
        );
    }
}

/// A script of threads that each submit some AIO writes to one file and reap them.
fn grown(threads: u32, ios: u32, blocks: u32) -> String {
    let mut script = "design rfc-v1\nslots 8\nfile a 16 blocks, U 0+16\n".to_string();
    for thread in 0..threads {
        for io in 0..ios {
            let first = (thread * ios + io) * blocks % 16;
            script += &format!("t{}: aio_write io={first}+{blocks}\n", thread + 1);
        }
        script += &format!("t{}: getevents {ios}\n", thread + 1);
    }
    script
}
