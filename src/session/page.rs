//! The session: a script, its run, and the settings that a reader can change.

use crate::kernel::{Choice, Design, Row, Setup};
use crate::scenario::{Branches, Frame, Preset, Run, Script, ScriptError, ScriptPart};
use crate::view::change::ChangeAsk;
use crate::view::panels::Switch;
use crate::view::{Inspector, Look, inspector};

use super::asked::Asked;
use super::course::Course;
use super::second::Second;
use super::switches::Panels;

/// A message about the last command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) text: String,
    /// True if it reports errors of an opened link.
    pub(super) is_of_link: bool,
    /// True if the previous notice had the same text.
    pub(super) is_again: bool,
}

impl Notice {
    pub(super) fn new(text: String) -> Notice {
        Notice { text, is_of_link: false, is_again: false }
    }

    /// A notice about errors of a link.
    pub(super) fn of_link(text: String) -> Notice {
        Notice { is_of_link: true, ..Notice::new(text) }
    }
}

/// The scenario that the page opens with: the deadlock at the end of the thread's argument.
const FIRST_PRESET: &str = "S7";

/// The kernel version that the RFC patches.
pub(super) const PATCHED: Row = Row::V3_8;

/// Everything the page knows, except what only the browser knows (theme, focus, open dialogs).
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) script: Script,
    /// The text that is run.
    pub(super) text: String,
    /// The text in the editor, which may not be run yet.
    pub(super) draft: String,
    /// Edited texts that were not run when another text replaced them; the newest is last.
    pub(super) set_aside: Vec<String>,
    pub(super) preset: Option<&'static Preset>,
    pub(super) branches: Branches,
    pub(super) error: Option<ScriptError>,
    /// A message about the last command.
    pub(super) notice: Option<Notice>,
    /// The last notice, kept after `notice` is cleared.
    pub(super) said: Option<Notice>,
    pub(super) playing: bool,
    /// A point of no return, with the run that it belongs to.
    pub(super) no_return: Option<(u32, Setup, Vec<Choice>)>,
    /// The design that the change is compared with.
    pub(super) against: Design,
    /// What the inspector looks at; `None` while it is closed.
    pub(super) look: Option<Look>,
    pub(super) panels: Panels,
    /// A bit for each IO whose completion the reader delays.
    pub(super) delayed: u32,
    /// A second design beside the run's.
    pub(super) second: Option<Second>,
    /// How the page shows the run.
    pub(super) frame: Frame,
    /// The screen is blank in presenter mode.
    pub(super) is_blank: bool,
    /// The lesson in progress.
    pub(super) course: Option<Course>,
    /// The question that the reader answers.
    pub(super) asked: Option<Asked>,
    /// Designs with changed knobs that were run, in the order in which they were first run.
    pub(super) tried: Vec<Design>,
    /// How many older designs were dropped from `tried`.
    pub(super) forgotten: u32,
    /// The script as a link writes it, kept because it is costly to compute.
    pub(super) in_link: ScriptPart,
    /// Increases with every command that changes more than the editor's text.
    pub(super) revision: u64,
}

impl Default for Session {
    fn default() -> Session {
        Session::new()
    }
}

impl Session {
    /// The session with which the page opens.
    pub fn new() -> Session {
        let script = Script::empty();
        let branches = Branches::new(script.setup.clone());
        let mut session = Session {
            script,
            text: String::new(),
            draft: String::new(),
            set_aside: Vec::new(),
            preset: None,
            in_link: ScriptPart::of(None, ""),
            branches,
            error: None,
            notice: None,
            said: None,
            playing: false,
            no_return: None,
            against: PATCHED.design(),
            look: None,
            panels: Panels::default(),
            delayed: 0,
            second: None,
            frame: Frame::default(),
            is_blank: false,
            course: None,
            asked: None,
            tried: Vec::new(),
            forgotten: 0,
            revision: 0,
        };
        session.load_preset(FIRST_PRESET);
        session
    }

    /// The run of the displayed branch.
    pub fn run(&self) -> &Run {
        self.branches.run()
    }

    /// The message about the last command.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_ref().map(|notice| notice.text.as_str())
    }

    /// The notice for the live region; a repeated text gets another ending.
    pub(super) fn notice_aloud(&self) -> Option<String> {
        // A live region announces only a text that changes, so a repeated notice gets a blank at
        // its end.
        let notice = self.notice.as_ref()?;
        Some(format!("{}{}", notice.text, if notice.is_again { "\u{a0}" } else { "" }))
    }

    /// Whether the notice is about a damaged link.
    pub fn is_link_damaged(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| notice.is_of_link)
    }

    /// A number that changes with every command except [`Session::edit`], so that typing in the
    /// editor does not recompute the stage.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Must be called after every command except [`Session::edit`].
    pub fn revise(&mut self) {
        self.revision += 1;
        if !self.in_link.is_of(self.preset, &self.text) {
            self.in_link = ScriptPart::of(self.preset, &self.text);
        }
    }

    /// Shows a sentence as the message about the last command.
    pub fn say(&mut self, notice: &str) {
        self.tell_reader(Notice::new(notice.into()));
    }

    pub(super) fn tell_reader(&mut self, notice: Notice) {
        let is_same = |said: &Notice| said.text == notice.text && !said.is_again;
        let is_again = self.said.as_ref().is_some_and(is_same);
        self.notice = Some(Notice { is_again, ..notice });
        self.said = self.notice.clone();
    }

    /// The object that the inspector shows, while it is open.
    pub fn look(&self) -> Option<Look> {
        self.look
    }

    /// The contents of the inspector, while it is open.
    pub fn inspector(&self) -> Option<Inspector> {
        let look = self.look?;
        Some(inspector(self.run(), look, self.delayed, self.can_go_on()))
    }

    /// What the change of the design against another one has to know, while its panel is shown.
    pub fn change(&self) -> Option<ChangeAsk> {
        self.panels.has(Switch::Change).then(|| ChangeAsk::new(self.run(), &self.against))
    }

    /// Compares with another design.
    pub fn tell_against(&mut self, base: Design) {
        self.against = base;
    }

    /// Opens the inspector, or closes it.
    pub fn inspect(&mut self, look: Option<Look>) {
        self.look = look;
    }

    /// The switches of the panels.
    pub fn panels(&self) -> Panels {
        self.panels
    }

    /// Toggles a switch of a panel.
    pub fn turn(&mut self, switch: Switch) {
        self.panels.turn(switch);
    }

    pub(super) fn turn_tables(&mut self) {
        self.panels.turn_tables();
    }

    /// Unfolds a panel on a narrow screen.
    pub fn unfold(&mut self, panel: &str) {
        self.panels.unfold(panel);
    }

    /// Whether the reader delays the completion of an IO.
    pub fn is_delayed(&self, io: u8) -> bool {
        self.delayed >> io & 1 != 0
    }

    /// Toggles the delay of an IO's completion. A step forward skips delayed completions.
    pub(super) fn turn_delay(&mut self, io: u8) {
        self.delayed ^= 1 << io;
    }
}
