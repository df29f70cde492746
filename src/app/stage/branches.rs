//! The branches of the run: one line per branch, starting where it leaves its parent.

use crate::app::kit::prelude::*;

use crate::app::kit::{bring_into_sight, list};
use crate::app::shell::Desk;
use crate::view::BranchRow;
use crate::view::panels::Switch;

/// The branches, if there are several.
pub fn branches() -> AnyView {
    let desk = Desk::of_page();
    let keys = desk.keys(|s| s.branches.iter().map(|row| row.index).collect());
    // Scrolls only when another branch or panel is shown; otherwise the reader's position stays.
    let shown = desk.text(|s| {
        let current = s.branches.iter().take_while(|row| row.reached.is_none()).count();
        format!("{current} {} {}", s.panels.open(), s.panels.has(Switch::Lanes))
    });
    Effect::new(move |before: Option<String>| {
        let now = shown.get();
        if before.as_ref() != Some(&now) {
            request_animation_frame(|| bring_into_sight(".branches [aria-current=true]"));
        }
        now
    });
    view! {
        <nav class="branches" aria-label="Branches" hidden=desk.flag(|s| s.branches.len() < 2)>
            <ul
                style=("--columns", desk.text(|s| s.lanes.columns.to_string()))
                style=("--at", desk.text(|s| (s.lanes.cursor - s.lanes.first).to_string()))
            >
                {list(keys, move |index| branch(desk, index))}
            </ul>
        </nav>
    }
    .into_any()
}

fn branch(desk: Desk, index: u32) -> AnyView {
    let text = move |read: fn(&BranchRow) -> String| {
        desk.text(move |s| s.branches.get(index as usize).map_or(String::new(), read))
    };
    view! {
        <li>
            <button
                type="button"
                aria-current=text(|row| row.reached.is_some().to_string())
                aria-label=text(|row| row.sentence.clone())
                title=text(|row| row.sentence.clone())
                class=text(|row| {
                    let behind = if row.track.is_behind { "is-behind" } else { "" };
                    let beyond = if row.track.is_beyond { " is-beyond" } else { "" };
                    let outside = if row.track.is_outside() { " is-outside" } else { "" };
                    format!("{behind}{beyond}{outside}")
                })
                style=("--from", text(|row| row.track.from.to_string()))
                style=("--to", text(|row| row.track.to.to_string()))
                style=("--up", text(|row| row.rows_up().to_string()))
                on:click=move |_| desk.act(|s| s.switch_branch(index))
            >
                <span class="lane-name mono">{text(|row| row.name.clone())}</span>
                <span class="branch-track"><i></i></span>
            </button>
        </li>
    }
    .into_any()
}
