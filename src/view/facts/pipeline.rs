//! The progress of each direct write from its bio to the converted extent, and what user space
//! knows of it.

use crate::kernel::{Acked, Actor, Io, Op, Range, Setup, Stage, State, Sync};

use crate::scenario::Run;

use crate::view::words::{converter, file_name, io_place, range_text, sorted, write_name};

/// The stages of a write, in order.
pub const COLUMNS: [&str; 5] = ["submitted", "completed", "on a list", "converting", "converted"];

/// Up to this number of rows, the picture has all of them. The table always has all rows.
const ROWS_DRAWN: usize = 12;
/// If there are more rows, the picture keeps all unfinished writes and this many finished writes of
/// each thread.
const FINISHED_DRAWN: usize = 2;

/// All writes that have started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// One row per write, in the order of the writes' names.
    pub ios: Vec<IoRow>,
    /// Number of used slots of the AIO context.
    pub slots_used: u8,
    /// The number of slots of the AIO context (`maxevents`).
    pub slots: u8,
}

/// One write with its progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IoRow {
    /// A number that identifies the write in its run.
    pub key: u32,
    /// The letter of the write.
    pub name: String,
    /// The thread, the range and the flags.
    pub what: String,
    /// The position in [`COLUMNS`]; `None` before the write is submitted.
    pub column: Option<u8>,
    /// Its exact place, in a few words.
    pub place: String,
    /// What user space knows of the write.
    pub ack: Ack,
    /// True while it is counted in `i_unwritten`.
    pub counted: bool,
    /// True while it is counted in `i_dio_count`.
    pub dio: bool,
    /// True if its bio failed with EIO.
    pub failed: bool,
    /// True if the write and enough later writes of its thread are finished, so that the picture
    /// leaves it out.
    pub is_past: bool,
    /// True if its `io_end` is gone.
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

    /// The text about the rows that the picture leaves out.
    pub fn past(&self) -> Option<String> {
        let past = self.ios.iter().filter(|io| io.is_past).count();
        (past > 0).then(|| format!("{past} more finished earlier; the table has them."))
    }
}

/// What user space knows of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// User space knows nothing yet.
    No,
    /// The event is in the ring and not reaped.
    Event,
    /// A thread has been told.
    Known,
}

impl Ack {
    /// The knowledge in words.
    pub const fn text(self) -> &'static str {
        match self {
            Ack::No => "not acknowledged",
            Ack::Event => "event in the ring",
            Ack::Known => "acknowledged",
        }
    }
}

/// The pipeline at the cursor of a run. The run also knows for which finished writes the bio
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

/// Every direct write that has started, including finished ones, and unfinished writeback.
pub fn pipeline(setup: &Setup, state: &State) -> Pipeline {
    let mut of_threads: Vec<Vec<IoRow>> = Vec::new();
    for (thread, program) in (0..).zip(&setup.threads) {
        let mut ios = Vec::new();
        for (index, op) in (0..).zip(program) {
            for iocb in 0..op.writes() {
                // Each iocb of a batch is a write.
                let Some((nr, row)) = row(setup, thread, op.iocb(iocb)) else { continue };
                let is_this = |io: &Io| io.nr == nr && io.thread == thread && !io.writeback;
                let task = &state.tasks[usize::from(thread)];
                let done = task.op > index || task.op == index && task.submitting.iocb > iocb;
                if let Some((io, _)) = state.ios().find(|(_, io)| is_this(io)) {
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
        ios.push(live(setup, state, index, writeback_row(setup, index, io)));
    }
    let ios = sorted(ios, |io| io.key.into());
    Pipeline { ios, slots_used: state.slots_used(), slots: setup.slots }
}

/// Marks the finished writes of a thread that are not among the last ones.
fn leave_out_finished(of_thread: &mut [IoRow]) {
    let finished = of_thread.iter_mut().rev().filter(|io| io.is_finished);
    finished.skip(FINISHED_DRAWN).for_each(|io| io.is_past = true);
}

/// The row with the values of its IO.
fn live(setup: &Setup, state: &State, index: u8, row: IoRow) -> IoRow {
    let io = &state.ios[usize::from(index)];
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
    let place = place(setup, state, index);
    IoRow { column, place, ack, counted: io.counted, dio: io.dio_held, failed: io.error, ..row }
}

/// The number of a direct write, and its row before it has started.
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
    // Direct writes have numbers below 256.
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

/// The place of a write whose `io_end` is gone.
const FINISHED: &str = "finished";

/// The file's name and a blank, if there are two files.
fn file_prefix(setup: &Setup, ino: u8) -> String {
    if setup.files.len() > 1 { format!("{} ", file_name(setup, ino)) } else { String::new() }
}

/// The place of an IO in words. In the column of conversions only the converting actor is named.
fn place(setup: &Setup, state: &State, index: u8) -> String {
    let Io { stage, ino, .. } = state.ios[usize::from(index)];
    let owner = if setup.files.len() > 1 { file_name(setup, ino) } else { "the inode" };
    match stage {
        Stage::Converting => format!("by {}", converter(state, index)),
        Stage::Free
        | Stage::Prepared
        | Stage::Submitted
        | Stage::Completed
        | Stage::Listed
        | Stage::Converted => io_place(state, index, owner),
    }
}
