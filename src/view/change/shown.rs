//! The panel of the change: blocks of lines, each compared with another design, with the actors
//! that are there.

use crate::kernel::{Actor, Design, Note, Op, Pc, Promise, Setup, Sync, deadlocked, next};
use crate::scenario::Run;

use super::code::code;
use super::hunk::hunk;
use super::knob::{KnobChange, knob_changes};
use super::program::{Block, Room, block_of, program, stands};

/// The change of one design against another, at the cursor of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The design that it is compared with.
    pub base: String,
    /// The knobs that differ, with the effect and the lines of each.
    pub knobs: Vec<KnobChange>,
    /// The paths that the script runs.
    pub blocks: Vec<CodeBlock>,
}

/// One path of the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBlock {
    /// When the path is run.
    pub title: String,
    /// The lines of the path.
    pub rows: Vec<CodeRow>,
}

/// A line of pseudo-code, with its marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// The function, and its file with version, at the function's first line.
    pub function: Option<(&'static str, &'static str)>,
    /// The text of the line.
    pub text: &'static str,
    /// How it compares with the other design.
    pub sign: Sign,
    /// The hunk of the RFC that touches it.
    pub hunk: Option<&'static str>,
    /// The actors that take this step next.
    pub next: Vec<String>,
    /// The actors that wait here.
    pub waits: Vec<String>,
    /// The actors that wait here forever.
    pub stuck: Vec<String>,
    /// The promise that was broken here.
    pub broke: Option<&'static str>,
}

/// How a line compares with the other design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Both designs have it.
    Same,
    /// Only this design has it.
    Added,
    /// Only the other design has it.
    Removed,
    /// This design has it here, the other one elsewhere.
    MovedHere,
    /// The other design has it here, this one elsewhere.
    MovedAway,
}

impl Sign {
    /// The sign as a word, for screen readers.
    pub const fn word(self) -> &'static str {
        match self {
            Sign::Same => "",
            Sign::Added => "added",
            Sign::Removed => "removed",
            Sign::MovedHere => "moved here",
            Sign::MovedAway => "moved away",
        }
    }

    /// The sign as one character, as in a patch.
    pub const fn glyph(self) -> &'static str {
        match self {
            Sign::Same => "",
            Sign::Added => "+",
            Sign::Removed => "-",
            Sign::MovedHere => ">",
            Sign::MovedAway => "<",
        }
    }

    /// Whether this design does not have the line here.
    pub const fn is_gone(self) -> bool {
        matches!(self, Sign::Removed | Sign::MovedAway)
    }
}

/// A line and its place.
type Line = (Pc, &'static str);

/// A mark beside a line: an actor or a broken promise.
struct Mark {
    room: Room,
    pc: Pc,
    what: What,
}

enum What {
    Next(String),
    Waits(String),
    Stuck(String),
    Broke(Promise),
}

/// Compares a run's design with another one.
pub fn change(run: &Run, base: &Design) -> Change {
    let setup = run.setup();
    let design = setup.design;
    let marks = marks(run);
    let (here, there) = (program(&design.knobs), program(&base.knobs));
    let all: Vec<(Room, Vec<(Sign, Line)>)> = here
        .iter()
        .zip(&there)
        .map(|(block, other)| (block.room, diff(&lines(other, base), &lines(block, &design))))
        .collect();
    let blocks = all.iter().filter_map(|(room, rows)| {
        let is_marked = marks.iter().any(|mark| mark.room == *room);
        if rows.is_empty() || !(is_marked || is_run(setup, *room)) {
            return None;
        }
        Some((*room, code_block(*room, rows, &all, (&design, base), &marks)))
    });
    Change {
        base: base.to_string(),
        knobs: knob_changes(base, &design),
        blocks: merged(blocks.collect()),
    }
}

/// The lines of a block.
fn lines(block: &Block, design: &Design) -> Vec<Line> {
    let mut lines = Vec::new();
    for pc in &block.places {
        lines.extend(code(*pc, &design.knobs).into_iter().map(|text| (*pc, text)));
    }
    lines
}

/// Merges two lists of lines: the longest common subsequence stays, other lines are removed or
/// added.
fn diff(old: &[Line], new: &[Line]) -> Vec<(Sign, Line)> {
    let width = new.len() + 1;
    // The length of the longest common subsequence of the remaining lines.
    let mut common = vec![0_u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = match old[i] == new[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut rows = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            rows.push((Sign::Same, new[j]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len()
            || i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]
        {
            rows.push((Sign::Removed, old[i]));
            i += 1;
        } else {
            rows.push((Sign::Added, new[j]));
            j += 1;
        }
    }
    rows
}

fn code_block(
    room: Room,
    rows: &[(Sign, Line)],
    all: &[(Room, Vec<(Sign, Line)>)],
    (design, base): (&Design, &Design),
    marks: &[Mark],
) -> CodeBlock {
    // A line that the other design has elsewhere has moved.
    let is_elsewhere = |sign: Sign, line: &Line| {
        let others = all.iter().flat_map(|(_, rows)| rows);
        others.into_iter().any(|(other, it)| *other == sign && it == line)
    };
    let mut last = "";
    let mut seen = None;
    let rows = rows.iter().map(|(sign, line)| {
        let (pc, text) = *line;
        let sign = match sign {
            Sign::Added if is_elsewhere(Sign::Removed, line) => Sign::MovedHere,
            Sign::Removed if is_elsewhere(Sign::Added, line) => Sign::MovedAway,
            Sign::Same | Sign::Added | Sign::Removed | Sign::MovedHere | Sign::MovedAway => *sign,
        };
        let knobs = if sign.is_gone() { &base.knobs } else { &design.knobs };
        let info = pc.info_in(knobs);
        let function = (info.function != last && !info.function.is_empty())
            .then_some((info.function, info.source));
        last = info.function;
        // A place with several lines has its marks at the first line that this design runs.
        let is_first = !sign.is_gone() && seen != Some(pc);
        if !sign.is_gone() {
            seen = Some(pc);
        }
        let mut row = CodeRow {
            function,
            text,
            sign,
            hunk: if is_first || sign.is_gone() { hunk(pc, knobs, room.is_irq()) } else { None },
            next: Vec::new(),
            waits: Vec::new(),
            stuck: Vec::new(),
            broke: None,
        };
        for mark in marks.iter().filter(|it| is_first && (it.room, it.pc) == (room, pc)) {
            match &mark.what {
                What::Next(actor) => row.next.push(actor.clone()),
                What::Waits(actor) => row.waits.push(actor.clone()),
                What::Stuck(actor) => row.stuck.push(actor.clone()),
                What::Broke(promise) => row.broke = Some(promise.id()),
            }
        }
        row
    });
    CodeBlock { title: room.title(), rows: rows.collect() }
}

/// Consecutive blocks with equal lines become one, named after both.
fn merged(blocks: Vec<(Room, CodeBlock)>) -> Vec<CodeBlock> {
    let mut all: Vec<(Room, CodeBlock)> = Vec::new();
    for (room, block) in blocks {
        let same =
            all.iter_mut().find(|(other, it)| is_same_kind(*other, room) && it.rows == block.rows);
        match (same, room) {
            (Some((_, it)), Room::Irq(bio) | Room::Worker(bio)) => {
                let name = Room::BIOS.get(usize::from(bio)).map_or("", |bio| bio.name);
                it.title += &format!("; {name}");
            }
            _ => all.push((room, block)),
        }
    }
    all.into_iter().map(|(_, block)| block).collect()
}

fn is_same_kind(one: Room, other: Room) -> bool {
    matches!((one, other), (Room::Irq(_), Room::Irq(_)) | (Room::Worker(_), Room::Worker(_)))
}

/// The marks of all actors, and of broken promises.
fn marks(run: &Run) -> Vec<Mark> {
    let (setup, state) = (run.setup(), run.state());
    let stuck = deadlocked(setup, state);
    let mut marks = Vec::new();
    for actor in Actor::all() {
        let Some((pc, waits)) = stands(next(setup, state, actor)) else { continue };
        let Some(room) = block_of(state, actor, pc) else { continue };
        let name = actor.to_string();
        let what = match (stuck.iter().any(|(who, _)| *who == actor), waits) {
            (true, _) => What::Stuck(name),
            (false, true) => What::Waits(name),
            (false, false) => What::Next(name),
        };
        marks.push(Mark { room, pc, what });
    }
    marks.extend(broken_at(run));
    marks
}

/// The marks of the promises that are broken at the cursor.
fn broken_at(run: &Run) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut seen = 0;
    for step in 0..run.cursor() {
        let broken = run.state_at(step + 1).broken & !seen;
        if broken == 0 {
            continue;
        }
        seen |= broken;
        let notes = run.notes_of(step);
        let at =
            notes.iter().find_map(|note| if let Note::At(pc) = note { Some(*pc) } else { None });
        let Some((choice, pc)) = run.choices().get(step).zip(at) else { continue };
        let Some(room) = block_of(run.state_at(step), choice.actor, pc) else { continue };
        let first = Promise::ALL.into_iter().find(|promise| promise.bit() & broken != 0);
        marks.extend(first.map(|promise| Mark { room, pc, what: What::Broke(promise) }));
    }
    marks
}

/// Whether a script runs a path, judged by its operations and its environment.
fn is_run(setup: &Setup, room: Room) -> bool {
    let ops: Vec<Op> = setup.threads.iter().flatten().copied().collect();
    let has = |is: fn(&Op) -> bool| ops.iter().any(is);
    let buffers = has(|op| matches!(op, Op::BufWrite { .. } | Op::MmapWrite { .. }));
    let writes = has(|op| matches!(op, Op::DioWrite { .. } | Op::AioBatch { .. }));
    match room {
        Room::Write => writes,
        Room::Irq(bio) | Room::Worker(bio) => is_bio_of(setup, &ops, bio),
        Room::Take | Room::Convert => writes || buffers,
        Room::Read => has(|op| matches!(op, Op::DioRead { .. })),
        Room::Reap => has(|op| matches!(op, Op::Getevents { .. })),
        Room::Fsync => has(|op| matches!(op, Op::Fsync { .. }) || op.args().sync != Sync::No),
        Room::Flush => writes || buffers,
        Room::BufferedWrite => has(|op| matches!(op, Op::BufWrite { .. })),
        Room::RangeOp => has(|op| matches!(op, Op::Range { .. })),
        Room::Lifetime => setup.has_lifetimes(),
        Room::PageFault => has(|op| matches!(op, Op::MmapWrite { .. })),
        Room::BufferedRead => has(|op| matches!(op, Op::BufRead { .. })),
        Room::Writeback => buffers,
        Room::Fallocate => has(|op| matches!(op, Op::Fallocate { .. })),
        Room::Truncate => has(|op| matches!(op, Op::Truncate { .. })),
        Room::Reports => {
            has(|op| matches!(op, Op::Fiemap { .. } | Op::Seek { .. } | Op::DropCaches { .. }))
        }
        Room::Commit => setup.budgets.commit > 0 || is_run(setup, Room::Fsync),
        Room::Shrinker => setup.budgets.shrink > 0,
        Room::Power => setup.budgets.crash > 0,
    }
}

/// Whether a script may submit bios of a kind, judged by its operations, its files and its
/// failures.
fn is_bio_of(setup: &Setup, ops: &[Op], bio: u8) -> bool {
    let Some(bio) = Room::BIOS.get(usize::from(bio)) else { return false };
    let extents = || setup.files.iter().flat_map(|file| &file.extents);
    let could_fail = !bio.is_failed() || setup.budgets.eio > 0;
    let writes = |op: &Op| {
        let (aio, sync) = match op {
            Op::DioWrite { aio, sync, .. } => (*aio, *sync),
            Op::AioBatch { sync, .. } => (true, *sync),
            Op::DioRead { .. }
            | Op::BufWrite { .. }
            | Op::MmapWrite { .. }
            | Op::Range { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. }
            | Op::Truncate { .. }
            | Op::DropCaches { .. }
            | Op::Close { .. }
            | Op::Unlink { .. }
            | Op::Fiemap { .. }
            | Op::Seek { .. }
            | Op::Getevents { .. } => return false,
        };
        bio.is_of_direct(aio, sync != Sync::No)
    };
    let is_written = || extents().any(|extent| extent.written);
    could_fail
        && match bio.is_writeback() {
            true => ops.iter().any(|op| matches!(op, Op::BufWrite { .. } | Op::MmapWrite { .. })),
            false => ops.iter().any(writes) && (bio.is_into_unwritten() || is_written()),
        }
}
