//! The environment: memory pressure, failures, the power cut and recovery.

use crate::es::EsOp;

use super::knobs::EsLock;
use super::machine::Machine;
use super::note::{Fault, Note, Observer};
use super::pc::Pc;
use super::plan::irq_plan;
use super::promise::Promise;
use super::state::{
    Content, EsTree, Fifo, Inode, Io, Journal, Life, Mapping, Marks, NOBODY, Page, Power, Stage,
    State, Task,
};
use crate::es::Status;

/// Entries that one run of the shrinker scans in each inode (`SHRINK_BATCH`).
const SHRINK_BATCH: i32 = 128;
const BLOCKS: usize = crate::bounds::BLOCKS_MAX as usize;

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// Removes one fault from its budget.
    pub(super) fn spend(&mut self, fault: Fault) {
        let left = self.state.left();
        match fault {
            Fault::Eio => left.eio -= 1,
            Fault::Enospc => left.enospc -= 1,
            Fault::Nomem => left.nomem -= 1,
            Fault::Reclaim => left.reclaim -= 1,
            Fault::Quick => left.quick -= 1,
        }
        self.obs.note(Note::Failed(fault));
    }

    /// A task takes `i_es_lock`. If interrupts are on, the irq of a bio may come on the same CPU
    /// while the task holds it, and spin forever on the lock that its early conversion needs.
    pub(super) fn takes_es_lock(&mut self, ino: u8) {
        let knobs = self.knobs();
        let spins = |io: &Io| {
            io.ino == ino
                && io.stage == Stage::Submitted
                && irq_plan(&knobs, io).at(0) == Some(Pc::EsConvert)
        };
        if knobs.es_lock == EsLock::Plain && self.state.ios.iter().any(spins) {
            self.break_promise(Promise::NoDeadlock);
        }
    }

    pub(super) fn step_shrinker(&mut self) {
        self.state.left().shrink -= 1;
        self.shrink();
    }

    /// Runs the extent status shrinker once over every inode.
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

    /// A shrinker that ignores the status also frees delayed entries, which exist only in the ES
    /// tree.
    fn take_delayed(&mut self, ino: u8) {
        loop {
            let es = &self.state.inodes[usize::from(ino)].es;
            let Some(entry) = es.iter().find(|entry| entry.status.any(Status::DELAYED)) else {
                return;
            };
            self.es_apply(ino, EsOp::Remove { lblk: entry.lblk, len: entry.len });
        }
    }

    pub(super) fn step_power(&mut self, pc: Pc) {
        if pc == Pc::PowerCut { self.cut_power() } else { self.recover() }
    }

    /// Drops everything that a power cut loses: memory, and the device's write cache.
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
            // The promises about a block move to its place after recovery.
            let places = inode.places_of_committed();
            let back = |of: [u8; BLOCKS]| places.map(|place| of[place]);
            let marks = |of: Marks| Marks { first: back(of.first), second: back(of.second) };
            if inode.life != Life::Named {
                // A removed file has no promises.
                (inode.synced, inode.osynced) = Default::default();
            }
            *inode = Inode {
                es: EsTree::new(),
                disk: inode.committed,
                order: inode.committed_order,
                version: back(inode.version),
                acked: marks(inode.acked),
                synced: marks(inode.synced),
                osynced: marks(inode.osynced),
                zeroed: back(inode.zeroed),
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
                life: Life::Named,
                dirty_tid: false,
                sync_tid: false,
                reserved_off: 0,
                odd_buffers: 0,
                ..*inode
            };
        }
    }

    /// `ext4_orphan_cleanup`: frees the blocks beyond the size of an inode on the orphan list.
    fn process_orphan(&mut self, ino: u8) {
        let Inode { committed_orphan, size, .. } = self.state.inodes[usize::from(ino)];
        if committed_orphan {
            self.state.disk(ino)[usize::from(size)..].fill(Mapping::Hole);
        }
    }

    /// Recovers the journal and reads every block of every file.
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
                // Written data beyond the size becomes visible as soon as the file grows.
                let shows = found_beyond(&self.state, inode, lblk).or(content);
                let here = [
                    inode.is_strange(ino, lblk, shows),
                    inode.is_older(ino, lblk, content, &inode.synced),
                    inode.is_older(ino, lblk, content, &inode.osynced),
                ];
                wrong += u8::from(here.contains(&true));
                broken = core::array::from_fn(|i| broken[i] || here[i]);
            }
        }
        self.obs.note(Note::Recovered { wrong });
        let promises = [Promise::NoStaleCrash, Promise::FsyncDurable, Promise::OsyncDurable];
        let any = |of: fn(&Inode) -> bool| self.state.inodes.iter().any(of);
        let checked = [
            any(|inode| inode.version.iter().any(|version| *version > 0)),
            any(|inode| inode.synced.any()),
            any(|inode| inode.osynced.any()),
        ];
        for (promise, _) in promises.into_iter().zip(checked).filter(|(_, checked)| *checked) {
            self.obs.note(Note::Checked(promise));
        }
        for (promise, _) in promises.into_iter().zip(broken).filter(|(_, broken)| *broken) {
            self.break_promise(promise);
        }
    }
}

/// The content of a written block beyond the end of the file after recovery.
fn found_beyond(state: &State, inode: &Inode, lblk: u8) -> Option<Content> {
    let grown = Inode { size: crate::bounds::BLOCKS_MAX as u8, ..*inode };
    if lblk < inode.size { None } else { found_after_recovery(state, &grown, lblk) }
}

/// The result of reading a block after recovery. `None` means zeroes, or beyond the end.
pub fn found_after_recovery(state: &State, inode: &Inode, lblk: u8) -> Option<Content> {
    match inode.disk[usize::from(lblk)] {
        Mapping::Written(pblk) if lblk < inode.size => {
            state.media.get(usize::from(pblk)).map(|media| media.durable)
        }
        _ => None,
    }
}
