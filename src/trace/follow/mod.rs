//! Following a trace: each operation of a recorded script as a run of the machine that shows what
//! the trace shows, or the first event that no run explains.

mod search;
mod table;
mod watch;

use crate::kernel::{Choice, Design, Range, Setup, State, step};
use crate::scenario::{Link, Script, state_sum};

pub use search::{Allowed, End};
pub use watch::Kind;

use self::search::{Search, kinds};
use self::watch::{Seen, Watch};
use super::event::Event;
use super::folder::{Dump, Folder, OpRecord};
use super::history::History;
use super::op::{Mode, RecordedOp};
use super::reader::{Item, Reader, Record};
use super::replay::{ReplayError, Unanswered, replay_under};
use super::scene::{Part, Run, Window, runs};
use crate::bounds::{BLOCKS_MAX, SLOTS_MAX};

/// What became of the operations of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// In the order of the trace.
    pub ops: Vec<FollowedOp>,
    /// The first lookup that the design's tree answers otherwise. Lookups are no steps of the
    /// machine, so they are compared apart from it.
    pub lookup: Option<(Unanswered, String)>,
}

impl Followed {
    /// Whether nothing in the trace contradicts the design.
    pub fn is_run(&self) -> bool {
        let ends = |op: &FollowedOp| matches!(op.outcome, Outcome::Ends { .. });
        self.lookup.is_none() && !self.ops.iter().any(ends)
    }
}

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedOp {
    /// Its number.
    pub index: u32,
    /// The line of the script.
    pub op: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A run of the machine shows all of it.
    Followed(Path),
    /// No run shows more than a prefix.
    Ends {
        /// The run of the prefix.
        path: Path,
        /// Line of the event at which it ends; 0 for the end of the operation.
        line: u64,
        /// That line.
        event: String,
        /// What the machine would have allowed there.
        allowed: Vec<Allowed>,
        /// The search reached its bound, so that there may be a run all the same.
        bounded: bool,
    },
    /// It is not followed, and why.
    Passed(String),
}

/// A run of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The script of the operation's state and of the operation.
    pub script: String,
    /// The choices.
    pub choices: Vec<Choice>,
    /// The same as the fragment of an address.
    pub link: String,
    /// Events that it explains.
    pub explained: usize,
    /// Events that have a meaning.
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
    let mut history = History::new(folder);
    let mut followed = Followed::default();
    for record in ops {
        let op = RecordedOp::parse(&record.op);
        let outcome = one(text, &records, folder, &history, record, &op, design);
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

/// The events between the markers of an operation, and the task that wrote them.
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

fn one(
    text: &[u8],
    records: &[Record<'_>],
    folder: &Folder,
    history: &History,
    record: &OpRecord,
    op: &RecordedOp,
    design: &Design,
) -> Outcome {
    let plan = match Plan::of(folder, history, record, op) {
        Ok(plan) => plan,
        Err(why) => return Outcome::Passed(why),
    };
    let Some((events, pid)) = events_of(records, record.index) else {
        return Outcome::Passed("outside of the trace".into());
    };
    let after = Dump::new();
    let all = runs(history, &after, record.size, &plan.parts, folder.block_size);
    let Some(mut window) = tight(&all, |run| plan.asks(run)) else {
        return Outcome::Passed("more runs than blocks".into());
    };
    if super::op::up(history.size(), folder.block_size) <= window[0].lblk {
        // A file of the machine has a block at least.
        window.insert(0, NO_RUN);
        if window.len() > BLOCKS_MAX as usize {
            return Outcome::Passed("more runs than blocks".into());
        }
    }
    if window.iter().any(|run| run.disk.is_none()) {
        return Outcome::Passed("blocks not known".into());
    }
    if history.has_flusher() && window.iter().any(|run| run.dirty) {
        // Which pages it has written since is not known.
        return Outcome::Passed(format!("{} beside the flusher", op.word()));
    }
    if !folder.dioread_nolock && window.iter().any(is_dirty_unwritten) {
        // `ext4_ext_convert_to_initialized` (fs/ext4/extents.c v6.1) may write zeroes beside.
        return Outcome::Passed(format!("{} that may zero out what is beside", op.word()));
    }
    let script = match plan.script(&window, history, folder, design) {
        Ok(script) => script,
        Err(why) => return Outcome::Passed(why),
    };
    let setup = match Script::parse(&script) {
        Ok(script) => script.setup,
        Err(error) => return Outcome::Passed(format!("no script of it: {error}")),
    };
    let mut watch = Watch::new(&window, folder, pid);
    let Some((state, choices)) = prologue(&setup, plan.prologue(&window).len() as u8) else {
        return Outcome::Passed("a state that no run leads to".into());
    };
    if kinds(&state)[..window.len()] != *watch.kinds() {
        return Outcome::Passed("a state that no run leads to".into());
    }
    events.iter().for_each(|event| watch.event(event));
    let seen = watch.finish(plan.calls());
    let first_op = plan.prologue(&window).len() as u8;
    let search = Search { setup: &setup, seen: &seen, first_op, design };
    let found = search.run(&state, choices);
    let link = link(&setup, &script, design, &found.choices);
    let (explained, of) = (found.explained, seen.len());
    let path = Path { script, choices: found.choices, link, explained, of };
    if found.end == End::All {
        return Outcome::Followed(path);
    }
    if found.crowded {
        return Outcome::Passed("more kworkers at once than KWORKERS_MAX".into());
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

fn is_dirty_unwritten(run: &Run) -> bool {
    run.dirty && run.disk.is_some_and(|disk| Kind::of(disk.status) == Kind::Unwritten)
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
        // They were taken before.
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

/// Takes the steps of the operations before the one that is followed.
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

/// What the operation is on, a run beside each part, and no more.
fn tight(runs: &[Run], asked: impl Fn(&Run) -> bool) -> Option<Window> {
    const MOST: usize = BLOCKS_MAX as usize;
    let is = |run: &Run| run.part > 0 || asked(run);
    let kind = |run: &Run| {
        let of = |extent: Option<crate::es::Extent>| extent.map(|extent| Kind::of(extent.status));
        (of(run.before), of(run.disk), run.part, run.dirty)
    };
    let mut window: Window = Vec::new();
    let mut beside = None;
    for run in runs {
        if !is(run) {
            // One of them keeps two parts apart; the first is as good as any.
            beside = beside.or(Some(*run));
            continue;
        }
        if let Some(between) = beside.take() {
            window.push(between);
        }
        match window.last_mut() {
            Some(last) if kind(last) == kind(run) && last.lblk + last.len == run.lblk => {
                last.len += run.len;
            }
            _ => window.push(*run),
        }
    }
    window.extend(beside);
    // The first and the last keep nothing apart.
    while window.len() > MOST && window.last().is_some_and(|run| !is(run)) {
        window.pop();
    }
    while window.len() > MOST && window.first().is_some_and(|run| !is(run)) {
        window.remove(0);
    }
    (window.len() <= MOST && !window.is_empty()).then_some(window)
}

/// A block of the machine that stands for none of the file.
const NO_RUN: Run = Run {
    lblk: u32::MAX,
    len: 0,
    part: 0,
    dirty: false,
    cached: false,
    before: None,
    after: None,
    disk: Some(crate::es::Extent::new(u32::MAX, 0, 0, crate::es::Status::HOLE)),
};

/// What an operation is in the machine.
struct Plan<'a> {
    parts: Vec<Part>,
    op: &'a RecordedOp,
}

impl Plan<'_> {
    fn of<'a>(
        folder: &Folder,
        history: &History,
        record: &OpRecord,
        op: &'a RecordedOp,
    ) -> Result<Plan<'a>, String> {
        let bs = folder.block_size;
        let parts = match op {
            RecordedOp::DioWrite { bytes, .. }
            | RecordedOp::BufWrite { bytes, .. }
            | RecordedOp::DioRead { bytes }
            | RecordedOp::BufRead { bytes }
            | RecordedOp::Fallocate { bytes, mode: Mode::Alloc | Mode::Keep } => {
                vec![bytes.blocks(bs)]
            }
            RecordedOp::AioWrite { iocbs, .. } => {
                iocbs.iter().map(|bytes| bytes.blocks(bs)).collect()
            }
            RecordedOp::Fsync { .. } => vec![],
            RecordedOp::Truncate { size } if *size <= history.size() => {
                vec![(super::op::up(*size, bs), u32::MAX)]
            }
            _ => return Err(op.word().to_string()),
        };
        if record.ret < 0 {
            return Err(format!("{} that fails", op.word()));
        }
        if matches!(op, RecordedOp::BufWrite { .. }) && !folder.delalloc {
            return Err(format!("{} nodelalloc", op.word()));
        }
        let mut sorted = parts.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(format!("{} that overlaps itself", op.word()));
        }
        Ok(Plan { parts, op })
    }

    fn asks(&self, run: &Run) -> bool {
        run.dirty && matches!(self.op, RecordedOp::Fsync { .. })
    }

    /// How many calls the operation is: AIO is submitted, and reaped.
    fn calls(&self) -> u8 {
        if matches!(self.op, RecordedOp::AioWrite { .. }) { 2 } else { 1 }
    }

    /// Ranges of dirty pages, which the machine has to write before.
    fn prologue(&self, window: &Window) -> Vec<Range> {
        let mut ranges: Vec<Range> = Vec::new();
        for (lblk, run) in (0_u8..).zip(window) {
            if !run.dirty {
                continue;
            }
            match ranges.last_mut() {
                Some(range) if range.end() == lblk => range.len += 1,
                _ => ranges.push(Range::new(lblk, 1)),
            }
        }
        ranges
    }

    /// The operation and the state before it as a script.
    fn script(
        &self,
        window: &Window,
        history: &History,
        folder: &Folder,
        design: &Design,
    ) -> Result<String, String> {
        let size_in_blocks = super::op::up(history.size(), folder.block_size);
        let inside = |run: &&Run| run.lblk < size_in_blocks || run.len == 0;
        let inside = window.iter().filter(inside).count();
        let allocated = |run: &Run| run.disk.is_some_and(|disk| disk.status.is_mapped());
        if window[inside..].iter().any(allocated) {
            return Err("blocks beyond the size".into());
        }
        let mut text = format!("design {design}\n");
        let mount = if folder.dioread_nolock { "dioread_nolock" } else { "nodioread_nolock" };
        text += &format!("mount {mount}\nslots {SLOTS_MAX}\n");
        text += &format!("file a {inside} blocks");
        for (lblk, run) in window.iter().enumerate() {
            let Some(disk) = run.disk.filter(|disk| disk.status.is_mapped()) else { continue };
            let status = if Kind::of(disk.status) == Kind::Written { 'W' } else { 'U' };
            text += &format!(", {status} {lblk}+1");
        }
        text.push('\n');
        for range in self.prologue(window) {
            text += &format!("t1: buf_write {} {}\n", range.lblk, range.len);
        }
        for line in self.lines(window)? {
            text += &format!("t1: {line}\n");
        }
        Ok(text)
    }

    fn lines(&self, window: &Window) -> Result<Vec<String>, String> {
        let count = self.parts.len() as u32;
        let ranges: Vec<Range> =
            (1..=count).filter_map(|part| super::scene::range_of(window, part)).collect();
        let one = |word: &str, sync: crate::kernel::Sync| -> Vec<String> {
            let line = |range: &Range| {
                let sync = match sync {
                    crate::kernel::Sync::No => "",
                    crate::kernel::Sync::Dsync => " sync=1",
                    crate::kernel::Sync::Osync => " sync=2",
                };
                format!("{word} {} {}{sync}", range.lblk, range.len)
            };
            ranges.iter().map(line).collect()
        };
        let no = crate::kernel::Sync::No;
        Ok(match self.op {
            RecordedOp::DioWrite { sync, .. } => one("dio_write", *sync),
            RecordedOp::BufWrite { sync, .. } => one("buf_write", *sync),
            RecordedOp::DioRead { .. } => one("dio_read", no),
            RecordedOp::BufRead { .. } => one("buf_read", no),
            RecordedOp::Fallocate { .. } => one("fallocate", no),
            RecordedOp::AioWrite { sync, .. } => {
                if ranges.len() > SLOTS_MAX as usize {
                    return Err("more iocbs than slots".into());
                }
                let io: Vec<String> =
                    ranges.iter().map(|range| format!("{}+{}", range.lblk, range.len)).collect();
                let sync = match sync {
                    crate::kernel::Sync::No => "",
                    crate::kernel::Sync::Dsync => " sync=1",
                    crate::kernel::Sync::Osync => " sync=2",
                };
                vec![format!("aio_write io={}{sync}", io.join(",")), "getevents".into()]
            }
            RecordedOp::Fsync { datasync: false } => vec!["fsync".into()],
            RecordedOp::Fsync { datasync: true } => vec!["fdatasync".into()],
            RecordedOp::Truncate { .. } => {
                let keep = window.iter().take_while(|run| run.part == 0).count();
                vec![format!("truncate {keep}")]
            }
            _ => return Err(self.op.word().to_string()),
        })
    }
}
