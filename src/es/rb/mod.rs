//! The red-black tree over an arena of 32-byte nodes.
//!
//! Balancing is that of lib/rbtree.c (the same from v3.7 to v6.12): shape and colours are equal
//! after every operation. Nodes are named by `u32` indices; `NIL` lies beyond every
//! arena, so "is there a child?" and the bounds check are one comparison.

mod arena;
mod balance;
mod node;
mod store;

pub use self::arena::{Arena, NodeView, Preorder};
