//! What a search keeps of the states that it has visited: no state, but how they hang together.

use crate::bounds::STATES_MAX;
use crate::kernel::ACTORS;

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
/// begin: [`Reach`]. Of each step it is kept whether it is the environment's: nobody may rely on
/// that.
pub(super) struct Graph {
    fingerprints: Column<Fingerprint>,
    parents: Column<u32>,
    /// Who took the step from the parent, as a position in the search's list of actors, and
    /// [`UNASKED_ACTOR`].
    actors: Column<u8>,
    /// Promises broken in the state, as bits.
    broken: Column<u16>,
    /// How the state stands.
    standing: Column<Standing>,
    /// How many steps lead from an expanded state to states that were known already.
    other_counts: Column<u8>,
    /// Where those lead, and [`UNASKED_TARGET`].
    other_targets: Column<u32>,
}

/// Marks an actor's step as the environment's.
const UNASKED_ACTOR: u8 = 1 << 7;
const _: () = assert!(ACTORS <= UNASKED_ACTOR as usize);
/// The same, beside the number of a state.
const UNASKED_TARGET: u32 = 1 << 31;
const _: () = assert!(STATES_MAX < UNASKED_TARGET);

/// Which steps count as a way from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ways {
    /// All: what may happen.
    All,
    /// Those that are not the environment's: what can be relied on.
    Own,
}

/// A step of the graph, from the state that is being expanded.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    /// The position of its actor.
    pub(super) actor: u8,
    /// It is the environment's.
    pub(super) unasked: bool,
}

/// The states from which a goal can be reached, in the making. Steps mostly lead to higher numbers,
/// so that one sweep from the end settles most; the last sweep finds nothing.
pub(super) struct Reach {
    states: Bits,
    /// States from here on have been looked at in this sweep, and the steps that are kept with
    /// their targets from there on.
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

    /// Looks at up to `states` states; true once nothing is left to do. `goal` is told whether any
    /// step that counts leads on from the state; the way is through states that `through` allows,
    /// goals among them.
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
                // States that were not expanded lead nowhere: once is enough.
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

    /// The states, once nothing is left to do.
    pub(super) fn states(&self) -> &Bits {
        &self.states
    }

    /// Whether any step that counts leads on from the state that is looked at, and whether one
    /// leads to a state that is known to reach a goal.
    fn take_steps(&mut self, graph: &Graph) -> (bool, bool) {
        let (from, own) = (self.at, self.ways == Ways::Own);
        let (mut steps, mut leads) = (false, false);
        while self.found > 0 && graph.parents.get(self.found - 1) == from {
            self.found -= 1;
            if !(own && graph.actors.get(self.found) & UNASKED_ACTOR != 0) {
                steps = true;
                leads |= self.states.has(self.found);
            }
        }
        let others = if from < graph.expanded_states() { graph.other_counts.get(from) } else { 0 };
        for _ in 0..others {
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

    pub(super) fn add(&mut self, fingerprint: Fingerprint, parent: u32, edge: Edge, broken: u16) {
        self.fingerprints.push(fingerprint);
        self.parents.push(parent);
        self.actors.push(edge.actor | if edge.unasked { UNASKED_ACTOR } else { 0 });
        self.broken.push(broken);
        self.standing.push(Standing::Running);
    }

    /// Adds a step from the state that is being expanded to one that was known.
    pub(super) fn add_other(&mut self, to: u32, edge: Edge) {
        self.other_targets.push(to | if edge.unasked { UNASKED_TARGET } else { 0 });
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
        self.actors.get(state) & !UNASKED_ACTOR
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

    /// Steps taken by the search.
    pub(super) fn transitions(&self) -> u64 {
        u64::from(self.states().saturating_sub(1)) + u64::from(self.other_targets.len())
    }

    /// The states from which a goal can be reached; see [`Reach`].
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
