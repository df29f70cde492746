//! The bytes of a state: the same on every target, and only what can still matter.

use crate::bounds::BLOCKS_MAX;
use crate::es::Encode;

use super::setup::Setup;
use super::state::{Acked, Content, Inode, Io, List, Mapping, Stage, State, Task};

impl State {
    /// Appends the state's bytes. Two states of one setup have equal bytes if and only if they
    /// are equal; parts that the setup does not have are left out.
    pub fn encode(&self, setup: &Setup, out: &mut Vec<u8>) {
        for task in &self.tasks[..setup.threads.len()] {
            task.encode(out);
        }
        for kworker in State::kworkers() {
            self.tasks[usize::from(kworker)].encode(out);
        }
        for io in &self.ios {
            io.encode(out);
        }
        for (inode, file) in self.inodes.iter().zip(&setup.files) {
            inode.encode(usize::from(file.blocks), out);
        }
        for queue in [self.completed.as_slice(), self.work.as_slice(), self.events.as_slice()] {
            out.push(queue.len() as u8);
            out.extend_from_slice(queue);
        }
        let journal = &self.journal;
        out.extend([u8::from(journal.requested), u8::from(journal.locked), journal.handles]);
        for media in &self.media[..] {
            media.now.encode(out);
            media.durable.encode(out);
        }
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
        let flags = u8::from(self.handle) | u8::from(self.reaping) << 1;
        out.extend([self.op, self.i_mutex, flags, self.to_reap]);
        out.extend(self.must_see.to_le_bytes());
        // Only a read that is under way has anything in `read`.
        if self.top().is_some_and(|frame| frame.pc == super::pc::Pc::ReadDone) {
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
        let flags = [self.aio, self.sync, self.unwritten, self.counted, self.dio_held, self.queued];
        let flags = flags.iter().fold(0, |bits, flag| bits << 1 | u8::from(*flag));
        let ack = match self.ack {
            Acked::No => 0,
            Acked::Event => 1,
            Acked::Reaped => 2,
        };
        let (task, depth) = match self.list {
            List::Inode => (u8::MAX, 0),
            List::Private { task, depth } => (task, depth),
        };
        out.extend([self.ino, self.lblk, self.len, self.nr, self.thread, flags]);
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
        out.extend_from_slice(&self.acked[..blocks]);
    }
}

impl Content {
    fn encode(self, out: &mut Vec<u8>) {
        match self {
            Content::Stale => out.push(0),
            Content::Initial { ino, lblk } => out.extend([1, ino, lblk]),
            Content::Write { nr, ino, lblk } => out.extend([2, nr, ino, lblk]),
        }
    }
}
