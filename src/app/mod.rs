//! The page in the browser. This module is compiled for wasm32 only.
//!
//! Modules are listed in the order in which they may use each other.

// A new operation, place or note must not fall into an arm that does not expect it.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod kit;

mod shell;

mod stage;

mod api;

pub mod explorer;

pub mod lab;

pub mod charts;

pub mod traces;

pub mod texts;

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::session::{Session, tabs};
use crate::view::panels::{PANELS, Place};
use kit::panic;
use kit::prelude::*;
use shell::Desk;

/// Mounts the page in place of the skeleton of `index.html`.
pub fn main() {
    panic::install();
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let (Some(root), Some(place)) =
        (document.document_element(), document.get_element_by_id("app"))
    else {
        return;
    };
    // The skeleton is replaced in one task, so every frame shows exactly one of the two.
    place.replace_children_with_node_0();
    mount_to(place.unchecked_into::<HtmlElement>(), App).forget();
    // `static/boot.js` and the tests wait for this attribute. Setting it cannot fail.
    let _ = root.set_attribute("data-ready", "true");
}

/// A text about the page's state; empty outside the page.
pub fn text_of_page(read: impl FnOnce(&Session) -> String) -> String {
    Desk::of_window().map_or(String::new(), |desk| desk.read(read))
}

/// Changes the page's state.
pub fn act_on_page(act: impl FnOnce(&mut Session)) {
    if let Some(desk) = Desk::of_window() {
        desk.act(act);
    }
}

/// The stage; `static/stage.css` defines its layout.
#[component]
fn App() -> impl IntoView {
    let desk = Desk::set_up();
    api::install(desk);
    shell::listen_to_keys();
    shell::follow_theme();
    let menu = RwSignal::new(None);
    // An embedded page is read-only: nothing opens.
    let is_embedded = move || desk.peek(|s| s.frame.embed);
    view! {
        <main
            class="stage"
            data-open=desk.text(|s| s.panels.open().into())
            data-lesson=lesson_panels(desk)
            data-beside=attribute(desk.flag(|s| s.beside.is_some()))
            data-present=attribute(desk.flag(|s| s.frame.present && !s.frame.embed))
            data-embed=attribute(desk.flag(|s| s.frame.embed))
            on:click=move |ev| {
                if !is_embedded() {
                    stage::open_clicked(desk, &ev);
                }
            }
            on:contextmenu=move |ev| {
                if !is_embedded() {
                    stage::open_menu(menu, &ev);
                }
            }
            on:keydown=move |ev| {
                if !is_embedded() {
                    stage::open_focused(desk, &ev);
                }
            }
        >
            {shell::top()}
            {stage::caption()}
            {stage::lesson_panel()}
            {stage::beside_panels()}
            <div class="side-left">{stage::panels(Place::Left)}</div>
            {stage::change_panel()}
            {stage::panels(Place::Top)}
            {panel_tabs(desk)}
            {stage::panels(Place::Middle)}
            <div class="side-right">{stage::panels(Place::Right)}</div>
            {stage::inspector_panel()}
            {stage::panels(Place::Bottom)}
            {stage::bar()}
            {stage::object_menu(menu)}
            {stage::heading()} {stage::full_page()}
            {stage::blank()}
        </main>
    }
    .into_any()
}

/// An attribute that exists while a flag is set.
fn attribute(is_so: Signal<bool>) -> Signal<Option<&'static str>> {
    kit::derived(move || is_so.get().then_some("true"))
}

/// The panels of the lesson. The attribute exists while a lesson is in progress.
fn lesson_panels(desk: Desk) -> Signal<Option<String>> {
    // A comparison of two designs uses the whole stage.
    let panels = desk.text(|s| match s.lesson.as_ref().filter(|_| s.beside.is_none()) {
        None => String::new(),
        Some(card) if card.panels.is_empty() => "all".into(),
        Some(card) => card.panels.clone(),
    });
    kit::derived(move || Some(panels.get()).filter(|panels| !panels.is_empty()))
}

/// The tabs of a narrow screen, which choose the unfolded panel.
fn panel_tabs(desk: Desk) -> AnyView {
    let tab = |(id, name): (&'static str, &'static str)| {
        view! {
            <button
                type="button"
                aria-pressed=desk.text(move |s| (s.panels.open() == id).to_string())
                on:click=move |ev| {
                    desk.act(|s| s.unfold(id));
                    // The panel is below the tabs, and the tabs may be at the bottom of the screen.
                    event_target::<HtmlElement>(&ev).scroll_into_view();
                }
            >
                {name}
            </button>
        }
        .into_any()
    };
    view! {
        <nav class="panel-tabs" aria-label="Panels">
            {tabs(&PANELS).into_iter().map(tab).collect::<Vec<_>>()}
        </nav>
    }
    .into_any()
}
