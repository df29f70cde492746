//! What the panel of the change has to know of a run, as one text. Its lines are in a module
//! without the machine (`src/bin/texts.rs`), and the page tells it where the actors stand.

use core::fmt;
use core::str::FromStr;

use crate::kernel::{Actor, Design, Note, Op, Pc, Promise, Setup, Sync, deadlocked, next};
use crate::scenario::Run;

use super::code::PLACES;
use super::program::{Room, block_of, stands};

/// Tells the page's numbers of rooms and places from those of another version: a checksum of the
/// sources that number them.
pub const VERSION: u32 = {
    let sources = [
        include_str!("ask.rs"),
        include_str!("program.rs"),
        include_str!("../../kernel/pc.rs"),
        include_str!("../../kernel/knob_table.rs"),
        include_str!("../../kernel/row.rs"),
    ];
    let mut hash: u32 = 0x811c_9dc5;
    let mut at = 0;
    while at < sources.len() {
        let bytes = sources[at].as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u32).wrapping_mul(0x0100_0193);
            i += 1;
        }
        at += 1;
    }
    hash
};

/// A design, another one, and where the actors of a run stand at its cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeAsk {
    /// The design that the run runs.
    pub design: Design,
    /// The design that it is compared with.
    pub base: Design,
    /// The paths that the script runs.
    pub rooms: Vec<Room>,
    /// What is marked beside the lines.
    pub marks: Vec<Mark>,
}

/// A mark beside a line: an actor or a broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The path of the line.
    pub room: Room,
    /// The place of the line.
    pub pc: Pc,
    /// What the mark says.
    pub what: What,
}

/// What a mark says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// An actor that takes this step next.
    Next(String),
    /// An actor that waits here.
    Waits(String),
    /// An actor that waits here forever.
    Stuck(String),
    /// A promise that was broken here.
    Broke(Promise),
}

impl ChangeAsk {
    /// What is to be known of a run that is compared with another design.
    pub fn new(run: &Run, base: &Design) -> ChangeAsk {
        let setup = run.setup();
        let is_run = |room: &Room| is_run(setup, *room);
        ChangeAsk {
            design: setup.design,
            base: *base,
            rooms: Room::all().filter(is_run).collect(),
            marks: marks(run),
        }
    }
}

/// A line for each design, one for the rooms, one for each mark: its kind, room, place and name.
impl fmt::Display for ChangeAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n", self.design, self.base)?;
        for room in &self.rooms {
            write!(f, "{} ", number(*room))?;
        }
        for Mark { room, pc, what } in &self.marks {
            let (kind, name) = match what {
                What::Next(name) => ("next", name.as_str()),
                What::Waits(name) => ("waits", name.as_str()),
                What::Stuck(name) => ("stuck", name.as_str()),
                What::Broke(promise) => ("broke", promise.id()),
            };
            write!(f, "\n{kind} {} {} {name}", number(*room), *pc as u8)?;
        }
        Ok(())
    }
}

/// The text is not one that [`ChangeAsk`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAsk;

impl FromStr for ChangeAsk {
    type Err = NoAsk;

    fn from_str(text: &str) -> Result<ChangeAsk, NoAsk> {
        let mut lines = text.split('\n');
        let mut design = || lines.next().and_then(|line| Design::parse(line).ok()).ok_or(NoAsk);
        let (design, base) = (design()?, design()?);
        let rooms = lines.next().ok_or(NoAsk)?;
        let rooms: Option<Vec<Room>> = rooms.split_whitespace().map(room).collect();
        let marks: Option<Vec<Mark>> = lines.map(mark).collect();
        Ok(ChangeAsk { design, base, rooms: rooms.ok_or(NoAsk)?, marks: marks.ok_or(NoAsk)? })
    }
}

fn number(room: Room) -> usize {
    Room::all().position(|it| it == room).unwrap_or_default()
}

fn room(number: &str) -> Option<Room> {
    Room::all().nth(number.parse().ok()?)
}

fn mark(line: &str) -> Option<Mark> {
    let mut words = line.splitn(4, ' ');
    let (kind, at, place, name) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let place: u8 = place.parse().ok()?;
    let what = match kind {
        "next" => What::Next(name.into()),
        "waits" => What::Waits(name.into()),
        "stuck" => What::Stuck(name.into()),
        "broke" => What::Broke(Promise::ALL.into_iter().find(|it| it.id() == name)?),
        _ => return None,
    };
    let pc = PLACES.iter().copied().find(|pc| *pc as u8 == place)?;
    Some(Mark { room: room(at)?, pc, what })
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
