//! The model computes every answer and every fact of the lessons.

use extentscope::kernel::Promise;
use extentscope::lesson::{EXERCISE, LESSONS, Lesson, Progress, Stop, Truth};

/// All lessons and the exercise, with their numbers.
fn all() -> impl Iterator<Item = (usize, &'static Lesson)> {
    LESSONS.iter().chain([&EXERCISE]).enumerate()
}

/// Every stop, with its position.
fn stops() -> impl Iterator<Item = (&'static Lesson, usize, String)> {
    all().flat_map(|(number, lesson)| {
        let place = move |stop: usize| format!("lesson {number}, stop {}", stop + 1);
        (0..lesson.stops.len()).map(move |stop| (lesson, stop, place(stop)))
    })
}

#[test]
fn every_stop_can_be_played() {
    for (lesson, stop, place) in stops() {
        assert!(lesson.run_after(stop).is_ok(), "{place}: {:?}", lesson.run_after(stop).err());
    }
}

#[test]
fn every_fact_is_what_the_model_computes() {
    for (lesson, stop, place) in stops() {
        let run = lesson.run_after(stop).expect(&place);
        for (fact, truth) in lesson.stops[stop].shows {
            assert_eq!(fact.compute(&run), Some(*truth), "{place}: {fact:?}");
        }
    }
}

#[test]
fn one_answer_of_every_question_is_right_and_the_others_are_not() {
    for (lesson, stop, place) in stops() {
        let Some(question) = lesson.stops[stop].question else { continue };
        let run = lesson.run_after(stop).expect(&place);
        let truth = question.fact.compute(&run);
        let right = lesson.right_answer(stop).expect(&place);
        let found = question.answers.iter().position(|(_, answer)| Some(*answer) == truth);
        assert_eq!(found, Some(question.right.into()), "{place}: {truth:?}");
        assert_eq!(right, found, "{place}: {truth:?}");
        for (i, (_, answer)) in question.answers.iter().enumerate() {
            let twice = question.answers[..i].iter().any(|(_, other)| other == answer);
            assert!(!twice, "{place}: {answer:?} stands twice");
        }
        assert!(question.answers.len() >= 2, "{place}");
    }
}

/// A stop names the promise that its steps break, and no stop breaks a promise without naming it. A
/// deadlock has no bit in the state; it follows from the waits.
#[test]
fn a_stop_names_the_promise_that_its_steps_break() {
    for (lesson, stop, place) in stops() {
        let (before, after) =
            (lesson.run_before(stop).expect(&place), lesson.run_after(stop).expect(&place));
        let stuck = |run: &extentscope::scenario::Run| {
            !extentscope::kernel::deadlocked(run.setup(), run.state()).is_empty()
        };
        let broke = match lesson.stops[stop].breaks {
            Some(Promise::NoDeadlock) => !stuck(&before) && stuck(&after),
            Some(promise) => {
                before.state().broken & promise.bit() == 0
                    && after.state().broken == before.state().broken | promise.bit()
            }
            None => {
                before.state().broken == after.state().broken && stuck(&before) == stuck(&after)
            }
        };
        assert!(broke, "{place}: {:?}", lesson.stops[stop].breaks);
    }
}

/// A reader who always chooses the first answer must not always be right.
#[test]
fn right_answers_are_at_every_position() {
    let mut places = [0_u32; 3];
    for (lesson, stop, place) in stops() {
        if let Some(right) = lesson.right_answer(stop).expect(&place) {
            places[right] += 1;
        }
    }
    assert!(places.iter().all(|count| *count > 0), "{places:?}");
}

#[test]
fn the_exercise_has_twelve_questions_of_three_kinds() {
    let questions: Vec<_> = EXERCISE.stops.iter().filter_map(|stop| stop.question).collect();
    assert_eq!(questions.len(), 12);
    for (kind, count) in [("Returned", 4), ("Survives", 6), ("Giver", 2)] {
        let of_kind = questions.iter().filter(|q| format!("{:?}", q.fact).starts_with(kind));
        assert_eq!(of_kind.count(), count, "{kind}");
    }
    let zeroes = |stop: &usize| {
        let run = EXERCISE.run_after(*stop).expect("the stop can be played");
        EXERCISE.stops[*stop].question.and_then(|q| q.fact.compute(&run)) == Some(Truth::Zeroes)
    };
    assert_eq!((0..12).filter(zeroes).count(), 4);
}

#[test]
fn texts_fit_the_page() {
    for (lesson, stop, place) in stops() {
        let Stop { says, sees, question, .. } = &lesson.stops[stop];
        let question = question.iter().flat_map(|q| [q.asks, q.why]);
        for text in [*says, *sees].into_iter().chain(question) {
            assert!(text.len() <= 200, "{place}: {} characters: {text}", text.len());
            assert!(text.ends_with(['.', '?']), "{place}: {text}");
        }
    }
}

#[test]
fn a_link_holds_lesson_stop_and_answer() {
    for text in ["0", "3", "3.2", "5.4a3", "7.12a1"] {
        let progress: Progress = text.parse().expect(text);
        assert_eq!(progress.to_string(), text);
    }
    for (text, error) in [
        ("", "``, expected a lesson and a stop, as in 3.2"),
        ("3.0", "`3.0`, expected a lesson and a stop, as in 3.2"),
        ("8", "there is no lesson 8"),
        ("0.9", "lesson 0 has 4 stops"),
        ("0.1a1", "stop 1 of lesson 0 has 0 answers"),
        ("5.4a4", "stop 4 of lesson 5 has 3 answers"),
        ("x.y", "`x.y`, expected a lesson and a stop, as in 3.2"),
    ] {
        assert_eq!(text.parse::<Progress>(), Err(error.into()), "{text}");
    }
}
