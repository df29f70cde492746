//! The waits as a picture: the cycle if there is one, and every other wait as a line.

use crate::kernel::{Actor, Next, Setup, State, Wait, cycle, deadlocked, next};

use crate::view::words::{
    cycle_sentence, fill_lock_name, io_name, io_place, lock_name, of_file, wait_text,
};

use super::threads::givers;

/// All waits at a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitGraph {
    /// The nodes of the cycle in order. The arrow of the last leads back to the first.
    pub cycle: Vec<CycleNode>,
    /// The cycle as a sentence.
    pub sentence: Option<String>,
    /// Waits that are not part of the cycle.
    pub others: Vec<WaitRow>,
}

/// A node of the cycle, and the arrow that leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CycleNode {
    /// The name of the actor or thing.
    pub name: String,
    /// Details, in smaller text.
    pub detail: String,
    /// True for an actor, false for a thing.
    pub is_actor: bool,
    /// The text on the arrow to the next node.
    pub arrow: &'static str,
}

/// A wait that an actor can still end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WaitRow {
    /// The actor that waits.
    pub actor: Actor,
    /// The wait in words: `waits for an event`.
    pub wait: String,
    /// The actors that can end the wait, as text.
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
                detail: io_place(state, io, "the inode"),
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

/// The thing that is waited for, as a noun, and its current value.
fn thing(setup: &Setup, state: &State, wait: Wait) -> (String, String) {
    match wait {
        Wait::Mutex { ino } => {
            (format!("{}{}", lock_name(setup), of_file(setup, ino)), "is held".into())
        }
        Wait::FillLock { ino } => {
            (format!("{}{}", fill_lock_name(setup), of_file(setup, ino)), "is held".into())
        }
        Wait::AioMutex { ino } => {
            (format!("ext4_aio_mutex{}", of_file(setup, ino)), "is held".into())
        }
        Wait::DioCount { ino } => {
            let now = state.inodes[usize::from(ino)].i_dio_count;
            (format!("i_dio_count{} to be 0", of_file(setup, ino)), format!("is {now} now"))
        }
        Wait::IoEnds { ino } => {
            let kept = state.ios().filter(|(_, io)| io.ino == ino && io.has_io_end()).count();
            ("io_ends to be gone".into(), format!("{kept} left"))
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
