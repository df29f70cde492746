//! How things are called on the page, in one place, so that pictures, tables and sentences agree.

use crate::kernel::{Actor, Setup};

/// What kind of context an actor runs in, for people who do not know the name.
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
pub(super) fn file_name(setup: &Setup, ino: u8) -> &str {
    setup.files.get(usize::from(ino)).map_or("?", |file| file.name.as_str())
}

/// ` of a`, where there is more than one file to tell apart; nothing otherwise.
pub(super) fn of_file(setup: &Setup, ino: u8) -> String {
    if setup.files.len() > 1 { format!(" of {}", file_name(setup, ino)) } else { String::new() }
}

/// `1 block`, `2 blocks`.
pub(in crate::view) fn count(number: u32, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// Items in the order of a number of theirs, equal ones as they were. What is shown is sorted
/// through here: there are a few hundred at most, mostly in order, and the library's sort costs the
/// page two kilobytes for each type.
pub(super) fn sorted<T>(mut items: Vec<T>, key: impl Fn(&T) -> u64) -> Vec<T> {
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
