//! The parts of a state that a step reads and changes. Steps without common parts need not be tried
//! in both orders.
//!
//! A [`Footprint`] is an upper bound: the parts that a place's step reads, writes and adds to, over
//! all states with an actor at that place. Two steps whose footprints do not meet lead to the same
//! state in either order, neither enables or disables the other, and both make the same notes in
//! both orders. A place without an entry touches everything, which is always correct: its steps are
//! taken in all orders.

use core::ops::{BitOr, BitOrAssign};

use super::state::State;
use crate::bounds::{BLOCKS_MAX, INODES_MAX, IOS_MAX, PBLKS_MAX};

/// A set of parts of a state, as bits. Each block of a file is a separate part, and so is each
/// block of the device. A word has the bits of [`Of`] and [`Global`] and two bits for each IO; four
/// words have a bit for each block of each file, of two kinds ([`Kind`]) each; the last one has a
/// bit for each block of the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts([u64; WORDS]);

const WORDS: usize = 6;
const MEDIA: usize = WORDS - 1;

/// What is known of each block of a file. The number is that of a half word, after those of the
/// first word.
#[derive(Clone, Copy)]
enum Kind {
    /// Its status in the disk tree: hole, unwritten or written.
    Disk = 2,
    /// Its physical place.
    Places,
    /// Whether a split extent starts there (`Inode::splits`).
    Splits,
    /// Its page.
    Pages,
    /// Its extent status.
    Es,
    /// The number of its last write (`Inode::version`).
    Versions,
    /// Its acknowledged version (`Inode::acked`).
    Acked,
}

/// The single parts of an inode.
#[allow(missing_docs, reason = "`Inode` says what they are")]
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Of {
    /// The inode's lock: `i_mutex` and `shared`.
    Lock,
    DataSem,
    Size,
    /// `disksize`, and whether it is on the orphan list.
    DiskSize,
    DioCount,
    Unwritten,
    WbErr,
    /// The inode becomes dirty.
    DirtyTid,
    /// The inode is committed.
    Clean,
    /// The pending conversions, as truncate counts them.
    Pending,
}

/// The parts that exist once.
#[allow(missing_docs, reason = "`State` says what they are")]
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Global {
    /// The number of occupied slots of the AIO context.
    Slots,
    /// The oldest event, which may not exist.
    FirstEvent,
    /// The end of the ring of events.
    LastEvent,
    /// The lists of completed IOs.
    Completed,
    Work,
    UnrsvWork,
    /// The oldest item of `s_dio_done_wq`, which may not exist.
    FirstDioWork,
    /// The end of `s_dio_done_wq`.
    LastDioWork,
    /// The idle workers of `s_dio_done_wq`.
    DioIdle,
    Handles,
    /// Whether the transaction is locked.
    Locked,
    /// Whether a commit is requested.
    Requested,
    /// The credits, in designs that count them.
    Credits,
    /// The state after a power cut: committed trees, durable data, the promises of fsync.
    Durable,
    /// The data for which a commit waits.
    Ordered,
    /// The free slots of the IO table.
    Room,
    /// The counter of a throttle.
    Throttle,
    /// The free blocks of the device.
    Free,
    /// The writes that running calls must return or make durable.
    Must,
    Eio,
    Enospc,
    Nomem,
}

const OF_INODE: u32 = Of::Pending as u32 + 1;
const GLOBAL_FIRST: u32 = OF_INODE * INODES_MAX;
const IO_FIRST: u32 = GLOBAL_FIRST + Global::Nomem as u32 + 1;
const _: () = assert!(IO_FIRST + 2 * IOS_MAX <= u64::BITS);
const _: () = assert!(BLOCKS_MAX * INODES_MAX <= u32::BITS && PBLKS_MAX <= u64::BITS);

/// The blocks of a file, as bits.
pub(super) const WHOLE: u16 = u16::MAX;
/// All blocks of the device.
pub(super) const ALL_MEDIA: u64 = u64::MAX;

impl Parts {
    pub(super) const NONE: Parts = Parts([0; WORDS]);
    pub(super) const ALL: Parts = Parts([u64::MAX; WORDS]);

    const fn word(at: usize, bits: u64) -> Parts {
        let mut words = [0; WORDS];
        words[at] = bits;
        Parts(words)
    }

    pub(super) const fn of(what: Of, ino: u8) -> Parts {
        Parts::word(0, 1 << (what as u32 + OF_INODE * ino as u32))
    }

    pub(super) const fn the(what: Global) -> Parts {
        Parts::word(0, 1 << (GLOBAL_FIRST + what as u32))
    }

    /// The progress of an IO's bio, for a task that waits for it.
    pub(super) const fn bio(io: u8) -> Parts {
        Parts::word(0, 1 << (IO_FIRST + io as u32))
    }

    /// Whether an IO has failed.
    pub(super) const fn failure(io: u8) -> Parts {
        Parts::word(0, 1 << (IO_FIRST + IOS_MAX + io as u32))
    }

    const fn in_file(kind: Kind, ino: u8, blocks: u16) -> Parts {
        let half = u64::BITS / 2 * (kind as u32 % 2);
        Parts::word(kind as usize / 2, (blocks as u64) << (ino as u32 * BLOCKS_MAX + half))
    }

    pub(super) const fn disk(ino: u8, blocks: u16) -> Parts {
        Parts::in_file(Kind::Disk, ino, blocks)
    }

    pub(super) const fn places(ino: u8, blocks: u16) -> Parts {
        Parts::in_file(Kind::Places, ino, blocks)
    }

    pub(super) const fn splits(ino: u8, blocks: u16) -> Parts {
        Parts::in_file(Kind::Splits, ino, blocks)
    }

    /// The whole disk tree of a file.
    pub(super) const fn tree(ino: u8) -> Parts {
        Parts::disk(ino, WHOLE).or(Parts::places(ino, WHOLE)).or(Parts::splits(ino, WHOLE))
    }

    pub(super) const fn pages(ino: u8, blocks: u16) -> Parts {
        Parts::in_file(Kind::Pages, ino, blocks)
    }

    pub(super) const fn es(ino: u8, blocks: u16) -> Parts {
        Parts::in_file(Kind::Es, ino, blocks)
    }

    pub(super) const fn versions(ino: u8, blocks: u16) -> Parts {
        Parts::in_file(Kind::Versions, ino, blocks)
    }

    pub(super) const fn acked(ino: u8, blocks: u16) -> Parts {
        Parts::in_file(Kind::Acked, ino, blocks)
    }

    pub(super) const fn media(blocks: u64) -> Parts {
        Parts::word(MEDIA, blocks)
    }

    #[inline]
    const fn or(self, other: Parts) -> Parts {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Parts([a | g, b | h, c | i, d | j, e | k, f | l])
    }

    #[inline]
    const fn meets(&self, other: &Parts) -> bool {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (&self.0, &other.0);
        (*a & *g) | (*b & *h) | (*c & *i) | (*d & *j) | (*e & *k) | (*f & *l) != 0
    }
}

impl BitOr for Parts {
    type Output = Parts;

    #[inline]
    fn bitor(self, other: Parts) -> Parts {
        self.or(other)
    }
}

/// An upper bound of the parts that a step uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// The parts that the step reads or writes.
    seen: Parts,
    /// The parts that the step writes or adds to. To add is to change commutatively: to increment
    /// or decrement a counter, or to set a flag that no concurrent step clears.
    changed: Parts,
}

impl Footprint {
    /// The footprint of a step that only its own actor can observe.
    pub const NONE: Footprint = Footprint { seen: Parts::NONE, changed: Parts::NONE };
    /// The footprint that meets every other one.
    pub const EVERYTHING: Footprint = Footprint { seen: Parts::ALL, changed: Parts::ALL };

    #[must_use]
    #[inline]
    pub(super) const fn reads(mut self, parts: Parts) -> Footprint {
        self.seen = self.seen.or(parts);
        self
    }

    #[must_use]
    #[inline]
    pub(super) const fn writes(self, parts: Parts) -> Footprint {
        self.reads(parts).adds(parts)
    }

    #[must_use]
    #[inline]
    pub(super) const fn adds(mut self, parts: Parts) -> Footprint {
        self.changed = self.changed.or(parts);
        self
    }

    /// Whether the order of two steps can matter: one changes what the other sees. Two steps that
    /// only add to a part do not meet there.
    #[inline]
    pub const fn meets(&self, other: &Footprint) -> bool {
        self.seen.meets(&other.changed) || self.changed.meets(&other.seen)
    }
}

impl BitOr for Footprint {
    type Output = Footprint;

    #[inline]
    fn bitor(self, other: Footprint) -> Footprint {
        Footprint { seen: self.seen.or(other.seen), changed: self.changed.or(other.changed) }
    }
}

impl BitOrAssign for Footprint {
    #[inline]
    fn bitor_assign(&mut self, other: Footprint) {
        self.seen = self.seen.or(other.seen);
        self.changed = self.changed.or(other.changed);
    }
}

/// The objects of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    pub(super) ino: u8,
    /// Blocks of the file, as bits.
    pub(super) blocks: u16,
    /// Blocks of the device that hold them, as bits.
    pub(super) media: u64,
    /// The IO, if it exists.
    pub(super) io: Option<u8>,
    /// Whether the operation has O_DSYNC or O_SYNC.
    pub(super) sync: bool,
    /// Whether a block may be a hole when the step is taken.
    pub(super) holes: bool,
    /// Whether the range may end beyond the end of the file.
    pub(super) extends: bool,
    /// Whether it is writeback of pages.
    pub(super) writeback: bool,
    /// Whether the step is taken in the current state, so that the current values can be used.
    pub(super) now: bool,
    /// Whether the call has recorded the writes that it must return.
    pub(super) begun: bool,
}

impl Subject {
    /// The objects of an existing IO.
    pub(super) fn of_io(state: &State, io: u8) -> Subject {
        let at = &state.ios[usize::from(io)];
        let pblks = &at.pblk[..usize::from(at.len)];
        let known = pblks.iter().filter(|pblk| u32::from(**pblk) < PBLKS_MAX);
        Subject {
            ino: at.ino,
            blocks: bits(at.blocks()),
            media: known.fold(0, |all, pblk| all | 1 << pblk),
            io: Some(io),
            sync: at.sync,
            holes: false,
            extends: at.extends,
            writeback: at.writeback,
            now: false,
            begun: false,
        }
    }

    /// A whole file, and the whole device.
    pub(super) fn whole(ino: u8) -> Subject {
        Subject {
            ino,
            blocks: WHOLE,
            media: ALL_MEDIA,
            io: None,
            sync: true,
            holes: true,
            extends: true,
            writeback: false,
            now: false,
            begun: false,
        }
    }
}

/// A range of blocks as a set of bits: bit 0 is block 0.
pub(super) fn bits(blocks: core::ops::Range<u8>) -> u16 {
    blocks.fold(0, |all, lblk| all | 1 << lblk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_to_meets_only_who_looks() {
        let count = Parts::of(Of::DioCount, 1);
        let (adds, reads) = (Footprint::NONE.adds(count), Footprint::NONE.reads(count));
        let writes = Footprint::NONE.writes(count);
        assert!(!adds.meets(&adds) && !reads.meets(&reads) && !writes.meets(&Footprint::NONE));
        assert!(adds.meets(&reads) && reads.meets(&adds) && writes.meets(&writes));
        assert!(Footprint::EVERYTHING.meets(&adds) && reads.meets(&Footprint::EVERYTHING));
        let other = Footprint::NONE.writes(Parts::of(Of::DioCount, 0));
        assert!(!other.meets(&writes) && !other.meets(&adds));
        let blocks = |blocks| Footprint::NONE.writes(Parts::disk(1, blocks));
        assert!(blocks(6).meets(&blocks(4)) && !blocks(6).meets(&blocks(9)));
    }
}
