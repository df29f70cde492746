//! Every command of the page, once: keys, help and palette are made of this table.

use crate::lesson::Progress;
use crate::view::facts::Object;
use crate::view::words::{sorted, why};
use crate::view::{Fault, Look};

use super::page::Session;
use super::stops::Stop;
use super::switches::Switch;

/// A command. What it does is the page's; the id says which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// A short name that never changes.
    pub id: &'static str,
    /// Its keys, as browsers name them, with `Shift+` in front of those that have a name of more
    /// than a letter, and `Ctrl+` (on some keyboards Cmd) of any. The first is shown.
    pub keys: &'static [&'static str],
    /// What it does.
    pub text: &'static str,
    /// Under which heading help lists it.
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
pub const COMMANDS: &[Command] = &[
    of("play", &[" "], "Play or pause, where no button has the focus", TIME),
    of("forward", &["ArrowRight", "l"], "Step forward", TIME),
    of("back", &["ArrowLeft", "h"], "Step back", TIME),
    of("next-switch", &["Shift+ArrowRight"], "Go to the next context switch", TIME),
    of("previous-switch", &["Shift+ArrowLeft"], "Go back to the last context switch", TIME),
    of("next-event", &["."], "Go to the next event of the chosen lane or object", TIME),
    of("previous-event", &[","], "Go back to the last event of the chosen lane or object", TIME),
    of("start", &["Home"], "Go to the start", TIME),
    of("end", &["End"], "Go to the end", TIME),
    of("go", &["g"], "Go to a step by its number: g, then the number", TIME),
    of("branch", &["b"], "Begin a branch here", BRANCHES),
    of("previous-branch", &["["], "Show the previous branch", BRANCHES),
    of("next-branch", &["]"], "Show the next branch", BRANCHES),
    of("changes", &["d"], "Show what the last step changed", LOOK),
    of("close", &["Escape"], "Close the inspector", LOOK),
    of("why", &["w"], "Say why steps are blocked", LOOK),
    of("focus", &["f"], "Show where the inspected object is", LOOK),
    of("physical", &["i"], "Show physical blocks", LOOK),
    of("tables", &["a"], "Show tables in place of pictures", LOOK),
    of("large-tree", &["z"], "Give the tree more room", LOOK),
    of("large-pipeline", &["Z"], "Give the pipeline more room", LOOK),
    of("theme", &["q"], "Choose the theme", LOOK),
    of("laboratory", &["o"], "Open the tree laboratory", LOOK),
    of("lessons", &["j"], "Begin the lessons, or come back to the lesson", LOOK),
    of("about", &["H"], "Say what this page is", LOOK),
    of("commands", &["?", "/"], "List and search all commands", LOOK),
    of("copy-link", &["c"], "Copy the link", SHARE),
    of("copy-mail", &["y"], "Copy the run as text for a mail", SHARE),
    of("copy-steps", &["t"], "Copy the steps as plain text", SHARE),
    of("copy-script", &["r"], "Copy the script", SHARE),
    of("explore", &["e"], "Explore every interleaving", CHECK),
    of("matrix", &["m"], "Compare designs in the matrix", CHECK),
    of("design", &["v"], "Choose the design", CHECK),
    of("knobs", &["k"], "Turn the knobs of the design", CHECK),
    of("power", &["x"], "Cut the power", CHECK),
    of("shrink", &["p"], "Put memory under pressure", CHECK),
    of("issue", &["+"], "Write an operation", SCRIPT),
    of("script", &["s"], "Edit the script", SCRIPT),
    of("run-script", &["Ctrl+Enter"], "Run the edited script", SCRIPT),
    of("restart", &["Shift+Home"], "Start over", SCRIPT),
    of("edits", &["u"], "Bring edits back", SCRIPT),
    of("scenario", &["n"], "Choose the scenario", SCENARIO),
    of("preset-S1", &["1"], "Run S1: read after an acknowledged write", SCENARIO),
    of("preset-S2", &["2"], "Run S2: the same under memory pressure", SCENARIO),
    of("preset-S4", &["3"], "Run S4: cut the power after fsync", SCENARIO),
    of("preset-S5b", &["4"], "Run S5b: reap an O_DSYNC write elsewhere", SCENARIO),
    of("preset-H-e1", &["5"], "Run H-e1: let the count drop last", SCENARIO),
    of("preset-H-c", &["6"], "Run H-c: reclaim what cannot be read back", SCENARIO),
    of("preset-S7", &["7"], "Run S7: let the worker call fsync", SCENARIO),
    of("preset-S8", &["8"], "Run S8: read behind buffered writeback", SCENARIO),
    of("preset-S9", &["9"], "Run S9: write more than there are slots", SCENARIO),
];

const fn of(
    id: &'static str,
    keys: &'static [&'static str],
    text: &'static str,
    group: &'static str,
) -> Command {
    Command { id, keys, text, group }
}

impl Session {
    /// Does a command that is the run's alone; false if it is another's.
    pub fn command(&mut self, id: &str) -> bool {
        match id {
            "play" => self.toggle_play(),
            "forward" => {
                self.forward();
            }
            "back" => self.back(),
            "next-switch" => {
                self.forward_to(Stop::Switch);
            }
            "previous-switch" => {
                self.back_to(Stop::Switch);
            }
            "next-event" | "previous-event" => self.go_to_event(id == "next-event"),
            "start" if self.run().cursor() == 0 => self.back(),
            "start" => self.seek(0),
            "end" if self.run().cursor() == self.run().choices().len() => {
                self.say("This is the end of the run.")
            }
            "end" => self.seek(usize::MAX),
            "branch" => self.branch_here(),
            "previous-branch" => self.turn_branch(false),
            "next-branch" => self.turn_branch(true),
            "changes" => self.inspect(Some(Look::Changes)),
            "close" => self.inspect(None),
            "why" => self.say_why_not(),
            "physical" => self.turn(Switch::Physical),
            "tables" => self.turn_tables(),
            "large-tree" => self.turn(Switch::LargeTree),
            "large-pipeline" => self.turn(Switch::LargePipeline),
            "power" => self.inflict(Fault::Power),
            "shrink" => self.inflict(Fault::Shrink),
            "run-script" => {
                // The error is kept, and shown below the script.
                let _ = self.apply_draft();
            }
            "lessons" => match self.lesson_card() {
                Some(_) => self.return_to_lesson(),
                None => self.open_lesson(Progress::start(0)),
            },
            "restart" => self.start_over(),
            "edits" => self.bring_back(),
            _ => match id.strip_prefix("preset-") {
                Some(preset) => self.load_preset(preset),
                None => return false,
            },
        }
        true
    }

    /// Of an actor an event is a step, of any other object a change.
    fn go_to_event(&mut self, forward: bool) {
        let stop = match self.look() {
            Some(Look::Object(Object::Actor(actor))) => Stop::Of(actor),
            Some(Look::Object(object)) => Stop::Change(object),
            Some(Look::Changes) | None => {
                self.say("Choose something first: a thread, a write, a layer, by its name.");
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

/// The command of a key, named as in [`Command::keys`].
pub fn find(key: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.keys.contains(&key))
}

/// The commands whose text has the letters of a query in their order, in either case; the better
/// they stand together, the earlier, and equal ones as in the table.
pub fn matching(query: &str) -> Vec<&'static Command> {
    let rated = COMMANDS.iter().filter_map(|command| Some((rate(command.text, query)?, command)));
    sorted(rated.collect(), |(rate, _)| *rate).into_iter().map(|(_, command)| command).collect()
}

/// A key as people know it.
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

/// How far the letters of a query stand apart in a text; letters at the beginning of words cost
/// nothing. Nothing if they are not all there. Blanks of the query are not looked for.
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
            if let Some(preset) = command.id.strip_prefix("preset-") {
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
        for Command { text, .. } in COMMANDS {
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
        const PAGE: [&str; 17] = [
            "about",
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
        for Command { id, .. } in COMMANDS {
            let mut session = Session::new();
            (0..8).for_each(|_| assert!(session.forward()));
            session.back();
            let before = format!("{session:?}");
            assert_eq!(session.command(id), !PAGE.contains(id), "{id}");
            // To close what is closed changes nothing either.
            let is_quiet = PAGE.contains(id) || *id == "close";
            assert_eq!(before == format!("{session:?}"), is_quiet, "{id}");
        }
        assert!(!Session::new().command("nonsense"));
    }

    #[test]
    fn events_are_of_what_is_chosen() {
        let mut session = Session::new();
        session.command("next-event");
        assert!(session.notice().is_some_and(|notice| notice.starts_with("Choose something")));
        session.inspect(Look::parse("irq:io2"));
        session.command("next-event");
        let last = session.run().choices().last().map(ToString::to_string);
        assert_eq!(last.as_deref(), Some("irq:io2"));
        session.inspect(Look::parse("es.0"));
        session.command("previous-event");
        assert_eq!(session.run().cursor(), 6, "the second write mapped its blocks");
        session.command("end");
        while session.forward() {}
        session.command("why");
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
