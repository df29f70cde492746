//! The script panel: an editor with the current line of every thread marked beside it.

use crate::app::kit::prelude::*;

use crate::app::kit::bring_into_sight;
use crate::app::kit::list;
use crate::app::shell::commands::run;
use crate::app::shell::{Desk, Parts};
use crate::session::{Command, LineMark};

/// The script, its editor and its error.
pub fn script() -> Parts {
    let desk = Desk::of_page();
    let aside = desk.editor_text(|e| e.aside.into());
    let command = |command| move |_| run(desk, command);
    let is_edited = desk.editor_flag(|e| e.is_edited);
    let none = desk.editor_flag(|e| !e.has_set_aside);
    let body = view! {
        <div class="panel-body editor-scroll">{editor(desk)}</div>
        <p class="script-error" id="script-error" role="status">
            {desk.editor_text(|e| e.error.clone().unwrap_or_default())}
        </p>
        <div class="row">
            <button type="button" class:is-primary=is_edited on:click=command(Command::RunScript)>
                "Load script"
            </button>
            <button type="button" on:click=command(Command::Restart)>"Start over"</button>
            <button type="button" hidden=none on:click=command(Command::Edits)>"Bring edits back"</button>
        </div>
    };
    Parts { aside: Some(aside), button: None, body: body.into_any() }
}

fn editor(desk: Desk) -> AnyView {
    // A mark with another text is a new element, so its content is static.
    let marks = desk.editor_keys(|e| e.marks.clone());
    let changes = marks.numbers;
    // Scrolls the line of the error into view, else the current line of a thread.
    Effect::new(move |_| {
        changes.track();
        request_animation_frame(|| bring_into_sight(".gutter > i:last-of-type"));
    });
    let mark = |LineMark { number, threads, is_wrong }| {
        let class = if is_wrong { "is-wrong-line" } else { "is-current" };
        view! { <i class=class style=("--line", number.to_string())>{threads}</i> }.into_any()
    };
    view! {
        <div class="editor mono">
            <div class="gutter" aria-hidden="true">
                {list(marks, mark)}
                <span class="gutter-numbers">{desk.editor_text(|e| e.numbers.clone())}</span>
            </div>
            <textarea
                class="mono"
                id="script-field"
                aria-label="Script text"
                aria-describedby="script-error"
                aria-invalid=desk.editor_text(|e| e.error.is_some().to_string())
                spellcheck="false"
                {..named("autocomplete", "off")}
                autocapitalize="off"
                {..named("wrap", "off")}
                {..named("rows", desk.editor_text(|e| e.size.0.to_string()))}
                {..named("cols", desk.editor_text(|e| e.size.1.to_string()))}
                prop:value=desk.editor_text(|e| e.draft.clone())
                on:input=move |ev| desk.edit(&event_target_value(&ev))
            ></textarea>
        </div>
    }
    .into_any()
}
