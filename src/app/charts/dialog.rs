//! The contents of the dialog: settings on the left, charts and results on the right.

use leptos::prelude::*;

use super::desk::{Desk, Host};
use super::figure::{figure, sheet};
use crate::bounds::{LOAD_WRITES_MAX, SLOTS_MAX};
use crate::view::charts::{
    Board, DesignRow, Page, SEARCH_STATES, Settings, SheetTable, Window, grouped,
};

/// The displayed page of the dialog, and the buttons that change it.
#[component]
pub fn Charts(desk: Desk) -> impl IntoView {
    let page = desk.read(Board::page);
    let content = move || match page.get() {
        Page::Load => view! { <LoadPage desk /> }.into_any(),
        Page::Search => view! { <SearchPage desk /> }.into_any(),
    };
    view! {
        <div class="charts-top">
            <header class="charts-head">
                <h2 class="wordmark">"Charts"</h2>
                <PageButton desk page=Page::Load text="S9 at length" />
                <PageButton desk page=Page::Search text="States of a search" />
                <button
                    type="button"
                    class="charts-close"
                    on:click=move |_| desk.host.with_value(Host::close)
                >
                    "Close charts"
                </button>
            </header>
        </div>
        <div class="charts-body">
            {content}
        </div>
    }
}

#[component]
fn PageButton(desk: Desk, page: Page, text: &'static str) -> impl IntoView {
    let shown = desk.read(Board::page);
    view! {
        <button
            type="button"
            aria-pressed=move || (shown.get() == page).to_string()
            on:click=move |_| desk.turn_to(page)
        >
            {text}
        </button>
    }
}

#[component]
fn LoadPage(desk: Desk) -> impl IntoView {
    let set = move |change: fn(&mut Settings, u32)| {
        move |value: u32| {
            let mut settings = desk.board.with_untracked(Board::settings);
            change(&mut settings, value);
            desk.board.write().set(settings);
            desk.load();
        }
    };
    let slots = desk.read(|board| board.settings().slots);
    let slow = desk.read(|board| board.settings().slow);
    let writes = desk.read(|board| board.settings().writes);
    let figures = ["backlog", "throughput", "latency", "memory"];
    view! {
        <div class="charts-side">
            <p class="charts-about">
                "AIO writes of one block into unwritten blocks, through a few slots, with a slow worker that converts them on disk. A design that acknowledges a write before its conversion lets writes pile up: nothing holds back the program that submits them."
            </p>
            <Slider name="writes" range=(100, LOAD_WRITES_MAX, 100) value=writes set=set(|it, n| it.writes = n) says=grouped />
            <Slider name="slots of the AIO context" range=(1, SLOTS_MAX, 1) value=slots set=set(|it, n| it.slots = n) says=grouped />
            <Slider
                name="worker speed"
                range=(0, 40, 1)
                value=slow
                set=set(|it, n| it.slow = n)
                says=|n| format!("1 step for {n} of the others")
            />
            <Run desk start=Desk::load again="Run" />
            <Designs desk changed=Desk::load />
        </div>
        <div class="charts-main">
            <WindowChoice desk />
            <div class="charts-grid">{figures.map(|id| figure(desk, id)).into_iter().collect_view()}</div>
            <Results desk />
        </div>
    }
}

#[component]
fn SearchPage(desk: Desk) -> impl IntoView {
    let script = desk.read(|board| format!("script {}", board.script()));
    let states = desk.read(Board::states);
    let options = SEARCH_STATES.map(|n| {
        view! {
            <option value=n.to_string() prop:selected=move || states.get() == n>
                {grouped(n)}
            </option>
        }
    });
    let choose = move |ev| {
        if let Ok(states) = event_target_value(&ev).parse() {
            desk.board.write().set_states(states);
        }
    };
    view! {
        <div class="charts-side">
            <p class="charts-about">
                "A search takes every step that any actor can take, from every state that it finds, shallow states first. The page's "
                {script} " is searched under each design below. A search of the explorer is drawn while it runs."
            </p>
            <label class="field">
                <span>"states at most, each"</span>
                <select on:change=choose>{options.into_iter().collect_view()}</select>
            </label>
            <Run desk start=Desk::search again="Search" />
            <Designs desk changed=|_| () />
        </div>
        <div class="charts-main">
            <div class="charts-grid">
                {["layers", "frontier"].map(|id| figure(desk, id)).into_iter().collect_view()}
            </div>
            <Results desk />
        </div>
    }
}

#[component]
fn Slider(
    name: &'static str,
    /// The smallest and the largest value, and the step.
    range: (u32, u32, u32),
    value: Memo<u32>,
    set: impl Fn(u32) + 'static,
    says: fn(u32) -> String,
) -> impl IntoView {
    let (least, most, step) = range;
    let shown = RwSignal::new(value.get_untracked());
    let read = |ev: &web_sys::Event| event_target_value(ev).parse().unwrap_or_default();
    view! {
        <label class="charts-slider">
            // A span and not an output: the label would belong to the output instead of the slider.
            <span>{name} <span class="charts-value">{move || says(shown.get())}</span></span>
            <input
                type="range"
                aria-label=name
                min=least.to_string()
                max=most.to_string()
                step=step.to_string()
                prop:value=move || value.get().to_string()
                aria-valuetext=move || says(shown.get())
                on:input=move |ev| shown.set(read(&ev))
                // The load runs when the slider is released.
                on:change=move |ev| set(read(&ev))
            />
        </label>
    }
}

#[component]
fn Run(desk: Desk, start: fn(Desk), again: &'static str) -> impl IntoView {
    let running = desk.read(Board::is_running);
    let press = move |_| if running.get_untracked() { desk.stop() } else { start(desk) };
    view! {
        <div class="charts-run">
            <button type="button" class:is-primary=move || !running.get() on:click=press>
                {move || if running.get() { "Stop" } else { again }}
            </button>
            // Screen readers announce results, not progress.
            <p
                class="charts-status"
                aria-live=move || if running.get() { "off" } else { "polite" }
            >
                {desk.read(Board::status)}
            </p>
            <p class="script-error" role="status">{desk.read(|board| board.trouble().to_string())}</p>
        </div>
    }
}

#[component]
fn Designs(desk: Desk, changed: fn(Desk)) -> impl IntoView {
    let rows = desk.read(|board| board.designs().to_vec());
    let all = move |all: bool| {
        move |_| {
            desk.board.write().choose_all(all);
            changed(desk);
        }
    };
    let row = move |row: DesignRow| {
        let name = row.name.clone();
        let choose = move |ev| {
            desk.board.write().choose(&name, event_target_checked(&ev));
            changed(desk);
        };
        let swatch = format!("chart-swatch hue-{} dash-{}", row.style.hue, row.style.dash);
        view! {
            <li>
                <label>
                    <input type="checkbox" prop:checked=row.is_chosen on:change=choose />
                    <span class=swatch aria-hidden="true"></span>
                    <span class="mono">{row.name}</span>
                </label>
            </li>
        }
    };
    view! {
        <fieldset class="charts-designs">
            <legend>"Designs"</legend>
            <p class="charts-all">
                <button type="button" on:click=all(true)>"All"</button>
                <button type="button" on:click=all(false)>"The argument"</button>
            </p>
            <ul>{move || rows.get().into_iter().map(row).collect_view()}</ul>
        </fieldset>
    }
}

#[component]
fn WindowChoice(desk: Desk) -> impl IntoView {
    let window = desk.read(Board::window);
    let button = |choice: Window| {
        view! {
            <button
                type="button"
                aria-pressed=move || (window.get() == choice).to_string()
                on:click=move |_| desk.board.write().look(choice)
            >
                {choice.text()}
            </button>
        }
    };
    view! {
        <p class="charts-window" role="group" aria-label="Time shown">
            <span class="quiet">"Time shown"</span>
            {Window::ALL.map(button).into_iter().collect_view()}
        </p>
    }
}

/// The results of all runs, which are always shown. The command prints the same table.
#[component]
fn Results(desk: Desk) -> impl IntoView {
    let results = desk.read(Board::results);
    let table = move || {
        let table: SheetTable = results.get();
        (!table.rows.is_empty()).then(|| sheet(table))
    };
    view! { <section class="charts-results" aria-label="Results" tabindex="0">{table}</section> }
}
