//! The explorer's state: what is searched, the progress, the findings.

use core::fmt;

use crate::bounds::{MATRIX_FIRST_STATES, STATES_MAX, TRIED_DESIGNS_MAX};
use crate::check::{Calm, Limit, Report, Reported, Verdict, fingerprint};
use crate::kernel::{Choice, Design, Encoder, Promise};
use crate::scenario::{Cell, Link, Matrix, Outcome, PRESETS, Preset, Run, Scenario, Script};

use crate::view::panels::NO_RETURN;

use super::subject::{OWN, Subject};

/// Steps of each preset that [`model_checksum`] takes.
const MODEL_STEPS: u32 = 100;

/// The limit of a cell in the first round of the matrix.
const FIRST_ROUND: Limit = Limit::States(MATRIX_FIRST_STATES);

/// The state of the explorer. It hands out [`Job`]s to search and takes [`Event`]s.
#[derive(Clone, Debug)]
pub struct Explorer {
    task: Option<Task>,
    /// The task that ended last.
    ended: Option<Task>,
    paused: bool,
    stopped: bool,
    /// The cells of the last jobs, by position.
    asked: Vec<u32>,
    /// How many of those are done.
    done: u32,
    /// Cells that wait until the one that was opened has been searched in full.
    waiting: Vec<u32>,
    subject: Option<Subject>,
    report: Option<Report>,
    report_ms: u32,
    matrix: Matrix,
    /// The text of the reader's own script in the matrix.
    own: String,
    /// How many designs that were tried have no column any more.
    forgotten: u32,
    /// Milliseconds that were searched for the matrix, in all rounds.
    matrix_ms: u64,
    /// The reader has opened the cell that is searched in full.
    is_awaited: bool,
    opened: Option<Witness>,
    progress: String,
    trouble: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Scenario,
    Matrix,
    /// One cell of the matrix, in full, because the reader has opened it.
    Cell(u32),
}

/// A search as text: a line with the number of states and `reduced` if it is reduced, a line with
/// the design, then the script.
pub type Job = String;

/// What a job asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The script; a design that it names is ignored.
    pub script: Script,
    /// The design.
    pub design: Design,
    /// States that may be visited.
    pub states: u32,
    /// The search is reduced: same verdicts, fewer states.
    pub reduced: bool,
}

/// What the worker reports about a job, given by its position in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// Progress: [`progress_text`] or [`RUNS`].
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
    /// The job failed; others go on.
    Failed {
        /// Which job.
        position: u32,
        /// Why.
        why: &'a str,
    },
    /// No job is left.
    End,
}

/// A run to replay on the stage, with the notice about it.
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

impl Witness {
    /// The run as a link, for [`Session::open_witness`].
    ///
    /// [`Session::open_witness`]: crate::session::Session::open_witness
    pub fn link(&self) -> String {
        let link = Link {
            design: self.design.to_string(),
            preset: self.preset.and_then(Preset::find),
            script: self.script.clone(),
            choices: self.choices.clone(),
            view: self.no_return.map_or(String::new(), |step| format!("{NO_RETURN}{step}")),
            ..Link::default()
        };
        link.write()
    }
}

/// One promise in the list of findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// The promise.
    pub promise: Promise,
    /// `holds`, `so far`, `broken`, `not exercised` or `not exercised so far`.
    pub word: &'static str,
    /// The promise as a sentence; for a promise that is not exercised, what would exercise it.
    pub text: &'static str,
    /// How many steps the shortest run has that breaks it.
    pub steps: Option<usize>,
    /// How many steps the run with the fewest switches has, if it is a different run.
    pub calm_steps: Option<usize>,
    /// The points of no return of both runs, or why there is no second run.
    pub no_return: String,
}

impl FindingRow {
    /// A key that differs if any text of the row differs.
    pub fn key(&self) -> String {
        let [steps, calm] = [self.steps, self.calm_steps].map(Option::unwrap_or_default);
        format!("{} {} {steps} {calm} {}", self.promise.id(), self.word, self.no_return)
    }
}

/// The progress text while the runs with few switches are searched.
pub const RUNS: &str = "runs";

/// How far a search has come, as text: states, depth, frontier, bytes.
pub fn progress_text(progress: &crate::check::Progress) -> String {
    let bytes = progress.visited_bytes + progress.frontier_bytes;
    format!("{} {} {} {bytes}", progress.states, progress.depth, progress.frontier)
}

/// A checksum of the model: where the first enabled steps of every preset lead. The page and the
/// search module compare theirs.
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

    /// The job that asks for a search of a script.
    pub(in crate::view) fn job(script: &str, design: &impl fmt::Display, states: &str) -> Job {
        format!("{states}\n{design}\n{script}")
    }
}

impl Explorer {
    /// Nothing was searched yet.
    pub fn new(subject: &Subject) -> Explorer {
        let (matrix, own) = matrix_of(subject);
        Explorer {
            task: None,
            ended: None,
            paused: false,
            stopped: false,
            asked: Vec::new(),
            done: 0,
            waiting: Vec::new(),
            subject: None,
            report: None,
            report_ms: 0,
            matrix,
            own,
            forgotten: subject.forgotten,
            matrix_ms: 0,
            is_awaited: false,
            opened: None,
            progress: String::new(),
            trouble: String::new(),
        }
    }

    /// The explorer is shown again with the page's present script. Designs that were tried since
    /// get a column; findings stay.
    pub fn show(&mut self, subject: &Subject) {
        if self.is_filling() {
            return; // cells that are asked for have numbers
        }
        self.forgotten = subject.forgotten;
        if self.matrix.cells().next().is_none() {
            (self.matrix, self.own) = matrix_of(subject);
        } else if self.matrix.designs() != subject.columns() {
            self.matrix = self.matrix.with_designs(subject.columns());
        }
    }

    /// The explorer is closed, so no opened cell is awaited.
    pub fn leave(&mut self) {
        self.is_awaited = false;
    }

    /// Begins to search a script.
    pub fn begin_scenario(&mut self, subject: &Subject) -> Vec<Job> {
        let (script, states) = (subject.script.to_string(), STATES_MAX.to_string());
        let job = Asked::job(&script, &subject.design, &states);
        self.subject = Some(subject.clone());
        self.report = None;
        self.begin(Task::Scenario, vec![0]);
        vec![job]
    }

    /// Begins the matrix with the first round: every cell with few states.
    pub fn begin_matrix(&mut self, subject: &Subject) -> Vec<Job> {
        (self.matrix, self.own) = matrix_of(subject);
        self.forgotten = subject.forgotten;
        self.matrix_ms = 0;
        self.begin_cells((0..self.matrix.len()).collect(), &MATRIX_FIRST_STATES.to_string())
    }

    /// Opens the run of a cell, for [`Explorer::take_opened`]. A reduced search need not find the
    /// shortest run, so the cell is searched in full first; other searches wait.
    pub fn open_cell(&mut self, number: u32) -> Vec<Job> {
        let is_guess = |cell: &Cell| cell.reduced && cell.witness.is_some();
        if !self.matrix.cell(number).is_some_and(is_guess) {
            self.opened = self.cell_witness(number);
            return Vec::new();
        }
        let waiting = match self.task {
            Some(Task::Matrix) => self.asked.split_off(self.asked.len().min(self.done as usize)),
            _ => core::mem::take(&mut self.waiting),
        };
        let jobs = self.jobs(&[number], &STATES_MAX.to_string());
        self.begin(Task::Cell(number), vec![number]);
        self.waiting = waiting;
        self.is_awaited = true;
        jobs
    }

    /// Opens the run of a finding, for [`Explorer::take_opened`].
    pub fn open_finding(&mut self, promise: Promise, calm: bool) {
        self.opened = self.witness(promise, calm);
    }

    /// The run that is to be shown on the page now, if there is one.
    pub fn take_opened(&mut self) -> Option<Witness> {
        self.opened.take()
    }

    /// Whether the matrix that a subject asks for is being filled already.
    pub fn is_filling_for(&self, subject: &Subject) -> bool {
        let (asked, _) = matrix_of(subject);
        self.is_filling()
            && asked.designs() == self.matrix.designs()
            && asked.scenarios() == self.matrix.scenarios()
    }

    /// Whether the matrix is being filled.
    pub fn is_filling(&self) -> bool {
        matches!(self.task, Some(Task::Matrix | Task::Cell(_)))
    }

    /// A remark about the columns, if there is one.
    pub fn columns_gone(&self) -> String {
        match self.forgotten {
            0 => String::new(),
            gone => format!(
                "Of the designs with knobs of their own the last {TRIED_DESIGNS_MAX} have a column \
                 (TRIED_DESIGNS_MAX); {gone} tried before them had to go."
            ),
        }
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

    /// Sets the message of trouble.
    pub fn say(&mut self, text: String) {
        self.trouble = text;
    }

    /// Stops after the current job.
    pub fn stop(&mut self) {
        self.paused = false;
        self.stopped = true;
    }

    /// Takes an event and returns the jobs to search next.
    pub fn hear(&mut self, event: Event<'_>) -> Vec<Job> {
        match event {
            Event::Progress { text, ms } => self.progress = speak_progress(text, ms),
            Event::Report { position, text, ms } => {
                match Report::parse(text) {
                    Some(report) => self.take(position, report, ms),
                    None => self.trouble = "The worker sent a report that cannot be read.".into(),
                }
                self.done = position + 1;
            }
            Event::Failed { position, why } => {
                self.trouble = self.tell_failure(position, why);
                self.done = position + 1;
            }
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
        let name = self.subject.as_ref().map(|it| format!("{} under {}", it.name, it.design));
        name.unwrap_or_default()
    }

    /// The status in a sentence.
    pub fn status(&self) -> String {
        let what = match self.task {
            Some(Task::Scenario) => format!("Searching {}.", self.subject()),
            Some(Task::Matrix) => {
                // A cell that was searched in part is not done.
                let is_done = |cell: &&Cell| cell.limit != Some(FIRST_ROUND);
                let filled = self.matrix.cells().filter(is_done).count();
                let len = self.matrix.len();
                format!("Filling the matrix: {filled} of {len} cells.")
            }
            Some(Task::Cell(cell)) => {
                let about = self.about(cell);
                format!("Searching {about} in full, for its shortest run.")
            }
            None => return self.rest(),
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
            let is_limited = report.limit.is_some();
            let (word, text, steps) = match &finding.verdict {
                Verdict::Holds if is_limited => ("so far", promise.sentence(), None),
                Verdict::Holds => ("holds", promise.sentence(), None),
                Verdict::NeverReached if is_limited => {
                    ("not exercised so far", promise.sometimes(), None)
                }
                Verdict::NeverReached => ("not exercised", promise.sometimes(), None),
                Verdict::Violated { witness } => {
                    ("broken", promise.sentence(), Some(witness.len()))
                }
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
        let Subject { name, text, design, .. } = self.subject.as_ref()?;
        let finding = self.report.as_ref()?.findings.iter().find(|f| f.promise == promise)?;
        let Verdict::Violated { witness } = &finding.verdict else { return None };
        let (choices, no_return, which) = match &finding.calm {
            Calm::Run { run, no_return } if calm => (run, *no_return, "the fewest switches"),
            _ => (witness, finding.no_return, "the fewest steps"),
        };
        let told = no_return.map_or(String::new(), |step| format!(" {}", speak_no_return(step)));
        let notice = format!("The run with {which} that breaks {}.{told}", promise.id());
        Some(Witness { no_return, ..witness_of(name, text, design, choices, notice) })
    }

    /// What a cell opens: its shortest run, or the scenario at its start if nothing is broken.
    pub fn cell_witness(&self, number: u32) -> Option<Witness> {
        let (scenario, design) = self.matrix.place(number)?;
        let cell = self.matrix.cell(number)?;
        let run = cell.witness.as_deref().unwrap_or_default();
        let told = match (cell.no_return, cell.reduced && cell.witness.is_some()) {
            (Some(step), _) => format!(" {}", speak_no_return(step)),
            (None, true) => " Its search was reduced: this run need not be the shortest, and its \
                             point of no return is not known."
                .into(),
            (None, false) => String::new(),
        };
        // For a broken promise the run is the proof; the extent of the search does not matter.
        let said = match cell.property.filter(|_| cell.witness.is_some()) {
            Some(promise) => format!("{} is broken in {} steps", promise.id(), run.len()),
            None => cell_sentence(cell),
        };
        let notice = format!("{} under {design}: {said}.{told}", scenario.name);
        let witness = witness_of(&scenario.name, &self.own, design, run, notice);
        Some(Witness { no_return: cell.no_return, ..witness })
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
        self.done = 0;
        self.waiting.clear();
        self.is_awaited = false;
        self.progress.clear();
        self.trouble.clear();
    }

    fn begin_cells(&mut self, cells: Vec<u32>, states: &str) -> Vec<Job> {
        let jobs = self.jobs(&cells, states);
        self.begin(Task::Matrix, cells);
        jobs
    }

    /// The same for the second round; keeps the message of trouble of the first.
    fn go_on_with_cells(&mut self, cells: Vec<u32>) -> Vec<Job> {
        let trouble = core::mem::take(&mut self.trouble);
        let jobs = self.begin_cells(cells, &format!("{STATES_MAX} reduced"));
        self.trouble = trouble;
        jobs
    }

    fn jobs(&self, cells: &[u32], states: &str) -> Vec<Job> {
        // A script is printed once per scenario: once per cell would block the page.
        let mut printed: Option<(u32, String)> = None;
        let columns = self.matrix.designs().len() as u32;
        let job = |cell: &u32| {
            let (scenario, design) = self.matrix.place(*cell)?;
            let row = cell / columns;
            if printed.as_ref().is_none_or(|(of, _)| *of != row) {
                printed = Some((row, scenario.script.to_string()));
            }
            Some(Asked::job(&printed.as_ref()?.1, design, states))
        };
        cells.iter().filter_map(job).collect()
    }

    fn take(&mut self, position: u32, report: Report, ms: u32) {
        match (self.task, self.asked.get(position as usize)) {
            (Some(Task::Scenario), _) => {
                self.report = Some(report);
                self.report_ms = ms;
            }
            (Some(task), Some(cell)) => {
                self.matrix_ms += u64::from(ms);
                // If a full search ends early, the result of the reduced one is kept.
                if task == Task::Matrix || report.limit.is_none() {
                    self.matrix.fill(*cell, &report, Some(ms));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self) -> Vec<Job> {
        let ended = self.task.take();
        self.ended = ended;
        self.progress.clear();
        if let (Some(Task::Cell(number)), true) = (ended, self.is_awaited) {
            self.opened = self.cell_witness(number);
        }
        let cells = match ended {
            Some(Task::Cell(_)) => core::mem::take(&mut self.waiting),
            // There is one second round; a cell whose search failed is not repeated.
            Some(Task::Matrix) if self.asked.len() == self.matrix.len() as usize => {
                self.open_cells()
            }
            _ => Vec::new(),
        };
        if self.stopped || cells.is_empty() {
            return Vec::new();
        }
        self.go_on_with_cells(cells)
    }

    /// Cells of which the first round has not seen everything.
    fn open_cells(&self) -> Vec<u32> {
        let is_open = |cell: &u32| {
            let limit = self.matrix.cell(*cell).and_then(|cell| cell.limit);
            limit == Some(FIRST_ROUND)
        };
        self.asked.iter().copied().filter(is_open).collect()
    }

    fn rest(&self) -> String {
        let filled = self.matrix.cells().count();
        let states: u64 = self.matrix.cells().map(|cell| u64::from(cell.states)).sum();
        let ms = self.matrix_ms;
        match (self.ended, &self.report) {
            (Some(Task::Scenario), Some(report)) => {
                let limit = report.limit.map_or(String::new(), |limit| format!(", {limit}"));
                format!("Searched {}: {} states{limit}.", self.subject(), report.states)
            }
            (Some(Task::Scenario), None) if self.stopped => {
                "Stopped before the first result.".into()
            }
            (Some(Task::Cell(cell)), _) if self.stopped => {
                format!(
                    "Stopped the search of {}: the cell shows what is known so far.",
                    self.about(cell)
                )
            }
            (Some(Task::Cell(cell)), _) => {
                format!("Searched {} in full: its cell opens the run.", self.about(cell))
            }
            _ if filled == 0 => "Tries every interleaving of the script, in this browser.".into(),
            _ => {
                format!(
                    "The matrix: {filled} cells with {states} states, after {ms} ms of searching."
                )
            }
        }
    }

    fn tell_failure(&self, position: u32, why: &str) -> String {
        let about = match (self.task, self.asked.get(position as usize)) {
            (Some(Task::Matrix | Task::Cell(_)), Some(cell)) => self.about(*cell),
            _ => self.subject(),
        };
        format!("The search of {about} ended early: {why}")
    }

    fn about(&self, cell: u32) -> String {
        let place = self.matrix.place(cell);
        place
            .map_or(String::new(), |(scenario, design)| format!("{} under {design}", scenario.name))
    }
}

/// The matrix of a subject: all design rows and presets, tried designs, and the reader's own
/// script, which is returned too.
fn matrix_of(subject: &Subject) -> (Matrix, String) {
    let mut scenarios = Scenario::presets();
    let mut own = String::new();
    if subject.name == OWN {
        scenarios.push(Scenario { name: OWN.into(), script: subject.script.clone() });
        own.clone_from(&subject.text);
    }
    (Matrix::new(subject.columns(), scenarios), own)
}

fn witness_of(name: &str, text: &str, design: &Design, run: &[Choice], notice: String) -> Witness {
    let preset = Preset::find(name);
    Witness {
        script: preset.map_or(text, |preset| preset.script).into(),
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
            let so_far = if cell.limit.is_some() { " so far" } else { "" };
            format!("{} is not exercised{so_far}; {size}", promise.id())
        }
        _ if cell.limit.is_some() => format!("nothing is broken so far; {size}"),
        _ => format!("every promise holds in every run; {size}"),
    }
}

/// The points of no return of the shortest run and of the run with the fewest switches.
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
        0 => "It could not have been avoided.".into(),
        step => format!("After step {step} it cannot be avoided."),
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
mod tests;
