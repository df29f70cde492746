//! What the page says, and what its commands keep.

use super::*;

/// If a step forward takes no step, it gives the reason, and the reason is true.
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
    assert_eq!(session.issue(1, "dio_read 0 99").unwrap_err().column, 12);
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
        let aside = crate::session::editor(&session).aside;
        assert_eq!(is_off, !aside.is_empty());
        assert!(!is_off || session.current_lines().is_empty());
        if let Some(power) = stage.power {
            told.push(format!("{power} Script: {aside}\n"));
        }
        // Stops at the first acknowledgement.
        let acked = session.run().state().inodes[0].acked.newest(0) > 0;
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
    let fails = "convert in the ES tree, write A: the bio fails with EIO";
    assert!(session.steps_text().contains(fails), "{}", session.steps_text());
    // In the mail the words are wrapped, because the tree stands beside them.
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
    // A text with an error is still the reader's work.
    session.apply_draft().expect("a preset");
    session.edit("nonsense");
    session.apply_draft().expect_err("no script");
    session.load_preset("S1");
    assert_eq!(session.error(), None);
    session.command(Command::Edits);
    assert_eq!((session.draft(), session.error()), ("nonsense", None));
    // From here on, the command cycles through the texts.
    for draft in ["mine", "nonsense", "mine"] {
        session.command(Command::Edits);
        assert!(session.is_edited() && session.draft() == draft, "{}", session.draft());
    }
    // After it was run, the text no longer counts as edited.
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
