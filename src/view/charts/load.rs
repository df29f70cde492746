//! S9 at length for the charts: jobs and results.

use serde::{Deserialize, Serialize};

use super::Curve;
use crate::bounds::{LOAD_WRITES_MAX, SLOTS_MAX};
use crate::kernel::{Bound, Design, EsContent, Promise};
use crate::scenario::{Load, LoadEnd, LoadRun, Loaded};

/// Bytes of the kernel's `struct extent_status` on a 64-bit machine since v3.9: a node of a
/// red-black tree (24), `es_lblk` and `es_len` (4 each) and `es_pblk` (8).
const EXTENT_BYTES: u32 = 40;
/// The size without `es_pblk`: in v3.8, and in the RFC as Jan Kara first read it.
const EXTENT_BYTES_NOPBLK: u32 = 32;

/// A job for the worker: one design under one load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadJob {
    /// The design, as [`Design`] prints it.
    pub design: String,
    /// Number of AIO writes, up to [`LOAD_WRITES_MAX`].
    pub writes: u32,
    /// Slots of the AIO context, from 1 to [`SLOTS_MAX`].
    pub slots: u32,
    /// Steps of the other actors per step of a worker.
    pub slow: u32,
}

/// Whether and why a load ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// The load is still running.
    No,
    /// Every write was reaped.
    Done,
    /// A bound of the model was reached.
    Bound,
    /// No actor could step.
    Stuck,
}

/// The results of a load so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadReport {
    /// The design, as [`Design`] prints it.
    pub design: String,
    /// Number of steps taken.
    pub steps: u32,
    /// Number of writes that user space knows to be done.
    pub reaped: u32,
    /// Number of acknowledged writes.
    pub acknowledged: u32,
    /// Number of writes that were converted on disk.
    pub converted: u32,
    /// Number of AIO writes submitted and not yet converted on disk, after each step.
    pub backlog: Curve,
    /// Bytes of the extents that the shrinker may not free, after each step.
    pub kept_bytes: Curve,
    /// The distribution of latencies: a number of steps from submission to acknowledgement,
    /// ascending, and the number of writes with it.
    pub latencies: Vec<(u32, u32)>,
    /// Whether and why it ended.
    pub ended: Ended,
    /// The name of the bound that ended it, or an empty text.
    pub bound: String,
    /// The ids of the broken promises.
    pub broken: Vec<String>,
}

/// A load in progress.
pub struct LoadWork {
    run: LoadRun,
    report: LoadReport,
    /// [`EXTENT_BYTES`], or fewer if the design's extents have no physical block.
    extent_bytes: u32,
}

impl LoadWork {
    /// Starts a load.
    ///
    /// # Errors
    /// The expected value, if the job is invalid.
    pub fn new(job: &LoadJob) -> Result<LoadWork, String> {
        let design = Design::parse(&job.design)
            .map_err(|error| format!("`{}`: expected {}", job.design, error.expected))?;
        let slots = within("slots", job.slots, 1, SLOTS_MAX)? as u8;
        let slow = within("steps of the others", job.slow, 0, u8::MAX.into())? as u8;
        let writes = within("writes", job.writes, 1, LOAD_WRITES_MAX)?;
        let extent_bytes = match design.knobs.es_content {
            EsContent::Full => EXTENT_BYTES,
            EsContent::Delayed | EsContent::Nopblk => EXTENT_BYTES_NOPBLK,
        };
        let run = LoadRun::new(Load { design, writes, slots, slow });
        let report = LoadReport {
            design: job.design.clone(),
            steps: 0,
            reaped: 0,
            acknowledged: 0,
            converted: 0,
            backlog: Curve::default(),
            kept_bytes: Curve::default(),
            latencies: Vec::new(),
            ended: Ended::No,
            bound: String::new(),
            broken: Vec::new(),
        };
        let mut work = LoadWork { run, report, extent_bytes };
        work.measure();
        Ok(work)
    }

    /// Takes up to `steps` steps; false once the load has ended.
    pub fn advance(&mut self, steps: u32) -> bool {
        for _ in 0..steps {
            if !self.run.step() {
                (self.report.ended, self.report.bound) = ended(self.run.loaded().end);
                return false;
            }
            self.measure();
        }
        true
    }

    /// The results so far.
    pub fn report(&self) -> LoadReport {
        let loaded = self.run.loaded();
        let broken = Promise::ALL.into_iter().filter(|it| loaded.broken & it.bit() != 0);
        LoadReport {
            steps: loaded.steps,
            reaped: loaded.reaped,
            acknowledged: self.run.acknowledged(),
            converted: self.run.converted(),
            broken: broken.map(|promise| promise.id().into()).collect(),
            ..self.report.clone()
        }
    }

    /// The result so far in numbers, as the command prints it.
    pub fn loaded(&self) -> Loaded {
        self.run.loaded()
    }

    fn measure(&mut self) {
        self.report.backlog.push(self.run.backlog().into());
        self.report.kept_bytes.push(self.run.kept_extents() * self.extent_bytes);
        for latency in self.run.latencies() {
            let known = &mut self.report.latencies;
            match known.binary_search_by_key(latency, |(steps, _)| *steps) {
                Ok(at) => known[at].1 += 1,
                Err(at) => known.insert(at, (*latency, 1)),
            }
        }
    }
}

impl LoadReport {
    /// The latency in steps that `percent` percent of the acknowledged writes do not exceed; `None`
    /// if no write was acknowledged.
    pub fn percentile(&self, percent: u32) -> Option<u32> {
        let all: u32 = self.latencies.iter().map(|(_, writes)| writes).sum();
        let mut missing = (all * percent).div_ceil(100).max(1);
        for (steps, writes) in &self.latencies {
            if *writes >= missing {
                return Some(*steps);
            }
            missing -= writes;
        }
        None
    }

    /// Number of events per 10,000 steps, rounded.
    pub fn rate(&self, events: u32) -> u32 {
        let steps = u64::from(self.steps.max(1));
        ((u64::from(events) * 10_000 + steps / 2) / steps) as u32
    }
}

/// Checks that a number lies between two others.
fn within(what: &str, number: u32, least: u32, most: u32) -> Result<u32, String> {
    match (least..=most).contains(&number) {
        true => Ok(number),
        false => Err(format!("{number} {what}: expected {least} to {most}")),
    }
}

fn ended(end: LoadEnd) -> (Ended, String) {
    match end {
        LoadEnd::Done => (Ended::Done, String::new()),
        LoadEnd::Bound(bound) => (Ended::Bound, Bound::name(bound).into()),
        LoadEnd::Stuck => (Ended::Stuck, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Row;

    fn job(design: &str) -> LoadJob {
        LoadJob { design: design.into(), writes: 1_000, slots: 4, slow: 8 }
    }

    fn report(job: &LoadJob) -> LoadReport {
        let mut work = LoadWork::new(job).expect("a job");
        while work.advance(100) {}
        work.report()
    }

    #[test]
    fn a_report_says_what_the_load_did_step_by_step() {
        for row in Row::ALL {
            let found = report(&job(row.id()));
            // The expected results, computed from the run itself.
            let mut run =
                LoadRun::new(Load { design: row.design(), writes: 1_000, slots: 4, slow: 8 });
            let (mut backlog, mut kept, mut latencies) = (vec![0], vec![0], Vec::new());
            while run.step() {
                backlog.push(u32::from(run.backlog()));
                kept.push(run.kept_extents());
                latencies.extend_from_slice(run.latencies());
            }
            let loaded = run.loaded();
            let name = row.id();
            assert_eq!((found.steps, found.reaped), (loaded.steps, loaded.reaped), "{name}");
            assert_eq!(found.backlog.moments(), loaded.steps + 1, "{name}");
            assert_eq!(found.backlog.most(), u32::from(loaded.backlog), "{name}");
            let head = found.backlog.head();
            assert_eq!(head, &backlog[..head.len()], "{name}");
            assert_eq!(found.backlog.peaks(), peaks(&backlog, found.backlog.every()), "{name}");
            let bytes: Vec<u32> = kept.iter().map(|n| n * extent_bytes(row)).collect();
            assert_eq!(found.kept_bytes.peaks(), peaks(&bytes, found.kept_bytes.every()), "{name}");
            latencies.sort_unstable();
            let counted = found.latencies.iter().map(|(n, times)| vec![*n; *times as usize]);
            assert_eq!(counted.collect::<Vec<_>>().concat(), latencies, "{name}");
            assert_eq!(latencies.len() as u32, found.acknowledged, "{name}");
            // The expected median and the expected largest latency.
            let at = |rank: usize| latencies.get(rank.max(1) - 1).copied();
            assert_eq!(found.percentile(50), at(latencies.len().div_ceil(2)), "{name}");
            assert_eq!(found.percentile(100), latencies.last().copied(), "{name}");
        }
    }

    fn peaks(numbers: &[u32], every: u32) -> Vec<u32> {
        numbers.chunks(every as usize).map(|span| *span.iter().max().expect("one")).collect()
    }

    fn extent_bytes(row: Row) -> u32 {
        if row == Row::V3_8 || row == Row::RfcNopblk { 32 } else { 40 }
    }

    #[test]
    fn what_is_acknowledged_early_ends_at_the_bound_and_says_so() {
        let found = report(&job("rfc-v1"));
        assert_eq!((found.ended, found.bound.as_str()), (Ended::Bound, "IOS_MAX"));
        assert_eq!(found.broken, [Promise::Bounded.id()]);
        assert!(found.rate(found.acknowledged) > found.rate(found.converted));
        let found = report(&job("kara"));
        assert_eq!((found.ended, found.reaped), (Ended::Done, 1_000));
        assert_eq!(found.rate(found.acknowledged), found.rate(found.converted));
    }

    #[test]
    fn only_a_dirty_bit_keeps_extents_in_memory() {
        for row in Row::ALL {
            let has_bit = row.design().knobs.dirty_bit != crate::es::DirtyBit::No;
            let found = report(&job(row.id()));
            assert_eq!(found.kept_bytes.most() > 0, has_bit, "{}", row.id());
        }
    }

    #[test]
    fn a_wrong_job_is_refused_with_what_was_expected() {
        let check = |job: LoadJob, expect: &str| {
            let wrong = LoadWork::new(&job).err();
            assert!(wrong.as_ref().is_some_and(|it| it.contains(expect)), "{wrong:?}");
        };
        check(job("no-such-design"), "expected");
        check(LoadJob { writes: 0, ..job("kara") }, "0 writes: expected 1 to 4000");
        check(LoadJob { writes: 4_001, ..job("kara") }, "4001 writes: expected 1 to 4000");
        check(LoadJob { slots: 0, ..job("kara") }, "0 slots: expected 1 to 8");
        check(LoadJob { slots: 9, ..job("kara") }, "9 slots: expected 1 to 8");
        check(LoadJob { slow: 256, ..job("kara") }, "256 steps of the others: expected 0 to 255");
    }
}
