//! The first difference of two designs, in a sentence.

use crate::kernel::{Choice, Setup, State};
use crate::scenario::{Beat, Pair, Run};

use crate::view::facts::{Changed, Object, strata};
use crate::view::inspector::{Change, differences};
use crate::view::panels::{Mark, Milestone};
use crate::view::words::step_label;

use super::side::stands;

/// The first difference of two designs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of common steps after which it is visible; 0 if the sides differ at the start.
    pub at: usize,
    /// The difference, in a sentence.
    pub text: String,
}

impl Difference {
    /// Its mark in the timetables and over the slider.
    pub(super) fn milestone(&self) -> Milestone {
        let text = format!("first difference at step {}", self.at);
        Milestone { step: self.at, mark: Mark::Difference, word: "first difference".into(), text }
    }
}

/// The first difference of a pair: a step that only one side can take, a step with different
/// effects, or a step after which the states differ.
pub fn first_difference(run: &Run, pair: &Pair) -> Option<Difference> {
    let setups = [run.setup(), pair.second().setup()];
    let states =
        |[first, second]: [usize; 2]| [run.state_at(first), pair.second().state_at(second)];
    if let Some(what) = apart(setups, states([0, 0])) {
        let text = format!("The two designs differ from the start: {what}.");
        return Some(Difference { at: 0, text });
    }
    pair.beats().iter().enumerate().find_map(|(at, beat)| {
        let before = pair.taken(at);
        let own = pair.second().choices().get(before[1]).copied().unwrap_or(beat.choice);
        let what = parted(run, pair, beat, (before, own))
            .or_else(|| does_otherwise(setups, states(before), [beat.choice, own]))
            .or_else(|| Some(format!("then {}", apart(setups, states(beat.taken))?)))?;
        let at = at + 1;
        Some(Difference { at, text: format!("First difference, step {at}: {what}.") })
    })
}

/// A step that only one side can take.
fn parted(
    run: &Run,
    pair: &Pair,
    beat: &Beat,
    (before, own): ([usize; 2], Choice),
) -> Option<String> {
    let side = match beat.took {
        [true, true] => return None,
        [true, false] => 0,
        [false, _] => 1,
    };
    let mut runs = [run.clone(), pair.second().clone()];
    runs.iter_mut().zip(before).for_each(|(run, steps)| run.seek(steps));
    let [goes, waits] = [&runs[side], &runs[1 - side]];
    let choice = if side == 0 { beat.choice } else { own };
    let label = step_label(goes.setup(), goes.state(), choice);
    let (can, cannot) = (goes.setup().design, waits.setup().design);
    let stands = stands(waits, choice.actor);
    Some(format!("under {can} {} can {}; under {cannot} it {stands}", label.actor, label.does))
}

/// A step that both sides take with different effects.
fn does_otherwise(
    setups: [&Setup; 2],
    states: [&State; 2],
    choices: [Choice; 2],
) -> Option<String> {
    let [one, other] = [0, 1].map(|side| step_label(setups[side], states[side], choices[side]));
    if (one.function, &one.does) == (other.function, &other.does) {
        return None;
    }
    let say = |label: &crate::view::words::StepLabel, with: bool| match with {
        true => format!("{} ({})", label.does, label.function),
        false => label.does.clone(),
    };
    let with = one.function != other.function;
    Some(format!(
        "under {} {} does this: {}; under {} this: {}",
        setups[0].design,
        one.actor,
        say(&one, with),
        setups[1].design,
        say(&other, with)
    ))
}

/// The difference of two states: in a layer of a file, or else in a write or an inode.
fn apart(setups: [&Setup; 2], states: [&State; 2]) -> Option<String> {
    if states[0] == states[1] {
        return None;
    }
    let [first, second] = [0, 1].map(|side| strata(setups[side], states[side]));
    for (one, other) in first.files.iter().zip(&second.files) {
        for (old, row) in one.rows.iter().zip(&other.rows) {
            if let Some(Changed { lblk, len, before, after }) =
                row.changed(old, 0..other.blocks).into_iter().next()
            {
                let says = format!("the {} says of [{lblk}/{len})", row.name);
                return Some(both(setups, &says, [&before, &after]));
            }
        }
    }
    let is_thing = |object: &Object| matches!(object, Object::Io(_) | Object::Inode(_));
    let found = differences(setups, states, &is_thing).into_iter().next();
    found.map(|(title, (field, one, other)): (String, Change)| {
        both(setups, &format!("{title}, {field}"), [&one, &other])
    })
}

fn both(setups: [&Setup; 2], what: &str, says: [&str; 2]) -> String {
    let [one, other] = says.map(|says| if says.is_empty() { "nothing" } else { says });
    format!("{what}: {one} under {}, {other} under {}", setups[0].design, setups[1].design)
}
