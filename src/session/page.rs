//! The state of the page: a script, its run, and what a reader does to both.

use crate::kernel::{Choice, Design, Setup};
use crate::scenario::{Branches, Preset, Run, Script, ScriptError, ScriptPart};
use crate::view::{Inspector, Look, inspector};

use super::course::Course;
use super::switches::{Panels, Switch};

/// Something that a reader should know about the last command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) text: String,
    /// It tells what is wrong with the link that was opened.
    pub(super) is_of_link: bool,
    /// The notice before it said the same.
    pub(super) is_again: bool,
}

impl Notice {
    pub(super) fn new(text: String) -> Notice {
        Notice { text, is_of_link: false, is_again: false }
    }

    /// What is wrong with a link.
    pub(super) fn of_link(text: String) -> Notice {
        Notice { is_of_link: true, ..Notice::new(text) }
    }
}

/// The scenario that the page opens with: the deadlock that ends the thread's argument.
const FIRST_PRESET: &str = "S7";

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
    /// Something that a person should know about the last command.
    pub(super) notice: Option<Notice>,
    /// The last notice, kept after `notice` is cleared.
    pub(super) said: Option<Notice>,
    pub(super) playing: bool,
    /// A point of no return, with the run that it belongs to.
    pub(super) no_return: Option<(u32, Setup, Vec<Choice>)>,
    /// What the inspector looks at; `None` while it is closed.
    pub(super) look: Option<Look>,
    pub(super) panels: Panels,
    /// A bit for every IO whose completion the reader delays.
    pub(super) delayed: u32,
    /// The lesson that a reader takes.
    pub(super) course: Option<Course>,
    /// Designs with knobs of their own that were run, in the order in which they were tried.
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
    /// The page as it opens.
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
            look: None,
            panels: Panels::default(),
            delayed: 0,
            course: None,
            tried: Vec::new(),
            forgotten: 0,
            revision: 0,
        };
        session.load_preset(FIRST_PRESET);
        session
    }

    /// The run: the branch that is shown.
    pub fn run(&self) -> &Run {
        self.branches.run()
    }

    /// What a person should know about the last command.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_ref().map(|notice| notice.text.as_str())
    }

    /// The notice for the live region: repeated text differs at its end.
    pub(super) fn notice_aloud(&self) -> Option<String> {
        // A live region only speaks text that changes, so a repeated notice gets a blank at its
        // end.
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

    /// Sets the notice.
    pub fn say(&mut self, notice: &str) {
        self.tell_reader(Notice::new(notice.into()));
    }

    pub(super) fn tell_reader(&mut self, notice: Notice) {
        let is_same = |said: &Notice| said.text == notice.text && !said.is_again;
        let is_again = self.said.as_ref().is_some_and(is_same);
        self.notice = Some(Notice { is_again, ..notice });
        self.said = self.notice.clone();
    }

    /// What the inspector looks at, while it is open.
    pub fn look(&self) -> Option<Look> {
        self.look
    }

    /// What the inspector shows, while it is open.
    pub fn inspector(&self) -> Option<Inspector> {
        let look = self.look?;
        Some(inspector(self.run(), look, self.delayed, self.can_go_on()))
    }

    /// Opens the inspector, or closes it.
    pub fn inspect(&mut self, look: Option<Look>) {
        self.look = look;
    }

    /// What is switched on in the panels.
    pub fn panels(&self) -> Panels {
        self.panels
    }

    /// Switches something in a panel on or off.
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

    /// Whether a person delays the completion of an IO.
    pub fn is_delayed(&self, io: u8) -> bool {
        self.delayed >> io & 1 != 0
    }

    /// Toggles the delay of an IO's completion: a step forward then takes other steps.
    pub(super) fn turn_delay(&mut self, io: u8) {
        self.delayed ^= 1 << io;
    }
}
