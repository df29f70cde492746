//! `extentscope check`: the verdicts on one script under one design.

use std::io::Write;

use clap::Args;
use extentscope::bounds::STATES_MAX;
use extentscope::check::{Bounds, Calm, Detail, Limit, Report, Reported, Search, Verdict};
use extentscope::kernel::{Design, Setup};
use extentscope::scenario::{Again, Artefact, Preset, agrees, switches, what_to_cut};
use extentscope::view::words::wrap;

use super::input::{Input, read_text};
use super::verdicts::{list, promises, timed};
use super::{End, Threads, Wrong};

#[derive(Args)]
pub struct CheckArguments {
    /// A file, `-` for standard input, or a preset.
    #[arg(required_unless_present = "verify")]
    script: Option<String>,
    /// The design; the default is the script's or the preset's.
    #[arg(long)]
    design: Option<String>,
    /// The largest number of states to visit.
    #[arg(long, default_value_t = STATES_MAX,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(STATES_MAX)))]
    states: u32,
    /// Run only a full search: it gives verdicts, shortest runs and points of no return.
    #[arg(long)]
    full: bool,
    /// Run only a reduced search: it gives verdicts, and runs that may not be the shortest.
    #[arg(long, conflicts_with = "full")]
    reduced: bool,
    /// Repeat the search of an artefact (a file, or `-` for standard input), and compare the
    /// results.
    #[arg(long, value_name = "ARTEFACT",
          conflicts_with_all = ["script", "design", "states", "full", "reduced"])]
    verify: Option<String>,
    #[command(flatten)]
    threads: Threads,
}

pub fn check(out: &mut impl Write, arguments: &CheckArguments) -> Result<End, Wrong> {
    if let Some(artefact) = &arguments.verify {
        return verify(out, artefact, arguments.threads);
    }
    let name = arguments.script.as_deref().unwrap_or_default();
    let Input { scenario, text, design } = Input::read(name, arguments.design.as_deref())?;
    let bounds = Bounds { states: arguments.states, ..Bounds::default() };
    let title = match scenario.script.title.as_str() {
        "" => &scenario.name,
        title => title,
    };
    writeln!(out, "{}", wrap("scenario ", title))?;
    writeln!(out, "{}\n", wrap("design   ", &design.to_string()))?;
    let expected = scenario.script.expected(&design);
    let setup = scenario.script.setup;
    let threads = arguments.threads;
    let first = search(&setup, bounds, !arguments.full, threads);
    let broken = print_verdicts(out, &first.report)?;
    print_extent(out, &setup, &first)?;
    let end = compare(out, expected, broken, first.report.limit.is_some())?;
    // The verdict is visible while the runs are searched.
    out.flush()?;
    if broken != 0 {
        let full = || search(&setup, bounds, false, threads);
        print_runs(out, &first, arguments.reduced, bounds, full)?;
    }
    print_artefact(out, name, &text, &design, &first.report)?;
    Ok(end)
}

/// A search with its costs.
struct Searched {
    report: Report,
    /// The number of states still to visit.
    frontier: u32,
    /// The length of the runs of which a full search has seen all.
    steps: usize,
    ms: u128,
}

fn search(setup: &Setup, bounds: Bounds, reduced: bool, threads: Threads) -> Searched {
    let (search, ms) = timed(|| {
        let search = Search::new(setup.clone(), bounds).on_threads(threads.number());
        if reduced { search.reduced().finish() } else { search.finish() }
    });
    let frontier = search.progress().frontier;
    let ends = search.layers().into_iter().scan(0, |sum, states| {
        *sum += states;
        Some(*sum)
    });
    // Every step was taken from the states of these depths.
    let steps = ends.take_while(|end| *end <= search.expanded()).count();
    Searched { report: Report::of(&search, Detail::Full), frontier, steps, ms: ms.into() }
}

/// Prints a line for each promise; returns the broken ones, as bits.
fn print_verdicts(out: &mut impl Write, report: &Report) -> Result<u16, Wrong> {
    let mut broken = 0;
    for Reported { promise, verdict, .. } in &report.findings {
        let (word, text) = match verdict {
            Verdict::Holds if report.limit.is_some() => ("so far", promise.sentence()),
            Verdict::Holds => ("holds", promise.sentence()),
            Verdict::NeverReached if report.limit.is_some() => ("-", "not exercised so far"),
            Verdict::NeverReached => ("-", "not exercised by this script"),
            Verdict::Violated { .. } => ("BROKEN", promise.sentence()),
        };
        writeln!(out, "{}", wrap(&format!("{word:<7} {:<14} ", promise.id()), text))?;
        if let Verdict::Violated { .. } = verdict {
            broken |= promise.bit();
        }
    }
    Ok(broken)
}

/// Prints the extent of the search, and the parts of the script to leave out if it was not
/// complete.
fn print_extent(out: &mut impl Write, setup: &Setup, searched: &Searched) -> Result<(), Wrong> {
    let Searched { report, frontier, steps, ms } = searched;
    let Report { states, transitions, depth, odds_log2, .. } = report;
    let kind = if report.reduced { "reduced" } else { "full" };
    let seen = match report.limit {
        None => "complete".to_string(),
        Some(limit) => {
            let runs = match report.reduced {
                true => String::new(),
                false => format!("; all runs of up to {steps} steps were searched"),
            };
            let more = match limit {
                Limit::States(states) if states < STATES_MAX => {
                    format!(". Or raise `--states`, to {STATES_MAX} at most")
                }
                _ => String::new(),
            };
            let cut = what_to_cut(setup);
            let cut = cut.trim_end_matches('.');
            format!(
                "not complete, {limit}, with {frontier} states still to visit{runs}. {cut}{more}"
            )
        }
    };
    let text = format!(
        "By a {kind} search: {states} states, {transitions} transitions, depth {depth}, {ms} ms; \
         {seen}. The chance that two states were taken for one is at most 1 in 2^{odds_log2}."
    );
    writeln!(out, "\n{}", wrap("", &text))?;
    Ok(())
}

/// Prints the runs that break promises: those of the full search, unless it passes the bound or is
/// not wanted.
fn print_runs(
    out: &mut impl Write,
    first: &Searched,
    reduced: bool,
    bounds: Bounds,
    full: impl FnOnce() -> Searched,
) -> Result<(), Wrong> {
    let is_first_full = !first.report.reduced;
    let full = (!is_first_full && !reduced).then(full);
    let full = full.as_ref().filter(|full| full.report.limit.is_none());
    let (report, told) = match full {
        Some(Searched { report, ms, .. }) => {
            let text = format!("Runs, by a full search of {} states, {ms} ms:", report.states);
            (report, text)
        }
        None if is_first_full => (&first.report, "Runs, by the same search:".into()),
        None if reduced => (
            &first.report,
            "Runs, by the same search: no step can be left out, but others may be shorter:".into(),
        ),
        None => (
            &first.report,
            format!(
                "Runs, by the reduced search, since a full one passes {} states: no step can be \
                 left out, but others may be shorter:",
                bounds.states
            ),
        ),
    };
    writeln!(out, "\n{}", wrap("", &told))?;
    let kind = |it: &Reported| core::mem::discriminant(&it.verdict);
    for (one, other) in first.report.findings.iter().zip(&report.findings) {
        if kind(one) != kind(other) {
            let id = one.promise.id();
            let text = format!(
                "{id}: the full search disagrees with the reduced one, and is right. Please report \
                 this script."
            );
            writeln!(out, "{}", wrap("", &text))?;
        }
    }
    let broken = |it: &&Reported| matches!(it.verdict, Verdict::Violated { .. });
    report
        .findings
        .iter()
        .filter(broken)
        .try_for_each(|finding| print_run(out, finding, report.reduced))
}

/// Prints the artefact, which can be quoted.
fn print_artefact(
    out: &mut impl Write,
    name: &str,
    text: &str,
    design: &Design,
    report: &Report,
) -> Result<(), Wrong> {
    let artefact = Artefact::of(report, Preset::find(name), text, design);
    writeln!(out, "\n{}", wrap("", "To quote; extentscope check --verify checks it:"))?;
    write!(out, "\n{artefact}")?;
    Ok(())
}

/// Repeats the search of an artefact.
fn verify(out: &mut impl Write, name: &str, threads: Threads) -> Result<End, Wrong> {
    let wrong = |why: String| Wrong(format!("{name}: {why}"));
    let quoted = Artefact::parse(&read_text(name)?).map_err(wrong)?;
    let again = quoted.again().map_err(|why| Wrong(format!("{name}: {why}")))?;
    let Again { script, text, preset, design, reduced, states } = again;
    let bounds = Bounds { states, ..Bounds::default() };
    let Searched { report, ms, .. } = search(&script.setup, bounds, reduced, threads);
    let found = Artefact::of(&report, preset, &text, &design);
    let differences = quoted.differences(&found);
    if differences.is_empty() {
        let text = format!("This build finds the same, in {ms} ms: {}.", found.seen);
        writeln!(out, "{}", wrap("", &text))?;
        return Ok(if report.limit.is_some() { End::Bounded } else { End::Fine });
    }
    writeln!(out, "{}", wrap("", "This build finds something else."))?;
    for (key, quoted, found) in differences {
        writeln!(out, "{}", wrap(&format!("{key:<7} quoted "), &quoted))?;
        writeln!(out, "{}", wrap(&format!("{key:<7} found  "), &found))?;
    }
    Ok(End::Finding)
}

/// Compares the verdicts with the script's expectations, if it has any. A search that saw only a
/// part may have missed an expected violation, but the violations it found are certain.
fn compare(
    out: &mut impl Write,
    expected: Option<u16>,
    broken: u16,
    is_bounded: bool,
) -> Result<End, Wrong> {
    let Some(expected) = expected else {
        return Ok(match broken {
            0 if is_bounded => End::Bounded,
            0 => End::Fine,
            _ => End::Finding,
        });
    };
    let (names, found) = (promises(expected), promises(broken));
    let (text, end) = match agrees(expected, broken) {
        true => (format!("The script expects {names}, as found."), End::Fine),
        false if is_bounded && agrees(expected, expected | broken) => {
            (format!("The script expects {names}, found so far {found}."), End::Bounded)
        }
        false => (format!("The script expects {names}, found {found}."), End::Finding),
    };
    writeln!(out, "\n{}", wrap("", &text))?;
    Ok(match end {
        End::Fine if is_bounded => End::Bounded,
        end => end,
    })
}

/// The shortest run, the run with the fewest switches if it differs, and the point of no return of
/// each.
fn print_run(out: &mut impl Write, finding: &Reported, reduced: bool) -> Result<(), Wrong> {
    let Reported { promise, verdict: Verdict::Violated { witness }, no_return, calm } = finding
    else {
        return Ok(());
    };
    let (kind, end) = match reduced {
        true => ("a run", String::new()),
        false => ("shortest", format!(", {}", way_out(*no_return))),
    };
    let text = format!("{kind}, {} steps{end}: {}", witness.len(), list(witness));
    writeln!(out, "{}", wrap(&format!("{:<14} ", promise.id()), &text))?;
    match calm {
        Calm::Same => {}
        Calm::Run { run, no_return } => {
            let (switches, steps, end) = (switches(run), run.len(), way_out(*no_return));
            let text =
                format!("fewest switches, {switches} in {steps} steps, {end}: {}", list(run));
            writeln!(out, "{}", wrap("               ", &text))?;
        }
        Calm::Unknown(limit) => {
            let text = format!("the run with the fewest switches was not found: {limit}");
            writeln!(out, "{}", wrap("               ", &text))?;
        }
    }
    Ok(())
}

/// The point of no return in words.
fn way_out(no_return: Option<u32>) -> String {
    match no_return {
        Some(0) => "nothing could have avoided it".into(),
        Some(step) => format!("after step {step} nothing can avoid it"),
        None => "what could have avoided it is not known".into(),
    }
}
