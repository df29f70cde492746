//! The reader: turns the bytes of a trace into items, one per line. It allocates nothing per line
//! and loses nothing: a line that it cannot read is an item too.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::event::{Event, event};
use super::line::{Context, Stamp, prefix};
use super::spelling::Spellings;

/// One line of a trace.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// An event with its prefix.
    Event(Record<'a>),
    /// The buffer was full: events of this CPU are missing here, with their number if the line has
    /// it.
    Lost { line: u64, cpu: u16, events: Option<u64> },
    /// Number of entries in the trace, and number of entries written. If more were written, the
    /// start of the trace is missing.
    Entries { line: u64, in_buffer: u64, written: u64 },
    /// A line that is not an event: a comment, a function of a stack, or a line of trace-cmd.
    Note { line: u64, text: &'a [u8] },
    /// A line that should be an event but cannot be read.
    Damaged(Fault<'a>),
}

/// An event with its prefix.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The line of the text, counted from 1.
    pub line: u64,
    /// The name of the task.
    pub comm: &'a [u8],
    /// The number of the task.
    pub pid: u32,
    /// The CPU on which it ran.
    pub cpu: u16,
    /// The context of the event.
    pub context: Context,
    /// The time of the event.
    pub time: Stamp,
    /// The event with its fields.
    pub event: Event<'a>,
}

/// A line that cannot be read.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// The line of the text, counted from 1.
    pub line: u64,
    /// What was expected in place of the text, in words.
    pub expected: &'static str,
    /// The text of the line.
    pub text: &'a [u8],
}

impl core::fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        const SHOWN: usize = 120;
        let text = String::from_utf8_lossy(&self.text[..self.text.len().min(SHOWN)]);
        let dots = if self.text.len() > SHOWN { "…" } else { "" };
        let text: String =
            text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        write!(f, "line {}: expected {}, found `{text}{dots}`", self.line, self.expected)
    }
}

/// The numbers of lines and events in a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of lines, with those that cannot be read.
    pub lines: u64,
    /// Number of events of extent status trees.
    pub es: u64,
    /// Number of other events with a meaning: markers, requests, work items, commits, handles,
    /// system calls.
    pub known: u64,
    /// Numbers of events without a meaning, by name.
    pub other: BTreeMap<Vec<u8>, u64>,
    /// Number of comments, stack lines and lines of trace-cmd.
    pub notes: u64,
    /// Number of lines that could not be read.
    pub damaged: u64,
    /// Number of events that are missing according to the trace: lost, or overwritten before the
    /// trace was saved.
    pub lost: u64,
}

impl Counts {
    /// Number of events of all kinds.
    pub fn events(&self) -> u64 {
        self.es + self.known + self.other.values().sum::<u64>()
    }
}

/// Reads a trace: an iterator over its lines.
///
/// ```
/// use extentscope::trace::{Event, Item, Reader};
/// let text = b"fio-9 [002] 5321.000101: ext4_es_lookup_extent_enter: dev 8,1 ino 13 lblk 0\n";
/// let Some(Item::Event(record)) = Reader::new(text).next() else { panic!() };
/// assert!(matches!(record.event, Event::Es(_)));
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    line: u64,
    counts: Counts,
    spellings: Spellings,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of a text.
    pub fn new(text: &'a [u8]) -> Reader<'a> {
        let rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Reader { rest, line: 0, counts: Counts::default(), spellings: Spellings::default() }
    }

    /// A reader of a part of a longer text, after `lines_before` lines, with known spellings.
    pub fn of_piece(text: &'a [u8], lines_before: u64, spellings: Spellings) -> Reader<'a> {
        Reader { rest: text, line: lines_before, counts: Counts::default(), spellings }
    }

    /// The counts so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The spellings of events so far.
    pub fn spellings(&self) -> Spellings {
        self.spellings
    }

    /// Number of unread bytes, for a progress bar.
    pub fn bytes_left(&self) -> usize {
        self.rest.len()
    }

    #[inline]
    fn next_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &self.rest[self.rest.len()..]),
        };
        self.rest = rest;
        self.line += 1;
        self.counts.lines += 1;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    #[inline]
    fn item(&mut self, text: &'a [u8]) -> Item<'a> {
        let line = self.line;
        if let Some(item) = self.no_event(text) {
            return item;
        }
        let record = prefix(text).and_then(|prefix| {
            let event = event(prefix.rest, &mut self.spellings)?;
            let (comm, pid, cpu) = (prefix.comm, prefix.pid, prefix.cpu);
            Ok(Record { line, comm, pid, cpu, context: prefix.context, time: prefix.time, event })
        });
        match record {
            Ok(record) => {
                self.count(&record.event);
                Item::Event(record)
            }
            Err(expected) => {
                self.counts.damaged += 1;
                Item::Damaged(Fault { line, expected, text })
            }
        }
    }

    #[inline]
    fn count(&mut self, event: &Event<'_>) {
        match event {
            Event::Es(_) => self.counts.es += 1,
            Event::Stack => self.counts.notes += 1,
            Event::Other { name, .. } => match self.counts.other.get_mut(*name) {
                Some(count) => *count += 1,
                None => {
                    self.counts.other.insert(name.to_vec(), 1);
                }
            },
            Event::Marker(_)
            | Event::BlockIssue { .. }
            | Event::BlockComplete { .. }
            | Event::WorkQueued { .. }
            | Event::WorkStart { .. }
            | Event::WorkEnd { .. }
            | Event::Commit { .. }
            | Event::HandleStart { .. }
            | Event::HandleStop { .. }
            | Event::SyscallEnter { .. }
            | Event::SyscallExit { .. } => self.counts.known += 1,
        }
    }

    /// Reads a line that is not an event.
    fn no_event(&mut self, text: &'a [u8]) -> Option<Item<'a>> {
        let line = self.line;
        let trimmed = text.trim_ascii();
        match trimmed.first() {
            None => {}
            Some(b'#') => {
                if let Some((in_buffer, written)) = entries(trimmed) {
                    self.counts.notes += 1;
                    self.counts.lost += written.saturating_sub(in_buffer);
                    return Some(Item::Entries { line, in_buffer, written });
                }
            }
            // A function of a stack.
            Some(b'=') if trimmed.starts_with(b"=> ") => {}
            Some(b'C') => {
                if let Some((cpu, events)) = lost(trimmed) {
                    self.counts.notes += 1;
                    self.counts.lost += events.unwrap_or(1);
                    return Some(Item::Lost { line, cpu, events });
                }
                if !is_of_trace_cmd(trimmed) {
                    return None;
                }
            }
            Some(b'c' | b'v') if is_of_trace_cmd(trimmed) => {}
            Some(_) => return None,
        }
        self.counts.notes += 1;
        Some(Item::Note { line, text })
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Item<'a>;

    #[inline]
    fn next(&mut self) -> Option<Item<'a>> {
        let line = self.next_line()?;
        Some(self.item(line))
    }
}

/// Reads `# entries-in-buffer/entries-written: 560/1796   #P:1`.
fn entries(text: &[u8]) -> Option<(u64, u64)> {
    let mut at = Cursor::new(text);
    at.tag(b"# entries-in-buffer/entries-written:")?;
    at.blanks();
    let in_buffer = at.number()?;
    at.byte(b'/')?;
    Some((in_buffer, at.number()?))
}

/// Reads `CPU:0 [LOST 1236 EVENTS]`, `CPU:0 [LOST EVENTS]` or `CPU:0 [1236 EVENTS DROPPED]`.
fn lost(text: &[u8]) -> Option<(u16, Option<u64>)> {
    let mut at = Cursor::new(text);
    at.tag(b"CPU:")?;
    let cpu = u16::try_from(at.number()?).ok()?;
    at.blanks();
    at.byte(b'[')?;
    if at.tag(b"LOST EVENTS]").is_some() {
        return Some((cpu, None));
    }
    let before = at.tag(b"LOST ").is_some();
    let events = at.number()?;
    at.tag(if before { b" EVENTS]" } else { b" EVENTS DROPPED]" })?;
    Some((cpu, Some(events)))
}

/// Whether a line belongs to the header of `trace-cmd report`: `cpus=4`, `version = 7`, `CPU 0 is
/// empty`.
fn is_of_trace_cmd(text: &[u8]) -> bool {
    text.starts_with(b"cpus=")
        || text.starts_with(b"version = ")
        || text.starts_with(b"CPU ") && text.ends_with(b" is empty")
}
