//! The contents of the scenario select and of the script's editor.

use crate::kernel::{Actor, Power};

use super::page::Session;
use super::script::Preselect;

/// The name of a script that is not a preset.
const OWN: &str = "own script";

/// The state of the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    /// The text in the editor.
    pub draft: String,
    /// Number of lines and columns that the text needs.
    pub size: (usize, usize),
    /// True if the text differs from the script that is run.
    pub is_edited: bool,
    /// A short status beside the panel's heading.
    pub aside: &'static str,
    /// The error of the last text that was run.
    pub error: Option<String>,
    /// Line numbers, one per line.
    pub numbers: String,
    /// Marks beside lines; lines without a mark are left out.
    pub marks: Vec<LineMark>,
    /// The id of the preset that is run; empty for a script that is not a preset.
    pub preset: &'static str,
    /// The name of a script that is not a preset.
    pub other: String,
    /// True if there are edited texts that can be brought back.
    pub has_set_aside: bool,
}

/// A mark beside a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineMark {
    /// The line, counted from 1.
    pub number: u32,
    /// The threads whose current operation is in this line.
    pub threads: String,
    /// True if the error is in this line.
    pub is_wrong: bool,
}

/// The editor of a session.
pub fn editor(session: &Session) -> Editor {
    let draft = session.draft();
    let lines = draft.lines().count();
    let widest = draft.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let wrong = session.error().map(|e| e.line);
    let current = session.current_lines();
    let state = session.run().state();
    let aside = match state.power {
        _ if session.is_edited() => "edited, not run",
        Power::On => "",
        Power::Cut => "the power is cut",
        Power::Recovered => "recovered after a power cut",
    };
    // Marks belong to the script that is run; in an edited text they could point at the wrong line.
    let current = current.iter().filter(|_| !session.is_edited());
    let mut marks: Vec<LineMark> = Vec::new();
    for (number, thread) in current {
        let name = Actor::Thread(*thread).to_string();
        match marks.iter_mut().find(|mark| mark.number == *number) {
            Some(mark) => mark.threads += &format!(" {name}"),
            None => marks.push(LineMark { number: *number, threads: name, is_wrong: false }),
        }
    }
    marks.extend(wrong.map(|number| LineMark { number, threads: String::new(), is_wrong: true }));
    let (preset, other) = match session.preselect() {
        Preselect::Preset(id) => (id, OWN.into()),
        Preselect::Changed(id) => ("", format!("{id}, changed")),
        Preselect::Own => ("", OWN.into()),
    };
    let numbers: Vec<String> = (1..=lines.max(1)).map(|number| number.to_string()).collect();
    Editor {
        draft: draft.into(),
        size: (lines + 1, (widest + 2).max(24)),
        is_edited: session.is_edited(),
        aside,
        error: session.error().map(ToString::to_string),
        numbers: numbers.join("\n"),
        marks,
        preset,
        other,
        has_set_aside: session.has_set_aside(),
    }
}
