//! The parts of a script that cause its number of states, for a search that reached a bound.

use crate::kernel::Setup;

use super::op_language::{BUDGET_WORDS, budget};

/// The parts that can be left out of a script so that a search covers more of it, beginning with
/// the least important.
pub fn what_to_cut(setup: &Setup) -> String {
    let mut cuts: Vec<String> = Vec::new();
    for (word, _) in BUDGET_WORDS.iter().filter(|(word, _)| budget(&setup.budgets, word) > 0) {
        cuts.push(format!("`allow {word}`"));
    }
    let batch = setup.threads.iter().flatten().map(|op| op.writes()).max();
    if batch.is_some_and(|writes| writes > 1) {
        cuts.push("an iocb of the longest batch".into());
    }
    let longest = (1..).zip(&setup.threads).max_by_key(|(_, program)| program.len());
    if let Some((thread, program)) = longest.filter(|(_, program)| program.len() > 1) {
        cuts.push(format!("one of the {} operations of t{thread}", program.len()));
    }
    if setup.threads.len() > 2 {
        cuts.push("a thread".into());
    }
    if setup.files.len() > 1 {
        cuts.push("a file".into());
    }
    match cuts.split_last() {
        None => "Nothing can be left out of so small a script.".into(),
        Some((only, [])) => format!("To see more, leave out {only}."),
        Some((last, others)) => {
            format!("To see more, leave out {} or {last}.", others.join(", "))
        }
    }
}
