//! The facts that lessons mention, computed from a run.

use crate::check::{Bounds, Search, Verdict};
use crate::es::Status;
use crate::kernel::{
    Actor, Content, Giver, Inode, Mapping, Next, Note, Promise, Setup, State, deadlocked,
    found_after_recovery, needs, next, read_now,
};
use crate::scenario::Run;

/// A fact that is computed from a run at its cursor. Block numbers refer to the first file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The result of the last read that returned.
    Returned,
    /// The result of a direct read of a block that would map the block now.
    ReadNow(u8),
    /// The result of a read of a block after recovery from a power cut.
    Survives(u8),
    /// The status of a block in a layer.
    Says(Layer, u8),
    /// Whether a write was acknowledged: its event is in the ring.
    Acknowledged(u8),
    /// Whether the last run of the shrinker freed an entry.
    Freed,
    /// The actor that can end an actor's wait.
    Giver(Actor),
    /// The number of pending conversions of AIO writes.
    Pending,
    /// Whether some run breaks a promise.
    Breaks(Promise),
    /// The step after which this run cannot avoid breaking a promise.
    NoReturn(Promise),
}

/// A map of the file's blocks in one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The extent status tree of the file.
    EsTree,
    /// The extent tree in the running transaction.
    Disk,
    /// The extent tree as committed.
    Committed,
}

/// A value of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Yes, or: the promise breaks.
    Yes,
    /// No, or: the promise holds.
    No,
    /// The data of a write.
    Data,
    /// The data that the file held at the start.
    Old,
    /// Zeroes that the reader fills in.
    Zeroes,
    /// Data that a former owner left in the block.
    Stale,
    /// The block is written.
    Written,
    /// The block is unwritten.
    Unwritten,
    /// The block is delayed.
    Delayed,
    /// The block is a hole.
    Hole,
    /// The layer has no entry for the block.
    Nothing,
    /// There is no such actor.
    Nobody,
    /// The actor that the fact names.
    Actor(Actor),
    /// A number; the fact says what it counts.
    Number(u32),
}

impl Fact {
    /// The value of the fact at the cursor of a run. `None` if the run is not at a point where the
    /// fact is known: no read has returned, the actor does not wait, or the search reached a bound.
    pub fn compute(self, run: &Run) -> Option<Truth> {
        match self {
            Fact::Breaks(promise) => breaks(run.setup(), promise),
            Fact::NoReturn(promise) => no_return(run, promise),
            Fact::Returned
            | Fact::ReadNow(_)
            | Fact::Survives(_)
            | Fact::Says(..)
            | Fact::Acknowledged(_)
            | Fact::Freed
            | Fact::Giver(_)
            | Fact::Pending => self.read(run),
        }
    }

    /// The same, except that it is `None` for a fact of all runs, which only a search can compute.
    /// The page computes no others, so that it does not carry the search.
    pub fn read(self, run: &Run) -> Option<Truth> {
        let (setup, state) = (run.setup(), run.state());
        let inode = &state.inodes[0];
        match self {
            Fact::Returned => last_read(run),
            Fact::ReadNow(lblk) => Some(truth_of(read_now(setup, state, 0, lblk))),
            Fact::Survives(lblk) => Some(truth_of(found_after_recovery(state, inode, lblk))),
            Fact::Says(layer, lblk) => Some(layer_says(inode, layer, lblk)),
            Fact::Acknowledged(nr) => {
                let is_it =
                    |note: &Note| matches!(note, Note::Acknowledged { nr: n, .. } if *n == nr);
                Some(yes(notes(run).any(is_it)))
            }
            Fact::Freed => {
                let freed = notes(run).filter_map(|note| match note {
                    Note::Shrunk { freed, .. } => Some(*freed),
                    _ => None,
                });
                freed.last().map(|freed| yes(freed > 0))
            }
            Fact::Giver(actor) => giver_of(setup, state, actor),
            Fact::Pending => Some(Truth::Number(state.pending_aio_conversions().into())),
            Fact::Breaks(_) | Fact::NoReturn(_) => None,
        }
    }

    /// Whether only a search of all runs can compute the fact.
    pub fn is_of_all_runs(self) -> bool {
        matches!(self, Fact::Breaks(_) | Fact::NoReturn(_))
    }
}

fn notes(run: &Run) -> impl Iterator<Item = &Note> {
    (0..run.cursor()).flat_map(|step| run.notes_of(step))
}

fn yes(is: bool) -> Truth {
    if is { Truth::Yes } else { Truth::No }
}

fn truth_of(content: Option<Content>) -> Truth {
    match content {
        None => Truth::Zeroes,
        Some(Content::Stale) => Truth::Stale,
        Some(Content::Initial { .. }) => Truth::Old,
        Some(Content::Write { .. } | Content::Halves { .. }) => Truth::Data,
    }
}

/// The result of the last read. A read of several blocks counts as zeroes if any block was filled
/// with zeroes.
fn last_read(run: &Run) -> Option<Truth> {
    let step = (0..run.cursor())
        .rev()
        .find(|step| run.notes_of(*step).iter().any(|note| matches!(note, Note::Read { .. })))?;
    let read = run.notes_of(step).iter().find_map(|note| match *note {
        Note::Read { ino, range, zeroes, .. } => Some((ino, range, zeroes)),
        _ => None,
    });
    let (ino, range, zeroes) = read?;
    if zeroes > 0 {
        return Some(Truth::Zeroes);
    }
    Some(truth_of(read_now(run.setup(), run.state_at(step), ino, range.lblk)))
}

fn layer_says(inode: &Inode, layer: Layer, lblk: u8) -> Truth {
    let of_mapping = |mapping: Mapping| match mapping {
        Mapping::Written(_) => Truth::Written,
        Mapping::Unwritten(_) => Truth::Unwritten,
        Mapping::Hole => Truth::Hole,
    };
    match layer {
        Layer::Disk => of_mapping(inode.disk[usize::from(lblk)]),
        Layer::Committed => of_mapping(inode.committed[usize::from(lblk)]),
        Layer::EsTree => match inode.es.peek(lblk.into()) {
            None => Truth::Nothing,
            Some(extent) if extent.status.any(Status::DELAYED) => Truth::Delayed,
            Some(extent) if extent.status.any(Status::WRITTEN) => Truth::Written,
            Some(extent) if extent.status.any(Status::UNWRITTEN) => Truth::Unwritten,
            Some(_) => Truth::Hole,
        },
    }
}

/// The first actor that can end the wait, or [`Truth::Nobody`] if only stuck actors could.
fn giver_of(setup: &Setup, state: &State, actor: Actor) -> Option<Truth> {
    let Next::Blocked { wait, .. } = next(setup, state, actor) else { return None };
    if deadlocked(setup, state).iter().any(|(stuck, _)| *stuck == actor) {
        return Some(Truth::Nobody);
    }
    let first: Option<Giver> = needs(setup, state, wait).into_iter().flatten().next();
    Some(first.map_or(Truth::Nobody, |giver| Truth::Actor(giver.actor)))
}

fn no_return(run: &Run, promise: Promise) -> Option<Truth> {
    let search = Search::run(run.setup().clone(), Bounds::default());
    let taken = &run.choices()[..run.cursor()];
    search.point_of_no_return(promise, taken).map(Truth::Number)
}

fn breaks(setup: &Setup, promise: Promise) -> Option<Truth> {
    let search = Search::new(setup.clone(), Bounds::default()).reduced().finish();
    let finding = search.findings().into_iter().find(|finding| finding.promise == promise)?;
    match finding.verdict {
        Verdict::Violated { .. } => Some(Truth::Yes),
        Verdict::Holds | Verdict::NeverReached => finding.limit.is_none().then_some(Truth::No),
    }
}
