//! The lesson in progress.

use crate::kernel::{Choice, Design};
use crate::lesson::{Progress, lesson};

/// A lesson in progress.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) progress: Progress,
    /// The choices before the first step of the stop.
    pub(super) before: Vec<Choice>,
    /// The choices of the stop.
    pub(super) plan: Vec<Choice>,
    /// The design of the stop's run.
    pub(super) design: Design,
    /// True if the reader has left the lesson's path.
    pub(super) is_left: bool,
    /// True if the reader has asked for all panels.
    pub(super) shows_all: bool,
}

impl Course {
    pub(super) fn new(progress: Progress) -> Option<Course> {
        let lesson = lesson(progress.lesson)?;
        let stop = usize::from(progress.stop);
        let before = lesson.run_before(stop).ok()?;
        let plan = lesson.choices(stop).ok()?;
        let design = before.setup().design;
        let before = before.choices().to_vec();
        Some(Course { progress, before, plan, design, is_left: false, shows_all: false })
    }

    /// Whether the stop's question is open.
    pub(super) fn is_locked(&self) -> bool {
        let stop = lesson(self.progress.lesson)
            .and_then(|lesson| lesson.stops.get(usize::from(self.progress.stop)));
        stop.is_some_and(|stop| stop.question.is_some()) && self.progress.answer.is_none()
    }
}
