//! Links: a whole run in the fragment of an address, so that nothing needs to be stored elsewhere.
//!
//! Version 2 is `v2;d=DESIGN;p=PRESET.SUM;c=CHOICES;a=CURSOR;w=VIEW;s=STATE;k=SUM`. A script that
//! is not a preset stands in `t=TEXT` instead of `p`. `w` holds words of the page's view, separated
//! by commas, and is left out if there are none. Every character survives a mail.
//!
//! * `e=LINE.COUNT.TEXT` changes the preset: after `LINE` lines, `COUNT` lines are replaced by a
//!   text, such as the line that allows a power cut. The last change comes first.
//! * `b` holds the branches if there are several: `b=CHOICES,PARENT.FORK.CHOICES`, each from its
//!   fork on. `c` then holds the choices of the displayed branch, and `o` its position.
//! * `d=DESIGN,DESIGN` names two designs that are compared; the second one stands beside the run.
//!   People may write a bar between them: `design=A|B`.
//! * `x=AHEAD,BRANCH.AFTER.CHOICES` holds the steps that only the second design takes: on a branch,
//!   after `AFTER` steps of the run. `AHEAD` of those at the cursor are taken.
//! * `present=1`, `embed=1` and `theme=NAME` say how the page shows the run.
//! * `s` is a checksum of the state at the end of the run. If it differs, the link was made with
//!   another version of the model.
//! * `k` is a checksum of everything before it. If it differs, the link was damaged.
//!
//! Version 1 had no `e`. Its `s` came from a model that did not record where unwritten extents were
//! split, so it is no longer compared. Version 0 is the form that people write by hand:
//! `v0;design=rfc-osync;preset=S7;choices=t1,t1,irq:io1;at=3`.

mod frame;
mod packed;
mod upgrade;

use super::branches::{Branch, branch_name, is_tree};
use super::pair::Alone;
use super::presets::Preset;
use crate::bounds::STEPS_MAX;
use crate::kernel::{Choice, Encoder, Setup, State};

use packed::{SUM_LEN, changes, escape, pack, push, sum, unescape, unpack};
use upgrade::{UNREAD, UPGRADES};

pub use frame::{Frame, THEMES};
pub(crate) use packed::head;

/// The version that is written. Earlier versions are upgraded when they are read.
pub const LINK_VERSION: usize = UPGRADES.len();

/// The separators of two designs: links contain the first, and the second is accepted too.
const SIDES: [char; 2] = [',', '|'];

/// The contents of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The design's name with its knobs; empty if the link has none.
    pub design: String,
    /// The second design; empty if there is none.
    pub beside: String,
    /// The steps that only the second design has taken, with their branches.
    pub alone: Vec<(u32, Alone)>,
    /// The number of those steps that are taken at the cursor.
    pub ahead: u32,
    /// How the page shows the run.
    pub frame: Frame,
    /// The preset that is run, or from which the script was made.
    pub preset: Option<&'static Preset>,
    /// The script's text; empty if it could not be read.
    pub script: String,
    /// The choices of the displayed branch.
    pub choices: Vec<Choice>,
    /// All branches; empty if there is only one.
    pub branches: Vec<Branch>,
    /// The position of the displayed branch.
    pub current: u32,
    /// The cursor of the page, in steps; without it, the cursor is at the end.
    pub cursor: Option<u32>,
    /// Words that describe the page's view, separated by commas.
    pub view: String,
    /// [`state_sum`] of the end of the run, if the link has one and was read without errors.
    pub end: Option<String>,
}

/// The part of a link that holds its script. Comparing a long script with a preset takes time, and
/// the page writes a link after every step, so this part is kept.
#[derive(Clone, Debug)]
pub struct ScriptPart {
    preset: Option<&'static str>,
    script: String,
    text: String,
    /// True if the script is written as changes of its preset.
    is_changes: bool,
}

impl ScriptPart {
    /// The script part for a script that may have been made from a preset.
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

    /// The preset, if the script is written as changes of it, which is done if that is shorter than
    /// the script.
    pub fn preset(&self) -> Option<&'static str> {
        self.preset.filter(|_| self.is_changes)
    }

    /// Whether this is the part of the given script.
    pub fn is_of(&self, preset: Option<&'static Preset>, script: &str) -> bool {
        self.preset == preset.map(|preset| preset.id) && self.script == script
    }
}

impl Link {
    /// The fragment, without `#`.
    pub fn write(&self) -> String {
        self.write_with(&ScriptPart::of(self.preset, &self.script))
    }

    /// [`Link::write`] with a script part that was computed before; the link's own script is
    /// ignored.
    pub fn write_with(&self, script: &ScriptPart) -> String {
        let mut text = format!("v{LINK_VERSION};d={}", self.design.replace(" +", "+"));
        if !self.beside.is_empty() {
            text.push(SIDES[0]);
            text.push_str(&self.beside.replace(" +", "+"));
        }
        text.push_str(&script.text);
        push(&mut text, "c", &pack(&self.choices));
        if !self.branches.is_empty() {
            push(&mut text, "b", &self.pack_branches());
            push(&mut text, "o", &self.current.to_string());
        }
        if let Some(cursor) = self.cursor {
            push(&mut text, "a", &cursor.to_string());
        }
        if self.ahead > 0 || !self.alone.is_empty() {
            push(&mut text, "x", &self.pack_alone());
        }
        if !self.view.is_empty() {
            push(&mut text, "w", &self.view);
        }
        text.push_str(&self.frame.fields());
        if let Some(end) = &self.end {
            push(&mut text, "s", end);
        }
        let whole = sum(text.as_bytes());
        push(&mut text, "k", &whole);
        text
    }

    /// Reads a fragment, with or without `#`. Returns everything that could be read, and a sentence
    /// about each error.
    pub fn read(fragment: &str) -> (Link, Vec<String>) {
        let mut text = fragment.trim().trim_start_matches('#').to_string();
        let mut wrong = Vec::new();
        let version = text.split(';').next().and_then(|v| v.strip_prefix('v')?.parse().ok());
        match version {
            // If the digit of a later version was damaged to 0, the link would need no checksum.
            // Its one-letter keys show that.
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
                    wrong.push(
                        "some of its characters have changed: its checksum does not fit".into(),
                    );
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
            // If the preset has changed since the link was made, the changes do not fit it.
            if whole && !wrong.is_empty() && field.starts_with("e=") {
                wrong.push("what the link changes in it is left out".into());
            } else {
                wrong.extend(link.take(field, whole).err());
            }
        }
        link.join_branches(&mut wrong);
        // The text of an undamaged link may be empty.
        let is_empty = whole && text.contains(";t=;");
        if link.script.is_empty() && !is_empty {
            wrong.push("it names no script: expected p, a preset, or t, a text".into());
        }
        if !wrong.is_empty() {
            // The end state says something about the model only if the run was read completely.
            link.end = None;
        }
        (link, wrong)
    }

    /// Reads one field. In a damaged link, a preset's checksum is ignored.
    fn take(&mut self, field: &str, whole: bool) -> Result<(), String> {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        match key {
            "d" => {
                let value = value.replace("%7C", "|").replace("%7c", "|").replace('+', " +");
                let (first, second) = value.split_once(SIDES).unwrap_or((&value, ""));
                (self.design, self.beside) = (first.trim().into(), second.trim().into());
            }
            "x" => return self.unpack_alone(value),
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
                    // The rest begins with this mark if a word of version 0 could not be read.
                    let rest =
                        rest.strip_prefix(UNREAD).filter(|rest| !rest.is_empty()).unwrap_or(rest);
                    let rest: String = rest.chars().take(8).collect();
                    return Err(format!(
                        "choice {} is not readable: `{rest}` names none",
                        read + 1
                    ));
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
            _ => match self.frame.take(key, value) {
                Some(taken) => return taken,
                None => return Err(format!("a link has no `{}`", head(field))),
            },
        }
        Ok(())
    }
}

impl Link {
    /// Applies one of the [`changes`] to a preset's text.
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

    /// The choices of the displayed branch are in `c` already.
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

    fn pack_alone(&self) -> String {
        let mut text = self.ahead.to_string();
        for place in self.alone.chunk_by(|a, b| (a.0, a.1.after) == (b.0, b.1.after)) {
            let (branch, Alone { after, .. }) = place[0];
            let choices: Vec<Choice> = place.iter().map(|(_, own)| own.choice).collect();
            text.push_str(&format!(",{branch}.{after}.{}", pack(&choices)));
        }
        text
    }

    fn unpack_alone(&mut self, value: &str) -> Result<(), String> {
        let mut words = value.split(',');
        let ahead = words.next().unwrap_or_default();
        self.ahead = ahead.parse().map_err(|_| format!("`{}` is not a number", head(ahead)))?;
        for word in words {
            let mut parts = word.splitn(3, '.');
            let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
            let place = number().zip(number());
            let mut choices = Vec::new();
            let rest = parts.next().map(|text| unpack(text, &mut choices));
            let (Some((branch, after)), Some("")) = (place, rest) else {
                let expected = "expected BRANCH.AFTER.CHOICES";
                return Err(format!(
                    "`{}` is not a step of a second design: {expected}",
                    head(word)
                ));
            };
            if self.alone.len() + choices.len() > STEPS_MAX as usize {
                return Err("the second design has more steps than the page keeps".into());
            }
            self.alone.extend(choices.into_iter().map(|choice| (branch, Alone { after, choice })));
        }
        Ok(())
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

    /// Gives the displayed branch its choices. If the branches do not form a tree, only that branch
    /// is kept.
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

/// A checksum of a state, in four characters.
pub fn state_sum(setup: &Setup, state: &State) -> String {
    sum(Encoder::new().encode(setup, state))
}

/// A link without the additions of a mail: line breaks inside it, and the rest of a sentence after
/// it.
fn without_mail(text: &str) -> String {
    let mut text = text.replace("%20", "").replace("%0A", "").replace("%0D", "");
    text.retain(|c| !c.is_whitespace());
    let behind = |c: char| !c.is_ascii_alphanumeric();
    text.truncate(text.trim_end_matches(behind).len());
    // The characters that an address escapes with a percent sign and two digits, such as the
    // bracket around a link.
    let end = text.rfind(";k=").map_or(text.len(), |at| at + 3 + SUM_LEN);
    if text.get(end..).is_some_and(|rest| rest.starts_with(behind)) {
        text.truncate(end);
    }
    text
}
