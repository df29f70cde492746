//! The findings about one script: the verdicts of a reduced search, and the runs of a full one.

use crate::bounds::GRAPH_STATES_MAX;
use crate::check::{Calm, Limit, Report, Reported, Sketch, Verdict};
use crate::kernel::Promise;
use crate::scenario::{Artefact, Preset, what_to_cut};

use super::graph::Graph;
use super::job::{Asked, Job};
use super::sentences::{extent_of, speak_no_return, speak_ways_out};
use super::subject::Subject;
use super::witness::{Witness, witness_of};

/// The results about a script.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) subject: Option<Subject>,
    /// The report of the reduced search, and its milliseconds.
    pub(super) verdicts: Option<(Report, u32)>,
    /// The report of the full search, and its milliseconds.
    pub(super) runs: Option<(Report, u32)>,
    /// The graph of a full search with few states, and its picture.
    pub(super) sketch: Option<Sketch>,
    pub(super) graph: Option<Graph>,
}

/// One promise in the list of findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// The promise in question.
    pub promise: Promise,
    /// `holds`, `so far`, `broken`, `not exercised` or `not exercised so far`.
    pub word: &'static str,
    /// The promise as a sentence.
    pub text: &'static str,
    /// For a promise that is not exercised, the condition that no run reached; otherwise empty.
    pub idle: String,
    /// Number of steps of the shortest run that breaks it.
    pub steps: Option<usize>,
    /// True if that run is the shortest; a reduced search may not find it.
    pub is_shortest: bool,
    /// Number of steps of the run with the fewest switches, if that is a different run.
    pub calm_steps: Option<usize>,
    /// The points of no return of both runs, or why there is no second run.
    pub no_return: String,
}

/// The note about a run that a reduced search has found.
const GUESS: &str =
    "By the reduced search: no step of it can be left out, but another run may be shorter.";

/// The length in bytes from which a text is long.
const LONG_TEXT: usize = 2_000;

impl Findings {
    /// The job that searches the script.
    pub(super) fn job(&self, states: &str) -> Vec<Job> {
        let job = |it: &Subject| Asked::job(&it.script.to_string(), &it.design, states);
        self.subject.iter().map(job).collect()
    }

    fn report(&self) -> Option<&Report> {
        self.verdicts.as_ref().map(|(report, _)| report)
    }

    /// Whether a promise is broken.
    pub(super) fn is_broken(&self) -> bool {
        let broken = |it: &Reported| matches!(it.verdict, Verdict::Violated { .. });
        self.report_of_runs().is_some_and(|report| report.findings.iter().any(broken))
    }

    /// Whether the graph may be small enough to be drawn. A reduced search has at most as many
    /// states as a full one.
    pub(super) fn may_be_drawn(&self) -> bool {
        self.report().is_some_and(|it| it.limit.is_none() && it.states <= GRAPH_STATES_MAX)
    }

    /// Draws the graph, if the last search has given one. Returns whether there is one.
    pub(super) fn draw(&mut self) -> bool {
        let Some(sketch) = self.sketch.take() else { return false };
        let first = self.report_of_runs().and_then(|report| {
            report.findings.iter().find_map(|finding| match &finding.verdict {
                Verdict::Violated { witness } if !report.reduced => {
                    Some((finding.promise, witness.as_slice()))
                }
                Verdict::Violated { .. } | Verdict::Holds | Verdict::NeverReached => None,
            })
        });
        self.graph = Some(Graph::new(sketch, first));
        true
    }

    /// The run that a node of the graph opens.
    pub(super) fn node_witness(&self, node: usize) -> Option<Witness> {
        let Subject { name, text, design, .. } = self.subject.as_ref()?;
        let graph = self.graph.as_ref()?;
        let notice = format!("The graph of {name} under {design}. {}.", graph.name(node));
        Some(witness_of(name, text, design, &graph.run_to(node)?, notice))
    }

    /// The addresses of the runs of all nodes. Those of a long text have the script as the explorer
    /// prints it, because each address contains it.
    pub(super) fn node_links(&self) -> Vec<String> {
        let (Some(Subject { text, script, .. }), Some(graph)) = (&self.subject, &self.graph) else {
            return Vec::new();
        };
        let printed = (text.len() > LONG_TEXT).then(|| script.to_string());
        let link = |node: usize| {
            let mut witness = self.node_witness(node)?;
            if let (Some(printed), None) = (&printed, witness.preset) {
                witness.script.clone_from(printed);
            }
            Some(format!("#{}", witness.link()))
        };
        (0..graph.nodes()).filter_map(link).collect()
    }

    /// The report that has the runs: that of the full search, if it saw everything.
    fn report_of_runs(&self) -> Option<&Report> {
        let full = self.runs.as_ref().map(|(report, _)| report);
        full.filter(|report| report.limit.is_none()).or(self.report())
    }

    /// The extent of the searches, and what to leave out of a script that was too large.
    pub(super) fn extent(&self) -> String {
        let Some((report, ms)) = &self.verdicts else { return String::new() };
        let verdicts = format!("Verdicts {}", extent_of(report, *ms));
        let full = self.runs.as_ref().and_then(|(runs, _)| runs.limit);
        let cut = match (&self.subject, report.limit.or(full)) {
            (None, _) | (_, None | Some(Limit::Stopped)) => String::new(),
            (Some(subject), Some(_)) => format!(" {}", what_to_cut(&subject.script.setup)),
        };
        let runs = match &self.runs {
            None => String::new(),
            Some((runs, ms)) if runs.limit.is_none() => {
                format!(" Shortest runs and points of no return {}", extent_of(runs, *ms))
            }
            Some((runs, ms)) => format!(
                " Runs by the reduced search too, because the full one covered only a part: {}",
                extent_of(runs, *ms)
            ),
        };
        verdicts + &runs + &cut
    }

    /// The result as text that can be quoted and verified.
    pub(super) fn artefact(&self) -> String {
        let (Some(report), Some(subject)) = (self.report(), &self.subject) else {
            return String::new();
        };
        let Subject { name, text, design, .. } = subject;
        Artefact::of(report, Preset::find(name), text, design).to_string()
    }

    /// A row for each promise.
    pub(super) fn rows(&self) -> Vec<FindingRow> {
        let (Some(report), Some(runs)) = (self.report(), self.report_of_runs()) else {
            return Vec::new();
        };
        let row = |finding: &Reported| {
            let promise = finding.promise;
            let run = runs.findings.iter().find(|it| it.promise == promise).unwrap_or(finding);
            // A full search that saw everything has the last word.
            let (decided, by) = if runs.reduced { (finding, report) } else { (run, runs) };
            let is_limited = by.limit.is_some();
            let (word, text) = match &decided.verdict {
                Verdict::Holds if is_limited => ("so far", promise.sentence()),
                Verdict::Holds => ("holds", promise.sentence()),
                Verdict::NeverReached if is_limited => ("not exercised so far", promise.sentence()),
                Verdict::NeverReached => ("not exercised", promise.sentence()),
                Verdict::Violated { .. } => ("broken", promise.sentence()),
            };
            let idle = match &decided.verdict {
                Verdict::NeverReached => {
                    let yet = if is_limited { " so far" } else { "" };
                    format!("This happens in no run{yet}: {}.", promise.sometimes())
                }
                Verdict::Holds | Verdict::Violated { .. } => String::new(),
            };
            let steps = match &run.verdict {
                Verdict::Violated { witness } => Some(witness.len()),
                Verdict::Holds | Verdict::NeverReached => None,
            };
            let is_guess = runs.reduced && steps.is_some();
            FindingRow {
                promise,
                word,
                text,
                idle,
                steps,
                is_shortest: !runs.reduced,
                calm_steps: match &run.calm {
                    Calm::Run { run, .. } => Some(run.len()),
                    Calm::Same | Calm::Unknown(_) => None,
                },
                no_return: if is_guess { GUESS.into() } else { speak_ways_out(run) },
            }
        };
        report.findings.iter().map(row).collect()
    }

    /// The shortest run that breaks a promise, or the one with the fewest switches.
    pub(super) fn witness(&self, promise: Promise, calm: bool) -> Option<Witness> {
        let Subject { name, text, design, .. } = self.subject.as_ref()?;
        let report = self.report_of_runs()?;
        let finding = report.findings.iter().find(|f| f.promise == promise)?;
        let Verdict::Violated { witness } = &finding.verdict else { return None };
        let (choices, no_return, which) = match &finding.calm {
            Calm::Run { run, no_return } if calm => {
                (run, *no_return, "The run with the fewest switches")
            }
            Calm::Run { .. } | Calm::Same | Calm::Unknown(_) if report.reduced => {
                (witness, None, "A run without unneeded steps")
            }
            Calm::Run { .. } | Calm::Same | Calm::Unknown(_) => {
                (witness, finding.no_return, "The run with the fewest steps")
            }
        };
        let told = no_return.map_or(String::new(), |step| format!(" {}", speak_no_return(step)));
        let notice = format!("{which} that breaks {}.{told}", promise.id());
        Some(Witness { no_return, ..witness_of(name, text, design, choices, notice) })
    }
}
