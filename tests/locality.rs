//! Adding an operation, a knob or a panel is local: the lists in CONTRIBUTING.md under "What to touch" are
//! complete.

use std::collections::BTreeSet;

use extentscope::kernel::{OPS, Op, OpArgs, OpInfo, Ranges, Row};
use extentscope::scenario::{Run, Script, parse_op_line, parse_op_line_in};
use extentscope::session::{Panels, tabs};
use extentscope::view::Table;
use extentscope::view::panels::{Contents, Fold, PANELS, PanelInfo, Place};

/// An operation that the language does not have.
static ZERO: OpInfo = OpInfo {
    word: "zero_all",
    usage: "zero_all 0 8",
    what: "zeroes a range",
    on_file: true,
    ranges: Ranges::One,
    halves: false,
    sync: false,
    number: None,
    make: |&OpArgs { ino, range, .. }| Op::Fallocate { ino, range },
};

/// The parser needs only a row in the table; arguments, errors and suggestions follow from it.
#[test]
fn an_operation_added_to_the_table_is_parsed() {
    let setup =
        Script::parse("file a 16 blocks\nfile b 8 blocks\nt1: fsync").expect("a script").setup;
    let ops: Vec<&OpInfo> = OPS.into_iter().chain([&ZERO]).collect();
    let check = |line: &str, expect: &str| {
        let found = match parse_op_line_in(&ops, &setup, line) {
            Ok(op) => format!("{op:?}"),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expect), "{line}: {found}");
    };
    check("zero_all 2 3", "Fallocate { ino: 0, range: Range { lblk: 2, len: 3,");
    check("zero_all 2+3 file=b", "Fallocate { ino: 1, range: Range { lblk: 2, len: 3,");
    check("zero_all 2 3 sync=1", "expected as in: zero_all 0 8");
    check("zero_al 2 3", "(did you mean zero_all?)");
    check("zero_all", "the line ends here, expected a range: zero_all 0 8");
    assert!(parse_op_line(&setup, "zero_all 2 3").is_err());
}

/// A knob that is missing from the table could not be written, so two designs would have the same
/// name.
#[test]
fn every_knob_is_in_the_table_of_knobs() {
    let debug = format!("{:?}", Row::V3_8.knobs());
    let fields = debug.trim_start_matches("Knobs {").trim_end_matches('}').split(',');
    let names = fields.filter_map(|field| Some(field.split_once(':')?.0.trim().to_string()));
    let listed = extentscope::kernel::KNOBS.iter().map(|knob| knob.id.to_string());
    assert_eq!(names.collect::<BTreeSet<_>>(), listed.collect::<BTreeSet<_>>());
}

/// A panel that the page does not have: its heading, and a table of the run.
const LOCKS: PanelInfo = PanelInfo {
    id: "locks",
    title: "Locks",
    place: Place::Right,
    fold: Fold::Tab { at: 7, name: "Locks" },
    contents: Contents::Tables(locks),
    switches: &[],
};

fn locks(run: &Run) -> Vec<Table> {
    let rows = vec![vec!["t1".into(), format!("{} steps", run.cursor())]];
    vec![Table { caption: "Locks".into(), heads: &["thread", "took"], rows, current: None }]
}

/// A panel needs only an entry in the table and a function that makes its tables: its tab and its
/// word in a link follow from the entry. The page makes its elements from the entry too.
#[test]
fn a_panel_added_to_the_table_has_a_tab_and_a_word_in_links() {
    let all: Vec<PanelInfo> = PANELS.into_iter().chain([LOCKS]).collect();
    assert_eq!(tabs(&all).last(), Some(&("locks", "Locks")));
    assert_eq!(tabs(&all).len(), tabs(&PANELS).len() + 1);
    let mut panels = Panels::default();
    assert!(!panels.take("open.locks"));
    assert!(panels.take_in(&all, "open.locks") && panels.is_open(&LOCKS));
    assert!(PANELS.iter().all(|panel| panel.fold == Fold::Never || !panels.is_open(panel)));
    assert_eq!(panels.words_in(&all), ["open.locks"]);
    let run = Run::new(Script::parse("file a 16 blocks\nt1: fsync").expect("a script").setup);
    let Contents::Tables(read) = LOCKS.contents else { panic!("it is made of tables") };
    assert_eq!(read(&run)[0].rows, [["t1", "0 steps"]]);
}

/// A design row needs only its entry in `src/kernel/row.rs`, with its own id, story and source.
#[test]
fn rows_are_told_apart() {
    for part in [Row::id, Row::story, Row::source] {
        let parts: BTreeSet<&str> = Row::ALL.map(part).into_iter().collect();
        assert!(!parts.contains(""));
    }
    let ids: BTreeSet<&str> = Row::ALL.map(Row::id).into_iter().collect();
    assert_eq!(ids.len(), Row::ALL.len());
    for (at, row) in Row::ALL.into_iter().enumerate() {
        assert_eq!(row as usize, at, "{} stands elsewhere in Row::ALL", row.id());
    }
}
