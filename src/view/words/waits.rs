//! Waits and the cycle of a deadlock, as sentences.

use crate::kernel::{Actor, Giver, Link, List, Setup, Stage, State, Wait, cycle, needs};

use super::names::{fill_lock_name, io_name, lock_name, of_file};

/// A wait as a verb phrase: `waits for i_mutex, held by t1`.
pub fn wait_text(setup: &Setup, state: &State, wait: Wait) -> String {
    let who = |wait| {
        let givers = needs(setup, state, wait);
        givers.first().and_then(|g| g.first()).map_or("nobody".into(), |g| g.actor.to_string())
    };
    match wait {
        Wait::Mutex { ino } | Wait::DataSem { ino } => {
            let is_mutex = matches!(wait, Wait::Mutex { .. });
            let lock = if is_mutex { lock_name(setup) } else { "i_data_sem" };
            format!("waits for {lock}{}, held by {}", of_file(setup, ino), who(wait))
        }
        Wait::FillLock { ino } => {
            let lock = fill_lock_name(setup);
            format!("waits for {lock}{}, held by {}", of_file(setup, ino), who(wait))
        }
        Wait::AioMutex { ino } => {
            format!("waits for ext4_aio_mutex{}, held by {}", of_file(setup, ino), who(wait))
        }
        Wait::DioCount { ino } => {
            let count = state.inodes[usize::from(ino)].i_dio_count;
            format!("waits until i_dio_count{} is 0 (now {count})", of_file(setup, ino))
        }
        Wait::IoEnds { ino } => {
            format!("waits until no io_end of the inode{} is left", of_file(setup, ino))
        }
        Wait::Writeback { .. } => "waits for PageWriteback to be cleared".into(),
        Wait::PageLock { .. } => "waits for a page that is being read to be unlocked".into(),
        Wait::Throttle => "waits for fewer pending conversions".into(),
        Wait::Ordered => "waits for the ordered data to reach the device".into(),
        Wait::Unwritten { ino } => {
            let count = state.inodes[usize::from(ino)].i_unwritten;
            format!("waits until i_unwritten{} is 0 (now {count})", of_file(setup, ino))
        }
        Wait::Bio { io } => format!("waits for the bio of {}", io_name(state, io)),
        Wait::Slot => format!("waits for a slot of the AIO context ({} taken)", setup.slots),
        Wait::Event => "waits for an event".into(),
        Wait::Transaction => "waits for jbd2 to commit, to start a handle".into(),
        Wait::Reserved => "waits for reserved handles to start".into(),
        Wait::Handles => format!("waits for the handle of {} to stop", who(wait)),
        Wait::Commit => "waits for jbd2 to commit".into(),
    }
}

/// The deadlock of a state as one sentence: what each actor waits for, and which actor could end
/// the wait. `None` if there is no wait-for cycle.
pub fn cycle_sentence(setup: &Setup, state: &State) -> Option<String> {
    let links = cycle(setup, state)?;
    let parts: Vec<String> = links.iter().map(|link| link_text(setup, state, link)).collect();
    Some(format!("Deadlock: {}.", parts.join("; ")))
}

/// One edge of the cycle: `kworker:1 waits until i_unwritten is 0 (now 1), but write B is on its
/// own private list, which nobody else can run`.
pub fn link_text(setup: &Setup, state: &State, link: &Link) -> String {
    let Link { waiter, wait, giver } = link;
    let wait = wait_text(setup, state, *wait);
    match (giver.io, giver.actor == *waiter) {
        // `wait_text` has already named the owner of a lock.
        (None, false) => format!("{waiter} {wait}"),
        (None, true) => format!("{waiter} {wait}, that is by itself"),
        (Some(_), _) => format!("{waiter} {wait}, but {}", giver_text(state, giver, *waiter)),
    }
}

/// The reason why only the giver can move the IO that is waited for.
fn giver_text(state: &State, giver: &Giver, waiter: Actor) -> String {
    let Giver { io: Some(index), actor } = giver else { return String::new() };
    let name = io_name(state, *index);
    let io = &state.ios[usize::from(*index)];
    let own = *actor == waiter;
    match (io.stage, io.list) {
        (Stage::Listed, List::Private { .. }) if own => {
            format!("{name} is on its own private list, which nobody else can run")
        }
        (Stage::Listed, List::Private { .. }) => {
            format!("{name} is on {actor}'s private list, which nobody else can run")
        }
        (Stage::Listed, List::Inode) => format!("{name} is on the list that {actor} has to run"),
        (Stage::Converting, _) if own => format!("{name} is being converted by {actor} itself"),
        (Stage::Converting, _) => format!("{name} is being converted by {actor}"),
        _ => format!("{name} needs {actor}"),
    }
}
