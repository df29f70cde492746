//! How far along a search is, estimated from the growth of its frontier.

/// The share of its states that a search has found, as far as it can be estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Along {
    /// The frontier still grows, so there is no estimate.
    #[default]
    Unknown,
    /// About half of the states are found.
    Half,
    /// About three quarters of the states are found.
    Most,
    /// Nearly all states are found.
    Nearly,
}

/// The counts of a search so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) states: u64,
    pub(super) depth: u64,
    pub(super) frontier: u64,
    /// Memory of the visited states and of the frontier.
    pub(super) bytes: u64,
    pub(super) along: Along,
    /// Milliseconds since the job started.
    pub(super) ms: u32,
}

impl Counts {
    /// Thousands of states a second.
    pub(super) fn rate(&self) -> u64 {
        self.states / u64::from(self.ms.max(1))
    }
}

/// The fewest and the most depths over which growth is averaged. Layers grow and shrink unevenly:
/// with fewer depths a dip would be taken for the end, and with more the end would be seen late.
const DEPTHS: (usize, usize) = (3, 6);
/// The most depths by which the layers are continued.
const AHEAD_MAX: usize = 200;

impl Along {
    /// The names in a message of the worker, by position.
    pub(super) const ALL: [Along; 4] = [Along::Unknown, Along::Half, Along::Most, Along::Nearly];

    /// Estimates the share from the states found at each depth. The last layer is not complete, so
    /// it counts as found, but not as growth.
    ///
    /// The logarithm of the growth from layer to layer falls about evenly in most searches. Once
    /// layers shrink, that fall is continued until a layer would be empty.
    pub fn of(layers: &[u32]) -> Along {
        let Some((part, whole)) = layers.split_last() else { return Along::Unknown };
        let over = (whole.len() / 6).clamp(DEPTHS.0, DEPTHS.1);
        let Some(recent) = whole.len().checked_sub(2 * over + 1).map(|from| &whole[from..]) else {
            return Along::Unknown;
        };
        let growths: Vec<f64> =
            recent.windows(2).map(|pair| (f64::from(pair[1]) / f64::from(pair[0])).ln()).collect();
        let mean = |some: &[f64]| some.iter().sum::<f64>() / over as f64;
        let (before, now) = (mean(&growths[..over]), mean(&growths[over..]));
        if now >= 0.0 {
            return Along::Unknown;
        }
        let fall = ((now - before) / over as f64).min(0.0);
        let found: f64 = whole.iter().copied().map(f64::from).sum();
        let mut growth = now + fall * (over as f64 - 1.0) / 2.0;
        let mut layer = recent.last().copied().map_or(0.0, f64::from);
        let mut missing = 0.0;
        for _ in 0..AHEAD_MAX {
            growth += fall;
            layer *= growth.exp();
            missing += layer;
            if layer < 0.5 {
                break;
            }
        }
        let missing = (missing - f64::from(*part)).max(0.0);
        match (found + f64::from(*part)) / (found + f64::from(*part) + missing) {
            // It is about as large as it was for long: that says little about the end.
            share if share < 0.4 => Along::Unknown,
            share if share < 0.625 => Along::Half,
            share if share < 0.875 => Along::Most,
            _ => Along::Nearly,
        }
    }

    /// The estimate as a sentence that says that it is one.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Along::Unknown => "Estimate: none while the frontier does not shrink.",
            Along::Half => "Estimate, from the shrinking frontier: about half is found.",
            Along::Most => "Estimate, from the shrinking frontier: about three quarters are found.",
            Along::Nearly => "Estimate, from the shrinking frontier: nearly all is found.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The layers of whole searches, as they were recorded.
    const RECORDED: [(&str, &[u32]); 6] = [
        ("S9 under kara-opt, reduced", &S9_OPT_REDUCED),
        ("S9 under kara-opt, full", &S9_OPT),
        ("S9 under rfc-v1, full", &S9_V1),
        ("four AIO writes in two slots under rfc-v1, reduced", &FOUR_REDUCED),
        ("four AIO writes in two slots under rfc-v1, full", &FOUR),
        ("bench-big under kara, full", &BIG),
    ];
    const S9_OPT_REDUCED: [u32; 61] = [
        1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 10, 12, 14, 16, 20, 24, 30, 46, 52, 68, 99, 143,
        178, 206, 214, 254, 256, 262, 311, 376, 457, 574, 746, 871, 926, 915, 909, 878, 786, 782,
        830, 889, 982, 1_090, 1_161, 1_151, 1_150, 1_100, 944, 670, 376, 238, 170, 124, 70, 30, 10,
        2,
    ];
    const S9_OPT: [u32; 61] = [
        1, 1, 1, 1, 2, 3, 5, 8, 11, 15, 20, 26, 34, 45, 62, 82, 104, 128, 156, 188, 233, 303, 404,
        526, 685, 883, 1_110, 1_337, 1_549, 1_733, 1_915, 2_097, 2_339, 2_677, 3_124, 3_694, 4_403,
        5_242, 6_120, 6_880, 7_473, 7_856, 8_038, 8_052, 7_990, 7_906, 7_788, 7_694, 7_678, 7_746,
        7_708, 7_358, 6_516, 5_198, 3_620, 2_130, 1_010, 376, 106, 20, 2,
    ];
    const S9_V1: [u32; 59] = [
        1, 1, 1, 1, 2, 3, 5, 8, 11, 15, 22, 34, 55, 91, 138, 186, 234, 287, 366, 502, 746, 1_118,
        1_584, 2_102, 2_632, 3_176, 3_817, 4_734, 6_118, 7_942, 9_953, 11_976, 14_123, 16_772,
        20_452, 25_536, 31_403, 36_175, 38_069, 36_775, 33_319, 28_952, 24_486, 20_438, 17_163,
        14_724, 12_861, 11_200, 9_505, 7_732, 5_942, 4_258, 2_821, 1_703, 904, 398, 133, 29, 3,
    ];
    const FOUR_REDUCED: [u32; 47] = [
        1, 1, 1, 1, 1, 1, 2, 3, 4, 7, 11, 15, 16, 20, 24, 28, 34, 44, 59, 76, 96, 115, 158, 185,
        230, 239, 258, 225, 214, 240, 278, 256, 286, 268, 299, 347, 310, 324, 305, 248, 218, 184,
        146, 93, 67, 42, 9,
    ];
    const FOUR: [u32; 47] = [
        1, 1, 1, 1, 2, 3, 5, 8, 11, 15, 22, 34, 55, 91, 138, 186, 234, 287, 366, 502, 746, 1_118,
        1_584, 2_102, 2_632, 3_168, 3_753, 4_480, 5_400, 6_318, 6_879, 6_906, 6_513, 5_960, 5_420,
        4_900, 4_347, 3_731, 3_057, 2_351, 1_669, 1_079, 615, 290, 104, 25, 3,
    ];
    const BIG: [u32; 53] = [
        1, 3, 6, 10, 16, 29, 55, 99, 166, 285, 478, 762, 1_144, 1_680, 2_434, 3_465, 4_821, 6_557,
        8_715, 11_413, 14_746, 18_776, 23_465, 28_904, 35_247, 42_451, 50_376, 59_324, 69_411,
        80_271, 91_515, 103_523, 115_994, 127_605, 137_958, 147_388, 154_501, 158_384, 158_344,
        154_389, 144_904, 131_899, 116_873, 100_765, 82_231, 61_231, 37_913, 21_167, 7_574, 3_541,
        1_736, 268, 9,
    ];

    #[test]
    fn an_estimate_is_seldom_off_by_more_than_a_quarter() {
        let (mut estimates, mut wrong) = (0, Vec::new());
        for (name, layers) in RECORDED {
            let all: f64 = layers.iter().copied().map(f64::from).sum();
            for depth in 1..layers.len() {
                let found: f64 = layers[..=depth].iter().copied().map(f64::from).sum();
                // A search with few states ends before anybody reads an estimate.
                let middle = match Along::of(&layers[..=depth]) {
                    _ if found < 1_000.0 => continue,
                    Along::Unknown => continue,
                    Along::Half => 0.5,
                    Along::Most => 0.75,
                    Along::Nearly => 0.95,
                };
                estimates += 1;
                let share = found / all;
                if (share - middle).abs() > 0.25 {
                    wrong.push(format!("{name}, depth {depth}: {share:.2} instead of {middle}"));
                }
            }
        }
        assert!(estimates > 60 && wrong.len() * 20 < estimates, "{estimates}: {wrong:?}");
    }

    #[test]
    fn the_end_of_a_large_search_is_seen_before_it_comes() {
        for (name, layers) in RECORDED {
            let is_seen = (1..layers.len()).any(|depth| {
                let share = f64::from(layers[..=depth].iter().sum::<u32>())
                    / f64::from(layers.iter().sum::<u32>());
                share < 0.93 && Along::of(&layers[..=depth]) != Along::Unknown
            });
            assert!(is_seen, "{name}");
        }
    }

    #[test]
    fn the_word_does_not_depend_on_where_in_a_layer_the_search_is_unless_near_a_border() {
        for (name, layers) in RECORDED {
            for depth in 8..layers.len() {
                let mut some = layers[..=depth].to_vec();
                let at = |part: u32, some: &mut Vec<u32>| {
                    some[depth] = layers[depth] * part / 4;
                    Along::of(some) as i32
                };
                let words: Vec<i32> = (0..=4).map(|part| at(part, &mut some)).collect();
                let (least, most) = (words.iter().min(), words.iter().max());
                let differ = most.zip(least).map(|(most, least)| most - least);
                assert!(differ <= Some(1), "{name}, depth {depth}: {words:?}");
            }
        }
    }

    #[test]
    fn a_growing_frontier_and_a_short_search_give_no_estimate() {
        for layers in [&[][..], &[1], &[1, 2, 4, 2, 1], &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512]] {
            assert_eq!(Along::of(layers), Along::Unknown, "{layers:?}");
        }
        assert!(Along::Unknown.sentence().starts_with("Estimate: none"));
        assert_eq!(Along::of(&[1, 8, 28, 56, 70, 56, 28, 8, 1, 0]), Along::Nearly);
    }
}
