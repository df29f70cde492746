//! The extent status tree of one inode. The algorithm is written once for every storage. This
//! module has the data; [`Es::insert`], [`Es::remove`] and [`Es::find_range`] have modules of their
//! own.

use core::fmt;

use super::memory::Memory;
use super::rules::Rules;
use super::status::{Extent, ParseError, Status, parse_extents, write_extents};
use super::store::{NIL, PendingSet as _, Store};

/// The extent status tree of one inode with its counters (`struct ext4_es_tree` and the `i_es_*`
/// fields of `struct ext4_inode_info`), over a storage: [`super::Tree`] or [`super::Flat`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Es<S> {
    pub(super) s: S,
    pub(super) shk_nr: u32,
    pub(super) shrink_lblk: u32,
    pub(super) flags: u8,
}

/// The bit of `EXT4_STATE_EXT_PRECACHED` (v3.12).
const PRECACHED: u8 = 1;
/// `i_es_shk_nr` was 0 at some moment since the superblock last looked: the inode left its list
/// (v3.19).
const EMPTIED: u8 = 2;
/// An extent that ends at block 2^32 was inserted. A search that touches it is a BUG.
pub(super) const WRAPS: u8 = 4;

impl<S: Store + Default> Es<S> {
    /// The tree of a new inode, without extents.
    pub fn new() -> Self {
        Es::default()
    }

    /// A tree with the extents of a text such as `[0/8) U@1000  [8/4) D`, inserted one after the
    /// other.
    ///
    /// # Errors
    /// Text that is not a list of extents, or more extents than the storage holds.
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
    /// The storage, for methods that only one storage has.
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

    /// The flags beside the extents. Equal trees have equal flags.
    #[inline]
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// The block at which the next reclaim of this inode resumes (`i_es_shrink_lblk`, v3.19).
    pub fn shrink_lblk(&self) -> u32 {
        self.shrink_lblk
    }

    /// The first block of the cached extent (`cache_es`).
    pub fn cache_es(&self) -> Option<u32> {
        let at = self.s.cache();
        if at == NIL { None } else { Some(self.s.get(at).lblk) }
    }

    /// True if all extents of the file were cached on request (`EXT4_STATE_EXT_PRECACHED`, v3.12).
    pub fn precached(&self) -> bool {
        self.flags & PRECACHED != 0
    }

    /// Sets or clears `EXT4_STATE_EXT_PRECACHED`.
    pub fn set_precached(&mut self, precached: bool) {
        self.flags = if precached { self.flags | PRECACHED } else { self.flags & !PRECACHED };
    }

    /// True if there is no extent.
    pub fn is_empty(&self) -> bool {
        self.s.count() == 0
    }

    /// The extents in ascending order. An extent without a physical block returns 0 for it.
    pub fn iter(&self) -> Iter<'_, S> {
        Iter { es: self, at: self.s.first() }
    }

    /// The clusters with a pending reservation, ascending (v4.20, bigalloc).
    pub fn pending(&self) -> impl Iterator<Item = u32> {
        (0..).map_while(|n| self.s.pending().nth(n))
    }

    /// Frees an extent (`ext4_es_free_extent`) and returns its successor.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn free(&mut self, at: u32, status: Status) -> u32 {
        self.count_gone(status);
        self.s.erase_next(at)
    }

    /// [`Es::free`] without looking up the successor.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn free_only(&mut self, at: u32, status: Status) {
        self.count_gone(status);
        self.s.erase(at);
    }

    /// Counts one more reclaimable extent (`ext4_es_init_extent`).
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn count_new(&mut self, status: Status) {
        if !status.must_keep() {
            self.shk_nr += 1;
        }
    }

    /// Counts one reclaimable extent less.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn count_gone(&mut self, status: Status) {
        if !status.must_keep() {
            self.shk_nr -= 1;
            if self.shk_nr == 0 {
                self.flags |= EMPTIED;
            }
        }
    }

    /// True if `i_es_shk_nr` was 0 at some moment since the last call: the inode left the reclaim
    /// list, even if it has reclaimable extents again (v3.19).
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn take_emptied(&mut self) -> bool {
        let emptied = self.flags & EMPTIED != 0;
        self.flags &= !EMPTIED;
        emptied
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

/// Writes the extents as `[0/8) U@1000  [8/4) D`.
impl<S: Store> fmt::Display for Es<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_extents(f, self.iter())
    }
}
