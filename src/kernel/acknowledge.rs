//! The acknowledgement of a direct write, and what fsync owes of what was acknowledged.
//!
//! Two writes to one block that are in flight together have no order, so either may win. A direct
//! write writes the dirty pages of its range first, under the inode's lock
//! (`filemap_write_and_wait_range`), so a page that is dirty or under writeback when the write is
//! done has been written meanwhile. `invalidate_inode_pages2_range` leaves a dirty page
//! (mm/truncate.c v3.8), whose data will take the place of the direct write's.

use super::machine::Machine;
use super::note::Observer;
use super::op::Op;
use super::promise::Promise;
use super::state::{Acked, Content, Half, Inode, Io};

/// A write of the script (its number), and the version that it gave a block.
#[derive(Clone, Copy)]
struct Written {
    nr: u8,
    version: u8,
}

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// User space knows that a write is done. From here on reads must return it; an O_(D)SYNC write
    /// must also survive a power cut.
    pub(super) fn acknowledge(&mut self, index: u8) {
        let io = *self.io(index);
        // A synchronous write returns the error. An AIO write reports it if the design does.
        if io.convert_failed && !io.waits && !self.knobs().error_reported {
            self.break_promise(Promise::ErrReport);
        }
        if !(io.error || io.convert_failed || io.sync_failed) {
            self.promise_write(&io);
        }
        let io = self.io(index);
        io.ack = Acked::Reaped;
        io.free_if_done();
    }

    fn promise_write(&mut self, io: &Io) {
        // Blocks that were truncated in the meantime are owed to no one, nor are those that are
        // about to be.
        let size = self.state.inodes[usize::from(io.ino)].size;
        for lblk in io.blocks().filter(|lblk| *lblk < size) {
            for half in (0..2).filter(|half| io.range().has_half(lblk, *half)) {
                let [page, device] = self.held(io.ino, lblk, half);
                // If a later write overtook this one on the device, this write promises nothing.
                let by_io = |written: &Written| written.nr == io.nr;
                let Some(own) = device.filter(by_io).or(page.filter(by_io)) else { continue };
                let left = page.map_or(own.version, |page| own.version.min(page.version));
                // Write calls are ordered by the inode's lock: one that came after the submission
                // is the later one. A store takes no lock, so a reader may expect the direct write.
                let stored = page.is_some_and(|page| self.is_store(page.nr));
                let shown = if stored { own.version } else { left };
                // The range may have been zeroed since the write began.
                let versions = self.state.versions(io.ino);
                versions.acked.raise(usize::from(lblk), half, shown);
                if io.sync {
                    versions.osynced.raise(usize::from(lblk), half, left);
                }
            }
        }
    }

    /// A call that ends in fsync records what it owes: all that has been acknowledged. Where a
    /// store has taken the place of an acknowledged direct write, the store is owed.
    pub(super) fn begin_fsync(&mut self, task: u8, ino: u8) {
        if self.task(task).depth() != 1 || self.task(task).begun {
            return;
        }
        let mut must = self.state.inodes[usize::from(ino)].acked;
        for lblk in Inode::whole().blocks() {
            for half in 0..2 {
                let owed = must.half(usize::from(lblk), half);
                let [page, device] = self.held(ino, lblk, half);
                if let Some(Written { nr, version }) = page.or(device)
                    && version < owed
                    && self.is_store(nr)
                {
                    must.set_half(usize::from(lblk), half, version);
                }
            }
        }
        self.task(task).must = must;
        self.task(task).begun = true;
    }

    /// The writes whose data half of a block holds: in a page that is dirty or under writeback, and
    /// on the device.
    fn held(&self, ino: u8, lblk: u8, half: usize) -> [Option<Written>; 2] {
        let inode = &self.state.inodes[usize::from(ino)];
        let page = inode.pages[usize::from(lblk)];
        let page = if page.is_unclean() { page.content().flatten() } else { None };
        let pblk = inode.disk[usize::from(lblk)].pblk();
        let media = pblk.and_then(|pblk| self.state.media.get(usize::from(pblk)));
        let written =
            |content: Option<Content>| match Content::half(content, ino, inode.label(lblk), half) {
                Half::Write { nr, version } => Some(Written { nr, version }),
                Half::Stale | Half::Zeroes | Half::Initial => None,
            };
        [page, media.map(|media| media.now)].map(written)
    }

    /// Whether a write of the script is a store into a shared mapping.
    fn is_store(&self, nr: u8) -> bool {
        let stores = |op: &Op| matches!(*op, Op::MmapWrite { nr: of, .. } if of == nr);
        self.setup.threads.iter().flatten().any(stores)
    }
}
