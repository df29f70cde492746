//! Beside the picture: the lines to edit, and what the last of them did.

use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Bench;
use crate::view::lab::{LAB_WORDS, Lab};

/// The lines, with the next one marked, what is wrong with them, and a line to do at once.
#[component]
pub fn EditorPane(bench: Bench) -> impl IntoView {
    let text = bench.memo(|lab| lab.text().to_string());
    let error = bench.memo(|lab| lab.error().map(ToString::to_string));
    view! {
        <section class="lab-left" aria-labelledby="lab-lines-title">
            <div class="panel-head">
                <h3 class="panel-title" id="lab-lines-title">"Lines"</h3>
            </div>
            <div class="editor-scroll lab-editor">
                <div class="editor mono">
                    <Gutter bench />
                    <textarea
                        class="mono"
                        aria-label="Lines of the laboratory"
                        aria-describedby="lab-error"
                        aria-invalid=move || error.get().is_some().to_string()
                        spellcheck="false"
                        autocomplete="off"
                        autocapitalize="off"
                        wrap="off"
                        rows=move || (text.with(|it| it.lines().count()) + 1).to_string()
                        cols="24"
                        prop:value=move || text.get()
                        on:input=move |ev| {
                            let text = event_target_value(&ev);
                            bench.act(|lab| lab.edit(&text));
                        }
                    ></textarea>
                </div>
            </div>
            <p class="script-error" id="lab-error" role="status" aria-label="Error in the lines">
                {move || error.get()}
            </p>
            <Console bench />
        </section>
    }
    .into_any()
}

/// One operation, typed or picked from the list of all, and done where the lines stand.
#[component]
fn Console(bench: Bench) -> impl IntoView {
    let draft = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let input: NodeRef<Input> = NodeRef::new();
    let issue = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        let line = draft.get_untracked();
        let line = if line.trim().is_empty() { LAB_WORDS[0].1.to_string() } else { line };
        match bench.act(|lab| lab.issue(&line)) {
            Ok(()) => {
                draft.set(String::new());
                wrong.set(None);
            }
            Err(error) => wrong.set(Some(error.to_string())),
        }
    };
    let words = LAB_WORDS.map(|(word, example)| {
        let pick = move |_| {
            draft.set(example.into());
            wrong.set(None);
            if let Some(input) = input.get_untracked() {
                // An input that is on the page can have the focus.
                let _ = input.focus();
            }
        };
        view! { <li><button type="button" title=example on:click=pick>{word}</button></li> }
    });
    view! {
        <form class="lab-console" on:submit=issue>
            <label>
                <span class="panel-title">"Operation"</span>
                <input
                    type="text"
                    class="mono"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    placeholder=LAB_WORDS[0].1
                    aria-describedby="lab-operation-error"
                    aria-invalid=move || wrong.get().is_some().to_string()
                    node_ref=input
                    prop:value=move || draft.get()
                    on:input=move |ev| draft.set(event_target_value(&ev))
                />
            </label>
            <button type="submit">"Do it"</button>
        </form>
        <p
            class="script-error"
            id="lab-operation-error"
            role="status"
            aria-label="Error in the operation"
        >
            {move || wrong.get()}
        </p>
        <ul class="lab-words" aria-label="Operations to pick">{words.into_iter().collect_view()}</ul>
    }
    .into_any()
}

/// What a line's margin shows.
#[derive(Clone, PartialEq)]
struct Margin {
    lines: u32,
    next: Option<u32>,
    wrong: Option<u32>,
    failed: Vec<u32>,
}

#[component]
fn Gutter(bench: Bench) -> impl IntoView {
    let margin = bench.memo(|lab| Margin {
        lines: lab.text().lines().count().max(1) as u32,
        next: lab.next_line(),
        wrong: lab.error().map(|it| it.line),
        failed: lab.failed().to_vec(),
    });
    let lines = move || {
        let Margin { lines, next, wrong, failed } = margin.get();
        let line = move |n: u32| {
            let bad = wrong == Some(n) || failed.contains(&n);
            let mark = match (next == Some(n), bad) {
                (_, true) => "✕",
                (true, _) => "▸",
                _ => "",
            };
            view! {
                <li class:is-current=next == Some(n) class:is-wrong-line=bad>
                    <span class="gutter-threads">{mark}</span>
                    <span class="gutter-number">{n}</span>
                </li>
            }
        };
        (1..=lines).map(line).collect_view()
    };
    view! { <ol class="gutter" aria-hidden="true">{lines}</ol> }.into_any()
}

/// What the last line did, the counters, and the tree as text.
#[component]
pub fn ReportPane(bench: Bench) -> impl IntoView {
    let heard = bench.memo(|lab| lab.heard().clone());
    let told = move || {
        let heard = heard.get();
        let none = heard.told.is_empty();
        let shown = if heard.links > 20 { 0 } else { heard.told.len() };
        let rest = heard.told.len() - shown + heard.more as usize;
        let rest = (rest > 0).then(|| {
            let (links, rotations) = (heard.links, heard.rotations);
            view! { <li>{format!("{links} extents linked, {rotations} rotations")}</li> }
        });
        let lines = heard.told.into_iter().take(shown).map(|it| view! { <li>{it}</li> });
        let quiet = none.then(|| view! { <li class="quiet">"The tree did not change."</li> });
        view! { {lines.collect_view()} {rest} {quiet} }
    };
    view! {
        <div class="lab-right">
            <section aria-labelledby="lab-did-title">
                <h3 class="panel-title" id="lab-did-title">"What the line did to the tree"</h3>
                <ol class="lab-told">{told}</ol>
            </section>
            <Counters bench />
            <TreeText bench />
        </div>
    }
    .into_any()
}

#[component]
fn Counters(bench: Bench) -> impl IntoView {
    let counters = bench.memo(Lab::counters);
    let row = |(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let rows = move || counters.get().rows().into_iter().map(row).collect_view();
    view! {
        <section aria-labelledby="lab-counters-title">
            <h3 class="panel-title" id="lab-counters-title">"Counters"</h3>
            <dl class="lab-counters mono">{rows}</dl>
        </section>
    }
    .into_any()
}

/// The tree in the notation of the lines, and three things to take along.
#[component]
fn TreeText(bench: Bench) -> impl IntoView {
    let text = bench.memo(Lab::tree_text);
    let said = RwSignal::new("");
    let place: NodeRef<Textarea> = NodeRef::new();
    let button = move |name: &'static str, read: fn(&Lab) -> String| {
        let copy = move |_| {
            let place = place.get_untracked();
            said.set(copy_text(&bench.lab.with_untracked(read), place.as_ref()));
        };
        view! { <button type="button" on:click=copy>{name}</button> }
    };
    view! {
        <section aria-labelledby="lab-text-title">
            <h3 class="panel-title" id="lab-text-title">"Tree as text"</h3>
            <textarea
                class="mono lab-text"
                aria-label="Tree as text"
                readonly
                rows="4"
                prop:value=move || text.get()
            ></textarea>
            <div class="row lab-copies">
                {button("Copy tree", Lab::tree_text)}
                {button("Copy state", Lab::state_text)}
                {button("Copy lines done", Lab::done_text)}
            </div>
            <textarea class="visually-hidden" tabindex="-1" aria-hidden="true" node_ref=place></textarea>
            <span class="quiet" role="status" aria-label="Copied">{move || said.get()}</span>
        </section>
    }
    .into_any()
}

/// Hands a text to the clipboard and says whether that worked. Only pages of secure origins have
/// one; elsewhere the old command copies what is selected in `place`.
fn copy_text(text: &str, place: Option<&web_sys::HtmlTextAreaElement>) -> &'static str {
    let get = |of: &wasm_bindgen::JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let navigator = get(&window().into(), "navigator");
    let clipboard = navigator.and_then(|it| get(&it, "clipboard")).filter(|it| it.is_object());
    let call = |of: &wasm_bindgen::JsValue, name: &str, argument: &str| {
        let function = get(of, name).and_then(|it| it.dyn_into::<js_sys::Function>().ok());
        function.and_then(|it| it.call1(of, &argument.into()).ok())
    };
    if clipboard.is_some_and(|it| call(&it, "writeText", text).is_some()) {
        return "Copied.";
    }
    if let Some(place) = place {
        place.set_value(text);
        place.select();
        let worked = call(&document().into(), "execCommand", "copy");
        if worked.is_some_and(|it| it.is_truthy()) {
            return "Copied.";
        }
    }
    "This browser does not let the page copy."
}
