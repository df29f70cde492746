//! Balancing, with the algorithm of lib/rbtree.c.

use super::arena::Arena;
use super::node::{BLACK, CHILD, Node, PARENT, RED, parent_of};
use crate::es::observer::{EsEvent, Observer, Side};
use crate::es::store::NIL;

impl<O: Observer> Arena<O> {
    /// Replaces the child `old` of `parent` by `new` (`__rb_change_child`).
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn change_child(&mut self, old: u32, new: u32, parent: u32) {
        match self.try_m(parent) {
            Some(it) if it[CHILD] == old => it[CHILD] = new,
            Some(it) => it[CHILD + 1] = new,
            None => self.root = new,
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn set_parent_color(&mut self, at: u32, parent_color: u32) {
        if O::ON && (self.n(at).parent_color() ^ parent_color) & BLACK != 0 {
            let node = self.known(at);
            self.observer.event(EsEvent::Recolour { node, black: parent_color & BLACK != 0 });
        }
        self.m(at)[PARENT] = parent_color;
    }

    /// Rotates `down` under `up`, its child on the side `1 - S`, and gives `down` a colour; `up`
    /// takes over the place and the colour of `down`. `inner`, the subtree that changes sides,
    /// keeps its colour or turns black.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn rotate<const S: usize>(
        &mut self,
        down: u32,
        up: u32,
        color: u32,
        inner_black: bool,
    ) {
        let inner = self.n(up).child::<S>();
        let pc = self.n(down).parent_color();
        if O::ON {
            let side = if S == 0 { Side::Left } else { Side::Right };
            let (down, up) = (self.known(down), self.known(up));
            self.observer.event(EsEvent::Rotate { down, up, side });
        }
        self.m(down)[CHILD + 1 - S] = inner;
        self.m(up)[CHILD + S] = down;
        if let Some(node) = self.try_n(inner) {
            let keep = node.parent_color() & BLACK;
            self.set_parent_color(inner, down | if inner_black { BLACK } else { keep });
        }
        self.set_parent_color(up, pc);
        self.set_parent_color(down, up | color);
        self.change_child(down, up, parent_of(pc));
    }

    /// Restores the balance above the new red node (`__rb_insert`).
    pub(super) fn insert_color(&mut self, mut node: u32, mut parent: u32) {
        loop {
            let Some(above) = self.try_n(parent) else {
                self.set_parent_color(node, NIL | BLACK);
                return;
            };
            if above.is_black() {
                return;
            }
            // A red parent is not the root, so there is a grandparent.
            let gparent = above.parent();
            let above = self.n(gparent);
            let (left, right) = (above.child::<0>(), above.child::<1>());
            let uncle = if left == parent { right } else { left };
            let red_uncle = self.try_n(uncle).is_some_and(|it| !it.is_black());
            if !red_uncle {
                if left == parent {
                    self.insert_rotate::<0>(node, parent, gparent);
                } else {
                    self.insert_rotate::<1>(node, parent, gparent);
                }
                return;
            }
            self.set_parent_color(uncle, gparent | BLACK);
            self.set_parent_color(parent, gparent | BLACK);
            node = gparent;
            parent = self.n(node).parent();
            self.set_parent_color(node, parent | RED);
        }
    }

    /// Cases 2 and 3 of `__rb_insert`: `parent` hangs on side `S` of `gparent`, the uncle is black.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn insert_rotate<const S: usize>(
        &mut self,
        node: u32,
        mut parent: u32,
        gparent: u32,
    ) {
        if self.m(parent)[CHILD + 1 - S] == node {
            // Both stay red: the node takes the parent's place with the parent's colour.
            self.rotate::<S>(parent, node, RED, true);
            parent = node;
        }
        if S == 0 {
            self.rotate::<1>(gparent, parent, RED, true);
        } else {
            self.rotate::<0>(gparent, parent, RED, true);
        }
    }

    /// Takes a node out of the tree (`__rb_erase_augmented`) and restores the balance.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn unlink(&mut self, at: u32) {
        let node = self.n(at);
        let (left, right, pc) = (node.child::<0>(), node.child::<1>(), node.parent_color());
        let parent = parent_of(pc);
        let short = if left == NIL || right == NIL {
            let child = if left == NIL { right } else { left };
            self.note_unlink(at, child);
            self.change_child(at, child, parent);
            if child != NIL {
                self.set_parent_color(child, pc);
                return;
            }
            if pc & BLACK != 0 { parent } else { NIL }
        } else {
            self.unlink_between(at, left, right, pc)
        };
        if short != NIL {
            self.erase_color(NIL, short);
        }
    }

    /// Takes out a node with two children; its successor takes its place. Returns the node below
    /// which a black node is missing.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn unlink_between(&mut self, at: u32, left: u32, right: u32, pc: u32) -> u32 {
        let mut heir = right;
        let mut parent = right;
        let mut tmp = self.n(right).child::<0>();
        while let Some(node) = self.try_n(tmp) {
            parent = heir;
            heir = tmp;
            tmp = node.child::<0>();
        }
        self.note_unlink(at, heir);
        let orphan = self.n(heir).child::<1>();
        if heir == right {
            parent = heir;
        } else {
            self.m(parent)[CHILD] = orphan;
            self.m(heir)[CHILD + 1] = right;
            let it = self.m(right);
            it[PARENT] = heir | it[PARENT] & BLACK;
        }
        self.m(heir)[CHILD] = left;
        let it = self.m(left);
        it[PARENT] = heir | it[PARENT] & BLACK;
        self.change_child(at, heir, parent_of(pc));
        let was_black = self.n(heir).is_black();
        self.set_parent_color(heir, pc);
        if orphan != NIL {
            self.set_parent_color(orphan, parent | BLACK);
            return NIL;
        }
        if was_black { parent } else { NIL }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn note_unlink(&mut self, at: u32, heir: u32) {
        if O::ON {
            let (node, heir) = (self.known(at), self.id(heir));
            self.observer.event(EsEvent::Unlink { node, heir });
        }
    }

    /// Restores the balance: a black node is missing below `parent`, on the side of `node`
    /// (`____rb_erase_color`).
    pub(super) fn erase_color(&mut self, mut node: u32, mut parent: u32) {
        loop {
            let done = if self.n(parent).child::<0>() == node {
                self.erase_step::<0>(&mut node, &mut parent)
            } else {
                self.erase_step::<1>(&mut node, &mut parent)
            };
            if done {
                return;
            }
        }
    }

    /// [`Arena::erase_color`] for the case that the left side lacks the black node.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn erase_color_left(&mut self, mut parent: u32) {
        let mut node = NIL;
        if !self.erase_step::<0>(&mut node, &mut parent) {
            self.erase_color(node, parent);
        }
    }

    /// One round of `____rb_erase_color` for a node on side `S`; true if the tree is balanced.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn erase_step<const S: usize>(&mut self, node: &mut u32, parent: &mut u32) -> bool {
        let up = *parent;
        let mut sibling = self.m(up)[CHILD + 1 - S];
        if !self.n(sibling).is_black() {
            // Case 1: a red sibling goes up; its inner child, which is black, is the new sibling.
            let inner = self.n(sibling).child::<S>();
            self.rotate::<S>(up, sibling, RED, true);
            sibling = inner;
        }
        let mut outer = self.m(sibling)[CHILD + 1 - S];
        if self.is_black_or_nil(outer) {
            let inner = self.n(sibling).child::<S>();
            if self.is_black_or_nil(inner) {
                // Case 2: the sibling turns red and the missing black moves up.
                self.set_parent_color(sibling, up | RED);
                let pc = self.n(up).parent_color();
                if pc & BLACK == 0 {
                    self.set_parent_color(up, pc | BLACK);
                    return true;
                }
                *node = up;
                *parent = parent_of(pc);
                return parent_of(pc) == NIL;
            }
            self.erase_lift_inner::<S>(up, sibling, inner);
            outer = sibling;
            sibling = inner;
        }
        // Case 4: the sibling goes up with the parent's colour; both below it are black.
        self.rotate::<S>(up, sibling, BLACK, false);
        self.set_parent_color(outer, sibling | BLACK);
        true
    }

    /// Case 3 of `____rb_erase_color`: the sibling's red inner child takes the sibling's place.
    /// Case 4 sets the parents and colours of the two, so this function does not.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn erase_lift_inner<const S: usize>(&mut self, up: u32, sibling: u32, inner: u32) {
        let moved = self.m(inner)[CHILD + 1 - S];
        if O::ON {
            let side = if S == 0 { Side::Right } else { Side::Left };
            let (down, it) = (self.known(sibling), self.known(inner));
            self.observer.event(EsEvent::Rotate { down, up: it, side });
        }
        self.m(sibling)[CHILD + S] = moved;
        self.m(inner)[CHILD + 1 - S] = sibling;
        self.m(up)[CHILD + 1 - S] = inner;
        if moved != NIL {
            self.set_parent_color(moved, sibling | BLACK);
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn is_black_or_nil(&self, at: u32) -> bool {
        self.try_n(at).is_none_or(Node::is_black)
    }
}
