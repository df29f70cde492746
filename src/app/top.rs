//! The top bar: what is run, under which design, and how it stands.

use leptos::prelude::*;

use super::desk::Desk;
use super::theme;
use crate::kernel::{Design, Row};
use crate::scenario::PRESETS;
use crate::view::{BadgeKind, Preselect, badge};

/// Wordmark, scenario, design, verdict, theme.
#[component]
pub fn Top() -> impl IntoView {
    let desk = Desk::of_page();
    let row = desk.memo(|s| s.design().row);
    let design = desk.memo(|s| s.design().to_string());
    view! {
        <header class="area-top">
            <h1 class="wordmark">"extentscope"</h1>
            <ScenarioSelect />
            <DesignSelect design />
            <VerdictBadge />
            <ThemeSelect />
            <p class="story design-story">
                {move || row.get().story()} " " <cite>{move || row.get().source()}</cite>
            </p>
        </header>
    }
    .into_any()
}

#[component]
fn ScenarioSelect() -> impl IntoView {
    let desk = Desk::of_page();
    let chosen = desk.memo(|s| s.preselect());
    let options = PRESETS.iter().map(|preset| {
        let here = Preselect::Preset(preset.id);
        view! {
            <option value=preset.id prop:selected=move || chosen.get() == here>
                {format!("{}: {}", preset.id, preset.title)}
            </option>
        }
    });
    view! {
        <label class="field">
            <span>"scenario"</span>
            <select on:change=move |ev| {
                let id = event_target_value(&ev);
                desk.act(|s| s.load_preset(&id));
            }>
                {options.collect_view()}
                <option value="" prop:selected=move || chosen.get() == Preselect::Own>
                    "own script"
                </option>
            </select>
        </label>
    }
    .into_any()
}

/// The named designs, and the one at hand if it is a variant of one.
#[component]
fn DesignSelect(design: Memo<String>) -> impl IntoView {
    let desk = Desk::of_page();
    let names = Memo::new(move |_| {
        let mut names: Vec<String> = Row::ALL.iter().map(|row| row.id().to_string()).collect();
        if !names.contains(&design.get()) {
            names.push(design.get());
        }
        names
    });
    let option = move |name: String| {
        let here = name.clone();
        view! {
            <option value=name.clone() prop:selected=move || design.get() == here>
                {name.clone()}
            </option>
        }
    };
    let choose = move |ev| {
        if let Ok(design) = Design::parse(&event_target_value(&ev)) {
            desk.act(|s| s.set_design(design));
        }
    };
    view! {
        <label class="field">
            <span>"design"</span>
            <select on:change=choose>
                <For each=move || names.get() key=String::clone children=option />
            </select>
        </label>
    }
    .into_any()
}

#[component]
fn VerdictBadge() -> impl IntoView {
    let badge = Desk::of_page().memo(|s| badge(s.run()));
    let kind = move || match badge.get().kind {
        BadgeKind::Deadlock => "deadlock",
        BadgeKind::Broken => "broken",
        BadgeKind::Bound => "bound",
        BadgeKind::Finished => "finished",
        BadgeKind::Running => "running",
    };
    view! {
        <div class="verdict" role="group" aria-label="Verdict" data-kind=kind>
            <strong>{move || badge.get().word}</strong>
            " "
            <span title=move || badge.get().text>{move || badge.get().text}</span>
        </div>
    }
    .into_any()
}

#[component]
fn ThemeSelect() -> impl IntoView {
    let options = theme::ALL.iter().map(|name| view! { <option value=*name>{*name}</option> });
    view! {
        <label class="field theme">
            <span>"theme"</span>
            <select on:change=move |ev| theme::set(&event_target_value(&ev))>
                {options.collect_view()}
            </select>
        </label>
    }
    .into_any()
}
