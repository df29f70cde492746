//! Who waits for whom, as a picture: the cycle if there is one, and every other wait as a line.

use crate::kernel::{Actor, List, Next, Setup, Stage, State, Wait, cycle, deadlocked, next};

use crate::view::words::{cycle_sentence, io_name, lock_name, of_file, wait_text};

use super::threads::givers;

/// All waits at a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitGraph {
    /// The stations of the cycle in order; the arrow from the last goes back to the first.
    pub cycle: Vec<CycleNode>,
    /// The cycle in one sentence.
    pub sentence: Option<String>,
    /// Waits that are not part of the cycle.
    pub others: Vec<WaitRow>,
}

/// A station of the cycle, and the arrow that leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleNode {
    /// What stands there.
    pub name: String,
    /// More about it, smaller.
    pub detail: String,
    /// It is an actor, not a thing.
    pub is_actor: bool,
    /// What the arrow to the next station says.
    pub arrow: &'static str,
}

/// A wait that somebody can still end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitRow {
    /// Who waits.
    pub actor: Actor,
    /// For what: `waits for an event`.
    pub wait: String,
    /// Who can end the wait, as text.
    pub givers: String,
}

/// All waits at a state.
pub fn wait_graph(setup: &Setup, state: &State) -> WaitGraph {
    let links = cycle(setup, state).unwrap_or_default();
    let mut nodes = Vec::new();
    for link in &links {
        nodes.push(CycleNode {
            name: link.waiter.to_string(),
            detail: function_of(setup, state, link.waiter),
            is_actor: true,
            arrow: "waits for",
        });
        let (name, detail) = thing(setup, state, link.wait);
        let arrow = if link.giver.io.is_some() { "counts" } else { "given only by" };
        nodes.push(CycleNode { name, detail, is_actor: false, arrow });
        if let Some(io) = link.giver.io {
            nodes.push(CycleNode {
                name: io_name(state, io),
                detail: where_is(state, io),
                is_actor: false,
                arrow: "moved on only by",
            });
        }
    }
    let in_cycle = |actor: Actor| links.iter().any(|link| link.waiter == actor);
    let stuck = deadlocked(setup, state);
    let others = Actor::all().filter(|actor| !in_cycle(*actor)).filter_map(|actor| {
        let Next::Blocked { wait, .. } = next(setup, state, actor) else { return None };
        Some(WaitRow {
            actor,
            wait: wait_text(setup, state, wait),
            givers: givers(setup, state, &stuck, wait, actor),
        })
    });
    let others = others.collect();
    WaitGraph { cycle: nodes, sentence: cycle_sentence(setup, state), others }
}

fn function_of(setup: &Setup, state: &State, actor: Actor) -> String {
    match next(setup, state, actor) {
        Next::Ready { pc } | Next::Blocked { pc, .. } => {
            format!("in {}", pc.info_in(&setup.design.knobs).function)
        }
        Next::Done => String::new(),
    }
}

/// What is waited for, as a noun, and its present value.
fn thing(setup: &Setup, state: &State, wait: Wait) -> (String, String) {
    match wait {
        Wait::Mutex { ino } => {
            (format!("{}{}", lock_name(setup), of_file(setup, ino)), "is held".into())
        }
        Wait::DioCount { ino } => {
            let now = state.inodes[usize::from(ino)].i_dio_count;
            (format!("i_dio_count{} to be 0", of_file(setup, ino)), format!("is {now} now"))
        }
        Wait::Writeback { .. } => ("PageWriteback to be cleared".into(), "it is set".into()),
        Wait::PageLock { .. } => ("the page lock".into(), "held until the page is read".into()),
        Wait::Throttle => ("fewer pending conversions".into(), "the limit is reached".into()),
        Wait::Ordered => ("ordered data on the device".into(), "in flight".into()),
        Wait::Unwritten { ino } => {
            let now = state.inodes[usize::from(ino)].i_unwritten;
            (format!("i_unwritten{} to be 0", of_file(setup, ino)), format!("is {now} now"))
        }
        Wait::Bio { io } => (format!("bio of {}", io_name(state, io)), "in flight".into()),
        Wait::Slot => ("a slot".into(), "all are taken".into()),
        Wait::Event => ("an event".into(), "the ring is empty".into()),
        Wait::Transaction => ("a new handle".into(), "transaction locked or full".into()),
        Wait::DataSem { .. } => ("i_data_sem".into(), "held for reading".into()),
        Wait::Reserved => ("room in the journal".into(), "too much is reserved".into()),
        Wait::Handles => ("handles to stop".into(), format!("{} are open", state.journal.handles)),
        Wait::Commit => ("the commit".into(), "not written yet".into()),
    }
}

fn where_is(state: &State, io: u8) -> String {
    let io = &state.ios[usize::from(io)];
    match (io.stage, io.list) {
        (Stage::Listed, List::Private { task, .. }) => {
            format!("on the private list of {}", Actor::of_task(task))
        }
        (Stage::Listed, List::Inode) => "on the inode's list".into(),
        (Stage::Listed, List::Unrsv) => "on the inode's unreserved list".into(),
        (Stage::Listed, List::Dio) => "a work item of its own".into(),
        (Stage::Submitted, _) => "its bio is in flight".into(),
        (Stage::Completed, _) => "completed".into(),
        (Stage::Converting, _) => "being converted".into(),
        _ => String::new(),
    }
}
