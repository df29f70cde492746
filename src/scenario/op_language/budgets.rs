//! What `allow` takes.

use crate::kernel::Budgets;

/// What `allow` takes, and what it means.
pub const BUDGET_WORDS: &[(&str, &str)] = &[
    ("shrink", "memory pressure: a run of the extent status shrinker"),
    ("crash", "the power fails once; then recovery and a read of everything"),
    ("flusher", "the flusher writes dirty pages unasked"),
    ("commit", "jbd2 commits unasked"),
    ("eio", "a bio fails with EIO, of a direct write or of writeback"),
    (
        "enospc",
        "ENOSPC: a conversion on disk fails, or what a direct write allocates or splits before it",
    ),
    ("nomem", "an allocation of the ES tree fails, in irq context only"),
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
