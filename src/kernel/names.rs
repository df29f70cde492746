//! Names of IO slots in a state. Two states that differ only in the slots of their IOs are equal.

use crate::bounds::{FRAMES_MAX, IOS_MAX};

use super::state::{Frame, On, Stage, State, Task};

/// The frames of a task, with IOs by name. Unused places are zero.
pub(super) type NamedFrames = [[u8; 3]; FRAMES_MAX as usize];
pub(super) const NO_FRAMES: NamedFrames = [[0; 3]; FRAMES_MAX as usize];

/// The names of IO slots: each IO's position when the IOs are sorted by what they write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    name: [u8; IOS_MAX as usize],
    slot: [u8; IOS_MAX as usize],
    pub(super) used: u8,
    /// Two IOs write the same blocks, and only their progress distinguishes them.
    ties: bool,
}

impl Names {
    /// Each slot's number is its name.
    pub const SLOTS: Names = Names {
        name: [0, 1, 2, 3, 4, 5, 6, 7],
        slot: [0, 1, 2, 3, 4, 5, 6, 7],
        used: IOS_MAX as u8,
        ties: false,
    };
    /// All slots have the same name.
    pub const NONE: Names = Names { name: [0; IOS_MAX as usize], ..Names::SLOTS };

    /// The names of the slots in a state.
    pub fn of(state: &State) -> Names {
        // The keys in ascending order, with the slot in the lowest byte. Free slots come last.
        let mut keys = [u64::MAX; IOS_MAX as usize];
        let mut used = 0;
        for (slot, io) in (0..).zip(&state.ios) {
            if io.stage != Stage::Free {
                let key = [slot, io.stage as u8, io.lblk, io.ino, io.nr, u8::from(io.writeback)];
                let [a, b, c, d, e, f] = key;
                let key = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]);
                let mut at = used;
                while at > 0 && keys[at - 1] > key {
                    keys[at] = keys[at - 1];
                    at -= 1;
                }
                keys[at] = key;
                used += 1;
            }
        }
        let mut name = [0; IOS_MAX as usize];
        let mut slot = [0; IOS_MAX as usize];
        let mut ties = false;
        for (at, key) in keys[..used].iter().enumerate() {
            ties |= at > 0 && keys[at - 1] >> 16 == key >> 16;
            slot[at] = *key as u8;
            name[usize::from(*key as u8)] = at as u8;
        }
        Names { name, slot, used: used as u8, ties }
    }

    /// Whether these are also the names in a state in which some IOs have changed. False may be
    /// wrong; the caller then computes the names again.
    pub fn hold(&self, before: &State, after: &State, changed: impl Iterator<Item = u8>) -> bool {
        // If two IOs write the same blocks, their names depend on more than the changed IOs.
        !self.ties
            && changed.into_iter().all(|slot| {
                let [before, after] = [before, after].map(|state| &state.ios[usize::from(slot)]);
                (before.stage == Stage::Free) == (after.stage == Stage::Free)
                    && (before.lblk, before.ino) == (after.lblk, after.ino)
                    && (before.nr, before.writeback) == (after.nr, after.writeback)
            })
    }

    /// The names of all slots, packed into one number.
    #[inline]
    pub fn packed(&self) -> u64 {
        u64::from_le_bytes(self.name)
    }

    /// The name of a slot.
    #[inline]
    pub fn of_slot(&self, slot: u8) -> u8 {
        self.name.get(usize::from(slot)).copied().unwrap_or(slot)
    }

    pub(super) fn of_frame(&self, Frame { pc, on, extra }: Frame) -> [u8; 3] {
        let on = match on {
            On::Nothing => 0,
            On::Inode(ino) => ino,
            On::Io(slot) => self.of_slot(slot),
        };
        [pc as u8, on, extra]
    }

    pub(super) fn in_order(&self) -> impl Iterator<Item = u8> {
        self.slot.into_iter().take(usize::from(self.used))
    }
}

impl Task {
    pub(super) fn frames_named(&self, names: &Names) -> NamedFrames {
        let mut named = NO_FRAMES;
        for (place, frame) in named.iter_mut().zip(self.frames()) {
            *place = names.of_frame(*frame);
        }
        named
    }
}
