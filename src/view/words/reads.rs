//! What a read or recovery finds in a block, in words.

use crate::kernel::{Actor, Content, Op, Range, Setup, State};

use super::names::write_name;

/// What a thread's read returns of a block, from the state before it returns; `None` inside is
/// zeroes. A buffered read returns the page that is cached, a direct one does not look.
pub(in crate::view) fn block_read(
    setup: &Setup,
    before: &State,
    who: Actor,
    lblk: u8,
) -> Option<Option<Content>> {
    let task = &before.tasks[usize::from(who.task()?)];
    let cached = match op_of(setup, before, who)? {
        Op::BufRead { ino, .. } => {
            before.inodes[usize::from(ino)].pages[usize::from(lblk)].content()
        }
        _ => None,
    };
    let pblk = usize::from(task.read[usize::from(lblk)]);
    Some(cached.unwrap_or_else(|| before.media.get(pblk).map(|media| media.now)))
}

/// Whose data a finished read returns: `write A`, `the initial data`.
pub(super) fn read_contents(
    setup: &Setup,
    before: &State,
    who: Actor,
    range: Range,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for lblk in range.blocks() {
        let Some(content) = block_read(setup, before, who, lblk) else { continue };
        let name = match content {
            Some(Content::Write { nr, .. }) => format!("write {}", write_name(nr)),
            Some(Content::Initial { .. }) => "the initial data".into(),
            Some(Content::Stale) => "stale data".into(),
            None => "zeroes".into(),
        };
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

pub(in crate::view) fn op_of(setup: &Setup, state: &State, who: Actor) -> Option<Op> {
    let task = who.task()?;
    state.tasks[usize::from(task)].current(setup, task)
}
