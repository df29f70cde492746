//! The event in a line, after its prefix: the name, and the fields that this program needs.

use super::cursor::Cursor;
use super::es_event::{self, EsLine, InodeId};
use super::spelling::Spellings;

/// An event of a trace.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event<'a> {
    /// One of the `ext4_es_*` events.
    Es(EsLine),
    /// A line that a program wrote into `trace_marker`.
    Marker(&'a [u8]),
    /// `block_rq_issue`: a request is sent to the device. A sector has 512 bytes.
    BlockIssue { rwbs: Rwbs<'a>, sector: u64, sectors: u32 },
    /// `block_rq_complete`: the device has finished the request.
    BlockComplete { rwbs: Rwbs<'a>, sector: u64, sectors: u32, error: i64 },
    /// `workqueue_queue_work`: a work item waits for a kworker.
    WorkQueued { work: u64, function: &'a [u8] },
    /// `workqueue_execute_start`: a kworker starts a work item.
    WorkStart { work: u64, function: &'a [u8] },
    /// `workqueue_execute_end`: the work item is done.
    WorkEnd { work: u64 },
    /// `jbd2_start_commit`, `jbd2_commit_locking`, `_flushing`, `_logging`, `jbd2_end_commit`.
    Commit { phase: CommitPhase, transaction: u64 },
    /// `jbd2_handle_start`: a handle joins the transaction.
    HandleStart { transaction: u64 },
    /// `jbd2_handle_stats`: the handle is stopped.
    HandleStop { transaction: u64 },
    /// A system call starts; the arguments are text.
    SyscallEnter { name: &'a [u8], arguments: &'a [u8] },
    /// A system call returns.
    SyscallExit { name: &'a [u8], result: i64 },
    /// The following lines are a stack trace.
    Stack,
    /// An event without a meaning for this program.
    Other { name: &'a [u8], payload: &'a [u8] },
}

/// The phase of a commit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CommitPhase {
    /// `jbd2_start_commit`: jbd2 begins the commit.
    Start,
    /// `jbd2_commit_locking`: new handles wait from here on.
    Locking,
    /// `jbd2_commit_flushing`: the commit waits for `data=ordered`.
    Flushing,
    /// `jbd2_commit_logging`: the metadata goes to the journal.
    Logging,
    /// `jbd2_end_commit`: the transaction is durable.
    End,
}

/// The kind of a request, in letters: `W` write, `R` read, `F` flush (also FUA), `S` sync, `A`
/// read-ahead, `M` metadata (block/blktrace.c, `blk_fill_rwbs`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rwbs<'a>(pub &'a [u8]);

impl Event<'_> {
    /// Whether it enters EXT4_IOC_CLEAR_ES_CACHE (`_IO('f', 40)`), which has no event of its own.
    /// The descriptor's file is not known.
    pub fn clears_es_cache(&self) -> bool {
        let Event::SyscallEnter { name: b"ioctl", arguments } = self else { return false };
        arguments.windows(9).any(|window| window == b"cmd: 6628")
    }
}

impl Rwbs<'_> {
    /// Whether the request writes data.
    pub fn is_write(self) -> bool {
        self.0.contains(&b'W')
    }
}

/// Reads the text after the time. The error is the expected text.
#[inline]
pub(super) fn event<'a>(rest: &'a [u8], seen: &mut Spellings) -> Result<Event<'a>, &'static str> {
    if rest.starts_with(b"sys_")
        && let Some(call) = syscall(rest)
    {
        return Ok(call);
    }
    let (name, payload) = name(rest).ok_or("an event's name and a colon after the time")?;
    if name.starts_with(b"ext4_es_")
        && let Some(line) = es_event::parse(name, payload, seen)
    {
        return line.map(Event::Es);
    }
    other(name, payload)
}

/// The name up to its colon, without its system (`ext4:` in perf's output), and the rest.
#[inline]
fn name(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if rest == b"<stack trace>" {
        return Some((rest, &[]));
    }
    let mut at = Cursor::new(rest);
    let mut name = at.until(b':');
    at.byte(b':')?;
    if !matches!(at.rest().first(), None | Some(b' ')) {
        let mut ahead = at;
        let inner = ahead.until(b':');
        if ahead.byte(b':').is_some() && is_name(inner) {
            name = inner;
            at = ahead;
        }
    }
    at.blanks();
    if is_name(name) { Some((name, at.rest())) } else { None }
}

#[inline]
fn is_name(name: &[u8]) -> bool {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    !name.is_empty() && name.iter().all(letter)
}

fn other<'a>(name: &'a [u8], payload: &'a [u8]) -> Result<Event<'a>, &'static str> {
    const BLOCK: &str = "a device, letters and `sector + sectors` of a request";
    const WORK: &str = "`work struct` and its address";
    const COMMIT: &str = "`dev major,minor transaction number` of a commit";
    const HANDLE: &str = "`dev major,minor tid number` of a handle";
    const RESULT: &str = "the result of a system call";
    Ok(match name {
        b"tracing_mark_write" | b"0" => Event::Marker(payload),
        b"print" | b"bprint" => Event::Marker(printed(payload)),
        b"block_rq_issue" => {
            let (rwbs, sector, sectors, _) = request(payload, true).ok_or(BLOCK)?;
            Event::BlockIssue { rwbs, sector, sectors }
        }
        b"block_rq_complete" => {
            let (rwbs, sector, sectors, error) = request(payload, false).ok_or(BLOCK)?;
            Event::BlockComplete { rwbs, sector, sectors, error }
        }
        b"workqueue_queue_work" => {
            let (work, function) = work(payload).ok_or(WORK)?;
            Event::WorkQueued { work, function }
        }
        b"workqueue_execute_start" => {
            let (work, function) = work(payload).ok_or(WORK)?;
            Event::WorkStart { work, function }
        }
        b"workqueue_execute_end" => Event::WorkEnd { work: work(payload).ok_or(WORK)?.0 },
        b"jbd2_handle_start" => {
            Event::HandleStart { transaction: of_dev(payload, b"tid ").ok_or(HANDLE)? }
        }
        b"jbd2_handle_stats" => {
            Event::HandleStop { transaction: of_dev(payload, b"tid ").ok_or(HANDLE)? }
        }
        b"<stack trace>" => Event::Stack,
        _ => match (commit_phase(name), syscall_name(name)) {
            (Some(phase), _) => {
                let transaction = of_dev(payload, b"transaction ").ok_or(COMMIT)?;
                Event::Commit { phase, transaction }
            }
            (_, Some((name, true))) => Event::SyscallEnter { name, arguments: payload },
            (_, Some((name, false))) => {
                Event::SyscallExit { name, result: result(payload).ok_or(RESULT)? }
            }
            (None, None) => Event::Other { name, payload },
        },
    })
}

/// Reads `sys_pwrite64(fd: a, …)` or `sys_pwrite64 -> 0x4000`, the forms that ftrace prints.
fn syscall(rest: &[u8]) -> Option<Event<'_>> {
    let mut at = Cursor::new(rest.strip_prefix(b"sys_")?);
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let len = at.rest().iter().take_while(|byte| word(byte)).count();
    let (name, rest) = at.rest().split_at(len);
    at = Cursor::new(rest);
    if at.byte(b'(').is_some() {
        let arguments = at.rest().strip_suffix(b")")?;
        return Some(Event::SyscallEnter { name, arguments });
    }
    at.tag(b" -> ")?;
    Some(Event::SyscallExit { name, result: result(at.rest())? })
}

/// The call in `sys_enter_fsync` or `sys_exit_fsync`, and whether it starts.
fn syscall_name(name: &[u8]) -> Option<(&[u8], bool)> {
    match (name.strip_prefix(b"sys_enter_"), name.strip_prefix(b"sys_exit_")) {
        (Some(call), _) => Some((call, true)),
        (_, Some(call)) => Some((call, false)),
        (None, None) => None,
    }
}

fn result(text: &[u8]) -> Option<i64> {
    let mut at = Cursor::new(text);
    if at.tag(b"0x").is_some() {
        // A negative result is printed as a 64-bit hexadecimal number.
        return at.hex().map(u64::cast_signed);
    }
    at.signed()
}

/// Reads `254,0 WS 16384 () 8632 + 32 [esop]`, or for a completion `254,0 WS () 8632 + 32 [0]`.
fn request(payload: &[u8], issued: bool) -> Option<(Rwbs<'_>, u64, u32, i64)> {
    let mut at = Cursor::new(payload);
    at.number32()?;
    at.byte(b',')?;
    at.number32()?;
    at.byte(b' ')?;
    let rwbs = Rwbs(at.until(b' '));
    at.blanks();
    if issued {
        at.number()?;
        at.blanks();
    }
    at.byte(b'(')?;
    at.until(b')');
    at.byte(b')')?;
    at.blanks();
    let sector = at.number()?;
    at.tag(b" + ")?;
    let sectors = at.number32()?;
    at.until(b'[');
    at.byte(b'[')?;
    let error = if issued { 0 } else { at.signed()? };
    Some((rwbs, sector, sectors, error))
}

/// Reads `work struct=PTR function=FN …` or `work struct PTR: function FN`.
fn work(payload: &[u8]) -> Option<(u64, &[u8])> {
    let mut at = Cursor::new(payload);
    at.tag(b"work struct")?;
    at.byte(b'=').or_else(|| at.byte(b' '))?;
    let _ = at.tag(b"0x");
    let work = at.hex()?;
    let _ = at.byte(b':');
    at.blanks();
    let function = match at.tag(b"function").and_then(|()| at.byte(b'=').or_else(|| at.byte(b' ')))
    {
        Some(()) => at.until(b' '),
        None => &[],
    };
    Some((work, function))
}

fn commit_phase(name: &[u8]) -> Option<CommitPhase> {
    Some(match name {
        b"jbd2_start_commit" => CommitPhase::Start,
        b"jbd2_commit_locking" => CommitPhase::Locking,
        b"jbd2_commit_flushing" => CommitPhase::Flushing,
        b"jbd2_commit_logging" => CommitPhase::Logging,
        b"jbd2_end_commit" => CommitPhase::End,
        _ => return None,
    })
}

fn of_dev(payload: &[u8], word: &[u8]) -> Option<u64> {
    let mut at = Cursor::new(payload);
    let InodeId { .. } = es_event::inode(&mut at, false)?;
    at.tag(word)?;
    at.number()
}

/// Reads a marker in trace-cmd's form: `print: tracing_mark_write: text`, or with an address before
/// it.
fn printed(payload: &[u8]) -> &[u8] {
    const NAME: &[u8] = b"tracing_mark_write: ";
    let at = payload.windows(NAME.len()).position(|window| window == NAME);
    at.map_or(payload, |at| &payload[at + NAME.len()..])
}
