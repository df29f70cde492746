//! The graph: every state and step, its nodes, its picture and its list.

use super::*;
use crate::bounds::GRAPH_STATES_MAX;
use crate::check::{Bounds, Search, Verdict};
use crate::kernel::{Design, Setup, State, enabled, step};
use crate::scenario::{Preset, Script};

fn search(preset: &str, design: &str, bounds: Bounds) -> Search {
    let preset = Preset::find(preset).expect("a preset");
    let script = Script::parse(preset.script).expect("a script");
    let design = Design::parse(design).expect("a design");
    Search::run(Setup { design, ..script.setup }, bounds)
}

const SMALL: [(&str, &str); 3] = [("S7", "rfc-osync"), ("S7", "v3.8"), ("S2", "rfc-v1")];

#[test]
fn a_sketch_has_every_state_and_step_and_its_runs_replay() {
    for (preset, design) in SMALL {
        let search = search(preset, design, Bounds::default());
        let sketch = search.sketch(GRAPH_STATES_MAX).expect("a small search");
        let progress = search.progress();
        assert_eq!(sketch.states.len() as u32, progress.states, "{preset}");
        let steps: usize = sketch.states.iter().map(|it| it.ways.len()).sum();
        assert_eq!(steps as u64, progress.transitions, "{preset}");
        assert_eq!(Sketch::parse(&sketch.to_string()), Some(sketch.clone()), "{preset}");
        for (number, sketched) in (0..).zip(&sketch.states) {
            let mut state = State::initial(search.setup());
            for choice in sketch.run_to(number) {
                step(search.setup(), &mut state, choice, &mut ()).expect("a step of the run");
            }
            let ways: Vec<Choice> = sketched.ways.iter().map(|(choice, _)| *choice).collect();
            assert_eq!(enabled(search.setup(), &state), ways, "{preset}, state {number}");
        }
        for finding in search.findings() {
            let bit = finding.promise.bit();
            let broken = |it: &Sketched| it.broken & bit != 0;
            let Verdict::Violated { witness } = finding.verdict else {
                assert!(!sketch.states.iter().any(broken), "{preset} {:?}", finding.promise);
                continue;
            };
            let states = sketch.states_of(&witness);
            assert_eq!(states.len(), witness.len() + 1, "{preset} {:?}", finding.promise);
            let first = states.iter().position(|it| broken(&sketch.states[*it as usize]));
            assert_eq!(first, Some(witness.len()), "{preset} {:?}", finding.promise);
        }
    }
}

#[test]
fn what_is_large_or_not_whole_has_no_sketch() {
    let whole = search("S7", "rfc-osync", Bounds::default());
    let states = whole.progress().states;
    assert!(whole.sketch(states).is_some() && whole.sketch(states - 1).is_none());
    let part = search("S7", "rfc-osync", Bounds { states: 100, ..Bounds::default() });
    assert_eq!(part.sketch(GRAPH_STATES_MAX), None);
    let reduced = Search::new(whole.setup().clone(), Bounds::default()).reduced().finish();
    assert_eq!(reduced.sketch(GRAPH_STATES_MAX), None);
    for text in ["", "nonsense", "- - 0 0 1=t1", "1 t1 0 0"] {
        assert_eq!(Sketch::parse(text), None, "{text}");
    }
}

/// A graph, and the shortest run that breaks its first broken promise.
fn graph(preset: &str, design: &str) -> (Graph, Option<(Promise, Vec<Choice>)>) {
    let search = search(preset, design, Bounds::default());
    let witness = search.findings().into_iter().find_map(|finding| match finding.verdict {
        Verdict::Violated { witness } => Some((finding.promise, witness)),
        Verdict::Holds | Verdict::NeverReached => None,
    });
    let sketch = search.sketch(GRAPH_STATES_MAX).expect("a small search");
    let marked = witness.as_ref().map(|(promise, run)| (*promise, run.as_slice()));
    (Graph::new(sketch, marked), witness)
}

#[test]
fn a_state_in_which_one_actor_steps_alone_is_in_the_node_of_the_next_one() {
    for (preset, design) in SMALL {
        let (graph, witness) = graph(preset, design);
        let states = graph.sketch.states.len();
        let joined: u32 = graph.nodes.iter().map(|node| node.states).sum();
        assert_eq!(joined as usize, states, "{preset}");
        assert!(graph.nodes.len() < states, "{preset}");
        let (_, node_of) = nodes_of(&graph.sketch, |_| false);
        for (number, state) in graph.sketch.states.iter().enumerate().skip(1) {
            let has_choice = state.ways.len() != 1;
            let is_opened = graph.nodes.iter().any(|node| node.state as usize == number);
            assert!(is_opened || !has_choice, "{preset}, state {number}: it has its own node");
            let [(_, to)] = state.ways[..] else { continue };
            let next = &graph.sketch.states[to as usize];
            let is_joined = node_of[number] == node_of[to as usize];
            assert_eq!(is_joined, Kind::of(state) == Kind::of(next), "{preset}, state {number}");
        }
        for node in &graph.nodes {
            assert_eq!(graph.sketch.run_to(node.state).len() as u32, node.depth);
        }
        // The marked run: every state of it is in a marked node, and thick lines join those.
        let run = witness.map_or(Vec::new(), |(_, run)| graph.sketch.states_of(&run));
        let last = run.last().copied();
        let marked = graph.nodes.iter().filter(|it| it.marked).count();
        let opened = |state: &u32| graph.nodes.iter().any(|it| it.marked && it.state == *state);
        assert_eq!(run.iter().filter(|it| opened(it)).count(), marked, "{preset}");
        assert!(last.is_none_or(|last| opened(&last) && opened(&0)), "{preset}");
        let thick = graph.lines.iter().filter(|(.., marked)| *marked).count();
        assert_eq!(thick, marked.saturating_sub(1), "{preset}");
    }
}

#[test]
fn what_is_broken_what_is_doomed_and_what_is_finished_look_different() {
    let (graph, _) = graph("S7", "rfc-osync");
    let count = |kind: Kind| graph.nodes.iter().filter(|node| node.kind == kind).count();
    assert!(count(Kind::Broken) > 0 && count(Kind::Doomed) > 0 && count(Kind::Finished) > 0);
    let dead = Promise::NoDeadlock.bit();
    for node in &graph.nodes {
        let broken = graph.sketch.states[node.state as usize].broken;
        assert_eq!(broken & dead != 0, node.kind == Kind::Broken, "{node:?}");
    }
    assert!(graph.says().contains("Dashed: no good end"), "{}", graph.says());
}

#[test]
fn nodes_stand_in_rows_by_depth_and_do_not_overlap() {
    let (graph, _) = graph("S7", "rfc-osync");
    let (width, height) = graph.size;
    for (at, node) in graph.nodes.iter().enumerate() {
        let (x, y) = node.at;
        assert_eq!(y, row(node.depth));
        assert!(x - NODE.0 / 2.0 >= LEFT && x + NODE.0 / 2.0 <= width && y <= height, "{x}");
        for other in &graph.nodes[..at] {
            let apart = (other.at.0 - x).abs() >= CELL.0 || (other.at.1 - y).abs() >= CELL.1;
            assert!(apart, "{node:?} {other:?}");
        }
    }
}

#[test]
fn the_picture_and_its_list_name_the_same_links() {
    let (graph, witness) = graph("S7", "rfc-osync");
    let (promise, run) = witness.expect("a deadlock");
    let link = |node: usize| format!("#v2;t=<&\"{node}");
    let (svg, list) = (graph.svg(link), graph.list(link));
    for node in 0..graph.nodes() {
        let address = format!("href=\"#v2;t=&lt;&amp;&quot;{node}\"");
        let name = escaped(&graph.name(node));
        assert!(svg.contains(&address) && list.contains(&address), "{node}");
        assert!(svg.contains(&format!("aria-label=\"{name}\"")), "{name}");
        assert!(list.contains(&format!("{address}>{name}</a>")), "{name}");
    }
    assert_eq!(graph.name(0), "State 0, depth 0, the start, on the thick line");
    let last = graph.sketch.states_of(&run).pop().expect("a state");
    let end = (0..graph.nodes()).find(|it| graph.nodes[*it].state == last).expect("a node");
    let name = graph.name(end);
    assert!(name.contains(&format!(", breaks {}", promise.id())), "{name}");
    assert!(name.ends_with(", on the thick line"), "{name}");
    assert_eq!(svg.matches("graph-node").count(), graph.nodes());
    assert_eq!(svg.matches("class=\"graph-run\"").count(), 1);
    assert_eq!(graph.name(graph.nodes()), "");
}
