//! The way of a direct write from its bio to the converted extent, and what user space knows of it.

use crate::kernel::{Acked, Actor, Io, List, Op, Range, Setup, Stage, State, Sync, Task};

use crate::scenario::Run;

use crate::view::words::{file_name, range_text, sorted, write_name};

/// The stations, in order.
pub const COLUMNS: [&str; 5] = ["submitted", "completed", "on a list", "converting", "converted"];

/// The picture has all rows up to this number. The table always has all rows.
const ROWS_DRAWN: usize = 12;
/// With more rows, the picture keeps this many finished writes of each thread, and all unfinished
/// ones.
const FINISHED_DRAWN: usize = 2;

/// All writes that have begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// One a write, in the order of their names.
    pub ios: Vec<IoRow>,
    /// Slots of the AIO context that are taken.
    pub slots_used: u8,
    /// Slots that there are.
    pub slots: u8,
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IoRow {
    /// A number that identifies the write in its run.
    pub key: u32,
    /// Its letter.
    pub name: String,
    /// Thread, range and flags.
    pub what: String,
    /// The position in [`COLUMNS`]; none before it is submitted.
    pub column: Option<u8>,
    /// Where exactly it is, in a few words.
    pub place: String,
    /// What user space knows.
    pub ack: Ack,
    /// Counted in `i_unwritten`.
    pub counted: bool,
    /// Counted in `i_dio_count`.
    pub dio: bool,
    /// Its bio failed with EIO.
    pub failed: bool,
    /// It is finished, and so are many later writes of its thread, so the picture leaves it out.
    pub is_past: bool,
    /// It has no `io_end` any more.
    pub is_finished: bool,
}

impl Pipeline {
    /// The rows of the picture. If it leaves some out, unfinished writes come first.
    pub fn drawn(&self) -> impl Iterator<Item = &IoRow> {
        let is_long = self.ios.iter().any(|io| io.is_past);
        let part = move |last: bool| {
            let rows = self.ios.iter().filter(|io| !io.is_past);
            rows.filter(move |io| (is_long && io.is_finished) == last)
        };
        part(false).chain(part(true))
    }

    /// What the picture says of the rows that it leaves out.
    pub fn past(&self) -> Option<String> {
        let past = self.ios.iter().filter(|io| io.is_past).count();
        (past > 0).then(|| format!("{past} more finished earlier; the table has them."))
    }
}

/// What user space knows of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// Nothing.
    No,
    /// The event is in the ring and not reaped.
    Event,
    /// A thread has it.
    Known,
}

impl Ack {
    /// In words.
    pub const fn text(self) -> &'static str {
        match self {
            Ack::No => "not acknowledged",
            Ack::Event => "event in the ring",
            Ack::Known => "acknowledged",
        }
    }
}

/// The pipeline at the cursor of a run. A run also knows which finished writes had a bio that
/// failed.
pub fn pipeline_of(run: &Run) -> Pipeline {
    let mut pipeline = pipeline(run.setup(), run.state());
    for (step, choice) in run.choices()[..run.cursor()].iter().enumerate() {
        let (Actor::Irq(io), 1) = (choice.actor, choice.ordinal) else { continue };
        let io = &run.state_at(step).ios[usize::from(io)];
        let is_it = |row: &&mut IoRow| row.key == u32::from(io.nr) && row.is_finished;
        if let Some(row) = pipeline.ios.iter_mut().find(is_it).filter(|_| !io.writeback) {
            row.failed = true;
            row.place = format!("{FINISHED}, its bio failed with EIO");
        }
    }
    pipeline
}

/// Every direct write that has begun, finished or not, and unfinished writeback.
pub fn pipeline(setup: &Setup, state: &State) -> Pipeline {
    let mut of_threads: Vec<Vec<IoRow>> = Vec::new();
    for (thread, program) in (0..).zip(&setup.threads) {
        let mut ios = Vec::new();
        for (index, op) in (0..).zip(program) {
            for iocb in 0..op.writes() {
                // Of a batch each iocb is a write.
                let Some((nr, row)) = row(setup, thread, op.iocb(iocb)) else { continue };
                let is_this = |io: &Io| io.nr == nr && io.thread == thread && !io.writeback;
                let task = &state.tasks[usize::from(thread)];
                let done = task.op > index || task.op == index && task.submitting.iocb > iocb;
                if let Some((_, io)) = state.ios().find(|(_, io)| is_this(io)) {
                    ios.push(live(setup, state, io, row));
                } else if done {
                    let place = FINISHED.into();
                    let is_finished = true;
                    ios.push(IoRow { column: Some(4), place, ack: Ack::Known, is_finished, ..row });
                }
            }
        }
        of_threads.push(ios);
    }
    if of_threads.iter().map(Vec::len).sum::<usize>() > ROWS_DRAWN {
        of_threads.iter_mut().for_each(|ios| leave_out_finished(ios));
    }
    let mut ios: Vec<IoRow> = of_threads.into_iter().flatten().collect();
    for (index, io) in state.ios().filter(|(_, io)| io.writeback) {
        ios.push(live(setup, state, io, writeback_row(setup, index, io)));
    }
    let ios = sorted(ios, |io| io.key.into());
    Pipeline { ios, slots_used: state.slots_used(), slots: setup.slots }
}

/// Marks those of a thread's finished writes that are not among the last.
fn leave_out_finished(of_thread: &mut [IoRow]) {
    let finished = of_thread.iter_mut().rev().filter(|io| io.is_finished);
    finished.skip(FINISHED_DRAWN).for_each(|io| io.is_past = true);
}

/// A row with the values of its IO.
fn live(setup: &Setup, state: &State, io: &Io, row: IoRow) -> IoRow {
    let column = match io.stage {
        Stage::Free | Stage::Prepared => None,
        Stage::Submitted => Some(0),
        Stage::Completed => Some(1),
        Stage::Listed => Some(2),
        Stage::Converting => Some(3),
        Stage::Converted => Some(4),
    };
    let ack = match io.ack {
        Acked::No => Ack::No,
        Acked::Event => Ack::Event,
        Acked::Reaped => Ack::Known,
    };
    let place = place(setup, state, io);
    IoRow { column, place, ack, counted: io.counted, dio: io.dio_held, failed: io.error, ..row }
}

/// A direct write's number, and its row before it has begun.
fn row(setup: &Setup, thread: u8, op: Op) -> Option<(u8, IoRow)> {
    let Op::DioWrite { ino, range, sync, aio, nr } = op else { return None };
    let flag = match sync {
        Sync::No => "",
        Sync::Dsync => " O_DSYNC",
        Sync::Osync => " O_SYNC",
    };
    let how = if aio { "AIO" } else { "sync" };
    let file = file_prefix(setup, ino);
    let what = format!("{} {file}{} {how}{flag}", Actor::Thread(thread), range_text(range));
    Some((nr, IoRow { key: nr.into(), name: write_name(nr), what, ..EMPTY }))
}

fn writeback_row(setup: &Setup, index: u8, io: &Io) -> IoRow {
    let range = range_text(Range::new(io.lblk, io.len));
    let what = format!("writeback {}{range}", file_prefix(setup, io.ino));
    // After all direct writes, whose numbers are below 256.
    IoRow { key: 256 + u32::from(index), name: "wb".into(), what, ..EMPTY }
}

const EMPTY: IoRow = IoRow {
    key: 0,
    name: String::new(),
    what: String::new(),
    column: None,
    place: String::new(),
    ack: Ack::No,
    counted: false,
    dio: false,
    failed: false,
    is_past: false,
    is_finished: false,
};

/// The place of a write that has no `io_end` any more.
const FINISHED: &str = "finished";

/// The file's name and a blank, where there are two.
fn file_prefix(setup: &Setup, ino: u8) -> String {
    if setup.files.len() > 1 { format!("{} ", file_name(setup, ino)) } else { String::new() }
}

fn place(setup: &Setup, state: &State, io: &Io) -> String {
    let file = if setup.files.len() > 1 { file_name(setup, io.ino) } else { "the inode" };
    let worker = |io: &Io| {
        let in_end_io = |task: &Task| {
            task.frames()
                .iter()
                .filter(|frame| frame.pc.is_end_io())
                .filter_map(|frame| frame.on.io())
                .any(|slot| state.ios[usize::from(slot)] == *io)
        };
        let task = state.tasks.iter().position(in_end_io)?;
        Some(Actor::of_task(task as u8).to_string())
    };
    match io.stage {
        Stage::Free => String::new(),
        Stage::Prepared => "has a slot, not mapped yet".into(),
        Stage::Submitted => "its bio is in flight".into(),
        Stage::Completed if io.error => "its bio failed with EIO".into(),
        Stage::Completed => "data is in the device".into(),
        Stage::Listed => match io.list {
            List::Inode => format!("on {file}'s list"),
            List::Unrsv => format!("on {file}'s unreserved list"),
            List::Dio => "a work item of its own".into(),
            List::Private { task, .. } => format!("on {}'s private list", Actor::of_task(task)),
        },
        Stage::Converting => match worker(io) {
            Some(who) => format!("by {who}"),
            None => format!("by {}", Actor::Thread(io.thread)),
        },
        Stage::Converted if io.error => "its bio failed with EIO, nothing is converted".into(),
        Stage::Converted if io.convert_failed => "the conversion failed".into(),
        Stage::Converted if io.unwritten => "written on disk".into(),
        Stage::Converted => "nothing to convert".into(),
    }
}
