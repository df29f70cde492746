//! The script panel: an editor with the current line of every thread marked beside it.

use leptos::prelude::*;

use super::desk::Desk;
use super::parts::PanelHead;
use crate::kernel::Actor;

/// The script, its editor and its error.
#[component]
pub fn ScriptPanel() -> impl IntoView {
    let desk = Desk::of_page();
    let edited = desk.memo(|s| s.is_edited());
    let error = desk.memo(|s| s.error().map(ToString::to_string));
    let run = move |_| {
        // The error is kept in the session, which the panel shows.
        let _ = desk.act(|s| s.apply_draft());
    };
    view! {
        <section class="panel area-script" aria-labelledby="script-title">
            <PanelHead
                id="script-title"
                title="Script"
                aside=Signal::derive(move || if edited.get() { "edited, not run" } else { "" })
            />
            <div class="panel-body editor-scroll">
                <Editor />
            </div>
            <p class="script-error" id="script-error" role="status">
                {move || error.get()}
            </p>
            <div class="row">
                <button type="button" class:is-primary=edited on:click=run>"Run script"</button>
                <button type="button" on:click=move |_| desk.act(|s| s.restart())>
                    "Start over"
                </button>
            </div>
        </section>
    }
    .into_any()
}

/// Lines beside the editor: number, and which threads stand there.
#[derive(Clone, PartialEq)]
struct GutterLine {
    number: u32,
    threads: String,
    wrong: bool,
}

#[component]
fn Editor() -> impl IntoView {
    let desk = Desk::of_page();
    let gutter = desk.memo(|s| {
        let lines = s.draft().lines().count() as u32;
        let wrong = s.error().map(|e| e.line);
        let current = s.current_lines();
        let threads = |number: u32| {
            // Marks belong to what is run; beside an edited text they would point at the wrong line.
            let here = current.iter().filter(|(line, _)| *line == number && !s.is_edited());
            here.map(|(_, t)| Actor::Thread(*t).to_string()).collect::<Vec<_>>().join(" ")
        };
        let line = |number: u32| GutterLine {
            number,
            threads: threads(number),
            wrong: wrong == Some(number),
        };
        (1..=lines.max(1)).map(line).collect::<Vec<_>>()
    });
    let draft = desk.memo(|s| s.draft().to_string());
    let rows = move || (draft.with(|d| d.lines().count()) + 1).to_string();
    let cols = move || {
        let widest = draft.with(|d| d.lines().map(|l| l.chars().count()).max().unwrap_or(0));
        (widest + 2).max(24).to_string()
    };
    let invalid = desk.memo(|s| s.error().is_some());
    view! {
        <div class="editor mono">
            <ol class="gutter" aria-hidden="true">
                {move || gutter.get().into_iter().map(gutter_line).collect_view()}
            </ol>
            <textarea
                class="mono"
                aria-label="Script text"
                aria-describedby="script-error"
                aria-invalid=move || invalid.get().to_string()
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                wrap="off"
                rows=rows
                cols=cols
                prop:value=move || draft.get()
                on:input=move |ev| {
                    let text = event_target_value(&ev);
                    desk.act(|s| s.edit(&text));
                }
            ></textarea>
        </div>
    }
    .into_any()
}

fn gutter_line(line: GutterLine) -> impl IntoView {
    let GutterLine { number, threads, wrong } = line;
    let current = !threads.is_empty();
    view! {
        <li class:is-current=current class:is-wrong-line=wrong>
            <span class="gutter-threads">{threads}</span>
            <span class="gutter-number">{number}</span>
        </li>
    }
}
