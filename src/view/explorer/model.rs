//! The explorer's state: the running search, its progress, the findings and the matrix.

use crate::bounds::{GRAPH_STATES_MAX, MATRIX_FIRST_STATES, STATES_MAX, TRIED_DESIGNS_MAX};
use crate::check::{Limit, Report, Sketch};
use crate::kernel::{Design, Promise};
use crate::scenario::{Cell, Matrix};

use super::doing::Doing;
use super::findings::{FindingRow, Findings};
use super::graph::Graph;
use super::job::{Asked, Event, Job};
use super::known::known_shorts;
use super::subject::Subject;
use super::witness::Witness;

/// The limit of a cell in the first round of the matrix.
pub(super) const FIRST_ROUND: Limit = Limit::States(MATRIX_FIRST_STATES);

/// The state of the explorer. It hands out [`Job`]s to search and takes [`Event`]s.
#[derive(Clone, Debug)]
pub struct Explorer {
    task: Option<Task>,
    /// The task that ended last.
    ended: Option<Task>,
    paused: bool,
    stopped: bool,
    /// Whether the waiting cells were paused when another one was opened.
    waiting_paused: bool,
    /// The cells of the last jobs, by position.
    asked: Vec<u32>,
    /// Whether each of those jobs is done. They may be done in any order.
    done: Vec<bool>,
    doing: Doing,
    /// Cells that wait until the one that was opened has been searched in full.
    waiting: Vec<u32>,
    found: Findings,
    /// The number of graphs so far.
    graphs: u32,
    pub(super) matrix: Matrix,
    /// What known runs break, cell by cell.
    pub(super) known: Vec<Option<&'static str>>,
    /// The text of the reader's own script in the matrix.
    pub(super) own: String,
    /// Number of tried designs that no longer have a column.
    forgotten: u32,
    /// Milliseconds of searching for the matrix, in all rounds.
    matrix_ms: u64,
    /// True if the reader waits for the cell that is searched in full.
    is_awaited: bool,
    /// `Some` while two cells are being chosen, with the first one if it has been chosen.
    pub(super) picking: Option<Option<u32>>,
    pub(super) opened: Option<Witness>,
    trouble: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    /// The verdict on a script, by a reduced search.
    Scenario,
    /// The shortest runs of that script, by a full search.
    Runs,
    /// All states of that script, because they are few and nothing is broken.
    Graph,
    Matrix,
    /// One cell of the matrix in full, because the reader has opened it.
    Cell(u32),
}

impl Explorer {
    /// An explorer without results.
    pub fn new(subject: &Subject) -> Explorer {
        let matrix = subject.matrix();
        Explorer {
            known: known_shorts(&matrix),
            task: None,
            ended: None,
            paused: false,
            stopped: false,
            waiting_paused: false,
            asked: Vec::new(),
            done: Vec::new(),
            doing: Doing::default(),
            waiting: Vec::new(),
            found: Findings::default(),
            graphs: 0,
            matrix,
            own: subject.own_text().into(),
            forgotten: subject.forgotten,
            matrix_ms: 0,
            is_awaited: false,
            picking: None,
            opened: None,
            trouble: String::new(),
        }
    }

    /// Takes the page's current subject when the explorer is shown again. Designs that were tried
    /// since get a column; findings stay.
    pub fn show(&mut self, subject: &Subject) {
        if self.is_filling() {
            return; // cells that are asked for have numbers
        }
        self.forgotten = subject.forgotten;
        if self.matrix.cells().next().is_none() {
            self.empty_matrix(subject);
        } else if self.matrix.designs() != subject.columns() {
            self.matrix = self.matrix.with_designs(subject.columns());
            self.known = known_shorts(&self.matrix);
        }
    }

    /// The explorer is closed, so no opened cell is awaited.
    pub fn leave(&mut self) {
        self.is_awaited = false;
    }

    /// Starts to search a script: first a reduced search, for the verdict.
    pub fn begin_scenario(&mut self, subject: &Subject) -> Vec<Job> {
        self.found = Findings { subject: Some(subject.clone()), ..Findings::default() };
        self.begin(Task::Scenario, vec![0]);
        self.found.job(&format!("{STATES_MAX} reduced"))
    }

    /// Whether the present jobs need full reports: points of no return and runs with few switches.
    pub fn wants_detail(&self) -> bool {
        matches!(self.task, Some(Task::Runs | Task::Graph))
    }

    /// Starts the matrix with the first round: every cell, with few states.
    pub fn begin_matrix(&mut self, subject: &Subject) -> Vec<Job> {
        self.empty_matrix(subject);
        self.forgotten = subject.forgotten;
        self.matrix_ms = 0;
        let cells: Vec<u32> = (0..self.matrix.len()).collect();
        let jobs = self.jobs(&cells, &MATRIX_FIRST_STATES.to_string());
        self.begin(Task::Matrix, cells);
        jobs
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
            Some(Task::Matrix) => {
                let left = self.asked.iter().zip(&self.done).filter(|(_, done)| !**done);
                left.map(|(cell, _)| *cell).collect()
            }
            None | Some(Task::Scenario | Task::Runs | Task::Graph | Task::Cell(_)) => {
                core::mem::take(&mut self.waiting)
            }
        };
        let waiting_paused = self.waiting_paused || self.paused;
        let jobs = self.jobs(&[number], &STATES_MAX.to_string());
        self.begin(Task::Cell(number), vec![number]);
        self.waiting_paused = waiting_paused && !waiting.is_empty();
        self.waiting = waiting;
        self.is_awaited = true;
        jobs
    }

    /// Opens the run of a finding, for [`Explorer::take_opened`].
    pub fn open_finding(&mut self, promise: Promise, calm: bool) {
        self.opened = self.witness(promise, calm);
    }

    /// The run to open on the page, if there is one.
    pub fn take_opened(&mut self) -> Option<Witness> {
        self.opened.take()
    }

    /// Whether the matrix for this subject is being filled already.
    pub fn is_filling_for(&self, subject: &Subject) -> bool {
        self.is_filling() && subject.fits(&self.matrix)
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

    /// Whether a search is running.
    pub fn is_busy(&self) -> bool {
        self.task.is_some()
    }

    /// Whether the search is paused.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Records that the search is paused or continues. Searches that follow it by themselves begin
    /// in the same way.
    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
        self.waiting_paused = false;
    }

    /// Sets the error message.
    pub fn say(&mut self, text: String) {
        self.trouble = text;
    }

    /// Stops after the current job.
    pub fn stop(&mut self) {
        self.paused = false;
        self.stopped = true;
    }

    /// Takes an event and returns the jobs to search next. If the search is paused, they begin
    /// paused ([`Explorer::is_paused`]).
    pub fn hear(&mut self, event: Event<'_>) -> Vec<Job> {
        match event {
            Event::Progress { position, text, ms } => self.doing.take(position, text, ms),
            Event::Graph { text, .. } => self.found.sketch = Sketch::parse(text),
            Event::Report { position, text, ms } => {
                match Report::parse(text) {
                    Some(report) => self.take(position, report, ms),
                    None => self.trouble = "The worker sent a report that cannot be read.".into(),
                }
                self.end_job(position);
            }
            Event::Failed { position, why } => {
                self.trouble = self.tell_failure(position, why);
                self.end_job(position);
            }
            Event::End => return self.end(),
        }
        Vec::new()
    }

    /// The matrix of scenarios by designs, as far as it is filled.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// The subject of the findings, in words.
    pub fn subject(&self) -> String {
        let name = self.found.subject.as_ref().map(|it| format!("{} under {}", it.name, it.design));
        name.unwrap_or_default()
    }

    /// The status as a sentence.
    pub fn status(&self) -> String {
        let what = match self.task {
            Some(Task::Scenario) => format!("Searching {}.", self.subject()),
            Some(Task::Runs) => {
                format!("Searching {} in full, for its shortest runs.", self.subject())
            }
            Some(Task::Graph) => format!("Searching {} in full, for its graph.", self.subject()),
            Some(Task::Matrix) => {
                // A cell that was searched only in part is not done.
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
        format!("{what}{paused} {}", self.doing.sentence()).trim_end().into()
    }

    /// The error message, or an empty text.
    pub fn trouble(&self) -> &str {
        &self.trouble
    }

    /// The extent of the searches behind the findings.
    pub fn extent(&self) -> String {
        self.found.extent()
    }

    /// The findings, promise by promise.
    pub fn findings(&self) -> Vec<FindingRow> {
        self.found.rows()
    }

    /// The result as text that can be quoted and verified.
    pub fn artefact(&self) -> String {
        self.found.artefact()
    }

    /// The shortest run that breaks a promise, or the one with the fewest switches.
    pub fn witness(&self, promise: Promise, calm: bool) -> Option<Witness> {
        self.found.witness(promise, calm)
    }

    /// The graph of the script that was searched, if it has few states.
    pub fn graph(&self) -> Option<&Graph> {
        self.found.graph.as_ref()
    }

    /// A number that differs for each graph.
    pub fn graph_key(&self) -> Option<u32> {
        self.graph().map(|_| self.graphs)
    }

    /// The run that a node of the graph opens.
    pub fn node_witness(&self, node: usize) -> Option<Witness> {
        self.found.node_witness(node)
    }

    /// The addresses of the runs that the nodes of the graph open.
    pub fn node_links(&self) -> Vec<String> {
        self.found.node_links()
    }

    /// Opens the run of a node, for [`Explorer::take_opened`].
    pub fn open_node(&mut self, node: usize) {
        self.opened = self.node_witness(node);
    }

    fn empty_matrix(&mut self, subject: &Subject) {
        self.own = subject.own_text().into();
        if subject.fits(&self.matrix) {
            return self.matrix.clear();
        }
        self.matrix = subject.matrix();
        self.known = known_shorts(&self.matrix);
    }

    /// Begins a task that the reader asked for.
    fn begin(&mut self, task: Task, asked: Vec<u32>) {
        self.paused = false;
        self.waiting_paused = false;
        self.stopped = false;
        self.waiting.clear();
        self.is_awaited = false;
        self.trouble.clear();
        self.go_on_with(task, asked);
    }

    /// Begins a task that follows another by itself. A pause and the error message stay.
    fn go_on_with(&mut self, task: Task, asked: Vec<u32>) {
        self.task = Some(task);
        self.asked = asked;
        self.done = vec![false; self.asked.len()];
        self.doing.clear();
    }

    fn jobs(&self, cells: &[u32], states: &str) -> Vec<Job> {
        // A script is printed once per scenario, and a design once. Printing them once per cell
        // would block the page.
        let mut printed: Option<(u32, String)> = None;
        let designs: Vec<String> = self.matrix.designs().iter().map(Design::to_string).collect();
        let columns = designs.len() as u32;
        let job = |cell: &u32| {
            let (scenario, _) = self.matrix.place(*cell)?;
            let row = cell / columns;
            let design = designs.get((cell % columns) as usize)?;
            if printed.as_ref().is_none_or(|(of, _)| *of != row) {
                printed = Some((row, scenario.script.to_string()));
            }
            Some(Asked::job(&printed.as_ref()?.1, design, states))
        };
        cells.iter().filter_map(job).collect()
    }

    fn end_job(&mut self, position: u32) {
        self.doing.end(position);
        if let Some(done) = self.done.get_mut(position as usize) {
            *done = true;
        }
    }

    fn take(&mut self, position: u32, report: Report, ms: u32) {
        match (self.task, self.asked.get(position as usize)) {
            (Some(Task::Scenario), _) => self.found.verdicts = Some((report, ms)),
            (Some(Task::Runs), _) => {
                self.found.runs = Some((report, ms));
                self.graphs += u32::from(self.found.draw());
            }
            (Some(Task::Graph), _) => self.graphs += u32::from(self.found.draw()),
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
        self.doing.clear();
        if let (Some(Task::Cell(number)), true) = (ended, self.is_awaited) {
            self.opened = self.cell_witness(number);
        }
        if ended == Some(Task::Scenario) && self.found.is_broken() && !self.stopped {
            self.go_on_with(Task::Runs, vec![0]);
            return self.found.job(&STATES_MAX.to_string());
        }
        if ended == Some(Task::Scenario) && self.found.may_be_drawn() && !self.stopped {
            self.go_on_with(Task::Graph, vec![0]);
            return self.found.job(&(GRAPH_STATES_MAX + 1).to_string());
        }
        let cells = match ended {
            Some(Task::Cell(_)) => {
                self.paused |= core::mem::take(&mut self.waiting_paused);
                self.is_awaited = false;
                core::mem::take(&mut self.waiting)
            }
            // There is one second round; a cell whose search failed is not repeated.
            Some(Task::Matrix) if self.asked.len() == self.matrix.len() as usize => {
                self.open_cells()
            }
            Some(Task::Matrix | Task::Scenario | Task::Runs | Task::Graph) | None => Vec::new(),
        };
        if self.stopped || cells.is_empty() {
            self.paused = false;
            return Vec::new();
        }
        let jobs = self.jobs(&cells, &format!("{STATES_MAX} reduced"));
        self.go_on_with(Task::Matrix, cells);
        jobs
    }

    /// The cells that the first round did not search completely.
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
        match (self.ended, &self.found.verdicts) {
            (Some(Task::Scenario | Task::Runs | Task::Graph), Some((report, _))) => {
                let limit = report.limit.map_or(String::new(), |limit| format!(", {limit}"));
                let kind = if report.reduced { ", reduced" } else { "" };
                format!("Searched {}: {} states{kind}{limit}.", self.subject(), report.states)
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

#[cfg(test)]
mod tests;
