//! The course: lessons and exercises about the thread, as data, and what the model says of them.
//!
//! A lesson is a list of stops. At each stop the reader predicts first; then the steps of the stop
//! are taken, and the page says what they show. Each answer names a [`Truth`]. The model computes
//! which truth holds ([`Lesson::right_answer`]), and `tests/lessons.rs` compares that with the data
//! for every question, so a lesson cannot go stale. The page reads the data: some answers take a
//! search of half a million states.

mod course;
mod exercise;
mod fact;
mod progress;
mod stop;

pub use course::LESSONS;
pub use exercise::EXERCISE;
pub use fact::{Fact, Layer, Truth};
pub use progress::Progress;
pub use stop::{Leg, Lesson, LessonError, Question, Scene, Stop, Until};

/// The number of the exercise, which stands after the last lesson.
pub const EXERCISE_NUMBER: u8 = LESSONS.len() as u8;

/// All lessons and the exercise, in order.
pub fn lesson(number: u8) -> Option<&'static Lesson> {
    match number {
        EXERCISE_NUMBER => Some(&EXERCISE),
        _ => LESSONS.get(usize::from(number)),
    }
}
