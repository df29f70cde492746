//! Instructions per operation of the eleven workloads, a number without noise. Each workload runs
//! once in valgrind's callgrind, which counts only inside the timed loop (including the generator,
//! as in `BENCH.md`; for `look_*` and `seq_merge*` only the first 1,000,000 operations).
//!
//! `cargo bench --bench es_instr [-- NAME...]`; takes several minutes. Exits with 1 if any
//! workload needs more instructions than the kernel's C code.

mod workloads;

use std::process::{Command, ExitCode};

use extentscope::es::Version;
use workloads::{Clock, Kernel, WORKLOADS, Workload};

/// Number of operations over which `BENCH.md` averages.
const LIMIT: u32 = 1_000_000;

const VERSIONS: [Version; 2] = [Version::V3_9, Version::V6_5];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    if let [run, version, name] = args.as_slice()
        && run == "run"
    {
        return run_one(version, name);
    }
    println!(
        "{:<14}{:>9}{:>9}{:>7}  {:>9}{:>9}{:>7}",
        "workload", "C 3.9", "v3.9", "", "C 6.1", "v6.5", ""
    );
    let mut ok = true;
    for workload in &WORKLOADS {
        if !args.is_empty() && !args.iter().any(|it| it == workload.name) {
            continue;
        }
        print!("{:<14}", workload.name);
        for (version, c) in VERSIONS.into_iter().zip(workload.c_instr) {
            match count(version, workload) {
                Ok(instr) => {
                    ok &= instr <= f64::from(c);
                    print!("{c:>9}{instr:>9.1}{:>6.0}%  ", 100.0 * instr / f64::from(c));
                }
                Err(problem) => {
                    println!("{problem}");
                    return ExitCode::FAILURE;
                }
            }
        }
        println!();
    }
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one workload in callgrind and reads the number of instructions of the loop.
fn count(version: Version, workload: &Workload) -> Result<f64, String> {
    let exe = std::env::current_exe().map_err(|it| it.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*timed_loop*")
        .arg(exe)
        .args(["run", version.id(), workload.name])
        .output()
        .map_err(|it| format!("valgrind: {it}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{} failed:\n{text}", workload.name));
    }
    let collected = text.lines().find_map(|it| it.split_once("Collected : "));
    let collected = collected.and_then(|(_, it)| it.trim().parse::<f64>().ok());
    let ops = f64::from(workload.ops.min(LIMIT));
    collected.map(|it| it / ops).ok_or_else(|| format!("no count in:\n{text}"))
}

/// Runs one workload; callgrind executes this process.
fn run_one(version: &str, name: &str) -> ExitCode {
    let workload = WORKLOADS.iter().find(|it| it.name == name);
    let (Some(workload), Ok(version)) = (workload, version.parse::<Version>()) else {
        eprintln!("no workload {name} or version {version}");
        return ExitCode::FAILURE;
    };
    let check = workload.run(Kernel::new(version), LIMIT, &mut NoClock);
    if workload.ops <= LIMIT && check != workload.check {
        eprintln!("{name}: check value {check}, expected {}", workload.check);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

struct NoClock;

impl Clock for NoClock {
    fn start(&mut self) {}
    fn stop(&mut self) {}
}
