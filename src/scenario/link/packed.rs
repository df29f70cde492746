//! The parts of a link as text that every mail program leaves alone: choices, changes of a preset,
//! scripts, checksums.

use crate::bounds::STEPS_MAX;
use crate::check::fingerprint;
use crate::kernel::{ACTORS, Actor, Choice};

/// The beginning of an unreadable text, short enough for a sentence.
pub(crate) fn head(text: &str) -> &str {
    text.char_indices().nth(24).map_or(text, |(end, _)| &text[..end])
}

/// Number of characters of a checksum.
pub(super) const SUM_LEN: usize = 4;

/// A checksum of some bytes, in four characters.
pub(super) fn sum(bytes: &[u8]) -> String {
    let bits = fingerprint(bytes).low;
    (0..SUM_LEN).map(|at| char::from(DIGITS[(bits >> (5 * at)) as usize & 31])).collect()
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// Adds a field with its semicolon.
pub(super) fn push(text: &mut String, key: &str, value: &str) {
    text.push(';');
    text.push_str(key);
    text.push('=');
    text.push_str(value);
}

const _: () = assert!(ACTORS <= 26, "an actor is a letter");

/// Writes choices. An actor is a letter, by its position in [`Actor::ALL`]; a capital letter takes
/// the actor's second step. Other ordinals follow a dot, as two hexadecimal digits. A number after
/// a choice says how often it is repeated.
pub(super) fn pack(choices: &[Choice]) -> String {
    let mut text = String::new();
    for same in choices.chunk_by(|a, b| a == b) {
        let Choice { actor, ordinal } = same[0];
        let letter = char::from(b'a' + actor.position());
        text.push(if ordinal == 1 { letter.to_ascii_uppercase() } else { letter });
        if ordinal > 1 {
            text.push_str(&format!(".{ordinal:02x}"));
        }
        if same.len() > 1 {
            text.push_str(&same.len().to_string());
        }
    }
    text
}

/// Reads what [`pack`] wrote, and returns the part that could not be read.
pub(super) fn unpack<'a>(text: &'a str, choices: &mut Vec<Choice>) -> &'a str {
    let mut rest = text;
    while let Some(letter) = rest.bytes().next() {
        let position = letter.to_ascii_lowercase().wrapping_sub(b'a');
        let Some(actor) = Actor::ALL.get(usize::from(position)).copied() else { return rest };
        let mut ordinal = u8::from(letter.is_ascii_uppercase());
        let mut after = &rest[1..];
        if let Some(dotted) = after.strip_prefix('.') {
            let digits = dotted.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
            let Some(digits) = digits else { return rest };
            ordinal = digits;
            after = &dotted[2..];
        }
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (times, after) = after.split_at(digits);
        let times = if times.is_empty() { Ok(1) } else { times.parse::<usize>() };
        let times = times.unwrap_or(usize::MAX);
        if times > (STEPS_MAX as usize).saturating_sub(choices.len()) {
            return rest;
        }
        choices.extend(core::iter::repeat_n(Choice { actor, ordinal }, times));
        rest = after;
    }
    ""
}

/// The changes, by lines, that turn a preset's text into another: the number of lines before the
/// change, the number of lines that it replaces, and the new text. They are ordered from the last
/// to the first, so that each can be applied without adjusting line numbers.
pub(super) fn changes(old: &str, new: &str) -> Vec<String> {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    // The number of common lines, in order, of the rests that begin here.
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for at in (0..old.len() * width).rev().filter(|at| at % width < new.len()) {
        common[at] = match old[at / width] == new[at % width] {
            true => common[at + width + 1] + 1,
            false => common[at + width].max(common[at + 1]),
        };
    }
    let mut changes = Vec::new();
    let (mut here, mut there) = (0, 0);
    while here < old.len() || there < new.len() {
        let (from, added) = (here, there);
        while here < old.len() || there < new.len() {
            let at = here * width + there;
            if here < old.len() && there < new.len() && old[here] == new[there] {
                break;
            }
            // Skips the line that is not part of the common lines.
            match there < new.len() && common[at] == common[at + 1] {
                true => there += 1,
                false => here += 1,
            }
        }
        if (from, added) != (here, there) {
            let text = escape(&new[added..there].concat());
            changes.push(format!("{from}.{}.{text}", here - from));
        }
        (here, there) = (here + 1, there + 1);
    }
    changes.reverse();
    changes
}

/// Writes a script in characters that mail programs do not change.
pub(super) fn escape(script: &str) -> String {
    let mut text = String::new();
    for byte in script.bytes() {
        match byte {
            b' ' => text.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b',' | b':' | b'=' => {
                text.push(byte.into());
            }
            _ => text.push_str(&format!("~{byte:02x}")),
        }
    }
    text
}

/// Reads what [`escape`] wrote, and what people write by hand. An invalid escape stays as it is.
pub(super) fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        // `from_str_radix` would accept a sign.
        let hex = after.get(..2).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let hex = hex.and_then(|hex| core::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'+', _) => bytes.push(b' '),
            (b'~' | b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
