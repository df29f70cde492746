//! The table of all commands of the page, from which keys, help and palette are made.

use crate::view::panels::{PANELS, Switch, SwitchCommand, SwitchInfo};
use crate::view::words::sorted;

/// A command. A new one needs a row in [`COMMANDS`] and an arm that executes it: in
/// `Session::command` (`obey.rs`), or in `app/shell/commands.rs` if the browser is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Play or pause, if no button has the focus.
    Play,
    /// Take a step forward.
    Forward,
    /// Take a step back.
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
    /// Close the inspector; the focus returns to where it was opened.
    Close,
    /// Say why steps are blocked.
    Why,
    /// Show where the inspected object is.
    Focus,
    /// Turn a switch of a panel.
    Turn(Switch),
    /// Show tables in place of pictures.
    Tables,
    /// Turn presenter mode on or off.
    Present,
    /// In presenter mode: one step forward, or the lesson's next stop.
    NextShown,
    /// In presenter mode: one step back.
    PreviousShown,
    /// In presenter mode: blank the screen or show it again.
    Blank,
    /// Move the focus to the choice of the theme.
    Theme,
    /// Open the tree laboratory.
    Laboratory,
    /// Show charts of long runs and of searches.
    Charts,
    /// Open the traces of a running kernel.
    Traces,
    /// Begin the lessons, or come back to the lesson.
    Lessons,
    /// Explain the words of the page.
    Words,
    /// Ask a question about the run.
    Ask,
    /// Say what this page is.
    About,
    /// List and search all commands.
    Commands,
    /// Copy the link of the run to the clipboard.
    CopyLink,
    /// Copy the run as text for a mail.
    CopyMail,
    /// Copy the steps as plain text.
    CopySteps,
    /// Copy the text of the script to the clipboard.
    CopyScript,
    /// Open the dialog to save, print and embed.
    Save,
    /// Open the explorer, which searches every interleaving.
    Explore,
    /// Compare designs in the matrix.
    Matrix,
    /// Compare two designs in lock step.
    Compare,
    /// Move the focus to the choice of the design.
    Design,
    /// Turn the knobs of the design.
    Knobs,
    /// Cut the power at the cursor.
    Power,
    /// Put memory under pressure.
    Shrink,
    /// Move the focus to the console, to write an operation.
    Issue,
    /// Move the focus to the editor of the script.
    Script,
    /// Run the edited script.
    RunScript,
    /// Start the script again from its first state.
    Restart,
    /// Bring back the edited text that was set aside.
    Edits,
    /// Move the focus to the choice of the scenario.
    Scenario,
    /// Choose a preset by its id; the cursor is at the start of its run.
    Preset(&'static str),
}

/// A row of the table of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandInfo {
    /// The command that the row describes.
    pub command: Command,
    /// A short name that never changes, by which the page finds elements.
    pub id: &'static str,
    /// Its keys, by the names that browsers use, with `Shift+` before keys whose names have more
    /// than one letter, and `Ctrl+` (Cmd on some keyboards) before any key. The page shows the
    /// first key.
    pub keys: &'static [&'static str],
    /// A description of the command.
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

/// All commands, in the order of the help dialog. Those of the panels' switches stand before
/// [`Command::Tables`].
pub const COMMANDS: &[CommandInfo] = &with_switches::<{ OTHERS.len() + switches() }>();

/// The commands without those of switches.
const OTHERS: &[CommandInfo] = &[
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
    of(Command::Tables, "tables", &["a"], "Show tables in place of pictures", LOOK),
    of(Command::Present, "present", &["P"], "Turn presenter mode on or off", LOOK),
    of(
        Command::NextShown,
        "next-shown",
        &["PageDown"],
        "Go to the next step or stop, in presenter mode",
        LOOK,
    ),
    of(
        Command::PreviousShown,
        "previous-shown",
        &["PageUp"],
        "Go to the previous step, in presenter mode",
        LOOK,
    ),
    of(
        Command::Blank,
        "blank",
        &["B"],
        "Put the screen out or show it again, in presenter mode: also . and b",
        LOOK,
    ),
    of(Command::Theme, "theme", &["q"], "Choose the theme", LOOK),
    of(Command::Laboratory, "laboratory", &["o"], "Open the tree laboratory", LOOK),
    of(Command::Charts, "charts", &["C"], "Show charts of long runs and of searches", LOOK),
    of(Command::Traces, "traces", &["T"], "Show traces of a running kernel", LOOK),
    of(Command::Lessons, "lessons", &["j"], "Begin the lessons, or come back to the lesson", LOOK),
    of(Command::Words, "words", &["W"], "Explain the words of the page", LOOK),
    of(Command::About, "about", &["H"], "Say what this page is", LOOK),
    of(Command::Commands, "commands", &["?", "/"], "List and search all commands", LOOK),
    of(Command::CopyLink, "copy-link", &["c"], "Copy the link", SHARE),
    of(Command::CopyMail, "copy-mail", &["y"], "Copy the run as text for a mail", SHARE),
    of(Command::CopySteps, "copy-steps", &["t"], "Copy the steps as plain text", SHARE),
    of(Command::Ask, "ask", &["Q"], "Ask a question about the run, as a link", SHARE),
    of(Command::CopyScript, "copy-script", &["r"], "Copy the script", SHARE),
    of(Command::Save, "save", &["S"], "Save pictures and data, print, embed", SHARE),
    of(Command::Explore, "explore", &["e"], "Explore every interleaving", CHECK),
    of(Command::Matrix, "matrix", &["m"], "Compare designs in the matrix", CHECK),
    of(Command::Compare, "compare", &["="], "Compare two designs in lock step", CHECK),
    of(Command::Design, "design", &["v"], "Choose the design", CHECK),
    of(Command::Knobs, "knobs", &["k"], "Turn the knobs of the design", CHECK),
    of(Command::Power, "power", &["x"], "Cut the power", CHECK),
    of(Command::Shrink, "shrink", &["p"], "Put memory under pressure", CHECK),
    of(Command::Issue, "issue", &["+"], "Write an operation", SCRIPT),
    of(Command::Script, "script", &["s"], "Edit the script", SCRIPT),
    of(Command::RunScript, "run-script", &["Ctrl+Enter"], "Load the edited script", SCRIPT),
    of(Command::Restart, "restart", &["Shift+Home"], "Start over", SCRIPT),
    of(Command::Edits, "edits", &["u"], "Bring edits back", SCRIPT),
    of(Command::Scenario, "scenario", &["n"], "Choose the scenario", SCENARIO),
    of(
        Command::Preset("S1"),
        "preset-S1",
        &["1"],
        "Choose S1: read after an acknowledged write",
        SCENARIO,
    ),
    of(
        Command::Preset("S2"),
        "preset-S2",
        &["2"],
        "Choose S2: the same under memory pressure",
        SCENARIO,
    ),
    of(
        Command::Preset("S4"),
        "preset-S4",
        &["3"],
        "Choose S4: cut the power after fsync",
        SCENARIO,
    ),
    of(
        Command::Preset("S5b"),
        "preset-S5b",
        &["4"],
        "Choose S5b: reap an O_DSYNC write elsewhere",
        SCENARIO,
    ),
    of(
        Command::Preset("H-e1"),
        "preset-H-e1",
        &["5"],
        "Choose H-e1: let the count drop last",
        SCENARIO,
    ),
    of(
        Command::Preset("H-c"),
        "preset-H-c",
        &["6"],
        "Choose H-c: reclaim what cannot be read back",
        SCENARIO,
    ),
    of(
        Command::Preset("S7"),
        "preset-S7",
        &["7"],
        "Choose S7: let the worker call fsync",
        SCENARIO,
    ),
    of(
        Command::Preset("S8"),
        "preset-S8",
        &["8"],
        "Choose S8: read behind buffered writeback",
        SCENARIO,
    ),
    of(
        Command::Preset("S9"),
        "preset-S9",
        &["9"],
        "Choose S9: write more than there are slots",
        SCENARIO,
    ),
];

/// The number of switches that a command turns.
const fn switches() -> usize {
    let (mut panel, mut count) = (0, 0);
    while panel < PANELS.len() {
        let mut at = 0;
        while at < PANELS[panel].switches.len() {
            count += PANELS[panel].switches[at].command.is_some() as usize;
            at += 1;
        }
        panel += 1;
    }
    count
}

/// The other commands, with those of switches among them.
const fn with_switches<const N: usize>() -> [CommandInfo; N] {
    let mut all = [OTHERS[0]; N];
    let (mut from, mut to) = (0, 0);
    while from < OTHERS.len() {
        if matches!(OTHERS[from].command, Command::Tables) {
            to = put_switches(&mut all, to);
        }
        all[to] = OTHERS[from];
        (from, to) = (from + 1, to + 1);
    }
    all
}

/// Puts the commands of switches at a position, and returns the position after them.
const fn put_switches(all: &mut [CommandInfo], mut to: usize) -> usize {
    let mut panel = 0;
    while panel < PANELS.len() {
        let mut at = 0;
        while at < PANELS[panel].switches.len() {
            let SwitchInfo { switch, command, .. } = PANELS[panel].switches[at];
            if let Some(SwitchCommand { id, key, text }) = command {
                all[to] = of(Command::Turn(switch), id, key, text, LOOK);
                to += 1;
            }
            at += 1;
        }
        panel += 1;
    }
    to
}

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
    /// The command's row in the table.
    pub fn info(self) -> Option<&'static CommandInfo> {
        COMMANDS.iter().find(|info| info.command == self)
    }

    /// Whether it only moves in time, which an embedded page permits.
    pub(super) fn is_of_time(self) -> bool {
        self.info().is_some_and(|info| info.group == TIME) && self != Command::Go
    }
}

/// The command of a key, which is written as in [`CommandInfo::keys`].
pub fn find(key: &str) -> Option<&'static CommandInfo> {
    COMMANDS.iter().find(|command| command.keys.contains(&key))
}

/// The commands whose text contains the letters of a query in order, ignoring case. A text in which
/// the letters are closer ranks higher; equal ranks keep the order of the table.
pub fn matching(query: &str) -> Vec<&'static CommandInfo> {
    let rated = COMMANDS.iter().filter_map(|command| Some((rate(command.text, query)?, command)));
    sorted(rated.collect(), |(rate, _)| *rate).into_iter().map(|(_, command)| command).collect()
}

/// The label of a key on a keyboard.
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
                assert!(command.text.starts_with(&format!("Choose {}: ", preset.id)));
            }
        }
        assert_eq!(find("Shift+End"), None);
    }

    #[test]
    fn texts_are_verb_phrases_in_sentence_case() {
        const VERBS: &str = "Play Step Go Begin Show Close Say Open List Copy Explore \
                             Compare Turn Cut Put Load Edit Start Bring Give Choose Write \
                             Save Explain Ask";
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
