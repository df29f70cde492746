//! The sentence about what a step did. The page's caption, its live region, the command and plain
//! texts all use it.
//!
//! A sentence names the actor, its action and what that means now, in the present tense, in at most
//! [`CAPTION_CHARS_MAX`] characters.

use crate::es::{DirtyBit, Extent, Status};
use crate::kernel::{
    Actor, Choice, Fault, Inode, Io, Mapping, Next, Note, Part, Pc, Range, Setup, Stage, State,
    next,
};
use crate::scenario::Run;

use super::faults::fault_sentence;
use super::names::{count, io_name, range_text};
use super::ranges::range_sentence;
use super::task::{
    Step, by_the_place, capitalised, page_sentence, read_sentence, task_sentence, write_sentence,
};
use super::waits::wait_text;

/// The largest number of characters of a caption.
pub const CAPTION_CHARS_MAX: usize = 140;

/// The step before the cursor, in one sentence.
pub fn caption(run: &Run) -> String {
    let Some(choice) = run.cursor().checked_sub(1).and_then(|i| run.choices().get(i)) else {
        return "Ready. Press \u{2192} to take the first step.".into();
    };
    let before = run.state_at(run.cursor() - 1);
    let mut text = sentence(run.setup(), before, run.state(), *choice, run.last_notes());
    text += &submit_returned(run.last_notes());
    text += writeback_error_told(run.last_notes());
    if let Next::Blocked { wait, .. } = next(run.setup(), run.state(), choice.actor) {
        let more = format!("; now it {}", wait_text(run.setup(), run.state(), wait));
        if text.chars().count() + more.chars().count() < CAPTION_CHARS_MAX {
            text += &more;
        }
    }
    text.push('.');
    text
}

/// The sentence for a step of the shrinker or of the power supply.
pub(in crate::view) fn environment_sentence(notes: &[Note]) -> String {
    if notes.iter().any(|note| matches!(note, Note::PowerCut)) {
        return "The power is cut: all that was volatile is gone".into();
    }
    let recovered = notes
        .iter()
        .find_map(|n| if let Note::Recovered { wrong } = n { Some(*wrong) } else { None });
    if let Some(wrong) = recovered {
        return recovery_sentence(wrong.into(), notes);
    }
    let freed = notes.iter().map(|n| if let Note::Shrunk { freed, .. } = n { *freed } else { 0 });
    match freed.sum::<i64>() {
        1 => "Memory pressure: the shrinker frees 1 ES entry".into(),
        freed => format!("Memory pressure: the shrinker frees {freed} ES entries"),
    }
}

/// The sentence for a recovery after which some blocks break a promise.
fn recovery_sentence(wrong: u32, notes: &[Note]) -> String {
    if wrong == 0 {
        return "The journal is recovered, and no block breaks a promise".into();
    }
    let broke = notes
        .iter()
        .filter_map(|n| if let Note::Broke(promise) = n { Some(promise.id()) } else { None });
    let broke: Vec<&str> = broke.collect();
    format!(
        "The journal is recovered; {} {} back wrong: {}",
        count(wrong, "block"),
        if wrong == 1 { "comes" } else { "come" },
        if broke.is_empty() { "broken before".into() } else { broke.join(", ") }
    )
}

/// The result of an `io_submit` of several iocbs, if one returned in a step.
fn submit_returned(notes: &[Note]) -> String {
    for note in notes {
        if let Note::SubmitReturned { submitted, left } = note {
            return format!("; io_submit returns {submitted} of {}", submitted + left);
        }
    }
    String::new()
}

/// A remark if a call reports a writeback error in a step.
fn writeback_error_told(notes: &[Note]) -> &'static str {
    match notes.iter().any(|note| matches!(note, Note::WritebackErrorTold { .. })) {
        true => ", and -EIO: a writeback has failed",
        false => "",
    }
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
        Actor::Irq(io) => irq_sentence(&step, io),
        Actor::Jbd2 => jbd2_sentence(notes),
        Actor::Shrinker => {
            let lost = written_only_there(before, after);
            let kept = if lost.is_empty() { kept(setup, after) } else { String::new() };
            environment_sentence(notes) + &lost + &kept
        }
        Actor::Power => environment_sentence(notes),
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher
            if notes.iter().any(|note| matches!(note, Note::NoRoom)) =>
        {
            format!("{who} finds no room for a handle and asks jbd2 to commit")
        }
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher => match pc.part() {
            Part::DirectWrite if pc == Pc::SizeUpdate => page_sentence(&step),
            Part::DirectWrite | Part::Unaligned => write_sentence(&step),
            Part::DirectRead | Part::BufferedRead => read_sentence(&step),
            Part::RangeOp => range_sentence(&step),
            Part::PageFault => fault_sentence(&step),
            Part::BufferedWrite
            | Part::Writeback
            | Part::Truncate
            | Part::Report
            | Part::Lifetime
            | Part::DropCaches => page_sentence(&step),
            Part::Fallocate
            | Part::Fsync
            | Part::Flush
            | Part::Convert
            | Part::Getevents
            | Part::Work
            | Part::Completion
            | Part::Call
            | Part::Other => task_sentence(&step),
        },
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place without a sentence of its own is told by its description"
)]
fn irq_sentence(step: &Step, io: u8) -> String {
    let &Step { before, after, pc, notes, .. } = step;
    let write = io_name(before, io);
    let data = before.ios[usize::from(io)];
    let range = range_text(Range::new(data.lblk, data.len));
    let first = notes.iter().any(|n| matches!(n, Note::BioDone { .. }));
    let failed = Fault::Eio.is_in(notes);
    let start = match (first, failed) {
        (true, false) => format!("The bio of {write} is done: "),
        (true, true) => format!("The bio of {write} fails: "),
        (false, _) => String::new(),
    };
    let text = match pc {
        Pc::EsConvert if Fault::Nomem.is_in(notes) => {
            format!("the irq cannot convert {range} in the ES tree, no memory, and goes on")
        }
        Pc::QueueDioWork => format!("the irq queues {write} as a work item of its own"),
        Pc::EndWriteback => format!("the irq clears PageWriteback of {range}"),
        Pc::Decrement => format!("the irq decrements i_unwritten, {write} has nothing to convert"),
        Pc::EsConvert => {
            let es = |state: &State| state.inodes[usize::from(data.ino)].es;
            let is_written = es(after)
                .peek(u32::from(data.lblk))
                .is_some_and(|extent| extent.status.any(Status::WRITTEN));
            match (es(before) == es(after), is_written) {
                // Until v4.5 the blocks of a failed AIO write are converted too.
                (false, _) => {
                    format!("the irq marks {range} written in the ES tree, not yet on disk")
                }
                (true, false) if failed || data.error => {
                    format!("the irq leaves {range} unwritten in the ES tree")
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
        Pc::BioDone | Pc::Idle => "the irq wakes the thread that waits for it".into(),
        _ => by_the_place(step),
    };
    if start.is_empty() { capitalised(&text) } else { format!("{start}{text}") }
}

/// A remark if an acknowledgement comes before the conversion.
fn early(io: &Io) -> &'static str {
    if io.unwritten && io.stage != Stage::Converted && io.counted {
        ", the disk tree still says unwritten"
    } else {
        ""
    }
}

/// The blocks that only the ES tree called written and that it has lost: a read of them now returns
/// zeroes.
fn written_only_there(before: &State, after: &State) -> String {
    for (was, now) in before.inodes.iter().zip(&after.inodes) {
        let is_lost = |lblk: &u8| {
            let says = |extent: Option<Extent>| {
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

/// The first entry that the shrinker may not free, and why.
fn kept(setup: &Setup, after: &State) -> String {
    let knobs = &setup.design.knobs;
    let reason = |extent: &Extent| {
        let is_marked = knobs.dirty_bit != DirtyBit::No && extent.status.any(Status::DIRTY);
        if is_marked {
            return Some(match extent.status.any(Status::UNWRITTEN) {
                true => "its conversion is pending",
                false => "the disk tree is behind it",
            });
        }
        let is_delayed = extent.status.any(Status::DELAYED) && !knobs.shrink_delayed;
        is_delayed.then_some("only this tree has it")
    };
    let entries = after.inodes.iter().flat_map(|inode| inode.es.iter());
    let first = entries.into_iter().find_map(|extent| Some((extent, reason(&extent)?)));
    first.map_or(String::new(), |(extent, why)| {
        let range = range_text(Range::new(extent.lblk as u8, extent.len as u8));
        format!("; it keeps {range}, because {why}")
    })
}

fn jbd2_sentence(notes: &[Note]) -> String {
    let locked = notes
        .iter()
        .find_map(|it| if let Note::CommitLocked { handles } = it { Some(*handles) } else { None });
    match locked {
        Some(0) => return "jbd2 locks the running transaction, no handle is open".into(),
        Some(handles) => {
            let handles = count(u32::from(handles), "handle");
            return format!("jbd2 locks the running transaction and waits for {handles}");
        }
        None => {}
    }
    "jbd2 writes the commit with a barrier: the disk tree and the data are durable".into()
}
