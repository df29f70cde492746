//! The state of the machine: a flat value, copied freely, equal when its bytes are equal.
//!
//! Nothing in it grows for ever: transaction ids are relative, finished IOs leave their slot, and
//! time and statistics live outside.

use crate::bounds::{
    BLOCKS_MAX, ES_EXTENTS_MAX, FRAMES_MAX, INODES_MAX, IOS_MAX, KWORKERS_MAX, PBLKS_MAX,
    THREADS_MAX, WORK_MAX,
};
use crate::es;

use super::pc::Pc;
use super::setup::{Budgets, Op, Range, Setup};

/// The extent status tree of one inode, as the machine keeps it: a sorted array.
pub type EsTree = es::Flat<{ ES_EXTENTS_MAX as usize }>;

/// Tasks that can sleep: threads first, then kworkers, then the flusher.
pub const TASKS: usize = (THREADS_MAX + KWORKERS_MAX + 1) as usize;
/// The flusher's task.
pub const FLUSHER: u8 = TASKS as u8 - 1;

/// Everything that a run changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Threads `0..THREADS_MAX`, then kworkers, then the flusher.
    pub tasks: [Task; TASKS],
    /// Direct IOs.
    pub ios: [Io; IOS_MAX as usize],
    /// Inodes.
    pub inodes: [Inode; INODES_MAX as usize],
    /// IOs that completed and wait for conversion, oldest first, of all inodes and all lists; the
    /// io says on whose list it stands ([`Io::list`]).
    pub completed: Fifo<{ IOS_MAX as usize }>,
    /// Work queued on the conversion workqueue and not yet started (`ext4-dio-unwritten`, from
    /// v3.11 `ext4-rsv-conversion`): the IO that queued it.
    pub work: Fifo<{ WORK_MAX as usize }>,
    /// The same for `ext4-unrsv-conversion` (v3.11).
    pub unrsv_work: Fifo<{ WORK_MAX as usize }>,
    /// The same for `s_dio_done_wq` (v3.12), where each IO is its own item.
    pub dio_work: Fifo<{ WORK_MAX as usize }>,
    /// Events of the AIO context that nobody has reaped: IOs, oldest first.
    pub events: Fifo<{ IOS_MAX as usize }>,
    /// The journal.
    pub journal: Journal,
    /// Content of each physical block.
    pub media: [Media; PBLKS_MAX as usize],
    /// What the environment may still do.
    pub left: Budgets,
    /// Whether the power is on.
    pub power: Power,
    /// Promises broken so far: bit `n` is `Promise::ALL[n]`.
    pub broken: u16,
    /// A bound that was reached; nothing moves after that.
    pub bound: Option<Bound>,
}

/// A bound that a run reached. The page explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// [`IOS_MAX`] direct IOs are in flight or unreaped.
    Ios,
    /// [`FRAMES_MAX`] kernel functions are nested in one task.
    Frames,
    /// [`ES_EXTENTS_MAX`] extents in one status tree.
    EsExtents,
    /// [`PBLKS_MAX`] physical blocks are allocated.
    Pblks,
}

impl Bound {
    /// All of them.
    pub const ALL: [Bound; 4] = [Bound::Ios, Bound::Frames, Bound::EsExtents, Bound::Pblks];

    /// The constant in [`crate::bounds`].
    pub const fn name(self) -> &'static str {
        match self {
            Bound::Ios => "IOS_MAX",
            Bound::Frames => "FRAMES_MAX",
            Bound::EsExtents => "ES_EXTENTS_MAX",
            Bound::Pblks => "PBLKS_MAX",
        }
    }
}

/// A task: a user thread in a system call, or a kworker.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Task {
    /// Kernel functions that the task is inside of, outermost first.
    frames: [Frame; FRAMES_MAX as usize],
    depth: u8,
    /// Threads: the operation that runs or runs next.
    pub op: u8,
    /// `i_mutex`, or `i_rwsem` exclusively, held: bit `n` for inode `n`.
    pub i_mutex: u8,
    /// `i_rwsem` held shared: bit `n` for inode `n`.
    pub shared: u8,
    /// A jbd2 handle is open.
    pub handle: bool,
    /// Direct read: where each block of the range is read from, [`NO_PBLK`] for zeroes.
    pub read: [u8; BLOCKS_MAX as usize],
    /// What the running call owes: the version of each block that was acknowledged when it began.
    pub must: [u8; BLOCKS_MAX as usize],
    /// Events that this thread still has to reap in the running `io_getevents`.
    pub to_reap: u8,
    /// Whether what the call has to remember from its beginning has been noted.
    pub begun: bool,
    /// How far a batch has come.
    pub submitting: Submitting,
}

/// How far an `io_submit` of several iocbs has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Submitting {
    /// The iocb that is submitted now, counted from 0: as many have been submitted before it.
    pub iocb: u8,
    /// How many of those belong to calls that have returned a short count.
    pub returned: u8,
}

/// One kernel function on a task's stack: where it is, and its two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The next step.
    pub pc: Pc,
    /// Usually an IO or an inode.
    pub a: u8,
    /// Usually a position in a plan.
    pub b: u8,
}

/// A write IO, direct or writeback: its bio, its `io_end` and its iocb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Io {
    /// How far it is.
    pub stage: Stage,
    /// The file.
    pub ino: u8,
    /// First block.
    pub lblk: u8,
    /// Blocks.
    pub len: u8,
    /// Which write of the script (`Op::DioWrite::nr`).
    pub nr: u8,
    /// The thread that submitted it.
    pub thread: u8,
    /// An iocb waits for it.
    pub aio: bool,
    /// Its submitter waits for the bio: a synchronous write, or one beyond `i_size`.
    pub waits: bool,
    /// Writeback of dirty pages, not a direct write.
    pub writeback: bool,
    /// Its pages are under PageWriteback.
    pub page_writeback: bool,
    /// The commit of the running transaction waits for its data (`data=ordered`).
    pub ordered: bool,
    /// The device failed it.
    pub error: bool,
    /// Its conversion on disk has been done, or has failed.
    pub converted: bool,
    /// Its conversion on disk has failed.
    pub convert_failed: bool,
    /// O_DSYNC or O_SYNC.
    pub sync: bool,
    /// Some block was unwritten when it was mapped (`EXT4_IO_END_UNWRITTEN`).
    pub unwritten: bool,
    /// Counted in `i_unwritten`.
    pub counted: bool,
    /// Still counted in `i_dio_count`.
    pub dio_held: bool,
    /// Its `work_struct` is queued (`EXT4_IO_END_QUEUED`): it cannot be freed yet.
    pub queued: bool,
    /// Whether and how it was acknowledged.
    pub ack: Acked,
    /// On whose list it stands while [`Stage::Listed`].
    pub list: List,
    /// The irq handler: the position in the design's plan of completion, or [`NO_IRQ`].
    pub irq: u8,
    /// Physical block of each block of the range.
    pub pblk: [u8; BLOCKS_MAX as usize],
}

/// The life of a direct write, from the bio to the converted extent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The slot is empty.
    Free,
    /// The iocb has its slot; nothing is mapped yet.
    Prepared,
    /// The bio is on its way.
    Submitted,
    /// The data is on the device; the irq handler runs.
    Completed,
    /// On a list, waiting for conversion.
    Listed,
    /// Taken off a list; being converted.
    Converting,
    /// Converted on disk, or nothing was to convert.
    Converted,
}

/// What user space knows of an AIO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acked {
    /// Nothing yet.
    No,
    /// `aio_complete` was called: the event is in the ring.
    Event,
    /// A thread has reaped it, or the system call has returned.
    Reaped,
}

/// Whose list an IO stands on.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// `i_completed_io_list` of its inode, from v3.11 `i_rsv_conversion_list`.
    Inode,
    /// `i_unrsv_conversion_list` of its inode (v3.11).
    Unrsv,
    /// None: the IO is a work item of `s_dio_done_wq` (v3.12).
    Dio,
    /// The private list of a task (its index), in the flush at this stack depth.
    Private { task: u8, depth: u8 },
}

/// An inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inode {
    /// `i_es_tree`.
    pub es: EsTree,
    /// The disk tree in memory, block by block.
    pub disk: [Mapping; BLOCKS_MAX as usize],
    /// Blocks at which an extent of the disk tree begins although the unwritten block before it
    /// would go on into it: bit `n` for block `n`. Submission splits an unwritten extent where the
    /// IO begins and ends (0031462b5b39), and from v3.9 on none of them are merged (ec22ba8edb50).
    pub splits: u16,
    /// The disk tree as last committed: what a power cut leaves. Nobody looks up an extent in it,
    /// so it is not kept where those begin.
    pub committed: [Mapping; BLOCKS_MAX as usize],
    /// Task that owns `i_mutex`, or `i_rwsem` exclusively, or [`NOBODY`].
    pub i_mutex: u8,
    /// Tasks that hold `i_rwsem` shared: bit `n` for task `n`.
    pub shared: u16,
    /// Threads that hold `i_data_sem` for reading over a write: bit `n` for thread `n`. All other
    /// sections under it are within one step.
    pub i_data_sem: u8,
    /// `i_size` in blocks.
    pub size: u8,
    /// `i_size` as last committed; what lies beyond is cut off in recovery (the orphan list).
    pub committed_size: u8,
    /// The page cache, a page a block.
    pub pages: [Page; BLOCKS_MAX as usize],
    /// `i_dio_count`.
    pub i_dio_count: u8,
    /// `i_unwritten`.
    pub i_unwritten: u8,
    /// The running transaction has changes of this inode (`i_datasync_tid` is the running one).
    pub dirty_tid: bool,
    /// How often each block was written (page cache and direct writes alike).
    pub version: [u8; BLOCKS_MAX as usize],
    /// The latest acknowledged version of each block, 0 if none.
    pub acked: [u8; BLOCKS_MAX as usize],
    /// The version of each block that a returned fsync promised.
    pub synced: [u8; BLOCKS_MAX as usize],
    /// The version of each block that an acknowledged O_(D)SYNC write promised.
    pub osynced: [u8; BLOCKS_MAX as usize],
}

/// Where a block lives and whether it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// Not allocated.
    Hole,
    /// Allocated, reads as zero. The index of the physical block.
    Unwritten(u8),
    /// Allocated and written.
    Written(u8),
}

/// The journal, as far as the argument needs it. Times are relative: there is a running
/// transaction and there is what has been committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Somebody asked for a commit of the running transaction.
    pub requested: bool,
    /// The running transaction is locked: its handles drain, new ones wait.
    pub locked: bool,
    /// Open handles of the running transaction.
    pub handles: u8,
    /// What is taken of the running transaction's room, in handles, also what is reserved
    /// (`t_outstanding_credits`). Counted only where the setup limits it.
    pub credits: u8,
    /// Reserved for handles that have not started (`j_reserved_credits`).
    pub reserved: u8,
}

/// The content of a physical block, in the device's volatile cache and on the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Media {
    /// What a read returns.
    pub now: Content,
    /// What a power cut leaves.
    pub durable: Content,
}

impl Journal {
    /// A transaction in which nothing has happened.
    pub const EMPTY: Journal =
        Journal { requested: false, locked: false, handles: 0, credits: 0, reserved: 0 };
}

impl Media {
    /// A block fresh from the allocator: whatever its former owner left.
    pub const STALE: Media = Media { now: Content::Stale, durable: Content::Stale };
}

/// What a block holds: data of one write, for one block of one file.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Data of a former owner of the physical block: must never be shown.
    Stale,
    /// What the file held before the run.
    Initial { ino: u8, lblk: u8 },
    /// Data of a write of the script: the `version`-th write of that block.
    Write { nr: u8, ino: u8, lblk: u8, version: u8 },
}

/// A page of the page cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variant says what its fields are")]
pub enum Page {
    /// Not cached.
    Absent,
    /// As on the device; `None` is a page of zeroes.
    Clean(Option<Content>),
    /// Newer than the device.
    Dirty(Content),
    /// Being written (PageWriteback).
    Writeback(Content),
}

/// Whether the power is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// It is.
    On,
    /// It was cut; what was volatile is gone.
    Cut,
    /// The journal was recovered and every file was read.
    Recovered,
}

/// Nobody holds the lock.
pub const NOBODY: u8 = u8::MAX;
/// No irq handler runs for the IO.
pub const NO_IRQ: u8 = u8::MAX;
/// No physical block: the read fills in zeroes.
pub const NO_PBLK: u8 = u8::MAX;

/// A queue of small numbers, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fifo<const N: usize> {
    items: [u8; N],
    len: u8,
}

impl State {
    /// The state in which every run of a setup begins.
    pub fn initial(setup: &Setup) -> State {
        let mut state = State {
            tasks: [Task::IDLE; TASKS],
            ios: [Io::FREE; IOS_MAX as usize],
            inodes: [Inode::empty(); INODES_MAX as usize],
            completed: Fifo::EMPTY,
            work: Fifo::EMPTY,
            unrsv_work: Fifo::EMPTY,
            dio_work: Fifo::EMPTY,
            events: Fifo::EMPTY,
            journal: Journal::EMPTY,
            media: [Media::STALE; PBLKS_MAX as usize],
            left: setup.budgets,
            power: Power::On,
            broken: 0,
            bound: None,
        };
        let mut pblk = 0;
        for (ino, file) in (0..).zip(&setup.files) {
            let inode = &mut state.inodes[usize::from(ino)];
            for extent in &file.extents {
                inode.splits |= 1 << extent.range.lblk;
                for lblk in extent.range.blocks() {
                    let mapping = if extent.written {
                        let content = Content::Initial { ino, lblk };
                        state.media[usize::from(pblk)] = Media { now: content, durable: content };
                        Mapping::Written(pblk)
                    } else {
                        Mapping::Unwritten(pblk)
                    };
                    inode.disk[usize::from(lblk)] = mapping;
                    pblk += 1;
                }
            }
            inode.committed = inode.disk;
            inode.splits = within_unwritten(&inode.disk, inode.splits);
            inode.size = file.blocks;
            inode.committed_size = file.blocks;
        }
        state
    }

    /// Each thread that is through its program stands at its beginning again, as a program that
    /// loops. A search has no use for it: counts of writes go on, up to 255 a block.
    pub fn begin_again(&mut self, setup: &Setup) {
        for (task, program) in self.tasks.iter_mut().zip(&setup.threads) {
            if usize::from(task.op) >= program.len() {
                *task = Task::at_op(0);
            }
        }
    }

    /// The kworker tasks' indices.
    pub const fn kworkers() -> core::ops::Range<u8> {
        THREADS_MAX as u8..FLUSHER
    }

    /// IOs in use, as `(index, io)`.
    pub fn ios(&self) -> impl Iterator<Item = (u8, &Io)> {
        (0..).zip(&self.ios).filter(|(_, io)| io.stage != Stage::Free)
    }

    /// Conversions that are pending: IOs counted in some `i_unwritten`.
    pub fn pending_conversions(&self) -> u8 {
        self.inodes.iter().map(|inode| inode.i_unwritten).sum()
    }

    /// AIO writes that have been submitted and that the disk tree does not know of yet.
    pub fn pending_aio_conversions(&self) -> u8 {
        self.ios().filter(|(_, io)| io.aio && io.is_pending()).count() as u8
    }

    /// Slots of the AIO context that are taken: in flight, or completed and not reaped.
    pub fn slots_used(&self) -> u8 {
        self.ios().filter(|(_, io)| io.aio && io.ack != Acked::Reaped).count() as u8
    }

    /// A physical block that nothing maps, now or as committed.
    pub fn free_pblk(&self) -> Option<u8> {
        let trees = self.inodes.iter().flat_map(|inode| inode.disk.iter().chain(&inode.committed));
        let used = trees.filter_map(|m| m.pblk()).fold(0_u64, |used, pblk| used | 1 << pblk);
        let pblk = (!used).trailing_zeros();
        (pblk < PBLKS_MAX).then_some(pblk as u8)
    }
}

/// What is above the stack is alike in all tasks and need not be compared.
impl PartialEq for Task {
    fn eq(&self, other: &Task) -> bool {
        let Task { frames: _, depth, op, i_mutex, shared, handle, .. } = *self;
        let Task { read, must, to_reap, begun, submitting, .. } = *self;
        (depth, op, to_reap) == (other.depth, other.op, other.to_reap)
            && (i_mutex, shared) == (other.i_mutex, other.shared)
            && (handle, begun, submitting) == (other.handle, other.begun, other.submitting)
            && (read, must) == (other.read, other.must)
            && self.frames() == other.frames()
    }
}

impl Task {
    pub(super) const IDLE: Task = Task {
        frames: [Frame { pc: Pc::Idle, a: 0, b: 0 }; FRAMES_MAX as usize],
        depth: 0,
        op: 0,
        i_mutex: 0,
        handle: false,
        shared: 0,
        read: [NO_PBLK; BLOCKS_MAX as usize],
        must: [0; BLOCKS_MAX as usize],
        to_reap: 0,
        begun: false,
        submitting: Submitting { iocb: 0, returned: 0 },
    };

    /// A thread between two operations.
    pub(super) fn at_op(op: u8) -> Task {
        Task { op, ..Task::IDLE }
    }

    /// What a thread runs or runs next; of a batch the iocb that it has come to. Kworkers and the
    /// flusher have no operation.
    pub fn current(&self, setup: &Setup, thread: u8) -> Option<Op> {
        Some(setup.op(thread, self.op)?.iocb(self.submitting.iocb))
    }

    /// The functions that the task is inside of, outermost first.
    pub fn frames(&self) -> &[Frame] {
        &self.frames[..usize::from(self.depth)]
    }

    /// The innermost function.
    pub fn top(&self) -> Option<Frame> {
        self.frames().last().copied()
    }

    /// How many functions are on the stack.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// Calls a function; false if the stack is full.
    #[must_use]
    pub fn push(&mut self, frame: Frame) -> bool {
        let Some(place) = self.frames.get_mut(usize::from(self.depth)) else { return false };
        *place = frame;
        self.depth += 1;
        true
    }

    /// Returns from the innermost function.
    pub fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        // What is above the stack must not tell two equal states apart.
        self.frames[usize::from(self.depth)] = Task::IDLE.frames[0];
    }

    /// The innermost function, to move it on.
    pub fn top_mut(&mut self) -> Option<&mut Frame> {
        self.frames[..usize::from(self.depth)].last_mut()
    }
}

impl Content {
    /// Which version of a block of a file this is; 0 if it is none of the script's.
    pub fn version_of(content: Option<Content>, file: u8, block: u8) -> u8 {
        match content {
            Some(Content::Write { ino, lblk, version, .. }) if ino == file && lblk == block => {
                version
            }
            _ => 0,
        }
    }
}

impl Page {
    /// What a read of the page returns, if it is cached; `None` inside is zeroes.
    pub fn content(self) -> Option<Option<Content>> {
        match self {
            Page::Absent => None,
            Page::Clean(content) => Some(content),
            Page::Dirty(content) | Page::Writeback(content) => Some(Some(content)),
        }
    }
}

impl Io {
    pub(super) const FREE: Io = Io {
        stage: Stage::Free,
        ino: 0,
        lblk: 0,
        len: 0,
        nr: 0,
        thread: 0,
        aio: false,
        waits: false,
        writeback: false,
        page_writeback: false,
        ordered: false,
        error: false,
        converted: false,
        convert_failed: false,
        sync: false,
        unwritten: false,
        counted: false,
        dio_held: false,
        queued: false,
        ack: Acked::No,
        list: List::Inode,
        irq: NO_IRQ,
        pblk: [NO_PBLK; BLOCKS_MAX as usize],
    };

    /// Empties the slot once nothing refers to the IO any more.
    pub fn free_if_done(&mut self) {
        let told = self.ack == Acked::Reaped || self.writeback && !self.page_writeback;
        if self.stage == Stage::Converted
            && told
            && !self.dio_held
            && !self.queued
            && self.irq == NO_IRQ
        {
            *self = Io::FREE;
        }
    }

    /// Whether its conversion on disk is still to come.
    pub fn is_pending(&self) -> bool {
        let on_its_way = !matches!(self.stage, Stage::Free | Stage::Prepared | Stage::Converted);
        on_its_way && self.unwritten && !self.converted
    }

    /// The blocks of the range.
    pub fn blocks(&self) -> core::ops::Range<u8> {
        self.lblk..self.lblk + self.len
    }
}

impl Inode {
    fn empty() -> Inode {
        Inode {
            es: EsTree::new(),
            disk: [Mapping::Hole; BLOCKS_MAX as usize],
            splits: 0,
            committed: [Mapping::Hole; BLOCKS_MAX as usize],
            i_mutex: NOBODY,
            shared: 0,
            i_data_sem: 0,
            size: 0,
            committed_size: 0,
            pages: [Page::Absent; BLOCKS_MAX as usize],
            i_dio_count: 0,
            i_unwritten: 0,
            dirty_tid: false,
            version: [0; BLOCKS_MAX as usize],
            acked: [0; BLOCKS_MAX as usize],
            synced: [0; BLOCKS_MAX as usize],
            osynced: [0; BLOCKS_MAX as usize],
        }
    }
}

impl Inode {
    /// Whether an extent of the disk tree begins at a block although the unwritten block before it
    /// would go on into it.
    pub fn is_split(&self, lblk: u8) -> bool {
        self.splits >> lblk & 1 != 0
    }

    /// Whether a page of the range is dirty or under writeback.
    pub fn has_unclean_pages(&self, range: Range) -> bool {
        let unclean = |page: &Page| matches!(page, Page::Dirty(_) | Page::Writeback(_));
        range.blocks().any(|lblk| unclean(&self.pages[usize::from(lblk)]))
    }

    /// The first run of dirty pages in a range that can go out as one bio: all allocated with one
    /// status, or all not allocated.
    pub fn dirty_run(&self, range: Range) -> Option<Range> {
        let dirty = |lblk: &u8| matches!(self.pages[usize::from(*lblk)], Page::Dirty(_));
        let kind = |lblk: u8| core::mem::discriminant(&self.disk[usize::from(lblk)]);
        let first = range.blocks().find(dirty)?;
        let run = (first..range.end()).take_while(|lblk| dirty(lblk) && kind(*lblk) == kind(first));
        Some(Range::new(first, run.count() as u8))
    }

    /// Whether a page of the range is under PageWriteback.
    pub fn has_writeback(&self, range: Range) -> bool {
        range.blocks().any(|lblk| matches!(self.pages[usize::from(lblk)], Page::Writeback(_)))
    }

    /// The whole file and what could be beyond its end.
    pub fn whole() -> Range {
        Range::new(0, BLOCKS_MAX as u8)
    }
}

/// Those of some [`Inode::splits`] at which there is something to split: within unwritten blocks
/// that lie one behind the other on the device.
pub(super) fn within_unwritten(disk: &[Mapping; BLOCKS_MAX as usize], splits: u16) -> u16 {
    let goes_on = |pair: &[Mapping]| match *pair {
        [Mapping::Unwritten(before), Mapping::Unwritten(pblk)] => pblk == before + 1,
        _ => false,
    };
    let at = (1_u8..).zip(disk.windows(2)).filter(|(_, pair)| goes_on(pair));
    splits & at.fold(0, |mask, (lblk, _)| mask | 1 << lblk)
}

impl Mapping {
    /// The physical block, if there is one.
    pub fn pblk(self) -> Option<u8> {
        match self {
            Mapping::Hole => None,
            Mapping::Unwritten(pblk) | Mapping::Written(pblk) => Some(pblk),
        }
    }
}

impl<const N: usize> Fifo<N> {
    /// Nothing queued.
    pub const EMPTY: Fifo<N> = Fifo { items: [0; N], len: 0 };

    /// The queued numbers, oldest first.
    pub fn as_slice(&self) -> &[u8] {
        &self.items[..usize::from(self.len)]
    }

    /// Whether nothing is queued.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Queues a number at the end; false if the queue is full.
    #[must_use]
    pub fn push(&mut self, item: u8) -> bool {
        let Some(place) = self.items.get_mut(usize::from(self.len)) else { return false };
        *place = item;
        self.len += 1;
        true
    }

    /// Takes the oldest.
    pub fn pop(&mut self) -> Option<u8> {
        let first = *self.as_slice().first()?;
        self.remove(first);
        Some(first)
    }

    /// Takes a number out of the middle, if it is queued.
    pub fn remove(&mut self, item: u8) {
        let Some(at) = self.as_slice().iter().position(|i| *i == item) else { return };
        self.items.copy_within(at + 1.., at);
        self.len -= 1;
        // Equal queues have equal bytes.
        self.items[usize::from(self.len)] = 0;
    }
}
