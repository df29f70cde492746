//! Sentences about the steps of threads, kworkers and the flusher.

use crate::es::EsOp;
use crate::kernel::{
    Acked, Actor, Fault, Life, List, Note, Op, Pc, PcInfo, Promise, Range, Setup, State, Sync, Task,
};

use super::names::{count, io_name, lock_name, range_text, write_name};
use super::reads::{op_of, read_contents};

/// A step of a task: the states around it, its place, and its notes.
pub(super) struct Step<'a> {
    pub(super) setup: &'a Setup,
    pub(super) before: &'a State,
    pub(super) after: &'a State,
    pub(super) who: Actor,
    pub(super) pc: Pc,
    pub(super) notes: &'a [Note],
}

/// Sentences about buffered IO, writeback and truncate: what happens to pages and sizes.
pub(super) fn page_sentence(step: &Step) -> String {
    let &Step { setup, before, after, who, pc, notes } = step;
    let op = op_of(setup, before, who);
    let lock = lock_name(setup);
    match (pc, op) {
        (Pc::BufCopy, _) if Fault::Nomem.is_in(notes) && !notes.iter().any(dirties) => {
            format!("{who} finds no memory for a delayed entry: the write returns ENOMEM")
        }
        (Pc::BufCopy, _) if Fault::Reclaim.is_in(notes) => {
            format!("{who} needs memory for its page, and goes to evict an inode first")
        }
        (Pc::BufLock, Some(Op::BufWrite { range, nr, .. })) => {
            let (write, range) = (write_name(nr), range_text(range));
            format!("{who} begins write {write}, a buffered write of {range}, and takes {lock}")
        }
        (Pc::BufStart, _) => format!("{who} has its page and starts a jbd2 handle"),
        (Pc::BufCopy, Some(Op::BufWrite { range, nr, .. })) => {
            let (write, range) = (write_name(nr), range_text(range));
            format!("{who} copies write {write} into the page cache, {range} is dirty")
        }
        (Pc::WritebackSubmit, _) if Fault::Enospc.is_in(notes) => {
            format!("{who} finds no room for delayed blocks: ENOSPC, their data is thrown away")
        }
        (Pc::WritebackSubmit, _) => {
            let submitted = notes
                .iter()
                .find_map(|n| if let Note::Submitted { io } = n { Some(*io) } else { None });
            match submitted {
                Some(io) => {
                    let kind = if after.ios[usize::from(io)].unwritten {
                        "unwritten until its conversion"
                    } else {
                        "written at once"
                    };
                    format!("{who} starts the {}, mapped as {kind}", io_name(after, io))
                }
                None => format!("{who} finds no dirty page left"),
            }
        }
        (Pc::WritebackWait, _) => format!("{who} sees PageWriteback cleared"),
        (Pc::TruncLock, Some(Op::Truncate { size, .. })) => {
            format!("{who} truncates to {} and takes {lock}", count(u32::from(size), "block"))
        }
        (Pc::TruncSize, Some(Op::Truncate { size, .. })) => {
            format!("{who} sets i_size to {}", count(u32::from(size), "block"))
        }
        (Pc::TruncDio, _) => format!("{who} finds i_dio_count at 0, no direct IO is in flight"),
        (Pc::TruncPages, _) => format!("{who} drops the pages beyond the new end"),
        (Pc::TruncFree, Some(Op::Truncate { size, .. })) => {
            let pending = Promise::TruncExcl.is_broken_in(notes);
            let broke = if pending { " while a conversion is pending: TRUNC-EXCL" } else { "" };
            format!("{who} frees the blocks from {size} on in both trees{broke}")
        }
        (Pc::SizeUpdate, Some(Op::DioWrite { range, .. })) => {
            format!("{who} grows i_size to {}", count(range.end().into(), "block"))
        }
        (Pc::Close, _) => {
            let last = after.inodes.iter().any(|inode| inode.life == Life::Evicting);
            let last = if last { "; that was the last reference, the inode goes" } else { "" };
            format!("{who} closes its file{last}")
        }
        (Pc::EvictWait, _) => format!("{who} evicts an inode: its pages go"),
        (Pc::EvictFree, _) => format!("{who} frees the blocks, and then the inode"),
        (Pc::Fiemap | Pc::Seek, Some(op)) => report_sentence(who, op, notes),
        (Pc::DropCaches, _) => format!("{who} drops caches"),
        _ => by_the_place(step),
    }
}

/// The sentence of a step without a special case: the description of its place.
pub(super) fn by_the_place(step: &Step) -> String {
    let PcInfo { function, does, .. } = step.pc.info_in(&step.setup.design.knobs);
    let (verb, rest) = does.split_at(does.find(' ').unwrap_or(does.len()));
    let place = if function.is_empty() { String::new() } else { format!(" in {function}") };
    format!("{} {}{rest}{place}", step.who, third_person(verb))
}

/// A verb in the third person singular.
fn third_person(verb: &str) -> String {
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if verb.ends_with(['s', 'x', 'z']) || verb.ends_with("sh") || verb.ends_with("ch") => {
            format!("{verb}es")
        }
        _ => format!("{verb}s"),
    }
}

/// The report of fiemap or of a seek.
fn report_sentence(who: Actor, op: Op, notes: &[Note]) -> String {
    let broke = Promise::KeepDelayed.is_broken_in(notes);
    let broke = if broke { "; a dirty page counts as a hole: KEEP-DELAYED" } else { "" };
    let said = notes.iter().find_map(|note| {
        if let Note::Mapped { mapped, delayed, .. } = *note {
            return Some(format!(
                "{who}'s fiemap reports {} with a place on the disk and {} delayed",
                count(mapped.into(), "block"),
                count(delayed.into(), "block"),
            ));
        }
        let Note::Sought { found, .. } = *note else { return None };
        let what = if matches!(op, Op::Seek { hole: true, .. }) { "hole" } else { "data" };
        Some(match found {
            Some(lblk) => format!("{who} seeks {what} and finds it at block {lblk}"),
            None => format!("{who} seeks {what} and finds none"),
        })
    });
    said.unwrap_or_default() + broke
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place without a sentence of its own is told by its description"
)]
pub(super) fn write_sentence(step: &Step) -> String {
    let &Step { setup, before, after, who, pc, notes } = step;
    let op = op_of(setup, before, who);
    let Some(Op::DioWrite { range, sync, aio, nr, .. }) = op else { return String::new() };
    let write = format!("write {}", write_name(nr));
    let range = range_text(range);
    let lock = lock_name(setup);
    let flag = match sync {
        Sync::No => "",
        Sync::Dsync => " with O_DSYNC",
        Sync::Osync => " with O_SYNC",
    };
    if let Some(Note::Reaped { nr, .. }) = notes.iter().find(|n| matches!(n, Note::Reaped { .. })) {
        let event = write_name(*nr);
        return format!("{who} finds the AIO context full and reaps the event of {event} first");
    }
    match pc {
        Pc::IoSubmit if after.slots_used() == before.slots_used() => {
            format!("{who} finds the AIO context full for {write}")
        }
        Pc::IoSubmit => {
            let slots = format!("slot {} of {}", after.slots_used(), setup.slots);
            format!("{who} submits {write}, an AIO write of {range}{flag}, and takes {slots}")
        }
        Pc::UnalignedLock => {
            format!("{who} takes ext4_aio_mutex: {write} has half blocks, {range}")
        }
        Pc::UnalignedWait => {
            format!("{who} finds i_unwritten at 0, no conversion is pending beside {write}")
        }
        Pc::UnalignedDio => {
            format!("{who} finds i_dio_count at 0, no direct IO is beside the half blocks {range}")
        }
        Pc::WriteLock | Pc::OverwriteLock if aio || pc == Pc::OverwriteLock => {
            format!("{who} takes {lock} for {write}{}", unlocks_to_overwrite(step))
        }
        Pc::WriteLock => format!(
            "{who} begins {write} of {range}{flag} and takes {lock}{}",
            unlocks_to_overwrite(step)
        ),
        Pc::WriteMap | Pc::OverwriteMap if Fault::Enospc.is_in(notes) => {
            format!("{who} has no room to allocate or to split for {write}: ENOSPC, no bio is sent")
        }
        Pc::WriteMap | Pc::OverwriteMap if Fault::Quick.is_in(notes) => {
            format!(
                "{who} maps {range} and submits the bio of {write}, which is done at once: {who} \
                 completes the write itself"
            )
        }
        Pc::WriteMap | Pc::OverwriteMap => {
            let submitted = notes.iter().find_map(|n| {
                if let Note::Submitted { io } = n {
                    Some(&after.ios[usize::from(*io)])
                } else {
                    None
                }
            });
            let mapped = match submitted {
                Some(io) if io.unwritten && has_split(before, after) => {
                    "unwritten, split off on disk"
                }
                Some(io) if io.unwritten => "unwritten",
                _ => "written, nothing will have to be converted",
            };
            let keeps = who.task().is_some_and(|task| holds_data_sem(after, task));
            let mapped = if keeps { "an overwrite, i_data_sem is kept" } else { mapped };
            let task = who.task().map(|task| &after.tasks[usize::from(task)]);
            let holds = task.is_some_and(|task| task.i_mutex | task.shared != 0);
            let is_free = holds || pc == Pc::OverwriteMap;
            let then = if is_free { "" } else { &format!(" and drops {lock}") };
            format!("{who} maps {range} ({mapped}), submits the bio of {write}{then}")
        }
        Pc::DioAwait => {
            let kept = who.task().is_some_and(|task| holds_data_sem(before, task));
            let count = drops_dio_count(notes);
            let drops = match (count.is_empty(), kept) {
                (true, true) => " and drops i_data_sem",
                (false, true) => " and drops i_dio_count and i_data_sem",
                (_, false) => count,
            };
            let failed = before.ios().any(|(_, io)| io.nr == nr && !io.writeback && io.error);
            let done = if failed { "has failed with EIO" } else { "is done" };
            format!("{who} sees that the bio of {write} {done}{drops}")
        }
        Pc::WriteUnlock => format!("{who} drops {lock}, {write} is through"),
        _ => by_the_place(step),
    }
}

/// What an overwrite does in the step in which it takes the lock, if it goes on without the lock.
fn unlocks_to_overwrite(step: &Step) -> &'static str {
    let task = step.who.task().map(|task| &step.after.tasks[usize::from(task)]);
    let next = task.and_then(Task::top).map(|frame| frame.pc);
    match next == Some(Pc::OverwriteMap) {
        true => ", finds an overwrite, takes i_data_sem and drops i_mutex",
        false => "",
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place without a sentence of its own is told by its description"
)]
pub(super) fn read_sentence(step: &Step) -> String {
    let &Step { setup, before, who, pc, notes, .. } = step;
    if pc == Pc::ReadHole {
        return format!("{who} caches the hole that its lookup found");
    }
    let (ino, range) = match op_of(setup, before, who) {
        Some(Op::DioRead { ino, range } | Op::BufRead { ino, range }) => (ino, range),
        _ => return String::new(),
    };
    let blocks = range_text(range);
    let pending = before.inodes[usize::from(ino)].i_unwritten;
    match pc {
        Pc::ReadCheck if pending > 0 => {
            format!("{who} reads {blocks}, finds i_unwritten at {pending} and goes to flush")
        }
        Pc::ReadFlushLock => {
            format!("{who} takes {} to flush pending conversions", lock_name(setup))
        }
        Pc::ReadFlushUnlock => format!("{who} drops {} after the flush", lock_name(setup)),
        Pc::ReadLock => format!("{who} takes {} to read {blocks}", lock_name(setup)),
        Pc::ReadUnlock => format!("{who} drops {} after its read", lock_name(setup)),
        Pc::ReadPages => format!("{who} reads {blocks}, whose dirty pages go out first"),
        Pc::BufRead if !notes.iter().any(|n| matches!(n, Note::Read { .. })) => {
            format!(
                "{who} puts pages of {blocks} into the page cache, locked, maps them and submits"
            )
        }
        Pc::BufReadDone if !notes.iter().any(|n| matches!(n, Note::Read { .. })) => {
            format!("{who}'s pages of {blocks} are read; one is gone and is looked for again")
        }
        Pc::ReadDone | Pc::BufRead | Pc::BufReadDone => {
            let read = notes.iter().find_map(|n| {
                if let Note::Read { zeroes, wrong, .. } = n {
                    Some((*zeroes, *wrong))
                } else {
                    None
                }
            });
            let (zeroes, wrong) = read.unwrap_or((0, 0));
            let broke = notes
                .iter()
                .find_map(|n| if let Note::Broke(promise) = n { Some(promise.id()) } else { None });
            match (broke, zeroes) {
                (Some(promise), _) => format!(
                    "{who}'s read of {blocks} returns {}: {promise} is broken",
                    count(u32::from(wrong), "wrong block")
                ),
                (None, 0) => {
                    let found = read_contents(setup, before, who, range);
                    format!("{who}'s read of {blocks} returns {}", found.join(" and "))
                }
                (None, n) if n == range.len => format!("{who}'s read of {blocks} returns zeroes"),
                (None, n) => {
                    let n = count(u32::from(n), "block");
                    format!("{who}'s read of {blocks} returns zeroes for {n}")
                }
            }
        }
        Pc::ReadCheck | Pc::ReadMap => {
            let asked =
                notes.iter().any(|n| matches!(n, Note::Es { op: EsOp::InsertFromDisk(_), .. }));
            let from = if asked || !notes.iter().any(|n| matches!(n, Note::Es { .. })) {
                "the disk tree"
            } else {
                "the ES tree"
            };
            format!("{who} maps {blocks} for its read, {from} answers, and submits the bio")
        }
        _ => by_the_place(step),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place without a sentence of its own is told by its description"
)]
pub(super) fn task_sentence(step: &Step) -> String {
    let &Step { setup, before, after, who, pc, notes } = step;
    let lock = lock_name(setup);
    let frame = who.task().and_then(|t| before.tasks[usize::from(t)].top());
    let io = frame.and_then(|frame| frame.on.io());
    let write = || io.map_or(String::new(), |io| io_name(before, io));
    match pc {
        Pc::FallocLock => {
            format!("{who} begins to preallocate and takes {lock}, in ext4_fallocate")
        }
        Pc::FallocMap if Fault::Enospc.is_in(notes) => {
            format!("{who} has no room for the holes of its range: fallocate returns ENOSPC")
        }
        Pc::FallocMap => format!("{who} allocates the holes of its range as unwritten blocks"),
        Pc::FsyncPages => {
            format!("{who} begins fsync, dirty pages go out first, in ext4_sync_file")
        }
        Pc::FsyncLock => format!("{who} begins fsync and takes {lock}, in ext4_sync_file"),
        Pc::FsyncCommit if notes.iter().any(|note| matches!(note, Note::CommitRequested)) => {
            format!("{who} asks jbd2 to commit the running transaction")
        }
        Pc::FsyncCommit => {
            format!("{who} finds nothing to commit, flushes the device's cache; fsync returns")
        }
        Pc::FsyncCommitWait => format!("{who} sees the commit done; fsync returns"),
        Pc::FlushTake | Pc::WorkTake | Pc::UnrsvWorkTake | Pc::DioWorkTake => {
            let what = if pc.is_work_take() { "starts the work and takes" } else { "takes" };
            let empty = notes.iter().any(|n| matches!(n, Note::ListTaken { ios: 0, .. }));
            let had = listed(before, who);
            let mut taken = listed(after, who);
            taken.retain(|io| !had.contains(io));
            let names: Vec<String> = taken.iter().map(|io| io_name(after, *io)).collect();
            let names = names.join(", ");
            let is_item =
                taken.first().is_some_and(|io| before.ios[usize::from(*io)].list == List::Dio);
            match (empty, is_item) {
                (true, _) => format!("{who} {what} the inode's list: it is empty"),
                (_, true) => format!("{who} starts the work item of {names}"),
                _ => format!("{who} {what} the inode's list for its own: {names}"),
            }
        }
        Pc::FlushWait => format!("{who} finds i_unwritten at 0, every conversion is done"),
        Pc::ConvertStart => format!("{who} starts a jbd2 handle to convert {}", write()),
        Pc::ConvertMap if Fault::Enospc.is_in(notes) => {
            format!("{who} fails to convert {} on disk: ENOSPC", write())
        }
        Pc::ConvertMap => convert_sentence(before, who, io, notes),
        Pc::EndWriteback => format!("{who} clears PageWriteback of {}", write()),
        Pc::Decrement => {
            let left = notes.iter().find_map(|n| {
                if let Note::Decremented { left, .. } = n { Some(*left) } else { None }
            });
            format!("{who} decrements i_unwritten to {} for {}", left.unwrap_or(0), write())
        }
        Pc::AioComplete => {
            let failed = io.is_some_and(|io| before.ios[usize::from(io)].error);
            let how = if failed { " with EIO" } else { "" };
            format!("{who} acknowledges {}{how}, its event is in the ring", write())
        }
        Pc::DioDone => {
            let dropped = notes.iter().any(|n| matches!(n, Note::PagesDropped { .. }));
            let pages = if dropped { "pages read meanwhile and " } else { "" };
            format!("{who} drops {pages}i_dio_count for {}", write())
        }
        Pc::Getevents => {
            let reaped = notes.iter().find_map(|n| {
                if let Note::Reaped { nr, .. } = n { Some(write_name(*nr)) } else { None }
            });
            let task = who.task().map(|t| after.tasks[usize::from(t)]);
            match (reaped, task.map_or(0, |t| t.to_reap)) {
                (Some(name), 0) => format!("{who} reaps the event of write {name}"),
                (Some(name), n) => {
                    format!("{who} reaps the event of write {name} and wants {n} more")
                }
                (None, 0) => format!("{who} finds no AIO outstanding"),
                (None, n) => format!("{who} asks for {n} events, by io_getevents"),
            }
        }
        _ => by_the_place(step),
    }
}

pub(super) fn convert_sentence(
    before: &State,
    who: Actor,
    io: Option<u8>,
    notes: &[Note],
) -> String {
    let Some(index) = io else { return format!("{who} converts") };
    let io = &before.ios[usize::from(index)];
    let range = range_text(Range::new(io.lblk, io.len));
    let write = io_name(before, index);
    if notes.iter().any(|n| matches!(n, Note::Converted { shadowed: true, .. })) {
        return format!(
            "{who} asks the ES tree, which says {range} is written: the disk tree stays"
        );
    }
    let told = if io.ack == Acked::No { "" } else { ", long acknowledged" };
    let drops = drops_dio_count(notes);
    format!("{who} turns {range} written in the disk tree for {write}{told}{drops}")
}

fn dirties(note: &Note) -> bool {
    matches!(note, Note::Dirtied { .. })
}

/// The addition to a sentence if the step also drops `i_dio_count`.
fn drops_dio_count(notes: &[Note]) -> &'static str {
    let drops = notes.iter().any(|note| matches!(note, Note::DioDone { .. }));
    if drops { " and drops i_dio_count" } else { "" }
}

/// Whether a step split an extent on disk.
fn has_split(before: &State, after: &State) -> bool {
    before.inodes.iter().zip(&after.inodes).any(|(old, new)| old.splits != new.splits)
}

/// Whether a thread holds an `i_data_sem` until its write is done.
fn holds_data_sem(state: &State, task: u8) -> bool {
    state.inodes.iter().any(|inode| u32::from(inode.i_data_sem) >> task & 1 != 0)
}

/// The IOs on a task's private lists, except those that it is converting.
pub(super) fn listed(state: &State, who: Actor) -> Vec<u8> {
    let Some(task) = who.task() else { return Vec::new() };
    let converting = state.tasks[usize::from(task)].frames().iter().filter(|f| f.pc.is_end_io());
    let listed = state.completed.as_slice().iter().filter(|io| {
        matches!(state.ios[usize::from(**io)].list, List::Private { task: t, .. } if t == task)
    });
    converting.filter_map(|frame| frame.on.io()).chain(listed.copied()).collect()
}

pub(super) fn capitalised(text: &str) -> String {
    // All sentences begin with an ASCII letter, so the Unicode tables, which take kilobytes, are
    // not needed.
    let mut text = text.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::third_person;

    #[test]
    fn a_verb_is_put_into_the_third_person() {
        for (verb, third) in [
            ("take", "takes"),
            ("copy", "copies"),
            ("finish", "finishes"),
            ("pass", "passes"),
            ("obey", "obeys"),
        ] {
            assert_eq!(third_person(verb), third);
        }
    }
}
