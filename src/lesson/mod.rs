//! The course: lessons and exercises about the thread, as data, and the model's answers to them.
//!
//! A lesson is a list of stops. At each stop the reader first predicts a result. Then the steps of
//! the stop are taken, and the page tells what they show. Each answer names a [`Truth`]. The model
//! computes which truth holds ([`Lesson::right_answer`]), and `tests/lessons.rs` compares that with
//! the data for every question, so that a lesson cannot become outdated. The page uses the data,
//! because some answers need a search of half a million states.

mod ask;
mod course;
mod exercise;
mod fact;
mod legs;
mod progress;
mod stop;

pub use ask::Ask;
pub use course::LESSONS;
pub use exercise::EXERCISE;
pub use fact::{Fact, Layer, Truth};
pub use progress::Progress;
pub use stop::{Leg, Lesson, LessonError, Question, Scene, Stop, Until};

/// The number of the exercise, which follows the last lesson.
pub const EXERCISE_NUMBER: u8 = LESSONS.len() as u8;

/// The lesson number of a reader's own question.
pub const QUESTION_NUMBER: u8 = u8::MAX;

/// The lesson with a number, or the exercise.
pub fn lesson(number: u8) -> Option<&'static Lesson> {
    match number {
        EXERCISE_NUMBER => Some(&EXERCISE),
        _ => LESSONS.get(usize::from(number)),
    }
}
