//! The red-black tree over an arena of 32-byte nodes.
//!
//! Balancing is that of lib/rbtree.c (the same from v3.7 to v6.12): shape and colours are equal
//! after every operation. Nodes are named by `u32` indices; [`NIL`] lies beyond every arena, so
//! "is there a child?" and the bounds check are one comparison.

use super::observer::{EsEvent, NodeId, Observer, Side};
use super::pending::PendingList;
use super::status::{Extent, Status};
use super::store::{EsError, NIL, Place, Store, Walk};

/// Words of a node. The kernel's node has 40 bytes (three pointers), this one 32.
///
/// A cursor is the position of a node's first word in one array of words: reading a field is then
/// one instruction, with no multiplication and one comparison for "is it there?". The words that a
/// walk reads stand in the first half, which with the allocator's 16-byte alignment never
/// straddles a cache line.
const WORDS: u32 = 8;

const LBLK: usize = 0;
/// The left child; the right one follows.
const CHILD: usize = 1;
const LEN: usize = 3;
/// Cursor of the parent, with bit 0 set if the node is black (`__rb_parent_color`).
const PARENT: usize = 4;
/// Status in the low byte, generation in the upper half.
const STATUS: usize = 5;
/// Physical block, low word first.
const PBLK: usize = 6;

const BLACK: u32 = 1;
const RED: u32 = 0;

/// The words of one node.
#[derive(Clone, Copy)]
struct Node<'a>(&'a [u32; WORDS as usize]);

impl Node<'_> {
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn lblk(self) -> u32 {
        self.0[LBLK]
    }

    /// The child on side `S`: 0 is left, 1 is right.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn child<const S: usize>(self) -> u32 {
        self.0[CHILD + S]
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn parent_color(self) -> u32 {
        self.0[PARENT]
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn parent(self) -> u32 {
        parent_of(self.0[PARENT])
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn is_black(self) -> bool {
        self.0[PARENT] & BLACK != 0
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn generation(self) -> u16 {
        (self.0[STATUS] >> 16) as u16
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn extent(self) -> Extent {
        Extent {
            lblk: self.0[LBLK],
            len: self.0[LEN],
            pblk: u64::from(self.0[PBLK + 1]) << 32 | u64::from(self.0[PBLK]),
            status: Status::from_bits(self.0[STATUS] as u8),
        }
    }
}

/// The cursor in a word of parent and colour.
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn parent_of(parent_color: u32) -> u32 {
    parent_color & !(WORDS - 1)
}

/// The arena, the root, `cache_es`, and who watches.
#[derive(Clone, Debug)]
pub struct Arena<O: Observer = ()> {
    words: Vec<u32>,
    root: u32,
    cache: u32,
    len: u32,
    /// First free node; the free ones are chained by their parent words.
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
            words: Vec::new(),
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
        self.view(id.index.checked_mul(WORDS)?).filter(|it| it.id == id)
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
        (self.words.capacity() as u64) * 4
    }

    fn view(&self, at: u32) -> Option<NodeView> {
        let node = self.try_n(at)?;
        Some(NodeView {
            id: self.id(at)?,
            extent: node.extent(),
            black: node.is_black(),
            parent: self.id(node.parent()),
            left: self.id(node.child::<0>()),
            right: self.id(node.child::<1>()),
        })
    }

    fn id(&self, at: u32) -> Option<NodeId> {
        let generation = self.try_n(at)?.generation();
        Some(NodeId { index: at / WORDS, generation })
    }

    /// The id of a node that is known to be there.
    fn known(&self, at: u32) -> NodeId {
        NodeId { index: at / WORDS, generation: self.n(at).generation() }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn try_n(&self, at: u32) -> Option<Node<'_>> {
        node_at(&self.words, at as usize)
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn n(&self, at: u32) -> Node<'_> {
        match self.try_n(at) {
            Some(node) => node,
            None => no_node(),
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn try_m(&mut self, at: u32) -> Option<&mut [u32; WORDS as usize]> {
        let at = at as usize;
        self.words.get_mut(at..at + WORDS as usize)?.first_chunk_mut()
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn m(&mut self, at: u32) -> &mut [u32; WORDS as usize] {
        match self.try_m(at) {
            Some(node) => node,
            None => no_node(),
        }
    }

    /// Takes a free node, or a new one, for an extent: red, without children.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn take_node(&mut self, extent: Extent, parent: u32) -> u32 {
        let at = self.free;
        let Extent { lblk, len, pblk, status } = extent;
        let (low, high) = (pblk as u32, (pblk >> 32) as u32);
        let status = u32::from(status.bits());
        match self.try_m(at) {
            Some(node) => {
                let free = node[PARENT];
                let generation = (node[STATUS] >> 16).wrapping_add(1) << 16;
                *node = [lblk, NIL, NIL, len, parent | RED, generation | status, low, high];
                self.free = free;
                at
            }
            None => self.push_node([lblk, NIL, NIL, len, parent | RED, status, low, high]),
        }
    }

    fn push_node(&mut self, node: [u32; WORDS as usize]) -> u32 {
        let at = self.words.len() as u32;
        assert!(at < NIL, "an arena holds at most 2^28 - 2 extents");
        self.words.extend_from_slice(&node);
        at
    }

    /// Hangs `new` where `old` hung under `parent` (`__rb_change_child`).
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn change_child(&mut self, old: u32, new: u32, parent: u32) {
        match self.try_m(parent) {
            Some(it) if it[CHILD] == old => it[CHILD] = new,
            Some(it) => it[CHILD + 1] = new,
            None => self.root = new,
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn set_parent_color(&mut self, at: u32, parent_color: u32) {
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
    fn rotate<const S: usize>(&mut self, down: u32, up: u32, color: u32, inner_black: bool) {
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
    fn insert_color(&mut self, mut node: u32, mut parent: u32) {
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
    fn insert_rotate<const S: usize>(&mut self, node: u32, mut parent: u32, gparent: u32) {
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
    fn unlink(&mut self, at: u32) {
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

    /// Takes out a node with two children: its successor takes its place. Returns the node below
    /// which a black one is missing.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn unlink_between(&mut self, at: u32, left: u32, right: u32, pc: u32) -> u32 {
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

    /// Puts a node that hangs nowhere on the free list.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn retire(&mut self, at: u32) {
        self.len -= 1;
        let free = self.free;
        self.m(at)[PARENT] = free;
        self.free = at;
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn note_unlink(&mut self, at: u32, heir: u32) {
        if O::ON {
            let (node, heir) = (self.known(at), self.id(heir));
            self.observer.event(EsEvent::Unlink { node, heir });
        }
    }

    /// Restores the balance: below `parent`, on the side of `node`, a black one is missing
    /// (`____rb_erase_color`).
    fn erase_color(&mut self, mut node: u32, mut parent: u32) {
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

    /// [`Arena::erase_color`], where the left side is known to be the short one.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn erase_color_left(&mut self, mut parent: u32) {
        let mut node = NIL;
        if !self.erase_step::<0>(&mut node, &mut parent) {
            self.erase_color(node, parent);
        }
    }

    /// One round of `____rb_erase_color` for a node on side `S`; true if the tree is balanced.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn erase_step<const S: usize>(&mut self, node: &mut u32, parent: &mut u32) -> bool {
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
    /// Parents and colours of the two follow in case 4, so they are left alone here.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn erase_lift_inner<const S: usize>(&mut self, up: u32, sibling: u32, inner: u32) {
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
    fn is_black_or_nil(&self, at: u32) -> bool {
        self.try_n(at).is_none_or(Node::is_black)
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
            // Two loops, so that the way taken is a branch and not a conditional move: fewer
            // instructions a level, and the next load may start before this one is done.
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
            // Without a left child, the right one is red and a leaf, and so the successor.
            self.erase(at);
            return right;
        }
        // A leaf on the left of its parent: the parent is the successor, and one access serves
        // both steps. The shrinker, which frees from the lowest block up, lives here.
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
        // One of the two ends the walk, and it is the one with no child towards the other.
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
}

/// The node at a position, `None` at [`NIL`].
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn node_at(words: &[u32], at: usize) -> Option<Node<'_>> {
    words.get(at..at + WORDS as usize)?.first_chunk().map(Node)
}

/// A cursor that names no node was used as one: a fault of the algorithm.
#[cold]
#[inline(never)]
fn no_node() -> ! {
    panic!("no node at this cursor")
}
