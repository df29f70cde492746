//! The pieces of a state. A step changes few pieces, and a search finds few values of each piece. A
//! search therefore stores a state as a list of numbers of piece values, and encodes only the
//! pieces that a step touched.

use core::ops::{BitOr, BitOrAssign};

use super::setup::{Budgets, Setup};
use super::state::{
    Bound, FLUSHER, Fifo, Inode, Journal, Life, Mapping, Marks, Power, State, TASKS,
};
use crate::bounds::{BLOCKS_MAX, INODES_MAX, IOS_MAX, WORK_MAX};

/// A piece of a state.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A task with all its fields.
    Task(u8),
    /// A slot of the IO table.
    Io(u8),
    /// `i_es_tree` of an inode.
    Es(u8),
    /// Both disk trees of an inode ([`Blocks`]).
    Blocks(u8),
    /// The page cache of an inode.
    Pages(u8),
    /// The written and promised versions of each block of an inode ([`Versions`]).
    Versions(u8),
    /// The other fields of an inode ([`Counts`]).
    Counts(u8),
    /// The contents of the device.
    Media,
    /// The other fields of the state ([`Rest`]).
    Rest,
}

const IOS: usize = IOS_MAX as usize;
const INODES: usize = INODES_MAX as usize;
const BLOCKS: usize = BLOCKS_MAX as usize;
/// Number of pieces of one inode.
const OF_INODE: usize = 5;
const IO_FIRST: usize = TASKS;
const INODE_FIRST: usize = IO_FIRST + IOS;
const MEDIA: usize = INODE_FIRST + OF_INODE * INODES;

/// Number of pieces of a state.
pub const PIECES: usize = MEDIA + 2;

/// The two disk trees of an inode: in memory, and as last committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// The disk tree in memory (`Inode::disk`).
    pub disk: [Mapping; BLOCKS],
    /// The starts of split extents (`Inode::splits`).
    pub splits: u16,
    /// The disk tree as last committed (`Inode::committed`).
    pub committed: [Mapping; BLOCKS],
    /// The place for which the contents of each block were written (`Inode::order`).
    pub order: u64,
    /// The same as last committed (`Inode::committed_order`).
    pub committed_order: u64,
}

/// Versions of each block of an inode: written, acknowledged, promised by fsync, promised by
/// O_(D)SYNC, and zeroed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Number of writes to each block (`Inode::version`).
    pub version: [u8; BLOCKS],
    /// Versions that the application knows to be done (`Inode::acked`).
    pub acked: Marks,
    /// Versions promised by fsync (`Inode::synced`).
    pub synced: Marks,
    /// Versions promised by O_(D)SYNC (`Inode::osynced`).
    pub osynced: Marks,
    /// The version with which each block was last zeroed (`Inode::zeroed`).
    pub zeroed: [u8; BLOCKS],
}

impl Versions {
    /// Whether a promise differs between the halves of a block.
    #[inline]
    pub fn has_halves(&self) -> bool {
        self.acked.has_halves() || self.synced.has_halves() || self.osynced.has_halves()
    }
}

/// The fields of an inode that concern the whole file, with the names that they have in `Inode`.
#[allow(missing_docs, reason = "Inode says what they are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub i_mutex: u8,
    pub shared: u16,
    pub i_data_sem: u8,
    pub size: u8,
    pub disksize: u8,
    pub committed_size: u8,
    pub orphan: bool,
    pub committed_orphan: bool,
    pub i_dio_count: u8,
    pub i_unwritten: u8,
    pub wb_err: u8,
    pub life: Life,
    pub dirty_tid: bool,
    pub sync_tid: bool,
    pub reserved_off: i8,
    pub odd_buffers: u16,
}

/// The small fields of a state, with the names that they have in `State`.
#[allow(missing_docs, reason = "State says what they are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    pub completed: Fifo<IOS>,
    pub work: Fifo<{ WORK_MAX as usize }>,
    pub unrsv_work: Fifo<{ WORK_MAX as usize }>,
    pub dio_work: Fifo<{ WORK_MAX as usize }>,
    pub events: Fifo<IOS>,
    pub journal: Journal,
    pub left: Budgets,
    pub power: Power,
    pub broken: u16,
    pub bound: Option<Bound>,
}

/// A set of pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pieces(u64);

const _: () = assert!(PIECES <= 64);

impl Piece {
    /// Every piece, in the order of positions.
    pub const ALL: [Piece; PIECES] = {
        let mut all = [Piece::Rest; PIECES];
        let mut at = 0;
        while at < PIECES {
            all[at] = Piece::at(at);
            at += 1;
        }
        all
    };

    const fn at(position: usize) -> Piece {
        if position < IO_FIRST {
            return Piece::Task(position as u8);
        }
        if position < INODE_FIRST {
            return Piece::Io((position - IO_FIRST) as u8);
        }
        if position >= MEDIA {
            return if position == MEDIA { Piece::Media } else { Piece::Rest };
        }
        let ino = ((position - INODE_FIRST) / OF_INODE) as u8;
        match (position - INODE_FIRST) % OF_INODE {
            0 => Piece::Es(ino),
            1 => Piece::Blocks(ino),
            2 => Piece::Pages(ino),
            3 => Piece::Versions(ino),
            _ => Piece::Counts(ino),
        }
    }

    /// The piece's position in [`Piece::ALL`].
    #[inline]
    pub const fn position(self) -> usize {
        const fn of_inode(ino: u8, which: usize) -> usize {
            INODE_FIRST + OF_INODE * ino as usize + which
        }
        match self {
            Piece::Task(task) => task as usize,
            Piece::Io(io) => IO_FIRST + io as usize,
            Piece::Es(ino) => of_inode(ino, 0),
            Piece::Blocks(ino) => of_inode(ino, 1),
            Piece::Pages(ino) => of_inode(ino, 2),
            Piece::Versions(ino) => of_inode(ino, 3),
            Piece::Counts(ino) => of_inode(ino, 4),
            Piece::Media => MEDIA,
            Piece::Rest => MEDIA + 1,
        }
    }
}

impl Pieces {
    /// The set without any piece.
    pub const NONE: Pieces = Pieces(0);
    /// The set of all pieces.
    pub const ALL: Pieces = Pieces((1 << PIECES) - 1);
    /// The set of all IOs.
    pub const IOS: Pieces = Pieces(((1 << IOS) - 1) << IO_FIRST);
    /// The position of the first IO.
    pub const IO_FIRST: u8 = IO_FIRST as u8;

    /// The set with the piece at a position added.
    #[must_use]
    pub const fn with(self, position: usize) -> Pieces {
        Pieces(self.0 | 1 << position)
    }

    /// The set without the piece at a position.
    #[must_use]
    pub const fn without(self, position: usize) -> Pieces {
        Pieces(self.0 & !(1 << position))
    }

    /// The pieces that can differ between states of a setup. Files, threads and kworkers that the
    /// setup lacks are equal in all states.
    pub fn of(setup: &Setup) -> Pieces {
        let threads = setup.threads.len();
        let files = setup.files.len();
        let has = |piece: &Piece| match *piece {
            Piece::Task(task) if task < State::kworkers().start => usize::from(task) < threads,
            Piece::Task(task) => {
                task == FLUSHER || task < State::kworkers().start + setup.kworkers()
            }
            Piece::Io(_) | Piece::Media | Piece::Rest => true,
            Piece::Es(ino) | Piece::Blocks(ino) | Piece::Pages(ino) => usize::from(ino) < files,
            Piece::Versions(ino) | Piece::Counts(ino) => usize::from(ino) < files,
        };
        Piece::ALL.into_iter().filter(has).fold(Pieces::NONE, |set, piece| set | piece.into())
    }

    /// The pieces whose numbers differ between two lists, which are in the order of the pieces.
    #[inline]
    pub fn differing(one: &[u32; PIECES], other: &[u32; PIECES]) -> Pieces {
        let mut set = 0;
        for (position, (one, other)) in one.iter().zip(other).enumerate() {
            set |= u64::from(one != other) << position;
        }
        Pieces(set)
    }

    /// The pieces that are in both sets.
    #[must_use]
    pub const fn and(self, other: Pieces) -> Pieces {
        Pieces(self.0 & other.0)
    }

    /// The pieces that are in this set and not in the other.
    #[must_use]
    pub const fn minus(self, other: Pieces) -> Pieces {
        Pieces(self.0 & !other.0)
    }

    /// Number of pieces in the set.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether the set has no piece.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The positions of the pieces in the set, in order.
    pub fn positions(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let position = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (position < u64::BITS).then_some(position as usize)
        })
    }

    /// The pieces in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Piece> {
        self.positions().map(|position| Piece::ALL[position])
    }
}

impl From<Piece> for Pieces {
    #[inline]
    fn from(piece: Piece) -> Pieces {
        Pieces(1 << piece.position())
    }
}

impl BitOr for Pieces {
    type Output = Pieces;

    #[inline]
    fn bitor(self, other: Pieces) -> Pieces {
        Pieces(self.0 | other.0)
    }
}

impl BitOrAssign for Pieces {
    #[inline]
    fn bitor_assign(&mut self, other: Pieces) {
        self.0 |= other.0;
    }
}

impl State {
    /// Copies a piece from another state.
    pub fn copy_piece(&mut self, piece: Piece, from: &State) {
        let at = |ino: u8| (usize::from(ino), &from.inodes[usize::from(ino)]);
        match piece {
            Piece::Task(task) => self.tasks[usize::from(task)] = from.tasks[usize::from(task)],
            Piece::Io(io) => self.ios[usize::from(io)] = from.ios[usize::from(io)],
            Piece::Es(ino) => self.inodes[at(ino).0].es = at(ino).1.es,
            Piece::Blocks(ino) => self.inodes[at(ino).0].set_blocks(&at(ino).1.blocks()),
            Piece::Pages(ino) => self.inodes[at(ino).0].pages = at(ino).1.pages,
            Piece::Versions(ino) => self.inodes[at(ino).0].set_versions(&at(ino).1.versions()),
            Piece::Counts(ino) => self.inodes[at(ino).0].set_counts(at(ino).1.counts()),
            Piece::Media => self.media = from.media,
            Piece::Rest => self.set_rest(&from.rest()),
        }
    }

    /// The small fields of the state.
    #[inline]
    pub fn rest(&self) -> Rest {
        let State { completed, work, unrsv_work, dio_work, events, .. } = *self;
        let State { journal, left, power, broken, bound, .. } = *self;
        Rest { completed, work, unrsv_work, dio_work, events, journal, left, power, broken, bound }
    }

    /// Sets the small fields of the state.
    #[inline]
    pub fn set_rest(&mut self, rest: &Rest) {
        let Rest { completed, work, unrsv_work, dio_work, events, .. } = *rest;
        let Rest { journal, left, power, broken, bound, .. } = *rest;
        (self.completed, self.work, self.unrsv_work) = (completed, work, unrsv_work);
        (self.dio_work, self.events, self.journal) = (dio_work, events, journal);
        (self.left, self.power, self.broken, self.bound) = (left, power, broken, bound);
    }
}

impl Inode {
    /// The two disk trees of an inode.
    #[inline]
    pub fn blocks(&self) -> Blocks {
        let Inode { disk, splits, committed, order, committed_order, .. } = *self;
        Blocks { disk, splits, committed, order, committed_order }
    }

    /// Sets the two disk trees of an inode.
    #[inline]
    pub fn set_blocks(&mut self, blocks: &Blocks) {
        (self.disk, self.splits, self.committed) = (blocks.disk, blocks.splits, blocks.committed);
        (self.order, self.committed_order) = (blocks.order, blocks.committed_order);
    }

    /// Whether a promise differs between the halves of a block.
    pub fn promises_halves(&self) -> bool {
        self.acked.has_halves() || self.synced.has_halves() || self.osynced.has_halves()
    }

    /// The versions of each block.
    #[inline]
    pub fn versions(&self) -> Versions {
        let Inode { version, acked, synced, osynced, zeroed, .. } = *self;
        Versions { version, acked, synced, osynced, zeroed }
    }

    /// Sets the versions of each block.
    #[inline]
    pub fn set_versions(&mut self, versions: &Versions) {
        let Versions { version, acked, synced, osynced, zeroed } = *versions;
        (self.version, self.acked, self.synced, self.osynced) = (version, acked, synced, osynced);
        self.zeroed = zeroed;
    }

    /// The fields of an inode that concern the whole file.
    #[inline]
    pub fn counts(&self) -> Counts {
        let Inode { i_mutex, shared, i_data_sem, size, committed_size, .. } = *self;
        let Inode { disksize, orphan, committed_orphan, .. } = *self;
        let Inode { i_dio_count, i_unwritten, wb_err, life, dirty_tid, sync_tid, .. } = *self;
        let Inode { reserved_off, odd_buffers, .. } = *self;
        Counts {
            i_mutex,
            shared,
            i_data_sem,
            size,
            disksize,
            committed_size,
            orphan,
            committed_orphan,
            i_dio_count,
            i_unwritten,
            wb_err,
            life,
            dirty_tid,
            sync_tid,
            reserved_off,
            odd_buffers,
        }
    }

    /// Sets the fields of an inode that concern the whole file.
    #[inline]
    pub fn set_counts(&mut self, counts: Counts) {
        let Counts { i_mutex, shared, i_data_sem, size, committed_size, .. } = counts;
        let Counts { disksize, orphan, committed_orphan, .. } = counts;
        let Counts { i_dio_count, i_unwritten, wb_err, life, dirty_tid, sync_tid, .. } = counts;
        self.sync_tid = sync_tid;
        (self.reserved_off, self.odd_buffers) = (counts.reserved_off, counts.odd_buffers);
        (self.disksize, self.orphan) = (disksize, orphan);
        self.committed_orphan = committed_orphan;
        (self.i_mutex, self.shared, self.dirty_tid) = (i_mutex, shared, dirty_tid);
        (self.i_data_sem, self.size, self.committed_size) = (i_data_sem, size, committed_size);
        (self.i_dio_count, self.i_unwritten) = (i_dio_count, i_unwritten);
        (self.wb_err, self.life) = (wb_err, life);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_stands_where_its_position_says() {
        for (position, piece) in Piece::ALL.into_iter().enumerate() {
            assert_eq!(piece.position(), position, "{piece:?}");
        }
        assert_eq!(Pieces::ALL.iter().count(), PIECES);
        assert!(Pieces::IOS.iter().eq((0..IOS_MAX as u8).map(Piece::Io)));
    }
}
