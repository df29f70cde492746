//! The change beside the state: every step of the model has lines, every line belongs to a step,
//! and every knob has a sentence and changes some line.

use std::collections::BTreeSet;

use extentscope::kernel::{Actor, Design, KNOBS, Note, Part, Pc, Row, Setup};
use extentscope::scenario::{Dice, PRESETS, Run, Script, offered_designs};
use extentscope::view::change::{
    ChangeAsk, PLACES, Room, block_of, change, changed_lines, code, knob_sentence, program,
};

/// Random runs of each script under each design.
const WALKS: u32 = 12;
/// The steps of each run.
const STEPS: u32 = 120;

/// Scripts for the places that no preset reaches.
const MORE: &[&str] = &[
    "mount dioread_nolock\nfile a 16 blocks, U 0+8, W 8+4\nallow eio 1\nallow flusher 1\n\
     t1: dio_write 8 4\nt1: buf_write 0 2\nt1: fsync\nt2: dio_read 0 8\nt2: truncate 4\n\
     t3: aio_write io=0+4 sync=1\nt3: getevents 1\nt4: fallocate 4 8\nt4: drop_caches 3\n",
    "journal 2\nfile a 8 blocks, U 0+4\nallow commit 1\nallow shrink 1\nallow crash\n\
     t1: buf_write 0 4 sync=1\nt2: buf_read 0 4\nt3: aio_write io=8+4 sync=1\nt3: getevents\n\
     t4: fiemap\nt4: seek_data 0\n",
    "file a 8 blocks, W 0+8\nallow eio 1\nt1: aio_write io=0+4\nt1: getevents\n\
     t2: dio_read 0 8\nt2: aio_write io=4+4 sync=1\nt2: getevents\nt3: buf_write 0 8\nt3: fsync\n",
    "file a 8 blocks, W 0+8\n\
     t1: zero_range 0 2\nt2: collapse 2 2\nt3: insert_range 2 2\nt4: mmap_write 0\n",
    "file a 8 blocks, W 0+8\nt1: zero_range 2 2\nt2: dio_read 0 4\n",
    "file a 8 blocks, W 0+8\nt1: collapse 2 2\n",
    "file a 8 blocks, W 0+8\nt1: insert_range 2 2\n",
];

fn setups() -> Vec<Setup> {
    let texts = PRESETS.iter().map(|preset| preset.script).chain(MORE.iter().copied());
    let scripts = texts.map(|text| Script::parse(text).expect("a script").setup);
    scripts.collect()
}

/// Calls a check for every step of random runs of a design, with its actor.
fn walk(design: Design, mut check: impl FnMut(&Run, usize, Actor, Pc)) {
    let mut dice = Dice::new(1);
    for setup in setups() {
        for _ in 0..WALKS {
            let mut run = Run::new(Setup { design, ..setup.clone() });
            for _ in 0..STEPS {
                let Some(choice) = dice.choose(&run.enabled()) else { break };
                run.step(choice).expect("an enabled step");
            }
            for step in 0..run.cursor() {
                let actor = run.choices()[step].actor;
                for note in run.notes_of(step) {
                    if let Note::At(pc) = note {
                        check(&run, step, actor, *pc);
                    }
                }
            }
        }
    }
}

#[test]
fn every_step_that_a_run_takes_has_lines_where_it_is_taken() {
    for design in offered_designs() {
        let program = program(&design.knobs);
        walk(design, |run, step, actor, pc| {
            let room = block_of(run.state_at(step), actor, pc);
            let Some(room) = room else { panic!("{design}: {actor} at {pc:?} is in no room") };
            let block = program.iter().find(|block| block.room == room);
            let places = block.map_or(&[][..], |block| &block.places);
            assert!(
                places.contains(&pc) || is_of_failure(run, step, pc),
                "{design}: {actor} steps at {pc:?}, which {room:?} does not have"
            );
            assert!(!code(pc, &design.knobs).is_empty(), "{pc:?} has no line in code.rs");
        });
    }
}

/// Whether the step belongs to a failed bio, which is completed by another plan.
fn is_of_failure(run: &Run, step: usize, pc: Pc) -> bool {
    run.notes_of(step).iter().any(|note| matches!(note, Note::Failed(_)))
        && pc.part() == Part::Completion
}

#[test]
fn every_line_is_a_step_that_some_run_takes() {
    let mut taken = BTreeSet::new();
    for row in Row::ALL {
        walk(row.design(), |_, _, _, pc| {
            taken.insert(pc);
        });
    }
    let calls = [Pc::Convert, Pc::Sync];
    for pc in PLACES {
        let lines = Row::ALL.iter().any(|row| !code(*pc, &row.knobs()).is_empty());
        let is_step = taken.contains(pc) || calls.contains(pc);
        assert_eq!(lines, is_step, "{pc:?} has lines: {lines}, is a step or a call: {is_step}");
    }
    let shown: BTreeSet<Pc> = Row::ALL
        .iter()
        .flat_map(|row| program(&row.knobs()))
        .flat_map(|block| block.places)
        .collect();
    for pc in &taken {
        assert!(shown.contains(pc), "{pc:?} stands in no design's program");
    }
}

#[test]
fn every_knob_has_a_sentence_and_changes_some_line() {
    for knob in KNOBS {
        let sentence = knob_sentence(knob.id);
        assert!(sentence.ends_with('.'), "{} has no sentence in change/knob.rs", knob.id);
        let changes = Row::ALL.iter().any(|row| {
            (0..knob.values.len()).any(|at| !changed_lines(&row.knobs(), knob, at).is_empty())
        });
        assert!(changes, "{} changes no line", knob.id);
    }
}

#[test]
fn no_line_is_long_and_none_is_said_twice_in_a_place() {
    for design in offered_designs() {
        for pc in PLACES {
            let lines = code(*pc, &design.knobs);
            let different: BTreeSet<&str> = lines.iter().copied().collect();
            assert_eq!(different.len(), lines.len(), "{pc:?}");
            assert!(lines.iter().all(|line| line.chars().count() <= 72), "{pc:?}: {lines:?}");
        }
    }
}

#[test]
fn the_change_marks_who_stands_where_and_what_was_broken() {
    let script = Script::parse(PRESETS.iter().find(|it| it.id == "S2").expect("S2").script);
    let design = Row::RfcV1.design();
    let mut run = Run::new(Setup { design, ..script.expect("a script").setup });
    for witness in extentscope::scenario::known_witnesses("S2", run.setup().design) {
        for choice in witness.run {
            run.step(choice).expect("a step of a witness");
        }
    }
    let shown = change(&run, &Row::V3_8.design());
    let rows = || shown.blocks.iter().flat_map(|block| &block.rows);
    assert!(rows().any(|row| row.broke == Some("RAW")), "{shown:#?}");
    assert!(rows().any(|row| row.hunk == Some("RFC, page-io.c: added")));
    assert!(rows().any(|row| row.hunk == Some("RFC, indirect.c: removed") && row.sign.is_gone()));
    assert!(rows().any(|row| row.next.iter().any(|who| who == "kworker:1")));
    assert!(shown.knobs.iter().any(|knob| knob.id == "early" && !knob.lines.is_empty()));
}

#[test]
fn every_design_has_all_paths_in_their_order() {
    for design in offered_designs() {
        let rooms: Vec<Room> = program(&design.knobs).iter().map(|block| block.room).collect();
        assert_eq!(rooms, Room::all().collect::<Vec<_>>(), "{design}");
    }
}

#[test]
fn what_the_page_asks_arrives_as_it_was_sent() {
    let mut marked = 0;
    for design in [Row::V3_8, Row::RfcV1, Row::RfcOsync, Row::V6_19].map(Row::design) {
        walk(design, |run, step, _, _| {
            if step % 10 != 0 {
                return;
            }
            let mut run = run.clone();
            run.seek(step);
            let ask = ChangeAsk::new(&run, &Row::V3_8.design());
            marked += ask.marks.len();
            assert_eq!(ask.to_string().parse(), Ok(ask.clone()), "{ask}");
        });
    }
    assert!(marked > 1000, "{marked}");
    for wrong in ["", "v3.8", "v3.8\nv3.8", "v3.8\nv3.8\n99", "v3.8\nv3.8\n0\nnext 0 255 t1"] {
        assert!(wrong.parse::<ChangeAsk>().is_err(), "{wrong}");
    }
}
