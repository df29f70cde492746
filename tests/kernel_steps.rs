//! Every operation in every era, step by step: the actor, its context, the kernel function, and the
//! locks held afterwards. `tests/data/steps` has one file per era.

use std::fmt::Write as _;

use expect_test::expect_file;
use extentscope::kernel::{Actor, NOBODY, Note, Page, Row, Setup, State};
use extentscope::scenario::{Run, Script};

/// Operations, with the files and operations that make them interesting.
const CASES: &[(&str, &str)] = &[
    ("aio_write into unwritten", "t1: aio_write io=0+4\nt1: getevents"),
    ("aio_write into a hole", "t1: aio_write io=12+2\nt1: getevents"),
    ("aio_write over written", "t1: aio_write io=8+4\nt1: getevents"),
    ("aio_write O_DSYNC into unwritten", "t1: aio_write io=0+4 sync=1\nt1: getevents"),
    ("aio_write O_DSYNC over written", "t1: aio_write io=8+4 sync=1\nt1: getevents"),
    ("aio_write beyond the end", "t1: aio_write io=13+3\nt1: getevents"),
    ("aio_write of a batch", "t1: aio_write io=0+2,8+2\nt1: getevents"),
    ("aio_write of more than there are slots", "t1: aio_write io=0+2,8+2,2+2\nt1: getevents"),
    ("dio_write into unwritten", "t1: dio_write 0 4"),
    ("dio_write O_SYNC into unwritten", "t1: dio_write 0 4 sync=2"),
    ("dio_write over written", "t1: dio_write 8 4"),
    (
        "aio_write over written, read meanwhile",
        "t1: aio_write io=8+2\nt1: buf_read 8 2\nt1: getevents",
    ),
    ("dio_read of written and unwritten", "t1: dio_read 6 4"),
    ("buf_write and fsync over unwritten", "t1: buf_write 0 4\nt1: fsync"),
    ("buf_write into a hole, O_SYNC", "t1: buf_write 12 1 sync=2"),
    ("buf_write and fsync, a small journal", "journal 2\nt1: buf_write 0 4\nt1: fsync"),
    ("buf_read", "t1: buf_read 8 2\nt1: buf_read 8 2"),
    ("fallocate", "t1: fallocate 12 2"),
    ("truncate", "t1: truncate 4"),
    ("drop_caches", "t1: buf_read 8 2\nt1: drop_caches 3"),
];

fn setup(row: Row, ops: &str, nolock: bool) -> Setup {
    let mount = if nolock { "dioread_nolock" } else { "nodioread_nolock" };
    let text = format!("mount {mount}\nslots 2\nfile a 14 blocks, U 0+8, W 8+4\n{ops}\n");
    let setup = Script::parse(&text).unwrap_or_else(|e| panic!("{e}")).setup;
    Setup { design: row.design(), ..setup }
}

/// The run in which the first enabled actor always steps.
fn told(setup: Setup) -> String {
    let mut run = Run::new(setup);
    let mut text = String::new();
    while let Some(choice) = run.enabled().first().copied() {
        run.step(choice).expect("an enabled choice");
        let pc = run.last_notes().iter().find_map(|note| match note {
            Note::At(pc) => Some(pc.info_in(&run.setup().design.knobs)),
            _ => None,
        });
        let Some(info) = pc else { panic!("a step without a place") };
        let context = match choice.actor {
            Actor::Thread(_) => "syscall",
            Actor::Irq(_) => "irq",
            _ => "kthread",
        };
        assert!(context != "irq" || !info.sleeps, "{} sleeps in an irq", info.function);
        let (actor, held) = (choice.to_string(), held(run.state()));
        let line = format!("  {actor:9} {context:7} {}: {}", info.function, info.does);
        writeln!(text, "{line}{held}").expect("a String takes it");
    }
    text
}

/// Held locks, open handles, and counters that are not 0.
fn held(state: &State) -> String {
    let inode = &state.inodes[0];
    let mut parts = Vec::new();
    if inode.i_mutex != NOBODY {
        parts.push(format!("i_mutex {}", Actor::of_task(inode.i_mutex)));
    }
    if inode.shared != 0 {
        parts.push("i_rwsem shared".into());
    }
    if inode.i_data_sem != 0 {
        parts.push("i_data_sem shared".into());
    }
    if state.journal.handles > 0 {
        parts.push(format!("handles {}", state.journal.handles));
    }
    if state.journal.locked {
        parts.push("transaction locked".into());
    }
    if inode.i_dio_count > 0 {
        parts.push(format!("i_dio_count {}", inode.i_dio_count));
    }
    if inode.i_unwritten > 0 {
        parts.push(format!("i_unwritten {}", inode.i_unwritten));
    }
    if parts.is_empty() { String::new() } else { format!("  [{}]", parts.join(", ")) }
}

#[test]
fn every_operation_in_every_era() {
    for row in [Row::V3_8, Row::RfcV1, Row::V3_9, Row::V3_11, Row::V3_12, Row::V5_5] {
        for nolock in [true, false] {
            let mut text = String::new();
            for (name, ops) in CASES {
                write!(text, "{name}\n{}\n", told(setup(row, ops, nolock)))
                    .expect("a String takes it");
            }
            let name = format!("data/steps/{}{}.txt", row.id(), if nolock { "" } else { "-lock" });
            expect_file![format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"))].assert_eq(&text);
        }
    }
}

#[test]
fn the_flushers_last_run_writes_every_dirty_page_of_its_file() {
    let text = "file a 16 blocks\nfile b 16 blocks, U 0+8\nallow flusher 1\n\
                t1: buf_write 0 1 file=b\nt1: buf_write 4 1 file=b";
    let mut run = Run::new(Script::parse(text).expect("a script").setup);
    for choice in "t1 t1 t1 t1 flusher flusher".split(' ') {
        run.step(choice.parse().expect("a choice")).expect("an enabled choice");
    }
    let pages = run.state().inodes[1].pages;
    let out = |lblk: usize| matches!(pages[lblk], Page::Writeback(_));
    assert!(out(0) && out(4), "{pages:?}");
    assert_eq!(run.state().left.flusher, 0);
}
