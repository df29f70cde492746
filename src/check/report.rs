//! What a search found, as a value that leaves the search behind: the page's worker sends it as
//! text, and the command prints it.

use core::fmt;

use crate::bounds::STATES_MAX;
use crate::kernel::{Bound, Choice, Promise};

use super::graph::{Bits, Reach, Ways};
use super::search::{Limit, Search};
use super::switches::Calmest;
use super::verdict::{Finding, Verdict};

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
    /// The search was reduced ([`Search::reduced`]): it has counted fewer states than there are.
    pub reduced: bool,
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
    /// The run with the fewest switches.
    pub calm: Calm,
}

/// What is known of the run that breaks a promise with the fewest switches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calm {
    /// It is the shortest run, or was not asked for.
    Same,
    /// It is another one ([`Search::fewest_switches`]).
    Run {
        /// Its choices.
        run: Vec<Choice>,
        /// Its [`Search::point_of_no_return`], if that is known.
        no_return: Option<u32>,
    },
    /// It was not found, and why.
    Unknown(Limit),
}

/// How much a report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Verdicts and shortest runs, and of the first that breaks a promise the point of no return.
    Verdicts,
    /// Also every point of no return, and the runs with the fewest switches.
    Full,
}

/// A report in the making, in slices: what looks at every state takes long after a large search.
pub struct Reporting {
    report: Report,
    detail: Detail,
    /// The runs with the fewest switches are not looked for any more.
    hurried: bool,
    /// States with a way to a good end, in the making, and then those without: after that promises
    /// are looked into.
    hopeful: Reach,
    hopeless: Option<Bits>,
    /// The promise that is looked into, by its position.
    at: usize,
    look: Option<Look>,
}

/// A broken promise that is looked into.
struct Look {
    bad: Bits,
    /// States from which a run can end without having been in a bad one, whatever the environment
    /// does not do.
    avoidable: Reach,
    calmest: Option<Calmest>,
}

/// States whose steps are looked at in the time in which one is searched, or less.
const AT_ONCE: u32 = 16;

impl Reporting {
    /// Begins the report of a search that is done, or was stopped.
    pub fn new(search: &Search, detail: Detail) -> Reporting {
        let progress = search.progress();
        let report = Report {
            states: progress.states,
            transitions: progress.transitions,
            depth: progress.depth,
            visited_bytes: progress.visited_bytes,
            odds_log2: search.collision_odds_log2(),
            reduced: search.is_reduced(),
            limit: search.limit().or((!progress.done).then_some(Limit::Stopped)),
            findings: Vec::new(),
        };
        let hopeful = Reach::new(search.graph(), Ways::Own);
        Reporting { report, detail, hurried: false, hopeful, hopeless: None, at: 0, look: None }
    }

    /// Looks for no run with few switches any more: what is missing then is soon done.
    pub fn hurry(&mut self) {
        self.hurried = true;
    }

    /// Goes on, over up to so many places that runs come to, or as many states as take no longer.
    /// False once nothing is left to do.
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
        // A reduced search has not seen all that a point of no return is about.
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

    /// The report, also before nothing is left to do: then runs with the fewest switches that were
    /// not found are not known.
    pub fn report(mut self, search: &Search) -> Report {
        self.hurry();
        while self.advance(search, u32::MAX) {}
        self.report
    }

    /// Finds out from where a good end can be reached, and then what is known of each promise.
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
    /// The report of a search that is done, or was stopped.
    pub fn of(search: &Search, detail: Detail) -> Report {
        let mut reporting = Reporting::new(search, detail);
        while reporting.advance(search, u32::MAX) {}
        reporting.report(search)
    }

    /// Reads what [`Report`]'s `Display` wrote. `None` if it is something else: a page and its
    /// worker are the same module, so that nobody can do better than say so.
    pub fn parse(text: &str) -> Option<Report> {
        let mut lines = text.lines();
        let mut words = lines.next()?.split(' ');
        let mut number = || words.next()?.parse::<u64>().ok();
        let [states, transitions, depth, visited_bytes, odds, reduced] =
            [number()?, number()?, number()?, number()?, number()?, number()?];
        let mut report = Report {
            states: states as u32,
            transitions,
            depth: depth as u32,
            visited_bytes,
            odds_log2: odds as u32,
            reduced: reduced != 0,
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
                    _ => finding.no_return = step,
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

/// A line of numbers and the limit, then a line or more for each promise.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { states, transitions, depth, visited_bytes, odds_log2, limit, .. } = self;
        write!(f, "{states} {transitions} {depth} {visited_bytes} {odds_log2} ")?;
        writeln!(f, "{} {}", u8::from(self.reduced), print_limit(*limit))?;
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

/// In words, as the page and the command say it.
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

/// The choices, each after a space.
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
