//! Writes the run as a link, and opens a run from a link.

use crate::kernel::Design;
use crate::scenario::{Branches, Link, ScriptPart, head, state_sum};
use crate::view::{Look, NO_RETURN};

use super::designs::with_design;
use super::page::{Notice, Session};
use super::switches::Panels;

/// How the notice of an unreadable link begins.
const NOT_OF_LINK: &str = "The link cannot be read, so nothing changed: ";
/// How the notice of a damaged link begins.
const OF_LINK: &str = "The link is damaged. The page shows what it could read: ";
/// The prefix of the delayed IOs in a link's view.
const DELAYED: &str = "delayed.";

impl Session {
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
        match Session::lesson_of(fragment) {
            Some(Ok(progress)) => return self.open_lesson(progress),
            Some(Err(wrong)) => return self.tell_reader(link_notice(NOT_OF_LINK, &[wrong])),
            None => {}
        }
        let (link, mut wrong) = Link::read(fragment);
        if link.script.is_empty() && !wrong.is_empty() {
            self.tell_reader(link_notice(NOT_OF_LINK, &wrong));
            return;
        }
        if let Err(error) = self.apply(&link.script) {
            let line = error.line;
            wrong.push(format!("its script cannot be run; it is in the editor, see line {line}"));
            self.tell_reader(link_notice(OF_LINK, &wrong));
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
            wrong.push(
                "this model reaches another end state than the model that made the link".into(),
            );
        } else if let Some(cursor) = link.cursor.filter(|cursor| *cursor as usize > end) {
            wrong.push(format!("it stands at step {cursor} of a run of {end}"));
        }
        self.branches.seek(link.cursor.map_or(end, |cursor| cursor as usize));
        self.take_view(&link.view);
        self.notice = (!wrong.is_empty()).then(|| link_notice(OF_LINK, &wrong));
    }

    /// Opens a run that the explorer found, given as a link, with the notice about it. If its
    /// script is the one that is run, it becomes a branch. A link that cannot be read comes from
    /// another version and is refused.
    pub fn open_witness(&mut self, link: &str, notice: &str) {
        let (link, wrong) = Link::read(link);
        let design = Design::parse(&link.design);
        let (true, Ok(design)) = (wrong.is_empty(), design) else {
            self.say("The page and its explorer have different versions: reload the page.");
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

    /// The point of no return that the explorer found for this run. It is unknown for other runs,
    /// and for the same choices under another design.
    pub fn no_return(&self) -> Option<u32> {
        let (step, setup, choices) = self.no_return.as_ref()?;
        let run = self.run();
        (setup == run.setup() && run.choices().starts_with(choices)).then_some(*step)
    }

    /// The view as a link keeps it: what the inspector looks at, the switches of the panels, the
    /// point of no return, delayed completions.
    pub(super) fn view_words(&self) -> String {
        let mut words: Vec<String> = self.look.iter().map(Look::to_string).collect();
        words.extend(self.panels.words());
        words.extend(self.no_return().map(|step| format!("{NO_RETURN}{step}")));
        words.extend(self.lesson_word());
        words.extend((self.delayed != 0).then(|| format!("{DELAYED}{}", self.delayed)));
        words.join(",")
    }

    /// Takes the view of a link; unknown words are ignored.
    pub(super) fn take_view(&mut self, view: &str) {
        (self.look, self.panels, self.delayed) = (None, Panels::default(), 0);
        self.course = None;
        for word in view.split(',').filter(|word| !word.is_empty()) {
            let number = |prefix| word.strip_prefix(prefix).and_then(|n| n.parse::<u32>().ok());
            if let Some(step) = number(NO_RETURN) {
                let run = self.run();
                self.no_return = Some((step, run.setup().clone(), run.choices().to_vec()));
            } else if let Some(bits) = number(DELAYED) {
                self.delayed = bits;
            } else if !self.panels.take(word) && !self.take_lesson(word) {
                self.look = Look::parse(word).or(self.look);
            }
        }
    }
}

/// The notice of a damaged link: its first two errors, since the others mostly follow from them.
fn link_notice(begin: &str, wrong: &[String]) -> Notice {
    let first = wrong[..wrong.len().min(2)].join("; ");
    Notice::of_link(format!("{begin}{}.", first.trim_end_matches('.')))
}
