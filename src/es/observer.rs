//! Events of the red-black tree, for an observer that draws it.

use super::status::Extent;

/// A node of the tree by name: its place in the arena and how often that place was used before.
/// No two nodes that ever lived in one tree have the same name within 65,536 uses of a place, so
/// it can key an element on a page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct NodeId {
    /// Index in the arena.
    pub index: u32,
    /// How many nodes have lived at this index before.
    pub generation: u16,
}

/// The side of a parent on which a child hangs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Lower blocks.
    Left,
    /// Higher blocks.
    Right,
}

/// One change of the tree. Replaying the events on a picture of the tree keeps it true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EsEvent {
    /// A new red node was hung under `parent`, or became the root (`rb_link_node`).
    Link {
        /// The new node.
        node: NodeId,
        /// Its parent and the side, or `None` for the root.
        parent: Option<(NodeId, Side)>,
        /// What it says.
        extent: Extent,
    },
    /// `up` took the place of `down`, which became its child on `side` (`__rb_rotate_set_parents`
    /// and the stores before it). The inner subtree of `up` moves to the other side of `down`.
    Rotate {
        /// The node that went down.
        down: NodeId,
        /// The node that went up.
        up: NodeId,
        /// The side on which `down` now hangs: `Left` is a left rotation.
        side: Side,
    },
    /// The node changed colour.
    Recolour {
        /// The node.
        node: NodeId,
        /// Its new colour.
        black: bool,
    },
    /// `into` is about to swallow its neighbour `from`; a `Change` and an `Unlink` follow.
    Merge {
        /// The survivor.
        into: NodeId,
        /// The node that goes.
        from: NodeId,
    },
    /// `right` was cut off `left` and linked just before.
    Split {
        /// The node that kept its place.
        left: NodeId,
        /// The new node.
        right: NodeId,
    },
    /// The node was taken out (`rb_erase`). `heir`, its only child or its successor, takes its
    /// place and its children; a successor's own right child moves up to where that stood. Colours
    /// follow as `Recolour`.
    Unlink {
        /// The node that goes.
        node: NodeId,
        /// Who takes its place.
        heir: Option<NodeId>,
    },
    /// The fields of a node changed.
    Change {
        /// The node.
        node: NodeId,
        /// What it says now.
        extent: Extent,
    },
    /// `cache_es` points elsewhere now.
    Cache {
        /// The cached node, or none.
        node: Option<NodeId>,
    },
}

/// Listens to a tree. `()` does not, and costs nothing.
pub trait Observer {
    /// False compiles every event away.
    const ON: bool;
    /// Hears one event.
    fn event(&mut self, event: EsEvent);
}

impl Observer for () {
    const ON: bool = false;
    #[inline]
    fn event(&mut self, _event: EsEvent) {}
}

/// Collects events; the page takes them out after each operation.
impl Observer for Vec<EsEvent> {
    const ON: bool = true;
    fn event(&mut self, event: EsEvent) {
        self.push(event);
    }
}
