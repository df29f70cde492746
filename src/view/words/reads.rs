//! The content that a read or a recovery finds in a block, in words.

use crate::kernel::{Actor, Content, Half, Op, Range, Setup, State};

use super::names::write_name;

/// The content that a thread's read returns for a block, from the state before it returns; an inner
/// `None` is zeroes. A buffered read returns the cached page; a direct read ignores the page cache.
pub(in crate::view) fn block_read(
    setup: &Setup,
    before: &State,
    who: Actor,
    lblk: u8,
) -> Option<Option<Content>> {
    let task = &before.tasks[usize::from(who.task()?)];
    let cached = if let Op::BufRead { ino, .. } = op_of(setup, before, who)? {
        before.inodes[usize::from(ino)].pages[usize::from(lblk)].content()
    } else {
        None
    };
    let pblk = usize::from(task.read[usize::from(lblk)]);
    Some(cached.unwrap_or_else(|| before.media.get(pblk).map(|media| media.now)))
}

/// The data that a finished read returns: `write A`, `the initial data`.
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
            Some(Content::Halves { halves, .. }) => {
                let [first, second] = halves.map(half_name);
                format!("{first} and {second} in one block")
            }
            None => "zeroes".into(),
        };
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// The data of half a block.
fn half_name(half: Half) -> String {
    match half {
        Half::Write { nr, .. } => format!("write {}", write_name(nr)),
        Half::Initial => "the initial data".into(),
        Half::Stale => "stale data".into(),
        Half::Zeroes => "zeroes".into(),
    }
}

pub(in crate::view) fn op_of(setup: &Setup, state: &State, who: Actor) -> Option<Op> {
    let task = who.task()?;
    state.tasks[usize::from(task)].current(setup, task)
}
