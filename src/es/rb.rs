//! The red-black tree over an arena of 32-byte nodes.
//!
//! Balancing is that of lib/rbtree.c (the same from v3.7 to v6.12): shape and colours are equal
//! after every operation. Nodes are named by `u32` indices; [`NIL`] lies beyond every arena, so
//! "is there a child?" and the bounds check are one comparison.

use super::observer::{EsEvent, NodeId, Observer, Side};
use super::pending::PendingList;
use super::status::{Extent, Status};
use super::store::{EsError, NIL, Place, Store, Walk};

/// One extent: the kernel's has 40 bytes (three pointers), this one 32, half a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
struct Node {
    lblk: u32,
    len: u32,
    child: [u32; 2],
    pblk: u64,
    /// Parent index shifted left by one, bit 0 set if black (`__rb_parent_color`).
    parent_color: u32,
    status: Status,
    generation: u16,
}

const _: () = assert!(size_of::<Node>() == 32);

const BLACK: u32 = 1;
const RED: u32 = 0;

impl Node {
    #[inline(always)]
    fn parent(&self) -> u32 {
        self.parent_color >> 1
    }

    #[inline(always)]
    fn is_black(&self) -> bool {
        self.parent_color & BLACK != 0
    }

    #[inline(always)]
    fn extent(&self) -> Extent {
        Extent { lblk: self.lblk, len: self.len, pblk: self.pblk, status: self.status }
    }
}

/// The arena, the root, `cache_es`, and who watches.
#[derive(Clone, Debug)]
pub struct Arena<O: Observer = ()> {
    nodes: Vec<Node>,
    root: u32,
    cache: u32,
    len: u32,
    /// First free node; the free ones are chained by `parent_color`.
    free: u32,
    pending: PendingList,
    observer: O,
}

impl<O: Observer + Default> Default for Arena<O> {
    fn default() -> Self {
        Arena::new(O::default())
    }
}

impl<O: Observer> Arena<O> {
    /// An empty tree with someone to watch it.
    pub fn new(observer: O) -> Self {
        Arena {
            nodes: Vec::new(),
            root: NIL,
            cache: NIL,
            len: 0,
            free: NIL,
            pending: PendingList::default(),
            observer,
        }
    }

    /// Who watches.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// The root of the tree.
    pub fn root(&self) -> Option<NodeView> {
        self.view(self.root)
    }

    /// The node with this index, as it is now.
    pub fn node(&self, id: NodeId) -> Option<NodeView> {
        self.view(id.index).filter(|it| it.id == id)
    }

    /// `cache_es`, as a node.
    pub fn cached(&self) -> Option<NodeView> {
        self.view(self.cache)
    }

    /// All nodes, each before its left and then its right subtree.
    pub fn preorder(&self) -> Preorder<'_, O> {
        Preorder { arena: self, stack: Vec::from_iter(self.root().map(|it| it.id)) }
    }

    /// Bytes that the arena takes from the heap for its nodes.
    pub fn heap_bytes(&self) -> u64 {
        (self.nodes.capacity() as u64) * (size_of::<Node>() as u64)
    }

    fn view(&self, at: u32) -> Option<NodeView> {
        let node = self.nodes.get(at as usize)?;
        Some(NodeView {
            id: self.id(at)?,
            extent: node.extent(),
            black: node.is_black(),
            parent: self.id(node.parent()),
            left: self.id(node.child[0]),
            right: self.id(node.child[1]),
        })
    }

    fn id(&self, at: u32) -> Option<NodeId> {
        let node = self.nodes.get(at as usize)?;
        Some(NodeId { index: at, generation: node.generation })
    }

    /// The id of a node that is known to be there.
    fn known(&self, at: u32) -> NodeId {
        NodeId { index: at, generation: self.n(at).generation }
    }

    #[inline(always)]
    fn n(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    #[inline(always)]
    fn m(&mut self, at: u32) -> &mut Node {
        &mut self.nodes[at as usize]
    }

    #[inline(always)]
    fn take_node(&mut self, node: Node) -> u32 {
        let at = self.free;
        match self.nodes.get_mut(at as usize) {
            Some(slot) => {
                self.free = slot.parent_color;
                *slot = Node { generation: slot.generation.wrapping_add(1), ..node };
                at
            }
            None => self.push_node(node),
        }
    }

    fn push_node(&mut self, node: Node) -> u32 {
        let at = self.nodes.len() as u32;
        assert!(at < NIL, "an arena holds less than 2^31 - 1 extents");
        self.nodes.push(node);
        at
    }

    /// Hangs `new` where `old` hung under `parent` (`__rb_change_child`).
    #[inline(always)]
    fn change_child(&mut self, old: u32, new: u32, parent: u32) {
        match self.nodes.get_mut(parent as usize) {
            Some(it) if it.child[0] == old => it.child[0] = new,
            Some(it) => it.child[1] = new,
            None => self.root = new,
        }
    }

    #[inline(always)]
    fn set_parent_color(&mut self, at: u32, parent_color: u32) {
        if O::ON && (self.n(at).parent_color ^ parent_color) & BLACK != 0 {
            let node = self.known(at);
            self.observer.event(EsEvent::Recolour { node, black: parent_color & BLACK != 0 });
        }
        self.m(at).parent_color = parent_color;
    }

    /// Rotates `down` under `up`, its child on the side `1 - S`, and gives `down` a colour; `up`
    /// takes over the place and the colour of `down`. `inner`, the subtree that changes sides,
    /// keeps its colour or turns black.
    #[inline(always)]
    fn rotate<const S: usize>(&mut self, down: u32, up: u32, color: u32, inner_black: bool) {
        let inner = self.n(up).child[S];
        let pc = self.n(down).parent_color;
        if O::ON {
            let side = if S == 0 { Side::Left } else { Side::Right };
            let (down, up) = (self.known(down), self.known(up));
            self.observer.event(EsEvent::Rotate { down, up, side });
        }
        self.m(down).child[1 - S] = inner;
        self.m(up).child[S] = down;
        if let Some(node) = self.nodes.get(inner as usize) {
            let keep = node.parent_color & BLACK;
            self.set_parent_color(inner, down << 1 | if inner_black { BLACK } else { keep });
        }
        self.set_parent_color(up, pc);
        self.set_parent_color(down, up << 1 | color);
        self.change_child(down, up, pc >> 1);
    }

    /// Restores the balance above the new red node (`__rb_insert`).
    fn insert_color(&mut self, mut node: u32, mut parent: u32) {
        loop {
            let Some(above) = self.nodes.get(parent as usize) else {
                self.set_parent_color(node, NIL << 1 | BLACK);
                return;
            };
            if above.is_black() {
                return;
            }
            // A red parent is not the root, so there is a grandparent.
            let gparent = above.parent();
            let [left, right] = self.n(gparent).child;
            let uncle = if left == parent { right } else { left };
            let red_uncle = self.nodes.get(uncle as usize).is_some_and(|it| !it.is_black());
            if !red_uncle {
                if left == parent {
                    self.insert_rotate::<0>(node, parent, gparent);
                } else {
                    self.insert_rotate::<1>(node, parent, gparent);
                }
                return;
            }
            self.set_parent_color(uncle, gparent << 1 | BLACK);
            self.set_parent_color(parent, gparent << 1 | BLACK);
            node = gparent;
            parent = self.n(node).parent();
            self.set_parent_color(node, parent << 1 | RED);
        }
    }

    /// Cases 2 and 3 of `__rb_insert`: `parent` hangs on side `S` of `gparent`, the uncle is black.
    #[inline(always)]
    fn insert_rotate<const S: usize>(&mut self, node: u32, mut parent: u32, gparent: u32) {
        if self.n(parent).child[1 - S] == node {
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
    #[inline(always)]
    fn unlink(&mut self, at: u32) {
        let Node { child: [left, right], parent_color: pc, .. } = *self.n(at);
        let parent = pc >> 1;
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
            self.erase_color(short);
        }
    }

    /// Takes out a node with two children: its successor takes its place. Returns the node below
    /// which a black one is missing.
    #[inline(always)]
    fn unlink_between(&mut self, at: u32, left: u32, right: u32, pc: u32) -> u32 {
        let mut heir = right;
        let mut parent = right;
        let mut tmp = self.n(right).child[0];
        while let Some(node) = self.nodes.get(tmp as usize) {
            parent = heir;
            heir = tmp;
            tmp = node.child[0];
        }
        self.note_unlink(at, heir);
        let orphan = self.n(heir).child[1];
        if heir == right {
            parent = heir;
        } else {
            self.m(parent).child[0] = orphan;
            self.m(heir).child[1] = right;
            let it = self.m(right);
            it.parent_color = heir << 1 | it.parent_color & BLACK;
        }
        self.m(heir).child[0] = left;
        let it = self.m(left);
        it.parent_color = heir << 1 | it.parent_color & BLACK;
        self.change_child(at, heir, pc >> 1);
        let was_black = self.n(heir).is_black();
        self.set_parent_color(heir, pc);
        if orphan != NIL {
            self.set_parent_color(orphan, parent << 1 | BLACK);
            return NIL;
        }
        if was_black { parent } else { NIL }
    }

    #[inline(always)]
    fn note_unlink(&mut self, at: u32, heir: u32) {
        if O::ON {
            let (node, heir) = (self.known(at), self.id(heir));
            self.observer.event(EsEvent::Unlink { node, heir });
        }
    }

    /// Restores the balance: below `parent` one side misses a black node (`____rb_erase_color`).
    fn erase_color(&mut self, mut parent: u32) {
        let mut node = NIL;
        loop {
            let done = if self.n(parent).child[0] == node {
                self.erase_step::<0>(&mut node, &mut parent)
            } else {
                self.erase_step::<1>(&mut node, &mut parent)
            };
            if done {
                return;
            }
        }
    }

    /// One round of `____rb_erase_color` for a node on side `S`; true if the tree is balanced.
    #[inline(always)]
    fn erase_step<const S: usize>(&mut self, node: &mut u32, parent: &mut u32) -> bool {
        let up = *parent;
        let mut sibling = self.n(up).child[1 - S];
        if !self.n(sibling).is_black() {
            // Case 1: a red sibling goes up; its inner child, which is black, is the new sibling.
            let inner = self.n(sibling).child[S];
            self.rotate::<S>(up, sibling, RED, true);
            sibling = inner;
        }
        let mut outer = self.n(sibling).child[1 - S];
        if self.is_black_or_nil(outer) {
            let inner = self.n(sibling).child[S];
            if self.is_black_or_nil(inner) {
                // Case 2: the sibling turns red and the missing black moves up.
                self.set_parent_color(sibling, up << 1 | RED);
                let pc = self.n(up).parent_color;
                if pc & BLACK == 0 {
                    self.set_parent_color(up, pc | BLACK);
                    return true;
                }
                *node = up;
                *parent = pc >> 1;
                return pc >> 1 == NIL;
            }
            self.erase_lift_inner::<S>(up, sibling, inner);
            outer = sibling;
            sibling = inner;
        }
        // Case 4: the sibling goes up with the parent's colour; both below it are black.
        self.rotate::<S>(up, sibling, BLACK, false);
        self.set_parent_color(outer, sibling << 1 | BLACK);
        true
    }

    /// Case 3 of `____rb_erase_color`: the sibling's red inner child takes the sibling's place.
    /// Parents and colours of the two follow in case 4, so they are left alone here.
    #[inline(always)]
    fn erase_lift_inner<const S: usize>(&mut self, up: u32, sibling: u32, inner: u32) {
        let moved = self.n(inner).child[1 - S];
        if O::ON {
            let side = if S == 0 { Side::Right } else { Side::Left };
            let (down, it) = (self.known(sibling), self.known(inner));
            self.observer.event(EsEvent::Rotate { down, up: it, side });
        }
        self.m(sibling).child[S] = moved;
        self.m(inner).child[1 - S] = sibling;
        self.m(up).child[1 - S] = inner;
        if moved != NIL {
            self.set_parent_color(moved, sibling << 1 | BLACK);
        }
    }

    #[inline(always)]
    fn is_black_or_nil(&self, at: u32) -> bool {
        self.nodes.get(at as usize).is_none_or(Node::is_black)
    }

    fn note_change(&mut self, at: u32) {
        let (node, extent) = (self.known(at), self.n(at).extent());
        self.observer.event(EsEvent::Change { node, extent });
    }
}

/// A node as it is, for drawing and hashing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeView {
    /// Its name.
    pub id: NodeId,
    /// What it says; the physical block is raw.
    pub extent: Extent,
    /// Its colour.
    pub black: bool,
    /// Its parent; none for the root.
    pub parent: Option<NodeId>,
    /// Its left child: lower blocks.
    pub left: Option<NodeId>,
    /// Its right child: higher blocks.
    pub right: Option<NodeId>,
}

/// The nodes of a tree in preorder.
pub struct Preorder<'a, O: Observer> {
    arena: &'a Arena<O>,
    stack: Vec<NodeId>,
}

impl<O: Observer> Iterator for Preorder<'_, O> {
    type Item = NodeView;

    fn next(&mut self) -> Option<NodeView> {
        let view = self.arena.node(self.stack.pop()?)?;
        self.stack.extend(view.right);
        self.stack.extend(view.left);
        Some(view)
    }
}

impl<O: Observer> Store for Arena<O> {
    type Pending = PendingList;

    const HAS_SHAPE: bool = true;

    #[inline]
    fn count(&self) -> u32 {
        self.len
    }

    #[inline(always)]
    fn place(&self, lblk: u32) -> Place {
        let nodes = self.nodes.as_slice();
        let (mut pred, mut succ) = (NIL as usize, NIL as usize);
        let mut at = self.root as usize;
        loop {
            // Two loops, so that the way taken is a branch and not a conditional move: fewer
            // instructions a level, and the next load may start before this one is done.
            let node = loop {
                match nodes.get(at) {
                    Some(node) if lblk < node.lblk => {
                        succ = at;
                        at = node.child[0] as usize;
                    }
                    Some(node) => break node,
                    None => return Place { pred: pred as u32, succ: succ as u32 },
                }
            };
            pred = at;
            at = node.child[1] as usize;
        }
    }

    #[inline(always)]
    fn floor(&self, lblk: u32) -> u32 {
        let nodes = self.nodes.as_slice();
        let mut pred = NIL as usize;
        let mut at = self.root as usize;
        loop {
            let node = loop {
                match nodes.get(at) {
                    Some(node) if lblk < node.lblk => at = node.child[0] as usize,
                    Some(node) => break node,
                    None => return pred as u32,
                }
            };
            pred = at;
            at = node.child[1] as usize;
        }
    }

    #[inline(always)]
    fn try_get(&self, at: u32) -> Option<Extent> {
        self.nodes.get(at as usize).map(Node::extent)
    }

    #[inline(always)]
    fn get(&self, at: u32) -> Extent {
        self.n(at).extent()
    }

    #[inline(always)]
    fn set(&mut self, at: u32, extent: Extent) {
        let node = self.m(at);
        node.lblk = extent.lblk;
        node.len = extent.len;
        node.pblk = extent.pblk;
        node.status = extent.status;
        if O::ON {
            self.note_change(at);
        }
    }

    #[inline(always)]
    fn set_status(&mut self, at: u32, status: Status) {
        self.m(at).status = status;
        if O::ON {
            self.note_change(at);
        }
    }

    #[inline(always)]
    fn link(&mut self, place: Place, extent: Extent) -> Result<u32, EsError> {
        let left = self.nodes.get(place.succ as usize).is_some_and(|it| it.child[0] == NIL);
        let parent = if left { place.succ } else { place.pred };
        let Extent { lblk, len, pblk, status } = extent;
        let at = self.take_node(Node {
            lblk,
            len,
            child: [NIL; 2],
            pblk,
            parent_color: parent << 1 | RED,
            status,
            generation: 0,
        });
        match self.nodes.get_mut(parent as usize) {
            Some(it) if left => it.child[0] = at,
            Some(it) => it.child[1] = at,
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

    #[inline(always)]
    fn erase(&mut self, at: u32) {
        self.unlink(at);
        self.len -= 1;
        let free = self.free;
        self.m(at).parent_color = free;
        self.free = at;
    }

    #[inline(always)]
    fn erase_next(&mut self, at: u32) -> u32 {
        let next = self.next(at);
        self.erase(at);
        next
    }

    #[inline(always)]
    fn first(&self) -> u32 {
        let mut first = NIL;
        let mut at = self.root;
        while let Some(node) = self.nodes.get(at as usize) {
            first = at;
            at = node.child[0];
        }
        first
    }

    fn last(&self) -> u32 {
        let mut last = NIL;
        let mut at = self.root;
        while let Some(node) = self.nodes.get(at as usize) {
            last = at;
            at = node.child[1];
        }
        last
    }

    #[inline(always)]
    fn next(&self, at: u32) -> u32 {
        self.step::<1>(at)
    }

    #[inline(always)]
    fn prev(&self, at: u32) -> u32 {
        self.step::<0>(at)
    }

    #[inline]
    fn room(&self) -> u32 {
        NIL - self.len
    }

    #[inline(always)]
    fn cache(&self) -> u32 {
        self.cache
    }

    #[inline(always)]
    fn set_cache(&mut self, at: u32) {
        if O::ON && self.cache != at {
            let node = self.id(at);
            self.observer.event(EsEvent::Cache { node });
        }
        self.cache = at;
    }

    #[inline(always)]
    fn pred_is_higher(&self, place: Place) -> bool {
        // One of the two ends the walk, and it is the one with no child towards the other.
        self.nodes.get(place.succ as usize).is_some_and(|it| it.child[0] == NIL)
    }

    fn search_by_shape(&self, lblk: u32) -> u32 {
        let (mut last, mut at) = (NIL, self.root);
        while let Some(node) = self.nodes.get(at as usize) {
            last = at;
            if lblk < node.lblk {
                at = node.child[0];
            } else if lblk - node.lblk >= node.len {
                at = node.child[1];
            } else {
                return at;
            }
        }
        match self.nodes.get(last as usize) {
            Some(node) if lblk >= node.lblk => self.next(last),
            _ => last,
        }
    }

    fn walk_by_shape(&self, lblk: u32, len: u32) -> Walk {
        let mut place = Place { pred: NIL, succ: NIL };
        let mut at = self.root;
        while let Some(node) = self.nodes.get(at as usize) {
            if lblk < node.lblk {
                if lblk.checked_add(len) == Some(node.lblk) {
                    return Walk::Before(at);
                }
                place.succ = at;
                at = node.child[0];
            } else if lblk - node.lblk >= node.len {
                if lblk - node.lblk == node.len {
                    return Walk::After(at);
                }
                place.pred = at;
                at = node.child[1];
            } else {
                return Walk::Inside(at);
            }
        }
        Walk::Leaf(place)
    }

    #[inline(always)]
    fn note_merge(&mut self, into: u32, from: u32) {
        if O::ON {
            let (into, from) = (self.known(into), self.known(from));
            self.observer.event(EsEvent::Merge { into, from });
        }
    }

    #[inline(always)]
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
    #[inline(always)]
    fn step<const S: usize>(&self, at: u32) -> u32 {
        let node = self.n(at);
        let mut it = node.child[S];
        if it != NIL {
            while let Some(below) = self.nodes.get(it as usize) {
                if below.child[1 - S] == NIL {
                    break;
                }
                it = below.child[1 - S];
            }
            return it;
        }
        let mut from = at;
        let mut up = node.parent();
        while let Some(above) = self.nodes.get(up as usize) {
            if above.child[S] != from {
                break;
            }
            from = up;
            up = above.parent();
        }
        up
    }
}
