//! What a search keeps of the states that it has visited: no state, but how they hang together.

use super::fingerprint::Fingerprint;

/// A list that grows without moving what it holds, so that it never takes twice its size.
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
            // A small search takes little: only the first chunk grows like a `Vec`.
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

/// One bit a state.
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

    /// The bits turned round. Bits beyond the last state turn too; nobody asks for them.
    pub(super) fn not(mut self) -> Bits {
        self.0.iter_mut().for_each(|word| *word = !*word);
        self
    }
}

/// What was seen in a state, beside the promises that are broken in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Standing {
    /// Somebody other than the environment can step, or (not yet expanded) may be able to.
    Running,
    /// Every thread is through and every io_end is converted.
    Finished,
    /// Nobody can step but the environment, and somebody waits.
    Stuck,
    /// Nobody can step but the environment, and nobody waits, but some io_end is not converted.
    Abandoned,
    /// The power was cut: what follows is recovery.
    Crashed,
    /// A bound of the model was reached: what would follow is not known.
    Bounded,
}

/// Visited states, numbered in the order in which they were found, and the steps between them.
///
/// A step that found its target is kept by the target: as its `parent` and `actor`. Other steps
/// stand in `other_targets`, by source. Both can be walked in order, so no state says where its own
/// begin: [`Graph::steps_back`].
pub(super) struct Graph {
    fingerprints: Column<Fingerprint>,
    parents: Column<u32>,
    /// Who took the step from the parent, as a position in the search's list of actors.
    actors: Column<u8>,
    /// Promises broken in the state, as bits.
    broken: Column<u16>,
    /// How the state stands.
    standing: Column<Standing>,
    /// How many steps lead from an expanded state to states that were known already.
    other_counts: Column<u8>,
    other_targets: Column<u32>,
}

/// A step between two visited states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) from: u32,
    pub(super) to: u32,
}

/// The first state has no parent.
pub(super) const NO_PARENT: u32 = u32::MAX;

impl Graph {
    pub(super) fn new() -> Graph {
        Graph {
            fingerprints: Column::new(),
            parents: Column::new(),
            actors: Column::new(),
            broken: Column::new(),
            standing: Column::new(),
            other_counts: Column::new(),
            other_targets: Column::new(),
        }
    }

    pub(super) fn add(&mut self, fingerprint: Fingerprint, parent: u32, actor: u8, broken: u16) {
        self.fingerprints.push(fingerprint);
        self.parents.push(parent);
        self.actors.push(actor);
        self.broken.push(broken);
        self.standing.push(Standing::Running);
    }

    /// Adds a step from the state that is being expanded to one that was known.
    pub(super) fn add_other(&mut self, to: u32) {
        self.other_targets.push(to);
    }

    /// Ends the expansion of a state; states are expanded in order.
    pub(super) fn expanded(&mut self, state: u32, standing: Standing, others: u8) {
        debug_assert_eq!(state, self.other_counts.len());
        self.standing.set(state, standing);
        self.other_counts.push(others);
    }

    pub(super) fn states(&self) -> u32 {
        self.fingerprints.len()
    }

    /// States from here on have not been expanded.
    pub(super) fn expanded_states(&self) -> u32 {
        self.other_counts.len()
    }

    #[inline]
    pub(super) fn fingerprint(&self, state: u32) -> Fingerprint {
        self.fingerprints.get(state)
    }

    pub(super) fn parent(&self, state: u32) -> Option<u32> {
        let parent = self.parents.get(state);
        (parent != NO_PARENT).then_some(parent)
    }

    pub(super) fn actor(&self, state: u32) -> u8 {
        self.actors.get(state)
    }

    pub(super) fn broken(&self, state: u32) -> u16 {
        self.broken.get(state)
    }

    pub(super) fn set_broken(&mut self, state: u32, broken: u16) {
        self.broken.set(state, broken);
    }

    pub(super) fn standing(&self, state: u32) -> Standing {
        self.standing.get(state)
    }

    /// Tells of every step, grouped by source, sources descending.
    pub(super) fn steps_back(&self, mut hear: impl FnMut(Step)) {
        let mut found = self.states();
        let mut other = self.other_targets.len();
        for from in (0..self.expanded_states()).rev() {
            while found > 0 && self.parents.get(found - 1) == from {
                found -= 1;
                hear(Step { from, to: found });
            }
            for _ in 0..self.other_counts.get(from) {
                other -= 1;
                hear(Step { from, to: self.other_targets.get(other) });
            }
        }
    }

    /// Steps taken by the search.
    pub(super) fn transitions(&self) -> u64 {
        u64::from(self.states().saturating_sub(1)) + u64::from(self.other_targets.len())
    }

    /// The states from which one of `goals` can be reached through states that `through` allows;
    /// a goal has to be allowed too.
    pub(super) fn can_reach(
        &self,
        goal: impl Fn(u32) -> bool,
        through: impl Fn(u32) -> bool,
    ) -> Bits {
        let mut reach = Bits::new(self.states());
        for state in (0..self.states()).filter(|state| goal(*state) && through(*state)) {
            reach.set(state);
        }
        // Steps mostly lead to higher numbers, so that one sweep from the end settles most; the
        // last sweep finds nothing.
        loop {
            let mut changed = false;
            self.steps_back(|step| {
                if reach.has(step.to) && !reach.has(step.from) && through(step.from) {
                    reach.set(step.from);
                    changed = true;
                }
            });
            if !changed {
                return reach;
            }
        }
    }

    /// The states on the way from the first state to another, both included.
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

    /// Bytes that are kept.
    pub(super) fn bytes(&self) -> u64 {
        let bytes = [self.actors.bytes(), self.other_counts.bytes()];
        let words = [self.parents.bytes(), self.other_targets.bytes(), self.broken.bytes()];
        let sum = bytes.iter().chain(&words).sum::<u64>();
        sum + self.fingerprints.bytes() + self.standing.bytes()
    }
}
