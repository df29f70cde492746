//! The red-black tree over an arena of 32-byte nodes.
//!
//! Balancing follows lib/rbtree.c (the same from v3.7 to v6.12): shape and colours equal the
//! kernel's after every operation. A `u32` index names a node. `NIL` lies beyond every arena, so
//! one comparison serves as the test for a child and as the bounds check.

mod arena;
mod balance;
mod node;
mod store;

pub use self::arena::{Arena, NodeView, Preorder};
