//! The op language: an error is reported at its place, and printed text reads back.

use expect_test::{Expect, expect, expect_file};
use extentscope::bounds::{OPS_MAX, SCRIPT_BYTES_MAX, WRITES_MAX};
use extentscope::kernel::{
    Design, Iocbs, NumberArg, OPS, Op, OpArgs, OpInfo, Range, Row, Setup, Sync,
};
use extentscope::scenario::{OpText, PRESETS, Script, parse_op_line};
use proptest::prelude::*;

fn check(text: &str, expected: Expect) {
    let answer = match Script::parse(text) {
        Ok(script) => script.to_string(),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&answer);
}

#[test]
fn a_script_is_printed_in_one_way() {
    check(
        "title  two writes # to one file\n\
         design rfc-osync +decrement=after_sync\n\
         slots 3   # maxevents\n\
         journal 4\n\
         cluster 4\n\
         file a 16 blocks, W 8+4, U 0+8\n\
         allow shrink\n\
         t1: aio_write io=0+4,4+4 sync=1\n\
         t2: dio_write 8 4\n\
         t1: getevents\n\
         t2: dio_read 32k 4096B\n\
         expect rfc-osync +decrement=after_sync, v3.8: NO-DEADLOCK\n\
         expect others: ok\n",
        expect![[r#"
            title two writes # to one file
            design rfc-osync +decrement=after_sync
            slots 3
            journal 4
            cluster 4
            file a 16 blocks, U 0+8, W 8+4
            allow shrink 1

            t1: aio_write io=0+4,4+4 sync=1
            t2: dio_write 8 4
            t1: getevents
            t2: dio_read 8 1

            expect rfc-osync +decrement=after_sync, v3.8: NO-DEADLOCK
            expect others: ok
        "#]],
    );
}

#[test]
fn operations_of_a_thread_and_writes_of_a_script_are_limited() {
    let last_line = |error: &str| error.lines().last().map(String::from);
    let check = |lines: [(&str, u32); 2], expect: Option<&str>| {
        let text: String = lines.iter().map(|(line, times)| line.repeat(*times as usize)).collect();
        let found = Script::parse(&text).err().map(|error| error.to_string());
        assert_eq!(found.as_deref().and_then(last_line).as_deref(), expect, "{lines:?}");
    };
    let (read, write, other) = ("t1: dio_read 0 4\n", "t2: buf_write 0 4\n", "t3: dio_write 0 4\n");
    check([(read, OPS_MAX), (write, WRITES_MAX)], None);
    let too_long =
        "line 251, column 5: one operation too many, expected at most 250 operations a thread";
    check([(read, OPS_MAX + 1), (write, 0)], Some(too_long));
    let too_many =
        "line 251, column 5: one write too many, expected at most 250 writes in a script";
    check([(write, WRITES_MAX), (other, 1)], Some(too_many));
}

/// Scripts with one error each.
const WRONG: &[&str] = &[
    "t1: aio_wrte io=0+4",
    "t1: aio_write io=0-4",
    "t1: aio_write",
    "t1: aio_write io=14+4",
    "t1: aio_write io=0+4,4-4",
    "t1: aio_write io=0+1,1+1,2+1,3+1,4+1,5+1,6+1,7+1,8+1",
    "t1: dio_write 0 4 snyc=1",
    "t1: dio_write 0 4 sync=3",
    "t1: dio_read 100B 4",
    "t1: dio_read 0 -1",
    "t1: dio_read -1 1",
    "t1: dio_read 3 0",
    "t1: dio_read 16 1",
    "t1: dio_read 14 4",
    "t1: aio_write io=0+-1,4+4",
    "t1: fallocate 0 4q",
    "file a 8 blocks, U 0+x",
    "t9: fsync",
    "slots 99",
    "journal 1",
    "cluster 3",
    "cluster 2\nt1: collapse 0 2",
    "allow enospc\ncluster 2",
    "cluster 2\nallow enospc",
    "t1: fsync\ncluster 2",
    "jurnal 3",
    "slots",
    "desing v3.8",
    "design v3.88",
    "design rfc-v1 +decrement=later",
    "design v3.8 +early=dio",
    "mount nolock",
    "file a 16 blocks, U 0+8, U 4+8",
    "file a 16 blocks, X 0+8",
    "file a 8 blocks, U 0+9",
    "file a 8",
    "t1: fsync file=b",
    "allow shrinks 2",
    "expect rfc-v1: RWA",
    "expect rfc-v2: RAW",
    "\n\n  t1:   fsync now",
    "",
    "title nobody does anything",
    "design v3.8\ndesign rfc-v1",
    "mount dioread_nolock\nmount nodioread_nolock",
    "slots 2\nslots 2",
    "allow eio 1\nallow crash\nallow eio 2",
    "t1: dio_write 0 4 sync=1 sync=2",
    "t1: aio_write io=0+4 io=4+4",
    "t1: fsync file=a file=a",
    "expect v3.8: ok RAW\nt1: fsync",
    "expect v3.8, kara: ok\nexpect rfc-v1, v3.8: RAW\nt1: fsync",
    "expect others: ok\nexpect others: RAW\nt1: fsync",
    "t1: getevents 5",
    "t1: aio_write io=0+1,1+1\nt2: getevents 1\nt1: getevents 2",
    "title \u{1b}[31mred",
    "t1: fsync # \u{9b}0m",
    "t1: fsync\rt2: fsync",
    "title a\u{202e}b",
    "t1: aio_writexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

#[test]
fn an_error_has_its_position_and_the_expected_text() {
    let answer = |text: &&str| match Script::parse(text) {
        Ok(_) => panic!("{text} was read"),
        Err(error) => {
            format!("{}\n  {error}\n", text.trim().escape_debug().to_string().replace("\\n", "\n"))
        }
    };
    expect_file!["data/script_errors.txt"].assert_eq(&WRONG.iter().map(answer).collect::<String>());
}

#[test]
fn a_script_that_is_too_long_is_rejected() {
    let text = format!("t1: fsync # {}", "x".repeat(SCRIPT_BYTES_MAX as usize));
    let error = Script::parse(&text).expect_err("a long script").to_string();
    assert_eq!(error, "line 1, column 1: the script is too long, expected at most 65536 bytes");
}

#[test]
fn without_a_mount_line_the_design_mounts() {
    let script = Script::parse("t1: fsync").expect("a script");
    for row in Row::ALL {
        let setup = Setup { design: row.design(), ..script.setup.clone() };
        assert_eq!(setup.dioread_nolock(), row.mounts_nolock(), "{}", row.id());
    }
    let explicit = Script::parse("mount dioread_nolock\nt1: fsync").expect("a script");
    assert!(explicit.setup.dioread_nolock() && !script.setup.dioread_nolock());
    assert!(explicit.to_string().contains("mount dioread_nolock"));
}

#[test]
fn the_examples_of_the_help_are_operations() {
    let setup = Script::parse("file a 16 blocks\nt1: fsync").expect("a script").setup;
    for OpInfo { word, usage, .. } in OPS {
        // A bracket is optional; the example has to parse with it and without it.
        let without: String =
            usage.split('[').map(|s| s.split_once(']').map_or(s, |p| p.1)).collect();
        for text in [usage.replace(['[', ']'], ""), without] {
            let op = parse_op_line(&setup, &text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert!(text.starts_with(word));
            assert_eq!(op.info().word, *word);
        }
    }
}

#[test]
fn every_preset_reads_back() {
    for preset in PRESETS {
        reads_back(preset.script);
        assert!(Design::parse(preset.design).is_ok(), "{}", preset.id);
        assert!(preset.script.lines().all(|line| line.len() <= 78), "{}", preset.id);
    }
}

fn reads_back(text: &str) {
    let mut script = Script::parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let printed = script.to_string();
    let mut again = Script::parse(&printed).unwrap_or_else(|e| panic!("{e}\n{printed}"));
    // Sorting by thread moves lines, and with them the order in which writes are counted.
    for script in [&mut script, &mut again] {
        script.lines.clear();
        for op in script.setup.threads.iter_mut().flatten() {
            *op = op.numbered(0);
        }
    }
    assert_eq!(script, again);
}

/// Any operation of the table, with any valid arguments.
fn op() -> impl Strategy<Value = Op> {
    let range = (0_u8..12, 1_u8..4).prop_map(|(lblk, len)| Range::new(lblk, len));
    let sync = prop_oneof![Just(Sync::No), Just(Sync::Dsync), Just(Sync::Osync)];
    let ranges = proptest::collection::vec(range, 1..9);
    (0..OPS.len(), sync, any::<u8>(), ranges).prop_map(|(which, sync, n, ranges)| {
        let number = OPS[which].number.map_or(0, |arg| match arg {
            NumberArg { optional: true, .. } if n % 4 == 0 => 0,
            NumberArg { min, max, .. } => min + n % (max - min + 1),
        });
        let iocbs = Iocbs::new(&ranges);
        (OPS[which].make)(&OpArgs { ino: 0, range: ranges[0], iocbs, sync, number })
    })
}

proptest! {
    #[test]
    fn an_operation_that_is_printed_reads_back(op in op()) {
        let setup = Script::parse("file a 16 blocks\nt1: fsync").expect("a script").setup;
        let text = OpText { op, files: &setup.files }.to_string();
        prop_assert_eq!(parse_op_line(&setup, &text), Ok(op));
    }

    #[test]
    fn a_script_of_any_operations_reads_back(
        row in 0..Row::ALL.len(),
        ops in proptest::collection::vec((1_u8..5, op()), 0..7),
    ) {
        let mut text = format!("design {}\nfile a 16 blocks, U 0+3\n", Row::ALL[row].id());
        // There is at least one operation, and there are as many events as threads wait for.
        text += "t1: fsync\n";
        let aio = |op: &Op| if op.is_aio() { op.writes() } else { 0 };
        let mut setup = Script::parse(&text).expect("a script").setup;
        let mut kept = Vec::new();
        for (thread, op) in ops {
            let is_second = matches!(op, Op::Unlink { ino } if setup.unlinks(ino));
            if !is_second && !setup.has_closed(thread - 1, op) {
                setup.push(thread - 1, op);
                kept.push((thread, op));
            }
        }
        let mut events: u8 = kept.iter().map(|(_, op)| aio(op)).sum();
        for (thread, op) in kept {
            let op = match op {
                Op::Getevents { nr } => {
                    let nr = nr.min(events);
                    events -= nr;
                    Op::Getevents { nr }
                }
                op => op,
            };
            text += &format!("t{thread}: {}\n", OpText { op, files: &[] });
        }
        reads_back(&text);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Script::parse(&text);
    }

    #[test]
    fn no_text_made_of_its_words_panics(
        words in proptest::collection::vec(
            prop_oneof![
                Just("t1:"), Just("aio_write"), Just("io=0+4"), Just("io="), Just("sync=1"), Just("0"),
                Just("4"), Just("file"), Just("a"), Just("16"), Just("blocks,"), Just("U"), Just("0+8"),
                Just("\n"), Just("design"), Just("rfc-v1"), Just("+early=no"), Just("+"), Just("expect"),
                Just("others:"), Just("ok"), Just("truncate"), Just("allow"), Just("crash"), Just("é=ü"),
                Just("file=b"), Just("expect é: ü"), Just(":"), Just("4294967295k"), Just("99999+99999"),
            ],
            0..30,
        ),
    ) {
        let _ = Script::parse(&words.join(" "));
    }
}

/// Prints the table of operations in README.md from the parser's table.
#[test]
fn the_readme_lists_every_operation() {
    let row = |info: &OpInfo| format!("| `{}` | {} |\n", info.usage, info.what);
    let table: String = OPS.iter().map(|info| row(info)).collect();
    let table = format!("| operation | what it does |\n|---|---|\n{table}\n");
    let readme = include_str!("../README.md");
    assert!(readme.contains(&table), "README.md should have this table:\n\n{table}");
}
