//! The arena that holds the nodes of a tree.

use super::node::{Node, PARENT, RED, STATUS, WORDS, no_node, node_at};
use crate::es::observer::{NodeId, Observer};
use crate::es::pending::PendingList;
use crate::es::status::Extent;
use crate::es::store::NIL;

/// The arena with its root, `cache_es` and its observer.
#[derive(Clone, Debug)]
pub struct Arena<O: Observer = ()> {
    pub(super) words: Vec<u32>,
    pub(super) root: u32,
    pub(super) cache: u32,
    pub(super) len: u32,
    /// First free node. Free nodes are chained by their parent words.
    pub(super) free: u32,
    pub(super) pending: PendingList,
    pub(super) observer: O,
}

impl<O: Observer + Default> Default for Arena<O> {
    fn default() -> Self {
        Arena::new(O::default())
    }
}

impl<O: Observer> Arena<O> {
    /// An empty tree with an observer.
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

    /// The observer, to read out or change.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// The root of the tree.
    pub fn root(&self) -> Option<NodeView> {
        self.view(self.root)
    }

    /// The current contents of the node with this index.
    pub fn node(&self, id: NodeId) -> Option<NodeView> {
        self.view(id.index.checked_mul(WORDS)?).filter(|it| it.id == id)
    }

    /// The node that `cache_es` points to.
    pub fn cached(&self) -> Option<NodeView> {
        self.view(self.cache)
    }

    /// All nodes in preorder: each node before its left subtree, and that before its right one.
    pub fn preorder(&self) -> Preorder<'_, O> {
        Preorder { arena: self, stack: Vec::from_iter(self.root().map(|it| it.id)) }
    }

    /// Bytes of heap memory that the nodes take.
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

    pub(super) fn id(&self, at: u32) -> Option<NodeId> {
        let generation = self.try_n(at)?.generation();
        Some(NodeId { index: at / WORDS, generation })
    }

    /// The id of a node that the caller knows to exist.
    pub(super) fn known(&self, at: u32) -> NodeId {
        NodeId { index: at / WORDS, generation: self.n(at).generation() }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn try_n(&self, at: u32) -> Option<Node<'_>> {
        node_at(&self.words, at as usize)
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn n(&self, at: u32) -> Node<'_> {
        match self.try_n(at) {
            Some(node) => node,
            None => no_node(),
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn try_m(&mut self, at: u32) -> Option<&mut [u32; WORDS as usize]> {
        let at = at as usize;
        self.words.get_mut(at..at + WORDS as usize)?.first_chunk_mut()
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn m(&mut self, at: u32) -> &mut [u32; WORDS as usize] {
        match self.try_m(at) {
            Some(node) => node,
            None => no_node(),
        }
    }

    /// Takes a free node, or a new one, for an extent. The node is red and has no children.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn take_node(&mut self, extent: Extent, parent: u32) -> u32 {
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

    pub(super) fn push_node(&mut self, node: [u32; WORDS as usize]) -> u32 {
        let at = self.words.len() as u32;
        assert!(at < NIL, "an arena holds at most 2^28 - 2 extents");
        self.words.extend_from_slice(&node);
        at
    }

    /// Puts a node that is not linked into the tree on the free list.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn retire(&mut self, at: u32) {
        self.len -= 1;
        let free = self.free;
        self.m(at)[PARENT] = free;
        self.free = at;
    }
}

/// The contents of a node, for drawing and hashing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeView {
    /// The name of the node, which no other node of the tree ever has.
    pub id: NodeId,
    /// The node's extent, with the raw physical block.
    pub extent: Extent,
    /// True if the node is black.
    pub black: bool,
    /// Its parent; `None` for the root.
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
