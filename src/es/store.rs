//! The interface between the algorithm and a storage of extents.

use super::status::{Extent, Status};

/// The cursor that names no extent, for example at the end of a walk. It lies beyond every storage,
/// and like the arena's cursors it is a multiple of 8.
pub const NIL: u32 = 0x7fff_fff8;

/// The position of a block between two neighbouring extents, which is where a new node is linked.
#[derive(Clone, Copy)]
pub struct Place {
    /// The last extent that starts at the block or before it, or [`NIL`].
    pub pred: u32,
    /// The first extent that starts after the block, or [`NIL`].
    pub succ: u32,
}

/// The reason why an operation failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum EsError {
    /// No memory for a node; the caller sees −ENOMEM.
    NoMemory,
    /// The fixed capacity of a `Flat` (extents, or pending reservations) is used up.
    Full,
    /// The kernel stops here with a BUG: a range or an extent whose end passes 2^32.
    Bug,
    /// v3.8: the range overlaps existing extents, and the result depends on the shape of the tree,
    /// which a `Flat` does not have.
    ShapeDependent,
}

impl core::fmt::Display for EsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            EsError::NoMemory => "no memory for an extent (-ENOMEM)",
            EsError::Full => "more extents than this model holds for one file",
            EsError::Bug => "the kernel stops here: a range passes block 2^32",
            EsError::ShapeDependent => "v3.8's overlapping insert depends on the tree's shape",
        })
    }
}

impl core::error::Error for EsError {}

/// A storage of disjoint extents in the order of their first blocks.
///
/// A cursor is a `u32` that names one extent, or [`NIL`]. Linking or erasing an extent keeps the
/// cursors before it valid; others may move. A cursor other than `NIL` must come from this storage.
pub trait Store {
    /// The pending-reservation tree that belongs to it.
    type Pending: PendingSet;

    /// True if the tree has a known shape, which v3.8's overlapping insert needs.
    const HAS_SHAPE: bool;

    /// Number of extents (`i_es_all_nr`).
    fn count(&self) -> u32;
    /// The neighbours of a block: the position at which it would be linked.
    fn place(&self, lblk: u32) -> Place;
    /// The last extent that starts at the block or before it, or [`NIL`].
    fn floor(&self, lblk: u32) -> u32;
    /// The extent at a cursor, with its raw physical block.
    fn get(&self, at: u32) -> Extent;
    /// The extent at a cursor, or `None` at [`NIL`].
    fn try_get(&self, at: u32) -> Option<Extent>;
    /// Replaces the extent at a cursor; the order of extents must not change.
    fn set(&mut self, at: u32, extent: Extent);
    /// Replaces only the status at a cursor.
    fn set_status(&mut self, at: u32, status: Status);
    /// Links a new extent at a place and returns its cursor.
    ///
    /// # Errors
    /// [`EsError::Full`] if the storage has no room.
    fn link(&mut self, place: Place, extent: Extent) -> Result<u32, EsError>;
    /// Erases the extent at a cursor.
    fn erase(&mut self, at: u32);
    /// Erases the extent at a cursor and returns its successor.
    fn erase_next(&mut self, at: u32) -> u32;
    /// The first extent, or [`NIL`].
    fn first(&self) -> u32;
    /// The last extent, or [`NIL`].
    fn last(&self) -> u32;
    /// The in-order successor, or [`NIL`].
    fn next(&self, at: u32) -> u32;
    /// The in-order predecessor, or [`NIL`].
    fn prev(&self, at: u32) -> u32;
    /// How many more extents the storage can hold.
    fn room(&self) -> u32;
    /// The node of `cache_es`, or [`NIL`] if there is none.
    fn cache(&self) -> u32;
    /// Sets `cache_es`; [`NIL`] clears it.
    fn set_cache(&mut self, at: u32);
    /// True if the node of `pred` lies above that of `succ`, so that a walk from the root meets it
    /// first. Without a shape the result has no meaning.
    fn pred_is_higher(&self, place: Place) -> bool;
    /// The first extent holding `lblk` that v3.8's walk from the root meets; if none holds it, the
    /// first extent after it.
    fn search_by_shape(&self, lblk: u32) -> u32;
    /// v3.8: walks down from the root for a range of DELAYED blocks and returns where the walk
    /// ends.
    fn walk_by_shape(&self, lblk: u32, len: u32) -> Walk;
    /// Tells an observer that `into` is about to absorb `from`.
    fn note_merge(&mut self, _into: u32, _from: u32) {}
    /// Tells an observer that `right` was cut off `left`.
    fn note_split(&mut self, _left: u32, _right: u32) {}
    /// The tree of clusters with a pending reservation (`i_pending_tree`).
    fn pending(&self) -> &Self::Pending;
    /// The pending-reservation tree, to change.
    fn pending_mut(&mut self) -> &mut Self::Pending;
}

/// Where the walk of v3.8's insert ends.
#[derive(Clone, Copy)]
pub enum Walk {
    /// The range ends right before this extent.
    Before(u32),
    /// The range starts right after this extent.
    After(u32),
    /// The range starts inside this extent.
    Inside(u32),
    /// At a leaf: the new extent is linked here.
    Leaf(Place),
}

/// The clusters with a pending reservation (`i_pending_tree`, v4.20), ascending.
pub trait PendingSet {
    /// Adds a cluster; returns false if it was there already.
    ///
    /// # Errors
    /// [`EsError::Full`] if the set has no room.
    fn insert(&mut self, lclu: u32) -> Result<bool, EsError>;
    /// True if the cluster is there.
    fn contains(&self, lclu: u32) -> bool;
    /// Removes the clusters `first` to `last` and returns how many there were.
    fn remove_range(&mut self, first: u32, last: u32) -> u32;
    /// Removes all clusters, as the eviction of an inode does.
    fn clear(&mut self);
    /// The n-th cluster in ascending order, counted from 0.
    fn nth(&self, n: u32) -> Option<u32>;
}
