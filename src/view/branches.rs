//! The branches of a run as a picture: a line each, from where it leaves its parent's.

use crate::scenario::branch_name;

use super::session::Session;

/// One branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchRow {
    /// Its position, which is also the row of the picture that it is drawn in.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Where it leaves its parent; none for the first.
    pub fork: Option<Fork>,
    /// Steps from the start to its end: it is drawn from its fork to there.
    pub len: usize,
    /// The steps that the design can take; known of the branch that is shown.
    pub reached: Option<usize>,
    /// The branch in a sentence.
    pub sentence: String,
}

/// Where a branch leaves another: the elbow of the picture stands at this step, and goes from the
/// parent's row to the branch's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The row of the parent.
    pub parent: u32,
    /// The step after which it leaves.
    pub step: u32,
}

/// All branches, in the order in which they were begun.
pub fn branches(session: &Session) -> Vec<BranchRow> {
    let branches = session.branches();
    let row = |index: u32| {
        let branch = &branches.list()[index as usize];
        let name = branch_name(index);
        let len = branches.len_of(index);
        let fork = (index > 0).then_some(Fork { parent: branch.parent, step: branch.fork });
        let is_current = index == branches.current();
        let reached = is_current.then(|| session.run().choices().len());
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
        BranchRow { index, name, fork, len, reached, sentence }
    };
    (0..branches.list().len() as u32).map(row).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(session: &Session, expected: Expect) {
        let rows: Vec<String> = branches(session).into_iter().map(|row| row.sentence).collect();
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
        let row = &branches(&session)[2];
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
        for _ in 0..crate::bounds::BRANCHES_MAX + 4 {
            session.branch_here();
        }
        assert_eq!(branches(&session).len(), crate::bounds::BRANCHES_MAX as usize);
        assert!(session.notice().is_some_and(|notice| notice.contains("BRANCHES_MAX")));
    }
}
