//! Sentences about the progress and the findings of searches.

use crate::check::{Calm, Limit, Report, Reported};
use crate::scenario::{Cell, Outcome};

/// The result of a cell as a clause.
pub(super) fn cell_sentence(cell: &Cell) -> String {
    let limit = cell.limit.map_or(String::new(), |limit| format!(", {limit}"));
    let reduced = if cell.reduced { ", reduced" } else { "" };
    let size = format!("{} states{reduced}{limit}", cell.states);
    match (cell.verdict, cell.property) {
        (Outcome::Violated, Some(promise)) => {
            let steps = cell.witness.as_ref().map_or(0, Vec::len);
            format!("{} is broken in {steps} steps; {size}", promise.id())
        }
        (Outcome::NeverReached, Some(promise)) => {
            let so_far = if cell.limit.is_some() { " so far" } else { "" };
            format!("{} is not exercised{so_far}; {size}", promise.id())
        }
        (Outcome::Holds, _) | (Outcome::Violated | Outcome::NeverReached, None) => {
            match cell.limit {
                Some(_) => format!("nothing is broken so far; {size}"),
                None => format!("every promise holds in every run; {size}"),
            }
        }
    }
}

/// The kind and the extent of a search.
pub(super) fn extent_of(report: &Report, ms: u32) -> String {
    let Report { states, transitions, depth, odds_log2, limit, .. } = report;
    let kind = if report.reduced { "reduced" } else { "full" };
    let seen = limit.map_or("complete".into(), |limit| format!("not complete, {limit}"));
    let covered = covered(report);
    format!(
        "by a {kind} search: {states} states, {transitions} transitions, depth {depth}, {ms} ms; \
         {seen}.{covered} The chance that two states were taken for one is at most \
         1 in 2^{odds_log2}."
    )
}

/// How far a search came that did not see everything.
fn covered(report: &Report) -> String {
    match report.limit {
        None => String::new(),
        // States are expanded in the order of their depth, and the last depth is not complete.
        Some(Limit::States(_) | Limit::Depth(_) | Limit::Stopped | Limit::Places(_)) => {
            let steps = report.depth.saturating_sub(1);
            format!(" It took all its runs of up to {steps} steps, and some longer ones.")
        }
        Some(Limit::Model(_)) => {
            " It took all its runs, up to the step at which one reaches that bound.".into()
        }
    }
}

/// The points of no return of the shortest run and of the run with the fewest switches.
pub(super) fn speak_ways_out(finding: &Reported) -> String {
    let shortest = finding.no_return.map_or(String::new(), speak_no_return);
    match &finding.calm {
        Calm::Run { no_return: Some(step), .. } if *step > 0 => {
            format!("{shortest} With the fewest switches that is step {step}.")
        }
        Calm::Same | Calm::Run { .. } => shortest,
        Calm::Unknown(limit) => {
            format!("{shortest} The run with the fewest switches was not found: {limit}.")
        }
    }
}

/// The point of no return as a sentence.
pub(super) fn speak_no_return(step: u32) -> String {
    match step {
        0 => "It could not have been avoided.".into(),
        step => format!("After step {step} it cannot be avoided."),
    }
}
