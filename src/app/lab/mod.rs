//! The tree laboratory, a dialog over the whole stage.

mod picture;
mod sides;

use core::time::Duration;

use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::parts::{icon, shapes};
use crate::es::Version;
use crate::view::lab::{Camera, LAB_PRESETS, Lab, Port, differences};
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
}

impl Bench {
    fn memo<T>(self, slice: impl Fn(&Lab) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let lab = self.lab;
        Memo::new(move |_| lab.with(&slice))
    }

    fn act(self, command: impl FnOnce(&mut Lab)) {
        self.still.set(false);
        self.lab.update(command);
    }
}

/// The button that opens the laboratory, and the laboratory.
pub fn lab_button() -> AnyView {
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let open = RwSignal::new(false);
    let show = move |_| {
        open.set(true);
        if let Some(dialog) = dialog.get_untracked() {
            // It fails only where the dialog is open already.
            let _ = dialog.show_modal();
        }
    };
    view! {
        <button type="button" class="twin-switch lab-open" on:click=show>"laboratory"</button>
        <dialog
            class="lab"
            aria-labelledby="lab-title"
            node_ref=dialog
            on:close=move |_| open.set(false)
        >
            {move || open.get().then(|| view! { <Laboratory dialog /> })}
        </dialog>
    }
    .into_any()
}

#[component]
fn Laboratory(dialog: NodeRef<Dialog>) -> impl IntoView {
    let bench = Bench {
        lab: RwSignal::new(Lab::new()),
        camera: RwSignal::new(Camera::Fit),
        port: RwSignal::new(Port { w: 0.0, h: 0.0 }),
        still: RwSignal::new(false),
    };
    play_clock(bench);
    view! {
        <div class="lab-stage" on:keydown=move |ev| keys(bench, &ev)>
            <header class="lab-top">
                <h2 class="wordmark" id="lab-title">"Tree laboratory"</h2>
                <PresetSelect bench />
                <VersionSelect bench />
                <button
                    type="button"
                    class="lab-close"
                    on:click=move |_| if let Some(dialog) = dialog.get_untracked() { dialog.close() }
                >
                    "Close laboratory"
                </button>
                <Coverage bench />
            </header>
            <EditorPane bench />
            <PicturePane bench />
            <ReportPane bench />
            <Bar bench />
            <p class="lab-caption" role="status" aria-label="What the line did">
                {
                    let caption = bench.memo(Lab::caption);
                    move || caption.get()
                }
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn PresetSelect(bench: Bench) -> impl IntoView {
    let chosen = bench.memo(|lab| lab.preset().map_or("", |it| it.id));
    let options = LAB_PRESETS.iter().map(|preset| {
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
        bench.act(|lab| lab.load(&id));
    };
    view! {
        <label class="field">
            <span>"example"</span>
            <select on:change=choose>
                {options.collect_view()}
                <option value="" prop:selected=move || chosen.get().is_empty()>"own lines"</option>
            </select>
        </label>
    }
    .into_any()
}

#[component]
fn VersionSelect(bench: Bench) -> impl IntoView {
    let version = bench.memo(Lab::version);
    let options = Version::ALL.map(|it| {
        view! {
            <option value=it.id() prop:selected=move || version.get() == it>{it.range()}</option>
        }
    });
    let choose = move |ev| {
        if let Ok(version) = event_target_value(&ev).parse() {
            bench.act(|lab| lab.set_version(version));
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
    let version = bench.memo(Lab::version);
    let rules = move || {
        let lines = differences(version.get()).into_iter();
        lines.map(|line| view! { <li>{line}</li> }).collect_view()
    };
    let summary = move || {
        let n = differences(version.get()).len();
        match version.get() {
            Version::V3_8 => format!("{n} rules of the first version"),
            _ => format!("{n} rules differ from the version before"),
        }
    };
    view! {
        <div class="lab-rules">
            <span class="quiet">{move || format!("Checked by: {}.", version.get().coverage())}</span>
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
                <span class="bar-word">"Step"</span>
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
