//! The events of a tree, in words.

use crate::es::{EsEvent, EsOp, Extent, NodeId, Observer, Reply, Side, Status};
use crate::view::words::count;

/// Number of events of a line that are told one by one; the others are counted.
const TOLD_MAX: usize = 200;

/// An observer of the tree that remembers the extent of each node at each event.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// The current extent at each index of the arena.
    says: Vec<Extent>,
    told: Vec<String>,
    changed: Vec<NodeId>,
    turned: Vec<(NodeId, Side)>,
    links: u32,
    rotations: u32,
    more: u32,
}

/// The events of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// One clause per event: `rotate left at [8/4): [12/4) goes up`.
    pub told: Vec<String>,
    /// The nodes that were linked, changed, recoloured or moved.
    pub changed: Vec<NodeId>,
    /// The nodes that a rotation has lifted, in ascending order, with the direction of their last
    /// rotation.
    pub turned: Vec<(NodeId, Side)>,
    /// Number of linked nodes.
    pub links: u32,
    /// The number of rotations, left and right.
    pub rotations: u32,
    /// Number of events that `told` leaves out.
    pub more: u32,
}

impl Recorder {
    /// The events since the last call.
    pub fn take(&mut self) -> Heard {
        let Recorder { told, changed, turned, links, rotations, more, .. } = self;
        let mut changed = core::mem::take(changed);
        changed.sort_unstable();
        changed.dedup();
        let mut turned = core::mem::take(turned);
        turned.reverse();
        turned.sort_by_key(|(node, _)| *node);
        turned.dedup_by_key(|(node, _)| *node);
        Heard {
            told: core::mem::take(told),
            changed,
            turned,
            links: core::mem::take(links),
            rotations: core::mem::take(rotations),
            more: core::mem::take(more),
        }
    }

    fn says(&self, node: NodeId) -> Extent {
        self.says.get(node.index as usize).copied().unwrap_or_default()
    }

    fn set(&mut self, node: NodeId, extent: Extent) {
        let at = node.index as usize;
        if self.says.len() <= at {
            self.says.resize(at + 1, Extent::default());
        }
        self.says[at] = extent;
    }

    fn range(&self, node: NodeId) -> String {
        let Extent { lblk, len, .. } = self.says(node);
        format!("[{lblk}/{len})")
    }

    fn tell(&self, event: EsEvent) -> Option<String> {
        Some(match event {
            EsEvent::Link { extent, parent: None, .. } => format!("link {extent}: the root"),
            EsEvent::Link { extent, parent: Some((parent, side)), .. } => {
                format!("link {extent}, red, {} under {}", side_name(side), self.range(parent))
            }
            EsEvent::Rotate { down, up, side } => {
                let (down, up) = (self.range(down), self.range(up));
                format!("rotate {} at {down}: {up} goes up", side_name(side))
            }
            EsEvent::Recolour { node, black } => {
                format!("{} turns {}", self.range(node), if black { "black" } else { "red" })
            }
            EsEvent::Merge { into, from } => {
                format!("{} swallows {}", self.range(into), self.range(from))
            }
            EsEvent::Split { left, right } => {
                format!("{} is split: {} is new", self.range(left), self.range(right))
            }
            EsEvent::Unlink { node, heir: Some(heir) } => {
                format!("unlink {}: {} takes its place", self.range(node), self.range(heir))
            }
            EsEvent::Unlink { node, heir: None } => format!("unlink {}", self.range(node)),
            EsEvent::Change { node, extent } => return change(self.says(node), extent),
            EsEvent::Cache { node: Some(node) } => format!("cache_es is {}", self.range(node)),
            EsEvent::Cache { node: None } => "cache_es is nothing".into(),
        })
    }
}

impl Observer for Recorder {
    const ON: bool = true;

    fn event(&mut self, event: EsEvent) {
        if self.told.len() < TOLD_MAX {
            let line = self.tell(event).filter(|line| self.told.last() != Some(line));
            self.told.extend(line);
        } else {
            self.more += 1;
        }
        match event {
            EsEvent::Link { node, extent, .. } => {
                self.links += 1;
                self.set(node, extent);
                self.changed.push(node);
            }
            EsEvent::Change { node, extent } => {
                self.set(node, extent);
                self.changed.push(node);
            }
            EsEvent::Rotate { down, up, side } => {
                self.rotations += 1;
                self.turned.push((up, side));
                self.changed.extend([down, up]);
            }
            EsEvent::Recolour { node, .. } => self.changed.push(node),
            EsEvent::Merge { .. }
            | EsEvent::Split { .. }
            | EsEvent::Unlink { .. }
            | EsEvent::Cache { .. } => {}
        }
    }
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

fn change(before: Extent, now: Extent) -> Option<String> {
    let same = Extent { status: before.status, ..now } == before;
    let differs = before.status ^ now.status;
    let range = format!("[{}/{})", now.lblk, now.len);
    let has = |bit: Status| now.status.any(bit);
    match (same, differs) {
        (true, Status::NONE) => None,
        (true, Status::REFERENCED) if has(Status::REFERENCED) => {
            Some(format!("{range} is marked REFERENCED"))
        }
        (true, Status::REFERENCED) => Some(format!("{range} loses REFERENCED: a second chance")),
        (true, Status::DIRTY) if has(Status::DIRTY) => Some(format!("{range} is marked dirty")),
        (true, Status::DIRTY) => Some(format!("{range} is clean")),
        _ => Some(format!("{before} becomes {now}")),
    }
}

/// The result of a call, as a sentence.
pub(super) fn answer(op: EsOp, reply: Reply) -> String {
    match (op, reply) {
        (EsOp::Reclaim { .. }, Reply::Count(n)) => format!("Freed {}.", counted(n, "extent")),
        (EsOp::DelayedClu { .. }, Reply::Count(n)) => {
            format!("{} with delayed blocks.", counted(n, "cluster"))
        }
        (EsOp::Insert(_) | EsOp::InsertFromDisk(_), Reply::Count(n)) if n != 0 => {
            format!("Inserted; {} used up.", counted(n, "reserved cluster"))
        }
        (EsOp::Insert(_) | EsOp::InsertFromDisk(_), _) => "Inserted.".into(),
        (EsOp::Remove { .. } | EsOp::Evict, Reply::Count(n)) if n != 0 => {
            format!("Removed; {} handed back.", counted(n, "reserved cluster"))
        }
        (EsOp::Remove { .. } | EsOp::Evict, _) => "Removed.".into(),
        (EsOp::Lookup { lblk }, Reply::Found(None, _)) => format!("Block {lblk} is not cached."),
        (_, Reply::Found(None, _)) => "Found none.".into(),
        (_, Reply::Found(Some(extent), 0)) => format!("Found {extent}."),
        (_, Reply::Found(Some(extent), next)) => {
            format!("Found {extent}; the next one starts at {next}.")
        }
        (_, Reply::Is(yes)) => if yes { "Yes." } else { "No." }.into(),
        (_, Reply::Count(n)) => format!("Answer: {n}."),
        (_, Reply::Done) => "Done.".into(),
    }
}

/// A count, with a remark if the kernel's `int` cannot hold it.
fn counted(n: i64, one: &str) -> String {
    match u32::try_from(n) {
        Ok(n) => count(n, one),
        Err(_) => format!("{n} {one}s (an int, too small for so many)"),
    }
}

/// The result of a line that makes allocations fail.
pub(super) fn failing(n: u32, at: u32) -> String {
    match (n, at) {
        (0, _) => "No allocation will fail.".into(),
        (u32::MAX, 1) => "Every allocation from here on will fail.".into(),
        (u32::MAX, at) => format!("Every allocation from number {at} on will fail."),
        (1, 1) => "The next allocation will fail.".into(),
        (1, at) => format!("Allocation {at} from here will fail."),
        (n, 1) => format!("The next {n} allocations will fail."),
        (n, at) => format!("Allocations {at} to {} from here will fail.", at.saturating_add(n - 1)),
    }
}

/// An extent without the filler in the physical block of a hole.
pub(super) fn plain(extent: Extent) -> Extent {
    if extent.status.is_mapped() { extent } else { Extent { pblk: 0, ..extent } }
}
