//! The command as a process: its output, the width of the output, and its exit status.

use std::io::Write as _;
use std::process::{Command, Stdio};

use expect_test::{Expect, expect};
use extentscope::scenario::Preset;

/// Runs the command with a text on standard input; returns its exit status and its output.
fn run(arguments: &[&str], input: &str) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_extentscope"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A command that does not read its input may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the command ends");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("an exit status"), String::from_utf8(text).expect("text"))
}

/// Runs the command without input, and checks that every line fits into 78 columns.
fn check(arguments: &[&str], status: i32, expected: Expect) {
    let (found, text) = run(arguments, "");
    expected.assert_eq(&without_times(&text));
    assert_eq!(found, status, "{arguments:?}");
    for line in text.lines() {
        assert!(line.chars().count() <= 78, "{arguments:?} prints a wide line: {line}");
    }
}

/// Removes times, which differ between runs.
fn without_times(text: &str) -> String {
    let mut words = text.split(' ').peekable();
    let mut kept: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        let is_time = words.peek().is_some_and(|next| next.starts_with("ms"));
        kept.push(if is_time { "?" } else { word });
    }
    without_sums(&kept.join(" "))
}

/// Removes the checksums of an artefact, which change with the model.
fn without_sums(text: &str) -> String {
    let sum = |line: &str| {
        let key = ["model ", "graph "].into_iter().find(|key| line.starts_with(key))?;
        Some(format!("{key}?\n"))
    };
    text.split_inclusive('\n').map(|line| sum(line).unwrap_or(line.into())).collect()
}

#[test]
fn a_run_has_one_line_for_each_step_and_ends_with_its_choices() {
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
fn a_verbose_run_prints_more() {
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
fn an_impossible_choice_is_rejected_with_the_reason() {
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
fn ask_accepts_a_number_or_a_name() {
    let (status, text) = run(&["run", "S1", "--ask"], "1\nt1\nnobody\n\nt1\n");
    assert_eq!(status, 0);
    assert!(text.contains("names no actor"), "{text}");
    assert!(text.contains("3 steps were taken"), "{text}");
}

#[test]
fn check_compares_its_result_with_the_scripts_expectation() {
    let s2 = Preset::find("S2").expect("a preset").script;
    let script = s2.lines().filter(|line| !line.starts_with("expect"));
    let script: String = script.map(|line| format!("{line}\n")).collect();
    let check = |expect: &str, status: i32, says: &str| {
        let text = format!("{script}{expect}\n");
        let (found, text) = run(&["check", "-", "--design", "rfc-v1"], &text);
        assert_eq!(found, status, "{expect}: {text}");
        assert!(text.contains(says), "{expect}: {text}");
    };
    check("expect rfc-v1: RAW", 0, "The script expects RAW, as found.");
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

/// What is no trace is told in one sentence about the trace itself, by each command that reads one.
#[test]
fn what_is_no_trace_is_refused_in_a_sentence() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-traces");
    std::fs::create_dir_all(&folder).expect("a folder");
    let event = "fio-9 [002] 5321.000101: ";
    let files = [
        ("empty", String::new(), "the file is empty"),
        ("binary", "\u{7f}ELF\u{2}\0\0".into(), "byte 5 is not text"),
        ("half", event[..9].into(), "line 1: expected"),
        ("xfs", format!("{event}xfs_ilock: dev 8:1 ino 0x83\n"), "most of them xfs_ilock"),
        ("v3.6", format!("{event}ext4_da_write_begin: dev 8,1 ino 13\n"), "a kernel before v3.8"),
        ("marks", format!("{event}ext4_es_lookup_extent_enter: dev 8,1 ino 13 lblk 4\n"), ""),
    ];
    for (name, text, expected) in files {
        let path = folder.join(format!("{name}.txt"));
        std::fs::write(&path, text).expect("a file");
        let path = path.to_str().expect("a path");
        for command in ["replay", "conform", "follow"] {
            let (status, said) = run(&[command, path], "");
            let expected = match (name, command) {
                ("marks", "replay") => {
                    assert_eq!(status, 0, "{said}");
                    continue;
                }
                ("marks", "conform") => "no ops.jsonl beside it, with the dumps",
                ("marks", _) => "neither an ops.jsonl beside it nor markers",
                _ => expected,
            };
            assert_eq!((status, said.lines().count()), (2, 1), "{command} {name}: {said}");
            assert!(said.contains(expected), "{command} {name}: {said}");
        }
    }
}

/// A file that is too long is refused before it is read. (This one has no contents on the disk.)
#[test]
fn a_huge_trace_is_refused_in_a_sentence() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("huge-trace.txt");
    let file = std::fs::File::create(&path).expect("a file");
    file.set_len(u64::from(extentscope::bounds::TRACE_BYTES_MAX) + 1).expect("a size");
    for command in ["replay", "conform", "follow"] {
        let (status, said) = run(&[command, path.to_str().expect("a path")], "");
        assert_eq!((status, said.lines().count()), (2, 1), "{command}: {said}");
        assert!(said.contains("more than 512 MB (TRACE_BYTES_MAX)"), "{command}: {said}");
    }
    std::fs::remove_file(&path).expect("it goes");
}

#[test]
fn a_long_step_is_wrapped_and_printed_in_full() {
    let script = "slots 2\nfile a 16 blocks, U 0+8\nallow eio 1\nt1: aio_write io=0+4\n";
    let (_, text) = run(&["run", "-", "--choices", "t1 t1 t1 irq:io1/1"], script);
    let steps = text.split("\n\n").nth(1).expect("steps");
    let words: Vec<&str> = steps.split_whitespace().collect();
    assert!(words.ends_with(&["fails", "with", "EIO"]), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 78), "{text}");
}

#[test]
fn check_names_the_broken_promise_and_its_run() {
    check(
        &["check", "S2", "--design", "rfc-v1"],
        0,
        expect![[r#"
            scenario S2: S1, and the shrinker may run once
            design   rfc-v1

            BROKEN  RAW            a read after an acknowledged write returns that write
                                   or a later one
            holds   NO-STALE       no block is called written before its data is there
            -       NO-STALE-CRASH not exercised by this script
            -       FSYNC-DURABLE  not exercised by this script
            -       OSYNC-DURABLE  not exercised by this script
            -       TRUNC-EXCL     not exercised by this script
            holds   NO-DEADLOCK    actors never wait for each other forever
            holds   PROGRESS       every IO can still be converted and every thread can
                                   return
            holds   BOUNDED        no more AIO conversions are pending than the context
                                   has slots
            -       ERR-REPORT     not exercised by this script
            -       KEEP-DELAYED   not exercised by this script
            -       FREE-ONCE      not exercised by this script
            -       RSV-COUNT      not exercised by this script

            By a reduced search: 36 states, 39 transitions, depth 15, ? ms; complete. The
            chance that two states were taken for one is at most 1 in 2^117.

            The script expects RAW, as found.

            Runs, by a full search of 135 states, ? ms:
            RAW            shortest, 10 steps, after step 9 nothing can avoid it: t1 t1 t1
                           irq:io1 irq:io1 irq:io1 t1 shrinker t1 t1
                           fewest switches, 3 in 10 steps, after step 9 nothing can avoid
                           it: t1 t1 t1 irq:io1 irq:io1 irq:io1 shrinker t1 t1 t1

            To quote; extentscope check --verify checks it:

            extentscope search 1
            script v2;d=rfc-v1;p=S2.vbpb;c=;k=a11v
            search reduced, at most 8000000 states
            seen 36 states, 39 transitions, depth 15, complete
            broken RAW; not exercised: NO-STALE-CRASH FSYNC-DURABLE OSYNC-DURABLE
            TRUNC-EXCL ERR-REPORT KEEP-DELAYED FREE-ONCE RSV-COUNT
            model ?
            graph ?
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
            so far  NO-DEADLOCK    actors never wait for each other forever
            so far  PROGRESS       every IO can still be converted and every thread can
                                   return
            so far  BOUNDED        no more AIO conversions are pending than the context
                                   has slots
            -       ERR-REPORT     not exercised so far
            -       KEEP-DELAYED   not exercised so far
            -       FREE-ONCE      not exercised so far
            -       RSV-COUNT      not exercised so far

            By a reduced search: 50 states, 52 transitions, depth 23, ? ms; not complete,
            bounded as asked, to 50 states, with 6 states still to visit. To see more,
            leave out one of the 3 operations of t1. Or raise `--states`, to 8000000 at
            most. The chance that two states were taken for one is at most 1 in 2^117.

            The script expects ok, as found.

            To quote; extentscope check --verify checks it:

            extentscope search 1
            script v2;d=v3.8;p=S7.n325;c=;k=2uok
            search reduced, at most 50 states
            seen 50 states, 52 transitions, depth 23, not complete, bounded as asked, to
            50 states
            broken none; not exercised: RAW NO-STALE-CRASH FSYNC-DURABLE OSYNC-DURABLE
            TRUNC-EXCL ERR-REPORT KEEP-DELAYED FREE-ONCE RSV-COUNT
            model ?
            graph ?
        "#]],
    );
}

#[test]
fn a_bounded_full_search_says_which_runs_it_has_seen() {
    let arguments = ["check", "S7", "--design", "v3.8", "--full", "--states", "50"];
    let (status, text) = run(&arguments, "");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(status, 3, "{text}");
    assert!(text.contains("; all runs of up to 17 steps were searched. To see more"), "{text}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let texts = ["1", "2", "3"].map(|threads| {
        let arguments = ["check", "S1", "--design", "rfc-v1", "--threads", threads];
        // Where lines end depends on the digits of the times.
        let words: Vec<String> = run(&arguments, "").1.split_whitespace().map(Into::into).collect();
        without_times(&words.join(" "))
    });
    assert!(texts[0].contains("extentscope search 1"), "{}", texts[0]);
    assert_eq!(texts[0], texts[1]);
    assert_eq!(texts[0], texts[2]);
    assert_eq!(run(&["check", "S1", "--threads", "0"], "").0, 2);
}

#[test]
fn an_artefact_is_verified() {
    let (_, text) = run(&["check", "S2", "--design", "rfc-v1"], "");
    let (status, told) = run(&["check", "--verify", "-"], &text);
    assert_eq!(status, 0, "{told}");
    assert!(told.starts_with("This build finds the same"), "{told}");
    let other = text.replace("graph ", "graph 0");
    let (status, told) = run(&["check", "--verify", "-"], &other);
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("graph   quoted") && told.contains("graph   found"), "{told}");
    let (status, told) = run(&["check", "--verify", "-"], "nothing\n");
    assert_eq!(status, 2, "{told}");
    assert!(told.contains("expected a line `extentscope search 1`"), "{told}");
    for (flag, kind) in [("--full", "full, at most"), ("--reduced", "reduced, at most")] {
        let (_, text) = run(&["check", "S2", "--design", "rfc-v1", flag], "");
        assert!(text.contains(kind), "{flag}: {text}");
    }
}

#[test]
fn a_script_is_read_from_standard_input() {
    let script = "file a 16 blocks, U 0+8\nt1: aio_write io=0+4\nt1: getevents\n";
    let (status, text) = run(&["check", "-", "--design", "v3.8"], script);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("complete"), "{text}");
}

#[test]
fn errors_have_line_and_column() {
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
fn random_runs_of_the_presets_break_only_expected_promises() {
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
fn a_matrix_reports_deviations_from_its_scripts() {
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
    assert_eq!(cells.len(), presets * extentscope::scenario::offered_designs().len());
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
fn s9_at_length_prints_the_highest_backlog() {
    check(
        &["load"],
        1,
        expect![[r#"
            S9 at length: 1000 AIO writes of one block into unwritten blocks, 4 slots; a
            worker takes 1 step for 8 of the others.

            Latency is the number of steps from a write's submission to its
            acknowledgement; a throttled writer waits before the submission.

                                                 per    latency
            design              writes   steps write median  p95 backlog  ended by
            v2.6.35                  6      59   9.8     18   35       8  IOS_MAX, BOUNDED
            v3.8                  1000   11443  11.4     37   39       4  the last write
            rfc-v1                   6      67  11.1     19   41       8  IOS_MAX, BOUNDED
            rfc-nopblk               6      67  11.1     19   41       8  IOS_MAX, BOUNDED
            rfc-dirty                6      67  11.1     19   41       8  IOS_MAX, BOUNDED
            rfc-osync                6      67  11.1     19   41       8  IOS_MAX, BOUNDED
            rfc-osync-skipwait       6      67  11.1     19   41       8  IOS_MAX, BOUNDED
            kara                  1000   11696  11.6     40   43       4  the last write
            kara-opt                 6      66  11.0     20   41       8  IOS_MAX, BOUNDED
            kara-throttle         1000   12759  12.7      5   19       4  the last write
            rfc-v5                1000   12322  12.3     41   48       4  the last write
            v3.9                  1000   11319  11.3     37   41       4  the last write
            v3.11                 1000   11009  11.0     37   41       4  the last write
            v3.12                 1000   11696  11.6     40   43       4  the last write
            v4.13                 1000   11696  11.6     40   43       4  the last write
            v5.5                  1000   10696  10.6     36   39       4  the last write
            v6.7                  1000   10696  10.6     36   39       4  the last write
            v6.12                 1000   10696  10.6     36   39       4  the last write
            v6.19                 1000   10696  10.6     36   39       4  the last write

            137184 steps, ? ms
            a bound of the model: IOS_MAX: no more direct IOs can be in flight or unreaped
        "#]],
    );
    check(
        &["load", "--design", "v3.12", "--design", "v5.5", "--slots", "8"],
        0,
        expect![[r#"
            S9 at length: 1000 AIO writes of one block into unwritten blocks, 8 slots; a
            worker takes 1 step for 8 of the others.

            Latency is the number of steps from a write's submission to its
            acknowledgement; a throttled writer waits before the submission.

                                                 per    latency
            design              writes   steps write median  p95 backlog  ended by
            v3.12                 1000   11712  11.7     67   91       8  the last write
            v5.5                  1000   10712  10.7     60   83       8  the last write

            22424 steps, ? ms
        "#]],
    );
    check(
        &["load", "--design", "kara-opt +fsync=writeback +throttle=4", "--writes", "4000"],
        0,
        expect![[r#"
            S9 at length: 4000 AIO writes of one block into unwritten blocks, 4 slots; a
            worker takes 1 step for 8 of the others.

            Latency is the number of steps from a write's submission to its
            acknowledgement; a throttled writer waits before the submission.

                                                 per    latency
            design              writes   steps write median  p95 backlog  ended by
            kara-opt +fsync=writeback +throttle=4
                                  4000   50975  12.7      5   19       4  the last write

            50975 steps, ? ms
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
