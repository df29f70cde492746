//! What the top bar's scenario select and the script's editor show.

use crate::kernel::Actor;

use super::session::{Preselect, Session};

/// The editor at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    /// The text in it.
    pub draft: String,
    /// Lines and columns that the text takes.
    pub size: (usize, usize),
    /// It holds something that is not run yet.
    pub is_edited: bool,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What stands beside each line.
    pub gutter: Vec<GutterLine>,
    /// The preset that is run; empty for a script of the person's own.
    pub preset: &'static str,
}

/// What stands beside a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GutterLine {
    /// The line, from 1.
    pub number: u32,
    /// The threads that stand there.
    pub threads: String,
    /// The error is there.
    pub is_wrong: bool,
}

/// The editor as a session stands.
pub fn editor(session: &Session) -> Editor {
    let draft = session.draft();
    let lines = draft.lines().count();
    let widest = draft.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let wrong = session.error().map(|e| e.line);
    let current = session.current_lines();
    let threads = |number: u32| {
        // Marks belong to what is run; beside an edited text they would point at the wrong line.
        let here = current.iter().filter(|(line, _)| *line == number && !session.is_edited());
        here.map(|(_, t)| Actor::Thread(*t).to_string()).collect::<Vec<_>>().join(" ")
    };
    let line = |number: u32| GutterLine {
        number,
        threads: threads(number),
        is_wrong: wrong == Some(number),
    };
    Editor {
        draft: draft.into(),
        size: (lines + 1, (widest + 2).max(24)),
        is_edited: session.is_edited(),
        error: session.error().map(ToString::to_string),
        gutter: (1..=lines.max(1) as u32).map(line).collect(),
        preset: match session.preselect() {
            Preselect::Preset(id) => id,
            Preselect::Own => "",
        },
    }
}
