//! The red-black tree of each file's extent status tree.

use leptos::prelude::*;

use super::desk::Desk;
use super::lab::LabButton;
use super::parts::PanelHead;
use crate::view::{NODE, TreeNode, TreeView, trees};

/// The trees of all files, and what the last step did to them.
#[component]
pub fn TreePanel() -> impl IntoView {
    let views = Desk::of_page().memo(|s| trees(s.run()));
    let table = RwSignal::new(false);
    let inos = Memo::new(move |_| views.with(|v| v.iter().map(|t| t.ino).collect::<Vec<_>>()));
    view! {
        <section class="panel area-tree" aria-labelledby="tree-title">
            <PanelHead
                id="tree-title"
                title="Tree"
                table
                aside=Signal::derive(|| "square: black, round: red".to_string())
            >
                <LabButton />
            </PanelHead>
            <div class="panel-body trees">
                {move || {
                    if table.get() {
                        return view! { <TreeTable views /> }.into_any();
                    }
                    inos.get()
                        .into_iter()
                        .map(|ino| view! { <Picture ino views /> })
                        .collect_view()
                        .into_any()
                }}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Picture(ino: u8, views: Memo<Vec<TreeView>>) -> impl IntoView {
    let tree = Memo::new(move |_| views.with(|v| v.iter().find(|t| t.ino == ino).cloned()));
    let nodes = Memo::new(move |_| tree.get().map_or(Vec::new(), |t| t.nodes));
    let size = move || tree.get().map_or((0, 0), |t| t.size);
    let view_box = move || format!("0 0 {} {}", size().0, size().1);
    let summary = move || {
        let Some(tree) = tree.get() else { return String::new() };
        let labels: Vec<String> = tree.nodes.iter().map(|n| n.label.clone()).collect();
        let nodes = if labels.is_empty() { "empty".into() } else { labels.join(", ") };
        format!("Tree of file {}: {nodes}", tree.name)
    };
    let empty = move || tree.get().and_then(|t| t.empty);
    let several = move || views.with(|v| v.len() > 1);
    view! {
        <figure class="tree">
            <p class="quiet" hidden=move || !several()>
                {move || tree.get().map(|t| format!("file {}", t.name))}
            </p>
            <p class="quiet" hidden=move || empty().is_none()>{empty}</p>
            <svg
                role="img"
                aria-label=summary
                viewBox=view_box
                width=move || size().0
                height=move || size().1
                style:display=move || if empty().is_some() { "none" } else { "block" }
            >
                <For
                    each=move || nodes.get()
                    key=|node| node.id
                    children=move |node| view! { <Edge id=node.id nodes /> }
                />
                <For
                    each=move || nodes.get()
                    key=|node| node.id
                    children=move |node| view! { <Node id=node.id nodes /> }
                />
            </svg>
            <figcaption class="tree-events">
                {move || tree.get().map_or(Vec::new(), |t| t.events).join(" ")}
            </figcaption>
        </figure>
    }
    .into_any()
}

fn find(nodes: Memo<Vec<TreeNode>>, id: u64) -> Memo<Option<TreeNode>> {
    Memo::new(move |_| nodes.with(|n| n.iter().find(|n| n.id == id).cloned()))
}

/// The line to the parent. Its length lives in the transform, so that both ends travel together
/// with the nodes they touch.
#[component]
fn Edge(id: u64, nodes: Memo<Vec<TreeNode>>) -> impl IntoView {
    let node = find(nodes, id);
    let transform = move || {
        let node = node.get()?;
        let (x, y) = node.at;
        let (px, py) = node.parent.unwrap_or(node.at);
        Some(format!("translate({x}px, {y}px) scale({}, {})", px - x, py - y))
    };
    view! {
        <line
            class="tree-edge"
            x1="0"
            y1="0"
            x2="1"
            y2="1"
            vector-effect="non-scaling-stroke"
            style:transform=move || transform().unwrap_or_default()
        ></line>
    }
    .into_any()
}

#[component]
fn Node(id: u64, nodes: Memo<Vec<TreeNode>>) -> impl IntoView {
    let node = find(nodes, id);
    let (w, h) = NODE;
    let get = move |f: fn(&TreeNode) -> String| node.with(|n| n.as_ref().map_or(String::new(), f));
    let is = move |f: fn(&TreeNode) -> bool| node.with(|n| n.as_ref().is_some_and(f));
    let class = move || {
        let kind = node.with(|n| n.as_ref().map_or("", |n| n.kind.class()));
        let colour = if is(|n| n.black) { "node-black" } else { "node-red" };
        let changed = if is(|n| n.changed) { " is-changed" } else { "" };
        format!("tree-node {colour} {kind}-node{changed}")
    };
    let shape = move || node.with(|n| n.as_ref().map_or("", |n| n.kind.class()));
    let corner = move || if is(|n| n.black) { 2 } else { h / 2 };
    view! {
        <g
            class=class
            style:transform=move || get(|n| format!("translate({}px, {}px)", n.at.0, n.at.1))
        >
            <title>
                {move || get(|n| {
                    let colour = if n.black { "black" } else { "red" };
                    let cached = if n.cached { ", cache_es" } else { "" };
                    format!("{} {colour}{cached}", n.label)
                })}
            </title>
            <rect class="node-ring" x=-w / 2 - 3 y=-h / 2 - 3 width=w + 6 height=h + 6 rx=move || corner() + 3></rect>
            <rect class=shape x=-w / 2 y=-h / 2 width=w height=h rx=corner></rect>
            <rect class="node-plate" x=-w / 2 + 9 y=-h / 2 + 4 width=w - 18 height=h - 8 rx="3"></rect>
            <text class="node-label" y="-4">
                {move || get(|n| format!("{}{}", n.label, if n.pending { "*" } else { "" }))}
            </text>
            <text class="node-pblk" y="13">
                {move || get(|n| n.pblk.map_or(String::new(), |pblk| format!("@{pblk}")))}
            </text>
            <text class="lab-cached" y=h / 2 + 14>
                {move || get(|n| if n.cached { "cache_es".into() } else { String::new() })}
            </text>
        </g>
    }
    .into_any()
}

#[component]
fn TreeTable(views: Memo<Vec<TreeView>>) -> impl IntoView {
    let table = |tree: TreeView| {
        let mut nodes = tree.nodes.clone();
        nodes.sort_by_key(|node| node.lblk);
        let label_of = |id: u64| {
            let parent = tree.nodes.iter().find(|n| n.id == id);
            parent.map_or(String::new(), |n| format!("[{}/{})", n.lblk, n.len))
        };
        let rows = nodes.iter().map(|node| {
            view! {
                <tr>
                    <td>{node.lblk}</td>
                    <td>{node.len}</td>
                    <td>{node.pblk.map(|pblk| pblk.to_string())}</td>
                    <td>{format!("{}{}", node.status, if node.pending { "*" } else { "" })}</td>
                    <td>{if node.black { "black" } else { "red" }}</td>
                    <td>{node.parent_id.map_or("root".into(), label_of)}</td>
                </tr>
            }
        });
        view! {
            <table class="twin mono">
                <caption>{format!("Extent status tree of file {}", tree.name)}</caption>
                <thead>
                    <tr>
                        {["lblk", "len", "pblk", "status", "colour", "under"]
                            .map(|name| view! { <th scope="col">{name}</th> })
                            .into_iter()
                            .collect_view()}
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
    };
    view! { {move || views.get().into_iter().map(table).collect_view()} }.into_any()
}
