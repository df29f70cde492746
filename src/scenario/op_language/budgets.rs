//! What `allow` takes.

use crate::kernel::Budgets;

/// What `allow` takes, and what it means.
pub const BUDGET_WORDS: &[(&str, &str)] = &[
    ("shrink", "runs of the extent status shrinker"),
    ("crash", "a power cut, recovery and a read of everything"),
    ("flusher", "runs of the flusher"),
    ("commit", "commits that nobody asked for"),
    ("eio", "bios that fail"),
    ("enospc", "disk conversions that fail"),
    ("nomem", "allocations in irq context that fail"),
];

/// How often the environment may do something of [`BUDGET_WORDS`]; of other words, never.
pub(crate) fn budget(budgets: &Budgets, name: &str) -> u8 {
    budget_of(&mut budgets.clone(), name).map_or(0, |times| *times)
}

/// The budget of a name.
pub(super) fn budget_of<'a>(budgets: &'a mut Budgets, name: &str) -> Option<&'a mut u8> {
    Some(match name {
        "shrink" => &mut budgets.shrink,
        "crash" => &mut budgets.crash,
        "flusher" => &mut budgets.flusher,
        "commit" => &mut budgets.commit,
        "eio" => &mut budgets.eio,
        "enospc" => &mut budgets.enospc,
        "nomem" => &mut budgets.nomem,
        _ => return None,
    })
}
