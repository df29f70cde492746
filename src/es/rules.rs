//! The rules in which versions differ, as data.

use core::fmt;
use core::str::FromStr;

use super::status::{ParseError, Status};

/// A range of kernel versions in which the extent status tree behaves the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Version {
    /// v3.8: only delayed extents are stored.
    V3_8,
    /// v3.9 and v3.10: all statuses are stored; the list of inodes is an LRU list.
    V3_9,
    /// v3.11 to v3.18: the LRU list is sorted lazily, and leaf blocks are cached in bulk.
    V3_11,
    /// v3.19 to v6.4: types and REFERENCED exist; reclaim is round robin and resumes at a position.
    V3_19,
    /// v6.5 to v6.11: extents that must not be lost get preallocated nodes, which cannot fail.
    V6_5,
    /// v6.12: the four types exclude each other, and insert releases reservations.
    V6_12,
}

impl Version {
    /// All versions, oldest first.
    pub const ALL: [Version; 6] = [
        Version::V3_8,
        Version::V3_9,
        Version::V3_11,
        Version::V3_19,
        Version::V6_5,
        Version::V6_12,
    ];

    /// The id that texts and links use: the first release of the range, `v3.19`.
    pub const fn id(self) -> &'static str {
        match self {
            Version::V3_8 => "v3.8",
            Version::V3_9 => "v3.9",
            Version::V3_11 => "v3.11",
            Version::V3_19 => "v3.19",
            Version::V6_5 => "v6.5",
            Version::V6_12 => "v6.12",
        }
    }

    /// The releases of the range, `v3.19–v6.4`.
    pub const fn range(self) -> &'static str {
        match self {
            Version::V3_8 => "v3.8",
            Version::V3_9 => "v3.9–v3.10",
            Version::V3_11 => "v3.11–v3.18",
            Version::V3_19 => "v3.19–v6.4",
            Version::V6_5 => "v6.5–v6.11",
            Version::V6_12 => "v6.12",
        }
    }

    /// The kernel whose golden traces check this version, or `None`.
    pub const fn golden(self) -> Option<&'static str> {
        match self {
            Version::V3_9 => Some("3.9"),
            Version::V6_5 => Some("6.1"),
            _ => None,
        }
    }

    /// One sentence for the page: how far golden traces cover this version.
    pub const fn coverage(self) -> &'static str {
        match self {
            Version::V3_8 => "no golden trace; from a reading of the source of v3.8",
            Version::V3_9 => "golden traces of v3.9.6",
            Version::V3_11 => "no golden trace; from a reading of the source of v3.12.9",
            Version::V3_19 => {
                "no golden trace of its own; its tree is that of the 6.1 traces, its answer to \
                 failed allocations is from a reading of the source of v4.9"
            }
            Version::V6_5 => "golden traces of v6.1.192, which carries the v6.5 change",
            Version::V6_12 => "no golden trace; from a reading of the source of v6.12.117",
        }
    }

    /// The rules of this version, without a dirty bit, with clusters of one block.
    pub const fn rules(self) -> &'static Rules {
        match self {
            Version::V3_8 => &V3_8,
            Version::V3_9 => &V3_9,
            Version::V3_11 => &V3_11,
            Version::V3_19 => &V3_19,
            Version::V6_5 => &V6_5,
            Version::V6_12 => &V6_12,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Reads an id of [`Version::id`].
impl FromStr for Version {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Version, ParseError> {
        let found = Version::ALL.into_iter().find(|it| it.id() == text.trim());
        found.ok_or_else(|| ParseError::new(text))
    }
}

/// The interpretation of the dirty bit that the 2012 thread proposed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Hash)]
pub enum DirtyBit {
    /// No dirty bit, as in every released kernel.
    #[default]
    No,
    /// As literally proposed (Zheng Liu, 1 Jan 2013): only UNWRITTEN entries carry it. An entry
    /// that became WRITTEN before the disk did may still be reclaimed.
    UnwrittenOnly,
    /// As intended (Jan Kara, 31 Dec 2012): an entry stays dirty, even when it is WRITTEN, until
    /// the disk conversion has finished.
    Pending,
}

/// The way in which an inode joins the superblock's reclaim list, and in which that list is walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Shrinker {
    /// No entry is reclaimable, and there is no shrinker.
    None,
    /// Every insert, lookup and find moves the inode to the tail; the quota counts freed extents.
    Lru,
    /// A use only stamps the inode, and the list is sorted when a pass freed nothing; the quota
    /// counts freed extents.
    LazyLru,
    /// Inodes with reclaimable extents take turns, and the next pass resumes where this one
    /// stopped. The quota counts scanned extents; a REFERENCED extent gets a second chance.
    RoundRobin,
}

/// The reaction to a failed allocation of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum NoMemory {
    /// The caller gets −ENOMEM.
    Error,
    /// The shrinker runs with this quota, and if it freed something, the step is repeated. After
    /// that only a DELAYED insert fails; any other extent just does not become cached.
    ShrinkAndRetry(i32),
    /// Extents that need not be kept are dropped. For the others the call is repeated with
    /// preallocated nodes, which cannot fail.
    Preallocate,
}

/// Every rule that differs between versions. `docs/es-versions.md` is printed from these tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// The version whose rules these are.
    pub version: Version,
    /// Only DELAYED extents exist (v3.8).
    pub delayed_only: bool,
    /// Insert first removes the extents of its range (v3.9). Without this rule overlaps are
    /// accepted, and the result depends on the shape of the tree.
    pub insert_removes_first: bool,
    /// Bits of `es_pblk` left for the physical block: 60 up to v3.18, 59 from v3.19.
    pub pblk_bits: u8,
    /// Merging refuses a sum of lengths above 2^32 − 1 (v3.9).
    pub length_limit: bool,
    /// A sum above that limit raises a kernel warning (v3.16; in this table from v3.19).
    pub warns: bool,
    /// WRITTEN, UNWRITTEN, DELAYED and HOLE exclude each other (v6.12).
    pub exclusive_types: bool,
    /// A lookup marks the extent that it returns (v3.19).
    pub referenced: bool,
    /// The way in which the shrinker walks inodes and counts its quota.
    pub shrinker: Shrinker,
    /// The reaction to a failed allocation.
    pub no_memory: NoMemory,
    /// The search for a delayed extent stops at an end (v3.10; in this table from v3.11).
    pub find_stops_at_end: bool,
    /// `ext4_es_cache_extent` and the precached mark exist (v3.12; in this table from v3.11).
    pub cache_extent: bool,
    /// Remove counts reserved clusters and the pending-reservation tree exists (v4.20; in this
    /// table from v3.19).
    pub counts_reserved: bool,
    /// A delayed insert takes more than one block (v6.11; in this table from v6.12).
    pub delayed_insert_many: bool,
    /// Insert hands back the reservations of the delayed blocks that it replaced (v6.12).
    pub insert_releases_reserved: bool,
    /// The dirty bit of the thread; not part of any version.
    pub dirty_bit: DirtyBit,
    /// Blocks per cluster as a power of two; 0 without bigalloc.
    pub cluster_bits: u8,
}

impl Rules {
    /// The same rules with a dirty bit.
    pub const fn with_dirty_bit(mut self, dirty_bit: DirtyBit) -> Rules {
        self.dirty_bit = dirty_bit;
        self
    }

    /// The same rules with clusters of 2^`bits` blocks (`s_cluster_bits`); a larger `bits` than 16
    /// counts as 16.
    pub const fn with_cluster_bits(mut self, bits: u8) -> Rules {
        self.cluster_bits = if bits > 16 { 16 } else { bits };
        self
    }

    /// The same rules with another reaction to a failed allocation. `ShrinkAndRetry(1)` turns the
    /// rules of v3.9 into those of v3.10.
    pub const fn with_no_memory(mut self, no_memory: NoMemory) -> Rules {
        self.no_memory = no_memory;
        self
    }

    /// The largest physical block, which is also the part of a `~0` that fits into the field.
    /// Callers pass `~0` for extents without physical blocks. `ext4_es_convert_unwritten_extents`
    /// as posted exposes this number when it turns a hole into WRITTEN.
    #[inline]
    pub const fn pblk_max(&self) -> u64 {
        u64::MAX >> (64 - self.pblk_bits)
    }

    /// True for a combination of types that the kernel accepts with a warning: WRITTEN with DELAYED
    /// (v4.1), and any two types from v6.12 on.
    #[inline]
    pub const fn refuses(&self, status: Status) -> bool {
        let mixed = Status::WRITTEN.with(Status::DELAYED).bits();
        let both = status.bits() & mixed == mixed;
        self.warns && both || self.exclusive_types && status.kind().bits().count_ones() > 1
    }

    /// The status that an entry gets when a caller asks for `status`: it keeps DIRTY only where the
    /// rules allow it.
    #[inline]
    pub const fn admit(&self, status: Status) -> Status {
        let stands = match self.dirty_bit {
            DirtyBit::No => false,
            DirtyBit::UnwrittenOnly => status.any(Status::UNWRITTEN),
            DirtyBit::Pending => true,
        };
        if stands { status } else { status.without(Status::DIRTY) }
    }
}

/// The rules of fs/ext4/extents_status.c, v3.8 (654598be).
const V3_8: Rules = Rules {
    version: Version::V3_8,
    delayed_only: true,
    insert_removes_first: false,
    pblk_bits: 60,
    length_limit: false,
    warns: false,
    exclusive_types: false,
    referenced: false,
    shrinker: Shrinker::None,
    no_memory: NoMemory::Error,
    find_stops_at_end: false,
    cache_extent: false,
    counts_reserved: false,
    delayed_insert_many: true,
    insert_releases_reserved: false,
    dirty_bit: DirtyBit::No,
    cluster_bits: 0,
};

/// The rules of fs/ext4/extents_status.c, v3.9.6.
const V3_9: Rules = Rules {
    version: Version::V3_9,
    delayed_only: false,
    insert_removes_first: true,
    length_limit: true,
    shrinker: Shrinker::Lru,
    ..V3_8
};

/// The rules of fs/ext4/extents_status.c, v3.12.9.
const V3_11: Rules = Rules {
    version: Version::V3_11,
    shrinker: Shrinker::LazyLru,
    no_memory: NoMemory::ShrinkAndRetry(1),
    find_stops_at_end: true,
    cache_extent: true,
    ..V3_9
};

/// fs/ext4/extents_status.c v4.9 and v5.4 (before the v6.5 backport).
const V3_19: Rules = Rules {
    version: Version::V3_19,
    pblk_bits: 59,
    warns: true,
    referenced: true,
    shrinker: Shrinker::RoundRobin,
    no_memory: NoMemory::ShrinkAndRetry(128),
    counts_reserved: true,
    delayed_insert_many: false,
    ..V3_11
};

/// fs/ext4/extents_status.c v6.1.192, which carries the change of v6.5.
const V6_5: Rules = Rules { version: Version::V6_5, no_memory: NoMemory::Preallocate, ..V3_19 };

/// The rules of fs/ext4/extents_status.c, v6.12.117.
const V6_12: Rules = Rules {
    version: Version::V6_12,
    exclusive_types: true,
    delayed_insert_many: true,
    insert_releases_reserved: true,
    ..V6_5
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_and_tables_name_themselves() {
        for version in Version::ALL {
            assert_eq!(version.id().parse(), Ok(version));
            assert_eq!(version.rules().version, version);
            assert!(version.range().starts_with(version.id()));
        }
        assert!("v4".parse::<Version>().is_err());
    }

    #[test]
    fn dirty_stands_only_where_the_reading_lets_it() {
        let dirty_w = Status::WRITTEN | Status::DIRTY;
        let dirty_u = Status::UNWRITTEN | Status::DIRTY;
        let check = |bit, w: Status, u: Status| {
            let rules = Version::V3_9.rules().with_dirty_bit(bit);
            assert_eq!((rules.admit(dirty_w), rules.admit(dirty_u)), (w, u));
        };
        check(DirtyBit::No, Status::WRITTEN, Status::UNWRITTEN);
        check(DirtyBit::UnwrittenOnly, Status::WRITTEN, dirty_u);
        check(DirtyBit::Pending, dirty_w, dirty_u);
    }
}
