//! The graph that a search keeps: the visited states by number and the steps between them, without
//! the states themselves.

use crate::bounds::STATES_MAX;
use crate::kernel::{ACTORS, Promise};

use super::fingerprint::Fingerprint;

/// A list that grows without moving its items, so that it never needs twice its size.
pub(super) struct Column<T> {
    chunks: Vec<Vec<T>>,
    len: u32,
}

const CHUNK_BITS: u32 = 13;
const CHUNK: u32 = 1 << CHUNK_BITS;

impl<T: Copy> Column<T> {
    pub(super) fn new() -> Column<T> {
        Column { chunks: Vec::new(), len: 0 }
    }

    pub(super) fn push(&mut self, value: T) {
        if self.len & (CHUNK - 1) == 0 {
            // Only the first chunk grows like a `Vec`, so that a small search takes little memory.
            let capacity = if self.len == 0 { 64 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(capacity as usize));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(value);
            self.len += 1;
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    #[inline]
    pub(super) fn get(&self, at: u32) -> T {
        self.chunks[(at >> CHUNK_BITS) as usize][(at & (CHUNK - 1)) as usize]
    }

    pub(super) fn set(&mut self, at: u32, value: T) {
        self.chunks[(at >> CHUNK_BITS) as usize][(at & (CHUNK - 1)) as usize] = value;
    }

    fn bytes(&self) -> u64 {
        let cells: usize = self.chunks.iter().map(Vec::capacity).sum();
        (cells * size_of::<T>()) as u64
    }
}

/// A bit per state.
#[derive(Clone)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn new(states: u32) -> Bits {
        Bits(vec![0; states.div_ceil(64) as usize])
    }

    pub(super) fn has(&self, state: u32) -> bool {
        self.0[(state / 64) as usize] & (1 << (state % 64)) != 0
    }

    pub(super) fn set(&mut self, state: u32) {
        self.0[(state / 64) as usize] |= 1 << (state % 64);
    }

    /// Inverts the bits. Bits beyond the last state are inverted too; no caller reads them.
    pub(super) fn not(mut self) -> Bits {
        self.0.iter_mut().for_each(|word| *word = !*word);
        self
    }
}

/// The standing of a state, in addition to the promises that are broken in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Standing {
    /// An actor other than the environment can step, or may be able to if the state is not expanded
    /// yet.
    Running,
    /// Every thread has finished and every io_end is converted.
    Finished,
    /// Only the environment can step, and an actor waits.
    Stuck,
    /// Only the environment can step and no actor waits, but some io_end is not converted.
    Abandoned,
    /// The power was cut; only recovery follows.
    Crashed,
    /// A bound of the model was reached, so the continuation is unknown.
    Bounded,
}

impl Standing {
    const ALL: [Standing; 6] = [
        Standing::Running,
        Standing::Finished,
        Standing::Stuck,
        Standing::Abandoned,
        Standing::Crashed,
        Standing::Bounded,
    ];
}

/// Visited states, numbered in the order in which they were found, and the steps between them.
///
/// States are expanded in order, so those that the steps from one state found have consecutive
/// numbers, and their `actors` are those of the steps. Other steps are in `other_targets`, ordered
/// by source. [`Reach`] walks both lists in order, so states need not store where their own steps
/// begin. Each step is marked if it belongs to the environment, because promises must not depend on
/// such steps.
pub(super) struct Graph {
    fingerprints: Column<Fingerprint>,
    /// The actor of the step that found the state, as a position in the search's list of actors,
    /// combined with [`UNASKED_ACTOR`].
    actors: Column<u8>,
    /// Promises that are broken in the state, as bits, and above them its [`Standing`].
    marks: Column<u16>,
    /// Number of states that the steps from an expanded state found.
    found_counts: Column<u8>,
    /// The first state that every [`BLOCK`]th expanded state found or, if it found none, a later
    /// one.
    firsts: Vec<u32>,
    /// Number of states that are the first one or were found by an expanded state.
    counted: u32,
    /// Number of steps from an expanded state to states that were known already.
    other_counts: Column<u8>,
    /// The targets of those steps, combined with [`UNASKED_TARGET`].
    other_targets: Column<u32>,
}

/// The number of expanded states for which [`Graph::parent`] adds up what they found.
const BLOCK: u32 = 256;
const STANDING_SHIFT: u32 = Promise::ALL.len() as u32;
const _: () = assert!(STANDING_SHIFT + 3 <= u16::BITS && Standing::ALL.len() <= 8);
/// Marks a step that found a state as the environment's.
const UNASKED_ACTOR: u8 = 1 << 7;
const _: () = assert!(ACTORS <= UNASKED_ACTOR as usize);
/// Marks a step to a known state as the environment's.
const UNASKED_TARGET: u32 = 1 << 31;
const _: () = assert!(STATES_MAX < UNASKED_TARGET);

/// The steps that count as a way from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ways {
    /// All steps, for questions about what may happen.
    All,
    /// Only steps that are not the environment's, for questions about what is certain.
    Own,
}

/// A step from the state that is being expanded.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    /// The position of its actor in the search's list of actors.
    pub(super) actor: u8,
    /// True if the step is the environment's.
    pub(super) unasked: bool,
}

/// Computes the states from which a goal can be reached. Most steps lead to higher numbers, so one
/// sweep from the end settles most states. The last sweep finds nothing new.
pub(super) struct Reach {
    states: Bits,
    /// States from this number on have been examined in this sweep, and so have the steps that are
    /// stored with their targets from there on.
    at: u32,
    found: u32,
    other: u32,
    ways: Ways,
    is_first_sweep: bool,
    changed: bool,
}

impl Reach {
    pub(super) fn new(graph: &Graph, ways: Ways) -> Reach {
        let other = graph.other_targets.len();
        let (states, at) = (Bits::new(graph.states()), graph.states());
        Reach { states, at, found: at, other, ways, is_first_sweep: true, changed: false }
    }

    /// Examines up to `states` states; returns true when nothing is left to do. `goal` receives the
    /// state and whether any step that counts leads on from it. The way to a goal leads only
    /// through states that `through` allows, including the goal itself.
    pub(super) fn advance(
        &mut self,
        graph: &Graph,
        states: u32,
        goal: impl Fn(u32, bool) -> bool,
        through: impl Fn(u32) -> bool,
    ) -> bool {
        for _ in 0..states {
            if self.at == 0 {
                if !self.changed {
                    return true;
                }
                // States that were not expanded lead nowhere, so one sweep over them is enough.
                let (at, found) = (graph.expanded_states(), graph.states());
                (self.at, self.found, self.other) = (at, found, graph.other_targets.len());
                (self.is_first_sweep, self.changed) = (false, false);
                continue;
            }
            self.at -= 1;
            let (steps, leads) = self.take_steps(graph);
            let is_goal = self.is_first_sweep && goal(self.at, steps);
            if (leads || is_goal) && !self.states.has(self.at) && through(self.at) {
                self.states.set(self.at);
                self.changed = true;
            }
        }
        false
    }

    /// The states from which a goal can be reached, once nothing is left to do.
    pub(super) fn states(&self) -> &Bits {
        &self.states
    }

    /// Whether any step that counts leads on from the examined state, and whether one of them leads
    /// to a state that is known to reach a goal.
    fn take_steps(&mut self, graph: &Graph) -> (bool, bool) {
        let (from, own) = (self.at, self.ways == Ways::Own);
        let (mut steps, mut leads) = (false, false);
        let expanded = from < graph.expanded_states();
        for _ in 0..if expanded { graph.found_counts.get(from) } else { 0 } {
            self.found -= 1;
            if !(own && graph.actors.get(self.found) & UNASKED_ACTOR != 0) {
                steps = true;
                leads |= self.states.has(self.found);
            }
        }
        for _ in 0..if expanded { graph.other_counts.get(from) } else { 0 } {
            self.other -= 1;
            let target = graph.other_targets.get(self.other);
            if !(own && target & UNASKED_TARGET != 0) {
                steps = true;
                leads |= self.states.has(target & !UNASKED_TARGET);
            }
        }
        (steps, leads)
    }
}

impl Graph {
    pub(super) fn new() -> Graph {
        Graph {
            fingerprints: Column::new(),
            actors: Column::new(),
            marks: Column::new(),
            found_counts: Column::new(),
            firsts: Vec::new(),
            counted: 1,
            other_counts: Column::new(),
            other_targets: Column::new(),
        }
    }

    /// Adds a state that was found by a step from the state that is being expanded.
    pub(super) fn add(&mut self, fingerprint: Fingerprint, edge: Edge, broken: u16) {
        self.fingerprints.push(fingerprint);
        self.actors.push(edge.actor | if edge.unasked { UNASKED_ACTOR } else { 0 });
        self.marks.push(broken);
    }

    /// Adds a step from the state that is being expanded to a known state.
    pub(super) fn add_other(&mut self, to: u32, edge: Edge) {
        self.other_targets.push(to | if edge.unasked { UNASKED_TARGET } else { 0 });
    }

    /// Ends the expansion of a state. States are expanded in order.
    pub(super) fn expanded(&mut self, state: u32, standing: Standing, others: u8) {
        debug_assert_eq!(state, self.other_counts.len());
        if state.is_multiple_of(BLOCK) {
            self.firsts.push(self.counted);
        }
        let found = self.states() - self.counted;
        self.counted = self.states();
        self.found_counts.push(found as u8);
        self.other_counts.push(others);
        let broken = self.broken(state);
        self.marks.set(state, broken | (standing as u16) << STANDING_SHIFT);
    }

    pub(super) fn states(&self) -> u32 {
        self.fingerprints.len()
    }

    /// The number of expanded states, which is also the first state that is not expanded.
    pub(super) fn expanded_states(&self) -> u32 {
        self.other_counts.len()
    }

    #[inline]
    pub(super) fn fingerprint(&self, state: u32) -> Fingerprint {
        self.fingerprints.get(state)
    }

    /// Reads the fingerprints of some states ahead of time, all at once.
    pub(super) fn touch(&self, states: impl Iterator<Item = u32>) {
        let read = states.map(|state| self.fingerprint(state).low);
        core::hint::black_box(read.fold(0, |all, low| all | low));
    }

    /// The state that was expanded when a state was found; `None` for the first state.
    pub(super) fn parent(&self, state: u32) -> Option<u32> {
        let block = self.firsts.partition_point(|first| *first <= state).checked_sub(1)?;
        let (mut at, mut end) = (block as u32 * BLOCK, self.firsts[block]);
        loop {
            end += u32::from(self.found_counts.get(at));
            if state < end {
                return Some(at);
            }
            at += 1;
        }
    }

    pub(super) fn actor(&self, state: u32) -> u8 {
        self.actors.get(state) & !UNASKED_ACTOR
    }

    pub(super) fn broken(&self, state: u32) -> u16 {
        self.marks.get(state) & ((1 << STANDING_SHIFT) - 1)
    }

    /// Adds broken promises to those of a state.
    pub(super) fn add_broken(&mut self, state: u32, broken: u16) {
        self.marks.set(state, self.marks.get(state) | broken);
    }

    pub(super) fn standing(&self, state: u32) -> Standing {
        Standing::ALL[usize::from(self.marks.get(state) >> STANDING_SHIFT)]
    }

    /// Number of steps that the search has taken.
    pub(super) fn transitions(&self) -> u64 {
        u64::from(self.states().saturating_sub(1)) + u64::from(self.other_targets.len())
    }

    /// The states from which a goal can be reached, computed at once ([`Reach`] does it in slices).
    pub(super) fn can_reach(
        &self,
        ways: Ways,
        goal: impl Fn(u32, bool) -> bool,
        through: impl Fn(u32) -> bool,
    ) -> Bits {
        let mut reach = Reach::new(self, ways);
        while !reach.advance(self, u32::MAX, &goal, &through) {}
        reach.states
    }

    /// The states from the first state to another, both included.
    pub(super) fn path(&self, to: u32) -> Vec<u32> {
        let mut path = vec![to];
        let mut at = to;
        while let Some(parent) = self.parent(at) {
            path.push(parent);
            at = parent;
        }
        path.reverse();
        path
    }

    /// Bytes of memory that the graph takes.
    pub(super) fn bytes(&self) -> u64 {
        let counts = self.found_counts.bytes() + self.other_counts.bytes();
        let firsts = (self.firsts.capacity() * size_of::<u32>()) as u64;
        let states = self.fingerprints.bytes() + self.actors.bytes() + self.marks.bytes();
        states + counts + firsts + self.other_targets.bytes()
    }
}
