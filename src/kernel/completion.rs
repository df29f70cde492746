//! Completion: the irq handler, the lists, the workers (fs/ext4/{inode,page-io}.c v3.7, and
//! fs/direct-io.c v3.12).

use super::knobs::Workers;
use super::machine::Machine;
use super::note::{Fault, Note, Observer};
use super::pc::Pc;
use super::plan::{irq_plan, writeback_converts};
use super::range::Range;
use super::state::{Acked, Frame, Io, List, NO_IRQ, On, Stage, State};
use super::wait::{invalidates, is_reserved};
use crate::es;

impl<O: Observer + ?Sized> Machine<'_, O> {
    /// Takes one step of an IO's completion, in irq context.
    pub(super) fn step_irq(&mut self, index: u8, pc: Pc) {
        let mut pc = pc;
        if self.io(index).stage == Stage::Submitted {
            self.complete_bio(index);
            // A failed bio is completed by a different plan.
            pc = irq_plan(&self.knobs(), self.io(index)).at(0).unwrap_or(pc);
        }
        self.reads_io_end(index);
        self.finish_part(index, pc);
        let io = *self.io(index);
        let position = if io.irq == NO_IRQ { 1 } else { io.irq + 1 };
        let plan = irq_plan(&self.knobs(), &io);
        if plan.at(position).is_some() {
            self.io(index).irq = position;
            return;
        }
        let queued = plan.parts().iter().any(|p| matches!(p, Pc::AddCompleteIo | Pc::QueueDioWork));
        let io = self.io(index);
        io.irq = NO_IRQ;
        if !io.waits && !queued {
            io.stage = Stage::Converted;
        }
        io.free_if_done();
    }

    /// The bio is done: its data is in the device's cache, or it has failed.
    pub(super) fn complete_bio(&mut self, index: u8) {
        if self.fault == Some(Fault::Eio) {
            self.io(index).error = true;
            self.io(index).stage = Stage::Completed;
            return self.obs.note(Note::BioDone { io: index });
        }
        let io = *self.io(index);
        for (lblk, pblk) in io.blocks().zip(io.pblk) {
            let Some(content) = self.content_of(&io, lblk) else { continue };
            if let Some(media) = self.state.media().get_mut(usize::from(pblk)) {
                media.now = content;
                if io.fua {
                    media.durable = content;
                }
            }
        }
        self.io(index).stage = Stage::Completed;
        self.obs.note(Note::BioDone { io: index });
    }

    /// Performs one part of a completion plan.
    pub(super) fn finish_part(&mut self, index: u8, pc: Pc) {
        let io = *self.io(index);
        if pc != Pc::AioComplete {
            self.uses_inode(io.ino);
        }
        match pc {
            Pc::EsConvert => {
                let memory = match self.fault {
                    Some(Fault::Nomem) => es::Memory::failing(1, u32::MAX),
                    _ => es::Memory::plenty(),
                };
                self.convert_in_es(io.ino, Range::new(io.lblk, io.len), memory);
            }
            Pc::AddCompleteIo => self.add_complete_io(index),
            Pc::QueueDioWork => {
                let io = self.io(index);
                io.stage = Stage::Listed;
                io.list = List::Dio;
                io.queued = true;
                self.push_or_bound(|state| state.dio_work().push(index));
                self.obs.note(Note::Listed { io: index, work: true });
            }
            Pc::AioComplete => self.aio_complete(index),
            Pc::DioDone => {
                if self.knobs().invalidate && invalidates(&io) {
                    self.drop_pages(io.ino, io.range(), true);
                }
                self.drop_dio_count(index);
            }
            Pc::EndWriteback => {
                self.free_reserved_handle(&io);
                self.end_page_writeback(index);
            }
            Pc::Decrement => {
                let i_unwritten = self.state.counts(io.ino).i_unwritten;
                *i_unwritten -= 1;
                let left = *i_unwritten;
                self.io(index).counted = false;
                self.obs.note(Note::Decremented { ino: io.ino, left });
            }
            // The submitter does the rest.
            Pc::BioDone => {}
            _ => debug_assert!(false, "{pc:?} is no part of a plan that is a step"),
        }
    }

    /// Frees a handle that was reserved for a conversion that will not take place (v6.15).
    fn free_reserved_handle(&mut self, io: &Io) {
        let needless = io.unwritten && !writeback_converts(&self.knobs(), io);
        if needless && self.setup.journal > 0 && is_reserved(self.setup, io) {
            self.free_handle_of_writeback();
        }
    }

    /// `aio_complete`: puts the event into the ring.
    pub(super) fn aio_complete(&mut self, index: u8) {
        let nr = self.io(index).nr;
        self.io(index).ack = Acked::Event;
        self.push_or_bound(|state| state.events().push(index));
        self.obs.note(Note::Acknowledged { io: index, nr });
        self.put_file_of_aio(index);
    }

    /// `ext4_add_complete_io`: only the first IO on an empty list queues work.
    fn add_complete_io(&mut self, index: u8) {
        let workers = self.knobs().workers;
        let io = *self.io(index);
        let unrsv = workers == Workers::RsvAndUnrsv && !io.writeback;
        let list = if unrsv { List::Unrsv } else { List::Inode };
        let same = |other: &u8| {
            let other = &self.state.ios[usize::from(*other)];
            other.ino == io.ino && other.list == list
        };
        let first = !self.state.completed.as_slice().iter().any(same);
        // From v3.9 on the work_struct belongs to the inode, so queueing it twice has no further
        // effect.
        let queue = if unrsv { &self.state.unrsv_work } else { &self.state.work };
        let queued = |other: &u8| self.state.ios[usize::from(*other)].ino == io.ino;
        let per_inode = self.knobs().es_version != es::Version::V3_8;
        let pending = per_inode && queue.as_slice().iter().any(queued);
        let work = first && !pending;
        let io = self.io(index);
        io.stage = Stage::Listed;
        io.list = list;
        io.queued = work;
        self.push_or_bound(|state| state.completed().push(index));
        if work {
            self.push_or_bound(|state| {
                if unrsv { state.unrsv_work().push(index) } else { state.work().push(index) }
            });
        }
        self.obs.note(Note::Listed { io: index, work });
    }

    /// A kworker takes a work item: the list of an inode, or from v3.12 on one direct IO.
    pub(super) fn step_work(&mut self, task: u8) {
        let first = State::kworkers().start;
        let workers = self.knobs().workers;
        let state = &mut self.state;
        let (queue, list) = match (task - first, workers) {
            (0, _) => (state.work(), List::Inode),
            (_, Workers::RsvAndUnrsv) => (state.unrsv_work(), List::Unrsv),
            (_, _) => (state.dio_work(), List::Dio),
        };
        let Some(index) = queue.pop() else { return };
        let ino = self.io(index).ino;
        self.io(index).queued = false;
        if list == List::Dio {
            self.io(index).stage = Stage::Converting;
            self.io(index).list = List::Inode;
            return self.call(task, Frame::new(Pc::DioComplete, On::Io(index)));
        }
        let run = if list == List::Unrsv { Pc::UnrsvWorkRun } else { Pc::WorkRun };
        self.call(task, Frame::new(run, On::Inode(ino)));
        let depth = self.task(task).depth();
        self.take_list(ino, list, List::Private { task, depth });
        self.io(index).free_if_done();
    }

    /// Takes one part of a worker's plan that is a separate step.
    pub(super) fn step_end_io(&mut self, task: u8, pc: Pc) {
        let index = self.io_at(task);
        self.finish_part(index, pc);
        if let Some(frame) = self.task(task).top_mut() {
            frame.extra += 1;
        }
    }

    /// A worker has finished with an IO.
    pub(super) fn end_io_done(&mut self, index: u8) {
        let io = self.io(index);
        io.stage = Stage::Converted;
        io.free_if_done();
    }

    /// Moves an inode's list of completed IOs to a task's private list.
    pub(super) fn take_list(&mut self, ino: u8, from: List, private: List) {
        let mut taken = 0;
        let completed = self.state.completed;
        for index in completed.as_slice() {
            let io = &self.state.ios[usize::from(*index)];
            if io.ino == ino && io.list == from {
                self.io(*index).list = private;
                taken += 1;
            }
        }
        self.obs.note(Note::ListTaken { ino, ios: taken });
    }

    /// The oldest IO on the private list of the task's innermost function.
    pub(super) fn next_on_list(&mut self, task: u8) -> Option<u8> {
        let list = List::Private { task, depth: self.task(task).depth() };
        let queued = self.state.completed.as_slice();
        queued.iter().copied().find(|io| self.state.ios[usize::from(*io)].list == list)
    }
}
