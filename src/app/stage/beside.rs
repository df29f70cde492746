//! Two designs side by side: their names, the first difference, and the columns of the second one.

use crate::app::kit::prelude::*;

use super::lanes::second_lanes;
use super::sides::{SIDES, side, side_tag, side_text};
use super::strata::second_strata;
use crate::app::kit::{list, option};
use crate::app::shell::Desk;
use crate::kernel::{Design, Row};
use crate::session::{Session, Stage};
use crate::view::{Beside, KnobRow};

/// The panel about the two designs, and the columns of the second one. They exist while two designs
/// are compared.
pub fn beside_panels() -> AnyView {
    let desk = Desk::of_page();
    let keys = desk.keys(|s| s.beside.iter().map(|_| ()).collect());
    list(keys, move |()| {
        view! { {about(desk)} {second_strata(desk)} {second_lanes(desk)} }.into_any()
    })
}

/// What the last step did under the second design.
pub fn second_caption(desk: Desk) -> AnyView {
    view! {
        <p class="caption caption-second" hidden=desk.flag(|s| s.beside.is_none())>
            {side_tag(desk, 1)}
            " "
            {side_text(desk, 1, |side| side.caption.clone())}
        </p>
        <p
            class="caption-finding finding-second"
            hidden=desk.flag(|s| side(s, 1).is_none_or(|side| side.finding.is_none()))
        >
            {side_text(desk, 1, |side| side.finding.clone().unwrap_or_default())}
        </p>
    }
    .into_any()
}

/// The two designs, the first difference, and the knobs.
fn about(desk: Desk) -> AnyView {
    let knobs = desk.keys(|s| s.beside.as_ref().map_or(Vec::new(), |it| it.knobs.clone()));
    view! {
        <section class="panel area-beside" aria-labelledby="beside-title">
            <div class="panel-head">
                <h2 class="panel-title" id="beside-title">
                    "Two designs"
                </h2>
                <button
                    type="button"
                    class="twin-switch"
                    on:click=move |_| desk.act(Session::swap_sides)
                >
                    "swap A and B"
                </button>
                <button
                    type="button"
                    class="twin-switch beside-end"
                    on:click=move |_| desk.act(|s| s.compare_with(None))
                >
                    "stop comparing"
                </button>
            </div>
            <div class="panel-body beside-body" tabindex="0" role="group" aria-label="A and B">
                {standing(desk, 0)} {standing(desk, 1)} {second_select(desk)}
                <p class="beside-difference" role="status" aria-label="First difference">
                    {desk.text(|s| s.beside.as_ref().map_or(String::new(), Beside::told))}
                </p>
                {go_to_difference(desk)}
                <h3 class="panel-title">"Knobs that differ"</h3>
                <ul class="beside-knobs" aria-label="Knobs that differ">
                    {list(knobs, knob)}
                </ul>
            </div>
        </section>
    }
    .into_any()
}

/// A side's design and verdict, on one line.
fn standing(desk: Desk, number: usize) -> AnyView {
    let kind = desk.text(move |s| side(s, number).map_or("", |side| side.badge.kind.word()).into());
    view! {
        <p class="beside-side" data-kind=kind>
            <b class="side-tag">{SIDES[number]}</b>
            " "
            <span class="mono">{side_text(desk, number, |side| side.design.clone())}</span>
            " "
            <strong>{side_text(desk, number, |side| side.badge.word.into())}</strong>
            <span>{side_text(desk, number, |side| format!(": {}", side.badge.text))}</span>
        </p>
    }
    .into_any()
}

/// The choice of the second design: all rows, and the current one if it differs from its row.
fn second_select(desk: Desk) -> AnyView {
    let is = |name: String| desk.flag(move |s| side(s, 1).is_some_and(|side| side.design == name));
    let rows =
        Row::ALL.iter().map(|row| option(row.id().into(), row.id().into(), is(row.id().into())));
    let rows: Vec<AnyView> = rows.collect();
    let is_variant = |name: &String| Row::ALL.iter().all(|row| row.id() != name);
    let variant = desk.keys(move |s| {
        side(s, 1).map(|side| side.design.clone()).filter(is_variant).into_iter().collect()
    });
    let variant = list(variant, move |name| {
        let here = name.clone();
        let selected = desk.flag(move |s| side(s, 1).is_some_and(|side| side.design == here));
        option(name.clone(), name, selected)
    });
    let choose = move |ev| {
        if let Ok(design) = Design::parse(&event_target_value(&ev)) {
            desk.act(|s| s.compare_with(Some(design)));
        }
    };
    view! {
        <label class="field">
            <span>"B is"</span>
            <select id="beside-field" aria-label="Second design" {..named("autocomplete", "off")} on:change=choose>
                {rows} {variant}
            </select>
        </label>
    }
    .into_any()
}

fn go_to_difference(desk: Desk) -> AnyView {
    let at = |stage: &Stage| {
        stage.beside.as_ref().and_then(|beside| beside.difference.as_ref()).map(|it| it.at)
    };
    let go = move |_| {
        if let Some(at) = desk.peek(at) {
            desk.act(|s| s.seek(at));
        }
    };
    view! {
        <button
            type="button"
            class="beside-go"
            hidden=desk.flag(move |s| at(s).is_none_or(|at| at == s.place.0))
            on:click=go
        >
            "Go to the first difference"
        </button>
    }
    .into_any()
}

fn knob(KnobRow { id, what, values: [one, other], steps }: KnobRow) -> AnyView {
    view! {
        <li>
            <b class="mono">{id}</b>
            " "
            <span class="mono">{one}</span>
            " / "
            <span class="mono">{other}</span>
            <span class="quiet">{format!(": {what}. ")}</span>
            <span class="beside-steps">{steps}</span>
        </li>
    }
    .into_any()
}
