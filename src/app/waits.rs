//! Who waits for whom: the cycle, drawn and numbered, and every other wait as a line.

use leptos::prelude::*;

use super::desk::Desk;
use super::parts::PanelHead;
use crate::view::{CycleNode, WaitGraph, WaitRow, wait_graph};

/// The wait-for graph at the cursor.
#[component]
pub fn WaitsPanel() -> impl IntoView {
    let graph = Desk::of_page().memo(|s| wait_graph(s.run().setup(), s.run().state()));
    let nothing = move || graph.with(|g| g.cycle.is_empty() && g.others.is_empty());
    view! {
        <section class="panel area-waits" aria-labelledby="waits-title">
            <PanelHead id="waits-title" title="Waits for" />
            <div class="panel-body">
                <p class="quiet" hidden=move || !nothing()>"Nobody waits."</p>
                {move || {
                    let cycle = graph.with(|g| g.cycle.clone());
                    (!cycle.is_empty()).then(|| view! { <Cycle graph /> })
                }}
                <ul class="other-waits">
                    {move || graph.get().others.into_iter().map(other).collect_view()}
                </ul>
            </div>
        </section>
    }
    .into_any()
}

fn other(row: WaitRow) -> impl IntoView {
    let WaitRow { actor, wait, givers } = row;
    view! {
        <li>
            <b class="mono">{actor.to_string()}</b>
            " " {wait} ": "
            <span class="quiet">{givers} " could give it"</span>
        </li>
    }
}

/// The stations one under the other, an arrow between two, and one back from the last to the
/// first along the side.
#[component]
fn Cycle(graph: Memo<WaitGraph>) -> impl IntoView {
    let nodes = move || graph.with(|g| g.cycle.clone());
    let stations = move || {
        let all = nodes();
        let count = all.len();
        let row = move |(i, node): (usize, CycleNode)| {
            let CycleNode { name, detail, is_actor, arrow } = node;
            let last = i + 1 == count;
            view! {
                <li class="station" class:is-actor=is_actor>
                    <p class="station-box"><b>{name}</b> " " <span>{detail}</span></p>
                    <p class="station-arrow" class:is-last=last>
                        <span class="station-number">{i + 1}</span>
                        {arrow}
                    </p>
                </li>
            }
        };
        all.into_iter().enumerate().map(row).collect_view()
    };
    let first = move || nodes().first().map_or(String::new(), |n| n.name.clone());
    view! {
        <figure class="cycle" aria-label="Wait-for cycle">
            <ol>{stations}</ol>
            <p class="cycle-back">"back to " <b class="mono">{first}</b></p>
        </figure>
    }
    .into_any()
}
