//! Every command of the page, once: keys, help and palette are made of this table.

use crate::lesson::Progress;
use crate::view::facts::Object;
use crate::view::words::{sorted, why};
use crate::view::{Fault, Look};

use super::page::Session;
use super::stops::Stop;
use super::switches::Switch;

/// A command. A new one needs a row in [`COMMANDS`], and the arm that does it: in
/// [`Session::command`], or on the page in `app/shell/commands.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Play or pause, where no button has the focus.
    Play,
    /// Step forward.
    Forward,
    /// Step back.
    Back,
    /// Go to the next context switch.
    NextSwitch,
    /// Go back to the last context switch.
    PreviousSwitch,
    /// Go to the next event of the chosen lane or object.
    NextEvent,
    /// Go back to the last event of the chosen lane or object.
    PreviousEvent,
    /// Go to the start.
    Start,
    /// Go to the end.
    End,
    /// Go to a step by its number: g, then the number.
    Go,
    /// Begin a branch here.
    Branch,
    /// Show the previous branch.
    PreviousBranch,
    /// Show the next branch.
    NextBranch,
    /// Show what the last step changed.
    Changes,
    /// Close the inspector.
    Close,
    /// Say why steps are blocked.
    Why,
    /// Show where the inspected object is.
    Focus,
    /// Show physical blocks.
    Physical,
    /// Show tables in place of pictures.
    Tables,
    /// Give the tree more room.
    LargeTree,
    /// Give the pipeline more room.
    LargePipeline,
    /// Choose the theme.
    Theme,
    /// Open the tree laboratory.
    Laboratory,
    /// Show charts of long runs and of searches.
    Charts,
    /// Begin the lessons, or come back to the lesson.
    Lessons,
    /// Say what this page is.
    About,
    /// List and search all commands.
    Commands,
    /// Copy the link.
    CopyLink,
    /// Copy the run as text for a mail.
    CopyMail,
    /// Copy the steps as plain text.
    CopySteps,
    /// Copy the script.
    CopyScript,
    /// Explore every interleaving.
    Explore,
    /// Compare designs in the matrix.
    Matrix,
    /// Choose the design.
    Design,
    /// Turn the knobs of the design.
    Knobs,
    /// Cut the power.
    Power,
    /// Put memory under pressure.
    Shrink,
    /// Write an operation.
    Issue,
    /// Edit the script.
    Script,
    /// Run the edited script.
    RunScript,
    /// Start over.
    Restart,
    /// Bring edits back.
    Edits,
    /// Choose the scenario.
    Scenario,
    /// Run a preset, by its id.
    Preset(&'static str),
}

/// How a command is found and called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandInfo {
    /// What it does.
    pub command: Command,
    /// A short name that never changes: elements of the page are found by it.
    pub id: &'static str,
    /// Its keys, as browsers name them, with `Shift+` in front of those that have a name of more
    /// than a letter, and `Ctrl+` (on some keyboards Cmd) of any. The page shows the first.
    pub keys: &'static [&'static str],
    /// What it does, in words.
    pub text: &'static str,
    /// The heading under which the palette lists it.
    pub group: &'static str,
}

const TIME: &str = "Time";
const BRANCHES: &str = "Branches";
const LOOK: &str = "Look";
const SHARE: &str = "Share";
const CHECK: &str = "Check";
const SCRIPT: &str = "Script";
const SCENARIO: &str = "Scenario";

/// All commands, in the order of the help.
pub const COMMANDS: &[CommandInfo] = &[
    of(Command::Play, "play", &[" "], "Play or pause, where no button has the focus", TIME),
    of(Command::Forward, "forward", &["ArrowRight", "l"], "Step forward", TIME),
    of(Command::Back, "back", &["ArrowLeft", "h"], "Step back", TIME),
    of(
        Command::NextSwitch,
        "next-switch",
        &["Shift+ArrowRight"],
        "Go to the next context switch",
        TIME,
    ),
    of(
        Command::PreviousSwitch,
        "previous-switch",
        &["Shift+ArrowLeft"],
        "Go back to the last context switch",
        TIME,
    ),
    of(
        Command::NextEvent,
        "next-event",
        &["."],
        "Go to the next event of the chosen lane or object",
        TIME,
    ),
    of(
        Command::PreviousEvent,
        "previous-event",
        &[","],
        "Go back to the last event of the chosen lane or object",
        TIME,
    ),
    of(Command::Start, "start", &["Home"], "Go to the start", TIME),
    of(Command::End, "end", &["End"], "Go to the end", TIME),
    of(Command::Go, "go", &["g"], "Go to a step by its number: g, then the number", TIME),
    of(Command::Branch, "branch", &["b"], "Begin a branch here", BRANCHES),
    of(Command::PreviousBranch, "previous-branch", &["["], "Show the previous branch", BRANCHES),
    of(Command::NextBranch, "next-branch", &["]"], "Show the next branch", BRANCHES),
    of(Command::Changes, "changes", &["d"], "Show what the last step changed", LOOK),
    of(Command::Close, "close", &["Escape"], "Close the inspector", LOOK),
    of(Command::Why, "why", &["w"], "Say why steps are blocked", LOOK),
    of(Command::Focus, "focus", &["f"], "Show where the inspected object is", LOOK),
    of(Command::Physical, "physical", &["i"], "Show physical blocks", LOOK),
    of(Command::Tables, "tables", &["a"], "Show tables in place of pictures", LOOK),
    of(Command::LargeTree, "large-tree", &["z"], "Give the tree more room", LOOK),
    of(Command::LargePipeline, "large-pipeline", &["Z"], "Give the pipeline more room", LOOK),
    of(Command::Theme, "theme", &["q"], "Choose the theme", LOOK),
    of(Command::Laboratory, "laboratory", &["o"], "Open the tree laboratory", LOOK),
    of(Command::Charts, "charts", &["C"], "Show charts of long runs and of searches", LOOK),
    of(Command::Lessons, "lessons", &["j"], "Begin the lessons, or come back to the lesson", LOOK),
    of(Command::About, "about", &["H"], "Say what this page is", LOOK),
    of(Command::Commands, "commands", &["?", "/"], "List and search all commands", LOOK),
    of(Command::CopyLink, "copy-link", &["c"], "Copy the link", SHARE),
    of(Command::CopyMail, "copy-mail", &["y"], "Copy the run as text for a mail", SHARE),
    of(Command::CopySteps, "copy-steps", &["t"], "Copy the steps as plain text", SHARE),
    of(Command::CopyScript, "copy-script", &["r"], "Copy the script", SHARE),
    of(Command::Explore, "explore", &["e"], "Explore every interleaving", CHECK),
    of(Command::Matrix, "matrix", &["m"], "Compare designs in the matrix", CHECK),
    of(Command::Design, "design", &["v"], "Choose the design", CHECK),
    of(Command::Knobs, "knobs", &["k"], "Turn the knobs of the design", CHECK),
    of(Command::Power, "power", &["x"], "Cut the power", CHECK),
    of(Command::Shrink, "shrink", &["p"], "Put memory under pressure", CHECK),
    of(Command::Issue, "issue", &["+"], "Write an operation", SCRIPT),
    of(Command::Script, "script", &["s"], "Edit the script", SCRIPT),
    of(Command::RunScript, "run-script", &["Ctrl+Enter"], "Run the edited script", SCRIPT),
    of(Command::Restart, "restart", &["Shift+Home"], "Start over", SCRIPT),
    of(Command::Edits, "edits", &["u"], "Bring edits back", SCRIPT),
    of(Command::Scenario, "scenario", &["n"], "Choose the scenario", SCENARIO),
    of(
        Command::Preset("S1"),
        "preset-S1",
        &["1"],
        "Run S1: read after an acknowledged write",
        SCENARIO,
    ),
    of(
        Command::Preset("S2"),
        "preset-S2",
        &["2"],
        "Run S2: the same under memory pressure",
        SCENARIO,
    ),
    of(Command::Preset("S4"), "preset-S4", &["3"], "Run S4: cut the power after fsync", SCENARIO),
    of(
        Command::Preset("S5b"),
        "preset-S5b",
        &["4"],
        "Run S5b: reap an O_DSYNC write elsewhere",
        SCENARIO,
    ),
    of(
        Command::Preset("H-e1"),
        "preset-H-e1",
        &["5"],
        "Run H-e1: let the count drop last",
        SCENARIO,
    ),
    of(
        Command::Preset("H-c"),
        "preset-H-c",
        &["6"],
        "Run H-c: reclaim what cannot be read back",
        SCENARIO,
    ),
    of(Command::Preset("S7"), "preset-S7", &["7"], "Run S7: let the worker call fsync", SCENARIO),
    of(
        Command::Preset("S8"),
        "preset-S8",
        &["8"],
        "Run S8: read behind buffered writeback",
        SCENARIO,
    ),
    of(
        Command::Preset("S9"),
        "preset-S9",
        &["9"],
        "Run S9: write more than there are slots",
        SCENARIO,
    ),
];

const fn of(
    command: Command,
    id: &'static str,
    keys: &'static [&'static str],
    text: &'static str,
    group: &'static str,
) -> CommandInfo {
    CommandInfo { command, id, keys, text, group }
}

impl Command {
    /// Its row in the table.
    pub fn info(self) -> Option<&'static CommandInfo> {
        COMMANDS.iter().find(|info| info.command == self)
    }
}

impl Session {
    /// Does a command of the run; false if it is one that the page does.
    pub fn command(&mut self, command: Command) -> bool {
        match command {
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
            Command::Start if self.run().cursor() == 0 => self.back(),
            Command::Start => self.seek(0),
            Command::End if self.run().cursor() == self.run().choices().len() => {
                self.say("This is the end of the run.")
            }
            Command::End => self.seek(usize::MAX),
            Command::Branch => self.branch_here(),
            Command::PreviousBranch => self.turn_branch(false),
            Command::NextBranch => self.turn_branch(true),
            Command::Changes => self.inspect(Some(Look::Changes)),
            Command::Close => self.inspect(None),
            Command::Why => self.say_why_not(),
            Command::Physical => self.turn(Switch::Physical),
            Command::Tables => self.turn_tables(),
            Command::LargeTree => self.turn(Switch::LargeTree),
            Command::LargePipeline => self.turn(Switch::LargePipeline),
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
            Command::Restart => self.start_over(),
            Command::Edits => self.bring_back(),
            Command::Preset(id) => self.load_preset(id),
            Command::About
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
            | Command::Explore
            | Command::Matrix
            | Command::Laboratory
            | Command::Charts
            | Command::Focus
            | Command::Knobs => return false,
        }
        true
    }

    /// Goes to the next or previous event: a step of an actor, a change of any other object.
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

/// The command of a key, named as in [`CommandInfo::keys`].
pub fn find(key: &str) -> Option<&'static CommandInfo> {
    COMMANDS.iter().find(|command| command.keys.contains(&key))
}

/// The commands whose text contains the letters of a query in order, ignoring case. Closer letters
/// rank higher; equal ranks keep the order of the table.
pub fn matching(query: &str) -> Vec<&'static CommandInfo> {
    let rated = COMMANDS.iter().filter_map(|command| Some((rate(command.text, query)?, command)));
    sorted(rated.collect(), |(rate, _)| *rate).into_iter().map(|(_, command)| command).collect()
}

/// A key as it is printed on keyboards.
pub fn key_text(key: &'static str) -> &'static str {
    match key {
        " " => "Space",
        "ArrowRight" => "\u{2192}",
        "ArrowLeft" => "\u{2190}",
        "Shift+ArrowRight" => "Shift+\u{2192}",
        "Shift+ArrowLeft" => "Shift+\u{2190}",
        other => other,
    }
}

/// The distance between the letters of a query in a text; letters that begin a word cost nothing.
/// `None` if a letter is missing. Blanks in the query are ignored.
fn rate(text: &str, query: &str) -> Option<u64> {
    let mut rest = text.bytes();
    let mut at_word = true;
    let mut cost = 0;
    for wanted in query.bytes().filter(|byte| *byte != b' ') {
        let mut gap = 0;
        loop {
            let found = rest.next()?;
            if found.eq_ignore_ascii_case(&wanted) {
                cost += if at_word { 0 } else { gap };
                at_word = false;
                break;
            }
            at_word = found == b' ';
            gap += 1;
        }
    }
    Some(cost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Preset;

    #[test]
    fn ids_and_keys_are_of_one_command() {
        for (at, command) in COMMANDS.iter().enumerate() {
            let others = &COMMANDS[at + 1..];
            assert!(others.iter().all(|other| other.id != command.id), "{}", command.id);
            assert!(others.iter().all(|other| other.text != command.text), "{}", command.id);
            assert!(!command.keys.is_empty());
            for key in command.keys {
                assert_eq!(find(key), Some(command), "{key}");
            }
            assert!(others.iter().all(|other| other.command != command.command));
            assert_eq!(command.command.info(), Some(command));
            if let Command::Preset(preset) = command.command {
                assert_eq!(command.id, format!("preset-{preset}"));
                let preset = Preset::find(preset).expect("a preset");
                assert!(command.text.starts_with(&format!("Run {}: ", preset.id)));
            }
        }
        assert_eq!(find("Shift+End"), None);
    }

    #[test]
    fn texts_are_verb_phrases_in_sentence_case() {
        const VERBS: &str = "Play Step Go Begin Show Close Say Open List Copy Explore \
                             Compare Turn Cut Put Run Edit Start Bring Give Choose Write";
        const NAMES: [&str; 9] = ["S1", "S2", "S4", "S5b", "S7", "S8", "S9", "H-e1", "H-c"];
        for CommandInfo { text, .. } in COMMANDS {
            let mut words = text.split(' ');
            let first = words.next().unwrap_or_default();
            assert!(VERBS.split_whitespace().any(|verb| verb == first), "{text}");
            let is_quiet = |word: &str| {
                let name = word.trim_end_matches(':');
                NAMES.contains(&name) || name == "O_DSYNC" || name.to_lowercase() == name
            };
            assert!(words.all(is_quiet), "{text}");
            assert!(!text.ends_with('.'), "{text}");
        }
    }

    #[test]
    fn groups_stand_together() {
        let mut groups: Vec<&str> = COMMANDS.iter().map(|command| command.group).collect();
        groups.dedup();
        assert_eq!(groups, [TIME, BRANCHES, LOOK, SHARE, CHECK, SCRIPT, SCENARIO]);
    }

    fn check(query: &str, expected: &[&str]) {
        let ids: Vec<&str> = matching(query).iter().map(|command| command.id).collect();
        assert_eq!(ids[..expected.len().min(ids.len())], *expected, "{query}: {ids:?}");
    }

    #[test]
    fn commands_of_the_run_are_done_and_others_are_not() {
        /// What the page does itself.
        const PAGE: [&str; 18] = [
            "about",
            "charts",
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
            // To close what is closed changes nothing either.
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

    #[test]
    fn a_query_finds_letters_in_their_order_and_the_closest_first() {
        assert_eq!(matching("").len(), COMMANDS.len());
        check("", &["play", "forward", "back"]);
        check("copy", &["copy-link", "copy-mail", "copy-steps", "copy-script"]);
        check("COPY L", &["copy-link"]);
        check("s7", &["preset-S7"]);
        check("sf", &["forward"]);
        check("xyz", &[]);
        assert!(matching("xyz").is_empty());
    }
}
