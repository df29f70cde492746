//! The sentence that says what a step did: one source for the page's caption, its live region, the
//! command and plain text.
//!
//! A sentence says who did what and what it means now, in the present tense, in at most
//! [`CAPTION_CHARS_MAX`] characters.

use crate::es::{Extent, Status};
use crate::kernel::{
    Actor, Choice, Fault, Inode, Io, Mapping, Next, Note, Part, Pc, Range, Setup, Stage, State,
    next,
};
use crate::scenario::Run;

use super::names::{count, io_name, range_text};
use super::task::{Step, capitalised, page_sentence, read_sentence, task_sentence, write_sentence};
use super::waits::wait_text;

/// Characters of a caption.
pub const CAPTION_CHARS_MAX: usize = 140;

/// What the step before the cursor did, in one sentence.
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

/// The shrinker and the power.
pub(in crate::view) fn environment_sentence(notes: &[Note]) -> String {
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

/// What an `io_submit` of several iocbs returned in a step, if it did.
fn submit_returned(notes: &[Note]) -> String {
    for note in notes {
        if let Note::SubmitReturned { submitted, left } = note {
            return format!("; io_submit returns {submitted} of {}", submitted + left);
        }
    }
    String::new()
}

/// That a call is told of a writeback error in a step, if it is.
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
        Actor::Irq(io) => irq_sentence(before, after, io, pc, notes),
        Actor::Jbd2 => jbd2_sentence(notes),
        Actor::Shrinker => environment_sentence(notes) + &written_only_there(before, after),
        Actor::Power => environment_sentence(notes),
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher if notes.contains(&Note::NoRoom) => {
            format!("{who} finds no room for a handle and asks jbd2 to commit")
        }
        Actor::Thread(_) | Actor::Kworker(_) | Actor::Flusher => match pc.part() {
            Part::DirectWrite if pc == Pc::SizeUpdate => page_sentence(&step),
            Part::DirectWrite => write_sentence(&step),
            Part::DirectRead | Part::BufferedRead => read_sentence(setup, before, who, pc, notes),
            Part::BufferedWrite
            | Part::Writeback
            | Part::Truncate
            | Part::Report
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
fn early(io: &Io) -> &'static str {
    if io.unwritten && io.stage != Stage::Converted && io.counted {
        ", the disk tree still says unwritten"
    } else {
        ""
    }
}

/// Names the blocks that only the status tree called written, and that it has lost: a read of them
/// now returns zeroes.
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
