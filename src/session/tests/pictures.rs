//! What the panels draw.

use super::*;

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
            write B (on kworker:1's private list) --moved on only by->
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
