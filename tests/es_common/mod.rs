//! The dense oracle, a file with one entry per block, which is slow and obviously correct, and the
//! invariants of a tree. The exhaustive test, the property test and the fuzz target all use it.

#![allow(dead_code, reason = "each of its users takes a part")]

use extentscope::es::{
    Convert, DirtyBit, Es, EsError, EsOp, Extent, Flat, Matching, Memory, NoMemory, NodeId,
    NodeView, Reply, Rules, Shrinker, Status, Store, Tree, Version,
};

/// The state of one block: its type with DIRTY, and its physical block if it has one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    status: Status,
    pblk: u64,
}

/// A file of at most `N` blocks, block by block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Dense<const N: usize>([Option<Block>; N]);

impl<const N: usize> std::fmt::Debug for Dense<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (lblk, block) in self.0.iter().enumerate() {
            if let Some(block) = block {
                write!(f, "{lblk}:{}@{} ", block.status, block.pblk)?;
            }
        }
        Ok(())
    }
}

impl<const N: usize> Dense<N> {
    /// A file of which nothing is known.
    pub const fn new() -> Self {
        Dense([None; N])
    }

    /// The contents of a tree, block by block. Panics if two extents overlap or one is empty.
    pub fn of<S: Store>(es: &Es<S>) -> Self {
        let mut dense = Dense::new();
        for extent in es {
            assert!(extent.len > 0, "an empty extent in {es}");
            dense.fill(&extent, true);
        }
        dense
    }

    fn fill(&mut self, extent: &Extent, fresh: bool) {
        for skip in 0..extent.len {
            let pblk = if extent.status.is_mapped() { extent.pblk + u64::from(skip) } else { 0 };
            let status = extent.status.without(Status::REFERENCED);
            let slot = &mut self.0[(extent.lblk + skip) as usize];
            assert!(!fresh || slot.is_none(), "block {} twice", extent.lblk + skip);
            *slot = Some(Block { status, pblk });
        }
    }

    fn range(&mut self, lblk: u32, len: u32) -> &mut [Option<Block>] {
        &mut self.0[lblk as usize..(lblk + len) as usize]
    }

    /// Applies an operation to the file. Only the result of reclaim cannot be derived from blocks.
    fn apply(&mut self, rules: &Rules, op: EsOp) {
        let tracked = |it: &Extent| !rules.delayed_only || it.status.kind() == Status::DELAYED;
        let stored = |extent: Extent| Extent { status: rules.admit(extent.status), ..extent };
        match op {
            EsOp::Insert(extent) | EsOp::InsertFromDisk(extent) if !tracked(&extent) => {}
            EsOp::Insert(extent) => self.fill(&stored(extent), false),
            EsOp::InsertFromDisk(extent) => {
                let before = *self;
                self.fill(&stored(extent), false);
                for (now, old) in self.0.iter_mut().zip(before.0) {
                    if old.is_some_and(|it| it.status.any(Status::DIRTY)) {
                        *now = old;
                    }
                }
            }
            EsOp::CacheExtent(extent) => {
                let free = self.range(extent.lblk, extent.len).iter().all(Option::is_none);
                if free && rules.cache_extent {
                    self.fill(&extent, true);
                }
            }
            EsOp::InsertDelayed { lblk, len, .. } => {
                let one = rules.counts_reserved && !rules.delayed_insert_many;
                let len = if one { len.min(1) } else { len };
                self.fill(&Extent::new(lblk, len, 0, Status::DELAYED), false);
            }
            EsOp::Remove { lblk, len } => self.range(lblk, len).fill(None),
            EsOp::ConvertUnwritten { lblk, len, how: Convert::Corrected } => {
                self.change(lblk, len, |it| {
                    if it.kind() == Status::UNWRITTEN {
                        rules.admit(Status::WRITTEN | Status::DIRTY)
                    } else {
                        it
                    }
                });
            }
            EsOp::MarkDirty { lblk, len } if rules.dirty_bit != DirtyBit::No => {
                self.change(lblk, len, |it| {
                    if it.kind() == Status::UNWRITTEN { it | Status::DIRTY } else { it }
                });
            }
            EsOp::ClearDirty { lblk, len } => self.change(lblk, len, |it| {
                if it == Status::UNWRITTEN | Status::DIRTY {
                    Status::WRITTEN
                } else {
                    it.without(Status::DIRTY)
                }
            }),
            EsOp::Clear => {
                for slot in &mut self.0 {
                    *slot = slot.filter(|it| it.status.must_keep());
                }
            }
            EsOp::Evict => *self = Dense::new(),
            _ => {}
        }
    }

    fn change(&mut self, lblk: u32, len: u32, to: impl Fn(Status) -> Status) {
        for block in self.range(lblk, len).iter_mut().flatten() {
            block.status = to(block.status);
        }
    }

    fn delonly(&self, lblk: u32) -> bool {
        let block = self.0.get(lblk as usize).copied().flatten();
        block.is_some_and(|it| it.status.is_delonly())
    }

    /// The number of reserved clusters that a removal hands back, derived from the blocks: the
    /// clusters that lose a delonly block, without the first and the last if they keep one outside
    /// the range, and without the pending ones among the rest.
    fn released(&self, rules: &Rules, lblk: u32, len: u32, pending: &[u32]) -> i64 {
        let bits = rules.cluster_bits;
        let end = lblk + len - 1;
        let mut lost: Vec<u32> =
            (lblk..=end).filter(|&it| self.delonly(it)).map(|it| it >> bits).collect();
        lost.dedup();
        if bits == 0 {
            return lost.len() as i64;
        }
        let keeps = |lclu: u32| {
            let first = lclu << bits;
            (first..first + (1 << bits)).any(|it| !(lblk..=end).contains(&it) && self.delonly(it))
        };
        let gone = lost.iter().filter(|&&it| !keeps(it));
        // A pending reservation between the first and the last of them is removed, even if its own
        // cluster loses no delonly block.
        let (first, last) = match (lost.first(), lost.last()) {
            (Some(&first), Some(&last)) => (first, last),
            _ => return 0,
        };
        let from = first + u32::from(keeps(first));
        let past = last + u32::from(!keeps(last));
        let paid = pending.iter().filter(|&&it| from <= it && it < past);
        gone.count() as i64 - paid.count() as i64
    }
}

/// Compares a tree with the oracle and checks its invariants.
pub fn check<S: Store, const N: usize>(es: &Es<S>, dense: &Dense<N>, rules: &Rules) {
    assert_eq!(Dense::of(es), *dense, "blocks of {es}");
    let mut last: Option<Extent> = None;
    let (mut all, mut reclaimable) = (0, 0);
    for extent in es {
        if let Some(left) = last {
            assert!(left.lblk + left.len <= extent.lblk, "order in {es}");
            assert!(!mergeable(rules, &left, &extent), "{left} and {extent} should be one");
        }
        all += 1;
        reclaimable += u32::from(!extent.status.must_keep());
        last = Some(extent);
    }
    assert_eq!(es.shk_nr(), reclaimable, "i_es_shk_nr of {es}");
    assert_eq!(es.all_nr(), all, "i_es_all_nr of {es}");
    if let Some(cached) = es.cache_es() {
        assert!(es.iter().any(|it| it.lblk == cached), "cache_es of {es}");
    }
}

/// A second implementation of the merge test, from the README of the traces.
fn mergeable(rules: &Rules, left: &Extent, right: &Extent) -> bool {
    let plain = |it: &Extent| it.status.without(Status::REFERENCED);
    let touch = left.lblk + left.len == right.lblk && plain(left) == plain(right);
    let physical = left.pblk + u64::from(left.len) == right.pblk;
    let any = rules.delayed_only || left.status.any(Status::HOLE) || left.status.is_delonly();
    touch && (any || left.status.is_mapped() && physical)
}

/// Checks that the nodes form an ordered red-black tree: no red node has a red child, every path
/// has the same number of black nodes, and children know their parents.
pub fn check_red_black(tree: &Tree) {
    let Some(root) = tree.storage().root() else { return };
    assert!(root.black && root.parent.is_none(), "the root is black and has no parent");
    let mut walk = InOrder { tree, last: None, nodes: 0 };
    walk.black_height(&root);
    assert_eq!(walk.nodes, tree.all_nr(), "all nodes hang on the root");
}

struct InOrder<'a> {
    tree: &'a Tree,
    last: Option<u32>,
    nodes: u32,
}

impl InOrder<'_> {
    fn black_height(&mut self, node: &NodeView) -> u32 {
        let left = self.below(node, node.left);
        assert!(self.last <= Some(node.extent.lblk), "nodes are in order");
        self.last = Some(node.extent.lblk);
        self.nodes += 1;
        let right = self.below(node, node.right);
        assert_eq!(left, right, "paths have as many black nodes");
        left + u32::from(node.black)
    }

    fn below(&mut self, node: &NodeView, child: Option<NodeId>) -> u32 {
        let Some(id) = child else { return 0 };
        let child = self.tree.storage().node(id).expect("children are there");
        assert_eq!(child.parent, Some(node.id), "a child knows its parent");
        assert!(node.black || child.black, "no red node has a red child");
        self.black_height(&child)
    }
}

/// One file in three forms: red-black tree, sorted array, dense oracle.
#[derive(Clone)]
pub struct Triple<const N: usize, const F: usize> {
    /// The file as a red-black tree.
    pub tree: Tree,
    /// The file as a sorted array.
    pub flat: Flat<F, 16>,
    /// The file block by block.
    pub dense: Dense<N>,
}

impl<const N: usize, const F: usize> Triple<N, F> {
    /// A file without extents.
    pub fn new() -> Self {
        Triple { tree: Es::new(), flat: Es::new(), dense: Dense::new() }
    }

    /// Applies one operation to all three and checks everything. Returns false if the sequence ends
    /// here, because v3.8 now depends on the shape or the sorted array is full.
    pub fn step(&mut self, rules: &Rules, mem: &mut Memory, op: EsOp) -> bool {
        let before = self.dense;
        let pending: Vec<u32> = self.flat.pending().collect();
        let mut flat_mem = *mem;
        let flat = self.flat.apply(rules, &mut flat_mem, op);
        if matches!(flat, Err(EsError::ShapeDependent | EsError::Full)) {
            return false;
        }
        let failures = mem.failed;
        let tree = self.tree.apply(rules, mem, op);
        assert_eq!(tree, flat, "the answers to {op:?}");
        assert_eq!(*mem, flat_mem, "allocations of {op:?}");
        assert!(self.tree.iter().eq(self.flat.iter()), "{} and {}", self.tree, self.flat);
        assert!(self.tree.pending().eq(self.flat.pending()), "pending after {op:?}");
        assert_eq!(self.tree.cache_es(), self.flat.cache_es(), "cache_es after {op:?}");
        assert_eq!(self.tree.shrink_lblk(), self.flat.shrink_lblk());
        assert_eq!(self.tree.shk_nr(), self.flat.shk_nr());
        self.dense.apply(rules, op);
        let told = match op {
            EsOp::Reclaim { .. } | EsOp::ConvertUnwritten { how: Convert::Posted, .. } => false,
            _ => mem.failed == failures,
        };
        if told {
            if let (EsOp::Remove { lblk, len }, Ok(Reply::Count(released))) = (op, flat) {
                let expect = before.released(rules, lblk, len, &pending);
                let expect = if rules.counts_reserved { expect } else { 0 };
                assert_eq!(released, expect, "released by {op:?} in {before:?}");
            }
        } else {
            self.dense = Dense::of(&self.flat);
            self.check_losses(rules, &before, op);
        }
        let posted = matches!(op, EsOp::ConvertUnwritten { how: Convert::Posted, .. });
        if posted {
            // The operation leaves neighbours unmerged, so the sequence ends here.
            check_red_black(&self.tree);
            return false;
        }
        check(&self.flat, &self.dense, rules);
        check_red_black(&self.tree);
        true
    }

    /// Looks up every block in both trees.
    pub fn check_lookups(&self) {
        for (lblk, block) in self.dense.0.iter().enumerate() {
            let status = block.map(|it| it.status);
            let plain = |it: Extent| it.status.without(Status::REFERENCED);
            assert_eq!(self.flat.peek(lblk as u32).map(plain), status, "block {lblk}");
            assert_eq!(self.tree.peek(lblk as u32).map(plain), status, "block {lblk}");
        }
    }

    /// Checks the losses when memory is short or is reclaimed. Extents that must be kept are lost
    /// only if the operation removes them, and no new blocks appear.
    fn check_losses(&self, rules: &Rules, before: &Dense<N>, op: EsOp) {
        let mut after = *before;
        after.apply(rules, op);
        // Before v6.5, an insert that cannot allocate its node leaves its range empty.
        let emptied = match op {
            EsOp::Insert(it) | EsOp::InsertFromDisk(it) => it.lblk..it.lblk + it.len,
            EsOp::InsertDelayed { lblk, len, .. } => lblk..lblk + len,
            _ => 0..0,
        };
        let may_empty = rules.no_memory != NoMemory::Preallocate;
        for (lblk, now) in self.dense.0.iter().enumerate() {
            let (old, new) = (before.0[lblk], after.0[lblk]);
            if now.is_some() {
                assert!(*now == old || *now == new || converted(*now, old), "block {lblk}");
            } else if may_empty && emptied.contains(&(lblk as u32)) {
                continue;
            } else if let (Some(old), true) = (old, old == new) {
                // The posted conversion loses its tail, even if the tail was DELAYED.
                let posted = matches!(op, EsOp::ConvertUnwritten { how: Convert::Posted, .. });
                assert!(
                    posted || !old.status.must_keep(),
                    "block {lblk} of {old:?} lost by {op:?}"
                );
            }
        }
    }
}

/// Whether the posted conversion may give a block this state: WRITTEN, from any state.
fn converted(now: Option<Block>, old: Option<Block>) -> bool {
    let written = now.is_some_and(|it| it.status.without(Status::DIRTY) == Status::WRITTEN);
    written && old.is_some()
}

/// Reads bytes as a version, a dirty bit, a cluster size, failing allocations, and operations on 64
/// blocks, and runs them. This is the body of the fuzz target; its panics are findings.
pub fn run_bytes(data: &[u8]) {
    let mut bytes = data.iter().copied();
    let mut byte = || bytes.next();
    let Some(first) = byte() else { return };
    let version = Version::ALL[usize::from(first) % Version::ALL.len()];
    let Some(second) = byte() else { return };
    let dirty = [DirtyBit::No, DirtyBit::UnwrittenOnly, DirtyBit::Pending];
    let rules = version
        .rules()
        .with_dirty_bit(dirty[usize::from(second) % 3])
        .with_cluster_bits(if version >= Version::V3_19 { second / 3 % 4 } else { 0 });
    let mut mem = Memory::plenty();
    let mut file = Triple::<64, 32>::new();
    while let (Some(verb), Some(a), Some(b), Some(c)) = (byte(), byte(), byte(), byte()) {
        if verb == 255 {
            mem = Memory::failing(1 + u32::from(a % 4), (b % 4).into());
            continue;
        }
        let op = read_op(&rules, verb, (a, b, c));
        if !file.step(&rules, &mut mem, op) {
            return;
        }
        file.check_lookups();
    }
}

/// One operation from four bytes: the call, the block, the length, and the status or predicate.
fn read_op(rules: &Rules, verb: u8, (a, b, c): (u8, u8, u8)) -> EsOp {
    let lblk = u32::from(a % 64);
    let len = 1 + u32::from(b) % (64 - lblk);
    let end = lblk + len - 1;
    let matching = [
        Matching::Delayed,
        Matching::DelOnly,
        Matching::Written,
        Matching::Unwritten,
        Matching::Hole,
        Matching::Mapped,
    ][usize::from(c) % 6];
    let extent = extent_of(rules, lblk, len, c);
    match verb % 19 {
        0..=5 => EsOp::Insert(extent),
        6..=8 => EsOp::Remove { lblk, len },
        9 => EsOp::InsertFromDisk(Extent { status: without_delayed(extent.status), ..extent }),
        10 => EsOp::CacheExtent(Extent { status: extent.status.without(Status::DIRTY), ..extent }),
        11 => {
            EsOp::InsertDelayed { lblk, len, lclu_allocated: c & 1 != 0, end_allocated: c & 2 != 0 }
        }
        12 => EsOp::Lookup { lblk },
        13 => EsOp::FindRange { matching, lblk, end },
        14 => match c % 4 {
            0 => EsOp::DelayedClu { lblk, len },
            1 => EsOp::Clear,
            2 => EsOp::SetPrecached(b & 1 != 0),
            _ => EsOp::ScanRange { matching, lblk, end },
        },
        15 if rules.shrinker != Shrinker::None => EsOp::Reclaim { nr_to_scan: i32::from(b) - 1 },
        15 | 16 if c == 0 && !rules.delayed_only => {
            EsOp::ConvertUnwritten { lblk, len, how: Convert::Posted }
        }
        15 | 16 => EsOp::ConvertUnwritten { lblk, len, how: Convert::Corrected },
        17 => EsOp::MarkDirty { lblk, len },
        _ => EsOp::ClearDirty { lblk, len },
    }
}

/// A mapping of the range. The physical block is either contiguous with its neighbours or not.
pub fn extent_of(rules: &Rules, lblk: u32, len: u32, choice: u8) -> Extent {
    let contiguous = 1000 + u64::from(lblk);
    let apart = 100_000 + 1000 * u64::from(lblk);
    let (status, pblk) = match choice % 8 {
        _ if rules.delayed_only => (Status::DELAYED, 0),
        0 => (Status::WRITTEN, contiguous),
        1 => (Status::WRITTEN, apart),
        2 => (Status::UNWRITTEN, contiguous),
        3 => (Status::UNWRITTEN, apart),
        4 => (Status::DELAYED, 0),
        5 => (Status::HOLE, 0),
        6 if !rules.exclusive_types => (Status::UNWRITTEN | Status::DELAYED, contiguous),
        6 => (Status::DELAYED, 0),
        _ => (Status::WRITTEN | Status::DIRTY, contiguous),
    };
    Extent::new(lblk, len, pblk, status)
}

fn without_delayed(status: Status) -> Status {
    let rest = status.without(Status::DELAYED | Status::DIRTY);
    if rest == Status::NONE { Status::HOLE } else { rest }
}
