//! The branches of a run as a picture: one line per branch, starting where it leaves its parent.

use crate::scenario::{Branches, branch_name};

use super::lanes::window;

/// One branch in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchRow {
    /// Its position, which is also its row in the picture.
    pub index: u32,
    /// The name of the branch, as sentences use it.
    pub name: String,
    /// The point at which it leaves its parent; `None` for the first branch.
    pub fork: Option<Fork>,
    /// Number of steps from the initial state to its end.
    pub len: usize,
    /// The position of its line.
    pub track: Track,
    /// Number of steps that the design can take; known only for the displayed branch.
    pub reached: Option<usize>,
    /// The branch in a sentence.
    pub sentence: String,
}

/// The point at which a branch leaves another: the elbow in the picture is at this step, and leads
/// from the parent's row to the branch's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The row of the parent.
    pub parent: u32,
    /// The step after which the branch leaves.
    pub step: u32,
}

/// The line of a branch, in steps from the first one that the lanes draw, so that a fork stands
/// above its step in the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    /// The start of the line.
    pub from: usize,
    /// The end of the line.
    pub to: usize,
    /// True if it starts before the first drawn step, and is drawn without its fork.
    pub is_behind: bool,
    /// True if it ends after the last drawn step.
    pub is_beyond: bool,
}

impl Track {
    /// Whether the lanes draw none of its steps.
    pub fn is_outside(&self) -> bool {
        self.from == self.to && (self.is_behind || self.is_beyond)
    }
}

impl BranchRow {
    /// Number of rows up to the line that it leaves; 0 if the fork is not drawn.
    pub fn rows_up(&self) -> u32 {
        match self.fork {
            Some(fork) if !self.track.is_behind && !self.track.is_outside() => {
                self.index - fork.parent
            }
            _ => 0,
        }
    }
}

/// All branches, in the order in which they were started.
pub fn branches(branches: &Branches) -> Vec<BranchRow> {
    let (first, columns) = window(branches);
    let row = |index: u32| {
        let branch = &branches.list()[index as usize];
        let name = branch_name(index);
        let len = branches.len_of(index);
        let fork = (index > 0).then(|| Fork { parent: left(branches, index), step: branch.fork });
        let is_current = index == branches.current();
        let reached = is_current.then(|| branches.run().choices().len());
        let mut sentence = match fork {
            None => format!("{name} has {len} steps"),
            Some(Fork { parent, step }) => {
                let own = match len - step as usize {
                    1 => "a step".into(),
                    own => format!("{own} steps"),
                };
                let parent = branch_name(parent);
                format!("{name} leaves {parent} after step {step} and has {own} of its own")
            }
        };
        if let Some(reached) = reached.filter(|reached| *reached < len) {
            sentence += &format!("; this design takes it to step {reached}");
        }
        sentence += if is_current { "; it is shown." } else { "." };
        let at = |step: usize| step.saturating_sub(first).min(columns);
        let begin = branch.fork as usize;
        let track = Track {
            from: at(begin),
            to: at(len),
            is_behind: begin < first,
            is_beyond: len > first + columns,
        };
        BranchRow { index, name, fork, len, track, reached, sentence }
    };
    (0..branches.list().len() as u32).map(row).collect()
}

/// The branch that a branch visibly leaves. If it forks before its parent does, that is the
/// parent's own parent, on whose line the fork is drawn.
fn left(branches: &Branches, index: u32) -> u32 {
    let list = branches.list();
    let fork = list[index as usize].fork;
    let mut parent = list[index as usize].parent;
    while parent > 0 && list[parent as usize].fork >= fork {
        parent = list[parent as usize].parent;
    }
    parent
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::session::Session;

    fn check(session: &Session, expected: Expect) {
        let rows: Vec<String> =
            branches(session.branches()).into_iter().map(|row| row.sentence).collect();
        let notice = session.notice().unwrap_or("-");
        expected.assert_eq(&format!("{}\n{notice}\n", rows.join("\n")));
    }

    #[test]
    fn rows_say_what_branches_are() {
        let mut session = Session::new();
        (0..9).for_each(|_| assert!(session.forward()));
        session.seek(3);
        session.step("irq:io1".parse().unwrap()).unwrap();
        check(
            &session,
            expect![[r#"
                main has 9 steps.
                b1 leaves main after step 3 and has a step of its own; it is shown.
                This is branch b1 now; main is kept as it was.
            "#]],
        );
        session.turn_branch(false);
        session.branch_here();
        check(
            &session,
            expect![[r#"
                main has 9 steps.
                b1 leaves main after step 3 and has a step of its own.
                b2 leaves main after step 4 and has 0 steps of its own; it is shown.
                This is branch b2 now; main is kept as it was.
            "#]],
        );
        session.turn_branch(true);
        session.seek(3);
        session.step("irq:io1".parse().unwrap()).unwrap();
        check(
            &session,
            expect![[r#"
                main has 9 steps.
                b1 leaves main after step 3 and has a step of its own; it is shown.
                b2 leaves main after step 4 and has 0 steps of its own.
                Branch b1 went this way before.
            "#]],
        );
        session.set_design(crate::kernel::Row::V3_8.design());
        (0..4).for_each(|_| assert!(session.forward()));
        check(
            &session,
            expect![[r#"
            main has 9 steps.
            b1 leaves main after step 3 and has 5 steps of its own; it is shown.
            b2 leaves main after step 4 and has 0 steps of its own.
            -
        "#]],
        );
        let row = &branches(session.branches())[2];
        assert_eq!((row.fork, row.len), (Some(Fork { parent: 0, step: 4 }), 4));
    }

    #[test]
    fn one_branch_is_all_that_there_is_at_first() {
        let mut session = Session::new();
        session.turn_branch(true);
        check(
            &session,
            expect![[r#"
            main has 0 steps; it is shown.
            There is no other branch: go back and take another step.
        "#]],
        );
        session.branch_here();
        check(
            &session,
            expect![[r#"
            main has 0 steps; it is shown.
            There is nothing to branch from: take a step first.
        "#]],
        );
        assert!(session.forward());
        for _ in 0..crate::bounds::BRANCHES_MAX + 4 {
            session.branch_here();
        }
        assert_eq!(branches(session.branches()).len(), crate::bounds::BRANCHES_MAX as usize);
        assert!(session.notice().is_some_and(|notice| notice.contains("BRANCHES_MAX")));
    }

    /// A run of 80 steps with branches, and the drawn part of each branch at several cursors.
    #[test]
    fn a_fork_stands_over_its_step_in_the_lanes() {
        let mut session = Session::new();
        let ops = |thread: &str| format!("{thread}: dio_write 0 4\n").repeat(12);
        let file = "mount dioread_nolock\nfile a 8 blocks, U 0+8\n";
        let script = format!("{file}{}{}", ops("t1"), ops("t2"));
        session.apply(&script).expect("a script");
        let tracks = |session: &Session| {
            let lanes = crate::view::lanes(session.branches(), session.no_return());
            for row in branches(session.branches()) {
                let Track { from, to, is_behind, is_beyond } = row.track;
                assert!(from <= to && to <= lanes.columns, "{row:?}");
                if let Some(fork) = row.fork {
                    assert_eq!(is_behind, (fork.step as usize) < lanes.first);
                    let beyond = fork.step as usize > lanes.first + lanes.columns;
                    assert!(is_behind || beyond || lanes.first + from == fork.step as usize);
                    // The parent has a line where the branch leaves it.
                    let parent = &branches(session.branches())[fork.parent as usize];
                    let begin = parent.fork.map_or(0, |fork| fork.step);
                    assert!((begin as usize..=parent.len).contains(&(fork.step as usize)));
                    assert!(fork.parent == 0 || begin < fork.step);
                }
                assert_eq!(is_beyond, row.len > lanes.first + lanes.columns);
            }
            let word = |row: BranchRow| format!("{}-{}", row.track.from, row.track.to);
            let all: Vec<String> = branches(session.branches()).into_iter().map(word).collect();
            format!("{} {}: {}", lanes.first, lanes.columns, all.join(" "))
        };
        (0..20).for_each(|_| assert!(session.forward()));
        session.seek(10);
        let planned = session.next_choice();
        let all = session.run().enabled();
        let other = all.into_iter().find(|choice| Some(*choice) != planned).expect("another way");
        session.step(other).unwrap();
        // The branch was started on b1, before b1 itself starts, so it leaves main.
        session.seek(4);
        session.branch_here();
        assert_eq!(branches(session.branches())[2].fork, Some(Fork { parent: 0, step: 4 }));
        assert_eq!(tracks(&session), "0 25: 0-20 10-11 4-4");
        session.switch_branch(0);
        assert_eq!(tracks(&session), "0 25: 0-20 10-11 4-4");
        session.seek(usize::MAX);
        while session.run().choices().len() < 80 && session.forward() {}
        assert_eq!(tracks(&session), "30 60: 0-50 0-0 0-0");
        session.seek(5);
        assert_eq!(tracks(&session), "0 60: 0-60 10-11 4-4");
    }
}
