//! The words of one line of a script, and the values that they stand for.

use super::error::{ScriptError, is_obeyed};
use crate::bounds::BLOCKS_MAX;
use crate::kernel::{File, Range, Setup};

#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) column: u32,
}

impl<'a> Word<'a> {
    /// A part of the word, as a word with its own column; the whole word if the part is empty.
    fn part(self, part: &'a str) -> Word<'a> {
        let at = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        match at.and_then(|at| self.text.get(..at)) {
            Some(before) if !part.is_empty() => {
                Word { text: part, column: self.column + before.chars().count() as u32 }
            }
            _ => self,
        }
    }
}

/// The words of one line, without its comment.
pub(super) struct Words<'a> {
    pub(super) line: u32,
    text: &'a str,
    /// Number of bytes of `text` that have been read.
    at: usize,
    whole: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn new(line: u32, whole: &'a str) -> Words<'a> {
        let text = whole.split('#').next().unwrap_or("").trim_end();
        Words { line, text, at: 0, whole }
    }

    /// Rejects control characters, and those that turn the direction of a text, even in a comment:
    /// scripts are printed again, and a terminal would obey them.
    pub(super) fn check_characters(&self) -> Result<(), ScriptError> {
        let Some(at) = self.whole.find(|c: char| is_obeyed(c) && c != '\t') else {
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

    /// The file that `file=` names, or the first file.
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

    /// The rest of the line, without a comment.
    pub(super) fn rest(&mut self) -> Word<'a> {
        let rest = &self.text[self.at..];
        let text = rest.trim_start();
        let column = self.text[..self.text.len() - text.len()].chars().count() as u32 + 1;
        self.at = self.text.len();
        Word { text, column }
    }

    /// The rest of the line; a `#` is part of it.
    pub(super) fn rest_of_line(&mut self) -> &'a str {
        let rest = self.whole[self.at..].trim();
        self.at = self.text.len();
        rest
    }

    /// The place after the last word that was read.
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

    /// Reads a range inside a file, such as `0+8`, or `0.5+1` if it may have half blocks. The error
    /// marks a wrong number alone, and the whole range if it does not fit.
    pub(super) fn range<'t>(
        &self,
        word: Word<'t>,
        text: &'t str,
        file: &File,
        halves: bool,
    ) -> Result<Range, ScriptError> {
        let Some((off, len)) = text.split_once('+') else {
            return Err(self.error(word, "a range as offset+length, as in 0+8", None));
        };
        let off = self.half_blocks(word.part(off), halves)?;
        let len = self.half_blocks(word.part(len), halves)?;
        self.fitting(off, len, [word; 2], file)
    }

    /// A range inside a file, in two words. The error marks the wrong one.
    pub(super) fn range_of(
        &self,
        off: Word,
        len: Word,
        file: &File,
        halves: bool,
    ) -> Result<Range, ScriptError> {
        let first = self.half_blocks(off, halves)?;
        self.fitting(first, self.half_blocks(len, halves)?, [off, len], file)
    }

    /// A range of half blocks that fits into a file; otherwise the error marks the word of the
    /// offset or of the length.
    fn fitting(
        &self,
        first: u32,
        count: u32,
        [off_word, len_word]: [Word; 2],
        file: &File,
    ) -> Result<Range, ScriptError> {
        // A range may extend beyond the end of the file, because writes extend the file.
        let max = 2 * BLOCKS_MAX;
        if count == 0 || first.saturating_add(count) > max {
            let blamed = if first >= max { off_word } else { len_word };
            let expected =
                format!("at least one block, inside the first {BLOCKS_MAX} of {}", file.name);
            return Err(self.error(blamed, &expected, None));
        }
        Ok(Range::of_halves(first as u8, count as u8))
    }

    /// Reads a number of blocks, in half blocks: `4`, `16384B`, `16k` or, with half blocks, `0.5`.
    fn half_blocks(&self, word: Word, halves: bool) -> Result<u32, ScriptError> {
        const HALF: u32 = 2048;
        let text = word.text;
        let unit =
            |suffix: &str, factor: u32| text.strip_suffix(suffix).map(|digits| (digits, factor));
        let unit = unit("B", 1).or_else(|| unit("k", 1024)).or_else(|| unit(".5", 2 * HALF));
        let (digits, factor) = unit.unwrap_or((text, 2 * HALF));
        let rest = if text.ends_with(".5") { HALF } else { 0 };
        let bytes = digits.parse::<u32>().ok().and_then(|n| n.checked_mul(factor));
        match bytes.and_then(|bytes| bytes.checked_add(rest)) {
            Some(bytes) if bytes % (2 * HALF) == 0 || halves && bytes % HALF == 0 => {
                Ok(bytes / HALF)
            }
            Some(_) if halves => Err(self.error(word, "whole or half blocks of 4096 bytes", None)),
            Some(_) => Err(self.error(word, "whole blocks of 4096 bytes", None)),
            None => Err(self.error(word, "a number of blocks, or bytes as in 4096B or 4k", None)),
        }
    }

    /// An error that concerns more than the word at its place.
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
