//! Links: a whole run as the fragment of an address, so that nothing is stored anywhere.
//!
//! Version 2 is `v2;d=DESIGN;p=PRESET.SUM;c=CHOICES;a=CURSOR;w=VIEW;s=STATE;k=SUM`, with `t=TEXT`
//! in place of `p` where the script is a person's own, and `w`, words with commas between them,
//! only where the page has a view to name. `e=LINE.COUNT.TEXT` changes the preset: after so many
//! lines, so many others are replaced by a text, such as the line that allows a power cut; the last
//! change stands first. `b` holds the branches if there are several, `c` the choices of the one
//! that is shown and `o` its position: `b=CHOICES,PARENT.FORK.CHOICES`, each from its fork on.
//! Every character survives a mail. `s` is a checksum of the state at the end of the run: if it
//! differs, the model is not the one that the link was made with. `k` is one of what stands before
//! it: if it differs, the link was damaged on its way. Version 1 had no `e`, and its `s` was that
//! of a model that did not remember where unwritten extents were split: it is not compared any
//! more. Version 0 is what people write by hand:
//! `v0;design=rfc-osync;preset=S7;choices=t1,t1,irq:io1;at=3`.

use super::branches::{Branch, branch_name, is_tree};
use super::presets::Preset;
use crate::bounds::STEPS_MAX;
use crate::check::fingerprint;
use crate::kernel::{ACTORS, Actor, Choice, Encoder, Setup, State};

/// The version that is written; those before it are upgraded.
pub const LINK_VERSION: usize = 2;

/// What makes a link of a version one of the next, from 0 on.
const UPGRADES: [fn(&str) -> String; LINK_VERSION] = [from_version_0, from_version_1];

/// The keys of version 0, and what they became.
const KEYS_0: [(&str, &str); 6] = [
    ("design", "d"),
    ("preset", "p"),
    ("script", "t"),
    ("choices", "c"),
    ("at", "a"),
    ("view", "w"),
];

/// What a link says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The design's name, knobs included; empty if the link does not say.
    pub design: String,
    /// The preset that is run, or that the script was made of.
    pub preset: Option<&'static Preset>,
    /// The script's text; empty if nothing could be read.
    pub script: String,
    /// The choices of the branch that is shown.
    pub choices: Vec<Choice>,
    /// All branches; empty if there is but one.
    pub branches: Vec<Branch>,
    /// The position of the branch that is shown.
    pub current: u32,
    /// Where in the run the page stands, in steps; the end if the link does not say.
    pub cursor: Option<u32>,
    /// What the page wants to remember of its view: words with commas between them.
    pub view: String,
    /// [`state_sum`] of the end of the run, if the link has one and nothing is wrong with it.
    pub end: Option<String>,
}

/// What a link says of its script. To compare a long script with a preset takes a while, and the
/// page writes a link after every step.
#[derive(Clone, Debug)]
pub struct ScriptPart {
    preset: Option<&'static str>,
    script: String,
    text: String,
    /// It says the script as the changes of its preset.
    is_changes: bool,
}

impl ScriptPart {
    /// What is to be written of a script that may have been made of a preset.
    pub fn of(preset: Option<&'static Preset>, script: &str) -> ScriptPart {
        let mut text = String::new();
        let whole = escape(script);
        let changed = |preset: &Preset| changes(preset.script, script);
        let is_changes = match preset.map(|preset| (preset, changed(preset))) {
            Some((preset, changes)) if changes.concat().len() < whole.len() => {
                push(&mut text, "p", preset.id);
                text.push('.');
                text.push_str(&sum(preset.script.as_bytes()));
                changes.iter().for_each(|change| push(&mut text, "e", change));
                true
            }
            _ => {
                push(&mut text, "t", &whole);
                false
            }
        };
        let preset = preset.map(|preset| preset.id);
        ScriptPart { preset, script: script.into(), text, is_changes }
    }

    /// The preset of which the script is told as changes, if that is shorter than all of it.
    pub fn preset(&self) -> Option<&'static str> {
        self.preset.filter(|_| self.is_changes)
    }

    /// Whether it is that of a script.
    pub fn is_of(&self, preset: Option<&'static Preset>, script: &str) -> bool {
        self.preset == preset.map(|preset| preset.id) && self.script == script
    }
}

impl Link {
    /// The fragment, without `#`.
    pub fn write(&self) -> String {
        self.write_with(&ScriptPart::of(self.preset, &self.script))
    }

    /// The same, where what it says of its script is known; the link's own script does not count.
    pub fn write_with(&self, script: &ScriptPart) -> String {
        let mut text = format!("v{LINK_VERSION};d={}", self.design.replace(" +", "+"));
        text.push_str(&script.text);
        push(&mut text, "c", &pack(&self.choices));
        if !self.branches.is_empty() {
            push(&mut text, "b", &self.pack_branches());
            push(&mut text, "o", &self.current.to_string());
        }
        if let Some(cursor) = self.cursor {
            push(&mut text, "a", &cursor.to_string());
        }
        if !self.view.is_empty() {
            push(&mut text, "w", &self.view);
        }
        if let Some(end) = &self.end {
            push(&mut text, "s", end);
        }
        let whole = sum(text.as_bytes());
        push(&mut text, "k", &whole);
        text
    }

    /// Reads a fragment, with or without `#`: what could be read, and a sentence for each thing
    /// that is wrong with it.
    pub fn read(fragment: &str) -> (Link, Vec<String>) {
        let mut text = fragment.trim().trim_start_matches('#').to_string();
        let mut wrong = Vec::new();
        let version = text.split(';').next().and_then(|v| v.strip_prefix('v')?.parse().ok());
        match version {
            // A later version whose digit was damaged would need no checksum: its keys are letters.
            Some(0) => {
                let keys = text.split(';').skip(1).map(|field| field.split('=').next());
                if keys.flatten().any(|key| key.len() == 1) {
                    wrong.push("the link is damaged: it has keys that version 0 has not".into());
                }
            }
            Some(1..=LINK_VERSION) => {
                text = without_mail(&text);
                let (before, after) = text.rsplit_once(";k=").unwrap_or((&text, ""));
                if after.is_empty() {
                    wrong.push("the link is cut off: it does not end in its checksum, k".into());
                } else if after != sum(before.as_bytes()) {
                    wrong.push("the link is damaged: its checksum is that of another".into());
                }
            }
            Some(new) => wrong.push(format!(
                "the link is of version {new}, and this page knows those up to {LINK_VERSION}: a \
                 newer page, such as this one reloaded, shows all of it"
            )),
            None => wrong
                .push(format!("the link does not begin with its version, such as v{LINK_VERSION}")),
        }
        for upgrade in version.and_then(|version| UPGRADES.get(version..)).unwrap_or_default() {
            text = upgrade(&text);
        }
        let whole = wrong.is_empty();
        let mut link = Link::default();
        for field in text.split(';').skip(1).filter(|field| !field.is_empty()) {
            // A preset that was another when the link was made is not changed.
            if whole && !wrong.is_empty() && field.starts_with("e=") {
                wrong.push("what the link changes in it is left out".into());
            } else {
                wrong.extend(link.take(field, whole).err());
            }
        }
        link.join_branches(&mut wrong);
        // The text of a script may be empty, if the link is whole and says so.
        let is_empty = whole && text.contains(";t=;");
        if link.script.is_empty() && !is_empty {
            wrong.push("it names no script: expected p, a preset, or t, a text".into());
        }
        if !wrong.is_empty() {
            // Only the end of a run that was read as it was written says something of the model.
            link.end = None;
        }
        (link, wrong)
    }

    /// Takes one field; in a link that is not whole, a preset's checksum says nothing.
    fn take(&mut self, field: &str, whole: bool) -> Result<(), String> {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        match key {
            "d" => self.design = value.replace('+', " +"),
            "p" => {
                let (id, text) = value.split_once('.').unwrap_or((value, ""));
                let preset =
                    Preset::find(id).ok_or_else(|| format!("there is no preset `{}`", head(id)))?;
                self.preset = Some(preset);
                self.script = preset.script.into();
                if whole && !text.is_empty() && text != sum(preset.script.as_bytes()) {
                    return Err(format!("the text of {id} was another when the link was made"));
                }
            }
            "e" => return self.change(value),
            "t" => self.script = unescape(value),
            "c" => {
                let rest = unpack(value, &mut self.choices);
                if !rest.is_empty() {
                    let read = self.choices.len();
                    // A word of version 0 stands behind this mark.
                    let rest =
                        rest.strip_prefix(UNREAD).filter(|rest| !rest.is_empty()).unwrap_or(rest);
                    let rest: String = rest.chars().take(8).collect();
                    return Err(format!("after {read} choices, `{rest}` names none"));
                }
            }
            "b" => return self.unpack_branches(value),
            "o" => {
                let current = value.parse();
                self.current = current.map_err(|_| format!("`{}` is no branch", head(field)))?;
            }
            "a" => {
                let cursor = value.parse();
                self.cursor = Some(cursor.map_err(|_| format!("`{}` is no step", head(field)))?);
            }
            "w" => self.view = value.into(),
            "s" => self.end = Some(value.into()),
            "k" => {}
            _ => return Err(format!("`{}` is nothing that a link has", head(field))),
        }
        Ok(())
    }
}

impl Link {
    /// Makes one of the [`changes`] of a preset's text.
    fn change(&mut self, change: &str) -> Result<(), String> {
        let mut words = change.splitn(3, '.');
        let mut number = || words.next().and_then(|word| word.parse::<usize>().ok());
        let place = number().zip(number());
        let lines: Vec<&str> = self.script.split_inclusive('\n').collect();
        let parts = place.and_then(|(from, count)| {
            Some((lines.get(..from)?, lines.get(from.checked_add(count)?..)?))
        });
        let ((before, after), text) = parts.zip(words.next()).ok_or_else(|| {
            format!("`{}` changes nothing: expected LINE.COUNT.TEXT within a preset", head(change))
        })?;
        self.script = before.concat() + &unescape(text) + &after.concat();
        Ok(())
    }

    /// The choices of the current branch stand in `c` already.
    fn pack_branches(&self) -> String {
        let mut text = String::new();
        for (index, branch) in (0..).zip(&self.branches) {
            if index > 0 {
                text.push_str(&format!(",{}.{}.", branch.parent, branch.fork));
            }
            if index != self.current {
                text.push_str(&pack(&branch.steps));
            }
        }
        text
    }

    fn unpack_branches(&mut self, value: &str) -> Result<(), String> {
        for (index, text) in value.split(',').enumerate() {
            let mut branch = Branch::default();
            let mut steps = text;
            if index > 0 {
                let mut words = text.splitn(3, '.');
                let mut number = || words.next().and_then(|word| word.parse().ok());
                let (Some(parent), Some(fork), Some(rest)) = (number(), number(), words.next())
                else {
                    return Err(format!(
                        "`{}` is no branch: expected PARENT.FORK.CHOICES",
                        head(text)
                    ));
                };
                (branch.parent, branch.fork, steps) = (parent, fork, rest);
            }
            let rest = unpack(steps, &mut branch.steps);
            self.branches.push(branch);
            if !rest.is_empty() {
                let name = branch_name(index as u32);
                return Err(format!("in the branch {name}, `{}` names no choice", head(rest)));
            }
        }
        Ok(())
    }

    /// Gives the current branch its choices. If the branches do not fit together, only that one is
    /// left.
    fn join_branches(&mut self, wrong: &mut Vec<String>) {
        if self.branches.is_empty() && self.current == 0 {
            return;
        }
        if let Some(current) = self.branches.get_mut(self.current as usize) {
            let own = self.choices.get(current.fork as usize..);
            current.steps = own.unwrap_or_default().to_vec();
        }
        let known = (self.current as usize) < self.branches.len();
        if let (true, Ok(())) = (known, is_tree(&self.branches)) {
            return;
        }
        wrong.push("its branches do not fit together: only the one that is shown is left".into());
        self.branches.clear();
        self.current = 0;
    }
}

/// As much of what could not be read as fits in a sentence.
pub(crate) fn head(text: &str) -> &str {
    text.char_indices().nth(24).map_or(text, |(end, _)| &text[..end])
}

/// Four characters that stand for a state.
pub fn state_sum(setup: &Setup, state: &State) -> String {
    sum(Encoder::new().encode(setup, state))
}

/// Characters of a checksum.
const SUM_LEN: usize = 4;

/// Four characters that stand for some bytes.
fn sum(bytes: &[u8]) -> String {
    let bits = fingerprint(bytes).low;
    (0..SUM_LEN).map(|at| char::from(DIGITS[(bits >> (5 * at)) as usize & 31])).collect()
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

fn push(text: &mut String, key: &str, value: &str) {
    text.push(';');
    text.push_str(key);
    text.push('=');
    text.push_str(value);
}

const _: () = assert!(ACTORS <= 26, "an actor is a letter");

/// An actor is a letter, by its position in [`Actor::ALL`]; a capital one takes its second step;
/// other ordinals stand behind a dot, in two hexadecimal digits. A number says how often.
fn pack(choices: &[Choice]) -> String {
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

/// Reads what [`pack`] wrote; what is returned could not be read.
fn unpack<'a>(text: &'a str, choices: &mut Vec<Choice>) -> &'a str {
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

/// What makes a preset's text another, by lines: how many stand before the change, how many it
/// replaces, and by what. From the last change to the first, so that each can be made as it stands.
fn changes(old: &str, new: &str) -> Vec<String> {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    // Lines that the rests from here on have in common, in the same order.
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
            // The side whose next line is not needed for what is common.
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

/// A link without what a mail adds to it: line breaks within, and what a sentence has behind it.
fn without_mail(text: &str) -> String {
    let mut text = text.replace("%20", "").replace("%0A", "").replace("%0D", "");
    text.retain(|c| !c.is_whitespace());
    let behind = |c: char| !c.is_ascii_alphanumeric();
    text.truncate(text.trim_end_matches(behind).len());
    // What an address writes as a percent sign and two digits, such as the bracket around a link.
    let end = text.rfind(";k=").map_or(text.len(), |at| at + 3 + SUM_LEN);
    if text.get(end..).is_some_and(|rest| rest.starts_with(behind)) {
        text.truncate(end);
    }
    text
}

/// A script in characters that mail programs leave alone.
fn escape(script: &str) -> String {
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

/// Reads what [`escape`] wrote, and what people write by hand; what makes no sense stays as it is.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        // `from_str_radix` would take a sign.
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

/// A version whose checksum has been compared, so that only what stands before it counts.
fn from_version_1(text: &str) -> String {
    let is_known = |field: &&str| !field.starts_with("s=") && !field.starts_with("k=");
    let fields: Vec<&str> = text.split(';').skip(1).filter(is_known).collect();
    format!("v2;{}", fields.join(";"))
}

/// What is before a word of version 0 that names no choice.
const UNREAD: char = '!';

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
                // Shown as what it is when it is read; what is behind it cannot be taken.
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
