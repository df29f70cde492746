//! Reads and writes operations according to the table [`OPS`].

use core::fmt;

use super::error::{ScriptError, nearest};
use super::words::{Word, Words};
use crate::bounds::SLOTS_MAX;
use crate::kernel::{File, Iocbs, NumberArg, OPS, Op, OpArgs, OpInfo, Range, Ranges, Setup, Sync};

/// Reads one operation in the form of the console: `aio_write io=0+4`, without a thread.
///
/// # Errors
/// The first wrong word, and the text that was expected.
pub fn parse_op_line(setup: &Setup, text: &str) -> Result<Op, ScriptError> {
    parse_op_line_in(&OPS, setup, text)
}

/// [`parse_op_line`] with another table of operations.
///
/// # Errors
/// The first wrong word, and the text that was expected.
pub fn parse_op_line_in(
    ops: &[&'static OpInfo],
    setup: &Setup,
    text: &str,
) -> Result<Op, ScriptError> {
    let mut words = Words::new(1, text);
    words.check_characters()?;
    read_op(ops, setup, &mut words)
}

/// The operations that a script with clusters cannot have. The kernel accepts the first two only
/// for whole clusters, and the last one not at all.
const SHIFTS: [&str; 3] = ["collapse", "insert_range", "move_extents"];

/// Reads the rest of a line as one operation of a table.
pub(super) fn read_op(
    ops: &[&'static OpInfo],
    setup: &Setup,
    words: &mut Words,
) -> Result<Op, ScriptError> {
    let word = words.expect("an operation, as in aio_write io=0+4")?;
    let Some(info) = ops.iter().find(|info| info.word == word.text) else {
        let names: Vec<&'static str> = ops.iter().map(|info| info.word).collect();
        let near = nearest(word.text, names.iter().copied());
        return Err(words.error(word, &format!("an operation: {}", names.join(", ")), near));
    };
    if setup.cluster > 0 && SHIFTS.contains(&info.word) {
        return Err(words.error(word, "an operation that moves no blocks between clusters", None));
    }
    // `file=` decides which ranges are valid, so it is read first, wherever it stands.
    let ino = if info.on_file { words.file(setup)? } else { 0 };
    let Some(file) = setup.files.get(usize::from(ino)) else {
        return Err(words.error(word, "a script that has a file", None));
    };
    let mut given =
        Given { info, ino, has_file: false, sync: None, ranges: Vec::new(), number: None };
    while let Some(word) = words.next() {
        given.take(word, words, file)?;
    }
    given.op(words)
}

/// The arguments read so far.
struct Given {
    info: &'static OpInfo,
    ino: u8,
    has_file: bool,
    sync: Option<Sync>,
    ranges: Vec<Range>,
    number: Option<u8>,
}

impl Given {
    /// Reads one argument; a range in two words takes both words.
    fn take(&mut self, word: Word, words: &mut Words, file: &File) -> Result<(), ScriptError> {
        let OpInfo { usage, on_file, ranges, sync, number, .. } = *self.info;
        match word.text.split_once('=') {
            Some(("file", _)) if on_file && !self.has_file => self.has_file = true,
            Some(("sync", value)) if sync && self.sync.is_none() => {
                self.sync = Some(sync_of(word, value, words)?);
            }
            Some(("file", _)) if on_file => {
                return Err(words.error(word, "file= at most once", None));
            }
            Some(("sync", _)) if sync => {
                return Err(words.error(word, "sync= at most once", None));
            }
            Some(("io", list)) if ranges == Ranges::Iocbs && self.ranges.is_empty() => {
                for range in list.split(',') {
                    if self.ranges.len() >= SLOTS_MAX as usize {
                        let expected = format!("at most {SLOTS_MAX} iocbs");
                        return Err(words.error(word, &expected, None));
                    }
                    self.ranges.push(words.range(word, range, file, self.info.halves)?);
                }
            }
            None if ranges != Ranges::None && self.ranges.is_empty() => {
                let range = if word.text.contains('+') {
                    words.range(word, word.text, file, self.info.halves)?
                } else {
                    let len = words.expect("a length in blocks")?;
                    words.range_of(word, len, file, self.info.halves)?
                };
                self.ranges.push(range);
            }
            None if number.is_some() && self.number.is_none() => {
                self.number = number.map(|arg| read_number(arg, word, words)).transpose()?;
            }
            _ => {
                let key = word.text.split_once('=').map(|(key, _)| format!("{key}="));
                let near = key.and_then(|key| nearest(&key, ["sync=", "io=", "file="]));
                return Err(words.error(word, &format!("as in: {usage}"), near));
            }
        }
        Ok(())
    }

    /// The operation, after the whole line has been read.
    fn op(self, words: &Words) -> Result<Op, ScriptError> {
        let Given { info, ino, sync, ranges, number, .. } = self;
        let sync = sync.unwrap_or(Sync::No);
        if info.ranges != Ranges::None && ranges.is_empty() {
            return Err(words.error(words.here(), &format!("a range: {}", info.usage), None));
        }
        let number = match (number, info.number) {
            (None, Some(arg)) if !arg.optional => {
                return Err(words.error(words.here(), &expected_number(arg), None));
            }
            (number, _) => number.unwrap_or_default(),
        };
        let range = ranges.first().copied().unwrap_or(Range::new(0, 1));
        Ok((info.make)(&OpArgs { ino, range, iocbs: Iocbs::new(&ranges), sync, number }))
    }
}

fn sync_of(word: Word, value: &str, words: &Words) -> Result<Sync, ScriptError> {
    match value {
        "0" => Ok(Sync::No),
        "1" => Ok(Sync::Dsync),
        "2" => Ok(Sync::Osync),
        _ => {
            let expected = "sync=0 (none), sync=1 (O_DSYNC) or sync=2 (O_SYNC)";
            Err(words.error(word, expected, None))
        }
    }
}

fn read_number(arg: NumberArg, word: Word, words: &Words) -> Result<u8, ScriptError> {
    match word.text.parse() {
        Ok(number) if (arg.min..=arg.max).contains(&number) => Ok(number),
        _ => Err(words.error(word, &expected_number(arg), None)),
    }
}

fn expected_number(NumberArg { what, min, max, .. }: NumberArg) -> String {
    format!("{what}, from {min} to {max}")
}

/// Displays an operation in the op language.
pub struct OpText<'a> {
    /// The operation to display.
    pub op: Op,
    /// The files of its setup. `file=` is written only if there are two.
    pub files: &'a [File],
}

impl fmt::Display for OpText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OpInfo { word, ranges, number, .. } = *self.op.info();
        let OpArgs { ino, range, iocbs, sync, number: given } = self.op.args();
        f.write_str(word)?;
        match (ranges, iocbs) {
            (Ranges::None, _) => {}
            (Ranges::One, _) => write!(f, " {}", range.words().join(" "))?,
            (Ranges::Iocbs, None) => write!(f, " io={}", range.words().join("+"))?,
            (Ranges::Iocbs, Some(iocbs)) => {
                for (i, range) in iocbs.iter().enumerate() {
                    let start = if i == 0 { " io=" } else { "," };
                    write!(f, "{start}{}", range.words().join("+"))?;
                }
            }
        }
        if number.is_some_and(|arg| !(arg.optional && given == 0)) {
            write!(f, " {given}")?;
        }
        f.write_str(match sync {
            Sync::No => "",
            Sync::Dsync => " sync=1",
            Sync::Osync => " sync=2",
        })?;
        match self.files.get(usize::from(ino)) {
            Some(file) if ino > 0 => write!(f, " file={}", file.name),
            _ => Ok(()),
        }
    }
}
