//! The reader's position in the course, as a link stores it.

use core::fmt;
use core::str::FromStr;

use super::lesson;

/// A lesson, a stop of it, and the reader's answer there: `3`, `3.2`, `3.2a1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The number of the lesson, from 0. The exercise follows the last lesson.
    pub lesson: u8,
    /// The stop, from 0. In a link it counts from 1.
    pub stop: u8,
    /// The chosen answer, from 0. In a link it counts from 1.
    pub answer: Option<u8>,
}

impl Progress {
    /// The first stop of a lesson.
    pub fn start(lesson: u8) -> Progress {
        Progress { lesson, stop: 0, answer: None }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.lesson)?;
        if self.stop > 0 || self.answer.is_some() {
            write!(f, ".{}", u32::from(self.stop) + 1)?;
        }
        match self.answer {
            Some(answer) => write!(f, "a{}", u32::from(answer) + 1),
            None => Ok(()),
        }
    }
}

impl FromStr for Progress {
    type Err = String;

    /// # Errors
    /// A sentence with the expected form: the lesson, stop or answer does not exist, or the text
    /// has another form.
    fn from_str(text: &str) -> Result<Progress, String> {
        let expected = || format!("`{text}`, expected a lesson and a stop, as in 3.2");
        let (place, answer) = match text.split_once('a') {
            Some((place, answer)) => (place, Some(answer)),
            None => (text, None),
        };
        let (number, stop) = place.split_once('.').unwrap_or((place, "1"));
        let read = |text: &str| text.parse::<u8>().map_err(|_| expected());
        // Stops and answers count from 1 in a link.
        let from_one = |text: &str| read(text)?.checked_sub(1).ok_or_else(expected);
        let (number, stop) = (read(number)?, from_one(stop)?);
        let answer = answer.map(from_one).transpose()?;
        let lesson = lesson(number).ok_or_else(|| format!("there is no lesson {number}"))?;
        let Some(at) = lesson.stops.get(usize::from(stop)) else {
            return Err(format!("lesson {number} has {} stops", lesson.stops.len()));
        };
        let answers = at.question.map_or(0, |question| question.answers.len());
        if answer.is_some_and(|answer| usize::from(answer) >= answers) {
            return Err(format!("stop {} of lesson {number} has {answers} answers", stop + 1));
        }
        Ok(Progress { lesson: number, stop, answer })
    }
}
