//! The run as plain text, to copy.

use core::fmt::Write;
use core::ops::Range;

use crate::bounds::REPORT_CHOICES;
use crate::view::text::mail;
use crate::view::words::{cycle_sentence, step_line, wrap};

use super::page::Session;
use super::script::Preselect;

impl Session {
    /// The run as text: the script, its design, the choices and where the cursor stands.
    pub fn as_text(&self) -> String {
        self.text_of(0..self.run().choices().len())
    }

    /// The same for a panic report. It is written after every step, so of a long run it has only
    /// the last choices before the cursor.
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
        let link = format!("{page}#{}", self.link());
        let is_preset = matches!(self.preselect(), Preselect::Preset(_));
        let script = if is_preset { "" } else { &self.text };
        mail(self.run(), self.title(), script, self.no_return(), &link)
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
