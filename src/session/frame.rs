//! How the page shows the run: presenter mode, within another page, the theme.

use crate::scenario::{Frame, THEMES};
use crate::view::panels::Action;

use super::commands::Command;
use super::page::Session;

impl Session {
    /// How the page shows the run.
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// Chooses a theme of [`THEMES`] by its name; others are ignored.
    pub fn set_theme(&mut self, name: &str) {
        if let Some(at) = THEMES.iter().position(|theme| *theme == name) {
            self.frame.theme = at as u8;
        }
    }

    /// The chosen theme by name; `auto` follows the system.
    pub fn theme(&self) -> &'static str {
        THEMES.get(usize::from(self.frame.theme)).copied().unwrap_or(THEMES[0])
    }

    /// Begins or ends presenter mode.
    pub fn toggle_present(&mut self) {
        self.frame.present = !self.frame.present;
        self.look = None;
        self.is_blank = false;
    }

    /// Whether the screen is blank; a key of presenters' remotes toggles it.
    pub fn is_blank(&self) -> bool {
        self.is_blank && self.frame.present
    }

    /// Takes the frame from an address's query, as in `?embed=1&theme=dark`.
    pub fn take_query(&mut self, query: &str) {
        for field in query.trim_start_matches('?').split('&') {
            let (key, value) = field.split_once('=').unwrap_or((field, "1"));
            // Unknown fields are ignored: other sites may add their own.
            let _ = self.frame.take(key, value);
        }
    }

    /// Takes the frame of a link. An embedded page stays embedded, and a chosen theme stays.
    pub(super) fn take_frame(&mut self, frame: Frame) {
        self.frame = Frame {
            present: frame.present,
            embed: frame.embed || self.frame.embed,
            theme: if frame.theme > 0 { frame.theme } else { self.frame.theme },
        };
    }

    /// The command of a key, named as in [`CommandInfo::keys`](super::CommandInfo::keys). It
    /// depends on the mode, because presenters' remotes send keys that have other commands
    /// elsewhere.
    pub fn command_of(&self, key: &str) -> Option<Command> {
        let found = super::find(key).map(|info| info.command);
        match (self.frame.present, key) {
            (true, "." | "b") => Some(Command::Blank),
            (true, "Escape") if self.look.is_none() => Some(Command::Present),
            (false, _) => found.filter(|command| {
                !matches!(command, Command::NextShown | Command::PreviousShown | Command::Blank)
            }),
            (true, _) => found,
        }
        .filter(|command| !self.frame.embed || command.is_of_time())
    }

    /// Blanks the screen of presenter mode, or shows it again.
    pub(super) fn toggle_blank(&mut self) {
        self.is_blank = !self.is_blank;
    }

    /// Goes forward in presenter mode: to the lesson's next stop, or else by a step.
    pub(super) fn next_shown(&mut self) {
        match self.lesson_card().map(|card| card.action) {
            Some(Action::Continue) => self.next_stop(),
            Some(Action::Wait) => self.say("Choose an answer first."),
            Some(Action::Steps(_) | Action::Lesson(_) | Action::Return | Action::Free) | None => {
                self.forward();
            }
        }
    }
}
