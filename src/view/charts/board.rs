//! The state of the charts' dialog: the settings, the measured results and the running jobs.

use super::search_charts::limit_words;
use super::{
    Chart, Ended, Growth, LoadJob, LoadReport, SheetTable, Style, Window, backlog_chart,
    frontier_chart, grouped, latency_chart, layers_chart, memory_chart, throughput_chart,
};
use crate::bounds::{LOAD_WRITES_MAX, SLOTS_MAX};
use crate::kernel::{Bound, Row};
use crate::view::words::{bound_text, count};
use crate::view::{Asked, Job, Subject};

/// The initial settings of the load: 1,000 writes, 4 slots, one worker step per 8 steps of the
/// others.
const SETTINGS: Settings = Settings { writes: 1_000, slots: 4, slow: 8 };
/// The rows that are chosen at first: the RFC, its variants, and the designs without a backlog.
const CHOSEN: [Row; 6] =
    [Row::RfcV1, Row::RfcDirty, Row::Kara, Row::KaraOpt, Row::KaraThrottle, Row::V3_9];
/// The choices for the number of states that a search may visit.
pub const SEARCH_STATES: [u32; 3] = [20_000, 200_000, 2_000_000];

/// A page of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The charts of S9 at length.
    Load,
    /// The growth of searches.
    Search,
}

/// The settings of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Number of AIO writes.
    pub writes: u32,
    /// Number of slots of the AIO context.
    pub slots: u32,
    /// Steps of the other actors per step of a worker.
    pub slow: u32,
}

/// A design in the list of choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesignRow {
    /// The design's name with its knobs.
    pub name: String,
    /// The style of its series.
    pub style: Style,
    /// True if its series are shown.
    pub is_chosen: bool,
}

/// The kind of jobs that the worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Running {
    page: Page,
    jobs: u32,
    done: u32,
}

/// The state of the charts' dialog.
#[derive(Clone, Debug)]
pub struct Board {
    page: Page,
    settings: Settings,
    window: Window,
    states: u32,
    designs: Vec<DesignRow>,
    /// The name and the text of the page's script.
    script: (String, String),
    reports: Vec<LoadReport>,
    growths: Vec<Growth>,
    /// The growth of the explorer's search, under the name that the explorer's job gives it.
    explorer: Option<Growth>,
    running: Option<Running>,
    trouble: String,
}

impl Settings {
    /// The settings, limited to their bounds.
    fn clamped(self) -> Settings {
        Settings {
            writes: self.writes.clamp(1, LOAD_WRITES_MAX),
            slots: self.slots.clamp(1, SLOTS_MAX),
            slow: self.slow.min(u8::MAX.into()),
        }
    }
}

impl Board {
    /// A dialog without results.
    pub fn new(subject: &Subject) -> Board {
        let mut board = Board {
            page: Page::Load,
            settings: SETTINGS,
            window: Window::First200,
            states: SEARCH_STATES[1],
            designs: Vec::new(),
            script: Default::default(),
            reports: Vec::new(),
            growths: Vec::new(),
            explorer: None,
            running: None,
            trouble: String::new(),
        };
        board.show(subject);
        board
    }

    /// Takes the subject again, because the page may run another script or have tried another
    /// design.
    pub fn show(&mut self, subject: &Subject) {
        for design in subject.columns() {
            let name = design.to_string();
            if self.designs.iter().all(|row| row.name != name) {
                let is_named = CHOSEN.iter().any(|row| row.design() == design);
                let is_chosen = is_named || design == subject.design;
                let style = Style::of(self.designs.len());
                self.designs.push(DesignRow { name, style, is_chosen });
            }
        }
        let script = (subject.name.clone(), subject.text.clone());
        if script != self.script {
            self.script = script;
            self.growths.clear();
        }
    }

    /// The page of charts that the reader chose.
    pub fn page(&self) -> Page {
        self.page
    }

    /// Displays the load or the search.
    pub fn turn_to(&mut self, page: Page) {
        self.page = page;
    }

    /// The settings of the next load, as the reader chose them.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Changes the settings and drops the results of the old ones.
    pub fn set(&mut self, settings: Settings) {
        if settings.clamped() != self.settings {
            self.settings = settings.clamped();
            self.reports.clear();
        }
    }

    /// The part of the time that is shown.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Changes the part of the time that is shown.
    pub fn look(&mut self, window: Window) {
        self.window = window;
    }

    /// The number of states that a search may visit.
    pub fn states(&self) -> u32 {
        self.states
    }

    /// Sets the number of states that a search may visit.
    pub fn set_states(&mut self, states: u32) {
        if SEARCH_STATES.contains(&states) && states != self.states {
            self.states = states;
            self.growths.clear();
        }
    }

    /// The designs in the list of choices.
    pub fn designs(&self) -> &[DesignRow] {
        &self.designs
    }

    /// Shows or hides a design.
    pub fn choose(&mut self, name: &str, is_chosen: bool) {
        if let Some(row) = self.designs.iter_mut().find(|row| row.name == name) {
            row.is_chosen = is_chosen;
        }
    }

    /// Shows all designs, or only the initial ones.
    pub fn choose_all(&mut self, all: bool) {
        for row in &mut self.designs {
            row.is_chosen = all || CHOSEN.iter().any(|it| it.id() == row.name);
        }
    }

    /// The name of the page's script.
    pub fn script(&self) -> &str {
        &self.script.0
    }

    /// The loads of the chosen designs that have not ended.
    pub fn load_jobs(&mut self) -> Vec<LoadJob> {
        self.reports.retain(|report| report.ended != Ended::No);
        let Settings { writes, slots, slow } = self.settings;
        let has_report = |row: &&DesignRow| self.reports.iter().any(|it| it.design == row.name);
        let missing = self.chosen().filter(|row| !has_report(row));
        let jobs: Vec<LoadJob> =
            missing.map(|row| LoadJob { design: row.name.clone(), writes, slots, slow }).collect();
        self.begin(Page::Load, jobs.len());
        jobs
    }

    /// The searches of the page's script under the chosen designs that have not ended.
    pub fn search_jobs(&mut self) -> Vec<(String, Job)> {
        self.growths.retain(|growth| growth.is_done);
        let has_growth = |row: &&DesignRow| self.growths.iter().any(|it| it.name == row.name);
        let missing = self.chosen().filter(|row| !has_growth(row));
        let states = self.states.to_string();
        let job = |row: &DesignRow| Asked::job(&self.script.1, &row.name, &states);
        let jobs: Vec<(String, Job)> = missing.map(|row| (row.name.clone(), job(row))).collect();
        self.begin(Page::Search, jobs.len());
        jobs
    }

    fn begin(&mut self, page: Page, jobs: usize) {
        self.trouble.clear();
        let running = Running { page, jobs: jobs as u32, done: 0 };
        self.running = (jobs > 0).then_some(running);
    }

    fn chosen(&self) -> impl Iterator<Item = &DesignRow> {
        self.designs.iter().filter(|row| row.is_chosen)
    }

    /// Takes the report of a load.
    pub fn hear_load(&mut self, report: LoadReport) {
        self.count(report.ended != Ended::No);
        match self.reports.iter_mut().find(|it| it.design == report.design) {
            Some(known) => *known = report,
            None => self.reports.push(report),
        }
    }

    /// Takes the growth of a search.
    pub fn hear_growth(&mut self, growth: Growth) {
        self.count(growth.is_done);
        match self.growths.iter_mut().find(|it| it.name == growth.name) {
            Some(known) => *known = growth,
            None => self.growths.push(growth),
        }
    }

    fn count(&mut self, is_over: bool) {
        if let Some(running) = &mut self.running {
            running.done += u32::from(is_over);
        }
    }

    /// Takes the growth of the explorer's search.
    pub fn hear_explorer(&mut self, growth: Growth) {
        self.explorer = Some(growth);
    }

    /// Records that a job failed.
    pub fn fail(&mut self, why: &str) {
        self.trouble = why.into();
        self.count(true);
    }

    /// Records that no job is running: all are done, or they were stopped.
    pub fn end(&mut self) {
        self.running = None;
    }

    /// Whether a job is running.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The error message, or an empty text.
    pub fn trouble(&self) -> &str {
        &self.trouble
    }

    /// The running jobs, or the finished ones, in a sentence.
    pub fn status(&self) -> String {
        if let Some(Running { page, jobs, done }) = self.running {
            let now = match page {
                Page::Load => self.reports.last().map_or(String::new(), |report| {
                    let (done, all) = (grouped(report.reaped), grouped(self.settings.writes));
                    format!(" {}: {done} of {all} writes.", report.design)
                }),
                Page::Search => self.growths.last().map_or(String::new(), |growth| {
                    format!(" {}: {} states.", growth.name, grouped(growth.states))
                }),
            };
            return format!("Running: {done} of {jobs} designs done.{now}");
        }
        match self.page {
            Page::Load => {
                let reports = self.shown_reports();
                let steps: u32 = reports.iter().map(|(report, _)| report.steps).sum();
                let parts = reports.iter().filter(|(it, _)| it.ended == Ended::No).count();
                let stopped = if parts > 0 { " Stopped before the end." } else { "" };
                let designs = count(reports.len() as u32, "design");
                format!("{designs}, {} steps.{stopped}", grouped(steps))
            }
            Page::Search => {
                let growths = self.shown_growths();
                let states: u32 = growths.iter().map(|(growth, _)| growth.states).sum();
                match growths.len() {
                    0 => "Nothing was searched yet.".into(),
                    1 => format!("1 search, {} states.", grouped(states)),
                    n => format!("{n} searches, {} states.", grouped(states)),
                }
            }
        }
    }

    /// The charts of the displayed page.
    pub fn charts(&self) -> Vec<Chart> {
        match self.page {
            Page::Load => {
                let reports = self.shown_reports();
                vec![
                    backlog_chart(&reports, self.window, self.settings.slots),
                    latency_chart(&reports),
                    throughput_chart(&reports),
                    memory_chart(&reports, self.window),
                ]
            }
            Page::Search => {
                let growths = self.shown_growths();
                vec![layers_chart(&growths), frontier_chart(&growths)]
            }
        }
    }

    /// The results, one row per design, with the reason why each run ended.
    pub fn results(&self) -> SheetTable {
        match self.page {
            Page::Load => self.load_results(),
            Page::Search => self.search_results(),
        }
    }

    fn load_results(&self) -> SheetTable {
        let row = |(report, _): &(&LoadReport, Style)| {
            let writes = report.reaped.to_string();
            let (steps, backlog) = (report.steps.to_string(), report.backlog.most().to_string());
            let broken = match report.broken.is_empty() {
                true => "nothing".into(),
                false => report.broken.join(" "),
            };
            vec![report.design.clone(), writes, steps, backlog, end_text(report), broken]
        };
        let heads = ["design", "writes", "steps", "most backlog", "ended by", "broke"];
        SheetTable {
            caption: "How each run ended".into(),
            heads: heads.map(String::from).to_vec(),
            rows: self.shown_reports().iter().map(row).collect(),
        }
    }

    fn search_results(&self) -> SheetTable {
        let row = |(growth, _): &(&Growth, Style)| {
            let depth = growth.layers.len().saturating_sub(1).to_string();
            let (states, most) = (growth.states.to_string(), growth.frontier.most().to_string());
            let end = limit_words(growth).trim_start_matches(", ").into();
            vec![growth.name.clone(), states, depth, most, end]
        };
        let heads = ["search", "states", "depth", "largest frontier", "end"];
        SheetTable {
            caption: "How each search ended".into(),
            heads: heads.map(String::from).to_vec(),
            rows: self.shown_growths().iter().map(row).collect(),
        }
    }

    /// The reports of the chosen designs, in the order of the designs.
    fn shown_reports(&self) -> Vec<(&LoadReport, Style)> {
        let report = |row: &DesignRow| {
            let found = self.reports.iter().find(|it| it.design == row.name)?;
            Some((found, row.style))
        };
        self.chosen().filter_map(report).collect()
    }

    /// The growths of the chosen designs, and that of the explorer's search.
    fn shown_growths(&self) -> Vec<(&Growth, Style)> {
        let growth = |row: &DesignRow| {
            let found = self.growths.iter().find(|it| it.name == row.name)?;
            Some((found, row.style))
        };
        let explorer = self.explorer.iter().map(|it| (it, Style::of(self.designs.len())));
        self.chosen().filter_map(growth).chain(explorer).collect()
    }
}

/// The reason why a run ended, in words.
fn end_text(report: &LoadReport) -> String {
    match report.ended {
        Ended::No => "has not ended".into(),
        Ended::Done => "the last write".into(),
        Ended::Stuck => "a deadlock: no actor can step".into(),
        Ended::Bound => {
            let bound = Bound::ALL.into_iter().find(|bound| bound.name() == report.bound);
            bound.map_or(report.bound.clone(), |bound| bound_text(bound).into())
        }
    }
}

#[cfg(test)]
mod tests;
