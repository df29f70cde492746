//! Links: a link restores its run, and a damaged link reports the damage.

use std::fs;
use std::path::Path;

use extentscope::check::{Bounds, Search};
use extentscope::kernel::{Design, Promise, Row, Setup};
use extentscope::scenario::{Dice, Link, PRESETS, Preset, Script};
use extentscope::session::Session;
use extentscope::view::panels::Switch;
use extentscope::view::{Fault, Look, Witness};

/// A preset under a design, after a number of steps of a random run.
fn session(preset: &str, design: &str, seed: u64, steps: u32) -> Session {
    let mut session = Session::new();
    session.load_preset(preset);
    session.set_design(Design::parse(design).expect("a design"));
    walk(&mut session, seed, steps);
    session
}

fn walk(session: &mut Session, seed: u64, steps: u32) {
    let mut dice = Dice::new(seed);
    for _ in 0..steps {
        let Some(choice) = dice.choose(&session.run().enabled()) else { break };
        session.step(choice).expect("an enabled step");
    }
}

/// Every switch of the panels.
const SWITCHES: [Switch; 6] = [
    Switch::Strata,
    Switch::Physical,
    Switch::Tree,
    Switch::Pipeline,
    Switch::Lanes,
    Switch::Chart,
];

/// Checks that two sessions show the same.
fn check_same(left: &Session, right: &Session) {
    assert_eq!(left.as_text(), right.as_text());
    assert_eq!(left.run().state(), right.run().state());
    assert_eq!(left.preselect(), right.preselect());
}

/// Checks that the link of a run with a cursor in the middle restores everything. Returns its
/// length.
fn check_restored(mut there: Session) -> usize {
    there.seek(there.run().cursor() / 2);
    there.inspect(Look::parse("es.0"));
    SWITCHES.into_iter().for_each(|switch| there.turn(switch));
    there.unfold("pipeline");
    let link = there.link();
    let mut here = Session::new();
    here.open_link(&format!("#{link}"));
    assert_eq!(here.notice(), None, "{link}");
    check_same(&there, &here);
    assert_eq!(here.link(), link);
    assert_eq!(here.look(), there.look());
    link.len() + 1
}

fn check_short(there: Session) {
    let length = check_restored(there.clone());
    assert!(length <= 200, "{length} characters: {}", there.link());
}

#[test]
fn every_preset_under_every_design_is_restored_from_a_short_link() {
    for preset in PRESETS {
        for row in Row::ALL {
            (0..4).for_each(|seed| check_short(session(preset.id, row.id(), seed, 60)));
        }
    }
}

#[test]
fn a_preset_with_faults_and_added_operations_is_restored_from_a_short_link() {
    let changes: [&[Fault]; 4] = [
        &[Fault::Power],
        &[Fault::Shrink],
        &[Fault::Shrink, Fault::Power],
        &[Fault::Shrink, Fault::Shrink],
    ];
    for preset in PRESETS {
        for faults in changes {
            let mut there = session(preset.id, "rfc-v1", 5, 56);
            faults.iter().for_each(|fault| there.inflict(*fault));
            check_short(there.clone());
            // A thread that has closed the file does no more with it.
            match there.issue(0, "fsync") {
                Ok(_) => drop(check_restored(there)),
                Err(error) => assert!(error.to_string().contains("has closed"), "{error}"),
            }
        }
    }
    let mut there = session("S7", "rfc-osync", 1, 9);
    there
        .apply(&Preset::find("S7").expect("a preset").script.replace("slots 2", "slots 3"))
        .expect("a script");
    assert!(there.link().contains(";e=2.1.slots+3~0a;"), "{}", there.link());
    check_restored(there);
}

#[test]
fn a_link_survives_mail_formatting() {
    let link = session("S7", "rfc-osync", 11, 40).link();
    for mailed in [
        format!("{link}."),
        format!("{link}>"),
        format!("{link})."),
        format!("{link}%3E"),
        format!("{link}%22>."),
        format!("{link}%3E,%20as%20I%20said"),
        format!("{}\n  {}", &link[..40], &link[40..]),
        format!("{}%0A{}>.", &link[..40], &link[40..]),
    ] {
        assert_eq!(Link::read(&mailed), Link::read(&link), "{mailed}");
    }
}

#[test]
fn the_view_of_a_run_is_restored() {
    let mut there = session("S7", "rfc-osync", 1, 8);
    let mut here = Session::new();
    let mut check = |there: &Session, words: &str| {
        let link = there.link();
        assert!(link.contains(words), "{link}");
        here.open_link(&link);
        assert_eq!((here.notice(), here.link()), (None, link));
        assert_eq!((here.look(), here.panels()), (there.look(), there.panels()));
    };
    check(&there, ";a=8;s=");
    there.turn(Switch::Lanes);
    there.turn(Switch::Physical);
    there.unfold("tree");
    check(&there, ";w=physical,lanes,open.tree;");
    there.inspect(Look::parse("io.0"));
    there.inflict(Fault::Delay(0));
    check(&there, ";w=io.0,physical,lanes,open.tree,delayed.1;");
    // The next link contains none of these errors.
    check(&session("S7", "rfc-osync", 1, 8), ";a=8;s=");
    assert!(here.no_return().is_none() && !here.is_delayed(0));
}

#[test]
fn the_point_of_no_return_of_a_witness_is_in_its_link() {
    let (design, preset) = (Row::RfcOsync.design(), Preset::find("S7").expect("a preset"));
    let script = Script::parse(preset.script).expect("its script");
    let search = Search::run(Setup { design, ..script.setup }, Bounds::default());
    let choices = search.shortest(Promise::NoDeadlock).expect("it deadlocks");
    let no_return = search.point_of_no_return(Promise::NoDeadlock, &choices);
    let mut there = session("S7", "rfc-osync", 0, 0);
    let witness = Witness {
        script: preset.script.into(),
        preset: Some("S7"),
        design,
        beside: None,
        choices,
        notice: String::new(),
        no_return,
    };
    there.open_witness(&witness.link(), &witness.notice);
    let mut here = Session::new();
    here.open_link(&there.link());
    assert!(no_return.is_some() && here.no_return() == no_return, "{}", there.link());
    here.start_over();
    assert_eq!(here.no_return(), None, "another run has not got it");
}

#[test]
fn all_own_scripts_are_restored_from_their_links() {
    let texts = [
        "title Grüße; 100% ~ + # =\nfile a 8 blocks, U 0+8\nt1: aio_write io=0+4\n",
        "design kara\nslots 2\nfile a 16 blocks, U 0+8, W 8+4\nt1: dio_write 0 2 sync=1",
        "file a 8 blocks, U 0+8\r\n  design   v5.5  # why\r\nt1: aio_write io=0+4",
        "t1: fsync",
        "file a 8 blocks\n\n# a comment \u{1f427}\nt1: fsync\n",
    ];
    for text in texts {
        let mut there = Session::new();
        there.apply(text).expect("a script");
        walk(&mut there, 3, 20);
        let mut here = Session::new();
        here.open_link(&there.link());
        assert_eq!(here.notice(), None);
        check_same(&there, &here);
        assert_eq!(here.link(), there.link());
        assert!(there.link().bytes().all(|b| b.is_ascii_graphic() && !b"<>\"'()".contains(&b)));
    }
}

#[test]
fn a_damaged_link_is_always_detected() {
    let whole = session("S7", "rfc-osync", 11, 40).link();
    let (link, wrong) = Link::read(&whole);
    assert_eq!(wrong, [""; 0]);
    let damages = (0..whole.len()).flat_map(|at| {
        let (before, after) = (&whole[..at], &whole[at + 1..]);
        let other = (' '..='~').chain(['é']).map(move |c| format!("{before}{c}{after}"));
        other.chain([before.to_string(), format!("{before}{after}")])
    });
    for damaged in damages.filter(|damaged| *damaged != whole) {
        let (read, wrong) = Link::read(&damaged);
        assert!(!wrong.is_empty() || read == link, "{damaged}");
        let mut session = Session::new();
        session.open_link(&damaged);
        // A damaged link must not be reported as a change of the model.
        let drift = |n: &str| n.contains("another end state") || n.contains("was another when");
        assert!(!session.notice().is_some_and(drift), "{damaged}");
        assert!(session.notice().is_some_and(|n| n.contains("link")) || read == link, "{damaged}");
    }
}

#[test]
fn links_of_every_version_open() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/links");
    let mut seen = [0; extentscope::scenario::LINK_VERSION + 1];
    for entry in fs::read_dir(folder).expect("the fixtures").flatten() {
        let text = fs::read_to_string(entry.path()).expect("a fixture");
        let (link, expected) = text.split_once('\n').expect("a link and what it opens");
        let mut session = Session::new();
        session.open_link(link);
        let notice = session.notice().map_or(String::new(), |n| format!("# {n}\n"));
        assert_eq!(session.as_text() + &notice, expected, "{}", entry.path().display());
        let version = link.trim_start_matches('#').as_bytes().get(1).map_or(0, |v| v - b'0');
        if let Some(count) = seen.get_mut(usize::from(version)) {
            *count += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "a version has no fixture: {seen:?}");
}

/// A preset as it may have been when a link was made.
static OTHER_S7: Preset = Preset { id: "S7", title: "", design: "", script: "slots 3\n" };

#[test]
fn errors_of_a_link_are_sentences() {
    let check = |link: &str, expect: &str| {
        let mut session = Session::new();
        session.open_link(link);
        let notice = session.notice().unwrap_or_default();
        assert!(notice.contains(expect), "{link}: {notice}");
        // The notice stays short however long the link is; the longest sentence lists the designs.
        assert!(notice.len() < 400, "{notice}");
    };
    check("v9;d=kara;p=S7", "the link is of version 9, and this page knows those up to 2");
    check(&format!("v9;{}", "y=1;".repeat(50)), "a link has no `y=1`.");
    check(&format!("v0;preset=S7;{}", "é".repeat(500)), "a link has no `");
    check("hello", "does not begin with its version");
    check("v0;preset=S99", "there is no preset `S99`");
    check("v0;preset=S7;design=kaba", "its design `kaba` cannot be read");
    check(&format!("v0;preset=S7;design={}", "kaba".repeat(99)), "cannot be read");
    check("v0;preset=S7;choices=t1,t9", "choice 2 is not readable: `t9` names none");
    check("v0;preset=S7;choices=t1,zz,t1;at=1", "choice 2 is not readable: `zz` names none");
    check("hello", "The link cannot be read, so nothing changed: ");
    check("v0;preset=S7;choices=irq:io1", "Kept the first 0 steps");
    check("v0;preset=S7;colour=red", "a link has no `colour=red`");
    check("v0;preset=S7;at=x", "`a=x` is no step");
    check("v0;preset=S7;choices=t1;at=9", "it stands at step 9 of a run of 1");
    check("v0;script=file+a+8+blocks~0anonsense", "it is in the editor, see line 2");
    check("v0;d=v3.8;p=S6.gls9;c", "it has keys that version 0 has not");
    check("v1;d=kara;p=S7.0000;c=;a=0", "it does not end in its checksum, k");
    check(
        "v2;d=kara;p=S7.0000;e=4.1;c=;a=0;k=0000",
        "checksum does not fit; `4.1` changes nothing",
    );
    check(
        &Link { preset: Some(&OTHER_S7), script: OTHER_S7.script.into(), ..Link::default() }
            .write(),
        "the text of S7 was another when the link was made",
    );
    assert_eq!(Link::read("v0;script=title+100%+4~+4").0.script, "title 100% 4~ 4");
    let mut drifted = Link::read("v0;preset=S7;choices=t1").0;
    drifted.end = Some("0000".into());
    check(&drifted.write(), "reaches another end state than the model that made the link");
}

/// A random run in which the reader sometimes went back and took another step.
fn branched(seed: u64) -> Session {
    let mut session = session("S7", "rfc-osync", seed, 30);
    for turn in 0..5 {
        session.seek(session.run().cursor() / 2);
        walk(&mut session, seed + turn, 6);
    }
    session
}

#[test]
fn branches_are_restored() {
    for seed in 0..20 {
        let mut there = branched(seed);
        assert!(there.branches().list().len() > 2);
        for branch in 0..there.branches().list().len() as u32 {
            there.switch_branch(branch);
            let link = there.link();
            let mut here = Session::new();
            here.open_link(&link);
            assert_eq!(here.notice(), None, "{link}");
            check_same(&there, &here);
            assert_eq!(here.branches().list(), there.branches().list());
            assert_eq!(here.link(), link);
        }
    }
}

#[test]
fn branches_that_a_design_cuts_short_are_restored_in_full() {
    let mut there = branched(3);
    let plans: Vec<_> = (0..3).map(|branch| there.branches().plan(branch)).collect();
    there.set_design(Row::V3_8.design());
    let mut here = Session::new();
    here.open_link(&there.link());
    assert!(here.notice().is_some_and(|notice| notice.contains("Kept the first")));
    here.set_design(Row::RfcOsync.design());
    let again: Vec<_> = (0..3).map(|branch| here.branches().plan(branch)).collect();
    assert_eq!(again, plans);
}

#[test]
fn a_damaged_list_of_branches_is_always_detected() {
    let whole = branched(3).link();
    let (link, wrong) = Link::read(&whole);
    assert_eq!(wrong, [""; 0]);
    for at in 0..whole.len() {
        for damaged in [
            whole[..at].to_string(),
            format!("{}{}", &whole[..at], &whole[at + 1..]),
            format!("{}9{}", &whole[..at], &whole[at + 1..]),
        ] {
            let (read, wrong) = Link::read(&damaged);
            assert!(!wrong.is_empty() || read == link, "{damaged}");
            Session::new().open_link(&damaged);
        }
    }
}
