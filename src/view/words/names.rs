//! Names that pictures, tables and sentences use.

use crate::kernel::{self, Actor, FillLock, Op, Range, Setup, State};
use crate::scenario::OpText;

/// The kind of context in which an actor runs, for readers who do not know the actor's name.
pub fn actor_title(actor: Actor) -> &'static str {
    match actor {
        Actor::Thread(_) => "user thread",
        Actor::Irq(_) => "completion of a bio, in irq context",
        Actor::Kworker(_) => "kworker that converts",
        Actor::Jbd2 => "the journal's commit thread",
        Actor::Flusher => "the flusher thread, which writes dirty pages back",
        Actor::Shrinker => "memory pressure",
        Actor::Power => "the power supply",
    }
}

/// The name of a file, as the script gave it.
pub(in crate::view) fn file_name(setup: &Setup, ino: u8) -> &str {
    setup.files.get(usize::from(ino)).map_or("?", |file| file.name.as_str())
}

/// ` of a`, if there are several files; otherwise empty.
pub(in crate::view) fn of_file(setup: &Setup, ino: u8) -> String {
    if setup.files.len() > 1 { format!(" of {}", file_name(setup, ino)) } else { String::new() }
}

/// The lock that orders IO on an inode.
pub fn lock_name(setup: &Setup) -> &'static str {
    kernel::lock_name(&setup.design.knobs)
}

/// The lock that keeps pages out of the page cache while their blocks are removed.
pub(in crate::view) fn fill_lock_name(setup: &Setup) -> &'static str {
    match setup.design.knobs.fill_lock {
        FillLock::No | FillLock::Faults => "i_mmap_sem",
        FillLock::Reads => "invalidate_lock",
    }
}

/// The name of a write: A, B, …, Z, A2, …
pub fn write_name(nr: u8) -> String {
    let letter = char::from(b'A' + nr % 26);
    match nr / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

/// The name of an IO in a sentence: `write A`.
pub fn io_name(state: &State, io: u8) -> String {
    let io = &state.ios[usize::from(io)];
    if io.writeback {
        return format!("writeback of {}", range_text(Range::new(io.lblk, io.len)));
    }
    format!("write {}", write_name(io.nr))
}

/// A range as ftrace writes it: start and length.
pub fn range_text(range: Range) -> String {
    format!("[{})", range.words().join("/"))
}

/// An operation as its thread's line writes it.
pub fn op_text(setup: &Setup, op: Op) -> String {
    OpText { op, files: &setup.files }.to_string()
}

/// `1 block`, `2 blocks`.
pub(crate) fn count(number: u32, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// Sorts items by a number and keeps the order of equal items. The lists on the page are short and
/// mostly sorted, and the library's sort would add two kilobytes of code per type.
pub(crate) fn sorted<T>(mut items: Vec<T>, key: impl Fn(&T) -> u64) -> Vec<T> {
    for next in 1..items.len() {
        let mut at = next;
        while at > 0 && key(&items[at - 1]) > key(&items[at]) {
            items.swap(at - 1, at);
            at -= 1;
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::sorted;

    #[test]
    fn equal_items_keep_their_order() {
        let items = vec!["b1", "a1", "b2", "a2"];
        assert_eq!(sorted(items, |it| it.as_bytes()[0].into()), ["a1", "a2", "b1", "b2"]);
    }
}
