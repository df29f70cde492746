//! The contents of the page during the scenarios of the thread, as text.

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
mod pictures;
mod sentences;

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

/// Writes of two threads, one after the other: a run of more than a hundred steps.
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
