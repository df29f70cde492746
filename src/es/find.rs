//! Queries of the tree: lookup, find and scan (`ext4_es_lookup_extent`, `ext4_es_find_extent_range`
//! and related functions).

use super::rules::Rules;
use super::status::{Extent, Status};
use super::store::{EsError, NIL, Store};
use super::tree::{Es, WRAPS};

/// The kind of extent that a search looks for (`ext4_es_is_delayed` and related functions).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Matching {
    /// DELAYED is set; other bits do not matter.
    Delayed,
    /// DELAYED is set, UNWRITTEN is not.
    DelOnly,
    /// WRITTEN is set; other bits do not matter.
    Written,
    /// UNWRITTEN is set; other bits do not matter.
    Unwritten,
    /// HOLE is set; other bits do not matter.
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

impl<S: Store> Es<S> {
    /// The extent that holds a block (`ext4_es_lookup_extent`). From v3.19 on, a lookup sets
    /// REFERENCED in the tree; the returned copy was taken before. A lookup does not move
    /// `cache_es`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn lookup(&mut self, rules: &Rules, lblk: u32) -> Option<Extent> {
        let (at, extent) = self.find_block(rules, lblk)?;
        self.reference(rules, at, extent.status);
        Some(extent)
    }

    /// [`Es::lookup`], together with the first block of the next extent, or 0 if there is none
    /// (v5.4).
    pub fn lookup_next(&mut self, rules: &Rules, lblk: u32) -> Option<(Extent, u32)> {
        let (at, extent) = self.find_block(rules, lblk)?;
        self.reference(rules, at, extent.status);
        let next = self.s.try_get(self.s.next(at));
        Some((extent, next.map_or(0, |it| it.lblk)))
    }

    /// The extent that holds a block. Unlike a lookup, it sets no REFERENCED and counts nothing.
    pub fn peek(&self, lblk: u32) -> Option<Extent> {
        let extent = self.s.try_get(self.s.search_by_shape(lblk))?;
        extent.contains(lblk).then_some(extent)
    }

    /// The extent that holds `lblk`, or else the first one after it, if that extent is DELAYED;
    /// otherwise the next DELAYED extent (`ext4_es_find_extent` v3.8, `ext4_es_find_delayed_extent`
    /// v3.9, `..._range` v3.10). From v3.10 on, that next extent must start at or before `end`.
    pub fn find_delayed(&mut self, rules: &Rules, lblk: u32, end: u32) -> Option<Extent> {
        self.find_range(rules, Matching::Delayed, lblk, end)
    }

    /// The first extent of a kind at or after `lblk` (`ext4_es_find_extent_range`, v4.20). The
    /// first candidate holds `lblk` or follows it, and may start after `end`; later candidates must
    /// not. The extent found becomes `cache_es`; REFERENCED is not set.
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

    /// True if an extent of a kind touches `[lblk, end]` (`ext4_es_scan_range`, v4.20). It calls
    /// [`Es::find_range`] and so moves `cache_es`.
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

    /// `__es_tree_search`: the extent that holds the block, or else the first one after it.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn search(&self, rules: &Rules, lblk: u32) -> u32 {
        if !rules.insert_removes_first {
            return self.s.search_by_shape(lblk);
        }
        let place = self.s.place(lblk);
        let holds = self.s.try_get(place.pred).is_some_and(|it| it.contains(lblk));
        if holds { place.pred } else { place.succ }
    }

    /// The kernel computes the end of each extent that starts at or before the block. For an extent
    /// that ends at 2^32 this is a BUG; only the last extent can end there.
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
}
