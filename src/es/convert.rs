//! The RFC's additions: conversion in the ES tree before the disk conversion, and the dirty bit.

use super::insert::Failed;
use super::memory::Memory;
use super::rules::{DirtyBit, NoMemory, Rules};
use super::status::{Extent, Status};
use super::store::{EsError, NIL, Place, Store};
use super::tree::Es;

/// The version of `ext4_es_convert_unwritten_extents` to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Convert {
    /// As posted in v5 of the series (patch queue 4d291c42, 9 Feb 2013), with its defects.
    Posted,
    /// The corrected function: UNWRITTEN pieces become WRITTEN, other entries do not change, and a
    /// failed call changes nothing.
    Corrected,
}

impl<S: Store> Es<S> {
    /// Marks a range as written before the disk tree is written
    /// (`ext4_es_convert_unwritten_extents`, which exists only in the RFC). With
    /// [`DirtyBit::Pending`] the converted extents are dirty from now on.
    ///
    /// # Errors
    /// `NoMemory`, and the tree does not change; `Bug` for a range past 2^32; `Full` from a `Flat`.
    pub fn convert_unwritten(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        (lblk, len): (u32, u32),
        how: Convert,
    ) -> Result<(), EsError> {
        match how {
            Convert::Posted => self.convert_posted(rules, mem, lblk, len),
            Convert::Corrected => self.restatus(rules, mem, (lblk, len), |status| {
                let plain = status.kind() == Status::UNWRITTEN;
                plain.then(|| written(rules, status))
            }),
        }
    }

    /// Marks the UNWRITTEN extents of a range as dirty: an IO was submitted to them and their
    /// conversion will be pending. Does nothing without a dirty bit.
    ///
    /// # Errors
    /// As [`Es::convert_unwritten`].
    pub fn mark_dirty(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        (lblk, len): (u32, u32),
    ) -> Result<(), EsError> {
        if rules.dirty_bit == DirtyBit::No {
            return Ok(());
        }
        self.restatus(rules, mem, (lblk, len), |status| {
            let clean = status.kind() == Status::UNWRITTEN && !status.any(Status::DIRTY);
            clean.then(|| status.with(Status::DIRTY))
        })
    }

    /// The disk conversion of a range has finished: the tree agrees with the disk again, and its
    /// entries may be reclaimed. Dirty UNWRITTEN entries that were not converted earlier become
    /// WRITTEN.
    ///
    /// # Errors
    /// As [`Es::convert_unwritten`].
    pub fn clear_dirty(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        (lblk, len): (u32, u32),
    ) -> Result<(), EsError> {
        self.restatus(rules, mem, (lblk, len), |status| {
            if !status.any(Status::DIRTY) {
                return None;
            }
            let clean = status.without(Status::DIRTY);
            let plain = clean.kind() == Status::UNWRITTEN;
            Some(if plain { clean.without(Status::UNWRITTEN).with(Status::WRITTEN) } else { clean })
        })
    }

    /// [`Es::insert`] of an extent that was just read from the disk tree. It leaves dirty blocks
    /// alone, because their entries are newer than the disk tree (KEEP-DIRTY). Without a dirty bit
    /// it is a plain insert.
    ///
    /// # Errors
    /// As [`Es::insert`]; the pieces before the failed one are in the tree.
    pub fn insert_from_disk(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        extent: Extent,
    ) -> Result<i32, EsError> {
        let extent = Extent { status: extent.status.without(Status::DIRTY), ..extent };
        if rules.dirty_bit == DirtyBit::No || extent.len == 0 {
            return self.insert(rules, mem, extent);
        }
        let Some(end) = extent.end() else { return Err(EsError::Bug) };
        let mut used: i32 = 0;
        let mut from = extent.lblk;
        loop {
            let dirty = self.next_dirty(rules, from, end);
            let (stop, resume) = match dirty {
                Some(it) => (it.lblk.max(from), it.lblk.saturating_add(it.len)),
                None => (end, u32::MAX),
            };
            let len = if dirty.is_some() { stop - from } else { end - from + 1 };
            let skip = from - extent.lblk;
            let pblk = extent.pblk.wrapping_add(skip.into());
            let more = self.insert(rules, mem, Extent { lblk: from, len, pblk, ..extent })?;
            used = used.wrapping_add(more);
            if dirty.is_none() || resume > end {
                return Ok(used);
            }
            from = resume;
        }
    }

    /// The first dirty extent that touches `[lblk, end]`.
    fn next_dirty(&self, rules: &Rules, lblk: u32, end: u32) -> Option<Extent> {
        let mut at = self.search(rules, lblk);
        while at != NIL {
            let es = self.s.get(at);
            if es.lblk > end {
                return None;
            }
            if es.status.any(Status::DIRTY) {
                return Some(es);
            }
            at = self.s.next(at);
        }
        None
    }

    /// Gives the extents of a range another status, splitting at its ends and merging afterwards.
    /// It allocates all nodes for the splits first, so that a failed call changes nothing.
    fn restatus(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        (lblk, len): (u32, u32),
        change: impl Fn(Status) -> Option<Status>,
    ) -> Result<(), EsError> {
        if len == 0 {
            return Ok(());
        }
        let end = lblk.checked_add(len - 1).ok_or(EsError::Bug)?;
        self.check_search(end)?;
        let cuts = self.cuts(rules, lblk, end, &change);
        let Some(cuts) = cuts else { return Ok(()) };
        let nodes = cuts.iter().flatten().count() as u32;
        if self.s.room() < nodes {
            return Err(EsError::Full);
        }
        for _ in 0..nodes {
            if !mem.alloc() {
                if rules.no_memory != NoMemory::Preallocate {
                    return Err(EsError::NoMemory);
                }
                mem.alloc_nofail();
            }
        }
        self.s.set_cache(NIL);
        for cut in cuts.into_iter().flatten() {
            self.cut(rules, cut)?;
        }
        let mut at = self.search(rules, lblk);
        while at != NIL {
            let es = self.s.get(at);
            if es.lblk > end {
                break;
            }
            if let Some(status) = change(es.status) {
                self.set_status(at, es.status, status);
            }
            at = self.s.next(at);
        }
        self.merge_range(rules, mem, lblk, end);
        Ok(())
    }

    /// The blocks at which the changing extents must be cut: the start of the range and the block
    /// after its end. `None` if nothing changes.
    fn cuts(
        &self,
        rules: &Rules,
        lblk: u32,
        end: u32,
        change: &impl Fn(Status) -> Option<Status>,
    ) -> Option<[Option<u32>; 2]> {
        let mut cuts = None;
        let mut at = self.search(rules, lblk);
        while at != NIL {
            let es = self.s.get(at);
            if es.lblk > end {
                break;
            }
            if change(es.status).is_some() {
                let cuts = cuts.get_or_insert([None; 2]);
                if es.lblk < lblk {
                    cuts[0] = Some(lblk);
                }
                if es.lblk + (es.len - 1) > end {
                    cuts[1] = Some(end + 1);
                }
            }
            at = self.s.next(at);
        }
        cuts
    }

    /// Cuts the extent that holds `lblk` before that block. The two parts are not merged again.
    fn cut(&mut self, rules: &Rules, lblk: u32) -> Result<(), EsError> {
        let at = self.s.place(lblk).pred;
        let es = self.s.get(at);
        let len = lblk - es.lblk;
        self.s.set(at, Extent { len, ..es });
        let pblk = if es.status.is_mapped() {
            es.pblk.wrapping_add(len.into()) & rules.pblk_max()
        } else {
            0
        };
        let place = Place { pred: at, succ: self.s.next(at) };
        let right =
            self.s.link(place, Extent { lblk, len: es.len - len, pblk, status: es.status })?;
        self.s.note_split(at, right);
        self.count_new(es.status);
        Ok(())
    }

    /// Replaces the status of an extent and updates the counters.
    fn set_status(&mut self, at: u32, old: Status, new: Status) {
        self.s.set_status(at, new);
        if old.must_keep() != new.must_keep() {
            self.count_new(new);
            self.count_gone(old);
        }
    }

    /// Merges neighbours from the one that touches `lblk` to the one that touches `end`.
    fn merge_range(&mut self, rules: &Rules, mem: &mut Memory, lblk: u32, end: u32) {
        let mut at = self.s.place(lblk.saturating_sub(1)).pred;
        if at == NIL {
            at = self.s.first();
        }
        while at != NIL {
            let mut left = self.s.get(at);
            let next = self.s.next(at);
            if left.lblk > end || next == NIL {
                return;
            }
            let right = self.s.get(next);
            if !self.grows(rules, mem, &left, &right) {
                at = next;
                continue;
            }
            self.s.note_merge(at, next);
            left.len += right.len;
            left.status = left.status | right.status & Status::REFERENCED;
            self.s.set(at, left);
            self.free(next, right.status);
        }
    }

    /// The algorithm of series v5, with its defects.
    ///
    /// * If the range starts inside an extent and reaches its end, the tail is lost: the extent is
    /// * An extent that lies completely inside the range becomes WRITTEN in place, whatever its
    ///   status was, and is not merged. A hole or a delayed extent has no physical block. Its
    ///   callers passed `~0`, and the bits of it that fit into the field ([`Rules::pblk_max`]) now
    ///   count as a physical block.
    /// * Blocks that are not in the tree are skipped without an error.
    /// * Blocks that are not in the tree are skipped without an error.
    ///
    /// The kernel's code leaves `i_es_lru_nr` wrong when a DELAYED extent turns WRITTEN. The
    /// counters here stay correct.
    fn convert_posted(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        lblk: u32,
        len: u32,
    ) -> Result<(), EsError> {
        if len == 0 {
            return Ok(());
        }
        let end = lblk.checked_add(len - 1).ok_or(EsError::Bug)?;
        self.check_search(end)?;
        let mut at = self.search(rules, lblk);
        if at == NIL || self.s.get(at).lblk > end {
            return Ok(());
        }
        self.s.set_cache(NIL);
        let es = self.s.get(at);
        let len1 = lblk.saturating_sub(es.lblk);
        if es.lblk + (es.len - 1) > end {
            return self.convert_inside(rules, mem, at, (lblk.max(es.lblk), end));
        }
        if len1 > 0 {
            self.s.set(at, Extent { len: len1, ..es });
            at = self.s.next(at);
        }
        while at != NIL {
            let es = self.s.get(at);
            if es.lblk > end {
                break;
            }
            if es.lblk + (es.len - 1) > end {
                return self.convert_inside(rules, mem, at, (es.lblk, end));
            }
            let pblk = if es.status.is_mapped() { es.pblk } else { rules.pblk_max() };
            self.s.set(at, Extent { pblk, ..es });
            self.set_status(at, es.status, written(rules, Status::NONE));
            at = self.s.next(at);
        }
        Ok(())
    }

    /// The posted conversion of `[lblk, end]` inside one extent, before its last block.
    fn convert_inside(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        at: u32,
        (lblk, end): (u32, u32),
    ) -> Result<(), EsError> {
        let es = self.s.get(at);
        let piece = |from: u32, len: u32, status: Status| {
            let pblk = if es.status.is_mapped() {
                es.pblk.wrapping_add((from - es.lblk).into()) & rules.pblk_max()
            } else if status.is_mapped() {
                rules.pblk_max()
            } else {
                0
            };
            Extent { lblk: from, len, pblk, status }
        };
        let rest = es.lblk + (es.len - 1) - end;
        let right = piece(end + 1, rest, es.status);
        let middle = piece(lblk, end - lblk + 1, written(rules, Status::NONE));
        if lblk == es.lblk {
            self.s.set(at, right);
            return self.insert_or(rules, mem, middle, |it| it.s.set(at, es));
        }
        self.s.set(at, Extent { len: lblk - es.lblk, ..es });
        self.insert_or(rules, mem, right, |it| it.s.set(at, es))?;
        self.insert_or(rules, mem, middle, |it| {
            let right = it.s.next(at);
            // The insert has made the new extent the cached one.
            it.s.set_cache(NIL);
            it.free(right, es.status);
            it.s.set(at, es);
        })
    }

    /// Inserts a piece into the gap that was made for it, and undoes the preparation if that fails.
    fn insert_or(
        &mut self,
        rules: &Rules,
        mem: &mut Memory,
        piece: Extent,
        undo: impl FnOnce(&mut Self),
    ) -> Result<(), EsError> {
        let place = self.s.place(piece.lblk);
        match self.insert_at(rules, mem, place, piece, false) {
            Ok(_) => Ok(()),
            Err(failed) => {
                undo(self);
                Err(match failed {
                    Failed::Other(error) => error,
                    _ => EsError::NoMemory,
                })
            }
        }
    }
}

/// The status of an extent that was converted before the disk tree.
fn written(rules: &Rules, from: Status) -> Status {
    let early = from.without(Status::UNWRITTEN.with(Status::DIRTY)).with(Status::WRITTEN);
    rules.admit(early.with(Status::DIRTY))
}
