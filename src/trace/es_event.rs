//! The events of the extent status tree, in every spelling from v3.8 to v6.19
//! (`include/trace/events/ext4.h`).

use crate::es::{EsOp, Extent, Status};

use super::cursor::Cursor;
use super::spelling::{Spelling, Spellings};

/// An inode, with the device of its filesystem.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct InodeId {
    /// Major number of the device.
    pub major: u32,
    /// Minor number of the device.
    pub minor: u32,
    /// The inode number; 0 if the event has none.
    pub ino: u64,
}

impl core::fmt::Display for InodeId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "dev {},{} ino {}", self.major, self.minor, self.ino)
    }
}

/// One event of an extent status tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EsLine {
    /// The inode of the tree. Events of the shrinker name only the device, so `ino` is 0.
    pub inode: InodeId,
    /// The call, with its arguments or its result.
    pub call: EsCall,
}

/// The kind and the fields of an event.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EsCall {
    /// `ext4_es_insert_extent`: written immediately before the tree changes.
    Insert(Extent),
    /// `ext4_es_cache_extent` (v3.12): the tree changes only if its range is empty.
    Cache(Extent),
    /// `ext4_es_insert_delayed_block` (v4.20), `ext4_es_insert_delayed_extent` (v6.11).
    InsertDelayed { extent: Extent, lclu_allocated: bool, end_allocated: bool },
    /// `ext4_es_remove_extent`.
    Remove { lblk: u32, len: u32 },
    /// `ext4_es_lookup_extent_enter`.
    Lookup { lblk: u32 },
    /// `ext4_es_lookup_extent_exit` with its result.
    Found(Option<Extent>),
    /// `ext4_es_find_extent_range_enter` and its older names.
    Find { lblk: u32 },
    /// `ext4_es_find_extent_range_exit` and its older names, with the result.
    FindFound(Option<Extent>),
    /// `ext4_es_shrink_count`, and in v3.9-rc1 `ext4_es_reclaim_extents_count`.
    ShrinkCount,
    /// `ext4_es_shrink_scan_enter` (v3.18), `ext4_es_shrink_enter` (v3.9): the shrinker starts, and
    /// may drop extents of any inode from here on.
    ShrinkEnter { nr_to_scan: u64 },
    /// `ext4_es_shrink_scan_exit`, `ext4_es_shrink_exit`: the shrinker has ended.
    ShrinkExit { nr_shrunk: u64 },
    /// `ext4_es_shrink` (v3.18): the shrinker has ended, with statistics. A failed allocation in an
    /// insert calls it too.
    Shrink { nr_shrunk: u64 },
}

impl EsCall {
    /// The change that the call makes to the tree, if it is one.
    pub fn change(self) -> Option<EsOp> {
        match self {
            EsCall::Insert(extent) => Some(EsOp::Insert(extent)),
            EsCall::Cache(extent) => Some(EsOp::CacheExtent(extent)),
            EsCall::InsertDelayed { extent, lclu_allocated, end_allocated } => {
                let Extent { lblk, len, .. } = extent;
                Some(EsOp::InsertDelayed { lblk, len, lclu_allocated, end_allocated })
            }
            EsCall::Remove { lblk, len } => Some(EsOp::Remove { lblk, len }),
            EsCall::Lookup { .. }
            | EsCall::Found(_)
            | EsCall::Find { .. }
            | EsCall::FindFound(_)
            | EsCall::ShrinkCount
            | EsCall::ShrinkEnter { .. }
            | EsCall::ShrinkExit { .. }
            | EsCall::Shrink { .. } => None,
        }
    }
}

/// Reads the payload of an event whose name starts with `ext4_es_`. Returns `None` for a name that
/// no kernel uses; the error is the expected text.
pub(super) fn parse(
    name: &[u8],
    payload: &[u8],
    seen: &mut Spellings,
) -> Option<Result<EsLine, &'static str>> {
    let kind = Kind::of(name)?;
    kind.tells().into_iter().for_each(|spelling| seen.saw(spelling));
    let mut at = Cursor::new(payload);
    Some(kind.payload(&mut at, seen).and_then(|line| {
        appended(&mut at, seen)?;
        Ok(line)
    }))
}

/// The kinds of events, independent of their spelling.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Insert,
    Cache,
    DelayedBlock,
    DelayedExtent,
    Remove,
    LookupEnter,
    LookupExit,
    FindEnter,
    FindExit,
    FindRangeEnter,
    FindRangeExit,
    FindDelayedRangeEnter,
    FindDelayedRangeExit,
    FindOldEnter,
    FindOldExit,
    ShrinkCount,
    ShrinkScanEnter,
    ShrinkScanExit,
    ShrinkEnter,
    ShrinkExit,
    Shrink,
    ReclaimCount,
}

const DEV: &str = "`dev major,minor ino number` after the event";
const RANGE: &str = "`es [start/length)` after the inode";
const LBLK: &str = "`lblk` and a block after the inode";
const MAPPED: &str = "`mapped block status letters` after the range";
const STATUS: &str = "a status of the letters W, U, D, H and R";
const FOUND: &str = "`found 0|1 [start/length) block letters` after the inode";
const ALLOCATED: &str = "`allocated 0|1` after the status";
const SHRINK: &str = "the shrinker's counts after the device";
const REACH: &str = "a range that ends before block 2^32";
const END: &str = "nothing more on the line but `name number` pairs";

impl Kind {
    fn of(name: &[u8]) -> Option<Kind> {
        Some(match name.strip_prefix(b"ext4_es_")? {
            b"lookup_extent_enter" => Kind::LookupEnter,
            b"lookup_extent_exit" => Kind::LookupExit,
            b"insert_extent" => Kind::Insert,
            b"cache_extent" => Kind::Cache,
            b"insert_delayed_block" => Kind::DelayedBlock,
            b"insert_delayed_extent" => Kind::DelayedExtent,
            b"remove_extent" => Kind::Remove,
            b"find_extent_range_enter" => Kind::FindRangeEnter,
            b"find_extent_range_exit" => Kind::FindRangeExit,
            b"find_delayed_extent_range_enter" => Kind::FindDelayedRangeEnter,
            b"find_delayed_extent_range_exit" => Kind::FindDelayedRangeExit,
            b"find_delayed_extent_enter" => Kind::FindEnter,
            b"find_delayed_extent_exit" => Kind::FindExit,
            b"find_extent_enter" => Kind::FindOldEnter,
            b"find_extent_exit" => Kind::FindOldExit,
            b"shrink_count" => Kind::ShrinkCount,
            b"shrink_scan_enter" => Kind::ShrinkScanEnter,
            b"shrink_scan_exit" => Kind::ShrinkScanExit,
            b"shrink_enter" => Kind::ShrinkEnter,
            b"shrink_exit" => Kind::ShrinkExit,
            b"shrink" => Kind::Shrink,
            b"reclaim_extents_count" => Kind::ReclaimCount,
            _ => return None,
        })
    }

    /// The range of kernels that the name of the event implies.
    fn tells(self) -> Option<Spelling> {
        match self {
            Kind::DelayedBlock => Some(Spelling::DelayedBlock),
            Kind::DelayedExtent => Some(Spelling::DelayedExtent),
            Kind::FindRangeEnter | Kind::FindRangeExit => Some(Spelling::FindRange),
            Kind::FindDelayedRangeEnter | Kind::FindDelayedRangeExit => {
                Some(Spelling::FindDelayedRange)
            }
            Kind::ShrinkCount | Kind::ShrinkScanEnter | Kind::ShrinkScanExit | Kind::Shrink => {
                Some(Spelling::ShrinkScan)
            }
            Kind::ShrinkEnter | Kind::ShrinkExit | Kind::ReclaimCount => {
                Some(Spelling::ShrinkEnter)
            }
            Kind::Insert
            | Kind::Cache
            | Kind::Remove
            | Kind::LookupEnter
            | Kind::LookupExit
            | Kind::FindEnter
            | Kind::FindExit
            | Kind::FindOldEnter
            | Kind::FindOldExit => None,
        }
    }

    fn is_shrinker(self) -> bool {
        matches!(
            self,
            Kind::ShrinkCount
                | Kind::ShrinkScanEnter
                | Kind::ShrinkScanExit
                | Kind::ShrinkEnter
                | Kind::ShrinkExit
                | Kind::Shrink
                | Kind::ReclaimCount
        )
    }

    fn payload(self, at: &mut Cursor<'_>, seen: &mut Spellings) -> Result<EsLine, &'static str> {
        let inode = inode(at, !self.is_shrinker()).ok_or(DEV)?;
        let call = match self {
            Kind::Insert => EsCall::Insert(extent(at, seen)?),
            Kind::Cache => EsCall::Cache(extent(at, seen)?),
            Kind::DelayedBlock | Kind::DelayedExtent => {
                let extent = extent(at, seen)?;
                let (lclu_allocated, end_allocated) = allocated(at).ok_or(ALLOCATED)?;
                EsCall::InsertDelayed { extent, lclu_allocated, end_allocated }
            }
            Kind::Remove => {
                at.tag(b"es ").ok_or(RANGE)?;
                let (lblk, len) = range(at).ok_or(RANGE)?;
                lblk.checked_add(len.saturating_sub(1)).ok_or(REACH)?;
                EsCall::Remove { lblk, len }
            }
            Kind::LookupEnter => EsCall::Lookup { lblk: lblk(at, b"lblk ").ok_or(LBLK)? },
            Kind::FindEnter | Kind::FindRangeEnter | Kind::FindDelayedRangeEnter => {
                EsCall::Find { lblk: lblk(at, b"lblk ").ok_or(LBLK)? }
            }
            Kind::FindOldEnter => EsCall::Find { lblk: lblk(at, b"start ").ok_or(LBLK)? },
            Kind::LookupExit => EsCall::Found(found(at, seen)?),
            Kind::FindExit | Kind::FindRangeExit | Kind::FindDelayedRangeExit => {
                EsCall::FindFound(extent_or_none(at, seen)?)
            }
            Kind::FindOldExit => {
                at.tag(b"es ").ok_or(RANGE)?;
                let (lblk, len) = range(at).ok_or(RANGE)?;
                let extent = Extent::new(lblk, len, 0, Status::DELAYED);
                EsCall::FindFound((len > 0).then_some(extent))
            }
            Kind::ShrinkCount | Kind::ReclaimCount => {
                // The list of counts has changed between kernels, and none of them is needed.
                let _ = at.until(b'\n');
                EsCall::ShrinkCount
            }
            Kind::ShrinkScanEnter | Kind::ShrinkEnter => {
                let nr_to_scan = count(at, &[b"nr_to_scan ", b"nr to scan "]).ok_or(SHRINK)?;
                EsCall::ShrinkEnter { nr_to_scan }
            }
            Kind::ShrinkScanExit | Kind::ShrinkExit => {
                let names: &[&[u8]] = &[b"nr_shrunk ", b"shrunk_nr ", b"nr to scan "];
                EsCall::ShrinkExit { nr_shrunk: count(at, names).ok_or(SHRINK)? }
            }
            Kind::Shrink => {
                let nr_shrunk = count(at, &[b"nr_shrunk "]).ok_or(SHRINK)?;
                // `, scan_time T nr_skipped S retried R`: only this event has a comma there.
                let _ = at.byte(b',');
                EsCall::Shrink { nr_shrunk }
            }
        };
        Ok(EsLine { inode, call })
    }
}

/// Reads `dev 254,0 ino 12 `, or the same without an inode.
#[inline]
pub(super) fn inode(at: &mut Cursor<'_>, with_ino: bool) -> Option<InodeId> {
    at.tag(b"dev ")?;
    let major = at.number32()?;
    at.byte(b',')?;
    let minor = at.number32()?;
    let ino = if with_ino {
        at.tag(b" ino ")?;
        at.number()?
    } else {
        0
    };
    at.byte(b' ')?;
    Some(InodeId { major, minor, ino })
}

/// Reads `[16/4)`: start and length.
#[inline]
fn range(at: &mut Cursor<'_>) -> Option<(u32, u32)> {
    at.byte(b'[')?;
    let lblk = at.number32()?;
    at.byte(b'/')?;
    let len = at.number32()?;
    at.byte(b')')?;
    Some((lblk, len))
}

fn lblk(at: &mut Cursor<'_>, word: &[u8]) -> Option<u32> {
    at.tag(word)?;
    at.number32()
}

fn count(at: &mut Cursor<'_>, names: &[&[u8]]) -> Option<u64> {
    names.iter().find_map(|name| at.tag(name))?;
    at.number()
}

/// Reads `es [16/4) mapped 1079 status U`, where an extent is required.
#[inline]
fn extent(at: &mut Cursor<'_>, seen: &mut Spellings) -> Result<Extent, &'static str> {
    let extent = extent_or_none(at, seen)?.ok_or(STATUS)?;
    if extent.end().is_none() { Err(REACH) } else { Ok(extent) }
}

/// Reads the same, or `es [0/0) mapped 0 status ` if nothing was found.
fn extent_or_none(
    at: &mut Cursor<'_>,
    seen: &mut Spellings,
) -> Result<Option<Extent>, &'static str> {
    at.tag(b"es ").ok_or(RANGE)?;
    let (lblk, len) = range(at).ok_or(RANGE)?;
    if at.is_done() {
        // v3.8: every extent is delayed.
        seen.saw(Spelling::NoPblk);
        return Ok(Some(Extent::new(lblk, len, 0, Status::DELAYED)));
    }
    at.tag(b" mapped ").ok_or(MAPPED)?;
    let pblk = at.number().ok_or(MAPPED)?;
    at.tag(b" status").ok_or(MAPPED)?;
    of_parts(at, (lblk, len), pblk, seen)
}

/// Reads `found 1 [0/256) 1063 UR`.
#[inline]
fn found(at: &mut Cursor<'_>, seen: &mut Spellings) -> Result<Option<Extent>, &'static str> {
    at.tag(b"found ").ok_or(FOUND)?;
    let found = at.number().ok_or(FOUND)?;
    at.byte(b' ').ok_or(FOUND)?;
    let range = range(at).ok_or(FOUND)?;
    at.byte(b' ').ok_or(FOUND)?;
    let pblk = at.number().ok_or(FOUND)?;
    let extent = of_parts(at, range, pblk, seen)?;
    match (found, extent) {
        (0, _) => Ok(None),
        (1, Some(extent)) => Ok(Some(extent)),
        (1, None) => Err(STATUS),
        _ => Err(FOUND),
    }
}

/// Reads the status after a range and a block. No status means no extent.
#[inline]
fn of_parts(
    at: &mut Cursor<'_>,
    (lblk, len): (u32, u32),
    pblk: u64,
    seen: &mut Spellings,
) -> Result<Option<Extent>, &'static str> {
    let status = status(at, seen).ok_or(STATUS)?;
    if status.kind() == Status::NONE {
        return Ok(None);
    }
    if !status.is_mapped() {
        match pblk {
            ONES_60 => seen.saw(Spelling::Ones60),
            ONES_59 => seen.saw(Spelling::Ones59),
            // 0, the poison of a split (549196775151), or the value that the caller passed.
            _ => {}
        }
    }
    // The tree returns 0 for a block number without a meaning.
    let pblk = if status.is_mapped() { pblk } else { 0 };
    Ok(Some(Extent::new(lblk, len, pblk, status)))
}

const ONES_60: u64 = u64::MAX >> 4;
const ONES_59: u64 = u64::MAX >> 5;

/// Reads ` UR`, ` W0x10` (v3.19 to v5.5), ` 4000000000000000` (v3.9), or nothing.
#[inline]
fn status(at: &mut Cursor<'_>, seen: &mut Spellings) -> Option<Status> {
    if at.rest().is_empty() {
        return Some(Status::NONE);
    }
    at.byte(b' ')?;
    let mut ahead = *at;
    let word = ahead.until(b' ');
    let status = match word.first() {
        None => Status::NONE,
        Some(digit) if digit.is_ascii_digit() && !word.starts_with(b"0x") => {
            if word != b"0" {
                seen.saw(Spelling::HexStatus);
            }
            hex_status(word)?
        }
        Some(letter) if letter.is_ascii_uppercase() || *letter == b'0' => letters(word, seen)?,
        // Nothing was found, and a field of a later kernel follows.
        Some(_) => return Some(Status::NONE),
    };
    *at = ahead;
    Some(status)
}

#[inline]
fn letters(word: &[u8], seen: &mut Spellings) -> Option<Status> {
    let (letters, referenced) = match word.strip_suffix(b"0x10") {
        Some(letters) => (letters, true),
        None => (word, false),
    };
    let mut status = Status::NONE;
    if referenced {
        seen.saw(Spelling::Ones59);
        status = Status::REFERENCED;
    }
    for letter in letters {
        let bit = match letter {
            b'W' => Status::WRITTEN,
            b'U' => Status::UNWRITTEN,
            b'D' => Status::DELAYED,
            b'H' => Status::HOLE,
            b'R' => {
                seen.saw(Spelling::Referenced);
                Status::REFERENCED
            }
            _ => return None,
        };
        if status.any(bit) {
            return None;
        }
        status = status | bit;
    }
    Some(status)
}

/// Reads the top four bits of 64 (v3.9) or of 32 (v3.9-rc1): WRITTEN, UNWRITTEN, DELAYED, HOLE.
fn hex_status(word: &[u8]) -> Option<Status> {
    let mut at = Cursor::new(word);
    let value = at.hex()?;
    let top = if word.len() > 8 { value >> 60 } else { value >> 28 };
    let rest = if word.len() > 8 { value << 4 } else { value << 36 };
    if !at.is_done() || rest != 0 {
        return None;
    }
    let bits = [Status::HOLE, Status::DELAYED, Status::UNWRITTEN, Status::WRITTEN];
    let set = bits.into_iter().enumerate().filter(|(n, _)| top >> n & 1 != 0);
    Some(set.fold(Status::NONE, |status, (_, bit)| status | bit))
}

/// Reads ` allocated 0`, or from v6.11 on ` allocated 0 1`.
fn allocated(at: &mut Cursor<'_>) -> Option<(bool, bool)> {
    let flag = |at: &mut Cursor<'_>| {
        at.byte(b' ')?;
        match at.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    };
    at.tag(b" allocated")?;
    let first = flag(at)?;
    let mut ahead = *at;
    match flag(&mut ahead) {
        Some(second) => {
            *at = ahead;
            Some((first, second))
        }
        None => Some((first, false)),
    }
}

/// Skips fields that later kernels appended: ` seq 17` (v6.19), or any word and number.
#[inline]
fn appended(at: &mut Cursor<'_>, seen: &mut Spellings) -> Result<(), &'static str> {
    while !at.is_done() {
        at.blanks();
        let name = at.until(b' ');
        at.blanks();
        let is_name = name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
        if !is_name || at.signed().is_none() {
            return Err(END);
        }
        if name == b"seq" {
            seen.saw(Spelling::Seq);
        }
    }
    Ok(())
}
