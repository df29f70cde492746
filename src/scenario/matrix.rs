//! The verdict matrix: designs by scenarios, each cell the result of an exhaustive search.

use core::fmt;

use crate::bounds::MATRIX_FIRST_STATES;
use crate::check::{Bounds, Limit, Report, Reported, Search, Verdict};
use crate::kernel::{Choice, Design, Promise, Row, Setup};

use super::op_language::Script;
use super::presets::PRESETS;

/// A row of the matrix: a scenario under the name it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// A preset's id, or what the person calls their own script.
    pub name: String,
    /// The script. The design that it may name counts for nothing here.
    pub script: Script,
}

impl Scenario {
    /// The script's title, without the preset's name at its beginning.
    pub fn about(&self) -> &str {
        let title = self.script.title.as_str();
        title.strip_prefix(self.name.as_str()).map_or(title, |rest| rest.trim_start_matches(": "))
    }
}

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The design, as it is written.
    pub design: String,
    /// The scenario's name.
    pub scenario: String,
    /// How it came out.
    pub verdict: Outcome,
    /// The first promise, in the order of [`Promise::ALL`], that some run breaks; or, if the
    /// verdict is [`Outcome::NeverReached`], that never came up.
    pub property: Option<Promise>,
    /// All promises that some run breaks, as bits.
    pub broken: u16,
    /// Visited states.
    pub states: u32,
    /// Steps taken.
    pub transitions: u64,
    /// Steps on the longest of the shortest runs.
    pub depth: u32,
    /// The search was reduced: there are more states than it counts.
    pub reduced: bool,
    /// Why not everything was seen, if it was not.
    pub limit: Option<Limit>,
    /// How long it took. The caller fills it in: the library reads no clock.
    pub ms: Option<u32>,
    /// The run that breaks `property`: the shortest, or if the search was reduced one of which no
    /// step can be left out.
    pub witness: Option<Vec<Choice>>,
    /// The point of no return of that run, if it is known: a reduced search does not say.
    pub no_return: Option<u32>,
}

/// How a design fares in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every promise holds in every run that was searched.
    Holds,
    /// Some run breaks a promise.
    Violated,
    /// Nothing is broken, but a promise that the script expects some design to break was never put
    /// to the test.
    NeverReached,
}

/// Designs by scenarios; cells are filled in as they are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    designs: Vec<Design>,
    scenarios: Vec<Scenario>,
    /// Scenario by scenario.
    cells: Vec<Option<Cell>>,
}

impl Scenario {
    /// Every preset.
    pub fn presets() -> Vec<Scenario> {
        let scenario = |preset: &super::Preset| {
            let script = Script::parse(preset.script).ok()?;
            Some(Scenario { name: preset.id.into(), script })
        };
        PRESETS.iter().filter_map(scenario).collect()
    }
}

impl Outcome {
    /// The word in text and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Violated => "violated",
            Outcome::NeverReached => "never reached",
        }
    }
}

impl Cell {
    /// Reads a cell off the report of its search.
    pub fn of(scenario: &Scenario, design: &Design, report: &Report) -> Cell {
        let mut broken = 0;
        let (mut property, mut witness, mut no_return) = (None, None, None);
        for finding in &report.findings {
            if let Verdict::Violated { witness: run } = &finding.verdict {
                broken |= finding.promise.bit();
                if property.is_none() {
                    (property, witness) = (Some(finding.promise), Some(run.clone()));
                    no_return = finding.no_return;
                }
            }
        }
        let verdict = match property {
            Some(_) => Outcome::Violated,
            None => {
                // What the script says that some design breaks has to be put to the test in all.
                let asked = |promise: Promise| scenario.script.asks_about() & promise.bit() != 0;
                let idle = |finding: &&Reported| {
                    asked(finding.promise) && finding.verdict == Verdict::NeverReached
                };
                property = report.findings.iter().find(idle).map(|finding| finding.promise);
                if property.is_some() { Outcome::NeverReached } else { Outcome::Holds }
            }
        };
        Cell {
            design: design.to_string(),
            scenario: scenario.name.clone(),
            verdict,
            property,
            broken,
            states: report.states,
            transitions: report.transitions,
            depth: report.depth,
            reduced: report.reduced,
            limit: report.limit,
            ms: None,
            witness,
            no_return,
        }
    }

    /// The cell in at most four characters; a `?` says that a bound was reached.
    pub fn short(&self) -> String {
        let text = match (self.verdict, self.property) {
            (Outcome::Violated, Some(promise)) => return code(promise).into(),
            (Outcome::NeverReached, _) => "-",
            _ => "ok",
        };
        if self.limit.is_some() { format!("{text}?") } else { text.into() }
    }
}

impl Matrix {
    /// A matrix with every cell still open.
    pub fn new(designs: Vec<Design>, scenarios: Vec<Scenario>) -> Matrix {
        let cells = vec![None; designs.len() * scenarios.len()];
        Matrix { designs, scenarios, cells }
    }

    /// The fourteen rows by every preset.
    pub fn of_everything() -> Matrix {
        Matrix::new(Row::ALL.map(Row::design).to_vec(), Scenario::presets())
    }

    /// The same scenarios under other designs; what is known of those that stay is kept.
    pub fn with_designs(&self, designs: Vec<Design>) -> Matrix {
        let mut matrix = Matrix::new(designs, self.scenarios.clone());
        let columns = matrix.designs.len();
        for (column, design) in matrix.designs.iter().enumerate() {
            let Some(old) = self.designs.iter().position(|it| it == design) else { continue };
            for row in 0..matrix.scenarios.len() {
                let cell = &self.cells[row * self.designs.len() + old];
                matrix.cells[row * columns + column].clone_from(cell);
            }
        }
        matrix
    }

    /// The columns.
    pub fn designs(&self) -> &[Design] {
        &self.designs
    }

    /// The rows.
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// How many cells there are; they are numbered scenario by scenario.
    pub fn len(&self) -> u32 {
        self.cells.len() as u32
    }

    /// Whether there is nothing to search.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// What has to be searched for a cell.
    pub fn setup(&self, cell: u32) -> Option<Setup> {
        let (scenario, design) = self.place(cell)?;
        Some(Setup { design: *design, ..scenario.script.setup.clone() })
    }

    /// Searches a cell: in full, and if it has more states than [`MATRIX_FIRST_STATES`] reduced, up
    /// to a number of states. The page does the same in two rounds.
    pub fn search(&self, cell: u32, states: u32) -> Option<Search> {
        let setup = self.setup(cell)?;
        let bounds = Bounds { states, ..Bounds::default() };
        let first = Bounds { states: states.min(MATRIX_FIRST_STATES), ..bounds };
        let search = Search::run(setup.clone(), first);
        let goes_on = first != bounds && search.limit() == Some(Limit::States(first.states));
        Some(if goes_on { Search::new(setup, bounds).reduced().finish() } else { search })
    }

    /// What a cell is about.
    pub fn place(&self, cell: u32) -> Option<(&Scenario, &Design)> {
        let columns = self.designs.len();
        let scenario = self.scenarios.get((cell as usize).checked_div(columns)?)?;
        Some((scenario, self.designs.get(cell as usize % columns)?))
    }

    /// Fills a cell in from the report of its search.
    pub fn fill(&mut self, cell: u32, report: &Report, ms: Option<u32>) {
        let Some((scenario, design)) = self.place(cell) else { return };
        let filled = Cell { ms, ..Cell::of(scenario, design, report) };
        let known = self.cell(cell).is_some_and(|cell| cell.verdict == Outcome::Violated);
        // What was broken in the first round is not forgotten when the second one is stopped.
        if !(known && filled.verdict != Outcome::Violated) {
            self.cells[cell as usize] = Some(filled);
        }
    }

    /// A cell, if it has been filled in.
    pub fn cell(&self, cell: u32) -> Option<&Cell> {
        self.cells.get(cell as usize)?.as_ref()
    }

    /// All cells that have been filled in, scenario by scenario.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().flatten()
    }

    /// Cells whose broken promises are not those that the scenario's script expects; what was not
    /// seen because of a bound may still be broken.
    pub fn unexpected(&self) -> impl Iterator<Item = (&Cell, u16)> {
        (0..self.len()).filter_map(|number| {
            let (scenario, design) = self.place(number)?;
            let expected = scenario.script.expected(design)?;
            let cell = self.cell(number)?;
            let unseen = if cell.limit.is_some() { expected } else { 0 };
            (!agrees(expected, cell.broken | unseen)).then_some((cell, expected))
        })
    }
}

/// Whether what was broken is what a script expects. Scripts name a deadlock alone, although no
/// run goes on from it: NO-DEADLOCK stands for PROGRESS too.
pub fn agrees(expected: u16, broken: u16) -> bool {
    let both = |bits: u16| match bits & Promise::NoDeadlock.bit() {
        0 => bits,
        _ => bits | Promise::Progress.bit(),
    };
    both(expected) == both(broken)
}

/// A promise in four characters, for the grid.
pub const fn code(promise: Promise) -> &'static str {
    match promise {
        Promise::Raw => "RAW",
        Promise::NoStale => "STAL",
        Promise::NoStaleCrash => "EXPO",
        Promise::FsyncDurable => "FSYN",
        Promise::OsyncDurable => "OSYN",
        Promise::TruncExcl => "TRUN",
        Promise::NoDeadlock => "DEAD",
        Promise::Progress => "LIVE",
        Promise::Bounded => "BOUN",
        Promise::ErrReport => "ERR",
        Promise::KeepDelayed => "DELA",
    }
}

/// Designs that fit beside each other in 78 columns.
const COLUMNS_MAX: usize = 14;

/// The grid, in at most 78 columns, with a legend of what it uses.
impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for first in (0..self.designs.len()).step_by(COLUMNS_MAX) {
            let columns = first..self.designs.len().min(first + COLUMNS_MAX);
            write!(f, "{:7}", "")?;
            columns.clone().try_for_each(|column| write!(f, "{:>5}", column + 1))?;
            writeln!(f)?;
            for (row, scenario) in self.scenarios.iter().enumerate() {
                let name: String = scenario.name.chars().take(7).collect();
                write!(f, "{name:7}")?;
                for column in columns.clone() {
                    let cell = &self.cells[row * self.designs.len() + column];
                    write!(f, "{:>5}", cell.as_ref().map_or(".".into(), Cell::short))?;
                }
                writeln!(f)?;
            }
            writeln!(f)?;
        }
        for (number, design) in (1..).zip(&self.designs) {
            writeln!(f, "{number:>3}  {design}")?;
        }
        writeln!(f, "\n  ok  every promise holds in every run")?;
        if self.cells().any(|cell| cell.limit.is_some()) {
            writeln!(f, "   ?  so far: a bound was reached")?;
        }
        if self.cells().any(|cell| cell.verdict == Outcome::NeverReached) {
            writeln!(f, "   -  the script does not exercise the promise")?;
        }
        let used = self.cells().filter_map(|cell| cell.property);
        let used = used.fold(0, |bits, promise| bits | promise.bit());
        for promise in Promise::ALL.into_iter().filter(|promise| used & promise.bit() != 0) {
            writeln!(f, "{:>4}  {}", code(promise), promise.sentence())?;
        }
        Ok(())
    }
}
