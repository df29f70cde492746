//! S9 at length: many AIO writes with few slots and a slow worker. It uses the same `step` as every
//! other run. Time is counted in steps, because nothing here reads a clock.

use crate::bounds::{BLOCKS_MAX, IOS_MAX, LOAD_WRITES_MAX};
use crate::es::Shrinker;
use crate::kernel::{
    Actor, Bound, Choice, Design, EsTree, Note, Observer, Op, Range, Setup, State, Sync, enabled,
    is_environment, step,
};

/// The parameters of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// The design under test.
    pub design: Design,
    /// Number of AIO writes of one block each, at most [`LOAD_WRITES_MAX`].
    pub writes: u32,
    /// Slots of the AIO context, 1 to [`SLOTS_MAX`](crate::bounds::SLOTS_MAX).
    pub slots: u8,
    /// The worker takes one step per this many steps of the others, or when no other actor can
    /// step.
    pub slow: u8,
}

/// The result of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Number of writes that user space knows to be done.
    pub reaped: u32,
    /// Number of steps of all actors.
    pub steps: u32,
    /// The largest number of AIO writes that were submitted and not yet converted on disk.
    pub backlog: u8,
    /// The first step after which that number was reached, counted from 1.
    pub backlog_step: u32,
    /// The broken promises, as bits.
    pub broken: u16,
    /// The reason why the load ended.
    pub end: LoadEnd,
}

/// The reason why a load ended.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadEnd {
    /// All writes are done.
    Done,
    /// A bound of the model was reached.
    Bound(Bound),
    /// No actor could step.
    Stuck,
}

impl Load {
    /// The setup of one lap. It preallocates the file, writes each block, truncates the file and
    /// commits, so that the blocks are free for the next lap.
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

    /// Runs the load to its end.
    pub fn run(&self) -> Loaded {
        let mut run = LoadRun::new(*self);
        while run.step() {}
        run.loaded()
    }
}

/// A load in progress. Each [`LoadRun::step`] takes one step of the machine.
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
    /// A load before its first step.
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

    /// Takes one step. Returns false if there was none to take; [`Loaded::end`] has the reason.
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
        // `choose` returns only enabled choices.
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

    /// The result so far.
    pub fn loaded(&self) -> Loaded {
        self.loaded
    }

    /// Number of AIO writes that are submitted and not yet converted on disk.
    pub fn backlog(&self) -> u8 {
        self.state.pending_aio_conversions()
    }

    /// Number of acknowledged AIO writes: their events are in the ring.
    pub fn acknowledged(&self) -> u32 {
        self.meter.acknowledged
    }

    /// Number of AIO writes that were converted on disk.
    pub fn converted(&self) -> u32 {
        self.meter.converted
    }

    /// The latency, in steps since its bio was submitted, of each AIO write that the last step
    /// acknowledged.
    pub fn latencies(&self) -> &[u32] {
        &self.meter.latencies
    }

    /// Number of extents of the ES trees that the shrinker may not free: delayed and dirty ones, or
    /// all of them if the kernel has no shrinker for this tree (v3.8).
    pub fn kept_extents(&self) -> u32 {
        let has_shrinker = self.load.design.knobs.es_version.rules().shrinker != Shrinker::None;
        let kept = |es: &EsTree| match has_shrinker {
            true => es.all_nr() - es.shk_nr(),
            false => es.all_nr(),
        };
        self.state.inodes.iter().map(|inode| kept(&inode.es)).sum()
    }

    /// The worker, when it is its turn; otherwise the first actor in the order of `enabled`.
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

/// Follows the notes of the machine and counts writes.
#[derive(Default)]
struct Meter {
    /// The number of the current step, from 1.
    step: u32,
    /// The number of the step in which each IO was submitted.
    submitted: [u32; IOS_MAX as usize],
    /// Latencies of the writes that this step acknowledged.
    latencies: Vec<u32>,
    acknowledged: u32,
    converted: u32,
    reaped: u32,
}

impl Observer for Meter {
    fn note(&mut self, note: Note) {
        // Other notes do not change the state of a write.
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
