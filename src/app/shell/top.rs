//! The top bar: scenario, design and verdict.

use crate::app::kit::prelude::*;

use super::ask::ask_button;
use super::copy::{copy_of, mail};
use super::desk::Desk;
use super::glossary::words_button;
use super::knobs::knobs_button;
use super::palette::commands_button;
use super::words::words;
use crate::app::kit::{list, option};
use crate::kernel::{Design, Promise, Row};
use crate::scenario::{PRESETS, THEMES};
use crate::session::{Command, Session};

/// Wordmark, scenario, design, verdict and theme.
pub fn top() -> AnyView {
    let desk = Desk::of_page();
    view! {
        <header class="area-top">
            <h1 class="wordmark">"extentscope"</h1>
            {scenario_select(desk)}
            {design_select(desk)}
            {verdict(desk)}
            <div class="top-actions">{lessons_button(desk)} {compare_button(desk)} {knobs_button()} {explorer_button()} {commands_button()} {about_button()}</div>
            <div class="top-line">
                <div class="top-says">
                    <p
                        class="story design-story"
                        title=desk.text(|s| format!("{} {}", s.design.1, s.design.2))
                    >
                        {words(desk.text(|s| s.design.1.into()))} " "
                        <cite>{desk.text(|s| s.design.2.into())}</cite>
                    </p>
                    {checked()}
                </div>
                {known(desk)}
                <div class="top-rest">{share(desk)} {words_button()} {theme_select(desk)}</div>
            </div>
        </header>
    }
    .into_any()
}

/// Says how the model was checked. `index.html` copies that document next to the page.
fn checked() -> AnyView {
    view! {
        <a class="top-checked" href="conformance.md" {..named("target", "_blank")}>
            "Checked against traces of kernels 6.1 and 6.12"
        </a>
    }
    .into_any()
}

/// Starts the lessons, or returns to the one that was left.
fn lessons_button(desk: Desk) -> AnyView {
    view! {
        <button type="button" on:click=move |_| {
            desk.act(|s| s.command(Command::Lessons));
        }>"Lessons"</button>
    }
    .into_any()
}

/// The button that shows a second design beside the run's, or removes it.
fn compare_button(desk: Desk) -> AnyView {
    view! {
        <button
            type="button"
            id="compare"
            title="Two designs in lock step"
            aria-pressed=desk.text(|s| s.beside.is_some().to_string())
            on:click=move |_| desk.act(Session::toggle_compare)
        >
            "Compare"
        </button>
    }
    .into_any()
}

/// The button of the greeting. `static/boot.js` finds it by its id.
fn about_button() -> AnyView {
    view! { <button type="button" id="about">"About"</button> }.into_any()
}

/// The button of the explorer. `static/boot.js` finds it by its id, and tells an error below the caption if
/// the explorer cannot be fetched.
fn explorer_button() -> AnyView {
    view! {
        <button type="button" id="explore">
            "Explore"
        </button>
    }
    .into_any()
}

fn scenario_select(desk: Desk) -> AnyView {
    let options = PRESETS.iter().map(|preset| {
        let text = format!("{}: {}", preset.id, preset.title);
        option(preset.id.into(), text, desk.editor_flag(|e| e.preset == preset.id))
    });
    let options: Vec<AnyView> = options.collect();
    view! {
        <label class="field">
            <span>"scenario"</span>
            <select id="scenario-field" {..named("autocomplete", "off")} on:change=move |ev| {
                let id = event_target_value(&ev);
                desk.act(|s| s.load_preset(&id));
            }>
                {options}
                <option
                    value=""
                    prop:selected=desk.editor_flag(|e| e.preset.is_empty())
                    prop:disabled=desk.editor_flag(|e| !e.preset.is_empty())
                >
                    {desk.editor_text(|e| e.other.clone())}
                </option>
            </select>
        </label>
    }
    .into_any()
}

/// The select of designs: the rows, and the current design if its knobs differ from its row.
fn design_select(desk: Desk) -> AnyView {
    let rows = Row::ALL
        .iter()
        .map(|row| option(row.id().into(), row.id().into(), desk.flag(|s| s.design.0 == row.id())));
    let rows: Vec<AnyView> = rows.collect();
    let is_variant = |name: &str| Row::ALL.iter().all(|row| row.id() != name);
    let variant = desk
        .keys(move |s| Some(s.design.0.clone()).filter(|n| is_variant(n)).into_iter().collect());
    let variant = list(variant, move |name| {
        let here = name.clone();
        option(name.clone(), name, desk.flag(move |s| s.design.0 == here))
    });
    let choose = move |ev| {
        if let Ok(design) = Design::parse(&event_target_value(&ev)) {
            desk.act(|s| s.set_design(design));
        }
    };
    view! {
        <label class="field">
            <span>"design"</span>
            <select id="design-field" {..named("autocomplete", "off")} on:change=choose>{rows} {variant}</select>
        </label>
    }
    .into_any()
}

fn verdict(desk: Desk) -> AnyView {
    let kind = desk.text(|s| s.badge.kind.word().into());
    let text = desk.text(|s| s.badge.text.clone());
    view! {
        <div class="verdict" role="group" aria-label="Verdict" data-kind=kind>
            <strong>{desk.text(|s| s.badge.word.into())}</strong>
            " "
            <span title=text>{words(text)}</span>
        </div>
    }
    .into_any()
}

/// The promises that some order of the steps is known to break.
fn known(desk: Desk) -> AnyView {
    view! {
        <div
            class="known"
            role="group"
            aria-label="Known bad runs"
            hidden=desk.flag(|s| s.known_broken.is_empty() || s.lesson.is_some())
        >
            <span class="quiet">"some order breaks"</span>
            {known_buttons(desk)}
        </div>
    }
    .into_any()
}

/// A button for each of those promises, which shows the shortest run that breaks it.
pub fn known_buttons(desk: Desk) -> AnyView {
    let keys = desk.keys(|s| s.known_broken.clone());
    let show = move |promise: Promise| {
        let id = promise.id();
        let label = format!("Show a run that breaks {id}");
        view! {
            <button
                type="button"
                aria-label=label
                on:click=move |_| desk.act(|s| s.show_known(promise))
            >
                <span {..named("data-says", promise.sentence())}>{id}</span>
            </button>
        }
        .into_any()
    };
    list(keys, show)
}

/// The copy buttons. The address bar always contains the link.
fn share(desk: Desk) -> AnyView {
    view! {
        <div class="share" role="group" aria-label="Copy">
            <span class="quiet">"copy"</span>
            {copy(desk, "link", |_| String::new())}
            {copy(desk, "mail", mail)}
            {copy(desk, "script", |s| s.text().into())}
            {copy(desk, "steps", Session::steps_text)}
            {ask_button()}
            <button type="button" id="save" title="Pictures, data, print, embed">
                "save"
            </button>
        </div>
    }
    .into_any()
}

fn copy(desk: Desk, what: &'static str, text: fn(&Session) -> String) -> AnyView {
    view! {
        <button type="button" aria-label=format!("Copy {what}") on:click=move |_| copy_of(desk, what, text)>
            {what}
        </button>
    }
    .into_any()
}

fn theme_select(desk: Desk) -> AnyView {
    let options = (0..).zip(THEMES).map(|(at, name): (u8, &str)| {
        option(name.into(), name.into(), desk.flag(move |s| s.frame.theme == at))
    });
    let options: Vec<AnyView> = options.collect();
    view! {
        <label class="field theme">
            <span>"theme"</span>
            <select id="theme-field" on:change=move |ev| desk.act(|s| s.set_theme(&event_target_value(&ev)))>{options}</select>
        </label>
    }
    .into_any()
}
