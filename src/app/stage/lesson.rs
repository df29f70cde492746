//! The lesson's card: what happens, the question, the answers, and the way on.

use crate::app::kit::prelude::*;

use crate::app::kit::{aria, keep_focus, list, option};
use crate::app::shell::Desk;
use crate::kernel::{Design, Row};
use crate::lesson::{EXERCISE, EXERCISE_NUMBER, LESSONS, Progress};
use crate::view::panels::{Action, AnswerMark, LessonCard, title};

/// The card, shown while a lesson is taken.
pub fn lesson_panel() -> AnyView {
    let desk = Desk::of_page();
    let text = move |read: fn(&LessonCard) -> String| {
        desk.text(move |s| s.lesson.as_ref().map_or(String::new(), read))
    };
    // What was seen comes into sight on a narrow screen, and is read aloud: it is a live region.
    view! {
        <section
            class="panel area-lesson"
            aria-labelledby="lesson-title"
            hidden=desk.flag(|s| s.lesson.is_none())
        >
            <div class="panel-head">
                <h2 class="panel-title" id="lesson-title">
                    "Lesson"
                </h2>
                <span class="panel-aside quiet">{text(|c| c.place.clone())}</span>
                <button
                    type="button"
                    class="twin-switch"
                    aria-pressed=text(|c| c.panels.is_empty().to_string())
                    on:click=move |_| desk.act(crate::session::Session::turn_lesson_panels)
                >
                    "all panels"
                </button>
                <button
                    type="button"
                    class="twin-switch"
                    on:click=move |_| desk.act(crate::session::Session::end_lesson)
                >
                    "leave"
                </button>
            </div>
            <div class="panel-body lesson-body">
                {lesson_select(desk)}
                <p class="lesson-source quiet">{text(|c| c.source.into())}</p>
                <p class="lesson-about">
                    {text(|c| c.about.into())}
                </p>
                <p class="lesson-says">{text(|c| c.says.into())}</p>
                {question(desk)}
                <div class="lesson-told" role="status" aria-label="What the lesson says">
                    {told(desk)}
                </div>
            </div>
            <div class="row lesson-row">{main_button(desk)} {designs(desk)}</div>
        </section>
    }
    .into_any()
}

/// All lessons, to choose one.
fn lesson_select(desk: Desk) -> AnyView {
    let lessons = (0..).zip(LESSONS.iter().chain([&EXERCISE]));
    let options = lessons.map(|(number, lesson)| {
        let is_this = move |card: &LessonCard| card.number == number;
        let selected = desk.flag(move |s| s.lesson.as_ref().is_some_and(is_this));
        option(number.to_string(), title(number, lesson), selected)
    });
    let options: Vec<AnyView> = options.collect();
    view! {
        <select
            class="lesson-select"
            aria-label="Lesson"
            on:change=move |ev| {
                if let Ok(number) = event_target_value(&ev).parse() {
                    desk.act(|s| s.open_lesson(Progress::start(number)));
                }
            }
        >
            {options}
        </select>
    }
    .into_any()
}

fn question(desk: Desk) -> AnyView {
    let asks = desk.text(|s| s.lesson.as_ref().and_then(|c| c.asks).unwrap_or_default().into());
    // Another question has other buttons; an answer only changes how they look.
    let keys = desk.keys(|s| {
        let Some(card) = &s.lesson else { return Vec::new() };
        let key = |i: usize| format!("{}.{}.{i}", card.number, card.place);
        (0..card.answers.len()).map(key).collect()
    });
    view! {
        <div
            class="lesson-question"
            role="group"
            aria-labelledby="lesson-asks"
            hidden=desk.flag(|s| s.lesson.as_ref().is_none_or(|c| c.asks.is_none()))
        >
            <p class="lesson-asks" id="lesson-asks">
                {asks}
            </p>
            {list(keys, move |key| answer(desk, &key))}
        </div>
    }
    .into_any()
}

fn answer(desk: Desk, key: &str) -> AnyView {
    let Some(i) = key.rsplit('.').next().and_then(|i| i.parse::<u8>().ok()) else {
        return ().into_any();
    };
    let row = move |read: fn(&'static str, AnswerMark) -> &'static str| {
        desk.text(move |s| {
            let row = s.lesson.as_ref().and_then(|card| card.answers.get(usize::from(i)));
            row.map_or("", |row| read(row.text, row.mark)).into()
        })
    };
    let choose = move |_| keep_focus(&mut || desk.act(|s| s.answer(i)));
    view! {
        <button
            type="button"
            class="lesson-answer"
            data-mark=row(|_, mark| mark_word(mark))
            aria-disabled=row(|_, mark| if mark == AnswerMark::Open { "false" } else { "true" })
            on:click=choose
        >
            <span>{row(|text, _| text)}</span>
            <span class="lesson-mark">{row(|_, mark| mark_text(mark))}</span>
        </button>
    }
    .into_any()
}

fn mark_word(mark: AnswerMark) -> &'static str {
    match mark {
        AnswerMark::Open => "open",
        AnswerMark::Chosen => "chosen",
        AnswerMark::Right => "right",
        AnswerMark::Wrong => "wrong",
        AnswerMark::Passed => "passed",
    }
}

fn mark_text(mark: AnswerMark) -> &'static str {
    match mark {
        AnswerMark::Open | AnswerMark::Passed => "",
        AnswerMark::Chosen => "your answer",
        AnswerMark::Right => "right",
        AnswerMark::Wrong => "your answer, wrong",
    }
}

/// What the lesson says now, a sentence a paragraph.
fn told(desk: Desk) -> AnyView {
    let keys = desk.keys(|s| s.lesson.as_ref().map_or(Vec::new(), |card| card.told.clone()));
    list(keys, |line| view! { <p>{line}</p> }.into_any())
}

fn main_button(desk: Desk) -> AnyView {
    let text = desk.text(|s| match s.lesson.as_ref().map(|card| card.action) {
        Some(Action::Wait) => "Answer first".into(),
        Some(Action::Steps(_)) if s.is_playing => "Pause".into(),
        Some(Action::Steps(1)) => "Take the step".into(),
        Some(Action::Steps(left)) => format!("Play {left} steps"),
        Some(Action::Continue) => "Continue".into(),
        Some(Action::Lesson(0)) => "Begin again".into(),
        Some(Action::Lesson(EXERCISE_NUMBER)) => "To the exercise".into(),
        Some(Action::Lesson(next)) => format!("To lesson {next}"),
        Some(Action::Return) => "Return to the lesson".into(),
        None => String::new(),
    });
    let is_locked =
        desk.flag(|s| s.lesson.as_ref().is_some_and(|card| card.action == Action::Wait));
    let go = move |_| {
        desk.act(|s| match s.lesson_card().map(|card| card.action) {
            Some(Action::Steps(1)) => {
                s.forward();
            }
            Some(Action::Steps(_)) => s.toggle_play(),
            Some(Action::Continue) => s.next_stop(),
            Some(Action::Lesson(next)) => s.open_lesson(Progress::start(next)),
            Some(Action::Return) => s.return_to_lesson(),
            Some(Action::Wait) => s.say("Choose an answer first."),
            None => {}
        });
    };
    view! {
        <button
            type="button"
            id="lesson-go"
            class:is-primary=desk.flag(|s| s.lesson.as_ref().is_some_and(|c| c.action != Action::Wait))
            aria-disabled=aria(is_locked)
            on:click=go
        >
            {text}
        </button>
    }
    .into_any()
}

/// The steps that were taken, under another design, on the free stage.
fn designs(desk: Desk) -> AnyView {
    let rows = Row::ALL
        .iter()
        .map(|row| option(row.id().into(), row.id().into(), desk.flag(|s| s.design.0 == row.id())));
    let rows: Vec<AnyView> = rows.collect();
    let choose = move |ev| {
        if let Ok(design) = Design::parse(&event_target_value(&ev)) {
            desk.act(|s| {
                s.leave_lesson();
                s.set_design(design);
            });
        }
    };
    view! {
        <label
            class="field"
            hidden=desk.flag(|s| s.lesson.as_ref().is_none_or(|card| !card.is_done))
        >
            <span>"the same under"</span>
            <select on:change=choose>{rows}</select>
        </label>
    }
    .into_any()
}
