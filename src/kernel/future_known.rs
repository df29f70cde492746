//! The parts that an actor may touch, from what is known of other states.

use super::footprint::Footprint;
use super::future::{Begun, Futures};
use super::op::Op;
use super::places::{Places, inodes};
use super::recall::{Ahead, IoKey, Key};

impl Futures<'_> {
    /// All that determines the rest of an operation except for its flushes; `None` if that is more.
    fn key(&self, thread: u8, at: usize, op: Op, begun: Begun) -> Option<Key> {
        let Places { state, facts, told, .. } = self.places;
        if facts.cached || facts.fails || matches!(op, Op::Getevents { .. }) {
            return None;
        }
        let inode = &state.inodes[usize::from(op.ino())];
        Some(Key {
            disk: self.places.disks[usize::from(op.ino())],
            free: self.places.free(false),
            size: inode.size,
            disksize: inode.disksize,
            thread,
            at: u8::try_from(at).ok()?,
            begun: begun.bits(),
            stills: self.stills.without_irqs(),
            told,
            nomem: state.left.nomem > 0,
        })
    }

    /// The same as [`Futures::add_op`] for the operation at a position of a thread's program, from
    /// what is known of other states.
    pub(super) fn add_known(
        &self,
        (thread, at): (u8, usize),
        op: Op,
        begun: Begun,
        all: &mut Footprint,
    ) -> bool {
        let Some(key) = self.key(thread, at, op, begun) else {
            return self.add_op(op, begun, all);
        };
        let ahead = self.recall.operation(&key, || {
            self.put_off.set(Some(0));
            let mut footprint = Footprint::NONE;
            let goes_on = self.add_op(op, begun, &mut footprint);
            Ahead { footprint, flushes: self.put_off.take().unwrap_or_default(), goes_on }
        });
        *all |= self.with_flushes(&ahead);
        ahead.goes_on
    }

    /// What is known of other states, with the flushes in this one.
    fn with_flushes(&self, ahead: &Ahead) -> Footprint {
        let files = inodes().filter(|ino| ahead.flushes & (1 << ino) != 0);
        files.fold(ahead.footprint, |all, ino| all | self.flush(ino))
    }

    /// What a part of an IO's completion touches, from what is known of other states.
    pub(super) fn known(&self, slot: u8, part: u8, compute: impl Fn() -> Footprint) -> Footprint {
        let Places { state, facts, told, .. } = self.places;
        if facts.cached || facts.fails || self.put_off.get().is_some() {
            return compute();
        }
        let (io, stills) = (state.ios[usize::from(slot)], self.stills.without_irqs());
        let key = IoKey { io, slot, part, stills, told, nomem: state.left.nomem > 0 };
        let ahead = self.recall.io(&key, || {
            self.put_off.set(Some(0));
            let footprint = compute();
            Ahead { footprint, flushes: self.put_off.take().unwrap_or_default(), goes_on: true }
        });
        self.with_flushes(&ahead)
    }
}
