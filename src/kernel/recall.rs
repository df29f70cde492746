//! What was computed before about the operations of a setup. What the rest of an operation may
//! touch depends on little of a state, and few combinations of that occur.
//!
//! A key has all that its footprint depends on. Debug builds compute what they find again, and
//! compare.

use core::cell::RefCell;

use super::choice::Actor;
use super::footprint::Footprint;
use super::future_waits::Stills;
use super::state::Io;
use crate::bounds::INODES_MAX;

/// Footprints that were computed before. Each thread of a search has its own, for one setup.
#[derive(Default)]
pub struct Recall {
    operations: Table<Key>,
    ios: Table<IoKey>,
    /// In the present state: the flushes of each file, while handles wait and while they do not.
    flushes: RefCell<[Option<Footprint>; 2 * INODES_MAX as usize]>,
    /// The lists of a state, kept for their memory.
    lists: Lists,
}

/// The footprints of one state.
#[derive(Default)]
pub(super) struct Lists {
    /// Those of next steps.
    pub(super) steps: Vec<(Actor, Footprint)>,
    /// Those of all further steps of an actor while something stands still.
    pub(super) futures: Vec<(Actor, Stills, Footprint)>,
}

/// A table in which a newer entry replaces an older one.
struct Table<K>(RefCell<Vec<Option<(K, Ahead)>>>);

/// All that determines the footprint of the rest of an operation, except for the IOs that it
/// flushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The disk tree of its file, as [`Places`](super::places::Places) has it.
    pub(super) disk: [u64; 2],
    /// The blocks of the device that are free at some time.
    pub(super) free: u64,
    pub(super) size: u8,
    pub(super) disksize: u8,
    pub(super) thread: u8,
    /// The position in the thread's program.
    pub(super) at: u8,
    /// The progress in the operation, as bits.
    pub(super) begun: u32,
    /// What stands still.
    pub(super) stills: Stills,
    /// Whether a run in which an actor waits and is served is known.
    pub(super) told: bool,
    /// Whether memory may be short.
    pub(super) nomem: bool,
}

/// All that determines what the rest of an IO's completion may touch, except for the IOs that it
/// flushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IoKey {
    pub(super) io: Io,
    pub(super) slot: u8,
    /// The position in a worker's plan, or [`IRQ`] for the irq handler and all that follows it.
    pub(super) part: u8,
    pub(super) stills: Stills,
    pub(super) told: bool,
    pub(super) nomem: bool,
}

/// The part of an IO's completion that begins with its irq handler.
pub(super) const IRQ: u8 = u8::MAX;

/// The rest of an operation, or of an IO's completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ahead {
    /// The parts that it may touch, without the flushes.
    pub(super) footprint: Footprint,
    /// The files that it flushes, as bits.
    pub(super) flushes: u8,
    /// Whether the actor may take steps of its next operation.
    pub(super) goes_on: bool,
}

/// The number of entries, a power of two.
const ENTRIES: usize = 1 << 10;
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Recall {
    /// Forgets what was only true in the last state, and lends the lists for another one.
    pub(super) fn begin_state(&mut self) -> Lists {
        *self.flushes.get_mut() = Default::default();
        let Lists { mut steps, mut futures } = core::mem::take(&mut self.lists);
        steps.clear();
        futures.clear();
        Lists { steps, futures }
    }

    /// Takes the lists back.
    pub(super) fn end_state(&mut self, lists: Lists) {
        self.lists = lists;
    }

    /// The rest of an operation, computed only if it is not known.
    pub(super) fn operation(&self, key: &Key, compute: impl Fn() -> Ahead) -> Ahead {
        self.operations.get(key, key.mixed(), compute)
    }

    /// The rest of an IO's completion, computed only if it is not known.
    pub(super) fn io(&self, key: &IoKey, compute: impl Fn() -> Ahead) -> Ahead {
        self.ios.get(key, key.mixed(), compute)
    }

    /// The footprint of the flushes of a file in the present state, computed only once.
    pub(super) fn flush(
        &self,
        ino: u8,
        handles_wait: bool,
        compute: impl Fn() -> Footprint,
    ) -> Footprint {
        let place = 2 * usize::from(ino) + usize::from(handles_wait);
        let known = self.flushes.borrow()[place];
        known.unwrap_or_else(|| {
            let footprint = compute();
            self.flushes.borrow_mut()[place] = Some(footprint);
            footprint
        })
    }
}

impl<K> Default for Table<K> {
    fn default() -> Table<K> {
        Table(RefCell::default())
    }
}

impl<K: Copy + PartialEq + core::fmt::Debug> Table<K> {
    fn get(&self, key: &K, mixed: u64, compute: impl Fn() -> Ahead) -> Ahead {
        let place = mixed as usize % ENTRIES;
        if let Some(Some((of, ahead))) = self.0.borrow().get(place)
            && of == key
        {
            debug_assert_eq!(*ahead, compute(), "{key:?} does not determine it");
            return *ahead;
        }
        let ahead = compute();
        let mut entries = self.0.borrow_mut();
        if entries.is_empty() {
            entries.resize(ENTRIES, None);
        }
        entries[place] = Some((*key, ahead));
        ahead
    }
}

impl Key {
    fn mixed(&self) -> u64 {
        let [first, second] = self.disk;
        let [begun, more, how, _] = self.begun.to_le_bytes();
        let flags = u8::from(self.told) << 1 | u8::from(self.nomem);
        let small = [self.size, self.disksize, self.thread, self.at, begun, more, how, flags];
        let small = u64::from_le_bytes(small);
        mixed(&[first, second, self.free, small, self.stills.bits().into()])
    }
}

impl IoKey {
    fn mixed(&self) -> u64 {
        let Io { stage, lblk, nr, thread, irq, .. } = self.io;
        let small = [self.slot, self.part, stage as u8, lblk, nr, thread, irq, 0];
        mixed(&[u64::from_le_bytes(small), self.stills.bits().into()])
    }
}

fn mixed(words: &[u64]) -> u64 {
    words.iter().fold(0, |sum, word| {
        let sum = (sum ^ word).wrapping_mul(ODD);
        sum ^ (sum >> 32)
    })
}
