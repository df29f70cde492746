//! Two consecutive states side by side: the layers of every file before and after the last step,
//! and below them all other changes of the step, object by object.

use crate::scenario::Run;

use crate::view::facts::{Changed, Mark, MarkKind, Strata, strata};
use crate::view::panels::Table;

use super::detail::difference;

/// The states before and after the last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compare {
    /// The state before and the state after the step.
    pub sides: [Side; 2],
    /// All differences, as object, field, value before and value after.
    pub table: Table,
}

/// One of the two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The heading, with the number of the step.
    pub head: String,
    /// The layers, with [`MarkKind::Changed`] where the other state differs.
    pub strata: Strata,
}

/// The states before and after the last step; `None` at the start.
pub fn compare(run: &Run) -> Option<Compare> {
    let cursor = run.cursor();
    let before = cursor.checked_sub(1)?;
    let side = |step: usize| Side {
        head: if step == 0 { "at the start".into() } else { format!("after step {step}") },
        strata: strata(run.setup(), run.state_at(step)),
    };
    let mut sides = [side(before), side(cursor)];
    mark_changes(&mut sides);
    let mut rows = difference(run.setup(), run.state_at(before), run.state());
    for cell in rows.iter_mut().flatten().filter(|cell| cell.is_empty()) {
        cell.push_str("nothing");
    }
    let caption = "Everything that differs".into();
    let heads = &["object", "field", "before", "after"];
    Some(Compare { sides, table: Table { caption, heads, rows, current: None } })
}

/// Marks the blocks that differ, in both states.
fn mark_changes([before, after]: &mut [Side; 2]) {
    for (old, new) in before.strata.files.iter_mut().zip(&mut after.strata.files) {
        for (old, row) in old.rows.iter_mut().zip(&mut new.rows) {
            for Changed { lblk, len, .. } in row.changed(old, 0..new.blocks) {
                let mark = Mark { lblk, len, kind: MarkKind::Changed };
                old.marks.push(mark);
                row.marks.push(mark);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::scenario::{Dice, PRESETS};
    use crate::session::Session;

    fn check(session: &Session, expected: Expect) {
        let Some(Compare { sides, table }) = compare(session.run()) else {
            return expected.assert_eq("nothing\n");
        };
        let mut text = String::new();
        for Side { head, strata } in sides {
            text += &format!("{head}\n");
            for row in &strata.files[0].rows {
                // Each piece gets its own line, so that all of them fit.
                text += &format!("  {}: {}\n", row.name, row.words().replace(", ", ",\n    "));
            }
        }
        for row in table.rows {
            text += &format!("{}\n", row.join("\n    | "));
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn blocks_that_say_the_same_are_not_marked() {
        let mut session = Session::new();
        check(
            &session,
            expect![[r#"
            nothing
        "#]],
        );
        (0..7).for_each(|_| assert!(session.forward()));
        check(
            &session,
            expect![[r#"
                after step 6
                  ES tree: [0/8) U@1000,
                    [0/4) changed
                  disk tree: [0/4) U@1000,
                    [4/4) U@1004
                  committed: [0/8) U@1000
                  media: [0/8) what a former owner left,
                    on the medium,
                    [0/4) changed
                  a direct read returns: [0/16) zeroes,
                    [0/4) changed
                after step 7
                  ES tree: [0/4) W@1000,
                    [4/4) U@1004,
                    [0/4) conversion pending,
                    [0/4) changed
                  disk tree: [0/4) U@1000,
                    [4/4) U@1004
                  committed: [0/8) U@1000
                  media: [0/4) data of write A,
                    only in the device's cache,
                    [4/4) what a former owner left,
                    on the medium,
                    [0/4) changed
                  a direct read returns: [0/4) data of write A,
                    [4/12) zeroes,
                    [0/4) changed
                irq:io1
                    | next
                    | convert in the ES tree
                    | list the io_end, queue the work
                write A
                    | stage
                    | submitted
                    | completed
                write A
                    | where
                    | its bio is in flight
                    | data is in the device
                ES tree
                    | [0/4)
                    | U@1000
                    | W@1000, conversion pending
                blocks on the device
                    | [0/4)
                    | what a former owner left, on the medium
                    | data of write A, only in the device's cache
                what a direct read returns
                    | [0/4)
                    | zeroes
                    | data of write A
                device
                    | bios in flight
                    | write A, write B
                    | write B
                device
                    | blocks only in its cache
                    | 0
                    | 4
            "#]],
        );
        session.seek(1);
        check(
            &session,
            expect![[r#"
                at the start
                  ES tree: empty: lookups go to the disk tree
                  disk tree: [0/8) U@1000
                  committed: [0/8) U@1000
                  media: [0/8) what a former owner left,
                    on the medium
                  a direct read returns: [0/16) zeroes
                after step 1
                  ES tree: empty: lookups go to the disk tree
                  disk tree: [0/8) U@1000
                  committed: [0/8) U@1000
                  media: [0/8) what a former owner left,
                    on the medium
                  a direct read returns: [0/16) zeroes
                t1
                    | next
                    | take a slot
                    | take i_mutex
                t1
                    | in
                    | nothing
                    | ext4_file_dio_write
                write A
                    | what
                    | nothing
                    | t1 [0/4) AIO O_DSYNC
                write A
                    | stage
                    | nothing
                    | not submitted
                write A
                    | where
                    | nothing
                    | has a slot, not mapped yet
                write A
                    | user space
                    | nothing
                    | not acknowledged
                write A
                    | counted in i_unwritten
                    | nothing
                    | no
                write A
                    | counted in i_dio_count
                    | nothing
                    | no
            "#]],
        );
    }

    #[test]
    fn both_sides_have_the_same_marks_and_the_table_has_their_ranges() {
        for (seed, preset) in (0..).zip(PRESETS) {
            let mut session = Session::new();
            session.load_preset(preset.id);
            let mut dice = Dice::new(seed);
            while let Some(choice) = dice.choose(&session.run().enabled()) {
                session.step(choice).unwrap();
                let Compare { sides, table } = compare(session.run()).unwrap();
                let marks = |side: &Side| {
                    let rows = side.strata.files.iter().flat_map(|file| &file.rows);
                    let marks = rows.flat_map(|row| row.marks.iter().map(move |m| (row.id, *m)));
                    marks.filter(|(_, m)| m.kind == MarkKind::Changed).collect::<Vec<_>>()
                };
                assert_eq!(marks(&sides[0]), marks(&sides[1]));
                for (_, mark) in marks(&sides[0]) {
                    let range = format!("[{}/{})", mark.lblk, mark.len);
                    assert!(table.rows.iter().any(|row| row[1] == range), "{range}");
                }
                assert!(table.rows.iter().all(|row| row[2] != row[3]));
            }
        }
    }
}
