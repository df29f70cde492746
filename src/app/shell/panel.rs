//! Parts of panels: heads, switches, marks, tables.

use std::sync::Arc;

use crate::app::kit::prelude::*;
use crate::app::kit::{aria, icon, list, shapes};
use crate::scenario::Run;
use crate::session::Stage;
use crate::view::panels::{Fold, Mark, PanelInfo, Switch, SwitchInfo, Turns};
use crate::view::{Milestone, Table};

use super::desk::Desk;
use super::words::{button_words, marked, words};

/// The parts of a panel that are its own.
pub struct Parts {
    /// A remark beside the heading.
    pub aside: Option<Signal<String>>,
    /// A button after the heading.
    pub button: Option<AnyView>,
    /// Everything below the heading.
    pub body: AnyView,
}

impl Parts {
    /// The parts of a panel that shows only tables of the run.
    pub fn of_tables(read: fn(&Run) -> Vec<Table>) -> Parts {
        let desk = Desk::of_page();
        let all = made_anew(desk, move |_| desk.read(|s| read(s.run())));
        Parts {
            aside: None,
            button: None,
            body: view! { <div class="panel-body">{all}</div> }.into_any(),
        }
    }
}

/// A panel, made of its entry in the table of panels and its own parts.
pub fn panel(info: &'static PanelInfo, parts: Parts) -> AnyView {
    let desk = Desk::of_page();
    let class = desk.text(move |s| {
        let is_large = |it: &SwitchInfo| it.turns == Turns::Size && s.panels.has(it.switch);
        let mut class = format!("panel area-{}", info.id);
        for (is, name) in [
            (info.fold != Fold::Never, " folds"),
            (s.panels.is_open(info), " is-open"),
            (info.switches.iter().any(is_large), " is-large"),
        ] {
            class += if is { name } else { "" };
        }
        class
    });
    let Parts { aside, button, body } = parts;
    let title = format!("{}-title", info.id);
    let head = head(info, title.clone(), aside, button);
    view! {
        <section class=class aria-labelledby=title>
            {head} {body}
        </section>
    }
    .into_any()
}

/// The heading, a remark, and the panel's buttons.
fn head(
    info: &'static PanelInfo,
    id: String,
    aside: Option<Signal<String>>,
    button: Option<AnyView>,
) -> AnyView {
    let aside = aside.map(|text| view! { <span class="panel-aside quiet">{words(text)}</span> });
    let mut table = None;
    let mut buttons: Vec<AnyView> = button.into_iter().collect();
    for &SwitchInfo { switch, turns, .. } in info.switches {
        match turns {
            Turns::Table => {
                table = Some(turn(switch, "table", Some(format!("{} as a table", info.title))));
            }
            Turns::Size => buttons.push(enlarge(switch, format!("{}, larger", info.title))),
            Turns::Other { text, label } => {
                buttons.push(turn(switch, text, label.map(String::from)));
            }
        }
    }
    let head = view! {
        <div class="panel-head">
            <h2 class="panel-title" id=id>
                {marked(info.title)}
            </h2>
            {aside}
            {table}
        </div>
    }
    .into_any();
    if buttons.is_empty() {
        return head;
    }
    view! { <div class="row spread">{head} {buttons}</div> }.into_any()
}

/// The button that opens another program of the page. `static/boot.js` finds it by its id, and shows
/// an error beside it or below the caption if the program cannot be fetched.
pub fn opener(id: &'static str) -> AnyView {
    view! {
        <button type="button" class="twin-switch" id=id>
            {id}
        </button>
    }
    .into_any()
}

/// A toggle button. `label` is its accessible name, if its text is too short.
pub fn turn(switch: Switch, text: &'static str, label: Option<String>) -> AnyView {
    switch_button(switch, "twin-switch", label, text.into_any())
}

/// A toggle button that enlarges a panel over its neighbours.
fn enlarge(switch: Switch, label: String) -> AnyView {
    let content = icon(shapes::LARGER.to_string());
    switch_button(switch, "twin-switch enlarge", Some(label), content)
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

/// A button with the name of an object, which opens the object in the inspector.
pub fn name(object: impl Into<Signal<String>>, text: impl Into<Signal<String>>) -> AnyView {
    let (object, text): (Signal<String>, Signal<String>) = (object.into(), text.into());
    view! { <button type="button" class="name" data-object=object>{button_words(text)}</button> }
        .into_any()
}

/// Lines at the marked steps, counted from `first`, each with a word if there is room.
pub fn marks(
    desk: Desk,
    first: fn(&Stage) -> usize,
    read: fn(&Stage) -> &Vec<Milestone>,
    has_room: bool,
) -> AnyView {
    // The key of a mark is its place and its content: another one is a new element.
    let keys = desk.keys(move |s| {
        let places = read(s).iter().map(|it| (it.step - first(s), it.mark, it.word.clone()));
        places.collect()
    });
    list(keys, move |(at, mark, word)| {
        let shown = if has_room { word.clone() } else { String::new() };
        view! {
            <span class=mark_class(mark) title=word style=("--at", at.to_string())>
                <b>{shown}</b>
            </span>
        }
        .into_any()
    })
}

/// The CSS class of a mark. Each has its own shape.
pub fn mark_class(mark: Mark) -> &'static str {
    match mark {
        Mark::NoReturn => "milestone",
        Mark::Broken => "milestone is-broken",
        Mark::Difference => "milestone is-difference",
    }
}

/// The tables of a panel, built only while they are shown.
pub fn tables(desk: Desk, switch: Switch, read: fn(&Stage) -> Vec<Table>) -> AnyView {
    let all = made_anew(desk, move |stage| match stage.panels.has(switch) {
        true => read(stage),
        false => Vec::new(),
    });
    let hidden = desk.flag(move |s| !s.panels.has(switch));
    // A table may scroll, and contains no other element that takes the focus.
    view! {
        <div class="panel-body" role="group" aria-label="Table" tabindex="0" hidden=hidden>
            {all}
        </div>
    }
    .into_any()
}

/// A part that is rebuilt with every step.
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
