//! Adding an operation or a knob is local: what CONTRIBUTING.md lists under "What to touch" is all.

use std::collections::BTreeSet;

use extentscope::kernel::{OPS, Op, OpArgs, OpInfo, Ranges, Row};
use extentscope::scenario::{Script, parse_op_line, parse_op_line_in};

/// An operation that the language does not have.
static ZERO: OpInfo = OpInfo {
    word: "zero_all",
    usage: "zero_all 0 8",
    what: "zeroes a range",
    on_file: true,
    ranges: Ranges::One,
    sync: false,
    number: None,
    make: |&OpArgs { ino, range, .. }| Op::Fallocate { ino, range },
};

/// A row in the table is all that the parser needs: arguments, errors and suggestions follow.
#[test]
fn an_operation_that_is_added_to_the_table_is_read() {
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
    check("zero_all 2 3", "Fallocate { ino: 0, range: Range { lblk: 2, len: 3 } }");
    check("zero_all 2+3 file=b", "Fallocate { ino: 1, range: Range { lblk: 2, len: 3 } }");
    check("zero_all 2 3 sync=1", "expected as in: zero_all 0 8");
    check("zero_al 2 3", "(did you mean zero_all?)");
    check("zero_all", "the line ends here, expected a range: zero_all 0 8");
    assert!(parse_op_line(&setup, "zero_all 2 3").is_err());
}

/// A knob that is not in the table could not be written, and two designs would have one name.
#[test]
fn every_knob_is_in_the_table_of_knobs() {
    let debug = format!("{:?}", Row::V3_8.knobs());
    let fields = debug.trim_start_matches("Knobs {").trim_end_matches('}').split(',');
    let names = fields.filter_map(|field| Some(field.split_once(':')?.0.trim().to_string()));
    let listed = extentscope::kernel::KNOBS.iter().map(|knob| knob.id.to_string());
    assert_eq!(names.collect::<BTreeSet<_>>(), listed.collect::<BTreeSet<_>>());
}

/// A design row is its entry in `src/kernel/row.rs`: id, story and source are its own.
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
