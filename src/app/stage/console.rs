//! The op console: input fields, and one line with the same meaning.

use crate::app::kit::prelude::*;

use crate::app::kit::{derived, option};
use crate::app::shell::Desk;
use crate::bounds::THREADS_MAX;
use crate::kernel::{OPS, OpInfo, Sync};
use crate::scenario::ScriptError;
use crate::session::OpFields;

/// The contents of the console: the fields, and the line with the same meaning.
#[derive(Clone, Copy)]
struct Console {
    desk: Desk,
    thread: RwSignal<u8>,
    fields: RwSignal<OpFields>,
    line: RwSignal<String>,
    error: RwSignal<Option<ScriptError>>,
}

/// Issues operations to threads; the run keeps its position.
pub fn console() -> AnyView {
    let desk = Desk::of_page();
    let fields = OpFields::default();
    let console = Console {
        desk,
        thread: RwSignal::new(0),
        fields: RwSignal::new(fields),
        line: RwSignal::new(desk.read(|s| fields.line(s.run().setup()))),
        error: RwSignal::new(None),
    };
    let Console { line, error, .. } = console;
    let issue = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        console.issue();
    };
    view! {
        <form class="console" aria-label="Issue an operation" on:submit=issue>
            {console.first_row()}
            <div class="row">
                {console.sync_select()}
                <input
                    class="mono console-line"
                    id="issue-field"
                    type="text"
                    aria-label="Operation as text"
                    aria-describedby="console-error"
                    aria-invalid=derived(move || error.get().is_some().to_string())
                    spellcheck="false"
                    {..named("autocomplete", "off")}
                    autocapitalize="off"
                    prop:value=derived(move || line.get())
                    on:input=move |ev| console.typed(event_target_value(&ev))
                />
                <button type="submit">"Issue"</button>
            </div>
            <p class="script-error" id="console-error" role="status">
                {derived(move || error.get().as_ref().map_or(String::new(), told))}
            </p>
        </form>
    }
    .into_any()
}

/// The error of a typed line, without a line number: there is only one line.
fn told(error: &ScriptError) -> String {
    format!("column {}: {}", error.column, error.message())
}

impl Console {
    /// Changes a field and updates the line.
    fn set(self, change: &dyn Fn(&mut OpFields)) {
        self.fields.update(|f| change(f));
        self.line.set(self.desk.read(|s| self.fields.get_untracked().line(s.run().setup())));
        self.error.set(None);
    }

    /// Takes the typed line. If it is one operation, the fields are updated.
    fn typed(self, text: String) {
        self.desk.read(|s| self.fields.update(|f| f.read(s.run().setup(), &text)));
        self.line.set(text);
        self.error.set(None);
    }

    fn issue(self) {
        let (thread, line) = (self.thread.get_untracked(), self.line.get_untracked());
        self.error.set(self.desk.act(|s| s.issue(thread, &line)).err());
    }

    fn flag(self, read: fn(&OpFields) -> bool) -> Signal<bool> {
        derived(move || self.fields.with(read))
    }

    fn first_row(self) -> AnyView {
        let threads = (0..THREADS_MAX as u8).map(|t| {
            let chosen = derived(move || self.thread.get() == t);
            option(t.to_string(), format!("t{}", t + 1), chosen)
        });
        let words = OPS.iter().map(|info| {
            let chosen = derived(move || self.fields.get().word == info.word);
            option(info.word.into(), info.word.into(), chosen)
        });
        let choose_word = move |ev| {
            let id = event_target_value(&ev);
            if let Some(info) = OpInfo::find(&id) {
                self.set(&|f| f.word = info.word);
            }
        };
        let number_name = |f: &OpFields| f.number_name().unwrap_or_default();
        view! {
            <div class="row">
                <select
                    aria-label="Thread"
                    on:change=move |ev| self.thread.set(event_target_value(&ev).parse().unwrap_or(0))
                >
                    {threads.collect::<Vec<_>>()}
                </select>
                <select aria-label="Operation" on:change=choose_word>
                    {words.collect::<Vec<_>>()}
                </select>
                {self.blocks("First block", |f| &mut f.first)}
                <span class="quiet" hidden=self.flag(|f| !f.has_range())>"+"</span>
                {self.blocks("Blocks", |f| &mut f.count)}
                {self.number(number_name, |f| f.number_name().is_some(), |f| &mut f.number)}
            </div>
        }
        .into_any()
    }

    /// A number of blocks, also of half ones where the operation may have them.
    fn blocks(self, label: &'static str, field: fn(&mut OpFields) -> &mut u8) -> AnyView {
        let value = derived(move || OpFields::blocks_text(*field(&mut self.fields.get())));
        let step = derived(move || {
            let step = if self.fields.get().has_halves() { "0.5" } else { "1" };
            step.to_string()
        });
        view! {
            <input
                class="number"
                type="number"
                {..named("min", "0")}
                {..named("max", "16")}
                step=step
                aria-label=label
                hidden=self.flag(|f| !f.has_range())
                prop:value=value
                on:input=move |ev| {
                    if let Some(halves) = OpFields::blocks_of(&event_target_value(&ev)) {
                        self.set(&|f| *field(f) = halves);
                    }
                }
            />
        }
        .into_any()
    }

    fn number(
        self,
        label: fn(&OpFields) -> &'static str,
        shown: fn(&OpFields) -> bool,
        field: fn(&mut OpFields) -> &mut u8,
    ) -> AnyView {
        let value = derived(move || field(&mut self.fields.get()).to_string());
        view! {
            <input
                class="number"
                type="number"
                {..named("min", "0")}
                {..named("max", "16")}
                aria-label=derived(move || self.fields.with(label).to_string())
                hidden=derived(move || !self.fields.with(shown))
                prop:value=value
                on:input=move |ev| {
                    if let Ok(number) = event_target_value(&ev).parse() {
                        self.set(&|f| *field(f) = number);
                    }
                }
            />
        }
        .into_any()
    }

    fn sync_select(self) -> AnyView {
        const ALL: [(&str, Sync); 3] =
            [("no sync", Sync::No), ("O_DSYNC", Sync::Dsync), ("O_SYNC", Sync::Osync)];
        let options = ALL.iter().map(|(name, sync)| {
            let chosen = derived(move || self.fields.get().sync == *sync);
            option((*name).into(), (*name).into(), chosen)
        });
        let choose = move |ev| {
            let name = event_target_value(&ev);
            if let Some((_, sync)) = ALL.iter().find(|(n, _)| *n == name) {
                self.set(&|f| f.sync = *sync);
            }
        };
        view! {
            <select aria-label="Durability" hidden=self.flag(|f| !f.has_sync()) on:change=choose>
                {options.collect::<Vec<_>>()}
            </select>
        }
        .into_any()
    }
}
