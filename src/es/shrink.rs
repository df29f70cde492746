//! Reclaim from one inode.

use super::rules::{Rules, Shrinker};
use super::status::Status;
use super::store::{NIL, Store};
use super::tree::Es;

/// The result of one reclaim from one inode.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Reclaimed {
    /// Number of extents that were freed.
    pub freed: i32,
    /// Used part of the quota: freed extents (up to v3.18) or scanned extents (v3.19).
    pub spent: i32,
}

impl<S: Store> Es<S> {
    /// Reclaims from this inode only; the caller holds its `i_es_lock`
    /// (`__es_try_to_reclaim_extents` up to v3.18, `es_reclaim_extents` from v3.19). DELAYED and
    /// dirty extents are kept.
    ///
    /// The quota is the kernel's `int`. Up to v3.18 reclaim ends when the quota reaches 0, so a
    /// negative quota is no limit; the shrinker is never called with 0. From v3.19 on, a quota of 0
    /// or less scans nothing.
    pub fn reclaim(&mut self, rules: &Rules, nr_to_scan: i32) -> Reclaimed {
        if self.shk_nr == 0 {
            return Reclaimed::default();
        }
        match rules.shrinker {
            Shrinker::None => Reclaimed::default(),
            Shrinker::Lru | Shrinker::LazyLru if nr_to_scan == 0 => Reclaimed::default(),
            Shrinker::Lru | Shrinker::LazyLru => self.reclaim_from_start(nr_to_scan),
            Shrinker::RoundRobin => self.reclaim_from_resume(nr_to_scan),
        }
    }

    /// v3.9: frees from the lowest block up; the quota counts freed extents.
    #[inline(never)]
    fn reclaim_from_start(&mut self, nr_to_scan: i32) -> Reclaimed {
        let mut freed = 0;
        let mut at = self.s.first();
        while let Some(es) = self.s.try_get(at) {
            if es.status.must_keep() {
                at = self.s.next(at);
                continue;
            }
            at = self.free(at, es.status);
            freed += 1;
            if freed == nr_to_scan {
                break;
            }
        }
        self.s.set_cache(NIL);
        Reclaimed { freed, spent: freed }
    }

    /// v3.19: scans from `i_es_shrink_lblk` to the end, then from block 0 to the starting point.
    /// The quota counts scanned extents; a REFERENCED extent gets a second chance.
    fn reclaim_from_resume(&mut self, nr_to_scan: i32) -> Reclaimed {
        let start = self.shrink_lblk;
        let (mut done, all) = self.reclaim_up_to(u32::MAX, nr_to_scan);
        if all && start != 0 {
            let (wrapped, _) = self.reclaim_up_to(start - 1, nr_to_scan - done.spent);
            done.freed += wrapped.freed;
            done.spent += wrapped.spent;
        }
        self.s.set_cache(NIL);
        done
    }

    /// `es_do_reclaim_extents`: the result, and whether it reached `end` before the quota was used
    /// up.
    fn reclaim_up_to(&mut self, end: u32, nr_to_scan: i32) -> (Reclaimed, bool) {
        // Without overlaps, the search by first blocks finds the same extent as each version's
        // search.
        let from = self.shrink_lblk;
        let place = self.s.place(from);
        let holds = self.s.try_get(place.pred).is_some_and(|it| it.contains(from));
        let mut at = if holds { place.pred } else { place.succ };
        let (mut left, mut kept) = (nr_to_scan, 0);
        let done = |left: i32, kept: i32| {
            let spent = nr_to_scan - left;
            Reclaimed { freed: spent - kept, spent }
        };
        while let Some(es) = self.s.try_get(at) {
            if left <= 0 {
                self.shrink_lblk = es.lblk;
                return (done(left, kept), false);
            }
            if es.lblk > end {
                self.shrink_lblk = end + 1;
                return (done(left, kept), true);
            }
            left -= 1;
            if !es.status.any(KEPT) {
                at = self.free(at, es.status);
                continue;
            }
            kept += 1;
            if !es.status.must_keep() {
                self.s.set_status(at, es.status.without(Status::REFERENCED));
            }
            at = self.s.next(at);
        }
        self.shrink_lblk = 0;
        (done(left, kept), true)
    }
}

/// The bits that make one pass keep an extent: it must be kept, or it was looked up.
const KEPT: Status = Status::DELAYED.with(Status::DIRTY).with(Status::REFERENCED);
