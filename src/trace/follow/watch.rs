//! From the events of one operation to what a run of the machine has to show.

use std::collections::BTreeMap;

use crate::es::{EsOp, Extent, Memory, Rules, Status, Tree, Version};
use crate::trace::es_event::EsCall;
use crate::trace::event::Event;
use crate::trace::folder::Folder;
use crate::trace::line::Context;
use crate::trace::reader::Record;
use crate::trace::scene::Window;

use super::table::{Call, Queue, call_of, queue_of};

/// What a block is, whoever answers: the ES tree, or where that is silent the disk tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A hole.
    Hole,
    /// Delayed.
    Delayed,
    /// Unwritten.
    Unwritten,
    /// Written.
    Written,
}

impl Kind {
    /// The kind of a status; an unwritten block that is still marked as delayed is unwritten.
    pub fn of(status: Status) -> Kind {
        if status.any(Status::WRITTEN) {
            Kind::Written
        } else if status.any(Status::UNWRITTEN) {
            Kind::Unwritten
        } else if status.any(Status::DELAYED) {
            Kind::Delayed
        } else {
            Kind::Hole
        }
    }
}

/// Who wrote an event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Who {
    /// The task that runs the operation.
    Thread,
    /// An interrupt.
    Irq,
    /// Another task, by its number.
    Task(u32),
}

/// One thing that a run has to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sight {
    /// The operation's call begins: number of the call.
    Enter(u8),
    /// It has returned.
    Exit(u8),
    /// A block becomes something else.
    Change { who: Who, block: u8, to: Kind },
    /// The bios of these blocks are on their way: a bit each.
    Issue(u16),
    /// The device has done them.
    Complete(u16),
    /// A kworker begins work of a queue.
    WorkStart { pid: u32, queue: Queue },
    /// It is through.
    WorkEnd { pid: u32 },
    /// jbd2 begins a commit.
    CommitStart,
    /// jbd2 has ended it.
    CommitEnd,
}

/// A sight with its line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Line of the trace; 0 for the begin and the end of an operation without a call.
    pub line: u64,
    /// What.
    pub sight: Sight,
}

/// Watches the events of one operation.
pub struct Watch<'a> {
    window: &'a Window,
    folder: &'a Folder,
    /// What the blocks of the file are.
    kinds: Tree,
    /// What the window's blocks were last.
    last: Vec<Kind>,
    /// Where the file's blocks are on the device.
    places: BTreeMap<u64, (u64, u8)>,
    /// The task that runs the operation.
    pid: u32,
    /// Work that runs: the task.
    working: Vec<u32>,
    seen: Vec<Seen>,
}

fn rules() -> &'static Rules {
    Version::V6_12.rules()
}

/// A block as an entry of a map in which what is alike merges.
fn entry(lblk: u32, len: u32, kind: Kind) -> Extent {
    let (status, pblk) = match kind {
        Kind::Hole => (Status::HOLE, 0),
        Kind::Delayed => (Status::DELAYED, 0),
        Kind::Unwritten => (Status::UNWRITTEN, 1 + u64::from(lblk)),
        Kind::Written => (Status::WRITTEN, 1 + u64::from(lblk)),
    };
    Extent::new(lblk, len, pblk, status)
}

impl<'a> Watch<'a> {
    /// A watch over a window, before the operation of a task.
    pub fn new(window: &'a Window, folder: &'a Folder, pid: u32) -> Watch<'a> {
        let mut watch = Watch {
            window,
            folder,
            kinds: Tree::new(),
            last: Vec::new(),
            places: BTreeMap::new(),
            pid,
            working: Vec::new(),
            seen: Vec::new(),
        };
        for (block, run) in (0_u8..).zip(window) {
            let cached = run.before.map(|extent| Kind::of(extent.status));
            let on_disk = run.disk.map_or(Kind::Hole, |extent| Kind::of(extent.status));
            let kind = cached.unwrap_or(on_disk);
            watch.set(run.lblk, run.len, kind);
            watch.last.push(kind);
            if let Some(disk) = run.disk.filter(|disk| disk.status.is_mapped()) {
                watch.place(disk.pblk, run.len, block);
            }
        }
        watch
    }

    /// What the window's blocks are before the operation.
    pub fn kinds(&self) -> &[Kind] {
        &self.last
    }

    /// What a run has to show, with the begin and the end of calls that left no event.
    pub fn finish(mut self, calls: u8) -> Vec<Seen> {
        for call in 0..calls {
            let (enter, exit) = (Sight::Enter(call), Sight::Exit(call));
            if !self.seen.iter().any(|seen| seen.sight == enter) {
                self.seen.insert(0, Seen { line: 0, sight: enter });
            }
            // A program that reaps event by event calls once in the machine.
            let exits = |seen: &Seen| seen.sight == exit;
            let last = self.seen.iter().rposition(exits);
            let first = self.seen.iter().position(|seen| seen.sight == Sight::Enter(call));
            let mut at = 0;
            self.seen.retain(|seen| {
                at += 1;
                let again = seen.sight == Sight::Enter(call) && Some(at - 1) != first;
                let early = exits(seen) && Some(at - 1) != last;
                !again && !early
            });
            if last.is_none() {
                self.seen.push(Seen { line: 0, sight: exit });
            }
        }
        self.seen
    }

    fn set(&mut self, lblk: u32, len: u32, kind: Kind) {
        let _ =
            self.kinds.apply(rules(), &mut Memory::plenty(), EsOp::Insert(entry(lblk, len, kind)));
    }

    fn place(&mut self, pblk: u64, len: u32, block: u8) {
        self.places.insert(pblk, (pblk + u64::from(len), block));
    }

    /// Takes an event of the operation's time.
    pub fn event(&mut self, record: &Record<'_>) {
        let line = record.line;
        if record.pid == self.pid
            && record.context == Context::Task
            && let Some((call, enters)) = call_of(&record.event)
        {
            let call = u8::from(call == Call::Reap);
            let sight = if enters { Sight::Enter(call) } else { Sight::Exit(call) };
            return self.seen.push(Seen { line, sight });
        }
        match record.event {
            Event::Es(es) if self.folder.ino == Some(es.inode.ino) => {
                self.es(record, es.call);
            }
            Event::BlockIssue { rwbs, sector, sectors } if rwbs.is_write() => {
                self.request(line, sector, sectors, Sight::Issue);
            }
            Event::BlockComplete { rwbs, sector, sectors, .. } if rwbs.is_write() => {
                self.request(line, sector, sectors, Sight::Complete);
            }
            Event::WorkStart { function, .. } => {
                if let Some(queue) = queue_of(function) {
                    self.working.push(record.pid);
                    let sight = Sight::WorkStart { pid: record.pid, queue };
                    self.seen.push(Seen { line, sight });
                }
            }
            Event::WorkEnd { .. } if self.working.contains(&record.pid) => {
                self.working.retain(|pid| *pid != record.pid);
                self.seen.push(Seen { line, sight: Sight::WorkEnd { pid: record.pid } });
            }
            Event::Commit { phase, .. } => {
                use crate::trace::event::CommitPhase;
                let sight = match phase {
                    CommitPhase::Start => Sight::CommitStart,
                    CommitPhase::End => Sight::CommitEnd,
                    CommitPhase::Locking | CommitPhase::Flushing | CommitPhase::Logging => return,
                };
                self.seen.push(Seen { line, sight });
            }
            _ => {}
        }
    }

    fn es(&mut self, record: &Record<'_>, call: EsCall) {
        let (lblk, len, kind) = match call {
            EsCall::Insert(extent) => {
                self.allocated(&extent);
                (extent.lblk, extent.len, Kind::of(extent.status))
            }
            EsCall::InsertDelayed { extent, .. } => (extent.lblk, extent.len, Kind::Delayed),
            EsCall::Remove { lblk, len } => (lblk, len, Kind::Hole),
            // What is cached from the disk tree changes nothing, and lookups do not either.
            EsCall::Cache(_)
            | EsCall::Lookup { .. }
            | EsCall::Found(_)
            | EsCall::Find { .. }
            | EsCall::FindFound(_)
            | EsCall::ShrinkCount
            | EsCall::ShrinkEnter { .. }
            | EsCall::ShrinkExit { .. }
            | EsCall::Shrink { .. } => return,
        };
        self.set(lblk, len, kind);
        let who = match record.context {
            Context::Softirq | Context::Hardirq | Context::Nmi => Who::Irq,
            Context::Task if record.pid == self.pid => Who::Thread,
            Context::Task => Who::Task(record.pid),
        };
        for (block, run) in (0_u8..).zip(self.window) {
            let Some(now) = self.kinds.peek(run.lblk) else { continue };
            let whole = now.lblk.saturating_add(now.len) >= run.lblk.saturating_add(run.len);
            let to = Kind::of(now.status);
            if whole && self.last[usize::from(block)] != to {
                self.last[usize::from(block)] = to;
                let sight = Sight::Change { who, block, to };
                self.seen.push(Seen { line: record.line, sight });
            }
        }
    }

    /// Remembers where an inserted extent is on the device.
    fn allocated(&mut self, extent: &Extent) {
        if !extent.status.is_mapped() {
            return;
        }
        let end = extent.lblk.saturating_add(extent.len);
        let parts: Vec<(u64, u32, u8)> = (0_u8..)
            .zip(self.window)
            .filter_map(|(block, run)| {
                let first = run.lblk.max(extent.lblk);
                let last = run.lblk.saturating_add(run.len).min(end);
                let len = last.checked_sub(first).filter(|len| *len > 0)?;
                Some((extent.pblk + u64::from(first - extent.lblk), len, block))
            })
            .collect();
        for (pblk, len, block) in parts {
            self.place(pblk, len, block);
        }
    }

    /// A request is of the file if its sectors are where the file's blocks are.
    fn request(&mut self, line: u64, sector: u64, sectors: u32, sight: fn(u16) -> Sight) {
        let per_block = u64::from(self.folder.block_size / 512).max(1);
        let (first, end) = (sector / per_block, (sector + u64::from(sectors)).div_ceil(per_block));
        let touched = self.places.range(..end).filter(|(_, (last, _))| *last > first);
        let blocks = touched.fold(0_u16, |blocks, (_, (_, block))| blocks | 1 << block);
        if blocks != 0 {
            self.seen.push(Seen { line, sight: sight(blocks) });
        }
    }
}
