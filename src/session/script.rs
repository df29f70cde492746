//! The script that is run, and the text in the editor.

use crate::bounds::DRAFTS_MAX;
use crate::kernel::{Design, File, Op, Power};
use crate::scenario::{Branches, OpText, Preset, Script, ScriptError, budget, parse_op_line};

use super::fault::AFTER_POWER_CUT;
use super::page::Session;

/// The value of the scenario select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preselect {
    /// A preset with this id, whose text was not edited.
    Preset(&'static str),
    /// A preset with a change that a link can express, such as one more operation.
    Changed(&'static str),
    /// The reader's own script.
    Own,
}

impl Session {
    /// The title that the script's text gives, or an empty text.
    pub fn title(&self) -> &str {
        &self.script.title
    }

    /// The text that is run.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text in the editor.
    pub fn draft(&self) -> &str {
        &self.draft
    }

    /// Whether the editor's text differs from the script that is run.
    pub fn is_edited(&self) -> bool {
        self.draft != self.text
    }

    /// Whether there are edited texts that can be brought back.
    pub fn has_set_aside(&self) -> bool {
        !self.set_aside.is_empty()
    }

    /// The error of the last text that could not be run.
    pub fn error(&self) -> Option<&ScriptError> {
        self.error.as_ref()
    }

    /// The value of the scenario select.
    pub fn preselect(&self) -> Preselect {
        match self.preset {
            Some(preset) if preset.script == self.text => Preselect::Preset(preset.id),
            // A script with another title counts as the reader's own.
            Some(preset) if preset.script.lines().next() == self.text.lines().next() => {
                self.in_link.preset().map_or(Preselect::Own, Preselect::Changed)
            }
            _ => Preselect::Own,
        }
    }

    /// The current line (from 1) of each thread, as `(line, thread)`. Threads that are done or that
    /// a power cut has ended are left out.
    pub fn current_lines(&self) -> Vec<(u32, u8)> {
        let state = self.run().state();
        if state.power != Power::On {
            return Vec::new();
        }
        let at = (0..).zip(&self.script.lines).filter_map(|(thread, lines)| {
            let op = state.tasks.get(usize::from(thread))?.op;
            lines.get(usize::from(op)).map(|line| (*line, thread))
        });
        at.collect()
    }

    /// The line of an operation, from 1.
    pub fn line_of(&self, thread: u8, op: u8) -> Option<u32> {
        self.script.lines.get(usize::from(thread))?.get(usize::from(op)).copied()
    }

    /// Runs a preset under its own design.
    pub fn load_preset(&mut self, id: &str) {
        let Some(preset) = Preset::find(id) else { return };
        // A test checks all presets; an error in one would be displayed like any other.
        if self.apply(preset.script).is_ok() {
            self.preset = Some(preset);
            if let Ok(design) = Design::parse(preset.design) {
                self.script.setup.design = design;
                self.restart();
            }
        }
    }

    /// The script that is run.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Takes the editor's text without running it.
    pub fn edit(&mut self, draft: &str) {
        self.draft = draft.into();
    }

    /// Runs the text in the editor.
    pub fn apply_draft(&mut self) -> Result<(), ScriptError> {
        if !self.is_edited() {
            self.start_over();
            return Ok(());
        }
        let draft = self.draft.clone();
        self.apply(&draft)
    }

    /// Runs a script from its beginning. If the script has an error, only [`Session::error`] and
    /// the editor's text change.
    pub fn apply(&mut self, text: &str) -> Result<(), ScriptError> {
        self.notice = None;
        if self.is_edited() && self.draft != text {
            self.keep_draft();
            self.say("Your edits are kept: press u to bring them back.");
        }
        self.draft = text.into();
        let script = Script::parse(text);
        let mut script = script.inspect_err(|e| self.error = Some(e.clone()))?;
        if !script.names_design {
            script.setup.design = self.design();
        }
        self.script = script;
        self.text = text.into();
        self.error = None;
        self.restart();
        Ok(())
    }

    /// Drops the run and its branches. The browser's history still has them (`static/boot.js`).
    pub fn start_over(&mut self) {
        self.pause();
        if !self.run().choices().is_empty() {
            self.say("Started over. The browser's Back button returns to the previous run.");
        }
        self.restart();
    }

    /// Appends an operation to a thread's program and keeps the run.
    pub fn issue(&mut self, thread: u8, line: &str) -> Result<(), ScriptError> {
        parse_op_line(self.run().setup(), line)?;
        let added = format!("t{}: {}", thread + 1, line.trim());
        self.rewrite(|text| with_line(text, &added))?;
        match self.run().state().power {
            Power::On => self.say(&format!("Issued: the script now ends with {added}.")),
            Power::Cut | Power::Recovered => self.say(AFTER_POWER_CUT),
        }
        Ok(())
    }

    /// The operation that the console's fields describe, as text.
    pub fn op_text(&self, op: Op) -> String {
        OpText { op, files: self.files() }.to_string()
    }

    /// The files of the script.
    pub fn files(&self) -> &[File] {
        &self.run().setup().files
    }

    /// Puts the text that was set aside last back into the editor. If the editor holds an edited
    /// text, that one is set aside, so that repeating the command reaches every text.
    pub(super) fn bring_back(&mut self) {
        let Some(text) = self.set_aside.pop() else {
            self.say("There are no kept edits.");
            return;
        };
        if self.is_edited() {
            let draft = self.draft.clone();
            self.set_aside.insert(0, draft);
        }
        self.pause();
        self.draft = text;
        // The error of the text was displayed before, and will be again when the text is run.
        self.error = None;
    }

    /// Allows the environment one more use of a word of [`BUDGET_WORDS`], and keeps the run.
    ///
    /// [`BUDGET_WORDS`]: crate::scenario::BUDGET_WORDS
    pub(super) fn allow_once_more(&mut self, name: &str) -> Result<(), ScriptError> {
        let times = budget(&self.script.setup.budgets, name) + 1;
        self.rewrite(|text| with_allowance(text, name, times))
    }

    /// Sets the editor's text aside; the oldest is dropped when there are too many.
    pub(super) fn keep_draft(&mut self) {
        self.set_aside.push(self.draft.clone());
        if self.set_aside.len() > DRAFTS_MAX as usize {
            self.set_aside.remove(0);
        }
    }

    pub(super) fn restart(&mut self) {
        self.playing = false;
        self.delayed = 0;
        self.branches = Branches::new(self.script.setup.clone());
        self.forget_alone();
        self.note_design();
    }

    /// Changes the script and the editor's text, and keeps the run.
    pub(super) fn rewrite(&mut self, change: impl Fn(&str) -> String) -> Result<(), ScriptError> {
        let text = change(&self.text);
        let mut script = Script::parse(&text)?;
        script.setup.design = self.design();
        self.draft = if self.is_edited() { change(&self.draft) } else { text.clone() };
        self.script = script;
        self.text = text;
        // An edited text that still has an error keeps showing it.
        let draft = self.error.take().map(|_| Script::parse(&self.draft));
        self.error = draft.and_then(Result::err);
        self.run_again();
        Ok(())
    }
}

/// The text with one more line.
fn with_line(text: &str, line: &str) -> String {
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{gap}{line}\n")
}

/// The text with an `allow` line for a number of times.
fn with_allowance(text: &str, name: &str, times: u8) -> String {
    let line = format!("allow {name} {times}");
    let allows = |line: &str| line.split_whitespace().take(2).eq(["allow", name]);
    if !text.lines().any(allows) {
        return with_line(text, &line);
    }
    let lines = text.lines().map(|old| format!("{}\n", if allows(old) { &line } else { old }));
    lines.collect()
}
