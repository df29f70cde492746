//! The page: everything that touches a browser. wasm32 only.
//!
//! Modules stand in the order in which they may use each other.

pub mod kit;

mod shell;

mod stage;

mod api;

pub mod explorer;

pub mod lab;

pub mod charts;

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::session::FOLDED;
use kit::panic;
use kit::prelude::*;
use shell::Desk;

/// Starts the page.
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
    // `static/boot.js` and the tests wait for this. Setting an attribute of <html> cannot fail.
    let _ = root.set_attribute("data-ready", "true");
}

/// The stage: `static/stage.css` says where everything stands.
#[component]
fn App() -> impl IntoView {
    let desk = Desk::set_up();
    api::install(desk);
    shell::listen_to_keys();
    let menu = RwSignal::new(None);
    view! {
        <main
            class="stage"
            data-open=desk.text(|s| s.panels.open().into())
            data-lesson=lesson_panels(desk)
            on:click=move |ev| stage::open_clicked(desk, &ev)
            on:contextmenu=move |ev| stage::open_menu(menu, &ev)
            on:keydown=move |ev| stage::open_focused(desk, &ev)
        >
            {shell::top()}
            {stage::caption()}
            {stage::lesson_panel()}
            <div class="side-left">{stage::script_panel()} {stage::steps_panel()}</div>
            {stage::strata_panel()}
            {tabs(desk)}
            {stage::tree_panel()}
            {stage::pipeline_panel()}
            <div class="side-right">{stage::threads_panel()} {stage::waits_panel()}</div>
            {stage::inspector_panel()}
            {stage::lanes_panel()}
            {stage::chart_panel()}
            {stage::bar()}
            {stage::object_menu(menu)}
        </main>
    }
    .into_any()
}

/// The panels that a lesson shows; the attribute is there while a lesson is taken.
fn lesson_panels(desk: Desk) -> Signal<Option<String>> {
    let panels = desk.text(|s| match &s.lesson {
        None => String::new(),
        Some(card) if card.panels.is_empty() => "all".into(),
        Some(card) => card.panels.clone(),
    });
    kit::derived(move || Some(panels.get()).filter(|panels| !panels.is_empty()))
}

/// The tabs of a narrow screen, which choose the unfolded panel.
fn tabs(desk: Desk) -> AnyView {
    let tab = |(id, name): &'static (&'static str, &'static str)| {
        view! {
            <button
                type="button"
                aria-pressed=desk.text(|s| (s.panels.open() == *id).to_string())
                on:click=move |ev| {
                    desk.act(|s| s.unfold(id));
                    // The panel is below the tabs, and the tabs may be at the bottom of the screen.
                    event_target::<HtmlElement>(&ev).scroll_into_view();
                }
            >
                {*name}
            </button>
        }
        .into_any()
    };
    view! {
        <nav class="panel-tabs" aria-label="Panels">
            {FOLDED.iter().map(tab).collect::<Vec<_>>()}
        </nav>
    }
    .into_any()
}
