//! Reads a script from its text, line by line.

use super::budgets::{BUDGET_WORDS, budget_of};
use super::error::{ScriptError, nearest};
use super::ops::read_op;
use super::script::{Expectation, MOUNTS, Script};
use super::words::{Word, Words};
use crate::bounds::{
    BLOCKS_MAX, INODES_MAX, JOURNAL_MAX, OPS_MAX, SCRIPT_BYTES_MAX, SLOTS_MAX, THREADS_MAX,
    WRITES_MAX,
};
use crate::kernel::{Design, File, FileExtent, OPS, Op, Promise, Row, Setup};

/// The smallest journal: writeback takes one handle and reserves another.
const JOURNAL_MIN: u32 = 2;
/// The largest number that `allow` accepts.
const BUDGET_MAX: u32 = 8;

/// The answer to what clusters are not modelled with.
const WITHOUT_CLUSTERS: &str = "a script without clusters";

const STATEMENTS: &[&str] =
    &["title", "design", "mount", "slots", "journal", "cluster", "file", "allow", "expect", "t1:"];

impl Script {
    /// Reads a script. The first error is returned; the parser guesses nothing.
    pub fn parse(text: &str) -> Result<Script, ScriptError> {
        if text.len() > SCRIPT_BYTES_MAX as usize {
            // Reading stops one byte after the bound, so the length of the text need not be known.
            let expected = format!("at most {SCRIPT_BYTES_MAX} bytes");
            let start = Word { text: "", column: 1 };
            return Err(Words::new(1, "").problem(start, "the script is too long", &expected));
        }
        let mut script =
            Script { setup: Setup { files: Vec::new(), ..start() }, ..Script::empty() };
        let mut seen = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let mut words = Words::new(number, line);
            words.check_characters()?;
            script.statement(&mut words, &mut seen)?;
        }
        if script.setup.files.is_empty() {
            script.setup.files = start().files;
        }
        script.check_whole(text)?;
        Ok(script)
    }

    /// A script without operations, with which a page starts. The parser accepts no such script.
    pub fn empty() -> Script {
        Script {
            title: String::new(),
            names_design: false,
            setup: start(),
            lines: Vec::new(),
            expectations: Vec::new(),
        }
    }

    /// Checks of the whole script: at least one operation exists, and no thread waits for more
    /// events than there will be.
    fn check_whole(&self, text: &str) -> Result<(), ScriptError> {
        let end = Words::new(text.lines().count().max(1) as u32, text.lines().last().unwrap_or(""));
        let ops = || self.setup.threads.iter().zip(&self.lines).flat_map(|(t, l)| t.iter().zip(l));
        if ops().next().is_none() {
            let expected = "an operation, as in t1: fsync";
            return Err(end.problem(end.here(), "the script ends here", expected));
        }
        let aio = |op: &Op| if op.is_aio() { op.writes() } else { 0 };
        let events: u32 = ops().map(|(op, _)| u32::from(aio(op))).sum();
        let waits: Vec<(u32, u32)> = ops()
            .filter_map(|(op, line)| match op {
                Op::Getevents { nr } => Some((*line, u32::from(*nr))),
                _ => None,
            })
            .collect();
        let reaped =
            |end: u32| waits.iter().filter(|(line, _)| *line <= end).map(|(_, nr)| nr).sum::<u32>();
        let too_many = waits.iter().map(|(line, _)| *line).filter(|line| reaped(*line) > events);
        let Some(line) = too_many.min() else { return Ok(()) };
        let words = Words::new(line, text.lines().nth(line as usize - 1).unwrap_or(""));
        let problem = format!("{} events are waited for up to here", reaped(line));
        let expected = format!("at most {events}, one for each aio_write of the script");
        Err(words.problem(Word { text: "", column: 1 }, &problem, &expected))
    }

    /// Reports an error if a line that may occur only once occurs again.
    fn only_once(
        words: &Words,
        word: Word,
        key: &str,
        seen: &mut Vec<String>,
    ) -> Result<(), ScriptError> {
        if seen.iter().any(|other| other == key) {
            return Err(words.error(word, &format!("one line with {key} at most"), None));
        }
        seen.push(key.into());
        Ok(())
    }

    fn statement(&mut self, words: &mut Words, seen: &mut Vec<String>) -> Result<(), ScriptError> {
        let Some(word) = words.next() else { return Ok(()) };
        if matches!(word.text, "title" | "design" | "mount" | "slots" | "journal" | "cluster") {
            Script::only_once(words, word, word.text, seen)?;
        }
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
                let expected = MOUNTS.join(", ");
                let mut option = Some(words.expect(&format!("a mount option: {expected}"))?);
                while let Some(word) = option {
                    let setup = &mut self.setup;
                    match word.text {
                        "dioread_nolock" if setup.mount.is_none() => setup.mount = Some(true),
                        "nodioread_nolock" if setup.mount.is_none() => setup.mount = Some(false),
                        "nodelalloc" if setup.delalloc => setup.delalloc = false,
                        known if MOUNTS.contains(&known) => {
                            let expected = "each mount option once, and not its opposite";
                            return Err(words.error(word, expected, None));
                        }
                        other => {
                            let near = nearest(other, MOUNTS.iter().copied());
                            return Err(words.error(word, &expected, near));
                        }
                    }
                    option = words.next();
                }
            }
            "slots" => {
                self.setup.slots = words.number("a number of slots", 1, SLOTS_MAX)?;
            }
            "journal" => {
                let what = "handles that a transaction has room for";
                self.setup.journal = words.number(what, JOURNAL_MIN, JOURNAL_MAX)?;
            }
            "cluster" => self.cluster(word, words)?,
            "file" => self.file(words)?,
            "allow" => {
                let word = words.expect("what to allow, as in shrink 1")?;
                let Some(budget) = budget_of(&mut self.setup.budgets, word.text) else {
                    let known: Vec<&str> = BUDGET_WORDS.iter().map(|(name, _)| *name).collect();
                    let near = nearest(word.text, known.iter().copied());
                    return Err(words.error(word, &format!("one of {}", known.join(", ")), near));
                };
                Script::only_once(words, word, &format!("allow {}", word.text), seen)?;
                // A machine crashes only once.
                let max = if word.text == "crash" { 1 } else { BUDGET_MAX };
                *budget = match words.peek() {
                    Some(_) => words.number("how often", 0, max)?,
                    None => 1,
                };
                if self.setup.cluster > 0 && self.setup.budgets.enospc > 0 {
                    return Err(words.error(word, WITHOUT_CLUSTERS, None));
                }
            }
            "expect" => return self.expectation(words),
            _ => match thread_of(word.text) {
                Some(thread) => return self.thread_line(thread, words),
                None => {
                    let near = nearest(word.text, STATEMENTS.iter().copied());
                    let expected = "title, design, mount, slots, journal, cluster, file, allow, \
                                    expect, or a thread (t1: to t4:)";
                    return Err(words.error(word, expected, near));
                }
            },
        }
        words.end()
    }

    /// Reads `cluster 2`.
    fn cluster(&mut self, word: Word, words: &mut Words) -> Result<(), ScriptError> {
        let expected = "the blocks of a cluster, 2 or 4";
        let blocks = words.expect(expected)?;
        self.setup.cluster = match blocks.text {
            "2" => 1,
            "4" => 2,
            _ => return Err(words.error(blocks, expected, None)),
        };
        if !self.lines.is_empty() {
            return Err(words.error(word, "clusters before the first operation", None));
        }
        if self.setup.budgets.enospc > 0 {
            return Err(words.error(word, "a script that does not allow enospc", None));
        }
        Ok(())
    }

    /// Reads `file a 16 blocks, U 0+8, W 8+4`.
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
            let range = words.range(word, word.text.trim_end_matches(','), &file, false)?;
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

    /// Reads `expect v3.8, kara: ok`, `expect rfc-v1: RAW NO-STALE` or `expect others: ok`.
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
        if broken != 0 && promises.split_whitespace().any(|name| name == "ok") {
            let ok = place(promises.trim_start(), promises.trim());
            return Err(words.error(ok, "ok alone, or promises", None));
        }
        // Two lines about one design must say the same.
        let differs = |of: &dyn Fn(&Expectation) -> bool| {
            self.expectations.iter().any(|other| of(other) && other.broken != broken)
        };
        let others = designs.is_empty() && differs(&|other| other.designs.is_empty());
        if others || designs.iter().any(|design| differs(&|other| other.designs.contains(design))) {
            let expected = "what an earlier line expects of the same design, or another design";
            return Err(words.error(place(names, names.trim()), expected, None));
        }
        self.expectations.push(Expectation { designs, broken });
        Ok(())
    }

    fn thread_line(&mut self, thread: u8, words: &mut Words) -> Result<(), ScriptError> {
        if self.setup.files.is_empty() {
            self.setup.files = start().files;
        }
        let at = words.column();
        let op = read_op(&OPS, &self.setup, words)?;
        let program = self.setup.threads.get(usize::from(thread)).map_or(&[][..], Vec::as_slice);
        // Each iocb of a batch counts, because each is a numbered write.
        let count = |op: &Op| u32::from(op.writes().max(1));
        if program.iter().map(count).sum::<u32>() + count(&op) > OPS_MAX {
            let word = Word { text: "", column: at };
            let expected = format!("at most {OPS_MAX} operations a thread");
            return Err(words.problem(word, "one operation too many", &expected));
        }
        let writes = self.setup.threads.iter().flatten().map(|op| u32::from(op.writes()));
        if writes.sum::<u32>() + u32::from(op.writes()) > WRITES_MAX {
            let word = Word { text: "", column: at };
            let expected = format!("at most {WRITES_MAX} writes in a script");
            return Err(words.problem(word, "one write too many", &expected));
        }
        if self.setup.has_closed(thread, op) {
            let word = Word { text: "", column: at };
            let file = &self.setup.files[usize::from(op.ino())].name;
            let problem = format!("t{} has closed {file}", thread + 1);
            return Err(words.problem(
                word,
                &problem,
                "close as the thread's last use of the file",
            ));
        }
        if matches!(op, Op::Unlink { .. }) && self.setup.unlinks(op.ino()) {
            let word = Word { text: "", column: at };
            return Err(words.problem(word, "the file is unlinked twice", "one unlink of a file"));
        }
        self.setup.push(thread, op);
        if self.lines.len() <= usize::from(thread) {
            self.lines.resize(usize::from(thread) + 1, Vec::new());
        }
        self.lines[usize::from(thread)].push(words.line);
        Ok(())
    }
}

/// The setup of a script that sets nothing.
fn start() -> Setup {
    Setup { mount: None, ..Setup::new(Row::V3_8) }
}

/// The offset in bytes of a slice of a text.
fn offset_of(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

/// The index of a thread, from its `t1:`.
fn thread_of(word: &str) -> Option<u8> {
    let number: u8 = word.strip_prefix('t')?.strip_suffix(':')?.parse().ok()?;
    (1..=THREADS_MAX as u8).contains(&number).then(|| number - 1)
}
