//! Direct writes on their way from the bio to the converted extent.

use leptos::prelude::*;

use super::desk::Desk;
use super::parts::PanelHead;
use crate::view::{Ack, COLUMNS, IoRow, pipeline};

/// One line a write; its letter travels through the stations.
#[component]
pub fn PipelinePanel() -> impl IntoView {
    let view = Desk::of_page().memo(|s| pipeline(s.run().setup(), s.run().state()));
    let ios = Memo::new(move |_| view.get().ios);
    let slots =
        Signal::derive(move || view.with(|v| format!("AIO slots {} of {}", v.slots_used, v.slots)));
    let table = RwSignal::new(false);
    let boxes = move || {
        let (used, all) = view.with(|v| (v.slots_used, v.slots));
        (0..all).map(|n| view! { <i class="slot" class:is-taken=n < used></i> }).collect_view()
    };
    view! {
        <section class="panel area-pipeline" aria-labelledby="pipeline-title">
            <PanelHead id="pipeline-title" title="IO pipeline" table />
            <p class="slots quiet">{slots} <span aria-hidden="true">{boxes}</span></p>
            <div class="panel-body">
                {move || {
                    if table.get() {
                        view! { <PipelineTable ios /> }.into_any()
                    } else {
                        view! { <Stations ios /> }.into_any()
                    }
                }}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Stations(ios: Memo<Vec<IoRow>>) -> impl IntoView {
    let heads = COLUMNS.map(|name| view! { <span>{name}</span> });
    view! {
        <div class="stations" aria-hidden="true">{heads.into_iter().collect_view()}</div>
        <ul class="ios">
            <For
                each=move || ios.get()
                key=|io| io.key
                children=move |io| view! { <Line key=io.key name=io.name ios /> }
            />
            <li class="quiet" hidden=move || !ios.with(Vec::is_empty)>"No direct write has begun, no writeback is on its way."</li>
        </ul>
    }
    .into_any()
}

#[component]
fn Line(key: u32, name: String, ios: Memo<Vec<IoRow>>) -> impl IntoView {
    let io = Memo::new(move |_| ios.with(|ios| ios.iter().find(|io| io.key == key).cloned()));
    let text = move |f: fn(&IoRow) -> String| io.with(|io| io.as_ref().map_or(String::new(), f));
    let travel = move || {
        let column = io.with(|io| io.as_ref().and_then(|io| io.column)).unwrap_or(0);
        format!("translateX({}%)", u32::from(column) * 100)
    };
    let waiting = move || io.with(|io| io.as_ref().is_some_and(|io| io.column.is_none()));
    view! {
        <li class="io">
            <div class="track" aria-hidden="true">
                {COLUMNS.map(|_| view! { <i></i> }).into_iter().collect_view()}
                <span class="chip" class:is-waiting=waiting style:transform=travel>
                    <b>{name.clone()}</b>
                </span>
            </div>
            <p class="io-text">
                <b>{name}</b>
                " "
                <span class="mono">{move || text(|io| io.what.clone())}</span>
                ": "
                {move || text(|io| io.place.clone())}
                <span class="io-flags">
                    {move || io.with(|io| io.as_ref().map(|io| ack(io.ack)))}
                    {move || text(counts)}
                </span>
            </p>
        </li>
    }
    .into_any()
}

fn ack(ack: Ack) -> impl IntoView {
    let class = match ack {
        Ack::No => "ack",
        Ack::Event => "ack ack-event",
        Ack::Known => "ack ack-known",
    };
    view! { <span class=class>{ack.text()}</span> }
}

fn counts(io: &IoRow) -> String {
    let counted = if io.counted { " i_unwritten +1" } else { "" };
    let dio = if io.dio { " i_dio_count +1" } else { "" };
    format!("{counted}{dio}")
}

#[component]
fn PipelineTable(ios: Memo<Vec<IoRow>>) -> impl IntoView {
    let row = |io: IoRow| {
        let station = io.column.map_or("prepared", |c| COLUMNS[usize::from(c)]);
        view! {
            <tr>
                <th scope="row">{io.name}</th>
                <td class="mono">{io.what}</td>
                <td>{station}</td>
                <td>{io.place}</td>
                <td>{io.ack.text()}</td>
                <td>{if io.counted { "yes" } else { "no" }}</td>
            </tr>
        }
    };
    let heads = ["write", "what", "station", "where", "user space", "in i_unwritten"];
    view! {
        <table class="twin">
            <thead>
                <tr>
                    {heads.map(|name| view! { <th scope="col">{name}</th> }).into_iter().collect_view()}
                </tr>
            </thead>
            <tbody>{move || ios.get().into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
