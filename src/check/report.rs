//! The result of a search, as a value that does not need the search: the page's worker sends it as
//! text, and the command prints it.

use core::fmt;

use crate::bounds::STATES_MAX;
use crate::kernel::{Bound, Choice, Promise};

use super::fingerprint::GraphSum;
use super::graph::{Bits, Reach, Ways};
use super::search::{Limit, Search};
use super::switches::Calmest;
use super::verdict::{Finding, Verdict};

/// The result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Number of visited states.
    pub states: u32,
    /// Number of steps taken.
    pub transitions: u64,
    /// The largest distance of a state from the initial state, in steps.
    pub depth: u32,
    /// Bytes of memory for visited states.
    pub visited_bytes: u64,
    /// The chance that two states were taken for one, as in [`Search::collision_odds_log2`].
    pub odds_log2: u32,
    /// True if the search was reduced ([`Search::reduced`]): it then counted fewer states than
    /// there are.
    pub reduced: bool,
    /// The largest number of states that it may visit.
    pub bound: u32,
    /// The fingerprint of the graph, as in [`Search::graph_sum`].
    pub graph: GraphSum,
    /// The reason why the search did not see everything, if it did not.
    pub limit: Option<Limit>,
    /// One finding per promise, in the order of [`Promise::ALL`].
    pub findings: Vec<Reported>,
}

/// The findings about one promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The promise in question.
    pub promise: Promise,
    /// The search's verdict on the promise.
    pub verdict: Verdict,
    /// The [`Search::point_of_no_return`] of the shortest run, if it was asked for and is known.
    pub no_return: Option<u32>,
    /// The run with the fewest switches between actors.
    pub calm: Calm,
}

/// The run that breaks a promise with the fewest switches, if it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calm {
    /// The shortest run also has the fewest switches, or the run was not asked for.
    Same,
    /// A different run has the fewest switches ([`Search::fewest_switches`]).
    Run {
        /// The choices of that run.
        run: Vec<Choice>,
        /// The [`Search::point_of_no_return`] of that run, if it is known.
        no_return: Option<u32>,
    },
    /// The run was not found, for this reason.
    Unknown(Limit),
}

/// The level of detail of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Verdicts and shortest runs, and the point of no return of the first run that breaks a
    /// promise.
    Verdicts,
    /// In addition every point of no return, and the runs with the fewest switches.
    Full,
}

/// A report that is computed in slices, because examining every state takes long after a large
/// search.
pub struct Reporting {
    report: Report,
    detail: Detail,
    /// True if runs with the fewest switches are no longer looked for.
    hurried: bool,
    /// First computes the states with a way to a good end, and then those without. The promises are
    /// examined after that.
    hopeful: Reach,
    hopeless: Option<Bits>,
    /// The position of the promise that is being examined.
    at: usize,
    look: Option<Look>,
}

/// A broken promise that is being examined.
struct Look {
    bad: Bits,
    /// States from which a run can still end without breaking the promise, even if the environment
    /// does nothing.
    avoidable: Reach,
    calmest: Option<Calmest>,
}

/// Number of states whose steps are examined in the time in which one state is searched.
const AT_ONCE: u32 = 16;

impl Reporting {
    /// Starts the report of a search that is done or was stopped.
    pub fn new(search: &Search, detail: Detail) -> Reporting {
        let progress = search.progress();
        let report = Report {
            states: progress.states,
            transitions: progress.transitions,
            depth: progress.depth,
            visited_bytes: progress.visited_bytes,
            odds_log2: search.collision_odds_log2(),
            reduced: search.is_reduced(),
            bound: search.bounds().states,
            graph: search.graph_sum(),
            limit: search.limit().or((!progress.done).then_some(Limit::Stopped)),
            findings: Vec::new(),
        };
        let hopeful = Reach::new(search.graph(), Ways::Own);
        Reporting { report, detail, hurried: false, hopeful, hopeless: None, at: 0, look: None }
    }

    /// Stops looking for runs with the fewest switches; the rest of the report is soon done.
    pub fn hurry(&mut self) {
        self.hurried = true;
    }

    /// Continues for up to `places` places of runs, or for as many states as take the same time.
    /// Returns false when nothing is left to do.
    pub fn advance(&mut self, search: &Search, places: u32) -> bool {
        let states = places.saturating_mul(AT_ONCE);
        let Some(hopeless) = &self.hopeless else {
            self.look_for_ends(search, states);
            return true;
        };
        let is_broken = |finding: &Reported| matches!(finding.verdict, Verdict::Violated { .. });
        let is_first = self.report.findings.iter().position(is_broken) == Some(self.at);
        let Some(finding) = self.report.findings.get_mut(self.at) else { return false };
        let is_wanted = self.detail == Detail::Full || is_first;
        let Verdict::Violated { witness } = &finding.verdict else {
            self.at += 1;
            return true;
        };
        // A reduced search has not seen all states that a point of no return depends on.
        if !is_wanted || search.is_reduced() {
            self.at += 1;
            return true;
        }
        let look = self.look.get_or_insert_with(|| Look {
            bad: search.bad_given(finding.promise, hopeless),
            avoidable: Reach::new(search.graph(), Ways::Own),
            calmest: None,
        });
        let Look { bad, avoidable, calmest } = look;
        let ends = |state, leads_on| search.is_end(state, leads_on);
        if !avoidable.advance(search.graph(), states, ends, |state| !bad.has(state)) {
            return true;
        }
        let avoidable = avoidable.states();
        if finding.no_return.is_none() {
            finding.no_return = search.no_return_given(bad, avoidable, witness);
        }
        let outcome = match self.detail {
            Detail::Verdicts => Some(Ok(witness.clone())),
            Detail::Full if self.hurried => Some(Err(Limit::Stopped)),
            Detail::Full => {
                let begin = || Calmest::new(search, bad.clone());
                calmest.get_or_insert_with(begin).advance(search, places)
            }
        };
        finding.calm = match outcome {
            None => return true,
            Some(Ok(run)) if run == *witness => Calm::Same,
            Some(Ok(run)) => {
                Calm::Run { no_return: search.no_return_given(bad, avoidable, &run), run }
            }
            Some(Err(limit)) => Calm::Unknown(limit),
        };
        self.look = None;
        self.at += 1;
        true
    }

    /// The report. If it is asked for before everything is done, the missing runs with the fewest
    /// switches are [`Calm::Unknown`].
    pub fn report(mut self, search: &Search) -> Report {
        self.hurry();
        while self.advance(search, u32::MAX) {}
        self.report
    }

    /// Computes the states from which a good end can be reached, and then the verdict on each
    /// promise.
    fn look_for_ends(&mut self, search: &Search, states: u32) {
        let is_good = |state, _| search.is_good_end(state);
        if !self.hopeful.advance(search.graph(), states, is_good, |_| true) {
            return;
        }
        let hopeless = self.hopeful.states().clone().not();
        let reported = |finding: Finding| Reported {
            promise: finding.promise,
            verdict: finding.verdict,
            no_return: None,
            calm: Calm::Same,
        };
        let findings = search.findings_given(&hopeless);
        self.report.findings = findings.into_iter().map(reported).collect();
        self.hopeless = Some(hopeless);
    }
}

impl Report {
    /// The complete report of a search that is done or was stopped.
    pub fn of(search: &Search, detail: Detail) -> Report {
        let mut reporting = Reporting::new(search, detail);
        while reporting.advance(search, u32::MAX) {}
        reporting.report(search)
    }

    /// Reads the text that [`Report`]'s `Display` writes. Returns `None` for any other text. The
    /// page and its worker are of the same version, so the caller can only report the error.
    pub fn parse(text: &str) -> Option<Report> {
        let mut lines = text.lines();
        let mut words = lines.next()?.split(' ');
        let mut number = || words.next()?.parse::<u64>().ok();
        let [states, transitions, depth, visited_bytes, odds, reduced] =
            [number()?, number()?, number()?, number()?, number()?, number()?];
        let [bound, low, high] = [number()?, number()?, number()?];
        let mut report = Report {
            states: states as u32,
            transitions,
            depth: depth as u32,
            visited_bytes,
            odds_log2: odds as u32,
            reduced: reduced != 0,
            bound: bound as u32,
            graph: GraphSum { low, high },
            limit: parse_limit(words.next()?, words.next())?,
            findings: Vec::new(),
        };
        for line in lines {
            let mut words = line.split(' ');
            let promise = Promise::find(words.next()?)?;
            let kind = words.next()?;
            if kind == "doom" {
                let step = Some(words.next()?.parse().ok()?);
                let finding = report.findings.last_mut()?;
                match &mut finding.calm {
                    Calm::Run { no_return, .. } => *no_return = step,
                    Calm::Same | Calm::Unknown(_) => finding.no_return = step,
                }
                continue;
            }
            if kind == "unknown" {
                let limit = parse_limit(words.next()?, words.next())??;
                report.findings.last_mut()?.calm = Calm::Unknown(limit);
                continue;
            }
            let run: Option<Vec<Choice>> = words.map(|word| word.parse().ok()).collect();
            let verdict = match kind {
                "holds" => Verdict::Holds,
                "unreached" => Verdict::NeverReached,
                "violated" => Verdict::Violated { witness: run? },
                _ => {
                    let calm = Calm::Run { run: run?, no_return: None };
                    report.findings.last_mut()?.calm = calm;
                    continue;
                }
            };
            report.findings.push(Reported { promise, verdict, no_return: None, calm: Calm::Same });
        }
        Some(report)
    }
}

/// Writes a line of numbers and the limit, then at least one line per promise.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { states, transitions, depth, visited_bytes, odds_log2, limit, .. } = self;
        write!(f, "{states} {transitions} {depth} {visited_bytes} {odds_log2} ")?;
        let GraphSum { low, high } = self.graph;
        write!(f, "{} {} {low} {high} ", u8::from(self.reduced), self.bound)?;
        writeln!(f, "{}", print_limit(*limit))?;
        for Reported { promise, verdict, no_return, calm } in &self.findings {
            let id = promise.id();
            match verdict {
                Verdict::Holds => writeln!(f, "{id} holds")?,
                Verdict::NeverReached => writeln!(f, "{id} unreached")?,
                Verdict::Violated { witness } => writeln!(f, "{id} violated{}", run(witness))?,
            }
            let doom = |no_return: &Option<u32>| {
                no_return.map_or(String::new(), |step| format!("{id} doom {step}\n"))
            };
            f.write_str(&doom(no_return))?;
            match calm {
                Calm::Same => {}
                Calm::Run { run: choices, no_return } => {
                    write!(f, "{id} calm{}\n{}", run(choices), doom(no_return))?;
                }
                Calm::Unknown(limit) => writeln!(f, "{id} unknown {}", print_limit(Some(*limit)))?,
            }
        }
        Ok(())
    }
}

/// Writes the limit in words, for the page and the command.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::States(STATES_MAX) => write!(f, "bounded by STATES_MAX, {STATES_MAX} states"),
            Limit::States(states) => write!(f, "bounded as asked, to {states} states"),
            Limit::Depth(depth) => write!(f, "bounded by DEPTH_MAX, {depth} steps"),
            Limit::Model(bound) => write!(f, "bounded by the model's {}", bound.name()),
            Limit::Places(places) => write!(f, "bounded by CALM_PLACES_MAX, {places} places"),
            Limit::Stopped => f.write_str("stopped"),
        }
    }
}

/// Writes the choices, each after a space.
fn run(choices: &[Choice]) -> String {
    choices.iter().map(|choice| format!(" {choice}")).collect()
}

fn print_limit(limit: Option<Limit>) -> String {
    match limit {
        None => "complete".into(),
        Some(Limit::Stopped) => "stopped".into(),
        Some(Limit::States(states)) => format!("states {states}"),
        Some(Limit::Depth(depth)) => format!("depth {depth}"),
        Some(Limit::Places(places)) => format!("places {places}"),
        Some(Limit::Model(bound)) => format!("model {}", bound.name()),
    }
}

fn parse_limit(kind: &str, value: Option<&str>) -> Option<Option<Limit>> {
    Some(match (kind, value) {
        ("complete", None) => None,
        ("stopped", None) => Some(Limit::Stopped),
        ("states", Some(states)) => Some(Limit::States(states.parse().ok()?)),
        ("places", Some(places)) => Some(Limit::Places(places.parse().ok()?)),
        ("depth", Some(depth)) => Some(Limit::Depth(depth.parse().ok()?)),
        ("model", Some(name)) => {
            Some(Limit::Model(Bound::ALL.into_iter().find(|bound| bound.name() == name)?))
        }
        _ => return None,
    })
}
