//! What is known of the matrix before any search.

use crate::scenario::{Matrix, code, known_broken};

use super::subject::OWN;

/// The short name of the first promise that a known run breaks, cell by cell. The dialog asks for
/// all of them after every event of a search, so they are looked up only once.
pub fn known_shorts(matrix: &Matrix) -> Vec<Option<&'static str>> {
    let short = |number: u32| {
        let (scenario, design) = matrix.place(number).filter(|(it, _)| it.name != OWN)?;
        known_broken(&scenario.name, *design).first().map(|promise| code(*promise))
    };
    (0..matrix.len()).map(short).collect()
}
