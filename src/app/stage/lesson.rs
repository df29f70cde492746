//! The lesson's card: the situation, the question, the answers, and the button that continues.

use crate::app::kit::prelude::*;

use web_sys::Element;

use crate::app::kit::{aria, focus_any, keep_focus, list, option};
use crate::app::shell::{Desk, focus_part, marked, words};
use crate::kernel::{Design, Row};
use crate::lesson::{EXERCISE, EXERCISE_NUMBER, LESSONS, Progress, QUESTION_NUMBER};
use crate::view::panels::{Action, AnswerMark, AnswerRow, LessonCard, title};

/// The card, shown while a lesson is in progress.
pub fn lesson_panel() -> AnyView {
    let desk = Desk::of_page();
    let text = move |read: fn(&LessonCard) -> String| {
        desk.text(move |s| s.lesson.as_ref().map_or(String::new(), read))
    };
    // A new stop moves the focus to its first answer, so that a reader with a keyboard need not look
    // for it. The stop of the address at the start does not.
    let place = desk.text(|s| {
        s.lesson.as_ref().map_or(String::new(), |card| format!("{}.{}", card.number, card.stop))
    });
    Effect::new(move |before: Option<String>| {
        let now = place.get();
        if before.is_some_and(|before| before != now) && !now.is_empty() {
            request_animation_frame(go_in);
        }
        now
    });
    // The result scrolls into view on a narrow screen. It is a live region, so it is also read
    // aloud.
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
                    {words(text(|c| c.about.into()))}
                </p>
                <p class="lesson-says">{words(text(|c| c.says.clone()))}</p>
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

/// Moves the focus to the first answer, or to the main button, unless the reader has it elsewhere.
/// The button "About" has it again when its greeting closes.
fn go_in() {
    let has = document().active_element();
    let is_elsewhere = |it: Element| {
        it.tag_name() != "BODY" && it.closest("#lesson-go, #about").is_ok_and(|it| it.is_none())
    };
    if has.is_some_and(is_elsewhere) {
        return;
    }
    let answer = document().query_selector(".lesson-question:not([hidden]) .lesson-answer");
    match answer {
        Ok(Some(answer)) => focus_any(&answer),
        _ => focus_part("#lesson-go"),
    }
}

/// A select of all lessons.
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
            hidden=desk.flag(|s| s.lesson.as_ref().is_some_and(|c| c.number == QUESTION_NUMBER))
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
    let asks = desk.text(|s| s.lesson.as_ref().and_then(|c| c.asks.clone()).unwrap_or_default());
    // A new question has new buttons; an answer only changes their look.
    let keys = desk.keys(|s| {
        let Some(card) = &s.lesson else { return Vec::new() };
        let key = |answer: u8| (card.number, card.stop, answer);
        (0..).map(key).take(card.answers.len()).collect()
    });
    view! {
        <div
            class="lesson-question"
            role="group"
            aria-labelledby="lesson-asks"
            hidden=desk.flag(|s| s.lesson.as_ref().is_none_or(|c| c.asks.is_none()))
        >
            <p class="lesson-asks" id="lesson-asks">
                {words(asks)}
            </p>
            {list(keys, move |(_, _, number)| answer(desk, number))}
        </div>
    }
    .into_any()
}

fn answer(desk: Desk, number: u8) -> AnyView {
    let row = move |read: fn(&AnswerRow) -> &str| {
        desk.text(move |s| {
            let row = s.lesson.as_ref().and_then(|card| card.answers.get(usize::from(number)));
            row.map_or("", read).into()
        })
    };
    let choose = move |_| keep_focus(&mut || desk.act(|s| s.answer(number)));
    view! {
        <button
            type="button"
            class="lesson-answer"
            data-mark=row(|it| mark_word(it.mark))
            aria-disabled=row(|it| if it.mark == AnswerMark::Open { "false" } else { "true" })
            on:click=choose
        >
            <span>{row(|it| &it.text)}</span>
            <span class="lesson-mark">{row(|it| mark_text(it.mark))}</span>
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

/// The sentences of the lesson, one paragraph each.
fn told(desk: Desk) -> AnyView {
    let keys = desk.keys(|s| s.lesson.as_ref().map_or(Vec::new(), |card| card.told.clone()));
    list(keys, |line| view! { <p>{marked(&line)}</p> }.into_any())
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
        Some(Action::Free) => "To the free stage".into(),
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
            Some(Action::Free) => s.end_question(),
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

/// Buttons that take the same steps under another design, on the free stage.
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
