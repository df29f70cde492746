//! The order in which a design runs the places, in blocks; each block is a path of the kernel.

use crate::kernel::{
    Actor, DelayLock, FallocateWaits, FillLock, FsyncWait, InodeLock, Io, Knobs, Next, NolockRead,
    On, Pc, State, TruncOrder, TruncWait, Unaligned, Workers, irq_plan, worker_plan,
};

/// A path of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// A direct write, in its thread.
    Write,
    /// A write's bio completes in irq context; an index of [`Room::BIOS`].
    Irq(u8),
    /// A kworker takes work.
    Take,
    /// A kworker completes a write; an index of [`Room::BIOS`].
    Worker(u8),
    /// The conversion on disk.
    Convert,
    /// A direct read, from its locks to its return.
    Read,
    /// `io_getevents` takes events from the ring.
    Reap,
    /// `ext4_sync_file`, up to the commit.
    Fsync,
    /// The flush of pending conversions, called by fallocate, truncate and some readers.
    Flush,
    /// A buffered write: it dirties pages.
    BufferedWrite,
    /// A buffered read: it fills pages that are missing.
    BufferedRead,
    /// Writeback of dirty pages, by any task.
    Writeback,
    /// fallocate without a flag: it preallocates.
    Fallocate,
    /// truncate, which cuts or grows a file.
    Truncate,
    /// fallocate with a flag: punch, zero, collapse, insert.
    RangeOp,
    /// A store into mapped memory.
    PageFault,
    /// close, unlink, and the eviction of an inode.
    Lifetime,
    /// FIEMAP, SEEK_DATA and drop_caches.
    Reports,
    /// A commit by jbd2.
    Commit,
    /// A run of the extent status shrinker.
    Shrinker,
    /// A power cut, and the recovery after it.
    Power,
}

/// A kind of write, as far as the plans of its bio differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bio {
    writeback: bool,
    waits: bool,
    unwritten: bool,
    sync: bool,
    error: bool,
    /// Its name, after "a bio of".
    pub name: &'static str,
}

const fn bio(name: &'static str, [writeback, waits, unwritten, sync, error]: [bool; 5]) -> Bio {
    Bio { writeback, waits, unwritten, sync, error, name }
}

const NO: bool = false;
const YES: bool = true;

impl Room {
    /// The writes whose completion can differ.
    pub const BIOS: [Bio; 12] = [
        bio("AIO into unwritten blocks", [NO, NO, YES, NO, NO]),
        bio("O_(D)SYNC AIO into unwritten blocks", [NO, NO, YES, YES, NO]),
        bio("AIO over written blocks", [NO, NO, NO, NO, NO]),
        bio("O_(D)SYNC AIO over written blocks", [NO, NO, NO, YES, NO]),
        bio("AIO into unwritten blocks, failed", [NO, NO, YES, NO, YES]),
        bio("O_(D)SYNC AIO into unwritten blocks, failed", [NO, NO, YES, YES, YES]),
        bio("AIO over written blocks, failed", [NO, NO, NO, NO, YES]),
        bio("O_(D)SYNC AIO over written blocks, failed", [NO, NO, NO, YES, YES]),
        bio("a write that waits for it", [NO, YES, NO, NO, NO]),
        bio("writeback of unwritten blocks", [YES, NO, YES, NO, NO]),
        bio("writeback of unwritten blocks, failed", [YES, NO, YES, NO, YES]),
        bio("writeback of written blocks", [YES, NO, NO, NO, NO]),
    ];

    /// All paths, in the order in which [`program`] has them.
    pub fn all() -> impl Iterator<Item = Room> {
        let bios = 0..Room::BIOS.len() as u8;
        [Room::Write]
            .into_iter()
            .chain(bios.clone().map(Room::Irq))
            .chain([Room::Take])
            .chain(bios.map(Room::Worker))
            .chain(Room::REST)
    }

    /// The paths after those of bios.
    const REST: [Room; 17] = [
        Room::Convert,
        Room::Read,
        Room::Reap,
        Room::Fsync,
        Room::Flush,
        Room::BufferedWrite,
        Room::BufferedRead,
        Room::Writeback,
        Room::Fallocate,
        Room::Truncate,
        Room::RangeOp,
        Room::PageFault,
        Room::Lifetime,
        Room::Reports,
        Room::Commit,
        Room::Shrinker,
        Room::Power,
    ];

    /// The title of the block.
    pub fn title(self) -> String {
        let of = |number: u8| Room::BIOS.get(usize::from(number)).map_or("", |bio| bio.name);
        match self {
            Room::Write => "A thread writes with direct IO".into(),
            Room::Irq(bio) => format!("The bio is done, in irq context: {}", of(bio)),
            Room::Take => "A kworker takes work".into(),
            Room::Worker(bio) => format!("A kworker completes it: {}", of(bio)),
            Room::Convert => "Convert on disk".into(),
            Room::Read => "A thread reads with direct IO".into(),
            Room::Reap => "A thread reaps events".into(),
            Room::Fsync => "fsync".into(),
            Room::Flush => "Flush pending conversions, for who calls it".into(),
            Room::BufferedWrite => "A thread writes through the page cache".into(),
            Room::BufferedRead => "A thread reads through the page cache".into(),
            Room::Writeback => "Dirty pages are written back".into(),
            Room::Fallocate => "fallocate".into(),
            Room::Truncate => "truncate".into(),
            Room::RangeOp => "fallocate: punch, zero, collapse or insert a range".into(),
            Room::PageFault => "A thread stores into mapped memory".into(),
            Room::Lifetime => "close, unlink, eviction".into(),
            Room::Reports => "fiemap, seeks, drop_caches".into(),
            Room::Commit => "jbd2 commits".into(),
            Room::Shrinker => "Memory pressure".into(),
            Room::Power => "The power is cut".into(),
        }
    }

    /// Whether the path runs in irq context.
    pub fn is_irq(self) -> bool {
        matches!(self, Room::Irq(_))
    }
}

/// A path and its places, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The path that the block shows.
    pub room: Room,
    /// The places of the path, in the order in which a task passes them.
    pub places: Vec<Pc>,
}

/// The blocks of a design. Every design has the same rooms; those that it does not use are empty.
pub fn program(knobs: &Knobs) -> Vec<Block> {
    let mut blocks = vec![Block { room: Room::Write, places: write(knobs) }];
    let bios = (0..).zip(&Room::BIOS);
    blocks.extend(bios.clone().map(|(number, bio)| Block {
        room: Room::Irq(number),
        places: irq_plan(knobs, &bio.io()).parts().to_vec(),
    }));
    let take: &[Pc] = match knobs.workers {
        Workers::One => &[Pc::WorkTake],
        Workers::RsvAndUnrsv => &[Pc::WorkTake, Pc::UnrsvWorkTake],
        Workers::RsvAndDio => &[Pc::WorkTake, Pc::DioWorkTake],
    };
    blocks.push(Block { room: Room::Take, places: take.to_vec() });
    blocks.extend(bios.map(|(number, bio)| Block {
        room: Room::Worker(number),
        places: if bio.is_worked_on(knobs) {
            worker_plan(knobs, &bio.io()).parts().to_vec()
        } else {
            Vec::new()
        },
    }));
    let rest = [
        (Room::Convert, convert(knobs)),
        (Room::Read, read(knobs)),
        (Room::Reap, vec![Pc::Getevents]),
        (Room::Fsync, fsync(knobs)),
        (Room::Flush, flush(knobs)),
        (Room::BufferedWrite, vec![Pc::BufLock, Pc::BufStart, Pc::BufCopy]),
        (Room::BufferedRead, buffered_read(knobs)),
        (Room::Writeback, vec![Pc::WritebackSubmit, Pc::WritebackWait]),
        (Room::Fallocate, vec![Pc::FallocLock, Pc::FallocMap]),
        (Room::Truncate, truncate(knobs)),
        (Room::RangeOp, range_op(knobs)),
        (Room::PageFault, vec![Pc::MmapFault, Pc::MmapRead, Pc::MmapMkwrite]),
        (Room::Lifetime, vec![Pc::Close, Pc::UnlinkLock, Pc::Unlink, Pc::EvictWait, Pc::EvictFree]),
        (Room::Reports, vec![Pc::Fiemap, Pc::Seek, Pc::DropCaches]),
        (Room::Commit, vec![Pc::CommitLock, Pc::CommitWrite]),
        (Room::Shrinker, vec![Pc::Shrink]),
        (Room::Power, vec![Pc::PowerCut, Pc::Recover]),
    ];
    blocks.extend(rest.into_iter().map(|(room, places)| Block { room, places }));
    blocks
}

/// The places of truncate.
fn truncate(knobs: &Knobs) -> Vec<Pc> {
    let wait = match knobs.trunc_order {
        TruncOrder::SizeFirst => [Pc::TruncSize, Pc::TruncDio],
        TruncOrder::AllocSem | TruncOrder::DioFirst => [Pc::TruncDio, Pc::TruncSize],
    };
    [&[Pc::TruncLock], wait.as_slice(), &[Pc::TruncPages, Pc::TruncFree]].concat()
}

/// The room of an actor that is at a place.
pub fn block_of(state: &State, actor: Actor, pc: Pc) -> Option<Room> {
    if let Actor::Irq(io) = actor {
        return Some(Room::Irq(Bio::of(&state.ios[usize::from(io)])?));
    }
    let top = actor.task().and_then(|task| state.tasks[usize::from(task)].top());
    if let Some(frame) = top.filter(|frame| frame.pc.is_end_io())
        && let On::Io(io) = frame.on
    {
        return Some(Room::Worker(Bio::of(&state.ios[usize::from(io)])?));
    }
    room(pc)
}

/// The room of a place that is in only one room; `None` for the parts of plans, which are in
/// several.
fn room(pc: Pc) -> Option<Room> {
    Some(match pc {
        Pc::IoSubmit
        | Pc::UnalignedLock
        | Pc::UnalignedWait
        | Pc::UnalignedDio
        | Pc::WriteLock
        | Pc::WriteMap
        | Pc::OverwriteMap
        | Pc::DioAwait
        | Pc::SizeUpdate
        | Pc::OverwriteLock
        | Pc::WriteUnlock => Room::Write,
        Pc::ReadPages
        | Pc::ReadCheck
        | Pc::ReadFlushLock
        | Pc::ReadFlushUnlock
        | Pc::ReadLock
        | Pc::ReadMap
        | Pc::ReadDone
        | Pc::ReadUnlock => Room::Read,
        Pc::WorkTake | Pc::UnrsvWorkTake | Pc::DioWorkTake => Room::Take,
        Pc::ConvertLock | Pc::ConvertStart | Pc::ConvertMap => Room::Convert,
        Pc::Getevents => Room::Reap,
        Pc::FsyncPages | Pc::FsyncLock | Pc::FsyncCommit | Pc::FsyncCommitWait => Room::Fsync,
        Pc::FlushTake | Pc::FlushWait => Room::Flush,
        Pc::BufLock | Pc::BufStart | Pc::BufCopy => Room::BufferedWrite,
        Pc::BufRead | Pc::ReadHole | Pc::BufReadDone => Room::BufferedRead,
        Pc::WritebackSubmit | Pc::WritebackWait => Room::Writeback,
        Pc::FallocLock | Pc::FallocMap => Room::Fallocate,
        Pc::TruncLock | Pc::TruncSize | Pc::TruncDio | Pc::TruncPages | Pc::TruncFree => {
            Room::Truncate
        }
        Pc::RangeRefuse
        | Pc::RangePages
        | Pc::RangeLock
        | Pc::RangeDio
        | Pc::RangeDrop
        | Pc::PunchFree
        | Pc::ZeroConvert
        | Pc::ShiftForget
        | Pc::CollapseShift
        | Pc::MoveLock
        | Pc::MoveDio
        | Pc::MoveMap
        | Pc::MoveSwap
        | Pc::InsertShift => Room::RangeOp,
        Pc::MmapFault | Pc::MmapRead | Pc::MmapMkwrite => Room::PageFault,
        Pc::Close | Pc::UnlinkLock | Pc::Unlink | Pc::EvictWait | Pc::EvictFree => Room::Lifetime,
        Pc::Fiemap | Pc::Seek | Pc::DropCaches => Room::Reports,
        Pc::CommitLock | Pc::CommitWrite => Room::Commit,
        Pc::Shrink => Room::Shrinker,
        Pc::PowerCut | Pc::Recover => Room::Power,
        Pc::Idle
        | Pc::WriteReturn
        | Pc::AioReturn
        | Pc::FlushRun
        | Pc::EndIo
        | Pc::DioComplete
        | Pc::WorkRun
        | Pc::UnrsvWorkRun
        | Pc::Convert
        | Pc::Sync
        | Pc::BioDone
        | Pc::EsConvert
        | Pc::AddCompleteIo
        | Pc::QueueDioWork
        | Pc::AioComplete
        | Pc::DioDone
        | Pc::Decrement
        | Pc::EndWriteback => return None,
    })
}

/// The place of an actor's next step, and whether it waits there.
pub(super) fn stands(of: Next) -> Option<(Pc, bool)> {
    match of {
        Next::Ready { pc } => Some((pc, false)),
        Next::Blocked { pc, .. } => Some((pc, true)),
        Next::Done => None,
    }
}

impl Bio {
    /// The index of an IO's kind in [`Room::BIOS`].
    fn of(io: &Io) -> Option<u8> {
        let is_it = |bio: &Bio| {
            if io.writeback || io.waits {
                let (failed, u) = (io.error && io.unwritten, io.unwritten);
                let same = bio.writeback == io.writeback && bio.waits == io.waits;
                return same && (io.waits || bio.unwritten == u && bio.error == failed);
            }
            let flags = (bio.unwritten, bio.sync, bio.error);
            !bio.writeback && !bio.waits && flags == (io.unwritten, io.sync, io.error)
        };
        Room::BIOS.iter().position(is_it).map(|at| at as u8)
    }

    pub(super) fn is_failed(self) -> bool {
        self.error
    }

    pub(super) fn is_writeback(self) -> bool {
        self.writeback
    }

    /// Whether its blocks are or may be unwritten when it is submitted.
    pub(super) fn is_into_unwritten(self) -> bool {
        self.unwritten || self.waits
    }

    /// Whether a direct write submits such a bio.
    pub(super) fn is_of_direct(self, aio: bool, sync: bool) -> bool {
        !self.writeback && self.waits != aio && (self.waits || self.sync == sync)
    }

    fn io(self) -> Io {
        let Bio { writeback, waits, unwritten, sync, error, .. } = self;
        Io { writeback, waits, unwritten, sync, error, ..Io::FREE }
    }

    /// Whether a kworker completes it.
    fn is_worked_on(self, knobs: &Knobs) -> bool {
        let plan = irq_plan(knobs, &self.io());
        plan.parts().iter().any(|pc| matches!(pc, Pc::AddCompleteIo | Pc::QueueDioWork))
    }
}

fn write(knobs: &Knobs) -> Vec<Pc> {
    let mut places = vec![Pc::IoSubmit];
    let after = match knobs.unaligned {
        Unaligned::No => [].as_slice(),
        Unaligned::AioMutex => {
            places.extend([Pc::UnalignedLock, Pc::UnalignedWait]);
            [].as_slice()
        }
        Unaligned::UnwrittenWait => [Pc::UnalignedWait].as_slice(),
        Unaligned::DioWait => [Pc::UnalignedDio].as_slice(),
    };
    places.push(Pc::WriteLock);
    places.extend(after);
    places.extend([Pc::WriteMap, Pc::OverwriteMap, Pc::DioAwait]);
    if knobs.inode_lock == InodeLock::Mutex {
        places.push(Pc::OverwriteLock);
    }
    places.extend([Pc::SizeUpdate, Pc::WriteUnlock]);
    places
}

fn read(knobs: &Knobs) -> Vec<Pc> {
    let mut places = vec![Pc::ReadPages];
    let is_mutex = knobs.inode_lock == InodeLock::Mutex && knobs.nolock_read != NolockRead::Shared;
    if is_mutex && knobs.nolock_read == NolockRead::Waits {
        places.extend([Pc::ReadCheck, Pc::ReadFlushLock, Pc::ReadFlushUnlock]);
    }
    places.extend([Pc::ReadLock, Pc::ReadMap, Pc::ReadDone]);
    if !is_mutex {
        places.push(Pc::ReadUnlock);
    }
    places
}

/// Where delayed writes share `i_data_sem` with readers, a hole may be cached late.
fn buffered_read(knobs: &Knobs) -> Vec<Pc> {
    match knobs.delay_lock {
        DelayLock::Shared => vec![Pc::BufRead, Pc::ReadHole, Pc::BufReadDone],
        DelayLock::Exclusive => vec![Pc::BufRead, Pc::BufReadDone],
    }
}

/// Until v3.6 a worker takes the lock first.
fn convert(knobs: &Knobs) -> Vec<Pc> {
    match knobs.convert_lock {
        true => vec![Pc::ConvertLock, Pc::ConvertStart, Pc::ConvertMap],
        false => vec![Pc::ConvertStart, Pc::ConvertMap],
    }
}

/// The places of fsync, in a thread or, for O_(D)SYNC, in a worker.
fn fsync(knobs: &Knobs) -> Vec<Pc> {
    let mut places = vec![Pc::FsyncPages];
    match knobs.fsync {
        FsyncWait::Unwritten | FsyncWait::SkipForOsyncAio => places.push(Pc::FsyncLock),
        FsyncWait::Writeback | FsyncWait::FlushDirty => {}
    }
    places.extend([Pc::FsyncCommit, Pc::FsyncCommitWait]);
    places
}

/// Where something is kept out of the page cache, direct IO is waited for before the pages go.
fn range_op(knobs: &Knobs) -> Vec<Pc> {
    let mut places = vec![Pc::RangeRefuse, Pc::RangePages, Pc::RangeLock];
    places.extend(match knobs.fill_lock {
        FillLock::No => [Pc::RangeDrop, Pc::RangeDio],
        FillLock::Faults | FillLock::Reads => [Pc::RangeDio, Pc::RangeDrop],
    });
    places.extend([Pc::PunchFree, Pc::ZeroConvert, Pc::ShiftForget]);
    places.extend([Pc::CollapseShift, Pc::InsertShift]);
    places.extend([Pc::MoveLock, Pc::MoveDio, Pc::MoveMap, Pc::MoveSwap]);
    places
}

/// The places of the flush. The knobs decide who calls it: fsync, readers, fallocate, truncate.
fn flush(knobs: &Knobs) -> Vec<Pc> {
    let runs_list = matches!(knobs.fsync, FsyncWait::Unwritten | FsyncWait::SkipForOsyncAio)
        || knobs.nolock_read == NolockRead::Waits
        || knobs.fallocate_waits == FallocateWaits::Yes
        || knobs.trunc == TruncWait::Both;
    let waits_only = knobs.fsync == FsyncWait::FlushDirty || knobs.trunc == TruncWait::FlushDirty;
    match (runs_list, waits_only) {
        (true, _) => vec![Pc::FlushTake, Pc::FlushWait],
        (false, true) => vec![Pc::FlushWait],
        (false, false) => Vec::new(),
    }
}
