//! Traces of a running kernel as runs of the machine, and what is none of them.

mod trace_common;

use extentscope::kernel::{Design, State};
use extentscope::scenario::{Link, Run, Script, state_sum};
use extentscope::trace::{FollowOutcome, Followed, follow};
use trace_common::{Recorded, recorded, recorded_named};

fn followed(folder: &Recorded, design: &str) -> Followed {
    let design = Design::parse(design).expect(design);
    let text = folder.text("trace-full.txt").expect("a full trace");
    follow(&text, &folder.folder, &folder.ops, &design)
}

/// Operations followed, events explained, operations passed over.
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
fn traces_of_6_1_are_runs_of_its_row() {
    let mut found = Vec::new();
    for folder in recorded() {
        if folder.text("trace-full.txt").is_none() || folder.name.starts_with("s12") {
            continue;
        }
        let followed = followed(&folder, "v5.5");
        assert_eq!(followed.lookup, None, "{}", folder.name);
        found.push((folder.name, counts(&followed)));
    }
    let found: Vec<(&str, (usize, usize, usize))> =
        found.iter().map(|(name, counts)| (name.as_str(), *counts)).collect();
    assert_eq!(
        found,
        [
            ("s01-dio-fallocated", (24, 113, 9)),
            ("s02-aio-batch", (14, 328, 8)),
            ("s02-aio-batch-smp2", (14, 328, 8)),
            ("s03-aio-batch-odsync", (13, 326, 9)),
            ("s03-aio-batch-osync", (13, 310, 9)),
            ("s05-mix", (17, 90, 30)),
            ("s09-aio-extend", (12, 134, 8)),
            ("s09-aio-extend-smp2", (12, 134, 8)),
        ]
    );
}

/// What is printed opens on the page: the link's script and choices replay to the state that the
/// link was made of, and the run is one of the machine.
#[test]
fn what_explains_an_operation_is_a_run() {
    let mut runs = 0;
    for name in ["s02-aio-batch", "s05-mix"] {
        for op in followed(&recorded_named(name), "v5.5").ops {
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
    assert_eq!(runs, 31);
}

/// The first event that the RFC does not explain: the operation, the line, what it would have done.
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
    ];
    let found: String = names.into_iter().map(first).collect();
    expect_test::expect_file!["data/ftrace/rfc-v1.txt"].assert_eq(&found);
}

/// A trace with an event left out, or moved, is no run: the search cannot explain everything.
#[test]
fn a_trace_that_was_tampered_with_is_no_run() {
    let folder = recorded_named("s02-aio-batch");
    let text = String::from_utf8(folder.text("trace-full.txt").expect("it")).expect("text");
    let design = Design::parse("v5.5").expect("a row");
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
    // A conversion, a begin of work, a completion.
    assert!(!op_1(&without("es [14/1) mapped 1077 status W")));
    assert!(!op_1(&without("workqueue_execute_start: work struct 00000000a47571a2")));
    assert!(!op_1(&without("block_rq_complete: 254,0 WS")));
    // The acknowledgement before the work.
    let early = text.replacen("sys_io_getevents -> 0x8", "x", 1);
    let exit = "\n            esop-707     [000] ...1.    20.5: sys_io_getevents -> 0x8";
    let begin = early.find("op 1 begin").expect("op 1");
    let first = begin + early[begin..].find("sys_io_submit").expect("its call");
    let place = early[..first].rfind('\n').expect("a line");
    let early = format!("{}{exit}{}", &early[..place], &early[place..]);
    assert!(!op_1(&early));
}
