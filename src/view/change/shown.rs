//! The panel of the change: blocks of lines, each compared with another design, with the actors
//! that are there.

use crate::kernel::{Design, Pc};
use crate::scenario::Run;

use super::ask::{ChangeAsk, Mark, What};
use super::code::code;
use super::hunk::hunk;
use super::knob::{KnobChange, knob_changes};
use super::program::{Block, Room, program};

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

/// Compares a run's design with another one.
pub fn change(run: &Run, base: &Design) -> Change {
    change_of(&ChangeAsk::new(run, base))
}

/// The panel for what a run says about itself.
pub fn change_of(ask: &ChangeAsk) -> Change {
    let ChangeAsk { design, base, rooms, marks } = ask;
    let (here, there) = (program(&design.knobs), program(&base.knobs));
    let all: Vec<(Room, Vec<(Sign, Line)>)> = here
        .iter()
        .zip(&there)
        .map(|(block, other)| (block.room, diff(&lines(other, base), &lines(block, design))))
        .collect();
    let blocks = all.iter().filter_map(|(room, rows)| {
        let is_marked = marks.iter().any(|mark| mark.room == *room);
        if rows.is_empty() || !(is_marked || rooms.contains(room)) {
            return None;
        }
        Some((*room, code_block(*room, rows, &all, (design, base), marks)))
    });
    Change {
        base: base.to_string(),
        knobs: knob_changes(base, design),
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
