//! Sentences: one source for the page's caption, its live region, the command and plain text.
//!
//! A sentence says who did what and what it means now, in the present tense, in at most
//! [`CAPTION_CHARS_MAX`] characters.

use crate::es::Status;
use crate::kernel::{
    Acked, Actor, Bound, Choice, Content, Fault, Giver, Inode, InodeLock, Link, List, Mapping,
    Next, Note, Op, Pc, Promise, Range, Setup, Stage, State, Sync, Wait, cycle, is_stuck, needs,
    next, place_of,
};
use crate::scenario::{OpText, Run};

use super::names::{count, of_file};
use super::steps::failure;
use super::wrap::{COLUMNS_MAX, wrap};

/// Characters of a caption.
pub const CAPTION_CHARS_MAX: usize = 140;

/// What a button for a step says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLabel {
    /// Who steps: `t1`, `irq:io2`, …
    pub actor: String,
    /// The kernel function: `ext4_end_io_bh`, …
    pub function: &'static str,
    /// What the step does, in a few words.
    pub does: String,
    /// File and version of the function.
    pub source: &'static str,
}

/// What the step before the cursor did, in one sentence.
pub fn caption(run: &Run) -> String {
    let Some(choice) = run.cursor().checked_sub(1).and_then(|i| run.choices().get(i)) else {
        return "Nothing has happened yet: choose a step.".into();
    };
    let before = run.state_at(run.cursor() - 1);
    let mut text = sentence(run.setup(), before, run.state(), *choice, run.last_notes());
    text += &submit_returned(run.last_notes());
    if let Next::Blocked { wait, .. } = next(run.setup(), run.state(), choice.actor) {
        let more = format!("; now it {}", wait_text(run.setup(), run.state(), wait));
        if text.chars().count() + more.chars().count() < CAPTION_CHARS_MAX {
            text += &more;
        }
    }
    text.push('.');
    text
}

/// What an `io_submit` of several iocbs returned in a step, if it did.
fn submit_returned(notes: &[Note]) -> String {
    for note in notes {
        if let Note::SubmitReturned { submitted, left } = note {
            return format!("; io_submit returns {submitted} of {}", submitted + left);
        }
    }
    String::new()
}

/// What a button for a choice says.
pub fn step_label(setup: &Setup, state: &State, choice: Choice) -> StepLabel {
    let pc = match next(setup, state, choice.actor) {
        Next::Ready { pc } => place_of(setup, state, choice, pc),
        Next::Blocked { pc, .. } => pc,
        Next::Done => Pc::Idle,
    };
    let info = pc.info_in(&setup.design.knobs);
    let failure = failure(choice).map_or(String::new(), |what| format!(": {what}"));
    StepLabel {
        actor: choice.actor.to_string(),
        function: info.function,
        does: format!(
            "{}{}{failure}",
            does(setup, state, choice.actor, pc),
            subject_of(setup, state, choice.actor, pc)
        ),
        source: info.source,
    }
}

/// What an actor does in a step at a place. Where all slots are taken an `io_submit` that can step
/// does something else than its place says: it reaps an event first, or returns what it has
/// submitted of a batch.
pub fn does(setup: &Setup, state: &State, actor: Actor, pc: Pc) -> &'static str {
    let task = actor.task().map(|task| state.tasks[usize::from(task)].submitting);
    match (pc, task) {
        (Pc::IoSubmit, Some(batch)) if state.slots_used() >= setup.slots => {
            match (batch.iocb > batch.returned, state.events.is_empty()) {
                (true, _) => "return the short count",
                (false, false) => "reap an event first",
                (false, true) => pc.info().does,
            }
        }
        _ => pc.info_in(&setup.design.knobs).does,
    }
}

/// A step of a run as a line of plain text that fits a mail: its number, who, and what it does.
/// The kernel function's name stands in front where there is room for it.
pub fn step_line(run: &Run, step: usize) -> Option<String> {
    let choice = *run.choices().get(step)?;
    let label = step_label(run.setup(), run.state_at(step), choice);
    let start = format!("{:>4}  {:<10} ", step + 1, choice.to_string());
    let long = format!("{start}{}: {}", label.function, label.does);
    let is_long = label.function.is_empty() || long.chars().count() > COLUMNS_MAX as usize;
    let line = if is_long { start + &label.does } else { long };
    Some(line.chars().take(COLUMNS_MAX as usize).collect())
}

/// The promises that a step of a run broke, and that were not seen broken before, in lines of plain
/// text.
pub fn broken_lines(run: &Run, step: usize, seen: &mut u16) -> String {
    let mut lines = String::new();
    for note in run.notes_of(step) {
        let Note::Broke(promise) = note else { continue };
        if *seen & promise.bit() == 0 {
            *seen |= promise.bit();
            let text = format!("{} is broken: {}", promise.id(), promise.sentence());
            lines += &wrap("      *** ", &text);
            lines.push('\n');
        }
    }
    lines
}

/// What an actor waits for, as what it does: `waits for i_mutex, held by t1`.
pub fn wait_text(setup: &Setup, state: &State, wait: Wait) -> String {
    let who = |wait| {
        let givers = needs(setup, state, wait);
        givers.first().and_then(|g| g.first()).map_or("nobody".into(), |g| g.actor.to_string())
    };
    match wait {
        Wait::Mutex { ino } | Wait::DataSem { ino } => {
            let is_mutex = matches!(wait, Wait::Mutex { .. });
            let lock = if is_mutex { lock_name(setup) } else { "i_data_sem" };
            format!("waits for {lock}{}, held by {}", of_file(setup, ino), who(wait))
        }
        Wait::DioCount { ino } => {
            let count = state.inodes[usize::from(ino)].i_dio_count;
            format!("waits until i_dio_count{} is 0 (now {count})", of_file(setup, ino))
        }
        Wait::Writeback { .. } => "waits for PageWriteback to be cleared".into(),
        Wait::Throttle => "waits for fewer pending conversions".into(),
        Wait::Ordered => "waits for the ordered data to reach the device".into(),
        Wait::Unwritten { ino } => {
            let count = state.inodes[usize::from(ino)].i_unwritten;
            format!("waits until i_unwritten{} is 0 (now {count})", of_file(setup, ino))
        }
        Wait::Bio { io } => format!("waits for the bio of {}", io_name(state, io)),
        Wait::Slot => format!("waits for a slot of the AIO context ({} taken)", setup.slots),
        Wait::Event => "waits for an event".into(),
        Wait::Transaction => "waits for jbd2 to commit, to start a handle".into(),
        Wait::Reserved => "waits for reserved handles to start".into(),
        Wait::Handles => format!("waits for the handle of {} to stop", who(wait)),
        Wait::Commit => "waits for jbd2 to commit".into(),
    }
}

/// The deadlock of a state in one sentence: who waits for what, and who could give it. Nothing if
/// there is no wait-for cycle.
pub fn cycle_sentence(setup: &Setup, state: &State) -> Option<String> {
    let links = cycle(setup, state)?;
    let parts: Vec<String> = links.iter().map(|link| link_text(setup, state, link)).collect();
    Some(format!("Deadlock: {}.", parts.join("; ")))
}

/// One edge of the cycle: `kworker:1 waits until i_unwritten is 0 (now 1), but write B is on its
/// own private list, which nobody else can run`.
pub fn link_text(setup: &Setup, state: &State, link: &Link) -> String {
    let Link { waiter, wait, giver } = link;
    let wait = wait_text(setup, state, *wait);
    match (giver.io, giver.actor == *waiter) {
        // `wait_text` has named the owner of a lock already.
        (None, false) => format!("{waiter} {wait}"),
        (None, true) => format!("{waiter} {wait}, that is by itself"),
        (Some(_), _) => format!("{waiter} {wait}, but {}", giver_text(state, giver, *waiter)),
    }
}

/// Why only the giver can move the IO that is waited for.
fn giver_text(state: &State, giver: &Giver, waiter: Actor) -> String {
    let Giver { io: Some(index), actor } = giver else { return String::new() };
    let name = io_name(state, *index);
    let io = &state.ios[usize::from(*index)];
    let own = *actor == waiter;
    match (io.stage, io.list) {
        (Stage::Listed, List::Private { .. }) if own => {
            format!("{name} is on its own private list, which nobody else can run")
        }
        (Stage::Listed, List::Private { .. }) => {
            format!("{name} is on the private list of {actor}, which nobody else can run")
        }
        (Stage::Listed, List::Inode) => format!("{name} is on the list that {actor} is to run"),
        (Stage::Converting, _) if own => format!("{name} is what {actor} itself is converting"),
        (Stage::Converting, _) => format!("{name} is being converted by {actor}"),
        _ => format!("{name} needs {actor}"),
    }
}

/// The lock that orders IO on an inode.
pub fn lock_name(setup: &Setup) -> &'static str {
    match setup.design.knobs.inode_lock {
        InodeLock::Mutex => "i_mutex",
        InodeLock::Rwsem => "i_rwsem",
    }
}

/// A write's name: A, B, …, Z, A2, …
pub fn write_name(nr: u8) -> String {
    let letter = char::from(b'A' + nr % 26);
    match nr / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

/// A range as ftrace writes it: start and length.
pub fn range_text(range: Range) -> String {
    format!("[{}/{})", range.lblk, range.len)
}

/// An operation as its thread's line writes it.
pub fn op_text(setup: &Setup, op: Op) -> String {
    OpText { op, files: &setup.files }.to_string()
}

/// How a run stands: the badge beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Some actors wait for each other; the sentence names the cycle.
    Deadlock(String),
    /// A promise was broken on the way.
    Broken(Promise),
    /// A bound of the model was reached.
    Bound(&'static str),
    /// Every thread is through and every conversion is done.
    Finished,
    /// Steps can be taken.
    Running,
}

/// A bound that was reached: its constant, and what it limits.
pub fn bound_text(bound: Bound) -> &'static str {
    match bound {
        Bound::Ios => "IOS_MAX: no more direct IOs can be in flight or unreaped",
        Bound::Frames => "FRAMES_MAX: functions are nested as deep as the model goes",
        Bound::EsExtents => "ES_EXTENTS_MAX: the status tree holds no more extents",
        Bound::Pblks => "PBLKS_MAX: every physical block is allocated",
    }
}

/// How the run stands at its cursor.
pub fn standing(run: &Run) -> Standing {
    let (setup, state) = (run.setup(), run.state());
    if let Some(bound) = state.bound {
        return Standing::Bound(bound_text(bound));
    }
    if let Some(sentence) = cycle_sentence(setup, state) {
        return Standing::Deadlock(sentence);
    }
    if let Some(promise) = Promise::ALL.into_iter().find(|p| state.broken & p.bit() != 0) {
        return Standing::Broken(promise);
    }
    match run.enabled().is_empty() && !is_stuck(setup, state) {
        true => Standing::Finished,
        false => Standing::Running,
    }
}

/// `A (io1)`-like names of IOs in sentences: `write A`.
pub fn io_name(state: &State, io: u8) -> String {
    let io = &state.ios[usize::from(io)];
    if io.writeback {
        return format!("writeback of {}", range_text(Range::new(io.lblk, io.len)));
    }
    format!("write {}", write_name(io.nr))
}

/// What a step is about, for its button: ` of write A`, ` for [0/8)`.
fn subject_of(setup: &Setup, state: &State, actor: Actor, pc: Pc) -> String {
    match actor {
        Actor::Irq(io) => match pc {
            Pc::Idle => String::new(),
            _ => format!(", {}", io_name(state, io)),
        },
        Actor::Jbd2 | Actor::Shrinker | Actor::Power => String::new(),
        Actor::Thread(t) if state.tasks[usize::from(t)].depth() < 2 => {
            let op = state.tasks[usize::from(t)].current(setup, t);
            op.map_or(String::new(), |op| format!(" ({})", op_text(setup, op)))
        }
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher => {
            let top = actor.task().and_then(|t| state.tasks[usize::from(t)].top());
            match top.map(|frame| (frame.pc, frame.a)) {
                Some((Pc::EndIo | Pc::ConvertStart | Pc::ConvertMap, io)) => {
                    format!(", {}", io_name(state, io))
                }
                _ => String::new(),
            }
        }
    }
}

/// A task's step: the states around it, where it was taken, and what was noted in it.
struct Step<'a> {
    setup: &'a Setup,
    before: &'a State,
    after: &'a State,
    who: Actor,
    pc: Pc,
    notes: &'a [Note],
}

/// The sentence of a step, without its full stop.
fn sentence(
    setup: &Setup,
    before: &State,
    after: &State,
    choice: Choice,
    notes: &[Note],
) -> String {
    let who = choice.actor;
    let pc = notes.iter().find_map(|n| if let Note::At(pc) = n { Some(*pc) } else { None });
    let pc = pc.unwrap_or(Pc::Idle);
    let step = Step { setup, before, after, who, pc, notes };
    match who {
        Actor::Irq(io) => irq_sentence(before, after, io, pc, notes),
        Actor::Jbd2 => jbd2_sentence(notes),
        Actor::Shrinker => environment_sentence(notes) + &written_only_there(before, after),
        Actor::Power => environment_sentence(notes),
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher if notes.contains(&Note::NoRoom) => {
            format!("{who} finds no room for a handle and asks jbd2 to commit")
        }
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher => match pc {
            Pc::IoSubmit
            | Pc::WriteLock
            | Pc::WriteMap
            | Pc::DioAwait
            | Pc::OverwriteLock
            | Pc::WriteUnlock => write_sentence(&step),
            Pc::ReadPages
            | Pc::ReadCheck
            | Pc::ReadFlushLock
            | Pc::ReadFlushUnlock
            | Pc::ReadLock
            | Pc::ReadMap
            | Pc::ReadDone
            | Pc::ReadUnlock
            | Pc::BufRead
            | Pc::BufReadDone => read_sentence(setup, before, who, pc, notes),
            Pc::BufLock
            | Pc::BufStart
            | Pc::BufCopy
            | Pc::WritebackSubmit
            | Pc::WritebackWait
            | Pc::TruncLock
            | Pc::TruncDio
            | Pc::TruncPages
            | Pc::TruncFree
            | Pc::SizeUpdate
            | Pc::DropCaches => page_sentence(&step),
            _ => task_sentence(&step),
        },
    }
}

fn irq_sentence(before: &State, after: &State, io: u8, pc: Pc, notes: &[Note]) -> String {
    let write = io_name(before, io);
    let data = before.ios[usize::from(io)];
    let range = range_text(Range::new(data.lblk, data.len));
    let first = notes.iter().any(|n| matches!(n, Note::BioDone { .. }));
    let failed = notes.contains(&Note::Failed(Fault::Eio));
    let start = match (first, failed) {
        (true, false) => format!("The bio of {write} is done: "),
        (true, true) => format!("The bio of {write} fails: "),
        (false, _) => String::new(),
    };
    let text = match pc {
        Pc::EsConvert if notes.contains(&Note::Failed(Fault::Nomem)) => {
            format!("the irq cannot convert {range} in the ES tree, no memory, and goes on")
        }
        Pc::QueueDioWork => format!("the irq queues {write} as a work item of its own"),
        Pc::EndWriteback => format!("the irq clears PageWriteback of {range}"),
        Pc::Decrement => format!("the irq decrements i_unwritten, {write} has nothing to convert"),
        Pc::EsConvert if failed || data.error => {
            format!("the irq leaves {range} unwritten in the ES tree")
        }
        Pc::EsConvert => {
            let es = |state: &State| state.inodes[usize::from(data.ino)].es;
            let is_written = es(after)
                .peek(u32::from(data.lblk))
                .is_some_and(|extent| extent.status.any(Status::WRITTEN));
            match (es(before) == es(after), is_written) {
                (false, _) => {
                    format!("the irq marks {range} written in the ES tree, not yet on disk")
                }
                (true, true) => format!("the irq finds {range} written in the ES tree already"),
                (true, false) => {
                    format!("the irq finds no {range} in the ES tree, marks nothing")
                }
            }
        }
        Pc::AddCompleteIo => {
            let work = notes.iter().any(|n| matches!(n, Note::Listed { work: true, .. }));
            let work = if work { "and queues the work" } else { "whose work is queued already" };
            format!("the irq puts the io_end of {write} on the inode's list {work}")
        }
        Pc::AioComplete if data.error => {
            format!("the irq acknowledges {write} with EIO, its event is in the ring")
        }
        Pc::AioComplete => {
            format!("the irq acknowledges {write}, its event is in the ring{}", early(&data))
        }
        Pc::DioDone => format!("the irq drops i_dio_count, {write} no longer counts as in flight"),
        _ => "the irq wakes the thread that waits for it".into(),
    };
    if start.is_empty() { capitalised(&text) } else { format!("{start}{text}") }
}

/// A reminder where an acknowledgement comes before the conversion.
fn early(io: &crate::kernel::Io) -> &'static str {
    if io.unwritten && io.stage != Stage::Converted && io.counted {
        ", the disk tree still says unwritten"
    } else {
        ""
    }
}

/// Buffered IO, writeback, truncate: what happens to pages and sizes.
fn page_sentence(step: &Step) -> String {
    let &Step { setup, before, after, who, pc, notes } = step;
    let op = op_of(setup, before, who);
    let lock = lock_name(setup);
    match (pc, op) {
        (Pc::BufLock, Some(Op::BufWrite { range, nr, .. })) => {
            let (write, range) = (write_name(nr), range_text(range));
            format!("{who} begins write {write}, a buffered write of {range}, and takes {lock}")
        }
        (Pc::BufStart, _) => format!("{who} has its page and starts a jbd2 handle"),
        (Pc::BufCopy, Some(Op::BufWrite { range, nr, .. })) => {
            let (write, range) = (write_name(nr), range_text(range));
            format!("{who} copies write {write} into the page cache, {range} is dirty")
        }
        (Pc::WritebackSubmit, _) => {
            let submitted = notes.iter().find_map(|n| match n {
                Note::Submitted { io } => Some(*io),
                _ => None,
            });
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
        (Pc::TruncDio, _) => format!("{who} finds i_dio_count at 0, no direct IO is in flight"),
        (Pc::TruncPages, _) => format!("{who} drops the pages beyond the new end"),
        (Pc::TruncFree, Some(Op::Truncate { size, .. })) => {
            let pending = notes.contains(&Note::Broke(Promise::TruncExcl));
            let broke = if pending { " while a conversion is pending: TRUNC-EXCL" } else { "" };
            format!("{who} frees the blocks from {size} on in both trees{broke}")
        }
        (Pc::SizeUpdate, Some(Op::DioWrite { range, .. })) => {
            format!("{who} grows i_size to {}", count(range.end().into(), "block"))
        }
        (Pc::DropCaches, _) => format!("{who} drops caches"),
        _ => format!("{who} steps"),
    }
}

/// The shrinker and the power.
pub(super) fn environment_sentence(notes: &[Note]) -> String {
    let mut freed = None;
    for note in notes {
        match note {
            Note::PowerCut => return "The power is cut: all that was volatile is gone".into(),
            Note::Recovered { wrong: 0 } => {
                return "The journal is recovered, and no block breaks a promise".into();
            }
            Note::Recovered { wrong } => {
                let broke = notes.iter().filter_map(|n| match n {
                    Note::Broke(promise) => Some(promise.id()),
                    _ => None,
                });
                let broke: Vec<&str> = broke.collect();
                let come = if *wrong == 1 { "comes" } else { "come" };
                return format!(
                    "The journal is recovered; {} {come} back wrong: {}",
                    count((*wrong).into(), "block"),
                    if broke.is_empty() { "broken before".into() } else { broke.join(", ") }
                );
            }
            Note::Shrunk { freed: n, .. } => freed = Some(freed.unwrap_or(0) + n),
            _ => {}
        }
    }
    match freed.unwrap_or(0) {
        1 => "Memory pressure: the shrinker frees 1 ES entry".into(),
        freed => format!("Memory pressure: the shrinker frees {freed} ES entries"),
    }
}

/// What the status tree alone had called written, and has lost: a read of it gets zeroes now.
fn written_only_there(before: &State, after: &State) -> String {
    for (was, now) in before.inodes.iter().zip(&after.inodes) {
        let is_lost = |lblk: &u8| {
            let says = |extent: Option<crate::es::Extent>| {
                extent.is_some_and(|extent| extent.status.any(Status::WRITTEN))
            };
            let lblk = u32::from(*lblk);
            let on_disk = matches!(now.disk[lblk as usize], Mapping::Written(_));
            says(was.es.peek(lblk)) && now.es.peek(lblk).is_none() && !on_disk
        };
        let Some(lblk) = Inode::whole().blocks().find(is_lost) else { continue };
        let len = (lblk..).take_while(|at| *at < Inode::whole().end() && is_lost(at)).count() as u8;
        let range = range_text(Range::new(lblk, len));
        return format!("; {range} was written only there, a read now gets zeroes");
    }
    String::new()
}

fn jbd2_sentence(notes: &[Note]) -> String {
    for note in notes {
        match note {
            Note::CommitLocked { handles: 0 } => {
                return "jbd2 locks the running transaction, no handle is open".into();
            }
            Note::CommitLocked { handles } => {
                return format!(
                    "jbd2 locks the running transaction and waits for {}",
                    count(u32::from(*handles), "handle")
                );
            }
            _ => {}
        }
    }
    "jbd2 writes the commit with a barrier: the disk tree and the data are durable".into()
}

fn write_sentence(step: &Step) -> String {
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
        Pc::WriteLock | Pc::OverwriteLock if aio || pc == Pc::OverwriteLock => {
            format!("{who} takes {lock} for {write}")
        }
        Pc::WriteLock => format!("{who} begins {write} of {range}{flag} and takes {lock}"),
        Pc::WriteMap => {
            let submitted = notes.iter().find_map(|n| match n {
                Note::Submitted { io } => Some(&after.ios[usize::from(*io)]),
                _ => None,
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
            let then = if holds { "" } else { &format!(" and drops {lock}") };
            format!("{who} maps {range} ({mapped}), submits the bio of {write}{then}")
        }
        Pc::DioAwait => {
            let kept = who.task().is_some_and(|task| holds_data_sem(before, task));
            let too = if kept { " and i_data_sem" } else { "" };
            let failed = before.ios().any(|(_, io)| io.nr == nr && !io.writeback && io.error);
            let done = if failed { "has failed with EIO" } else { "is done" };
            format!("{who} sees that the bio of {write} {done} and drops i_dio_count{too}")
        }
        _ => format!("{who} drops {lock}, {write} is through"),
    }
}

/// Whether a step split an extent on disk.
fn has_split(before: &State, after: &State) -> bool {
    before.inodes.iter().zip(&after.inodes).any(|(old, new)| old.splits != new.splits)
}

/// Whether a thread holds some `i_data_sem` over its write.
fn holds_data_sem(state: &State, task: u8) -> bool {
    state.inodes.iter().any(|inode| u32::from(inode.i_data_sem) >> task & 1 != 0)
}

fn read_sentence(setup: &Setup, before: &State, who: Actor, pc: Pc, notes: &[Note]) -> String {
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
            format!("{who} misses the page cache, maps {blocks} and submits the bio")
        }
        Pc::ReadDone | Pc::BufRead | Pc::BufReadDone => {
            let read = notes.iter().find_map(|n| match n {
                Note::Read { zeroes, wrong, .. } => Some((*zeroes, *wrong)),
                _ => None,
            });
            let (zeroes, wrong) = read.unwrap_or((0, 0));
            let broke = notes.iter().find_map(|n| match n {
                Note::Broke(promise) => Some(promise.id()),
                _ => None,
            });
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
        _ => {
            let asked = notes
                .iter()
                .any(|n| matches!(n, Note::Es { op: crate::es::EsOp::InsertFromDisk(_), .. }));
            let from = if asked || !notes.iter().any(|n| matches!(n, Note::Es { .. })) {
                "the disk tree"
            } else {
                "the ES tree"
            };
            format!("{who} maps {blocks} for its read, {from} answers, and submits the bio")
        }
    }
}

fn task_sentence(step: &Step) -> String {
    let &Step { setup, before, after, who, pc, notes } = step;
    let lock = lock_name(setup);
    let frame = who.task().and_then(|t| before.tasks[usize::from(t)].top());
    let io = frame.map(|f| f.a).filter(|io| usize::from(*io) < before.ios.len());
    let write = || io.map_or(String::new(), |io| io_name(before, io));
    match pc {
        Pc::FallocLock => format!("{who} calls ext4_fallocate and takes {lock}"),
        Pc::FallocMap => format!("{who} allocates the holes of its range as unwritten blocks"),
        Pc::FsyncPages => format!("{who} calls ext4_sync_file, dirty pages go out first"),
        Pc::FsyncLock => format!("{who} calls ext4_sync_file and takes {lock}"),
        Pc::FsyncCommit if notes.contains(&Note::CommitRequested) => {
            format!("{who} asks jbd2 to commit the running transaction")
        }
        Pc::FsyncCommit => {
            format!("{who} finds nothing to commit, flushes the device's cache; fsync returns")
        }
        Pc::FsyncCommitWait => format!("{who} sees the commit done; fsync returns"),
        Pc::FlushTake | Pc::WorkTake => {
            let what = if pc == Pc::WorkTake { "starts the work and takes" } else { "takes" };
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
        Pc::ConvertMap if notes.contains(&Note::Failed(Fault::Enospc)) => {
            format!("{who} fails to convert {} on disk: ENOSPC", write())
        }
        Pc::ConvertMap => convert_sentence(before, who, io, notes),
        Pc::EndWriteback => format!("{who} clears PageWriteback of {}", write()),
        Pc::Decrement => {
            let left = notes.iter().find_map(|n| match n {
                Note::Decremented { left, .. } => Some(*left),
                _ => None,
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
            let reaped = notes.iter().find_map(|n| match n {
                Note::Reaped { nr, .. } => Some(write_name(*nr)),
                _ => None,
            });
            let task = who.task().map(|t| after.tasks[usize::from(t)]);
            match (reaped, task.map_or(0, |t| t.to_reap)) {
                (Some(name), 0) => format!("{who} reaps the event of write {name}"),
                (Some(name), n) => {
                    format!("{who} reaps the event of write {name} and wants {n} more")
                }
                (None, 0) => format!("{who} finds no AIO outstanding"),
                (None, n) => format!("{who} calls io_getevents for {n} events"),
            }
        }
        _ => format!("{who} steps"),
    }
}

fn convert_sentence(before: &State, who: Actor, io: Option<u8>, notes: &[Note]) -> String {
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
    format!("{who} turns {range} written in the disk tree for {write}{told}")
}

/// What a thread's read returns of a block, from the state before it returns; `None` inside is
/// zeroes. A buffered read returns the page that is cached, a direct one does not look.
pub(super) fn block_read(
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
fn read_contents(setup: &Setup, before: &State, who: Actor, range: Range) -> Vec<String> {
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

/// The IOs on a task's private lists, after those that it is converting.
fn listed(state: &State, who: Actor) -> Vec<u8> {
    let Some(task) = who.task() else { return Vec::new() };
    let converting = state.tasks[usize::from(task)].frames().iter().filter(|f| f.pc == Pc::EndIo);
    let listed = state.completed.as_slice().iter().filter(|io| {
        matches!(state.ios[usize::from(**io)].list, List::Private { task: t, .. } if t == task)
    });
    converting.map(|f| f.a).chain(listed.copied()).collect()
}

pub(super) fn op_of(setup: &Setup, state: &State, who: Actor) -> Option<Op> {
    let task = who.task()?;
    state.tasks[usize::from(task)].current(setup, task)
}

fn capitalised(text: &str) -> String {
    // Our own sentences begin with ASCII; the tables of all other letters would weigh kilobytes.
    let mut text = text.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
