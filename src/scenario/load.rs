//! S9 at length: many AIO writes through few slots with a slow worker behind them, taken by the
//! same `step` as any other run. Whoever wants to know how long it took brings the clock.

use crate::bounds::{BLOCKS_MAX, LOAD_WRITES_MAX};
use crate::kernel::{
    Actor, Bound, Choice, Design, Note, Observer, Op, Range, Setup, State, Sync, enabled,
    is_environment, step,
};

/// What is to be written, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// The design.
    pub design: Design,
    /// AIO writes, of one block each; [`LOAD_WRITES_MAX`] at most.
    pub writes: u32,
    /// Slots of the AIO context, 1 to [`SLOTS_MAX`](crate::bounds::SLOTS_MAX).
    pub slots: u8,
    /// A worker takes one step for so many steps of the others, or when nobody else can step.
    pub slow: u8,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Writes that user space knows to be done.
    pub reaped: u32,
    /// Steps that were taken, by everybody.
    pub steps: u32,
    /// The most AIO writes that were submitted and not yet converted on disk.
    pub backlog: u8,
    /// The first step after which there were so many, counted from 1.
    pub backlog_step: u32,
    /// Promises that were broken, as bits.
    pub broken: u16,
    /// Why it ended.
    pub end: LoadEnd,
}

/// Why a load ended.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadEnd {
    /// Everything was written.
    Done,
    /// A bound of the model was reached.
    Bound(Bound),
    /// Nobody could step any more.
    Stuck,
}

impl Load {
    /// What is run again and again: the file is preallocated, each of its blocks is written, and
    /// it is cut to nothing, which is committed so that its blocks are free again.
    pub fn lap(&self) -> Setup {
        let whole = Range::new(0, BLOCKS_MAX as u8);
        let mut setup =
            Setup { design: self.design, slots: self.slots, ..Setup::new(self.design.row) };
        setup.push(0, Op::Fallocate { ino: 0, range: whole });
        for lblk in whole.blocks() {
            let range = Range::new(lblk, 1);
            setup.push(0, Op::DioWrite { ino: 0, range, sync: Sync::No, aio: true, nr: 0 });
        }
        setup.push(0, Op::Getevents { nr: 0 });
        setup.push(0, Op::Truncate { ino: 0, size: 0 });
        setup.push(0, Op::Fsync { ino: 0, datasync: false });
        setup
    }

    /// Runs it.
    pub fn run(&self) -> Loaded {
        let setup = self.lap();
        let mut state = State::initial(&setup);
        let mut count = Reaped(0);
        let mut loaded = Loaded {
            reaped: 0,
            steps: 0,
            backlog: 0,
            backlog_step: 0,
            broken: 0,
            end: LoadEnd::Done,
        };
        let mut since_worker = 0;
        while loaded.reaped < self.writes.min(LOAD_WRITES_MAX) {
            state.begin_again(&setup);
            let Some(choice) = self.choose(&setup, &state, since_worker) else {
                loaded.end = state.bound.map_or(LoadEnd::Stuck, LoadEnd::Bound);
                break;
            };
            let is_worker = matches!(choice.actor, Actor::Kworker(_));
            since_worker = if is_worker { 0 } else { since_worker + 1 };
            // `choose` names what is enabled.
            if step(&setup, &mut state, choice, &mut count).is_err() {
                break;
            }
            loaded.steps += 1;
            loaded.reaped = count.0;
            let backlog = state.pending_aio_conversions();
            if backlog > loaded.backlog {
                (loaded.backlog, loaded.backlog_step) = (backlog, loaded.steps);
            }
        }
        loaded.broken = state.broken;
        loaded
    }

    /// Whoever comes first in the order of `enabled`, the worker when it is its turn.
    fn choose(&self, setup: &Setup, state: &State, since_worker: u32) -> Option<Choice> {
        let choices = enabled(setup, state);
        let is_worker = |choice: &&Choice| matches!(choice.actor, Actor::Kworker(_));
        let worker = choices.iter().find(is_worker);
        let asked = |choice: &&Choice| !is_worker(choice) && !is_environment(state, **choice);
        let other = choices.iter().find(asked);
        let turn =
            if since_worker >= self.slow.into() { worker.or(other) } else { other.or(worker) };
        turn.copied()
    }
}

/// Counts the events that were reaped.
struct Reaped(u32);

impl Observer for Reaped {
    fn note(&mut self, note: Note) {
        self.0 += u32::from(matches!(note, Note::Reaped { .. }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Promise, Row};

    fn load(row: Row, writes: u32, slow: u8) -> Loaded {
        Load { design: row.design(), writes, slots: 4, slow }.run()
    }

    #[test]
    fn whoever_acknowledges_after_the_conversion_is_bounded_by_the_slots() {
        for row in [Row::V3_8, Row::Kara, Row::RfcV5, Row::V3_9, Row::V3_11, Row::V3_12, Row::V5_5]
        {
            let loaded = load(row, 1000, 8);
            assert_eq!((loaded.end, loaded.reaped), (LoadEnd::Done, 1000), "{}", row.id());
            assert_eq!((loaded.backlog, loaded.broken), (4, 0), "{}", row.id());
        }
    }

    #[test]
    fn whoever_acknowledges_before_it_grows_until_the_model_holds_no_more() {
        for row in [Row::RfcV1, Row::RfcDirty, Row::KaraOpt] {
            let loaded = load(row, 1000, 8);
            assert_eq!(loaded.end, LoadEnd::Bound(Bound::Ios), "{}", row.id());
            assert!(loaded.backlog > 4, "{}", row.id());
            assert_eq!(loaded.broken, Promise::Bounded.bit(), "{}", row.id());
        }
    }

    #[test]
    fn a_throttle_bounds_it() {
        let loaded = load(Row::KaraThrottle, 1000, 8);
        assert_eq!((loaded.end, loaded.backlog), (LoadEnd::Done, 4));
    }

    #[test]
    fn as_many_writes_as_are_allowed_still_count_right() {
        let loaded = load(Row::V3_9, LOAD_WRITES_MAX, 0);
        assert_eq!((loaded.end, loaded.reaped), (LoadEnd::Done, LOAD_WRITES_MAX));
    }
}
