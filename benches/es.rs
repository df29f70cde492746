//! Nanoseconds per operation of the eleven workloads of `BENCH.md`: the median of five runs, for
//! the rules of v3.9 and v6.5, and for two peers on the same workloads in the same run. None of
//! them takes locks.
//!
//! `cargo bench --bench es [-- NAME...]`.

#![expect(clippy::disallowed_types, reason = "a bench reads the clock")]

mod workloads;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use extentscope::es::Version;
use workloads::{Clock, Interval, Kernel, Ranges, Subject, WORKLOADS, Workload};

const RUNS: usize = 5;

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    println!(
        "ns per operation, median of {RUNS} (min..max)\n{:<14}{:>24}{:>24}{:>24}{:>24}",
        "workload", "v3.9", "v6.5", "BTreeMap", "rangemap"
    );
    let mut ok = true;
    for workload in &WORKLOADS {
        if !names.is_empty() && !names.iter().any(|it| it == workload.name) {
            continue;
        }
        print!("{:<14}", workload.name);
        ok &= measure(workload, || Kernel::new(Version::V3_9));
        ok &= measure(workload, || Kernel::new(Version::V6_5));
        ok &= measure(workload, Interval::default);
        ok &= measure(workload, Ranges::default);
        println!();
    }
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints one cell; false if a check value was wrong.
fn measure<S: Subject>(workload: &Workload, new: impl Fn() -> S) -> bool {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut clock = Wall { since: Instant::now(), took: Duration::ZERO };
        let check = workload.run(new(), u32::MAX, &mut clock);
        if check != workload.check {
            println!("{}: check value {check}, expected {}", workload.name, workload.check);
            return false;
        }
        times.push(clock.took.as_nanos() as f64 / f64::from(workload.ops));
    }
    times.sort_by(f64::total_cmp);
    let (min, median, max) = (times[0], times[RUNS / 2], times[RUNS - 1]);
    print!("{:>24}", format!("{median:.0} ({min:.0}..{max:.0})"));
    true
}

struct Wall {
    since: Instant,
    took: Duration,
}

impl Clock for Wall {
    fn start(&mut self) {
        self.since = Instant::now();
    }

    fn stop(&mut self) {
        self.took = self.since.elapsed();
    }
}
