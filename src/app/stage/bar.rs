//! The step bar, the clock for playing, and the caption.

use core::time::Duration;

use crate::app::kit::prelude::*;

use super::beside::second_caption;
use super::sides::side_tag;
use crate::app::kit::{derived, icon, keep_focus, list, shapes};
use crate::app::shell::commands;
use crate::app::shell::mark_class;
use crate::app::shell::{Desk, known_buttons, words};
use crate::session::{Command, Stage};
use crate::view::{BadgeKind, Milestone};

/// Milliseconds per step, from slow to fast, about evenly spaced on a logarithmic scale.
const PACES: [(&str, u32); 6] = [
    ("one step in 4 s", 4000),
    ("one step in 2 s", 2000),
    ("1 step a second", 1000),
    ("2 steps a second", 500),
    ("4 steps a second", 250),
    ("10 steps a second", 100),
];

/// Buttons, speed and slider.
pub fn bar() -> AnyView {
    let desk = Desk::of_page();
    let playing = desk.flag(|s| s.is_playing);
    let pace = RwSignal::new(2_usize);
    play_clock(desk, playing, pace);
    let no_switch = |read: fn(&Stage) -> bool| desk.text(move |s| (!read(s)).to_string());
    let at_start = desk.text(|s| (s.place.0 == 0).to_string());
    let at_end = desk.text(|s| (s.place.0 == s.place.1).to_string());
    let verb = derived(move || if playing.get() { "Pause" } else { "Play" }.to_string());
    let shape =
        derived(move || if playing.get() { shapes::PAUSE } else { shapes::PLAY }.to_string());
    view! {
        <div class="area-bar" role="group" aria-label="Run">
            {button(desk, "Go to the start", Command::Start, shapes::FIRST, at_start)}
            {button(desk, "Go back to the last context switch", Command::PreviousSwitch, shapes::BACK_SWITCH, no_switch(|s| s.can_switch.0))}
            {button(desk, "Step back", Command::Back, shapes::BACK, at_start)}
            <button type="button" aria-label=verb on:click=move |_| desk.act(|s| s.toggle_play())>
                {icon(shape)}
                <span class="bar-word">{verb}</span>
            </button>
            <button
                type="button"
                class="is-primary"
                id="step-forward"
                aria-label="Step forward"
                aria-disabled=desk.text(|s| (!s.can_step).to_string())
                on:click=move |_| {
                    desk.act(|s| s.forward());
                }
            >
                {icon(shapes::FORWARD.to_string())}
                <span class="bar-word">"Step"</span>
            </button>
            {button(desk, "Go to the next context switch", Command::NextSwitch, shapes::SWITCH, no_switch(|s| s.can_switch.1))}
            {button(desk, "Go to the end", Command::End, shapes::LAST, at_end)}
            {speed(pace)}
            {faults(desk)}
            {slider(desk)}
        </div>
    }
    .into_any()
}

fn button(
    desk: Desk,
    name: &'static str,
    command: Command,
    shape: &'static str,
    disabled: Signal<String>,
) -> AnyView {
    view! {
        <button
            type="button"
            class=if command == Command::Back { "" } else { "bar-minor" }
            aria-label=name
            title=name
            aria-disabled=disabled
            on:click=move |_| commands::run(desk, command)
        >
            {icon(shape.to_string())}
        </button>
    }
    .into_any()
}

/// Faults of the whole machine. Faults of an object are in its menu and in the inspector. On a
/// narrow screen the bar has no room for them, so they are in the list of steps.
pub fn faults(desk: Desk) -> AnyView {
    let fault = |word: &'static str, title: &'static str, command: Command| {
        view! {
            <button type="button" title=title on:click=move |_| commands::run(desk, command)>
                {word}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="bar-faults row" role="group" aria-label="Faults">
            {fault("power cut", "Cut the power", Command::Power)}
            {fault("memory pressure", "Run the extent status shrinker", Command::Shrink)}
        </div>
    }
    .into_any()
}

fn speed(pace: RwSignal<usize>) -> AnyView {
    view! {
        <label class="field bar-speed">
            <span>"speed"</span>
            <input
                type="range"
                {..named("min", "0")}
                {..named("max", (PACES.len() - 1).to_string())}
                aria-valuetext=derived(move || PACES[pace.get()].0.to_string())
                prop:value=derived(move || pace.get().to_string())
                on:input=move |ev| {
                    let at: usize = event_target_value(&ev).parse().unwrap_or(2);
                    pace.set(at.min(PACES.len() - 1));
                }
            />
        </label>
    }
    .into_any()
}

fn slider(desk: Desk) -> AnyView {
    view! {
        <div class="bar-slider" style=("--steps", desk.text(|s| s.place.1.to_string()))>
            <input
                type="range"
                {..named("min", "0")}
                aria-label="Step of the run"
                aria-valuetext=desk.text(|s| s.spoken.clone())
                {..named("max", desk.text(|s| s.place.1.to_string()))}
                prop:value=desk.text(|s| s.place.0.to_string())
                on:input=move |ev| {
                    let step: usize = event_target_value(&ev).parse().unwrap_or(0);
                    desk.act(|s| s.seek(step));
                }
            />
            {ticks(desk)}
        </div>
        <span class="bar-run">{desk.text(|s| s.run_name.clone())}</span>
        <span class="bar-place">{desk.text(|s| s.spoken.clone())}</span>
    }
    .into_any()
}

/// A tick over the slider at each marked step; a click goes to the step.
fn ticks(desk: Desk) -> AnyView {
    let keys = desk.keys(|s| s.milestones.clone());
    let tick = move |Milestone { step, mark, word, .. }: Milestone| {
        let name = format!("Go to step {step}: {word}");
        view! {
            <button
                type="button"
                class=mark_class(mark)
                title=name.clone()
                aria-label=name
                style=("--at", step.to_string())
                on:click=move |_| desk.act(|s| s.seek(step))
            ></button>
        }
        .into_any()
    };
    list(keys, tick)
}

/// The clock that takes steps while the run plays.
fn play_clock(desk: Desk, playing: Signal<bool>, pace: RwSignal<usize>) {
    Effect::new(move |_| {
        if !playing.get() {
            return;
        }
        let every = Duration::from_millis(PACES[pace.get()].1.into());
        if let Ok(clock) =
            set_interval_with_handle(move || keep_focus(&mut || desk.act(|s| s.tick())), every)
        {
            on_cleanup(move || clock.clear());
        }
    });
}

/// What the last step did and means, and the message about the last command.
pub fn caption() -> AnyView {
    let desk = Desk::of_page();
    let playing = desk.flag(|s| s.is_playing);
    let wrong = desk.flag(|s| s.finding.is_some());
    // While the run plays, a screen reader announces findings only.
    let live =
        derived(move || if playing.get() && !wrong.get() { "off" } else { "polite" }.to_string());
    view! {
        <div class="area-caption" role="status" aria-label="What happened" aria-live=live>
            <p class="caption">
                {side_tag(desk, 0)} " " {words(desk.text(|s| s.caption.clone()))}
            </p>
            <p class="caption-finding" hidden=desk.flag(|s| s.finding.is_none())>
                {words(desk.text(|s| s.finding.clone().unwrap_or_default()))}
            </p>
            // Step and Play take one of many orders, so the end of a good run says that other
            // orders break a promise.
            <p
                class="caption-known known"
                hidden=desk.flag(|s| {
                    s.badge.kind != BadgeKind::Finished || s.known_broken.is_empty() || s.lesson.is_some()
                })
            >
                <span>"This order of the steps keeps all promises; others break some. Show one:"</span>
                {known_buttons(desk)}
            </p>
            {second_caption(desk)}
            <p
                class="caption-notice"
                class:is-trouble=desk.flag(|s| s.is_link_damaged)
                hidden=desk.flag(|s| s.notice.is_none())
            >
                {desk.text(|s| s.notice.clone().unwrap_or_default())}
            </p>
        </div>
    }
    .into_any()
}
