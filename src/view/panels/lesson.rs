//! The contents of the lesson's card: the question, the answers, and the result of the steps.

use crate::lesson::{EXERCISE_NUMBER, Lesson, Progress, Stop, lesson};

/// A lesson as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonCard {
    /// The number of the lesson.
    pub number: u8,
    /// The number and the name of the lesson.
    pub title: String,
    /// The author and the date of the mail that it covers.
    pub source: &'static str,
    /// The topic of the lesson.
    pub about: &'static str,
    /// The number of the stop, counted from 0; of a reader's question, the step where it starts.
    pub stop: usize,
    /// The number of the stop and the number of stops, in words.
    pub place: String,
    /// What happens at this stop.
    pub says: String,
    /// The question, if there is one.
    pub asks: Option<String>,
    /// The answers to choose from.
    pub answers: Vec<AnswerRow>,
    /// What the reader should do now, or the result of the steps, sentence by sentence.
    pub told: Vec<String>,
    /// The action of the main button.
    pub action: Action,
    /// The ids of the panels that the lesson shows, separated by blanks; empty for all panels.
    pub panels: String,
    /// True if the stop is done, so that the same steps can be tried under another design.
    pub is_done: bool,
    /// True if the reader has left the lesson's path and can return.
    pub is_left: bool,
}

/// One of the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// The text of the answer.
    pub text: String,
    /// The state of the answer.
    pub mark: AnswerMark,
}

/// The state of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerMark {
    /// No answer has been chosen yet.
    Open,
    /// The reader chose it, and the steps are not taken yet.
    Chosen,
    /// The answer is right, and the steps are taken.
    Right,
    /// The reader chose it, and it is wrong.
    Wrong,
    /// The reader did not choose it, and it is wrong or not yet evaluated.
    Passed,
}

/// The action of the card's main button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// None: the reader has to choose an answer.
    Wait,
    /// Plays the remaining steps of the stop.
    Steps(u32),
    /// Goes to the next stop.
    Continue,
    /// Starts the lesson with a number.
    Lesson(u8),
    /// Returns to the lesson.
    Return,
    /// Ends the question, so the reader chooses the steps.
    Free,
}

/// The reader's progress in a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The lesson, the stop and the answer.
    pub progress: Progress,
    /// Number of steps of the stop that are left to take.
    pub left: u32,
    /// True if the reader has left the lesson's path.
    pub is_left: bool,
    /// True if the reader has asked for all panels.
    pub shows_all: bool,
}

/// The card of a lesson; `None` if there is no such lesson or stop.
pub fn lesson_card(reader: &Reader) -> Option<LessonCard> {
    let Progress { lesson: number, stop, .. } = reader.progress;
    let lesson = lesson(number)?;
    let at = lesson.stops.get(usize::from(stop))?;
    let action = action(lesson, at, reader);
    let is_done = !matches!(action, Action::Wait | Action::Steps(_));
    let panels =
        if reader.shows_all || reader.is_left { String::new() } else { lesson.panels.join(" ") };
    Some(LessonCard {
        number,
        title: title(number, lesson),
        source: lesson.source,
        about: lesson.about,
        stop: stop.into(),
        place: format!("stop {} of {}", u32::from(stop) + 1, lesson.stops.len()),
        says: at.says.into(),
        asks: at.question.map(|question| question.asks.into()),
        answers: answers(at, reader.progress.answer, is_done),
        told: told(lesson, at, reader, action),
        action,
        panels,
        is_done,
        is_left: reader.is_left,
    })
}

/// The number and the name of a lesson.
pub fn title(number: u8, lesson: &Lesson) -> String {
    match number {
        EXERCISE_NUMBER => format!("Exercise: {}", lesson.name),
        _ => format!("Lesson {number}: {}", lesson.name),
    }
}

fn action(lesson: &Lesson, at: &Stop, reader: &Reader) -> Action {
    let is_last = usize::from(reader.progress.stop) + 1 == lesson.stops.len();
    match (at.question, reader.progress.answer) {
        _ if reader.is_left => Action::Return,
        (Some(_), None) => Action::Wait,
        _ if reader.left > 0 => Action::Steps(reader.left),
        _ if !is_last => Action::Continue,
        _ if reader.progress.lesson == EXERCISE_NUMBER => Action::Lesson(0),
        _ => Action::Lesson(reader.progress.lesson + 1),
    }
}

fn answers(at: &Stop, chosen: Option<u8>, is_done: bool) -> Vec<AnswerRow> {
    let Some(question) = at.question else { return Vec::new() };
    let mark = |i: u8| match chosen {
        None => AnswerMark::Open,
        Some(_) if is_done && i == question.right => AnswerMark::Right,
        Some(chosen) if is_done && i == chosen => AnswerMark::Wrong,
        Some(chosen) if i == chosen => AnswerMark::Chosen,
        Some(_) => AnswerMark::Passed,
    };
    (0..)
        .zip(question.answers)
        .map(|(i, (text, _))| AnswerRow { text: (*text).into(), mark: mark(i) })
        .collect()
}

fn told(lesson: &Lesson, at: &Stop, reader: &Reader, action: Action) -> Vec<String> {
    let mut told = Vec::new();
    match action {
        Action::Return => told.push("You have left the lesson's path. The run is yours.".into()),
        Action::Wait if reader.left == 0 => told.push("Choose an answer.".into()),
        Action::Wait => told.push("Choose an answer; then the steps are unlocked.".into()),
        Action::Steps(1) => told.push("One step to take.".into()),
        Action::Steps(left) => {
            told.push(format!("{left} steps to take: play them, or take each with →."))
        }
        // A lesson has no such action.
        Action::Free => {}
        Action::Continue | Action::Lesson(_) => {
            if let (Some(question), Some(chosen)) = (at.question, reader.progress.answer) {
                let right = question.answers.get(usize::from(question.right));
                let right = right.map_or("", |(text, _)| *text);
                told.push(match chosen == question.right {
                    true => format!("Right: {right}."),
                    false => format!("Wrong. The answer is: {right}."),
                });
                told.push(question.why.into());
            }
            told.push(at.sees.into());
            if let Some(promise) = at.breaks {
                let (id, sentence) = (promise.id(), promise.sentence());
                told.push(format!("This breaks the promise {id}: {sentence}."));
            }
            if matches!(action, Action::Lesson(_)) {
                told.push(format!("What stays: {}", lesson.leaves));
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(place: &str, left: u32) -> LessonCard {
        let progress = place.parse().expect("a stop that there is");
        let reader = Reader { progress, left, is_left: false, shows_all: false };
        lesson_card(&reader).expect("a card")
    }

    #[test]
    fn the_steps_are_locked_until_the_reader_has_answered() {
        let marks = |card: &LessonCard| card.answers.iter().map(|a| a.mark).collect::<Vec<_>>();
        let asked = card("2.2", 3);
        assert_eq!(asked.action, Action::Wait);
        assert_eq!(marks(&asked), [AnswerMark::Open; 2]);
        let answered = card("2.2a1", 3);
        assert_eq!(answered.action, Action::Steps(3));
        assert_eq!(marks(&answered), [AnswerMark::Chosen, AnswerMark::Passed]);
        assert!(!answered.told.iter().any(|line| line.contains("zeroes")), "{:?}", answered.told);
        let done = card("2.2a1", 0);
        assert_eq!(done.action, Action::Continue);
        assert_eq!(marks(&done), [AnswerMark::Wrong, AnswerMark::Right]);
        assert_eq!(done.told[0], "Wrong. The answer is: zeroes.");
        assert!(done.told.iter().any(|line| line.starts_with("This breaks the promise RAW: ")));
    }

    #[test]
    fn the_last_stop_leads_to_the_next_lesson_and_says_what_stays() {
        let last = card("0.4", 0);
        assert_eq!(last.action, Action::Lesson(1));
        assert!(last.told.last().is_some_and(|line| line.starts_with("What stays: ")));
        assert_eq!(card("6.4a2", 0).action, Action::Lesson(EXERCISE_NUMBER));
        assert_eq!(card("7.12a1", 0).action, Action::Lesson(0));
    }
}
