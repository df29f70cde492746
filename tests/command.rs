//! The command, from outside: what it prints, how wide, and how it exits.

use std::io::Write as _;
use std::process::{Command, Stdio};

use expect_test::{Expect, expect};
use extentscope::scenario::Preset;

/// Runs the command with something on standard input; returns its exit status and what it printed.
fn run(arguments: &[&str], input: &str) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_extentscope"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A command that is not interested in its input may be gone already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the command ends");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("an exit status"), String::from_utf8(text).expect("text"))
}

/// The same, with nothing on standard input and every line within 78 columns.
fn check(arguments: &[&str], status: i32, expected: Expect) {
    let (found, text) = run(arguments, "");
    expected.assert_eq(&without_times(&text));
    assert_eq!(found, status, "{arguments:?}");
    for line in text.lines() {
        assert!(line.chars().count() <= 78, "{arguments:?} prints a wide line: {line}");
    }
}

/// Times are the one thing that differs between runs.
fn without_times(text: &str) -> String {
    let mut words = text.split(' ').peekable();
    let mut kept: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        let is_time = words.peek().is_some_and(|next| next.starts_with("ms"));
        kept.push(if is_time { "?" } else { word });
    }
    kept.join(" ")
}

#[test]
fn a_run_is_one_step_a_line_and_ends_in_its_choices() {
    check(
        &["run", "S7"],
        1,
        expect![[r#"
        S7: two O_DSYNC AIO writes complete before the worker runs
        design rfc-osync

           1  t1         io_submit: take a slot (aio_write io=0+4 sync=1)
           2  t1         ext4_file_dio_write: take i_mutex (aio_write io=0+4 sync=1)
           3  t1         map the blocks, submit the bio (aio_write io=0+4 sync=1)
           4  t1         io_submit: take a slot (aio_write io=4+4 sync=1)
           5  t1         ext4_file_dio_write: take i_mutex (aio_write io=4+4 sync=1)
           6  t1         map the blocks, submit the bio (aio_write io=4+4 sync=1)
           7  irq:io1    convert in the ES tree, write A
           8  irq:io1    list the io_end, queue the work, write A
           9  irq:io1    inode_dio_done: drop i_dio_count, write A
          10  irq:io2    convert in the ES tree, write B
          11  irq:io2    list the io_end, queue the work, write B
          12  irq:io2    inode_dio_done: drop i_dio_count, write B
          13  kworker:1  ext4_end_io_work: take the list
          14  kworker:1  ext4_convert_unwritten_extents: start a jbd2 handle, write A
          15  kworker:1  convert in the disk tree, write A
          16  kworker:1  ext4_end_io: decrement i_unwritten, write A
          17  kworker:1  ext4_sync_file: take i_mutex
          18  kworker:1  ext4_do_flush_completed_IO: take the list

        Deadlock: kworker:1 waits until i_unwritten is 0 (now 1), but write B is on
        its own private list, which nobody else can run.
        choices: t1 t1 t1 t1 t1 t1 irq:io1 irq:io1 irq:io1 irq:io2 irq:io2 irq:io2
                 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1
    "#]],
    );
}

#[test]
fn a_run_tells_more_if_it_is_asked_to() {
    check(
        &["run", "S1", "-v", "--choices", "t1 t1 t1 irq:io1"],
        0,
        expect![[r#"
        S1: AIO write into unwritten blocks, then a dioread_nolock read
        design rfc-v1

           1  t1         t1 submits write A, an AIO write of [0/8), and takes slot 1
                         of 2.
           2  t1         t1 takes i_mutex for write A.
           3  t1         t1 maps [0/8) (unwritten), submits the bio of write A and
                         drops i_mutex; now it waits for an event.
           4  irq:io1    The bio of write A is done: the irq marks [0/8) written in
                         the ES tree, not yet on disk.

        4 steps were taken; more can be.
        choices: t1 t1 t1 irq:io1
    "#]],
    );
}

#[test]
fn a_choice_that_cannot_be_taken_is_refused_with_the_reason() {
    check(
        &["run", "S7", "--choices", "t1 t1 kworker:1 t1"],
        1,
        expect![[r#"
        S7: two O_DSYNC AIO writes complete before the worker runs
        design rfc-osync

           1  t1         io_submit: take a slot (aio_write io=0+4 sync=1)
           2  t1         ext4_file_dio_write: take i_mutex (aio_write io=0+4 sync=1)
              step 3: kworker:1 cannot be taken: it has no work to take
    "#]],
    );
}

#[test]
fn the_same_seed_takes_the_same_steps() {
    let arguments = ["run", "S2", "--seed", "5"];
    let (status, text) = run(&arguments, "");
    assert_eq!(run(&arguments, ""), (status, text.clone()));
    assert_ne!(run(&["run", "S2", "--seed", "6"], "").1, text);
}

#[test]
fn a_person_is_asked_by_number_or_by_name() {
    let (status, text) = run(&["run", "S1", "--ask"], "1\nt1\nnobody\n\nt1\n");
    assert_eq!(status, 0);
    assert!(text.contains("names no actor"), "{text}");
    assert!(text.contains("3 steps were taken"), "{text}");
}

#[test]
fn check_compares_what_it_finds_with_what_the_script_expects() {
    let s2 = Preset::find("S2").expect("a preset").script;
    let script = s2.lines().filter(|line| !line.starts_with("expect"));
    let script: String = script.map(|line| format!("{line}\n")).collect();
    let check = |expect: &str, status: i32, says: &str| {
        let text = format!("{script}{expect}\n");
        let (found, text) = run(&["check", "-", "--design", "rfc-v1"], &text);
        assert_eq!(found, status, "{expect}: {text}");
        assert!(text.contains(says), "{expect}: {text}");
    };
    check("expect rfc-v1: RAW", 0, "The script expects RAW, and so it is.");
    check("expect rfc-v1: ok", 1, "The script expects ok, found RAW.");
    check("expect others: RAW NO-STALE", 1, "The script expects RAW NO-STALE, found RAW.");
    check("expect v3.8: ok", 1, "BROKEN");
    check("", 1, "BROKEN");
}

#[test]
fn no_control_character_reaches_the_terminal() {
    let title = "title \u{1b}[31mred\u{1b}]0;title\u{7}\nt1: fsync\n";
    let comment = "# \u{1b}[2J\nt1: fsync\n";
    let word = "t1: fs\u{9b}ync\n";
    let escaped = "\u{1b}[31m";
    for (arguments, input) in [
        (&["run", "-"][..], title),
        (&["run", "-", "--mail"][..], comment),
        (&["check", "-"][..], word),
        (&["matrix", "--script", "-", "--states", "10"][..], title),
        (&["run", escaped][..], ""),
        (&["run", "S1", "--design", escaped][..], ""),
        (&["run", "S1", "--choices", escaped][..], ""),
        (&["run", "S1", "--ask"][..], "\u{1b}[31m\n"),
        (&[escaped][..], ""),
        (&["replay", escaped][..], ""),
    ] {
        let (status, text) = run(arguments, input);
        let obeyed = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(obeyed), "{arguments:?} prints {text:?}");
        assert!(status != 101, "{arguments:?}");
    }
}

#[test]
fn a_step_is_told_to_its_end() {
    let script = "slots 2\nfile a 16 blocks, U 0+8\nallow eio 1\nt1: aio_write io=0+4\n";
    let (_, text) = run(&["run", "-", "--choices", "t1 t1 t1 irq:io1/1"], script);
    let last = text.split("\n\n").nth(1).expect("steps");
    assert!(last.trim_end().ends_with("fails with EIO"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 78), "{text}");
}

#[test]
fn check_names_what_is_broken_and_how() {
    check(
        &["check", "S2", "--design", "rfc-v1"],
        0,
        expect![[r#"
            scenario S2: S1, and the shrinker may run once
            design   rfc-v1

            BROKEN  RAW            a read after an acknowledged write returns that write
                                   or a later one
                    shortest, 10 steps, after step 9 nothing can avoid it: t1 t1 t1
                    irq:io1 irq:io1 irq:io1 t1 shrinker t1 t1
                    fewest switches, 3 in 10 steps, after step 9 nothing can avoid it: t1
                    t1 t1 irq:io1 irq:io1 irq:io1 shrinker t1 t1 t1
            holds   NO-STALE       no block is called written before its data is there
            -       NO-STALE-CRASH not exercised by this script
            -       FSYNC-DURABLE  not exercised by this script
            -       OSYNC-DURABLE  not exercised by this script
            -       TRUNC-EXCL     not exercised by this script
            holds   NO-DEADLOCK    no set of actors waits for each other for ever
            holds   PROGRESS       every IO can still be converted and every thread can
                                   return
            holds   BOUNDED        no more AIO conversions are pending than the context
                                   has slots
            -       ERR-REPORT     not exercised by this script
            -       KEEP-DELAYED   not exercised by this script

            The script expects RAW, and so it is.

            135 states, 303 transitions, depth 15, ? ms; complete. The chance that two
            states were taken for one is at most 1 in 2^113.
        "#]],
    );
}

#[test]
fn check_says_which_bound_was_reached() {
    check(
        &["check", "S7", "--design", "v3.8", "--states", "50"],
        3,
        expect![[r#"
            scenario S7: two O_DSYNC AIO writes complete before the worker runs
            design   v3.8

            -       RAW            not exercised so far
            so far  NO-STALE       no block is called written before its data is there
            -       NO-STALE-CRASH not exercised so far
            -       FSYNC-DURABLE  not exercised so far
            -       OSYNC-DURABLE  not exercised so far
            -       TRUNC-EXCL     not exercised so far
            so far  NO-DEADLOCK    no set of actors waits for each other for ever
            so far  PROGRESS       every IO can still be converted and every thread can
                                   return
            so far  BOUNDED        no more AIO conversions are pending than the context
                                   has slots
            -       ERR-REPORT     not exercised so far
            -       KEEP-DELAYED   not exercised so far

            The script expects ok, and so it is.

            50 states, 73 transitions, depth 18, ? ms; not complete, bounded as asked, to
            50 states. The chance that two states were taken for one is at most 1 in
            2^117.
        "#]],
    );
}

#[test]
fn a_script_is_read_from_standard_input() {
    let script = "file a 16 blocks, U 0+8\nt1: aio_write io=0+4\nt1: getevents\n";
    let (status, text) = run(&["check", "-", "--design", "v3.8"], script);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("complete"), "{text}");
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_column() {
    let (status, text) = run(&["run", "-"], "title x\nt1: aio_wrte io=0+4\n");
    assert_eq!(status, 2);
    assert!(text.contains("line 2, column 5") && text.contains("aio_write?"), "{text}");
    let (status, text) = run(&["run", "S1", "--design", "rfc-v1 +ack=never"], "");
    assert_eq!(status, 2);
    assert!(text.contains("column 8"), "{text}");
    let (status, text) = run(&["run", "S1", "--choices", "t1 t9"], "");
    assert_eq!(status, 2);
    assert!(text.contains("column 4"), "{text}");
    assert_eq!(run(&["run", "no-such-file"], "").0, 2);
    assert_eq!(run(&["frobnicate"], "").0, 2);
}

#[test]
fn designs_and_presets_are_listed() {
    for (list, known) in [("designs", "rfc-osync-skipwait"), ("presets", "H-e5")] {
        let (status, text) = run(&[list], "");
        assert_eq!(status, 0);
        assert!(text.contains(known), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 78), "{text}");
    }
}

#[test]
fn random_runs_of_the_presets_find_what_they_expect() {
    let (status, text) = run(&["presets", "--check", "--seed", "1"], "");
    assert_eq!(status, 0, "{text}");
    assert!(text.starts_with("presets: ") && text.ends_with(" 0 differ\n"), "{text}");
}

#[test]
fn a_run_is_printed_for_a_mail_and_its_link_opens_it() {
    let arguments = ["run", "S7", "--design", "rfc-osync", "--mail"];
    let (status, text) = run(&arguments, "");
    assert_eq!(status, 1, "{text}");
    let (body, link) = text.trim_end().rsplit_once('\n').expect("a link");
    assert!(body.contains("\n *** DEADLOCK ***\n"), "{body}");
    assert!(body.lines().all(|line| line.chars().count() <= 78), "{body}");
    let mut session = extentscope::session::Session::new();
    session.open_link(link);
    assert_eq!(session.notice(), None);
    assert_eq!(format!("{}\n", session.mail_text("")), format!("{body}\n{link}\n\n"));
}

#[test]
fn a_matrix_that_is_not_as_its_scripts_expect_says_so() {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/S1.txt");
    let script = "file a 4 blocks, U 0+4\nt1: aio_write io=0+4\nexpect kara: RAW\n";
    std::fs::write(file, script).expect("a file");
    let (status, text) = run(&["matrix", "--reduced", "--states", "2000", "--script", file], "");
    assert_eq!(status, 1, "{text}");
    assert!(
        text.lines().any(|line| line.starts_with("S1.txt ")),
        "its row is told from the preset's: {text}"
    );
    assert!(text.contains("\nS1.txt under kara: its script expects RAW, found ok\n"), "{text}");
}

#[test]
fn the_matrix_leaves_no_cell_out() {
    let (status, text) = run(&["matrix", "--json", "--states", "300"], "");
    assert_eq!(status, 3, "the small bound is reached in some cell");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let cells = json["cells"].as_array().expect("an array of cells");
    let presets = extentscope::scenario::PRESETS.len();
    assert_eq!(cells.len(), presets * extentscope::kernel::Row::ALL.len());
    let keys = "design scenario verdict property states transitions depth complete ms witness";
    for cell in cells {
        for key in keys.split(' ') {
            assert!(cell.get(key).is_some(), "{cell} has no {key}");
        }
    }
    let deadlock =
        cells.iter().find(|cell| cell["design"] == "rfc-osync" && cell["scenario"] == "H-e5");
    let deadlock = deadlock.expect("the cell is there");
    assert_eq!(deadlock["property"], "NO-DEADLOCK");
    let witness = deadlock["witness"].as_str().expect("a witness");
    let (status, text) = run(&["run", "H-e5", "--design", "rfc-osync", "--choices", witness], "");
    assert_eq!(status, 1);
    assert!(text.contains("Deadlock:"), "{text}");
}

#[test]
fn s9_at_length_says_how_high_the_backlog_gets() {
    check(
        &["load"],
        1,
        expect![[r#"
            S9 at length: 1000 AIO writes of one block into unwritten blocks, 4 slots; a
            worker takes 1 step for 8 of the others.

            design              writes   steps  steps/write  backlog  ended by
            v2.6.35                  6      57          9.5        8  IOS_MAX, BOUNDED
            v3.8                  1000   11381         11.3        4  the last write
            rfc-v1                   6      67         11.1        8  IOS_MAX, BOUNDED
            rfc-nopblk               6      67         11.1        8  IOS_MAX, BOUNDED
            rfc-dirty                6      67         11.1        8  IOS_MAX, BOUNDED
            rfc-osync                6      67         11.1        8  IOS_MAX, BOUNDED
            rfc-osync-skipwait       6      67         11.1        8  IOS_MAX, BOUNDED
            kara                  1000   11634         11.6        4  the last write
            kara-opt                 6      65         10.8        8  IOS_MAX, BOUNDED
            kara-throttle         1000   12697         12.6        4  the last write
            rfc-v5                1000   12260         12.2        4  the last write
            v3.9                  1000   11257         11.2        4  the last write
            v3.11                 1000   10947         10.9        4  the last write
            v3.12                 1000   11634         11.6        4  the last write
            v4.13                 1000   11634         11.6        4  the last write
            v5.5                  1000   10634         10.6        4  the last write
            v6.7                  1000   10634         10.6        4  the last write
            v6.12                 1000   10634         10.6        4  the last write

            125803 steps, ? ms
            a bound of the model: IOS_MAX: no more direct IOs can be in flight or unreaped
        "#]],
    );
    check(
        &["load", "--design", "v3.12", "--design", "v5.5", "--slots", "8"],
        0,
        expect![[r#"
            S9 at length: 1000 AIO writes of one block into unwritten blocks, 8 slots; a
            worker takes 1 step for 8 of the others.

            design              writes   steps  steps/write  backlog  ended by
            v3.12                 1000   11650         11.6        8  the last write
            v5.5                  1000   10650         10.6        8  the last write

            22300 steps, ? ms
        "#]],
    );
    check(
        &["load", "--design", "kara-opt +fsync=writeback +throttle=4", "--writes", "4000"],
        0,
        expect![[r#"
            S9 at length: 4000 AIO writes of one block into unwritten blocks, 4 slots; a
            worker takes 1 step for 8 of the others.

            design              writes   steps  steps/write  backlog  ended by
            kara-opt +fsync=writeback +throttle=4
                                  4000   50725         12.6        4  the last write

            50725 steps, ? ms
        "#]],
    );
    check(
        &["load", "--writes", "4001"],
        2,
        expect![[r#"
        error: invalid value '4001' for '--writes <WRITES>': 4001 is not in 1..=4000

        For more information, try '--help'.
    "#]],
    );
}
