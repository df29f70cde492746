//! Replays the observer's events on a picture of the tree and checks that the picture stays
//! correct: shape, colours, fields and `cache_es` after every operation. Observing changes nothing.

use std::collections::BTreeMap;

use extentscope::es::{
    Arena, Es, EsEvent, EsOp, Extent, Matching, Memory, NodeId, Side, Status, Tree, Version,
};
use proptest::collection::vec;
use proptest::prelude::*;

type Watched = Tree<Vec<EsEvent>>;

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn a_picture_drawn_from_events_stays_true(ops in vec((0..7u8, 0..250u32, 1..9u32), 1..400)) {
        for version in [Version::V3_9, Version::V6_5] {
            replay(version, &ops);
        }
    }
}

fn replay(version: Version, ops: &[(u8, u32, u32)]) {
    let rules = version.rules();
    let mut tree = Tree::<()>::new();
    let mut watched = Watched::new();
    let mut picture = Picture::default();
    for &(verb, lblk, len) in ops {
        let op = operation(verb, lblk, len);
        let said = tree.apply(rules, &mut Memory::plenty(), op);
        let watched_said = watched.apply(rules, &mut Memory::plenty(), op);
        assert_eq!(said, watched_said, "{op:?}");
        for event in watched.storage_mut().observer_mut().drain(..) {
            picture.draw(event);
        }
        assert!(tree.storage().preorder().eq(watched.storage().preorder()), "{op:?}");
        picture.compare(&watched);
    }
}

fn operation(verb: u8, lblk: u32, len: u32) -> EsOp {
    let extent = |status| Extent::new(lblk, len, 1000 + u64::from(lblk), status);
    match verb {
        0 => EsOp::Insert(extent(Status::WRITTEN)),
        1 => EsOp::Insert(extent(Status::UNWRITTEN)),
        2 => EsOp::Insert(Extent::new(lblk, len, 0, Status::HOLE)),
        3 => EsOp::Lookup { lblk },
        4 => EsOp::FindRange { matching: Matching::Hole, lblk, end: lblk + 20 },
        5 => EsOp::Remove { lblk, len: 2 * len },
        _ => EsOp::Reclaim { nr_to_scan: len.cast_signed() },
    }
}

/// A picture of a tree, made from events only.
#[derive(Default)]
struct Picture {
    nodes: BTreeMap<NodeId, Drawn>,
    root: Option<NodeId>,
    cache: Option<NodeId>,
}

struct Drawn {
    extent: Extent,
    black: bool,
    parent: Option<NodeId>,
    child: [Option<NodeId>; 2],
}

impl Picture {
    fn draw(&mut self, event: EsEvent) {
        match event {
            EsEvent::Link { node, parent, extent } => {
                let drawn = Drawn { extent, black: false, parent: None, child: [None, None] };
                assert!(self.nodes.insert(node, drawn).is_none(), "ids are not used twice");
                self.hang(node, parent.map(|(id, side)| (id, index(side))));
            }
            EsEvent::Rotate { down, up, side } => {
                let side = index(side);
                let place = self.place_of(down);
                let inner = self.node(up).child[side];
                self.set_child(down, 1 - side, inner);
                self.set_child(up, side, Some(down));
                self.hang(up, place);
            }
            EsEvent::Recolour { node, black } => {
                assert_ne!(self.node(node).black, black, "a colour changes");
                self.node(node).black = black;
            }
            EsEvent::Merge { into, from } => {
                let (into, from) = (self.node(into).extent, self.node(from).extent);
                let touch = into.lblk + into.len == from.lblk || from.lblk + from.len == into.lblk;
                assert!(touch, "{into} and {from} touch");
            }
            EsEvent::Split { left, right } => {
                assert!(self.node(left).extent.lblk < self.node(right).extent.lblk);
            }
            EsEvent::Unlink { node, heir } => self.unlink(node, heir),
            EsEvent::Change { node, extent } => self.node(node).extent = extent,
            EsEvent::Cache { node } => self.cache = node,
        }
    }

    fn unlink(&mut self, node: NodeId, heir: Option<NodeId>) {
        let place = self.place_of(node);
        let child = self.node(node).child;
        let Some(heir) = heir else {
            match place {
                Some((parent, side)) => self.node(parent).child[side] = None,
                None => self.root = None,
            }
            self.nodes.remove(&node);
            return;
        };
        if child[0].is_some() && child[1].is_some() {
            if self.node(heir).parent != Some(node) {
                let (from, side) = self.place_of(heir).expect("a successor has a parent");
                let orphan = self.node(heir).child[1];
                self.set_child(from, side, orphan);
                self.set_child(heir, 1, child[1]);
            }
            self.set_child(heir, 0, child[0]);
        }
        self.hang(heir, place);
        self.nodes.remove(&node);
    }

    fn node(&mut self, id: NodeId) -> &mut Drawn {
        self.nodes.get_mut(&id).expect("an event names a node that was linked")
    }

    /// The parent of a node and the side; `None` for the root.
    fn place_of(&mut self, id: NodeId) -> Option<(NodeId, usize)> {
        let parent = self.node(id).parent?;
        let side = usize::from(self.node(parent).child[1] == Some(id));
        Some((parent, side))
    }

    fn hang(&mut self, id: NodeId, place: Option<(NodeId, usize)>) {
        self.node(id).parent = place.map(|it| it.0);
        match place {
            Some((parent, side)) => self.node(parent).child[side] = Some(id),
            None => self.root = Some(id),
        }
    }

    fn set_child(&mut self, id: NodeId, side: usize, child: Option<NodeId>) {
        self.node(id).child[side] = child;
        if let Some(child) = child {
            self.node(child).parent = Some(id);
        }
    }

    fn compare(&self, tree: &Es<Arena<Vec<EsEvent>>>) {
        let arena = tree.storage();
        assert_eq!(self.root, arena.root().map(|it| it.id));
        assert_eq!(self.cache, arena.cached().map(|it| it.id));
        assert_eq!(self.nodes.len(), arena.preorder().count());
        for node in arena.preorder() {
            let drawn = &self.nodes[&node.id];
            assert_eq!(drawn.extent, node.extent);
            assert_eq!(drawn.black, node.black, "colour of {}", node.extent);
            assert_eq!(drawn.parent, node.parent, "parent of {}", node.extent);
            assert_eq!(drawn.child, [node.left, node.right], "children of {}", node.extent);
        }
    }
}

fn index(side: Side) -> usize {
    match side {
        Side::Left => 0,
        Side::Right => 1,
    }
}
