//! Following a trace: finds, for each operation of a recorded script, a run of the machine with the
//! same events, or the first event that no run explains.

mod plan;
mod search;
mod table;
mod watch;

use crate::kernel::{Choice, Design, Setup, State, step};
use crate::scenario::{Link, state_sum};

pub use plan::script_of_op;
pub use search::{Allowed, End};
pub use watch::Kind;

use self::plan::Prepared;
use self::search::{Search, kinds};
use self::watch::{Seen, Sight, Watch, Who, with_unseen_completions};
use super::event::Event;
use super::folder::{Folder, OpRecord};
use super::history::History;
use super::op::RecordedOp;
use super::reader::{Item, Reader, Record};
use super::replay::{ReplayError, Unanswered, replay_under};
use super::scene::{Run, Window};

/// The results for the operations of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The operations, in the order of the trace.
    pub ops: Vec<FollowedOp>,
    /// The first lookup for which the design's tree gives another answer. Lookups are not steps of
    /// the machine, so they are compared separately.
    pub lookup: Option<(Unanswered, String)>,
}

impl Followed {
    /// Whether nothing in the trace contradicts the design.
    pub fn is_run(&self) -> bool {
        let ends = |op: &FollowedOp| matches!(op.outcome, Outcome::Ends { .. });
        self.lookup.is_none() && !self.ops.iter().any(ends)
    }
}

/// The result for one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedOp {
    /// The number of the operation in its script.
    pub index: u32,
    /// The line of the script.
    pub op: String,
    /// The result of following it.
    pub outcome: Outcome,
}

/// The result of following an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A run of the machine explains all its events.
    Followed(Path),
    /// Runs explain only a prefix of its events.
    Ends {
        /// The run that explains the longest prefix.
        path: Path,
        /// The line of the first unexplained event; 0 for the end of the operation.
        line: u64,
        /// The text of that line.
        event: String,
        /// The steps that the machine would have allowed there.
        allowed: Vec<Allowed>,
        /// True if the search reached its bound, so that a run may exist.
        bounded: bool,
    },
    /// The operation is not followed, for this reason.
    Passed(String),
}

/// A run of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The script that sets up the state before the operation, and the operation.
    pub script: String,
    /// The choices of the run.
    pub choices: Vec<Choice>,
    /// The run as the fragment of an address.
    pub link: String,
    /// Number of events that the run explains.
    pub explained: usize,
    /// Number of events with a meaning.
    pub of: usize,
}

/// Follows the full trace of a recorded script under a design, operation by operation.
pub fn follow(text: &[u8], folder: &Folder, ops: &[OpRecord], design: &Design) -> Followed {
    let records: Vec<Record<'_>> = Reader::new(text)
        .filter_map(|item| match item {
            Item::Event(record) => Some(record),
            _ => None,
        })
        .collect();
    let folder = &with_inode(folder, &records);
    let mut history = History::new(folder);
    let mut followed = Followed::default();
    for record in ops {
        let op = RecordedOp::parse(&record.op);
        let outcome = one(&Case {
            text,
            records: &records,
            folder,
            history: &history,
            record,
            op: &op,
            design,
        });
        let (index, line) = (record.index, record.op.clone());
        followed.ops.push(FollowedOp { index, op: line, outcome });
        history.after(record, &op);
    }
    let rules = design.knobs.es_version.rules().with_cluster_bits(folder.cluster_bits);
    let unlike = match replay_under(rules, text, folder, Some(ops)) {
        Ok(replay) => replay.first_unlike,
        Err(ReplayError::Differs { so_far, .. }) => so_far.first_unlike,
        Err(_) => None,
    };
    followed.lookup = unlike.map(|unlike| (unlike, line_of(text, unlike.line)));
    followed
}

/// The folder with its inode. If the folder does not name one, it is that of the first tree event
/// within an operation.
fn with_inode(folder: &Folder, records: &[Record<'_>]) -> Folder {
    let begins = |record: &Record<'_>| match record.event {
        Event::Marker(text) => {
            text.starts_with(b"op ") && text.windows(7).any(|it| it == b" begin ")
        }
        _ => false,
    };
    let first = records.iter().position(begins).unwrap_or(records.len());
    let ino = records[first..].iter().find_map(|record| match record.event {
        Event::Es(es) if es.inode.ino > 0 => Some(es.inode.ino),
        _ => None,
    });
    Folder { ino: folder.ino.or(ino), ..folder.clone() }
}

/// The events between the markers of an operation, and the task that wrote the markers.
fn events_of<'a, 'b>(records: &'b [Record<'a>], index: u32) -> Option<(&'b [Record<'a>], u32)> {
    let is = |record: &Record<'_>, what: &str| match record.event {
        Event::Marker(text) => {
            let begins = format!("op {index} {what} ");
            text.starts_with(begins.as_bytes())
        }
        _ => false,
    };
    let first = records.iter().position(|record| is(record, "begin"))?;
    let len = records[first..].iter().position(|record| is(record, "end"))?;
    Some((&records[first..first + len], records[first].pid))
}

/// One operation of a trace, and what came before it.
struct Case<'a> {
    text: &'a [u8],
    records: &'a [Record<'a>],
    folder: &'a Folder,
    history: &'a History,
    record: &'a OpRecord,
    op: &'a RecordedOp,
    design: &'a Design,
}

/// Follows one operation. If no run explains it, bios of AIO writes may have been done before
/// `io_submit` let go of them.
fn one(case: &Case<'_>) -> Outcome {
    let outcome = attempt(case, false);
    let is_aio = matches!(case.op, RecordedOp::AioWrite { .. });
    if !is_aio || matches!(outcome, Outcome::Followed(_)) {
        return outcome;
    }
    match attempt(case, true) {
        followed @ Outcome::Followed(_) => followed,
        _ => outcome,
    }
}

fn attempt(case: &Case<'_>, quick: bool) -> Outcome {
    let Case { text, records, folder, history, record, op, design } = *case;
    let Prepared { plan, window, script, setup } =
        match Prepared::of(folder, history, record, op, design, quick) {
            Ok(prepared) => prepared,
            Err(why) => return Outcome::Passed(why),
        };
    let Some((events, pid)) = events_of(records, record.index) else {
        return Outcome::Passed("outside of the trace".into());
    };
    let mut watch = Watch::new(&window, folder, history, pid, plan.moves_from());
    let first_op = plan.prologue(&window).len() as u8;
    let Some((state, choices)) = prologue(&setup, first_op) else {
        return Outcome::Passed("a state that no run leads to".into());
    };
    if kinds(&state)[..window.len()] != *watch.kinds() {
        return Outcome::Passed("a state that no run leads to".into());
    }
    events.iter().for_each(|event| watch.event(event));
    let seen = watch.finish(plan.calls());
    let ops = setup.threads[0].len() as u8 - first_op - (plan.calls() - 1);
    let only_pages = plan.only_writes_pages();
    let search = |seen: &[Seen]| {
        Search { setup: &setup, seen, first_op, ops, only_pages, design }
            .run(&state, choices.clone())
    };
    let found = search(&seen);
    let link = link(&setup, &script, design, &found.choices);
    let (explained, of) = (found.explained, seen.len());
    let path = Path { script, choices: found.choices, link, explained, of };
    if found.end == End::All {
        return Outcome::Followed(path);
    }
    if let Some(seen) = with_unseen_completions(&seen)
        && search(&seen).end == End::All
    {
        return Outcome::Passed(format!("{} of which a completion is not shown", op.word()));
    }
    let writes_pages = plan.writes_pages();
    if let Some(why) = not_in_machine(op, writes_pages, &window, history, &seen, explained) {
        return Outcome::Passed(format!("{} {why}", op.word()));
    }
    if found.crowded {
        return Outcome::Passed("more kworkers at once than the machine has".into());
    }
    let line = seen.get(explained).map_or(0, |Seen { line, .. }| *line);
    Outcome::Ends {
        path,
        line,
        event: line_of(text, line),
        allowed: found.allowed,
        bounded: found.end == End::Bounded,
    }
}

/// For an operation that no run explains: a behaviour of the kernel that the machine does not have.
/// It must be visible at the end of the search (`explained`) or before it.
fn not_in_machine(
    op: &RecordedOp,
    writes_pages: bool,
    window: &Window,
    history: &History,
    seen: &[Seen],
    explained: usize,
) -> Option<&'static str> {
    let until = &seen[..seen.len().min(explained + 1)];
    if let RecordedOp::AioWrite { iocbs, .. } = op {
        // `__iomap_dio_rw` holds a reference too, and the task that drops the last one completes.
        // An iocb that extends the file is always completed by its submitter.
        let mut size = history.size();
        let mut queued = 0;
        for iocb in iocbs {
            queued += usize::from(iocb.end() <= size);
            size = size.max(iocb.end());
        }
        let begun = |seen: &&Seen| matches!(seen.sight, Sight::WorkStart { .. });
        let submission = until.iter().take_while(|seen| seen.sight != Sight::Exit(0));
        let done = submission.into_iter().any(|seen| matches!(seen.sight, Sight::Complete(_)));
        if done && seen.iter().filter(begun).count() < queued {
            return Some("that is done before its submission ends");
        }
    }
    if beside_commit(until) {
        return Some("that converts beside a commit");
    }
    if in_pieces(window, seen, explained) {
        return Some("of which a piece is issued before the rest is mapped");
    }
    // The operations before say which pages are dirty; it is certain only for delayed blocks.
    let unsure = |run: &Run| run.dirty && !run.before.is_some_and(|it| it.status.is_delonly());
    let unsure_ones = writes_pages || history.is_written_behind();
    (unsure_ones && window.iter().any(unsure)).then_some("of pages that may be clean")
}

/// Whether a kworker changes a block while a commit is written. In the machine its handle waits for
/// the end of the commit; in a kernel the handle starts in the next transaction.
fn beside_commit(seen: &[Seen]) -> bool {
    let mut commit = false;
    seen.iter().any(|seen| match seen.sight {
        Sight::CommitStart => {
            commit = true;
            false
        }
        Sight::CommitEnd => {
            commit = false;
            false
        }
        Sight::Change { who: Who::Task(_), .. } => commit,
        Sight::Change { .. }
        | Sight::Forget { .. }
        | Sight::Enter(_)
        | Sight::Exit(_)
        | Sight::Issue(_)
        | Sight::Complete(_)
        | Sight::WorkStart { .. }
        | Sight::WorkEnd { .. } => false,
    })
}

/// Whether a part of the operation allocates after a bio of the same part was issued, and that bio
/// is among the first events, up to `last`. The machine maps a whole write before it submits it.
fn in_pieces(window: &Window, seen: &[Seen], last: usize) -> bool {
    let mut issued = 0_u16;
    let part = |block: u8| window.get(usize::from(block)).map_or(0, |run| run.part);
    seen.iter().enumerate().any(|(at, seen)| match seen.sight {
        Sight::Issue(blocks) => {
            if at <= last {
                issued |= blocks;
            }
            false
        }
        Sight::Change { who: Who::Thread, block, to: Kind::Unwritten } => {
            let others = (0..16).filter(|other| issued >> other & 1 != 0);
            part(block) > 0 && others.into_iter().any(|other| part(other) == part(block))
        }
        Sight::Change { .. }
        | Sight::Forget { .. }
        | Sight::Enter(_)
        | Sight::Exit(_)
        | Sight::Complete(_)
        | Sight::WorkStart { .. }
        | Sight::WorkEnd { .. }
        | Sight::CommitStart
        | Sight::CommitEnd => false,
    })
}

fn line_of(text: &[u8], line: u64) -> String {
    let Some(at) = line.checked_sub(1) else { return "the end of the operation".into() };
    let mut lines = text.split(|byte| *byte == b'\n');
    let line = lines.nth(usize::try_from(at).unwrap_or(usize::MAX)).unwrap_or_default();
    String::from_utf8_lossy(line).trim().to_string()
}

fn link(setup: &Setup, script: &str, design: &Design, choices: &[Choice]) -> String {
    let mut state = State::initial(setup);
    for choice in choices {
        // These steps were taken before, so they are possible.
        let _ = step(setup, &mut state, *choice, &mut ());
    }
    let link = Link {
        design: design.to_string(),
        script: script.into(),
        choices: choices.to_vec(),
        cursor: Some(choices.len() as u32),
        end: Some(state_sum(setup, &state)),
        ..Link::default()
    };
    link.write()
}

/// Takes the steps of the operations before the followed one.
fn prologue(setup: &Setup, ops: u8) -> Option<(State, Vec<Choice>)> {
    let mut state = State::initial(setup);
    let mut choices = Vec::new();
    let thread: Choice = crate::kernel::Actor::Thread(0).into();
    while state.tasks[0].op < ops {
        step(setup, &mut state, thread, &mut ()).ok()?;
        choices.push(thread);
    }
    Some((state, choices))
}
