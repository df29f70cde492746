//! Runs told step by step, with the sentences of the page.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use extentscope::kernel::{Choice, Design, Setup};
use extentscope::scenario::{Preset, Run, Script};
use extentscope::view::text::lockdep;
use extentscope::view::words::COLUMNS_MAX;
use extentscope::view::words::why;
use extentscope::view::words::{CAPTION_CHARS_MAX, Standing, caption, standing};

fn check(preset: &str, design: &str, choices: &str, expected: Expect) {
    let preset = Preset::find(preset).expect("a preset");
    let mut setup = Script::parse(preset.script).expect("a script").setup;
    setup.design = Design::parse(design).expect("a design");
    expected.assert_eq(&told(setup, choices));
}

/// The captions of a run, and its standing at the end.
fn told(setup: Setup, choices: &str) -> String {
    let choices: Vec<Choice> =
        choices.split_whitespace().map(|c| c.parse().expect("a choice")).collect();
    let mut run = Run::new(setup);
    let mut text = String::new();
    for choice in choices {
        if let Err(error) = run.step(choice) {
            writeln!(text, "{choice}: {error:?}").expect("a String takes it");
            break;
        }
        let caption = caption(&run);
        assert!(caption.chars().count() <= CAPTION_CHARS_MAX, "{caption}");
        writeln!(text, "{caption}").expect("a String takes it");
    }
    match standing(&run) {
        Standing::Deadlock(sentence) => text += &sentence,
        other => write!(text, "{other:?}").expect("a String takes it"),
    }
    text
}

#[test]
fn s7_under_rfc_osync_ends_in_a_cycle() {
    let choices = "t1 t1 t1 t1 t1 t1 irq:io1 irq:io1 irq:io1 irq:io2 irq:io2 irq:io2 \
                   kworker:1 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1";
    check(
        "S7",
        "rfc-osync",
        choices,
        expect![[r#"
            t1 submits write A, an AIO write of [0/4) with O_DSYNC, and takes slot 1 of 2.
            t1 takes i_mutex for write A.
            t1 maps [0/4) (unwritten, split off on disk), submits the bio of write A and drops i_mutex.
            t1 submits write B, an AIO write of [4/4) with O_DSYNC, and takes slot 2 of 2.
            t1 takes i_mutex for write B.
            t1 maps [4/4) (unwritten), submits the bio of write B and drops i_mutex; now it waits for an event.
            The bio of write A is done: the irq marks [0/4) written in the ES tree, not yet on disk.
            The irq puts the io_end of write A on the inode's list and queues the work.
            The irq drops i_dio_count, write A no longer counts as in flight.
            The bio of write B is done: the irq marks [4/4) written in the ES tree, not yet on disk.
            The irq puts the io_end of write B on the inode's list whose work is queued already.
            The irq drops i_dio_count, write B no longer counts as in flight.
            kworker:1 starts the work and takes the inode's list for its own: write A, write B.
            kworker:1 starts a jbd2 handle to convert write A.
            kworker:1 turns [0/4) written in the disk tree for write A.
            kworker:1 decrements i_unwritten to 1 for write A.
            kworker:1 begins fsync and takes i_mutex, in ext4_sync_file.
            kworker:1 takes the inode's list: it is empty; now it waits until i_unwritten is 0 (now 1).
            kworker:1: NotEnabled { choice: Choice { actor: Kworker(0), ordinal: 0 }, next: Blocked { pc: FlushWait, wait: Unwritten { ino: 0 } } }
            Deadlock: kworker:1 waits until i_unwritten is 0 (now 1), but write B is on its own private list, which nobody else can run."#]],
    );
}

#[test]
fn s7_with_one_write_is_enough_if_the_count_drops_last() {
    let choices = "t1 t1 t1 irq:io1 irq:io1 irq:io1 kworker:1 kworker:1 kworker:1 kworker:1 \
                   kworker:1";
    check(
        "S7",
        "rfc-osync +decrement=after_sync",
        choices,
        expect![[r#"
            t1 submits write A, an AIO write of [0/4) with O_DSYNC, and takes slot 1 of 2.
            t1 takes i_mutex for write A.
            t1 maps [0/4) (unwritten, split off on disk), submits the bio of write A and drops i_mutex.
            The bio of write A is done: the irq marks [0/4) written in the ES tree, not yet on disk.
            The irq puts the io_end of write A on the inode's list and queues the work.
            The irq drops i_dio_count, write A no longer counts as in flight.
            kworker:1 starts the work and takes the inode's list for its own: write A.
            kworker:1 starts a jbd2 handle to convert write A.
            kworker:1 turns [0/4) written in the disk tree for write A.
            kworker:1 begins fsync and takes i_mutex, in ext4_sync_file.
            kworker:1 takes the inode's list: it is empty; now it waits until i_unwritten is 0 (now 1).
            Deadlock: kworker:1 waits until i_unwritten is 0 (now 1), but write A is being converted by kworker:1 itself."#]],
    );
}

#[test]
fn s1_under_v3_8() {
    let choices = "t1 t1 t1 irq:io1 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1 \
                   t1 t1 t1";
    check(
        "S1",
        "v3.8",
        choices,
        expect![[r#"
            t1 submits write A, an AIO write of [0/8), and takes slot 1 of 2.
            t1 takes i_mutex for write A.
            t1 maps [0/8) (unwritten), submits the bio of write A and drops i_mutex; now it waits for an event.
            The bio of write A is done: the irq puts the io_end of write A on the inode's list and queues the work.
            kworker:1 starts the work and takes the inode's list for its own: write A.
            kworker:1 starts a jbd2 handle to convert write A.
            kworker:1 turns [0/8) written in the disk tree for write A.
            kworker:1 acknowledges write A, its event is in the ring.
            kworker:1 drops i_dio_count for write A.
            kworker:1 decrements i_unwritten to 0 for write A.
            t1 reaps the event of write A.
            t1 maps [0/8) for its read, the disk tree answers, and submits the bio.
            t1's read of [0/8) returns write A.
            Finished"#]],
    );
}

#[test]
fn s1_under_rfc_v1() {
    let choices = "t1 t1 t1 irq:io1 irq:io1 irq:io1 t1 t1 irq:io1 t1 kworker:1 kworker:1 \
                   kworker:1 kworker:1";
    check(
        "S1",
        "rfc-v1",
        choices,
        expect![[r#"
            t1 submits write A, an AIO write of [0/8), and takes slot 1 of 2.
            t1 takes i_mutex for write A.
            t1 maps [0/8) (unwritten), submits the bio of write A and drops i_mutex; now it waits for an event.
            The bio of write A is done: the irq marks [0/8) written in the ES tree, not yet on disk.
            The irq puts the io_end of write A on the inode's list and queues the work.
            The irq acknowledges write A, its event is in the ring, the disk tree still says unwritten.
            t1 reaps the event of write A.
            t1 maps [0/8) for its read, the ES tree answers, and submits the bio.
            The irq drops i_dio_count, write A no longer counts as in flight.
            t1's read of [0/8) returns write A.
            kworker:1 starts the work and takes the inode's list for its own: write A.
            kworker:1 starts a jbd2 handle to convert write A.
            kworker:1 turns [0/8) written in the disk tree for write A, long acknowledged.
            kworker:1 decrements i_unwritten to 0 for write A.
            Finished"#]],
    );
}

#[test]
fn a_deadlock_reads_like_a_lockdep_report() {
    let report = |preset: &str, design: &str, choices: &str| {
        let preset = Preset::find(preset).expect("a preset");
        let setup = Script::parse(preset.script).expect("a script").setup;
        let setup = Setup { design: Design::parse(design).expect("a design"), ..setup };
        let choices: Vec<Choice> =
            choices.split_whitespace().map(|c| c.parse().expect("a choice")).collect();
        let (run, divergence) = Run::replay(setup, &choices);
        assert_eq!(divergence, None);
        let text = lockdep::report(run.setup(), run.state()).expect("a deadlock");
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS_MAX as usize), "{text}");
        text
    };
    let s7 = "t1 t1 t1 t1 t1 t1 irq:io1 irq:io1 irq:io1 irq:io2 irq:io2 irq:io2 \
              kworker:1 kworker:1 kworker:1 kworker:1 kworker:1 kworker:1";
    expect![[r#"
        ==========================================================
        WARNING: wait-for cycle, design rfc-osync
        ----------------------------------------------------------
        #1 kworker:1 holds i_mutex of a
           in ext4_end_io_work > ext4_end_io > ext4_sync_file > ext4_unwritten_wait
           kworker:1 waits until i_unwritten is 0 (now 1), but write B is on its own
           private list, which nobody else can run
        waiting behind the cycle forever: t1

         *** DEADLOCK ***
    "#]]
    .assert_eq(&report("S7", "rfc-osync", s7));
    let e5 = "t1 t1 t1 irq:io1 irq:io1 irq:io1 kworker:1 kworker:1 t2 t2 kworker:1";
    expect![[r#"
        ==========================================================
        WARNING: wait-for cycle, design rfc-osync +decrement=after_sync
        ----------------------------------------------------------
        #1 kworker:1 holds nothing
           in ext4_end_io_work > ext4_end_io > ext4_sync_file
           kworker:1 waits for i_mutex, held by t2
        #2 t2 holds i_mutex of a
           in ext4_sync_file > ext4_unwritten_wait
           t2 waits until i_unwritten is 0 (now 1), but write A is being converted by
           kworker:1
        waiting behind the cycle forever: t1

         *** DEADLOCK ***
    "#]]
    .assert_eq(&report("H-e5", "rfc-osync +decrement=after_sync", e5));
}

#[test]
fn a_batch_that_finds_the_context_full_returns_a_short_count() {
    let script = "slots 2\nfile a 16 blocks, W 0+8\nt1: aio_write io=0+2,2+2,4+2\nt1: getevents\n";
    let mut run = Run::new(Script::parse(script).expect("a script").setup);
    let mut text = String::new();
    for choice in "t1 t1 t1 t1 t1 t1 t1 irq:io1 t1 irq:io1 t1 t1 t1".split(' ') {
        let waits = lines_of_why_not(&run);
        run.step(choice.parse().expect("a choice")).expect("an enabled choice");
        writeln!(text, "{waits}{}", caption(&run)).expect("a String takes it");
    }
    expect![[r#"
        t1 submits write A, an AIO write of [0/2), and takes slot 1 of 2.
        t1 takes i_mutex for write A.
        t1 maps [0/2) (written, nothing will have to be converted), submits the bio of write A and drops i_mutex.
        t1 submits write B, an AIO write of [2/2), and takes slot 2 of 2.
        t1 takes i_mutex for write B.
        t1 maps [2/2) (written, nothing will have to be converted), submits the bio of write B and drops i_mutex.
        t1 finds the AIO context full for write C; io_submit returns 2 of 3; now it waits for a slot of the AIO context (2 taken).
        t1 cannot take a slot (aio_write io=4+2) (io_submit): it waits for a slot of the AIO context (2 taken), the bio of write A is in flight; irq:io1 can step.
        The bio of write A is done: the irq acknowledges write A, its event is in the ring.
        t1 finds the AIO context full and reaps the event of A first.
        The irq drops i_dio_count, write A no longer counts as in flight.
        t1 submits write C, an AIO write of [4/2), and takes slot 2 of 2.
        t1 takes i_mutex for write C.
        t1 maps [4/2) (written, nothing will have to be converted), submits the bio of write C and drops i_mutex; io_submit returns 1 of 1.
    "#]].assert_eq(&text);
}

/// The reasons why threads cannot step, one per line.
fn lines_of_why_not(run: &Run) -> String {
    let blocked = why::not(run.setup(), run.state());
    blocked.iter().map(|why| format!("{why}\n")).collect()
}

#[test]
fn without_reservations_a_conversion_and_a_buffered_write_wait_for_each_other() {
    let script = "design v3.11 +reservation=no\nmount dioread_nolock\njournal 3\nfile a 16 blocks, U 0+4\n\
                  allow flusher 1\nt1: buf_write 0 1\nt1: buf_write 0 1\nt2: aio_write io=2+1\n";
    let setup = Script::parse(script).expect("a script").setup;
    // The AIO write needs i_mutex, which the buffered write drops only at its end, so the buffered
    // write comes first.
    let choices = "t2 t2 t2 t1 t1 t1 t1 t1 flusher irq:io2 kworker:1 kworker:1 jbd2";
    expect![[r#"
        t2 submits write C, an AIO write of [2/1), and takes slot 1 of 2.
        t2 takes i_mutex for write C.
        t2 maps [2/1) (unwritten, split off on disk), submits the bio of write C and drops i_mutex.
        t1 begins write A, a buffered write of [0/1), and takes i_mutex.
        t1 has its page and starts a jbd2 handle.
        t1 copies write A into the page cache, [0/1) is dirty.
        t1 begins write B, a buffered write of [0/1), and takes i_mutex.
        t1 has its page and starts a jbd2 handle.
        flusher starts the writeback of [0/1), mapped as unwritten until its conversion.
        The bio of writeback of [0/1) is done: the irq puts the io_end of writeback of [0/1) on the inode's list and queues the work.
        kworker:1 starts the work and takes the inode's list for its own: writeback of [0/1).
        kworker:1 finds no room for a handle and asks jbd2 to commit; now it waits for jbd2 to commit, to start a handle.
        jbd2 locks the running transaction and waits for 1 handle; now it waits for the handle of t1 to stop.
        Deadlock: t1 waits for PageWriteback to be cleared, but writeback of [0/1) is being converted by kworker:1; kworker:1 waits for jbd2 to commit, to start a handle; jbd2 waits for the handle of t1 to stop."#]].assert_eq(&told(setup, choices));
}

#[test]
fn a_conversion_waits_for_an_overwrite_that_holds_i_data_sem() {
    let script = "design v3.8\nmount dioread_nolock\nfile a 16 blocks, U 0+4, W 4+4\n\
                  t1: aio_write io=0+2\nt2: dio_write 4 2\n";
    let setup = Script::parse(script).expect("a script").setup;
    let choices = "t1 t1 t1 irq:io1 t2 t2 kworker:1 kworker:1 irq:io2 t2 t2 t2";
    expect![[r#"
        t1 submits write A, an AIO write of [0/2), and takes slot 1 of 2.
        t1 takes i_mutex for write A.
        t1 maps [0/2) (unwritten, split off on disk), submits the bio of write A and drops i_mutex.
        The bio of write A is done: the irq puts the io_end of write A on the inode's list and queues the work.
        t2 begins write B of [4/2) and takes i_mutex, finds an overwrite, takes i_data_sem and drops i_mutex.
        t2 maps [4/2) (an overwrite, i_data_sem is kept), submits the bio of write B; now it waits for the bio of write B.
        kworker:1 starts the work and takes the inode's list for its own: write A.
        kworker:1 starts a jbd2 handle to convert write A; now it waits for i_data_sem, held by t2.
        The bio of write B is done: the irq wakes the thread that waits for it.
        t2 sees that the bio of write B is done and drops i_dio_count and i_data_sem.
        t2 takes i_mutex for write B.
        t2 drops i_mutex, write B is through.
        Running"#]].assert_eq(&told(setup.clone(), choices));
    let before = "t1 t1 t1 irq:io1 t2 t2 kworker:1 kworker:1";
    let before: Vec<Choice> =
        before.split_whitespace().map(|c| c.parse().expect("a choice")).collect();
    let (run, divergence) = Run::replay(setup, &before);
    assert_eq!(divergence, None);
    expect![[r#"
        t2 in dio_await_completion waits for the bio of write B, the bio of write B is in flight; irq:io2 can step.
        kworker:1 cannot convert in the disk tree, write A (ext4_convert_unwritten_extents): it waits for i_data_sem, held by t2; t2 waits for the bio of write B, the bio of write B is in flight; irq:io2 can step.
    "#]].assert_eq(&lines_of_why_not(&run));
}

fn check_script(script: &str, choices: &str, expected: Expect) {
    expected.assert_eq(&told(Script::parse(script).expect("a script").setup, choices));
}

#[test]
fn a_write_without_room_is_described_and_returns_the_error() {
    check_script(
        "design v3.12\nfile a 16 blocks, U 0+8\nallow enospc 1\n\
         t1: aio_write io=2+4\nt1: getevents\nt1: dio_write 0 8\n",
        "t1 t1 t1/1 t1 t1 t1 t1/1",
        expect![[r#"
            t1 submits write A, an AIO write of [2/4), and takes slot 1 of 2.
            t1 takes i_mutex for write A.
            t1 has no room to allocate or to split for write A: ENOSPC, no bio is sent.
            t1 drops i_mutex, write A is through.
            t1 reaps the event of write A.
            t1 begins write B of [0/8) and takes i_mutex.
            t1/1: NotEnabled { choice: Choice { actor: Thread(0), ordinal: 1 }, next: Ready { pc: WriteMap } }
            Running"#]],
    );
}

#[test]
fn a_failed_bio_is_described_by_its_effects() {
    let script = "design v3.8 +failed_dio=stays_unwritten\nslots 2\n\
                  file a 16 blocks, U 0+8\nallow eio 1\n\
                  t1: aio_write io=0+4\nt1: getevents\n";
    check_script(
        script,
        "t1 t1 t1 irq:io1/1 irq:io1 irq:io1",
        expect![[r#"
        t1 submits write A, an AIO write of [0/4), and takes slot 1 of 2.
        t1 takes i_mutex for write A.
        t1 maps [0/4) (unwritten, split off on disk), submits the bio of write A and drops i_mutex; now it waits for an event.
        The bio of write A fails: the irq decrements i_unwritten, write A has nothing to convert.
        The irq acknowledges write A with EIO, its event is in the ring.
        The irq drops i_dio_count, write A no longer counts as in flight.
        Running"#]],
    );
    // Until v4.5 the blocks are converted anyway.
    check_script(
        &script.replace(" +failed_dio=stays_unwritten", ""),
        "t1 t1 t1 irq:io1/1",
        expect![[r#"
        t1 submits write A, an AIO write of [0/4), and takes slot 1 of 2.
        t1 takes i_mutex for write A.
        t1 maps [0/4) (unwritten, split off on disk), submits the bio of write A and drops i_mutex; now it waits for an event.
        The bio of write A fails: the irq puts the io_end of write A on the inode's list and queues the work.
        Running"#]],
    );
    let script = script.replace("v3.8", "rfc-v1");
    check_script(
        &script.replace(" +failed_dio=stays_unwritten", ""),
        "t1 t1 t1 irq:io1/1",
        expect![[r#"
            t1 submits write A, an AIO write of [0/4), and takes slot 1 of 2.
            t1 takes i_mutex for write A.
            t1 maps [0/4) (unwritten, split off on disk), submits the bio of write A and drops i_mutex; now it waits for an event.
            The bio of write A fails: the irq marks [0/4) written in the ES tree, not yet on disk.
            Broken(NoStale)"#]],
    );
    check_script(
        &script,
        "t1 t1 t1 irq:io1/1",
        expect![[r#"
        t1 submits write A, an AIO write of [0/4), and takes slot 1 of 2.
        t1 takes i_mutex for write A.
        t1 maps [0/4) (unwritten, split off on disk), submits the bio of write A and drops i_mutex; now it waits for an event.
        The bio of write A fails: the irq decrements i_unwritten, write A has nothing to convert.
        Running"#]],
    );
    let script = script.replace("aio_write io=0+4", "dio_write 0 4 sync=1");
    check_script(
        &script,
        "t1 t1 irq:io1/1 t1 t1 t1",
        expect![[r#"
            t1 begins write A of [0/4) with O_DSYNC and takes i_mutex.
            t1 maps [0/4) (unwritten, split off on disk), submits the bio of write A; now it waits for the bio of write A.
            The bio of write A fails: the irq wakes the thread that waits for it.
            t1 sees that the bio of write A has failed with EIO and drops i_dio_count.
            t1 drops i_mutex, write A is through.
            t1 finds no AIO outstanding.
            Finished"#]],
    );
}

#[test]
fn a_taken_list_gets_no_later_items() {
    let script = "design rfc-osync\nmount dioread_nolock\nslots 4\nfile a 16 blocks, U 0+8\n\
                  t1: aio_write io=0+2 sync=1\nt1: aio_write io=2+2\nt1: getevents 2\n";
    let choices = "t1 t1 t1 t1 t1 t1 irq:io1 irq:io1 irq:io1 kworker:1 kworker:1 kworker:1 \
                   kworker:1 irq:io2 irq:io2 kworker:1 kworker:1";
    check_script(
        script,
        choices,
        expect![[r#"
            t1 submits write A, an AIO write of [0/2) with O_DSYNC, and takes slot 1 of 4.
            t1 takes i_mutex for write A.
            t1 maps [0/2) (unwritten, split off on disk), submits the bio of write A and drops i_mutex.
            t1 submits write B, an AIO write of [2/2), and takes slot 2 of 4.
            t1 takes i_mutex for write B.
            t1 maps [2/2) (unwritten, split off on disk), submits the bio of write B and drops i_mutex; now it waits for an event.
            The bio of write A is done: the irq marks [0/2) written in the ES tree, not yet on disk.
            The irq puts the io_end of write A on the inode's list and queues the work.
            The irq drops i_dio_count, write A no longer counts as in flight.
            kworker:1 starts the work and takes the inode's list for its own: write A.
            kworker:1 starts a jbd2 handle to convert write A.
            kworker:1 turns [0/2) written in the disk tree for write A.
            kworker:1 decrements i_unwritten to 1 for write A.
            The bio of write B is done: the irq marks [2/2) written in the ES tree, not yet on disk.
            The irq puts the io_end of write B on the inode's list and queues the work.
            kworker:1 begins fsync and takes i_mutex, in ext4_sync_file.
            kworker:1 takes the inode's list for its own: write B.
            Running"#]],
    );
}

#[test]
fn a_write_beyond_i_size_keeps_its_lock_and_its_sentence_says_so() {
    let script = "design v3.8\nslots 2\nfile a 16 blocks, U 0+8\n\
                  t1: truncate 1\nt1: aio_write io=2+2\nt1: getevents\n";
    check_script(
        script,
        "t1 t1 t1 t1 t1 t1 t1 t1 t1 t1",
        expect![[r#"
        t1 truncates to 1 block and takes i_mutex.
        t1 sets i_size to 1 block.
        t1 finds i_dio_count at 0, no direct IO is in flight.
        t1 drops the pages beyond the new end.
        t1 takes the inode's list: it is empty.
        t1 finds i_unwritten at 0, every conversion is done.
        t1 frees the blocks from 1 on in both trees.
        t1 submits write A, an AIO write of [2/2), and takes slot 1 of 2.
        t1 takes i_mutex for write A.
        t1 maps [2/2) (written, nothing will have to be converted), submits the bio of write A; now it waits for the bio of write A.
        Running"#]],
    );
}

#[test]
fn a_run_with_an_endless_wait_has_not_finished() {
    let script = "design v3.8\nslots 2\nfile a 16 blocks, W 0+8\n\
                  t1: aio_write io=0+1\nt1: getevents\nt2: getevents 1\n";
    let setup = Script::parse(script).expect("a script").setup;
    let mut run = Run::new(setup);
    for choice in ["t1", "t1", "t1", "irq:io1", "irq:io1", "t1"] {
        run.step(choice.parse().expect("a choice")).expect("a step");
    }
    let badge = extentscope::view::badge(&run);
    let told = format!("{:?}: {} {}", standing(&run), badge.word, badge.text);
    expect!["Running: Stuck an actor waits for something that nobody can provide"].assert_eq(&told);
}

#[test]
fn files_and_locks_have_their_names() {
    let script = "design v5.5\nfile a 16 blocks, U 0+4\nfile b 16 blocks, U 0+4\n\
                  t1: fallocate 8 4 file=b\nt2: fallocate 8 4 file=b\nt3: fsync file=b\n";
    check_script(
        script,
        "t1 t2",
        expect![[r#"
            t1 begins to preallocate and takes i_rwsem, in ext4_fallocate.
            t2: NotEnabled { choice: Choice { actor: Thread(1), ordinal: 0 }, next: Blocked { pc: FallocLock, wait: Mutex { ino: 1 } } }
            Running"#]],
    );
    let setup = Script::parse(script).expect("a script").setup;
    let (run, _) = Run::replay(setup, &["t1".parse().expect("a choice")]);
    expect![[r#"
        t2 cannot take i_rwsem (fallocate 8 4 file=b) (ext4_fallocate): it waits for i_rwsem of b, held by t1; t1 can step.
    "#]].assert_eq(&lines_of_why_not(&run));
}

#[test]
fn pages_that_were_read_meanwhile_are_dropped_by_the_worker() {
    let script = "design v5.5\nfile a 16 blocks, W 0+4\nt1: aio_write io=0+1\nt2: buf_read 0 1\n";
    let setup = Script::parse(script).expect("a script").setup;
    let choices = "t1 t1 t1 t2 t2 irq:io1 kworker:2 kworker:2 kworker:2";
    expect![[r#"
        t1 submits write A, an AIO write of [0/1), and takes slot 1 of 2.
        t1 takes i_rwsem for write A.
        t1 maps [0/1) (written, nothing will have to be converted), submits the bio of write A and drops i_rwsem.
        t2 puts pages of [0/1) into the page cache, locked, maps them and submits.
        t2's read of [0/1) returns the initial data.
        The bio of write A is done: the irq queues write A as a work item of its own.
        kworker:2 starts the work item of write A.
        kworker:2 drops pages read meanwhile and i_dio_count for write A.
        kworker:2 acknowledges write A, its event is in the ring.
        Finished"#]].assert_eq(&told(setup, choices));
}
