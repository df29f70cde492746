//! A question about the run as a link: its reader answers before the steps are shown.

use crate::app::kit::prelude::*;
use crate::app::kit::{by_id, close, copy_and_tell, keep_key, show};
use leptos::html::Dialog;
use web_sys::Element;

use super::desk::Desk;

/// The button and its dialog.
pub fn ask_button() -> AnyView {
    let desk = Desk::of_page();
    let dialog: NodeRef<Dialog> = NodeRef::new();
    // The word of the chosen question.
    let chosen = RwSignal::new(String::new());
    let open = move |_| {
        let all = desk.read(crate::session::Session::questions);
        chosen.set(all.first().map_or(String::new(), |(word, _)| word.clone()));
        if let Some(select) = by_id("ask-question") {
            offer(&select, &all);
        }
        show(dialog);
    };
    let copy = move |_| {
        let link = desk.read(|s| s.ask_link(&chosen.get_untracked()));
        close(dialog);
        match link {
            Some(link) => {
                let href = window().location().href().unwrap_or_default();
                let page = href.split('#').next().unwrap_or_default();
                copy_and_tell("question", &format!("{page}#{link}"), move |told| {
                    desk.act(|s| s.say(&told));
                });
            }
            None => desk.act(|s| s.ask(&chosen.get_untracked())),
        }
    };
    let try_it = move |_| {
        close(dialog);
        desk.act(|s| s.ask(&chosen.get_untracked()));
    };
    let from = desk.text(|s| {
        let (at, all) = s.place;
        if at >= all {
            return "No step comes after this one, so there is nothing to predict. Close this, go \
                    back some steps, and ask there."
                .into();
        }
        format!(
            "The reader of the link starts at step {at} and answers; then the other {} steps of this run are shown, and the model's answer.",
            all - at
        )
    });
    let is_end = desk.text(|s| (s.place.0 >= s.place.1).to_string());
    let is_at_end = move || is_end.with(|is_end| is_end == "true");
    view! {
        <button type="button" id="ask" title="Ask a question about this run" on:click=open>
            "question"
        </button>
        <dialog
            class="knobs"
            aria-labelledby="ask-title"
            node_ref=dialog
            on:keydown=|ev| {
                keep_key(&ev);
            }
        >
            <header class="explorer-head">
                <h2 class="wordmark" id="ask-title">"Ask about this run"</h2>
                <button type="button" on:click=move |_| close(dialog)>"Close"</button>
            </header>
            <p>{from}</p>
            <label class="field">
                <span>"question"</span>
                <select id="ask-question" on:change=move |ev| chosen.set(event_target_value(&ev))></select>
            </label>
            <p class="row">
                <button type="button" class="is-primary" prop:disabled=is_at_end on:click=copy>"Copy the question's link"</button>
                <button type="button" prop:disabled=is_at_end on:click=try_it>"Try it here"</button>
            </p>
        </dialog>
    }
    .into_any()
}

/// Offers the questions that can be asked about the run's end: each with its word and its text. The
/// first one is chosen.
fn offer(select: &Element, questions: &[(String, String)]) {
    select.set_inner_html("");
    for (word, text) in questions {
        let Ok(option) = document().create_element("option") else { continue };
        // Neither fails: the name of the attribute is valid, and the element is new.
        let _ = option.set_attribute("value", word);
        option.set_text_content(Some(text));
        let _ = select.append_child(&option);
    }
}
