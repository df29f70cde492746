//! The red-black tree of each inode. It follows the same calls as the sorted array in the state,
//! and is laid out with the block order from left to right.

use crate::es::{Arena, EsEvent, Memory, NodeId, NodeView, Status, Tree};
use crate::kernel::{EsContent, Fault, Note};
use crate::scenario::Run;

use crate::view::facts::Kind;
use crate::view::words::sorted;

/// Half the distance between two nodes of one level, in pixels. Neighbours in block order are never
/// on the same level, so boxes may be wider than this.
const COLUMN: i32 = 62;
/// The distance between two levels, in pixels.
const LEVEL: i32 = 66;
/// The size of a node's box, in pixels.
pub const NODE: (i32, i32) = (108, 44);

/// The tree of one inode as a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeView {
    /// Index of the inode.
    pub ino: u8,
    /// The name of the file in the script: `a` or `b`.
    pub name: String,
    /// The nodes, sorted by name, so that elements never move in the document.
    pub nodes: Vec<TreeNode>,
    /// The width and the height of the picture.
    pub size: (i32, i32),
    /// The changes by the last step, one sentence each.
    pub events: Vec<String>,
    /// The reason why the picture is empty.
    pub empty: Option<&'static str>,
}

/// One node of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    /// The name of the node, which does not change during its life.
    pub id: u64,
    /// The middle of its box.
    pub at: (i32, i32),
    /// The middle of its parent's box.
    pub parent: Option<(i32, i32)>,
    /// The `id` of the parent; `None` for the root.
    pub parent_id: Option<u64>,
    /// True if the node is black.
    pub black: bool,
    /// The fill of the node.
    pub kind: Kind,
    /// The extent with the kernel's letters: `[0/4) W`.
    pub label: String,
    /// The physical block, if it has a meaning.
    pub pblk: Option<u64>,
    /// The first block, for tables.
    pub lblk: u32,
    /// Number of blocks, for tables.
    pub len: u32,
    /// The status letters, for tables.
    pub status: String,
    /// True if the disk tree does not say written yet.
    pub pending: bool,
    /// True if it is `cache_es`.
    pub cached: bool,
    /// True if the last step created or changed it.
    pub changed: bool,
}

impl TreeNode {
    /// Its level; the root is on level 1.
    pub fn level(&self) -> i32 {
        self.at.1 / LEVEL + 1
    }

    /// The status letters, with a star if the entry has a dirty bit. A pending conversion is shown
    /// outside the node.
    pub fn letters(&self) -> String {
        self.status.clone()
    }

    /// The extent with its letters: `[0/4) W`.
    pub fn text(&self) -> String {
        format!("[{}/{}) {}", self.lblk, self.len, self.letters())
    }
}

/// The trees of all files at the cursor.
pub fn trees(run: &Run) -> Vec<TreeView> {
    let setup = run.setup();
    let inos = (0..).zip(&setup.files);
    inos.map(|(ino, file)| {
        let (tree, events) = companion(run, ino);
        let mut view = lay_out(run, ino, &tree, &events);
        view.name.clone_from(&file.name);
        view
    })
    .collect()
}

/// The tree of an inode after the steps up to the cursor, and the events of the last step.
pub(super) fn companion(run: &Run, ino: u8) -> (Tree<Vec<EsEvent>>, Vec<EsEvent>) {
    let rules = run.setup().es_rules();
    let mut tree: Tree<Vec<EsEvent>> = Tree::default();
    let mut last = Vec::new();
    let is_of_tree = |note: &Note| {
        matches!(note, Note::PowerCut) || matches!(note, Note::Es { ino: of, .. } if *of == ino)
    };
    for step in 0..run.cursor() {
        let notes = run.notes_of(step);
        // Most steps of a long run do not change the tree.
        if step + 1 < run.cursor() && !notes.iter().any(is_of_tree) {
            continue;
        }
        tree.storage_mut().observer_mut().clear();
        let mut memory = match Fault::Nomem.is_in(notes) {
            true => Memory::failing(1, u32::MAX),
            false => Memory::plenty(),
        };
        for note in notes {
            if matches!(note, Note::PowerCut) {
                tree = Tree::default();
            } else if let Note::Es { ino: of, op } = note
                && *of == ino
            {
                // A call that the sorted array refuses ends the run, so an error here can be
                // ignored.
                let _ = tree.apply(&rules, &mut memory, *op);
            }
        }
        if step + 1 == run.cursor() {
            last.clone_from(tree.storage_mut().observer_mut());
        }
    }
    (tree, last)
}

fn key(id: NodeId) -> u64 {
    u64::from(id.index) << 16 | u64::from(id.generation)
}

fn lay_out(run: &Run, ino: u8, tree: &Tree<Vec<EsEvent>>, events: &[EsEvent]) -> TreeView {
    let arena = tree.storage();
    let mut places: Vec<(NodeView, i32)> = Vec::new();
    in_order(arena, arena.root(), 0, &mut places);
    let levels = places.iter().map(|(_, depth)| *depth + 1).max().unwrap_or(0);
    let (w, h) = NODE;
    let place = |at: usize, depth: i32| (w / 2 + 4 + at as i32 * COLUMN, h / 2 + 8 + depth * LEVEL);
    let at = |id: NodeId| {
        let found = places.iter().position(|(node, _)| node.id == id)?;
        Some(place(found, places[found].1))
    };
    let has_pblk = run.setup().design.knobs.es_content == EsContent::Full;
    let cached = arena.cached().map(|node| node.id);
    let changed = changed_nodes(events);
    let disk = &run.state().inodes[usize::from(ino)].disk;
    let mut nodes: Vec<TreeNode> = Vec::new();
    for (i, (node, depth)) in places.iter().enumerate() {
        let extent = node.extent;
        let says_written = extent.status.any(Status::WRITTEN);
        let behind = |lblk: u32| {
            matches!(disk.get(lblk as usize), Some(crate::kernel::Mapping::Unwritten(_)))
        };
        let pending = says_written && (extent.lblk..extent.lblk + extent.len).any(behind);
        nodes.push(TreeNode {
            id: key(node.id),
            at: place(i, *depth),
            parent: node.parent.and_then(at),
            parent_id: node.parent.map(key),
            black: node.black,
            kind: Kind::of_status(extent.status),
            label: format!("[{}/{}) {}", extent.lblk, extent.len, extent.status),
            pblk: (extent.status.is_mapped() && has_pblk).then_some(extent.pblk),
            lblk: extent.lblk,
            len: extent.len,
            status: extent.status.to_string(),
            pending,
            cached: cached == Some(node.id),
            changed: changed.contains(&node.id),
        });
    }
    let nodes = sorted(nodes, |node| node.id);
    let columns = places.len() as i32;
    let size = (w + 8 + (columns - 1).max(0) * COLUMN, h + 30 + (levels - 1).max(0) * LEVEL);
    let empty = nodes.is_empty().then(|| why_empty(run));
    let events = told(events, arena);
    TreeView { ino, name: String::new(), nodes, size, events, empty }
}

fn why_empty(run: &Run) -> &'static str {
    match run.setup().design.knobs.es_content {
        EsContent::Delayed => {
            "In v3.8 the tree holds delayed extents only: direct IO leaves it empty."
        }
        EsContent::Full | EsContent::Nopblk => "Empty: lookups go to the disk tree.",
    }
}

fn in_order(
    arena: &Arena<Vec<EsEvent>>,
    node: Option<NodeView>,
    depth: i32,
    out: &mut Vec<(NodeView, i32)>,
) {
    let Some(node) = node else { return };
    in_order(arena, node.left.and_then(|id| arena.node(id)), depth + 1, out);
    out.push((node, depth));
    in_order(arena, node.right.and_then(|id| arena.node(id)), depth + 1, out);
}

fn changed_nodes(events: &[EsEvent]) -> Vec<NodeId> {
    let changed = events.iter().filter_map(|event| match event {
        EsEvent::Link { node, .. } | EsEvent::Change { node, .. } => Some(*node),
        EsEvent::Recolour { node, .. } => Some(*node),
        EsEvent::Rotate { up, .. } => Some(*up),
        EsEvent::Merge { .. }
        | EsEvent::Split { .. }
        | EsEvent::Unlink { .. }
        | EsEvent::Cache { .. } => None,
    });
    changed.collect()
}

/// The events of the tree in words, without repeated changes of one node.
fn told(events: &[EsEvent], arena: &Arena<Vec<EsEvent>>) -> Vec<String> {
    let name = |id: NodeId| match arena.node(id) {
        Some(node) => format!("[{}/{})", node.extent.lblk, node.extent.len),
        None => "a node that is gone".into(),
    };
    let mut told: Vec<String> = Vec::new();
    for event in events {
        let line = match event {
            EsEvent::Link { extent, .. } => format!("{extent} was linked."),
            EsEvent::Split { left, right } => {
                format!("{} was split: {} is new.", name(*left), name(*right))
            }
            EsEvent::Merge { into, .. } => format!("{} swallowed its neighbour.", name(*into)),
            EsEvent::Rotate { down, up, side } => {
                let way = match side {
                    crate::es::Side::Left => "left",
                    crate::es::Side::Right => "right",
                };
                format!("Rotation to the {way}: {} went up, {} down.", name(*up), name(*down))
            }
            // The removal is told below, together with all others.
            EsEvent::Unlink { .. } => continue,
            EsEvent::Change { node, extent }
                if arena.node(*node).is_some_and(|n| n.extent == *extent) =>
            {
                format!("{extent} was changed.")
            }
            EsEvent::Change { .. } | EsEvent::Recolour { .. } | EsEvent::Cache { .. } => continue,
        };
        if told.last() != Some(&line) {
            told.push(line);
        }
    }
    match events.iter().filter(|event| matches!(event, EsEvent::Unlink { .. })).count() {
        0 => {}
        1 => told.push("One node was unlinked.".into()),
        nodes => told.push(format!("{nodes} nodes were unlinked.")),
    }
    told
}
