//! Events of the red-black tree, for an observer that draws it.

use super::status::Extent;

/// The name of a node: its index in the arena, and the number of nodes that used this index before.
/// Within 65,536 uses of an index no two nodes of a tree have the same name, so the name can key an
/// element of the page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct NodeId {
    /// Index in the arena.
    pub index: u32,
    /// Number of nodes that used this index before.
    pub generation: u16,
}

/// The side of a parent on which a child hangs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The side of the lower blocks.
    Left,
    /// The side of the higher blocks.
    Right,
}

/// One change of the tree. A picture of the tree that replays all events stays correct.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EsEvent {
    /// A new red node was hung under `parent`, or became the root (`rb_link_node`).
    Link {
        /// The node that was linked.
        node: NodeId,
        /// Its parent and the side, or `None` for the root.
        parent: Option<(NodeId, Side)>,
        /// The extent in the new node.
        extent: Extent,
    },
    /// `up` took the place of `down`, which became its child on `side` (`__rb_rotate_set_parents`
    /// and the stores before it). The inner subtree of `up` moves to the other side of `down`.
    Rotate {
        /// The node that moved down.
        down: NodeId,
        /// The node that moved up.
        up: NodeId,
        /// The side on which `down` now hangs: `Left` is a left rotation.
        side: Side,
    },
    /// The node changed colour.
    Recolour {
        /// The node that changed colour.
        node: NodeId,
        /// True if the node is black now, false if it is red.
        black: bool,
    },
    /// `into` is about to absorb its neighbour `from`; a `Change` and an `Unlink` follow.
    Merge {
        /// The node that stays.
        into: NodeId,
        /// The node that will be removed.
        from: NodeId,
    },
    /// `right` was cut off `left` and linked just before.
    Split {
        /// The node that kept its place.
        left: NodeId,
        /// The node that holds the blocks that were cut off.
        right: NodeId,
    },
    /// The node was taken out (`rb_erase`). `heir`, its only child or its successor, takes over its
    /// place and its children; a successor's own right child moves up to the successor's old place.
    /// Colours follow as `Recolour`.
    Unlink {
        /// The node that was removed.
        node: NodeId,
        /// The node that takes its place, if any.
        heir: Option<NodeId>,
    },
    /// The fields of a node changed.
    Change {
        /// The node that changed.
        node: NodeId,
        /// The extent that the node holds now.
        extent: Extent,
    },
    /// `cache_es` points to another node, or to none.
    Cache {
        /// The cached node, or none.
        node: Option<NodeId>,
    },
}

/// Receives the events of a tree. `()` receives none, and costs nothing.
pub trait Observer {
    /// With `false`, the compiler removes the code of all events.
    const ON: bool;
    /// Called once for every event.
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
