//! The trees of one inode during a replay, and their comparison with a dump.

use crate::es::{EsError, EsOp, Extent, Memory, Rules, Status, Tree};

use super::super::folder::Dump;
use super::result::Why;

/// The two trees of an inode: `most` has every extent that may still be cached, `least` only those
/// that must be.
#[derive(Clone)]
pub(super) struct Trees {
    pub(super) most: Tree,
    pub(super) least: Tree,
    /// Extents that were cached only in `least`. They may have been cached in the kernel and have
    /// survived a second run of the shrinker.
    pub(super) others: Vec<Extent>,
    pub(super) doubt: Option<Why>,
    /// Number of CLEAR_ES_CACHE calls that are running.
    pub(super) clearing: u32,
    /// True if blocks that `least` does not have may be in any state.
    pub(super) unknown: bool,
    /// True if the REFERENCED marks equal those of the kernel's tree.
    pub(super) marks: bool,
    /// The task whose event was the last change.
    pub(super) changed_by: Option<u32>,
}

/// The result of comparing a dump with the trees.
pub(super) enum Verdict {
    Equal,
    Within(Why),
    Differs { lblk: u32 },
}

impl Trees {
    /// Empty trees; `whole` says that the kernel's tree is known to be empty too.
    pub(super) fn new(whole: bool) -> Trees {
        let (most, least) = (Tree::new(), Tree::new());
        let (others, doubt) = (Vec::new(), None);
        let (unknown, marks) = (!whole, whole);
        Trees { most, least, others, doubt, clearing: 0, unknown, marks, changed_by: None }
    }

    /// Makes a call on both trees.
    pub(super) fn apply(&mut self, rules: &Rules, op: EsOp) -> Result<(), EsError> {
        if let EsOp::CacheExtent(extent) = op {
            let free = |tree: &Tree| !tree.iter().any(|other| overlap(&other, &extent));
            if free(&self.most) != free(&self.least) {
                self.others.push(extent);
            }
            if self.unknown && free(&self.least) {
                // Another extent may be cached there, so the call may have had no effect.
                return Ok(());
            }
        }
        self.most.apply(rules, &mut Memory::plenty(), op)?;
        self.least.apply(rules, &mut Memory::plenty(), op)?;
        Ok(())
    }

    /// Records that every extent which need not be kept may be gone.
    pub(super) fn least_without(&mut self, why: Why) {
        self.least.clear();
        self.doubt = self.doubt.max(Some(why));
        self.marks = false;
    }

    /// Records that the trees agreed with a dump, which ends all doubts.
    pub(super) fn settle(&mut self) {
        self.least = self.most.clone();
        self.others.clear();
        self.doubt = None;
    }

    /// Sets both trees to a dump.
    pub(super) fn set(&mut self, rules: &Rules, dump: &Dump) {
        let mut tree = Tree::new();
        for extent in dump {
            // A dump does not show the place of a delayed extent that has blocks.
            let known = || self.most.peek(extent.lblk).or_else(|| self.least.peek(extent.lblk));
            let pblk = match known() {
                Some(here) if extent.status.any(Status::DELAYED) && here.status.is_mapped() => {
                    here.pblk + u64::from(extent.lblk - here.lblk)
                }
                _ => extent.pblk,
            };
            // The extents of a kernel's tree always fit into this one.
            let extent = Extent { pblk, ..*extent };
            let _ = tree.apply(rules, &mut Memory::plenty(), EsOp::Insert(extent));
        }
        (self.most, self.unknown, self.marks) = (tree, false, false);
        self.settle();
    }

    /// Compares a dump with the trees; `shrinks` says that a shrinker is running.
    pub(super) fn verdict(&self, dump: &Dump, shrinks: bool) -> Verdict {
        let doubt = self.doubt.max(shrinks.then_some(Why::Reclaim));
        let doubt = doubt.max((self.clearing > 0).then_some(Why::Clear));
        let doubt = doubt.max(self.unknown.then_some(Why::Lost));
        let most: Vec<Extent> = self.most.iter().map(|extent| plain(&extent)).collect();
        if !self.unknown && dump.iter().map(plain).eq(most.iter().copied()) {
            return Verdict::Equal;
        }
        let least: Vec<Extent> = self.least.iter().collect();
        let mut edges: Vec<u32> = [&most, &least, dump, &self.others]
            .into_iter()
            .flatten()
            .flat_map(|extent| [extent.lblk, extent.lblk.saturating_add(extent.len)])
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let wrong = edges.into_iter().find(|lblk| {
            let (here, most, least) = (at(dump, *lblk), at(&most, *lblk), at(&least, *lblk));
            let other = |extent: &Extent| extent.contains(*lblk) && at(&[*extent], *lblk) == here;
            let allowed = here == most && doubt != Some(Why::Lost)
                || doubt.is_some() && (here == least || self.others.iter().any(other))
                || self.unknown && least.is_none();
            !allowed
        });
        match (wrong, doubt) {
            (None, Some(why)) => Verdict::Within(why),
            (Some(lblk), _) => Verdict::Differs { lblk },
            // The same blocks in different extents: one tree merged extents that the other did not.
            (None, None) => {
                let pairs = dump.iter().map(plain).zip(most.iter().copied());
                let first = pairs.into_iter().find(|(here, there)| here != there);
                Verdict::Differs {
                    lblk: first.map_or(0, |(here, there)| here.lblk.max(there.lblk)),
                }
            }
        }
    }
}

/// The type and the physical block of a block in a dump.
fn at(extents: &[Extent], lblk: u32) -> Option<(Status, u64)> {
    let after = extents.partition_point(|extent| extent.lblk <= lblk);
    let extent = extents.get(after.checked_sub(1)?)?;
    let kind = extent.status.kind();
    let pblk = extent.pblk.wrapping_add(u64::from(lblk - extent.lblk));
    extent.contains(lblk).then_some((kind, if shows_pblk(kind) { pblk } else { 0 }))
}

/// An extent without the parts that a dump does not show: REFERENCED, and the place of a delayed
/// extent.
pub(super) fn plain(extent: &Extent) -> Extent {
    let status = extent.status.kind();
    Extent { status, pblk: if shows_pblk(status) { extent.pblk } else { 0 }, ..*extent }
}

fn shows_pblk(status: Status) -> bool {
    status.is_mapped() && !status.any(Status::DELAYED)
}

fn overlap(one: &Extent, other: &Extent) -> bool {
    one.lblk < other.lblk.saturating_add(other.len) && other.lblk < one.lblk.saturating_add(one.len)
}
