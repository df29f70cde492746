//! Writes the run as a link, and opens a run from a link.

use crate::kernel::{Choice, Design};
use crate::scenario::{Branch, Branches, Frame, Link, ScriptPart, head, state_sum};
use crate::view::panels::Switch;
use crate::view::{Look, NO_RETURN};

use super::designs::with_design;
use super::page::{Notice, PATCHED, Session};
use super::switches::Panels;

/// How the notice of an unreadable link begins.
const NOT_OF_LINK: &str = "The link cannot be read, so nothing changed: ";
/// How the notice of a damaged link begins.
const OF_LINK: &str = "The link is damaged. The page shows what it could read: ";
/// The prefix of the delayed IOs in a link's view.
const DELAYED: &str = "delayed.";
/// In a link's view: the prefix of the design that the change is compared with.
const AGAINST: &str = "against.";

impl Session {
    /// The run as the fragment of an address, without `#`.
    pub fn link(&self) -> String {
        self.link_in(self.frame)
    }

    /// The same for the full page, even if this page is embedded in another one.
    pub fn full_link(&self) -> String {
        self.link_in(Frame { embed: false, ..self.frame })
    }

    /// The same for a read-only frame in another page.
    pub fn embed_link(&self) -> String {
        self.link_in(Frame { embed: true, present: false, ..self.frame })
    }

    fn link_in(&self, frame: Frame) -> String {
        let run = self.run();
        let asked = self.asked_run();
        // The link of a question contains the hidden steps too.
        let whole = asked.as_ref().unwrap_or(run);
        let end = state_sum(whole.setup(), whole.state_at(whole.choices().len()));
        let list = self.branches.list();
        let link = Link {
            design: self.design().to_string(),
            beside: self.beside().map_or(String::new(), |design| design.to_string()),
            alone: self.all_alone(),
            ahead: self.ahead() as u32,
            frame,
            preset: self.preset,
            script: String::new(),
            choices: match &asked {
                Some(run) => run.choices().to_vec(),
                None => self.branches.plan(self.branches.current()),
            },
            branches: if list.len() > 1 && asked.is_none() { list.to_vec() } else { Vec::new() },
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

    /// Shows the run of a link, as far as it can be read, and reports errors in it.
    pub fn open_link(&mut self, fragment: &str) {
        match Session::lesson_of(fragment) {
            Some(Ok(progress)) => {
                self.take_lesson_frame(fragment);
                return self.open_lesson(progress);
            }
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
        self.take_frame(link.frame);
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
        let is_one = link.branches.is_empty();
        let divergence = match Branches::restore(setup, link.branches, link.current) {
            Some((branches, divergence)) => {
                self.branches = branches;
                divergence
            }
            None => self.take_choices(&link.choices),
        };
        let end = self.run().choices().len();
        let end_sum = state_sum(self.run().setup(), self.run().state_at(end));
        let mut cut_short = None;
        if let Some(divergence) = divergence {
            let told = self.tell(divergence);
            // If the design permits only the first of the choices, the page wrote the state after
            // those: then the link is not damaged.
            match link.end.as_ref() == Some(&end_sum) {
                true => {
                    cut_short = Some(Notice::new(told));
                    if is_one {
                        self.keep_all(link.choices.clone());
                    }
                }
                false => wrong.push(told),
            }
        } else if link.end.is_some_and(|sum| sum != end_sum) {
            wrong.push(
                "this model reaches another end state than the model that made the link".into(),
            );
        } else if let Some(cursor) = link.cursor.filter(|cursor| *cursor as usize > end) {
            wrong.push(format!("it stands at step {cursor} of a run of {end}"));
        }
        self.branches.seek(link.cursor.map_or(end, |cursor| cursor as usize));
        wrong.extend(self.take_second(&link.beside, &link.alone, link.ahead));
        self.take_view(&link.view);
        self.notice = match wrong.is_empty() {
            true => cut_short,
            false => Some(link_notice(OF_LINK, &wrong)),
        };
    }

    /// Keeps also the choices that the design cannot take, as a branch does: another may.
    fn keep_all(&mut self, steps: Vec<Choice>) {
        let whole = Branch { steps, ..Branch::default() };
        if let Some((all, _)) = Branches::restore(self.script.setup.clone(), vec![whole], 0) {
            self.branches = all;
        }
    }

    /// Opens a run that the explorer found, given as a link, with a notice about it. If its script
    /// is the current one, the run becomes a branch. A link that cannot be read comes from another
    /// version and is refused.
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
        // The explorer writes valid links, so this cannot fail.
        let _ = self.take_second(&link.beside, &[], 0);
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

    /// The view as a link stores it: the inspected object, the switches of the panels, the point of
    /// no return, and delayed completions.
    pub(super) fn view_words(&self) -> String {
        let mut words: Vec<String> = self.look.iter().map(Look::to_string).collect();
        words.extend(self.panels.words());
        words.extend(self.no_return().map(|step| format!("{NO_RETURN}{step}")));
        words.extend(self.lesson_word());
        words.extend(self.ask_word());
        if self.panels.has(Switch::Change) && self.against != PATCHED.design() {
            words.push(format!("{AGAINST}{}", self.against.to_string().replace(" +", "+")));
        }
        words.extend((self.delayed != 0).then(|| format!("{DELAYED}{}", self.delayed)));
        words.join(",")
    }

    /// Takes the view of a link; unknown words are ignored.
    pub(super) fn take_view(&mut self, view: &str) {
        (self.look, self.panels, self.delayed) = (None, Panels::default(), 0);
        self.against = PATCHED.design();
        (self.course, self.asked) = (None, None);
        for word in view.split(',').filter(|word| !word.is_empty()) {
            let number = |prefix| word.strip_prefix(prefix).and_then(|n| n.parse::<u32>().ok());
            if let Some(step) = number(NO_RETURN) {
                let run = self.run();
                self.no_return = Some((step, run.setup().clone(), run.choices().to_vec()));
            } else if let Some(bits) = number(DELAYED) {
                self.delayed = bits;
            } else if let Some(name) = word.strip_prefix(AGAINST) {
                self.against = Design::parse(&name.replace('+', " +")).unwrap_or(self.against);
            } else if !self.panels.take(word) && !self.take_lesson(word) && !self.take_ask(word) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Row;
    use crate::scenario::{Dice, PRESETS};

    fn reloaded(session: &mut Session) -> Session {
        session.revise();
        let mut again = Session::new();
        again.open_link(&session.link());
        again.revise();
        again
    }

    #[test]
    fn a_design_that_takes_fewer_steps_makes_no_damaged_link() {
        let mut dice = Dice::new(7);
        let mut cut_short = 0;
        for preset in PRESETS {
            let mut session = Session::new();
            session.load_preset(preset.id);
            (0..4 + dice.throw(20)).for_each(|_| {
                session.forward();
            });
            for row in Row::ALL {
                session.set_design(row.design());
                session.revise();
                let (told, cursor) = (session.notice().map(String::from), session.run().cursor());
                cut_short += usize::from(told.is_some());
                let again = reloaded(&mut session);
                let place = format!("{} under {}", preset.id, row.id());
                assert!(!again.is_link_damaged(), "{place}: {:?}", again.notice());
                assert_eq!(again.notice().is_some(), told.is_some(), "{place}");
                assert_eq!(again.run().cursor(), cursor, "{place}");
                assert_eq!(again.link(), session.link(), "{place}");
            }
        }
        assert!(cut_short > 20, "{cut_short}");
    }

    #[test]
    fn a_link_whose_end_is_another_is_damaged() {
        let mut session = Session::new();
        (0..12).for_each(|_| {
            session.forward();
        });
        session.revise();
        let mut again = Session::new();
        again.open_link(&session.link().replace("d=rfc-osync", "d=rfc-v1"));
        assert!(again.is_link_damaged());
    }
}
