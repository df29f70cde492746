//! Details of objects during the thread's scenario, as text.

use expect_test::{Expect, expect};

use super::*;
use crate::kernel::Row;
use crate::scenario::{Dice, PRESETS};
use crate::session::Session;

/// S7 under the design that deadlocks, run to the end.
fn s7() -> Session {
    let mut session = Session::new();
    while session.forward() {}
    session
}

fn check(session: &Session, id: &str, expected: Expect) {
    let object = Object::parse(id).unwrap();
    let detail = detail(session.run(), object);
    let mut text = format!(
        "{} | {} | {} | {}\n",
        detail.title, detail.function, detail.source, detail.version
    );
    for (name, value) in detail.fields {
        text += &format!("  {name}: {value}\n");
    }
    for (step, sentence) in detail.history {
        text += &format!("{step:>3} {sentence}\n");
    }
    expected.assert_eq(&text);
}

#[test]
fn objects_are_told() {
    let session = s7();
    check(
        &session,
        "kworker:1",
        expect![[r#"
            kworker:1 | ext4_unwritten_wait | fs/ext4/page-io.c v3.7 | 
              next: wait until i_unwritten is 0
              but: waits until i_unwritten is 0 (now 1)
              holds: i_mutex of a
              in: ext4_end_io_work > ext4_end_io > ext4_sync_file > ext4_unwritten_wait
              8 irq:io1: next take the list.
             13 kworker:1: next take the list → start a jbd2 handle; in ext4_end_io_work > ext4_end_io > ext4_convert_unwritten_extents.
             14 kworker:1: next start a jbd2 handle → convert in the disk tree; holds a jbd2 handle.
             15 kworker:1: next convert in the disk tree → decrement i_unwritten; holds a jbd2 handle no longer; and more.
             16 kworker:1: next decrement i_unwritten → take i_mutex; in ext4_end_io_work > ext4_end_io → ext4_end_io_work > ext4_end_io > ext4_sync_file.
             17 kworker:1: next take i_mutex → take the list; and more.
             18 kworker:1: next take the list → wait until i_unwritten is 0; and more.
        "#]],
    );
    check(
        &session,
        "io.1",
        expect![[r#"
            write B | struct ext4_io_end | fs/ext4/ext4.h | v3.8
              what: t1 [4/4) AIO O_DSYNC
              stage: on a list
              where: on kworker:1's private list
              user space: not acknowledged
              counted in i_unwritten: yes
              counted in i_dio_count: no
              4 t1: what t1 [4/4) AIO O_DSYNC; stage not submitted; where has a slot, not mapped yet; user space not acknowledged; and more.
              6 t1: stage not submitted → submitted; where has a slot, not mapped yet → its bio is in flight; counted in i_unwritten no → yes; and more.
             10 irq:io2: stage submitted → completed; where its bio is in flight → data is in the device.
             11 irq:io2: stage completed → on a list; where data is in the device → on the inode's list.
             12 irq:io2: counted in i_dio_count yes → no.
             13 kworker:1: where on the inode's list → on kworker:1's private list.
        "#]],
    );
    check(
        &session,
        "es.0",
        expect![[r#"
            ES tree | struct ext4_es_tree | fs/ext4/extents_status.h | v3.9
              [0/8): W@1000
              conversion pending: [4/4)
              3 t1: [0/4) U@1000.
              6 t1: [4/4) U@1004.
              7 irq:io1: [0/4) U@1000 → W@1000, conversion pending.
             10 irq:io2: [4/4) U@1004 → W@1004, conversion pending.
             15 kworker:1: [0/4) W@1000, conversion pending → W@1000.
        "#]],
    );
    check(
        &session,
        "inode.0",
        expect![[r#"
            inode a | struct ext4_inode_info | fs/ext4/ext4.h | v3.8
              i_unwritten: 1
              i_dio_count: 0
              i_mutex: held by kworker:1
              i_size: 16
              i_disksize: 16
              i_disksize as committed: 16
              on the orphan list: no
              changed since the last commit: yes
              2 t1: i_mutex free → held by t1.
              3 t1: i_unwritten 0 → 1; i_dio_count 0 → 1; i_mutex held by t1 → free.
              5 t1: i_mutex free → held by t1.
              6 t1: i_unwritten 1 → 2; i_dio_count 1 → 2; i_mutex held by t1 → free.
              9 irq:io1: i_dio_count 2 → 1.
             12 irq:io2: i_dio_count 1 → 0.
             15 kworker:1: changed since the last commit no → yes.
             16 kworker:1: i_unwritten 2 → 1.
             17 kworker:1: i_mutex free → held by kworker:1.
        "#]],
    );
    check(
        &session,
        "block.0.4",
        expect![[r#"
            block 4 | struct ext4_map_blocks | fs/ext4/ext4.h | v3.8
              ES tree: [0/8) W@1000
              disk tree: [4/4) U@1004
              committed: [0/8) U@1000
              media: [4/4) data of write B, only in the device's cache
              a direct read returns: [4/4) data of write B
              times written: 1
              acknowledged version: 0
              version that fsync promised: 0
              version that O_(D)SYNC promised: 0
              3 t1: disk tree U@1004, joined to block 3 → U@1004, split from block 3.
              6 t1: ES tree U@1004.
             10 irq:io2: ES tree U@1004 → W@1004, conversion pending; and more.
        "#]],
    );
    check(
        &session,
        "device",
        expect![[r#"
            device | struct bio | include/linux/blk_types.h | v3.8
              blocks only in its cache: 8
              bios that may fail: 0
              power: on
              3 t1: bios in flight write A.
              6 t1: bios in flight write A → write A, write B.
              7 irq:io1: bios in flight write A, write B → write B; blocks only in its cache 0 → 4.
             10 irq:io2: bios in flight write B no longer; blocks only in its cache 4 → 8.
        "#]],
    );
    check(
        &session,
        "jbd2",
        expect![[r#"
            jbd2 |  |  | 
              transaction: running
              a commit was asked for: no
              open handles: 0
              spontaneous commits left: 0
             14 kworker:1: open handles 0 → 1.
             15 kworker:1: open handles 1 → 0.
        "#]],
    );
}

#[test]
fn a_step_is_told_by_what_differs() {
    let session = s7();
    let run = session.run();
    let text = |from: usize, to: usize| {
        let rows = difference(run.setup(), run.state_at(from), run.state_at(to));
        let line = |row: Vec<String>| {
            let [title, field, before, after] = &row[..] else { panic!("{row:?}") };
            format!("{title}: {field} | {before} | {after}\n")
        };
        rows.into_iter().map(line).collect::<String>()
    };
    assert_eq!(text(3, 3), "");
    expect![[r#"
        t1: operation | aio_write io=0+4 sync=1 | aio_write io=4+4 sync=1
        t1: next | map the blocks, submit the bio | take a slot
        t1: holds | i_mutex of a | 
        t1: in | ext4_ext_direct_IO | 
        irq:io1: next |  | convert in the ES tree
        write A: stage | not submitted | submitted
        write A: where | has a slot, not mapped yet | its bio is in flight
        write A: counted in i_unwritten | no | yes
        write A: counted in i_dio_count | no | yes
        inode a: i_unwritten | 0 | 1
        inode a: i_dio_count | 0 | 1
        inode a: i_mutex | held by t1 | free
        ES tree: [0/4) |  | U@1000
        disk tree: [4/1) | U@1004, joined to block 3 | U@1004, split from block 3
        device: bios in flight |  | write A
    "#]]
    .assert_eq(&text(2, 3));
    expect![[r#"
        irq:io1: next | convert in the ES tree | list the io_end, queue the work
        write A: stage | submitted | completed
        write A: where | its bio is in flight | data is in the device
        ES tree: [0/4) | U@1000 | W@1000, conversion pending
        blocks on the device: [0/4) | what a former owner left, on the medium | data of write A, only in the device's cache
        what a direct read returns: [0/4) | zeroes | data of write A
        device: bios in flight | write A, write B | write B
        device: blocks only in its cache | 0 | 4
    "#]]
    .assert_eq(&text(6, 7));
}

#[test]
fn ids_read_back_and_everything_has_a_name() {
    for preset in PRESETS {
        let mut session = Session::new();
        session.load_preset(preset.id);
        let mut dice = Dice::new(5);
        while let Some(choice) = dice.choose(&session.run().enabled()) {
            session.step(choice).unwrap();
            let run = session.run();
            for object in objects(run.setup(), &[run.state()]) {
                assert_eq!(Object::parse(&object.to_string()), Some(object));
                assert!(!title(run.setup(), object).is_empty());
            }
            // A step that changes a displayed value must have a difference.
            let step = run.cursor() - 1;
            let (before, after) = (run.state_at(step), run.state());
            let rows = difference(run.setup(), before, after);
            assert!(!rows.is_empty(), "{} step {step}", preset.id);
            assert!(rows.iter().all(|row| row[2] != row[3]));
        }
    }
    for id in ["", "es", "es.9", "io.999", "block.0", "block.0.99", "t9", "thing.1"] {
        assert_eq!(Object::parse(id), None, "{id}");
    }
}

#[test]
fn histories_fit_a_caption_and_end_where_the_object_is() {
    for row in Row::ALL {
        let mut session = Session::new();
        session.load_preset("H-e3");
        session.set_design(row.design());
        while session.forward() {}
        let run = session.run();
        for object in objects(run.setup(), &[run.state()]) {
            let detail = detail(run, object);
            for (step, sentence) in &detail.history {
                assert!(sentence.chars().count() <= CAPTION_CHARS_MAX + 12, "{sentence}");
                let at = |steps| fields(run.setup(), run.state_at(steps), object);
                assert_ne!(at(*step), at(*step - 1));
            }
            let last = detail.history.last().map_or(0, |(step, _)| *step);
            let then = fields(run.setup(), run.state_at(last), object);
            assert_eq!(detail.fields, then, "{object}");
        }
    }
}
