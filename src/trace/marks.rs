//! The operations of a recorded script, from the markers in its trace.

use std::collections::BTreeMap;

use crate::es::{Extent, Rules, Tree};

use super::driven::{DrivenTree, clears_trees};
use super::es_event::InodeId;
use super::event::Event;
use super::folder::{Dump, OpRecord};
use super::op::{Mode, RecordedOp};
use super::reader::{Item, Reader};

/// An operation, from its markers `op 3 begin dio_write off=0 len=4096 sync=0` and `op 3 end
/// dio_write ret=…`.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The number of the operation in its script.
    pub index: u32,
    /// The operation's line in the script.
    pub line: String,
    /// The result of the call; negative for an error.
    pub ret: i64,
    /// The index of the event with which it begins.
    pub begin: u32,
    /// The index of the event with which it ends.
    pub end: Option<u32>,
    /// The file's tree at its end.
    pub tree: Dump,
}

/// The number of operations whose trees are kept, from the first.
const OPS_KEPT: usize = 4_096;

/// All operations of a trace, and their inode.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    all: Vec<Mark>,
    /// The inode of the first tree event within an operation.
    pub inode: Option<u16>,
}

/// The operations that the markers of a trace name, each with the tree that the events before its
/// end give, for a trace without an `ops.jsonl`. There are none if the trace has no markers.
pub fn ops_of_markers(text: &[u8], rules: &Rules) -> Vec<OpRecord> {
    let mut marks = Marks::default();
    let mut trees: BTreeMap<InodeId, DrivenTree> = BTreeMap::new();
    let mut numbers: Vec<InodeId> = Vec::new();
    let events = Reader::new(text).filter_map(|item| match item {
        Item::Event(record) => Some(record.event),
        _ => None,
    });
    for (position, event) in (0_u32..).zip(events) {
        match event {
            Event::Es(es) if es.inode.ino > 0 => {
                trees.entry(es.inode).or_default().apply(rules, es.call);
                let known = numbers.iter().position(|inode| *inode == es.inode);
                let number = known.unwrap_or(numbers.len());
                if number == numbers.len() {
                    numbers.push(es.inode);
                }
                marks.tree(u16::try_from(number).unwrap_or(u16::MAX));
            }
            Event::Marker(text) => {
                marks.marker(position, text);
                let inode = marks.inode.and_then(|number| numbers.get(usize::from(number)));
                let known = inode.and_then(|inode| trees.get(inode));
                marks.keep(position, known.map(|known| &known.tree));
            }
            _ => {}
        }
        if clears_trees(&event) {
            trees.values_mut().for_each(|known| known.clear(rules));
        }
    }
    marks.records(u32::MAX).unwrap_or_default()
}

impl Marks {
    /// Takes a marker, with its index among the events.
    pub fn marker(&mut self, position: u32, text: &[u8]) {
        let Ok(text) = core::str::from_utf8(text) else { return };
        let mut words = text.trim().splitn(4, ' ');
        let (Some("op"), Some(index), Some(what)) = (words.next(), words.next(), words.next())
        else {
            return;
        };
        let Ok(index) = index.parse() else { return };
        let rest = words.next().unwrap_or_default();
        match what {
            "begin" => {
                let (line, tree) = (rest.into(), Dump::new());
                self.all.push(Mark { index, line, ret: 0, begin: position, end: None, tree });
            }
            "end" => {
                if let Some(mark) = self.all.last_mut().filter(|mark| mark.index == index) {
                    mark.end = Some(position);
                    let ret = rest.rsplit("ret=").next().and_then(|ret| ret.trim().parse().ok());
                    mark.ret = ret.unwrap_or(0);
                }
            }
            _ => {}
        }
    }

    /// Takes the inode of a tree event.
    pub fn tree(&mut self, inode: u16) {
        if self.inode.is_none() && self.all.last().is_some_and(|mark| mark.end.is_none()) {
            self.inode = Some(inode);
        }
    }

    /// The operation around an event, or else the one before it.
    pub fn at(&self, event: u32) -> Option<&Mark> {
        let after = self.all.partition_point(|mark| mark.begin <= event);
        self.all.get(after.checked_sub(1)?)
    }

    /// Keeps the file's tree, if an operation ends at this event.
    pub fn keep(&mut self, position: u32, tree: Option<&Tree>) {
        let at = self.all.partition_point(|mark| mark.begin <= position);
        let mark = at.checked_sub(1).and_then(|at| self.all.get_mut(at));
        if let Some(mark) = mark.filter(|mark| mark.end == Some(position))
            && at <= OPS_KEPT
        {
            let plain = |extent: Extent| Extent { status: extent.status.kind(), ..extent };
            mark.tree = tree.map(|tree| tree.iter().map(plain).collect()).unwrap_or_default();
        }
    }

    /// The operations up to one of them, as a recorder writes them; `None` if their trees are not
    /// all kept.
    pub fn records(&self, last: u32) -> Option<Vec<OpRecord>> {
        let mut size = 0_u64;
        let mut records = Vec::new();
        for mark in self.all.iter().take_while(|mark| mark.index <= last) {
            if records.len() >= OPS_KEPT {
                return None;
            }
            size = size_after(size, &RecordedOp::parse(&mark.line), mark.ret);
            // The tree after the last operation is not needed.
            let es = if mark.index < last { mark.tree.clone() } else { Dump::new() };
            let (index, op, ret) = (mark.index, mark.line.clone(), mark.ret);
            let (fiemap, es_after_fiemap, fiemap_out) = (None, None, None);
            records.push(OpRecord {
                index,
                op,
                ret,
                size,
                es,
                fiemap,
                es_after_fiemap,
                fiemap_out,
            });
        }
        Some(records)
    }
}

/// `i_size` after an operation, in bytes.
fn size_after(size: u64, op: &RecordedOp, ret: i64) -> u64 {
    if ret < 0 {
        return size;
    }
    match op {
        RecordedOp::DioWrite { bytes, .. } | RecordedOp::BufWrite { bytes, .. } => {
            size.max(bytes.end())
        }
        RecordedOp::AioWrite { iocbs, .. } => {
            iocbs.iter().map(|iocb| iocb.end()).fold(size, u64::max)
        }
        RecordedOp::Truncate { size } => *size,
        RecordedOp::Fallocate { bytes, mode } => match mode {
            Mode::Alloc | Mode::Zero => size.max(bytes.end()),
            Mode::Keep | Mode::Punch | Mode::ZeroKeep => size,
            Mode::Collapse => size.saturating_sub(bytes.len),
            Mode::Insert => size.saturating_add(bytes.len),
        },
        RecordedOp::AioRead { .. }
        | RecordedOp::DioRead { .. }
        | RecordedOp::BufRead { .. }
        | RecordedOp::Fsync { .. }
        | RecordedOp::DropCaches { .. }
        | RecordedOp::Fiemap { .. }
        | RecordedOp::ClearEs
        | RecordedOp::MmapWrite { .. }
        | RecordedOp::Seekmap
        | RecordedOp::Seek { .. }
        | RecordedOp::SyncFileRange { .. }
        | RecordedOp::Syncfs
        | RecordedOp::Other { .. } => size,
    }
}
