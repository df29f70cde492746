//! Two designs side by side, in lock step: the view of each, their first difference, and the knobs
//! that cause it.

mod difference;
mod lanes;
mod side;
mod steps;

use crate::kernel::{Choice, KnobInfo};
use crate::scenario::{Pair, Run};

use crate::view::facts::{Changed, Mark, MarkKind, Strata, strata};
use crate::view::panels::{Badge, Lanes, Milestone, StepRow, badge, finding, milestones};
use crate::view::words::caption;

pub use difference::{Difference, first_difference};
use lanes::{lanes_of, place_after};
pub use side::SIDES;
pub(in crate::view) use side::stands;
pub use steps::steps_of_both;

/// The number of a knob's steps that are listed.
const STEPS_LISTED: usize = 6;

/// One side at the common cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideView {
    /// The name of the design, with its changed knobs.
    pub design: String,
    /// The origin of its design, in a sentence.
    pub story: &'static str,
    /// The verdict on the run under this design.
    pub badge: Badge,
    /// The caption of the last step on this side.
    pub caption: String,
    /// The broken promise or deadlock on this side, in a sentence.
    pub finding: Option<String>,
    /// The layers, with marks where they differ from the other side's.
    pub strata: Strata,
    /// The timetable over the common steps.
    pub lanes: Lanes,
}

/// Both sides at the common cursor, and how they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The side of the run, and the second side.
    pub sides: [SideView; 2],
    /// The first difference of the whole run, if there is one.
    pub difference: Option<Difference>,
    /// The knobs that differ.
    pub knobs: Vec<KnobRow>,
    /// The marked steps of both sides over the common steps.
    pub milestones: Vec<Milestone>,
    /// The steps that a side can take, and those that neither can.
    pub steps: Vec<StepRow>,
}

/// A knob that differs between the sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnobRow {
    /// Its name in the text of a design.
    pub id: &'static str,
    /// The effect of the knob.
    pub what: &'static str,
    /// Its value on each side.
    pub values: [&'static str; 2],
    /// The steps of this run that it changes, in words.
    pub steps: String,
}

impl Beside {
    /// The difference in a sentence, which may say that there is none.
    pub fn told(&self) -> String {
        match &self.difference {
            Some(difference) => difference.text.clone(),
            None => "No difference so far: both sides have taken the same steps.".into(),
        }
    }
}

/// Both sides after `at` common steps, where the cursors of the run and the pair are. `planned` is
/// the choice of the next step forward.
pub fn beside(
    run: &Run,
    pair: &Pair,
    (at, planned): (usize, Option<Choice>),
    no_return: Option<u32>,
) -> Beside {
    let difference = first_difference(run, pair);
    let mut layers = [run, pair.second()].map(|run| strata(run.setup(), run.state()));
    mark_differences(&mut layers);
    let mut marked = [milestones(run, no_return), milestones(pair.second(), None)];
    for (side, marks) in marked.iter_mut().enumerate() {
        for it in marks {
            it.step = place_after(pair, side, it.step);
        }
    }
    let mark = difference.as_ref().map(Difference::milestone);
    let [first, second] = layers;
    let sides = [(0, run, first), (1, pair.second(), second)].map(|(side, run, strata)| {
        let mut marks = marked[side].clone();
        add(&mut marks, mark.clone());
        let design = run.setup().design;
        SideView {
            design: design.to_string(),
            story: design.row.story(),
            badge: badge(run),
            caption: side_caption(run, pair, side, at),
            finding: finding(run),
            strata,
            lanes: lanes_of(run, pair, side, at, marks),
        }
    });
    let mut all = Vec::new();
    for (side, marks) in SIDES.iter().zip(marked) {
        for it in marks {
            let word = format!("{side}: {}", it.word);
            add(&mut all, Some(Milestone { word, ..it }));
        }
    }
    add(&mut all, mark);
    let steps = steps_of_both(run, pair.second(), planned);
    Beside { sides, difference, knobs: knobs(run, pair), milestones: all, steps }
}

/// Adds a mark in the order of the steps.
fn add(marks: &mut Vec<Milestone>, mark: Option<Milestone>) {
    let Some(mark) = mark else { return };
    let at = marks.iter().take_while(|it| it.step <= mark.step).count();
    marks.insert(at, mark);
}

/// The effect of the last common step on a side, or the reason why the side could not take it.
fn side_caption(run: &Run, pair: &Pair, side: usize, at: usize) -> String {
    let last = at.checked_sub(1).and_then(|last| pair.beats().get(last));
    let Some(beat) = last else { return caption(run) };
    if beat.took[side] {
        return format!("Step {at}. {}", caption(run));
    }
    let actor = beat.choice.actor;
    format!("Step {at}. {actor} {}: no step here.", stands(run, actor))
}

/// Marks the blocks of every layer that differ, on both sides.
fn mark_differences([first, second]: &mut [Strata; 2]) {
    for (one, other) in first.files.iter_mut().zip(&mut second.files) {
        for (old, row) in one.rows.iter_mut().zip(&mut other.rows) {
            for Changed { lblk, len, .. } in row.changed(old, 0..other.blocks) {
                let mark = Mark { lblk, len, kind: MarkKind::Differs };
                old.marks.push(mark);
                row.marks.push(mark);
            }
        }
    }
}

fn knobs(run: &Run, pair: &Pair) -> Vec<KnobRow> {
    let knobs = [run.setup().design.knobs, pair.second().setup().design.knobs];
    let row = |(knob, changes): (&'static KnobInfo, [Option<&[usize]>; 2])| {
        let mut steps = changes[0].unwrap_or_default().to_vec();
        // Each side's steps ascend.
        for step in changes[1].unwrap_or_default() {
            if let Err(at) = steps.binary_search(step) {
                steps.insert(at, *step);
            }
        }
        KnobRow {
            id: knob.id,
            what: knob.what,
            values: [0, 1].map(|side| knob.values[(knob.get)(&knobs[side])]),
            steps: match (steps.is_empty(), changes) {
                (false, _) => listed(&steps),
                (true, [None, None]) => "acts only together with other knobs".into(),
                (true, _) => "changes no step so far".into(),
            },
        }
    };
    pair.knobs().map(row).collect()
}

/// `changes steps 3, 7 and 9`; beats count from 0 and steps from 1.
fn listed(beats: &[usize]) -> String {
    let (shown, more) = beats.split_at(beats.len().min(STEPS_LISTED));
    let mut words: Vec<String> = shown.iter().map(|beat| (beat + 1).to_string()).collect();
    if !more.is_empty() {
        words.push(format!("{} more", more.len()));
    }
    let steps = if beats.len() == 1 { "step" } else { "steps" };
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            format!("changes {steps} {} and {last}", rest.join(", "))
        }
        _ => format!("changes {steps} {}", words.concat()),
    }
}
