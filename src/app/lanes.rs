//! The timetable: who ran when, in which function, and who had to wait.

use leptos::prelude::*;

use super::chart::Chart;
use super::desk::Desk;
use super::parts::PanelHead;
use crate::view::{Lane, Lanes, Span, SpanKind, lanes};

/// Lanes over steps, and the chart of pending conversions beside them.
#[component]
pub fn LanesPanel() -> impl IntoView {
    let view = Desk::of_page().memo(lanes);
    let table = RwSignal::new(false);
    view! {
        <section class="panel area-lanes" aria-labelledby="lanes-title">
            <PanelHead id="lanes-title" title="Lanes" table />
            <div class="panel-body">
                {move || {
                    if table.get() {
                        view! { <LanesTable view /> }.into_any()
                    } else {
                        view! { <Picture view /> }.into_any()
                    }
                }}
            </div>
        </section>
        <Chart />
    }
    .into_any()
}

#[component]
fn Picture(view: Memo<Lanes>) -> impl IntoView {
    let desk = Desk::of_page();
    let names = Memo::new(move |_| {
        view.with(|v| v.lanes.iter().map(|lane| lane.name.clone()).collect::<Vec<_>>())
    });
    let columns = move || view.with(|v| v.columns).to_string();
    let cursor = move || view.with(|v| format!("{}", v.cursor - v.first));
    let seek = move |step: usize| desk.act(|s| s.seek(step + 1));
    let ruler = move || {
        let (first, steps, columns) = view.with(|v| (v.first, v.steps, v.columns));
        let every = if columns > 40 { 10 } else { 5 };
        let tick = move |i: usize| {
            let step = first + i + 1;
            let text = (step % every == 0 && i < steps).then(|| step.to_string());
            view! { <span style:grid-column=(i + 1).to_string()>{text}</span> }
        };
        (0..columns).map(tick).collect_view()
    };
    let rows = move || {
        names
            .get()
            .into_iter()
            .map(|name| view! { <Row name view seek=Callback::new(seek) /> })
            .collect_view()
    };
    let label =
        move || view.with(|v| format!("Lanes of steps {} to {}", v.first + 1, v.first + v.steps));
    view! {
        <div class="lanes" role="img" aria-label=label style=("--columns", columns) style=("--cursor", cursor)>
            <div class="lane lane-ruler"><span class="lane-name">"step"</span><div class="lane-steps">{ruler}</div></div>
            {rows}
            <i class="lane-cursor"></i>
        </div>
    }
    .into_any()
}

#[component]
fn Row(name: String, view: Memo<Lanes>, seek: Callback<usize>) -> impl IntoView {
    let key = name.clone();
    let lane = Memo::new(move |_| {
        view.with(|v| (v.first, v.lanes.iter().find(|l| l.name == key).cloned(), v.cursor))
    });
    let spans = move || {
        let (first, lane, cursor) = lane.get();
        let spans = lane.map_or(Vec::new(), |l: Lane| l.spans);
        let span = move |span: Span| {
            let Span { from, len, kind, label, steps } = span;
            let column = format!("{} / span {len}", from - first + 1);
            let class = match kind {
                SpanKind::Ran => "span-ran",
                SpanKind::Waited => "span-waited",
            };
            let last = from + len - 1;
            view! {
                <span
                    class=class
                    class:is-future=move || cursor <= from
                    style:grid-column=column
                    title=steps.join("\n")
                    style=("--steps", len.to_string())
                    on:click=move |_| seek.run(last)
                >
                    {label}
                </span>
            }
        };
        spans.into_iter().map(span).collect_view()
    };
    view! {
        <div class="lane">
            <span class="lane-name mono">{name}</span>
            <div class="lane-steps">{spans}</div>
        </div>
    }
    .into_any()
}

#[component]
fn LanesTable(view: Memo<Lanes>) -> impl IntoView {
    let rows = move || {
        let Lanes { cursor, lanes, .. } = view.get();
        let mut spans: Vec<(String, Span)> = Vec::new();
        for lane in lanes {
            let ran = lane.spans.into_iter().filter(|s| s.kind == SpanKind::Ran);
            spans.extend(ran.map(|s| (lane.name.clone(), s)));
        }
        spans.sort_by_key(|(_, span)| span.from);
        let row = move |(lane, span): (String, Span)| {
            let last = span.from + span.len;
            let here = (span.from < cursor && cursor <= last).then_some("step");
            let steps = match span.len {
                1 => format!("{last}"),
                _ => format!("{} to {last}", span.from + 1),
            };
            view! {
                <tr aria-current=here>
                    <td>{steps}</td>
                    <td class="mono">{lane}</td>
                    <td class="mono">{span.label}</td>
                    <td>{span.steps.join("; ")}</td>
                </tr>
            }
        };
        spans.into_iter().map(row).collect_view()
    };
    view! {
        <table class="twin">
            <thead>
                <tr>
                    <th scope="col">"steps"</th>
                    <th scope="col">"who"</th>
                    <th scope="col">"what"</th>
                    <th scope="col">"step by step"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
