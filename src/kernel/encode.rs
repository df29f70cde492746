//! The bytes of a state: the same on every target, and only what can still matter.

use crate::bounds::BLOCKS_MAX;
use crate::es::Encode;

use super::setup::{Budgets, Setup};
use super::state::{Acked, Content, Inode, Io, List, Mapping, Page, Stage, State, Task};

impl State {
    /// Appends the state's bytes. Two states of one setup have equal bytes if and only if they
    /// are equal; parts that the setup does not have are left out.
    pub fn encode(&self, setup: &Setup, out: &mut Vec<u8>) {
        for task in &self.tasks[..setup.threads.len()] {
            task.encode(out);
        }
        for task in &self.tasks[usize::from(State::kworkers().start)..] {
            task.encode(out);
        }
        for io in &self.ios {
            io.encode(out);
        }
        for inode in self.inodes[..setup.files.len()].iter() {
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
            out.extend_from_slice(queue);
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
}

impl Task {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.depth());
        for frame in self.frames() {
            out.extend([frame.pc as u8, frame.a, frame.b]);
        }
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
        if self.stage == Stage::Free {
            return;
        }
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
