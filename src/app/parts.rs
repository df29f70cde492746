//! Small parts that several panels use.

use std::sync::Arc;

use super::prelude::*;
use leptos::html::Dialog;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::keyed;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, KeyboardEvent, SvgElement};

use super::desk::Desk;
use crate::session::{Stage, Switch};
use crate::view::{Milestone, Table};

/// A heading, quiet text after it, and a switch between the panel's picture and its table.
pub fn panel_head(
    id: &'static str,
    title: &'static str,
    aside: Option<Signal<String>>,
    table: Option<Switch>,
) -> AnyView {
    let aside = aside.map(|text| view! { <span class="panel-aside quiet">{text}</span> });
    let switch = table.map(|table| turn(table, "table", Some(format!("{title} as a table"))));
    view! {
        <div class="panel-head">
            <h2 class="panel-title" id=id>
                {title}
            </h2>
            {aside}
            {switch}
        </div>
    }
    .into_any()
}

/// A button that switches something on and off; `label` is what it is called where its text says
/// too little.
pub fn turn(switch: Switch, text: &'static str, label: Option<String>) -> AnyView {
    switch_button(switch, "twin-switch", label, text.into_any())
}

/// A button that gives a panel the room of its neighbours too, and takes it back.
pub fn enlarge(switch: Switch, label: &'static str) -> AnyView {
    let content = icon(shapes::LARGER.to_string());
    switch_button(switch, "twin-switch enlarge", Some(label.into()), content)
}

fn switch_button(
    switch: Switch,
    class: &'static str,
    label: Option<String>,
    content: AnyView,
) -> AnyView {
    let desk = Desk::of_page();
    view! {
        <button
            type="button"
            class=class
            aria-pressed=aria(desk.flag(move |s| s.panels.has(switch)))
            aria-label=label.clone()
            title=label
            on:click=move |_| desk.act(|s| s.turn(switch))
        >
            {content}
        </button>
    }
    .into_any()
}

/// A signal that is computed from others. Whatever computes it, it is of one type for each type of
/// value: the code that keeps and asks it exists once.
pub fn derived<T: Send + Sync + 'static>(
    read: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T> {
    fn erased<T: Send + Sync + 'static>(read: Box<dyn Fn() -> T + Send + Sync>) -> Signal<T> {
        Signal::derive(read)
    }
    erased(Box::new(read))
}

/// `true` or `false`, as ARIA writes it.
pub fn aria(flag: impl Into<Signal<bool>>) -> Signal<String> {
    let flag: Signal<bool> = flag.into();
    derived(move || flag.get().to_string())
}

/// A list whose elements keep their place in the document as long as their key is in the list. An
/// item is handed what it needs: it sees no context.
pub fn list(
    keys: Signal<Vec<String>>,
    item: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    type Item = Arc<dyn Fn(String) -> AnyView + Send + Sync>;
    fn erased(keys: Signal<Vec<String>>, item: Item) -> AnyView {
        let row = move |_, key| {
            let owner = ownerless();
            let view = owner.with(|| item(key));
            (drop, OwnedView::new_with_owner(view, owner))
        };
        (move || keyed(keys.get(), String::clone, row.clone())).into_any()
    }
    erased(keys, Arc::new(item))
}

/// An owner that nobody owns. An owner remembers every child that it ever had: items of a list, which
/// come and go with every step, would leave some bytes behind for ever, as those of Leptos's own
/// `For` do. What is made here ends with the view that it belongs to.
fn ownerless() -> Owner {
    let around = Owner::current();
    if let Some(owner) = around.clone() {
        owner.unset();
    }
    let alone = Owner::new();
    if let Some(owner) = around {
        owner.set();
    }
    alone
}

/// Opens a dialog over everything else.
pub fn show(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        // It fails only where the dialog is open already.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog; focus goes back to where it was.
pub fn close(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}

/// Keeps a key that was pressed in a dialog from the page behind it; false if the dialog is closed: it
/// has the focus until the next frame, and the key is meant for the page.
pub fn keep_key(ev: &KeyboardEvent) -> bool {
    let dialog = ev.current_target().and_then(|t| t.dyn_into::<HtmlDialogElement>().ok());
    let is_open = dialog.is_some_and(|dialog| dialog.open());
    if is_open {
        ev.stop_propagation();
    }
    is_open
}

/// An element of the page by its id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Puts the focus on an element of the page, where it cannot fail.
pub fn focus(element: &HtmlElement) {
    let _ = element.focus();
}

/// The same for an element of a picture too.
pub fn focus_any(element: &Element) {
    let _ = match element.dyn_ref::<HtmlElement>() {
        Some(element) => element.focus(),
        None => element.unchecked_ref::<SvgElement>().focus(),
    };
}

/// Does something that may take away what has the focus: the picture around it has it then, or the
/// inspector's head, or where the next step is taken.
pub fn keep_focus(act: &mut dyn FnMut()) {
    let focused = document().active_element().filter(|element| element.tag_name() != "BODY");
    let Some(focused) = focused else { return act() };
    let around = focused.closest("[role=grid], [role=tree], aside").ok().flatten();
    act();
    when_focus_is_lost(Box::new(move || {
        let Some(around) = around else { return focus_step() };
        match around.query_selector("h2") {
            Ok(Some(head)) => focus_any(&head),
            _ => focus_any(&around),
        }
    }));
}

/// Acts once the next frame is drawn, if what had the focus is gone then.
pub fn when_focus_is_lost(act: Box<dyn FnOnce()>) {
    request_animation_frame(move || {
        request_animation_frame(move || {
            if document().active_element().is_none_or(|element| element.tag_name() == "BODY") {
                act();
            }
        });
    });
}

/// Puts the focus where the next step is taken: for when what had it is gone.
pub fn focus_step() {
    if let Some(button) = by_id("step-forward") {
        focus(&button);
    }
}

/// The name of an object, which opens it in the inspector.
pub fn name(object: impl Into<Signal<String>>, text: impl Into<Signal<String>>) -> AnyView {
    let (object, text): (Signal<String>, Signal<String>) = (object.into(), text.into());
    view! { <button type="button" class="name" data-object=object>{text}</button> }.into_any()
}

/// Lines at marked steps of the run, counted from `first`, with a word at each if there is room.
pub fn marks(
    desk: Desk,
    first: fn(&Stage) -> usize,
    read: fn(&Stage) -> &Vec<Milestone>,
    has_room: bool,
) -> AnyView {
    let keys = desk.keys(move |s| read(s).iter().map(|it| mark_key(it, first(s))).collect());
    list(keys, move |key| {
        let [at, class, word] = mark_parts(&key);
        let shown = if has_room { word.clone() } else { String::new() };
        view! {
            <span class=class title=word style=("--at", at)>
                <b>{shown}</b>
            </span>
        }
        .into_any()
    })
}

/// The key of a mark, in lines: a mark that stands elsewhere, or says something else, is another one.
/// The point of no return and a broken promise differ in shape.
pub fn mark_key(milestone: &Milestone, first: usize) -> String {
    let Milestone { step, is_no_return, word, .. } = milestone;
    let class = if *is_no_return { "milestone" } else { "milestone is-broken" };
    format!("{}\n{class}\n{word}", step - first)
}

/// What the key of a mark says: where, its class, its word.
pub fn mark_parts(key: &str) -> [String; 3] {
    let mut lines = key.split('\n').map(String::from);
    core::array::from_fn(|_| lines.next().unwrap_or_default())
}

/// One choice of a select.
pub fn option(value: String, text: String, selected: Signal<bool>) -> AnyView {
    view! { <option value=value prop:selected=selected>{text}</option> }.into_any()
}

/// The tables of a panel, made while they are shown.
pub fn tables(desk: Desk, switch: Switch, read: fn(&Stage) -> Vec<Table>) -> AnyView {
    let all = made_anew(desk, move |stage| match stage.panels.has(switch) {
        true => read(stage),
        false => Vec::new(),
    });
    let hidden = desk.flag(move |s| !s.panels.has(switch));
    // It may scroll, and has nothing else in it that takes the focus.
    view! {
        <div class="panel-body" role="group" aria-label="Table" tabindex="0" hidden=hidden>
            {all}
        </div>
    }
    .into_any()
}

/// Tables that are made anew with every step.
pub fn made_anew(
    desk: Desk,
    read: impl Fn(&Stage) -> Vec<Table> + Send + Sync + 'static,
) -> AnyView {
    type Read = Arc<dyn Fn(&Stage) -> Vec<Table> + Send + Sync>;
    fn erased(desk: Desk, read: Read) -> AnyView {
        let all = move || {
            let tables = desk.with_stage(|stage| read(stage));
            tables.into_iter().map(table).collect::<Vec<_>>()
        };
        all.into_any()
    }
    erased(desk, Arc::new(read))
}

fn table(table: Table) -> AnyView {
    let heads = table
        .heads
        .iter()
        .map(|head| view! { <th {..named("scope", "col")}>{*head}</th> }.into_any());
    let rows = table.rows.into_iter().enumerate().map(|(i, cells)| {
        let current = (table.current == Some(i)).then_some("step");
        let cells = cells.into_iter().enumerate().map(|(i, cell)| match i {
            0 => view! { <th {..named("scope", "row")}>{cell}</th> }.into_any(),
            _ => view! { <td>{cell}</td> }.into_any(),
        });
        view! { <tr aria-current=current>{cells.collect::<Vec<_>>()}</tr> }.into_any()
    });
    view! {
        <table class="twin mono">
            <caption>{table.caption}</caption>
            <thead>
                <tr>{heads.collect::<Vec<_>>()}</tr>
            </thead>
            <tbody>{rows.collect::<Vec<_>>()}</tbody>
        </table>
    }
    .into_any()
}

/// An icon, drawn in the colour of the text around it.
pub fn icon(path: impl Into<Signal<String>>) -> AnyView {
    let path: Signal<String> = path.into();
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
    .into_any()
}

/// The outlines of icons on a grid of 16.
pub mod shapes {
    /// To the start.
    pub const FIRST: &str = "M1 3h2v10H1zM9 3v10L3.5 8zM15 3v10L9.5 8z";
    /// One back.
    pub const BACK: &str = "M13 3v10L6 8zM3 3h2v10H3z";
    /// Play.
    pub const PLAY: &str = "M3.5 2.5v11l10-5.5z";
    /// Pause.
    pub const PAUSE: &str = "M3.5 3h3v10h-3zM9.5 3h3v10h-3z";
    /// One forward.
    pub const FORWARD: &str = "M3 3v10l7-5zM11 3h2v10h-2z";
    /// To where another actor goes on.
    pub const SWITCH: &str = "M1 3h6.5v7H11V7.5l4 3.5-4 3.5V12H5.5V5H1z";
    /// Back to where another one had gone on.
    pub const BACK_SWITCH: &str = "M15 3H8.5v7H5V7.5L1 11l4 3.5V12h5.5V5H15z";
    /// Into all corners.
    pub const LARGER: &str = "M9 1h6v6l-2-2-3 3-2-2 3-3zM7 15H1V9l2 2 3-3 2 2-3 3z";
    /// To the end.
    pub const LAST: &str = "M13 3h2v10h-2zM7 3v10l5.5-5zM1 3v10l5.5-5z";
}
