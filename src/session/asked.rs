//! The question that is asked, as far as the page has to remember it.

use crate::kernel::Choice;
use crate::lesson::Ask;

/// The question that the page shows.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) ask: Ask,
    /// The steps that the reader sees at first.
    pub(super) before: Vec<Choice>,
    /// The hidden steps, which give the answer.
    pub(super) plan: Vec<Choice>,
    /// The position of the answer that the reader chose.
    pub(super) answer: Option<u8>,
}
