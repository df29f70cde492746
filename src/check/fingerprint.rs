//! 128-bit fingerprints of states.

/// The fingerprint of a state's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint {
    /// Selects the slot in the table of visited states.
    pub low: u64,
    /// The upper half of it is stored in the slot, and distinguishes most other fingerprints
    /// immediately.
    pub high: u64,
}

// Odd constants without structure: the fractional parts of the square roots of 2, 3, 5 and 7.
const ROOT_2: u64 = 0x6a09_e667_f3bc_c909;
const ROOT_3: u64 = 0xbb67_ae85_84ca_a73b;
const ROOT_5: u64 = 0x3c6e_f372_fe94_f82b;
const ROOT_7: u64 = 0xa54f_f53a_5f1d_36f1;

/// Mixes bytes into 128 bits, the same on every target: words are read little-endian, and only the
/// low halves of products are used, for which wasm has an instruction.
///
/// For fixed input, a round is a permutation of both lanes; for fixed lanes, it is a permutation of
/// the input. The finish is a permutation too. So no difference is lost on the way, and what
/// remains is the chance that two of 2^128 values are equal.
pub fn fingerprint(bytes: &[u8]) -> Fingerprint {
    let mut lanes = [ROOT_2 ^ bytes.len() as u64, ROOT_3];
    let (blocks, rest) = bytes.as_chunks::<16>();
    for block in blocks {
        round(&mut lanes, block);
    }
    if !rest.is_empty() {
        // The length is mixed in first, so that padding differs from zeroes.
        let mut block = [0; 16];
        block[..rest.len()].copy_from_slice(rest);
        round(&mut lanes, &block);
    }
    let [mut a, mut b] = lanes;
    for _ in 0..2 {
        a = (a ^ (a >> 32)).wrapping_mul(ROOT_5);
        b = (b ^ (b >> 29)).wrapping_mul(ROOT_7);
        a ^= b.rotate_left(41);
        b ^= a.rotate_left(19);
    }
    a = (a ^ (a >> 31)).wrapping_mul(ROOT_3);
    b = (b ^ (b >> 33)).wrapping_mul(ROOT_2);
    Fingerprint { low: a ^ (a >> 30), high: b ^ (b >> 30) }
}

impl Fingerprint {
    /// The fingerprint of nothing.
    pub(super) const NONE: Fingerprint = Fingerprint { low: 0, high: 0 };

    /// Combines two fingerprints; the order does not matter.
    #[inline]
    #[must_use]
    pub(super) fn plus(self, other: Fingerprint) -> Fingerprint {
        let (low, high) = (self.low.wrapping_add(other.low), self.high.wrapping_add(other.high));
        Fingerprint { low, high }
    }

    /// Removes a fingerprint that was added.
    #[inline]
    #[must_use]
    pub(super) fn minus(self, other: Fingerprint) -> Fingerprint {
        let (low, high) = (self.low.wrapping_sub(other.low), self.high.wrapping_sub(other.high));
        Fingerprint { low, high }
    }

    /// The fingerprint of this value at a position. Sums of these distinguish which value is at
    /// which position. For each position, it permutes both halves.
    #[inline]
    #[must_use]
    pub(super) const fn at(self, place: u32) -> Fingerprint {
        let place = place as u64 + 1;
        let low = (self.low ^ place.wrapping_mul(ROOT_2)).wrapping_mul(ROOT_5);
        let high = (self.high ^ place.wrapping_mul(ROOT_3)).wrapping_mul(ROOT_7);
        // Sums carry differences only upwards. Here the upper halves change the lower ones, and
        // those change all others.
        let low = (low ^ (low >> 32)).wrapping_mul(ROOT_3);
        let high = (high ^ (high >> 32)).wrapping_mul(ROOT_2);
        Fingerprint { low: low ^ (low >> 29), high: high ^ (high >> 29) }
    }
}

/// A fingerprint of a graph of states, 128 bits: the sum over its states and steps, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphSum {
    /// The lower 64 bits of the sum.
    pub low: u64,
    /// The upper 64 bits of the sum.
    pub high: u64,
}

impl GraphSum {
    pub(super) const NONE: GraphSum = GraphSum { low: 0, high: 0 };

    /// Adds a step to a state, or the first state without one.
    #[inline]
    pub(super) fn add(&mut self, from: Fingerprint, to: Fingerprint) {
        let turned = Fingerprint { low: from.high.rotate_left(17), high: from.low.rotate_left(29) };
        let Fingerprint { low, high } = turned.plus(to).at(0);
        self.low = self.low.wrapping_add(low);
        self.high = self.high.wrapping_add(high);
    }

    /// Adds the steps of another sum.
    pub(super) fn add_all(&mut self, GraphSum { low, high }: GraphSum) {
        self.low = self.low.wrapping_add(low);
        self.high = self.high.wrapping_add(high);
    }
}

impl core::fmt::Display for GraphSum {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:016x}{:016x}", self.high, self.low)
    }
}

fn round(lanes: &mut [u64; 2], block: &[u8; 16]) {
    let (words, _) = block.as_chunks::<8>();
    let [a, b] = lanes;
    *a = (*a ^ u64::from_le_bytes(words[0])).wrapping_mul(ROOT_5);
    *b = (*b ^ u64::from_le_bytes(words[1])).wrapping_mul(ROOT_7);
    // Multiplication carries differences only upwards; the rotations bring them down and across.
    *a ^= b.rotate_left(37);
    *b = b.rotate_left(23) ^ *a;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages with the shape of states: mostly zeroes, with a few small bytes.
    fn messages() -> impl Iterator<Item = Vec<u8>> {
        (0..200_usize).flat_map(|at| {
            (1..=255_u8).flat_map(move |value| {
                [at, 199 - at, at / 2].map(|second| {
                    let mut message = vec![0; 200];
                    message[at] = value;
                    message[second] ^= value.rotate_left(3);
                    message
                })
            })
        })
    }

    #[test]
    fn halves_of_fingerprints_of_near_messages_differ() {
        let mut all: Vec<Vec<u8>> = messages().chain((0..64).map(|len| vec![0; len])).collect();
        all.sort();
        all.dedup();
        for half in [|f: Fingerprint| f.low, |f: Fingerprint| f.high] {
            let mut halves: Vec<u64> = all.iter().map(|m| half(fingerprint(m))).collect();
            halves.sort_unstable();
            halves.dedup();
            assert_eq!(halves.len(), all.len(), "two of {} messages collide", all.len());
        }
    }

    #[test]
    fn every_bit_of_the_message_turns_about_half_of_the_bits() {
        for len in [1, 15, 16, 17, 100, 333] {
            let message: Vec<u8> = (0..len).map(|i| (i * 7) as u8).collect();
            let before = fingerprint(&message);
            for bit in 0..len * 8 {
                let mut other = message.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                let after = fingerprint(&other);
                let turned =
                    (before.low ^ after.low).count_ones() + (before.high ^ after.high).count_ones();
                assert!((32..=96).contains(&turned), "bit {bit} of {len} bytes turns {turned}");
            }
        }
    }

    #[test]
    fn fingerprints_are_pinned() {
        let Fingerprint { low, high } = fingerprint(b"extent status tree");
        assert_eq!((low, high), (835_325_776_464_454_664, 11_519_996_713_245_283_849));
    }
}
