//! What the page shows along the thread's own scenarios, as text.

use expect_test::{Expect, expect};

use super::{Command, Preselect, Session, Stage, stage};
use crate::bounds::DRAFTS_MAX;
use crate::kernel::{Actor, Choice, Row};
use crate::scenario::{Dice, PRESETS};
use crate::view::words::{cycle_sentence, step_label};
use crate::view::{
    self, BadgeKind, Lanes, Look, NODE, Span, SpanKind, StepRow, ThreadRow, badge, pipeline,
    pipeline_of, series, strata, trees, wait_graph,
};

mod names;

fn lanes(session: &Session) -> Lanes {
    view::lanes(session.branches(), session.no_return())
}

fn steps(session: &Session) -> Vec<StepRow> {
    view::steps(session.run(), session.next_choice())
}

fn threads(session: &Session) -> Vec<ThreadRow> {
    view::threads(session.run(), &session.script().lines)
}

fn session(preset: &str, row: Row) -> Session {
    let mut session = Session::new();
    session.load_preset(preset);
    session.set_design(row.design());
    session
}

/// Takes the first enabled step until there is none.
fn run_out(session: &mut Session) {
    while session.forward() {}
}

fn check(actual: &str, expected: Expect) {
    expected.assert_eq(actual);
}

fn layers(session: &Session) -> String {
    let run = session.run();
    let mut text = String::new();
    for row in &strata(run.setup(), run.state()).files[0].rows {
        let segments = row.segments.iter().map(|s| format!("[{}/{}) {}", s.lblk, s.len, s.label));
        let marks = row.marks.iter().map(|m| format!("{:?} [{}/{})", m.kind, m.lblk, m.len));
        let all: Vec<String> = segments.chain(marks).collect();
        text += &format!("{}: {}\n", row.name, all.join("  "));
    }
    text
}

#[test]
fn the_layers_part_ways_when_the_irq_converts_early() {
    let mut session = session("S1", Row::RfcV1);
    while !layers(&session).contains("Pending") {
        assert!(session.forward());
    }
    check(
        &layers(&session),
        expect![[r#"
            ES tree: [0/8) W  Pending [0/8)
            disk tree: [0/8) U
            committed: [0/8) U
            media: [0/8) A  Volatile [0/8)
            a direct read returns: [0/8) A  [8/8) 0
        "#]],
    );
}

#[test]
fn v3_8_leaves_its_tree_empty_and_says_why() {
    let mut session = session("S1", Row::V3_8);
    run_out(&mut session);
    let tree = &trees(session.run())[0];
    assert!(tree.nodes.is_empty() && tree.empty.is_some_and(|why| why.contains("v3.8")));
    assert_eq!(badge(session.run()).kind, BadgeKind::Finished);
}

#[test]
fn the_companion_tree_agrees_with_the_array_at_every_step() {
    for row in Row::ALL {
        for preset in PRESETS {
            let mut session = session(preset.id, row);
            loop {
                for tree in trees(session.run()) {
                    let mut nodes = tree.nodes.clone();
                    nodes.sort_by_key(|node| node.lblk);
                    let labels: Vec<String> = nodes.iter().map(|n| n.label.clone()).collect();
                    let es = &session.run().state().inodes[usize::from(tree.ino)].es;
                    let array: Vec<String> =
                        es.iter().map(|e| format!("[{}/{}) {}", e.lblk, e.len, e.status)).collect();
                    assert_eq!(labels, array, "{} under {}", preset.id, row.id());
                }
                if !session.forward() {
                    break;
                }
            }
        }
    }
}

#[test]
fn neighbours_in_block_order_never_overlap_in_the_picture() {
    let mut session = session("S7", Row::RfcOsync);
    loop {
        for tree in trees(session.run()) {
            for a in &tree.nodes {
                for b in tree.nodes.iter().filter(|b| b.id != a.id) {
                    let (dx, dy) = ((a.at.0 - b.at.0).abs(), (a.at.1 - b.at.1).abs());
                    let (w, h) = NODE;
                    assert!(dx >= w || dy >= h, "{} over {}", a.label, b.label);
                }
            }
        }
        if !session.forward() {
            break;
        }
    }
}

#[test]
fn s7_ends_with_the_cycle_drawn_and_named() {
    let mut session = session("S7", Row::RfcOsync);
    run_out(&mut session);
    let run = session.run();
    let graph = wait_graph(run.setup(), run.state());
    let stations: Vec<String> =
        graph.cycle.iter().map(|n| format!("{} ({}) --{}->", n.name, n.detail, n.arrow)).collect();
    check(
        &format!("{}\n", stations.join("\n")),
        expect![[r#"
            kworker:1 (in ext4_unwritten_wait) --waits for->
            i_unwritten to be 0 (is 1 now) --counts->
            write B (on the private list of kworker:1) --moved on only by->
        "#]],
    );
    assert_eq!(badge(run).kind, BadgeKind::Deadlock);
    assert!(cycle_sentence(run.setup(), run.state()).is_some());
    assert_eq!(graph.others.len(), 1, "the thread that waits for its events is told beside it");
    assert!(steps(&session).iter().all(|step| step.blocked.is_some()));
}

#[test]
fn s7_does_not_deadlock_under_the_other_designs() {
    for row in [Row::V3_8, Row::RfcV1] {
        let mut session = session("S7", row);
        run_out(&mut session);
        assert_eq!(badge(session.run()).kind, BadgeKind::Finished, "{}", row.id());
    }
}

#[test]
fn a_write_goes_through_the_stations_in_order() {
    let mut session = session("S7", Row::RfcOsync);
    let mut ways: Vec<Vec<u8>> = vec![Vec::new(); 2];
    loop {
        let run = session.run();
        for io in pipeline(run.setup(), run.state()).ios {
            let way = &mut ways[io.key as usize];
            if let Some(column) = io.column.filter(|c| way.last() != Some(c)) {
                way.push(column);
            }
        }
        if !session.forward() {
            break;
        }
    }
    assert_eq!(
        ways,
        [vec![0, 1, 2, 3], vec![0, 1, 2]],
        "A is being converted, B waits on the list"
    );
}

#[test]
fn threads_say_what_they_hold_and_wait_for() {
    let mut session = session("S7", Row::RfcOsync);
    run_out(&mut session);
    let text: String = threads(&session)
        .iter()
        .map(|r| {
            let waits = r.waits.clone().unwrap_or_default();
            let stack = r.stack.join(" > ");
            let holds = r.holds.join(", ");
            format!("{} {} | {stack} | {holds} | {waits}\n", r.actor, r.context.word())
        })
        .collect();
    check(
        &text,
        expect![[r#"
            t1 syscall | io_getevents |  | waits for an event
            kworker:1 worker | ext4_end_io_work > ext4_end_io > ext4_sync_file > ext4_unwritten_wait | i_mutex | waits until i_unwritten is 0 (now 1)
            jbd2 idle |  |  | 
        "#]],
    );
}

#[test]
fn lanes_show_every_step_once() {
    let mut session = session("S7", Row::RfcOsync);
    run_out(&mut session);
    let view = lanes(&session);
    let ran = view.lanes.iter().flat_map(|lane| &lane.spans);
    let ran: usize = ran.filter(|s| s.kind == SpanKind::Ran).map(|s| s.len).sum();
    assert_eq!(ran, session.run().choices().len());
}

#[test]
fn lanes_show_who_is_stuck_at_the_end() {
    let mut session = session("S7", Row::RfcOsync);
    run_out(&mut session);
    let steps = session.run().choices().len();
    let lanes = lanes(&session);
    let ends = |span: &&Span| span.from + span.len == steps + 1;
    let mut text = String::new();
    for lane in &lanes.lanes {
        for span in lane.spans.iter().filter(ends) {
            text += &format!("{} {:?} for {}: {}\n", lane.name, span.kind, span.len, span.label());
        }
    }
    check(
        &text,
        expect![[r#"
        t1 Waited for 13: waits
        kworker:1 Waited for 1: waits
        kworker:1 Held for 2: holds i_mutex of a
    "#]],
    );
    let last = lanes.table().rows.pop();
    check(
        &format!("{last:?}"),
        expect![[
            r#"Some(["after 18", "kworker:1", "waits", "kworker:1 waits until i_unwritten is 0 (now 1), in ext4_unwritten_wait"])"#
        ]],
    );
}

#[test]
fn a_segment_says_what_is_to_be_noticed_of_it() {
    let mut session = session("S7", Row::RfcOsync);
    let mut told = Vec::new();
    loop {
        for row in &strata(session.run().setup(), session.run().state()).files[0].rows {
            let marked =
                row.segments.iter().map(|s| row.words_of(s)).filter(|s| s.contains("pend"));
            told.extend(marked.filter(|words| !told.contains(words)).collect::<Vec<_>>());
        }
        if !session.forward() {
            break;
        }
    }
    check(
        &told.join("\n"),
        expect![[r#"
        [0/4) W@1000, conversion pending
        [0/8) W@1000, conversion pending
        [0/8) W@1000, [4/4) conversion pending"#]],
    );
}

/// Where a step forward takes none it says why, and that is so.
#[test]
fn a_step_that_cannot_be_taken_is_explained() {
    let mut told: Vec<String> = Vec::new();
    for row in Row::ALL {
        for preset in PRESETS {
            let mut session = session(preset.id, row);
            run_out(&mut session);
            let notice = session.notice().unwrap_or_default().to_string();
            let line = format!("{:?}: {notice}", badge(session.run()).kind);
            if !told.contains(&line) {
                told.push(line);
            }
            let cursor = session.run().cursor();
            session.command(Command::End);
            assert_eq!(session.notice(), Some("This is the end of the run."));
            session.seek(0);
            session.command(Command::Back);
            assert_eq!(session.notice(), Some("This is the start of the run."));
            session.command(Command::End);
            assert_eq!((session.run().cursor(), session.notice()), (cursor, None));
        }
    }
    told.sort();
    check(
        &told.join("\n"),
        expect![[r#"
            Broken: Every actor is done. Issue an operation, or go back.
            Broken: Nothing runs after the power cut: go back first.
            Deadlock: The remaining actors can never step again: go back.
            Finished: Every actor is done. Issue an operation, or go back.
            Finished: Nothing runs after the power cut: go back first."#]],
    );
}

#[test]
fn a_notice_that_is_told_again_is_another_text_for_the_live_region() {
    let mut session = session("S7", Row::RfcOsync);
    let mut told = || {
        session.turn_branch(true);
        stage(&session).notice.expect("a notice")
    };
    let (first, second, third) = (told(), told(), told());
    assert!(first != second && second != third && first == third);
    assert_eq!(session.notice(), Some(first.as_str()));
}

#[test]
fn the_series_has_a_number_for_every_state() {
    let mut session = session("S7", Row::RfcOsync);
    run_out(&mut session);
    let series = series(session.run());
    assert_eq!(series.pending.len(), session.run().choices().len() + 1);
    assert_eq!((series.pending.iter().max(), series.pending.last()), (Some(&2), Some(&1)));
    assert_eq!(series.changes().first(), Some(&(0, 0, 0)));
}

#[test]
fn a_wrong_script_leaves_the_run_alone() {
    let mut session = session("S1", Row::RfcV1);
    session.forward();
    let before = session.as_text();
    let error = session.apply("file a 16 blocks\nt1: aio_writ io=0+4\n").unwrap_err();
    assert_eq!((error.line, error.column), (2, 5));
    assert_eq!(session.as_text(), before);
    assert_eq!(session.draft(), "file a 16 blocks\nt1: aio_writ io=0+4\n");
}

#[test]
fn an_issued_operation_joins_the_script_and_the_run_stays() {
    let mut session = session("S1", Row::RfcV1);
    session.forward();
    session.forward();
    session.issue(1, "dio_read 0 4").unwrap();
    assert!(session.text().ends_with("t2: dio_read 0 4\n"));
    assert_eq!(session.draft(), session.text());
    assert_eq!((session.run().cursor(), session.preselect()), (2, Preselect::Own));
    let t2: Choice = "t2".parse().unwrap();
    session.step(t2).unwrap();
    assert_eq!(session.issue(1, "dio_read 0 99").unwrap_err().column, 10);
}

#[test]
fn another_design_keeps_the_steps_that_it_can_take() {
    let mut session = session("S7", Row::RfcOsync);
    run_out(&mut session);
    let steps = session.run().choices().len();
    session.set_design(Row::V3_8.design());
    assert!(session.run().choices().len() < steps);
    assert!(session.notice().is_some_and(|notice| notice.contains("v3.8")));
}

#[test]
fn a_script_that_names_its_design_follows_the_select() {
    let mut session = Session::new();
    session.apply("design rfc-v1\nfile a 16 blocks, U 0+8\nt1: aio_write io=0+4\n").unwrap();
    assert_eq!(session.design(), Row::RfcV1.design());
    session.set_design(Row::V3_8.design());
    assert!(session.text().starts_with("design v3.8\n"));
}

#[test]
fn playing_stops_where_nothing_is_left() {
    let mut session = session("S7", Row::RfcOsync);
    session.toggle_play();
    for _ in 0..1000 {
        session.tick();
    }
    assert!(!session.is_playing());
    assert_eq!(badge(session.run()).kind, BadgeKind::Deadlock);
    session.toggle_play();
    assert_eq!(session.run().cursor(), 0, "playing again starts over");
}

#[test]
fn a_small_journal_shows_what_is_taken_of_it() {
    let mut session = Session::new();
    session.apply("journal 3\nfile a 16 blocks, U 0+4\nt1: fallocate 8 1\n").expect("a script");
    let jbd2 = |session: &Session| {
        let rows = threads(session);
        rows.into_iter().find(|row| row.actor == Actor::Jbd2).and_then(|row| row.op)
    };
    let mut seen: Vec<String> = Vec::new();
    loop {
        let now = jbd2(&session).unwrap_or_default();
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        if !session.forward() {
            break;
        }
    }
    check(
        &seen.join("\n"),
        expect![[r#"
        credits 0 of 3, 0 reserved
        credits 1 of 3, 0 reserved"#]],
    );
}

/// Writes of two threads, one after the other: a run of some hundred steps.
fn long_session() -> Session {
    let mut text = "file a 8 blocks, U 0+8\n".to_string();
    for _ in 0..12 {
        text += "t1: dio_write 0 4\nt2: dio_write 4 4\n";
    }
    let mut session = Session::new();
    session.apply(&text).expect("a script");
    run_out(&mut session);
    session
}

#[test]
fn a_long_run_has_its_last_finished_writes_in_the_picture_and_all_in_the_table() {
    let mut session = long_session();
    let view = |s: &Session| pipeline(s.run().setup(), s.run().state());
    let all = view(&session);
    assert_eq!((all.ios.len(), all.drawn().count(), all.table().rows.len()), (24, 4, 24));
    assert_eq!(all.past().as_deref(), Some("20 more finished earlier; the table has them."));
    for step in 0..session.run().choices().len() {
        session.seek(step);
        let view = view(&session);
        assert!(view.drawn().count() <= 12, "step {step}");
        let finished = view.drawn().map(|io| io.place == "finished");
        assert!(view.past().is_none() || finished.is_sorted(), "step {step}");
        assert!(view.ios.iter().all(|io| !io.is_past || io.place == "finished"), "step {step}");
    }
}

#[test]
fn lanes_of_a_long_run_stand_still_for_many_steps_with_the_cursor_among_them() {
    let mut session = long_session();
    let total = session.run().choices().len();
    assert!(total > 120, "{total}");
    let mut turns = 0;
    let mut first = 0;
    for step in 0..=total {
        session.seek(step);
        let lanes = lanes(&session);
        assert!((lanes.first..=lanes.first + lanes.steps).contains(&step), "step {step}");
        assert!(lanes.first == 0 || step - lanes.first >= 25, "step {step}");
        turns += usize::from(lanes.first != first);
        first = lanes.first;
    }
    assert!(turns <= total / 30, "{turns} in {total}");
}

#[test]
fn an_operation_beside_a_script_that_is_wrong_is_run_and_the_error_stays() {
    let mut session = Session::new();
    let wrong = format!("{}nonsense\n", session.text());
    session.apply(&wrong).expect_err("a wrong line");
    let error = session.error().cloned();
    session.issue(0, "fsync").expect("an operation");
    assert!(session.text().ends_with("t1: fsync\n") && !session.text().contains("nonsense"));
    assert!(session.draft().ends_with("nonsense\nt1: fsync\n"), "{}", session.draft());
    assert!(error.is_some() && session.error() == error.as_ref());
    let mended = session.draft().replace("nonsense\n", "");
    session.apply(&mended).expect("a script");
    session.issue(0, "fsync").expect("another");
    assert_eq!(session.error(), None);
}

/// Four writes; the bio of the first fails.
fn failed_session() -> Session {
    let mut session = Session::new();
    let text = "slots 4\nallow eio 1\nfile a 8 blocks, U 0+8\n\
                t1: aio_write io=0+4\nt1: aio_write io=4+4\nt1: getevents 2\n";
    session.apply(text).expect("a script");
    let fails: Choice = "irq:io1/1".parse().unwrap();
    while !session.run().enabled().contains(&fails) {
        assert!(session.forward());
    }
    session.step(fails).unwrap();
    run_out(&mut session);
    session
}

#[test]
fn a_finished_write_whose_bio_failed_is_told_from_others() {
    let mut session = failed_session();
    let told = |session: &Session| {
        let rows = pipeline_of(session.run()).ios.into_iter();
        rows.map(|io| format!("{} {} {}\n", io.name, io.failed, io.place)).collect::<String>()
    };
    let end = told(&session);
    check(
        &end,
        expect![[r#"
        A true finished, its bio failed with EIO
        B false finished
    "#]],
    );
    let table = stage(&session).pipeline.table();
    assert!(table.rows[0].iter().any(|cell| cell.contains("EIO")), "{table:?}");
    session.inspect(Look::parse("io.0"));
    let fields = session.inspector().expect("it is open").fields;
    assert!(fields.contains(&("where".into(), "finished, its bio failed with EIO".into())));
    session.seek(0);
    assert_eq!(told(&session), "");
}

#[test]
fn a_power_cut_is_told_where_threads_were() {
    let mut session = session("S4", Row::RfcV1);
    let mut told = Vec::new();
    let power: Choice = "power".parse().unwrap();
    loop {
        let stage = stage(&session);
        let contexts = stage.threads.iter().map(|row| row.context.word());
        let is_off = contexts.clone().all(|word| word == "power cut");
        assert_eq!(is_off, stage.power.is_some());
        assert_eq!(is_off, contexts.clone().any(|word| word == "power cut"));
        let aside = super::editor(&session).aside;
        assert_eq!(is_off, !aside.is_empty());
        assert!(!is_off || session.current_lines().is_empty());
        if let Some(power) = stage.power {
            told.push(format!("{power} Script: {aside}\n"));
        }
        // As soon as something was acknowledged.
        let acked = session.run().state().inodes[0].acked[0] > 0;
        let cuts = acked && session.run().enabled().contains(&power);
        if !(if cuts { session.step(power).is_ok() } else { session.forward() }) {
            break;
        }
    }
    check(
        &told.concat(),
        expect![[r#"
            The power is cut: all that was volatile is gone. Script: the power is cut
            The journal is recovered, and no block breaks a promise. Script: recovered after a power cut
        "#]],
    );
}

#[test]
fn two_steps_in_a_row_of_one_actor_are_told_apart() {
    let mut session = session("S9", Row::RfcV1);
    run_out(&mut session);
    let run = session.run();
    let label = |step: usize| step_label(run.setup(), run.state_at(step), run.choices()[step]);
    for step in 1..run.choices().len() {
        let (before, here) = (label(step - 1), label(step));
        assert_ne!(
            (before.actor, before.does),
            (here.actor, here.does),
            "steps {step} and {}",
            step + 1
        );
    }
    let reaps =
        (0..run.choices().len()).filter(|s| label(*s).does.starts_with("reap an event first"));
    assert_eq!(reaps.count(), 3);
}

#[test]
fn a_step_past_the_end_is_said_to_be_there() {
    let mut session = session("S7", Row::RfcOsync);
    session.go_to("1");
    assert_eq!(session.notice(), Some("There is no step 1: the run has 0 steps."));
    run_out(&mut session);
    session.go_to("18");
    assert_eq!((session.run().cursor(), session.notice()), (18, None));
    session.go_to("3");
    session.go_to("-1");
    assert_eq!(session.notice(), Some("There is no step -1: the run has 18 steps."));
    assert_eq!(session.run().cursor(), 3);
    session.go_to("99999999999999999999");
    session.go_to("999");
    assert_eq!(session.run().cursor(), 18);
    assert_eq!(session.notice(), Some("There is no step 999: the run has 18 steps."));
    assert_eq!(stage(&session).spoken, "step 18 of 18");
}

#[test]
fn the_report_of_a_long_run_has_the_choices_before_the_cursor() {
    let mut session = session("S7", Row::V3_8);
    assert_eq!(session.report_text(), session.as_text());
    let program = "t1: dio_write 0 4 sync=1\n".repeat(30);
    session.apply(&format!("file a 8 blocks, U 0+8\n{program}")).expect("a script");
    run_out(&mut session);
    session.seek(250);
    assert!(session.run().choices().len() > 260);
    let report = session.report_text();
    let (head, tail) = report
        .split_once("# choices from step 51 on, others are in the link: ")
        .expect("where they begin");
    assert!(session.as_text().starts_with(head));
    let (choices, place) = tail.split_once('\n').expect("a last line");
    assert_eq!(choices.split(' ').count(), 200);
    let before = session.run().choices()[50..250].iter().map(ToString::to_string);
    assert_eq!(choices, before.collect::<Vec<_>>().join(" "));
    assert!(place.starts_with("# at step 250 of "), "{place}");
}

#[test]
fn texts_to_copy_say_that_a_bio_failed() {
    let session = failed_session();
    let fails = "decrement i_unwritten, write A: the bio fails with EIO";
    assert!(session.steps_text().contains(fails), "{}", session.steps_text());
    // There the words are wrapped, with the tree beside them.
    let mail = session.mail_text("https://example.org/");
    assert!(mail.contains("EIO"), "{mail}");
}

#[test]
fn nobody_is_told_to_wait_for_itself() {
    let mut session = session("S9", Row::KaraOpt);
    let mut waits = 0;
    loop {
        for row in threads(&session).iter().filter(|row| row.waits.is_some()) {
            waits += 1;
            let name = row.actor.to_string();
            assert!(
                row.givers.split([' ', ',']).all(|word| word != name),
                "{name}: {}",
                row.givers
            );
        }
        if !session.forward() {
            break;
        }
    }
    assert!(waits > 5, "{waits}");
    let mut session = self::session("S7", Row::RfcOsync);
    run_out(&mut session);
    let rows = threads(&session);
    let worker = rows.iter().find(|row| row.actor == Actor::Kworker(0)).expect("a worker");
    assert_eq!(
        worker.givers, "only stuck actors could end it: kworker:1",
        "where nobody else could"
    );
}

#[test]
fn edits_that_were_not_run_are_kept_when_another_text_comes_to_the_editor() {
    let mut session = Session::new();
    session.load_preset("S1");
    assert!(!session.has_set_aside() && session.notice().is_none());
    session.command(Command::Edits);
    assert_eq!(session.notice(), Some("There are no kept edits."));
    session.edit("mine");
    session.load_preset("S2");
    assert!(session.has_set_aside() && !session.is_edited());
    assert!(session.notice().is_some_and(|notice| notice.contains("are kept")));
    // What could not be run is no less somebody's work.
    session.apply_draft().expect("a preset");
    session.edit("nonsense");
    session.apply_draft().expect_err("no script");
    session.load_preset("S1");
    assert_eq!(session.error(), None);
    session.command(Command::Edits);
    assert_eq!((session.draft(), session.error()), ("nonsense", None));
    // From here on it goes round.
    for draft in ["mine", "nonsense", "mine"] {
        session.command(Command::Edits);
        assert!(session.is_edited() && session.draft() == draft, "{}", session.draft());
    }
    // Run, a text is nobody's edit any more.
    session.edit(PRESETS[0].script);
    session.command(Command::RunScript);
    session.command(Command::Edits);
    assert_eq!(session.draft(), "nonsense");
    assert!(!session.has_set_aside());
    for i in 0..DRAFTS_MAX + 1 {
        session.edit(&i.to_string());
        session.load_preset("S1");
    }
    for i in (1..=DRAFTS_MAX).rev() {
        session.command(Command::Edits);
        assert_eq!(session.draft(), i.to_string());
    }
}

#[test]
fn a_preset_with_a_fault_is_called_a_preset_that_was_changed() {
    let mut session = Session::new();
    let check = |session: &mut Session, expected| {
        session.revise();
        assert_eq!(session.preselect(), expected);
    };
    check(&mut session, Preselect::Preset("S7"));
    session.command(Command::Power);
    check(&mut session, Preselect::Changed("S7"));
    let titled = session.text().replacen("title S7", "title Mine", 1);
    session.apply(&titled).expect("a script");
    check(&mut session, Preselect::Own);
    session.apply("file a 4 blocks\nt1: fsync\n").expect("a script");
    check(&mut session, Preselect::Own);
}

#[test]
fn captions_say_of_the_status_tree_what_the_step_did_to_it() {
    let (mut marked, mut missed, mut lost) = (0, 0, 0);
    for (seed, preset) in (0..40).flat_map(|seed| PRESETS.iter().map(move |it| (seed, it))) {
        let mut session = session(preset.id, Row::RfcOsync);
        for _ in 0..3 {
            session.allow_once_more("shrink").expect("a line that allows it");
        }
        let mut dice = Dice::new(seed);
        for _ in 0..60 {
            let Some(choice) = dice.choose(&session.run().enabled()) else { break };
            session.step(choice).expect("it is enabled");
            let run = session.run();
            let (before, after) = (run.state_at(run.cursor() - 1), run.state());
            let changes = before.inodes.iter().zip(&after.inodes).any(|(a, b)| a.es != b.es);
            let told = stage(&session).caption;
            assert!(told.chars().count() <= 160, "{told}");
            if told.contains("written in the ES tree, not yet") {
                marked += 1;
                assert!(changes, "{} {told}", preset.id);
            }
            if told.contains("marks nothing") {
                missed += 1;
                assert!(!changes, "{} {told}", preset.id);
            }
            lost += usize::from(told.contains("was written only there"));
        }
    }
    assert!(marked > 100 && missed > 0 && lost > 0, "{marked} {missed} {lost}");
}
