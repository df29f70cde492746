//! The steps that can be taken, as buttons, and those that cannot, with the reason.

use crate::app::kit::prelude::*;

use super::bar::faults;
use super::console::console;
use crate::app::kit::{keep_focus, list};
use crate::app::shell::{Desk, Parts, button_words};
use crate::kernel::Choice;
use crate::session::{AFTER_POWER_CUT, NOTHING_LEFT, Stage};
use crate::view::StepRow;

/// Next steps, and the console under them.
pub fn steps() -> Parts {
    let desk = Desk::of_page();
    let count = desk.text(|s| {
        format!("{} enabled", s.steps.iter().filter(|row| row.blocked.is_none()).count())
    });
    // The choice is the key: a button keeps its focus while its actor has a step.
    let keys = desk.keys(|s| s.steps.iter().map(|row| row.choice).collect());
    let body = view! {
        <ul class="panel-body steps" tabindex="0">
            {list(keys, move |choice| step(desk, choice))}
            <li class="quiet" hidden=desk.flag(|s| !s.steps.is_empty())>
                {desk.text(|s| match s.power {
                    None => NOTHING_LEFT,
                    Some(_) => AFTER_POWER_CUT,
                }.into())}
            </li>
        </ul>
        {faults(desk)}
        {console()}
    };
    Parts { aside: Some(count), button: None, body: body.into_any() }
}

fn step(desk: Desk, choice: Choice) -> AnyView {
    fn find(stage: &Stage, choice: Choice) -> Option<&StepRow> {
        stage.steps.iter().find(|row| row.choice == choice)
    }
    let text = move |read: fn(&StepRow) -> String| {
        desk.text(move |s| find(s, choice).map_or(String::new(), read))
    };
    let flag =
        move |read: fn(&StepRow) -> bool| desk.flag(move |s| find(s, choice).is_some_and(read));
    let take = move |_| {
        // A step that is not enabled says why, in the session's notice.
        keep_focus(&mut || {
            let _ = desk.act(|s| s.step(choice));
        });
    };
    let does = |row: &StepRow| match &row.blocked {
        Some(wait) => format!("cannot: {} {wait}", row.choice),
        None => row.label.does.clone(),
    };
    let only = text(|r| r.only.map_or(String::new(), |side| format!("{side} only")));
    view! {
        <li
            class="step"
            class:is-next=flag(|r| r.is_next)
            class:is-environment=flag(|r| r.is_environment)
        >
            <button
                type="button"
                aria-disabled=text(|r| r.blocked.is_some().to_string())
                title=text(|r| r.label.source.into())
                on:click=take
            >
                <span class="step-actor mono">{choice.to_string()} " " <span class="step-only">{only}</span></span>
                <span class="step-what">
                    <code>{text(|r| r.label.function.into())}</code>
                    <span class="step-does">{button_words(text(does))}</span>
                </span>
            </button>
        </li>
    }
    .into_any()
}
