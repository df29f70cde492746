//! The pieces of a state. A step changes few of them, and a search finds few values of each: it
//! keeps states as lists of numbers of values, and looks again only at the pieces a step touched.

use core::ops::{BitOr, BitOrAssign};

use super::setup::{Budgets, Setup};
use super::state::{Bound, Fifo, Inode, Journal, Mapping, Power, State, TASKS};
use crate::bounds::{BLOCKS_MAX, INODES_MAX, IOS_MAX, WORK_MAX};

/// A piece of a state.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A task, whole.
    Task(u8),
    /// A slot of the IO table.
    Io(u8),
    /// `i_es_tree` of an inode.
    Es(u8),
    /// Both disk trees of an inode ([`Blocks`]).
    Blocks(u8),
    /// The page cache of an inode.
    Pages(u8),
    /// What was written and promised of each block of an inode ([`Versions`]).
    Versions(u8),
    /// What is left of an inode ([`Counts`]).
    Counts(u8),
    /// What the device holds.
    Media,
    /// What is left of the state ([`Rest`]).
    Rest,
}

const IOS: usize = IOS_MAX as usize;
const INODES: usize = INODES_MAX as usize;
const BLOCKS: usize = BLOCKS_MAX as usize;
/// Pieces of one inode.
const OF_INODE: usize = 5;
const IO_FIRST: usize = TASKS;
const INODE_FIRST: usize = IO_FIRST + IOS;
const MEDIA: usize = INODE_FIRST + OF_INODE * INODES;

/// Pieces of a state.
pub const PIECES: usize = MEDIA + 2;

/// The two disk trees of an inode: in memory, and as last committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// `Inode::disk`.
    pub disk: [Mapping; BLOCKS],
    /// `Inode::splits`.
    pub splits: u16,
    /// `Inode::committed`.
    pub committed: [Mapping; BLOCKS],
}

/// Four versions of each block of an inode: written, acknowledged, promised by fsync and promised
/// by O_(D)SYNC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// `Inode::version`.
    pub version: [u8; BLOCKS],
    /// `Inode::acked`.
    pub acked: [u8; BLOCKS],
    /// `Inode::synced`.
    pub synced: [u8; BLOCKS],
    /// `Inode::osynced`.
    pub osynced: [u8; BLOCKS],
}

/// The fields of an inode that are about the file as a whole, by their names there.
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
    pub dirty_tid: bool,
}

/// The fields of a state that are small, by their names there.
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
    /// Every piece, in order.
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
    /// None.
    pub const NONE: Pieces = Pieces(0);
    /// All of them.
    pub const ALL: Pieces = Pieces((1 << PIECES) - 1);
    /// The IOs.
    pub const IOS: Pieces = Pieces(((1 << IOS) - 1) << IO_FIRST);
    /// The position of the first IO.
    pub const IO_FIRST: u8 = IO_FIRST as u8;

    /// The set and the piece at a position.
    #[must_use]
    pub const fn with(self, position: usize) -> Pieces {
        Pieces(self.0 | 1 << position)
    }

    /// The set but for the piece at a position.
    #[must_use]
    pub const fn without(self, position: usize) -> Pieces {
        Pieces(self.0 & !(1 << position))
    }

    /// The pieces that differ between states of a setup. Files and
    /// threads that it lacks are equal in all.
    pub fn of(setup: &Setup) -> Pieces {
        let threads = setup.threads.len();
        let files = setup.files.len();
        let has = |piece: &Piece| match *piece {
            Piece::Task(task) if task < State::kworkers().start => usize::from(task) < threads,
            Piece::Task(_) | Piece::Io(_) | Piece::Media | Piece::Rest => true,
            Piece::Es(ino) | Piece::Blocks(ino) | Piece::Pages(ino) => usize::from(ino) < files,
            Piece::Versions(ino) | Piece::Counts(ino) => usize::from(ino) < files,
        };
        Piece::ALL.into_iter().filter(has).fold(Pieces::NONE, |set, piece| set | piece.into())
    }

    /// The pieces to which two lists, in order of the pieces, give different numbers.
    #[inline]
    pub fn differing(one: &[u32; PIECES], other: &[u32; PIECES]) -> Pieces {
        let mut set = 0;
        for (position, (one, other)) in one.iter().zip(other).enumerate() {
            set |= u64::from(one != other) << position;
        }
        Pieces(set)
    }

    /// The pieces in both sets.
    #[must_use]
    pub const fn and(self, other: Pieces) -> Pieces {
        Pieces(self.0 & other.0)
    }

    /// Whether no piece is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The positions of the pieces, in order.
    pub fn positions(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let position = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (position < u64::BITS).then_some(position as usize)
        })
    }

    /// The pieces, in order.
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
    /// Makes a piece equal to another state's.
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

    /// The small fields.
    #[inline]
    pub fn rest(&self) -> Rest {
        let State { completed, work, unrsv_work, dio_work, events, .. } = *self;
        let State { journal, left, power, broken, bound, .. } = *self;
        Rest { completed, work, unrsv_work, dio_work, events, journal, left, power, broken, bound }
    }

    /// Sets the small fields.
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
    /// The two disk trees.
    #[inline]
    pub fn blocks(&self) -> Blocks {
        Blocks { disk: self.disk, splits: self.splits, committed: self.committed }
    }

    /// Sets the two disk trees.
    #[inline]
    pub fn set_blocks(&mut self, blocks: &Blocks) {
        (self.disk, self.splits, self.committed) = (blocks.disk, blocks.splits, blocks.committed);
    }

    /// The four versions of each block.
    #[inline]
    pub fn versions(&self) -> Versions {
        let Inode { version, acked, synced, osynced, .. } = *self;
        Versions { version, acked, synced, osynced }
    }

    /// Sets the four versions of each block.
    #[inline]
    pub fn set_versions(&mut self, versions: &Versions) {
        let Versions { version, acked, synced, osynced } = *versions;
        (self.version, self.acked, self.synced, self.osynced) = (version, acked, synced, osynced);
    }

    /// What is about the file as a whole.
    #[inline]
    pub fn counts(&self) -> Counts {
        let Inode { i_mutex, shared, i_data_sem, size, committed_size, .. } = *self;
        let Inode { disksize, orphan, committed_orphan, .. } = *self;
        let Inode { i_dio_count, i_unwritten, wb_err, dirty_tid, .. } = *self;
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
            dirty_tid,
        }
    }

    /// Sets what is about the file as a whole.
    #[inline]
    pub fn set_counts(&mut self, counts: Counts) {
        let Counts { i_mutex, shared, i_data_sem, size, committed_size, .. } = counts;
        let Counts { disksize, orphan, committed_orphan, .. } = counts;
        let Counts { i_dio_count, i_unwritten, wb_err, dirty_tid, .. } = counts;
        (self.disksize, self.orphan) = (disksize, orphan);
        self.committed_orphan = committed_orphan;
        (self.i_mutex, self.shared, self.dirty_tid) = (i_mutex, shared, dirty_tid);
        (self.i_data_sem, self.size, self.committed_size) = (i_data_sem, size, committed_size);
        (self.i_dio_count, self.i_unwritten) = (i_dio_count, i_unwritten);
        self.wb_err = wb_err;
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
