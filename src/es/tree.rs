//! The extent status tree of one inode: the algorithm, written once for every storage.

use core::fmt;

use super::memory::Memory;
use super::reserve::Released;
use super::rules::{NoMemory, Rules, Version};
use super::status::{Extent, ParseError, Status, parse_extents, write_extents};
use super::store::{EsError, NIL, PendingSet as _, Place, Store, Walk};

/// The extent status tree of one inode with its counters (`struct ext4_es_tree` and the `i_es_*`
/// fields of `struct ext4_inode_info`), over a storage: [`super::Tree`] or [`super::Flat`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Es<S> {
    pub(super) s: S,
    pub(super) shk_nr: u32,
    pub(super) shrink_lblk: u32,
    pub(super) flags: u8,
}

/// `EXT4_STATE_EXT_PRECACHED` (v3.12).
const PRECACHED: u8 = 1;
/// `i_es_shk_nr` has been 0 since the superblock last looked: the inode left its list (v3.19).
const EMPTIED: u8 = 2;
/// An extent that ends at block 2^32 was inserted; searches that touch it are a BUG.
const WRAPS: u8 = 4;

/// Which kinds of extent a search wants (`ext4_es_is_delayed` and its siblings).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Matching {
    /// DELAYED is set.
    Delayed,
    /// DELAYED is set, UNWRITTEN is not.
    DelOnly,
    /// WRITTEN is set.
    Written,
    /// UNWRITTEN is set.
    Unwritten,
    /// HOLE is set.
    Hole,
    /// WRITTEN or UNWRITTEN is set.
    Mapped,
}

impl Matching {
    /// True if the status is of this kind.
    pub const fn matches(self, status: Status) -> bool {
        match self {
            Matching::Delayed => status.any(Status::DELAYED),
            Matching::DelOnly => status.is_delonly(),
            Matching::Written => status.any(Status::WRITTEN),
            Matching::Unwritten => status.any(Status::UNWRITTEN),
            Matching::Hole => status.any(Status::HOLE),
            Matching::Mapped => status.is_mapped(),
        }
    }
}

/// Why one attempt failed, and in which of its two steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Failed {
    /// The right part of a split could not be allocated; the tree is as before.
    Split,
    /// The new extent could not be allocated; its range is empty now.
    Link,
    /// The pending reservation could not be allocated.
    Pending,
    /// Anything that no retry mends.
    Other(EsError),
}

impl From<EsError> for Failed {
    fn from(error: EsError) -> Failed {
        Failed::Other(error)
    }
}

/// Nodes allocated beforehand with `__GFP_NOFAIL` (v6.5): for the split, the insert, the pending
/// reservation.
#[derive(Clone, Copy, Default)]
pub(super) struct Prealloc {
    pub(super) split: bool,
    pub(super) link: bool,
    pub(super) pending: bool,
}

impl<S: Store + Default> Es<S> {
    /// An empty tree.
    pub fn new() -> Self {
        Es::default()
    }

    /// A tree with the extents that `text` lists (`[0/8) U@1000  [8/4) D`), inserted in turn.
    ///
    /// # Errors
    /// Text that lists no extents, or more of them than the storage holds.
    pub fn parse(rules: &Rules, text: &str) -> Result<Self, ParseError> {
        let mut es = Es::new();
        for extent in parse_extents(text)? {
            let status = extent.status;
            es.insert(rules, &mut Memory::plenty(), extent).map_err(|_| ParseError::new(text))?;
            if status.any(Status::REFERENCED) {
                es.lookup(rules, extent.lblk);
            }
        }
        Ok(es)
    }
}

impl<S: Store> Es<S> {
    /// The storage, for what only one of them has.
    pub fn storage(&self) -> &S {
        &self.s
    }

    /// The storage, to set its observer.
    pub fn storage_mut(&mut self) -> &mut S {
        &mut self.s
    }

    /// Number of extents (`i_es_all_nr`).
    #[cfg_attr(not(target_arch = "wasm32"), inline)]
    pub fn all_nr(&self) -> u32 {
        self.s.count()
    }

    /// Number of reclaimable extents: neither DELAYED nor DIRTY (`i_es_shk_nr`; `i_es_lru_nr` up
    /// to v3.18).
    #[cfg_attr(not(target_arch = "wasm32"), inline)]
    pub fn shk_nr(&self) -> u32 {
        self.shk_nr
    }

    /// What is noted beside the extents: equal trees have equal flags.
    #[inline]
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// Where the next reclaim of this inode resumes (`i_es_shrink_lblk`, v3.19).
    pub fn shrink_lblk(&self) -> u32 {
        self.shrink_lblk
    }

    /// The first block of the cached extent (`cache_es`).
    pub fn cache_es(&self) -> Option<u32> {
        let at = self.s.cache();
        if at == NIL { None } else { Some(self.s.get(at).lblk) }
    }

    /// `EXT4_STATE_EXT_PRECACHED`: all extents of the file were cached on request (v3.12).
    pub fn precached(&self) -> bool {
        self.flags & PRECACHED != 0
    }

    /// Sets or clears the precached mark.
    pub fn set_precached(&mut self, precached: bool) {
        self.flags = if precached { self.flags | PRECACHED } else { self.flags & !PRECACHED };
    }

    /// True if there is no extent.
    pub fn is_empty(&self) -> bool {
        self.s.count() == 0
    }

    /// The extents in ascending order; where there is no physical block it is 0.
    pub fn iter(&self) -> Iter<'_, S> {
        Iter { es: self, at: self.s.first() }
    }

    /// The clusters with a pending reservation, ascending (v4.20, bigalloc).
    pub fn pending(&self) -> impl Iterator<Item = u32> {
        (0..).map_while(|n| self.s.pending().nth(n))
    }

    /// Makes the range have this mapping, whatever was there (`ext4_es_insert_extent`). DIRTY is
    /// kept where the rules let it stand, REFERENCED is dropped. Length 0 does nothing; in v3.8,
    /// which knows DELAYED extents only, any other extent does nothing.
    ///
    /// Returns the number of reserved clusters that the new mapping used up (v6.12; else 0).
    ///
    /// # Errors
    /// `NoMemory` as the version says, with the old mapping gone if the insert itself failed;
    /// `Bug` for a range past 2^32; `Full`, and `ShapeDependent` in v3.8, from a `Flat`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn insert(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
    ) -> Result<u32, EsError> {
        match self.try_insert(rules, mem, extent) {
            Ok(used) => Ok(used),
            Err(failed) => self.insert_again(rules, mem, extent, failed),
        }
    }

    /// One attempt of `ext4_es_insert_extent`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn try_insert(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
    ) -> Result<u32, Failed> {
        let Some(extent) = self.check_new(rules, mem, extent)? else { return Ok(0) };
        let plain = rules.insert_removes_first && rules.cluster_bits == 0;
        if plain && self.flags & WRAPS == 0 {
            // One walk serves both steps of the kernel where there is nothing to remove.
            let place = self.s.place(extent.lblk);
            if self.is_free(place, &extent) {
                self.insert_at(rules, mem, place, extent, false)?;
                return Ok(0);
            }
        }
        self.try_insert_over(rules, mem, extent, &mut Prealloc::default())
    }

    /// What every insert checks; `None` if there is nothing to do.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn check_new(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        mut extent: Extent,
    ) -> Result<Option<Extent>, Failed> {
        if extent.len == 0 || rules.delayed_only && extent.status.kind() != Status::DELAYED {
            return Ok(None);
        }
        match extent.lblk.checked_add(extent.len) {
            Some(_) => {}
            None if extent.end().is_some() => self.flags |= WRAPS,
            None => return Err(EsError::Bug.into()),
        }
        if rules.refuses(extent.status) {
            mem.warn();
        }
        extent.status = rules.admit(extent.status.without(Status::REFERENCED));
        extent.pblk = if extent.status.is_mapped() { extent.pblk & rules.pblk_max() } else { 0 };
        Ok(Some(extent))
    }

    /// True if nothing overlaps the extent at its place.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn is_free(&self, place: Place, extent: &Extent) -> bool {
        if self.s.try_get(place.pred).is_some_and(|it| it.contains(extent.lblk)) {
            return false;
        }
        self.s.try_get(place.succ).is_none_or(|it| it.lblk - extent.lblk >= extent.len)
    }

    /// One attempt where something may have to go first, or reservations are to be looked at.
    #[inline(never)]
    pub(super) fn try_insert_over(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
        prealloc: &mut Prealloc,
    ) -> Result<u32, Failed> {
        if !rules.insert_removes_first {
            return self.insert_by_shape(mem, extent).map(|()| 0);
        }
        let end = extent.lblk + (extent.len - 1);
        let count = rules.insert_releases_reserved;
        let mut used = self.remove_range(rules, mem, extent.lblk, end, count, prealloc.split)?;
        prealloc.split = false;
        let place = self.s.place(extent.lblk);
        let linked = self.insert_at(rules, mem, place, extent, prealloc.link);
        match linked {
            Err(Failed::Link)
                if rules.no_memory == NoMemory::Preallocate && !extent.status.must_keep() => {}
            other => {
                other?;
            }
        }
        prealloc.link = false;
        if rules.counts_reserved && rules.cluster_bits > 0 && extent.status.is_mapped() {
            used += self.revise_pending(rules, mem, extent.lblk, end, &mut prealloc.pending)?;
        }
        Ok(if rules.insert_releases_reserved { used } else { 0 })
    }

    /// What the version does after a failed attempt.
    #[cold]
    #[inline(never)]
    fn insert_again(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
        mut failed: Failed,
    ) -> Result<u32, EsError> {
        loop {
            if let NoMemory::ShrinkAndRetry(nr) = rules.no_memory
                && matches!(failed, Failed::Split | Failed::Link)
                && self.reclaim(rules, nr).freed > 0
            {
                match self.try_insert(rules, mem, extent) {
                    Ok(used) => return Ok(used),
                    Err(again) => failed = again,
                }
                continue;
            }
            return self.insert_failed(rules, mem, extent, failed);
        }
    }

    /// The end of an insert that failed, when the shrinker could not help.
    pub(super) fn insert_failed(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
        failed: Failed,
    ) -> Result<u32, EsError> {
        if let Failed::Other(error) = failed {
            return Err(error);
        }
        // An extent that only repeats what the disk knows is just not cached.
        let expendable = failed == Failed::Link && !rules.admit(extent.status).must_keep();
        match rules.no_memory {
            NoMemory::Error => Err(EsError::NoMemory),
            _ if expendable => Ok(0),
            NoMemory::ShrinkAndRetry(_) => Err(EsError::NoMemory),
            NoMemory::Preallocate => self.insert_nofail(rules, mem, extent, failed),
        }
    }

    /// Repeats an insert with preallocated nodes until it is done (v6.5).
    fn insert_nofail(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        mut extent: Extent,
        mut failed: Failed,
    ) -> Result<u32, EsError> {
        extent.status = rules.admit(extent.status.without(Status::REFERENCED));
        extent.pblk = if extent.status.is_mapped() { extent.pblk & rules.pblk_max() } else { 0 };
        let revises = rules.cluster_bits > 0 && extent.status.is_mapped();
        let mut prealloc = Prealloc::default();
        loop {
            prealloc.fill(mem, failed, revises);
            failed = match self.try_insert_over(rules, mem, extent, &mut prealloc) {
                Ok(used) => return Ok(used),
                Err(Failed::Other(error)) => return Err(error),
                Err(again) => again,
            };
        }
    }

    /// Inserts one run of delayed blocks (`ext4_es_insert_delayed_block`, v4.20;
    /// `ext4_es_insert_delayed_extent`, v6.11). `lclu_allocated` and `end_allocated` say that the
    /// first and the last cluster have allocated blocks already, so that each becomes a pending
    /// reservation. Before v6.11 only the first flag exists and, from v4.20 on, `len` is 1.
    ///
    /// # Errors
    /// As [`Es::insert`].
    pub fn insert_delayed(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        (lblk, len): (u32, u32),
        (lclu_allocated, end_allocated): (bool, bool),
    ) -> Result<(), EsError> {
        let extent = Extent::new(lblk, len, 0, Status::DELAYED);
        if !rules.counts_reserved {
            return self.insert(rules, mem, extent).map(|_| ());
        }
        let len = if rules.delayed_insert_many { len } else { len.min(1) };
        let extent = Extent { len, ..extent };
        let Some(end) = extent.end() else {
            return if len == 0 { Ok(()) } else { Err(EsError::Bug) };
        };
        if lblk.checked_add(len).is_none() {
            self.flags |= WRAPS;
        }
        let mut marks = [lclu_allocated.then_some(lblk), None];
        if rules.delayed_insert_many && end_allocated {
            marks[1] = Some(end);
        }
        let mut prealloc = Prealloc::default();
        loop {
            let failed = match self.try_insert_delayed(rules, mem, extent, marks, &mut prealloc) {
                Ok(()) => return Ok(()),
                Err(Failed::Other(error)) => return Err(error),
                Err(failed) => failed,
            };
            match rules.no_memory {
                NoMemory::Preallocate => prealloc.fill(mem, failed, marks != [None; 2]),
                NoMemory::ShrinkAndRetry(nr) if failed != Failed::Pending => {
                    if self.reclaim(rules, nr).freed == 0 {
                        return Err(EsError::NoMemory);
                    }
                }
                _ => return Err(EsError::NoMemory),
            }
        }
    }

    fn try_insert_delayed(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
        marks: [Option<u32>; 2],
        prealloc: &mut Prealloc,
    ) -> Result<(), Failed> {
        let end = extent.lblk + (extent.len - 1);
        self.remove_range(rules, mem, extent.lblk, end, false, prealloc.split)?;
        prealloc.split = false;
        let place = self.s.place(extent.lblk);
        self.insert_at(rules, mem, place, extent, prealloc.link)?;
        prealloc.link = false;
        for lblk in marks.into_iter().flatten() {
            self.insert_pending(rules, mem, lblk, &mut prealloc.pending)?;
        }
        Ok(())
    }

    /// Caches what a leaf of the disk tree says, only if nothing touches the range
    /// (`ext4_es_cache_extent`, v3.12). Never splits or overwrites; failed allocations are
    /// ignored. A version without it does nothing.
    ///
    /// # Errors
    /// `Bug` for a range past 2^32, `Full` from a `Flat`.
    pub fn cache_extent(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
    ) -> Result<(), EsError> {
        if !rules.cache_extent {
            return Ok(());
        }
        let clean = Extent { status: extent.status.without(Status::DIRTY), ..extent };
        // The kernel does not check statuses here, so no warning is raised.
        let quiet = &mut Memory::plenty();
        let checked = self.check_new(rules, quiet, clean);
        let extent = match checked {
            Ok(Some(extent)) => extent,
            Ok(None) => return Ok(()),
            Err(_) => return Err(EsError::Bug),
        };
        self.check_search(extent.lblk)?;
        let place = self.s.place(extent.lblk);
        if !self.is_free(place, &extent) {
            return Ok(());
        }
        match self.insert_at(rules, mem, place, extent, false) {
            Err(Failed::Other(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Forgets a range (`ext4_es_remove_extent`). Length 0 does nothing. Returns the number of
    /// reserved clusters handed back (v4.20; blocks when not bigalloc), else 0.
    ///
    /// # Errors
    /// `NoMemory` as the version says, with the tree as before; `Bug` for a range past 2^32;
    /// `Full` from a `Flat`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn remove(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        lblk: u32,
        len: u32,
    ) -> Result<u32, EsError> {
        match self.try_remove(rules, mem, lblk, len, false) {
            Ok(released) => Ok(released),
            Err(failed) => self.remove_again(rules, mem, (lblk, len), failed),
        }
    }

    /// One attempt of `ext4_es_remove_extent`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn try_remove(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        lblk: u32,
        len: u32,
        prealloc: bool,
    ) -> Result<u32, Failed> {
        if len == 0 {
            return Ok(0);
        }
        let Some(end) = lblk.checked_add(len - 1) else { return Err(EsError::Bug.into()) };
        self.remove_range(rules, mem, lblk, end, rules.counts_reserved, prealloc)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn remove_again(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        (lblk, len): (u32, u32),
        mut failed: Failed,
    ) -> Result<u32, EsError> {
        loop {
            if let Failed::Other(error) = failed {
                return Err(error);
            }
            let prealloc = match rules.no_memory {
                NoMemory::Error => return Err(EsError::NoMemory),
                NoMemory::ShrinkAndRetry(nr) => {
                    if self.reclaim(rules, nr).freed == 0 {
                        return Err(EsError::NoMemory);
                    }
                    false
                }
                NoMemory::Preallocate => {
                    mem.alloc_nofail();
                    true
                }
            };
            failed = match self.try_remove(rules, mem, lblk, len, prealloc) {
                Ok(released) => return Ok(released),
                Err(again) => again,
            };
        }
    }

    /// What the tree says about a block (`ext4_es_lookup_extent`). From v3.19 the extent gets
    /// REFERENCED; the copy that is returned was taken before that. `cache_es` does not move.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn lookup(&mut self, rules: &Rules, lblk: u32) -> Option<Extent> {
        let (at, extent) = self.find_block(rules, lblk)?;
        self.reference(rules, at, extent.status);
        Some(extent)
    }

    /// [`Es::lookup`], and the first block of the following extent, 0 if there is none (v5.4).
    pub fn lookup_next(&mut self, rules: &Rules, lblk: u32) -> Option<(Extent, u32)> {
        let (at, extent) = self.find_block(rules, lblk)?;
        self.reference(rules, at, extent.status);
        let next = self.s.try_get(self.s.next(at));
        Some((extent, next.map_or(0, |it| it.lblk)))
    }

    /// What the tree says about a block, without a trace: no REFERENCED, nothing counted.
    pub fn peek(&self, lblk: u32) -> Option<Extent> {
        let extent = self.s.try_get(self.s.search_by_shape(lblk))?;
        extent.contains(lblk).then_some(extent)
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn find_block(&self, rules: &Rules, lblk: u32) -> Option<(u32, Extent)> {
        let cache = self.s.cache();
        if let Some(extent) = self.s.try_get(cache)
            && extent.contains(lblk)
        {
            return Some((cache, extent));
        }
        let at = if rules.insert_removes_first {
            self.s.floor(lblk)
        } else {
            self.s.search_by_shape(lblk)
        };
        let extent = self.s.try_get(at)?;
        if extent.contains(lblk) { Some((at, extent)) } else { None }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn reference(&mut self, rules: &Rules, at: u32, status: Status) {
        if rules.referenced && !status.any(Status::REFERENCED) {
            self.s.set_status(at, status.with(Status::REFERENCED));
        }
    }

    /// The extent that holds `lblk` or the first one after it, if it is DELAYED, else the next
    /// DELAYED one (`ext4_es_find_extent` v3.8, `ext4_es_find_delayed_extent` v3.9,
    /// `..._range` v3.10). From v3.10 successors must start at or before `end`.
    pub fn find_delayed(&mut self, rules: &Rules, lblk: u32, end: u32) -> Option<Extent> {
        self.find_range(rules, Matching::Delayed, lblk, end)
    }

    /// The first extent of a kind at or after `lblk` (`ext4_es_find_extent_range`, v4.20). The
    /// first candidate, which holds `lblk` or follows it, may start after `end`; later ones must
    /// not. What is found becomes `cache_es`; REFERENCED is not set.
    pub fn find_range(
        &mut self,
        rules: &Rules,
        matching: Matching,
        lblk: u32,
        end: u32,
    ) -> Option<Extent> {
        let cache = self.s.cache();
        let mut at = if cache != NIL && self.s.get(cache).contains(lblk) {
            cache
        } else {
            self.search(rules, lblk)
        };
        let mut first = true;
        while at != NIL {
            let extent = self.s.get(at);
            if !first && rules.find_stops_at_end && extent.lblk > end {
                return None;
            }
            if matching.matches(extent.status) {
                self.s.set_cache(at);
                return Some(extent);
            }
            first = false;
            at = self.s.next(at);
        }
        None
    }

    /// True if an extent of a kind touches `[lblk, end]` (`ext4_es_scan_range`, v4.20). Like the
    /// find that it is made of, it moves `cache_es`.
    pub fn scan_range(&mut self, rules: &Rules, matching: Matching, lblk: u32, end: u32) -> bool {
        match self.find_range(rules, matching, lblk, end) {
            None => false,
            Some(extent) => extent.contains(lblk) || lblk <= extent.lblk && extent.lblk <= end,
        }
    }

    /// True if an extent of a kind touches the cluster of `lblk` (`ext4_es_scan_clu`, v4.20).
    pub fn scan_clu(&mut self, rules: &Rules, matching: Matching, lblk: u32) -> bool {
        let mask = (1u32 << rules.cluster_bits) - 1;
        self.scan_range(rules, matching, lblk & !mask, lblk | mask)
    }

    /// Forgets everything but what must be kept, `cache_es` and the precached mark
    /// (`ext4_clear_inode_es`, v5.4).
    pub fn clear(&mut self) {
        self.s.set_cache(NIL);
        let mut at = self.s.first();
        while at != NIL {
            let status = self.s.get(at).status;
            at = if status.must_keep() { self.s.next(at) } else { self.free(at, status) };
        }
        self.set_precached(false);
    }

    /// What inode eviction does: removes every block up to 2^32 − 2.
    ///
    /// # Errors
    /// As [`Es::remove`].
    pub fn evict(&mut self, rules: &Rules, mem: &mut Memory) -> Result<u32, EsError> {
        self.remove(rules, mem, 0, u32::MAX)
    }

    /// `__es_tree_search`: the extent that holds the block, else the first one after it.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn search(&self, rules: &Rules, lblk: u32) -> u32 {
        if !rules.insert_removes_first {
            return self.s.search_by_shape(lblk);
        }
        let place = self.s.place(lblk);
        let holds = self.s.try_get(place.pred).is_some_and(|it| it.contains(lblk));
        if holds { place.pred } else { place.succ }
    }

    /// The kernel computes the end of each extent that starts at or before the block; for an
    /// extent that ends at 2^32, which can only be the last one, that is a BUG.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn check_search(&self, lblk: u32) -> Result<(), EsError> {
        if self.flags & WRAPS == 0 { Ok(()) } else { self.check_last(lblk) }
    }

    #[cold]
    fn check_last(&self, lblk: u32) -> Result<(), EsError> {
        let last = self.s.last();
        if last == NIL {
            return Ok(());
        }
        let extent = self.s.get(last);
        let wraps = extent.lblk.checked_add(extent.len).is_none();
        if wraps && lblk >= extent.lblk { Err(EsError::Bug) } else { Ok(()) }
    }

    /// `__es_insert_extent`: merges with the neighbours or links a new extent. Nothing overlaps.
    ///
    /// A walk from the root grows the first neighbour that it meets and can merge with, which then
    /// swallows or is swallowed by the other one if those two merge as well:
    ///
    /// ```text
    /// [0/4) U@10          [8/4) U@18      insert [4/4) U@14
    /// [0/8) U@10          [8/4) U@18      the left one was higher: it grows,
    /// [0/12) U@10                         and swallows its successor
    /// ```
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn insert_at(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        place: Place,
        extent: Extent,
        prealloc: bool,
    ) -> Result<u32, Failed> {
        let Place { pred, succ } = place;
        let left = self.s.try_get(pred);
        let after = left.is_some_and(|it| self.grows(rules, mem, &it, &extent));
        let right = self.s.try_get(succ);
        let before = right.is_some_and(|it| self.grows(rules, mem, &extent, &it));
        let at = if after || before {
            if after && (!before || self.s.pred_is_higher(place)) {
                self.grow_right(rules, mem, pred, succ, extent)
            } else {
                self.grow_left(rules, mem, pred, succ, extent)
            }
        } else {
            if !prealloc && !mem.alloc() {
                return Err(Failed::Link);
            }
            let at = self.s.link(place, extent)?;
            self.count_new(extent.status);
            at
        };
        self.s.set_cache(at);
        Ok(at)
    }

    /// The new extent follows `at`, which grows and then may swallow its successor.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn grow_right(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        at: u32,
        succ: u32,
        extent: Extent,
    ) -> u32 {
        let mut grown = self.s.get(at);
        grown.len += extent.len;
        self.s.set(at, grown);
        let Some(right) = self.s.try_get(succ) else { return at };
        if !self.grows(rules, mem, &grown, &right) {
            return at;
        }
        self.s.note_merge(at, succ);
        grown.len += right.len;
        grown.status = grown.status | right.status & Status::REFERENCED;
        self.s.set(at, grown);
        self.free_only(succ, right.status);
        at
    }

    /// The new extent precedes `at`, which grows to the left and then may be swallowed by its
    /// predecessor.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn grow_left(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        pred: u32,
        at: u32,
        extent: Extent,
    ) -> u32 {
        let mut grown = self.s.get(at);
        grown.lblk = extent.lblk;
        grown.len += extent.len;
        grown.pblk = extent.pblk;
        self.s.set(at, grown);
        let Some(mut left) = self.s.try_get(pred) else { return at };
        if !self.grows(rules, mem, &left, &grown) {
            return at;
        }
        self.s.note_merge(pred, at);
        left.len += grown.len;
        left.status = left.status | grown.status & Status::REFERENCED;
        self.s.set(pred, left);
        self.free_only(at, grown.status);
        pred
    }

    /// `ext4_es_can_be_merged`. The kernel tests the sum of lengths before it tests adjacency, and
    /// warns; two disjoint extents with that many blocks fill the space and so are adjacent, hence
    /// the cheap test can come first.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn grows(
        &self,
        rules: &Rules,
        mem: &mut Memory,
        left: &Extent,
        right: &Extent,
    ) -> bool {
        if right.lblk.wrapping_sub(left.lblk) != left.len {
            return false;
        }
        if (left.status ^ right.status).without(Status::REFERENCED) != Status::NONE {
            return false;
        }
        if rules.length_limit && left.len.checked_add(right.len).is_none() {
            if rules.warns {
                mem.warn();
            }
            return false;
        }
        let status = left.status;
        status.is_mapped() && left.pblk + u64::from(left.len) == right.pblk
            || status.any(Status::HOLE)
            || status.is_delonly()
    }

    /// `__es_remove_extent`. `count` asks for the reserved clusters that were released, `prealloc`
    /// says that a node for the right part of a split is at hand.
    ///
    /// ```text
    /// [0/16) W@1000                       remove [4/4)
    /// [0/4) W@1000      [8/8) W@1008      the left part keeps its node
    /// ```
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn remove_range(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        lblk: u32,
        end: u32,
        count: bool,
        prealloc: bool,
    ) -> Result<u32, Failed> {
        self.check_search(lblk)?;
        let at = self.search(rules, lblk);
        let Some(es) = self.s.try_get(at) else { return Ok(0) };
        if es.lblk > end {
            return Ok(0);
        }
        let es_end = es.lblk + (es.len - 1);
        if es_end == end && es.lblk >= lblk && !(count && es.status.is_delonly()) {
            // The most common removal, and the only one that need not look at the successor.
            self.s.set_cache(NIL);
            self.free_only(at, es.status);
            return Ok(0);
        }
        self.remove_at(rules, mem, at, (lblk, end), (count, prealloc))
    }

    /// A removal that begins in the extent `at`.
    #[inline(never)]
    fn remove_at(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        at: u32,
        (lblk, end): (u32, u32),
        (count, prealloc): (bool, bool),
    ) -> Result<u32, Failed> {
        let es = self.s.get(at);
        self.s.set_cache(NIL);
        let mut released = Released::new(rules, count);
        released.begin(&self.s, at, lblk);
        let es_end = es.lblk + (es.len - 1);
        let len1 = lblk.saturating_sub(es.lblk);
        if es_end > end {
            let len2 = es_end - end;
            if len1 == 0 {
                self.trim_head(rules, at, es, len2);
            } else if !self.punch(rules, mem, at, es, (lblk, end), prealloc)? {
                return Ok(0);
            }
            released.count(es.lblk + len1, es.len - len1 - len2, es.status);
            return Ok(released.finish(&mut self.s, end, at));
        }
        if len1 == 0 {
            return self.remove_whole(rules, at, end, released);
        }
        self.s.set(at, Extent { len: len1, ..es });
        released.count(lblk, es.len - len1, es.status);
        let at = self.s.next(at);
        self.remove_whole(rules, at, end, released)
    }

    /// The rest of a removal: `at` starts in the range. Whole extents go, the last one is trimmed.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn remove_whole(
        &mut self,
        rules: &Rules,
        mut at: u32,
        end: u32,
        mut released: Released,
    ) -> Result<u32, Failed> {
        while let Some(es) = self.s.try_get(at) {
            let Some(es_end) = es.lblk.checked_add(es.len) else {
                return Err(EsError::Bug.into());
            };
            let es_end = es_end - 1;
            if es_end > end {
                if es.lblk <= end {
                    let len = es_end - end;
                    released.count(es.lblk, es.len - len, es.status);
                    self.trim_head(rules, at, es, len);
                }
                break;
            }
            released.count(es.lblk, es.len, es.status);
            at = self.free(at, es.status);
        }
        Ok(released.finish(&mut self.s, end, at))
    }

    /// Leaves the last `len` blocks of an extent.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn trim_head(&mut self, rules: &Rules, at: u32, es: Extent, len: u32) {
        let cut = es.len - len;
        let pblk = if es.status.is_mapped() {
            es.pblk.wrapping_add(cut.into()) & rules.pblk_max()
        } else {
            0
        };
        self.s.set(at, Extent { lblk: es.lblk + cut, len, pblk, status: es.status });
    }

    /// Removes the middle of an extent: the left part stays, the right part is put back through
    /// the insert walk, so that it is cached. False if there was no memory for the right part and
    /// it was given up, as v6.5 does with what need not be kept.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn punch(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        at: u32,
        es: Extent,
        (lblk, end): (u32, u32),
        prealloc: bool,
    ) -> Result<bool, Failed> {
        self.s.set(at, Extent { len: lblk - es.lblk, ..es });
        let cut = end + 1 - es.lblk;
        let pblk = if es.status.is_mapped() {
            es.pblk.wrapping_add(cut.into()) & rules.pblk_max()
        } else {
            0
        };
        let right = Extent { lblk: end + 1, len: es.len - cut, pblk, status: es.status };
        let linked = if rules.insert_removes_first {
            let place = Place { pred: at, succ: self.s.next(at) };
            self.insert_at(rules, mem, place, right, prealloc).map(|new| self.s.note_split(at, new))
        } else {
            self.insert_by_shape(mem, right)
        };
        match linked {
            Ok(()) => Ok(true),
            Err(Failed::Link)
                if rules.no_memory == NoMemory::Preallocate && !es.status.must_keep() =>
            {
                Ok(false)
            }
            Err(failed) => {
                self.s.set(at, es);
                Err(if failed == Failed::Link { Failed::Split } else { failed })
            }
        }
    }

    /// Frees an extent (`ext4_es_free_extent`) and returns its successor.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn free(&mut self, at: u32, status: Status) -> u32 {
        self.count_gone(status);
        self.s.erase_next(at)
    }

    /// [`Es::free`] where the successor is not wanted.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn free_only(&mut self, at: u32, status: Status) {
        self.count_gone(status);
        self.s.erase(at);
    }

    /// A reclaimable extent more (`ext4_es_init_extent`).
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn count_new(&mut self, status: Status) {
        if !status.must_keep() {
            self.shk_nr += 1;
        }
    }

    /// A reclaimable extent less.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn count_gone(&mut self, status: Status) {
        if !status.must_keep() {
            self.shk_nr -= 1;
            if self.shk_nr == 0 {
                self.flags |= EMPTIED;
            }
        }
    }

    /// True once after `i_es_shk_nr` was 0 at some moment: the inode left the reclaim list, even
    /// if it has reclaimable extents again (v3.19).
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn take_emptied(&mut self) -> bool {
        let emptied = self.flags & EMPTIED != 0;
        self.flags &= !EMPTIED;
        emptied
    }

    /// v3.8's insert: tries `cache_es`, walks down, tolerates overlaps.
    fn insert_by_shape(&mut self, mem: &mut Memory, extent: Extent) -> Result<(), Failed> {
        let Extent { lblk, len, .. } = extent;
        let inside = |it: &Extent| it.contains(lblk) && it.contains(lblk + (len - 1));
        if !S::HAS_SHAPE {
            let place = self.s.place(lblk);
            if !self.is_free(place, &extent) {
                if place.pred != NIL && inside(&self.s.get(place.pred)) {
                    self.s.set_cache(place.pred);
                    return Ok(());
                }
                return Err(EsError::ShapeDependent.into());
            }
        }
        let cache = self.s.cache();
        let cached = if cache == NIL { None } else { Some(self.s.get(cache)) };
        let walk = match cached {
            Some(it) if it.lblk.checked_add(it.len) == Some(lblk) => Walk::After(cache),
            Some(it) if lblk.checked_add(len) == Some(it.lblk) => Walk::Before(cache),
            Some(it) if inside(&it) => Walk::Inside(cache),
            _ => self.s.walk_by_shape(lblk, len),
        };
        let rules = Version::V3_8.rules();
        let at = match walk {
            Walk::After(at) => self.grow_right(rules, mem, at, self.s.next(at), extent),
            Walk::Before(at) => self.grow_left(rules, mem, self.s.prev(at), at, extent),
            Walk::Inside(at) => {
                let es = self.s.get(at);
                let reach = lblk - es.lblk + len;
                if reach >= es.len {
                    self.s.set(at, Extent { len: reach, ..es });
                }
                at
            }
            Walk::Leaf(place) => {
                if !mem.alloc() {
                    return Err(Failed::Link);
                }
                self.s.link(place, extent)?
            }
        };
        self.s.set_cache(at);
        Ok(())
    }
}

impl Prealloc {
    /// Allocates what the last failure asks for.
    pub(super) fn fill(&mut self, mem: &mut Memory, failed: Failed, revises: bool) {
        if failed == Failed::Split && !self.split {
            mem.alloc_nofail();
            self.split = true;
        }
        if matches!(failed, Failed::Split | Failed::Link) && !self.link {
            mem.alloc_nofail();
            self.link = true;
        }
        if revises && !self.pending {
            mem.alloc_nofail();
            self.pending = true;
        }
    }
}

/// The extents of a tree in ascending order.
pub struct Iter<'a, S> {
    es: &'a Es<S>,
    at: u32,
}

impl<S: Store> Iterator for Iter<'_, S> {
    type Item = Extent;

    fn next(&mut self) -> Option<Extent> {
        if self.at == NIL {
            return None;
        }
        let extent = self.es.s.get(self.at);
        self.at = self.es.s.next(self.at);
        Some(extent)
    }
}

impl<'a, S: Store> IntoIterator for &'a Es<S> {
    type Item = Extent;
    type IntoIter = Iter<'a, S>;

    fn into_iter(self) -> Iter<'a, S> {
        self.iter()
    }
}

/// `[0/8) U@1000  [8/4) D`.
impl<S: Store> fmt::Display for Es<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_extents(f, self.iter())
    }
}
