//! Any text, opened as a link, either opens the run that it names or reports an error. Most inputs
//! are the link of a random run after some damage.

use extentscope::kernel::{Design, Row};
use extentscope::scenario::{Dice, Link, PRESETS};
use extentscope::session::Session;
use extentscope::view::panels::Switch;
use extentscope::view::{Fault, Look};

use super::bytes::Bytes;

/// The result of opening a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opened {
    /// The link opens the run that it was made of.
    Same,
    /// Some run, and a sentence about the error.
    Explained,
    /// Another run without a sentence. A checksum has 20 bits, so this happens to one in a million
    /// of the damaged links, and to links without a checksum.
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

/// Text that programs add after a link, or put in place of a part of it.
const TAILS: [&str; 8] = [".", ">", ")", "%3E", "%22>.", "\n  ", "%0A", "&amp;"];

/// Damages a link as the input says, and checks what it opens.
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

/// A random run of a preset, with an open inspector, with faults, and beside another design.
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
            6 => {
                session.compare_with(Some(design(bytes)));
                session.forward();
            }
            _ => session.turn(*bytes.pick(&SWITCHES)),
        }
        session.seek(bytes.below(session.run().choices().len().clamp(1, 255)));
    }
    session
}

fn design(bytes: &mut Bytes<'_>) -> Design {
    bytes.pick(&Row::ALL).design()
}

/// Damages a link by up to eight mutations, mostly one.
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

/// Opens the damaged link of a run.
///
/// # Panics
/// If it opens another run than the text says, or hides that it could not open something.
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

/// Opens any text. Everything that opens without a notice must be what the text says.
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
    // The opened run has a link of its own, which must open the same.
    let mut again = Session::new();
    again.open_link(&here.link());
    // A branch keeps choices that the design cannot take, and the notice about them comes again.
    let is_fine = again.notice().is_none_or(|it| it.contains("Kept the first"));
    assert!(is_fine, "{:?}: {} of {text}", again.notice(), here.link());
    assert_eq!(again.as_text(), here.as_text(), "{} of {text}", here.link());
    here
}
