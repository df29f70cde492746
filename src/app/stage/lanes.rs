//! The timetable: which actor ran when, in which function, and which had to wait.

use crate::app::kit::prelude::*;

use super::branches::branches;
use super::sides::side_head;
use crate::app::kit::rove;
use crate::app::kit::{derived, keep_focus, list};
use crate::app::shell::{Desk, Parts, marks, name, opener, tables};
use crate::kernel::Actor;
use crate::session::Stage;
use crate::view::facts::Object;
use crate::view::panels::Switch;
use crate::view::{Lanes, Span, SpanId, SpanKind};

/// Lanes of actors over steps.
pub fn lanes() -> Parts {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.panels.has(Switch::Lanes));
    let legend = derived(|| "hatched: waits, upper edge: holds a lock".to_string());
    let body = view! {
        <div class="panel-body" hidden=hidden>
            {side_head(desk, 0)} {branches()} {picture(desk, Of::Run)}
        </div>
        {tables(desk, Switch::Lanes, |s| vec![s.lanes.table()])}
    };
    Parts { aside: Some(legend), button: Some(opener("traces")), body: body.into_any() }
}

/// The side whose lanes are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The first design, which is the run's.
    Run,
    /// The second design of a comparison.
    Second,
}

impl Of {
    fn read(self, stage: &Stage) -> &Lanes {
        match (self, &stage.beside) {
            (Of::Second, Some(beside)) => &beside.sides[1].lanes,
            (Of::Run, _) | (Of::Second, None) => &stage.lanes,
        }
    }
}

/// The timetable under the second of two designs.
pub fn second_lanes(desk: Desk) -> AnyView {
    view! {
        <section class="panel area-lanes-b" aria-labelledby="lanes-b-title">
            <div class="panel-head">
                <h2 class="panel-title" id="lanes-b-title">
                    "Lanes of B"
                </h2>
            </div>
            <div class="panel-body">{side_head(desk, 1)} {picture(desk, Of::Second)}</div>
        </section>
    }
    .into_any()
}

fn picture(desk: Desk, of: Of) -> AnyView {
    let label = desk.text(move |s| {
        let lanes = of.read(s);
        let mut text = match lanes.steps {
            0 => "Lanes, no step yet".into(),
            steps => format!("Lanes of steps {} to {}", lanes.first + 1, lanes.first + steps),
        };
        for it in &lanes.milestones {
            text += &format!("; {}", it.text);
        }
        match (of, &s.beside) {
            (Of::Second, Some(beside)) => format!("{text}, under {}", beside.sides[1].design),
            (Of::Run, _) | (Of::Second, None) => text,
        }
    });
    let names = desk.keys(move |s| of.read(s).lanes.iter().map(|lane| lane.name.clone()).collect());
    let ticks = desk.keys(move |s| {
        let &Lanes { first, steps, columns, .. } = of.read(s);
        let every = if columns > 40 { 10 } else { 5 };
        let marked = (1..=steps).filter(|i| (first + i).is_multiple_of(every));
        marked.map(|i| (i, first + i)).collect()
    });
    let tick = |(column, step): (usize, usize)| {
        view! { <span style:grid-column=column.to_string()>{step.to_string()}</span> }.into_any()
    };
    view! {
        <div
            class="lanes"
            style=("--columns", desk.text(move |s| of.read(s).columns.to_string()))
            style=("--first", desk.text(move |s| of.read(s).first.to_string()))
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
                {list(names, move |name| lane(desk, of, name))}
            </div>
            <i
                class="lane-cursor"
                style=("--at", desk.text(move |s| (of.read(s).cursor - of.read(s).first).to_string()))
            ></i>
            {match of {
                Of::Run => marks(desk, |s| s.lanes.first, |s| &s.lanes.milestones, true),
                Of::Second => marks(
                    desk,
                    |s| Of::Second.read(s).first,
                    |s| &Of::Second.read(s).milestones,
                    true,
                ),
            }}
        </div>
    }
    .into_any()
}

fn lane(desk: Desk, of: Of, lane: String) -> AnyView {
    // The device and the power supply act after a power cut too.
    let object = desk.peek(|s| of.read(s).lane(&lane).map(|lane| lane.object));
    let runs_on =
        matches!(object, Some(Object::Device | Object::Actor(Actor::Shrinker | Actor::Power)));
    let off =
        desk.text(move |s| if s.power.is_some() && !runs_on { " off" } else { "" }.to_string());
    let key = lane.clone();
    let object = desk.text(move |s| {
        of.read(s).lane(&key).map(|lane| lane.object.to_string()).unwrap_or_default()
    });
    let key = lane.clone();
    let keys = desk.keys(move |s| {
        let spans = of.read(s).lane(&key).map_or(&[][..], |lane| &lane.spans);
        spans.iter().map(Span::id).collect()
    });
    let key = lane.clone();
    let draw = move |id: SpanId| draw_span(desk, of, &key, &id);
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

fn draw_span(desk: Desk, of: Of, lane: &str, id: &SpanId) -> AnyView {
    let span = desk.peek(|s| of.read(s).span(lane, id).cloned());
    let Some(span) = span else { return ().into_any() };
    let class = match span.kind {
        SpanKind::Ran => "span-ran",
        SpanKind::Waited => "span-waited",
        SpanKind::Held => "span-held",
        SpanKind::Flew => "span-flew",
    };
    let (from, len) = (span.from, span.len);
    let go = move || keep_focus(&mut || desk.act(|s| s.seek(from + len)));
    // If there is room for one part only, the style sheet hides the second part by wrapping it. The
    // zero-width space makes that part wrap as a whole.
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
