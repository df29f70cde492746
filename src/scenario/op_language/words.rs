//! The words of one line of a script, and what they are read as.

use super::error::ScriptError;
use crate::bounds::BLOCKS_MAX;
use crate::kernel::{File, Range, Setup};

#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) column: u32,
}

/// The words of one line, without its comment.
pub(super) struct Words<'a> {
    pub(super) line: u32,
    text: &'a str,
    /// Bytes of `text` that have been read.
    at: usize,
    whole: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn new(line: u32, whole: &'a str) -> Words<'a> {
        let text = whole.split('#').next().unwrap_or("").trim_end();
        Words { line, text, at: 0, whole }
    }

    /// Refuses control characters, also in a comment: scripts are printed again, and a terminal
    /// would obey them.
    pub(super) fn check_characters(&self) -> Result<(), ScriptError> {
        let Some(at) = self.whole.find(|c: char| c.is_control() && c != '\t') else {
            return Ok(());
        };
        let (before, from) = self.whole.split_at(at);
        let code = from.chars().next().map_or(0, u32::from);
        let word = Word { text: "", column: before.chars().count() as u32 + 1 };
        Err(self.problem(word, &format!("control character U+{code:04X}"), "text"))
    }

    pub(super) fn peek(&self) -> Option<Word<'a>> {
        let rest = &self.text[self.at..];
        let text = rest.trim_start();
        if text.is_empty() {
            return None;
        }
        let column = self.text[..self.text.len() - text.len()].chars().count() as u32 + 1;
        Some(Word { text: text.split_whitespace().next().unwrap_or(""), column })
    }

    pub(super) fn next(&mut self) -> Option<Word<'a>> {
        let word = self.peek()?;
        let skipped = self.text[self.at..].len() - self.text[self.at..].trim_start().len();
        self.at += skipped + word.text.len();
        Some(word)
    }

    pub(super) fn next_if(&mut self, wrong: impl Fn(&str) -> bool) -> Option<Word<'a>> {
        let word = self.peek().unwrap_or(self.here());
        wrong(word.text).then_some(word)
    }

    /// The file that `file=` names, the first if nothing does.
    pub(super) fn file(&self, setup: &Setup) -> Result<u8, ScriptError> {
        let Some((word, value)) = self.key("file") else { return Ok(0) };
        let found = setup.files.iter().position(|file| file.name == value);
        found.map(|ino| ino as u8).ok_or_else(|| {
            let names: Vec<&str> = setup.files.iter().map(|f| f.name.as_str()).collect();
            self.error(word, &format!("a file: {}", names.join(" or ")), None)
        })
    }

    /// The value of `key=`, wherever it stands in the rest of the line.
    pub(super) fn key(&self, key: &str) -> Option<(Word<'a>, &'a str)> {
        let mut rest = Words { line: self.line, text: self.text, at: self.at, whole: self.whole };
        while let Some(word) = rest.next() {
            if let Some((name, value)) = word.text.split_once('=')
                && name == key
            {
                return Some((word, value));
            }
        }
        None
    }

    /// Everything that is left of the line, less a comment.
    pub(super) fn rest(&mut self) -> Word<'a> {
        let rest = &self.text[self.at..];
        let text = rest.trim_start();
        let column = self.text[..self.text.len() - text.len()].chars().count() as u32 + 1;
        self.at = self.text.len();
        Word { text, column }
    }

    /// Everything that is left of the line; a `#` is part of it.
    pub(super) fn rest_of_line(&mut self) -> &'a str {
        let rest = self.whole[self.at..].trim();
        self.at = self.text.len();
        rest
    }

    /// The place after the last word.
    pub(super) fn here(&self) -> Word<'a> {
        Word { text: "", column: self.text.chars().count() as u32 + 1 }
    }

    pub(super) fn column(&self) -> u32 {
        self.peek().unwrap_or(self.here()).column
    }

    pub(super) fn expect(&mut self, what: &str) -> Result<Word<'a>, ScriptError> {
        self.next().ok_or_else(|| self.error(self.here(), what, None))
    }

    pub(super) fn end(&mut self) -> Result<(), ScriptError> {
        match self.next() {
            None => Ok(()),
            Some(word) => Err(self.error(word, "the end of the line", None)),
        }
    }

    pub(super) fn number(&mut self, what: &str, min: u32, max: u32) -> Result<u8, ScriptError> {
        let expected = format!("{what}, from {min} to {max}");
        let word = self.expect(&expected)?;
        match word.text.trim_end_matches(',').parse::<u32>() {
            Ok(number) if (min..=max).contains(&number) => Ok(number as u8),
            _ => Err(self.error(word, &expected, None)),
        }
    }

    /// `0+8`, inside a file.
    pub(super) fn range(&self, word: Word, text: &str, file: &File) -> Result<Range, ScriptError> {
        match text.split_once('+') {
            Some((off, len)) => self.range_of(word, off, len, file),
            None => Err(self.error(word, "a range as offset+length, as in 0+8", None)),
        }
    }

    pub(super) fn range_of(
        &self,
        word: Word,
        off: &str,
        len: &str,
        file: &File,
    ) -> Result<Range, ScriptError> {
        let blocks = |text: &str| self.blocks(word, text);
        let (lblk, len) = (blocks(off)?, blocks(len)?);
        // A range may reach beyond the end of the file: writes extend it.
        if len == 0 || lblk.saturating_add(len) > BLOCKS_MAX {
            let expected =
                format!("at least one block, inside the first {BLOCKS_MAX} of {}", file.name);
            return Err(self.error(word, &expected, None));
        }
        Ok(Range::new(lblk as u8, len as u8))
    }

    /// A number of blocks: `4`, `16384B` or `16k`.
    pub(super) fn blocks(&self, word: Word, text: &str) -> Result<u32, ScriptError> {
        const BLOCK: u32 = 4096;
        let unit =
            |suffix: &str, factor: u32| text.strip_suffix(suffix).map(|digits| (digits, factor));
        let (digits, factor) = unit("B", 1).or_else(|| unit("k", 1024)).unwrap_or((text, BLOCK));
        let bytes = digits.parse::<u32>().ok().and_then(|n| n.checked_mul(factor));
        match bytes {
            Some(bytes) if bytes % BLOCK == 0 => Ok(bytes / BLOCK),
            Some(_) => Err(self.error(word, "whole blocks of 4096 bytes", None)),
            None => Err(self.error(word, "a number of blocks, or bytes as in 4096B or 4k", None)),
        }
    }

    /// An error that is about more than the word at its place.
    pub(super) fn problem(&self, word: Word, problem: &str, expected: &str) -> ScriptError {
        let problem = Some(problem.into());
        ScriptError { problem, ..self.error(word, expected, None) }
    }

    pub(super) fn error(
        &self,
        word: Word,
        expected: &str,
        suggestion: Option<&'static str>,
    ) -> ScriptError {
        ScriptError {
            line: self.line,
            column: word.column,
            word: word.text.into(),
            problem: None,
            expected: expected.into(),
            suggestion,
        }
    }
}
