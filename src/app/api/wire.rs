//! The values that `window.extentscope` returns, as plain data. These types are a contract with
//! people who embed the page: a field may be added, but nothing is renamed, removed or given
//! another meaning without a new [`VERSION`]. `docs/javascript-api.md` describes them.

use serde::Serialize;

use crate::session::Session;
use crate::view::words::{caption, cycle_sentence};
use crate::view::{self, FileStrata, StepRow, TreeView};

/// The version of everything in this file.
pub const VERSION: u32 = 1;

/// The state of a run at its cursor.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    version: u32,
    step: u32,
    steps: u32,
    script: String,
    title: String,
    design: String,
    choices: Vec<String>,
    verdict: Verdict,
    caption: String,
    cycle: Option<String>,
    notice: Option<String>,
    enabled: Vec<Step>,
    blocked: Vec<Step>,
    files: Vec<File>,
    writes: Vec<Write>,
    threads: Vec<Thread>,
    pending: Vec<u8>,
}

/// The verdict on the run.
#[derive(Serialize)]
struct Verdict {
    kind: &'static str,
    text: String,
}

/// A step that an actor can take, or waits to take.
#[derive(Serialize)]
pub struct Step {
    choice: String,
    function: &'static str,
    does: String,
    waits: Option<String>,
}

#[derive(Serialize)]
struct File {
    name: String,
    layers: Vec<Layer>,
    tree: Vec<Node>,
}

#[derive(Serialize)]
struct Layer {
    id: &'static str,
    ranges: Vec<Range>,
}

#[derive(Serialize)]
struct Range {
    lblk: u8,
    len: u8,
    says: String,
    pblk: Option<u32>,
}

#[derive(Serialize)]
struct Node {
    id: f64,
    lblk: u32,
    len: u32,
    status: String,
    pblk: Option<u32>,
    black: bool,
    parent: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Write {
    name: String,
    what: String,
    stage: &'static str,
    place: String,
    acknowledged: bool,
    in_i_unwritten: bool,
}

#[derive(Serialize)]
struct Thread {
    name: String,
    context: &'static str,
    op: Option<String>,
    stack: Vec<&'static str>,
    holds: Vec<String>,
    waits: Option<String>,
    stuck: bool,
}

/// The whole state at the cursor.
pub fn view(session: &Session) -> View {
    let run = session.run();
    let (setup, state) = (run.setup(), run.state());
    let badge = view::badge(run);
    let (enabled, blocked) = steps(session).into_iter().partition(|step| step.waits.is_none());
    let trees = view::trees(run);
    let files = view::strata(setup, state).files.into_iter();
    View {
        version: VERSION,
        step: session.place().0 as u32,
        steps: session.place().1 as u32,
        script: session.text().into(),
        title: session.title().into(),
        design: session.design().to_string(),
        choices: run.choices().iter().map(ToString::to_string).collect(),
        verdict: Verdict { kind: badge.kind.word(), text: badge.text },
        caption: caption(run),
        cycle: cycle_sentence(setup, state),
        notice: session.notice().map(String::from),
        enabled,
        blocked,
        files: files.zip(trees).map(|(strata, tree)| file(strata, &tree)).collect(),
        writes: view::pipeline_of(run).ios.into_iter().map(write).collect(),
        threads: view::threads(run, &session.script().lines).into_iter().map(thread).collect(),
        pending: view::series(run).pending,
    }
}

/// The next step of every actor; enabled steps come first.
pub fn steps(session: &Session) -> Vec<Step> {
    let step = |row: StepRow| Step {
        choice: row.choice.to_string(),
        function: row.label.function,
        does: row.label.does,
        waits: row.blocked,
    };
    view::steps(session.run(), session.next_choice()).into_iter().map(step).collect()
}

fn file(strata: FileStrata, tree: &TreeView) -> File {
    let range = |s: &view::Segment| Range {
        lblk: s.lblk,
        len: s.len,
        says: s.label.clone(),
        pblk: s.pblk.map(|pblk| pblk as u32),
    };
    let layer = |row: &view::Stratum| Layer {
        id: row.id,
        ranges: row.segments.iter().map(range).collect(),
    };
    let node = |n: &view::TreeNode| Node {
        // The ids of nodes have 48 bits, which a JavaScript number represents exactly.
        id: n.id as f64,
        lblk: n.lblk,
        len: n.len,
        status: n.status.clone(),
        pblk: n.pblk.map(|pblk| pblk as u32),
        black: n.black,
        parent: n.parent_id.map(|id| id as f64),
    };
    File {
        name: strata.name,
        layers: strata.rows.iter().map(layer).collect(),
        tree: tree.nodes.iter().map(node).collect(),
    }
}

fn write(io: view::IoRow) -> Write {
    Write {
        name: io.name,
        what: io.what,
        stage: io.column.map_or("prepared", |c| view::COLUMNS[usize::from(c)]),
        place: io.place,
        acknowledged: io.ack != view::Ack::No,
        in_i_unwritten: io.counted,
    }
}

fn thread(row: view::ThreadRow) -> Thread {
    Thread {
        name: row.actor.to_string(),
        context: row.context.word(),
        op: row.op,
        stack: row.stack,
        holds: row.holds,
        waits: row.waits,
        stuck: row.stuck,
    }
}
