//! The operations: how each is written, read and printed.

use core::fmt;

use super::error::{ScriptError, nearest};
use super::words::{Word, Words};
use crate::bounds::{BLOCKS_MAX, SLOTS_MAX};
use crate::kernel::{File, Iocbs, Op, Range, Setup, Sync};

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

/// Reads one operation as a console takes it: `aio_write io=0+4`, without a thread.
pub fn parse_op_line(setup: &Setup, text: &str) -> Result<Vec<Op>, ScriptError> {
    let mut words = Words::new(1, text);
    read_ops(setup, &mut words)
}

/// The operations of one line: one.
pub(super) fn read_ops(setup: &Setup, words: &mut Words) -> Result<Vec<Op>, ScriptError> {
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
