//! The state of a comparison: the second design, and its own steps.

use core::cell::RefCell;

use crate::kernel::Design;
use crate::scenario::{Alone, Pair};

/// The second design, and the steps that only it has taken.
#[derive(Clone, Debug)]
pub(super) struct Second {
    pub(super) design: Design,
    /// For each branch of the run, the steps that only the second side has taken.
    pub(super) alone: Vec<Vec<Alone>>,
    /// The step of the run at the cursor, and the number of the second side's own steps that are
    /// taken there.
    pub(super) ahead: (usize, usize),
    /// The last computed pair.
    pub(super) pair: RefCell<Option<Pair>>,
}

impl Second {
    pub(super) fn new(design: Design) -> Second {
        Second { design, alone: Vec::new(), ahead: (0, 0), pair: RefCell::new(None) }
    }
}
