//! The steps that can be taken, as buttons, and those that cannot, with the reason.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::console::Console;
use super::desk::Desk;
use super::parts::PanelHead;
use crate::kernel::Choice;
use crate::view::{StepRow, steps};

/// Next steps, and the console under them.
#[component]
pub fn StepsPanel() -> impl IntoView {
    let rows = Desk::of_page().memo(steps);
    let count = Signal::derive(move || {
        let enabled = rows.with(|rows| rows.iter().filter(|row| row.blocked.is_none()).count());
        format!("{enabled} enabled")
    });
    view! {
        <section class="panel area-steps" aria-labelledby="steps-title">
            <PanelHead id="steps-title" title="Next steps" aside=count />
            <ul class="panel-body steps">
                <For
                    each=move || rows.get()
                    // The choice is the key: a button keeps its focus while its actor has a step.
                    key=|row| row.choice.to_string()
                    children=move |row| view! { <Step choice=row.choice rows /> }
                />
                <li class="quiet" hidden=move || !rows.with(Vec::is_empty)>
                    "Nobody has anything left to do. Issue an operation, or go back."
                </li>
            </ul>
            <Console />
        </section>
    }
    .into_any()
}

#[component]
fn Step(choice: Choice, rows: Memo<Vec<StepRow>>) -> impl IntoView {
    let desk = Desk::of_page();
    let row =
        Memo::new(move |_| rows.with(|rows| rows.iter().find(|r| r.choice == choice).cloned()));
    let take = move |_| {
        // A step that is not enabled says why, in the session's notice.
        let _ = desk.act(|s| s.step(choice));
        request_animation_frame(keep_focus);
    };
    let blocked = move || row.get().and_then(|r| r.blocked);
    let label = move || row.get().map(|r| r.label);
    view! {
        <li class="step" class:is-next=move || row.get().is_some_and(|r| r.is_next) class:is-environment=move || row.get().is_some_and(|r| r.is_environment)>
            <button
                type="button"
                aria-disabled=move || blocked().is_some().to_string()
                title=move || label().map(|l| l.source)
                on:click=take
            >
                <span class="step-actor mono">{choice.to_string()}</span>
                <span class="step-what">
                    <code>{move || label().map(|l| l.function)}</code>
                    <span class="step-does">
                        {move || match blocked() {
                            Some(wait) => format!("cannot: {choice} {wait}"),
                            None => label().map(|l| l.does).unwrap_or_default(),
                        }}
                    </span>
                </span>
            </button>
        </li>
    }
    .into_any()
}

/// A button goes with its actor's last step: focus then moves to where the next step is taken.
fn keep_focus() {
    let lost = document().active_element().is_none_or(|e| e.tag_name() == "BODY");
    let bar = document().get_element_by_id("step-forward");
    if let Some(button) =
        bar.filter(|_| lost).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // Focus cannot fail on a button of this page.
        let _ = button.focus();
    }
}
