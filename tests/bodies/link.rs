//! Any text is a link that opens the run that it names, or says what is wrong with it. Mostly the
//! link of a random run, to which something has happened on its way.

use extentscope::kernel::{Design, Row};
use extentscope::scenario::{Dice, Link, PRESETS};
use extentscope::session::{Session, Switch};
use extentscope::view::{Fault, Look};

use super::bytes::Bytes;

/// What comes of a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opened {
    /// The run that was sent.
    Same,
    /// Something, and a sentence that says what is wrong.
    Explained,
    /// Another run, without a word. A checksum has 20 bits: that happens to one in a million of the
    /// links that say something else than they did, and to those that have no checksum.
    Other,
}

const SWITCHES: [Switch; 6] = [
    Switch::Strata,
    Switch::Physical,
    Switch::Tree,
    Switch::Pipeline,
    Switch::Lanes,
    Switch::Chart,
];

/// What programs write behind a link, or for a part of it.
const TAILS: [&str; 8] = [".", ">", ")", "%3E", "%22>.", "\n  ", "%0A", "&amp;"];

/// Checks one input.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    if bytes.next() == 0 {
        let raw: Vec<u8> =
            core::iter::from_fn(|| (!bytes.is_empty()).then(|| bytes.next())).collect();
        check_opened(&String::from_utf8_lossy(&raw));
        return;
    }
    let there = session(&mut bytes);
    let link = there.link();
    assert_eq!(check_mutant(&there, &link, &link), Opened::Same, "{link}");
    let mutant = mutate(&link, &mut bytes);
    check_mutant(&there, &link, &mutant);
}

/// A random run of a preset, with what a person may have opened, and faults.
pub fn session(bytes: &mut Bytes<'_>) -> Session {
    let mut session = Session::new();
    session.load_preset(bytes.pick(PRESETS).id);
    session.set_design(design(bytes));
    let mut dice = Dice::new(bytes.next().into());
    for _ in 0..bytes.below(64) {
        let Some(choice) = dice.choose(&session.run().enabled()) else { break };
        session.step(choice).expect("an enabled step");
    }
    for _ in 0..bytes.below(3) {
        match bytes.below(8) {
            0 => session.inflict(Fault::Power),
            1 => session.inflict(Fault::Shrink),
            2 => session.inspect(Look::parse("es.0")),
            3 => session.unfold("pipeline"),
            4 => session.branch_here(),
            5 => session.issue(0, "fsync").unwrap_or_default(),
            _ => session.turn(*bytes.pick(&SWITCHES)),
        }
        session.seek(bytes.below(session.run().choices().len().clamp(1, 255)));
    }
    session
}

fn design(bytes: &mut Bytes<'_>) -> Design {
    bytes.pick(&Row::ALL).design()
}

/// What happens to a link on its way: up to eight accidents, mostly one.
pub fn mutate(link: &str, bytes: &mut Bytes<'_>) -> String {
    let mut chars: Vec<char> = link.chars().collect();
    for _ in 0..(1 + bytes.below(64) / 8) {
        let at = bytes.position(chars.len());
        let end = chars.len().min(at + 1 + bytes.below(6));
        match bytes.below(9) {
            _ if chars.is_empty() => {}
            0 => chars[at] = any_char(bytes),
            1 => chars.insert(at, any_char(bytes)),
            2 => drop(chars.drain(at..end)),
            3 => chars.truncate(at),
            4 => {
                let twice: Vec<char> = chars[at..end].to_vec();
                chars.splice(at..at, twice);
            }
            5 => chars.swap(at, end - 1),
            6 => {
                let escaped = format!("%{:02X}", chars[at] as u32 & 0xFF);
                chars.splice(at..=at, escaped.chars());
            }
            7 => chars.extend(bytes.pick(&TAILS).chars()),
            _ => {
                let tail = bytes.pick(&TAILS);
                chars.splice(at..at, tail.chars());
            }
        }
    }
    chars.into_iter().collect()
}

fn any_char(bytes: &mut Bytes<'_>) -> char {
    match bytes.next() {
        byte if byte.is_ascii() => byte.into(),
        byte => char::from_u32(u32::from(byte) * 9).unwrap_or('é'),
    }
}

/// Opens what has become of the link of a run.
///
/// # Panics
/// If it opens something else than it says, or says nothing of what it does not open.
pub fn check_mutant(there: &Session, link: &str, mutant: &str) -> Opened {
    let here = check_opened(mutant);
    if here.notice().is_some() {
        return Opened::Explained;
    }
    if here.link() == link {
        assert_eq!(here.run().state(), there.run().state(), "{mutant}");
        assert_eq!(here.as_text(), there.as_text(), "{mutant}");
        return Opened::Same;
    }
    Opened::Other
}

/// Opens any text; what is opened without a word is what the text says.
fn check_opened(text: &str) -> Session {
    let mut here = Session::new();
    here.open_link(text);
    let (read, wrong) = Link::read(text);
    match here.notice() {
        Some(notice) => assert!(!notice.trim().is_empty() && notice.len() < 4_000, "{text}"),
        None => {
            assert_eq!(wrong, [""; 0], "{text}");
            assert_eq!(here.run().choices(), read.choices, "{text}");
            assert_eq!(here.text(), read.script, "{text}");
            let named = Design::parse(&read.design);
            assert!(named.is_ok_and(|it| it == here.design()) || read.design.is_empty(), "{text}");
            let cursor = read.cursor.map_or(here.run().cursor(), |it| it as usize);
            assert_eq!(here.run().cursor(), cursor, "{text}");
        }
    }
    // What it shows has a link of its own.
    let mut again = Session::new();
    again.open_link(&here.link());
    // A branch keeps choices that the design cannot take, and its link says so again.
    let is_fine = again.notice().is_none_or(|it| it.contains("Kept the first"));
    assert!(is_fine, "{:?}: {} of {text}", again.notice(), here.link());
    assert_eq!(again.as_text(), here.as_text(), "{} of {text}", here.link());
    here
}
