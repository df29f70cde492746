//! The facts about a setup that determine footprints.

use super::footprint::bits;
use super::knobs::{EsContent, EsLock, Fua, Workers};
use super::op::Op;
use super::overwrite::may_submit_unlocked;
use super::setup::{Budgets, Setup};
use crate::bounds::{BLOCKS_MAX, INODES_MAX, IOS_MAX};

/// The facts about a setup that determine footprints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// Somebody has looked at what every operation and mount option of the setup touches. Elsewhere
    /// all steps are taken.
    pub(super) is_known: bool,
    /// Whether pages are ever cached.
    pub(super) cached: bool,
    /// The blocks of each file that are ever cached, as bits.
    pub(super) pages: [u16; INODES_MAX as usize],
    /// The first block of each file that may be freed, which may also change the file's end.
    pub(super) frees_from: [u8; INODES_MAX as usize],
    /// Whether failures are possible, so that a write may have to be undone.
    pub(super) fails: bool,
    /// Whether writes hold `i_data_sem` while they wait for their bios.
    pub(super) data_sem: bool,
    /// Whether an overwrite may drop `i_mutex` before it submits.
    pub(super) unlocks: bool,
    /// Whether the power may be cut.
    pub(super) crash: bool,
    /// Whether a task besides the worker may convert IOs of an inode's list.
    pub(super) flushes: bool,
    /// Whether events are reaped.
    pub(super) reaps: bool,
    /// Whether the AIO context may be full.
    pub(super) full_slots: bool,
    /// Whether the IO table may be full.
    pub(super) full_table: bool,
    /// Whether the ES tree ever has extents.
    pub(super) es: bool,
    /// Whether events are reaped by `getevents`.
    pub(super) getevents: bool,
    /// Whether each file is truncated.
    pub(super) truncates: [bool; INODES_MAX as usize],
    /// Whether a write syncs.
    pub(super) write_syncs: bool,
    /// Whether the workers of `s_dio_done_wq` can be told apart.
    pub(super) knows_dio_workers: bool,
    /// Whether AIO is completed by workers of `s_dio_done_wq`, which are equivalent.
    pub(super) queue_is_dio: bool,
}

impl Facts {
    pub(super) fn of(setup: &Setup) -> Facts {
        let ops = || setup.threads.iter().flatten();
        let cached = ops().any(|op| op.is_buffered());
        let aio = |op: &Op| if op.submits_aio() { u32::from(op.writes()) } else { 0 };
        let aios = ops().map(aio).sum::<u32>();
        // A writeback bio has at least one page, and each page was written before.
        let bios = |op: &Op| match op {
            Op::BufWrite { range, .. } => u32::from(range.len),
            _ => u32::from(op.writes()),
        };
        let cuts = |ino: u8| {
            let size = |op: &Op| match *op {
                Op::Truncate { ino: of, size } if of == ino => Some(size),
                _ => None,
            };
            let cut = ops().filter_map(size).min().unwrap_or(BLOCKS_MAX as u8);
            // A failed write may have to be truncated again.
            if setup.budgets.eio > 0 || setup.budgets.enospc > 0 { 0 } else { cut }
        };
        let pages = |ino: u8| {
            let buffered = ops().filter(|op| op.is_buffered() && op.ino() == ino);
            buffered.filter_map(|op| op.range()).fold(0, |all, range| all | bits(range.blocks()))
        };
        let truncates =
            |ino: u8| ops().any(|op| matches!(*op, Op::Truncate { ino: of, .. } if of == ino));
        let full_slots = aios > u32::from(setup.slots);
        let getevents = ops().any(|op| matches!(op, Op::Getevents { .. }));
        // More AIO may be queued than there are workers.
        let few_workers = aios >= u32::from(setup.kworkers());
        let anonymous = setup.has_anonymous_kworkers();
        Facts {
            is_known: setup.delalloc && ops().all(is_known) && !is_unknown(setup),
            cached,
            pages: [pages(0), pages(1)],
            frees_from: [cuts(0), cuts(1)],
            data_sem: ops().any(|op| matches!(op, Op::DioWrite { aio: false, .. }))
                || may_submit_unlocked(setup),
            unlocks: may_submit_unlocked(setup),
            crash: setup.budgets.crash > 0,
            fails: setup.budgets.eio > 0 || setup.budgets.enospc > 0,
            flushes: ops().any(|op| !op.is_aio() || op.syncs()),
            reaps: full_slots || getevents,
            full_slots,
            full_table: ops().map(bios).sum::<u32>() > IOS_MAX,
            es: cached || setup.design.knobs.es_content != EsContent::Delayed,
            getevents,
            truncates: [truncates(0), truncates(1)],
            write_syncs: ops().any(|op| op.writes() > 0 && op.syncs()),
            knows_dio_workers: few_workers || !anonymous,
            queue_is_dio: setup.design.knobs.workers == Workers::RsvAndDio && anonymous,
        }
    }
}

/// Whether the footprints of an operation are its own: a new one begins among the others.
fn is_known(op: &Op) -> bool {
    match op {
        Op::DioWrite { .. }
        | Op::AioBatch { .. }
        | Op::DioRead { .. }
        | Op::BufWrite { .. }
        | Op::BufRead { .. }
        | Op::Fsync { .. }
        | Op::Fallocate { .. }
        | Op::Truncate { .. }
        | Op::Fiemap { .. }
        | Op::Seek { .. }
        | Op::DropCaches { .. }
        | Op::Getevents { .. } => true,
        Op::Range { .. } | Op::MmapWrite { .. } | Op::Close { .. } | Op::Unlink { .. } => false,
    }
}

/// Whether a setup has a part whose footprints are not proved yet: failures, the page cache,
/// lifetimes, half blocks, clusters, locks and references of the RFC as posted.
fn is_unknown(setup: &Setup) -> bool {
    let Budgets { eio, enospc, quick, .. } = setup.budgets;
    let knobs = &setup.design.knobs;
    let is_buffered = setup.threads.iter().flatten().any(|op| op.is_buffered());
    // A failure changes what later steps owe.
    eio > 0
        || enospc > 0
        || quick > 0
        || is_buffered
        || setup.has_lifetimes()
        || setup.has_halves()
        || setup.cluster_bits() > 0
        || knobs.fua != Fua::No
        || knobs.convert_lock
        || !knobs.io_end_ref
        || knobs.es_lock == EsLock::Plain
}
