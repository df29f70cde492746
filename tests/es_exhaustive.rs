//! All sequences of three operations on eight blocks, for each version, on both storages, compared
//! with the dense oracle.
//!
//! Operations: insert and remove of each of the 36 ranges; inserts as WRITTEN and UNWRITTEN, with
//! physical blocks that are contiguous over the file or apart, as DELAYED, as HOLE, and as
//! UNWRITTEN with DELAYED if the version has that; with a dirty bit, the corrected conversion,
//! setting and clearing of dirty marks, and inserts of extents read from disk; lookup, find and
//! reclaim.
//!
//! Why it is enough to walk trees instead of sequences: an operation sees only the current tree
//! (extents, shape, colours, `cache_es`, counters, resume position). Sequences that lead to the
//! same tree therefore continue alike. The test collects all different trees after zero, one and
//! two operations, and applies every operation to each. The number of trees is pinned.

mod es_common;

use std::collections::BTreeSet;

use es_common::{Triple, extent_of};
use extentscope::es::{
    Convert, DirtyBit, Encode, EsOp, Extent, Matching, Memory, Rules, Status, Version,
};

/// Number of blocks of the file.
const BLOCKS: u32 = 8;

type File = Triple<{ BLOCKS as usize }, { BLOCKS as usize }>;

#[test]
fn versions_before_v3_19() {
    let walk = |it: Version| walk(it.rules());
    assert_eq!([Version::V3_8, Version::V3_9, Version::V3_11].map(walk), PINNED[..3]);
}

#[test]
fn versions_from_v3_19() {
    let walk = |it: Version| walk(it.rules());
    assert_eq!([Version::V3_19, Version::V6_5, Version::V6_12].map(walk), PINNED[3..]);
}

#[test]
fn the_rfc_with_each_dirty_bit() {
    let walk = |bit| walk(&Version::V3_9.rules().with_dirty_bit(bit));
    assert_eq!([DirtyBit::UnwrittenOnly, DirtyBit::Pending].map(walk), PINNED_DIRTY);
}

#[test]
fn clusters_of_two_blocks() {
    let walk = |it: Version| walk(&it.rules().with_cluster_bits(1));
    assert_eq!([Version::V6_5, Version::V6_12].map(walk), PINNED_CLUSTERS);
}

/// Number of different trees after two operations, by version.
const PINNED: [u64; 6] = [324, 29_810, 29_810, 30_062, 30_062, 22_695];
/// The same numbers for v3.9 with `unwritten_only` and with `pending`.
const PINNED_DIRTY: [u64; 2] = [30_470, 30_533];
/// The same numbers for v6.5 and v6.12 with clusters of two blocks.
const PINNED_CLUSTERS: [u64; 2] = [30_216, 23_261];

/// Runs all sequences of three operations. Returns the number of different trees after two.
fn walk(rules: &Rules) -> u64 {
    let ops = operations(rules);
    let mut trees = vec![File::new()];
    for _ in 0..2 {
        let mut seen = BTreeSet::new();
        let mut next = Vec::new();
        for file in &trees {
            for &op in &ops {
                let mut file = file.clone();
                if file.step(rules, &mut Memory::plenty(), op) && seen.insert(key(&file)) {
                    next.push(file);
                }
            }
        }
        trees = next;
    }
    for file in &trees {
        file.check_lookups();
        for &op in &ops {
            file.clone().step(rules, &mut Memory::plenty(), op);
        }
    }
    trees.len() as u64
}

/// Everything of a file that an operation can see.
fn key(file: &File) -> Vec<u8> {
    let mut key = Vec::new();
    file.flat.encode(Encode::All, &mut |it| key.push(it));
    for node in file.tree.storage().preorder() {
        key.push(node.extent.lblk as u8);
        key.push(u8::from(node.black));
    }
    key
}

fn operations(rules: &Rules) -> Vec<EsOp> {
    let mut ops = Vec::new();
    for lblk in 0..BLOCKS {
        for len in 1..=BLOCKS - lblk {
            ranges(rules, lblk, len, &mut ops);
        }
        ops.push(EsOp::Lookup { lblk });
    }
    if !rules.delayed_only {
        ops.extend([1, 2, 9].map(|nr_to_scan| EsOp::Reclaim { nr_to_scan }));
    }
    ops
}

/// The operations on one range.
fn ranges(rules: &Rules, lblk: u32, len: u32, ops: &mut Vec<EsOp>) {
    let end = lblk + len - 1;
    ops.push(EsOp::Remove { lblk, len });
    ops.push(EsOp::FindRange { matching: Matching::Delayed, lblk, end });
    if rules.delayed_only {
        ops.push(EsOp::Insert(Extent::new(lblk, len, 0, Status::DELAYED)));
        return;
    }
    let kinds = if rules.exclusive_types { 0..4 } else { 0..7 };
    ops.extend(kinds.map(|it| EsOp::Insert(extent_of(rules, lblk, len, it))));
    ops.push(EsOp::Insert(extent_of(rules, lblk, len, 5)));
    if rules.exclusive_types {
        let (lclu_allocated, end_allocated) = (rules.cluster_bits > 0, false);
        ops.push(EsOp::InsertDelayed { lblk, len, lclu_allocated, end_allocated });
    }
    ops.push(EsOp::ConvertUnwritten { lblk, len, how: Convert::Corrected });
    if rules.cache_extent {
        ops.push(EsOp::CacheExtent(extent_of(rules, lblk, len, 2)));
    }
    if rules.dirty_bit != DirtyBit::No {
        ops.push(EsOp::MarkDirty { lblk, len });
        ops.push(EsOp::ClearDirty { lblk, len });
        ops.push(EsOp::InsertFromDisk(extent_of(rules, lblk, len, 2)));
    }
}
