//! The positions of a tree's nodes, and the choice of nodes to draw.
//!
//! A column is a position in block order, a row is a level. A subtree with less room than a few
//! boxes becomes one glyph, and everything outside the viewport is left out. The number of shapes
//! therefore depends on the viewport and not on the tree.

use crate::es::{Arena, Extent, NodeView, Side, Status};
use crate::view::facts::Kind;

use super::words::{Heard, Recorder, plain};

/// The distance between two columns at zoom 1. Neighbours in block order are never on the same
/// level.
const COLUMN: f64 = 62.0;
/// The smallest distance between two levels; a small tree uses all available room.
const LEVEL: f64 = 68.0;
/// The largest distance between two levels.
const LEVEL_MAX: f64 = 100.0;
/// The size of a node's box.
const NODE: (f64, f64) = (108.0, 44.0);
/// The vertical position of the root.
const TOP: f64 = 40.0;
/// Room below the last level, for its boxes and the texts below them.
const BOTTOM: f64 = 48.0;
/// Room for the rings of the outermost boxes, both sides together, when the whole tree is shown. It
/// does not shrink with the boxes.
const MARGIN: f64 = 16.0;
/// A subtree with less room than this becomes a glyph.
const GLYPH: f64 = 88.0;
/// The width of one character in a box.
pub(super) const LETTER: f64 = 8.5;
/// The width of one character in a glyph, which is smaller.
const CHARACTER: f64 = 7.4;
/// The largest zoom when the whole tree is shown.
const FIT_MAX: f64 = 1.4;
/// The largest zoom of a part.
const ZOOM_MAX: f64 = 2.0;
/// Up to this number of shapes, every move is animated.
const FEW: usize = 16;

/// A tree in block order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    nodes: Vec<Flat>,
    /// Number of W, U, D and H extents before each rank.
    sums: Vec<[u32; 4]>,
    /// The rank of the root.
    root: Option<usize>,
    levels: u32,
}

#[derive(Clone, Debug, PartialEq)]
struct Flat {
    key: u64,
    extent: Extent,
    black: bool,
    cached: bool,
    changed: bool,
    turned: Option<Side>,
    level: u32,
    left: Option<usize>,
    right: Option<usize>,
    /// The ranks of the subtree: `lo..hi`.
    lo: usize,
    hi: usize,
}

struct Marks {
    cached: bool,
    changed: bool,
    turned: Option<Side>,
}

impl Flat {
    fn kind(&self) -> Kind {
        Kind::of_status(self.extent.status)
    }

    fn is_dirty(&self) -> bool {
        self.extent.status.any(Status::DIRTY)
    }
}

impl Picture {
    /// The current tree, with the changes of the last line marked.
    pub fn of(arena: &Arena<Recorder>, heard: &Heard) -> Picture {
        let mut picture = Picture::default();
        let cached = arena.cached().map(|node| node.id);
        picture.root = picture.walk(arena, arena.root(), 0, &|node| {
            let turned = heard.turned.binary_search_by_key(&node.id, |(id, _)| *id);
            Marks {
                cached: cached == Some(node.id),
                changed: heard.changed.binary_search(&node.id).is_ok(),
                turned: turned.ok().map(|at| heard.turned[at].1),
            }
        });
        let mut sum = [0; 4];
        picture.sums.push(sum);
        for node in &picture.nodes {
            sum[column_of(node.kind())] += 1;
            picture.sums.push(sum);
        }
        picture
    }

    fn walk(
        &mut self,
        arena: &Arena<Recorder>,
        node: Option<NodeView>,
        level: u32,
        marks: &dyn Fn(&NodeView) -> Marks,
    ) -> Option<usize> {
        let node = node?;
        self.levels = self.levels.max(level + 1);
        let lo = self.nodes.len();
        let left = self.walk(arena, node.left.and_then(|id| arena.node(id)), level + 1, marks);
        let at = self.nodes.len();
        let Marks { cached, changed, turned } = marks(&node);
        self.nodes.push(Flat {
            key: u64::from(node.id.index) << 16 | u64::from(node.id.generation),
            extent: plain(node.extent),
            black: node.black,
            cached,
            changed,
            turned,
            level,
            left,
            right: None,
            lo,
            hi: at + 1,
        });
        let right = self.walk(arena, node.right.and_then(|id| arena.node(id)), level + 1, marks);
        let hi = self.nodes.len();
        if let Some(flat) = self.nodes.get_mut(at) {
            (flat.right, flat.hi) = (right, hi);
        }
        Some(at)
    }

    /// The number of extents in the tree.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True if there is no extent.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The number of levels of the tree; 0 if it is empty.
    pub fn levels(&self) -> u32 {
        self.levels
    }

    /// A camera on the first changed node, close enough to read it.
    pub fn on_change(&self, port: Port) -> Option<Camera> {
        let at = self.nodes.iter().position(|node| node.changed)?;
        let y = f64::from(self.nodes[at].level) * self.level(port) - port.h / 2.0 + TOP;
        Some(Camera::Free { zoom: 1.0, x: at as f64, y: y.max(0.0) })
    }

    /// The distance between two levels.
    fn level(&self, port: Port) -> f64 {
        let gaps = f64::from(self.levels.max(2) - 1);
        ((port.h - TOP - BOTTOM) / gaps).clamp(LEVEL, LEVEL_MAX)
    }

    fn mix(&self, lo: usize, hi: usize) -> [u32; 4] {
        let (from, to) = (self.sums[lo], self.sums[hi]);
        [0, 1, 2, 3].map(|i| to[i] - from[i])
    }
}

fn column_of(kind: Kind) -> usize {
    match kind {
        Kind::Written => 0,
        Kind::Unwritten => 1,
        Kind::Delayed => 2,
        Kind::Hole | Kind::Data | Kind::Old | Kind::Stale | Kind::Zeroes => 3,
    }
}

/// The size of the drawing area in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Port {
    /// The width in CSS pixels.
    pub w: f64,
    /// The height in CSS pixels.
    pub h: f64,
}

/// The part of the tree that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Camera {
    /// The whole tree, even as it grows.
    #[default]
    Fit,
    /// A part of the tree.
    Free {
        /// The zoom; at 1 each box has its own column.
        zoom: f64,
        /// The rank in the middle.
        x: f64,
        /// Distance in pixels that the view is scrolled down.
        y: f64,
    },
}

impl Camera {
    /// The zoom, the rank in the middle, and the pixels scrolled down.
    pub fn resolve(self, n: usize, port: Port) -> (f64, f64, f64) {
        match self {
            Camera::Fit => {
                let width = n.max(1) as f64 * COLUMN + NODE.0 - COLUMN;
                let zoom = (port.w - MARGIN) / width;
                (zoom.min(FIT_MAX), (n.max(1) - 1) as f64 / 2.0, 0.0)
            }
            Camera::Free { zoom, x, y } => (zoom, x, y),
        }
    }

    /// Zooms in (`factor` above 1) or out. The point `about` pixels from the left stays in place.
    pub fn zoomed(self, factor: f64, about: f64, picture: &Picture, port: Port) -> Camera {
        let n = picture.len();
        let (zoom, x, y) = self.resolve(n, port);
        let (least, _, _) = Camera::Fit.resolve(n, port);
        let now = (zoom * factor).clamp(least, ZOOM_MAX);
        if now <= least {
            return Camera::Fit;
        }
        let off = about - port.w / 2.0;
        let x = x + off / (COLUMN * zoom) - off / (COLUMN * now);
        Camera::Free { zoom: now, x, y }.clamped(picture, port)
    }

    /// Moves the view by pixels; positive values move right and down in the tree.
    pub fn panned(self, dx: f64, dy: f64, picture: &Picture, port: Port) -> Camera {
        let (zoom, x, y) = self.resolve(picture.len(), port);
        Camera::Free { zoom, x: x + dx / (COLUMN * zoom), y: y + dy }.clamped(picture, port)
    }

    fn clamped(self, picture: &Picture, port: Port) -> Camera {
        let Camera::Free { zoom, x, y } = self else { return self };
        let last = (picture.len().max(1) - 1) as f64;
        let gaps = f64::from(picture.levels().max(1) - 1);
        let height = TOP + gaps * picture.level(port) + BOTTOM;
        Camera::Free { zoom, x: x.clamp(0.0, last), y: y.clamp(0.0, (height - port.h).max(0.0)) }
    }
}

/// The form of a node, which depends on the available room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The extent with all fields.
    Full,
    /// The first block and the letters.
    Small,
    /// A box without text.
    Dot,
    /// A bracket that stands for a whole subtree.
    Glyph,
}

/// A shape to draw. Positions are the middle of the box, in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The name of the node, or of a glyph's topmost node. It does not change during its life.
    pub key: u64,
    /// The form that is drawn.
    pub form: Form,
    /// The middle of its box.
    pub at: (i32, i32),
    /// The size of its box.
    pub size: (i32, i32),
    /// The middle of its parent's box.
    pub parent: Option<(i32, i32)>,
    /// The first line of text.
    pub label: String,
    /// The second line of text.
    pub second: String,
    /// The whole content in words.
    pub title: String,
    /// The fill of a node.
    pub kind: Kind,
    /// True if the node is black.
    pub black: bool,
    /// True if it has the dirty bit.
    pub dirty: bool,
    /// True if it is `cache_es`, or contains it.
    pub cached: bool,
    /// True if the last line changed it, or something in it.
    pub changed: bool,
    /// The direction of the rotation in which the last line lifted it.
    pub turned: Option<Side>,
    /// A glyph's numbers of W, U, D and H extents.
    pub mix: [u32; 4],
    /// True if its move is not animated. If many shapes are drawn, only shapes that change their
    /// level are animated, as after a rotation.
    pub still: bool,
}

/// The shapes to draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The shapes, sorted by key.
    pub shapes: Vec<Shape>,
    /// The keys in document order. Between two plans, no remaining element moves in the document:
    /// new keys take the positions of removed ones. Leptos's keyed list (tachys 0.2) would remove
    /// and reinsert the elements after several new ones, and the browser would style, lay out and
    /// fade in all of them again.
    pub order: Vec<u64>,
    /// Number of nodes with a box of their own.
    pub boxes: usize,
    /// The zoom in percent.
    pub percent: u32,
}

impl Plan {
    /// The shape with a key, or `None` if it is gone.
    pub fn shape(&self, key: u64) -> Option<&Shape> {
        let at = self.shapes.binary_search_by_key(&key, |it| it.key).ok()?;
        self.shapes.get(at)
    }

    /// The order and the animations of this plan, given the plan before it.
    fn after(mut self, before: &Plan) -> Plan {
        let mut new =
            self.shapes.iter().map(|it| it.key).filter(|key| before.shape(*key).is_none());
        let places = before.order.iter().filter_map(|key| match self.shape(*key) {
            Some(shape) => Some(shape.key),
            None => new.next(),
        });
        let places: Vec<u64> = places.collect();
        self.order = places.into_iter().chain(new).collect();
        let many = self.shapes.len() > FEW;
        for shape in &mut self.shapes {
            shape.still = match before.shape(shape.key) {
                // A shape that has not moved keeps its flag, so that nothing changes for it.
                Some(was) if was.at == shape.at => was.still,
                Some(was) => many && was.at.1 == shape.at.1,
                None => many,
            };
        }
        self
    }
}

/// Lays out the visible part of the tree, given the plan that was drawn before.
pub fn layout(picture: &Picture, port: Port, camera: Camera, before: &Plan) -> Plan {
    let (zoom, middle, down) = camera.resolve(picture.len(), port);
    let scene =
        Scene { picture, port, step: COLUMN * zoom, level: picture.level(port), middle, down };
    let mut shapes = Vec::new();
    let mut stack = Vec::from_iter(picture.root.map(|root| (root, None)));
    while let Some((at, parent)) = stack.pop() {
        let Some(node) = picture.nodes.get(at) else { continue };
        if !scene.sees(node) {
            continue;
        }
        let shape = scene.shape(at, node, parent);
        if shape.form != Form::Glyph {
            let children = [node.left, node.right].into_iter().flatten();
            stack.extend(children.map(|child| (child, Some(shape.at))));
        }
        shapes.push(shape);
    }
    shapes.sort_unstable_by_key(|shape| shape.key);
    let boxes = shapes.iter().filter(|shape| shape.form != Form::Glyph).count();
    let percent = (zoom * 100.0).round() as u32;
    Plan { shapes, boxes, percent, ..Plan::default() }.after(before)
}

struct Scene<'a> {
    picture: &'a Picture,
    port: Port,
    /// The distance of two columns, in pixels.
    step: f64,
    /// The distance of two levels, in pixels.
    level: f64,
    middle: f64,
    down: f64,
}

impl Scene<'_> {
    fn x(&self, rank: f64) -> f64 {
        self.port.w / 2.0 + (rank - self.middle) * self.step
    }

    fn y(&self, level: u32) -> f64 {
        TOP + f64::from(level) * self.level - self.down
    }

    /// Whether a part of a subtree is in the viewport. Its lines lead up, so the level above counts
    /// too.
    fn sees(&self, node: &Flat) -> bool {
        let (left, right) = (self.x(node.lo as f64), self.x((node.hi - 1) as f64));
        let margin = NODE.0 / 2.0;
        let beside = right + margin < 0.0 || left - margin > self.port.w;
        !beside && self.y(node.level) - self.level < self.port.h
    }

    fn shape(&self, at: usize, node: &Flat, parent: Option<(i32, i32)>) -> Shape {
        let count = node.hi - node.lo;
        if count > 1 && count as f64 * self.step < GLYPH {
            return self.glyph(node, parent);
        }
        // Boxes of one level are separated by the columns of their common ancestors.
        let side = (at + 1 - node.lo).min(node.hi - at) as f64;
        let room = 2.0 * side * self.step - 6.0;
        let Extent { lblk, len, pblk, status } = node.extent;
        let (full, small) = (format!("[{lblk}/{len}) {status}"), format!("{lblk} {status}"));
        let short = small.len() as f64 * LETTER + 12.0;
        let (form, w) = match room {
            r if r >= NODE.0 => (Form::Full, NODE.0),
            r if r >= short => (Form::Small, short),
            r => (Form::Dot, r.clamp(6.0, 16.0)),
        };
        let (label, second) = match form {
            Form::Full if status.is_mapped() => (full.clone(), format!("@{pblk}")),
            Form::Full => (full.clone(), String::new()),
            Form::Small => (small, String::new()),
            Form::Dot | Form::Glyph => (String::new(), String::new()),
        };
        let colour = if node.black { "black" } else { "red" };
        let cached = if node.cached { ", cache_es" } else { "" };
        let turned = match node.turned {
            Some(Side::Left) => ", lifted by a rotation to the left",
            Some(Side::Right) => ", lifted by a rotation to the right",
            None => "",
        };
        Shape {
            key: node.key,
            form,
            at: (self.x(at as f64) as i32, self.y(node.level) as i32),
            size: (w as i32, if form == Form::Full { NODE.1 } else { 26.0 } as i32),
            parent,
            label,
            second,
            title: format!("{full} {colour}{cached}{turned}"),
            kind: node.kind(),
            black: node.black,
            dirty: node.is_dirty(),
            cached: node.cached,
            changed: node.changed,
            turned: node.turned,
            mix: [0; 4],
            still: false,
        }
    }

    fn glyph(&self, top: &Flat, parent: Option<(i32, i32)>) -> Shape {
        let (lo, hi) = (top.lo, top.hi);
        let count = hi - lo;
        let inside = &self.picture.nodes[lo..hi];
        let last = inside[count - 1].extent;
        let blocks = (inside[0].extent.lblk, last.end().unwrap_or(u32::MAX));
        let w = (count as f64 * self.step - 4.0).max(6.0);
        let fits = |text: String| {
            let fits = text.len() as f64 * CHARACTER + 4.0 <= w;
            if fits { text } else { String::new() }
        };
        let mix = self.picture.mix(lo, hi);
        let named = mix.into_iter().zip(["W", "U", "D", "H"]).filter(|(n, _)| *n > 0);
        let named: Vec<String> = named.map(|(n, letter)| format!("{n} {letter}")).collect();
        let title =
            format!("{count} extents, blocks {} to {}: {}", blocks.0, blocks.1, named.join(", "));
        let middle = (lo + hi - 1) as f64 / 2.0;
        Shape {
            // The highest bit distinguishes a glyph from the box of its topmost node.
            key: top.key | 1 << 63,
            form: Form::Glyph,
            at: (self.x(middle) as i32, self.y(top.level) as i32),
            size: (w as i32, NODE.1 as i32),
            parent,
            label: fits(count.to_string()),
            second: fits(format!("{}..{}", blocks.0, blocks.1)),
            title,
            kind: top.kind(),
            black: top.black,
            dirty: inside.iter().any(Flat::is_dirty),
            cached: inside.iter().any(|node| node.cached),
            changed: inside.iter().any(|node| node.changed),
            turned: None,
            mix,
            still: false,
        }
    }
}
