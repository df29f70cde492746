//! The extent status tree: what ext4 knows about a file's blocks in memory
//! (`fs/ext4/extents_status.c`), in every version from v3.8 to v6.12.
//!
//! Reading order: an extent ([`Extent`]), the rules of each version ([`Rules`]), the algorithm
//! ([`Es`]). The algorithm is written once, over two storages:
//!
//! * [`Tree`], the kernel's red-black tree in an arena, which an [`Observer`] can follow;
//! * [`Flat`], a sorted array without a heap, which a checker copies with every state.
//!
//! This module reads no clock, never allocates in a `Flat`, and never panics, whatever its input:
//! where the kernel calls BUG, the result is [`EsError::Bug`].
//!
//! ```
//! use extentscope::es::{Flat, Memory, Version};
//! let rules = Version::V3_9.rules();
//! let mut mem = Memory::plenty();
//! let mut es: Flat<8> = Flat::parse(rules, "[0/16) U@1000").unwrap();
//! es.insert(rules, &mut mem, "[4/4) W@1004".parse().unwrap()).unwrap();
//! assert_eq!(es.to_string(), "[0/4) U@1000  [4/4) W@1004  [8/8) U@1008");
//! ```

mod status;

mod rules;

mod memory;

mod merged;

mod store;

mod observer;

mod tree;

mod find;

mod insert;

mod overlap;

mod remove;

mod convert;

mod reserve;

mod shrink;

mod superblock;

mod op;

mod rb;

mod flat;

mod pending;

pub use self::convert::Convert;
pub use self::find::Matching;
pub use self::flat::{Encode, Sorted};
pub use self::memory::Memory;
pub use self::observer::{EsEvent, NodeId, Observer, Side};
pub use self::op::{EsOp, Reply};
pub use self::rb::{Arena, NodeView, Preorder};
pub use self::rules::{DirtyBit, NoMemory, Rules, Shrinker, Version};
pub use self::shrink::Reclaimed;
pub use self::status::{Extent, ParseError, Status, parse_extents, write_extents};
pub use self::store::{EsError, NIL, PendingSet, Place, Store, Walk};
pub use self::superblock::{EsSuper, Inodes};
pub use self::tree::{Es, Iter};

/// The tree of one inode as in the kernel, with red and black nodes that `O` can observe.
pub type Tree<O = ()> = Es<Arena<O>>;

/// The tree of one inode without a shape: at most `N` extents and `P` pending reservations.
pub type Flat<const N: usize, const P: usize = 0> = Es<Sorted<N, P>>;
