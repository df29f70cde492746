//! The graph of a small search: a picture whose nodes are links to runs, and the same as a list.

use crate::app::kit::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use super::board::Board;
use crate::app::kit::{aria, derived, list, rove};

/// The panel of the graph, hidden while there is none.
pub fn graph(board: Board) -> AnyView {
    let is_list = RwSignal::new(false);
    let keys = board.keys(|e| e.graph_key().into_iter().collect());
    view! {
        <section
            class="panel graph-panel"
            aria-labelledby="graph-title"
            hidden=board.hidden(|e| e.graph().is_none())
        >
            <h3 class="panel-title" id="graph-title">"Graph of all states"</h3>
            {list(keys, move |_| pictures(board, is_list))}
        </section>
    }
    .into_any()
}

/// The picture and the list of a graph. Both are markup without scripts, made in Rust.
fn pictures(board: Board, is_list: RwSignal<bool>) -> AnyView {
    let made = board.explorer.with_untracked(|explorer| {
        let graph = explorer.graph()?;
        let links = explorer.node_links();
        let link = |node: usize| links.get(node).cloned().unwrap_or_default();
        Some([graph.says(), graph.svg(link), graph.list(link)])
    });
    let Some([says, svg, items]) = made else { return ().into_any() };
    let open = move |ev: MouseEvent| open_node(board, &ev);
    // The start is in the middle of the picture, which may be wider than its box.
    request_animation_frame(|| {
        if let Ok(Some(place)) = document().query_selector(".graph-scroll") {
            place.set_scroll_left((place.scroll_width() - place.client_width()) / 2);
        }
    });
    let is_picture = derived(move || !is_list.get());
    view! {
        <p class="quiet">{says}</p>
        <p class="row">
            <button
                type="button"
                aria-pressed=aria(is_list)
                on:click=move |_| is_list.update(|on| *on = !*on)
            >
                "As a list"
            </button>
        </p>
        <div
            class="graph-scroll"
            tabindex="0"
            role="group"
            aria-label="States by depth; arrows go from node to node"
            hidden=is_list
            on:keydown=|ev| rove(&ev, ".graph-node")
            on:click=open
            inner_html=svg
        ></div>
        <ol
            class="graph-scroll graph-list"
            aria-label="States by depth"
            hidden=is_picture
            on:click=open
            inner_html=items
        ></ol>
    }
    .into_any()
}

/// Opens the run of the clicked node here, unless the reader wants it in another tab.
fn open_node(board: Board, ev: &MouseEvent) {
    if ev.ctrl_key() || ev.meta_key() || ev.shift_key() {
        return;
    }
    let target = ev.target().and_then(|target| target.dyn_into::<Element>().ok());
    let node = target.and_then(|it| it.closest("[data-node]").ok().flatten());
    let node = node.and_then(|it| it.get_attribute("data-node")?.parse().ok());
    if let Some(node) = node {
        ev.prevent_default();
        board.explorer.write().open_node(node);
        board.take_opened();
    }
}
