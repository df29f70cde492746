//! `extentscope matrix` and `extentscope presets --check`: the verdicts on presets.

use std::io::Write;
use std::path::Path;

use extentscope::check::{Bounds, Detail, Report, Search};
use extentscope::kernel::{Choice, Promise};
use extentscope::scenario::{Cell, Dice, Matrix, Scenario, agrees, offered_designs, walks};
use extentscope::view::words::wrap;
use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use serde_json::{Value, json};

use super::input::{Input, read_design};
use super::{End, MatrixArguments, Wrong};

pub fn matrix(out: &mut impl Write, arguments: &MatrixArguments) -> Result<End, Wrong> {
    let mut designs = offered_designs();
    for text in &arguments.design {
        designs.push(read_design(text)?);
    }
    let mut scenarios = Scenario::presets();
    for name in &arguments.script {
        let mut scenario = Input::read(name, None)?.scenario;
        if scenarios.iter().any(|other| other.name == scenario.name) {
            // A file whose stem is another row's name keeps its extension.
            let whole = Path::new(name).file_name().and_then(|name| name.to_str());
            scenario.name = whole.unwrap_or(name).into();
        }
        scenarios.push(scenario);
    }
    let mut matrix = Matrix::new(designs, scenarios);
    let bounds = Bounds { states: arguments.states, ..Bounds::default() };
    let search = |number: u32| {
        let (search, ms) = timed(|| match arguments.reduced {
            true => matrix.search(number, arguments.states),
            false => Some(Search::run(matrix.setup(number)?, bounds)),
        });
        Some((number, Report::of(&search?, Detail::Verdicts), ms))
    };
    // Each thread searches another cell.
    let threads = arguments.threads.number() as usize;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Wrong(format!("{threads} threads: {error}")))?;
    let numbers = (0..matrix.len()).into_par_iter().with_max_len(1);
    let reports: Vec<_> = pool.install(|| numbers.filter_map(search).collect());
    for (number, report, ms) in reports {
        matrix.fill(number, &report, Some(ms));
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

/// Takes random runs of every cell until they have shown the expected violations, or until the
/// limit.
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

/// Runs a closure; returns its result and the milliseconds that it took.
#[expect(clippy::disallowed_types, reason = "the command may read a clock, the model may not")]
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, u32) {
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

pub(super) fn list(choices: &[Choice]) -> String {
    let words: Vec<String> = choices.iter().map(Choice::to_string).collect();
    words.join(" ")
}
