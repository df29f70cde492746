//! The timetable: who ran when, in which function, and who had to wait.

use crate::app::kit::prelude::*;

use super::branches::branches;
use crate::app::kit::rove;
use crate::app::kit::{derived, keep_focus, list};
use crate::app::shell::Desk;
use crate::app::shell::{marks, name, panel_head, tables};
use crate::session::Switch;
use crate::view::{Lanes, Span, SpanKind};

/// Lanes over steps.
pub fn lanes_panel() -> AnyView {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.panels.has(Switch::Lanes));
    let legend = derived(|| "hatched: waits, upper edge: holds a lock".to_string());
    view! {
        <section class="panel area-lanes" aria-labelledby="lanes-title">
            {panel_head("lanes-title", "Lanes", Some(legend), Some(Switch::Lanes))}
            <div class="panel-body" hidden=hidden>
                {branches()}
                {picture(desk)}
            </div>
            {tables(desk, Switch::Lanes, |s| vec![s.lanes.table()])}
        </section>
    }
    .into_any()
}

fn picture(desk: Desk) -> AnyView {
    let label = desk.text(|s| {
        let mut text = match s.lanes.steps {
            0 => "Lanes, no step yet".into(),
            steps => format!("Lanes of steps {} to {}", s.lanes.first + 1, s.lanes.first + steps),
        };
        for it in &s.lanes.milestones {
            text += &format!("; {}", it.text);
        }
        text
    });
    let names = desk.keys(|s| s.lanes.lanes.iter().map(|lane| lane.name.clone()).collect());
    let ticks = desk.keys(|s| {
        let Lanes { first, steps, columns, .. } = s.lanes;
        let every = if columns > 40 { 10 } else { 5 };
        let marked = (1..=steps).filter(|i| (first + i).is_multiple_of(every));
        marked.map(|i| format!("{i} {}", first + i)).collect()
    });
    let tick = |key: String| {
        let (column, text) = key.split_once(' ').unwrap_or(("1", ""));
        view! { <span style:grid-column=column.to_string()>{text.to_string()}</span> }.into_any()
    };
    view! {
        <div
            class="lanes"
            style=("--columns", desk.text(|s| s.lanes.columns.to_string()))
            style=("--first", desk.text(|s| s.lanes.first.to_string()))
        >
            <div class="lane lane-ruler" aria-hidden="true">
                <span class="lane-name">"step"</span>
                <div class="lane-steps">{list(ticks, tick)}</div>
            </div>
            <div
                class="lane-rows"
                role="grid"
                aria-readonly="true"
                aria-label=label
                tabindex="0"
                on:keydown=|ev| rove(&ev, "[role=gridcell]")
            >
                {list(names, move |name| lane(desk, name))}
            </div>
            <i
                class="lane-cursor"
                style=("--at", desk.text(|s| (s.lanes.cursor - s.lanes.first).to_string()))
            ></i>
            {marks(desk, |s| s.lanes.first, |s| &s.lanes.milestones, true)}
        </div>
    }
    .into_any()
}

fn lane(desk: Desk, lane: String) -> AnyView {
    let runs_on = matches!(lane.as_str(), "device" | "environment");
    let off =
        desk.text(move |s| if s.power.is_some() && !runs_on { " off" } else { "" }.to_string());
    let key = lane.clone();
    let object = desk
        .text(move |s| s.lanes.lane(&key).map(|lane| lane.object.to_string()).unwrap_or_default());
    let key = lane.clone();
    let keys = desk.keys(move |s| {
        let spans = s.lanes.lane(&key).map_or(&[][..], |lane| &lane.spans);
        spans.iter().map(Span::key).collect()
    });
    let key = lane.clone();
    let draw = move |span: String| draw_span(desk, &key, &span);
    view! {
        <div class="lane" role="row">
            <span class="lane-name mono" role="rowheader">
                {name(object, lane)} <span class="tag">{off}</span>
            </span>
            <div class="lane-steps" role="presentation">{list(keys, draw)}</div>
        </div>
    }
    .into_any()
}

fn draw_span(desk: Desk, lane: &str, key: &str) -> AnyView {
    let span = desk.peek(|s| s.lanes.span(lane, key).cloned());
    let Some(span) = span else { return ().into_any() };
    let class = match span.kind {
        SpanKind::Ran => "span-ran",
        SpanKind::Waited => "span-waited",
        SpanKind::Held => "span-held",
        SpanKind::Flew => "span-flew",
    };
    let (from, len) = (span.from, span.len);
    let go = move || keep_focus(&mut || desk.act(|s| s.seek(from + len)));
    // Where there is room for one part only, the style sheet wraps the second part out of sight.
    // The zero-width space makes it wrap as a whole.
    let (word, about) = match span.about.is_empty() {
        false => (format!("{} ", span.word), format!("\u{200b}{}", span.about)),
        true => (span.word, String::new()),
    };
    view! {
        <span
            class=class
            role="gridcell"
            tabindex="-1"
            style=("--from", from.to_string())
            style=("--steps", len.to_string())
            title=span.steps.join("\n")
            on:click=move |_| go()
            on:keydown=move |ev| if ev.key() == "Enter" {
                ev.prevent_default();
                go();
            }
        >
            <span>{word}</span>
            <span>{about}</span>
        </span>
    }
    .into_any()
}
