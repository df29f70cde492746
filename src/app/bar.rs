//! The step bar, the clock that plays, the keys, and the caption.

use core::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::desk::Desk;
use super::parts::{icon, shapes};
use crate::view::finding;
use crate::view::narrate::caption;

/// Tenths of a second for a step, from slow to fast, evenly on a logarithmic scale.
const PACES: [(&str, u32); 6] = [
    ("one step in 4 s", 4000),
    ("one step in 2 s", 2000),
    ("1 step a second", 1000),
    ("2 steps a second", 500),
    ("4 steps a second", 250),
    ("10 steps a second", 100),
];

/// Buttons, speed and slider.
#[component]
pub fn Bar() -> impl IntoView {
    let desk = Desk::of_page();
    let playing = desk.memo(|s| s.is_playing());
    let pace = RwSignal::new(2_usize);
    play_clock(desk, playing, pace);
    let place = desk.memo(|s| (s.run().cursor(), s.run().choices().len()));
    let can_step = desk.memo(|s| s.next_choice().is_some());
    let at_start = move || (place.get().0 == 0).to_string();
    view! {
        <div class="area-bar" role="group" aria-label="Run">
            <button type="button" aria-label="Go to the start" aria-disabled=at_start on:click=move |_| desk.act(|s| s.seek(0))>
                {icon(shapes::FIRST)}
            </button>
            <button type="button" aria-label="Step back" aria-disabled=at_start on:click=move |_| desk.act(|s| s.back())>
                {icon(shapes::BACK)}
            </button>
            <button
                type="button"
                class="bar-play"
                aria-label=move || if playing.get() { "Pause" } else { "Play" }
                on:click=move |_| desk.act(|s| s.toggle_play())
            >
                {move || icon(if playing.get() { shapes::PAUSE } else { shapes::PLAY })}
                <span class="bar-word">{move || if playing.get() { "Pause" } else { "Play" }}</span>
            </button>
            <button
                type="button"
                class="is-primary bar-step"
                id="step-forward"
                aria-label="Step forward"
                aria-disabled=move || (!can_step.get()).to_string()
                on:click=move |_| { desk.act(|s| s.forward()); }
            >
                {icon(shapes::FORWARD)}
                <span class="bar-word">"Step"</span>
            </button>
            <button type="button" aria-label="Go to the end" on:click=move |_| desk.act(|s| s.seek(usize::MAX))>
                {icon(shapes::LAST)}
            </button>
            <label class="field bar-speed">
                <span>"speed"</span>
                <input
                    type="range"
                    min="0"
                    max=PACES.len() - 1
                    aria-valuetext=move || PACES[pace.get()].0
                    prop:value=move || pace.get().to_string()
                    on:input=move |ev| {
                        let at: usize = event_target_value(&ev).parse().unwrap_or(2);
                        pace.set(at.min(PACES.len() - 1));
                    }
                />
            </label>
            <Slider />
        </div>
    }
    .into_any()
}

#[component]
fn Slider() -> impl IntoView {
    let desk = Desk::of_page();
    let place = desk.memo(|s| (s.run().cursor(), s.run().choices().len()));
    let spoken = desk.memo(|s| {
        format!("step {} of {}: {}", s.run().cursor(), s.run().choices().len(), caption(s.run()))
    });
    view! {
        <input
            class="bar-slider"
            type="range"
            min="0"
            aria-label="Step of the run"
            aria-valuetext=move || spoken.get()
            max=move || place.get().1.to_string()
            prop:value=move || place.get().0.to_string()
            on:input=move |ev| {
                let step: usize = event_target_value(&ev).parse().unwrap_or(0);
                desk.act(|s| s.seek(step));
            }
        />
        <output class="bar-place">
            {move || {
                let (at, of) = place.get();
                format!("step {at} of {of}")
            }}
        </output>
    }
    .into_any()
}

/// Ticks while the run plays; started and stopped by what the desk says.
fn play_clock(desk: Desk, playing: Memo<bool>, pace: RwSignal<usize>) {
    Effect::new(move |_| {
        if !playing.get() {
            return;
        }
        let every = Duration::from_millis(PACES[pace.get()].1.into());
        if let Ok(clock) = set_interval_with_handle(move || desk.act(|s| s.tick()), every) {
            on_cleanup(move || clock.clear());
        }
    });
}

/// What the last step did, what it means, and what a person should know about the last command.
#[component]
pub fn Caption() -> impl IntoView {
    let desk = Desk::of_page();
    let text = desk.memo(|s| match s.run().cursor() {
        0 => caption(s.run()),
        step => format!("Step {step}. {}", caption(s.run())),
    });
    let wrong = desk.memo(|s| finding(s.run()));
    let notice = desk.memo(|s| s.notice().map(String::from));
    let live = desk.memo(|s| {
        // While it plays, only a finding is worth an interruption.
        if s.is_playing() && finding(s.run()).is_none() { "off" } else { "polite" }
    });
    view! {
        <div
            class="area-caption"
            role="status"
            aria-label="What happened"
            aria-live=move || live.get()
        >
            <p class="caption">{move || text.get()}</p>
            <p class="caption-finding" hidden=move || wrong.get().is_none()>
                {move || wrong.get()}
            </p>
            <p class="caption-notice" hidden=move || notice.get().is_none()>
                {move || notice.get()}
            </p>
        </div>
    }
    .into_any()
}

/// The page's keys. Keys that the focused control uses itself are left to it.
pub fn listen_to_keys() {
    let desk = Desk::of_page();
    let handle = window_event_listener(leptos::ev::keydown, move |ev| {
        if ev.ctrl_key() || ev.alt_key() || ev.meta_key() || ev.default_prevented() {
            return;
        }
        let focused = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let focused = focused.map(|e| e.tag_name().to_ascii_lowercase()).unwrap_or_default();
        if matches!(focused.as_str(), "input" | "textarea" | "select") {
            return;
        }
        match ev.key().as_str() {
            " " if focused != "button" => desk.act(|s| s.toggle_play()),
            "ArrowRight" | "l" => {
                desk.act(|s| s.forward());
            }
            "ArrowLeft" | "h" => desk.act(|s| s.back()),
            "Home" => desk.act(|s| s.seek(0)),
            "End" => desk.act(|s| s.seek(usize::MAX)),
            _ => return,
        }
        ev.prevent_default();
    });
    on_cleanup(move || handle.remove());
}
