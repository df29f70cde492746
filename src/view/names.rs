//! How things are called on the page, in one place, so that pictures, tables and sentences agree.

use crate::kernel::{Actor, Range, Setup};

/// The name of a write of the script: A, B, …, Z, A2, B2, …
pub fn write_name(nr: u8) -> String {
    let letter = char::from(b'A' + nr % 26);
    match nr / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

/// A range as the kernel's traces write it: `[0/4)`.
pub fn range_text(range: Range) -> String {
    format!("[{}/{})", range.lblk, range.len)
}

/// What kind of context an actor runs in, for people who do not know the name.
pub fn actor_title(actor: Actor) -> &'static str {
    match actor {
        Actor::Thread(_) => "user thread",
        Actor::Irq(_) => "completion of a bio, in irq context",
        Actor::Kworker(_) => "kworker of ext4-dio-unwritten",
        Actor::Jbd2 => "the journal's commit thread",
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

#[cfg(test)]
mod tests {
    use super::write_name;

    #[test]
    fn writes_are_named_by_letter_and_then_by_round() {
        assert_eq!([0, 1, 25, 26, 53].map(write_name), ["A", "B", "Z", "A2", "B3"]);
    }
}
