//! The red-black tree of each file's extent status tree.

use core::time::Duration;

use crate::app::kit::prelude::*;

use crate::app::kit::bring_into_sight;
use crate::app::kit::rove;
use crate::app::kit::{derived, list};
use crate::app::shell::{Desk, Parts, opener, tables};
use crate::session::Stage;
use crate::view::panels::Switch;
use crate::view::{NODE, TreeNode, TreeView};

/// Slightly longer than the animation of a node, which is `--motion` in `static/base.css`.
const TRAVEL: Duration = Duration::from_millis(220);

/// The trees of all files, and what the last step did to them.
pub fn tree() -> Parts {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.panels.has(Switch::Tree));
    let legend = derived(|| "□ black ○ red".to_string());
    let inos = desk.keys(|s| s.trees.iter().map(|tree| tree.ino).collect());
    Effect::new(move |_| {
        let changes = |s: &Stage| s.trees.iter().flat_map(|t| &t.nodes).any(|n| n.changed);
        if desk.with_stage(changes) {
            // Nodes move to their new positions first.
            set_timeout(|| bring_into_sight(".trees .is-changed"), TRAVEL);
        }
    });
    let body = view! {
        <div class="panel-body trees" hidden=hidden>
            {list(inos, move |ino| picture(desk, ino))}
        </div>
        {tables(desk, Switch::Tree, |s| s.trees.iter().map(TreeView::table).collect())}
    };
    Parts { aside: Some(legend), button: Some(opener("laboratory")), body: body.into_any() }
}

fn tree_of(stage: &Stage, ino: u8) -> Option<&TreeView> {
    stage.trees.iter().find(|tree| tree.ino == ino)
}

fn picture(desk: Desk, ino: u8) -> AnyView {
    let text = move |read: fn(&TreeView) -> String| {
        desk.text(move |s| tree_of(s, ino).map_or(String::new(), read))
    };
    let summary = |tree: &TreeView| {
        let labels: Vec<String> = tree.nodes.iter().map(TreeNode::text).collect();
        let nodes = if labels.is_empty() { "empty".into() } else { labels.join(", ") };
        format!("Tree of file {}: {nodes}", tree.name)
    };
    let nodes = desk.keys(move |s| {
        tree_of(s, ino).map_or(Vec::new(), |t| t.nodes.iter().map(|n| n.id).collect())
    });
    view! {
        <figure class="tree">
            <p class="quiet" hidden=desk.flag(|s| s.trees.len() < 2)>
                {text(|t| format!("file {}", t.name))}
            </p>
            <p class="quiet">{text(|t| t.empty.unwrap_or_default().into())}</p>
            <svg
                role="tree"
                aria-label=text(summary)
                tabindex="0"
                on:keydown=|ev| rove(&ev, "[role=treeitem]")
                viewBox=text(|t| format!("0 0 {} {}", t.size.0, t.size.1))
                width=text(|t| t.size.0.to_string())
                height=text(|t| t.size.1.to_string())
                style=("--w", text(|t| t.size.0.to_string()))
                style=("--h", text(|t| t.size.1.to_string()))
                style:display=text(|t| if t.empty.is_some() { "none" } else { "block" }.into())
            >
                {list(nodes, move |id| node(desk, ino, id))}
            </svg>
            <figcaption class="tree-events">{text(|t| t.events.join(" "))}</figcaption>
        </figure>
    }
    .into_any()
}

/// A node and the line to its parent. The line is placed by a transform, so that both ends move
/// together with the boxes that they touch.
fn node(desk: Desk, ino: u8, id: u64) -> AnyView {
    let text = move |read: fn(&TreeNode) -> String| {
        desk.text(move |s| {
            let node = tree_of(s, ino).and_then(|t| t.nodes.iter().find(|n| n.id == id));
            node.map_or(String::new(), read)
        })
    };
    let (w, h) = NODE;
    let line = |n: &TreeNode| {
        let (x, y) = (n.at.0, n.at.1 - NODE.1 / 2);
        let (px, py) = n.parent.map_or((x, y), |(px, py)| (px, py + NODE.1 / 2));
        format!("translate({x}px, {y}px) scale({}, {})", px - x, py - y)
    };
    let class = |n: &TreeNode| {
        let colour = if n.black { "node-black" } else { "node-red" };
        let changed = if n.changed { " is-changed" } else { "" };
        format!("tree-node {colour} {}-node{changed}", n.kind.class())
    };
    let title = |n: &TreeNode| {
        let colour = if n.black { "black" } else { "red" };
        let pblk = n.pblk.map_or(String::new(), |pblk| format!("@{pblk}"));
        let pending = if n.pending { ", conversion pending" } else { "" };
        let cached = if n.cached { ", cache_es" } else { "" };
        format!("{}{pblk} {colour}{pending}{cached}", n.text())
    };
    let corner = |n: &TreeNode| if n.black { 2 } else { NODE.1 / 2 }.to_string();
    view! {
        <line
            class="tree-edge"
            x1="0"
            y1="0"
            x2="1"
            y2="1"
            vector-effect="non-scaling-stroke"
            style:transform=text(line)
        ></line>
        <g
            class=text(class)
            role="treeitem"
            tabindex="-1"
            aria-level=text(|n| n.level().to_string())
            data-object=desk.text(move |s| {
                let node = tree_of(s, ino).and_then(|t| t.nodes.iter().find(|n| n.id == id));
                node.map_or(String::new(), |n| format!("block.{ino}.{}", n.lblk))
            })
            style:transform=text(|n| format!("translate({}px, {}px)", n.at.0, n.at.1))
        >
            <title>{text(title)}</title>
            {frame(w + 14, h + 14, "node-focus".to_string(), "8".to_string())}
            {frame(w + 6, h + 6, "node-ring".to_string(), text(corner))}
            {frame(w, h, text(|n| n.kind.class().into()), text(corner))}
            {frame(w - 18, h - 8, "node-plate".to_string(), text(|_| "3".into()))}
            <text class="node-label" y="-4">{text(TreeNode::text)}</text>
            <text class="node-pblk" y="13">
                {text(|n| n.pblk.map_or(String::new(), |pblk| format!("@{pblk}")))}
            </text>
            <text class="node-pblk node-pending" y=(-h / 2 - 6).to_string()>
                {text(|n| if n.pending { "pending" } else { "" }.into())}
            </text>
            <text class="node-pblk node-cached" y=(h / 2 + 15).to_string()>
                {text(|n| if n.cached { "cache_es" } else { "" }.into())}
            </text>
        </g>
    }
    .into_any()
}

/// A rectangle centred on a node.
fn frame(
    w: i32,
    h: i32,
    class: impl Into<Signal<String>>,
    corner: impl Into<Signal<String>>,
) -> AnyView {
    let (class, corner): (Signal<String>, Signal<String>) = (class.into(), corner.into());
    let [x, y, w, h] = [-w / 2, -h / 2, w, h].map(|n| n.to_string());
    view! { <rect class=class x=x y=y width=w height=h rx=corner></rect> }.into_any()
}
