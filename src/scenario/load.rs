//! S9 at length: many AIO writes through few slots with a slow worker behind them, taken by the
//! same `step` as any other run. Time is counted in steps: nothing here reads a clock.

use crate::bounds::{BLOCKS_MAX, IOS_MAX, LOAD_WRITES_MAX};
use crate::es::Shrinker;
use crate::kernel::{
    Actor, Bound, Choice, Design, EsTree, Note, Observer, Op, Range, Setup, State, Sync, enabled,
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
    /// A worker takes one step for so many steps of the others, or when no other actor can step.
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

    /// Runs it to its end.
    pub fn run(&self) -> Loaded {
        let mut run = LoadRun::new(*self);
        while run.step() {}
        run.loaded()
    }
}

/// A load under way: each [`LoadRun::step`] takes one step of the machine.
pub struct LoadRun {
    load: Load,
    setup: Setup,
    state: State,
    meter: Meter,
    since_worker: u32,
    loaded: Loaded,
    is_over: bool,
}

impl LoadRun {
    /// A load that has not begun.
    pub fn new(load: Load) -> LoadRun {
        let setup = load.lap();
        LoadRun {
            state: State::initial(&setup),
            load,
            setup,
            meter: Meter::default(),
            since_worker: 0,
            loaded: Loaded {
                reaped: 0,
                steps: 0,
                backlog: 0,
                backlog_step: 0,
                broken: 0,
                end: LoadEnd::Done,
            },
            is_over: false,
        }
    }

    /// Takes one step; false if there was none to take: [`Loaded::end`] says why.
    pub fn step(&mut self) -> bool {
        self.meter.latencies.clear();
        if self.is_over || self.loaded.reaped >= self.load.writes.min(LOAD_WRITES_MAX) {
            self.is_over = true;
            return false;
        }
        self.state.begin_again(&self.setup);
        let Some(choice) = self.choose() else {
            self.loaded.end = self.state.bound.map_or(LoadEnd::Stuck, LoadEnd::Bound);
            self.is_over = true;
            return false;
        };
        let is_worker = matches!(choice.actor, Actor::Kworker(_));
        self.since_worker = if is_worker { 0 } else { self.since_worker + 1 };
        self.meter.step = self.loaded.steps + 1;
        // `choose` names what is enabled.
        if step(&self.setup, &mut self.state, choice, &mut self.meter).is_err() {
            self.is_over = true;
            return false;
        }
        self.loaded.steps += 1;
        self.loaded.reaped = self.meter.reaped;
        self.loaded.broken = self.state.broken;
        let backlog = self.backlog();
        if backlog > self.loaded.backlog {
            (self.loaded.backlog, self.loaded.backlog_step) = (backlog, self.loaded.steps);
        }
        true
    }

    /// How it went so far.
    pub fn loaded(&self) -> Loaded {
        self.loaded
    }

    /// AIO writes that are submitted and not yet converted on disk.
    pub fn backlog(&self) -> u8 {
        self.state.pending_aio_conversions()
    }

    /// AIO writes that were acknowledged: their event is in the ring.
    pub fn acknowledged(&self) -> u32 {
        self.meter.acknowledged
    }

    /// AIO writes that were converted on disk.
    pub fn converted(&self) -> u32 {
        self.meter.converted
    }

    /// For each AIO write that the last step acknowledged: the steps since its bio was submitted.
    pub fn latencies(&self) -> &[u32] {
        &self.meter.latencies
    }

    /// Extents of the status trees that the shrinker may not free: delayed and dirty ones, and all
    /// of them where the kernel has no shrinker for this tree (v3.8).
    pub fn kept_extents(&self) -> u32 {
        let has_shrinker = self.load.design.knobs.es_version.rules().shrinker != Shrinker::None;
        let kept = |es: &EsTree| match has_shrinker {
            true => es.all_nr() - es.shk_nr(),
            false => es.all_nr(),
        };
        self.state.inodes.iter().map(|inode| kept(&inode.es)).sum()
    }

    /// The actor that comes first in the order of `enabled`, or the worker when it is its turn.
    fn choose(&self) -> Option<Choice> {
        let (setup, state) = (&self.setup, &self.state);
        let choices = enabled(setup, state);
        let is_worker = |choice: &&Choice| matches!(choice.actor, Actor::Kworker(_));
        let worker = choices.iter().find(is_worker);
        let asked = |choice: &&Choice| !is_worker(choice) && !is_environment(state, **choice);
        let other = choices.iter().find(asked);
        let is_workers_turn = self.since_worker >= self.load.slow.into();
        let turn = if is_workers_turn { worker.or(other) } else { other.or(worker) };
        turn.copied()
    }
}

/// Counts what becomes of the writes.
#[derive(Default)]
struct Meter {
    /// The number of the step that is being taken, from 1.
    step: u32,
    /// The step in which each IO was submitted.
    submitted: [u32; IOS_MAX as usize],
    /// Of the writes that this step acknowledged.
    latencies: Vec<u32>,
    acknowledged: u32,
    converted: u32,
    reaped: u32,
}

impl Observer for Meter {
    fn note(&mut self, note: Note) {
        // Whatever else happens does not change where a write stands.
        match note {
            Note::Submitted { io } => self.submitted[usize::from(io)] = self.step,
            Note::Acknowledged { io, .. } => {
                self.acknowledged += 1;
                self.latencies.push(self.step - self.submitted[usize::from(io)]);
            }
            Note::Converted { .. } => self.converted += 1,
            Note::Reaped { .. } => self.reaped += 1,
            _ => {}
        }
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
