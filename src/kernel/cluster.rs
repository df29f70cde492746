//! Sets of clusters (bigalloc). A set of blocks has a bit for each block; a set of clusters has the
//! bit of the first block of each of them. A cluster of one block is the block.

/// The clusters that a set of blocks touches.
pub(super) fn touched(blocks: u16, bits: u8) -> u16 {
    const FIRST: [u16; 3] = [0xffff, 0x5555, 0x1111];
    let all = (0..bits).fold(blocks, |all, bit| all | all >> (1 << bit));
    all & FIRST[usize::from(bits) % FIRST.len()]
}

/// All blocks of a set of clusters.
pub(super) fn whole(clusters: u16, bits: u8) -> u16 {
    (0..bits).fold(clusters, |all, bit| all | all << (1 << bit))
}

/// All blocks of a block's cluster.
pub(super) fn cluster_of(lblk: u8, bits: u8) -> u16 {
    whole(touched(1 << lblk, bits), bits)
}

#[cfg(test)]
mod tests {
    use super::{cluster_of, touched, whole};

    #[test]
    fn a_cluster_is_named_by_its_first_block() {
        for (blocks, bits, clusters) in [
            (0b1011, 0, 0b1011),
            (0b10_0110, 1, 0b1_0101),
            (0b1000_0000_0010_0000, 2, 0b0001_0000_0001_0000),
        ] {
            assert_eq!(touched(blocks, bits), clusters, "{blocks:b} {bits}");
            assert_eq!(touched(whole(clusters, bits), bits), clusters);
        }
        assert_eq!(cluster_of(5, 0), 0b10_0000);
        assert_eq!(cluster_of(5, 1), 0b11_0000);
        assert_eq!(cluster_of(15, 2), 0xf000);
    }
}
