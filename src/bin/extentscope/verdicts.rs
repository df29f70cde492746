//! `extentscope check`, `extentscope matrix` and `extentscope presets --check`: what is proved.

use std::io::Write;
use std::path::Path;

use extentscope::check::{Bounds, Calm, Detail, Report, Reported, Search, Verdict};
use extentscope::kernel::{Choice, Design, Promise, Row};
use extentscope::scenario::{Cell, Dice, Matrix, Scenario, agrees, switches, walks};
use extentscope::view::words::wrap;
use serde_json::{Value, json};

use super::input::{Input, read_design};
use super::{CheckArguments, End, MatrixArguments, Wrong};

pub fn check(out: &mut impl Write, arguments: &CheckArguments) -> Result<End, Wrong> {
    let Input { scenario, design, .. } =
        Input::read(&arguments.script, arguments.design.as_deref())?;
    let bounds = Bounds { states: arguments.states, ..Bounds::default() };
    let title = match scenario.script.title.as_str() {
        "" => &scenario.name,
        title => title,
    };
    writeln!(out, "{}", wrap("scenario ", title))?;
    writeln!(out, "{}\n", wrap("design   ", &design.to_string()))?;
    let expected = scenario.script.expected(&design);
    let (search, ms) = timed(|| Search::run(scenario.script.setup, bounds));
    let report = Report::of(&search, Detail::Full);
    let mut broken = 0;
    for finding in &report.findings {
        let promise = finding.promise;
        let (word, text) = match &finding.verdict {
            Verdict::Holds if report.limit.is_some() => ("so far", promise.sentence()),
            Verdict::Holds => ("holds", promise.sentence()),
            Verdict::NeverReached if report.limit.is_some() => ("-", "not exercised so far"),
            Verdict::NeverReached => ("-", "not exercised by this script"),
            Verdict::Violated { .. } => ("BROKEN", promise.sentence()),
        };
        writeln!(out, "{}", wrap(&format!("{word:<7} {:<14} ", promise.id()), text))?;
        if let Verdict::Violated { .. } = finding.verdict {
            broken |= promise.bit();
        }
        print_runs(out, finding)?;
    }
    let end = compare(out, expected, broken, report.limit.is_some())?;
    let Report { states, transitions, depth, odds_log2, .. } = report;
    let seen = match report.limit {
        None => "complete".to_string(),
        Some(limit) => format!("not complete, {}", limit),
    };
    let text = format!(
        "{states} states, {transitions} transitions, depth {depth}, {ms} ms; {seen}. The chance \
         that two states were taken for one is at most 1 in 2^{odds_log2}."
    );
    writeln!(out, "\n{}", wrap("", &text))?;
    Ok(end)
}

/// Compares what was found with what the script expects, if it does. A search that saw a part only
/// may have missed what is expected, but what it found is found.
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
        true => (format!("The script expects {names}, and so it is."), End::Fine),
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

/// The shortest run, the one with the fewest switches if that is another, and the last way out of
/// each.
fn print_runs(out: &mut impl Write, finding: &Reported) -> Result<(), Wrong> {
    let Reported { verdict: Verdict::Violated { witness }, no_return, calm, .. } = finding else {
        return Ok(());
    };
    let end = way_out(*no_return);
    let text = format!("shortest, {} steps, {end}: {}", witness.len(), list(witness));
    writeln!(out, "{}", wrap("        ", &text))?;
    match calm {
        Calm::Same => {}
        Calm::Run { run, no_return } => {
            let (switches, steps, end) = (switches(run), run.len(), way_out(*no_return));
            let text =
                format!("fewest switches, {switches} in {steps} steps, {end}: {}", list(run));
            writeln!(out, "{}", wrap("        ", &text))?;
        }
        Calm::Unknown(limit) => {
            let text = format!("the run with the fewest switches was not found: {limit}");
            writeln!(out, "{}", wrap("        ", &text))?;
        }
    }
    Ok(())
}

/// When the end of a run could no longer be avoided.
fn way_out(no_return: Option<u32>) -> String {
    match no_return {
        Some(0) => "nothing could have avoided it".into(),
        Some(step) => format!("after step {step} nothing can avoid it"),
        None => "what could have avoided it is not known".into(),
    }
}

pub fn matrix(out: &mut impl Write, arguments: &MatrixArguments) -> Result<End, Wrong> {
    let mut designs: Vec<Design> = Row::ALL.map(Row::design).to_vec();
    for text in &arguments.design {
        designs.push(read_design(text)?);
    }
    let mut scenarios = Scenario::presets();
    for name in &arguments.script {
        let mut scenario = Input::read(name, None)?.scenario;
        if scenarios.iter().any(|other| other.name == scenario.name) {
            // A file that is called like another row keeps what its name ends in.
            let whole = Path::new(name).file_name().and_then(|name| name.to_str());
            scenario.name = whole.unwrap_or(name).into();
        }
        scenarios.push(scenario);
    }
    let mut matrix = Matrix::new(designs, scenarios);
    let bounds = Bounds { states: arguments.states, ..Bounds::default() };
    for number in 0..matrix.len() {
        let (search, ms) = timed(|| match arguments.reduced {
            true => matrix.search(number, arguments.states),
            false => Some(Search::run(matrix.setup(number)?, bounds)),
        });
        let Some(search) = search else { continue };
        matrix.fill(number, &Report::of(&search, Detail::Verdicts), Some(ms));
    }
    if arguments.json {
        let cells: Vec<Value> = matrix.cells().map(json_of).collect();
        writeln!(out, "{:#}", json!({ "cells": cells }))?;
    } else {
        write!(out, "{matrix}")?;
        let states: u64 = matrix.cells().map(|cell| u64::from(cell.states)).sum();
        let ms: u64 = matrix.cells().filter_map(|cell| cell.ms).map(u64::from).sum();
        let reduced = matrix.cells().filter(|cell| cell.reduced).count();
        let reduced = match reduced {
            0 => String::new(),
            some => format!("; {some} of them by a reduced search, which counts fewer states"),
        };
        let text = format!("{} cells, {states} states, {ms} ms{reduced}", matrix.len());
        writeln!(out, "\n{}", wrap("", &text))?;
        for (cell, expected) in matrix.unexpected() {
            let (expected, broken) = (promises(expected), promises(cell.broken));
            let Cell { scenario, design, .. } = cell;
            let text = format!("under {design}: its script expects {expected}, found {broken}");
            writeln!(out, "{}", wrap(&format!("{scenario} "), &text))?;
        }
    }
    Ok(match matrix.cells().any(|cell| cell.limit.is_some()) {
        _ if matrix.unexpected().next().is_some() => End::Finding,
        true => End::Bounded,
        false => End::Fine,
    })
}

/// Random runs of every cell until they have shown what is expected, or enough of them have not.
pub fn presets(out: &mut impl Write, seed: u64) -> Result<End, Wrong> {
    let matrix = Matrix::of_everything();
    let (mut cells, mut differ) = (0, 0);
    for number in 0..matrix.len() {
        let Some((scenario, design)) = matrix.place(number) else { continue };
        let Some(expected) = scenario.script.expected(design) else { continue };
        let Some(setup) = matrix.setup(number) else { continue };
        let broken = walks(&setup, &mut Dice::new(seed.wrapping_add(u64::from(number))), expected);
        cells += 1;
        if !agrees(expected, broken) {
            differ += 1;
            let (expected, broken) = (promises(expected), promises(broken));
            let text = format!("{design}: expected {expected}, found {broken}");
            writeln!(out, "{}", wrap(&format!("{:<6} ", scenario.name), &text))?;
        }
    }
    writeln!(out, "presets: {cells} cells, {differ} differ")?;
    Ok(if differ == 0 { End::Fine } else { End::Finding })
}

/// The result of some work, and how many milliseconds it took.
#[expect(clippy::disallowed_types, reason = "the command may read a clock, the model may not")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, u32) {
    let start = std::time::Instant::now();
    let result = work();
    (result, start.elapsed().as_millis() as u32)
}

fn json_of(cell: &Cell) -> Value {
    let broken = Promise::ALL.into_iter().filter(|promise| cell.broken & promise.bit() != 0);
    let broken: Vec<&str> = broken.map(Promise::id).collect();
    json!({
        "design": cell.design,
        "scenario": cell.scenario,
        "verdict": cell.verdict.word(),
        "property": cell.property.map(Promise::id),
        "broken": broken,
        "states": cell.states,
        "transitions": cell.transitions,
        "depth": cell.depth,
        "reduced": cell.reduced,
        "complete": cell.limit.is_none(),
        "limit": cell.limit.map(|limit| limit.to_string()),
        "ms": cell.ms,
        "witness": cell.witness.as_deref().map(list),
    })
}

pub(super) fn promises(bits: u16) -> String {
    let broken = Promise::ALL.into_iter().filter(|promise| bits & promise.bit() != 0);
    let ids: Vec<&str> = broken.map(Promise::id).collect();
    if ids.is_empty() { "ok".into() } else { ids.join(" ") }
}

fn list(choices: &[Choice]) -> String {
    let words: Vec<String> = choices.iter().map(Choice::to_string).collect();
    words.join(" ")
}
