//! The op language: a scenario as a short plain text that reads well inside a mail.
//!
//! ```text
//! title two writes                   what it is about
//! design rfc-osync                   a design, with knobs if need be
//! mount dioread_nolock               or nodioread_nolock
//! slots 2                            maxevents of the AIO context
//! journal 3                          handles that a transaction has room for; else for all
//! file a 16 blocks, U 0+8, W 8+4     what is allocated at the start
//! allow shrink 1                     what the environment may do, and how often
//! t1: aio_write io=0+4 sync=1        operations of thread t1, in order
//! t1: getevents 2
//! expect rfc-osync: NO-DEADLOCK      promises that some run breaks; or ok
//! expect others: ok
//! ```
//!
//! A `#` begins a comment. Numbers are blocks; `4096B` and `4k` are bytes. Words and arguments are
//! those of the recorded scripts (`oracle/ftrace`) wherever both have the operation.

use core::fmt;

use crate::bounds::{
    BLOCKS_MAX, INODES_MAX, JOURNAL_MAX, OPS_MAX, SCRIPT_BYTES_MAX, SLOTS_MAX, THREADS_MAX,
    WRITES_MAX,
};
use crate::kernel::{
    Budgets, Design, File, FileExtent, Iocbs, Op, Promise, Range, Row, Setup, Sync,
};

/// A script that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// What it is about.
    pub title: String,
    /// Whether the script itself names the design.
    pub names_design: bool,
    /// What it sets up.
    pub setup: Setup,
    /// The line (from 1) of each operation, by thread.
    pub lines: Vec<Vec<u32>>,
    /// What is expected of designs.
    pub expectations: Vec<Expectation>,
}

/// Which promises some run of the script breaks under a design.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The designs; empty means all others.
    pub designs: Vec<Design>,
    /// The promises that are broken, as bits ([`Promise::bit`]); 0 is `ok`.
    pub broken: u16,
}

/// Where a script is wrong and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The offending word; empty at the end of a line.
    pub word: String,
    /// What was expected there.
    pub expected: String,
    /// A known word that is close to the offending one.
    pub suggestion: Option<&'static str>,
}

/// An operation's word and how it is written, for help and for consoles.
pub const OP_WORDS: &[(&str, &str)] = &[
    ("aio_write", "aio_write io=0+4[,4+4] [sync=1]"),
    ("dio_write", "dio_write 0 4 [sync=1]"),
    ("dio_read", "dio_read 0 8"),
    ("buf_write", "buf_write 0 4 [sync=1]"),
    ("buf_read", "buf_read 0 8"),
    ("fsync", "fsync"),
    ("fdatasync", "fdatasync"),
    ("fallocate", "fallocate 0 8"),
    ("truncate", "truncate 4"),
    ("getevents", "getevents [2]"),
    ("drop_caches", "drop_caches 3"),
];

/// What `allow` takes, and what it means.
pub const BUDGET_WORDS: &[(&str, &str)] = &[
    ("shrink", "runs of the extent status shrinker"),
    ("crash", "a power cut, recovery and a read of everything"),
    ("flusher", "runs of the flusher"),
    ("commit", "commits that nobody asked for"),
    ("eio", "bios that fail"),
    ("enospc", "disk conversions that fail"),
    ("nomem", "allocations in irq context that fail"),
];

/// Writeback takes a handle and reserves another.
const JOURNAL_MIN: u32 = 2;
/// How often a budget can be allowed.
const BUDGET_MAX: u32 = 8;

const STATEMENTS: &[&str] =
    &["title", "design", "mount", "slots", "journal", "file", "allow", "expect", "t1:"];
const MOUNTS: &[&str] = &["dioread_nolock", "nodioread_nolock"];

impl Script {
    /// Reads a script. The first thing that is wrong is the error; nothing is guessed.
    pub fn parse(text: &str) -> Result<Script, ScriptError> {
        if text.len() > SCRIPT_BYTES_MAX as usize {
            return Err(ScriptError {
                line: 1,
                column: 1,
                word: String::new(),
                expected: format!("at most {SCRIPT_BYTES_MAX} bytes, this has {}", text.len()),
                suggestion: None,
            });
        }
        let mut script = Script {
            title: String::new(),
            names_design: false,
            setup: Setup { files: Vec::new(), ..Setup::new(Row::V3_8) },
            lines: Vec::new(),
            expectations: Vec::new(),
        };
        for (number, line) in (1..).zip(text.lines()) {
            let mut words = Words::new(number, line);
            script.statement(&mut words)?;
        }
        if script.setup.files.is_empty() {
            script.setup.files = Setup::new(Row::V3_8).files;
        }
        Ok(script)
    }

    fn statement(&mut self, words: &mut Words) -> Result<(), ScriptError> {
        let Some(word) = words.next() else { return Ok(()) };
        match word.text {
            "title" => {
                self.title = words.rest_of_line().to_string();
                return Ok(());
            }
            "design" => {
                let rest = words.rest();
                self.setup.design = Design::parse(rest.text).map_err(|e| {
                    let text = rest.text.get(e.offset..e.offset + e.len).unwrap_or("");
                    let column = rest.column + rest.text[..e.offset].chars().count() as u32;
                    let known = Row::ALL.iter().map(|row| row.id());
                    words.error(Word { text, column }, &e.expected, nearest(text, known))
                })?;
                self.names_design = true;
                return Ok(());
            }
            "mount" => {
                let option = words.expect("a mount option: dioread_nolock or nodioread_nolock")?;
                self.setup.dioread_nolock = match option.text {
                    "dioread_nolock" => true,
                    "nodioread_nolock" => false,
                    _ => {
                        let near = nearest(option.text, MOUNTS.iter().copied());
                        return Err(words.error(
                            option,
                            "dioread_nolock or nodioread_nolock",
                            near,
                        ));
                    }
                };
            }
            "slots" => {
                self.setup.slots = words.number("a number of slots", 1, SLOTS_MAX)?;
            }
            "journal" => {
                let what = "handles that a transaction has room for";
                self.setup.journal = words.number(what, JOURNAL_MIN, JOURNAL_MAX)?;
            }
            "file" => self.file(words)?,
            "allow" => {
                let word = words.expect("what to allow, as in shrink 1")?;
                let Some(budget) = budget_of(&mut self.setup.budgets, word.text) else {
                    let known: Vec<&str> = BUDGET_WORDS.iter().map(|(name, _)| *name).collect();
                    let near = nearest(word.text, known.iter().copied());
                    return Err(words.error(word, &format!("one of {}", known.join(", ")), near));
                };
                // A machine crashes once.
                let max = if word.text == "crash" { 1 } else { BUDGET_MAX };
                *budget = match words.peek() {
                    Some(_) => words.number("how often", 0, max)?,
                    None => 1,
                };
            }
            "expect" => return self.expectation(words),
            _ => match thread_of(word.text) {
                Some(thread) => return self.thread_line(thread, words),
                None => {
                    let near = nearest(word.text, STATEMENTS.iter().copied());
                    let expected = "title, design, mount, slots, journal, file, allow, expect, or \
                                    a thread (t1: to t4:)";
                    return Err(words.error(word, expected, near));
                }
            },
        }
        words.end()
    }

    /// `file a 16 blocks, U 0+8, W 8+4`
    fn file(&mut self, words: &mut Words) -> Result<(), ScriptError> {
        let name = words.expect("a file name")?;
        if self.setup.files.len() >= INODES_MAX as usize {
            return Err(words.error(name, &format!("at most {INODES_MAX} files"), None));
        }
        if self.setup.files.iter().any(|file| file.name == name.text) {
            return Err(words.error(name, "a name that no other file has", None));
        }
        if !self.lines.is_empty() {
            return Err(words.error(name, "files before the first operation", None));
        }
        let blocks = words.number("its size in blocks", 1, BLOCKS_MAX)?;
        if let Some(word) = words.next_if(|word| word.trim_end_matches(',') != "blocks") {
            return Err(words.error(word, "the word blocks", nearest(word.text, ["blocks"])));
        }
        words.next();
        let mut file = File { name: name.text.into(), blocks, extents: Vec::new() };
        while let Some(status) = words.next() {
            let written = match status.text {
                "U" => false,
                "W" => true,
                _ => {
                    let expected = "U (unwritten) or W (written), then a range as in U 0+8";
                    return Err(words.error(status, expected, None));
                }
            };
            let word = words.expect("a range, as in 0+8")?;
            let range = words.range(word, word.text.trim_end_matches(','), &file)?;
            if range.end() > blocks {
                let expected = format!("a range inside its {blocks} blocks");
                return Err(words.error(word, &expected, None));
            }
            let overlaps =
                |e: &FileExtent| e.range.lblk < range.end() && range.lblk < e.range.end();
            if file.extents.iter().any(overlaps) {
                return Err(words.error(word, "a range that overlaps no other", None));
            }
            let place = file.extents.iter().take_while(|e| e.range.lblk < range.lblk).count();
            file.extents.insert(place, FileExtent { range, written });
        }
        self.setup.files.push(file);
        Ok(())
    }

    /// `expect v3.8, kara: ok`, `expect rfc-v1: RAW NO-STALE`, `expect others: ok`
    fn expectation(&mut self, words: &mut Words) -> Result<(), ScriptError> {
        let rest = words.rest();
        let Some((names, promises)) = rest.text.split_once(':') else {
            let expected = "designs, a colon and promises, as in expect rfc-v1: RAW";
            return Err(words.error(rest, expected, None));
        };
        let place = |part: &str, text| {
            let bytes = offset_of(rest.text, part);
            Word { text, column: rest.column + rest.text[..bytes].chars().count() as u32 }
        };
        let mut designs = Vec::new();
        if names.trim() != "others" {
            for name in names.split(',') {
                designs.push(Design::parse(name).map_err(|e| {
                    let text = name.get(e.offset..e.offset + e.len).unwrap_or("");
                    let near = nearest(text, Row::ALL.iter().map(|row| row.id()));
                    words.error(place(&name[e.offset.min(name.len())..], text), &e.expected, near)
                })?);
            }
        }
        let mut broken = 0;
        for name in promises.split_whitespace().filter(|name| *name != "ok") {
            let Some(promise) = Promise::find(name) else {
                let ids = Promise::ALL.map(|promise| promise.id());
                let near = nearest(name, ids);
                let expected = format!("ok, or promises: {}", ids.join(", "));
                return Err(words.error(place(name, name), &expected, near));
            };
            broken |= promise.bit();
        }
        if promises.trim().is_empty() {
            return Err(words.error(words.here(), "ok, or the promises that are broken", None));
        }
        self.expectations.push(Expectation { designs, broken });
        Ok(())
    }

    /// The promises that the script expects some design to break, as bits.
    pub fn asks_about(&self) -> u16 {
        self.expectations.iter().fold(0, |bits, expectation| bits | expectation.broken)
    }

    /// What the script expects of a design: the promises that some run breaks. Nothing if it does
    /// not say.
    pub fn expected(&self, design: &Design) -> Option<u16> {
        let named = self.expectations.iter().find(|e| e.designs.contains(design));
        let others = || self.expectations.iter().find(|e| e.designs.is_empty());
        named.or_else(others).map(|e| e.broken)
    }

    fn thread_line(&mut self, thread: u8, words: &mut Words) -> Result<(), ScriptError> {
        if self.setup.files.is_empty() {
            self.setup.files = Setup::new(Row::V3_8).files;
        }
        let at = words.column();
        let ops = read_ops(&self.setup, words)?;
        for op in ops {
            let program =
                self.setup.threads.get(usize::from(thread)).map_or(&[][..], Vec::as_slice);
            // Each iocb of a batch counts, as each is a write with a number of its own.
            let count = |op: &Op| u32::from(op.writes().max(1));
            if program.iter().map(count).sum::<u32>() + count(&op) > OPS_MAX {
                let word = Word { text: "", column: at };
                return Err(words.error(word, &format!("at most {OPS_MAX} ops a thread"), None));
            }
            let writes = self.setup.threads.iter().flatten().map(|op| u32::from(op.writes()));
            if writes.sum::<u32>() + u32::from(op.writes()) > WRITES_MAX {
                let word = Word { text: "", column: at };
                let expected = format!("at most {WRITES_MAX} writes in a script");
                return Err(words.error(word, &expected, None));
            }
            self.setup.push(thread, op);
            if self.lines.len() <= usize::from(thread) {
                self.lines.resize(usize::from(thread) + 1, Vec::new());
            }
            self.lines[usize::from(thread)].push(words.line);
        }
        Ok(())
    }
}

/// Reads one operation as a console takes it: `aio_write io=0+4`, without a thread.
pub fn parse_op_line(setup: &Setup, text: &str) -> Result<Vec<Op>, ScriptError> {
    let mut words = Words::new(1, text);
    read_ops(setup, &mut words)
}

/// The operations of one line: one.
fn read_ops(setup: &Setup, words: &mut Words) -> Result<Vec<Op>, ScriptError> {
    let word = words.expect("an operation, as in aio_write io=0+4")?;
    let mut args = Args { ino: 0, sync: Sync::No, ranges: Vec::new() };
    let known = OP_WORDS.iter().find(|(name, _)| *name == word.text);
    let Some((name, usage)) = known.copied() else {
        let near = nearest(word.text, OP_WORDS.iter().map(|(name, _)| *name));
        let names: Vec<&str> = OP_WORDS.iter().map(|(name, _)| *name).collect();
        return Err(words.error(word, &format!("an operation: {}", names.join(", ")), near));
    };
    if name == "getevents" {
        let nr = match words.peek() {
            Some(_) => words.number("a number of events", 1, SLOTS_MAX)?,
            None => 0,
        };
        words.end()?;
        return Ok(vec![Op::Getevents { nr }]);
    }
    if name == "drop_caches" {
        let what = words.number("1 (pages), 2 (extents) or 3 (both)", 1, 3)?;
        words.end()?;
        return Ok(vec![Op::DropCaches { what }]);
    }
    if name == "truncate" {
        return read_truncate(setup, words);
    }
    args.read(setup, words, name, usage)?;
    let Args { ino, sync, ranges } = args;
    if name == "fsync" || name == "fdatasync" {
        return Ok(vec![Op::Fsync { ino, datasync: name == "fdatasync" }]);
    }
    if ranges.is_empty() {
        return Err(words.error(words.here(), &format!("a range: {usage}"), None));
    }
    let aio = name == "aio_write";
    if let Some(iocbs) = Iocbs::new(&ranges).filter(|_| aio) {
        return Ok(vec![Op::AioBatch { ino, iocbs, sync, nr: 0 }]);
    }
    let op = |range| match name {
        "aio_write" | "dio_write" => Op::DioWrite { ino, range, sync, aio, nr: 0 },
        "dio_read" => Op::DioRead { ino, range },
        "buf_write" => Op::BufWrite { ino, range, sync, nr: 0 },
        "buf_read" => Op::BufRead { ino, range },
        _ => Op::Fallocate { ino, range },
    };
    Ok(ranges.into_iter().map(op).collect())
}

/// `truncate 4 [file=b]`
fn read_truncate(setup: &Setup, words: &mut Words) -> Result<Vec<Op>, ScriptError> {
    let ino = words.file(setup)?;
    let size = words.number("the new size in blocks", 0, u32::from(BLOCKS_MAX as u8))?;
    while let Some(word) = words.next() {
        if !word.text.starts_with("file=") {
            return Err(words.error(word, "the end of the line", None));
        }
    }
    Ok(vec![Op::Truncate { ino, size }])
}

/// How often the environment may do something of [`BUDGET_WORDS`]; of other words, never.
pub(crate) fn budget(budgets: &Budgets, name: &str) -> u8 {
    budget_of(&mut budgets.clone(), name).map_or(0, |times| *times)
}

/// The budget of a name.
fn budget_of<'a>(budgets: &'a mut Budgets, name: &str) -> Option<&'a mut u8> {
    Some(match name {
        "shrink" => &mut budgets.shrink,
        "crash" => &mut budgets.crash,
        "flusher" => &mut budgets.flusher,
        "commit" => &mut budgets.commit,
        "eio" => &mut budgets.eio,
        "enospc" => &mut budgets.enospc,
        "nomem" => &mut budgets.nomem,
        _ => return None,
    })
}

/// Where a slice of a text begins, in bytes.
fn offset_of(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

/// The arguments of an operation.
struct Args {
    ino: u8,
    sync: Sync,
    ranges: Vec<Range>,
}

impl Args {
    fn read(
        &mut self,
        setup: &Setup,
        words: &mut Words,
        name: &str,
        usage: &str,
    ) -> Result<(), ScriptError> {
        let takes_range = !matches!(name, "fsync" | "fdatasync");
        // `file=` decides what a range may be, wherever it stands.
        self.ino = words.file(setup)?;
        let file = &setup.files[usize::from(self.ino)];
        while let Some(word) = words.next() {
            match word.text.split_once('=') {
                Some(("file", _)) => {}
                Some(("sync", value)) if name.ends_with("_write") => {
                    self.sync = match value {
                        "0" => Sync::No,
                        "1" => Sync::Dsync,
                        "2" => Sync::Osync,
                        _ => {
                            let expected = "sync=0 (none), sync=1 (O_DSYNC) or sync=2 (O_SYNC)";
                            return Err(words.error(word, expected, None));
                        }
                    };
                }
                Some(("io", list)) if name == "aio_write" => {
                    for range in list.split(',') {
                        if self.ranges.len() >= SLOTS_MAX as usize {
                            let expected = format!("at most {SLOTS_MAX} iocbs");
                            return Err(words.error(word, &expected, None));
                        }
                        self.ranges.push(words.range(word, range, file)?);
                    }
                }
                None if takes_range && self.ranges.is_empty() && word.text.contains('+') => {
                    self.ranges.push(words.range(word, word.text, file)?);
                }
                None if takes_range && self.ranges.is_empty() => {
                    let len = words.expect("a length in blocks")?;
                    let range = Word { text: word.text, column: word.column };
                    self.ranges.push(words.range_of(range, word.text, len.text, file)?);
                }
                _ => {
                    let keys = ["sync=", "io=", "file="];
                    let key = word.text.split_once('=').map(|(key, _)| format!("{key}="));
                    let near = key.and_then(|key| nearest(&key, keys));
                    return Err(words.error(word, &format!("as in: {usage}"), near));
                }
            }
        }
        Ok(())
    }
}

/// A thread's index from its `t1:`.
fn thread_of(word: &str) -> Option<u8> {
    let number: u8 = word.strip_prefix('t')?.strip_suffix(':')?.parse().ok()?;
    (1..=THREADS_MAX as u8).contains(&number).then(|| number - 1)
}

#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    column: u32,
}

/// The words of one line, without its comment.
struct Words<'a> {
    line: u32,
    text: &'a str,
    /// Bytes of `text` that have been read.
    at: usize,
    whole: &'a str,
}

impl<'a> Words<'a> {
    fn new(line: u32, whole: &'a str) -> Words<'a> {
        let text = whole.split('#').next().unwrap_or("").trim_end();
        Words { line, text, at: 0, whole }
    }

    fn peek(&self) -> Option<Word<'a>> {
        let rest = &self.text[self.at..];
        let text = rest.trim_start();
        if text.is_empty() {
            return None;
        }
        let column = self.text[..self.text.len() - text.len()].chars().count() as u32 + 1;
        Some(Word { text: text.split_whitespace().next().unwrap_or(""), column })
    }

    fn next(&mut self) -> Option<Word<'a>> {
        let word = self.peek()?;
        let skipped = self.text[self.at..].len() - self.text[self.at..].trim_start().len();
        self.at += skipped + word.text.len();
        Some(word)
    }

    fn next_if(&mut self, wrong: impl Fn(&str) -> bool) -> Option<Word<'a>> {
        let word = self.peek().unwrap_or(self.here());
        wrong(word.text).then_some(word)
    }

    /// The file that `file=` names, the first if nothing does.
    fn file(&self, setup: &Setup) -> Result<u8, ScriptError> {
        let Some((word, value)) = self.key("file") else { return Ok(0) };
        let found = setup.files.iter().position(|file| file.name == value);
        found.map(|ino| ino as u8).ok_or_else(|| {
            let names: Vec<&str> = setup.files.iter().map(|f| f.name.as_str()).collect();
            self.error(word, &format!("a file: {}", names.join(" or ")), None)
        })
    }

    /// The value of `key=`, wherever it stands in the rest of the line.
    fn key(&self, key: &str) -> Option<(Word<'a>, &'a str)> {
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
    fn rest(&mut self) -> Word<'a> {
        let rest = &self.text[self.at..];
        let text = rest.trim_start();
        let column = self.text[..self.text.len() - text.len()].chars().count() as u32 + 1;
        self.at = self.text.len();
        Word { text, column }
    }

    /// Everything that is left of the line; a `#` is part of it.
    fn rest_of_line(&mut self) -> &'a str {
        let rest = self.whole[self.at..].trim();
        self.at = self.text.len();
        rest
    }

    /// The place after the last word.
    fn here(&self) -> Word<'a> {
        Word { text: "", column: self.text.chars().count() as u32 + 1 }
    }

    fn column(&self) -> u32 {
        self.peek().unwrap_or(self.here()).column
    }

    fn expect(&mut self, what: &str) -> Result<Word<'a>, ScriptError> {
        self.next().ok_or_else(|| self.error(self.here(), what, None))
    }

    fn end(&mut self) -> Result<(), ScriptError> {
        match self.next() {
            None => Ok(()),
            Some(word) => Err(self.error(word, "the end of the line", None)),
        }
    }

    fn number(&mut self, what: &str, min: u32, max: u32) -> Result<u8, ScriptError> {
        let expected = format!("{what}, from {min} to {max}");
        let word = self.expect(&expected)?;
        match word.text.trim_end_matches(',').parse::<u32>() {
            Ok(number) if (min..=max).contains(&number) => Ok(number as u8),
            _ => Err(self.error(word, &expected, None)),
        }
    }

    /// `0+8`, inside a file.
    fn range(&self, word: Word, text: &str, file: &File) -> Result<Range, ScriptError> {
        match text.split_once('+') {
            Some((off, len)) => self.range_of(word, off, len, file),
            None => Err(self.error(word, "a range as offset+length, as in 0+8", None)),
        }
    }

    fn range_of(
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
    fn blocks(&self, word: Word, text: &str) -> Result<u32, ScriptError> {
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

    fn error(&self, word: Word, expected: &str, suggestion: Option<&'static str>) -> ScriptError {
        ScriptError {
            line: self.line,
            column: word.column,
            word: word.text.into(),
            expected: expected.into(),
            suggestion,
        }
    }
}

/// The known word that is nearest to one that is not known, if it is near at all.
pub(crate) fn nearest(
    word: &str,
    known: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let (distance, best) =
        known.into_iter().map(|k| (edit_distance(&word, &k.to_ascii_lowercase()), k)).min()?;
    (distance <= 1 + best.len() / 3).then_some(best)
}

/// Insertions, deletions and replacements that turn one word into another.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ScriptError { line, column, word, expected, suggestion } = self;
        write!(f, "line {line}, column {column}: ")?;
        match word.as_str() {
            "" => write!(f, "the line ends here, expected {expected}")?,
            word => write!(f, "`{word}`, expected {expected}")?,
        }
        match suggestion {
            Some(near) => write!(f, " (did you mean {near}?)"),
            None => Ok(()),
        }
    }
}

/// The canonical text: reading it gives the same script, but for the order of threads' lines.
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Setup { design, dioread_nolock, slots, journal, files, threads, budgets } = &self.setup;
        if !self.title.is_empty() {
            writeln!(f, "title {}", self.title)?;
        }
        if self.names_design {
            writeln!(f, "design {design}")?;
        }
        writeln!(f, "mount {}", if *dioread_nolock { MOUNTS[0] } else { MOUNTS[1] })?;
        writeln!(f, "slots {slots}")?;
        if *journal > 0 {
            writeln!(f, "journal {journal}")?;
        }
        for file in files {
            write!(f, "file {} {} blocks", file.name, file.blocks)?;
            for FileExtent { range, written } in &file.extents {
                let status = if *written { "W" } else { "U" };
                write!(f, ", {status} {}+{}", range.lblk, range.len)?;
            }
            writeln!(f)?;
        }
        for (name, _) in BUDGET_WORDS {
            match budget_of(&mut budgets.clone(), name) {
                Some(budget) if *budget > 0 => writeln!(f, "allow {name} {budget}")?,
                _ => {}
            }
        }
        writeln!(f)?;
        for (thread, program) in (1..).zip(threads) {
            for op in program {
                writeln!(f, "t{thread}: {}", OpText { op: *op, files })?;
            }
        }
        for (i, Expectation { designs, broken }) in self.expectations.iter().enumerate() {
            let names: Vec<String> = designs.iter().map(Design::to_string).collect();
            let names = if names.is_empty() { "others".into() } else { names.join(", ") };
            let broken = Promise::ALL.iter().filter(|promise| broken & promise.bit() != 0);
            let broken: Vec<&str> = broken.map(|promise| promise.id()).collect();
            let broken = if broken.is_empty() { "ok".into() } else { broken.join(" ") };
            let gap = if i == 0 { "\n" } else { "" };
            writeln!(f, "{gap}expect {names}: {broken}")?;
        }
        Ok(())
    }
}

/// An operation as the language writes it.
pub struct OpText<'a> {
    /// The operation.
    pub op: Op,
    /// The files of its setup; `file=` is written only if there are two.
    pub files: &'a [File],
}

impl fmt::Display for OpText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sync_of = |sync| match sync {
            Sync::No => "",
            Sync::Dsync => " sync=1",
            Sync::Osync => " sync=2",
        };
        match self.op {
            Op::DioWrite { sync, aio: true, .. } | Op::AioBatch { sync, .. } => {
                let iocbs = (0..self.op.writes()).filter_map(|i| self.op.iocb(i).range());
                for (i, range) in iocbs.enumerate() {
                    let start = if i == 0 { "aio_write io=" } else { "," };
                    write!(f, "{start}{}+{}", range.lblk, range.len)?;
                }
                f.write_str(sync_of(sync))?;
            }
            Op::DioWrite { range, sync, .. } => {
                write!(f, "dio_write {} {}{}", range.lblk, range.len, sync_of(sync))?;
            }
            Op::DioRead { range, .. } => write!(f, "dio_read {} {}", range.lblk, range.len)?,
            Op::BufWrite { range, sync, .. } => {
                write!(f, "buf_write {} {}{}", range.lblk, range.len, sync_of(sync))?;
            }
            Op::BufRead { range, .. } => write!(f, "buf_read {} {}", range.lblk, range.len)?,
            Op::Truncate { size, .. } => write!(f, "truncate {size}")?,
            Op::DropCaches { what } => write!(f, "drop_caches {what}")?,
            Op::Fsync { datasync: false, .. } => f.write_str("fsync")?,
            Op::Fsync { .. } => f.write_str("fdatasync")?,
            Op::Fallocate { range, .. } => write!(f, "fallocate {} {}", range.lblk, range.len)?,
            Op::Getevents { nr: 0 } => f.write_str("getevents")?,
            Op::Getevents { nr } => write!(f, "getevents {nr}")?,
        }
        let file = self.files.get(usize::from(self.op.ino()));
        match file {
            Some(file) if self.op.ino() > 0 => write!(f, " file={}", file.name),
            _ => Ok(()),
        }
    }
}
