//! What happens unasked: memory pressure, failures, the power cut and what is found afterwards.

use crate::es::EsOp;

use super::machine::Machine;
use super::note::{Fault, Note, Observer};
use super::pc::Pc;
use super::promise::Promise;
use super::state::{
    Content, EsTree, Fifo, Inode, Io, Journal, Mapping, NOBODY, Page, Power, State, Task,
};
use crate::es::Status;

/// Entries that one run of the shrinker looks at, in each inode (`SHRINK_BATCH`).
const SHRINK_BATCH: i32 = 128;

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// Takes a fault out of its budget.
    pub(super) fn spend(&mut self, fault: Fault) {
        let left = self.state.left();
        match fault {
            Fault::Eio => left.eio -= 1,
            Fault::Enospc => left.enospc -= 1,
            Fault::Nomem => left.nomem -= 1,
        }
        self.obs.note(Note::Failed(fault));
    }

    pub(super) fn step_shrinker(&mut self) {
        self.state.left().shrink -= 1;
        self.shrink();
    }

    /// One run of the extent status shrinker over every inode.
    pub(super) fn shrink(&mut self) {
        for ino in 0..self.setup.files.len() as u8 {
            let delayed = |inode: &Inode| {
                let of = inode.es.iter().filter(|extent| extent.status.any(Status::DELAYED));
                of.map(|extent| extent.len).sum::<u32>()
            };
            let before = delayed(&self.state.inodes[usize::from(ino)]);
            let nr_to_scan = SHRINK_BATCH;
            let freed = match self.es_call(ino, EsOp::Reclaim { nr_to_scan }) {
                Some(crate::es::Reply::Count(freed)) => freed,
                _ => 0,
            };
            if self.knobs().shrink_delayed {
                self.take_delayed(ino);
            }
            if before > 0 {
                self.obs.note(Note::Checked(Promise::KeepDelayed));
            }
            if delayed(&self.state.inodes[usize::from(ino)]) < before {
                self.break_promise(Promise::KeepDelayed);
            }
            self.obs.note(Note::Shrunk { ino, freed });
        }
    }

    /// A shrinker that asks no status frees what only the ES tree knows.
    fn take_delayed(&mut self, ino: u8) {
        loop {
            let es = &self.state.inodes[usize::from(ino)].es;
            let Some(entry) = es.iter().find(|entry| entry.status.any(Status::DELAYED)) else {
                return;
            };
            self.es_call(ino, EsOp::Remove { lblk: entry.lblk, len: entry.len });
        }
    }

    pub(super) fn step_power(&mut self, pc: Pc) {
        if pc == Pc::PowerCut { self.cut_power() } else { self.recover() }
    }

    /// Everything volatile is gone.
    fn cut_power(&mut self) {
        self.obs.note(Note::PowerCut);
        let state = self.state.all();
        state.power = Power::Cut;
        state.left = Default::default();
        state.tasks = [Task::IDLE; super::state::TASKS];
        state.ios = [Io::FREE; crate::bounds::IOS_MAX as usize];
        state.completed = Fifo::EMPTY;
        state.work = Fifo::EMPTY;
        state.unrsv_work = Fifo::EMPTY;
        state.dio_work = Fifo::EMPTY;
        state.events = Fifo::EMPTY;
        state.journal = Journal::EMPTY;
        for media in &mut state.media {
            media.now = media.durable;
        }
        for inode in &mut state.inodes {
            *inode = Inode {
                es: EsTree::new(),
                disk: inode.committed,
                splits: 0,
                i_mutex: NOBODY,
                shared: 0,
                i_data_sem: 0,
                size: inode.committed_size,
                disksize: inode.committed_size,
                orphan: false,
                pages: [Page::Absent; crate::bounds::BLOCKS_MAX as usize],
                i_dio_count: 0,
                i_unwritten: 0,
                wb_err: 0,
                dirty_tid: false,
                ..*inode
            };
        }
    }

    /// `ext4_orphan_cleanup`: cuts off the blocks beyond the size of an inode on the orphan list.
    fn process_orphan(&mut self, ino: u8) {
        let Inode { committed_orphan, size, .. } = self.state.inodes[usize::from(ino)];
        if committed_orphan {
            self.state.disk(ino)[usize::from(size)..].fill(Mapping::Hole);
        }
    }

    /// The journal is recovered, and every block of every file is read.
    fn recover(&mut self) {
        *self.state.power() = Power::Recovered;
        for ino in 0..self.setup.files.len() as u8 {
            self.process_orphan(ino);
        }
        let mut wrong = 0;
        let mut broken = [false; 3];
        for (ino, inode) in (0..).zip(&self.state.inodes) {
            for lblk in 0..crate::bounds::BLOCKS_MAX as u8 {
                let content = found_after_recovery(&self.state, inode, lblk);
                let version = Content::version_of(content, ino, lblk);
                // What is written beyond the size shows as soon as the file grows.
                let shows = found_beyond(&self.state, inode, lblk).or(content);
                let here = [
                    Content::is_strange(shows, ino, lblk),
                    version < inode.synced[usize::from(lblk)],
                    version < inode.osynced[usize::from(lblk)],
                ];
                wrong += u8::from(here.contains(&true));
                broken = core::array::from_fn(|i| broken[i] || here[i]);
            }
        }
        self.obs.note(Note::Recovered { wrong });
        let promises = [Promise::NoStaleCrash, Promise::FsyncDurable, Promise::OsyncDurable];
        let any = |of: fn(&Inode) -> &[u8]| {
            self.state.inodes.iter().any(|inode| of(inode).iter().any(|version| *version > 0))
        };
        let checked = [any(|i| &i.version), any(|i| &i.synced), any(|i| &i.osynced)];
        for (promise, _) in promises.into_iter().zip(checked).filter(|(_, checked)| *checked) {
            self.obs.note(Note::Checked(promise));
        }
        for (promise, _) in promises.into_iter().zip(broken).filter(|(_, broken)| *broken) {
            self.break_promise(promise);
        }
    }
}

/// What a written block beyond the end of the file holds after recovery.
fn found_beyond(state: &State, inode: &Inode, lblk: u8) -> Option<Content> {
    let grown = Inode { size: crate::bounds::BLOCKS_MAX as u8, ..*inode };
    if lblk < inode.size { None } else { found_after_recovery(state, &grown, lblk) }
}

/// What a read of a block returns after recovery. `None` means zeroes, or beyond the end.
pub fn found_after_recovery(state: &State, inode: &Inode, lblk: u8) -> Option<Content> {
    match inode.disk[usize::from(lblk)] {
        Mapping::Written(pblk) if lblk < inode.size => {
            state.media.get(usize::from(pblk)).map(|media| media.durable)
        }
        _ => None,
    }
}
