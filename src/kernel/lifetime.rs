//! The life of an inode in memory: the threads that have it open, its eviction, and uses after it
//! (fs/ext4/{inode,page-io}.c v3.8, fs/aio.c v3.8).
//!
//! A thread has all files of its program open, each until it closes it. An AIO in flight has its
//! file open too, until `aio_complete`. After a file has lost its name, the task that drops the
//! last reference evicts the inode. For a reference dropped in irq context or by a worker, a
//! kworker does so (the delayed `fput`, v3.6; before that, a work item of fs/aio.c).

use crate::es::EsOp;

use super::knobs::EvictWait;
use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::plan::irq_plan;
use super::promise::Promise;
use super::setup::Setup;
use super::state::{Acked, Frame, Inode, Io, Life, NO_IRQ, On, Stage, State};

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_lifetime(&mut self, task: u8, pc: Pc) {
        let ino = self.ino_at(task);
        match pc {
            Pc::Close => self.put_last(task, ino, Some(task)),
            Pc::UnlinkLock => {
                self.lock_mutex(task, ino);
                self.go(task, Pc::Unlink);
            }
            Pc::Unlink => {
                let counts = self.state.counts(ino);
                *counts.life = Life::Unlinked;
                *counts.dirty_tid = true;
                self.unlock_mutex(task, ino);
                self.put_last(task, ino, None);
            }
            Pc::EvictWait if self.state.inodes[usize::from(ino)].life == Life::Reclaiming => {
                self.obs.note(Note::Checked(Promise::FreeOnce));
                self.drop_pages(ino, Inode::whole(), false);
                self.es_call(ino, EsOp::Remove { lblk: 0, len: u32::MAX });
                *self.state.counts(ino).life = Life::Freed;
                self.ret(task);
            }
            Pc::EvictWait => {
                // `truncate_inode_pages` drops dirty pages too.
                *self.state.counts(ino).life = Life::Evicting;
                self.drop_pages(ino, Inode::whole(), false);
                self.go(task, Pc::EvictFree);
            }
            Pc::EvictFree => {
                self.free_inode(ino);
                self.ret(task);
            }
            _ => debug_assert!(false, "{pc:?} is no place in the life of an inode"),
        }
    }

    /// A task that may sleep has dropped a reference: it evicts the inode if that was the last one.
    fn put_last(&mut self, task: u8, ino: u8, closes: Option<u8>) {
        if self.is_forgotten(ino, closes) {
            *self.state.counts(ino).life = Life::Evicting;
            return self.go(task, Pc::EvictWait);
        }
        self.let_go(ino, closes);
        self.ret(task);
    }

    /// An inode whose file has a name stays in memory after its last close.
    fn let_go(&mut self, ino: u8, closes: Option<u8>) {
        let is_named = self.state.inodes[usize::from(ino)].life == Life::Named;
        if is_named && !is_open(self.setup, &self.state, ino, closes) {
            *self.state.counts(ino).life = Life::Cached;
        }
    }

    /// Direct reclaim: a task that needs memory and may sleep evicts an inode, whatever locks it
    /// holds.
    pub(super) fn reclaim_inode(&mut self, task: u8) {
        let Some(ino) = self.state.inodes.iter().position(Inode::is_reclaimable) else { return };
        let ino = ino as u8;
        *self.state.counts(ino).life = Life::Reclaiming;
        self.call(task, Frame::new(Pc::EvictWait, On::Inode(ino)));
    }

    /// `aio_complete` drops the AIO's reference to its file (`aio_put_req`).
    pub(super) fn put_file_of_aio(&mut self, index: u8) {
        if !self.setup.has_lifetimes() {
            return;
        }
        let ino = self.io(index).ino;
        if self.is_forgotten(ino, None) {
            *self.state.counts(ino).life = Life::Released;
        }
        self.let_go(ino, None);
    }

    /// `ext4_free_io_end`: until v2.6.37 it drops a reference to the inode, and the task that runs
    /// the list evicts the inode if that was the last one.
    pub(super) fn put_inode_of_io_end(&mut self, task: u8, ino: u8) {
        if self.knobs().evict == EvictWait::Pinned && self.is_forgotten(ino, None) {
            *self.state.counts(ino).life = Life::Evicting;
            self.call(task, Frame::new(Pc::EvictWait, On::Inode(ino)));
        }
    }

    /// Whether a file has no name and is not open.
    fn is_forgotten(&self, ino: u8, closes: Option<u8>) -> bool {
        self.state.inodes[usize::from(ino)].life == Life::Unlinked
            && !is_open(self.setup, &self.state, ino, closes)
    }

    /// Frees an inode: its blocks, its entries, its memory.
    fn free_inode(&mut self, ino: u8) {
        self.obs.note(Note::Checked(Promise::FreeOnce));
        self.free_tail(ino, 0);
        let counts = self.state.counts(ino);
        (*counts.size, *counts.disksize) = (0, 0);
        *counts.life = Life::Freed;
    }

    /// Notes a use of an inode, which breaks a promise if the inode has been freed.
    pub(super) fn uses_inode(&mut self, ino: u8) {
        if self.state.inodes[usize::from(ino)].life == Life::Freed {
            self.break_promise(Promise::FreeOnce);
        }
    }

    /// The irq reads an `io_end` after it has handed it over; a worker may have freed it by then.
    pub(super) fn reads_io_end(&mut self, index: u8) {
        let io = *self.io(index);
        if self.knobs().io_end_ref || io.irq == NO_IRQ || io.irq == 0 || !io.unwritten {
            return;
        }
        let before = irq_plan(&self.knobs(), &io).at(io.irq - 1);
        let was_handed_over = matches!(before, Some(Pc::AddCompleteIo | Pc::QueueDioWork));
        if was_handed_over && io.stage == Stage::Converted {
            self.break_promise(Promise::FreeOnce);
        }
    }
}

/// Whether a file is open: by a thread that has not closed it (`closes` does so now), by an AIO in
/// flight, or, until v2.6.37, by an `io_end`.
fn is_open(setup: &Setup, state: &State, ino: u8, closes: Option<u8>) -> bool {
    let opens = |op: &Op| {
        let is_on_file = op.info().on_file && op.ino() == ino;
        is_on_file && !matches!(op, Op::Unlink { .. })
    };
    let has_open = |(thread, program): (u8, &Vec<Op>)| {
        let done = usize::from(state.tasks[usize::from(thread)].op).min(program.len());
        let closed = program[..done].contains(&Op::Close { ino }) || closes == Some(thread);
        program.iter().any(opens) && !closed
    };
    let pins = setup.design.knobs.evict == EvictWait::Pinned;
    let holds = |io: &Io| {
        let aio = io.aio && io.ack == Acked::No;
        io.ino == ino && (aio || pins && io.has_io_end())
    };
    (0..).zip(&setup.threads).any(has_open) || state.ios().any(|(_, io)| holds(io))
}
