//! Turns the events of one operation into the sights that a run of the machine has to show.

use std::collections::BTreeMap;

use crate::es::{EsOp, Extent, Memory, Rules, Status, Tree, Version};
use crate::trace::es_event::EsCall;
use crate::trace::event::Event;
use crate::trace::folder::Folder;
use crate::trace::history::History;
use crate::trace::line::Context;
use crate::trace::reader::Record;
use crate::trace::scene::Window;

use super::table::{Call, Queue, call_of, queue_of};

/// The kind of a block: from the ES tree, or from the disk tree if nothing is cached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A hole, in both trees.
    Hole,
    /// Reserved in memory, without a block on the disk.
    Delayed,
    /// Allocated and unwritten: it reads as zeroes.
    Unwritten,
    /// Allocated and written: it reads as data.
    Written,
}

impl Kind {
    /// The kind for a status. An unwritten block that is still marked as delayed is unwritten.
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

/// The context that wrote an event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Who {
    /// The task that runs the operation.
    Thread,
    /// An interrupt handler.
    Irq,
    /// Another task, with its number.
    Task(u32),
}

/// One event that a run has to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sight {
    /// The operation's call with this number starts.
    Enter(u8),
    /// The call with this number has returned.
    Exit(u8),
    /// A block changes its kind.
    Change { who: Who, block: u8, to: Kind },
    /// All blocks from the first one that moves on leave the ES tree.
    Forget { who: Who },
    /// The bios of these blocks, one bit each, are submitted.
    Issue(u16),
    /// The device has finished these blocks.
    Complete(u16),
    /// A kworker starts work of a queue.
    WorkStart { pid: u32, queue: Queue },
    /// The kworker has finished its work.
    WorkEnd { pid: u32 },
    /// jbd2 begins a commit.
    CommitStart,
    /// jbd2 has ended the commit.
    CommitEnd,
}

/// A sight with its line in the trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The line of the trace; 0 for the start and the end of an operation without a call.
    pub line: u64,
    /// The event that a run has to show.
    pub sight: Sight,
}

/// Follows the events of one operation.
pub struct Watch<'a> {
    window: &'a Window,
    folder: &'a Folder,
    /// The kinds of all blocks of the file.
    kinds: Tree,
    /// The last known kinds of the window's blocks.
    last: Vec<Kind>,
    /// The places of the file's blocks on the device.
    places: BTreeMap<u64, (u64, u8)>,
    /// For each block of the window, the number of the file's blocks that are being transferred.
    flying: BTreeMap<u8, u64>,
    /// The task that runs the operation.
    pid: u32,
    /// The first block that the operation moves, if it moves any.
    moves_from: Option<u32>,
    /// The tasks that run a work item.
    working: Vec<u32>,
    seen: Vec<Seen>,
}

fn rules() -> &'static Rules {
    Version::V6_12.rules()
}

/// A block as an entry of a map that merges equal neighbours.
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
    /// A watch of a window, before the operation of a task.
    pub fn new(
        window: &'a Window,
        folder: &'a Folder,
        history: &History,
        pid: u32,
        moves_from: Option<u32>,
    ) -> Watch<'a> {
        let mut watch = Watch {
            window,
            folder,
            kinds: Tree::new(),
            last: Vec::new(),
            places: BTreeMap::new(),
            flying: BTreeMap::new(),
            pid,
            moves_from,
            working: Vec::new(),
            seen: Vec::new(),
        };
        for (block, run) in (0_u8..).zip(window) {
            let cached = run.before.map(|extent| Kind::of(extent.status));
            let on_disk = run.disk.map_or(Kind::Hole, |extent| Kind::of(extent.status));
            let kind = cached.unwrap_or(on_disk);
            watch.set(run.lblk, run.len, kind);
            watch.last.push(kind);
            // The blocks of a run may be apart on the device.
            for disk in history.disk_within(run.lblk, run.len) {
                if disk.status.is_mapped() {
                    watch.place(disk.pblk, disk.len, block);
                }
            }
        }
        watch
    }

    /// The kinds of the window's blocks before the operation.
    pub fn kinds(&self) -> &[Kind] {
        &self.last
    }

    /// The sights of the operation, including the start and the end of calls that left no event.
    pub fn finish(mut self, calls: u8) -> Vec<Seen> {
        // Calls that the operation does not have in the machine: the reaping of AIO reads.
        self.seen.retain(|seen| match seen.sight {
            Sight::Enter(call) | Sight::Exit(call) => call < calls,
            _ => true,
        });
        for call in 0..calls {
            let (enter, exit) = (Sight::Enter(call), Sight::Exit(call));
            if !self.seen.iter().any(|seen| seen.sight == enter) {
                self.seen.insert(0, Seen { line: 0, sight: enter });
            }
            // A program may reap events one by one; in the machine that is one call.
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

    /// Takes an event that happened during the operation.
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
                self.request(line, sector, sectors, true);
            }
            Event::BlockComplete { rwbs, sector, sectors, .. } if rwbs.is_write() => {
                self.request(line, sector, sectors, false);
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
            // Caching an extent of the disk tree changes no kind, and neither do lookups.
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
        let who = match record.context {
            Context::Softirq | Context::Hardirq | Context::Nmi => Who::Irq,
            Context::Task if record.pid == self.pid => Who::Thread,
            Context::Task => Who::Task(record.pid),
        };
        if kind == Kind::Hole && self.moves_from == Some(lblk) {
            // Nothing is cached from there on, and the disk tree moves.
            return self.seen.push(Seen { line: record.line, sight: Sight::Forget { who } });
        }
        self.set(lblk, len, kind);
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

    /// Records the place of an inserted extent on the device.
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

    /// Takes a request, if its sectors are blocks of the file. A block of the window represents
    /// several blocks of the file, which may be apart on the device. It is complete when all its
    /// issued blocks are.
    fn request(&mut self, line: u64, sector: u64, sectors: u32, issued: bool) {
        let per_block = u64::from(self.folder.block_size / 512).max(1);
        let (first, end) = (sector / per_block, (sector + u64::from(sectors)).div_ceil(per_block));
        let touched = self.places.range(..end).filter(|(_, (last, _))| *last > first);
        let touched: Vec<(u64, u8)> = touched
            .map(|(from, (last, block))| (end.min(*last) - first.max(*from), *block))
            .collect();
        let mut blocks = 0_u16;
        for (count, block) in touched {
            let flying = self.flying.entry(block).or_default();
            *flying = if issued { *flying + count } else { flying.saturating_sub(count) };
            if issued || *flying == 0 {
                blocks |= 1 << block;
            }
        }
        if blocks != 0 {
            let sight = if issued { Sight::Issue(blocks) } else { Sight::Complete(blocks) };
            self.seen.push(Seen { line, sight });
        }
    }
}

/// The events that a run must have if each request without a completion in the trace completed as
/// soon as it was issued; `None` if there is no such request. An interrupt of a task that is not
/// traced (`set_event_notrace_pid`) leaves no event.
pub fn with_unseen_completions(seen: &[Seen]) -> Option<Vec<Seen>> {
    let mut all: Vec<Seen> = Vec::new();
    for (at, one) in seen.iter().enumerate() {
        all.push(one.clone());
        let Sight::Issue(mut open) = one.sight else { continue };
        for later in &seen[at + 1..] {
            match later.sight {
                Sight::Complete(blocks) => open &= !blocks,
                Sight::Issue(blocks) if blocks & open != 0 => break,
                Sight::Issue(_)
                | Sight::Enter(_)
                | Sight::Exit(_)
                | Sight::Change { .. }
                | Sight::Forget { .. }
                | Sight::WorkStart { .. }
                | Sight::WorkEnd { .. }
                | Sight::CommitStart
                | Sight::CommitEnd => {}
            }
        }
        if open != 0 {
            all.push(Seen { line: one.line, sight: Sight::Complete(open) });
        }
    }
    (all.len() > seen.len()).then_some(all)
}
