//! The panels of the stage: the contents of each as geometry, rows and tables, and [`PANELS`], of
//! which their ids, headings, places, tabs, switches, links and commands are made.

mod branches;
mod lanes;
mod lesson;
mod lost;
mod milestones;
mod series;
mod steps;
mod tables;
mod threads;
mod tree;
mod verdict;
mod waits;

use crate::scenario::Run;

pub use branches::{BranchRow, Fork, Track, branches};
pub(in crate::view) use lanes::acted;
pub use lanes::{Lane, Lanes, Span, SpanId, SpanKind, lanes};
pub(in crate::view) use lanes::{lane_rows, lane_window};
pub use lesson::{Action, AnswerMark, AnswerRow, LessonCard, Reader, lesson_card, title};
pub use milestones::{Mark, Milestone, NO_RETURN, milestones};
pub use series::{Chart, Series, series};
pub use steps::{StepRow, steps};
pub use tables::Table;
pub use threads::{Context, ThreadRow, after_power_cut, threads};
pub use tree::{NODE, TreeNode, TreeView, trees};
pub use verdict::{Badge, BadgeKind, badge, finding};
pub use waits::{CycleNode, WaitGraph, WaitRow, wait_graph};

/// A panel of the stage.
#[derive(Clone, Copy, Debug)]
pub struct PanelInfo {
    /// A short name that never changes: in links, in lessons, and in the class of its element.
    pub id: &'static str,
    /// The heading, whose words the glossary may explain.
    pub title: &'static str,
    /// Where the panel stands on a wide screen.
    pub place: Place,
    /// When the panel is shown on a narrow screen.
    pub fold: Fold,
    /// What the panel shows below its heading.
    pub contents: Contents,
    /// The switches in its heading, in their order.
    pub switches: &'static [SwitchInfo],
}

/// The place of a panel on a wide screen. Panels of one place stand in the order of [`PANELS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The left column, from top to bottom.
    Left,
    /// The middle, above the tabs of a narrow screen.
    Top,
    /// The middle, below [`Place::Top`], side by side.
    Middle,
    /// The right column, from top to bottom.
    Right,
    /// The row at the bottom, side by side.
    Bottom,
}

/// When a panel is shown on a narrow screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// It is always shown.
    Never,
    /// While its tab is chosen.
    Tab {
        /// The position of its tab. The first tab is chosen at the start.
        at: u8,
        /// The text of its tab.
        name: &'static str,
    },
    /// While the tab of another panel is chosen, which is given by its id.
    With(&'static str),
}

/// What a panel shows below its heading.
#[derive(Clone, Copy, Debug)]
pub enum Contents {
    /// Elements of its own, which `src/app/stage` makes.
    Drawn(Panel),
    /// Tables of the run at its cursor.
    Tables(fn(&Run) -> Vec<Table>),
}

/// A panel with elements of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The editor of the script.
    Script,
    /// The next steps and the console.
    Steps,
    /// The layers of each file.
    Strata,
    /// The trees of the extent status.
    Tree,
    /// The writes on their way to the disk.
    Pipeline,
    /// The actors: where they are, what they hold and wait for.
    Threads,
    /// The waits and the cycle of a deadlock.
    Waits,
    /// The timetable of all actors.
    Lanes,
    /// The pending conversions over the steps.
    Chart,
}

/// A switch in the heading of a panel.
#[derive(Clone, Copy, Debug)]
pub struct SwitchInfo {
    /// The switch that the entry describes.
    pub switch: Switch,
    /// Its word in a link.
    pub word: &'static str,
    /// What it turns, which decides the look of its button.
    pub turns: Turns,
    /// The command that turns it too.
    pub command: Option<SwitchCommand>,
}

/// What a switch turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    /// Shows a table in place of the picture.
    Table,
    /// Enlarges the panel over its neighbours. At most one panel is enlarged.
    Size,
    /// Anything else about the panel.
    Other {
        /// The text of its button.
        text: &'static str,
        /// The accessible name of its button, if the text is too short.
        label: Option<&'static str>,
    },
}

/// The command of a switch, as the list of commands shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwitchCommand {
    /// A short name that never changes, by which the page finds it.
    pub id: &'static str,
    /// Its keys, by the names that browsers use.
    pub key: &'static [&'static str],
    /// Its description, a sentence without a full stop.
    pub text: &'static str,
}

/// The switches of all panels, in the order of their words in a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Shows the table of the strata instead of their picture.
    Strata,
    /// Shows physical blocks in the picture of the strata.
    Physical,
    /// Shows the table of the tree.
    Tree,
    /// Shows the table of the IO pipeline.
    Pipeline,
    /// Shows the table of the lanes.
    Lanes,
    /// Shows the table of the chart.
    Chart,
    /// Enlarges the tree over its neighbours.
    LargeTree,
    /// Enlarges the pipeline over its neighbours.
    LargePipeline,
    /// Shows the change in place of the script.
    Change,
}

/// The panels of the stage, in reading order.
pub const PANELS: [PanelInfo; 9] = [
    PanelInfo {
        switches: &[SwitchInfo {
            switch: Switch::Change,
            word: "change",
            turns: Turns::Other {
                text: "the change",
                label: Some("Show the change, in pseudo-code"),
            },
            command: by("change", &["K"], "Show the change, in pseudo-code"),
        }],
        ..panel(Panel::Script, "script", "Script", Place::Left, tab(1, "Script"))
    },
    panel(Panel::Steps, "steps", "Next steps", Place::Left, tab(0, "Steps")),
    PanelInfo {
        switches: &[
            table_of(Switch::Strata, "strata"),
            SwitchInfo {
                switch: Switch::Physical,
                word: "physical",
                turns: Turns::Other { text: "physical blocks", label: None },
                command: by("physical", &["i"], "Show physical blocks"),
            },
        ],
        ..panel(Panel::Strata, "strata", "Strata", Place::Top, Fold::Never)
    },
    PanelInfo {
        switches: &[
            table_of(Switch::Tree, "tree"),
            SwitchInfo {
                switch: Switch::LargeTree,
                word: "large_tree",
                turns: Turns::Size,
                command: by("large-tree", &["z"], "Give the tree more room"),
            },
        ],
        ..panel(Panel::Tree, "tree", "Tree", Place::Middle, tab(4, "Tree"))
    },
    PanelInfo {
        switches: &[
            table_of(Switch::Pipeline, "pipeline"),
            SwitchInfo {
                switch: Switch::LargePipeline,
                word: "large_pipeline",
                turns: Turns::Size,
                command: by("large-pipeline", &["Z"], "Give the pipeline more room"),
            },
        ],
        ..panel(Panel::Pipeline, "pipeline", "IO pipeline", Place::Middle, tab(5, "Pipeline"))
    },
    panel(Panel::Threads, "threads", "Threads", Place::Right, tab(2, "Threads")),
    panel(Panel::Waits, "waits", "Waits for", Place::Right, tab(3, "Waits")),
    PanelInfo {
        switches: &[table_of(Switch::Lanes, "lanes")],
        ..panel(Panel::Lanes, "lanes", "Lanes", Place::Bottom, tab(6, "Lanes"))
    },
    PanelInfo {
        switches: &[table_of(Switch::Chart, "chart")],
        ..panel(Panel::Chart, "chart", "Pending conversions", Place::Bottom, Fold::With("lanes"))
    },
];

/// A panel with elements of its own, without switches.
const fn panel(
    panel: Panel,
    id: &'static str,
    title: &'static str,
    place: Place,
    fold: Fold,
) -> PanelInfo {
    PanelInfo { id, title, place, fold, contents: Contents::Drawn(panel), switches: &[] }
}

const fn tab(at: u8, name: &'static str) -> Fold {
    Fold::Tab { at, name }
}

/// The switch between a panel's picture and its table. Its word in a link is the panel's id.
const fn table_of(switch: Switch, id: &'static str) -> SwitchInfo {
    SwitchInfo { switch, word: id, turns: Turns::Table, command: None }
}

const fn by(
    id: &'static str,
    key: &'static [&'static str],
    text: &'static str,
) -> Option<SwitchCommand> {
    Some(SwitchCommand { id, key, text })
}
