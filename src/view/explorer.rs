//! The explorer as the page shows it: what is searched, how far it has come, what it found.

use crate::bounds::{MATRIX_FIRST_STATES, STATES_MAX};
use crate::check::{Calm, Limit, Report, Reported, Verdict, fingerprint};
use crate::kernel::{Choice, Design, Encoder, Promise, Row};
use crate::scenario::{Cell, Matrix, Outcome, PRESETS, Preset, Run, Scenario, Script};

use super::session::{Preselect, Session};

/// What a person's own script is called in the matrix.
const OWN: &str = "own";
/// Steps of each preset that [`model_checksum`] takes.
const MODEL_STEPS: u32 = 100;

/// The state of the explorer. Whoever searches is told by [`Job`]s and tells by [`Event`]s.
#[derive(Clone, Debug)]
pub struct Explorer {
    task: Option<Task>,
    paused: bool,
    stopped: bool,
    /// What the jobs that were handed out last are about, by position.
    asked: Vec<u32>,
    subject: Option<(Scenario, Design)>,
    report: Option<Report>,
    report_ms: u32,
    matrix: Matrix,
    /// What was searched for the matrix so far.
    sum: (u64, u64),
    progress: String,
    trouble: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Scenario,
    Matrix,
}

/// A search to be done: a line with the most states, `reduced` behind them if the search is; a line
/// with the design, and the script.
pub type Job = String;

/// What a job asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The script; the design that it may name counts for nothing.
    pub script: Script,
    /// The design.
    pub design: Design,
    /// States that may be visited.
    pub states: u32,
    /// The search is reduced: it is verdicts that count.
    pub reduced: bool,
}

/// What is heard of the job at a position in the list that was handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// [`progress_text`] or [`RUNS`], after so many milliseconds of searching.
    Progress {
        /// The text.
        text: &'a str,
        /// Milliseconds.
        ms: u32,
    },
    /// The job is done, or was stopped.
    Report {
        /// Which job.
        position: u32,
        /// A [`Report`] as text.
        text: &'a str,
        /// Milliseconds.
        ms: u32,
    },
    /// The job came to nothing; others go on.
    Failed {
        /// Which job.
        position: u32,
        /// Why.
        why: &'a str,
    },
    /// No job is left.
    End,
}

/// A run that shows something, to be replayed on the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The script as text.
    pub script: String,
    /// The preset that the script is, if it is one.
    pub preset: Option<&'static str>,
    /// The design.
    pub design: Design,
    /// The run.
    pub choices: Vec<Choice>,
    /// What it shows.
    pub notice: String,
    /// The steps after which its end could no longer be avoided, if that is known.
    pub no_return: Option<u32>,
}

/// One promise in the list of findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// The promise.
    pub promise: Promise,
    /// `holds`, `so far`, `broken`, `never came up` or `not so far`.
    pub word: &'static str,
    /// The promise, or what it is about, as a sentence.
    pub text: &'static str,
    /// How many steps the shortest run has that breaks it.
    pub steps: Option<usize>,
    /// How many steps the run with the fewest switches has, if that is another.
    pub calm_steps: Option<usize>,
    /// When it could no longer be avoided, in either run, or why there is no other run.
    pub no_return: String,
}

impl FindingRow {
    /// Differs where what is said differs.
    pub fn key(&self) -> String {
        let [steps, calm] = [self.steps, self.calm_steps].map(Option::unwrap_or_default);
        format!("{} {} {steps} {calm} {}", self.promise.id(), self.word, self.no_return)
    }
}

/// What is heard as progress while a report is made: its runs with few switches are looked for.
pub const RUNS: &str = "runs";

/// How far a search has come, as text: states, depth, frontier, bytes.
pub fn progress_text(progress: &crate::check::Progress) -> String {
    let bytes = progress.visited_bytes + progress.frontier_bytes;
    format!("{} {} {} {bytes}", progress.states, progress.depth, progress.frontier)
}

/// What a model does, in sixteen letters: where the first enabled steps of every preset lead. The
/// page and the module that searches for it compare theirs.
pub fn model_checksum() -> String {
    let mut encoder = Encoder::new();
    let mut ends = Vec::new();
    for preset in PRESETS {
        let Ok(script) = Script::parse(preset.script) else { continue };
        let mut run = Run::new(script.setup);
        for _ in 0..MODEL_STEPS {
            let Some(choice) = run.enabled().first().copied() else { break };
            if run.step(choice).is_err() {
                break;
            }
        }
        ends.extend_from_slice(encoder.encode(run.setup(), run.state()));
    }
    format!("{:016x}", fingerprint(&ends).low)
}

impl Asked {
    /// Reads a job; the error says what is wrong with it.
    pub fn parse(job: &str) -> Result<Asked, String> {
        let mut parts = job.splitn(3, '\n');
        let mut part = || parts.next().unwrap_or_default();
        let first = part();
        let (states, reduced) = first.split_once(' ').map_or((first, false), |(n, _)| (n, true));
        let states = states.parse().map_err(|_| "a job begins with a number of states")?;
        let design = Design::parse(part()).map_err(|e| format!("expected {}", e.expected))?;
        let script = Script::parse(part()).map_err(|e| e.to_string())?;
        Ok(Asked { script, design, states, reduced })
    }

    fn job(script: &str, design: &Design, states: &str) -> Job {
        format!("{states}\n{design}\n{script}")
    }
}

impl Explorer {
    /// Nothing was searched yet; the matrix is that of a session.
    pub fn new(session: &Session) -> Explorer {
        Explorer {
            task: None,
            paused: false,
            stopped: false,
            asked: Vec::new(),
            subject: None,
            report: None,
            report_ms: 0,
            matrix: matrix_of(session),
            sum: (0, 0),
            progress: String::new(),
            trouble: String::new(),
        }
    }

    /// Begins to search what a session runs.
    pub fn begin_scenario(&mut self, session: &Session) -> Vec<Job> {
        let (scenario, design) = (scenario_of(session), session.design());
        let job = Asked::job(&scenario.script.to_string(), &design, &STATES_MAX.to_string());
        self.subject = Some((scenario, design));
        self.report = None;
        self.begin(Task::Scenario, vec![0]);
        vec![job]
    }

    /// Begins the matrix: every cell with few states first, so that most of it is there at once.
    pub fn begin_matrix(&mut self, session: &Session) -> Vec<Job> {
        self.matrix = matrix_of(session);
        self.sum = (0, 0);
        self.begin_cells((0..self.matrix.len()).collect(), &MATRIX_FIRST_STATES.to_string())
    }

    /// Whether something is searched.
    pub fn is_busy(&self) -> bool {
        self.task.is_some()
    }

    /// Whether the search waits to be told to go on.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Notes that the search is to wait, or to go on.
    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Tells something that a person should know.
    pub fn say(&mut self, text: String) {
        self.trouble = text;
    }

    /// Notes that nothing is wanted any more after the job that is being done.
    pub fn stop(&mut self) {
        self.paused = false;
        self.stopped = true;
    }

    /// Takes an event. What is returned has to be searched next.
    pub fn hear(&mut self, event: Event<'_>) -> Vec<Job> {
        match event {
            Event::Progress { text, ms } => self.progress = speak_progress(text, ms),
            Event::Report { position, text, ms } => match Report::parse(text) {
                Some(report) => self.take(position, report, ms),
                None => self.trouble = "The worker sent a report that cannot be read.".into(),
            },
            Event::Failed { position, why } => self.trouble = self.tell_failure(position, why),
            Event::End => return self.end(),
        }
        Vec::new()
    }

    /// The matrix.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// What the findings are about.
    pub fn subject(&self) -> String {
        let name = self.subject.as_ref().map(|(s, design)| format!("{} under {design}", s.name));
        name.unwrap_or_default()
    }

    /// What is going on, in a sentence.
    pub fn status(&self) -> String {
        let filled = self.matrix.cells().count();
        let what = match self.task {
            Some(Task::Scenario) => format!("Searching {}.", self.subject()),
            Some(Task::Matrix) => {
                let len = self.matrix.len();
                format!("Filling the matrix: {filled} of {len} cells.")
            }
            None => return self.rest(filled),
        };
        let paused = if self.paused { " Paused." } else { "" };
        format!("{what}{paused} {}", self.progress)
    }

    /// What went wrong with the search, if anything did.
    pub fn trouble(&self) -> &str {
        &self.trouble
    }

    /// How much was seen for the findings, never overstated.
    pub fn extent(&self) -> String {
        let Some(report) = &self.report else { return String::new() };
        let Report { states, transitions, depth, odds_log2, limit, .. } = report;
        let seen = limit.map_or("complete".into(), |limit| format!("not complete, {limit}"));
        format!(
            "{states} states, {transitions} transitions, depth {depth}, {} ms; {seen}. The chance \
             that two states were taken for one is at most 1 in 2^{odds_log2}.",
            self.report_ms
        )
    }

    /// What was found, promise by promise.
    pub fn findings(&self) -> Vec<FindingRow> {
        let Some(report) = &self.report else { return Vec::new() };
        let row = |finding: &Reported| {
            let promise = finding.promise;
            let (word, steps) = match &finding.verdict {
                Verdict::Holds if report.limit.is_some() => ("so far", None),
                Verdict::Holds => ("holds", None),
                Verdict::NeverReached if report.limit.is_some() => ("not so far", None),
                Verdict::NeverReached => ("never came up", None),
                Verdict::Violated { witness } => ("broken", Some(witness.len())),
            };
            let text = match word {
                "never came up" | "not so far" => promise.sometimes(),
                _ => promise.sentence(),
            };
            FindingRow {
                promise,
                word,
                text,
                steps,
                calm_steps: match &finding.calm {
                    Calm::Run { run, .. } => Some(run.len()),
                    _ => None,
                },
                no_return: speak_ways_out(finding),
            }
        };
        report.findings.iter().map(row).collect()
    }

    /// The shortest run that breaks a promise, or the one with the fewest switches.
    pub fn witness(&self, promise: Promise, calm: bool) -> Option<Witness> {
        let (scenario, design) = self.subject.as_ref()?;
        let finding = self.report.as_ref()?.findings.iter().find(|f| f.promise == promise)?;
        let Verdict::Violated { witness } = &finding.verdict else { return None };
        let (choices, no_return, which) = match &finding.calm {
            Calm::Run { run, no_return } if calm => (run, *no_return, "the fewest switches"),
            _ => (witness, finding.no_return, "the fewest steps"),
        };
        let told = no_return.map_or(String::new(), |step| format!(" {}", speak_no_return(step)));
        let notice = format!("The run with {which} that breaks {}.{told}", promise.id());
        Some(Witness { no_return, ..witness_of(scenario, design, choices, notice) })
    }

    /// What a cell opens: its shortest run, or the scenario at its start if nothing is broken.
    pub fn cell_witness(&self, number: u32) -> Option<Witness> {
        let (scenario, design) = self.matrix.place(number)?;
        let cell = self.matrix.cell(number)?;
        let run = cell.witness.as_deref().unwrap_or_default();
        let told = cell.no_return.map_or(String::new(), |n| format!(". {}", speak_no_return(n)));
        let notice = cell_sentence(cell) + &told;
        Some(Witness { no_return: cell.no_return, ..witness_of(scenario, design, run, notice) })
    }

    /// A cell in a sentence.
    pub fn cell_text(&self, number: u32) -> String {
        let Some((scenario, design)) = self.matrix.place(number) else { return String::new() };
        let here = format!("{} under {design}", scenario.name);
        match self.matrix.cell(number) {
            None => format!("{here}: not searched yet"),
            Some(cell) => format!("{here}: {}", cell_sentence(cell)),
        }
    }

    fn begin(&mut self, task: Task, asked: Vec<u32>) {
        self.task = Some(task);
        self.paused = false;
        self.stopped = false;
        self.asked = asked;
        self.progress.clear();
        self.trouble.clear();
    }

    fn begin_cells(&mut self, cells: Vec<u32>, states: &str) -> Vec<Job> {
        // Printed once a scenario: with every cell the page would stand still while it begins.
        let scripts: Vec<String> =
            self.matrix.scenarios().iter().map(|scenario| scenario.script.to_string()).collect();
        let columns = self.matrix.designs().len() as u32;
        let job = |cell: &u32| {
            let (_, design) = self.matrix.place(*cell)?;
            Some(Asked::job(scripts.get((cell / columns) as usize)?, design, states))
        };
        let jobs = cells.iter().filter_map(job).collect();
        self.begin(Task::Matrix, cells);
        jobs
    }

    fn take(&mut self, position: u32, report: Report, ms: u32) {
        match (self.task, self.asked.get(position as usize)) {
            (Some(Task::Matrix), Some(cell)) => {
                self.matrix.fill(*cell, &report, Some(ms));
                self.sum.0 += u64::from(report.states);
                self.sum.1 += u64::from(ms);
            }
            (Some(Task::Scenario), _) => {
                self.report = Some(report);
                self.report_ms = ms;
            }
            _ => {}
        }
    }

    fn end(&mut self) -> Vec<Job> {
        let ended = self.task.take();
        self.progress.clear();
        let open = |cell: &u32| {
            let limit = self.matrix.cell(*cell).and_then(|cell| cell.limit);
            limit == Some(Limit::States(MATRIX_FIRST_STATES))
        };
        // One round more, not for ever: a cell whose search failed stays as it is.
        let first_round = self.asked.len() == self.matrix.len() as usize;
        let cells: Vec<u32> = self.asked.iter().copied().filter(open).collect();
        if ended != Some(Task::Matrix) || self.stopped || !first_round || cells.is_empty() {
            return Vec::new();
        }
        let trouble = core::mem::take(&mut self.trouble);
        let jobs = self.begin_cells(cells, &format!("{STATES_MAX} reduced"));
        self.trouble = trouble;
        jobs
    }

    fn rest(&self, filled: usize) -> String {
        let (states, ms) = self.sum;
        match filled {
            0 => "Every interleaving of the script is tried, in this browser.".into(),
            _ => format!("The matrix: {filled} cells, {states} states, {ms} ms."),
        }
    }

    fn tell_failure(&self, position: u32, why: &str) -> String {
        let about = match (self.task, self.asked.get(position as usize)) {
            (Some(Task::Matrix), Some(cell)) => match self.matrix.place(*cell) {
                Some((scenario, design)) => format!("{} under {design}", scenario.name),
                None => String::new(),
            },
            _ => self.subject(),
        };
        format!("The search of {about} ended early: {why}")
    }
}

/// The session's script under the name that it goes by.
fn scenario_of(session: &Session) -> Scenario {
    let name = match session.preselect() {
        Preselect::Preset(id) => id,
        Preselect::Own => OWN,
    };
    Scenario { name: name.into(), script: session.script().clone() }
}

/// Rows and presets, and what a session has beside those.
fn matrix_of(session: &Session) -> Matrix {
    let mut designs = Row::ALL.map(Row::design).to_vec();
    if !designs.contains(&session.design()) {
        designs.push(session.design());
    }
    let mut scenarios = Scenario::presets();
    if session.preselect() == Preselect::Own {
        scenarios.push(scenario_of(session));
    }
    Matrix::new(designs, scenarios)
}

fn witness_of(scenario: &Scenario, design: &Design, run: &[Choice], notice: String) -> Witness {
    let preset = Preset::find(&scenario.name);
    Witness {
        script: preset.map_or_else(|| scenario.script.to_string(), |preset| preset.script.into()),
        preset: preset.map(|preset| preset.id),
        design: *design,
        choices: run.to_vec(),
        notice,
        no_return: None,
    }
}

fn cell_sentence(cell: &Cell) -> String {
    let limit = cell.limit.map_or(String::new(), |limit| format!(", {limit}"));
    let reduced = if cell.reduced { ", reduced" } else { "" };
    let size = format!("{} states{reduced}{limit}", cell.states);
    match (cell.verdict, cell.property) {
        (Outcome::Violated, Some(promise)) => {
            let steps = cell.witness.as_ref().map_or(0, Vec::len);
            format!("{} is broken in {steps} steps; {size}", promise.id())
        }
        (Outcome::NeverReached, Some(promise)) => {
            let never =
                if cell.limit.is_some() { "has not come up so far" } else { "never comes up" };
            format!("what {} is about {never}; {size}", promise.id())
        }
        _ if cell.limit.is_some() => format!("nothing is broken so far; {size}"),
        _ => format!("every promise holds in every run; {size}"),
    }
}

/// When the end of the shortest run could no longer be avoided, and what is known of the other.
fn speak_ways_out(finding: &Reported) -> String {
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

fn speak_no_return(step: u32) -> String {
    match step {
        0 => "Nothing could have avoided it.".into(),
        step => format!("After step {step} nothing can avoid it."),
    }
}

/// [`progress_text`] in words, with the rate.
fn speak_progress(text: &str, ms: u32) -> String {
    let numbers: Vec<u64> = text.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [states, depth, frontier, bytes] = numbers[..] else {
        return "Looking for the runs with the fewest switches.".into();
    };
    let rate = states / u64::from(ms.max(1));
    let mega = bytes.div_ceil(1_000_000);
    format!(
        "{states} states, depth {depth}, frontier {frontier}, {rate} thousand states a second, \
         {mega} MB."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Bounds, Detail, Reporting, Search};

    /// Does jobs as the page's worker does them.
    fn answer(explorer: &mut Explorer, mut jobs: Vec<Job>, detail: Detail) {
        while !jobs.is_empty() {
            for (position, job) in (0..).zip(&jobs) {
                let asked = Asked::parse(job).expect("a job reads back");
                let setup =
                    crate::kernel::Setup { design: asked.design, ..asked.script.setup.clone() };
                // Large cells are the matrix's own test; here it is how they are told.
                let states = asked.states.min(2_000);
                let search = Search::new(setup, Bounds { states, ..Bounds::default() });
                let search = if asked.reduced { search.reduced() } else { search };
                let search = search.finish();
                let text = Report::of(&search, detail).to_string();
                let progress = progress_text(&search.progress());
                explorer.hear(Event::Progress { text: &progress, ms: 1 });
                explorer.hear(Event::Report { position, text: &text, ms: 1 });
            }
            jobs = explorer.hear(Event::End);
        }
    }

    #[test]
    fn a_report_reads_back() {
        for preset in PRESETS {
            let script = Script::parse(preset.script).expect("a preset");
            let bounds = Bounds { states: 3_000, ..Bounds::default() };
            let mut search = Search::new(script.setup.clone(), bounds);
            for _ in 0..2 {
                let full = Report::of(&search, Detail::Full);
                let stopped = Reporting::new(&search, Detail::Full).report(&search);
                for report in [full, stopped] {
                    assert_eq!(Report::parse(&report.to_string()), Some(report), "{}", preset.id);
                }
                search.advance(u32::MAX);
            }
            let few = Search::run(script.setup, Bounds { places: 10, ..bounds });
            let report = Report::of(&few, Detail::Full);
            assert_eq!(Report::parse(&report.to_string()), Some(report), "{}", preset.id);
        }
        assert_eq!(Report::parse("nonsense"), None);
        assert_eq!(Report::parse("1 2 3 4 5 complete\nRAW violated nobody"), None);
    }

    #[test]
    fn the_deadlock_of_the_thread_is_found_and_shown() {
        let mut session = Session::new();
        let mut explorer = Explorer::new(&session);
        let jobs = explorer.begin_scenario(&session);
        assert!(explorer.is_busy() && explorer.status().starts_with("Searching S7 under rfc-"));
        answer(&mut explorer, jobs, Detail::Full);
        assert!(!explorer.is_busy() && explorer.extent().contains("complete"));
        let dead = explorer.findings().into_iter().find(|row| row.promise == Promise::NoDeadlock);
        let dead = dead.expect("every promise has a row");
        assert_eq!(dead.word, "broken");
        assert!(dead.no_return.starts_with("After step "), "{}", dead.no_return);
        let witness = explorer.witness(Promise::NoDeadlock, false).expect("it is broken");
        assert_eq!(Some(witness.choices.len()), dead.steps);
        (0..9).for_each(|_| assert!(session.forward()));
        let own = session.run().choices().to_vec();
        session.open_witness(&witness);
        assert_eq!(session.branches().plan(0), own, "a person's own run stays, as a branch");
        assert_eq!(session.run().cursor(), witness.choices.len());
        assert_eq!(session.preselect(), Preselect::Preset("S7"));
        assert!(crate::view::finding(session.run()).is_some_and(|f| f.contains("Deadlock")));
        assert_eq!(session.no_return(), witness.no_return);
        let other = Design::parse("rfc-osync +es_version=v3.11").expect("a design");
        session.set_design(other);
        assert_eq!(session.run().choices().len(), witness.choices.len());
        assert_eq!(
            session.no_return(),
            None,
            "of the same run under another design nothing is known"
        );
        assert_eq!(explorer.witness(Promise::Raw, false), None);
    }

    #[test]
    fn the_run_with_the_fewest_switches_has_its_own_way_out_or_is_not_known() {
        let session = Session::new();
        let mut explorer = Explorer::new(&session);
        let jobs = explorer.begin_scenario(&session);
        let asked = Asked::parse(&jobs[0]).expect("a job reads back");
        let setup = crate::kernel::Setup { design: asked.design, ..asked.script.setup };
        let search = Search::run(setup, Bounds::default());
        let report = |explorer: &mut Explorer, report: Report| {
            let text = report.to_string();
            explorer.hear(Event::Report { position: 0, text: &text, ms: 1 });
            let dead = |row: &FindingRow| row.promise == Promise::NoDeadlock;
            explorer.findings().into_iter().find(dead).expect("every promise has a row")
        };
        let dead = report(&mut explorer, Report::of(&search, Detail::Full));
        assert_eq!(
            (dead.steps, dead.calm_steps, dead.no_return.as_str()),
            (
                Some(16),
                Some(16),
                "After step 5 nothing can avoid it. With the fewest switches that is step 5."
            )
        );
        let witness = explorer.witness(Promise::NoDeadlock, true).expect("it is broken");
        assert_eq!(
            witness.no_return,
            search.point_of_no_return(Promise::NoDeadlock, &witness.choices)
        );
        let stopped = Reporting::new(&search, Detail::Full).report(&search);
        let dead = report(&mut explorer, stopped);
        assert_eq!(dead.calm_steps, None);
        assert!(dead.no_return.ends_with("switches was not found: stopped."), "{}", dead.no_return);
    }

    #[test]
    fn a_matrix_is_filled_in_two_rounds_and_a_cell_opens_its_run() {
        let mut session = Session::new();
        session.set_design(Design::parse("rfc-v1 +dirty_bit=pending").expect("a design"));
        session.apply("file a 4 blocks, U 0+4\nt1: aio_write io=0+4\n").expect("a script");
        let mut explorer = Explorer::new(&session);
        let jobs = explorer.begin_matrix(&session);
        let own = explorer.matrix().len() - 1;
        assert_eq!(
            explorer.cell_text(own),
            "own under rfc-v1 +dirty_bit=pending: not searched yet"
        );
        answer(&mut explorer, jobs, Detail::Verdicts);
        assert!(
            explorer.cell_text(own).contains("every promise holds"),
            "{}",
            explorer.cell_text(own)
        );
        assert_eq!(explorer.matrix().cells().count(), explorer.matrix().len() as usize);
        let broken = |n: &u32| explorer.matrix().cell(*n).is_some_and(|c| c.witness.is_some());
        let broken: Vec<u32> = (0..explorer.matrix().len()).filter(broken).collect();
        assert!(broken.len() > 20);
        for number in broken {
            let witness = explorer.cell_witness(number).expect("it is broken");
            session.open_witness(&witness);
            assert_eq!(
                session.run().cursor(),
                witness.choices.len(),
                "{}",
                explorer.cell_text(number)
            );
            assert_eq!(session.design(), witness.design);
        }
    }

    #[test]
    fn what_goes_wrong_is_said() {
        let session = Session::new();
        let mut explorer = Explorer::new(&session);
        explorer.begin_scenario(&session);
        explorer.hear(Event::Failed { position: 0, why: "out of memory." });
        assert_eq!(explorer.hear(Event::End), Vec::<Job>::new());
        assert!(explorer.trouble().ends_with("ended early: out of memory."));
        assert!(!explorer.is_busy() && explorer.findings().is_empty());
        assert!(Asked::parse("x").is_err_and(|e| e.contains("number of states")));
        assert!(Asked::parse("9\nrfc-v1\nnonsense").is_err_and(|e| e.contains("line 1")));
    }
}
