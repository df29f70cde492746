//! What panels are made of: heads, switches, marks, tables.

use std::sync::Arc;

use crate::app::kit::prelude::*;
use crate::app::kit::{aria, icon, list, shapes};
use crate::session::{Stage, Switch};
use crate::view::{Milestone, Table};

use super::desk::Desk;

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

/// A toggle button; `label` is its accessible name where its text is too short.
pub fn turn(switch: Switch, text: &'static str, label: Option<String>) -> AnyView {
    switch_button(switch, "twin-switch", label, text.into_any())
}

/// A toggle button that lets a panel take the room of its neighbours.
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

/// A button with an object's name, which opens it in the inspector.
pub fn name(object: impl Into<Signal<String>>, text: impl Into<Signal<String>>) -> AnyView {
    let (object, text): (Signal<String>, Signal<String>) = (object.into(), text.into());
    view! { <button type="button" class="name" data-object=object>{text}</button> }.into_any()
}

/// Lines at the marked steps, counted from `first`, each with a word if there is room.
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

/// The parts of a mark's key: position, class, word.
pub fn mark_parts(key: &str) -> [String; 3] {
    let mut lines = key.split('\n').map(String::from);
    core::array::from_fn(|_| lines.next().unwrap_or_default())
}

/// The tables of a panel, made while they are shown.
pub fn tables(desk: Desk, switch: Switch, read: fn(&Stage) -> Vec<Table>) -> AnyView {
    let all = made_anew(desk, move |stage| match stage.panels.has(switch) {
        true => read(stage),
        false => Vec::new(),
    });
    let hidden = desk.flag(move |s| !s.panels.has(switch));
    // A table may scroll and contains nothing else that takes the focus.
    view! {
        <div class="panel-body" role="group" aria-label="Table" tabindex="0" hidden=hidden>
            {all}
        </div>
    }
    .into_any()
}

/// Tables that are rebuilt with every step.
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
