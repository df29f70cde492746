//! Sentences about `fallocate` with a flag: punch, zero, collapse and insert range.

use crate::kernel::{FillLock, Note, Op, Pc, Promise, RangeMode};

use super::names::{fill_lock_name, lock_name, range_text};
use super::reads::op_of;
use super::task::{Step, by_the_place};

/// The name of the call in a sentence.
fn name(mode: RangeMode) -> &'static str {
    match mode {
        RangeMode::Punch => "punch",
        RangeMode::Zero => "zero",
        RangeMode::Collapse => "collapse",
        RangeMode::Insert => "insert",
        RangeMode::Move => "move",
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place without a sentence of its own is told by its description"
)]
pub(super) fn range_sentence(step: &Step) -> String {
    let &Step { setup, before, who, pc, notes, .. } = step;
    let Some(Op::Range { range, mode, ino }) = op_of(setup, before, who) else {
        return by_the_place(step);
    };
    let (blocks, name) = (range_text(range), name(mode));
    let refused = notes.iter().any(|note| matches!(note, Note::Refused { .. }));
    let broke = Promise::TruncExcl.is_broken_in(notes);
    let broke = if broke { " while a conversion is pending: TRUNC-EXCL" } else { "" };
    match pc {
        Pc::RangeRefuse => {
            format!("{who} calls {name} range, which this kernel does not support: EOPNOTSUPP")
        }
        Pc::RangePages => format!("{who} begins to {name} {blocks}, and writes dirty pages first"),
        Pc::RangeLock if refused => {
            let size = before.inodes[usize::from(ino)].size;
            format!("{who} cannot {name} {blocks} of {size} blocks, nothing changes")
        }
        Pc::RangeLock => format!("{who} takes {} to {name} {blocks}", lock_name(setup)),
        Pc::RangeDio if setup.design.knobs.fill_lock == FillLock::No => {
            format!("{who} finds i_dio_count at 0, no direct IO is in flight")
        }
        Pc::RangeDio => {
            format!("{who} finds i_dio_count at 0 and takes {}", fill_lock_name(setup))
        }
        Pc::RangeDrop => match mode {
            RangeMode::Punch | RangeMode::Zero | RangeMode::Move => {
                format!("{who} drops the pages of {blocks}")
            }
            RangeMode::Collapse | RangeMode::Insert => {
                format!("{who} drops the pages from block {} on", range.lblk)
            }
        },
        Pc::PunchFree => format!("{who} frees the blocks of {blocks} in both trees{broke}"),
        Pc::MoveLock if refused => format!("{who} has no other file to move blocks to"),
        Pc::MoveLock => format!("{who} takes the locks of both files to move {blocks}"),
        Pc::MoveDio => format!("{who} finds i_dio_count at 0 in both files"),
        Pc::MoveMap => format!("{who} looks the next block of {blocks} up, to move it"),
        Pc::MoveSwap if refused => {
            format!("{who} cannot move a block whose page is dirty, and gives up")
        }
        Pc::MoveSwap if !notes.iter().any(|note| matches!(note, Note::Disk { .. })) => {
            format!("{who} moves no block: it looks again, or goes on")
        }
        Pc::MoveSwap => format!("{who} exchanges a block with the other file"),
        Pc::ZeroConvert => format!("{who} makes {blocks} unwritten in both trees{broke}"),
        Pc::ShiftForget => {
            let frees = if mode == RangeMode::Collapse {
                format!(", frees {blocks}")
            } else {
                String::new()
            };
            format!(
                "{who} forgets the extents from block {} on{frees}, and drops i_data_sem",
                range.lblk
            )
        }
        Pc::CollapseShift => {
            format!("{who} frees {blocks} and moves the blocks after it forward{broke}")
        }
        Pc::InsertShift => format!("{who} moves the blocks from {} on back{broke}", range.lblk),
        _ => by_the_place(step),
    }
}
