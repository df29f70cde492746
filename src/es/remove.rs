//! Operations that take extents out of the tree (`ext4_es_remove_extent`, `ext4_clear_inode_es`).

use super::insert::Failed;
use super::memory::Memory;
use super::reserve::Released;
use super::rules::{NoMemory, Rules};
use super::status::Extent;
use super::store::{EsError, NIL, Place, Store};
use super::tree::Es;

impl<S: Store> Es<S> {
    /// Removes a range (`ext4_es_remove_extent`). Length 0 does nothing. Returns the number of
    /// reserved clusters handed back (v4.20; blocks without bigalloc), otherwise 0. The kernel's
    /// result is an `int`, which becomes negative from 2^31 delayed blocks on.
    ///
    /// # Errors
    /// `NoMemory` as the version says, and the tree does not change; `Bug` for a range past 2^32;
    /// `Full` from a `Flat`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn remove(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        lblk: u32,
        len: u32,
    ) -> Result<i32, EsError> {
        match self.try_remove(rules, mem, lblk, len, false) {
            Ok(released) => Ok(released),
            Err(failed) => self.remove_again(rules, mem, (lblk, len), failed),
        }
    }

    /// Removes everything except extents that must be kept, and clears `cache_es` and the precached
    /// mark (`ext4_clear_inode_es`, v5.4).
    pub fn clear(&mut self) {
        self.s.set_cache(NIL);
        let mut at = self.s.first();
        while at != NIL {
            let status = self.s.get(at).status;
            at = if status.must_keep() { self.s.next(at) } else { self.free(at, status) };
        }
        self.set_precached(false);
    }

    /// The removal at inode eviction: every block up to 2^32 − 2.
    ///
    /// # Errors
    /// As [`Es::remove`].
    pub fn evict(&mut self, rules: &Rules, mem: &mut Memory) -> Result<i32, EsError> {
        self.remove(rules, mem, 0, u32::MAX)
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
    ) -> Result<i32, Failed> {
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
    ) -> Result<i32, EsError> {
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

    /// `__es_remove_extent`. `count` asks for the number of released reserved clusters. `prealloc`
    /// says that a node for the right part of a split is allocated already.
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
    ) -> Result<i32, Failed> {
        self.check_search(lblk)?;
        let at = self.search(rules, lblk);
        let Some(es) = self.s.try_get(at) else { return Ok(0) };
        if es.lblk > end {
            return Ok(0);
        }
        let es_end = es.lblk + (es.len - 1);
        if es_end == end && es.lblk >= lblk && !(count && es.status.is_delonly()) {
            // The most common removal, and the only one that does not look at the successor.
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
    ) -> Result<i32, Failed> {
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

    /// The rest of a removal, where `at` starts in the range: whole extents are removed, and the
    /// last one is trimmed.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn remove_whole(
        &mut self,
        rules: &Rules,
        mut at: u32,
        end: u32,
        mut released: Released,
    ) -> Result<i32, Failed> {
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

    /// Trims an extent to its last `len` blocks.
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

    /// Removes the middle of an extent. The left part stays; the right part goes through the insert
    /// walk, so that it becomes the cached extent. Returns false if there was no memory for the
    /// right part and it was dropped, as v6.5 does with extents that need not be kept.
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
}
