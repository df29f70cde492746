//! Upgrades of links that earlier versions wrote.

use super::packed::{pack, push};
use crate::kernel::Choice;

/// The upgrades: entry `n` turns a link of version `n` into one of version `n + 1`.
pub(super) const UPGRADES: [fn(&str) -> String; 2] = [from_version_0, from_version_1];

/// The keys of version 0, and the keys that replaced them.
const KEYS_0: [(&str, &str); 6] = [
    ("design", "d"),
    ("preset", "p"),
    ("script", "t"),
    ("choices", "c"),
    ("at", "a"),
    ("view", "w"),
];

/// Removes the `s` of version 1. The checksum has been compared before, so only the text before it
/// counts.
fn from_version_1(text: &str) -> String {
    let is_known = |field: &&str| !field.starts_with("s=") && !field.starts_with("k=");
    let fields: Vec<&str> = text.split(';').skip(1).filter(is_known).collect();
    format!("v2;{}", fields.join(";"))
}

/// Marks a word of version 0 that is not a choice.
pub(super) const UNREAD: char = '!';

fn from_version_0(text: &str) -> String {
    let mut new = String::from("v1");
    for field in text.split(';').skip(1) {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        let key = KEYS_0.iter().find(|(old, _)| *old == key).map_or(key, |(_, new)| new);
        if key != "c" {
            push(&mut new, key, value);
            continue;
        }
        let mut choices: Vec<Choice> = Vec::new();
        let mut unread = String::new();
        for word in value.split(',').filter(|word| !word.is_empty()) {
            match word.parse() {
                Ok(choice) => choices.push(choice),
                // The reader reports this word; the choices after it cannot be taken.
                Err(_) => {
                    unread = format!("{UNREAD}{word}");
                    break;
                }
            }
        }
        push(&mut new, key, &(pack(&choices) + &unread));
    }
    new
}
