//! Branches of a run: a step in the past starts a new branch, and the old continuation is kept.
//!
//! Branches form a tree. A branch stores the point at which it leaves its parent and the choices
//! from there on. The displayed branch also exists as a [`Run`] with its states. A branch keeps all
//! its choices under every design, including those that the current design cannot take.

use crate::bounds::{BRANCHES_MAX, STEPS_MAX};
use crate::kernel::{Choice, Setup};

use super::run::{Divergence, Run, RunError};

/// The choices of one branch, from the point where it leaves its parent. The first branch starts at
/// the initial state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// The parent's position, which is always lower. The first branch is its own parent.
    pub parent: u32,
    /// The number of steps after which it leaves the parent.
    pub fork: u32,
    /// The choices from there on.
    pub steps: Vec<Choice>,
}

/// A run and its branches.
#[derive(Clone, Debug)]
pub struct Branches {
    list: Vec<Branch>,
    current: usize,
    /// The displayed branch, up to the first choice that the setup cannot take.
    run: Run,
}

/// The name of a branch by its position: main, b1, b2, …
pub fn branch_name(index: u32) -> String {
    if index == 0 { "main".into() } else { format!("b{index}") }
}

impl Branches {
    /// A single branch without steps.
    pub fn new(setup: Setup) -> Branches {
        Branches { list: vec![Branch::default()], current: 0, run: Run::new(setup) }
    }

    /// Restores branches that were read from a link, with the cursor at the end of the displayed
    /// one. Returns `None` if a parent is not an earlier branch, if a fork lies beyond its parent's
    /// end, or if a bound is exceeded.
    pub fn restore(
        setup: Setup,
        list: Vec<Branch>,
        current: u32,
    ) -> Option<(Branches, Option<Divergence>)> {
        is_tree(&list).ok()?;
        let current = current as usize;
        list.get(current)?;
        let (run, divergence) = Run::replay(setup, &plan(&list, current));
        Some((Branches { list, current, run }, divergence))
    }

    /// The run of the displayed branch.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// All branches, by position.
    pub fn list(&self) -> &[Branch] {
        &self.list
    }

    /// The position of the displayed branch.
    pub fn current(&self) -> u32 {
        self.current as u32
    }

    /// All choices of a branch from the initial state; empty if there is no such branch.
    pub fn plan(&self, branch: u32) -> Vec<Choice> {
        plan(&self.list, branch as usize)
    }

    /// Number of steps of a branch from the initial state.
    pub fn len_of(&self, branch: u32) -> usize {
        self.list.get(branch as usize).map_or(0, |b| b.fork as usize + b.steps.len())
    }

    /// Moves the cursor. A position beyond the end moves it to the end.
    pub fn seek(&mut self, steps: usize) {
        self.run.seek(steps);
    }

    /// Takes a choice at the cursor. If the branch continues with another choice there, the step
    /// continues an existing branch with this choice, or a new branch.
    pub fn step(&mut self, choice: Choice) -> Result<(), RunError> {
        let at = self.run.cursor();
        match choice_at(&self.list, self.current, at) {
            Some(planned) if planned == choice => return self.run.step(choice),
            Some(_) => {}
            None => {
                self.run.step(choice)?;
                self.list[self.current].steps.push(choice);
                return Ok(());
            }
        }
        if let Some(other) = self.known(choice) {
            self.run.step(choice)?;
            self.show(other);
            self.run.seek(at + 1);
            return Ok(());
        }
        if self.list.len() >= BRANCHES_MAX as usize {
            return Err(RunError::TooManyBranches);
        }
        self.run.step(choice)?;
        self.leave(at, vec![choice]);
        Ok(())
    }

    /// Starts a branch at the cursor. The rest of the current branch stays with that branch.
    pub fn branch_here(&mut self) -> Result<(), RunError> {
        if self.list.len() >= BRANCHES_MAX as usize {
            return Err(RunError::TooManyBranches);
        }
        let at = self.run.cursor();
        self.run.cut(at);
        self.leave(at, Vec::new());
        Ok(())
    }

    /// Displays another branch, at the same step or at its end. Steps that it shares with the
    /// current one are not computed again. The divergence says where the design stops the branch.
    pub fn switch(&mut self, branch: u32) -> Option<Divergence> {
        let branch = branch as usize;
        if branch >= self.list.len() || branch == self.current {
            return None;
        }
        self.show(branch)
    }

    /// The same branches under another setup. The divergence is that of the displayed branch.
    pub fn under(&mut self, setup: Setup) -> Option<Divergence> {
        let cursor = self.run.cursor();
        let (run, divergence) = Run::replay(setup, &plan(&self.list, self.current));
        self.run = run;
        self.run.seek(cursor);
        divergence
    }

    /// The other branches that the setup cannot take to their end, each with the number of steps
    /// that it can take.
    pub fn cut_short(&self) -> Vec<(u32, usize)> {
        let mut cut = Vec::new();
        for branch in (0..self.list.len()).filter(|branch| *branch != self.current) {
            let (_, end) = Run::replay(self.run.setup().clone(), &plan(&self.list, branch));
            if let Some(Divergence { at, .. }) = end {
                cut.push((branch as u32, at));
            }
        }
        cut
    }

    /// Another branch with the same steps up to the cursor and this choice next.
    fn known(&self, choice: Choice) -> Option<usize> {
        let at = self.run.cursor();
        let way = self.run.choices().get(..at)?;
        (0..self.list.len()).find(|branch| {
            let plan = plan(&self.list, *branch);
            plan.get(at) == Some(&choice) && plan.starts_with(way)
        })
    }

    fn leave(&mut self, at: usize, steps: Vec<Choice>) {
        let parent = self.current as u32;
        self.current = self.list.len();
        self.list.push(Branch { parent, fork: at as u32, steps });
    }

    fn show(&mut self, branch: usize) -> Option<Divergence> {
        let plan = plan(&self.list, branch);
        let cursor = self.run.cursor();
        let same = self.run.choices().iter().zip(&plan).take_while(|(a, b)| a == b).count();
        self.run.cut(same);
        self.run.seek(same);
        self.current = branch;
        let mut divergence = None;
        for (at, choice) in plan.iter().enumerate().skip(same) {
            if let Err(error) = self.run.step(*choice) {
                divergence = Some(Divergence { at, error });
                break;
            }
        }
        self.run.seek(cursor);
        divergence
    }
}

/// Checks that branches form a tree within the bounds. The error is the first branch that does not
/// fit.
pub fn is_tree(list: &[Branch]) -> Result<(), usize> {
    for (index, branch) in list.iter().enumerate() {
        let parent = list[..index].get(branch.parent as usize);
        let fits = match parent {
            Some(parent) => branch.fork as usize <= parent.fork as usize + parent.steps.len(),
            None => index == 0 && branch.parent == 0 && branch.fork == 0,
        };
        let long = branch.fork as usize + branch.steps.len() > STEPS_MAX as usize;
        if !fits || long || index >= BRANCHES_MAX as usize {
            return Err(index);
        }
    }
    Ok(())
}

fn plan(list: &[Branch], branch: usize) -> Vec<Choice> {
    let Some(this) = list.get(branch) else { return Vec::new() };
    let mut choices = if branch == 0 { Vec::new() } else { plan(list, this.parent as usize) };
    choices.truncate(this.fork as usize);
    choices.extend_from_slice(&this.steps);
    choices
}

fn choice_at(list: &[Branch], branch: usize, at: usize) -> Option<Choice> {
    let mut this = list.get(branch)?;
    while at < this.fork as usize {
        this = list.get(this.parent as usize)?;
    }
    this.steps.get(at - this.fork as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Design, enabled};
    use crate::scenario::{Dice, PRESETS, Preset, Script};

    fn setup(id: &str) -> Setup {
        let preset = Preset::find(id).unwrap();
        let mut setup = Script::parse(preset.script).unwrap().setup;
        setup.design = Design::parse(preset.design).unwrap();
        setup
    }

    fn choices(text: &str) -> Vec<Choice> {
        text.split_whitespace().map(|c| c.parse().unwrap()).collect()
    }

    fn s7(text: &str) -> Branches {
        let mut branches = Branches::new(setup("S7"));
        choices(text).into_iter().for_each(|choice| branches.step(choice).unwrap());
        branches
    }

    #[test]
    fn acting_in_the_past_makes_a_branch_and_keeps_the_other() {
        let mut branches = s7("t1 t1 t1 t1 t1 t1 irq:io1");
        branches.seek(3);
        branches.step("irq:io1".parse().unwrap()).unwrap();
        branches.step("t1".parse().unwrap()).unwrap();
        assert_eq!(branches.current(), 1);
        assert_eq!(branches.plan(0), choices("t1 t1 t1 t1 t1 t1 irq:io1"));
        assert_eq!(branches.plan(1), choices("t1 t1 t1 irq:io1 t1"));
        assert_eq!(branches.run().choices(), branches.plan(1));
        assert_eq!(branches.list()[1].fork, 3);
        branches.switch(0);
        assert_eq!(branches.run().choices(), branches.plan(0));
        assert_eq!(branches.run().cursor(), 5, "the same step");
    }

    #[test]
    fn a_way_that_a_branch_went_is_gone_on_that_branch() {
        let mut branches = s7("t1 t1 t1 t1");
        branches.seek(3);
        branches.step("irq:io1".parse().unwrap()).unwrap();
        branches.switch(0);
        branches.seek(3);
        branches.step("irq:io1".parse().unwrap()).unwrap();
        assert_eq!((branches.list().len(), branches.current()), (2, 1));
        assert_eq!(branches.run().cursor(), 4);
        branches.seek(3);
        branches.step("t1".parse().unwrap()).unwrap();
        assert_eq!((branches.list().len(), branches.current()), (2, 0));
    }

    #[test]
    fn a_refused_choice_makes_no_branch() {
        let mut branches = s7("t1 t1 t1 t1");
        branches.seek(2);
        assert!(branches.step("irq:io2".parse().unwrap()).is_err());
        assert_eq!((branches.list().len(), branches.current()), (1, 0));
        assert_eq!((branches.run().cursor(), branches.run().choices().len()), (2, 4));
    }

    #[test]
    fn there_is_a_most_of_branches_and_reaching_it_loses_nothing() {
        let mut branches = s7("t1 t1 t1 t1");
        branches.seek(2);
        for _ in 1..BRANCHES_MAX {
            branches.branch_here().unwrap();
        }
        assert_eq!(branches.branch_here(), Err(RunError::TooManyBranches));
        branches.switch(0);
        branches.seek(3);
        let irq = "irq:io1".parse().unwrap();
        assert_eq!(branches.step(irq), Err(RunError::TooManyBranches));
        assert_eq!((branches.run().cursor(), branches.run().choices().len()), (3, 4));
    }

    #[test]
    fn choices_outlive_a_design_that_cannot_take_them() {
        let mut branches = s7("t1 t1 t1 t1 t1 t1 irq:io1 irq:io1 irq:io1 kworker:1");
        let plan = branches.plan(0);
        let old = branches.run().setup().clone();
        let v3_8 = Setup { design: Design::parse("v3.8").unwrap(), ..old.clone() };
        let divergence = branches.under(v3_8).expect("v3.8 has another irq handler");
        assert_eq!(branches.run().choices().len(), divergence.at);
        let other = branches.run().enabled()[0];
        assert_ne!(plan.get(divergence.at), Some(&other));
        branches.step(other).unwrap();
        assert_eq!(branches.current(), 1, "another way than planned is another branch");
        branches.switch(0);
        assert_eq!(branches.under(old), None);
        assert_eq!(branches.run().choices(), plan);
    }

    #[test]
    fn random_branches_are_a_tree_that_restores() {
        for (seed, preset) in (0..).zip(PRESETS) {
            let mut dice = Dice::new(seed);
            let mut branches = Branches::new(setup(preset.id));
            for _ in 0..200 {
                let run = branches.run();
                match dice.throw(8) {
                    0 => branches.seek(dice.throw(run.choices().len() as u32 + 1) as usize),
                    1 => assert_eq!(branches.switch(dice.throw(BRANCHES_MAX)), None),
                    _ => {
                        let all = enabled(run.setup(), run.state());
                        let Some(choice) = dice.choose(&all) else { continue };
                        let full = branches.list().len() == BRANCHES_MAX as usize;
                        let result = branches.step(choice);
                        assert!(result.is_ok() || full && result == Err(RunError::TooManyBranches));
                    }
                }
                assert_eq!(is_tree(branches.list()), Ok(()));
                assert_eq!(branches.run().choices(), branches.plan(branches.current()));
            }
            let (list, current) = (branches.list().to_vec(), branches.current());
            let setup = branches.run().setup().clone();
            let (again, divergence) = Branches::restore(setup, list, current).unwrap();
            assert_eq!(divergence, None);
            assert_eq!(again.list(), branches.list());
            assert_eq!(again.run().choices(), branches.run().choices());
        }
    }

    #[test]
    fn what_is_no_tree_is_not_restored() {
        let branch = |parent, fork| Branch { parent, fork, steps: choices("t1") };
        for list in [
            vec![],
            vec![branch(0, 1)],
            vec![branch(1, 0), branch(0, 0)],
            vec![branch(0, 0), branch(1, 0)],
            vec![branch(0, 0), branch(0, 2)],
            vec![branch(0, 0); BRANCHES_MAX as usize + 1],
        ] {
            assert!(Branches::restore(setup("S7"), list.clone(), 0).is_none(), "{list:?}");
        }
    }
}
