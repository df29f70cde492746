//! What the commands of the run do.

use crate::lesson::Progress;
use crate::view::facts::Object;
use crate::view::words::why;
use crate::view::{Fault, Look};

use super::commands::Command;
use super::page::Session;
use super::stops::Stop;

impl Session {
    /// Executes a command of the run. Returns false if the page has to execute it.
    pub fn command(&mut self, command: Command) -> bool {
        self.is_blank &= command == Command::Blank;
        match command {
            Command::Present => self.toggle_present(),
            Command::NextShown => self.next_shown(),
            Command::PreviousShown => self.back(),
            Command::Blank => self.toggle_blank(),
            Command::Play => self.toggle_play(),
            Command::Forward => {
                self.forward();
            }
            Command::Back => self.back(),
            Command::NextSwitch => {
                self.forward_to(Stop::Switch);
            }
            Command::PreviousSwitch => {
                self.back_to(Stop::Switch);
            }
            Command::NextEvent => self.go_to_event(true),
            Command::PreviousEvent => self.go_to_event(false),
            Command::Start if self.place().0 == 0 => self.back(),
            Command::Start => self.seek(0),
            Command::End if self.place().0 == self.place().1 => {
                self.say("This is the end of the run.")
            }
            Command::End => self.seek(usize::MAX),
            Command::Branch => self.branch_here(),
            Command::PreviousBranch => self.turn_branch(false),
            Command::NextBranch => self.turn_branch(true),
            Command::Changes => self.inspect(Some(Look::Changes)),
            Command::Close => self.inspect(None),
            Command::Why => self.say_why_not(),
            Command::Turn(switch) => self.turn(switch),
            Command::Tables => self.turn_tables(),
            Command::Power => self.inflict(Fault::Power),
            Command::Shrink => self.inflict(Fault::Shrink),
            Command::RunScript => {
                // The session keeps the error, and the page shows it below the script.
                let _ = self.apply_draft();
            }
            Command::Lessons => match self.lesson_card() {
                Some(_) => self.return_to_lesson(),
                None => self.open_lesson(Progress::start(0)),
            },
            Command::Compare => self.toggle_compare(),
            Command::Restart => self.start_over(),
            Command::Edits => self.bring_back(),
            Command::Preset(id) => self.load_preset(id),
            Command::About
            | Command::Words
            | Command::Ask
            | Command::Go
            | Command::Issue
            | Command::Scenario
            | Command::Design
            | Command::Theme
            | Command::Script
            | Command::Commands
            | Command::CopyLink
            | Command::CopyMail
            | Command::CopySteps
            | Command::CopyScript
            | Command::Save
            | Command::Explore
            | Command::Matrix
            | Command::Laboratory
            | Command::Charts
            | Command::Traces
            | Command::Focus
            | Command::Knobs => return false,
        }
        true
    }

    /// Goes to the next or the previous event: for an actor a step, for other objects a change.
    fn go_to_event(&mut self, forward: bool) {
        let stop = match self.look() {
            Some(Look::Object(Object::Actor(actor))) => Stop::Of(actor),
            Some(Look::Object(object)) => Stop::Change(object),
            Some(Look::Changes) | None => {
                self.say("Select a thread, a write or a layer first: click its name.");
                return;
            }
        };
        if forward {
            self.forward_to(stop)
        } else {
            self.back_to(stop)
        };
    }

    fn say_why_not(&mut self) {
        let blocked = why::not(self.run().setup(), self.run().state());
        let lines: Vec<String> = blocked.iter().map(ToString::to_string).collect();
        self.say(
            match lines.is_empty() {
                true => "No step is blocked.".into(),
                false => lines.join(" "),
            }
            .as_str(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{COMMANDS, CommandInfo};

    #[test]
    fn commands_of_the_run_are_done_and_others_are_not() {
        /// The commands that the page executes itself.
        const PAGE: [&str; 22] = [
            "about",
            "words",
            "ask",
            "charts",
            "traces",
            "go",
            "issue",
            "scenario",
            "design",
            "theme",
            "script",
            "commands",
            "copy-link",
            "copy-mail",
            "copy-steps",
            "copy-script",
            "save",
            "explore",
            "matrix",
            "laboratory",
            "focus",
            "knobs",
        ];
        for CommandInfo { command, id, .. } in COMMANDS {
            let mut session = Session::new();
            (0..8).for_each(|_| assert!(session.forward()));
            session.back();
            let before = format!("{session:?}");
            assert_eq!(session.command(*command), !PAGE.contains(id), "{id}");
            // Closing something that is closed changes nothing.
            let is_quiet = PAGE.contains(id) || *id == "close";
            assert_eq!(before == format!("{session:?}"), is_quiet, "{id}");
        }
    }

    #[test]
    fn events_are_of_what_is_chosen() {
        let mut session = Session::new();
        session.command(Command::NextEvent);
        assert!(session.notice().is_some_and(|notice| notice.starts_with("Select a thread")));
        session.inspect(Look::parse("irq:io2"));
        session.command(Command::NextEvent);
        let last = session.run().choices().last().map(ToString::to_string);
        assert_eq!(last.as_deref(), Some("irq:io2"));
        session.inspect(Look::parse("es.0"));
        session.command(Command::PreviousEvent);
        assert_eq!(session.run().cursor(), 6, "the second write mapped its blocks");
        session.command(Command::End);
        while session.forward() {}
        session.command(Command::Why);
        assert!(session.notice().is_some_and(|notice| notice.contains("t1 cannot")));
    }
}
