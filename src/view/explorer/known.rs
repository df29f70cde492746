//! What is known of the matrix before any search.

use crate::scenario::{Matrix, code, known_lines};

use super::subject::OWN;

/// The short name of the first promise that a known run breaks, cell by cell. The dialog asks for
/// all of them after every event of a search, so they are looked up only once.
pub fn known_shorts(matrix: &Matrix) -> Vec<Option<&'static str>> {
    let mut shorts = vec![None; matrix.len() as usize];
    let (rows, columns) = (matrix.scenarios(), matrix.designs());
    // The table is read once, not once per cell.
    for (preset, design, promise) in known_lines() {
        let row = rows.iter().position(|row| row.name == preset && row.name != OWN);
        let column = columns.iter().position(|column| *column == design);
        let Some((row, column)) = row.zip(column) else { continue };
        shorts[row * columns.len() + column].get_or_insert(code(promise));
    }
    shorts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Scenario, known_broken, offered_designs};

    #[test]
    fn each_cell_has_the_first_promise_that_its_known_runs_break() {
        let mut scenarios = Scenario::presets();
        scenarios.push(Scenario { name: OWN.into(), ..scenarios[0].clone() });
        let matrix = Matrix::new(offered_designs(), scenarios);
        let shorts = known_shorts(&matrix);
        for (number, short) in (0..matrix.len()).zip(&shorts) {
            let (scenario, design) = matrix.place(number).expect("the matrix has the cell");
            let broken = known_broken(&scenario.name, *design);
            assert_eq!(*short, broken.first().map(|it| code(*it)), "{} {design}", scenario.name);
        }
        assert!(shorts.iter().flatten().count() > 100);
    }
}
