//! The damage of a broken promise: what a read returned instead of a write, or which write a power
//! cut has lost, and the blocks.

use crate::kernel::{
    Actor, Content, Half, Inode, Marks, Op, Promise, Range, State, found_after_recovery,
};
use crate::scenario::Run;

use crate::view::words::{block_read, of_file, op_of, range_text, write_name};

/// A block with wrong data, and the version that was promised.
struct Lost {
    ino: u8,
    lblk: u8,
    promised: u8,
    /// The contents that a read returned. The data is on the device: only the read is wrong, and
    /// nothing is lost.
    returned: Option<&'static str>,
}

/// The damage of a step that broke a promise: `write A is lost in [0/8)`, `the read returned
/// zeroes, not write A, in [0/8)`, or where a former owner's data is. `None` if the promise is not
/// about the contents of blocks.
pub(super) fn lost(run: &Run, promise: Promise, step: usize) -> Option<String> {
    let blocks = blocks(run, promise, step)?;
    let mut parts: Vec<(String, u8, Range)> = Vec::new();
    for Lost { ino, lblk, promised, returned } in blocks {
        let what = match (name_of(run, step, (ino, lblk, promised)), returned) {
            (Some(write), Some(found)) => format!("the read returned {found}, not {write}, in"),
            (Some(write), None) => format!("{write} is lost in"),
            (None, Some(found)) => format!("the read returned {found} in"),
            (None, None) => "a former owner's data is in".into(),
        };
        match parts.last_mut() {
            Some((last, of, range)) if *last == what && (*of, range.end()) == (ino, lblk) => {
                range.len += 1;
            }
            _ => parts.push((what, ino, Range::new(lblk, 1))),
        }
    }
    let part = |(what, ino, range): (String, u8, Range)| {
        format!("{what} {}{}", range_text(range), of_file(run.setup(), ino))
    };
    let parts: Vec<String> = parts.into_iter().map(part).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The blocks with wrong data in the step that broke a promise, in order.
fn blocks(run: &Run, promise: Promise, step: usize) -> Option<Vec<Lost>> {
    let choice = run.choices().get(step.checked_sub(1)?)?;
    let (before, after) = (run.state_at(step - 1), run.state_at(step));
    if promise == Promise::Raw {
        let (Op::DioRead { ino, range } | Op::BufRead { ino, range }) =
            op_of(run.setup(), before, choice.actor)?
        else {
            return None;
        };
        let task = &before.tasks[usize::from(choice.actor.task()?)];
        // A read that takes a single step records what it must return within that step.
        let must = if task.begun { task.must } else { before.inodes[usize::from(ino)].acked };
        let size = before.inodes[usize::from(ino)].size;
        let lost = |lblk: u8| {
            let found = block_read(run.setup(), before, choice.actor, lblk)?;
            let inode = &before.inodes[usize::from(ino)];
            let half = lost_half(inode, (ino, lblk), found, &must)?;
            let promised = must.half(usize::from(lblk), half);
            let returned = Some(name_of_content(found));
            Some(Lost { ino, lblk, promised, returned })
        };
        return Some(range.blocks().filter(|lblk| *lblk < size).filter_map(lost).collect());
    }
    if choice.actor != Actor::Power {
        return None;
    }
    let mut all = Vec::new();
    for (ino, inode) in (0..).zip(&after.inodes) {
        for lblk in Inode::whole().blocks() {
            let found = found_after_recovery(after, inode, lblk);
            let promised = match promise {
                Promise::FsyncDurable => inode.synced,
                Promise::OsyncDurable => inode.osynced,
                Promise::Raw
                | Promise::NoStale
                | Promise::NoStaleCrash
                | Promise::TruncExcl
                | Promise::NoDeadlock
                | Promise::Progress
                | Promise::Bounded
                | Promise::ErrReport
                | Promise::KeepDelayed
                | Promise::FreeOnce
                | Promise::RsvCount => Marks::NONE,
            };
            let shows_stale =
                promise == Promise::NoStaleCrash && inode.is_strange(ino, lblk, found);
            let half = lost_half(inode, (ino, lblk), found, &promised);
            if shows_stale || half.is_some() {
                let promised = half.map_or(0, |half| promised.half(usize::from(lblk), half));
                all.push(Lost { ino, lblk, promised, returned: None });
            }
        }
    }
    Some(all)
}

/// The contents of a block that a read returned, in words.
fn name_of_content(found: Option<Content>) -> &'static str {
    match found {
        None => "zeroes",
        Some(Content::Stale) => "a former owner's data",
        Some(Content::Initial { .. }) => "the file's old data",
        Some(Content::Write { .. }) => "an earlier write",
        Some(Content::Halves { halves, .. }) if halves.contains(&Half::Zeroes) => {
            "half a block of zeroes"
        }
        Some(Content::Halves { .. }) => "half a block of something else",
    }
}

/// The half of a block whose contents are older than promised.
fn lost_half(
    inode: &Inode,
    (ino, lblk): (u8, u8),
    found: Option<Content>,
    promised: &Marks,
) -> Option<usize> {
    let owed = |half: usize| promised.half(usize::from(lblk), half);
    (0..2).find(|half| inode.half_version(ino, lblk, found, *half) < owed(*half))
}

/// The name of the write that wrote a version of a block, from the last state that has it.
fn name_of(run: &Run, step: usize, (ino, lblk, version): (u8, u8, u8)) -> Option<String> {
    let is_it = |content: Option<Content>| match content {
        Some(Content::Write { nr, .. }) if Content::version_of(content, ino, lblk) == version => {
            Some(nr)
        }
        Some(Content::Halves { halves, .. }) => halves.into_iter().find_map(|half| match half {
            Half::Write { nr, version: of } => (of == version).then_some(nr),
            Half::Stale | Half::Zeroes | Half::Initial => None,
        }),
        _ => None,
    };
    let seen = |state: &State| {
        let page = state.inodes[usize::from(ino)].pages[usize::from(lblk)].content().flatten();
        let media = state.media.iter().map(|media| Some(media.now));
        media.chain([page]).find_map(is_it)
    };
    let nr = (0..=step).rev().filter(|_| version > 0).find_map(|step| seen(run.state_at(step)))?;
    Some(format!("write {}", write_name(nr)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Bounds, Search};
    use crate::kernel::{Row, Setup};
    use crate::scenario::{PRESETS, Script};
    use crate::view::panels::milestones::broken_since;

    /// The losses of the shortest runs of a preset that break a promise, by design.
    fn losses(preset: &str, promise: Promise) -> String {
        let preset = PRESETS.iter().find(|it| it.id == preset).expect("a preset");
        let setup = Script::parse(preset.script).expect("its script").setup;
        let mut text = String::new();
        for row in Row::ALL {
            let setup = Setup { design: row.design(), ..setup.clone() };
            let bounds = Bounds { states: 5_000, ..Bounds::default() };
            let Some(choices) = Search::run(setup.clone(), bounds).shortest(promise) else {
                continue;
            };
            let mut run = Run::new(setup);
            choices.iter().for_each(|choice| run.step(*choice).expect("a step of a witness"));
            let lost = lost(&run, promise, broken_since(&run, promise));
            let lost = lost.unwrap_or_else(|| panic!("{} {}: nothing", preset.id, row.id()));
            text += &format!("{}: {lost}\n", row.id());
        }
        text
    }

    #[test]
    fn a_stale_read_names_the_write_that_it_missed() {
        expect_test::expect![[r#"
            v2.6.35: the read returned zeroes, not write A, in [0/8)
            rfc-v1: the read returned zeroes, not write A, in [0/8)
            rfc-nopblk: the read returned zeroes, not write A, in [0/8)
            rfc-osync: the read returned zeroes, not write A, in [0/8)
            rfc-osync-skipwait: the read returned zeroes, not write A, in [0/8)
        "#]]
        .assert_eq(&losses("S2", Promise::Raw));
    }

    #[test]
    fn a_crash_names_the_blocks_that_came_back_wrong() {
        expect_test::expect![[r#"
            v2.6.35: write A is lost in [0/4)
            v3.8: write A is lost in [0/4)
            rfc-v1: write A is lost in [0/4)
            rfc-nopblk: write A is lost in [0/4)
            rfc-dirty: write A is lost in [0/4)
            rfc-v5: write A is lost in [0/4)
            v3.9: write A is lost in [0/4)
            v3.11: write A is lost in [0/4)
        "#]]
        .assert_eq(&losses("S5b", Promise::OsyncDurable));
        expect_test::expect![[r#"
            v2.6.35: write A is lost in [0/4)
            v3.8: write A is lost in [0/4)
            rfc-v1: write A is lost in [0/4)
            rfc-nopblk: write A is lost in [0/4)
            rfc-dirty: write A is lost in [0/4)
            rfc-osync: write A is lost in [0/4)
            rfc-osync-skipwait: write A is lost in [0/4)
            rfc-v5: write A is lost in [0/4)
            v3.9: write A is lost in [0/4)
            v3.11: write A is lost in [0/4)
        "#]]
        .assert_eq(&losses("S6", Promise::OsyncDurable));
    }

    #[test]
    fn every_preset_that_loses_blocks_says_which() {
        let promises =
            [Promise::Raw, Promise::FsyncDurable, Promise::OsyncDurable, Promise::NoStaleCrash];
        let mut told = 0;
        for preset in PRESETS.iter().filter(|preset| preset.id != "S9") {
            told += promises.map(|it| losses(preset.id, it).lines().count()).iter().sum::<usize>();
        }
        assert!(told > 30, "{told}");
    }
}
