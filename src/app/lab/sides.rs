//! Beside the picture: the lines to edit, and what the last of them did.

use leptos::html::Textarea;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Bench;
use crate::view::lab::{LAB_WORDS, Lab, LabCounters};

/// The lines, with the next one marked, and what is wrong with them.
#[component]
pub fn EditorPane(bench: Bench) -> impl IntoView {
    let text = bench.memo(|lab| lab.text().to_string());
    let error = bench.memo(|lab| lab.error().map(ToString::to_string));
    let words = LAB_WORDS.map(|(_, example)| view! { <li><code>{example}</code></li> });
    view! {
        <section class="lab-left" aria-labelledby="lab-lines-title">
            <h3 class="panel-title" id="lab-lines-title">"Lines"</h3>
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
            <details>
                <summary>"What can be written"</summary>
                <ul class="lab-words">{words.into_iter().collect_view()}</ul>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn Gutter(bench: Bench) -> impl IntoView {
    let marks = bench.memo(|lab| {
        let count = lab.text().lines().count().max(1) as u32;
        (count, lab.next_line(), lab.error().map(|it| it.line))
    });
    let lines = move || {
        let (count, next, wrong) = marks.get();
        let line = move |n: u32| {
            let (next, wrong) = (next == Some(n), wrong == Some(n));
            view! {
                <li class:is-current=next class:is-wrong-line=wrong>
                    <span class="gutter-threads">{next.then_some("▸")}</span>
                    <span class="gutter-number">{n}</span>
                </li>
            }
        };
        (1..=count).map(line).collect_view()
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
    let rows = move || {
        let LabCounters { all_nr, shk_nr, shrink_lblk, cache_es, pending, fails } = counters.get();
        let mut rows = vec![("i_es_all_nr", all_nr.to_string()), (shk_nr.0, shk_nr.1.to_string())];
        rows.extend(shrink_lblk.map(|it| ("i_es_shrink_lblk", it.to_string())));
        rows.push(("cache_es", cache_es.map_or("none".into(), |it| it.to_string())));
        if !pending.is_empty() {
            let clusters: Vec<String> = pending.iter().map(ToString::to_string).collect();
            rows.push(("i_pending_tree", format!("clusters {}", clusters.join(", "))));
        }
        if fails > 0 {
            rows.push(("allocations to fail", fails.to_string()));
        }
        let row = |(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
        rows.into_iter().map(row).collect_view()
    };
    view! {
        <section aria-labelledby="lab-counters-title">
            <h3 class="panel-title" id="lab-counters-title">"Counters"</h3>
            <dl class="lab-counters mono">{rows}</dl>
        </section>
    }
    .into_any()
}

#[component]
fn TreeText(bench: Bench) -> impl IntoView {
    let text = bench.memo(Lab::tree_text);
    let place: NodeRef<Textarea> = NodeRef::new();
    let copied = RwSignal::new("");
    let copy = move |_| {
        let Some(place) = place.get_untracked() else { return };
        place.select();
        let said = match write_clipboard(&text.get_untracked()) {
            true => "Copied.",
            false => "Selected: press Ctrl+C to copy.",
        };
        copied.set(said);
    };
    view! {
        <section aria-labelledby="lab-text-title">
            <h3 class="panel-title" id="lab-text-title">"Tree as text"</h3>
            <textarea
                class="mono lab-text"
                aria-label="Tree as text"
                readonly
                rows="4"
                node_ref=place
                prop:value=move || text.get()
            ></textarea>
            <div class="row">
                <button type="button" on:click=copy>"Copy tree"</button>
                <span class="quiet" role="status" aria-label="Copied">{move || copied.get()}</span>
            </div>
        </section>
    }
    .into_any()
}

/// Hands a text to the clipboard. Only pages of secure origins have one, which types do not say.
fn write_clipboard(text: &str) -> bool {
    let get = |of: &wasm_bindgen::JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let navigator = get(&window().into(), "navigator");
    let clipboard = navigator.and_then(|it| get(&it, "clipboard")).filter(|it| it.is_object());
    let Some(clipboard) = clipboard else { return false };
    let write = get(&clipboard, "writeText").and_then(|it| it.dyn_into::<js_sys::Function>().ok());
    write.is_some_and(|write| write.call1(&clipboard, &text.into()).is_ok())
}
