//! The waits: the cycle, drawn and numbered, and every other wait as a line.

use crate::app::kit::prelude::*;

use crate::app::kit::list;
use crate::app::shell::{Desk, Parts, marked, name};
use crate::view::{CycleNode, WaitRow};

/// The wait-for graph at the cursor.
pub fn waits() -> Parts {
    let desk = Desk::of_page();
    // The key of a row is its content: a row with another content is a new element.
    let stations = desk.keys(|s| s.waits.cycle.iter().cloned().enumerate().collect());
    let others = desk.keys(|s| s.waits.others.clone());
    let first = desk.text(|s| s.waits.cycle.first().map_or(String::new(), |n| n.name.clone()));
    let body = view! {
        <div class="panel-body">
            <p
                class="quiet"
                hidden=desk.flag(|s| !(s.waits.cycle.is_empty() && s.waits.others.is_empty()))
            >
                "Nobody waits."
            </p>
            <figure
                class="cycle"
                aria-label="Wait-for cycle"
                hidden=desk.flag(|s| s.waits.cycle.is_empty())
            >
                <ol>{list(stations, |(index, node)| station(index, node))}</ol>
                <p class="cycle-back">"back to " <b class="mono">{first}</b></p>
            </figure>
            <ul class="other-waits">{list(others, other)}</ul>
        </div>
    };
    Parts { aside: None, button: None, body: body.into_any() }
}

/// A wait outside the cycle: `t1 waits for an event`, and below it the actors that can end it.
fn other(row: WaitRow) -> AnyView {
    let actor = row.actor.to_string();
    view! {
        <li>
            <b class="mono">{name(actor.clone(), actor)}</b>
            " "{marked(&row.wait)}"; "
            <span class="quiet">{row.givers}</span>
        </li>
    }
    .into_any()
}

/// A node of the cycle, and the arrow to the next one below it.
fn station(index: usize, node: CycleNode) -> AnyView {
    let title = match node.is_actor {
        true => name(node.name.clone(), node.name),
        false => node.name.into_any(),
    };
    view! {
        <li class=if node.is_actor { "station is-actor" } else { "station" }>
            <p class="station-box">
                <b>{title}</b>
                " "{marked(&node.detail)}
            </p>
            <p class="station-arrow">
                <span class="station-number">{(index + 1).to_string()}</span>
                {format!(" {}", node.arrow)}
            </p>
        </li>
    }
    .into_any()
}
