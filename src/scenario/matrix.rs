//! The verdict matrix: designs by scenarios, each cell the result of an exhaustive search.

use core::fmt;

use crate::bounds::MATRIX_FIRST_STATES;
use crate::check::{Bounds, Limit, Report, Reported, Search, Verdict};
use crate::kernel::{Choice, Design, Promise, Row, Setup};

use super::op_language::Script;
use super::presets::PRESETS;

/// A row of the matrix: a scenario with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// A preset's id, or the name that a reader gave to a script.
    pub name: String,
    /// The script. A design that it names is ignored.
    pub script: Script,
}

impl Scenario {
    /// The script's title, without the preset's name at its start.
    pub fn about(&self) -> &str {
        let title = self.script.title.as_str();
        title.strip_prefix(self.name.as_str()).map_or(title, |rest| rest.trim_start_matches(": "))
    }
}

/// The contents of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The design's name with its knobs.
    pub design: String,
    /// The name of the row's scenario.
    pub scenario: String,
    /// The result of the search.
    pub verdict: Outcome,
    /// The first promise, in the order of [`Promise::ALL`], that some run breaks. If the verdict is
    /// [`Outcome::NeverReached`], the first promise that was not put to the test.
    pub property: Option<Promise>,
    /// All promises that some run breaks, as bits.
    pub broken: u16,
    /// Number of visited states.
    pub states: u32,
    /// Number of steps taken.
    pub transitions: u64,
    /// The largest distance of a state from the initial state, in steps.
    pub depth: u32,
    /// True if the search was reduced, so that more states exist than it counted.
    pub reduced: bool,
    /// The reason why the search did not see everything, if it did not.
    pub limit: Option<Limit>,
    /// The time of the search in milliseconds. The caller sets it, because the library reads no
    /// clock.
    pub ms: Option<u32>,
    /// The run that breaks `property`: the shortest one or, after a reduced search, one from which
    /// no step can be left out.
    pub witness: Option<Vec<Choice>>,
    /// The point of no return of that run, if it is known; it is not after a reduced search.
    pub no_return: Option<u32>,
}

/// The result of a design in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every promise holds in every run that was searched.
    Holds,
    /// Some run breaks a promise.
    Violated,
    /// Nothing is broken, but the script expects some design to break a promise that no run put to
    /// the test.
    NeverReached,
}

/// A table of designs by scenarios. Cells are filled in one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    designs: Vec<Design>,
    scenarios: Vec<Scenario>,
    /// The cells, scenario by scenario.
    cells: Vec<Option<Cell>>,
}

impl Scenario {
    /// One scenario per preset, in the order of the presets.
    pub fn presets() -> Vec<Scenario> {
        let scenario = |preset: &super::Preset| {
            let script = Script::parse(preset.script).ok()?;
            Some(Scenario { name: preset.id.into(), script })
        };
        PRESETS.iter().filter_map(scenario).collect()
    }
}

impl Outcome {
    /// The word for text and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Violated => "violated",
            Outcome::NeverReached => "never reached",
        }
    }
}

impl Cell {
    /// Makes a cell from the report of its search.
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
                // The promises that the script expects some design to break must be put to the test
                // in every design.
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

    /// The cell in at most four characters. A `?` means that the search reached a bound.
    pub fn short(&self) -> String {
        let text = match (self.verdict, self.property) {
            (Outcome::Violated, Some(promise)) => return code(promise).into(),
            (Outcome::NeverReached, _) => "-",
            (Outcome::Violated, None) | (Outcome::Holds, _) => "ok",
        };
        if self.limit.is_some() { format!("{text}?") } else { text.into() }
    }
}

impl Matrix {
    /// A matrix with empty cells.
    pub fn new(designs: Vec<Design>, scenarios: Vec<Scenario>) -> Matrix {
        let cells = vec![None; designs.len() * scenarios.len()];
        Matrix { designs, scenarios, cells }
    }

    /// Every row of the designs by every preset.
    pub fn of_everything() -> Matrix {
        Matrix::new(Row::ALL.map(Row::design).to_vec(), Scenario::presets())
    }

    /// The same scenarios under other designs. The cells of designs that stay are kept.
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

    /// Empties all cells.
    pub fn clear(&mut self) {
        self.cells.fill(None);
    }

    /// The columns of the matrix.
    pub fn designs(&self) -> &[Design] {
        &self.designs
    }

    /// The rows of the matrix.
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// Number of cells. They are numbered scenario by scenario.
    pub fn len(&self) -> u32 {
        self.cells.len() as u32
    }

    /// Whether the matrix has no cells.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The setup to search for a cell.
    pub fn setup(&self, cell: u32) -> Option<Setup> {
        let (scenario, design) = self.place(cell)?;
        Some(Setup { design: *design, ..scenario.script.setup.clone() })
    }

    /// Searches a cell up to a number of states. A cell with more states than
    /// [`MATRIX_FIRST_STATES`] is searched again with a reduced search. The page does the same in
    /// two rounds.
    pub fn search(&self, cell: u32, states: u32) -> Option<Search> {
        let setup = self.setup(cell)?;
        let bounds = Bounds { states, ..Bounds::default() };
        let first = Bounds { states: states.min(MATRIX_FIRST_STATES), ..bounds };
        let search = Search::run(setup.clone(), first);
        let goes_on = first != bounds && search.limit() == Some(Limit::States(first.states));
        Some(if goes_on { Search::new(setup, bounds).reduced().finish() } else { search })
    }

    /// The scenario and the design of a cell.
    pub fn place(&self, cell: u32) -> Option<(&Scenario, &Design)> {
        let columns = self.designs.len();
        let scenario = self.scenarios.get((cell as usize).checked_div(columns)?)?;
        Some((scenario, self.designs.get(cell as usize % columns)?))
    }

    /// Fills in a cell from the report of its search.
    pub fn fill(&mut self, cell: u32, report: &Report, ms: Option<u32>) {
        let Some((scenario, design)) = self.place(cell) else { return };
        let filled = Cell { ms, ..Cell::of(scenario, design, report) };
        let known = self.cell(cell).is_some_and(|cell| cell.verdict == Outcome::Violated);
        // A violation of the first round stays when the second round is stopped.
        if !(known && filled.verdict != Outcome::Violated) {
            self.cells[cell as usize] = Some(filled);
        }
    }

    /// A cell, or `None` if it has not been filled in.
    pub fn cell(&self, cell: u32) -> Option<&Cell> {
        self.cells.get(cell as usize)?.as_ref()
    }

    /// All cells that have been filled in, scenario by scenario.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().flatten()
    }

    /// The cells whose broken promises differ from the script's expectation. If a bound was
    /// reached, an expected violation may have been missed and does not count.
    pub fn unexpected(&self) -> impl Iterator<Item = (&Cell, u16)> {
        (0..self.len()).filter_map(|number| {
            let (scenario, design) = self.place(number)?;
            // A line for all other designs speaks of rows, not of every turn of a knob.
            let is_row = *design == design.row.design();
            let is_meant = is_row || scenario.script.names(design);
            let expected = scenario.script.expected(design).filter(|_| is_meant)?;
            let cell = self.cell(number)?;
            let unseen = if cell.limit.is_some() { expected } else { 0 };
            (!agrees(expected, cell.broken | unseen)).then_some((cell, expected))
        })
    }
}

/// Whether the broken promises are the expected ones. A script names only NO-DEADLOCK for a
/// deadlock, although a deadlock also breaks PROGRESS.
pub fn agrees(expected: u16, broken: u16) -> bool {
    let both = |bits: u16| match bits & Promise::NoDeadlock.bit() {
        0 => bits,
        _ => bits | Promise::Progress.bit(),
    };
    both(expected) == both(broken)
}

/// The designs offered as columns: every row, then the variants that presets use because their
/// promise breaks only there.
pub fn offered_designs() -> Vec<Design> {
    let mut designs = Row::ALL.map(Row::design).to_vec();
    for design in PRESETS.iter().filter_map(|preset| Design::parse(preset.design).ok()) {
        if !designs.contains(&design) {
            designs.push(design);
        }
    }
    designs
}

/// A promise as four characters, for the grid.
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
        Promise::FreeOnce => "FREE",
        Promise::RsvCount => "RSV",
    }
}

/// Number of designs that fit side by side into 78 columns.
const COLUMNS_MAX: usize = 14;

/// Writes the grid, at most 78 columns wide, with a legend of the codes that it uses.
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
