//! Long sequences of operations on 64 blocks, compared with the dense oracle: the body of the fuzz
//! target, with inputs from proptest.

mod es_common;

use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 50_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_sequence_agrees_with_the_dense_oracle(data in vec(any::<u8>(), 2..400)) {
        es_common::run_bytes(&data);
    }
}

/// A case that the property above found: the posted conversion of `[12/1)` inside an extent has no
/// node for its middle, and takes out the right part again, which is cached.
#[test]
fn an_undone_posted_conversion_leaves_nothing_cached() {
    es_common::run_bytes(&[
        7, 0, 209, 64, 21, 82, 255, 238, 29, 0, 206, 22, 0, 1, 57, 22, 0, 0, 111, 204, 52, 0,
    ]);
}
