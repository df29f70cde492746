//! Plans: the order in which a design completes an IO, in irq context and in a worker.

use super::knobs::{
    Ack, Decrement, Early, FailedWriteback, InodeLock, Knobs, SizeUpdate, SyncBy, Workers,
    WritebackCleared,
};
use super::pc::Pc;
use super::state::Io;

/// The parts of a completion, in order. A plan is data, so that its properties can be checked:
/// nothing in irq context sleeps, and nothing is read after it was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    parts: [Pc; 6],
    len: u8,
}

impl Plan {
    /// The parts of the plan, in order.
    pub fn parts(&self) -> &[Pc] {
        &self.parts[..usize::from(self.len)]
    }

    /// The part at a position, or `None` after the end of the plan.
    pub fn at(&self, position: u8) -> Option<Pc> {
        self.parts().get(usize::from(position)).copied()
    }

    fn of<const N: usize>(parts: [(bool, Pc); N]) -> Plan {
        const { assert!(N <= 6) };
        let (mut plan, mut len) = ([Pc::Idle; 6], 0);
        // Writing an unwanted part and then another one over it takes no branch.
        for (wanted, pc) in parts {
            plan[len] = pc;
            len += usize::from(wanted);
        }
        if let Some(unwanted) = plan.get_mut(len) {
            *unwanted = Pc::Idle;
        }
        Plan { parts: plan, len: len as u8 }
    }
}

/// The plan of the irq handler when a write's bio is done. Under early conversion it has the order
/// of the RFC's `ext4_end_io_bh`. Without early conversion it has that of `ext4_end_io_dio`
/// (fs/ext4/inode.c v3.7) and `ext4_end_bio` (fs/ext4/page-io.c v3.7), and from v3.12 on that of
/// `dio_bio_end_aio`.
pub fn irq_plan(knobs: &Knobs, io: &Io) -> Plan {
    if io.writeback {
        let cleared = !io.unwritten || knobs.writeback_cleared == WritebackCleared::Irq;
        return Plan::of([
            (writeback_converts(knobs, io) && knobs.early == Early::DioAndBuffered, Pc::EsConvert),
            (cleared, Pc::EndWriteback),
            (io.unwritten, Pc::AddCompleteIo),
        ]);
    }
    if io.waits {
        // The submitter sleeps until the bio is done, and then does the rest.
        return Plan::of([(true, Pc::BioDone)]);
    }
    let ours = knobs.workers == Workers::RsvAndDio;
    // Dropping pages may sleep, so a worker does it (iomap_dio_bio_end_io, v5.5: every write is
    // queued).
    let for_worker = dio_converts(knobs, io) || ours && (io.sync || knobs.invalidate);
    if !for_worker {
        // From v4.6 on there is nothing to convert if the bio has failed.
        // From v3.9 on the file's reference goes last ("fix possible use-after-free with AIO").
        let last = knobs.complete_last;
        return Plan::of([
            (counts_dio(knobs, io), Pc::Decrement),
            (!last, Pc::AioComplete),
            (true, Pc::DioDone),
            (last, Pc::AioComplete),
        ]);
    }
    let acknowledges = !worker_acknowledges(knobs, io);
    let early = dio_converts(knobs, io) && knobs.early != Early::No;
    Plan::of([
        (early, Pc::EsConvert),
        (true, if ours { Pc::QueueDioWork } else { Pc::AddCompleteIo }),
        (acknowledges && !knobs.complete_last, Pc::AioComplete),
        (drops_dio_count_in_irq(knobs, io), Pc::DioDone),
        (acknowledges && knobs.complete_last, Pc::AioComplete),
    ])
}

/// The plan of a worker for an IO: `ext4_end_io` (fs/ext4/page-io.c v3.7, with each design's
/// changes), or from v3.12 on `dio_complete`.
pub fn worker_plan(knobs: &Knobs, io: &Io) -> Plan {
    if io.writeback {
        let cleared = knobs.writeback_cleared == WritebackCleared::Converted;
        return Plan::of([
            (writeback_converts(knobs, io), Pc::Convert),
            (true, Pc::Decrement),
            // `ext4_release_io_end` ends the bios last: then the inode may go.
            (cleared, Pc::EndWriteback),
        ]);
    }
    let acknowledges = worker_acknowledges(knobs, io);
    let dio_done = !drops_dio_count_in_irq(knobs, io);
    let syncs = io.sync && !io.fua && knobs.sync_by != SyncBy::Submitter;
    if !syncs && knobs.workers != Workers::RsvAndDio {
        let last = knobs.complete_last;
        return Plan::of([
            (true, Pc::Convert),
            (acknowledges && !last, Pc::AioComplete),
            (dio_done, Pc::DioDone),
            (counts_dio(knobs, io), Pc::Decrement),
            (acknowledges && last, Pc::AioComplete),
        ]);
    }
    let before = !syncs || knobs.decrement == Decrement::BeforeSync;
    Plan::of([
        (dio_converts(knobs, io), Pc::Convert),
        (counts_dio(knobs, io) && before, Pc::Decrement),
        (dio_done, Pc::DioDone),
        // A failed IO is no write to sync.
        (syncs && !io.error, Pc::Sync),
        (counts_dio(knobs, io) && !before, Pc::Decrement),
        (acknowledges, Pc::AioComplete),
    ])
}

/// Whether the blocks of a writeback are converted. Until v6.14 they are converted even if the bio
/// failed.
pub(super) fn writeback_converts(knobs: &Knobs, io: &Io) -> bool {
    io.unwritten && !(io.error && knobs.failed_writeback == FailedWriteback::StaysUnwritten)
}

/// Whether the blocks of an AIO write are converted. Until v4.5 they are converted even if the bio
/// failed: `dio_complete` (fs/direct-io.c v3.8) calls `->end_io` with the bytes that it has
/// submitted.
fn dio_converts(knobs: &Knobs, io: &Io) -> bool {
    let stays = knobs.failed_dio == FailedWriteback::StaysUnwritten || io.waits;
    io.unwritten && !(io.error && stays)
}

/// Whether an AIO write is counted in `i_unwritten`. Under iomap it has no io_end and is not
/// counted.
pub fn counts_dio(knobs: &Knobs, io: &Io) -> bool {
    io.unwritten && knobs.inode_lock == InodeLock::Mutex
}

fn worker_acknowledges(knobs: &Knobs, io: &Io) -> bool {
    match knobs.ack {
        _ if io.told => false,
        _ if !dio_converts(knobs, io) => true,
        Ack::Irq => false,
        Ack::Converted => true,
        Ack::SyncConverted => io.sync,
    }
}

/// The place where a synchronous write drops its share of `i_dio_count`: until v3.10 when its bio
/// is done, from v3.11 on after its conversion (`ext4_ext_direct_IO`; from v5.5
/// `iomap_dio_complete`), and from v6.7 on after the size update in `->end_io`.
pub(super) fn drops_dio_count_at(knobs: &Knobs, io: &Io) -> Pc {
    let in_end_io = knobs.inode_lock == InodeLock::Rwsem;
    if knobs.workers == Workers::One {
        return Pc::DioAwait;
    }
    if io.extends && in_end_io && knobs.size_update == SizeUpdate::BeforeSync {
        return Pc::SizeUpdate;
    }
    if io.unwritten && !io.error { Pc::ConvertMap } else { Pc::DioAwait }
}

/// The RFC calls `inode_dio_done` in irq context, even for IOs that the worker acknowledges. Where
/// each IO is a work item, the count drops after the conversion.
fn drops_dio_count_in_irq(knobs: &Knobs, io: &Io) -> bool {
    match knobs.workers {
        Workers::RsvAndDio => !worker_acknowledges(knobs, io),
        Workers::One | Workers::RsvAndUnrsv => knobs.ack != Ack::Converted,
    }
}
