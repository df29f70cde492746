//! A run as plain text for a mailing list: at most [`COLUMNS_MAX`] columns wide and without tabs,
//! so that it survives quoting. The steps are in columns by context, with the ES tree after each
//! step beside them. Then come the errors, in the form of lockdep's reports. The last line is the
//! link to the run; only this line may be longer.

use crate::kernel::{Actor, Budgets, EsContent, Setup, State};
use crate::scenario::{LINK_VERSION, Run};

use crate::view::facts::strata;
use crate::view::panels::{badge, finding};
use crate::view::words::{COLUMNS_MAX, broken_lines, count, file_name, step_label, wrap};

use super::lockdep;

/// The start of each column: threads, irqs, workers, others, and the tree.
const TASK: usize = 5;
const IRQ: usize = 10;
const WORKER: usize = 15;
const OTHERS: usize = 22;
const TREE: usize = 56;

/// A whole run as text. A script that is not a preset is included. `no_return` is the point of no
/// return in steps, if it is known; the link is printed as it is.
pub fn mail(run: &Run, title: &str, script: &str, no_return: Option<u32>, link: &str) -> String {
    let mut run = run.clone();
    run.seek(usize::MAX);
    let mut text = header(&run, title);
    if !script.is_empty() {
        text.push('\n');
    }
    for line in script.lines() {
        text += format!("  {line}").trim_end();
        text.push('\n');
    }
    table(&run, no_return, &mut text);
    text += &conclusion(&run);
    text = narrow(&text);
    if !link.is_empty() {
        text.push('\n');
        text.push_str(link);
        text.push('\n');
    }
    text
}

fn header(run: &Run, title: &str) -> String {
    let setup = run.setup();
    let mut text =
        format!("extentscope {}, links of version {LINK_VERSION}\n", env!("CARGO_PKG_VERSION"));
    let badge = badge(run);
    let steps = run.choices().len();
    let verdict = format!("{}: {}; this run has {steps} steps", badge.word, badge.text);
    for (name, value) in [
        ("scenario", title),
        ("design", &setup.design.to_string()),
        ("bound", &bound(setup)),
        ("verdict", &verdict),
    ] {
        let lines = cells(value, COLUMNS_MAX as usize - 10);
        for (number, line) in lines.iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            text += &format!("{name:<9} {line}\n");
        }
    }
    text
}

/// The bound that the run has reached, in words.
fn bound(setup: &Setup) -> String {
    let mut text = count(setup.files.len() as u32, "file");
    text += &format!(", {}, ", count(setup.threads.len() as u32, "thread"));
    text += &count(setup.slots.into(), "slot");
    let Budgets { shrink, crash, flusher, commit, eio, enospc, nomem, reclaim, quick } =
        setup.budgets;
    let mut lead = "; allowed: ";
    for (name, times) in [
        ("shrink", shrink),
        ("crash", crash),
        ("flusher", flusher),
        ("commit", commit),
        ("eio", eio),
        ("enospc", enospc),
        ("nomem", nomem),
        ("reclaim", reclaim),
        ("quick", quick),
    ] {
        if times > 0 {
            text += &format!("{lead}{name} {times}");
            lead = ", ";
        }
    }
    text
}

fn table(run: &Run, no_return: Option<u32>, text: &mut String) {
    let setup = run.setup();
    let delayed = setup.design.knobs.es_content == EsContent::Delayed;
    let name = if delayed { "disk tree" } else { "ES tree" };
    let mut heads = String::from("\nstep");
    for (column, head) in [
        (TASK, "task"),
        (IRQ, "irq"),
        (WORKER, "worker"),
        (OTHERS, "jbd2 and others"),
        (TREE, name),
    ] {
        indent(&mut heads, column + 1); // its first character ends a line
        heads += head;
    }
    *text += &heads;
    *text += "\n---- ";
    text.extend(core::iter::repeat_n('-', TREE - TASK - 1));
    text.push(' ');
    text.extend(core::iter::repeat_n('-', COLUMNS_MAX as usize - TREE));
    text.push('\n');
    let mut tree = trees(setup, run.state_at(0));
    row("   0", TASK, "the start", &tree, text);
    let mut seen = 0;
    for step in 0..=run.choices().len() {
        if no_return == Some(step as u32) {
            *text += "     *** from here on the end cannot be avoided\n";
        }
        let Some(choice) = run.choices().get(step) else { break };
        let label = step_label(setup, run.state_at(step), *choice);
        let after = trees(setup, run.state_at(step + 1));
        let changed = if after == tree { "" } else { &after };
        let what = format!("{} {}", label.actor, label.does);
        row(&format!("{:>4}", step + 1), column(choice.actor), &what, changed, text);
        *text += &broken_lines(run, step, &mut seen);
        tree = after;
    }
}

/// A row: a number, a text that starts in a column, and a tree. Both texts wrap in their own
/// columns.
fn row(number: &str, column: usize, what: &str, tree: &str, text: &mut String) {
    let left = cells(what, TREE - column - 1);
    let right = cells(tree, COLUMNS_MAX as usize - TREE);
    for at in 0..left.len().max(right.len()) {
        let mut line = String::from(if at == 0 { number } else { "" });
        if let Some(left) = left.get(at) {
            indent(&mut line, column);
            line += left;
        }
        if let Some(right) = right.get(at) {
            indent(&mut line, TREE);
            line += right;
        }
        line.push('\n');
        *text += &line;
    }
}

fn column(actor: Actor) -> usize {
    match actor {
        Actor::Thread(_) => TASK,
        Actor::Irq(_) => IRQ,
        Actor::Kworker(_) => WORKER,
        Actor::Jbd2 | Actor::Flusher | Actor::Shrinker | Actor::Power => OTHERS,
    }
}

/// The ES tree of every file, with `*` where the disk tree is behind it, and the pending
/// conversions. If the ES tree has only delayed extents, the disk tree.
pub(super) fn trees(setup: &Setup, state: &State) -> String {
    let delayed = setup.design.knobs.es_content == EsContent::Delayed;
    let id = if delayed { "disk" } else { "es" };
    let mut text = String::new();
    for file in strata(setup, state).files {
        if setup.files.len() > 1 {
            text += &format!("{}: ", file_name(setup, file.ino));
        }
        let Some(row) = file.rows.into_iter().find(|row| row.id == id) else { continue };
        if row.segments.is_empty() {
            text += "empty ";
        }
        for segment in row.segments {
            // A star is the entry's dirty bit; the number of pending conversions follows.
            let letters = &segment.label;
            text += &format!("[{}/{}){letters} ", segment.lblk, segment.len);
        }
        let inode = &state.inodes[usize::from(file.ino)];
        if inode.i_unwritten > 0 {
            text += &format!("pend={} ", inode.i_unwritten);
        }
    }
    text.trim_end().into()
}

/// The errors in detail.
fn conclusion(run: &Run) -> String {
    let mut text = String::new();
    if let Some(report) = lockdep::report(run.setup(), run.state()) {
        text += "\n";
        text += &report;
    } else if let Some(finding) = finding(run) {
        text += "\n";
        text += &wrap("", &finding);
        text += "\n";
    }
    text
}

pub(super) fn indent(line: &mut String, column: usize) {
    let width = line.chars().count();
    line.extend(core::iter::repeat_n(' ', column.saturating_sub(width)));
}

/// A text as lines of a width, broken at blanks, and inside words that are longer than a line.
pub(super) fn cells(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut room = 0;
    for word in text.split_whitespace() {
        let mut rest = word;
        let long = rest.chars().count();
        match lines.last_mut().filter(|_| long < room) {
            Some(line) => {
                line.push(' ');
                line.push_str(rest);
                room -= long + 1;
                continue;
            }
            None => lines.push(String::new()),
        }
        while let Some((at, _)) = rest.char_indices().nth(width) {
            lines.insert(lines.len() - 1, rest[..at].into());
            rest = &rest[at..];
        }
        room = width - rest.chars().count();
        if let Some(line) = lines.last_mut() {
            line.push_str(rest);
        }
    }
    lines
}

/// Breaks lines with very long words, because a script may give a file any name.
pub(super) fn narrow(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let mut width = 0;
        for c in line.chars() {
            if width == COLUMNS_MAX {
                lines.push('\n');
                width = 0;
            }
            lines.push(c);
            width += 1;
        }
        lines.push('\n');
    }
    lines
}
