//! The list of all explained words of the page.

use crate::app::kit::prelude::*;
use crate::app::kit::{close, keep_key, show};
use crate::kernel::Promise;
use crate::view::words::glossary::TERMS;
use leptos::html::Dialog;

/// The button and its dialog.
pub fn words_button() -> AnyView {
    let dialog: NodeRef<Dialog> = NodeRef::new();
    view! {
        <button type="button" id="words" on:click=move |_| show(dialog)>"Words"</button>
        <dialog
            class="knobs words"
            aria-labelledby="words-title"
            node_ref=dialog
            on:keydown=|ev| {
                keep_key(&ev);
            }
        >
            <header class="explorer-head">
                <h2 class="wordmark" id="words-title">"Words"</h2>
                <button type="button" on:click=move |_| close(dialog)>"Close"</button>
            </header>
            <p>"These words have a dotted underline: point at one, tap it, or reach it with Tab."</p>
            <dl class="words-list">{entries()}</dl>
        </dialog>
    }
    .into_any()
}

fn entries() -> Vec<AnyView> {
    let entry = |word: String, says: &'static str| {
        view! {
            <dt>{word}</dt>
            <dd>{says}</dd>
        }
        .into_any()
    };
    let mut all: Vec<AnyView> =
        TERMS.iter().map(|term| entry(term.word.to_string(), term.says)).collect();
    let promise =
        |promise: &Promise| entry(format!("{}, a promise", promise.id()), promise.sentence());
    all.extend(Promise::ALL.iter().map(promise));
    all
}
