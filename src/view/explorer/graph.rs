//! The graph of a small search as a picture: nodes in rows by depth, and the steps between them.
//! A state with only one possible step offers no choice, so it is drawn in the node of the next
//! state.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::check::{Sketch, Sketched};
use crate::kernel::{Actor, Choice, Promise};

/// The distance between two nodes of a row and between two rows, in pixels. A finger can hit one
/// node and miss its neighbour.
const CELL: (f64, f64) = (30.0, 30.0);
/// Width and height of a node.
const NODE: (f64, f64) = (22.0, 18.0);
/// The space on the left for the numbers of the rows.
const LEFT: f64 = 34.0;
/// The number of times that the rows are ordered by their neighbours, down and up.
const SWEEPS: usize = 8;

/// The picture of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    sketch: Sketch,
    nodes: Vec<Node>,
    /// The steps between nodes, each once, and whether the marked run takes it.
    lines: Vec<(usize, usize, bool)>,
    /// Width and height in pixels.
    size: (f64, f64),
    /// The promise that the marked run breaks, if there is one.
    marked: Option<Promise>,
}

/// A node: a state, and the states that lead only to it.
#[derive(Clone, Debug, PartialEq)]
struct Node {
    /// The number of the state that it opens.
    state: u32,
    /// The depth of that state.
    depth: u32,
    /// Number of all its states.
    states: u32,
    /// The actor whose step found the state; `None` at the start.
    actor: Option<Actor>,
    kind: Kind,
    marked: bool,
    /// The middle, in pixels.
    at: (f64, f64),
}

/// What a node shows of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The run goes on.
    Open,
    /// A promise is broken.
    Broken,
    /// Nothing else is broken, but no good end can be reached.
    Doomed,
    /// Every thread has finished, and nothing is broken.
    Finished,
    /// No actor can step.
    End,
}

impl Kind {
    fn of(state: &Sketched) -> Kind {
        match state {
            it if it.broken & !Promise::Progress.bit() != 0 => Kind::Broken,
            it if it.broken != 0 && it.ways.is_empty() => Kind::Broken,
            it if it.broken != 0 => Kind::Doomed,
            it if it.finished => Kind::Finished,
            it if it.ways.is_empty() => Kind::End,
            _ => Kind::Open,
        }
    }

    /// A name for the style sheet.
    fn name(self) -> &'static str {
        match self {
            Kind::Open => "open",
            Kind::Broken => "broken",
            Kind::Doomed => "doomed",
            Kind::Finished => "finished",
            Kind::End => "end",
        }
    }
}

impl Graph {
    /// The picture of a graph in which a run is marked: the shortest one that breaks a promise.
    pub(super) fn new(sketch: Sketch, witness: Option<(Promise, &[Choice])>) -> Graph {
        let on_run = witness.map_or(Vec::new(), |(_, run)| sketch.states_of(run));
        let is_marked = |state: u32| on_run.contains(&state);
        let (mut nodes, node_of) = nodes_of(&sketch, is_marked);
        let mut lines = BTreeSet::new();
        for (from, state) in sketch.states.iter().enumerate() {
            for (_, to) in &state.ways {
                let (one, other) = (node_of[from], node_of[*to as usize]);
                if one != other {
                    lines.insert((one, other));
                }
            }
        }
        let marked: BTreeSet<(usize, usize)> = on_run
            .windows(2)
            .map(|pair| (node_of[pair[0] as usize], node_of[pair[1] as usize]))
            .collect();
        let lines: Vec<(usize, usize, bool)> =
            lines.into_iter().map(|(from, to)| (from, to, marked.contains(&(from, to)))).collect();
        let size = place(&mut nodes, &lines);
        Graph { sketch, nodes, lines, size, marked: witness.map(|(promise, _)| promise) }
    }

    /// The number of nodes.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The choices of the run that a node opens.
    pub fn run_to(&self, node: usize) -> Option<Vec<Choice>> {
        Some(self.sketch.run_to(self.nodes.get(node)?.state))
    }

    /// The depth of a node.
    pub fn depth(&self, node: usize) -> Option<u32> {
        Some(self.nodes.get(node)?.depth)
    }

    /// What the picture shows.
    pub fn says(&self) -> String {
        let states = self.sketch.states.len();
        let steps: usize = self.sketch.states.iter().map(|it| it.ways.len()).sum();
        let mut says = format!(
            "{states} states and {steps} steps in {} nodes; the number of a row is the depth. \
             Where one actor steps alone, nothing is chosen: such a state is in the node of the \
             next one, and the number in a node says how many states it has. !: a promise is \
             broken. \u{2713}: everything is finished.",
            self.nodes.len()
        );
        if self.nodes.iter().any(|node| node.kind == Kind::Doomed) {
            says.push_str(" Dashed: no good end can be reached from there.");
        }
        says.push_str(" A node opens a shortest run to its state.");
        if let Some(promise) = self.marked {
            let _ =
                write!(says, " The thick line is the shortest run that breaks {}.", promise.id());
        }
        says
    }

    /// A node in words: its depth, its actor, and what is broken.
    pub fn name(&self, node: usize) -> String {
        let Some(Node { state, depth, states, actor, marked, .. }) = self.nodes.get(node) else {
            return String::new();
        };
        let Some(sketched) = self.sketch.states.get(*state as usize) else { return String::new() };
        let mut name = format!("State {state}, depth {depth}");
        let _ = match actor {
            None => write!(name, ", the start"),
            Some(actor) => write!(name, ", after a step of {actor}"),
        };
        let _ = match states - 1 {
            0 => Ok(()),
            1 => write!(name, ", with a state that leads only to it"),
            others => write!(name, ", with {others} states that lead only to it"),
        };
        let broken = Promise::ALL.into_iter().filter(|it| sketched.broken & it.bit() != 0);
        let broken: Vec<&str> = broken.map(Promise::id).collect();
        if !broken.is_empty() {
            let _ = write!(name, ", breaks {}", broken.join(" and "));
        }
        name.push_str(match (sketched.finished, sketched.ways.is_empty()) {
            (true, _) => ", everything is finished",
            (false, true) => ", no actor can step",
            (false, false) => "",
        });
        if *marked {
            name.push_str(", on the thick line");
        }
        name
    }

    /// The picture as SVG. `link` gives the address of each node.
    pub fn svg(&self, link: impl Fn(usize) -> String) -> String {
        let (width, height) = self.size;
        let mut svg =
            format!("<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">");
        for (class, on_run) in [("graph-lines", false), ("graph-run", true)] {
            let lines = self.lines.iter().filter(|(.., marked)| *marked == on_run);
            let _ = write!(svg, "<path class=\"{class}\" d=\"{}\"/>", self.path(lines));
        }
        let rows: BTreeSet<u32> = self.nodes.iter().map(|node| node.depth).collect();
        for depth in rows {
            let y = row(depth) + 4.0;
            let _ = write!(
                svg,
                "<text class=\"graph-row\" aria-hidden=\"true\" x=\"{}\" y=\"{y}\">{depth}</text>",
                LEFT - 12.0
            );
        }
        for (at, node) in self.nodes.iter().enumerate() {
            let (x, y) = (node.at.0 - NODE.0 / 2.0, node.at.1 - NODE.1 / 2.0);
            let name = escaped(&self.name(at));
            let _ = write!(
                svg,
                "<a class=\"graph-node\" data-node=\"{at}\" data-kind=\"{}\" href=\"{}\" \
                 tabindex=\"-1\" aria-label=\"{name}\"><title>{name}</title><rect x=\"{x}\" \
                 y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"4\"/>\
                 <text x=\"{}\" y=\"{}\">{}</text></a>",
                node.kind.name(),
                escaped(&link(at)),
                NODE.0,
                NODE.1,
                node.at.0,
                node.at.1 + 4.0,
                sign(node)
            );
        }
        svg.push_str("</svg>");
        svg
    }

    /// The same as a list.
    pub fn list(&self, link: impl Fn(usize) -> String) -> String {
        let mut list = String::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let leads = self.lines.iter().filter(|(from, ..)| *from == at);
            let leads: Vec<String> =
                leads.map(|(_, to, _)| self.nodes[*to].state.to_string()).collect();
            let next = match (&leads[..], node.kind) {
                ([], _) => String::new(),
                ([only], _) => format!(" The next is {only}."),
                (several, _) => format!(" The next is {}.", several.join(" or ")),
            };
            let _ = write!(
                list,
                "<li><a data-node=\"{at}\" href=\"{}\">{}</a>.{next}</li>",
                escaped(&link(at)),
                escaped(&self.name(at))
            );
        }
        list
    }

    /// Lines from the lower edge of a node to the upper edge of the next. A step that does not lead
    /// down is a bow.
    fn path<'a>(&self, lines: impl Iterator<Item = &'a (usize, usize, bool)>) -> String {
        let mut path = String::new();
        for (from, to, _) in lines {
            let ((x, y), (to_x, to_y)) = (self.nodes[*from].at, self.nodes[*to].at);
            let (bottom, top) = (y + NODE.1 / 2.0, to_y - NODE.1 / 2.0);
            let _ = if top > bottom {
                write!(path, "M{x:.0} {bottom:.0}L{to_x:.0} {top:.0}")
            } else {
                let side = x.max(to_x) + CELL.0;
                write!(
                    path,
                    "M{x:.0} {bottom:.0}Q{side:.0} {:.0} {to_x:.0} {top:.0}",
                    (y + to_y) / 2.0
                )
            };
        }
        path
    }
}

/// The text in a node.
fn sign(node: &Node) -> String {
    match (node.kind, node.states) {
        (Kind::Broken, _) => "!".into(),
        (Kind::Finished, _) => "\u{2713}".into(),
        (Kind::Open | Kind::Doomed | Kind::End, 1) => String::new(),
        (Kind::Open | Kind::Doomed | Kind::End, states) => states.to_string(),
    }
}

/// The nodes of a graph, and the node of each state.
fn nodes_of(sketch: &Sketch, is_marked: impl Fn(u32) -> bool) -> (Vec<Node>, Vec<usize>) {
    let states = &sketch.states;
    // The next state, if a state belongs to the node of that one.
    let joined = |number: u32| {
        let state = &states[number as usize];
        let [(_, to)] = state.ways[..] else { return None };
        let is_same = Kind::of(state) == Kind::of(&states[to as usize]);
        // The start and the end of the marked run keep their nodes.
        let hides_end = is_marked(number) && !is_marked(to);
        (number > 0 && is_same && !hides_end).then_some(to)
    };
    let opened: Vec<u32> = (0..states.len() as u32)
        .map(|number| {
            let mut at = number;
            // No run returns to a state, so this ends.
            for _ in 0..states.len() {
                let Some(to) = joined(at) else { break };
                at = to;
            }
            at
        })
        .collect();
    let mut depths: Vec<u32> = Vec::new();
    let mut nodes: Vec<Node> = Vec::new();
    let mut node_of_opened = vec![0; states.len()];
    for (number, state) in (0..).zip(states) {
        let depth = state.found.map_or(0, |(from, _)| depths[from as usize] + 1);
        depths.push(depth);
        if opened[number as usize] == number {
            node_of_opened[number as usize] = nodes.len();
            let members = opened.iter().filter(|it| **it == number).count() as u32;
            nodes.push(Node {
                state: number,
                depth,
                states: members,
                actor: state.found.map(|(_, choice)| choice.actor),
                kind: Kind::of(state),
                marked: is_marked(number),
                at: (0.0, 0.0),
            });
        }
    }
    let node_of = opened.iter().map(|state| node_of_opened[*state as usize]).collect();
    (nodes, node_of)
}

/// Places the nodes in rows, and returns the size of the picture. A row is ordered by the mean
/// place of its neighbours, so that few lines cross.
fn place(nodes: &mut [Node], lines: &[(usize, usize, bool)]) -> (f64, f64) {
    let last = nodes.iter().map(|node| node.depth).max().unwrap_or(0);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); last as usize + 1];
    for (at, node) in nodes.iter().enumerate() {
        rows[node.depth as usize].push(at);
    }
    let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (from, to, _) in lines {
        neighbours[*from].push(*to);
        neighbours[*to].push(*from);
    }
    let widest = rows.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let width = LEFT + widest * CELL.0;
    let set = |nodes: &mut [Node], order: &[usize]| {
        let first = LEFT + (widest - order.len() as f64) * CELL.0 / 2.0;
        for (column, at) in order.iter().enumerate() {
            let x = first + (column as f64 + 0.5) * CELL.0;
            nodes[*at].at = (x, row(nodes[*at].depth));
        }
    };
    rows.iter().for_each(|order| set(nodes, order));
    for sweep in 0..SWEEPS {
        let is_down = sweep % 2 == 0;
        for step in 0..rows.len() {
            let order = &mut rows[if is_down { step } else { last as usize - step }];
            let mean = |at: usize, nodes: &[Node]| {
                let depth = nodes[at].depth;
                let counts = neighbours[at].iter().filter(|other| match is_down {
                    true => nodes[**other].depth < depth,
                    false => nodes[**other].depth > depth,
                });
                let (mut sum, mut count) = (0.0, 0.0);
                counts.for_each(|other| (sum, count) = (sum + nodes[*other].at.0, count + 1.0));
                if count > 0.0 { sum / count } else { nodes[at].at.0 }
            };
            order.sort_by(|one, other| mean(*one, nodes).total_cmp(&mean(*other, nodes)));
            set(nodes, order);
        }
    }
    (width, row(last) + CELL.1 / 2.0)
}

/// The height of a row's middle.
fn row(depth: u32) -> f64 {
    f64::from(depth) * CELL.1 + CELL.1 / 2.0
}

/// A text as part of markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
