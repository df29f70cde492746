//! What an actor holds.

use crate::kernel::{Actor, Setup, State};

use super::names::lock_name;

/// Locks and handles of an actor.
pub fn held_by(setup: &Setup, state: &State, actor: Actor) -> Vec<String> {
    let Some(task) = actor.task().map(|t| &state.tasks[usize::from(t)]) else {
        return Vec::new();
    };
    let mut held = Vec::new();
    for (ino, file) in setup.files.iter().enumerate() {
        for (bits, how) in [(task.i_mutex, ""), (task.shared, " (shared)")] {
            if bits & (1 << ino) != 0 {
                held.push(format!("{} of {}{how}", lock_name(setup), file.name));
            }
        }
    }
    if task.handle {
        held.push("a jbd2 handle".into());
    }
    held
}
