//! The lesson in progress: which steps are unlocked, and the return to its path.

use crate::kernel::Choice;
use crate::lesson::{Fact, Progress, Truth, lesson};
use crate::scenario::Frame;
use crate::view::panels::{LessonCard, Reader, lesson_card};

use super::course::Course;
use super::page::Session;

/// The prefix of a lesson in a link; the progress follows it.
pub(super) const LESSON: &str = "lesson.";

/// The prefix of a hand-written link to a lesson.
const LESSON_LINK: &str = "lesson=";

impl Session {
    /// The contents of the lesson's card, if a lesson is in progress.
    pub fn lesson_card(&self) -> Option<LessonCard> {
        let Some(course) = self.course.as_ref() else { return self.question_card() };
        let left = self.lesson_steps().map_or(0, <[Choice]>::len) as u32;
        lesson_card(&Reader {
            progress: course.progress,
            left,
            is_left: !self.is_on_path(),
            shows_all: course.shows_all,
        })
    }

    /// Opens a lesson at a stop. If its question was answered, the answer is shown. `steps` says
    /// how many of the stop's steps are taken.
    pub fn open_lesson(&mut self, progress: Progress) {
        let Some(course) = Course::new(progress) else { return };
        let (Some(lesson), before) = (lesson(progress.lesson), course.before.clone()) else {
            return;
        };
        let Some(scene) = lesson.scene_of(progress.stop.into()) else { return };
        let shows_all = self.course.as_ref().is_some_and(|course| course.shows_all);
        self.second = None;
        self.load_preset(scene.preset);
        if course.design != self.design() {
            self.set_design(course.design);
        }
        // A test plays every stop. If a step is refused, the run ends there, and the card says so.
        let _ = self.take_choices(&before);
        self.notice = None;
        self.course = Some(Course { shows_all, ..course });
        self.asked = None;
        self.mark_no_return();
    }

    /// Marks the step after which the end could not be avoided, if the stop has asked for it and
    /// the reader has answered.
    fn mark_no_return(&mut self) {
        let Some(Course { progress, .. }) = self.course else { return };
        let at = usize::from(progress.stop);
        let stop = lesson(progress.lesson).and_then(|lesson| lesson.stops.get(at));
        let (Some(stop), Some(_)) = (stop, progress.answer) else { return };
        let step = stop.shows.iter().find_map(|shown| match shown {
            (Fact::NoReturn(_), Truth::Number(step)) => Some(*step),
            _ => None,
        });
        let Some(step) = step else { return };
        let run = self.run();
        self.no_return = Some((step, run.setup().clone(), run.choices().to_vec()));
    }

    /// The lesson of a hand-written link, `lesson=3` or `lesson=3.2`.
    ///
    /// # Errors
    /// A sentence with the expected form.
    pub(super) fn lesson_of(fragment: &str) -> Option<Result<Progress, String>> {
        let text = fragment.trim().trim_start_matches('#').strip_prefix(LESSON_LINK)?;
        Some(text.split(';').next().unwrap_or_default().parse())
    }

    /// Takes the frame of a lesson's link, as in `lesson=5;present=1`.
    pub(super) fn take_lesson_frame(&mut self, fragment: &str) {
        let mut frame = Frame::default();
        for (key, value) in fragment.split(';').skip(1).filter_map(|field| field.split_once('=')) {
            // Unknown fields of a link written by hand are ignored.
            let _ = frame.take(key, value);
        }
        self.take_frame(frame);
    }

    /// Takes the reader's answer. Only the first answer counts.
    pub fn answer(&mut self, answer: u8) {
        let Some(course) = &mut self.course else { return self.answer_question(answer) };
        let stop = lesson(course.progress.lesson)
            .and_then(|lesson| lesson.stops.get(usize::from(course.progress.stop)));
        let answers = stop.and_then(|stop| stop.question).map_or(0, |q| q.answers.len());
        if course.progress.answer.is_none() && usize::from(answer) < answers {
            course.progress.answer = Some(answer);
            self.notice = None;
            self.mark_no_return();
        }
    }

    /// Moves to the next stop. If that stop continues this run, the run stays.
    pub fn next_stop(&mut self) {
        let Some(Course { progress, .. }) = self.course else { return };
        let next = Progress { stop: progress.stop + 1, answer: None, ..progress };
        if lesson(next.lesson).is_some_and(|lesson| usize::from(next.stop) < lesson.stops.len()) {
            self.open_lesson(next);
        }
    }

    /// Returns to the stop that was left, with the steps that come before it.
    pub fn return_to_lesson(&mut self) {
        if let Some(Course { progress, .. }) = self.course {
            self.open_lesson(progress);
        }
    }

    /// Leaves the lesson for the free stage and keeps the run.
    pub fn leave_lesson(&mut self) {
        if let Some(course) = &mut self.course {
            course.is_left = true;
        }
    }

    /// Ends the lesson and keeps the run.
    pub fn end_lesson(&mut self) {
        self.course = None;
        self.asked = None;
    }

    /// Toggles between all panels and those of the lesson.
    pub fn turn_lesson_panels(&mut self) {
        if let Some(course) = &mut self.course {
            course.shows_all = !course.shows_all;
        }
    }

    /// The words that represent the lesson in a link.
    pub(super) fn lesson_word(&self) -> Option<String> {
        self.course.as_ref().map(|course| format!("{LESSON}{}", course.progress))
    }

    /// Restores the lesson of a link, after its run was restored.
    pub(super) fn take_lesson(&mut self, word: &str) -> bool {
        let progress = word.strip_prefix(LESSON).and_then(|text| text.parse().ok());
        let course = progress.and_then(Course::new);
        let is_one = course.is_some();
        self.course = course.or(self.course.take());
        is_one
    }

    /// The next step of the lesson; `Err` gives the reason why there is none. `None` if no lesson
    /// decides the next step.
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

    /// The remaining steps of the stop, if the run is on the lesson's path.
    fn lesson_steps(&self) -> Option<&[Choice]> {
        let course = self.course.as_ref().filter(|_| self.is_on_path())?;
        let taken = self.run().choices().len().checked_sub(course.before.len())?;
        course.plan.get(taken..)
    }

    /// Whether the run is on the lesson's path: the steps before the stop, and some of the stop's
    /// own steps.
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
                    other @ (Action::Wait | Action::Steps(_) | Action::Return | Action::Free) => {
                        panic!("lesson {number}, stop {stops}: {other:?}")
                    }
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
