//! The eleven workloads of `BENCH.md`, for the kernel's tree and for its peers.

#![allow(dead_code, reason = "each of the two benches takes a part")]

use std::collections::BTreeMap;
use std::hint::black_box;

use extentscope::es::{EsSuper, Extent, Memory, Rules, Status, Tree, Version};
use rangemap::RangeMap;

/// Number of extents to build, and the size of the space of random extents.
const N: u32 = 1_000_000;
/// The first physical block of the first extent.
const PB: u64 = 1 << 32;
const S_PERM: u64 = 0x9E37_79B9_7F4A_7C15;
const S_LOOK: u64 = 0xD1B5_4A32_D192_ED03;
const S_CONV: u64 = 0xA076_1D64_78BD_642F;
const S_SPLIT: u64 = 0xE703_7ED1_A0B4_28DB;

/// One workload: a name, the number of operations by which its time is divided, and its check
/// value.
pub struct Workload {
    /// The name in `BENCH.md`.
    pub name: &'static str,
    /// Number of operations in the timed loop.
    pub ops: u32,
    /// Number of extents at the end; for lookups, number of hits.
    pub check: u32,
    /// Instructions per operation of the kernel's C code, v3.9 and v6.1 (`BENCH.md`).
    pub c_instr: [u32; 2],
    kind: Kind,
}

enum Kind {
    Insert { random: bool },
    Look { random: bool },
    Convert { random: bool },
    SeqMerge,
    SeqMerge1k,
    Remove,
    Split,
    Shrink,
}

/// All workloads, in the order of `BENCH.md`.
pub const WORKLOADS: [Workload; 11] = [
    workload("ins_asc", N, N, [2336, 2477], Kind::Insert { random: false }),
    workload("ins_rand", N, N, [1106, 1224], Kind::Insert { random: true }),
    workload("look_asc", 10 * N, 5_000_701, [251, 248], Kind::Look { random: false }),
    workload("look_rand", 10 * N, 5_000_701, [251, 244], Kind::Look { random: true }),
    workload("conv_seq", N, 2_757_567, [1998, 2237], Kind::Convert { random: false }),
    workload("conv_rand", N, 2_757_567, [1991, 2229], Kind::Convert { random: true }),
    workload("seq_merge", 10 * N, 1, [199, 261], Kind::SeqMerge),
    workload("seq_merge_1k", 10 * N, 1000, [656, 738], Kind::SeqMerge1k),
    workload("rem_rand", N, 0, [356, 445], Kind::Remove),
    workload("rem_split", N, 914_610, [1022, 1165], Kind::Split),
    workload("shrink", N, 0, [96, 113], Kind::Shrink),
];

const fn workload(
    name: &'static str,
    ops: u32,
    check: u32,
    c_instr: [u32; 2],
    kind: Kind,
) -> Workload {
    Workload { name, ops, check, c_instr, kind }
}

/// The data structure that a workload runs on.
pub trait Subject {
    /// Gives the range this mapping.
    fn insert(&mut self, lblk: u32, len: u32, pblk: u64, status: Status);
    /// Removes the range `[lblk/len)` from the structure.
    fn remove(&mut self, lblk: u32, len: u32);
    /// True if the block is known.
    fn lookup(&mut self, lblk: u32) -> bool;
    /// Frees up to `nr` extents; false if none was left.
    fn shrink(&mut self, nr: u32) -> bool;
    /// Number of extents in the structure.
    fn count(&self) -> u32;
}

impl Workload {
    /// Prepares the subject, runs the timed loop between `start` and `stop`, and returns the check
    /// value. The timed loop does at most `limit` operations.
    pub fn run<S: Subject>(&self, mut subject: S, limit: u32, clock: &mut impl Clock) -> u32 {
        let s = &mut subject;
        let perm = match self.kind {
            Kind::Insert { random: true }
            | Kind::Look { random: true }
            | Kind::Convert { random: true }
            | Kind::Remove => permutation(),
            _ => (0..N).collect(),
        };
        match self.kind {
            Kind::Look { .. } => build(s, &perm),
            Kind::Remove | Kind::Shrink => build(s, &(0..N).collect::<Vec<_>>()),
            Kind::Convert { .. } => {
                for i in 0..N {
                    s.insert(32 * i, 16, PB + 32 * u64::from(i), Status::UNWRITTEN);
                }
            }
            Kind::Split => s.insert(0, 1 << 24, PB, Status::WRITTEN),
            _ => {}
        }
        let ops = self.ops.min(limit);
        clock.start();
        let hits = self.timed_loop(s, &perm, ops);
        clock.stop();
        if matches!(self.kind, Kind::Look { .. }) { hits } else { s.count() }
    }

    /// The timed loop, a function of its own for the instruction counter.
    #[inline(never)]
    fn timed_loop<S: Subject>(&self, s: &mut S, perm: &[u32], ops: u32) -> u32 {
        match self.kind {
            Kind::Insert { .. } => {
                build(s, perm);
                0
            }
            Kind::Look { .. } => look(s, ops),
            Kind::Convert { random } => {
                if random {
                    convert(s, perm.iter().copied());
                } else {
                    convert(s, 0..N);
                }
                0
            }
            Kind::SeqMerge => {
                for i in 0..ops {
                    s.insert(i, 1, PB + u64::from(i), Status::WRITTEN);
                }
                0
            }
            Kind::SeqMerge1k => {
                for j in 0..ops / 1000 {
                    for strand in 0..1000 {
                        let lblk = 16384 * strand + j;
                        s.insert(lblk, 1, PB + u64::from(lblk), Status::WRITTEN);
                    }
                }
                0
            }
            Kind::Remove => {
                for &i in perm {
                    s.remove(2 * i, 1);
                }
                0
            }
            Kind::Split => {
                let mut x = Xorshift(S_SPLIT);
                for _ in 0..ops {
                    s.remove(x.bounded(1 << 24), 1);
                }
                0
            }
            Kind::Shrink => {
                while s.shrink(128) {}
                0
            }
        }
    }
}

/// A clock around the timed loop.
pub trait Clock {
    /// Called when the loop starts.
    fn start(&mut self);
    /// Called when the loop has ended.
    fn stop(&mut self);
}

#[inline(always)]
fn build<S: Subject>(s: &mut S, order: &[u32]) {
    for &i in order {
        s.insert(2 * i, 1, PB + 2 * u64::from(i), Status::WRITTEN);
    }
}

#[inline(always)]
fn look<S: Subject>(s: &mut S, ops: u32) -> u32 {
    let mut x = Xorshift(S_LOOK);
    let mut hits = 0;
    for _ in 0..ops {
        hits += u32::from(s.lookup(x.bounded(2 * N)));
    }
    hits
}

#[inline(always)]
fn convert<S: Subject>(s: &mut S, order: impl Iterator<Item = u32>) {
    let mut x = Xorshift(S_CONV);
    for i in order {
        let (a, b) = (x.bounded(16), x.bounded(16));
        let (lo, hi) = (a.min(b), a.max(b));
        let (lblk, len) = (32 * i + lo, hi - lo + 1);
        s.remove(lblk, len);
        s.insert(lblk, len, PB + u64::from(lblk), Status::WRITTEN);
    }
}

fn permutation() -> Vec<u32> {
    let mut x = Xorshift(S_PERM);
    let mut perm: Vec<u32> = (0..N).collect();
    for i in (1..N).rev() {
        let j = x.bounded(i + 1);
        perm.swap(i as usize, j as usize);
    }
    perm
}

/// The random number generator xorshift64*.
struct Xorshift(u64);

impl Xorshift {
    #[inline(always)]
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    #[inline(always)]
    fn bounded(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }
}

/// The kernel's tree: one inode and its superblock, with the list and the counters that the kernel
/// updates in every call.
pub struct Kernel {
    rules: Rules,
    mem: Memory,
    sb: EsSuper<1>,
    inodes: [Tree; 1],
    hits: u64,
    misses: u64,
}

impl Kernel {
    /// An empty tree of a version.
    pub fn new(version: Version) -> Kernel {
        Kernel {
            rules: *version.rules(),
            mem: Memory::plenty(),
            sb: EsSuper::new(),
            inodes: [Tree::new()],
            hits: 0,
            misses: 0,
        }
    }
}

impl Subject for Kernel {
    #[inline(always)]
    fn insert(&mut self, lblk: u32, len: u32, pblk: u64, status: Status) {
        let extent = Extent::new(lblk, len, pblk, status);
        let done = self.sb.insert(&self.rules, &mut self.mem, &mut self.inodes, 0, extent);
        let _ = black_box(done);
    }

    #[inline(always)]
    fn remove(&mut self, lblk: u32, len: u32) {
        let done = self.sb.remove(&self.rules, &mut self.mem, &mut self.inodes, 0, (lblk, len));
        let _ = black_box(done);
    }

    #[inline(always)]
    fn lookup(&mut self, lblk: u32) -> bool {
        let [es] = &mut self.inodes;
        let found = es.lookup(&self.rules, lblk);
        self.sb.used(&self.rules, 0);
        match found {
            Some(extent) => {
                black_box(extent);
                self.hits += 1;
                true
            }
            None => {
                self.misses += 1;
                false
            }
        }
    }

    fn shrink(&mut self, nr: u32) -> bool {
        self.sb.shrink(&self.rules, &mut self.inodes, nr.cast_signed(), 0, None);
        self.inodes[0].shk_nr() > 0
    }

    fn count(&self) -> u32 {
        self.inodes[0].all_nr()
    }
}

/// `std::collections::BTreeMap` as an interval map from first block to (length, physical block,
/// status), without counters and cache.
#[derive(Default)]
pub struct Interval(BTreeMap<u32, (u32, u64, Status)>);

impl Interval {
    fn cut(&mut self, lblk: u32, len: u32) {
        let end = lblk + len;
        if let Some((&start, &(old, pblk, status))) = self.0.range(..lblk).next_back()
            && start + old > lblk
        {
            self.0.insert(start, (lblk - start, pblk, status));
            if start + old > end {
                let moved = pblk + u64::from(end - start);
                self.0.insert(end, (start + old - end, moved, status));
                return;
            }
        }
        while let Some((&start, &(old, pblk, status))) = self.0.range(lblk..end).next() {
            self.0.remove(&start);
            if start + old > end {
                let moved = pblk + u64::from(end - start);
                self.0.insert(end, (start + old - end, moved, status));
            }
        }
    }
}

impl Subject for Interval {
    fn insert(&mut self, mut lblk: u32, mut len: u32, mut pblk: u64, status: Status) {
        self.cut(lblk, len);
        if let Some((&start, &(old, first, kind))) = self.0.range(..lblk).next_back()
            && start + old == lblk
            && kind == status
            && first + u64::from(old) == pblk
        {
            (lblk, len, pblk) = (start, old + len, first);
        }
        if let Some(&(next, first, kind)) = self.0.get(&(lblk + len))
            && kind == status
            && pblk + u64::from(len) == first
        {
            self.0.remove(&(lblk + len));
            len += next;
        }
        self.0.insert(lblk, (len, pblk, status));
    }

    fn remove(&mut self, lblk: u32, len: u32) {
        self.cut(lblk, len);
    }

    fn lookup(&mut self, lblk: u32) -> bool {
        match self.0.range(..=lblk).next_back() {
            Some((&start, &(len, ..))) => lblk - start < len,
            None => false,
        }
    }

    fn shrink(&mut self, nr: u32) -> bool {
        for _ in 0..nr {
            if self.0.pop_first().is_none() {
                return false;
            }
        }
        !self.0.is_empty()
    }

    fn count(&self) -> u32 {
        self.0.len() as u32
    }
}

/// The crate `rangemap`. It merges equal neighbours, so the value is the distance from logical to
/// physical block, which is constant along a contiguous run.
#[derive(Default)]
pub struct Ranges(RangeMap<u32, (u64, Status)>);

impl Subject for Ranges {
    fn insert(&mut self, lblk: u32, len: u32, pblk: u64, status: Status) {
        self.0.insert(lblk..lblk + len, (pblk.wrapping_sub(lblk.into()), status));
    }

    fn remove(&mut self, lblk: u32, len: u32) {
        self.0.remove(lblk..lblk + len);
    }

    fn lookup(&mut self, lblk: u32) -> bool {
        self.0.get(&lblk).is_some()
    }

    fn shrink(&mut self, nr: u32) -> bool {
        for _ in 0..nr {
            let Some(first) = self.0.first_range_value().map(|(it, _)| it.clone()) else {
                return false;
            };
            self.0.remove(first);
        }
        self.0.first_range_value().is_some()
    }

    fn count(&self) -> u32 {
        self.0.iter().count() as u32
    }
}
