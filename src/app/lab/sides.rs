//! The parts beside the picture: the editable lines, and the result of the last line.

use crate::app::kit::prelude::*;
use leptos::html::{Input, Textarea};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlTextAreaElement, SubmitEvent};

use super::bench::Bench;
use super::pieces::{button, dynamic, section, status};
use crate::app::kit::{aria, derived};
use crate::view::lab::{LAB_WORDS, Lab, Margin};

/// The lines with the next one marked, their errors, and a console for a single line.
pub fn lines(bench: Bench) -> AnyView {
    let text = bench.text(|lab| lab.text().to_string());
    let error = bench.text(|lab| lab.error().map(ToString::to_string).unwrap_or_default());
    let is_wrong = aria(bench.flag(|lab| lab.error().is_some()));
    let edit = move |ev| bench.act(|lab| lab.edit(&event_target_value(&ev)));
    let content = view! {
        <div class="editor-scroll lab-editor">
            <div class="editor mono">
                {margin(bench)}
                <textarea
                    class="mono"
                    aria-label="Lines of the laboratory"
                    aria-describedby="lab-error"
                    aria-invalid=is_wrong
                    spellcheck="false"
                    {..named("autocomplete", "off")}
                    autocapitalize="off"
                    {..named("wrap", "off")}
                    {..named("rows", bench.text(|lab| (lab.text().lines().count() + 1).to_string()))}
                    {..named("cols", "24")}
                    prop:value=text
                    on:input=edit
                ></textarea>
            </div>
        </div>
        {status("lab-error", "script-error", "Error in the lines", error)}
        {console(bench)}
    };
    section("lab-left", "lab-lines-title", "Lines", content.into_any())
}

/// The margin of the lines: their numbers, the next line, and lines that are wrong or have failed.
fn margin(bench: Bench) -> AnyView {
    let margin = bench.memo(Lab::margin);
    let numbers = bench.text(|lab| lab.margin().numbers());
    let mark = |class: &'static str, sign: &'static str, line: u32| {
        view! { <i class=class style=("--line", line.to_string())>{sign}</i> }.into_any()
    };
    let marks = move || {
        let Margin { next, bad, .. } = margin.get();
        let next = next.map(|line| mark("is-current", "▸", line));
        let bad = bad.into_iter().map(|line| mark("is-wrong-line", "✕", line));
        next.into_iter().chain(bad).collect::<Vec<_>>().into_any()
    };
    view! {
        <div class="gutter" aria-hidden="true">
            {dynamic(marks)} <span class="gutter-numbers">{numbers}</span>
        </div>
    }
    .into_any()
}

/// A console for one operation, typed or picked from the list of all, which runs at the cursor.
fn console(bench: Bench) -> AnyView {
    let draft = RwSignal::new(String::new());
    let wrong = RwSignal::new(String::new());
    let input: NodeRef<Input> = NodeRef::new();
    let issue = move |ev: SubmitEvent| {
        ev.prevent_default();
        let line = draft.get_untracked();
        let line = if line.trim().is_empty() { LAB_WORDS[0].1.to_string() } else { line };
        match bench.act(|lab| lab.issue(&line)) {
            Ok(()) => {
                draft.set(String::new());
                wrong.set(String::new());
            }
            Err(error) => wrong.set(error.to_string()),
        }
    };
    let words = LAB_WORDS.map(|(word, example)| {
        let pick = move || {
            draft.set(example.into());
            wrong.set(String::new());
            if let Some(input) = input.get_untracked() {
                // An input that is in the document can take the focus.
                let _ = input.focus();
            }
        };
        view! { <li>{button(word, "", word.into_any(), None, pick)}</li> }.into_any()
    });
    let is_wrong = derived(move || wrong.with(|it| !it.is_empty()).to_string());
    view! {
        <form class="lab-console" on:submit=issue>
            <label for="lab-operation">"Operation"</label>
            <input
                type="text"
                id="lab-operation"
                class="mono"
                spellcheck="false"
                {..named("autocomplete", "off")}
                autocapitalize="off"
                {..named("placeholder", LAB_WORDS[0].1)}
                aria-describedby="lab-operation-error"
                aria-invalid=is_wrong
                node_ref=input
                prop:value=draft
                on:input=move |ev| draft.set(event_target_value(&ev))
            />
            <button type="submit">"Do it"</button>
        </form>
        {status("lab-operation-error", "script-error", "Error in the operation", wrong.into())}
        <ul class="lab-words" aria-label="Operations to pick">
            {Vec::from(words)}
        </ul>
    }
    .into_any()
}

/// The result of the last line, the counters, and the tree as text.
pub fn report(bench: Bench) -> AnyView {
    let told = bench.memo(|lab: &Lab| lab.heard().lines());
    let told = move || {
        let lines = told.get();
        if lines.is_empty() {
            return view! { <li class="quiet">"The tree did not change."</li> }.into_any();
        }
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }.into_any());
        lines.collect::<Vec<_>>().into_any()
    };
    let told = view! { <ol class="lab-told">{dynamic(told)}</ol> }.into_any();
    let counters = bench.memo(Lab::counters);
    let counters = move || {
        let rows = counters.get().rows().into_iter();
        let rows = rows
            .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any());
        rows.collect::<Vec<_>>().into_any()
    };
    let counters = view! { <dl class="lab-counters mono">{dynamic(counters)}</dl> }.into_any();
    view! {
        <div class="lab-right">
            {section("", "lab-did-title", "What the line did to the tree", told)}
            {section("", "lab-counters-title", "Counters", counters)}
            {section("", "lab-text-title", "Tree as text", text(bench))}
        </div>
    }
    .into_any()
}

/// The tree in the notation of the lines, and three buttons that copy texts.
fn text(bench: Bench) -> AnyView {
    let said = RwSignal::new(String::new());
    let place: NodeRef<Textarea> = NodeRef::new();
    let copy = move |name: &'static str, read: fn(&Lab) -> String| {
        button(name, "", name.into_any(), None, move || {
            let place = place.get_untracked();
            said.set(copy_text(&bench.lab.with_untracked(read), place.as_ref()).into());
        })
    };
    view! {
        <textarea
            class="mono lab-text"
            aria-label="Tree as text"
            readonly
            {..named("rows", "4")}
            prop:value=bench.text(Lab::tree_head)
        ></textarea>
        <div class="row lab-copies">
            {copy("Copy tree", Lab::tree_text)} {copy("Copy state", Lab::state_text)}
            {copy("Copy lines done", Lab::done_text)}
        </div>
        <textarea class="visually-hidden" tabindex="-1" aria-hidden="true" node_ref=place></textarea>
        {status("lab-copied", "quiet lab-copied", "Copied", said.into())}
    }
    .into_any()
}

/// Copies a text and reports the result. Only pages of secure origins have a clipboard; elsewhere
/// the old copy command copies the selection in `place`.
fn copy_text(text: &str, place: Option<&HtmlTextAreaElement>) -> &'static str {
    let get = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let navigator = get(&window().into(), "navigator");
    let clipboard = navigator.and_then(|it| get(&it, "clipboard")).filter(|it| it.is_object());
    let call = |of: &JsValue, name: &str, argument: &str| {
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
