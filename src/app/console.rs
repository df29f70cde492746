//! The op console: fields, and one line that says the same as they do.

use leptos::prelude::*;

use super::desk::Desk;
use crate::bounds::THREADS_MAX;
use crate::kernel::Sync;
use crate::scenario::{OP_WORDS, ScriptError};
use crate::view::OpFields;

/// Issues operations to threads while the run stands where it is.
#[component]
pub fn Console() -> impl IntoView {
    let desk = Desk::of_page();
    let thread = RwSignal::new(0_u8);
    let fields = RwSignal::new(OpFields::default());
    let line = RwSignal::new(desk.read(|s| fields.get_untracked().line(s.run().setup())));
    let error = RwSignal::new(None::<ScriptError>);
    let set = move |change: &dyn Fn(&mut OpFields)| {
        fields.update(|f| change(f));
        line.set(desk.read(|s| fields.get_untracked().line(s.run().setup())));
        error.set(None);
    };
    let change = Callback::new(move |change: Change| set(&*change));
    let issue = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let text = line.get_untracked();
        error.set(desk.act(|s| s.issue(thread.get_untracked(), &text)).err());
    };
    let typed = move |ev| {
        line.set(event_target_value(&ev));
        error.set(None);
        desk.read(|s| fields.update(|f| f.read(s.run().setup(), &line.get_untracked())));
    };
    view! {
        <form class="console" aria-label="Issue an operation" on:submit=issue>
            <Fields fields thread set=change />
            <div class="row">
                <SyncSelect fields set=change />
                <input
                    class="mono console-line"
                    type="text"
                    aria-label="Operation as text"
                    aria-describedby="console-error"
                    aria-invalid=move || error.get().is_some().to_string()
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    prop:value=move || line.get()
                    on:input=typed
                />
                <button type="submit">"Issue"</button>
            </div>
            <p class="script-error" id="console-error" role="status">
                {move || error.get().map(|e| told(&e))}
            </p>
        </form>
    }
    .into_any()
}

type Change = std::sync::Arc<dyn Fn(&mut OpFields) + Send + core::marker::Sync>;

/// The error of a typed line: there is only one line, so its number would only distract.
fn told(error: &ScriptError) -> String {
    let text = error.to_string();
    match text.strip_prefix("line 1, ") {
        Some(rest) => rest.into(),
        None => text,
    }
}

#[component]
fn Fields(
    fields: RwSignal<OpFields>,
    thread: RwSignal<u8>,
    set: Callback<Change>,
) -> impl IntoView {
    let change = move |f: Change| set.run(f);
    let threads = (0..THREADS_MAX as u8).map(|t| {
        view! { <option value=t.to_string()>{format!("t{}", t + 1)}</option> }
    });
    let words = OP_WORDS.iter().map(|(word, _)| {
        let here = *word;
        view! {
            <option value=here prop:selected=move || fields.get().word == here>{here}</option>
        }
    });
    let choose_word = move |ev| {
        let id = event_target_value(&ev);
        if let Some((word, _)) = OP_WORDS.iter().find(|(word, _)| *word == id) {
            let word = *word;
            change(std::sync::Arc::new(move |f| f.word = word));
        }
    };
    view! {
        <div class="row">
            <select
                aria-label="Thread"
                on:change=move |ev| thread.set(event_target_value(&ev).parse().unwrap_or(0))
            >
                {threads.collect_view()}
            </select>
            <select aria-label="Operation" on:change=choose_word>
                {words.collect_view()}
            </select>
            <Number
                label="First block"
                shown=Signal::derive(move || fields.get().has_range())
                value=Signal::derive(move || fields.get().lblk)
                set=Callback::new(move |n| change(std::sync::Arc::new(move |f| f.lblk = n)))
            />
            <span class="quiet" hidden=move || !fields.get().has_range()>"+"</span>
            <Number
                label="Blocks"
                shown=Signal::derive(move || fields.get().has_range())
                value=Signal::derive(move || fields.get().len)
                set=Callback::new(move |n| change(std::sync::Arc::new(move |f| f.len = n)))
            />
            <Number
                label=Signal::derive(move || fields.get().number_name().unwrap_or_default())
                shown=Signal::derive(move || fields.get().number_name().is_some())
                value=Signal::derive(move || fields.get().number)
                set=Callback::new(move |n| change(std::sync::Arc::new(move |f| f.number = n)))
            />
        </div>
    }
    .into_any()
}

#[component]
fn Number(
    #[prop(into)] label: Signal<&'static str>,
    shown: Signal<bool>,
    value: Signal<u8>,
    set: Callback<u8>,
) -> impl IntoView {
    view! {
        <input
            class="number"
            type="number"
            min="0"
            max="16"
            aria-label=move || label.get()
            hidden=move || !shown.get()
            prop:value=move || value.get().to_string()
            on:input=move |ev| {
                if let Ok(number) = event_target_value(&ev).parse() {
                    set.run(number);
                }
            }
        />
    }
}

#[component]
fn SyncSelect(fields: RwSignal<OpFields>, set: Callback<Change>) -> impl IntoView {
    const ALL: [(&str, Sync); 3] =
        [("no sync", Sync::No), ("O_DSYNC", Sync::Dsync), ("O_SYNC", Sync::Osync)];
    let options = ALL.map(|(name, sync)| {
        view! {
            <option value=name prop:selected=move || fields.get().sync == sync>{name}</option>
        }
    });
    let choose = move |ev| {
        let name = event_target_value(&ev);
        if let Some((_, sync)) = ALL.into_iter().find(|(n, _)| *n == name) {
            set.run(std::sync::Arc::new(move |f: &mut OpFields| f.sync = sync));
        }
    };
    view! {
        <select aria-label="Durability" hidden=move || !fields.get().has_sync() on:change=choose>
            {options.into_iter().collect_view()}
        </select>
    }
}
