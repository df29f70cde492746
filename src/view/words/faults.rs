//! Sentences about page faults.

use crate::kernel::{Next, Note, Op, Page, Pc, next};

use super::names::write_name;
use super::reads::op_of;
use super::task::{Step, by_the_place};

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place without a sentence of its own is told by its description"
)]
pub(super) fn fault_sentence(step: &Step) -> String {
    let &Step { setup, before, after, who, pc, notes } = step;
    let Some(Op::MmapWrite { ino, lblk, nr }) = op_of(setup, before, who) else {
        return by_the_place(step);
    };
    let write = write_name(nr);
    if notes.iter().any(|note| matches!(note, Note::Refused { .. })) {
        return format!("{who} faults at block {lblk} beyond the end of the file: SIGBUS");
    }
    let goes_on = |to: Pc| match next(setup, after, who) {
        Next::Ready { pc } | Next::Blocked { pc, .. } => pc == to,
        Next::Done => false,
    };
    match pc {
        Pc::MmapFault if goes_on(Pc::MmapRead) || goes_on(Pc::ReadHole) => {
            format!("{who} faults at block {lblk}: its page is cached, locked, and read")
        }
        Pc::MmapFault => format!("{who} faults at block {lblk}: its page is cached"),
        Pc::MmapRead => format!("{who}'s page of block {lblk} is read and unlocked"),
        Pc::MmapMkwrite if !notes.iter().any(|note| matches!(note, Note::Dirtied { .. })) => {
            format!("{who} finds the page of block {lblk} gone, the fault is taken again")
        }
        Pc::MmapMkwrite => {
            let page = after.inodes[usize::from(ino)].pages[usize::from(lblk)];
            let where_ =
                if matches!(page, Page::Astray(..)) { ", mapped where it was" } else { "" };
            format!("{who} makes the page of block {lblk} dirty{where_} and stores write {write}")
        }
        _ => by_the_place(step),
    }
}
