//! Who waits for whom: the cycle, drawn and numbered, and every other wait as a line.

use crate::app::kit::prelude::*;

use crate::app::kit::list;
use crate::app::shell::Desk;
use crate::app::shell::{name, panel_head};

/// The wait-for graph at the cursor.
pub fn waits_panel() -> AnyView {
    let desk = Desk::of_page();
    let stations = desk.keys(|s| {
        let key = |(i, node): (usize, &crate::view::CycleNode)| {
            format!("{i} {} {}", node.name, node.detail)
        };
        s.waits.cycle.iter().enumerate().map(key).collect()
    });
    let others = desk.keys(|s| {
        s.waits
            .others
            .iter()
            .map(|row| format!("{} {}\n{}", row.actor, row.wait, row.givers))
            .collect()
    });
    let first = desk.text(|s| s.waits.cycle.first().map_or(String::new(), |n| n.name.clone()));
    view! {
        <section class="panel area-waits" aria-labelledby="waits-title">
            {panel_head("waits-title", "Waits for", None, None)}
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
                    <ol>{list(stations, move |key| station(desk, &key))}</ol>
                    <p class="cycle-back">"back to " <b class="mono">{first}</b></p>
                </figure>
                <ul class="other-waits">{list(others, |key| other(&key))}</ul>
            </div>
        </section>
    }
    .into_any()
}

/// A wait that is not in the cycle: `t1 waits for an event`, and below it who can end it.
fn other(key: &str) -> AnyView {
    let (actor, rest) = key.split_once(' ').unwrap_or((key, ""));
    let (wait, givers) = rest.split_once('\n').unwrap_or((rest, ""));
    view! {
        <li>
            <b class="mono">{name(actor.to_string(), actor.to_string())}</b>
            {format!(" {wait}; ")}
            <span class="quiet">{givers.to_string()}</span>
        </li>
    }
    .into_any()
}

/// A station of the cycle, and the arrow to the next one under it.
fn station(desk: Desk, key: &str) -> AnyView {
    let index: usize = key.split(' ').next().and_then(|i| i.parse().ok()).unwrap_or(0);
    let Some(node) = desk.peek(|s| s.waits.cycle.get(index).cloned()) else {
        return ().into_any();
    };
    let title = match node.is_actor {
        true => name(node.name.clone(), node.name),
        false => node.name.into_any(),
    };
    view! {
        <li class=if node.is_actor { "station is-actor" } else { "station" }>
            <p class="station-box">
                <b>{title}</b>
                {format!(" {}", node.detail)}
            </p>
            <p class="station-arrow">
                <span class="station-number">{(index + 1).to_string()}</span>
                {format!(" {}", node.arrow)}
            </p>
        </li>
    }
    .into_any()
}
