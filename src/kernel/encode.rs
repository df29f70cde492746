//! The bytes of a state: the same on every target, and only what can still matter.

use crate::bounds::{BLOCKS_MAX, FRAMES_MAX, IOS_MAX, KWORKERS_MAX};
use crate::es::Encode;

use super::choice::Actor;
use super::design::{FsyncWait, Workers};
use super::pc::Pc;
use super::setup::{Budgets, Setup};
use super::state::{Acked, Content, FLUSHER, Inode, Io, List, Mapping, Page, Stage, State, Task};

impl State {
    /// Appends the state's bytes: equal for two states of one setup if and only if they are equal
    /// but for names. An IO is named by what it writes, not by the slot it got; workers of
    /// `s_dio_done_wq` are told apart by what they do. What a setup does not have is left out.
    pub fn encode(&self, setup: &Setup, out: &mut Vec<u8>) {
        let names = Names::of(self);
        for task in &self.tasks[..setup.threads.len()] {
            task.encode(&names, out);
        }
        self.encode_kworkers(setup, &names, out);
        self.tasks[usize::from(FLUSHER)].encode(&names, out);
        out.push(names.used);
        for slot in names.in_order() {
            self.ios[usize::from(slot)].encode(out);
        }
        for inode in &self.inodes[..setup.files.len()] {
            inode.encode(BLOCKS_MAX as usize, out);
        }
        let queues = [
            self.completed.as_slice(),
            self.work.as_slice(),
            self.unrsv_work.as_slice(),
            self.dio_work.as_slice(),
            self.events.as_slice(),
        ];
        for queue in queues {
            out.push(queue.len() as u8);
            out.extend(queue.iter().map(|io| names.of_slot(*io)));
        }
        let journal = &self.journal;
        out.extend([u8::from(journal.requested), u8::from(journal.locked), journal.handles]);
        for media in &self.media[..] {
            media.now.encode(out);
            media.durable.encode(out);
        }
        let Budgets { shrink, crash, flusher, commit, eio, enospc, nomem } = self.left;
        out.extend([shrink, crash, flusher, commit, eio, enospc, nomem, self.power as u8]);
        out.extend(self.broken.to_le_bytes());
        out.push(self.bound.map_or(0, |bound| 1 + bound as u8));
    }

    /// An actor by a number that is the same in all states whose bytes are equal.
    pub fn canonical(&self, setup: &Setup, actor: Actor) -> u8 {
        let first = |kind: Actor| Actor::all().position(|a| a == kind).unwrap_or_default() as u8;
        let names = Names::of(self);
        match actor {
            Actor::Irq(slot) => first(Actor::Irq(0)) + names.of_slot(slot),
            Actor::Kworker(kworker) => {
                let order = self.kworkers_in_order(setup, &names);
                let at = order.iter().position(|k| *k == kworker).unwrap_or_default();
                first(Actor::Kworker(0)) + at as u8
            }
            other => first(other),
        }
    }

    fn encode_kworkers(&self, setup: &Setup, names: &Names, out: &mut Vec<u8>) {
        let kworkers = &self.tasks[usize::from(State::kworkers().start)..usize::from(FLUSHER)];
        for kworker in self.kworkers_in_order(setup, names) {
            kworkers[usize::from(kworker)].encode(names, out);
        }
    }

    /// The kworkers in the order in which their bytes stand.
    fn kworkers_in_order(&self, setup: &Setup, names: &Names) -> [u8; KWORKERS_MAX as usize] {
        let knobs = &setup.design.knobs;
        let kworkers = &self.tasks[usize::from(State::kworkers().start)..usize::from(FLUSHER)];
        // Where fsync takes a lock or a list, others know the worker by its number.
        let anonymous = knobs.workers == Workers::RsvAndDio
            && matches!(knobs.fsync, FsyncWait::Writeback | FsyncWait::FlushDirty);
        let mut order: [u8; KWORKERS_MAX as usize] = core::array::from_fn(|k| k as u8);
        if anonymous {
            order[1..].sort_by_key(|k| kworkers[usize::from(*k)].frames_named(names));
        }
        order
    }
}

/// The names of IO slots: their places in the order of what they write.
struct Names {
    name: [u8; IOS_MAX as usize],
    slot: [u8; IOS_MAX as usize],
    used: u8,
}

impl Names {
    fn of(state: &State) -> Names {
        let mut slot: [u8; IOS_MAX as usize] = core::array::from_fn(|slot| slot as u8);
        let key = |slot: &u8| {
            let io = &state.ios[usize::from(*slot)];
            (io.stage == Stage::Free, io.writeback, io.nr, io.ino, io.lblk, io.stage)
        };
        slot.sort_by_key(key);
        let mut name = [0; IOS_MAX as usize];
        for (at, slot) in (0..).zip(slot) {
            name[usize::from(slot)] = at;
        }
        Names { name, slot, used: state.ios().count() as u8 }
    }

    fn of_slot(&self, slot: u8) -> u8 {
        self.name.get(usize::from(slot)).copied().unwrap_or(slot)
    }

    fn in_order(&self) -> impl Iterator<Item = u8> {
        self.slot.into_iter().take(usize::from(self.used))
    }
}

impl Pc {
    /// Whether a frame's first argument is an IO.
    fn is_about_io(self) -> bool {
        matches!(
            self,
            Pc::WriteLock
                | Pc::WriteMap
                | Pc::DioAwait
                | Pc::SizeUpdate
                | Pc::WriteUnlock
                | Pc::WriteReturn
                | Pc::ConvertStart
                | Pc::ConvertMap
                | Pc::EndIo
        )
    }
}

impl Task {
    /// The frames with IOs by name, unused places being zero.
    fn frames_named(&self, names: &Names) -> [[u8; 3]; FRAMES_MAX as usize] {
        let mut named = [[0; 3]; FRAMES_MAX as usize];
        for (place, frame) in named.iter_mut().zip(self.frames()) {
            let a = if frame.pc.is_about_io() { names.of_slot(frame.a) } else { frame.a };
            *place = [frame.pc as u8, a, frame.b];
        }
        named
    }

    fn encode(&self, names: &Names, out: &mut Vec<u8>) {
        out.push(self.depth());
        let named = self.frames_named(names);
        out.extend(named[..usize::from(self.depth())].as_flattened());
        let flags = u8::from(self.handle) | u8::from(self.begun) << 1;
        out.extend([self.op, self.i_mutex, self.shared, flags, self.to_reap]);
        // An idle task has nothing in its registers.
        if self.depth() > 0 {
            out.extend(self.must);
            out.extend(self.read);
        }
    }
}

impl Io {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.stage as u8);
        let flags = [
            self.aio,
            self.waits,
            self.sync,
            self.unwritten,
            self.counted,
            self.dio_held,
            self.queued,
        ];
        let more = [
            self.writeback,
            self.page_writeback,
            self.ordered,
            self.error,
            self.converted,
            self.convert_failed,
        ];
        let pack = |flags: &[bool]| flags.iter().fold(0, |bits, flag| bits << 1 | u8::from(*flag));
        let (flags, more) = (pack(&flags), pack(&more));
        let ack = match self.ack {
            Acked::No => 0,
            Acked::Event => 1,
            Acked::Reaped => 2,
        };
        let (task, depth) = match self.list {
            List::Inode => (u8::MAX, 0),
            List::Unrsv => (u8::MAX, 1),
            List::Dio => (u8::MAX, 2),
            List::Private { task, depth } => (task, depth),
        };
        out.extend([self.ino, self.lblk, self.len, self.nr, self.thread, flags, more]);
        out.extend([ack, task, depth, self.irq]);
        out.extend_from_slice(&self.pblk[..usize::from(self.len)]);
    }
}

impl Inode {
    fn encode(&self, blocks: usize, out: &mut Vec<u8>) {
        debug_assert!(blocks <= BLOCKS_MAX as usize);
        // From v3.9 on `cache_es` only makes searches faster.
        self.es.encode(Encode::WithoutCache, &mut |byte| out.push(byte));
        for mapping in self.disk[..blocks].iter().chain(&self.committed[..blocks]) {
            out.push(match mapping {
                Mapping::Hole => 0,
                Mapping::Unwritten(pblk) => 1 + 2 * pblk,
                Mapping::Written(pblk) => 2 + 2 * pblk,
            });
        }
        out.extend([self.i_mutex, self.i_dio_count, self.i_unwritten, u8::from(self.dirty_tid)]);
        out.extend(self.shared.to_le_bytes());
        out.extend([self.size, self.committed_size]);
        for page in &self.pages[..blocks] {
            match *page {
                Page::Absent => out.push(0),
                Page::Clean(None) => out.push(1),
                Page::Clean(Some(content)) => {
                    out.push(2);
                    content.encode(out);
                }
                Page::Dirty(content) => {
                    out.push(3);
                    content.encode(out);
                }
                Page::Writeback(content) => {
                    out.push(4);
                    content.encode(out);
                }
            }
        }
        for versions in [&self.version, &self.acked, &self.synced, &self.osynced] {
            out.extend_from_slice(&versions[..blocks]);
        }
    }
}

impl Content {
    fn encode(self, out: &mut Vec<u8>) {
        match self {
            Content::Stale => out.push(0),
            Content::Initial { ino, lblk } => out.extend([1, ino, lblk]),
            Content::Write { nr, ino, lblk, version } => out.extend([2, nr, ino, lblk, version]),
        }
    }
}
