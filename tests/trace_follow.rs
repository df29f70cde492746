//! Traces of a running kernel as runs of the machine, and traces that no run explains.

mod trace_common;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::expect_file;
use extentscope::kernel::{Choice, Design, Note, State};
use extentscope::scenario::{Link, Run, Script, state_sum};
use extentscope::trace::{FollowOutcome, Followed, follow, script_of_op};
use trace_common::{Recorded, recorded, recorded_named};

fn followed(folder: &Recorded, design: &str) -> Followed {
    let design = Design::parse(design).expect(design);
    let text = folder.text("trace-full.txt").expect("a full trace");
    follow(&text, &folder.folder, &folder.ops, &design)
}

/// Number of followed operations, of explained events, and of operations that were passed over.
fn counts(followed: &Followed) -> (usize, usize, usize) {
    let mut counts = (0, 0, 0);
    for op in &followed.ops {
        match &op.outcome {
            FollowOutcome::Followed(path) => {
                counts.0 += 1;
                counts.1 += path.of;
            }
            FollowOutcome::Passed(_) => counts.2 += 1,
            FollowOutcome::Ends { line, event, .. } => panic!("op {}: {line} {event}", op.index),
        }
    }
    counts
}

#[test]
fn traces_are_runs_of_the_row_of_their_kernel() {
    let mut found = String::new();
    for folder in recorded() {
        if folder.text("trace-full.txt").is_none() || folder.name.starts_with("s12") {
            continue;
        }
        let design = folder.folder.release.expect("a kernel").design().to_string();
        let followed = followed(&folder, &design);
        assert_eq!(followed.lookup, None, "{} {design}", folder.name);
        let (ops, events, passed) = counts(&followed);
        writeln!(found, "{} {design}: {ops} {events} {passed}", folder.name).expect("text");
    }
    expect_file!["data/ftrace/followed.txt"].assert_eq(&found);
}

/// A printed link opens on the page: its script and choices replay to the state that it was made
/// from.
#[test]
fn an_explanation_of_an_operation_is_a_run() {
    let mut runs = 0;
    for name in ["s02-aio-batch", "s05-mix"] {
        for op in followed(&recorded_named(name), "v6.7").ops {
            let FollowOutcome::Followed(path) = op.outcome else { continue };
            let (link, wrong) = Link::read(&path.link);
            assert_eq!(wrong, [""; 0], "op {}", op.index);
            assert_eq!((&link.script, &link.choices), (&path.script, &path.choices));
            let setup = Script::parse(&link.script).expect("a script").setup;
            let (run, divergence) = Run::replay(setup, &link.choices);
            assert_eq!(divergence, None, "op {}", op.index);
            let state: &State = run.state_at(link.choices.len());
            assert_eq!(link.end, Some(state_sum(run.setup(), state)));
            runs += 1;
        }
    }
    assert_eq!(runs, 45);
}

/// A bio on a loop device may be done before its submitter lets go of it. Then no work item completes
/// the write.
#[test]
fn a_bio_that_is_done_at_once_is_followed() {
    let followed = followed(&recorded_named("k03-kernel-script-halves"), "v6.7");
    let FollowOutcome::Followed(path) = &followed.ops[5].outcome else {
        panic!("{:?}", followed.ops[5]);
    };
    assert!(path.script.contains("allow quick 2\n"), "{}", path.script);
    // The first of two bios: the second is done after the end of the call, and has a work item.
    let quick = |choice: &Choice| choice.ordinal == 2;
    assert_eq!(path.choices.iter().position(quick), Some(2), "{:?}", path.choices);
    assert_eq!(path.choices.iter().filter(|choice| quick(choice)).count(), 1);
}

/// Each recorded call on a range opens as a script in which the machine does not refuse it.
#[test]
fn operations_on_ranges_open_as_scripts() {
    let mut words: BTreeMap<String, u32> = BTreeMap::new();
    for name in ["s06-punch-collapse", "s04-delalloc", "s05-mix", "s10-s04-delalloc-nodelalloc"] {
        for folder in recorded().into_iter().filter(|it| it.name == name) {
            let design = folder.folder.release.expect("a kernel").design();
            for op in folder.ops.iter().filter(|op| op.ret >= 0) {
                let Ok(script) = script_of_op(&folder.folder, &folder.ops, op.index, &design)
                else {
                    continue;
                };
                let setup =
                    Script::parse(&script).unwrap_or_else(|e| panic!("{e}: {script}")).setup;
                let last = *setup.threads[0].last().expect("an operation");
                let mut run = Run::new(setup);
                while let Some(choice) = run.enabled().first().copied() {
                    run.step(choice).expect("an enabled choice");
                    let refused = |note: &Note| matches!(note, Note::Refused { .. });
                    assert!(
                        !run.last_notes().iter().any(refused),
                        "{name} op {}: {script}",
                        op.index
                    );
                }
                *words.entry(last.info().word.into()).or_default() += 1;
            }
        }
    }
    for word in ["punch", "zero_range", "collapse", "insert_range", "mmap_write", "seek_data"] {
        assert!(words.get(word).is_some_and(|count| *count > 0), "{word}: {words:?}");
    }
}

/// The first event that the RFC does not explain: the operation, the line, and the steps it would
/// allow.
#[test]
fn none_of_them_is_a_run_of_the_rfc() {
    let first = |name: &str| {
        let knobs = Design::parse("rfc-v1").expect("a row").knobs;
        let followed = followed(&recorded_named(name), "rfc-v1");
        assert!(!followed.is_run(), "{name}");
        let ends = followed.ops.iter().find_map(|op| match &op.outcome {
            FollowOutcome::Ends { path, event, allowed, .. } => {
                let place = allowed.last().map(|it| it.pc.info_in(&knobs).function);
                let place = place.unwrap_or_default();
                let event = event.split(": ").nth(1).unwrap_or_default().to_string();
                Some(format!("op {} after {}: {event}, not {place}", op.index, path.explained))
            }
            FollowOutcome::Followed(_) | FollowOutcome::Passed(_) => None,
        });
        let lookup = || {
            let (unlike, _) = followed.lookup.as_ref().expect(name);
            let got = unlike.got.map(|extent| extent.to_string()).unwrap_or_default();
            format!("line {}: found {}, not {got}", unlike.line, unlike.expected)
        };
        format!("{name}: {}\n", ends.unwrap_or_else(lookup))
    };
    let names = [
        "s01-dio-fallocated",
        "s02-aio-batch",
        "s02-aio-batch-smp2",
        "s03-aio-batch-odsync",
        "s03-aio-batch-osync",
        "s05-mix",
        "s09-aio-extend",
        "s09-aio-extend-smp2",
        "k01-kernel-script-s1",
        "k03-kernel-script-halves",
    ];
    let found: String = names.into_iter().map(first).collect();
    expect_file!["data/ftrace/rfc-v1.txt"].assert_eq(&found);
}

/// A trace in which an event is missing or moved has no run, so the search cannot explain
/// everything.
#[test]
fn a_manipulated_trace_is_not_a_run() {
    let folder = recorded_named("s02-aio-batch");
    let text = String::from_utf8(folder.text("trace-full.txt").expect("it")).expect("text");
    let design = Design::parse("v6.7").expect("a row");
    let op_1 = |text: &str| {
        let ops = &folder.ops[..2];
        let followed = follow(text.as_bytes(), &folder.folder, ops, &design);
        matches!(followed.ops[1].outcome, FollowOutcome::Followed(_))
    };
    assert!(op_1(&text));
    let without = |what: &str| {
        let lines: Vec<&str> = text.lines().collect();
        let begin = lines.iter().position(|line| line.contains("op 1 begin")).expect("op 1");
        let found = lines[begin..].iter().position(|line| line.contains(what)).expect(what);
        let kept = lines.iter().enumerate().filter(|(n, _)| *n != begin + found);
        kept.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
    };
    // Without a conversion, a start of work, or a completion.
    assert!(!op_1(&without("es [14/1) mapped 1077 status W")));
    assert!(!op_1(&without("workqueue_execute_start: work struct 00000000a47571a2")));
    assert!(!op_1(&without("block_rq_complete: 254,0 WS")));
    // With the acknowledgement before the work.
    let early = text.replacen("sys_io_getevents -> 0x8", "x", 1);
    let exit = "\n            esop-707     [000] ...1.    20.5: sys_io_getevents -> 0x8";
    let begin = early.find("op 1 begin").expect("op 1");
    let first = begin + early[begin..].find("sys_io_submit").expect("its call");
    let place = early[..first].rfind('\n').expect("a line");
    let early = format!("{}{exit}{}", &early[..place], &early[place..]);
    assert!(!op_1(&early));
}

/// The removal of what moves is the event of collapse and insert range.
#[test]
fn a_move_without_its_removal_is_not_a_run() {
    let folder = recorded_named("k03-kernel-script-halves");
    let text = String::from_utf8(folder.text("trace-full.txt").expect("it")).expect("text");
    let design = Design::parse("v6.7").expect("a row");
    for (op, mode) in [(11, "collapse"), (12, "insert")] {
        let ops = &folder.ops[..=op];
        assert!(ops[op].op.ends_with(mode), "{}", ops[op].op);
        let is_followed = |text: &str| {
            let followed = follow(text.as_bytes(), &folder.folder, ops, &design);
            matches!(followed.ops[op].outcome, FollowOutcome::Followed(_))
        };
        assert!(is_followed(&text), "{mode}");
        let begin = text.find(&format!("op {op} begin")).expect("its begin");
        let at = begin + text[begin..].find("ext4_es_remove_extent").expect("the removal");
        let first = text[..at].rfind('\n').expect("a line");
        let last = at + text[at..].find('\n').expect("a line");
        assert!(!is_followed(&format!("{}{}", &text[..first], &text[last..])), "{mode}");
    }
}
