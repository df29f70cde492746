//! The timetable of one side over the common steps. The same step is in the same column on both
//! sides; where a side pauses, its lanes have a gap.

use crate::scenario::{Pair, Run};

use crate::view::panels::{Lanes, Milestone, SpanKind, lane_rows, lane_window};

/// The number of common steps after some steps of a side.
pub(super) fn place_after(pair: &Pair, side: usize, steps: usize) -> usize {
    steps.checked_sub(1).map_or(0, |last| pair.beat_of(side, last) + 1)
}

/// A side's lanes around the common cursor.
pub(super) fn lanes_of(
    run: &Run,
    pair: &Pair,
    side: usize,
    at: usize,
    mut milestones: Vec<Milestone>,
) -> Lanes {
    let all = pair.beats().len();
    let (first, columns) = lane_window(all, all, at);
    let steps = (all - first).min(columns);
    let from = pair.taken(first)[side];
    let is_end = first + columns > all;
    let to = if is_end { run.choices().len() + 1 } else { pair.taken(first + columns)[side] };
    let mut lanes = lane_rows(run, from..to.max(from));
    for lane in &mut lanes {
        for span in &mut lane.spans {
            let last = span.from + span.len - 1;
            // Holding and waiting continue while the side pauses.
            let begin = match span.kind {
                SpanKind::Ran => pair.beat_of(side, span.from),
                SpanKind::Waited | SpanKind::Held | SpanKind::Flew => {
                    place_after(pair, side, span.from)
                }
            };
            let end = pair.beat_of(side, last) + 1;
            span.from = begin.max(first);
            span.len = end.min(first + columns).saturating_sub(span.from).max(1);
        }
    }
    milestones.retain(|it| (first..=first + steps).contains(&it.step));
    Lanes { first, columns, steps, cursor: at, milestones, lanes }
}
