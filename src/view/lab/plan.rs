//! The positions of a tree's nodes, and which of them are drawn.
//!
//! Columns are ranks in block order, rows are levels. A subtree whose blocks get less room than a
//! few boxes becomes one glyph, and what lies outside the viewport is left out, so the number of
//! shapes depends on the viewport and not on the tree.

use crate::es::{Arena, Extent, NodeView, Side, Status};
use crate::view::facts::Kind;

use super::words::{Heard, Recorder, plain};

/// The distance between two columns at zoom 1; neighbours in block order never share a level.
const COLUMN: f64 = 62.0;
/// The distance between two levels, at least; a small tree uses the room that there is.
const LEVEL: f64 = 68.0;
/// The distance between two levels, at most.
const LEVEL_MAX: f64 = 100.0;
/// The size of a node's box.
const NODE: (f64, f64) = (108.0, 44.0);
/// Where the root stands.
const TOP: f64 = 40.0;
/// Room under the last level, for its boxes and for what is written under them.
const BOTTOM: f64 = 48.0;
/// Room for the rings of the outermost boxes of a tree that is shown as a whole, on both sides
/// together; it does not shrink with them.
const MARGIN: f64 = 16.0;
/// A subtree with less room than this becomes a glyph.
const GLYPH: f64 = 88.0;
/// The width of one character in a box.
pub(super) const LETTER: f64 = 8.5;
/// The width of one character on a glyph, which is smaller.
const CHARACTER: f64 = 7.4;
/// The largest zoom of a tree that is shown as a whole.
const FIT_MAX: f64 = 1.4;
/// The largest zoom.
const ZOOM_MAX: f64 = 2.0;
/// With at most this many shapes, every move is animated.
const FEW: usize = 16;

/// A tree in block order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    nodes: Vec<Flat>,
    /// How many W, U, D and H there are before each rank.
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
    /// The ranks of the subtree, `lo..hi`.
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
    /// The tree as it is; what the last line did to it is marked.
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

    /// How many extents there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True if there is no extent.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How many levels there are.
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
        _ => 3,
    }
}

/// The size of the place to draw in, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Port {
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// What part of the tree is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Camera {
    /// All of it, also as it grows.
    #[default]
    Fit,
    /// A part.
    Free {
        /// 1 is a column of its own for each box.
        zoom: f64,
        /// The rank in the middle.
        x: f64,
        /// Pixels scrolled down.
        y: f64,
    },
}

impl Camera {
    /// Zoom, middle rank and pixels scrolled down.
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

    /// Closer (`factor` above 1) or farther; what is at `about` pixels from the left stays there.
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

    /// Moved by pixels; positive goes right and down in the tree.
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

/// How much of a node there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The extent in full.
    Full,
    /// First block and letters.
    Small,
    /// A box without text.
    Dot,
    /// A whole subtree.
    Glyph,
}

/// One thing to draw. Positions are pixels, of the middle of the box.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The name of the node, or of a glyph's topmost node, that it keeps while it lives.
    pub key: u64,
    /// What it is.
    pub form: Form,
    /// Its middle.
    pub at: (i32, i32),
    /// Its size.
    pub size: (i32, i32),
    /// The middle of its parent's box.
    pub parent: Option<(i32, i32)>,
    /// The first line of text.
    pub label: String,
    /// The second line of text.
    pub second: String,
    /// All of it in words.
    pub title: String,
    /// How a node is filled.
    pub kind: Kind,
    /// Black, not red.
    pub black: bool,
    /// It carries the dirty bit.
    pub dirty: bool,
    /// It is `cache_es`, or holds it.
    pub cached: bool,
    /// The last line changed it, or something in it.
    pub changed: bool,
    /// A rotation of the last line has lifted it, this way.
    pub turned: Option<Side>,
    /// A glyph's extents by status: W, U, D, H.
    pub mix: [u32; 4],
    /// Its move is not animated. Where many shapes are drawn, only shapes that change their level
    /// are animated, as after a rotation.
    pub still: bool,
}

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Sorted by key.
    pub shapes: Vec<Shape>,
    /// The keys, in an order in which no element has to move in the document to get here from the
    /// plan before: what is new takes the places of what is gone. Leptos's keyed list (tachys 0.2)
    /// takes out and puts back what stands behind several new elements, and all of that is then
    /// styled, laid out and faded in once more.
    pub order: Vec<u64>,
    /// Nodes that have a box of their own.
    pub boxes: usize,
    /// The zoom in percent.
    pub percent: u32,
}

impl Plan {
    /// The shape of a key; nothing if it is gone.
    pub fn shape(&self, key: u64) -> Option<&Shape> {
        let at = self.shapes.binary_search_by_key(&key, |it| it.key).ok()?;
        self.shapes.get(at)
    }

    /// This plan as it comes after another.
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
                // What says how it came here stays until it moves again: nothing changes for it.
                Some(was) if was.at == shape.at => was.still,
                Some(was) => many && was.at.1 == shape.at.1,
                None => many,
            };
        }
        self
    }
}

/// Lays out what of the tree falls into the viewport, after what has been drawn before.
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
    /// Pixels a column.
    step: f64,
    /// Pixels a level.
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

    /// Whether anything of a subtree is in the viewport. Its lines go up: the level above counts.
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
        // Boxes of one level are parted by the columns of their common ancestors.
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
            _ => (String::new(), String::new()),
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
            // The highest bit parts a glyph from the box that its topmost node may become.
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
