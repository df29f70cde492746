//! The bytes of a state. They are the same on every target, and contain only what can still matter.

use crate::bounds::{
    BLOCKS_MAX, ES_EXTENTS_MAX, FRAMES_MAX, INODES_MAX, IOS_MAX, KWORKERS_MAX, PBLKS_MAX,
    SLOTS_MAX, THREADS_MAX, WORK_MAX,
};

use super::choice::Actor;
use super::knobs::{FsyncWait, Workers};
use super::names::{NO_FRAMES, Names};
use super::piece::{Blocks, Counts, Piece, Rest, Versions};
use super::setup::{Budgets, Setup};
use super::state::{
    Acked, Content, EsTree, FLUSHER, Half, IN_PLACE, Inode, Io, Journal, Life, List, Mapping,
    Media, On, Page, State, Submitting, TASKS, Task,
};

/// The greatest number of bytes of a state. [`Encoder`] documents each part.
pub const ENCODED_MAX: usize = {
    let task = 9 + 3 * FRAMES_MAX + 3 * BLOCKS_MAX;
    let io = 17 + BLOCKS_MAX;
    let es = 9 + 8 * ES_EXTENTS_MAX + 4 * ES_EXTENTS_MAX;
    let inode = es + 2 * BLOCKS_MAX + 22 + (2 + 9 * BLOCKS_MAX) + 8 * BLOCKS_MAX + 16;
    let queues = 5 * (1 + WORK_MAX);
    let media = 8 + 16 * PBLKS_MAX;
    let all = TASKS as u32 * task + 1 + IOS_MAX * io + INODES_MAX * inode + queues + media + 32;
    all as usize
};

/// The versions of an inode without zeroed blocks.
const NEVER_ZEROED: [u8; BLOCKS_MAX as usize] = [0; BLOCKS_MAX as usize];

/// A buffer for the bytes of one state at a time, so that encoding allocates nothing.
pub struct Encoder {
    bytes: [u8; ENCODED_MAX],
    len: usize,
}

impl State {
    /// Appends the state's bytes; see [`Encoder::encode`].
    pub fn encode(&self, setup: &Setup, out: &mut Vec<u8>) {
        out.extend_from_slice(Encoder::new().encode(setup, self));
    }

    /// A number for an actor that is the same in all states with equal bytes.
    pub fn canonical(&self, setup: &Setup, actor: Actor) -> u8 {
        let names = Names::of(self);
        match actor {
            Actor::Irq(slot) => Actor::Irq(names.of_slot(slot)).position(),
            Actor::Kworker(kworker) => {
                let order = self.kworkers_in_order(setup, &names);
                let at = order.iter().position(|k| *k == kworker).unwrap_or_default();
                Actor::Kworker(at as u8).position()
            }
            other => other.position(),
        }
    }

    /// The kworkers in the order in which their bytes are written.
    fn kworkers_in_order(&self, setup: &Setup, names: &Names) -> [u8; KWORKERS_MAX as usize] {
        let mut order: [u8; KWORKERS_MAX as usize] = core::array::from_fn(|k| k as u8);
        let first = usize::from(State::kworkers().start);
        let count = usize::from(setup.kworkers());
        let kworkers = &self.tasks[first..first + count];
        if !setup.has_anonymous_kworkers()
            || kworkers[1..].iter().all(|kworker| kworker.depth() == 0)
        {
            return order;
        }
        let mut frames = [NO_FRAMES; KWORKERS_MAX as usize];
        for (frames, kworker) in frames.iter_mut().zip(kworkers).skip(1) {
            if kworker.depth() > 0 {
                *frames = kworker.frames_named(names);
            }
        }
        // Usually there are three, for which a general sort is slower.
        for end in 2..count {
            let frames_at = |at: usize| &frames[usize::from(order[at])];
            let key = frames_at(end);
            let at = (1..end).rev().take_while(|at| frames_at(*at) > key).last().unwrap_or(end);
            order[at..=end].rotate_right(1);
        }
        order
    }
}

impl Setup {
    /// Whether the states of all kworkers except the first differ only in what they are doing. If
    /// fsync takes a lock or a list, other tasks refer to the worker by its number.
    pub fn has_anonymous_kworkers(&self) -> bool {
        let knobs = &self.design.knobs;
        knobs.workers == Workers::RsvAndDio
            && matches!(knobs.fsync, FsyncWait::Writeback | FsyncWait::FlushDirty)
    }
}

impl Default for Encoder {
    fn default() -> Encoder {
        Encoder::new()
    }
}

impl Encoder {
    /// An encoder whose buffer holds no state yet.
    pub fn new() -> Encoder {
        Encoder { bytes: [0; ENCODED_MAX], len: 0 }
    }

    /// The state's bytes. Two states of one setup have equal bytes if and only if they are equal
    /// apart from names. The name of an IO comes from what it writes, not from its slot; workers of
    /// `s_dio_done_wq` are identified by what they are doing. Files and threads that the setup does
    /// not have are left out.
    pub fn encode(&mut self, setup: &Setup, state: &State) -> &[u8] {
        self.len = 0;
        let names = Names::of(state);
        for task in &state.tasks[..setup.threads.len()] {
            self.task(task, &names);
        }
        let first = usize::from(State::kworkers().start);
        let kworkers = usize::from(setup.kworkers());
        for kworker in state.kworkers_in_order(setup, &names).into_iter().take(kworkers) {
            self.task(&state.tasks[first + usize::from(kworker)], &names);
        }
        self.task(&state.tasks[usize::from(FLUSHER)], &names);
        self.byte(names.used);
        for slot in names.in_order() {
            self.io(&state.ios[usize::from(slot)]);
        }
        for inode in &state.inodes[..setup.files.len()] {
            self.es(&inode.es);
            self.blocks(&inode.blocks());
            self.counts(inode.counts());
            self.pages(&inode.pages);
            self.versions(&inode.versions());
        }
        let rest = state.rest();
        self.queues(&rest, &names);
        self.media(&state.media);
        let has = |of: fn(&Inode) -> bool| {
            let bits = (0..).zip(&state.inodes).map(|(ino, inode)| u8::from(of(inode)) << ino);
            bits.fold(0, |mask, bit| mask | bit)
        };
        let zeroed = has(|inode| inode.zeroed != NEVER_ZEROED);
        let moved = has(|inode| inode.order != IN_PLACE || inode.committed_order != IN_PLACE);
        let halves = has(|inode| inode.promises_halves());
        let shapes = zeroed | moved << INODES_MAX | halves << (2 * INODES_MAX);
        self.others(&rest, setup.journal > 0, shapes);
        &self.bytes[..self.len]
    }

    /// The bytes of one piece. Two pieces of one kind have equal bytes if and only if they are
    /// equal, with IOs identified by their names.
    pub fn piece<P: Bytes>(&mut self, piece: &P, names: &Names) -> &[u8] {
        self.len = 0;
        piece.put(self, names);
        &self.bytes[..self.len]
    }

    /// The bytes of a piece of a state.
    pub fn piece_of(&mut self, state: &State, piece: Piece, names: &Names) -> &[u8] {
        let inode = |ino: u8| &state.inodes[usize::from(ino)];
        match piece {
            Piece::Task(task) => self.piece(&state.tasks[usize::from(task)], names),
            Piece::Io(io) => self.piece(&state.ios[usize::from(io)], names),
            Piece::Es(ino) => self.piece(&inode(ino).es, names),
            Piece::Blocks(ino) => self.piece(&inode(ino).blocks(), names),
            Piece::Pages(ino) => self.piece(&inode(ino).pages, names),
            Piece::Versions(ino) => self.piece(&inode(ino).versions(), names),
            Piece::Counts(ino) => self.piece(&inode(ino).counts(), names),
            Piece::Media => self.piece(&state.media, names),
            Piece::Rest => self.piece(&state.rest(), names),
        }
    }

    fn queues(&mut self, rest: &Rest, names: &Names) {
        for queue in rest.queues() {
            self.byte(queue.len() as u8);
            queue.iter().for_each(|io| self.byte(names.of_slot(*io)));
        }
    }

    /// The small fields. Credits are included only if the setup counts them. The bits of `shapes`
    /// say which inodes have bytes for zeroed blocks, for moved blocks and for second halves. They
    /// are in the last byte of a state, so a decoder reads them first.
    fn others(&mut self, rest: &Rest, credits: bool, shapes: u8) {
        let Rest { journal, left, power, broken, bound, .. } = *rest;
        let Budgets { shrink, crash, flusher, commit, eio, enospc, nomem, reclaim, quick } = left;
        self.put([shrink, crash, flusher, commit, eio, enospc, nomem, power as u8]);
        let [low, high] = broken.to_le_bytes();
        let bound = bound.map_or(0, |bound| 1 + bound as u8);
        let Journal { requested, locked, handles, credits: taken, reserved } = journal;
        let flags = u8::from(requested) | u8::from(locked) << 1 | shapes << 2;
        self.put([low, high, bound, flags, handles]);
        if credits {
            self.put([taken, reserved]);
        }
        // Few scripts permit reclaim or quick bios; a budget fits in half a byte.
        if reclaim | quick > 0 {
            self.byte(reclaim | quick << 4);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.put([byte]);
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes[self.len..self.len + N].copy_from_slice(&bytes);
        self.len += N;
    }

    fn task(&mut self, task: &Task, names: &Names) {
        let Submitting { iocb, returned } = task.submitting;
        let halves = task.must.has_halves();
        let flags = u8::from(task.handle)
            | u8::from(task.begun) << 1
            | u8::from(iocb > 0) << 2
            | u8::from(halves) << 3;
        let depth = task.depth();
        self.put([depth, task.op, task.i_mutex, task.shared, flags, task.to_reap]);
        if iocb > 0 {
            self.byte(iocb << 4 | returned);
        }
        // An idle task has nothing in its registers.
        if depth > 0 {
            task.frames().iter().for_each(|frame| self.put(names.of_frame(*frame)));
            self.put(task.must.first);
            if halves {
                self.put(task.must.second);
            }
            self.put(task.read);
        }
    }

    fn io(&mut self, io: &Io) {
        let flags = u8::from(io.aio)
            | u8::from(io.waits) << 1
            | u8::from(io.sync) << 2
            | u8::from(io.unwritten) << 3
            | u8::from(io.counted) << 4
            | u8::from(io.dio_held) << 5
            | u8::from(io.queued) << 6
            | u8::from(io.writeback) << 7;
        // Few scripts write half blocks or with FUA, or have quick bios.
        let special = !io.cut.is_none() || io.fua || io.told;
        let more = u8::from(io.page_writeback)
            | u8::from(io.ordered) << 1
            | u8::from(io.error) << 2
            | u8::from(io.converted) << 3
            | u8::from(io.convert_failed) << 4
            | u8::from(io.extends) << 5
            | u8::from(io.sync_failed) << 6
            | u8::from(special) << 7;
        let ack = match io.ack {
            Acked::No => 0,
            Acked::Event => 1,
            Acked::Reaped => 2,
        };
        let (task, depth) = match io.list {
            List::Inode => (u8::MAX, 0),
            List::Unrsv => (u8::MAX, 1),
            List::Dio => (u8::MAX, 2),
            List::Private { task, depth } => (task, depth),
        };
        self.put([io.stage as u8, io.ino, io.lblk, io.len, io.nr, io.thread, flags, more]);
        self.put([ack, task, depth, io.irq]);
        self.put(io.pblk);
        if special {
            self.byte(
                io.cut.bits()
                    | io.zeroes.bits() << 2
                    | u8::from(io.fua) << 4
                    | u8::from(io.told) << 5,
            );
        }
    }

    fn blocks(&mut self, blocks: &Blocks) {
        self.mappings(&blocks.disk, blocks.splits);
        self.mappings(&blocks.committed, 0);
        if blocks.order != IN_PLACE || blocks.committed_order != IN_PLACE {
            self.put(blocks.order.to_le_bytes());
            self.put(blocks.committed_order.to_le_bytes());
        }
    }

    fn counts(&mut self, counts: Counts) {
        let Counts { i_mutex, shared, i_data_sem, size, committed_size, .. } = counts;
        let Counts { i_dio_count, i_unwritten, dirty_tid, sync_tid, disksize, .. } = counts;
        let Counts { orphan, committed_orphan, wb_err, life, .. } = counts;
        let Counts { reserved_off, odd_buffers, .. } = counts;
        // Most of the time each delayed block has its reservation.
        let odd = reserved_off != 0 || odd_buffers != 0;
        let [low, high] = shared.to_le_bytes();
        let failed = u8::from(wb_err != 0) << 7 | u8::from(sync_tid) << 6;
        let ends = u8::from(life != Life::Named) << 7 | u8::from(odd) << 6;
        self.put([i_mutex, i_dio_count | ends, i_unwritten, low, high | failed]);
        let behind = disksize != size;
        let orphans = u8::from(orphan) << 2 | u8::from(committed_orphan) << 3;
        let flags = u8::from(dirty_tid) | u8::from(behind) << 1 | orphans | i_data_sem << 4;
        self.put([flags, size, committed_size]);
        // Most of the time the two sizes are equal.
        if behind {
            self.byte(disksize);
        }
        if wb_err != 0 {
            self.byte(wb_err);
        }
        if life != Life::Named {
            self.byte(life as u8);
        }
        if odd {
            let [low, high] = odd_buffers.to_le_bytes();
            self.put([reserved_off.to_le_bytes()[0], low, high]);
        }
    }

    fn versions(&mut self, versions: &Versions) {
        let Versions { version, acked, synced, osynced, zeroed } = versions;
        self.put(*version);
        [acked, synced, osynced].into_iter().for_each(|marks| self.put(marks.first));
        if *zeroed != NEVER_ZEROED {
            self.put(*zeroed);
        }
        if versions.has_halves() {
            [acked, synced, osynced].into_iter().for_each(|marks| self.put(marks.second));
        }
    }

    fn pages(&mut self, pages: &[Page; BLOCKS_MAX as usize]) {
        let cached = (0..).zip(pages).filter(|(_, page)| !matches!(page, Page::Absent));
        let mask = cached.clone().fold(0_u16, |mask, (lblk, _)| mask | 1 << lblk);
        self.put(mask.to_le_bytes());
        for (_, page) in cached {
            let (kind, content) = match *page {
                Page::Absent => (0, None),
                Page::Locked => (4, None),
                Page::Clean(content) => (1, content),
                Page::Dirty(content) => (2, Some(content)),
                Page::Writeback(content) => (3, Some(content)),
                // There are as many kinds as physical blocks.
                Page::Astray(content, pblk) => (5 + pblk, Some(content)),
            };
            self.byte(kind);
            self.put(content.map_or([u8::MAX; 4], Content::bytes));
            self.halves(content);
        }
    }

    /// One byte per block. The highest bit says that an extent begins there ([`Inode::splits`]).
    fn mappings(&mut self, mappings: &[Mapping; BLOCKS_MAX as usize], splits: u16) {
        let mut bytes = [0; BLOCKS_MAX as usize];
        for ((lblk, byte), mapping) in (0..).zip(&mut bytes).zip(mappings) {
            *byte = mapping.byte() + SPLIT * (splits >> lblk & 1) as u8;
        }
        self.put(bytes);
    }

    /// From v3.9 on `cache_es` only makes searches faster, so it is left out.
    fn es(&mut self, es: &EsTree) {
        let count = self.len;
        self.byte(0);
        for extent in es {
            // The machine keeps only blocks inside a file. A physical block may be invalid.
            debug_assert!(extent.lblk < BLOCKS_MAX && extent.pblk >> 32 == 0);
            let pblk = if extent.status.is_mapped() { extent.pblk as u32 } else { 0 };
            let [a, b, c, d] = pblk.to_le_bytes();
            let len = extent.len.min(255) as u8;
            self.put([extent.lblk as u8, len, extent.status.bits(), a, b, c, d]);
            self.bytes[count] += 1;
        }
        self.put([es.shrink_lblk() as u8, es.flags()]);
        // Only scripts with clusters have pending reservations.
        let pending = es.pending().fold(0, |all, cluster| all | 1_u8 << cluster);
        if pending != 0 {
            self.bytes[count] |= PENDING;
            self.byte(pending);
        }
    }

    /// The blocks that hold anything but a former owner's data, and their contents.
    fn media(&mut self, media: &[Media; PBLKS_MAX as usize]) {
        let mut mask = 0_u64;
        // The branch predictor cannot guess these blocks, so code without branches is fastest.
        for (pblk, block) in media.iter().enumerate() {
            let Media { now, durable } = block;
            let stale = matches!(now, Content::Stale) & matches!(durable, Content::Stale);
            mask |= u64::from(!stale) << pblk;
        }
        self.put(mask.to_le_bytes());
        let mut left = mask;
        while let Some(block) = media.get(left.trailing_zeros() as usize) {
            left &= left - 1;
            let [a, b, c, d] = block.now.bytes();
            let [e, f, g, h] = block.durable.bytes();
            self.put([a, b, c, d, e, f, g, h]);
            self.halves(Some(block.now));
            self.halves(Some(block.durable));
        }
    }

    /// The origins of two halves, after the four bytes that say that there are two.
    #[inline]
    fn halves(&mut self, content: Option<Content>) {
        if let Some(Content::Halves { halves: [first, second], .. }) = content {
            let ([a, b], [c, d]) = (first.bytes(), second.bytes());
            self.put([a, b, c, d]);
        }
    }
}

/// A piece of a state that can be written as bytes.
pub trait Bytes {
    /// Writes the bytes into an encoder.
    #[doc(hidden)]
    fn put(&self, encoder: &mut Encoder, names: &Names);

    /// Calls `hear` for every IO that the piece names, with the position and the slot.
    fn each_io(&self, _hear: impl FnMut(u8, u8)) {}
}

impl Bytes for Task {
    fn put(&self, encoder: &mut Encoder, names: &Names) {
        encoder.task(self, names);
    }

    fn each_io(&self, mut hear: impl FnMut(u8, u8)) {
        for (place, frame) in (0..).zip(self.frames()) {
            if let On::Io(slot) = frame.on {
                hear(place, slot);
            }
        }
    }
}

impl Bytes for Rest {
    fn put(&self, encoder: &mut Encoder, names: &Names) {
        encoder.queues(self, names);
        encoder.others(self, true, 0);
    }

    fn each_io(&self, mut hear: impl FnMut(u8, u8)) {
        for (first, queue) in (0..).step_by(WORK_MAX as usize).zip(self.queues()) {
            (first..).zip(queue).for_each(|(place, io)| hear(place, *io));
        }
    }
}

macro_rules! bytes_without_names {
    ($($piece:ty: $put:expr;)*) => {
        $(impl Bytes for $piece {
            #[inline]
            fn put(&self, encoder: &mut Encoder, _names: &Names) {
                let put: fn(&mut Encoder, &$piece) = $put;
                put(encoder, self);
            }
        })*
    };
}

bytes_without_names! {
    Io: Encoder::io;
    EsTree: Encoder::es;
    Blocks: Encoder::blocks;
    [Page; BLOCKS_MAX as usize]: Encoder::pages;
    Versions: Encoder::versions;
    Counts: |encoder, counts| encoder.counts(*counts);
    [Media; PBLKS_MAX as usize]: Encoder::media;
}

impl Rest {
    fn queues(&self) -> [&[u8]; 5] {
        let Rest { completed, work, unrsv_work, dio_work, events, .. } = self;
        let (work, unrsv_work) = (work.as_slice(), unrsv_work.as_slice());
        [completed.as_slice(), work, unrsv_work, dio_work.as_slice(), events.as_slice()]
    }
}

/// The split bit, in addition to the bits of [`Mapping::byte`].
const SPLIT: u8 = 1 << 7;
const _: () = assert!(2 * PBLKS_MAX < SPLIT as u32);

impl Mapping {
    #[inline]
    fn byte(self) -> u8 {
        // Neighbours are often equal, but not always, so a selection is faster than a branch.
        let kind = match self {
            Mapping::Hole => 0,
            Mapping::Unwritten(_) => 1,
            Mapping::Written(_) => 2,
        };
        kind + 2 * self.pblk().unwrap_or(0)
    }
}

impl Content {
    /// Four bytes, of which the first is never 255.
    fn bytes(self) -> [u8; 4] {
        match self {
            Content::Stale => [0; 4],
            Content::Initial { ino, lblk } => [1, 0, ino << 4 | lblk, 0],
            Content::Write { nr, ino, lblk, version } => [2, nr, ino << 4 | lblk, version],
            Content::Halves { ino, lblk, .. } => [3, 0, ino << 4 | lblk, 0],
        }
    }
}

impl Half {
    /// The origin of half a block in two bytes. A write's number is at most `WRITES_MAX`.
    const fn bytes(self) -> [u8; 2] {
        match self {
            Half::Stale => [0, 0],
            Half::Zeroes => [1, 0],
            Half::Initial => [2, 0],
            Half::Write { nr, version } => [3 + nr, version],
        }
    }
}

/// Beside the number of extents: a byte of pending reservations follows.
const PENDING: u8 = 1 << 7;
// A cluster has at least two blocks.
const _: () = assert!(BLOCKS_MAX / 2 <= 8 && ES_EXTENTS_MAX < PENDING as u32);

// A block number and a file number fit together in one byte.
const _: () = assert!(BLOCKS_MAX <= 16 && INODES_MAX <= 8);
// The bits of `shapes` share a byte with two flags of the journal.
const _: () = assert!(2 + 3 * INODES_MAX <= 8);
// A position in a batch fits in half a byte.
const _: () = assert!(SLOTS_MAX < 16);
// The bit for failed writeback fits beside the tasks that share a lock.
const _: () = assert!(TASKS <= 8 + 6);
// That an inode's life has come further, and that reservations are odd, stands beside what waits
// for its direct IO.
const _: () = assert!(IOS_MAX + THREADS_MAX < 64);
// The readers of i_data_sem fit in half a byte.
const _: () = assert!(THREADS_MAX <= 4);
// A mapping fits in one byte, and a set of physical blocks in one mask.
const _: () = assert!(2 + 2 * PBLKS_MAX <= 256 && PBLKS_MAX <= 64);
