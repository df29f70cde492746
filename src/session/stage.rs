//! Everything that the page shows at one moment, as one value.

use crate::kernel::Promise;
use crate::view::facts::io_of;
use crate::view::panels::LessonCard;
use crate::view::words::caption;
use crate::view::{
    self, Badge, BadgeKind, BranchRow, Chart, Inspector, Lanes, Milestone, Pipeline, Series,
    StepRow, Strata, ThreadRow, TreeView, WaitGraph,
};

use super::page::Session;
use super::switches::Panels;

/// The page at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The verdict on the run so far.
    pub badge: Badge,
    /// What is broken or deadlocked, in a sentence.
    pub finding: Option<String>,
    /// What the last step did.
    pub caption: String,
    /// The slider's text: the step, and of how many. The caption says what the step did.
    pub spoken: String,
    /// What a person should know about the last command.
    pub notice: Option<String>,
    /// Whether the notice is about a damaged link.
    pub is_link_damaged: bool,
    /// Steps taken at the cursor, and in the whole run.
    pub place: (usize, usize),
    /// Whether the run plays by itself.
    pub is_playing: bool,
    /// Whether a step forward can be taken.
    pub can_step: bool,
    /// Whether there is a context switch before the cursor, and whether there may be one after it.
    pub can_switch: (bool, bool),
    /// The design by name, its story and its source.
    pub design: (String, &'static str, &'static str),
    /// Steps that can be taken, and those that cannot.
    pub steps: Vec<StepRow>,
    /// The layers of every file.
    pub strata: Strata,
    /// The trees of every file.
    pub trees: Vec<TreeView>,
    /// Writes on their way.
    pub pipeline: Pipeline,
    /// After a power cut: what it did, or what recovery has read back.
    pub power: Option<String>,
    /// What each actor does.
    pub threads: Vec<ThreadRow>,
    /// Who waits for whom.
    pub waits: WaitGraph,
    /// The timetable of the actors.
    pub lanes: Lanes,
    /// The marked steps of the whole run.
    pub milestones: Vec<Milestone>,
    /// Pending conversions over steps.
    pub series: Series,
    /// The same series as SVG geometry.
    pub chart: Chart,
    /// The branches of the run.
    pub branches: Vec<BranchRow>,
    /// What the inspector shows, while it is open.
    pub inspector: Option<Inspector>,
    /// What is switched on in the panels.
    pub panels: Panels,
    /// Promises that some order of the steps breaks, as far as that is known.
    pub known_broken: Vec<Promise>,
    /// The lesson that a reader takes.
    pub lesson: Option<LessonCard>,
}

/// What the page shows of a session.
pub fn stage(session: &Session) -> Stage {
    let run = session.run();
    let (setup, state) = (run.setup(), run.state());
    let design = session.design();
    let series = view::series(run);
    let told = caption(run);
    let place = (run.cursor(), run.choices().len());
    let mut badge = view::badge(run);
    if let Some(step) = session.no_return().filter(|step| *step as usize <= place.0)
        && badge.kind == BadgeKind::Running
    {
        badge.text = format!("after step {step} the end that was found cannot be avoided");
    }
    Stage {
        badge,
        finding: view::finding(run),
        spoken: format!("step {} of {}", place.0, place.1),
        caption: match place.0 {
            0 => told,
            step => format!("Step {step}. {told}"),
        },
        notice: session.notice_aloud(),
        is_link_damaged: session.is_link_damaged(),
        place,
        is_playing: session.is_playing(),
        can_step: session.next_choice().is_some(),
        can_switch: session.can_switch(),
        design: (design.to_string(), design.row.story(), design.row.source()),
        steps: view::steps(run, session.next_choice()),
        strata: view::strata(setup, state),
        trees: view::trees(run),
        pipeline: pipeline(session),
        power: view::after_power_cut(run),
        threads: view::threads(run, &session.script().lines),
        waits: view::wait_graph(setup, state),
        lanes: view::lanes(session.branches(), session.no_return()),
        milestones: view::milestones(run, session.no_return()),
        chart: series.chart(),
        series,
        branches: view::branches(session.branches()),
        inspector: session.inspector(),
        panels: session.panels(),
        known_broken: session.known_broken(),
        lesson: session.lesson_card(),
    }
}

/// The pipeline, with the writes that the reader delays marked.
fn pipeline(session: &Session) -> Pipeline {
    let state = session.run().state();
    let mut pipeline = view::pipeline_of(session.run());
    for row in &mut pipeline.ios {
        if io_of(state, row.key).is_some_and(|io| session.is_delayed(io)) {
            row.place += ", delayed";
        }
    }
    pipeline
}
