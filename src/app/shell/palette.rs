//! The palette: a list of every command with its key, which can be searched. It is made from
//! [`COMMANDS`].

use leptos::html::{Dialog, Input};
use web_sys::KeyboardEvent;

use crate::app::kit::prelude::*;
use crate::app::kit::{Keys, by_id, close, derived, focus, keep_key, list, show};
use crate::session::{COMMANDS, Command, key_text, matching};

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

/// An entry of the list.
#[derive(Clone, PartialEq, Eq)]
enum Entry {
    /// A command, which the entry runs.
    Command(Command),
    /// Goes to the step that the reader typed.
    Step(String),
}

impl Entry {
    /// The id of its element.
    fn element(&self) -> String {
        match self {
            Entry::Command(command) => {
                format!("command-{}", command.info().map_or("", |info| info.id))
            }
            Entry::Step(step) => format!("command-go-{step}"),
        }
    }
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

    /// The matching commands; for a number, the step.
    fn found(self) -> Vec<Entry> {
        let query = self.query.get();
        let query = query.trim();
        let is_number = query.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_number && !query.is_empty() {
            return vec![Entry::Step(query.to_string())];
        }
        if self.wants_step.get() && query.is_empty() {
            return Vec::new();
        }
        matching(query).iter().map(|info| Entry::Command(info.command)).collect()
    }

    fn run(self, entry: &Entry) {
        // The focus returns first, because a command may move it elsewhere.
        close(self.dialog);
        match entry {
            Entry::Step(step) => self.desk.act(|s| s.go_to(step)),
            Entry::Command(command) => run(self.desk, *command),
        }
    }

    fn key(self, ev: &KeyboardEvent) {
        if !keep_key(ev) {
            return;
        }
        let found = untrack(|| self.found());
        let at = self.at.get_untracked();
        let to = match ev.key().as_str() {
            // The palette has no other control to which Tab could move.
            "Tab" => at,
            "ArrowDown" => (at + 1).min(found.len().saturating_sub(1)),
            "ArrowUp" => at.saturating_sub(1),
            "Enter" => {
                ev.prevent_default();
                if let Some(entry) = found.get(at) {
                    self.run(entry);
                }
                return;
            }
            _ => return,
        };
        ev.prevent_default();
        self.at.set(to);
        if let Some(option) = found.get(to).and_then(|entry| by_id(&entry.element())) {
            option.scroll_into_view_with_bool(false);
        }
    }

    fn chosen(self) -> Option<Entry> {
        self.found().into_iter().nth(self.at.get())
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
                aria-activedescendant=derived(move || {
                    self.chosen().map_or(String::new(), |entry| entry.element())
                })
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
        let keys = Keys::derived(move || self.found());
        view! {
            <ul class="palette-list" id="palette-list" role="listbox" aria-label="Commands">
                {list(keys, move |entry| self.option(entry))}
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

    fn option(self, entry: Entry) -> AnyView {
        let is_it = |command: Command| entry == Entry::Command(command);
        let at = COMMANDS.iter().position(|info| is_it(info.command));
        let (text, group, keys) = match (at.map(|at| &COMMANDS[at]), &entry) {
            (Some(info), _) => (info.text.to_string(), info.group, info.keys),
            (None, Entry::Step(step)) => {
                let group = Command::Go.info().map_or("", |info| info.group);
                (format!("Go to step {step}"), group, [].as_slice())
            }
            (None, Entry::Command(_)) => return ().into_any(),
        };
        // The unfiltered list shows the name of each group once.
        let first = at.is_none_or(|at| at == 0 || COMMANDS[at - 1].group != group);
        let head = derived(move || {
            let whole = self.query.with(|query| query.trim().is_empty());
            if first || !whole { group } else { "" }.to_string()
        });
        let keys = keys.iter().map(|key| view! { <kbd>{key_text(key)}</kbd> }.into_any());
        let (name, pressed) = (entry.element(), entry.clone());
        view! {
            <li
                id=name
                role="option"
                aria-selected=derived(move || (self.chosen().as_ref() == Some(&entry)).to_string())
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
