//! The locks and handles of an actor.

use crate::kernel::{Actor, FillLock, Setup, State, fill_lock_holder};

use super::names::{fill_lock_name, lock_name};

/// The locks and handles that an actor holds.
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
        let fills = setup.design.knobs.fill_lock != FillLock::No;
        if fills && fill_lock_holder(state, ino as u8) == Some(actor) {
            held.push(format!("{} of {}", fill_lock_name(setup), file.name));
        }
    }
    if task.handle {
        held.push("a jbd2 handle".into());
    }
    held
}
