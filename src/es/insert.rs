//! Operations that put extents into the tree (`ext4_es_insert_extent` and related functions), and
//! the reaction of each version to a failed allocation.

use super::memory::Memory;
use super::rules::{NoMemory, Rules};
use super::status::{Extent, Status};
use super::store::{EsError, Place, Store};
use super::tree::{Es, WRAPS};

impl<S: Store> Es<S> {
    /// Gives the range this mapping and replaces its previous entries (`ext4_es_insert_extent`).
    /// Keeps DIRTY where the rules allow it and drops REFERENCED. Length 0 does nothing. v3.8 knows
    /// only DELAYED extents: there, any other extent does nothing.
    ///
    /// Returns the number of reserved clusters that the new mapping used up (v6.12; otherwise 0),
    /// an `int` as in [`Es::remove`].
    ///
    /// # Errors
    /// `NoMemory` as the version says; if the insert itself failed, the old mapping is gone. `Bug`
    /// for a range past 2^32; `Full`, and `ShapeDependent` in v3.8, from a `Flat`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn insert(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
    ) -> Result<i32, EsError> {
        match self.try_insert(rules, mem, extent) {
            Ok(used) => Ok(used),
            Err(failed) => self.insert_again(rules, mem, extent, failed),
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

    /// Caches an extent that was read from a leaf of the disk tree, if no entry touches its range
    /// (`ext4_es_cache_extent`, v3.12). It never splits or overwrites entries and ignores failed
    /// allocations. A version without this function does nothing.
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

    /// One attempt of `ext4_es_insert_extent`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn try_insert(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
    ) -> Result<i32, Failed> {
        let Some(extent) = self.check_new(rules, mem, extent)? else { return Ok(0) };
        let plain = rules.insert_removes_first && rules.cluster_bits == 0;
        if plain && self.flags & WRAPS == 0 {
            // If there is nothing to remove, one walk serves both steps of the kernel.
            let place = self.s.place(extent.lblk);
            if self.is_free(place, &extent) {
                self.insert_at(rules, mem, place, extent, false)?;
                return Ok(0);
            }
        }
        self.try_insert_over(rules, mem, extent, &mut Prealloc::default())
    }

    /// The checks of every insert; `None` if there is nothing to do.
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
    pub(super) fn is_free(&self, place: Place, extent: &Extent) -> bool {
        if self.s.try_get(place.pred).is_some_and(|it| it.contains(extent.lblk)) {
            return false;
        }
        self.s.try_get(place.succ).is_none_or(|it| it.lblk - extent.lblk >= extent.len)
    }

    /// One attempt, in the case that other extents may have to be removed first or reservations
    /// have to be checked.
    #[inline(never)]
    pub(super) fn try_insert_over(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
        prealloc: &mut Prealloc,
    ) -> Result<i32, Failed> {
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
            let made = self.revise_pending(rules, mem, extent.lblk, end, &mut prealloc.pending)?;
            used = used.wrapping_add(made);
        }
        Ok(if rules.insert_releases_reserved { used } else { 0 })
    }

    /// The version's reaction to a failed attempt.
    #[cold]
    #[inline(never)]
    fn insert_again(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
        mut failed: Failed,
    ) -> Result<i32, EsError> {
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

    /// The result of a failed insert after the shrinker could not help.
    pub(super) fn insert_failed(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
        failed: Failed,
    ) -> Result<i32, EsError> {
        if let Failed::Other(error) = failed {
            return Err(error);
        }
        // The disk tree has this extent too, so it just does not become cached.
        let expendable = failed == Failed::Link && !rules.admit(extent.status).must_keep();
        match rules.no_memory {
            NoMemory::Error => Err(EsError::NoMemory),
            _ if expendable => Ok(0),
            NoMemory::ShrinkAndRetry(_) => Err(EsError::NoMemory),
            NoMemory::Preallocate => self.insert_nofail(rules, mem, extent, failed),
        }
    }

    /// Repeats an insert with preallocated nodes until it succeeds (v6.5).
    fn insert_nofail(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        mut extent: Extent,
        mut failed: Failed,
    ) -> Result<i32, EsError> {
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

    /// `__es_insert_extent`: merges the new extent with its neighbours or links it. Nothing may
    /// overlap.
    ///
    /// A walk from the root grows the first neighbour that it meets and can merge with. If that
    /// neighbour then also merges with the other one, it swallows it or is swallowed by it:
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

    /// The new extent follows `at`. `at` grows and may then swallow its successor.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn grow_right(
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

    /// The new extent precedes `at`. `at` grows to the left and may then be swallowed by its
    /// predecessor.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn grow_left(
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

    /// `ext4_es_can_be_merged`. The kernel tests the sum of lengths, and warns, before it tests
    /// adjacency. Two disjoint extents with that many blocks fill the whole space and are therefore
    /// adjacent, so the cheap adjacency test can come first.
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
}

/// The reason why one attempt failed, and the step in which it failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Failed {
    /// The right part of a split could not be allocated; the tree has not changed.
    Split,
    /// The new extent could not be allocated; its range is empty now.
    Link,
    /// The pending reservation could not be allocated.
    Pending,
    /// An error that a retry does not cure.
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

impl Prealloc {
    /// Allocates the nodes that the last failure asks for.
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
