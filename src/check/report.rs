//! What a search found, as a value that leaves the search behind: the page's worker sends it as
//! text, and the command prints it.

use core::fmt;

use crate::kernel::{Bound, Choice, Promise};

use super::search::{Limit, Search};
use super::verdict::Verdict;

/// The result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Visited states.
    pub states: u32,
    /// Steps taken.
    pub transitions: u64,
    /// Steps on the longest of the shortest runs.
    pub depth: u32,
    /// Bytes kept for visited states.
    pub visited_bytes: u64,
    /// [`Search::collision_odds_log2`].
    pub odds_log2: u32,
    /// Why not everything was seen, if it was not.
    pub limit: Option<Limit>,
    /// One for each promise, in the order of [`Promise::ALL`].
    pub findings: Vec<Reported>,
}

/// What is known of one promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The promise.
    pub promise: Promise,
    /// What is known of it.
    pub verdict: Verdict,
    /// [`Search::point_of_no_return`] of the shortest run, where it was asked for and is known.
    pub no_return: Option<u32>,
    /// [`Search::fewest_switches`], where it was asked for and is not the shortest run itself.
    pub calm: Option<Vec<Choice>>,
}

/// How much a report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Verdicts and shortest runs.
    Verdicts,
    /// Also the point of no return and the run with the fewest switches.
    Full,
}

impl Report {
    /// The report of a search that is done, or was stopped.
    pub fn of(search: &Search, detail: Detail) -> Report {
        let progress = search.progress();
        let findings = search.findings().into_iter().map(|finding| {
            let promise = finding.promise;
            let (mut no_return, mut calm) = (None, None);
            if let (Detail::Full, Verdict::Violated { witness }) = (detail, &finding.verdict) {
                no_return = search.point_of_no_return(promise, witness);
                calm = search.fewest_switches(promise).filter(|calm| calm != witness);
            }
            Reported { promise, verdict: finding.verdict, no_return, calm }
        });
        Report {
            states: progress.states,
            transitions: progress.transitions,
            depth: progress.depth,
            visited_bytes: progress.visited_bytes,
            odds_log2: search.collision_odds_log2(),
            limit: search.limit().or((!progress.done).then_some(Limit::Stopped)),
            findings: findings.collect(),
        }
    }

    /// Reads what [`Report`]'s `Display` wrote. `None` if it is something else: a page and its
    /// worker are the same module, so that nobody can do better than say so.
    pub fn parse(text: &str) -> Option<Report> {
        let mut lines = text.lines();
        let mut words = lines.next()?.split(' ');
        let mut number = || words.next()?.parse::<u64>().ok();
        let [states, transitions, depth, visited_bytes, odds] =
            [number()?, number()?, number()?, number()?, number()?];
        let mut report = Report {
            states: states as u32,
            transitions,
            depth: depth as u32,
            visited_bytes,
            odds_log2: odds as u32,
            limit: parse_limit(words.next()?, words.next())?,
            findings: Vec::new(),
        };
        for line in lines {
            let mut words = line.split(' ');
            let promise = Promise::find(words.next()?)?;
            let kind = words.next()?;
            if kind == "doom" {
                report.findings.last_mut()?.no_return = Some(words.next()?.parse().ok()?);
                continue;
            }
            let run: Option<Vec<Choice>> = words.map(|word| word.parse().ok()).collect();
            let verdict = match kind {
                "holds" => Verdict::Holds,
                "unreached" => Verdict::NeverReached,
                "violated" => Verdict::Violated { witness: run? },
                _ => {
                    report.findings.last_mut()?.calm = run;
                    continue;
                }
            };
            report.findings.push(Reported { promise, verdict, no_return: None, calm: None });
        }
        Some(report)
    }
}

/// A line of numbers and the limit, then a line or more for each promise.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { states, transitions, depth, visited_bytes, odds_log2, limit, findings } = self;
        write!(f, "{states} {transitions} {depth} {visited_bytes} {odds_log2} ")?;
        match limit {
            None => writeln!(f, "complete")?,
            Some(Limit::Stopped) => writeln!(f, "stopped")?,
            Some(Limit::States(states)) => writeln!(f, "states {states}")?,
            Some(Limit::Depth(depth)) => writeln!(f, "depth {depth}")?,
            Some(Limit::Model(bound)) => writeln!(f, "model {}", bound.name())?,
        }
        for Reported { promise, verdict, no_return, calm } in findings {
            let id = promise.id();
            match verdict {
                Verdict::Holds => writeln!(f, "{id} holds")?,
                Verdict::NeverReached => writeln!(f, "{id} unreached")?,
                Verdict::Violated { witness } => writeln!(f, "{id} violated{}", run(witness))?,
            }
            if let Some(step) = no_return {
                writeln!(f, "{id} doom {step}")?;
            }
            if let Some(calm) = calm {
                writeln!(f, "{id} calm{}", run(calm))?;
            }
        }
        Ok(())
    }
}

/// In words, as the page and the command say it.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::States(states) => write!(f, "bounded by STATES_MAX, {states} states"),
            Limit::Depth(depth) => write!(f, "bounded by DEPTH_MAX, {depth} steps"),
            Limit::Model(bound) => write!(f, "bounded by the model's {}", bound.name()),
            Limit::Stopped => f.write_str("stopped"),
        }
    }
}

/// The choices, each after a space.
fn run(choices: &[Choice]) -> String {
    choices.iter().map(|choice| format!(" {choice}")).collect()
}

fn parse_limit(kind: &str, value: Option<&str>) -> Option<Option<Limit>> {
    Some(match (kind, value) {
        ("complete", None) => None,
        ("stopped", None) => Some(Limit::Stopped),
        ("states", Some(states)) => Some(Limit::States(states.parse().ok()?)),
        ("depth", Some(depth)) => Some(Limit::Depth(depth.parse().ok()?)),
        ("model", Some(name)) => {
            Some(Limit::Model(Bound::ALL.into_iter().find(|bound| bound.name() == name)?))
        }
        _ => return None,
    })
}
