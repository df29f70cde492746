//! The lessons L0 to L6. Dates are those of the thread of December 2012 and January 2013.

mod conversion;
mod sync;

use conversion::{DIRTY_BIT, GAP, PRESSURE, WHERE_IS_IT};
use sync::{DEADLOCK, INSTEAD, O_SYNC};

use super::stop::Lesson;

/// The lessons, in order; the position is the number.
pub const LESSONS: &[Lesson] = &[GAP, WHERE_IS_IT, PRESSURE, DIRTY_BIT, O_SYNC, DEADLOCK, INSTEAD];
