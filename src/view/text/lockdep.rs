//! A deadlock as plain text, in the form of lockdep's reports: what each actor holds, in which
//! function it is, and what it waits for. At most [`COLUMNS_MAX`](crate::view::words::COLUMNS_MAX)
//! columns wide, so that it fits into a mail.

use core::fmt::Write as _;

use crate::kernel::{Link, Setup, State, cycle, deadlocked};

use crate::view::words::{held_by, link_text, wrap};

/// The report of a state's deadlock; `None` if there is none.
pub fn report(setup: &Setup, state: &State) -> Option<String> {
    let stuck = deadlocked(setup, state);
    if stuck.is_empty() {
        return None;
    }
    let rule = "=".repeat(58);
    let mut text = format!("{rule}\nWARNING: wait-for cycle, design {}\n", setup.design);
    let dashes = "-".repeat(58);
    text += &format!("{dashes}\n");
    let links = cycle(setup, state).unwrap_or_default();
    for (at, link) in links.iter().enumerate() {
        actor_lines(setup, state, at + 1, link, &mut text);
    }
    let others = stuck.iter().filter(|(actor, _)| links.iter().all(|l| l.waiter != *actor));
    let names: Vec<String> = others.map(|(actor, _)| actor.to_string()).collect();
    if !names.is_empty() {
        text += &wrap("", &format!("waiting behind the cycle forever: {}", names.join(", ")));
        text.push('\n');
    }
    text += "\n *** DEADLOCK ***\n";
    Some(text)
}

/// One actor of the cycle: what it holds, where it is, and what it waits for.
fn actor_lines(setup: &Setup, state: &State, number: usize, link: &Link, text: &mut String) {
    let Some(task) = link.waiter.task().map(|t| &state.tasks[usize::from(t)]) else {
        let line = format!("#{number} {}", link_text(setup, state, link));
        return text.push_str(&(wrap("", &line) + "\n"));
    };
    let held = held_by(setup, state, link.waiter);
    let holds = if held.is_empty() { "nothing".into() } else { held.join(", ") };
    let _ = writeln!(text, "#{number} {} holds {holds}", link.waiter);
    let functions = task.frames().iter().map(|f| f.pc.info_in(&setup.design.knobs).function);
    let mut functions: Vec<&str> = functions.filter(|name| !name.is_empty()).collect();
    functions.dedup();
    for (lead, line) in [("   in ", functions.join(" > ")), ("   ", link_text(setup, state, link))]
    {
        text.push_str(&(wrap(lead, &line) + "\n"));
    }
}
