//! The laboratory as a program: its dialog, its bar and its keys.

use core::cell::Cell;
use core::time::Duration;

use crate::app::kit::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, KeyboardEvent};

use super::bench::Bench;
use super::picture;
use super::pieces::{button, dynamic, select, status};
use super::sides;
use crate::app::kit::{Keys, aria, derived, icon, list, option, shapes};
use crate::view::lab::{Camera, Edition, LAB_PRESETS, Lab, differences};

/// Milliseconds per line while it plays.
const PACE: u64 = 900;

thread_local! {
    /// The laboratory of this module, once it is open; there is one instance.
    static BENCH: Cell<Option<Bench>> = const { Cell::new(None) };
}

/// Builds the laboratory in an element. It starts with the trees of the stage.
pub fn open(place: HtmlElement, link: &str) {
    let link = link.to_string();
    let build = move || {
        let bench = Bench::new();
        bench.take_stage(&link);
        bench.act(|lab| {
            if let Some(at) = lab.stage().iter().position(|it| !it.text.is_empty()) {
                lab.load_stage(at);
            }
        });
        BENCH.set(Some(bench));
        laboratory(bench)
    };
    mount_to(place, build).forget();
}

/// Reads the run of the stage again when the dialog is shown again.
pub fn show(link: &str) {
    if let Some(bench) = BENCH.get() {
        bench.take_stage(link);
    }
}

/// Pauses when the dialog closes.
pub fn rest() {
    if let Some(bench) = BENCH.get().filter(|it| it.lab.with_untracked(Lab::is_playing)) {
        bench.act(Lab::pause);
    }
}

fn laboratory(bench: Bench) -> AnyView {
    play_clock(bench);
    view! {
        <div class="lab-stage" on:keydown=move |ev| keys(bench, &ev)>
            {top(bench)} {sides::lines(bench)} {picture::picture_pane(bench)} {sides::report(bench)}
            {bar(bench)}
            {status("lab-caption", "lab-caption", "What the line did", bench.text(Lab::caption))}
        </div>
    }
    .into_any()
}

fn top(bench: Bench) -> AnyView {
    let trouble = bench.trouble;
    view! {
        <header class="lab-top">
            <h2 class="wordmark">"Tree laboratory"</h2>
            {examples(bench)}
            {editions(bench)}
            <button type="button" class="lab-close" on:click=close>
                "Close laboratory"
            </button>
            {coverage(bench)}
            {status("lab-trouble", "lab-trouble", "The stage's tree", trouble.into())}
        </header>
    }
    .into_any()
}

/// Closes the dialog that contains a button.
fn close(ev: web_sys::MouseEvent) {
    let button = ev.current_target().and_then(|it| it.dyn_into::<Element>().ok());
    let dialog = button.and_then(|it| it.closest("dialog").ok().flatten());
    if let Some(dialog) = dialog.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}

/// The select of starting points: trees of the stage, examples, or the reader's lines. A value is
/// `=` and the position of a file of the stage, or the id of an example.
fn examples(bench: Bench) -> AnyView {
    let chosen = bench.text(|lab| match (lab.stage_tree(), lab.preset()) {
        (Some(at), _) => format!("={at}"),
        (None, Some(preset)) => preset.id.to_string(),
        (None, None) => String::new(),
    });
    let files = bench.memo(|lab| {
        let files = (0..).zip(lab.stage()).filter(|(_, it)| !it.text.is_empty());
        files.map(|(at, it)| (at, it.file.clone())).collect::<Vec<(usize, String)>>()
    });
    let choice = move |value: String, text: String| {
        let is_chosen = {
            let value = value.clone();
            move || chosen.get() == value
        };
        option(value, text, Signal::derive(is_chosen))
    };
    let stage = move |(at, file): (usize, String)| {
        choice(format!("={at}"), format!("the stage's tree: file {file}"))
    };
    let own = LAB_PRESETS
        .iter()
        .map(|it| choice(it.id.into(), format!("{}: {}", it.id, it.title)))
        .chain([choice(String::new(), "own lines".into())]);
    let options =
        view! { {list(Keys::derived(move || files.get()), stage)} {own.collect::<Vec<_>>()} }
            .into_any();
    select("example", options, move |id| {
        bench.camera.set(Camera::Fit);
        bench.act(|lab| match id.strip_prefix('=') {
            Some(at) => lab.load_stage(at.parse().unwrap_or(usize::MAX)),
            None => lab.load(&id),
        });
    })
}

fn editions(bench: Bench) -> AnyView {
    let chosen = bench.memo(Lab::edition);
    let options = Edition::ALL.map(|it| {
        option(it.id().into(), it.title().into(), Signal::derive(move || chosen.get() == it))
    });
    select("version", Vec::from(options).into_any(), move |id| {
        if let Some(edition) = Edition::find(&id) {
            bench.act(|lab| lab.set_edition(edition));
        }
    })
}

/// How far golden traces cover the version, and the rules that differ from the version before.
fn coverage(bench: Bench) -> AnyView {
    let edition = bench.memo(Lab::edition);
    let rules = move || {
        let lines = differences(edition.get()).into_iter();
        lines.map(|line| view! { <li>{line}</li> }.into_any()).collect::<Vec<_>>().into_any()
    };
    let summary = derived(move || match (edition.get(), differences(edition.get()).len()) {
        (Edition::RfcV5, _) => "what differs from v3.9".into(),
        (first, n) if first == Edition::ALL[0] => format!("{n} rules of the first version"),
        (_, 1) => "1 rule differs from the version before".into(),
        (_, n) => format!("{n} rules differ from the version before"),
    });
    let checked = derived(move || format!("Checked by: {}.", edition.get().coverage()));
    view! {
        <div class="lab-rules">
            <span class="quiet">{checked}</span>
            <details>
                <summary>{summary}</summary>
                <ul class="lab-differences">{dynamic(rules)}</ul>
            </details>
        </div>
    }
    .into_any()
}

fn bar(bench: Bench) -> AnyView {
    let at_start = aria(bench.flag(|lab| lab.place().0 == 0));
    let at_end = aria(bench.flag(|lab| lab.place().0 == lab.place().1));
    let playing = bench.flag(Lab::is_playing);
    let shape = |shape: &'static str| icon(shape.to_string());
    let play =
        derived(move || if playing.get() { shapes::PAUSE } else { shapes::PLAY }.to_string());
    let name =
        derived(move || if playing.get() { "Pause lines" } else { "Play lines" }.to_string());
    let next = view! { {shape(shapes::FORWARD)} <span class="bar-word">"Next"</span> }.into_any();
    let act = move |command: fn(&mut Lab)| move || bench.act(command);
    let seek = move |ev| {
        let at: usize = event_target_value(&ev).parse().unwrap_or(0);
        bench.act(|lab| lab.seek(at));
    };
    let place = bench.text(|lab| format!("line {} of {}", lab.place().0, lab.place().1));
    view! {
        <div class="area-bar lab-bar" role="group" aria-label="Lines">
            {button("First line", "", shape(shapes::FIRST), Some(at_start), act(|lab| lab.seek(0)))}
            {button("Line back", "", shape(shapes::BACK), Some(at_start), act(Lab::back))}
            <button
                type="button"
                aria-label=name
                on:click=move |_| bench.act(Lab::toggle_play)
            >
                {icon(play)}
            </button>
            {button("Next line", "is-primary", next, Some(at_end), act(Lab::step))}
            {button("Last line", "", shape(shapes::LAST), Some(at_end), act(|lab| lab.seek(usize::MAX)))}
            <input
                class="bar-slider"
                type="range"
                {..named("min", "0")}
                aria-label="Lines done"
                {..named("max", bench.text(|lab| lab.place().1.to_string()))}
                prop:value=bench.text(|lab| lab.place().0.to_string())
                on:input=seek
            />
            <span class="bar-place">{place}</span>
        </div>
    }
    .into_any()
}

fn play_clock(bench: Bench) {
    let playing = bench.flag(Lab::is_playing);
    Effect::new(move |_| {
        if !playing.get() {
            return;
        }
        let tick = move || bench.act(Lab::tick);
        if let Ok(clock) = set_interval_with_handle(tick, Duration::from_millis(PACE)) {
            on_cleanup(move || clock.clear());
        }
    });
}

/// The laboratory's keys. `static/laboratory.js` keeps them from the stage underneath.
fn keys(bench: Bench, ev: &KeyboardEvent) {
    if ev.ctrl_key() || ev.alt_key() || ev.meta_key() || ev.default_prevented() {
        return;
    }
    let focused = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
    let focused = focused.map(|e| e.tag_name().to_ascii_lowercase()).unwrap_or_default();
    if matches!(focused.as_str(), "input" | "textarea" | "select") {
        return;
    }
    match ev.key().as_str() {
        " " if !matches!(focused.as_str(), "button" | "summary") => bench.act(Lab::toggle_play),
        "ArrowRight" | "l" => bench.act(Lab::step),
        "ArrowLeft" | "h" => bench.act(Lab::back),
        "Home" => bench.act(|lab| lab.seek(0)),
        "End" => bench.act(|lab| lab.seek(usize::MAX)),
        key if picture::zoom_key(bench, key) => {}
        _ => return,
    }
    ev.prevent_default();
}
