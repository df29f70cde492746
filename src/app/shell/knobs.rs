//! A dialog that changes knobs of the current design. A combination of values that exclude each
//! other is refused with the reason, and stays in the dialog. The module of the texts
//! (`app::texts`) tells what each knob does.

use crate::app::kit::prelude::*;
use leptos::html::{Dialog, Div};

use super::desk::Desk;
use crate::app::kit::{close, derived, fill, keep_key, option, show, texts_notice};
use crate::kernel::{Design, KNOBS, KnobInfo};

/// The button and its dialog.
pub fn knobs_button() -> AnyView {
    let desk = Desk::of_page();
    let dialog: NodeRef<Dialog> = NodeRef::new();
    // The design in the dialog: the current one, or a combination that was refused.
    let draft = RwSignal::new(desk.read(|s| s.design()));
    let name = desk.text(|s| s.design.0.clone());
    Effect::new(move |_| {
        name.track();
        draft.set(desk.read(|s| s.design()));
    });
    let is_opened = RwSignal::new(false);
    let open = move |_| {
        draft.set(desk.read(|s| s.design()));
        is_opened.set(true);
        show(dialog);
    };
    let place: NodeRef<Div> = NodeRef::new();
    Effect::new(move |_| {
        let (design, place) = (draft.get(), place.get());
        if let Some(place) = place.filter(|_| is_opened.get()) {
            fill(&place, "knobs", &design.to_string());
        }
    });
    let back = move |_| take(desk, draft, draft.get_untracked().row.design());
    let wrong = derived(move || match draft.get().knobs.contradiction() {
        Some(reason) => format!("Not run, since {reason}."),
        None => String::new(),
    });
    let rows: Vec<AnyView> = KNOBS.iter().map(|info| knob(desk, draft, info)).collect();
    view! {
        <button type="button" id="knobs" on:click=open>
            "Knobs"
        </button>
        <dialog
            class="knobs"
            aria-labelledby="knobs-title"
            node_ref=dialog
            // Keys in the dialog must not reach the run behind it.
            on:keydown=|ev| {
                keep_key(&ev);
            }
        >
            <header class="explorer-head">
                <h2 class="wordmark" id="knobs-title">"Knobs"</h2>
                <button type="button" on:click=back>
                    {derived(move || format!("Back to {}", draft.get().row.id()))}
                </button>
                <button type="button" on:click=move |_| close(dialog)>
                    "Close"
                </button>
            </header>
            <p class="mono knobs-name">{derived(move || draft.get().to_string())}</p>
            <p class="script-error" role="status">{wrong}</p>
            {texts_notice()}
            <div class="knob-list" node_ref=place>{rows}</div>
        </dialog>
    }
    .into_any()
}

/// Runs a design, unless its knobs exclude each other.
fn take(desk: Desk, draft: RwSignal<Design>, design: Design) {
    draft.set(design);
    if design.knobs.contradiction().is_none() {
        desk.act(|s| s.set_design(design));
    }
}

fn knob(desk: Desk, draft: RwSignal<Design>, info: &'static KnobInfo) -> AnyView {
    let options = info.values.iter().enumerate().map(|(i, value)| {
        let chosen = derived(move || (info.get)(&draft.get().knobs) == i);
        option((*value).into(), (*value).into(), chosen)
    });
    let options: Vec<AnyView> = options.collect();
    let turn = move |ev| {
        let value = event_target_value(&ev);
        let Some(i) = info.values.iter().position(|known| *known == value) else { return };
        let mut design = draft.get_untracked();
        (info.set)(&mut design.knobs, i);
        take(desk, draft, design);
    };
    // The row's value, if the knob's value differs from it.
    let was = derived(move || {
        let design = draft.get();
        let row = (info.get)(&design.row.knobs());
        match row == (info.get)(&design.knobs) {
            true => String::new(),
            false => format!("{}: {}", design.row.id(), info.values[row]),
        }
    });
    // The module of the texts fills the empty elements.
    view! {
        <label class="knob">
            <span class="mono">{info.id}</span>
            <span class="knob-says"></span>
            <select on:change=turn>{options}</select>
            <strong>{was}</strong>
            <span class="knob-lines mono quiet"></span>
        </label>
    }
    .into_any()
}
