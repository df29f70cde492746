//! The ES tree of an inode beside its maps: what passes into it, and what a lookup finds there
//! (fs/ext4/extents_status.c v3.9).

use crate::bounds::PBLK_FIRST;
use crate::es::{self, EsOp, Extent, Status};

use super::knobs::{EsContent, EsConvert};
use super::machine::Machine;
use super::note::{Note, Observer};
use super::promise::Promise;
use super::range::Range;
use super::state::{Bound, Mapping};

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn es_says_written(&mut self, ino: u8, range: Range) -> bool {
        let mut lblk = range.lblk;
        while lblk < range.end() {
            match self.es_lookup(ino, lblk) {
                Some(extent) if extent.status.any(Status::WRITTEN) => {
                    lblk = (extent.lblk + extent.len).min(u32::from(range.end())) as u8;
                }
                _ => return false,
            }
        }
        true
    }

    /// Whether the ES tree says that a block is delayed.
    pub(super) fn is_delayed(&self, ino: u8, lblk: u8) -> bool {
        let entry = self.state.inodes[usize::from(ino)].es.peek(u32::from(lblk));
        entry.is_some_and(|entry| entry.status.any(Status::DELAYED))
    }

    pub(super) fn is_cached(&self, ino: u8, lblk: u8) -> bool {
        let is_full = self.knobs().es_content != EsContent::Delayed;
        is_full && self.state.inodes[usize::from(ino)].es.peek(u32::from(lblk)).is_some()
    }

    /// Removes a range from the ES tree and looks it up again.
    pub(super) fn es_forget(&mut self, ino: u8, range: Range) {
        let (lblk, len) = (u32::from(range.lblk), u32::from(range.len));
        self.es_call(ino, EsOp::Remove { lblk, len });
    }

    /// Marks the entries of a range as dirty, if the design has a dirty bit: their conversion is
    /// pending.
    pub(super) fn mark_pending(&mut self, ino: u8, range: Range) {
        if self.knobs().dirty_bit != es::DirtyBit::No {
            let (lblk, len) = (u32::from(range.lblk), u32::from(range.len));
            self.es_call(ino, EsOp::MarkDirty { lblk, len });
        }
    }

    /// The RFC's conversion in the ES tree only, in irq context. As in the RFC, the result is
    /// ignored.
    pub(super) fn convert_in_es(&mut self, ino: u8, range: Range, mut memory: es::Memory) {
        let how = match self.knobs().es_convert {
            EsConvert::Posted => es::Convert::Posted,
            EsConvert::Corrected => es::Convert::Corrected,
        };
        let (lblk, len) = (u32::from(range.lblk), u32::from(range.len));
        let op = EsOp::ConvertUnwritten { lblk, len, how };
        self.obs.note(Note::Es { ino, op });
        let rules = self.rules();
        let es = self.state.es(ino);
        if let Err(es::EsError::Full) = es.apply(&rules, &mut memory, op) {
            *self.state.bound() = Some(Bound::EsExtents);
        }
        let es = &self.state.inodes[usize::from(ino)].es;
        let exposes = |lblk: u8| match es.peek(u32::from(lblk)) {
            Some(extent) if extent.status.any(Status::WRITTEN) => {
                let chunk = Chunk::of_es(extent, Range::new(lblk, 1));
                chunk.first.pblk().is_some_and(|pblk| self.is_stale(ino, lblk, pblk))
            }
            _ => false,
        };
        if range.blocks().any(exposes) {
            self.break_promise(Promise::NoStale);
        }
    }

    /// Whether a physical block holds data that this block of the file must not expose.
    pub(super) fn is_stale(&self, ino: u8, lblk: u8, pblk: u8) -> bool {
        let media = self.state.media.get(usize::from(pblk));
        self.state.inodes[usize::from(ino)].is_strange(ino, lblk, media.map(|media| media.now))
    }

    /// Passes a change of the disk tree to the ES tree.
    pub(super) fn es_insert(&mut self, ino: u8, chunk: Chunk) {
        self.es_learn(ino, chunk, EsOp::Insert);
    }

    pub(super) fn es_learn(&mut self, ino: u8, chunk: Chunk, how: fn(Extent) -> EsOp) {
        self.es_learn_as(ino, chunk, Status::NONE, how);
    }

    /// [`Machine::es_insert`] with one more status bit.
    pub(super) fn es_learn_as(
        &mut self,
        ino: u8,
        chunk: Chunk,
        also: Status,
        how: fn(Extent) -> EsOp,
    ) {
        if self.knobs().es_content == EsContent::Delayed {
            return;
        }
        let status = match chunk.first {
            Mapping::Hole => Status::HOLE,
            Mapping::Unwritten(_) => Status::UNWRITTEN,
            Mapping::Written(_) => Status::WRITTEN,
        };
        let extent = Extent {
            lblk: u32::from(chunk.range.lblk),
            len: u32::from(chunk.range.len),
            pblk: chunk.first.pblk().map_or(0, |p| PBLK_FIRST + u64::from(p)),
            status: status | also,
        };
        self.es_call(ino, how(extent));
    }

    pub(super) fn es_lookup(&mut self, ino: u8, lblk: u8) -> Option<Extent> {
        match self.es_call(ino, EsOp::Lookup { lblk: u32::from(lblk) })? {
            es::Reply::Found(extent, _) => extent,
            _ => None,
        }
    }

    /// Makes one call on the ES tree of an inode, and releases the reservations that it hands back.
    /// Returns `None` if the bound on extents was reached.
    pub(super) fn es_call(&mut self, ino: u8, op: EsOp) -> Option<es::Reply> {
        let reply = self.es_apply(ino, op);
        if let Some(es::Reply::Count(blocks)) = reply {
            self.release_of_es(ino, op, blocks);
        }
        reply
    }

    /// [`Machine::es_call`], with no effect on reservations.
    pub(super) fn es_apply(&mut self, ino: u8, op: EsOp) -> Option<es::Reply> {
        self.obs.note(Note::Es { ino, op });
        self.takes_es_lock(ino);
        let rules = self.rules();
        let mut memory = es::Memory::plenty();
        match self.state.es(ino).apply(&rules, &mut memory, op) {
            Ok(reply) => Some(reply),
            Err(_) => {
                // Memory is plenty and the range is inside the file, so only the room can run out.
                *self.state.bound() = Some(Bound::EsExtents);
                None
            }
        }
    }
}

/// A run of blocks with one status and consecutive physical blocks.
#[derive(Clone, Copy)]
pub(super) struct Chunk {
    pub(super) range: Range,
    pub(super) first: Mapping,
}

impl Chunk {
    /// The chunk that an ES extent gives to the start of a range that it covers.
    pub(super) fn of_es(extent: Extent, range: Range) -> Chunk {
        let skip = u32::from(range.lblk) - extent.lblk;
        let len = (extent.len - skip).min(u32::from(range.len)) as u8;
        let pblk = extent.pblk.wrapping_sub(PBLK_FIRST).wrapping_add(u64::from(skip)) as u8;
        let first = if extent.status.any(Status::WRITTEN) {
            Mapping::Written(pblk)
        } else if extent.status.any(Status::UNWRITTEN) {
            Mapping::Unwritten(pblk)
        } else {
            Mapping::Hole
        };
        Chunk { range: Range::new(range.lblk, len), first }
    }
}
