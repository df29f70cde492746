//! The lesson that a reader takes: which steps are unlocked, and the way back to it.

use crate::kernel::Choice;
use crate::lesson::{Progress, lesson};
use crate::view::panels::{LessonCard, Reader, lesson_card};

use super::course::Course;
use super::page::Session;

/// What a link says of a lesson: this and the progress.
pub(super) const LESSON: &str = "lesson.";

/// How a link is written by hand that begins a lesson.
const LESSON_LINK: &str = "lesson=";

impl Session {
    /// What the lesson's card says, if a lesson is taken.
    pub fn lesson_card(&self) -> Option<LessonCard> {
        let course = self.course.as_ref()?;
        let left = self.lesson_steps().map_or(0, <[Choice]>::len) as u32;
        lesson_card(&Reader {
            progress: course.progress,
            left,
            is_left: !self.is_on_path(),
            shows_all: course.shows_all,
        })
    }

    /// Begins a lesson, or shows a stop of it with the answer that was given there. Its steps are
    /// taken as far as `steps` says.
    pub fn open_lesson(&mut self, progress: Progress) {
        let Some(course) = Course::new(progress) else { return };
        let (Some(lesson), before) = (lesson(progress.lesson), course.before.clone()) else {
            return;
        };
        let Some(scene) = lesson.scene_of(progress.stop.into()) else { return };
        let shows_all = self.course.as_ref().is_some_and(|course| course.shows_all);
        self.load_preset(scene.preset);
        if course.design != self.design() {
            self.set_design(course.design);
        }
        // A test plays every stop: a refusal would end the run there, and the card says so.
        let _ = self.take_choices(&before);
        self.notice = None;
        self.course = Some(Course { shows_all, ..course });
    }

    /// The lesson of a link that was written by hand, `lesson=3` or `lesson=3.2`.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub(super) fn lesson_of(fragment: &str) -> Option<Result<Progress, String>> {
        let text = fragment.trim().trim_start_matches('#').strip_prefix(LESSON_LINK)?;
        Some(text.split(';').next().unwrap_or_default().parse())
    }

    /// Takes the reader's answer. The first one counts.
    pub fn answer(&mut self, answer: u8) {
        let Some(course) = &mut self.course else { return };
        let stop = lesson(course.progress.lesson)
            .and_then(|lesson| lesson.stops.get(usize::from(course.progress.stop)));
        let answers = stop.and_then(|stop| stop.question).map_or(0, |q| q.answers.len());
        if course.progress.answer.is_none() && usize::from(answer) < answers {
            course.progress.answer = Some(answer);
            self.notice = None;
        }
    }

    /// Goes on to the next stop, with the run of this one if that goes on there.
    pub fn next_stop(&mut self) {
        let Some(Course { progress, .. }) = self.course else { return };
        let next = Progress { stop: progress.stop + 1, answer: None, ..progress };
        if lesson(next.lesson).is_some_and(|lesson| usize::from(next.stop) < lesson.stops.len()) {
            self.open_lesson(next);
        }
    }

    /// Comes back to the stop that was left, with the steps that it begins with.
    pub fn return_to_lesson(&mut self) {
        if let Some(Course { progress, .. }) = self.course {
            self.open_lesson(progress);
        }
    }

    /// Leaves the lesson for the free stage, with the run as it is.
    pub fn leave_lesson(&mut self) {
        if let Some(course) = &mut self.course {
            course.is_left = true;
        }
    }

    /// Ends the lesson, with the run as it is.
    pub fn end_lesson(&mut self) {
        self.course = None;
    }

    /// Shows all panels, or those of the lesson alone.
    pub fn turn_lesson_panels(&mut self) {
        if let Some(course) = &mut self.course {
            course.shows_all = !course.shows_all;
        }
    }

    /// The words of the lesson in a link.
    pub(super) fn lesson_word(&self) -> Option<String> {
        self.course.as_ref().map(|course| format!("{LESSON}{}", course.progress))
    }

    /// Takes the lesson of a link whose run is there already.
    pub(super) fn take_lesson(&mut self, word: &str) -> bool {
        let progress = word.strip_prefix(LESSON).and_then(|text| text.parse().ok());
        let course = progress.and_then(Course::new);
        let is_one = course.is_some();
        self.course = course.or(self.course.take());
        is_one
    }

    /// The step that the lesson takes next; `Err` says why it takes none. `None` where no lesson
    /// decides.
    pub(super) fn lesson_choice(&self) -> Option<Result<Choice, &'static str>> {
        let course = self.course.as_ref().filter(|_| self.is_on_path())?;
        if self.run().cursor() < self.run().choices().len() {
            return None; // the run's own steps, which have been taken before
        }
        if course.is_locked() {
            return Some(Err("The step is locked: answer the lesson's question first."));
        }
        let next = self.lesson_steps()?.first().copied();
        Some(next.ok_or("The steps of this stop are taken: go on with the lesson."))
    }

    /// The steps of the stop that are left, if the run is on the lesson's path.
    fn lesson_steps(&self) -> Option<&[Choice]> {
        let course = self.course.as_ref().filter(|_| self.is_on_path())?;
        let taken = self.run().choices().len().checked_sub(course.before.len())?;
        course.plan.get(taken..)
    }

    /// Whether the run is one of the lesson: what the stop begins with, and some of its steps.
    fn is_on_path(&self) -> bool {
        let Some(course) = self.course.as_ref().filter(|course| !course.is_left) else {
            return false;
        };
        let choices = self.run().choices();
        let taken = choices.strip_prefix(course.before.as_slice());
        self.design() == course.design && taken.is_some_and(|taken| course.plan.starts_with(taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Design;
    use crate::view::panels::Action;

    fn open(link: &str) -> Session {
        let mut session = Session::new();
        session.open_link(link);
        session.revise();
        session
    }

    fn action(session: &Session) -> Action {
        session.lesson_card().expect("a lesson").action
    }

    #[test]
    fn a_lesson_can_be_done_by_steps_and_answers_alone() {
        for number in 0..=crate::lesson::EXERCISE_NUMBER {
            let mut session = open(&format!("lesson={number}"));
            let mut stops = 1;
            loop {
                if action(&session) == Action::Wait {
                    assert!(!session.forward(), "the step is locked");
                    assert!(session.notice().is_some_and(|n| n.contains("locked")));
                    session.answer(0);
                }
                while matches!(action(&session), Action::Steps(_)) {
                    assert!(session.forward());
                }
                assert!(!session.forward(), "a stop ends where its steps end");
                match action(&session) {
                    Action::Continue => session.next_stop(),
                    Action::Lesson(_) => break,
                    other => panic!("lesson {number}, stop {stops}: {other:?}"),
                }
                stops += 1;
            }
            assert_eq!(stops, lesson(number).expect("a lesson").stops.len());
        }
    }

    #[test]
    fn a_link_holds_the_stop_and_the_answer() {
        let mut session = open("lesson=2.2");
        session.answer(1);
        session.forward();
        session.revise();
        let again = open(&session.link());
        assert_eq!(again.notice(), None);
        assert_eq!(again.lesson_card(), session.lesson_card());
        assert_eq!(again.run().choices(), session.run().choices());
    }

    #[test]
    fn who_leaves_the_path_can_come_back() {
        let mut session = open("lesson=2.2a1");
        assert_eq!(action(&session), Action::Steps(3));
        session.set_design(Design::parse("kara").expect("a row"));
        assert_eq!(action(&session), Action::Return);
        session.return_to_lesson();
        assert_eq!(action(&session), Action::Steps(3));
        session.leave_lesson();
        assert_eq!(action(&session), Action::Return);
        session.end_lesson();
        assert_eq!(session.lesson_card(), None);
    }

    #[test]
    fn a_lesson_that_there_is_not_is_said() {
        for link in ["lesson=9", "lesson=x", "lesson="] {
            let session = open(link);
            assert!(session.notice().is_some_and(|n| n.contains("lesson")), "{link}");
            assert_eq!(session.lesson_card(), None);
        }
    }
}
