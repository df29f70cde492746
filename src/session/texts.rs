//! The run as plain text, for copying.

use core::fmt::Write;
use core::ops::Range;

use crate::bounds::REPORT_CHOICES;
use crate::scenario::Run;
use crate::view::text::{About, lockdep, mail, mail_beside, run_json};
use crate::view::words::{caption, cycle_sentence, step_line, wrap};
use crate::view::{badge, finding};

use super::page::Session;
use super::script::Preselect;

impl Session {
    /// The run as text: the script, its design, the choices and the cursor.
    pub fn as_text(&self) -> String {
        self.text_of(0..self.run().choices().len())
    }

    /// The run as text for a panic report. It is written after every step, so it contains only the
    /// last choices before the cursor of a long run.
    pub fn report_text(&self) -> String {
        let run = self.run();
        match run.choices().len() <= REPORT_CHOICES {
            true => self.as_text(),
            false => self.text_of(run.cursor().saturating_sub(REPORT_CHOICES)..run.cursor()),
        }
    }

    /// The run as a list of steps, as plain text of at most
    /// [`COLUMNS_MAX`](crate::view::words::COLUMNS_MAX) columns.
    pub fn steps_text(&self) -> String {
        let mut text = wrap("", self.title());
        text += &format!("\n{}\n\n", wrap("design ", &self.design().to_string()));
        for line in (0..).map_while(|step| step_line(self.run(), step)) {
            text += &line;
            text.push('\n');
        }
        let (run, end) = (self.run(), self.run().choices().len());
        if let Some(cycle) = cycle_sentence(run.setup(), run.state_at(end)) {
            text += &format!("\n{}\n", wrap("*** ", &cycle));
        }
        text
    }

    /// The run as plain text for a mail, with the link that opens it on a page of this address.
    pub fn mail_text(&self, page: &str) -> String {
        let link = format!("{page}#{}", self.full_link());
        let is_preset = matches!(self.preselect(), Preselect::Preset(_));
        let script = if is_preset { "" } else { &self.text };
        let both =
            self.with_pair(|pair| mail_beside(self.run(), pair, self.title(), script, &link));
        if let Some(both) = both {
            return both;
        }
        mail(self.run(), self.title(), script, self.no_return(), &link)
    }

    /// The caption below a picture of the run: script, design, and the effect of the last step.
    pub fn picture_caption(&self) -> String {
        let (at, all) = self.place();
        let step = format!("step {at} of {all}");
        let both = self.with_pair(|pair| {
            let (first, second) = (self.run(), pair.second());
            let side = |name: &str, run: &Run| {
                format!("{name} is {}: {}", run.setup().design, caption(run))
            };
            format!("{}, {step}. {} {}", self.title(), side("A", first), side("B", second))
        });
        both.unwrap_or_else(|| {
            format!("{}, {}, {step}: {}", self.title(), self.design(), caption(self.run()))
        })
    }

    /// The run as JSON, with a link that opens it on the page at this address.
    pub fn run_json(&self, page: &str) -> String {
        let link = format!("{page}#{}", self.full_link());
        run_json(self.run(), &self.about(&link))
    }

    /// The run of the second design as JSON, where two are compared.
    pub fn second_run_json(&self, page: &str) -> Option<String> {
        let link = format!("{page}#{}", self.full_link());
        self.with_pair(|pair| run_json(pair.second(), &self.about(&link)))
    }

    fn about<'a>(&'a self, link: &'a str) -> About<'a> {
        About { title: self.title(), script: &self.text, lines: &self.script.lines, link }
    }

    /// The parts of a printed page: the script, the steps, the end of the run.
    pub fn print_text(&self, page: &str) -> [String; 3] {
        let link = format!("{page}#{}", self.full_link());
        let run = self.run();
        let mut end = run.clone();
        end.seek(usize::MAX);
        let badge = badge(&end);
        let mut told = format!("{}: {}", badge.word, badge.text);
        if let Some(finding) = finding(&end) {
            told += &format!("\n\n{}", wrap("", &finding));
        }
        if let Some(report) = lockdep::report(run.setup(), end.state()) {
            told += &format!("\n\n{report}");
        }
        [self.text.clone(), self.steps_text(), format!("{told}\n{link}\n")]
    }

    pub(super) fn text_of(&self, steps: Range<usize>) -> String {
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
}
