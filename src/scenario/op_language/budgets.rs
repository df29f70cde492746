//! The words that `allow` accepts.

use crate::kernel::Budgets;

/// The words that `allow` accepts, and their meanings.
pub const BUDGET_WORDS: &[(&str, &str)] = &[
    ("shrink", "memory pressure: a run of the extent status shrinker"),
    ("crash", "the power fails once; then recovery and a read of everything"),
    ("flusher", "the flusher writes dirty pages unasked"),
    ("commit", "jbd2 commits unasked"),
    ("eio", "a bio fails with EIO, of a direct write or of writeback"),
    (
        "enospc",
        "ENOSPC: a conversion on disk, what a direct write allocates or splits, fallocate, or \
         writeback of delayed data",
    ),
    ("nomem", "an allocation of the ES tree fails: in irq context, or of a delayed entry"),
    ("reclaim", "a buffered write that needs memory evicts an inode that nobody has open"),
    (
        "quick",
        "the bio of an AIO write is done before io_submit lets go: the submitter completes it",
    ),
];

/// How often the environment may do the thing that a word of [`BUDGET_WORDS`] names; 0 for other
/// words.
pub(crate) fn budget(budgets: &Budgets, name: &str) -> u8 {
    budget_of(&mut budgets.clone(), name).map_or(0, |times| *times)
}

/// The budget that a word names.
pub(super) fn budget_of<'a>(budgets: &'a mut Budgets, name: &str) -> Option<&'a mut u8> {
    Some(match name {
        "shrink" => &mut budgets.shrink,
        "crash" => &mut budgets.crash,
        "flusher" => &mut budgets.flusher,
        "commit" => &mut budgets.commit,
        "eio" => &mut budgets.eio,
        "enospc" => &mut budgets.enospc,
        "nomem" => &mut budgets.nomem,
        "reclaim" => &mut budgets.reclaim,
        "quick" => &mut budgets.quick,
        _ => return None,
    })
}
