//! Reclaim over all inodes: the superblock's list and the shrinker.

use super::insert::Failed;
use super::memory::Memory;
use super::rules::{NoMemory, Rules, Shrinker};
use super::status::Extent;
use super::store::{EsError, Store};
use super::tree::Es;

/// Access to the ES trees of the superblock's inodes.
pub trait Inodes<S> {
    /// The tree of an inode; `None` if there is no such inode.
    fn es(&mut self, ino: u8) -> Option<&mut Es<S>>;
}

impl<S> Inodes<S> for [Es<S>] {
    fn es(&mut self, ino: u8) -> Option<&mut Es<S>> {
        self.get_mut(ino as usize)
    }
}

impl<S> Inodes<S> for Vec<Es<S>> {
    fn es(&mut self, ino: u8) -> Option<&mut Es<S>> {
        self.get_mut(ino as usize)
    }
}

impl<S, const I: usize> Inodes<S> for [Es<S>; I] {
    fn es(&mut self, ino: u8) -> Option<&mut Es<S>> {
        self.get_mut(ino as usize)
    }
}

/// The superblock's part of reclaim: the reclaim list (`s_es_lru`, from v3.19 on `s_es_list`) and
/// the record of uses that the shrinker of v3.11 keeps. It holds at most `I` inodes with ids below
/// `I` (and below 32).
///
/// v3.11 stamps an inode with jiffies and compares the stamp with the time of the last sort. The
/// model keeps the order of last use and one bit per inode instead of times, so that nothing grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EsSuper<const I: usize> {
    list: Order<I>,
    /// Inodes by last use, oldest first (v3.11, `i_touch_when`).
    touched: Order<I>,
    /// Bit set of the inodes used since the list was sorted (v3.11, `s_es_last_sorted`).
    fresh: u32,
}

/// Ids in some order, each at most once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Order<const I: usize> {
    /// The ids, followed by zeros.
    ids: [u8; I],
    n: u8,
}

impl<const I: usize> Order<I> {
    const fn new() -> Self {
        const { assert!(I <= 32) };
        Order { ids: [0; I], n: 0 }
    }

    #[inline]
    fn live(&self) -> &[u8] {
        self.ids.get(..self.n as usize).unwrap_or_default()
    }

    fn contains(&self, ino: u8) -> bool {
        self.live().contains(&ino)
    }

    fn remove(&mut self, ino: u8) {
        if let Some(at) = self.live().iter().position(|&it| it == ino) {
            self.ids.copy_within(at + 1.., at);
            self.n -= 1;
            self.ids[self.n as usize] = 0;
        }
    }

    #[inline]
    fn move_to_tail(&mut self, ino: u8) {
        if self.live().last() == Some(&ino) {
            return;
        }
        self.remove(ino);
        if let Some(slot) = self.ids.get_mut(self.n as usize) {
            *slot = ino;
            self.n += 1;
        }
    }
}

impl<const I: usize> Default for EsSuper<I> {
    fn default() -> Self {
        EsSuper::new()
    }
}

impl<const I: usize> EsSuper<I> {
    /// A superblock without inodes on its list.
    pub const fn new() -> Self {
        EsSuper { list: Order::new(), touched: Order::new(), fresh: 0 }
    }

    /// The inodes on the reclaim list, head first (`s_es_lru`, `s_es_list`).
    pub fn list(&self) -> &[u8] {
        self.list.live()
    }

    /// The length of the list (`s_es_nr_inode`, v3.19).
    pub fn nr_inode(&self) -> u32 {
        self.list.n.into()
    }

    /// Writes the state as bytes, the same on every target. Two equal superblocks write the same
    /// bytes.
    pub fn encode(&self, rules: &Rules, out: &mut impl FnMut(u8)) {
        out(self.list.n);
        self.list.live().iter().for_each(|&it| out(it));
        if rules.shrinker == Shrinker::LazyLru {
            // The order in the list and the order of use can differ, so both are written.
            self.touched.live().iter().for_each(|&it| out(it));
            self.fresh.to_le_bytes().into_iter().for_each(out);
        }
    }

    /// Updates the list after an operation on one inode. `used` says that the operation was an
    /// insert, a lookup or a find (not a remove), which up to v3.18 is a use of the inode.
    #[inline]
    pub fn after<S: Store>(&mut self, rules: &Rules, ino: u8, es: &mut Es<S>, used: bool) {
        match rules.shrinker {
            Shrinker::RoundRobin => self.relist(ino, es),
            _ if used => self.used(rules, ino),
            _ => {}
        }
    }

    /// Updates the list after a lookup or a find. They change no counter, but up to v3.18 they are
    /// a use of the inode.
    #[inline]
    pub fn used(&mut self, rules: &Rules, ino: u8) {
        match rules.shrinker {
            Shrinker::None | Shrinker::RoundRobin => {}
            Shrinker::Lru => self.list.move_to_tail(ino),
            Shrinker::LazyLru => self.touch(ino),
        }
    }

    /// v3.11: stamps an inode; an inode that is not on the list joins it at the tail
    /// (`ext4_es_lru_add`).
    fn touch(&mut self, ino: u8) {
        if !self.list.contains(ino) {
            self.list.move_to_tail(ino);
        }
        self.touched.move_to_tail(ino);
        self.fresh |= 1 << ino;
    }

    /// v3.19: an inode is on the list if and only if it has something to reclaim. An inode that had
    /// nothing for a moment joins again at the tail.
    #[inline]
    fn relist<S: Store>(&mut self, ino: u8, es: &mut Es<S>) {
        if es.take_emptied() {
            self.list.remove(ino);
        }
        if es.shk_nr() > 0 && !self.list.contains(ino) {
            self.list.move_to_tail(ino);
        }
    }

    /// Updates the list after eviction. Up to v3.18 only eviction takes an inode off the list.
    pub fn evicted(&mut self, rules: &Rules, ino: u8) {
        if matches!(rules.shrinker, Shrinker::Lru | Shrinker::LazyLru) {
            self.list.remove(ino);
            self.touched.remove(ino);
            self.fresh &= !(1 << ino);
        }
    }

    /// Number of reclaimable extents of all inodes.
    pub fn count<S: Store>(&self, inodes: &mut (impl Inodes<S> + ?Sized)) -> u32 {
        (0..I as u8).filter_map(|ino| inodes.es(ino).map(|it| it.shk_nr())).sum()
    }

    /// The shrinker (`ext4_es_shrink` v3.9, `__ext4_es_shrink` v3.11, `__es_shrink` v3.19).
    /// `nr_to_scan` counts extents freed (up to v3.18) or scanned (v3.19). It is the kernel's
    /// `int`, so the memory management's request is truncated to one; up to v3.18 a request of 0
    /// only counts.
    ///
    /// The inodes in the bit set `busy` are locked by others and are skipped (trylock, v3.19).
    /// `locked_ei` is the inode whose lock the caller holds: the shrinker reclaims from it only if
    /// it freed nothing else. Returns the number of extents freed.
    pub fn shrink<S: Store>(
        &mut self,
        rules: &Rules,
        inodes: &mut (impl Inodes<S> + ?Sized),
        nr_to_scan: i32,
        busy: u32,
        locked_ei: Option<u8>,
    ) -> i32 {
        let freed = match rules.shrinker {
            Shrinker::None => return 0,
            Shrinker::Lru | Shrinker::LazyLru if nr_to_scan == 0 => return 0,
            Shrinker::Lru => self.shrink_lru(rules, inodes, nr_to_scan, locked_ei),
            Shrinker::LazyLru => self.shrink_lazy_lru(rules, inodes, nr_to_scan, locked_ei),
            Shrinker::RoundRobin => {
                return self.shrink_round_robin(rules, inodes, nr_to_scan, busy, locked_ei);
            }
        };
        if freed > 0 {
            return freed;
        }
        self.reclaim_locked(rules, inodes, nr_to_scan, locked_ei)
    }

    /// The last resort: reclaims from the inode whose lock the caller holds.
    fn reclaim_locked<S: Store>(
        &mut self,
        rules: &Rules,
        inodes: &mut (impl Inodes<S> + ?Sized),
        nr_to_scan: i32,
        locked_ei: Option<u8>,
    ) -> i32 {
        let Some(ino) = locked_ei else { return 0 };
        let Some(es) = inodes.es(ino) else { return 0 };
        let freed = es.reclaim(rules, nr_to_scan).freed;
        self.after(rules, ino, es, false);
        freed
    }

    /// v3.9: walks from the head; visited inodes move to the tail in order.
    fn shrink_lru<S: Store>(
        &mut self,
        rules: &Rules,
        inodes: &mut (impl Inodes<S> + ?Sized),
        nr_to_scan: i32,
        locked_ei: Option<u8>,
    ) -> i32 {
        let mut freed = 0;
        for _ in 0..self.list.n {
            let ino = self.list.ids[0];
            self.list.move_to_tail(ino);
            if Some(ino) == locked_ei {
                continue;
            }
            let Some(es) = inodes.es(ino) else { continue };
            freed += es.reclaim(rules, nr_to_scan - freed).freed;
            if freed == nr_to_scan {
                break;
            }
        }
        freed
    }

    /// v3.11 (read in v3.12.9): skips inodes that were used since the last sort and precached
    /// inodes. If that freed nothing, it sorts the list (not precached first, then oldest use) and
    /// walks it once more, including precached inodes if one is at the head. An inode with nothing
    /// left leaves the list.
    fn shrink_lazy_lru<S: Store>(
        &mut self,
        rules: &Rules,
        inodes: &mut (impl Inodes<S> + ?Sized),
        nr_to_scan: i32,
        locked_ei: Option<u8>,
    ) -> i32 {
        let (freed, skipped) = self.walk_lazy_lru(rules, inodes, nr_to_scan, locked_ei, false);
        if freed > 0 || !skipped {
            return freed;
        }
        self.sort(inodes);
        let Some(&head) = self.list.live().first() else { return 0 };
        let precached = inodes.es(head).is_some_and(|it| it.precached());
        self.walk_lazy_lru(rules, inodes, nr_to_scan, locked_ei, precached).0
    }

    /// One walk over the list: the number of extents it freed, and whether it skipped an inode.
    fn walk_lazy_lru<S: Store>(
        &mut self,
        rules: &Rules,
        inodes: &mut (impl Inodes<S> + ?Sized),
        nr_to_scan: i32,
        locked_ei: Option<u8>,
        precached_too: bool,
    ) -> (i32, bool) {
        let (mut freed, mut skipped) = (0, 0u32);
        let before = self.list;
        for &ino in before.live() {
            let Some(es) = inodes.es(ino) else { continue };
            let fresh = self.fresh & (1 << ino) != 0;
            if fresh || es.precached() && !precached_too {
                skipped |= 1 << ino;
                continue;
            }
            if es.shk_nr() == 0 || Some(ino) == locked_ei {
                continue;
            }
            freed += es.reclaim(rules, nr_to_scan - freed).freed;
            if es.shk_nr() == 0 {
                self.list.remove(ino);
            }
            if freed == nr_to_scan {
                break;
            }
        }
        // Skipped inodes go back to the tail of the list.
        for &ino in before.live() {
            if skipped & (1 << ino) != 0 {
                self.list.move_to_tail(ino);
            }
        }
        (freed, skipped != 0)
    }

    /// v3.11: `list_sort` by `ext4_inode_touch_time_cmp`. Afterwards no inode counts as used since
    /// the sort.
    fn sort<S: Store>(&mut self, inodes: &mut (impl Inodes<S> + ?Sized)) {
        let (list, touched) = (self.list, self.touched);
        let mut sorted = Order::new();
        for precached in [false, true] {
            for &ino in touched.live() {
                let here = inodes.es(ino).is_some_and(|it| it.precached() == precached);
                if here && list.contains(ino) {
                    sorted.move_to_tail(ino);
                }
            }
        }
        self.list = sorted;
        self.fresh = 0;
    }

    /// v3.19: each inode at the head is reclaimed from and moves to the tail. Precached inodes are
    /// reclaimed from only in a second round, if the first one freed nothing and skipped an inode.
    fn shrink_round_robin<S: Store>(
        &mut self,
        rules: &Rules,
        inodes: &mut (impl Inodes<S> + ?Sized),
        nr_to_scan: i32,
        busy: u32,
        locked_ei: Option<u8>,
    ) -> i32 {
        let (mut freed, mut quota) = (0, nr_to_scan);
        for round in 0..2 {
            let mut skipped = false;
            for _ in 0..self.list.n {
                if self.list.n == 0 {
                    return freed;
                }
                let ino = self.list.ids[0];
                self.list.move_to_tail(ino);
                let Some(es) = inodes.es(ino) else { continue };
                let passed = round == 0 && es.precached()
                    || Some(ino) == locked_ei
                    || busy & (1 << ino) != 0;
                if passed {
                    skipped = true;
                    continue;
                }
                let reclaimed = es.reclaim(rules, quota);
                self.relist(ino, es);
                freed += reclaimed.freed;
                quota -= reclaimed.spent;
                if quota <= 0 {
                    return freed;
                }
            }
            if freed > 0 || !skipped {
                break;
            }
        }
        if freed > 0 { freed } else { self.reclaim_locked(rules, inodes, quota, locked_ei) }
    }

    /// [`Es::insert`] on one inode of the superblock. It updates the list and, when memory is short
    /// (v3.10 to v6.4), runs the shrinker over all inodes.
    ///
    /// # Errors
    /// As [`Es::insert`]; a missing inode is [`EsError::Full`].
    #[inline]
    pub fn insert<S: Store>(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        inodes: &mut (impl Inodes<S> + ?Sized),
        ino: u8,
        extent: Extent,
    ) -> Result<i32, EsError> {
        let es = inodes.es(ino).ok_or(EsError::Full)?;
        let done = match es.try_insert(rules, mem, extent) {
            Ok(used) => Ok(used),
            Err(failed) => self.insert_again(rules, mem, inodes, (ino, extent), failed),
        };
        if extent.len > 0 {
            let es = inodes.es(ino).ok_or(EsError::Full)?;
            self.after(rules, ino, es, true);
        }
        done
    }

    #[cold]
    #[inline(never)]
    fn insert_again<S: Store>(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        inodes: &mut (impl Inodes<S> + ?Sized),
        (ino, extent): (u8, Extent),
        mut failed: Failed,
    ) -> Result<i32, EsError> {
        loop {
            if let NoMemory::ShrinkAndRetry(nr) = rules.no_memory
                && matches!(failed, Failed::Split | Failed::Link)
                && self.shrink(rules, inodes, nr, 0, Some(ino)) > 0
            {
                let es = inodes.es(ino).ok_or(EsError::Full)?;
                match es.try_insert(rules, mem, extent) {
                    Ok(used) => return Ok(used),
                    Err(again) => failed = again,
                }
                continue;
            }
            let es = inodes.es(ino).ok_or(EsError::Full)?;
            return es.insert_failed(rules, mem, extent, failed);
        }
    }

    /// [`Es::remove`] on one inode of the superblock.
    ///
    /// # Errors
    /// As [`Es::remove`]; a missing inode is [`EsError::Full`].
    #[inline]
    pub fn remove<S: Store>(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        inodes: &mut (impl Inodes<S> + ?Sized),
        ino: u8,
        (lblk, len): (u32, u32),
    ) -> Result<i32, EsError> {
        let es = inodes.es(ino).ok_or(EsError::Full)?;
        let done = match es.try_remove(rules, mem, lblk, len, false) {
            Ok(released) => Ok(released),
            Err(failed) => self.remove_again(rules, mem, inodes, (ino, lblk, len), failed),
        };
        let es = inodes.es(ino).ok_or(EsError::Full)?;
        self.after(rules, ino, es, false);
        done
    }

    #[cold]
    #[inline(never)]
    fn remove_again<S: Store>(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        inodes: &mut (impl Inodes<S> + ?Sized),
        (ino, lblk, len): (u8, u32, u32),
        mut failed: Failed,
    ) -> Result<i32, EsError> {
        if let NoMemory::ShrinkAndRetry(nr) = rules.no_memory {
            while failed == Failed::Split && self.shrink(rules, inodes, nr, 0, Some(ino)) > 0 {
                let es = inodes.es(ino).ok_or(EsError::Full)?;
                match es.try_remove(rules, mem, lblk, len, false) {
                    Ok(released) => return Ok(released),
                    Err(again) => failed = again,
                }
            }
            return Err(failed.into());
        }
        let es = inodes.es(ino).ok_or(EsError::Full)?;
        es.remove_again(rules, mem, (lblk, len), failed)
    }
}
