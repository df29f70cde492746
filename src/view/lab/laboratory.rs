//! The laboratory: the rules of an edition, lines, and a cursor in the lines.

use std::sync::Arc;

use crate::es::{Extent, NodeView, Version};
use crate::scenario::ScriptError;

use super::lang::{LabOp, parse_lab};
use super::machine::Machine;
use super::plan::Picture;
use super::presets::{LAB_PRESETS, LabPreset};
use super::rules::Edition;
use super::stage::StageTree;
use super::words::{Heard, plain};

/// The rules of an edition, lines, and a cursor in the lines.
#[derive(Clone, Debug)]
pub struct Lab {
    pub(super) edition: Edition,
    pub(super) text: String,
    pub(super) lines: Vec<(u32, LabOp)>,
    pub(super) error: Option<ScriptError>,
    pub(super) cursor: usize,
    pub(super) machine: Machine,
    /// The numbers of the executed lines that failed.
    pub(super) failed: Vec<u32>,
    pub(super) playing: bool,
    /// The stage's trees, as starting points.
    pub(super) stage: Vec<StageTree>,
}

/// One row of the table of extents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabRow {
    /// The extent that the node holds.
    pub extent: Extent,
    /// True if the node is black.
    pub black: bool,
    /// The range of its parent.
    pub under: Option<(u32, u32)>,
    /// True if the extent is `cache_es`.
    pub cached: bool,
    /// True if the last line created or changed the extent.
    pub changed: bool,
}

/// The marks beside the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Margin {
    /// The number of lines of the text, at least 1.
    pub lines: u32,
    /// The number of the next line, counted from 1.
    pub next: Option<u32>,
    /// The lines that cannot be read or have failed.
    pub bad: Vec<u32>,
}

/// The counters of the tree, by the kernel's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabCounters {
    /// `i_es_all_nr`: the number of extents in the tree.
    pub all_nr: u32,
    /// `i_es_shk_nr`, up to v3.18 `i_es_lru_nr`.
    pub shk_nr: (&'static str, u32),
    /// `i_es_shrink_lblk`, where the version has it.
    pub shrink_lblk: Option<u32>,
    /// `cache_es`: the cached extent, or `None`.
    pub cache_es: Option<Extent>,
    /// Clusters with a pending reservation.
    pub pending: Vec<u32>,
    /// The number of allocations that will fail, and the number of the first of them, counted from
    /// here.
    pub fails: (u32, u32),
}

impl Default for Lab {
    fn default() -> Self {
        Lab::new()
    }
}

impl Lab {
    /// A laboratory with the first preset.
    pub fn new() -> Lab {
        let edition = LAB_PRESETS[0].edition;
        let mut lab = Lab {
            edition,
            text: String::new(),
            lines: Vec::new(),
            error: None,
            cursor: 0,
            machine: Machine::new(edition),
            failed: Vec::new(),
            playing: false,
            stage: Vec::new(),
        };
        lab.load(LAB_PRESETS[0].id);
        lab
    }

    /// The edition of the rules.
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// Runs the lines again under another edition.
    pub fn set_edition(&mut self, edition: Edition) {
        self.edition = edition;
        let cursor = self.cursor;
        self.restart();
        self.seek(cursor);
    }

    /// Replaces the stage's trees. Unedited lines of a stage tree are replaced by the same file's
    /// lines; edited lines stay.
    pub fn set_stage(&mut self, trees: Vec<StageTree>) {
        let shown = self.stage_tree();
        self.stage = trees;
        if let Some(at) = shown {
            self.load_stage(at.min(self.stage.len().saturating_sub(1)));
        }
    }

    /// The trees of the stage, one per file.
    pub fn stage(&self) -> &[StageTree] {
        &self.stage
    }

    /// The position of the stage tree that the unedited lines belong to.
    pub fn stage_tree(&self) -> Option<usize> {
        self.stage.iter().position(|it| !it.text.is_empty() && it.text == self.text)
    }

    /// Starts with the lines of a stage tree. An unknown position changes nothing.
    pub fn load_stage(&mut self, at: usize) {
        let Some(StageTree { version, text, .. }) = self.stage.get(at).cloned() else { return };
        self.edition = Edition::Kernel(version);
        self.cursor = 0;
        self.edit(&text);
        self.seek(usize::MAX);
    }

    /// The text in the editor.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The error of the text. The lines are then those of the last correct text.
    pub fn error(&self) -> Option<&ScriptError> {
        self.error.as_ref()
    }

    /// Takes another text and runs the lines before the cursor again.
    pub fn edit(&mut self, text: &str) {
        self.text = text.into();
        self.playing = false;
        match parse_lab(text) {
            Ok(lines) => {
                let cursor = self.cursor.min(lines.len());
                self.error = None;
                self.lines = lines;
                self.restart();
                self.seek(cursor);
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// Loads a preset; an unknown name changes nothing.
    pub fn load(&mut self, id: &str) {
        let Some(preset) = LAB_PRESETS.iter().find(|it| it.id == id) else { return };
        self.edition = preset.edition;
        self.cursor = 0;
        self.edit(preset.text);
        self.seek(preset.start);
    }

    /// Inserts a line at the cursor and executes it.
    ///
    /// # Errors
    /// The error in the line; then nothing changes.
    pub fn issue(&mut self, line: &str) -> Result<(), ScriptError> {
        let line = line.trim();
        let alone = parse_lab(line)?;
        let mut lines: Vec<&str> = self.text.lines().collect();
        let done = self.cursor.checked_sub(1).and_then(|at| self.lines.get(at));
        let at = done.map_or(0, |(number, _)| *number as usize).min(lines.len());
        // The first call follows the comments at the start of the text.
        let head = lines.iter().take_while(|it| it.starts_with('#')).count();
        lines.insert(if done.is_none() { head } else { at }, line);
        let text = lines.join("\n") + "\n";
        parse_lab(&text)?;
        let cursor = self.cursor;
        self.edit(&text);
        self.seek(cursor + alone.len());
        Ok(())
    }

    /// The numbers of the executed lines that failed.
    pub fn failed(&self) -> &[u32] {
        &self.failed
    }

    /// The marks beside the lines.
    pub fn margin(&self) -> Margin {
        let lines = self.text.lines().count().max(1) as u32;
        // The executed lines then belong to another text.
        if let Some(error) = &self.error {
            return Margin { lines, next: None, bad: vec![error.line] };
        }
        Margin { lines, next: self.next_line(), bad: self.failed.clone() }
    }

    /// The preset that the unedited text is.
    pub fn preset(&self) -> Option<&'static LabPreset> {
        LAB_PRESETS.iter().find(|it| it.text == self.text)
    }

    /// Number of executed lines, and of all lines.
    pub fn place(&self) -> (usize, usize) {
        (self.cursor, self.lines.len())
    }

    /// The number of the next line, counted from 1.
    pub fn next_line(&self) -> Option<u32> {
        self.lines.get(self.cursor).map(|(line, _)| *line)
    }

    /// The line that was executed last.
    pub fn last_op(&self) -> Option<LabOp> {
        self.lines.get(self.cursor.checked_sub(1)?).map(|(_, op)| *op)
    }

    /// Moves the cursor. Going back executes all lines before it again.
    pub fn seek(&mut self, cursor: usize) {
        let cursor = cursor.min(self.lines.len());
        if cursor < self.cursor {
            self.restart();
        }
        while self.cursor < cursor {
            let (number, op) = self.lines[self.cursor];
            self.machine.run(op);
            self.cursor += 1;
            if self.machine.failed {
                self.failed.push(number);
            }
        }
    }

    /// Executes one line; returns false at the end.
    pub fn forward(&mut self) -> bool {
        let before = self.cursor;
        self.seek(before + 1);
        self.cursor > before
    }

    /// Executes one line and stops playing.
    pub fn step(&mut self) {
        self.playing = false;
        self.forward();
    }

    /// Goes one line back.
    pub fn back(&mut self) {
        self.playing = false;
        self.seek(self.cursor.saturating_sub(1));
    }

    /// Whether the laboratory plays.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Starts or stops playing; at the end it starts over.
    pub fn toggle_play(&mut self) {
        self.playing = !self.playing;
        if self.playing && self.cursor == self.lines.len() {
            self.seek(0);
        }
    }

    /// Stops playing; the next line stays the same.
    pub fn pause(&mut self) {
        self.playing = false;
    }

    /// One tick of the clock that plays.
    pub fn tick(&mut self) {
        if self.playing && !(self.forward() && self.cursor < self.lines.len()) {
            self.playing = false;
        }
    }

    /// The answer to the last line, in one or more sentences.
    pub fn answer(&self) -> &str {
        &self.machine.answer
    }

    /// The changes of the tree by the last line.
    pub fn heard(&self) -> &Heard {
        &self.machine.heard
    }

    /// One sentence: the position, and the answer to the last line.
    pub fn caption(&self) -> String {
        let (at, of) = self.place();
        match self.last_op() {
            Some(op) => format!("Line {at} of {of}: {op}. {}", self.answer()),
            None if of == 0 => "No line yet: write one, or choose an example.".into(),
            None => format!("{of} lines, none done. Step to begin."),
        }
    }

    /// The tree as text.
    pub fn tree_text(&self) -> String {
        self.machine.tree.to_string()
    }

    /// The counters of the tree after the last line.
    pub fn counters(&self) -> LabCounters {
        let Machine { rules, tree, fails, spared, .. } = &self.machine;
        let old = self.edition.version() < Version::V3_19;
        let shk = if old { "i_es_lru_nr" } else { "i_es_shk_nr" };
        LabCounters {
            all_nr: tree.all_nr(),
            shk_nr: (shk, tree.shk_nr()),
            shrink_lblk: rules.referenced.then(|| tree.shrink_lblk()),
            cache_es: tree.storage().cached().map(|node| plain(node.extent)),
            pending: tree.pending().collect(),
            fails: (*fails, spared + 1),
        }
    }

    /// The extents `from..from + n` in ascending order.
    pub fn rows(&self, from: usize, n: usize) -> Vec<LabRow> {
        let arena = self.machine.tree.storage();
        let cached = arena.cached().map(|node| node.id);
        let mut nodes: Vec<NodeView> = arena.preorder().collect();
        nodes.sort_by_key(|node| node.extent.lblk);
        let row = |node: &NodeView| LabRow {
            extent: plain(node.extent),
            black: node.black,
            under: node.parent.and_then(|id| arena.node(id)).map(|it| {
                let Extent { lblk, len, .. } = it.extent;
                (lblk, len)
            }),
            cached: cached == Some(node.id),
            changed: self.heard().changed.binary_search(&node.id).is_ok(),
        };
        nodes.iter().skip(from).take(n).map(row).collect()
    }

    /// The tree, for the layout.
    pub fn picture(&self) -> Arc<Picture> {
        Arc::new(Picture::of(self.machine.tree.storage(), self.heard()))
    }

    fn restart(&mut self) {
        self.cursor = 0;
        self.failed.clear();
        self.machine = Machine::new(self.edition);
    }
}
