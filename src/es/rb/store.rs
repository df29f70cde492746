//! The red-black tree as an implementation of [`Store`].

use super::arena::Arena;
use super::node::{BLACK, CHILD, LBLK, LEN, Node, PBLK, STATUS, WORDS, node_at, parent_of};
use crate::es::observer::{EsEvent, Observer, Side};
use crate::es::pending::PendingList;
use crate::es::status::{Extent, Status};
use crate::es::store::{EsError, NIL, Place, Store, Walk};

impl<O: Observer> Store for Arena<O> {
    type Pending = PendingList;

    const HAS_SHAPE: bool = true;

    #[cfg_attr(not(target_arch = "wasm32"), inline)]
    fn count(&self) -> u32 {
        self.len
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn place(&self, lblk: u32) -> Place {
        let words = self.words.as_slice();
        let (mut pred, mut succ) = (NIL as usize, NIL as usize);
        let mut at = self.root as usize;
        loop {
            // Two loops, so that the direction taken is a branch and not a conditional move. That
            // needs fewer instructions per level, and the next load may start before this one is
            // done.
            let node = loop {
                match node_at(words, at) {
                    Some(node) if lblk < node.lblk() => {
                        succ = at;
                        at = node.child::<0>() as usize;
                    }
                    Some(node) => break node,
                    None => return Place { pred: pred as u32, succ: succ as u32 },
                }
            };
            pred = at;
            at = node.child::<1>() as usize;
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn floor(&self, lblk: u32) -> u32 {
        let words = self.words.as_slice();
        let mut pred = NIL as usize;
        let mut at = self.root as usize;
        loop {
            let node = loop {
                match node_at(words, at) {
                    Some(node) if lblk < node.lblk() => at = node.child::<0>() as usize,
                    Some(node) => break node,
                    None => return pred as u32,
                }
            };
            pred = at;
            at = node.child::<1>() as usize;
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn try_get(&self, at: u32) -> Option<Extent> {
        self.try_n(at).map(Node::extent)
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn get(&self, at: u32) -> Extent {
        self.n(at).extent()
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn set(&mut self, at: u32, extent: Extent) {
        let node = self.m(at);
        node[LBLK] = extent.lblk;
        node[LEN] = extent.len;
        node[PBLK] = extent.pblk as u32;
        node[PBLK + 1] = (extent.pblk >> 32) as u32;
        node[STATUS] = node[STATUS] & !0xff | u32::from(extent.status.bits());
        if O::ON {
            self.note_change(at);
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn set_status(&mut self, at: u32, status: Status) {
        let node = self.m(at);
        node[STATUS] = node[STATUS] & !0xff | u32::from(status.bits());
        if O::ON {
            self.note_change(at);
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn link(&mut self, place: Place, extent: Extent) -> Result<u32, EsError> {
        let left = self.try_n(place.succ).is_some_and(|it| it.child::<0>() == NIL);
        let parent = if left { place.succ } else { place.pred };
        let at = self.take_node(extent, parent);
        match self.try_m(parent) {
            Some(it) if left => it[CHILD] = at,
            Some(it) => it[CHILD + 1] = at,
            None => self.root = at,
        }
        self.len += 1;
        if O::ON {
            let side = if left { Side::Left } else { Side::Right };
            let (node, parent) = (self.known(at), self.id(parent).map(|it| (it, side)));
            self.observer.event(EsEvent::Link { node, parent, extent });
        }
        self.insert_color(at, parent);
        Ok(at)
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn erase(&mut self, at: u32) {
        self.unlink(at);
        self.retire(at);
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn erase_next(&mut self, at: u32) -> u32 {
        let node = self.n(at);
        let (left, right, pc) = (node.child::<0>(), node.child::<1>(), node.parent_color());
        if left != NIL {
            let next = self.step::<1>(at);
            self.erase(at);
            return next;
        }
        if right != NIL {
            // Without a left child, the right child is a red leaf, and so it is the successor.
            self.erase(at);
            return right;
        }
        // For a left leaf the parent is the successor, and one access serves both steps. The
        // shrinker frees from the lowest block up and mostly takes this path.
        let parent = parent_of(pc);
        if !O::ON
            && let Some(it) = self.try_m(parent)
            && it[CHILD] == at
        {
            it[CHILD] = NIL;
            self.retire(at);
            if pc & BLACK != 0 {
                self.erase_color_left(parent);
            }
            return parent;
        }
        let next = self.step::<1>(at);
        self.erase(at);
        next
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn first(&self) -> u32 {
        let mut first = NIL;
        let mut at = self.root;
        while let Some(node) = self.try_n(at) {
            first = at;
            at = node.child::<0>();
        }
        first
    }

    fn last(&self) -> u32 {
        let mut last = NIL;
        let mut at = self.root;
        while let Some(node) = self.try_n(at) {
            last = at;
            at = node.child::<1>();
        }
        last
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn next(&self, at: u32) -> u32 {
        self.step::<1>(at)
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn prev(&self, at: u32) -> u32 {
        self.step::<0>(at)
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline)]
    fn room(&self) -> u32 {
        NIL / WORDS - self.len
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn cache(&self) -> u32 {
        self.cache
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn set_cache(&mut self, at: u32) {
        if O::ON && self.cache != at {
            let node = self.id(at);
            self.observer.event(EsEvent::Cache { node });
        }
        self.cache = at;
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn pred_is_higher(&self, place: Place) -> bool {
        // The walk ends at one of the two: the one that has no child towards the other.
        self.try_n(place.succ).is_some_and(|it| it.child::<0>() == NIL)
    }

    fn search_by_shape(&self, lblk: u32) -> u32 {
        let (mut last, mut at) = (NIL, self.root);
        while let Some(node) = self.try_n(at) {
            last = at;
            if lblk < node.lblk() {
                at = node.child::<0>();
            } else if lblk - node.lblk() >= node.0[LEN] {
                at = node.child::<1>();
            } else {
                return at;
            }
        }
        match self.try_n(last) {
            Some(node) if lblk >= node.lblk() => self.next(last),
            _ => last,
        }
    }

    fn walk_by_shape(&self, lblk: u32, len: u32) -> Walk {
        let mut place = Place { pred: NIL, succ: NIL };
        let mut at = self.root;
        while let Some(node) = self.try_n(at) {
            if lblk < node.lblk() {
                if lblk.checked_add(len) == Some(node.lblk()) {
                    return Walk::Before(at);
                }
                place.succ = at;
                at = node.child::<0>();
            } else if lblk - node.lblk() >= node.0[LEN] {
                if lblk - node.lblk() == node.0[LEN] {
                    return Walk::After(at);
                }
                place.pred = at;
                at = node.child::<1>();
            } else {
                return Walk::Inside(at);
            }
        }
        Walk::Leaf(place)
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn note_merge(&mut self, into: u32, from: u32) {
        if O::ON {
            let (into, from) = (self.known(into), self.known(from));
            self.observer.event(EsEvent::Merge { into, from });
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn note_split(&mut self, left: u32, right: u32) {
        if O::ON {
            let (left, right) = (self.known(left), self.known(right));
            self.observer.event(EsEvent::Split { left, right });
        }
    }

    fn pending(&self) -> &PendingList {
        &self.pending
    }

    fn pending_mut(&mut self) -> &mut PendingList {
        &mut self.pending
    }
}

impl<O: Observer> Arena<O> {
    /// The neighbour on side `S` in block order (`rb_next`, `rb_prev`).
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn step<const S: usize>(&self, at: u32) -> u32 {
        let node = self.n(at);
        let mut below = node.child::<S>();
        if below != NIL {
            loop {
                let further = self.n(below).0[CHILD + 1 - S];
                if further == NIL {
                    return below;
                }
                below = further;
            }
        }
        let mut from = at;
        let mut up = node.parent();
        while let Some(above) = self.try_n(up) {
            if above.child::<S>() != from {
                break;
            }
            from = up;
            up = above.parent();
        }
        up
    }

    fn note_change(&mut self, at: u32) {
        let (node, extent) = (self.known(at), self.n(at).extent());
        self.observer.event(EsEvent::Change { node, extent });
    }
}
