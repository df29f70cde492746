//! Sentences and names, made from a setup, a state and a run.

mod caption;
mod faults;
pub mod glossary;
mod io_place;
mod label;
mod locks;
mod names;
mod ranges;
mod reads;
mod standing;
mod task;
mod waits;
pub mod why;
mod wrap;

pub(in crate::view) use caption::environment_sentence;
pub use caption::{CAPTION_CHARS_MAX, caption};
pub use io_place::{converter, io_place};
pub(in crate::view) use label::failure;
pub use label::{StepLabel, does, step_label, step_line};
pub use locks::held_by;
pub use names::{actor_title, io_name, lock_name, op_text, range_text, write_name};
pub(crate) use names::{count, sorted};
pub(in crate::view) use names::{file_name, fill_lock_name, of_file};
pub(in crate::view) use reads::{block_read, op_of};
pub use standing::{Standing, bound_text, broken_lines, standing};
pub use waits::{cycle_sentence, link_text, wait_text};
pub use wrap::{COLUMNS_MAX, wrap};
