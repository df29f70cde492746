//! The state of the page: a script, the run of it, and what a person may do to both.

use core::fmt::Write;
use core::ops::Range;

use crate::bounds::{BRANCHES_MAX, DRAFTS_MAX, REPORT_CHOICES, TRIED_DESIGNS_MAX};
use crate::kernel::{
    Actor, Choice, Design, File, Next, Op, Power, Setup, State, enabled, is_environment, is_stuck,
};
use crate::scenario::{
    Branches, Divergence, Link, OpText, Preset, Run, RunError, Script, ScriptError, ScriptPart,
    branch_name, budget, head, parse_op_line, state_sum,
};

use super::fault::{AFTER_POWER_CUT, NOTHING_LEFT};
use super::inspector::Look;
use super::mail;
use super::names::count;
use super::narrate;
use super::panels::{Panels, Switch};
use super::wrap::wrap;

/// How a sentence begins that says that a link says nothing.
const NOT_OF_LINK: &str = "Nothing could be read of the link, and all is as it was: ";
/// How a sentence begins that says what is wrong with a link.
const OF_LINK: &str = "What could be read of the link is shown: ";
/// What is before a number of steps in a link's view.
pub(super) const NO_RETURN: &str = "no_return.";
/// What is before the bits of delayed IOs there.
const DELAYED: &str = "delayed.";
/// What the page opens with: where the thread's argument ends.
const FIRST_PRESET: &str = "S7";

/// Everything the page knows, but for what only a browser knows (theme, focus, open dialogs).
#[derive(Clone, Debug)]
pub struct Session {
    script: Script,
    /// The text that is run.
    text: String,
    /// The text in the editor, which may not be run yet.
    draft: String,
    /// What stood in the editor, not run, when another text came there; the newest last.
    set_aside: Vec<String>,
    preset: Option<&'static Preset>,
    branches: Branches,
    error: Option<ScriptError>,
    /// Something that a person should know about the last command.
    notice: Option<String>,
    /// The last notice that there was.
    said: String,
    playing: bool,
    /// The steps after which a run's end could no longer be avoided, and that run.
    no_return: Option<(u32, Setup, Vec<Choice>)>,
    /// What the inspector looks at, while it is open.
    look: Option<Look>,
    panels: Panels,
    /// A bit for every IO whose completion a person delays.
    delayed: u32,
    /// Designs with knobs of their own that were run, in the order in which they were tried.
    tried: Vec<Design>,
    /// How many more of them there were.
    forgotten: u32,
    /// What a link says of the script.
    in_link: ScriptPart,
    /// Counts what changes anything but the editor's text.
    revision: u64,
}

/// What the scenario select shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preselect {
    /// A preset, as it was offered.
    Preset(&'static str),
    /// A preset with an operation more, or another change that a link tells as one.
    Changed(&'static str),
    /// A script of the person's own.
    Own,
}

impl Default for Session {
    fn default() -> Session {
        Session::new()
    }
}

impl Session {
    /// The page as it opens.
    pub fn new() -> Session {
        let script = Script::parse("").expect("nothing is a script too");
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
            said: String::new(),
            playing: false,
            no_return: None,
            look: None,
            panels: Panels::default(),
            delayed: 0,
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

    /// The run with all of its branches.
    pub fn branches(&self) -> &Branches {
        &self.branches
    }

    /// What the script is about.
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

    /// Whether the editor holds something that is not run yet.
    pub fn is_edited(&self) -> bool {
        self.draft != self.text
    }

    /// Whether there are texts of the editor that were set aside.
    pub fn has_set_aside(&self) -> bool {
        !self.set_aside.is_empty()
    }

    /// Why the last text could not be run.
    pub fn error(&self) -> Option<&ScriptError> {
        self.error.as_ref()
    }

    /// What a person should know about the last command.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref().map(|notice| notice.trim_end_matches('\u{a0}'))
    }

    /// That, but with another end when it is told again.
    pub(super) fn notice_aloud(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Whether that is what is wrong with the link that was opened.
    pub fn is_link_damaged(&self) -> bool {
        let begins = |notice: &str| [OF_LINK, NOT_OF_LINK].iter().any(|of| notice.starts_with(of));
        self.notice.as_deref().is_some_and(begins)
    }

    /// A number that differs after every command but [`Session::edit`], so that typing in the
    /// editor makes nobody look at the run again.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// To be called after every command but [`Session::edit`].
    pub fn revise(&mut self) {
        self.revision += 1;
        if !self.in_link.is_of(self.preset, &self.text) {
            self.in_link = ScriptPart::of(self.preset, &self.text);
        }
    }

    /// Whether the run plays by itself.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// The design that is run.
    pub fn design(&self) -> Design {
        self.run().setup().design
    }

    /// What the scenario select shows.
    pub fn preselect(&self) -> Preselect {
        match self.preset {
            Some(preset) if preset.script == self.text => Preselect::Preset(preset.id),
            // With another title it is somebody's own, whatever a link makes of it.
            Some(preset) if preset.script.lines().next() == self.text.lines().next() => {
                self.in_link.preset().map_or(Preselect::Own, Preselect::Changed)
            }
            _ => Preselect::Own,
        }
    }

    /// The line (from 1) at which each thread stands, as `(line, thread)`; a thread that is done,
    /// or that a power cut has ended, stands nowhere.
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

    /// Runs a preset under the design that it is shown with.
    pub fn load_preset(&mut self, id: &str) {
        let Some(preset) = Preset::find(id) else { return };
        // Presets are checked by a test; should one be wrong, its error is shown like any other.
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

    /// Designs with knobs of their own that were run since the page was opened, in the order in
    /// which they were tried, and how many older ones had to go for them.
    pub fn tried(&self) -> (&[Design], u32) {
        (&self.tried, self.forgotten)
    }

    /// Leaves a design out of those that were tried, unless it is what is run.
    pub fn leave_out(&mut self, design: Design) {
        let current = self.design();
        self.tried.retain(|tried| *tried != design || *tried == current);
    }

    /// Shows a run that the explorer found, which comes as a link, and says what it shows. Of the
    /// script that is run already it is a branch. What a link cannot say is refused: it is of
    /// another version.
    pub fn open_witness(&mut self, link: &str, notice: &str) {
        let (link, wrong) = Link::read(link);
        let design = Design::parse(&link.design);
        let (true, Ok(design)) = (wrong.is_empty(), design) else {
            self.say("The page and its explorer are of two versions: reload it.");
            return;
        };
        // The same text may have named another design when the run was searched.
        let is_other = with_design(&link.script, design) != with_design(&self.text, design);
        if is_other && self.apply(&link.script).is_err() {
            return; // its error is shown like any other
        }
        self.preset = link.preset;
        if design != self.design() {
            self.set_design(design);
        }
        self.pause();
        let divergence = self.take_choices(&link.choices);
        self.say(&divergence.map_or(notice.into(), |d| self.tell(d)));
        let step = link.view.strip_prefix(NO_RETURN).and_then(|step| step.parse().ok());
        let of = self.run().setup().clone();
        self.no_return = step.map(|step| (step, of, link.choices));
    }

    /// The steps after which the end that the explorer found on this run's way could no longer be
    /// avoided: of another run, and of the same choices under another design, nothing is known.
    pub fn no_return(&self) -> Option<u32> {
        let (step, setup, choices) = self.no_return.as_ref()?;
        let run = self.run();
        (setup == run.setup() && run.choices().starts_with(choices)).then_some(*step)
    }

    /// Takes what the editor holds.
    pub fn edit(&mut self, draft: &str) {
        self.draft = draft.into();
    }

    /// Runs what the editor holds.
    pub fn apply_draft(&mut self) -> Result<(), ScriptError> {
        if !self.is_edited() {
            self.start_over();
            return Ok(());
        }
        let draft = self.draft.clone();
        self.apply(&draft)
    }

    /// Runs a script from its beginning. If it is wrong, everything stays as it was but for
    /// [`Session::error`] and the editor's text.
    pub fn apply(&mut self, text: &str) -> Result<(), ScriptError> {
        self.notice = None;
        if self.is_edited() && self.draft != text {
            self.keep_draft();
            self.say("The edits are kept: u brings them back.");
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

    /// Puts what was set aside last back into the editor. What is not run there is set aside in
    /// turn, so that going on comes to every text.
    pub(super) fn bring_back(&mut self) {
        let Some(text) = self.set_aside.pop() else {
            self.say("No edits are kept.");
            return;
        };
        if self.is_edited() {
            let draft = self.draft.clone();
            self.set_aside.insert(0, draft);
        }
        self.pause();
        self.draft = text;
        // What is wrong with it was said before, and is again when it is run.
        self.error = None;
    }

    /// Keeps what the editor holds while it holds another text; of many the oldest is forgotten.
    fn keep_draft(&mut self) {
        self.set_aside.push(self.draft.clone());
        if self.set_aside.len() > DRAFTS_MAX as usize {
            self.set_aside.remove(0);
        }
    }

    /// What the inspector looks at, while it is open.
    pub fn look(&self) -> Option<Look> {
        self.look
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

    /// Delays the completion of an IO, or no longer: a step forward then takes others.
    pub(super) fn turn_delay(&mut self, io: u8) {
        self.delayed ^= 1 << io;
    }

    /// Forgets the run, with all of its branches; the browser's history has it, as it has runs of
    /// other scripts (`static/boot.js`).
    pub fn start_over(&mut self) {
        self.pause();
        if !self.run().choices().is_empty() {
            self.say("Started over: the browser's Back leads to the run that was left.");
        }
        self.restart();
    }

    fn restart(&mut self) {
        self.playing = false;
        self.delayed = 0;
        self.branches = Branches::new(self.script.setup.clone());
        self.note_design();
    }

    /// Runs the same choices under another design, as far as they can be taken. Branches keep the
    /// choices that it cannot take.
    pub fn set_design(&mut self, design: Design) {
        if self.script.names_design {
            // The script would contradict the select: it says the new design from now on.
            self.text = with_design(&self.text, design);
            self.draft = with_design(&self.draft, design);
        }
        self.playing = false;
        self.script.setup.design = design;
        self.run_again();
    }

    /// Appends an operation to a thread's program and keeps the run.
    pub fn issue(&mut self, thread: u8, line: &str) -> Result<(), ScriptError> {
        parse_op_line(self.run().setup(), line)?;
        let added = format!("t{}: {}", thread + 1, line.trim());
        self.rewrite(|text| with_line(text, &added))?;
        match self.run().state().power {
            Power::On => self.say(&format!("Issued: the script ends in {added} now.")),
            _ => self.say(AFTER_POWER_CUT),
        }
        Ok(())
    }

    /// Lets the environment do something of [`BUDGET_WORDS`] once more, and keeps the run.
    ///
    /// [`BUDGET_WORDS`]: crate::scenario::BUDGET_WORDS
    pub(super) fn allow_once_more(&mut self, name: &str) -> Result<(), ScriptError> {
        let times = budget(&self.script.setup.budgets, name) + 1;
        self.rewrite(|text| with_allowance(text, name, times))
    }

    /// Changes the script, also as it stands in the editor, and keeps the run.
    fn rewrite(&mut self, change: impl Fn(&str) -> String) -> Result<(), ScriptError> {
        let text = change(&self.text);
        let mut script = Script::parse(&text)?;
        script.setup.design = self.design();
        self.draft = if self.is_edited() { change(&self.draft) } else { text.clone() };
        self.script = script;
        self.text = text;
        // What is still wrong with the editor's text is still said.
        let draft = self.error.take().map(|_| Script::parse(&self.draft));
        self.error = draft.and_then(Result::err);
        self.run_again();
        Ok(())
    }

    /// The op that a console's fields describe, as text.
    pub fn op_text(&self, op: Op) -> String {
        OpText { op, files: self.files() }.to_string()
    }

    /// The files of the script.
    pub fn files(&self) -> &[File] {
        &self.run().setup().files
    }

    /// The choice that a step forward takes: the run's own; at its end the first enabled one that
    /// is not the environment's; when all is done, what the environment may still do.
    pub fn next_choice(&self) -> Option<Choice> {
        let run = self.run();
        let planned = run.choices().get(run.cursor()).copied();
        planned.or_else(|| self.default_choice(run.state()))
    }

    /// The first step that is neither the environment's nor delayed; when all is done, what the
    /// environment may still do.
    pub(super) fn default_choice(&self, state: &State) -> Option<Choice> {
        let setup = self.run().setup();
        let all = enabled(setup, state);
        let is_own = |choice: &Choice| !is_environment(state, *choice);
        let is_delayed =
            |choice: &Choice| matches!(choice.actor, Actor::Irq(io) if self.is_delayed(io));
        match all.iter().find(|choice| is_own(choice) && !is_delayed(choice)) {
            Some(own) => Some(*own),
            None if all.iter().any(is_own) => None,
            None => all.first().filter(|_| !is_stuck(setup, state)).copied(),
        }
    }

    /// Takes a choice.
    pub fn step(&mut self, choice: Choice) -> Result<(), RunError> {
        self.notice = None;
        let before = (self.branches.list().len(), self.branches.current());
        let result = self.branches.step(choice);
        if let (Actor::Irq(io), true) = (choice.actor, result.is_ok()) {
            self.delayed &= !(1 << io);
        }
        let now = self.branches.current();
        match result {
            Err(error) => {
                self.playing = false;
                self.say(&self.why_not(error));
            }
            Ok(()) if before.0 < self.branches.list().len() => {
                let (new, old) = (branch_name(now), branch_name(before.1));
                self.say(&format!("This is branch {new} now; {old} is kept as it was."));
            }
            Ok(()) if before.1 != now => {
                self.say(&format!("Branch {} went this way before.", branch_name(now)));
            }
            Ok(()) => {}
        }
        result
    }

    /// Takes the next choice; false if there is none.
    pub fn forward(&mut self) -> bool {
        let Some(choice) = self.next_choice() else {
            let all = self.run().enabled();
            let own = all.iter().find(|choice| !is_environment(self.run().state(), **choice));
            if let Some(Choice { actor, .. }) = own {
                self.say(&format!(
                    "Only delayed completions are left: let one complete, or step {actor} yourself."
                ));
            } else {
                self.say(self.nothing_left());
            }
            return false;
        };
        self.step(choice).is_ok()
    }

    /// Why there is no step to take.
    pub(super) fn nothing_left(&self) -> &'static str {
        let (setup, state) = (self.run().setup(), self.run().state());
        match state.power {
            Power::On if state.bound.is_some() => "A bound of the model is reached: go back.",
            Power::On if !is_stuck(setup, state) => NOTHING_LEFT,
            Power::On if self.run().enabled().is_empty() => {
                "Who is left can never step again: go back."
            }
            Power::On => {
                "Who is left can never step again, whatever the environment does: go back."
            }
            _ => AFTER_POWER_CUT,
        }
    }

    /// Goes one step back.
    pub fn back(&mut self) {
        match self.run().cursor() {
            0 => self.say("This is the start of the run."),
            cursor => self.seek(cursor - 1),
        }
    }

    /// Goes to a step of the run; past the end, to the end.
    pub fn seek(&mut self, steps: usize) {
        self.playing = false;
        self.notice = None;
        self.branches.seek(steps);
    }

    /// Goes to a step by its number, and says so if the run has none of that number.
    pub fn go_to(&mut self, step: &str) {
        let steps = self.run().choices().len();
        let number = step.parse::<usize>();
        if let Ok(number) = number {
            self.seek(number);
        }
        if number.is_ok_and(|number| number <= steps) {
            return;
        }
        let steps = count(steps as u32, "step");
        self.say(&format!("There is no step {step}: the run has {steps}."));
    }

    /// Begins a branch at the cursor; an empty run has nothing to branch from.
    pub fn branch_here(&mut self) {
        self.playing = false;
        if self.run().choices().is_empty() {
            self.say("There is nothing to branch from: take a step first.");
            return;
        }
        let old = self.branches.current();
        let notice = match self.branches.branch_here() {
            Ok(()) => {
                let new = branch_name(self.branches.current());
                format!("This is branch {new} now; {} is kept as it was.", branch_name(old))
            }
            Err(error) => self.why_not(error),
        };
        self.say(&notice);
    }

    /// Shows another branch, at the same step or at its end.
    pub fn switch_branch(&mut self, branch: u32) {
        self.playing = false;
        let divergence = self.branches.switch(branch);
        let told = divergence.map_or(String::new(), |d| format!(" {}", self.tell(d)));
        self.say(&format!("This is branch {}.{told}", branch_name(self.branches.current())));
    }

    /// Shows the next branch, or the one before; after the last comes the first.
    pub fn turn_branch(&mut self, forward: bool) {
        let count = self.branches.list().len() as u32;
        if count == 1 {
            self.say("There is no other branch: go back and take another step.");
            return;
        }
        let by = if forward { 1 } else { count - 1 };
        self.switch_branch((self.branches.current() + by) % count);
    }

    /// Starts or stops to play. At the end of everything it starts again from the beginning.
    pub fn toggle_play(&mut self) {
        self.playing = !self.playing;
        self.notice = None;
        if self.playing && self.next_choice().is_none() {
            self.branches.seek(0);
        }
    }

    /// One tick of playing.
    pub fn tick(&mut self) {
        if self.playing && !(self.forward() && self.next_choice().is_some()) {
            self.playing = false;
        }
    }

    /// The run as text: the script, its design, the choices and where the cursor stands.
    pub fn as_text(&self) -> String {
        self.text_of(0..self.run().choices().len())
    }

    /// The same for the report of a panic, which is written after every step: of a long run the
    /// choices that led to the cursor.
    pub fn report_text(&self) -> String {
        let run = self.run();
        match run.choices().len() <= REPORT_CHOICES {
            true => self.as_text(),
            false => self.text_of(run.cursor().saturating_sub(REPORT_CHOICES)..run.cursor()),
        }
    }

    fn text_of(&self, steps: Range<usize>) -> String {
        let mut text = format!("{}# under {}\n# choices", self.text, self.design());
        let all = self.run().choices();
        // Writing to a string cannot fail.
        let _ = match steps.len() == all.len() {
            true => write!(text, ":"),
            false => write!(text, " from step {} on, others are in the link:", steps.start + 1),
        };
        for choice in &all[steps] {
            let _ = write!(text, " {choice}");
        }
        text + &format!("\n# at step {} of {}\n", self.run().cursor(), all.len())
    }

    /// The run as a list of steps, as plain text of at most [`super::wrap::COLUMNS_MAX`]
    /// columns.
    pub fn steps_text(&self) -> String {
        let mut text = wrap("", self.title());
        text += &format!("\n{}\n\n", wrap("design ", &self.design().to_string()));
        for line in (0..).map_while(|step| narrate::step_line(self.run(), step)) {
            text += &line;
            text.push('\n');
        }
        let (run, end) = (self.run(), self.run().choices().len());
        if let Some(cycle) = narrate::cycle_sentence(run.setup(), run.state_at(end)) {
            text += &format!("\n{}\n", wrap("*** ", &cycle));
        }
        text
    }

    /// The run as plain text for a mail, with the link that opens it on a page of this address.
    pub fn mail_text(&self, page: &str) -> String {
        let link = format!("{page}#{}", self.link());
        let is_preset = matches!(self.preselect(), Preselect::Preset(_));
        let script = if is_preset { "" } else { &self.text };
        mail::mail(self.run(), self.title(), script, self.no_return(), &link)
    }

    /// Stops to play, and says nothing of the command before.
    pub(super) fn pause(&mut self) {
        self.playing = false;
        self.notice = None;
    }

    /// Tells something that a person should know.
    pub fn say(&mut self, notice: &str) {
        // A live region speaks what changes: what is said again ends in a blank, or no longer.
        let blank = if self.said == notice { "\u{a0}" } else { "" };
        self.said = format!("{notice}{blank}");
        self.notice = Some(self.said.clone());
    }

    /// The run as the fragment of an address, without `#`.
    pub fn link(&self) -> String {
        let run = self.run();
        let end = state_sum(run.setup(), run.state_at(run.choices().len()));
        let list = self.branches.list();
        let link = Link {
            design: self.design().to_string(),
            preset: self.preset,
            script: String::new(),
            choices: self.branches.plan(self.branches.current()),
            branches: if list.len() > 1 { list.to_vec() } else { Vec::new() },
            current: self.branches.current(),
            cursor: Some(self.run().cursor() as u32),
            view: self.view_words(),
            end: Some(end),
        };
        match self.in_link.is_of(self.preset, &self.text) {
            true => link.write_with(&self.in_link),
            false => link.write_with(&ScriptPart::of(self.preset, &self.text)),
        }
    }

    /// Shows the run that a link holds, as far as it can be read, and says what is wrong with it.
    pub fn open_link(&mut self, fragment: &str) {
        let (link, mut wrong) = Link::read(fragment);
        if link.script.is_empty() {
            self.say(&link_notice(NOT_OF_LINK, &wrong));
            return;
        }
        if let Err(error) = self.apply(&link.script) {
            let line = error.line;
            wrong.push(format!(
                "its script cannot be run and stands in the editor, see line {line}"
            ));
            self.say(&link_notice(OF_LINK, &wrong));
            return;
        }
        self.preset = link.preset;
        match Design::parse(&link.design) {
            // A script that names its design stays as it was written.
            Ok(design) if design == self.design() => {}
            Ok(design) => self.set_design(design),
            Err(_) if link.design.is_empty() => {}
            Err(error) => wrong.push(format!(
                "its design `{}` cannot be read, so it is {}: expected {}",
                head(&link.design),
                self.design(),
                error.expected
            )),
        }
        let setup = self.script.setup.clone();
        let divergence = match Branches::restore(setup, link.branches, link.current) {
            Some((branches, divergence)) => {
                self.branches = branches;
                divergence
            }
            None => self.take_choices(&link.choices),
        };
        let end = self.run().choices().len();
        let end_sum = state_sum(self.run().setup(), self.run().state_at(end));
        if let Some(divergence) = divergence {
            wrong.push(self.tell(divergence));
        } else if link.end.is_some_and(|sum| sum != end_sum) {
            wrong.push("this model ends in another state than the one it was made with".into());
        } else if let Some(cursor) = link.cursor.filter(|cursor| *cursor as usize > end) {
            wrong.push(format!("it stands at step {cursor} of a run of {end}"));
        }
        self.branches.seek(link.cursor.map_or(end, |cursor| cursor as usize));
        self.take_view(&link.view);
        self.notice = (!wrong.is_empty()).then(|| link_notice(OF_LINK, &wrong));
    }

    /// The view as a link keeps it: what the inspector looks at, what is switched on in the panels,
    /// the run's point of no return, which completions are delayed.
    fn view_words(&self) -> String {
        let mut words: Vec<String> = self.look.iter().map(Look::to_string).collect();
        words.extend(self.panels.words());
        words.extend(self.no_return().map(|step| format!("{NO_RETURN}{step}")));
        words.extend((self.delayed != 0).then(|| format!("{DELAYED}{}", self.delayed)));
        words.join(",")
    }

    /// Takes the view that a link keeps; words that nobody knows are somebody else's.
    fn take_view(&mut self, view: &str) {
        (self.look, self.panels, self.delayed) = (None, Panels::default(), 0);
        for word in view.split(',').filter(|word| !word.is_empty()) {
            let number = |prefix| word.strip_prefix(prefix).and_then(|n| n.parse::<u32>().ok());
            if let Some(step) = number(NO_RETURN) {
                let run = self.run();
                self.no_return = Some((step, run.setup().clone(), run.choices().to_vec()));
            } else if let Some(bits) = number(DELAYED) {
                self.delayed = bits;
            } else if !self.panels.take(word) {
                self.look = Look::parse(word).or(self.look);
            }
        }
    }

    /// Takes choices from the start on, the cursor at their end; where the run went on otherwise
    /// they are a branch. If there are too many of those, they are all that is left.
    fn take_choices(&mut self, choices: &[Choice]) -> Option<Divergence> {
        self.branches.seek(0);
        for (at, choice) in choices.iter().enumerate() {
            match self.branches.step(*choice) {
                Ok(()) => {}
                Err(RunError::TooManyBranches) => {
                    self.branches = Branches::new(self.script.setup.clone());
                    return self.take_choices(choices);
                }
                Err(error) => return Some(Divergence { at, error }),
            }
        }
        None
    }

    /// Runs all branches under the script's setup, and says where it stops them.
    fn run_again(&mut self) {
        let divergence = self.branches.under(self.script.setup.clone());
        let mut notice = divergence.map_or(String::new(), |d| self.tell(d));
        for (branch, steps) in self.branches.cut_short() {
            let (name, all) = (branch_name(branch), self.branches.len_of(branch));
            notice += &format!(" Branch {name} can be taken for {steps} of {all} steps.");
        }
        self.notice = (!notice.is_empty()).then(|| notice.trim_start().into());
        self.note_design();
    }

    /// Notes that a design is run. Rows are no news; of the others the oldest goes for the newest.
    fn note_design(&mut self) {
        let design = self.design();
        if design == design.row.design() || self.tried.contains(&design) {
            return;
        }
        self.tried.push(design);
        if self.tried.len() > TRIED_DESIGNS_MAX as usize {
            self.tried.remove(0);
            self.forgotten += 1;
        }
    }

    fn tell(&self, divergence: Divergence) -> String {
        let Divergence { at, error } = divergence;
        let why = self.why_not(error);
        format!(
            "Kept the first {at} steps: under {} the next one cannot be taken, {why}",
            self.design()
        )
    }

    fn why_not(&self, error: RunError) -> String {
        match error {
            RunError::TooLong => "the run has as many steps as the page keeps.".into(),
            RunError::TooManyBranches => format!(
                "There are {BRANCHES_MAX} branches, as many as the page keeps (BRANCHES_MAX): go \
                 to the end of one to take other steps."
            ),
            RunError::NotEnabled { choice, next: Next::Blocked { wait, .. } } => {
                let wait = narrate::wait_text(self.run().setup(), self.run().state(), wait);
                format!("{choice} {wait}.")
            }
            RunError::NotEnabled { choice, .. } => format!("{choice} has nothing to do there."),
        }
    }
}

/// What is wrong with a link: the first two things, what follows mostly follows from them.
fn link_notice(begin: &str, wrong: &[String]) -> String {
    let first = wrong[..wrong.len().min(2)].join("; ");
    format!("{begin}{}.", first.trim_end_matches('.'))
}

/// A script with one more line.
fn with_line(text: &str, line: &str) -> String {
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{gap}{line}\n")
}

/// A script that allows something so many times.
fn with_allowance(text: &str, name: &str, times: u8) -> String {
    let line = format!("allow {name} {times}");
    let allows = |line: &str| line.split_whitespace().take(2).eq(["allow", name]);
    if !text.lines().any(allows) {
        return with_line(text, &line);
    }
    let lines = text.lines().map(|old| format!("{}\n", if allows(old) { &line } else { old }));
    lines.collect()
}

/// A script that names another design than it did.
fn with_design(text: &str, design: Design) -> String {
    let is_design = |line: &str| line.split_whitespace().next() == Some("design");
    let lines = text.lines().map(|line| {
        if is_design(line) { format!("design {design}\n") } else { format!("{line}\n") }
    });
    lines.collect()
}
