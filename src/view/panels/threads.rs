//! The actors: every thread, irq handler and kworker, and the commit thread.

use crate::kernel::{
    Actor, Journal, Next, Power, Setup, Stage, State, Wait, deadlocked, needs, next, worker_plan,
};
use crate::scenario::Run;

use crate::view::words::{environment_sentence, io_name, lock_name, of_file, op_text, wait_text};

/// An actor: its context, its place, and what it holds and waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadRow {
    /// The actor, which is also the key of the row.
    pub actor: Actor,
    /// The context in which it runs.
    pub context: Context,
    /// The operation of the script that it runs, or runs next.
    pub op: Option<String>,
    /// The line of that operation in the script.
    pub line: Option<u32>,
    /// The kernel functions on its stack, outermost first.
    pub stack: Vec<&'static str>,
    /// Its next step, which may be blocked.
    pub next: String,
    /// The locks and handles that it holds.
    pub holds: Vec<String>,
    /// The wait in words: `waits for an event`.
    pub waits: Option<String>,
    /// The actors that can end the wait, as text.
    pub givers: String,
    /// True if the actor can never step again.
    pub stuck: bool,
    /// True if it took the last step.
    pub stepped: bool,
}

/// The context in which an actor runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A thread in a system call.
    Syscall,
    /// A thread in user space, before its next operation.
    User,
    /// In an irq handler, which completes a bio.
    Irq,
    /// A kworker in a work function.
    Worker,
    /// In jbd2's commit thread.
    Commit,
    /// An actor without work.
    Idle,
    /// A thread whose program has ended.
    Done,
    /// An actor that a power cut has ended, with everything that it held.
    Off,
}

impl Context {
    /// The context in a word.
    pub const fn word(self) -> &'static str {
        match self {
            Context::Syscall => "syscall",
            Context::User => "user",
            Context::Irq => "irq",
            Context::Worker => "worker",
            Context::Commit => "commit",
            Context::Idle => "idle",
            Context::Done => "done",
            Context::Off => "power cut",
        }
    }
}

/// All actors at the cursor, in the machine's order. `lines` has the lines of each thread's
/// operations.
pub fn threads(run: &Run, lines: &[Vec<u32>]) -> Vec<ThreadRow> {
    let (setup, state) = (run.setup(), run.state());
    let stuck = deadlocked(setup, state);
    let last = run.cursor().checked_sub(1).and_then(|i| run.choices().get(i)).map(|c| c.actor);
    let is_shown = |actor: &Actor| match *actor {
        Actor::Thread(t) => usize::from(t) < setup.threads.len(),
        Actor::Irq(_) => next(setup, state, *actor) != Next::Done || last == Some(*actor),
        Actor::Jbd2 | Actor::Kworker(0) => true,
        Actor::Kworker(_) | Actor::Flusher => {
            next(setup, state, *actor) != Next::Done || last == Some(*actor)
        }
        // These two run in no context; their steps are in the list of steps.
        Actor::Shrinker | Actor::Power => false,
    };
    let row = |actor: Actor| {
        if state.power != Power::On {
            return off(actor);
        }
        let at_entry = actor.task().is_some_and(|t| state.tasks[usize::from(t)].depth() == 0);
        let (next_text, wait) = match next(setup, state, actor) {
            Next::Ready { pc } => (pc.info_in(&setup.design.knobs).does.to_string(), None),
            Next::Blocked { pc, wait } => {
                (pc.info_in(&setup.design.knobs).does.to_string(), Some(wait))
            }
            Next::Done => (String::new(), None),
        };
        let (op, line) = op_of(run, lines, actor);
        let context = context(run, actor);
        let is_entering = context == Context::User && wait.is_some();
        ThreadRow {
            actor,
            // An actor that waits at the entry of an operation is already inside the system call.
            context: if is_entering { Context::Syscall } else { context },
            op,
            line,
            stack: match next(setup, state, actor) {
                Next::Blocked { pc, .. } if at_entry => {
                    vec![pc.info_in(&setup.design.knobs).function]
                }
                Next::Blocked { .. } | Next::Ready { .. } | Next::Done => stack(run, actor),
            },
            next: next_text,
            holds: holds(run, actor),
            waits: wait.map(|wait| wait_text(setup, state, wait)),
            givers: wait.map_or(String::new(), |wait| givers(setup, state, &stuck, wait, actor)),
            stuck: stuck.iter().any(|(who, _)| *who == actor),
            stepped: last == Some(actor),
        }
    };
    Actor::all().filter(is_shown).map(row).collect()
}

/// An actor that a power cut has ended.
fn off(actor: Actor) -> ThreadRow {
    ThreadRow {
        actor,
        context: Context::Off,
        op: None,
        line: None,
        stack: Vec::new(),
        next: String::new(),
        holds: Vec::new(),
        waits: None,
        givers: String::new(),
        stuck: false,
        stepped: false,
    }
}

/// What the power cut or the recovery did, whichever was last; `None` while the power is on.
pub fn after_power_cut(run: &Run) -> Option<String> {
    if run.state().power == Power::On {
        return None;
    }
    let past = &run.choices()[..run.cursor()];
    let step = past.iter().rposition(|choice| choice.actor == Actor::Power)?;
    Some(environment_sentence(run.notes_of(step)) + ".")
}

/// The actors that can end a wait, as text. Actors that can never step again are named only if
/// there is no other.
pub(super) fn givers(
    setup: &Setup,
    state: &State,
    stuck: &[(Actor, Wait)],
    wait: Wait,
    waiter: Actor,
) -> String {
    let is_lost = |actor: Actor| actor == waiter || stuck.iter().any(|(who, _)| *who == actor);
    let (mut live, mut lost) = (String::new(), String::new());
    let needs = needs(setup, state, wait);
    let all = needs.iter().flatten().fold(0_u64, |set, giver| set | 1 << giver.actor.position());
    for actor in Actor::all().filter(|actor| all >> actor.position() & 1 != 0) {
        let names = if is_lost(actor) { &mut lost } else { &mut live };
        *names += if names.is_empty() { "" } else { ", " };
        *names += &actor.to_string();
    }
    match (live.is_empty(), lost.is_empty()) {
        (false, _) => format!("can be ended by {live}"),
        (_, false) => format!("only stuck actors could end it: {lost}"),
        _ => "nobody can end it".into(),
    }
}

fn op_of(run: &Run, lines: &[Vec<u32>], actor: Actor) -> (Option<String>, Option<u32>) {
    let (setup, state) = (run.setup(), run.state());
    match actor {
        Actor::Thread(t) => {
            let index = state.tasks[usize::from(t)].op;
            let op = setup.op(t, index);
            let line = lines.get(usize::from(t)).and_then(|of| of.get(usize::from(index)));
            (op.map(|op| op_text(setup, op)), line.copied())
        }
        Actor::Irq(index) => {
            let io = &state.ios[usize::from(index)];
            let name =
                (io.stage != Stage::Free).then(|| format!("bio of {}", io_name(state, index)));
            (name, None)
        }
        Actor::Kworker(_) | Actor::Flusher => (worker_io(state, actor), None),
        Actor::Jbd2 if setup.journal > 0 => {
            let Journal { credits, reserved, .. } = state.journal;
            let room = setup.journal;
            (Some(format!("credits {credits} of {room}, {reserved} reserved")), None)
        }
        Actor::Jbd2 | Actor::Shrinker | Actor::Power => (None, None),
    }
}

/// The write that a kworker processes, and the number of writes behind it on its list.
fn worker_io(state: &State, actor: Actor) -> Option<String> {
    let task = actor.task()?;
    let frames = state.tasks[usize::from(task)].frames();
    let at = frames.iter().rev().find(|frame| frame.pc.is_end_io())?;
    let behind = state.ios().filter(|(_, io)| {
        io.stage == Stage::Listed
            && matches!(io.list, crate::kernel::List::Private { task: t, .. } if t == task)
    });
    let behind: Vec<String> = behind.map(|(index, _)| io_name(state, index)).collect();
    let name = io_name(state, at.on.io()?);
    match behind.as_slice() {
        [] => Some(format!("io_end of {name}")),
        rest => Some(format!("io_end of {name}, then {}", rest.join(", "))),
    }
}

fn context(run: &Run, actor: Actor) -> Context {
    let (setup, state) = (run.setup(), run.state());
    let is_idle = next(setup, state, actor) == Next::Done;
    match actor {
        Actor::Thread(t) => {
            let inside = state.tasks[usize::from(t)].depth() > 0;
            let left = setup.op(t, state.tasks[usize::from(t)].op).is_some();
            match (inside, left) {
                (true, _) => Context::Syscall,
                (false, true) => Context::User,
                (false, false) => Context::Done,
            }
        }
        _ if is_idle => Context::Idle,
        Actor::Irq(_) => Context::Irq,
        Actor::Kworker(_) | Actor::Flusher => Context::Worker,
        Actor::Jbd2 => Context::Commit,
        Actor::Shrinker | Actor::Power => Context::Idle,
    }
}

fn stack(run: &Run, actor: Actor) -> Vec<&'static str> {
    let (setup, state) = (run.setup(), run.state());
    let mut stack: Vec<&'static str> = Vec::new();
    let mut add = |function: &'static str| {
        if !function.is_empty() && stack.last() != Some(&function) {
            stack.push(function);
        }
    };
    match actor.task() {
        Some(task) => {
            for frame in state.tasks[usize::from(task)].frames() {
                add(frame.pc.info_in(&setup.design.knobs).function);
                if let (true, Some(io)) = (frame.pc.is_end_io(), frame.on.io()) {
                    // The position in the plan is already after the open call.
                    let io = &state.ios[usize::from(io)];
                    let at = worker_plan(&setup.design.knobs, io).at(frame.extra);
                    let is_top = state.tasks[usize::from(task)].top() == Some(*frame);
                    if let Some(pc) = at.filter(|_| is_top) {
                        add(pc.info_in(&setup.design.knobs).function);
                    }
                }
            }
        }
        None => match next(setup, state, actor) {
            Next::Ready { pc } | Next::Blocked { pc, .. } => {
                add(pc.info_in(&setup.design.knobs).function)
            }
            Next::Done => {}
        },
    }
    stack
}

fn holds(run: &Run, actor: Actor) -> Vec<String> {
    let (setup, state) = (run.setup(), run.state());
    let Some(number) = actor.task() else {
        let locked = actor == Actor::Jbd2 && state.journal.locked;
        return if locked { vec!["locked transaction".into()] } else { Vec::new() };
    };
    let task = &state.tasks[usize::from(number)];
    let inos = (0..setup.files.len() as u8).filter(|ino| task.i_mutex & (1 << ino) != 0);
    let lock = lock_name(setup);
    let mut holds: Vec<String> = inos.map(|ino| format!("{lock}{}", of_file(setup, ino))).collect();
    for ino in 0..setup.files.len() as u8 {
        let reads = u32::from(state.inodes[usize::from(ino)].i_data_sem) >> number;
        for (name, held) in [(lock, task.shared >> ino), ("i_data_sem", reads as u8)] {
            if held & 1 != 0 {
                holds.push(format!("{name}{} shared", of_file(setup, ino)));
            }
        }
    }
    if task.handle {
        holds.push("jbd2 handle".into());
    }
    holds
}
