//! The script panel: an editor with the current line of every thread marked beside it.

use leptos::prelude::*;

use super::desk::Desk;
use super::parts::{list, panel_head};

/// The script, its editor and its error.
pub fn script_panel() -> AnyView {
    let desk = Desk::of_page();
    let aside = desk.editor_text(|e| if e.is_edited { "edited, not run" } else { "" }.into());
    let run = move |_| {
        // The error is kept in the session, which the panel shows.
        let _ = desk.act(|s| s.apply_draft());
    };
    view! {
        <section class="panel area-script" aria-labelledby="script-title">
            {panel_head("script-title", "Script", Some(aside), None)}
            <div class="panel-body editor-scroll">{editor(desk)}</div>
            <p class="script-error" id="script-error" role="status">
                {desk.editor_text(|e| e.error.clone().unwrap_or_default())}
            </p>
            <div class="row">
                <button type="button" class:is-primary=desk.editor_flag(|e| e.is_edited) on:click=run>
                    "Run script"
                </button>
                <button type="button" on:click=move |_| desk.act(|s| s.restart())>
                    "Start over"
                </button>
            </div>
        </section>
    }
    .into_any()
}

fn editor(desk: Desk) -> AnyView {
    // A line that says something else is another element: nothing in it has to follow anything.
    let lines = desk.editor_keys(|e| {
        let key =
            |l: &crate::view::GutterLine| format!("{} {} {}", l.number, l.is_wrong, l.threads);
        e.gutter.iter().map(key).collect()
    });
    let line = move |key: String| {
        let number: u32 = key.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(1);
        let found = desk.peek_editor(|e| e.gutter.get(number as usize - 1).cloned());
        let (threads, wrong) = found.map_or((String::new(), false), |l| (l.threads, l.is_wrong));
        let class = match (wrong, threads.is_empty()) {
            (true, _) => "is-wrong-line",
            (false, true) => "",
            (false, false) => "is-current",
        };
        view! {
            <li class=class>
                <span class="gutter-threads">{threads}</span>
                <span class="gutter-number">{number.to_string()}</span>
            </li>
        }
        .into_any()
    };
    view! {
        <div class="editor mono">
            <ol class="gutter" aria-hidden="true">
                {list(lines, line)}
            </ol>
            <textarea
                class="mono"
                aria-label="Script text"
                aria-describedby="script-error"
                aria-invalid=desk.editor_text(|e| e.error.is_some().to_string())
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                wrap="off"
                rows=desk.editor_text(|e| e.size.0.to_string())
                cols=desk.editor_text(|e| e.size.1.to_string())
                prop:value=desk.editor_text(|e| e.draft.clone())
                on:input=move |ev| desk.edit(&event_target_value(&ev))
            ></textarea>
        </div>
    }
    .into_any()
}
