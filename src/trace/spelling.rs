//! Spellings of events, which tell the age of a kernel if nothing else does.

use crate::es::Version;

/// A spelling that only some kernels have (`include/trace/events/ext4.h`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spelling {
    /// `ext4_es_insert_extent` without a physical block (v3.8).
    NoPblk,
    /// A status as a hexadecimal number (v3.9 and v3.10).
    HexStatus,
    /// No physical block, printed as 2^60 − 1 (v3.9 to v3.18).
    Ones60,
    /// `ext4_es_shrink_enter` and `_exit` (v3.9 to v3.17).
    ShrinkEnter,
    /// `ext4_es_shrink_scan_exit` and its siblings (v3.18).
    ShrinkScan,
    /// No physical block, printed as 2^59 − 1, or REFERENCED as `0x10` (v3.19 to v5.5).
    Ones59,
    /// `ext4_es_find_delayed_extent_range_enter` (v3.10 to v4.19).
    FindDelayedRange,
    /// The event `ext4_es_find_extent_range_enter` (from v4.20 on).
    FindRange,
    /// `ext4_es_insert_delayed_block` (v4.20 to v6.10).
    DelayedBlock,
    /// REFERENCED as `R` (v5.6).
    Referenced,
    /// The event `ext4_es_insert_delayed_extent` (from v6.11 on).
    DelayedExtent,
    /// `seq N` after an event (v6.19).
    Seq,
}

/// The set of spellings in a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spellings(u16);

impl Spellings {
    /// Notes that a spelling occurs in the trace.
    #[inline]
    pub fn saw(&mut self, spelling: Spelling) {
        self.0 |= 1 << spelling as u16;
    }

    /// Whether a spelling was seen.
    pub const fn has(self, spelling: Spelling) -> bool {
        self.0 >> spelling as u16 & 1 != 0
    }

    /// The rules that fit the set: those of its youngest spelling. Some ranges of kernels have the
    /// same spelling (v5.6 and v6.4). Then the younger rules are used, which differ least.
    pub fn version(self) -> Option<Version> {
        const TABLE: [(Spelling, Version); 12] = [
            (Spelling::Seq, Version::V6_12),
            (Spelling::DelayedExtent, Version::V6_12),
            (Spelling::Referenced, Version::V6_5),
            (Spelling::DelayedBlock, Version::V6_5),
            (Spelling::FindRange, Version::V6_5),
            (Spelling::Ones59, Version::V3_19),
            (Spelling::ShrinkScan, Version::V3_19),
            (Spelling::HexStatus, Version::V3_9),
            (Spelling::ShrinkEnter, Version::V3_11),
            (Spelling::Ones60, Version::V3_11),
            (Spelling::FindDelayedRange, Version::V3_19),
            (Spelling::NoPblk, Version::V3_8),
        ];
        TABLE.into_iter().find(|(spelling, _)| self.has(*spelling)).map(|(_, version)| version)
    }

    /// All rules whose kernels have every spelling of the set, oldest first.
    pub fn versions(self) -> impl Iterator<Item = Version> {
        use Version::{V3_8, V3_9, V3_11, V3_19, V6_5, V6_12};
        const TABLE: [(Spelling, &[Version]); 12] = [
            (Spelling::NoPblk, &[V3_8]),
            (Spelling::HexStatus, &[V3_9]),
            (Spelling::Ones60, &[V3_9, V3_11]),
            (Spelling::ShrinkEnter, &[V3_9, V3_11]),
            (Spelling::ShrinkScan, &[V3_11, V3_19, V6_5, V6_12]),
            (Spelling::Ones59, &[V3_19]),
            (Spelling::FindDelayedRange, &[V3_9, V3_11, V3_19]),
            (Spelling::FindRange, &[V3_19, V6_5, V6_12]),
            (Spelling::DelayedBlock, &[V3_19, V6_5]),
            (Spelling::Referenced, &[V3_19, V6_5, V6_12]),
            (Spelling::DelayedExtent, &[V6_12]),
            (Spelling::Seq, &[V6_12]),
        ];
        Version::ALL.into_iter().filter(move |version| {
            let has = |(spelling, of): &(Spelling, &[Version])| {
                !self.has(*spelling) || of.contains(version)
            };
            TABLE.iter().all(has)
        })
    }
}
