//! The hash table of visited states, from fingerprints to state numbers.

use super::fingerprint::Fingerprint;

/// An open-addressing table of state numbers. A slot holds the number and 32 bits of the
/// fingerprint. The rest of the fingerprint is stored by state number, so that a slot takes 8
/// bytes.
pub(super) struct Table {
    /// Upper half: bits of the fingerprint. Lower half: the state's number plus 1, or 0 if empty.
    slots: Vec<u64>,
    used: u32,
}

/// The result of a probe.
enum Place {
    Known(u32),
    Free(usize),
}

/// Number of slots of an empty table.
const SLOTS_MIN: u32 = 1 << 10;
const TAG: u64 = !0 << 32;

impl Table {
    pub(super) fn new() -> Table {
        Table { slots: vec![0; SLOTS_MIN as usize], used: 0 }
    }

    /// Returns the number of a fingerprint. If it has none, gives it `number` and returns `None`.
    /// `of` returns the fingerprint of a number. Numbers are given in order, from 0.
    pub(super) fn insert(
        &mut self,
        fingerprint: Fingerprint,
        number: u32,
        of: impl Fn(u32) -> Fingerprint,
    ) -> Option<u32> {
        // At most three quarters are used: probes stay short, and a slot costs 11 to 22 bytes per
        // state.
        if u64::from(self.used) * 4 >= self.slots.len() as u64 * 3 {
            self.grow(&of);
        }
        match self.place(fingerprint, of) {
            Place::Known(known) => Some(known),
            Place::Free(at) => {
                debug_assert_eq!(number, self.used);
                self.slots[at] = fingerprint.high & TAG | u64::from(number + 1);
                self.used += 1;
                None
            }
        }
    }

    /// Reads the slots of some fingerprints ahead of time, all at once.
    pub(super) fn touch(&self, fingerprints: impl Iterator<Item = Fingerprint>) {
        let mask = self.slots.len() - 1;
        let read = fingerprints.map(|f| self.slots[f.low as usize & mask]);
        core::hint::black_box(read.fold(0, |all, slot| all | slot));
    }

    /// The number in a fingerprint's slot, if the slot's bits are those of the fingerprint.
    #[inline]
    pub(super) fn likely(&self, fingerprint: Fingerprint) -> Option<u32> {
        let slot = self.slots[fingerprint.low as usize & (self.slots.len() - 1)];
        (slot != 0 && slot & TAG == fingerprint.high & TAG).then(|| (slot & !TAG) as u32 - 1)
    }

    /// The number of a fingerprint, if it has one.
    pub(super) fn find(
        &self,
        fingerprint: Fingerprint,
        of: impl Fn(u32) -> Fingerprint,
    ) -> Option<u32> {
        match self.place(fingerprint, of) {
            Place::Known(number) => Some(number),
            Place::Free(_) => None,
        }
    }

    /// The slot of a fingerprint, or the slot where it would be inserted.
    #[inline]
    fn place(&self, fingerprint: Fingerprint, of: impl Fn(u32) -> Fingerprint) -> Place {
        let tag = fingerprint.high & TAG;
        let mask = self.slots.len() - 1;
        let mut at = fingerprint.low as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Place::Free(at);
            }
            let number = (slot & !TAG) as u32 - 1;
            if slot & TAG == tag && of(number) == fingerprint {
                return Place::Known(number);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self, of: &impl Fn(u32) -> Fingerprint) {
        let doubled = self.slots.len() * 2;
        // The numbers contain everything that the slots held, so the old slots can be freed first.
        self.slots = Vec::new();
        self.slots = vec![0; doubled];
        let mask = doubled - 1;
        for number in 0..self.used {
            let fingerprint = of(number);
            let mut place = fingerprint.low as usize & mask;
            while self.slots[place] != 0 {
                place = (place + 1) & mask;
            }
            self.slots[place] = fingerprint.high & TAG | u64::from(number + 1);
        }
    }

    /// Bytes of memory that the table takes.
    pub(super) fn bytes(&self) -> u64 {
        self.slots.capacity() as u64 * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_inserted_and_nothing_else() {
        // Fingerprints that collide in the slot and in the stored bits.
        let all: Vec<Fingerprint> = (0..5_000_u64)
            .map(|n| Fingerprint { low: n % 7 + ((n / 7) << 20), high: ((n % 3) << 40) | (n % 2) })
            .collect();
        let mut table = Table::new();
        for (number, fingerprint) in (0..).zip(&all) {
            assert_eq!(table.insert(*fingerprint, number, |n| all[n as usize]), None);
        }
        for (number, fingerprint) in (0..).zip(&all) {
            assert_eq!(table.find(*fingerprint, |n| all[n as usize]), Some(number));
            assert_eq!(table.insert(*fingerprint, 5_000, |n| all[n as usize]), Some(number));
        }
        let absent = Fingerprint { low: 3, high: u64::MAX };
        assert_eq!(table.find(absent, |n| all[n as usize]), None);
        assert_eq!(table.used, 5_000);
    }
}
