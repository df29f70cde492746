//! The memory layout of a node: eight 32-bit words.

use crate::es::status::{Extent, Status};

/// Words of a node. The kernel's node has 40 bytes (three pointers), this one has 32.
///
/// A cursor is the position of a node's first word in one array of words. Reading a field therefore
/// takes one instruction without a multiplication, and one comparison tells whether the node
/// exists. The first half holds the words that a walk reads. With the allocator's 16-byte alignment
/// it never straddles a cache line.
pub(super) const WORDS: u32 = 8;

pub(super) const LBLK: usize = 0;
/// The left child; the right one follows.
pub(super) const CHILD: usize = 1;
pub(super) const LEN: usize = 3;
/// Cursor of the parent, with bit 0 set if the node is black (`__rb_parent_color`).
pub(super) const PARENT: usize = 4;
/// Status in the low byte, generation in the upper half.
pub(super) const STATUS: usize = 5;
/// Physical block, low word first.
pub(super) const PBLK: usize = 6;

pub(super) const BLACK: u32 = 1;
pub(super) const RED: u32 = 0;

/// The words of one node.
#[derive(Clone, Copy)]
pub(super) struct Node<'a>(pub(super) &'a [u32; WORDS as usize]);

impl Node<'_> {
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn lblk(self) -> u32 {
        self.0[LBLK]
    }

    /// The child on side `S`: 0 is left, 1 is right.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn child<const S: usize>(self) -> u32 {
        self.0[CHILD + S]
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn parent_color(self) -> u32 {
        self.0[PARENT]
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn parent(self) -> u32 {
        parent_of(self.0[PARENT])
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn is_black(self) -> bool {
        self.0[PARENT] & BLACK != 0
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn generation(self) -> u16 {
        (self.0[STATUS] >> 16) as u16
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn extent(self) -> Extent {
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
pub(super) fn parent_of(parent_color: u32) -> u32 {
    parent_color & !(WORDS - 1)
}

/// The node at a position, `None` at [`NIL`].
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(super) fn node_at(words: &[u32], at: usize) -> Option<Node<'_>> {
    words.get(at..at + WORDS as usize)?.first_chunk().map(Node)
}

/// Called when a cursor that names no node was used as one, which is a bug of the algorithm.
#[cold]
#[inline(never)]
pub(super) fn no_node() -> ! {
    panic!("no node at this cursor")
}
