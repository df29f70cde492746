//! Commands: the keys, and the palette in which every command can be found and is listed with its
//! key. Both are made of [`COMMANDS`].

use core::cell::Cell;

use super::prelude::*;
use leptos::html::{Dialog, Input};
use wasm_bindgen::prelude::*;
use web_sys::{Element, KeyboardEvent};

use super::desk::Desk;
use super::inspector;
use super::parts::{
    by_id, close, derived, focus, focus_any, focus_step, keep_focus, keep_key, list, show,
    when_focus_is_lost,
};
use super::top::copy_of;
use crate::session::Session;
use crate::session::{COMMANDS, find, key_text, matching};

#[wasm_bindgen]
extern "C" {
    /// Of `static/boot.js`; a word says what is to be done in it.
    #[wasm_bindgen(js_name = extentscopeExplorer)]
    fn open_explorer(word: &str);
}

thread_local! {
    /// Whether the palette is opened for the number of a step.
    static WANTS_STEP: Cell<bool> = const { Cell::new(false) };
}

/// Does a command, by its id.
pub fn run(desk: Desk, id: &str) {
    if desk.act(|s| s.command(id)) {
        match id {
            "close" => inspector::give_focus_back(),
            "changes" => inspector::enter(),
            // Its button is gone when none are left.
            "edits" => when_focus_is_lost(Box::new(|| focus_field("script"))),
            _ => {}
        }
        return;
    }
    match id {
        "copy-link" => copy_of(desk, "link", |_| String::new()),
        "copy-mail" => copy_of(desk, "mail", mail),
        "copy-steps" => copy_of(desk, "steps", Session::steps_text),
        "copy-script" => copy_of(desk, "script", |s| s.text().into()),
        "matrix" => open_explorer("matrix"),
        "go" => {
            WANTS_STEP.set(true);
            press("commands");
        }
        "focus" => find_object(desk),
        // Where panels are folded, what is said of it stands in this one.
        "laboratory" => {
            desk.act(|s| s.unfold("tree"));
            press(id);
        }
        "script" => go_to_field(desk, "script", id),
        "issue" => go_to_field(desk, "steps", id),
        "scenario" | "design" | "theme" => focus_field(id),
        button => press(button),
    }
}

/// The run as text for a mail, with the page's own address in its link.
pub fn mail(session: &Session) -> String {
    let href = window().location().href().unwrap_or_default();
    session.mail_text(href.split('#').next().unwrap_or_default())
}

/// Puts the focus on what the inspector looks at, where it is in sight; else where the next step is
/// taken.
fn find_object(desk: Desk) {
    let Some(look) = desk.read(Session::look) else { return focus_step() };
    let all = format!(".stage [data-object='{look}']:is(button, [tabindex])");
    let all = document().query_selector_all(&all);
    let all = all.into_iter().flat_map(|all| (0..all.length()).filter_map(move |i| all.get(i)));
    let mut all = all.filter_map(|node| node.dyn_into::<Element>().ok());
    match all.find(|element| element.get_bounding_client_rect().width() > 0.0) {
        Some(element) => {
            focus_any(&element);
            element.scroll_into_view();
        }
        None => focus_step(),
    }
}

/// Puts the focus on a field of a panel that may be folded.
fn go_to_field(desk: Desk, panel: &str, command: &str) {
    desk.act(|s| s.unfold(panel));
    let command = command.to_string();
    // Unfolded it can take the focus.
    request_animation_frame(move || focus_field(&command));
}

/// Puts the focus on the field that a command is about.
fn focus_field(command: &str) {
    by_id(&format!("{command}-field")).as_ref().map(focus);
}

/// Presses the button that a command is.
fn press(id: &str) {
    if let Some(button) = by_id(id) {
        button.click();
    }
}

/// The page's keys. Keys that the focused control uses itself are left to it.
pub fn listen_to_keys() {
    let desk = Desk::of_page();
    let handle = window_event_listener(leptos::ev::keydown, move |ev| {
        let key = name_of(&ev);
        let is_held = ev.ctrl_key() || ev.alt_key() || ev.meta_key();
        if is_held && find(&key).is_none() || ev.default_prevented() {
            return;
        }
        let target = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
        let focused = target.as_ref().map(|e| e.tag_name().to_ascii_lowercase());
        let focused = focused.unwrap_or_default();
        // A slider takes arrows, and no more of the page's keys.
        let is_slider = target.as_ref().is_some_and(|e| e.matches("[type=range]") == Ok(true));
        let own = matches!(focused.as_str(), "input" | "textarea" | "select");
        // One in a dialog that was just closed is left in the next frame.
        let is_gone =
            target.as_ref().is_some_and(|e| e.matches("dialog:not([open]) *") == Ok(true));
        let own = own && !is_gone && !(is_slider && (key.len() == 1 || key.starts_with("Shift+")));
        if own && !is_held && key != "Escape" || key == " " && focused == "button" {
            return;
        }
        // Over a dialog or a menu nothing is a key of the run behind it, also where no control has the
        // focus.
        if document().query_selector("dialog[open], .menu").is_ok_and(|open| open.is_some()) {
            return;
        }
        if let Some(command) = find(&key) {
            ev.prevent_default();
            keep_focus(&mut || run(desk, command.id));
        }
    });
    on_cleanup(move || handle.remove());
}

/// A key as the table names it.
fn name_of(ev: &KeyboardEvent) -> String {
    let key = ev.key();
    match (ev.ctrl_key() || ev.meta_key(), ev.alt_key()) {
        (true, false) => format!("Ctrl+{key}"),
        (_, true) => format!("Alt+{key}"),
        _ if ev.shift_key() && key.len() > 1 => format!("Shift+{key}"),
        _ => key,
    }
}

/// The palette while it is open.
#[derive(Clone, Copy)]
struct Palette {
    desk: Desk,
    dialog: NodeRef<Dialog>,
    input: NodeRef<Input>,
    query: RwSignal<String>,
    /// The position of the command that Enter does.
    at: RwSignal<usize>,
    /// Whether it is the number of a step that is asked for.
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
            // The page's keys are for the run behind the dialog.
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

    /// What the query finds: ids, or `go` and the step if it is a number.
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
            None => run(self.desk, found),
        }
    }

    fn key(self, ev: &KeyboardEvent) {
        if !keep_key(ev) {
            return;
        }
        let found = untrack(|| self.found());
        let at = self.at.get_untracked();
        let to = match ev.key().as_str() {
            // There is nothing else in it to go to.
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
        // In the whole list a group is named once.
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

/// The name of a command's element in the list.
fn of(id: &str) -> String {
    format!("command-{}", id.replace(' ', "-"))
}
