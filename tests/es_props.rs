//! Long sequences of operations on 64 blocks against the dense oracle: the fuzz target's body,
//! fed by proptest.

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
