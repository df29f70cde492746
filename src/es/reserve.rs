//! Reservations of delayed blocks, per cluster with bigalloc, and pending reservations (v4.20).

use super::find::Matching;
use super::insert::Failed;
use super::memory::Memory;
use super::rules::Rules;
use super::status::Status;
use super::store::{EsError, NIL, PendingSet as _, Store};
use super::tree::Es;

/// Counts the reserved clusters that one removal releases (`struct rsvd_count`, v4.20). The count
/// is the kernel's `int`: from 2^31 clusters on it is negative, and `ext4_da_release_space`
/// receives it as it is.
///
/// Every cluster that loses a delonly block counts once, with two exceptions. The first and the
/// last cluster do not count if they still hold such a block outside the removed range. A cluster
/// with a pending reservation does not count either: that reservation is released instead.
pub(super) struct Released {
    on: bool,
    bits: u32,
    clusters: u32,
    /// First and last delonly block that was removed. `last < first` means that none was removed.
    first: u32,
    last: u32,
    /// The extent to the left of the range, which may reach into its first cluster.
    left: u32,
}

impl Released {
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn new(rules: &Rules, on: bool) -> Released {
        let bits = rules.cluster_bits.into();
        Released { on, bits, clusters: 0, first: 1, last: 0, left: NIL }
    }

    /// `init_rsvd`: `at` is the first extent that the range touches.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn begin<S: Store>(&mut self, store: &S, at: u32, lblk: u32) {
        if self.on && self.bits > 0 {
            self.left = if lblk > store.get(at).lblk { at } else { store.prev(at) };
        }
    }

    /// `count_rsvd`: these blocks of an extent with this status are removed.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn count(&mut self, lblk: u32, len: u32, status: Status) {
        if self.on && status.is_delonly() {
            self.count_delonly(lblk, lblk + (len - 1));
        }
    }

    fn count_delonly(&mut self, lblk: u32, end: u32) {
        let (first, last) = (lblk >> self.bits, end >> self.bits);
        self.clusters = self.clusters.wrapping_add(last - first + 1);
        if self.last < self.first {
            self.first = lblk;
        } else if self.last >> self.bits == first {
            self.clusters = self.clusters.wrapping_sub(1);
        }
        self.last = end;
    }

    /// `get_rsvd`: `right` is the extent at which the removal stopped.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn finish<S: Store>(self, store: &mut S, end: u32, right: u32) -> i32 {
        if self.clusters == 0 || self.bits == 0 {
            return self.clusters.cast_signed();
        }
        self.finish_clusters(store, end, right).cast_signed()
    }

    #[inline(never)]
    fn finish_clusters<S: Store>(self, store: &mut S, end: u32, right: u32) -> u32 {
        let mask = (1u32 << self.bits) - 1;
        let (mut first, mut last) = (self.first >> self.bits, self.last >> self.bits);
        let one = first == last;
        let left_stays = delonly_reaches(store, self.left, self.first & !mask);
        let right_stays =
            !(one && left_stays) && delonly_follows(store, right, end, self.last | mask);
        let stay = u32::from(left_stays) + u32::from(right_stays);
        let mut clusters = self.clusters.wrapping_sub(stay);
        if one && (left_stays || right_stays) {
            return clusters;
        }
        first += u32::from(left_stays);
        last = last.wrapping_sub(right_stays.into());
        if first <= last {
            let pending = store.pending_mut().remove_range(first, last);
            clusters = clusters.wrapping_sub(pending);
        }
        clusters
    }
}

/// True if a delonly extent, from `at` to the left, reaches `lblk` or beyond.
fn delonly_reaches<S: Store>(store: &S, mut at: u32, lblk: u32) -> bool {
    while at != NIL {
        let es = store.get(at);
        if es.lblk + (es.len - 1) < lblk {
            return false;
        }
        if es.status.is_delonly() {
            return true;
        }
        at = store.prev(at);
    }
    false
}

/// True if a delonly extent after block `end` starts at or before `last`.
fn delonly_follows<S: Store>(store: &S, mut at: u32, end: u32, last: u32) -> bool {
    if at != NIL {
        let es = store.get(at);
        if es.lblk + (es.len - 1) <= end {
            at = store.next(at);
        }
    }
    while at != NIL {
        let es = store.get(at);
        if es.lblk > last {
            return false;
        }
        if es.status.is_delonly() {
            return true;
        }
        at = store.next(at);
    }
    false
}

impl<S: Store> Es<S> {
    /// The number of clusters with delonly blocks in the range (`ext4_es_delayed_clu`, v4.20).
    pub fn delayed_clu(&self, rules: &Rules, lblk: u32, len: u32) -> u32 {
        if len == 0 {
            return 0;
        }
        let end = lblk.saturating_add(len - 1);
        let bits = rules.cluster_bits;
        let mut clusters = 0;
        let mut counted = None;
        let mut at = self.search(rules, lblk);
        while at != NIL {
            let es = self.s.get(at);
            if es.lblk > end {
                break;
            }
            if es.status.is_delonly() {
                let first = es.lblk.max(lblk) >> bits;
                let last = (es.lblk + (es.len - 1)).min(end) >> bits;
                clusters += last - first + u32::from(counted != Some(first));
                counted = Some(last);
            }
            at = self.s.next(at);
        }
        clusters
    }

    /// True if the cluster of the block has a pending reservation (`ext4_is_pending`, v4.20).
    pub fn is_pending(&self, rules: &Rules, lblk: u32) -> bool {
        self.s.pending().contains(lblk >> rules.cluster_bits)
    }

    /// `__insert_pending`: marks the cluster of a block; true if it was not marked before.
    pub(super) fn insert_pending(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        lblk: u32,
        prealloc: &mut bool,
    ) -> Result<bool, Failed> {
        let lclu = lblk >> rules.cluster_bits;
        if self.s.pending().contains(lclu) {
            return Ok(false);
        }
        if *prealloc {
            *prealloc = false;
        } else if !mem.alloc() {
            return Err(Failed::Pending);
        }
        self.s.pending_mut().insert(lclu)?;
        Ok(true)
    }

    /// `__revise_pending`: after `[lblk, end]` was allocated, a cluster at one of its ends is
    /// pending if and only if delonly blocks remain in it outside the range. Returns the number of
    /// clusters that became pending.
    pub(super) fn revise_pending(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        lblk: u32,
        end: u32,
        prealloc: &mut bool,
    ) -> Result<i32, Failed> {
        let mask = (1u32 << rules.cluster_bits) - 1;
        let (start, stop) = (lblk & !mask, end | mask);
        let one_cluster = lblk >> rules.cluster_bits == end >> rules.cluster_bits;
        let mut made = 0;

        let left = start != lblk && self.scan_range(rules, Matching::DelOnly, start, lblk - 1);
        if left {
            made += i32::from(self.insert_pending(rules, mem, start, prealloc)?);
            if one_cluster {
                return Ok(made);
            }
        } else if !one_cluster {
            self.remove_pending(rules, start);
        }
        let right = stop != end && self.scan_range(rules, Matching::DelOnly, end + 1, stop);
        if right {
            made += i32::from(self.insert_pending(rules, mem, stop, prealloc)?);
        } else {
            self.remove_pending(rules, stop);
        }
        Ok(made)
    }

    /// Removes the pending reservation of a block's cluster (`ext4_remove_pending`, v4.20).
    pub fn remove_pending(&mut self, rules: &Rules, lblk: u32) {
        let lclu = lblk >> rules.cluster_bits;
        self.s.pending_mut().remove_range(lclu, lclu);
    }

    /// Drops all pending reservations, for a change of the cluster size, because they are numbered
    /// in clusters. A filesystem never changes that size; the page does when the setting changes.
    pub fn forget_pending(&mut self) {
        self.s.pending_mut().clear();
    }
}

impl From<Failed> for EsError {
    fn from(failed: Failed) -> EsError {
        match failed {
            Failed::Other(error) => error,
            _ => EsError::NoMemory,
        }
    }
}
