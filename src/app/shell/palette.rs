//! The palette, in which every command can be found and is listed with its key: it is made of
//! [`COMMANDS`].

use leptos::html::{Dialog, Input};
use web_sys::KeyboardEvent;

use crate::app::kit::prelude::*;
use crate::app::kit::{by_id, close, derived, focus, keep_key, list, show};
use crate::session::{COMMANDS, key_text, matching};

use super::commands::{WANTS_STEP, run};
use super::desk::Desk;

/// The palette while it is open.
#[derive(Clone, Copy)]
struct Palette {
    desk: Desk,
    dialog: NodeRef<Dialog>,
    input: NodeRef<Input>,
    query: RwSignal<String>,
    /// The position of the command that Enter runs.
    at: RwSignal<usize>,
    /// Whether the palette asks for a step number.
    wants_step: RwSignal<bool>,
}

/// The button that opens the palette, and the palette.
pub fn commands_button() -> AnyView {
    let palette = Palette {
        desk: Desk::of_page(),
        dialog: NodeRef::new(),
        input: NodeRef::new(),
        query: RwSignal::new(String::new()),
        at: RwSignal::new(0),
        wants_step: RwSignal::new(false),
    };
    view! {
        <button type="button" id="commands" title="? or /" on:click=move |_| palette.open()>
            "Commands"
        </button>
        <dialog
            class="palette"
            tabindex="-1"
            aria-label="Commands"
            node_ref=palette.dialog
            // Keys in the dialog must not reach the run behind it.
            on:keydown=move |ev| palette.key(&ev)
        >
            {palette.field()}
            {palette.options()}
        </dialog>
    }
    .into_any()
}

impl Palette {
    fn open(self) {
        self.query.set(String::new());
        self.at.set(0);
        self.wants_step.set(WANTS_STEP.take());
        show(self.dialog);
        if let Some(input) = self.input.get_untracked() {
            input.set_value("");
            focus(&input);
        }
    }

    /// The ids of the commands that match; for a number, `go` and the step.
    fn found(self) -> Vec<String> {
        let query = self.query.get();
        let query = query.trim();
        let is_number = query.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_number && !query.is_empty() {
            return vec![format!("go {query}")];
        }
        if self.wants_step.get() && query.is_empty() {
            return Vec::new();
        }
        matching(query).iter().map(|command| command.id.to_string()).collect()
    }

    fn run(self, found: &str) {
        // Focus goes back first: a command may put it elsewhere.
        close(self.dialog);
        match found.strip_prefix("go ") {
            Some(step) => self.desk.act(|s| s.go_to(step)),
            None => {
                if let Some(info) = COMMANDS.iter().find(|info| info.id == found) {
                    run(self.desk, info.command);
                }
            }
        }
    }

    fn key(self, ev: &KeyboardEvent) {
        if !keep_key(ev) {
            return;
        }
        let found = untrack(|| self.found());
        let at = self.at.get_untracked();
        let to = match ev.key().as_str() {
            // The palette has no other control to move to.
            "Tab" => at,
            "ArrowDown" => (at + 1).min(found.len().saturating_sub(1)),
            "ArrowUp" => at.saturating_sub(1),
            "Enter" => {
                ev.prevent_default();
                if let Some(id) = found.get(at) {
                    self.run(id);
                }
                return;
            }
            _ => return,
        };
        ev.prevent_default();
        self.at.set(to);
        if let Some(option) = found.get(to).and_then(|id| by_id(&of(id))) {
            option.scroll_into_view_with_bool(false);
        }
    }

    fn chosen(self) -> String {
        self.found().into_iter().nth(self.at.get()).unwrap_or_default()
    }

    fn field(self) -> AnyView {
        view! {
            <input
                type="text"
                role="combobox"
                aria-label="Command"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-autocomplete="list"
                aria-activedescendant=derived(move || of(&self.chosen()))
                {..named("placeholder", "Search the commands, or type the number of a step")}
                {..named("autocomplete", "off")}
                spellcheck="false"
                node_ref=self.input
                on:input=move |ev| {
                    self.query.set(event_target_value(&ev));
                    self.at.set(0);
                }
            />
        }
        .into_any()
    }

    fn options(self) -> AnyView {
        let keys = derived(move || self.found());
        view! {
            <ul class="palette-list" id="palette-list" role="listbox" aria-label="Commands">
                {list(keys, move |id| self.option(id))}
            </ul>
            <p class="quiet" hidden=derived(move || !self.found().is_empty())>
                {derived(move || match self.query.with(String::is_empty) {
                    true => "Type the number of a step.",
                    false => "No command has these letters in this order.",
                }.to_string())}
            </p>
        }
        .into_any()
    }

    fn option(self, id: String) -> AnyView {
        let at = COMMANDS.iter().position(|command| command.id == id);
        let (text, group, keys) = match at.map(|at| &COMMANDS[at]) {
            Some(command) => (command.text.to_string(), command.group, command.keys),
            None => (format!("Go to step {}", id.trim_start_matches("go ")), "Time", [].as_slice()),
        };
        // The unfiltered list names each group once.
        let first = at.is_none_or(|at| at == 0 || COMMANDS[at - 1].group != group);
        let head = derived(move || {
            let whole = self.query.with(|query| query.trim().is_empty());
            if first || !whole { group } else { "" }.to_string()
        });
        let keys = keys.iter().map(|key| view! { <kbd>{key_text(key)}</kbd> }.into_any());
        let (mine, pressed, name) = (id.clone(), id.clone(), of(&id));
        view! {
            <li
                id=name
                role="option"
                aria-selected=derived(move || (self.chosen() == mine).to_string())
                on:click=move |_| self.run(&pressed)
            >
                <span class="quiet">{head}</span>
                <span>{text}</span>
                <span class="keys">{keys.collect::<Vec<_>>()}</span>
            </li>
        }
        .into_any()
    }
}

/// The id of a command's element in the list.
fn of(id: &str) -> String {
    format!("command-{}", id.replace(' ', "-"))
}
