//! The place of an IO between its submission and its conversion, in words.

use crate::kernel::{Actor, Io, List, Stage, State, Task};

/// The place of an IO, to follow its name: `on the inode's list`. `owner` is the name of its file,
/// or "the inode" if there is only one file. A bio that has failed is told wherever its IO is.
pub fn io_place(state: &State, index: u8, owner: &str) -> String {
    let io = &state.ios[usize::from(index)];
    let place = place_of(state, index, owner);
    match io.stage {
        Stage::Listed | Stage::Converting if io.error => format!("{place}, {FAILED}"),
        Stage::Free
        | Stage::Prepared
        | Stage::Submitted
        | Stage::Completed
        | Stage::Listed
        | Stage::Converting
        | Stage::Converted => place,
    }
}

const FAILED: &str = "its bio failed with EIO";

fn place_of(state: &State, index: u8, owner: &str) -> String {
    let io = &state.ios[usize::from(index)];
    match io.stage {
        Stage::Free => String::new(),
        Stage::Prepared => "has a slot, not mapped yet".into(),
        Stage::Submitted => "its bio is in flight".into(),
        // Until v4.5 the blocks of a failed AIO write are converted too.
        Stage::Completed | Stage::Converted if io.error => FAILED.into(),
        Stage::Completed => "data is in the device".into(),
        Stage::Listed if io.list == List::Dio => "a work item of its own".into(),
        Stage::Listed => format!("on {}", list_name(io.list, owner)),
        Stage::Converting => format!("being converted by {}", converter(state, index)),
        Stage::Converted if io.convert_failed => "the conversion failed".into(),
        Stage::Converted if io.unwritten => "written on disk".into(),
        Stage::Converted => "nothing to convert".into(),
    }
}

/// The name of the list that an IO is on: `the inode's list`, `kworker:1's private list`.
pub(super) fn list_name(list: List, owner: &str) -> String {
    match list {
        List::Inode => format!("{owner}'s list"),
        List::Unrsv => format!("{owner}'s unreserved list"),
        List::Dio => "the workqueue of direct IO".into(),
        List::Private { task, .. } => format!("{}'s private list", Actor::of_task(task)),
    }
}

/// The actor that is converting an IO: a worker, or a thread that flushes; otherwise the thread
/// that submitted the IO.
pub fn converter(state: &State, index: u8) -> Actor {
    let converts = |task: &Task| {
        task.frames().iter().any(|frame| frame.pc.is_end_io() && frame.on.io() == Some(index))
    };
    let Io { thread, .. } = state.ios[usize::from(index)];
    let task = state.tasks.iter().position(converts);
    task.map_or(Actor::Thread(thread), |task| Actor::of_task(task as u8))
}
