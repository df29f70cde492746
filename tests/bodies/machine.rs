//! Random choices of random scripts under random designs. The counters balance, a deadlocked actor
//! never steps again, the run replays, and its script, its link and its mail contain it.

use extentscope::kernel::{
    Actor, Choice, KNOBS, NotEnabled, Power, Row, Setup, State, deadlocked, enabled,
    is_environment, is_stuck, step,
};
use extentscope::scenario::{BUDGET_WORDS, Run, Script};
use extentscope::session::Session;

use super::books;
use super::bytes::Bytes;

/// The largest number of steps of one run.
const STEPS: u32 = 400;
/// The largest width of a mail in columns.
const COLUMNS: usize = 78;

/// Runs a random script with random choices, and checks every state.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let text = script(&mut bytes);
    let script = Script::parse(&text).unwrap_or_else(|e| panic!("{e} in {text}"));
    let again = Script::parse(&script.to_string()).unwrap_or_else(|e| panic!("{e}: {script}"));
    assert_eq!(again.setup, script.setup, "{text}");
    let (choices, state) = walk(&script.setup, &mut bytes, &text);
    let (run, divergence) = Run::replay(script.setup.clone(), &choices);
    assert_eq!(divergence, None, "{text}");
    assert_eq!(*run.state(), state, "{text}");
    check_told(&text, &choices, &state);
}

/// Takes steps until none is enabled or the input ends.
fn walk(setup: &Setup, bytes: &mut Bytes<'_>, text: &str) -> (Vec<Choice>, State) {
    let mut state = State::initial(setup);
    let mut choices = Vec::new();
    let mut lost: Vec<Actor> = Vec::new();
    for _ in 0..STEPS {
        let open = enabled(setup, &state);
        check_refused(setup, &state, &open, bytes);
        if open.is_empty() || bytes.is_empty() {
            break;
        }
        let choice = *bytes.pick(&open);
        assert!(
            !lost.contains(&choice.actor),
            "{} was deadlocked\n{text}{choices:?}",
            choice.actor
        );
        choices.push(choice);
        step(setup, &mut state, choice, &mut ()).expect("enabled lists what step takes");
        books::check(setup, &state, &|| format!("{text}{choices:?}"));
        let now: Vec<Actor> =
            deadlocked(setup, &state).into_iter().map(|(actor, _)| actor).collect();
        if state.power == Power::On {
            assert!(lost.iter().all(|it| now.contains(it)), "{lost:?}, {now:?}\n{text}{choices:?}");
        }
        lost = now;
        let open = enabled(setup, &state);
        if is_stuck(setup, &state) {
            assert!(open.iter().all(|it| is_environment(&state, *it)), "{text}{choices:?}");
        }
    }
    (choices, state)
}

/// Checks that a choice which is not enabled is refused and changes nothing.
fn check_refused(setup: &Setup, state: &State, open: &[Choice], bytes: &mut Bytes<'_>) {
    let actors: Vec<Actor> = Actor::all().collect();
    let choice = Choice { actor: *bytes.pick(&actors), ordinal: bytes.next() % 3 };
    if open.contains(&choice) {
        return;
    }
    let mut after = *state;
    let answer: Result<_, NotEnabled> = step(setup, &mut after, choice, &mut ());
    assert!(answer.is_err(), "{choice} is not listed, and was taken");
    assert_eq!(after, *state, "{choice} was refused, and changed the state");
}

/// Checks the texts of the page and the command about the run, and that its link opens it again.
fn check_told(text: &str, choices: &[Choice], state: &State) {
    let mut there = Session::new();
    there.apply(text).unwrap_or_else(|e| panic!("{e} in {text}"));
    for choice in choices {
        there.step(*choice).unwrap_or_else(|e| panic!("{choice}: {e:?} in {text}"));
    }
    assert_eq!(there.run().state(), state, "{text}");
    let mail = there.mail_text("https://example.org/");
    let width = |line: &str| line.chars().count();
    let wide = mail.lines().find(|it| width(it) > COLUMNS && !it.starts_with("https://"));
    assert_eq!(wide, None, "{mail}");
    let link = there.link();
    let mut here = Session::new();
    here.open_link(&link);
    assert_eq!(here.notice(), None, "{link}");
    assert_eq!(here.run().state(), state, "{link}");
}

/// A script without errors, as the input chooses it.
fn script(bytes: &mut Bytes<'_>) -> String {
    let mut text = format!("design {}\n", design(bytes));
    text += *bytes.pick(&["mount dioread_nolock\n", "mount nodioread_nolock\n"]);
    text += &format!("slots {}\n", 1 + bytes.below(3));
    if bytes.below(4) == 0 {
        text += &format!("journal {}\n", 2 + bytes.below(3));
    }
    let files = 1 + bytes.below(4) / 3;
    for name in ["a", "b"].into_iter().take(files) {
        text += &format!("file {name} 16 blocks{}\n", bytes.pick(&LAYOUTS));
    }
    for (word, _) in BUDGET_WORDS {
        if bytes.below(4) == 0 {
            text += &format!("allow {word} 1\n");
        }
    }
    for thread in 1..=(1 + bytes.below(3)) {
        for _ in 0..(1 + bytes.below(3)) {
            text += &format!("t{thread}: {}\n", op(bytes, files));
        }
        // A file loses its name once, and nobody uses what he has closed.
        if thread == 1 && bytes.below(4) == 0 {
            text += "t1: unlink\n";
        }
        if bytes.below(3) == 0 {
            text += &format!("t{thread}: close\n");
        }
    }
    text
}

/// Ranges that are allocated at the start.
const LAYOUTS: [&str; 6] =
    ["", ", U 0+8", ", U 0+8, W 8+4", ", W 0+16", ", U 0+2, W 2+2, U 4+4", ", U 0+16"];

/// A row, mostly with one or two knobs turned. Knobs that contradict each other are turned back.
fn design(bytes: &mut Bytes<'_>) -> String {
    let mut design = bytes.pick(&Row::ALL).design();
    for _ in 0..bytes.below(4) {
        let before = design.knobs;
        let knob = bytes.pick(KNOBS);
        (knob.set)(&mut design.knobs, bytes.below(knob.values.len()));
        if design.knobs.contradiction().is_some() {
            design.knobs = before;
        }
    }
    design.to_string()
}

fn op(bytes: &mut Bytes<'_>, files: usize) -> String {
    let start = bytes.below(12);
    let len = 1 + bytes.below(4);
    let sync = *bytes.pick(&["", "", " sync=1", " sync=2"]);
    let file = if files == 2 && bytes.below(2) == 1 { " file=b" } else { "" };
    let (half, halves) = (bytes.below(2), 1 + bytes.below(3));
    let half_range = |join: &str| {
        let word = |n: usize| format!("{}{}", n / 2, if n % 2 == 1 { ".5" } else { "" });
        format!("{}{join}{}", word(2 * start + half), word(halves))
    };
    match bytes.below(18) {
        0 | 1 => format!("aio_write io={start}+{len}{sync}{file}"),
        2 => format!("aio_write io={start}+{len},{}+1,0+1{sync}{file}", (start + len) % 16),
        3 => format!("dio_write {start} {len}{sync}{file}"),
        4 => format!("dio_read {start} {len}{file}"),
        5 => format!("buf_write {start} {len}{sync}{file}"),
        6 => format!("buf_read {start} {len}{file}"),
        7 => format!("{}{file}", bytes.pick(&["fsync", "fdatasync"])),
        8 => format!("fallocate {start} {len}{file}"),
        9 => format!("truncate {start}{file}"),
        10 => format!("drop_caches {}", 1 + len % 3),
        11 => format!("aio_write io={}{sync}{file}", half_range("+")),
        12 => format!("dio_write {}{sync}{file}", half_range(" ")),
        13 => format!("{} {start} {len}{file}", bytes.pick(&["punch", "zero_range"])),
        14 => format!("{} {start} {len}{file}", bytes.pick(&["collapse", "insert_range"])),
        15 => format!("mmap_write {start}{file}"),
        16 => format!("{} {start}{file}", bytes.pick(&["seek_data", "seek_hole"])),
        _ => "getevents".to_string(),
    }
}
