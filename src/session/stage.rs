//! The contents of the whole page at one moment, as one value.

use crate::kernel::Promise;
use crate::scenario::Frame;
use crate::view::change::ChangeAsk;
use crate::view::facts::io_of;
use crate::view::panels::LessonCard;
use crate::view::words::caption;
use crate::view::{
    self, Badge, BadgeKind, Beside, BranchRow, Chart, Inspector, Lanes, Milestone, Pipeline,
    Series, StepRow, Strata, ThreadRow, TreeView, WaitGraph,
};

use super::page::Session;
use super::switches::Panels;

/// The contents of the page at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The verdict on the run so far.
    pub badge: Badge,
    /// The broken promise or the deadlock, in a sentence.
    pub finding: Option<String>,
    /// A sentence about what the last step did.
    pub caption: String,
    /// The accessible text of the slider: the step and the number of steps.
    pub spoken: String,
    /// The message about the last command.
    pub notice: Option<String>,
    /// True if the notice reports a damaged link.
    pub is_link_damaged: bool,
    /// Number of steps at the cursor, and in the whole run.
    pub place: (usize, usize),
    /// True while the run plays.
    pub is_playing: bool,
    /// True if a step forward is possible.
    pub can_step: bool,
    /// Whether there is a context switch before the cursor, and whether there may be one after it.
    pub can_switch: (bool, bool),
    /// The scenario and the design in a few words, as in `S7 under rfc-v1`.
    pub run_name: String,
    /// The design's name, its story and its source.
    pub design: (String, &'static str, &'static str),
    /// The steps that can be taken, and those that cannot.
    pub steps: Vec<StepRow>,
    /// The layers of every file.
    pub strata: Strata,
    /// The trees of every file.
    pub trees: Vec<TreeView>,
    /// The writes and their progress.
    pub pipeline: Pipeline,
    /// After a power cut: what the cut or the recovery did.
    pub power: Option<String>,
    /// A row per actor.
    pub threads: Vec<ThreadRow>,
    /// The waits and the cycle of a deadlock.
    pub waits: WaitGraph,
    /// The timetable of all actors.
    pub lanes: Lanes,
    /// The marked steps of the whole run.
    pub milestones: Vec<Milestone>,
    /// Pending conversions over steps.
    pub series: Series,
    /// The same series as SVG geometry.
    pub chart: Chart,
    /// The branches of the run.
    pub branches: Vec<BranchRow>,
    /// The contents of the inspector, while it is open.
    pub inspector: Option<Inspector>,
    /// The switches of the panels.
    pub panels: Panels,
    /// Promises that some run is known to break.
    pub known_broken: Vec<Promise>,
    /// The two sides, where two designs are compared.
    pub beside: Option<Beside>,
    /// How the page shows the run.
    pub frame: Frame,
    /// The screen is blank in presenter mode.
    pub is_blank: bool,
    /// The lesson in progress.
    pub lesson: Option<LessonCard>,
    /// What the change has to know, while its panel is shown.
    pub change: Option<ChangeAsk>,
}

/// The contents of the page for a session.
pub fn stage(session: &Session) -> Stage {
    let run = session.run();
    let (setup, state) = (run.setup(), run.state());
    let design = session.design();
    let series = view::series(run);
    let told = caption(run);
    let place = session.place();
    let (next, no_return) = (session.next_choice(), session.no_return());
    let beside = session.with_pair(|pair| view::beside(run, pair, (place.0, next), no_return));
    let mut badge = view::badge(run);
    if let Some(step) = session.no_return().filter(|step| *step as usize <= place.0)
        && badge.kind == BadgeKind::Running
    {
        badge.text = format!("after step {step} the end that was found cannot be avoided");
    }
    let mut stage = Stage {
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
        can_step: next.is_some(),
        can_switch: session.can_switch(),
        run_name: format!("{} under {design}", session.scenario_name()),
        design: (design.to_string(), design.row.story(), design.row.source()),
        steps: view::steps(run, next),
        strata: view::strata(setup, state),
        trees: view::trees(run),
        pipeline: pipeline(session),
        power: view::after_power_cut(run),
        threads: view::threads(run, &session.script().lines),
        waits: view::wait_graph(setup, state),
        lanes: view::lanes(session.branches(), no_return),
        milestones: view::milestones(run, no_return),
        chart: series.chart(),
        series,
        branches: view::branches(session.branches()),
        inspector: session.inspector(),
        panels: session.panels(),
        known_broken: session.known_broken(),
        beside: None,
        frame: session.frame(),
        is_blank: session.is_blank(),
        lesson: session.lesson_card(),
        change: session.change(),
    };
    if let Some(beside) = beside {
        let first = &beside.sides[0];
        (stage.strata, stage.lanes) = (first.strata.clone(), first.lanes.clone());
        stage.caption = first.caption.clone();
        (stage.milestones, stage.steps) = (beside.milestones.clone(), beside.steps.clone());
        stage.beside = Some(beside);
    }
    stage
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
