//! The state of the charts' dialog: what is chosen, what was measured, what goes on.

use super::search_charts::limit_words;
use super::{
    Chart, Ended, Growth, LoadJob, LoadReport, SheetTable, Style, Window, backlog_chart,
    frontier_chart, grouped, latency_chart, layers_chart, memory_chart, throughput_chart,
};
use crate::bounds::{LOAD_WRITES_MAX, SLOTS_MAX};
use crate::kernel::{Bound, Row};
use crate::view::words::bound_text;
use crate::view::{Asked, Job, Subject};

/// What the load begins with: 1,000 writes, 4 slots, a worker step for 8 of the others.
const SETTINGS: Settings = Settings { writes: 1_000, slots: 4, slow: 8 };
/// The rows that are chosen at first: the RFC, what its acknowledgement costs, and who avoids it.
const CHOSEN: [Row; 6] =
    [Row::RfcV1, Row::RfcDirty, Row::Kara, Row::KaraOpt, Row::KaraThrottle, Row::V3_9];
/// How many states a search may visit, as choices.
pub const SEARCH_STATES: [u32; 3] = [20_000, 200_000, 2_000_000];

/// What the dialog shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// S9 at length.
    Load,
    /// The growth of searches.
    Search,
}

/// The sliders of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// AIO writes.
    pub writes: u32,
    /// Slots of the AIO context.
    pub slots: u32,
    /// Steps of the others for each step of a worker.
    pub slow: u32,
}

/// A design that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesignRow {
    /// Its name.
    pub name: String,
    /// How its series look.
    pub style: Style,
    /// Whether it is shown.
    pub is_chosen: bool,
}

/// What goes on in the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Running {
    page: Page,
    jobs: u32,
    done: u32,
}

/// The state of the dialog.
#[derive(Clone, Debug)]
pub struct Board {
    page: Page,
    settings: Settings,
    window: Window,
    states: u32,
    designs: Vec<DesignRow>,
    /// The script of the page: its name and its text.
    script: (String, String),
    reports: Vec<LoadReport>,
    growths: Vec<Growth>,
    /// The explorer's search, under the name that the explorer's job gives it.
    explorer: Option<Growth>,
    running: Option<Running>,
    trouble: String,
}

impl Settings {
    /// The settings within their bounds.
    fn clamped(self) -> Settings {
        Settings {
            writes: self.writes.clamp(1, LOAD_WRITES_MAX),
            slots: self.slots.clamp(1, SLOTS_MAX),
            slow: self.slow.min(u8::MAX.into()),
        }
    }
}

impl Board {
    /// Nothing was measured yet.
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

    /// The page may run another script, or have tried another design.
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

    /// What is shown.
    pub fn page(&self) -> Page {
        self.page
    }

    /// Shows the load or the search.
    pub fn turn_to(&mut self, page: Page) {
        self.page = page;
    }

    /// The sliders.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Moves a slider: what was measured holds no more.
    pub fn set(&mut self, settings: Settings) {
        if settings.clamped() != self.settings {
            self.settings = settings.clamped();
            self.reports.clear();
        }
    }

    /// How much of the time is shown.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Shows more or less of the time.
    pub fn look(&mut self, window: Window) {
        self.window = window;
    }

    /// How many states a search may visit.
    pub fn states(&self) -> u32 {
        self.states
    }

    /// Changes how many states a search may visit.
    pub fn set_states(&mut self, states: u32) {
        if SEARCH_STATES.contains(&states) && states != self.states {
            self.states = states;
            self.growths.clear();
        }
    }

    /// The designs that can be chosen.
    pub fn designs(&self) -> &[DesignRow] {
        &self.designs
    }

    /// Chooses a design, or no longer.
    pub fn choose(&mut self, name: &str, is_chosen: bool) {
        if let Some(row) = self.designs.iter_mut().find(|row| row.name == name) {
            row.is_chosen = is_chosen;
        }
    }

    /// Chooses all designs, or none but what the argument is about.
    pub fn choose_all(&mut self, all: bool) {
        for row in &mut self.designs {
            row.is_chosen = all || CHOSEN.iter().any(|it| it.id() == row.name);
        }
    }

    /// The name of the page's script.
    pub fn script(&self) -> &str {
        &self.script.0
    }

    /// Loads of the chosen designs that have not been run to their end.
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

    /// Searches of the page's script under the chosen designs that have not come to their end.
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

    /// What a load has come to.
    pub fn hear_load(&mut self, report: LoadReport) {
        self.count(report.ended != Ended::No);
        match self.reports.iter_mut().find(|it| it.design == report.design) {
            Some(known) => *known = report,
            None => self.reports.push(report),
        }
    }

    /// How far a search has come.
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

    /// How far the explorer's search has come.
    pub fn hear_explorer(&mut self, growth: Growth) {
        self.explorer = Some(growth);
    }

    /// A job came to nothing.
    pub fn fail(&mut self, why: &str) {
        self.trouble = why.into();
        self.count(true);
    }

    /// Nothing goes on any more: everything is done, or it was stopped.
    pub fn end(&mut self) {
        self.running = None;
    }

    /// Whether anything goes on.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// What went wrong, or nothing.
    pub fn trouble(&self) -> &str {
        &self.trouble
    }

    /// What goes on, or what was done.
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
                let designs = reports.len();
                format!("{designs} designs, {} steps.{stopped}", grouped(steps))
            }
            Page::Search => {
                let growths = self.shown_growths();
                let states: u32 = growths.iter().map(|(growth, _)| growth.states).sum();
                match growths.len() {
                    0 => "Nothing was searched yet.".into(),
                    n => format!("{n} searches, {} states.", grouped(states)),
                }
            }
        }
    }

    /// The charts that are shown.
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

    /// What everything came to, in a row for each design, and why it ended.
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

    /// The reports of chosen designs, in the order of the designs.
    fn shown_reports(&self) -> Vec<(&LoadReport, Style)> {
        let report = |row: &DesignRow| {
            let found = self.reports.iter().find(|it| it.design == row.name)?;
            Some((found, row.style))
        };
        self.chosen().filter_map(report).collect()
    }

    /// The growths of chosen designs, and that of the explorer's search.
    fn shown_growths(&self) -> Vec<(&Growth, Style)> {
        let growth = |row: &DesignRow| {
            let found = self.growths.iter().find(|it| it.name == row.name)?;
            Some((found, row.style))
        };
        let explorer = self.explorer.iter().map(|it| (it, Style::of(self.designs.len())));
        self.chosen().filter_map(growth).chain(explorer).collect()
    }
}

/// Why a run ended, in words.
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
mod tests {
    use super::super::{LoadWork, Picture};
    use super::*;
    use crate::scenario::{Preset, Script};

    fn board() -> Board {
        let preset = Preset::find("S7").expect("a preset");
        let script = Script::parse(preset.script).expect("a script");
        Board::new(&Subject {
            name: preset.id.into(),
            design: Row::RfcV1.design(),
            tried: Vec::new(),
            forgotten: 0,
            text: preset.script.into(),
            script,
        })
    }

    fn run(board: &mut Board) {
        for job in board.load_jobs() {
            let mut work = LoadWork::new(&job).expect("a job");
            while work.advance(500) {
                board.hear_load(work.report());
            }
            board.hear_load(work.report());
        }
        board.end();
    }

    #[test]
    fn every_design_row_can_be_chosen() {
        let mut board = board();
        for row in Row::ALL {
            assert!(board.designs().iter().any(|it| it.name == row.id()), "{}", row.id());
        }
        board.choose_all(true);
        assert_eq!(board.load_jobs().len(), board.designs().len());
        run(&mut board);
        assert_eq!(board.results().rows.len(), board.designs().len());
        for chart in board.charts() {
            match &chart.picture {
                Picture::Lines(lines) => assert_eq!(lines.len(), board.designs().len()),
                Picture::Ridges(ridges) => assert_eq!(ridges.len(), board.designs().len()),
                Picture::Bars(bars) => assert_eq!(bars.len(), board.designs().len()),
            }
        }
    }

    #[test]
    fn only_what_is_missing_is_run() {
        let mut board = board();
        run(&mut board);
        assert!(!board.is_running());
        assert!(board.load_jobs().is_empty(), "everything is there");
        board.choose("v5.5", true);
        let jobs = board.load_jobs();
        assert_eq!(jobs.iter().map(|job| job.design.as_str()).collect::<Vec<_>>(), ["v5.5"]);
        assert!(board.is_running());
        // A run that was stopped on the way is run again.
        let mut work = LoadWork::new(&jobs[0]).expect("a job");
        assert!(work.advance(100));
        board.hear_load(work.report());
        board.end();
        assert!(board.status().ends_with("Stopped before the end."), "{}", board.status());
        assert_eq!(board.load_jobs().len(), 1);
        // So is everything if a slider moves.
        board.set(Settings { slots: 2, ..board.settings() });
        assert_eq!(board.load_jobs().len(), board.chosen().count());
    }

    #[test]
    fn settings_stay_within_their_bounds() {
        let check = |settings: Settings, expect: Settings| {
            let mut board = board();
            board.set(settings);
            assert_eq!(board.settings(), expect);
            assert!(board.load_jobs().iter().all(|job| LoadWork::new(job).is_ok()));
        };
        let least = Settings { writes: 1, slots: 1, slow: 0 };
        let most = Settings { writes: 4_000, slots: 8, slow: 255 };
        check(Settings { writes: 0, slots: 0, slow: 0 }, least);
        check(Settings { writes: 9_999, slots: 9, slow: 999 }, most);
        check(SETTINGS, SETTINGS);
    }

    #[test]
    fn the_end_of_each_run_is_told_with_its_reason() {
        let mut board = board();
        run(&mut board);
        let rows = board.results().rows;
        let of = |name: &str| rows.iter().find(|row| row[0] == name).expect("a row");
        assert!(of("rfc-v1")[4].starts_with("IOS_MAX: "), "{:?}", of("rfc-v1"));
        assert_eq!(of("kara")[1], "1000");
        assert_eq!(of("kara")[4..], ["the last write", "nothing"]);
    }

    #[test]
    fn tables_say_what_is_drawn() {
        let mut board = board();
        run(&mut board);
        for window in Window::ALL {
            board.look(window);
            for chart in board.charts() {
                let Picture::Lines(lines) = &chart.picture else { continue };
                let table = &chart.tables[0];
                for row in &table.rows {
                    let x = row[0].parse().expect("a number");
                    for (line, cell) in lines.iter().zip(&row[1..]) {
                        let shown = line.at(x).map_or(String::new(), |value| value.to_string());
                        assert_eq!(*cell, shown, "{} {x} {}", chart.id, line.name);
                    }
                }
                assert!(lines.iter().all(|line| line.most() < chart.y.end), "{}", chart.id);
                assert!(lines.iter().all(|line| line.until <= chart.x.end), "{}", chart.id);
            }
        }
    }

    #[test]
    fn a_distribution_counts_every_write() {
        let mut board = board();
        run(&mut board);
        let charts = board.charts();
        let chart = charts.iter().find(|chart| chart.id == "latency").expect("a chart");
        for (at, (report, _)) in board.shown_reports().into_iter().enumerate() {
            let column = chart.tables[1].rows.iter().map(|row| row[at + 1].parse::<u32>());
            let sum: u32 = column.map(|count| count.expect("a number")).sum();
            assert_eq!(sum, report.acknowledged, "{}", report.design);
            let Picture::Ridges(ridges) = &chart.picture else { panic!("ridges") };
            let shares: u32 = ridges[at].shares.iter().sum();
            assert!((9_900..=10_000).contains(&shares), "{}: {shares}", report.design);
        }
    }

    #[test]
    fn searches_are_of_the_pages_script() {
        let mut board = board();
        board.turn_to(Page::Search);
        assert_eq!(board.status(), "Nothing was searched yet.");
        let jobs = board.search_jobs();
        assert_eq!(jobs.len(), board.chosen().count());
        for (name, job) in &jobs {
            let asked = Asked::parse(job).expect("a job");
            assert_eq!((asked.design.to_string(), asked.reduced), (name.clone(), false));
            assert_eq!(asked.states, SEARCH_STATES[1]);
        }
    }
}
