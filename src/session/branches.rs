//! Branches of the run: starting one, showing another, and replaying them under a changed script.

use crate::bounds::BRANCHES_MAX;
use crate::kernel::{Choice, Next};
use crate::scenario::{Branches, Divergence, RunError, branch_name};
use crate::view::words::wait_text;

use super::page::{Notice, Session};

impl Session {
    /// The run with all of its branches.
    pub fn branches(&self) -> &Branches {
        &self.branches
    }

    /// Starts a branch at the cursor. An empty run cannot branch.
    pub fn branch_here(&mut self) {
        self.playing = false;
        if self.run().choices().is_empty() {
            self.say("There is nothing to branch from: take a step first.");
            return;
        }
        let old = self.branches.current();
        let notice = match self.branch_off() {
            Ok(()) => {
                let new = branch_name(self.branches.current());
                format!("This is branch {new} now; {} is kept as it was.", branch_name(old))
            }
            Err(error) => self.why_not(error),
        };
        self.say(&notice);
    }

    /// Shows another branch, at the same step or at its end.
    pub fn switch_branch(&mut self, branch: u32) {
        self.playing = false;
        let divergence = self.branches.switch(branch);
        let told = divergence.map_or(String::new(), |d| format!(" {}", self.tell(d)));
        self.say(&format!("This is branch {}.{told}", branch_name(self.branches.current())));
    }

    /// Shows the next or the previous branch, in a cycle.
    pub fn turn_branch(&mut self, forward: bool) {
        let count = self.branches.list().len() as u32;
        if count == 1 {
            self.say("There is no other branch: go back and take another step.");
            return;
        }
        let by = if forward { 1 } else { count - 1 };
        self.switch_branch((self.branches.current() + by) % count);
    }

    /// Takes choices from the start of the run, and leaves the cursor after the last one. Where
    /// they differ from the run they start a branch. If there are too many branches, all others are
    /// dropped.
    pub(super) fn take_choices(&mut self, choices: &[Choice]) -> Option<Divergence> {
        self.branches.seek(0);
        for (at, choice) in choices.iter().enumerate() {
            match self.branches.step(*choice) {
                Ok(()) => {}
                Err(RunError::TooManyBranches) => {
                    self.branches = Branches::new(self.script.setup.clone());
                    return self.take_choices(choices);
                }
                Err(error) => return Some(Divergence { at, error }),
            }
        }
        None
    }

    /// Runs all branches under the script's setup, and reports where the setup stops them.
    pub(super) fn run_again(&mut self) {
        let divergence = self.branches.under(self.script.setup.clone());
        let mut notice = divergence.map_or(String::new(), |d| self.tell(d));
        for (branch, steps) in self.branches.cut_short() {
            let (name, all) = (branch_name(branch), self.branches.len_of(branch));
            notice += &format!(" Branch {name} can be taken for {steps} of {all} steps.");
        }
        self.notice = (!notice.is_empty()).then(|| Notice::new(notice.trim_start().into()));
        self.note_design();
    }

    pub(super) fn tell(&self, divergence: Divergence) -> String {
        let Divergence { at, error } = divergence;
        let why = self.why_not(error);
        format!(
            "Kept the first {at} steps: under {} the next one cannot be taken, {why}",
            self.design()
        )
    }

    pub(super) fn why_not(&self, error: RunError) -> String {
        match error {
            RunError::TooLong => "the run has as many steps as the page keeps.".into(),
            RunError::TooManyBranches => format!(
                "There are {BRANCHES_MAX} branches, as many as the page keeps (BRANCHES_MAX): go \
                 to the end of one to take other steps."
            ),
            RunError::NotEnabled { choice, next: Next::Blocked { wait, .. } } => {
                let wait = wait_text(self.run().setup(), self.run().state(), wait);
                format!("{choice} {wait}.")
            }
            RunError::NotEnabled { choice, .. } => format!("{choice} has nothing to do there."),
        }
    }
}
