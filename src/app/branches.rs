//! The branches of the run: a line each, from where it leaves its parent's.

use leptos::prelude::*;

use super::desk::Desk;
use super::parts::list;
use crate::view::{BranchRow, Stage};

/// The branches, once there are several.
pub fn branches() -> AnyView {
    let desk = Desk::of_page();
    let keys = desk.keys(|s| s.branches.iter().map(|row| row.index.to_string()).collect());
    view! {
        <nav class="branches" aria-label="Branches" hidden=desk.flag(|s| s.branches.len() < 2)>
            <ul
                style=("--steps", desk.text(longest))
                style=("--at", desk.text(|s| s.place.0.to_string()))
            >
                {list(keys, move |key| branch(desk, key.parse().unwrap_or(0)))}
            </ul>
        </nav>
    }
    .into_any()
}

fn longest(stage: &Stage) -> String {
    stage.branches.iter().map(|row| row.len).max().unwrap_or(0).max(1).to_string()
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
                style=("--from", text(|row| row.fork.map_or(0, |fork| fork.step).to_string()))
                style=("--to", text(|row| row.len.to_string()))
                style=("--up", text(|row| row.fork.map_or(0, |f| row.index - f.parent).to_string()))
                on:click=move |_| desk.act(|s| s.switch_branch(index))
            >
                <span class="lane-name mono">{text(|row| row.name.clone())}</span>
                <span class="branch-track"><i></i></span>
            </button>
        </li>
    }
    .into_any()
}
