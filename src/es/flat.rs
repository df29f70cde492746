//! Extents in sorted arrays of fixed capacity, without a heap. The checker copies them with every
//! state. An extent takes 17 bytes. Each field has an array of its own, so that a search reads
//! first blocks only.

use super::pending::PendingArray;
use super::status::{Extent, Status};
use super::store::{EsError, NIL, Place, Store, Walk};
use super::tree::Es;

/// At most `N` extents and `P` pending reservations. A cursor is a position in the arrays.
#[derive(Clone, Copy)]
pub struct Sorted<const N: usize, const P: usize> {
    pblk: [u64; N],
    lblk: [u32; N],
    len: [u32; N],
    status: [Status; N],
    n: u16,
    /// Position of the cached extent, or [`NO_CACHE`]. Whenever an operation moves extents it also
    /// sets or clears this position.
    cache: u16,
    pending: PendingArray<P>,
}

const NO_CACHE: u16 = u16::MAX;

impl<const N: usize, const P: usize> Default for Sorted<N, P> {
    fn default() -> Self {
        const { assert!(N < NO_CACHE as usize) };
        Sorted {
            pblk: [0; N],
            lblk: [0; N],
            len: [0; N],
            status: [Status::NONE; N],
            n: 0,
            cache: NO_CACHE,
            pending: PendingArray::default(),
        }
    }
}

impl<const N: usize, const P: usize> Sorted<N, P> {
    fn starts(&self) -> &[u32] {
        self.lblk.get(..self.n as usize).unwrap_or_default()
    }

    /// Converts a position to a cursor.
    fn cursor(&self, at: usize) -> u32 {
        if at < self.n as usize { at as u32 } else { NIL }
    }
}

/// Opens a gap at `at` by moving `list[at..n]` up by one.
#[inline]
fn open<T: Copy>(list: &mut [T], at: usize, n: usize, value: T) {
    list.copy_within(at..n, at + 1);
    list[at] = value;
}

impl<const N: usize, const P: usize> Store for Sorted<N, P> {
    type Pending = PendingArray<P>;

    const HAS_SHAPE: bool = false;

    #[inline]
    fn count(&self) -> u32 {
        self.n.into()
    }

    #[inline]
    fn place(&self, lblk: u32) -> Place {
        let after = self.starts().partition_point(|&it| it <= lblk);
        let pred = if after == 0 { NIL } else { after as u32 - 1 };
        Place { pred, succ: self.cursor(after) }
    }

    #[inline]
    fn floor(&self, lblk: u32) -> u32 {
        self.place(lblk).pred
    }

    #[inline]
    fn get(&self, at: u32) -> Extent {
        let at = at as usize;
        Extent {
            lblk: self.lblk[at],
            len: self.len[at],
            pblk: self.pblk[at],
            status: self.status[at],
        }
    }

    #[inline]
    fn try_get(&self, at: u32) -> Option<Extent> {
        if at == NIL { None } else { Some(self.get(at)) }
    }

    #[inline]
    fn set(&mut self, at: u32, extent: Extent) {
        let at = at as usize;
        self.lblk[at] = extent.lblk;
        self.len[at] = extent.len;
        self.pblk[at] = extent.pblk;
        self.status[at] = extent.status;
    }

    #[inline]
    fn set_status(&mut self, at: u32, status: Status) {
        self.status[at as usize] = status;
    }

    fn link(&mut self, place: Place, extent: Extent) -> Result<u32, EsError> {
        let n = self.n as usize;
        if n == N {
            return Err(EsError::Full);
        }
        let at = if place.pred == NIL { 0 } else { place.pred as usize + 1 };
        open(&mut self.lblk, at, n, extent.lblk);
        open(&mut self.len, at, n, extent.len);
        open(&mut self.pblk, at, n, extent.pblk);
        open(&mut self.status, at, n, extent.status);
        self.n += 1;
        Ok(at as u32)
    }

    fn erase_next(&mut self, at: u32) -> u32 {
        self.erase(at);
        self.cursor(at as usize)
    }

    fn erase(&mut self, at: u32) {
        let at = at as usize;
        let n = self.n as usize;
        self.lblk.copy_within(at + 1..n, at);
        self.len.copy_within(at + 1..n, at);
        self.pblk.copy_within(at + 1..n, at);
        self.status.copy_within(at + 1..n, at);
        self.n -= 1;
    }

    fn first(&self) -> u32 {
        self.cursor(0)
    }

    fn last(&self) -> u32 {
        if self.n == 0 { NIL } else { u32::from(self.n) - 1 }
    }

    fn next(&self, at: u32) -> u32 {
        self.cursor(at as usize + 1)
    }

    fn prev(&self, at: u32) -> u32 {
        if at == 0 { NIL } else { at - 1 }
    }

    fn room(&self) -> u32 {
        N as u32 - u32::from(self.n)
    }

    #[inline]
    fn cache(&self) -> u32 {
        if self.cache == NO_CACHE { NIL } else { self.cache.into() }
    }

    #[inline]
    fn set_cache(&mut self, at: u32) {
        self.cache = if at == NIL { NO_CACHE } else { at as u16 };
    }

    fn pred_is_higher(&self, _place: Place) -> bool {
        true
    }

    fn search_by_shape(&self, lblk: u32) -> u32 {
        // Without overlaps, every shape gives the same result.
        let place = self.place(lblk);
        if place.pred != NIL && self.get(place.pred).contains(lblk) {
            place.pred
        } else {
            place.succ
        }
    }

    fn walk_by_shape(&self, lblk: u32, len: u32) -> Walk {
        // The caller asks only if nothing overlaps. If one neighbour touches the range, the walk
        // meets it in any shape; if both do, both end in the same extent.
        let place = self.place(lblk);
        if place.pred != NIL {
            let pred = self.get(place.pred);
            if pred.contains(lblk) {
                return Walk::Inside(place.pred);
            }
            if pred.lblk + pred.len == lblk {
                return Walk::After(place.pred);
            }
        }
        if place.succ != NIL && lblk.checked_add(len) == Some(self.get(place.succ).lblk) {
            return Walk::Before(place.succ);
        }
        Walk::Leaf(place)
    }

    fn pending(&self) -> &PendingArray<P> {
        &self.pending
    }

    fn pending_mut(&mut self) -> &mut PendingArray<P> {
        &mut self.pending
    }
}

/// The part of a tree that [`Es::encode`](super::Es::encode) writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encode {
    /// Everything that a later operation can read.
    All,
    /// Everything except `cache_es`. From v3.9 on, `cache_es` only makes searches faster: two trees
    /// that differ only in it give the same answers forever.
    WithoutCache,
}

impl<const N: usize, const P: usize> Es<Sorted<N, P>> {
    /// Writes the tree as bytes, the same on every target: live data only, without padding or spare
    /// capacity. Counters are left out, because they follow from the extents.
    ///
    /// The order is: number of extents (u16); each extent (u32 first block, u32 length, u8 status,
    /// and u64 physical block if the extent has one); `i_es_shrink_lblk` (u32); flags (u8); pending
    /// reservations (u16 count, u32 each); and the position of `cache_es` (u16), if `what` is
    /// [`Encode::All`]. All numbers are little-endian.
    pub fn encode(&self, what: Encode, out: &mut impl FnMut(u8)) {
        put(out, &self.s.n.to_le_bytes());
        for extent in self {
            put(out, &extent.lblk.to_le_bytes());
            put(out, &extent.len.to_le_bytes());
            out(extent.status.bits());
            if extent.status.is_mapped() {
                put(out, &extent.pblk.to_le_bytes());
            }
        }
        put(out, &self.shrink_lblk.to_le_bytes());
        out(self.flags);
        let pending = self.pending().count() as u16;
        put(out, &pending.to_le_bytes());
        for lclu in self.pending() {
            put(out, &lclu.to_le_bytes());
        }
        if what == Encode::All {
            put(out, &self.s.cache.to_le_bytes());
        }
    }
}

/// Two trees are equal if every operation gives the same answer. Unused places do not count.
impl<const N: usize, const P: usize> PartialEq for Es<Sorted<N, P>> {
    fn eq(&self, other: &Self) -> bool {
        self.shrink_lblk == other.shrink_lblk
            && self.flags == other.flags
            && self.s.cache == other.s.cache
            && self.s.pending == other.s.pending
            && self.iter().eq(other.iter())
    }
}

impl<const N: usize, const P: usize> Eq for Es<Sorted<N, P>> {}

impl<const N: usize, const P: usize> core::fmt::Debug for Sorted<N, P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries((0..self.n.into()).map(|at| self.get(at))).finish()
    }
}

fn put(out: &mut impl FnMut(u8), bytes: &[u8]) {
    bytes.iter().for_each(|&it| out(it));
}
