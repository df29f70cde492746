//! Runs as text for mailing lists: every run fits into 78 columns.

use expect_test::{Expect, expect};
use extentscope::check::{Bounds, Search, Verdict};
use extentscope::kernel::{Choice, Design, Row, Setup};
use extentscope::scenario::{Dice, PRESETS, Preset, Run, Script};
use extentscope::session::Session;
use extentscope::view::text::mail;
use extentscope::view::words::COLUMNS_MAX;

fn setup(preset: &Preset, design: Design) -> Setup {
    Setup { design, ..Script::parse(preset.script).expect("a script").setup }
}

fn check(preset: &str, design: &str, choices: &str, no_return: Option<u32>, expected: Expect) {
    let preset = Preset::find(preset).expect("a preset");
    let choices: Vec<Choice> =
        choices.split_whitespace().map(|c| c.parse().expect("a choice")).collect();
    let setup = setup(preset, Design::parse(design).expect("a design"));
    let (run, divergence) = Run::replay(setup, &choices);
    assert_eq!(divergence, None);
    let text = mail(&run, preset.title, "", no_return, "https://example.org/#v1");
    check_width(&text, true);
    expected.assert_eq(&text);
}

/// Checks every line except that of a link.
fn check_width(text: &str, has_link: bool) {
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[..lines.len() - usize::from(has_link)] {
        assert!(line.chars().count() <= COLUMNS_MAX as usize, "{line}");
        assert!(!line.contains('\t') && line.trim_end() == *line, "{line:?}");
    }
}

#[test]
fn a_deadlock_is_printed_like_a_lockdep_report() {
    check(
        "S7",
        "rfc-osync",
        "t1 t1 t1 t1 t1 t1 irq:io1 irq:io1 irq:io1 irq:io2 irq:io2 irq:io2 \
         kworker:1 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1",
        Some(13),
        expect![[r#"
            extentscope 0.1.0, links of version 2
            scenario  two O_DSYNC AIO writes, who calls fsync?
            design    rfc-osync
            bound     1 file, 1 thread, 2 slots
            verdict   Deadlock: t1 and kworker:1 can never step again; this run has 18
                      steps

            step task irq  worker jbd2 and others                   ES tree
            ---- -------------------------------------------------- ----------------------
               0 the start                                          empty
               1 t1 take a slot (aio_write io=0+4 sync=1)
               2 t1 take i_mutex (aio_write io=0+4 sync=1)
               3 t1 map the blocks, submit the bio (aio_write       [0/4)U pend=1
                 io=0+4 sync=1)
               4 t1 take a slot (aio_write io=4+4 sync=1)
               5 t1 take i_mutex (aio_write io=4+4 sync=1)
               6 t1 map the blocks, submit the bio (aio_write       [0/8)U pend=2
                 io=4+4 sync=1)
               7      irq:io1 convert in the ES tree, write A       [0/4)W [4/4)U pend=2
               8      irq:io1 list the io_end, queue the work,
                      write A
               9      irq:io1 drop i_dio_count, write A
              10      irq:io2 convert in the ES tree, write B       [0/8)W pend=2
              11      irq:io2 list the io_end, queue the work,
                      write B
              12      irq:io2 drop i_dio_count, write B
              13           kworker:1 take the list
                 *** from here on the end cannot be avoided
              14           kworker:1 start a jbd2 handle, write A
              15           kworker:1 convert in the disk tree,
                           write A
              16           kworker:1 decrement i_unwritten, write A [0/8)W pend=1
              17           kworker:1 take i_mutex
              18           kworker:1 take the list

            ==========================================================
            WARNING: wait-for cycle, design rfc-osync
            ----------------------------------------------------------
            #1 kworker:1 holds i_mutex of a
               in ext4_end_io_work > ext4_end_io > ext4_sync_file > ext4_unwritten_wait
               kworker:1 waits until i_unwritten is 0 (now 1), but write B is on its own
               private list, which nobody else can run
            waiting behind the cycle forever: t1

             *** DEADLOCK ***

            https://example.org/#v1
        "#]],
    );
}

#[test]
fn a_broken_promise_is_shown_at_its_step() {
    check(
        "H-c",
        "rfc-v1",
        "t1 t1 t1 irq:io1 irq:io1 irq:io1 t1 shrinker t1 t1",
        Some(9),
        expect![[r#"
            extentscope 0.1.0, links of version 2
            scenario  reclaim of what cannot be read back
            design    rfc-v1
            bound     1 file, 1 thread, 2 slots; allowed: shrink 1
            verdict   Promise broken: RAW since step 10; this run has 10 steps

            step task irq  worker jbd2 and others                   ES tree
            ---- -------------------------------------------------- ----------------------
               0 the start                                          empty
               1 t1 take a slot (aio_write io=0+4)
               2 t1 take i_mutex (aio_write io=0+4)
               3 t1 map the blocks, submit the bio (aio_write       [0/4)U pend=1
                 io=0+4)
               4      irq:io1 convert in the ES tree, write A       [0/4)W pend=1
               5      irq:io1 list the io_end, queue the work,
                      write A
               6      irq:io1 acknowledge the AIO, write A
               7 t1 reap an event (getevents)
               8                  shrinker reclaim                  empty pend=1
               9 t1 map the blocks, submit the bio (dio_read 0 4)   [0/4)U pend=1
                 *** from here on the end cannot be avoided
              10 t1 return the data (dio_read 0 4)
                  *** RAW is broken: a read after an acknowledged write returns that write
                      or a later one

            RAW is broken since step 10: the read returned zeroes, not write A, in [0/4);
            it promises that a read after an acknowledged write returns that write or a
            later one.

            https://example.org/#v1
        "#]],
    );
}

#[test]
fn the_disk_tree_supplies_extents_that_a_delayed_only_tree_lacks() {
    check(
        "S1",
        "v3.8",
        "t1 t1 t1 irq:io1 kworker:1 kworker:1 kworker:1",
        None,
        expect![[r#"
            extentscope 0.1.0, links of version 2
            scenario  AIO write, acknowledged, then a nolock read
            design    v3.8
            bound     1 file, 1 thread, 2 slots
            verdict   Running: no promise broken so far; this run has 7 steps

            step task irq  worker jbd2 and others                   disk tree
            ---- -------------------------------------------------- ----------------------
               0 the start                                          [0/8)U
               1 t1 take a slot (aio_write io=0+8)
               2 t1 take i_mutex (aio_write io=0+8)
               3 t1 map the blocks, submit the bio (aio_write       [0/8)U pend=1
                 io=0+8)
               4      irq:io1 list the io_end, queue the work,
                      write A
               5           kworker:1 take the list
               6           kworker:1 start a jbd2 handle, write A
               7           kworker:1 convert in the disk tree,      [0/8)W pend=1
                           write A

            https://example.org/#v1
        "#]],
    );
}

/// The first counterexample of every cell that has one within a number of states, otherwise a
/// random run.
#[test]
fn every_preset_under_every_design_fits() {
    let (mut findings, mut walks) = (0, 0);
    for (seed, preset) in (0..).zip(PRESETS) {
        for row in Row::ALL {
            let setup = setup(preset, row.design());
            let bounds = Bounds { states: 3_000, ..Bounds::default() };
            let search = Search::run(setup.clone(), bounds);
            let witness = search.findings().into_iter().find_map(|finding| match finding.verdict {
                Verdict::Violated { witness } => {
                    let no_return = search.point_of_no_return(finding.promise, &witness);
                    Some((witness, no_return))
                }
                _ => None,
            });
            let (run, no_return) = match witness {
                Some((witness, no_return)) => {
                    findings += 1;
                    (Run::replay(setup, &witness).0, no_return)
                }
                None => {
                    walks += 1;
                    let (mut run, mut dice) = (Run::new(setup), Dice::new(seed));
                    while let Some(choice) = dice.choose(&run.enabled()) {
                        run.step(choice).expect("an enabled step");
                    }
                    (run, None)
                }
            };
            let text = mail(&run, preset.title, preset.script, no_return, "");
            check_width(&text, false);
            let steps = run.choices().len();
            assert!(text.contains(&format!("\n{steps:>4} ")), "{text}");
        }
    }
    assert!(findings > 50 && walks > 50, "{findings} findings, {walks} walks");
}

#[test]
fn words_without_an_end_are_broken() {
    let name = "x".repeat(200);
    let mut session = Session::new();
    let script = format!("title {name}\nfile {name} 16 blocks, U 0+8\nt1: dio_write 0 4 sync=1\n");
    session.apply(&script).expect("a script");
    while session.forward() {}
    let text = session.mail_text("https://example.org/");
    check_width(&text, true);
    let link = text.lines().last().expect("a link");
    let fragment = link.strip_prefix("https://example.org/").expect("the page");
    let mut other = Session::new();
    other.open_link(fragment);
    assert_eq!(other.as_text(), session.as_text());
}
