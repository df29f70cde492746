//! What the RFC of 24 December 2012 does to a place: its hunks, by file.

use crate::kernel::{Early, Era, Knobs, Pc};

/// The reader's wait for pending conversions.
const REMOVED: [Pc; 3] = [Pc::ReadCheck, Pc::ReadFlushLock, Pc::ReadFlushUnlock];

/// What the worker did and the irq does.
const MOVED: [Pc; 2] = [Pc::AioComplete, Pc::DioDone];

/// The hunk of the RFC that touches a place, from where it stands in a design: as the patch found
/// it, or as it left it. None for a design that belongs to a later kernel.
pub(super) fn hunk(pc: Pc, knobs: &Knobs, in_irq: bool) -> Option<&'static str> {
    if Era::of(knobs) != Era::One {
        return None;
    }
    let is_applied = knobs.early != Early::No;
    if REMOVED.contains(&pc) {
        return Some("RFC, indirect.c: removed");
    }
    if pc == Pc::EsConvert {
        return Some("RFC, page-io.c: added");
    }
    if pc == Pc::AddCompleteIo {
        return Some(match is_applied {
            true => "RFC, inode.c: moved into ext4_end_io_bh",
            false => "RFC, inode.c: moves into ext4_end_io_bh",
        });
    }
    if !MOVED.contains(&pc) {
        return None;
    }
    match (in_irq, is_applied) {
        (true, true) => Some("RFC, page-io.c: moved here from the worker"),
        (true, false) => None,
        (false, true) => Some("RFC, page-io.c: moved into the irq, but not in this design"),
        (false, false) => Some("RFC, page-io.c: moves into the irq"),
    }
}
