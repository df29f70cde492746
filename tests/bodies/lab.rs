//! Any text is either lines of a laboratory, which can be executed, undone and printed, or has an
//! error with its place.

use extentscope::view::lab::{Edition, Lab, LabOp, parse_lab};

use super::bytes::Bytes;
use super::check_place;

/// Words and signs of which the lines are made.
const WORDS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\n",
    " ",
    "#",
    "[",
    "/",
    ") ",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "8",
    "12",
    "16",
    "1000",
    "4294967295",
    "..",
    "@",
    "U",
    "W",
    "D",
    "H",
    "U@1000",
    "W@1004",
    "UD@8",
    "W*@1000",
    "[0/8) ",
    "[4/4) ",
    "[8/4) ",
    "[2/1) ",
    "[16/16) ",
    "[4294967290/5) ",
    "insert ",
    "disk ",
    "cache ",
    "delay ",
    "remove ",
    "lookup ",
    "find ",
    "scan ",
    "clusters ",
    "convert ",
    "dirty ",
    "clean ",
    "shrink ",
    "clear",
    "evict",
    "fail ",
    "build ",
    "rule ",
    "delayed ",
    "delonly ",
    "written ",
    "unwritten ",
    "hole ",
    "mapped ",
    "0..20",
    "4..5",
    "posted",
    "corrected",
    "ascending",
    "random",
    "dirty_bit ",
    "cluster_bits ",
    "pending",
    "unwritten_only",
    "no",
    " at ",
    "all",
    "é",
];

/// The largest tree that one input builds. A tree of the laboratory's own bound would take seconds.
const EXTENTS: u32 = 300;

/// Number of lines that one input executes.
const LINES: usize = 120;

/// Makes a laboratory's text from the input, and checks what it does.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let edition = *bytes.pick(&Edition::ALL);
    let text = bytes.text(WORDS);
    let ops = match parse_lab(&text) {
        Ok(ops) => ops,
        Err(error) => {
            check_place(&text, &error);
            let mut lab = Lab::new();
            lab.edit(&text);
            assert_eq!(lab.error(), Some(&error), "{text:?}");
            return;
        }
    };
    check_printed(&text, &ops);
    let built = ops.iter().map(|(_, op)| match op {
        LabOp::Build { extents, .. } => *extents,
        _ => 0,
    });
    if built.sum::<u32>() <= EXTENTS && ops.len() <= LINES {
        check_done(edition, &text);
    }
}

/// Checks that each printed line reads back as the same call.
fn check_printed(text: &str, ops: &[(u32, LabOp)]) {
    let printed: String = ops.iter().map(|(_, op)| format!("{op}\n")).collect();
    let again = parse_lab(&printed).unwrap_or_else(|e| panic!("{e}: {printed:?} of {text:?}"));
    assert!(again.iter().map(|(_, op)| op).eq(ops.iter().map(|(_, op)| op)), "{printed:?}");
}

/// Checks that all lines can be executed, shown and undone, and that the executed lines build the
/// same tree.
fn check_done(edition: Edition, text: &str) {
    let mut lab = Lab::new();
    lab.set_edition(edition);
    lab.edit(text);
    lab.seek(0);
    let mut trees = vec![lab.tree_text()];
    while lab.forward() {
        assert!(!lab.answer().is_empty(), "line {:?} of {text:?}", lab.place());
        trees.push(lab.tree_text());
    }
    let (done, of) = lab.place();
    assert_eq!(done, of, "{text:?}");
    let _ = (lab.state_text(), lab.caption(), lab.counters(), lab.margin(), lab.rows(0, 20));
    let _ = lab.picture();
    let mut other = Lab::new();
    other.set_edition(edition);
    other.edit(&lab.done_text());
    assert_eq!(other.error(), None, "{:?}", lab.done_text());
    other.seek(usize::MAX);
    assert_eq!(other.tree_text(), trees[done], "{text:?}");
    for at in [done / 2, done.saturating_sub(1), 0] {
        lab.seek(at);
        assert_eq!(lab.tree_text(), trees[at], "back at {at} of {text:?}");
    }
}
