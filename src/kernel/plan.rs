//! The plans by which a design completes an IO: what the irq does, and what a worker does.

use super::knobs::{
    Ack, Decrement, Early, FailedWriteback, InodeLock, Knobs, SyncBy, Workers, WritebackCleared,
};
use super::pc::Pc;
use super::state::Io;

/// What completes an IO, in order. A plan is data, so that its properties (nothing in irq context
/// sleeps; nothing is read after it was handed over) can be read off it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    parts: [Pc; 6],
    len: u8,
}

impl Plan {
    /// The parts, in order.
    pub fn parts(&self) -> &[Pc] {
        &self.parts[..usize::from(self.len)]
    }

    /// The part at a position, if the plan is that long.
    pub fn at(&self, position: u8) -> Option<Pc> {
        self.parts().get(usize::from(position)).copied()
    }

    fn of(parts: impl IntoIterator<Item = (bool, Pc)>) -> Plan {
        let mut plan = Plan { parts: [Pc::Idle; 6], len: 0 };
        for (_, pc) in parts.into_iter().filter(|(wanted, _)| *wanted) {
            plan.parts[usize::from(plan.len)] = pc;
            plan.len += 1;
        }
        plan
    }
}

/// What the irq does when a write's bio is done. The order under early conversion is that of the
/// RFC's `ext4_end_io_bh`; without it, that of `ext4_end_io_dio` (fs/ext4/inode.c v3.7) and
/// `ext4_end_bio` (fs/ext4/page-io.c v3.7), and from v3.12 of `dio_bio_end_aio`.
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
        // The submitter sleeps on the bio and does the rest.
        return Plan::of([(true, Pc::BioDone)]);
    }
    let ours = knobs.workers == Workers::RsvAndDio;
    // What invalidates pages may sleep (iomap_dio_bio_end_io, v5.5: every write is queued).
    let for_worker = io.unwritten && !io.error || ours && (io.sync || knobs.invalidate);
    if !for_worker {
        // A bio that failed has transferred nothing: there is nothing to convert.
        return Plan::of([
            (counts_dio(knobs, io), Pc::Decrement),
            (true, Pc::AioComplete),
            (true, Pc::DioDone),
        ]);
    }
    let acknowledges = !worker_acknowledges(knobs, io);
    let early = io.unwritten && !io.error && knobs.early != Early::No;
    Plan::of([
        (early, Pc::EsConvert),
        (true, if ours { Pc::QueueDioWork } else { Pc::AddCompleteIo }),
        (acknowledges, Pc::AioComplete),
        (drops_dio_count_in_irq(knobs, io), Pc::DioDone),
    ])
}

/// What a worker does with an IO: `ext4_end_io` (fs/ext4/page-io.c v3.7, and as each design
/// changes it), or from v3.12 `dio_complete`.
pub fn worker_plan(knobs: &Knobs, io: &Io) -> Plan {
    if io.writeback {
        let cleared = knobs.writeback_cleared == WritebackCleared::Converted;
        return Plan::of([
            (writeback_converts(knobs, io), Pc::Convert),
            (cleared, Pc::EndWriteback),
            (true, Pc::Decrement),
        ]);
    }
    let acknowledges = worker_acknowledges(knobs, io);
    let dio_done = !drops_dio_count_in_irq(knobs, io);
    let syncs = io.sync && knobs.sync_by != SyncBy::Submitter;
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
        (io.unwritten && !io.error, Pc::Convert),
        (counts_dio(knobs, io) && before, Pc::Decrement),
        (dio_done, Pc::DioDone),
        // An error is no write to sync.
        (syncs && !io.error, Pc::Sync),
        (counts_dio(knobs, io) && !before, Pc::Decrement),
        (acknowledges, Pc::AioComplete),
    ])
}

/// Whether the blocks of a writeback are converted: until v6.14 also if its bio has failed.
pub(super) fn writeback_converts(knobs: &Knobs, io: &Io) -> bool {
    io.unwritten && !(io.error && knobs.failed_writeback == FailedWriteback::StaysUnwritten)
}

/// Whether an AIO write is counted in `i_unwritten`: in iomap's time it has no io_end.
pub fn counts_dio(knobs: &Knobs, io: &Io) -> bool {
    io.unwritten && knobs.inode_lock == InodeLock::Mutex
}

fn worker_acknowledges(knobs: &Knobs, io: &Io) -> bool {
    match knobs.ack {
        _ if !io.unwritten || io.error => true,
        Ack::Irq => false,
        Ack::Converted => true,
        Ack::SyncConverted => io.sync,
    }
}

/// The RFC calls `inode_dio_done` in irq context, also for what the worker acknowledges; where
/// each IO is a work item, the count drops with the conversion.
fn drops_dio_count_in_irq(knobs: &Knobs, io: &Io) -> bool {
    match knobs.workers {
        Workers::RsvAndDio => !worker_acknowledges(knobs, io),
        Workers::One | Workers::RsvAndUnrsv => knobs.ack != Ack::Converted,
    }
}
