//! The tree laboratory, which fills a dialog that `static/laboratory.js` has opened. It is a program
//! of its own (`src/bin/lab.rs`), so the stage's desk is not in reach: what it knows of the run that
//! is shown comes as a link.

mod picture;
mod sides;

use core::cell::Cell;
use core::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

use super::parts::{icon, shapes};
use crate::view::lab::{Camera, Edition, LAB_PRESETS, Lab, Port, differences, stage_trees};
use picture::PicturePane;
use sides::{EditorPane, ReportPane};

/// Milliseconds between two lines while it plays.
const PACE: u64 = 900;

/// The laboratory's state; copies are the same bench.
#[derive(Clone, Copy)]
struct Bench {
    lab: RwSignal<Lab>,
    camera: RwSignal<Camera>,
    port: RwSignal<Port>,
    /// The view itself moved last: nothing travels then.
    still: RwSignal<bool>,
    /// Why the stage has no tree to begin with.
    trouble: RwSignal<Option<String>>,
}

thread_local! {
    /// The one laboratory of this module, once it is open.
    static BENCH: Cell<Option<Bench>> = const { Cell::new(None) };
}

/// Builds the laboratory in an element. It begins with what the stage shows.
pub fn open(place: HtmlElement, link: &str) {
    let bench = Bench {
        lab: RwSignal::new(Lab::new()),
        camera: RwSignal::new(Camera::Fit),
        port: RwSignal::new(Port { w: 0.0, h: 0.0 }),
        still: RwSignal::new(false),
        trouble: RwSignal::new(None),
    };
    bench.take_stage(link);
    bench.lab.update(|lab| {
        if let Some(at) = lab.stage().iter().position(|it| !it.text.is_empty()) {
            lab.load_stage(at);
        }
    });
    BENCH.set(Some(bench));
    mount_to(place, move || view! { <Laboratory bench /> }).forget();
}

/// The dialog is shown again: the run that it lies over may be another.
pub fn show(link: &str) {
    if let Some(bench) = BENCH.get() {
        bench.take_stage(link);
    }
}

/// Nothing plays while nobody sees it.
pub fn rest() {
    if let Some(bench) = BENCH.get().filter(|it| it.lab.with_untracked(Lab::is_playing)) {
        bench.act(Lab::pause);
    }
}

impl Bench {
    fn memo<T>(self, slice: impl Fn(&Lab) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let lab = self.lab;
        Memo::new(move |_| lab.with(&slice))
    }

    fn act<T>(self, command: impl FnOnce(&mut Lab) -> T) -> T {
        self.still.set(false);
        let mut lab = self.lab.write();
        command(&mut lab)
    }

    fn take_stage(self, link: &str) {
        let (trees, trouble) = match stage_trees(link) {
            Ok(trees) => (trees, None),
            Err(wrong) => {
                (Vec::new(), Some(format!("The stage's tree cannot be shown here: {wrong}.")))
            }
        };
        self.trouble.set(trouble);
        self.act(|lab| lab.set_stage(trees));
    }
}

#[component]
fn Laboratory(bench: Bench) -> impl IntoView {
    play_clock(bench);
    let caption = bench.memo(Lab::caption);
    view! {
        <div class="lab-stage" on:keydown=move |ev| keys(bench, &ev)>
            <header class="lab-top">
                <h2 class="wordmark">"Tree laboratory"</h2>
                <ExampleSelect bench />
                <EditionSelect bench />
                <button type="button" class="lab-close" on:click=close>"Close laboratory"</button>
                <Coverage bench />
                <p class="lab-trouble" role="status" aria-label="The stage's tree" hidden=move || bench.trouble.get().is_none()>
                    {move || bench.trouble.get()}
                </p>
            </header>
            <EditorPane bench />
            <PicturePane bench />
            <ReportPane bench />
            <Bar bench />
            <p class="lab-caption" role="status" aria-label="What the line did">
                {move || caption.get()}
            </p>
        </div>
    }
    .into_any()
}

/// Closes the dialog around a button.
fn close(ev: web_sys::MouseEvent) {
    let button = ev.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
    let dialog = button.and_then(|it| it.closest("dialog").ok().flatten());
    if let Some(dialog) = dialog.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}

/// What to begin with: the trees of the stage, examples, or a person's own lines. A value is `=`
/// and the position of a file of the stage, or the id of an example.
#[component]
fn ExampleSelect(bench: Bench) -> impl IntoView {
    let chosen = bench.memo(|lab| match (lab.stage_tree(), lab.preset()) {
        (Some(at), _) => format!("={at}"),
        (None, Some(preset)) => preset.id.to_string(),
        (None, None) => String::new(),
    });
    let stage = bench.memo(|lab| {
        let files = lab.stage().iter().map(|it| (it.file.clone(), it.text.is_empty()));
        files.collect::<Vec<_>>()
    });
    let stage = move || {
        let files = stage.get().into_iter().enumerate();
        let option = |(at, (file, empty))| {
            let value = format!("={at}");
            let says = if empty { "the stage's tree, still empty" } else { "the stage's tree" };
            let selected = {
                let value = value.clone();
                move || chosen.get() == value
            };
            view! {
                <option value=value prop:selected=selected disabled=empty>
                    {format!("{says}: file {file}")}
                </option>
            }
        };
        files.map(option).collect_view()
    };
    let examples = LAB_PRESETS.iter().map(|preset| {
        let id = preset.id;
        view! {
            <option value=id prop:selected=move || chosen.get() == id>
                {format!("{id}: {}", preset.title)}
            </option>
        }
    });
    let choose = move |ev| {
        let id = event_target_value(&ev);
        bench.camera.set(Camera::Fit);
        bench.act(|lab| match id.strip_prefix('=') {
            Some(at) => lab.load_stage(at.parse().unwrap_or(usize::MAX)),
            None => lab.load(&id),
        });
    };
    view! {
        <label class="field">
            <span>"example"</span>
            <select on:change=choose>
                {stage}
                {examples.collect_view()}
                <option value="" prop:selected=move || chosen.get().is_empty()>"own lines"</option>
            </select>
        </label>
    }
    .into_any()
}

#[component]
fn EditionSelect(bench: Bench) -> impl IntoView {
    let edition = bench.memo(Lab::edition);
    let options = Edition::ALL.map(|it| {
        view! {
            <option value=it.id() prop:selected=move || edition.get() == it>{it.title()}</option>
        }
    });
    let choose = move |ev| {
        if let Some(edition) = Edition::find(&event_target_value(&ev)) {
            bench.act(|lab| lab.set_edition(edition));
        }
    };
    view! {
        <label class="field">
            <span>"version"</span>
            <select on:change=choose>{options.into_iter().collect_view()}</select>
        </label>
    }
    .into_any()
}

/// How far golden traces cover the version, and what it does otherwise.
#[component]
fn Coverage(bench: Bench) -> impl IntoView {
    let edition = bench.memo(Lab::edition);
    let rules = move || {
        let lines = differences(edition.get()).into_iter();
        lines.map(|line| view! { <li>{line}</li> }).collect_view()
    };
    let summary = move || {
        let n = differences(edition.get()).len();
        match edition.get() {
            Edition::RfcV5 => "what differs from v3.9".to_string(),
            first if first == Edition::ALL[0] => format!("{n} rules of the first version"),
            _ => format!("{n} rules differ from the version before"),
        }
    };
    view! {
        <div class="lab-rules">
            <span class="quiet">{move || format!("Checked by: {}.", edition.get().coverage())}</span>
            <details>
                <summary>{summary}</summary>
                <ul class="lab-differences">{rules}</ul>
            </details>
        </div>
    }
    .into_any()
}

#[component]
fn Bar(bench: Bench) -> impl IntoView {
    let place = bench.memo(Lab::place);
    let playing = bench.memo(Lab::is_playing);
    let at_start = move || (place.get().0 == 0).to_string();
    let at_end = move || (place.get().0 == place.get().1).to_string();
    let seek = move |ev| {
        let at: usize = event_target_value(&ev).parse().unwrap_or(0);
        bench.act(|lab| lab.seek(at));
    };
    let play_name = move || if playing.get() { "Pause lines" } else { "Play lines" };
    view! {
        <div class="area-bar lab-bar" role="group" aria-label="Lines">
            <button type="button" aria-label="First line" aria-disabled=at_start on:click=move |_| bench.act(|lab| lab.seek(0))>
                {icon(shapes::FIRST.to_string())}
            </button>
            <button type="button" aria-label="Line back" aria-disabled=at_start on:click=move |_| bench.act(Lab::back)>
                {icon(shapes::BACK.to_string())}
            </button>
            <button type="button" aria-label=play_name on:click=move |_| bench.act(Lab::toggle_play)>
                {move || icon(if playing.get() { shapes::PAUSE } else { shapes::PLAY }.to_string())}
            </button>
            <button type="button" class="is-primary" aria-label="Next line" aria-disabled=at_end on:click=move |_| bench.act(|lab| { lab.pause(); lab.forward(); })>
                {icon(shapes::FORWARD.to_string())}
                <span class="bar-word">"Next"</span>
            </button>
            <button type="button" aria-label="Last line" aria-disabled=at_end on:click=move |_| bench.act(|lab| lab.seek(usize::MAX))>
                {icon(shapes::LAST.to_string())}
            </button>
            <input
                class="bar-slider"
                type="range"
                min="0"
                aria-label="Lines done"
                max=move || place.get().1.to_string()
                prop:value=move || place.get().0.to_string()
                on:input=seek
            />
            <output class="bar-place">
                {move || format!("line {} of {}", place.get().0, place.get().1)}
            </output>
        </div>
    }
    .into_any()
}

fn play_clock(bench: Bench) {
    let playing = bench.memo(Lab::is_playing);
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

/// The laboratory's keys. None of them reaches the stage underneath.
fn keys(bench: Bench, ev: &web_sys::KeyboardEvent) {
    ev.stop_propagation();
    if ev.ctrl_key() || ev.alt_key() || ev.meta_key() || ev.default_prevented() {
        return;
    }
    let focused = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let focused = focused.map(|e| e.tag_name().to_ascii_lowercase()).unwrap_or_default();
    if matches!(focused.as_str(), "input" | "textarea" | "select") {
        return;
    }
    match ev.key().as_str() {
        " " if !matches!(focused.as_str(), "button" | "summary") => bench.act(Lab::toggle_play),
        "ArrowRight" | "l" => bench.act(|lab| {
            lab.forward();
        }),
        "ArrowLeft" | "h" => bench.act(Lab::back),
        "Home" => bench.act(|lab| lab.seek(0)),
        "End" => bench.act(|lab| lab.seek(usize::MAX)),
        key if picture::zoom_key(bench, key) => {}
        _ => return,
    }
    ev.prevent_default();
}
