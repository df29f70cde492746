//! The threads of a search. Without `rayon`, as in the page, there is one.

use crate::kernel::Setup;

use super::fingerprint::Fingerprint;
use super::values::{Numbers, Values};
use super::worker::{Known, Record, Worker};

/// The threads of a search, and what they have found.
#[derive(Default)]
pub(super) struct Crew {
    workers: Vec<Worker>,
    /// The worker whose records are read.
    reading: usize,
    /// The threads, once there is enough to do for them.
    #[cfg(not(target_arch = "wasm32"))]
    pool: Option<rayon::ThreadPool>,
}

/// States that one thread expands before the search merges what it has found.
const ALONE: u32 = 64;
/// States per thread that several threads expand in between.
#[cfg(not(target_arch = "wasm32"))]
const TOGETHER: u32 = 2_048;
/// States that a thread takes at a time.
#[cfg(not(target_arch = "wasm32"))]
const RUN: u32 = 64;

impl Crew {
    /// A crew of some threads.
    pub(super) fn new(threads: u32, setup: &Setup, values: &mut Values) -> Crew {
        let workers = (0..threads.max(1)).map(|_| Worker::new(setup, values)).collect();
        Crew { workers, ..Crew::default() }
    }

    /// The numbers and the fingerprint of the initial state, before anything is expanded.
    pub(super) fn initial(&self) -> (Numbers, Fingerprint) {
        self.workers[0].initial()
    }

    /// The number of states that are worth expanding at once.
    pub(super) fn at_once(&self) -> u32 {
        match self.workers.len() as u32 {
            #[cfg(not(target_arch = "wasm32"))]
            threads @ 2.. => TOGETHER * threads,
            _ => ALONE,
        }
    }

    /// Expands the first states of the frontier.
    pub(super) fn expand(&mut self, known: &Known<'_>, states: u32) {
        #[cfg(not(target_arch = "wasm32"))]
        if states >= 2 * RUN && self.workers.len() > 1 && self.expand_together(known, states) {
            return;
        }
        self.workers[0].expand(known, 0..states);
    }

    /// The same with all threads; false if the system has no threads.
    #[cfg(not(target_arch = "wasm32"))]
    fn expand_together(&mut self, known: &Known<'_>, states: u32) -> bool {
        use core::sync::atomic::{AtomicU32, Ordering};
        use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

        let threads = self.workers.len();
        let build = || rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok();
        if self.pool.is_none() {
            self.pool = build();
        }
        let Some(pool) = &self.pool else { return false };
        let taken = AtomicU32::new(0);
        let take = || {
            let first = taken.fetch_add(RUN, Ordering::Relaxed);
            (first < states).then(|| first..(first + RUN).min(states))
        };
        let work = |worker: &mut Worker| {
            while let Some(run) = take() {
                worker.expand(known, run);
            }
        };
        let workers = &mut self.workers;
        pool.install(|| workers.par_iter_mut().for_each(work));
        true
    }

    /// Reads the record of the state at a position. Positions are read in order.
    pub(super) fn read(&mut self, position: u32) -> Option<Record<'_>> {
        let begins = |worker: &Worker| worker.next_run() == Some(position);
        if let Some(reading) = self.workers.iter().position(begins) {
            self.reading = reading;
            self.workers[reading].begin_run();
        }
        self.workers.get_mut(self.reading)?.read()
    }

    /// Drops the records of all workers, which have been read.
    pub(super) fn forget(&mut self) {
        self.workers.iter_mut().for_each(Worker::forget);
    }

    /// Whether a state that is not expanded is deadlocked.
    pub(super) fn is_deadlocked(&mut self, known: &Known<'_>, numbers: &Numbers) -> bool {
        self.workers[0].is_deadlocked(known, numbers)
    }
}
