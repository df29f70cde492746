//! Traces as the page shows them, without a browser: the contents of a book, its moves, and the
//! tree at an event.

mod trace_common;

use std::sync::LazyLock;

use extentscope::es::{EsOp, Extent, Memory, Status, Tree, Version};
use extentscope::scenario::{Link, Script};
use extentscope::trace::{EsCall, Event, Item, Reader, replay};
use extentscope::view::traces::{Ask, Book, Go, Sight, Summary};
use proptest::prelude::*;
use trace_common::{recorded, recorded_named};

fn read(text: &[u8], piece: usize) -> (Book, Result<Summary, String>) {
    let mut book = Book::new();
    for piece in text.chunks(piece) {
        if let Err(why) = book.feed(piece) {
            return (book, Err(why));
        }
    }
    let summary = book.finish();
    (book, summary)
}

fn at(book: &Book, at: u32, inode: Option<u16>, go: Go) -> Sight {
    book.look(&Ask { id: 1, at, inode, go })
}

/// What an event says of the tree.
enum Says {
    Call(EsCall),
    /// The cache was cleared (EXT4_IOC_CLEAR_ES_CACHE).
    Clear,
    Nothing,
}

/// All events of a trace: each with its line, and what it says of the tree.
fn events(text: &[u8]) -> Vec<(u64, Says)> {
    let item = |item| match item {
        Item::Event(record) => match record.event {
            Event::Stack => None,
            Event::Es(es) if es.inode.ino > 0 => Some((record.line, Says::Call(es.call))),
            Event::Marker(text) if text.ends_with(b"end clear_es ret=0") => {
                Some((record.line, Says::Clear))
            }
            _ => Some((record.line, Says::Nothing)),
        },
        _ => None,
    };
    Reader::new(text).filter_map(item).collect()
}

#[test]
fn the_tree_at_an_event_is_that_of_a_replay() {
    let text = recorded_named("s08-random-101").es();
    let (book, summary) = read(&text, 64 * 1024);
    let summary = summary.expect("a trace");
    let events = events(&text);
    assert_eq!(summary.events as usize, events.len());
    assert_eq!((summary.inodes.len(), summary.damaged), (1, 0));
    let rules = Version::V6_5.rules();
    let mut tree: Tree = Tree::new();
    let mut compared = 0;
    for (number, (line, call)) in (0_u32..).zip(&events) {
        if matches!(call, Says::Clear) {
            let kept: Vec<Extent> =
                tree.iter().filter(|it| it.status.any(Status::DELAYED)).collect();
            tree = Tree::new();
            for extent in kept {
                tree.apply(rules, &mut Memory::plenty(), EsOp::Insert(extent)).expect("a change");
            }
        }
        let op = match call {
            Says::Call(EsCall::Insert(extent)) => Some(EsOp::Insert(*extent)),
            Says::Call(EsCall::Cache(extent)) => Some(EsOp::CacheExtent(*extent)),
            Says::Call(EsCall::InsertDelayed { extent, lclu_allocated, end_allocated }) => {
                Some(EsOp::InsertDelayed {
                    lblk: extent.lblk,
                    len: extent.len,
                    lclu_allocated: *lclu_allocated,
                    end_allocated: *end_allocated,
                })
            }
            Says::Call(EsCall::Remove { lblk, len }) => {
                Some(EsOp::Remove { lblk: *lblk, len: *len })
            }
            _ => None,
        };
        if let Some(op) = op {
            tree.apply(rules, &mut Memory::plenty(), op).expect("a change");
        }
        if number % 97 == 0 && number < 3_000 {
            let sight = at(&book, number, None, Go::Here);
            assert_eq!((sight.at, u64::from(sight.rows[0].line) <= *line), (number, true));
            let all: Vec<Extent> = tree.iter().collect();
            assert_eq!(sight.extents as usize, all.len(), "event {number}");
            compared += 1;
        }
    }
    assert!(compared > 20);
}

/// The tree of a book at a dump is the dump, wherever `replay` agrees without doubt.
#[test]
fn the_tree_at_a_dump_is_the_dump() {
    let mut compared = 0;
    for folder in recorded() {
        let text = folder.es();
        let done = replay(&text, &folder.folder, Some(&folder.ops)).expect("it agrees");
        let doubt = done.resyncs.first().map_or(u64::MAX, |resync| resync.line);
        let (mut book, summary) = read(&text, 1 << 16);
        summary.expect("a trace");
        book.choose(folder.folder.rules().map(|rules| rules.version));
        // The first dump after each begin of one; the events of a file's trace have one inode.
        let mut number = 0_u32;
        let mut dumps = Vec::new();
        for item in Reader::new(&text) {
            let Item::Event(record) = item else { continue };
            if let Event::Stack = record.event {
                continue;
            }
            if let Event::Marker(marker) = record.event
                && let Ok(marker) = core::str::from_utf8(marker)
                && let Some(op) = marker.strip_suffix(" esdump begin")
                && record.line < doubt
            {
                dumps.push((number, op.trim_start_matches("op ").parse::<u32>().expect("it")));
            }
            number += 1;
        }
        dumps.dedup_by_key(|(_, op)| *op);
        for (number, op) in dumps.into_iter().step_by(13) {
            let record = folder.ops.iter().find(|record| record.index == op).expect("an op");
            let sight = at(&book, number, None, Go::Here);
            let place = |status: Status, pblk: u64| {
                let shown = status.is_mapped() && !status.any(Status::DELAYED);
                shown.then_some(pblk)
            };
            let expected: Vec<(u32, u32, Option<u64>)> = record
                .es
                .iter()
                .map(|it| (it.lblk, it.len, place(it.status, it.pblk)))
                .take(sight.tree.len())
                .collect();
            let got: Vec<(u32, u32, Option<u64>)> = sight
                .tree
                .iter()
                .map(|row| (row.lblk, row.len, row.pblk.filter(|_| !row.status.contains('D'))))
                .collect();
            assert_eq!(got, expected, "{} op {op}", folder.name);
            assert_eq!(sight.extents as usize, record.es.len(), "{} op {op}", folder.name);
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn the_reader_chooses_what_the_format_does_not_tell() {
    let line = |event: &str| format!("{LINE}{event}\n");
    let text: String = [
        "insert_extent: dev 8,1 ino 13 es [0/8) mapped 100 status U",
        "lookup_extent_exit: dev 8,1 ino 13 found 1 [0/8) 100 UR",
    ]
    .map(line)
    .concat();
    let (mut book, summary) = read(text.as_bytes(), 50);
    let summary = summary.expect("a trace");
    assert_eq!(
        (summary.rules.as_str(), summary.choices.join(" ")),
        ("v6.5", "v3.19 v6.5 v6.12".into())
    );
    assert!(summary.said.contains("choose the rules"), "{}", summary.said);
    book.choose(Some(Version::V6_12));
    let summary = book.summary();
    assert_eq!((summary.rules.as_str(), summary.said.as_str()), ("v6.12", ""));
    book.choose(None);
    assert_eq!(book.summary().rules, "v6.5");
    let told =
        line("insert_delayed_extent: dev 8,1 ino 13 es [5/9) mapped 0 status D allocated 0 1");
    let (_, summary) = read(told.as_bytes(), 50);
    let summary = summary.expect("a trace");
    assert_eq!((summary.rules.as_str(), summary.choices.len()), ("v6.12", 0));
}

fn any_go() -> impl Strategy<Value = Go> {
    prop_oneof![
        Just(Go::Here),
        (-50_i32..50).prop_map(Go::By),
        (0_u32..1_000).prop_map(Go::NextOf),
        Just(Go::FirstDifference),
        Just(Go::NextDifference),
        (0_u32..500).prop_map(Go::Line),
    ]
}

static TEXTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    const NAMES: [&str; 5] =
        ["s02-aio-batch", "s05-mix-1k", "s07-reclaim", "s11-concurrent-smp2", "s14-lossy-buffer"];
    let all = recorded().into_iter().filter(|folder| NAMES.contains(&folder.name.as_str()));
    all.map(|folder| folder.text("trace-full.txt").unwrap_or_else(|| folder.es())).collect()
});

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// A part of a recorded trace with damaged lines: the answers do not depend on the pieces in
    /// which it came, and nothing panics.
    #[test]
    fn pieces_do_not_matter_to_any_trace(
        which in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        lines in 1_usize..400,
        damage in proptest::collection::vec(
            (any::<prop::sample::Index>(), 0_usize..160, any::<u8>()), 0..12,
        ),
        pieces in (1_usize..5_000, 1_usize..90),
        asks in proptest::collection::vec((0_u32..500, proptest::option::of(0_u16..3), any_go()), 1..12),
    ) {
        let text = which.get(TEXTS.as_slice());
        let all: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        let first = from.index(all.len());
        let mut some: Vec<Vec<u8>> =
            all[first..].iter().take(lines).map(|line| line.to_vec()).collect();
        for (line, at, byte) in damage {
            let line = line.index(some.len());
            let line = &mut some[line];
            let at = at.min(line.len());
            match byte % 4 {
                0 => line.truncate(at),
                1 => line.insert(at, byte.max(1)),
                2 => line.extend_from_within(..at),
                _ => if let Some(place) = line.get_mut(at) { *place = byte.max(1) },
            }
        }
        let text = some.join(&b'\n');
        let (one, whole) = read(&text, text.len().max(1));
        let (other, cut) = read(&text, pieces.0);
        let (third, fine) = read(&text, pieces.1);
        prop_assert_eq!(&whole, &cut);
        prop_assert_eq!(&whole, &fine);
        for (event, inode, go) in asks {
            let sight = at(&one, event, inode, go);
            prop_assert_eq!(&sight, &at(&other, event, inode, go));
            prop_assert_eq!(&sight, &at(&third, event, inode, go));
        }
    }
}

#[test]
fn how_the_text_is_cut_does_not_matter() {
    let text = recorded_named("s01-dio-fallocated").text("trace-full.txt").expect("it");
    let (book, whole) = read(&text, text.len());
    for piece in [1_000, 4_097] {
        let (other, summary) = read(&text, piece);
        assert_eq!(summary, whole);
        for event in (0..whole.as_ref().expect("a trace").events).step_by(401) {
            let go = Go::Here;
            assert_eq!(at(&other, event, None, go), at(&book, event, None, go));
        }
    }
}

#[test]
fn no_lookup_of_a_recorded_trace_differs() {
    for name in ["s01-dio-fallocated", "s02-aio-batch", "s05-mix", "s09-aio-extend"] {
        for folder in recorded().into_iter().filter(|it| it.name == name) {
            let text = folder.text("trace-full.txt").expect("it");
            let summary = read(&text, 1 << 16).1.expect("a trace");
            let of = folder.folder.release.expect("a kernel");
            assert_eq!(summary.differences, 0, "{name} of {of}");
            // Only delayed extents are spelled otherwise from v6.12 on: without one a trace says no
            // more than that it is of v6.5 or later.
            let rules = summary.rules.as_str();
            let kernel = of.rules().map(|it| it.version.id());
            assert!(kernel == Some(rules) || rules == "v6.5", "{name} of {of}: {rules}");
        }
    }
}

const LINE: &str = "fio-9 [002] 5321.000101: ext4_es_";

fn small() -> Book {
    let lines = [
        "insert_extent: dev 8,1 ino 13 es [0/8) mapped 100 status U",
        "insert_extent: dev 8,1 ino 14 es [4/1) mapped 300 status W",
        "insert_extent: dev 8,1 ino 13 es [2/2) mapped 102 status W",
        "lookup_extent_exit: dev 8,1 ino 13 found 1 [0/2) 100 U",
        "lookup_extent_exit: dev 8,1 ino 13 found 1 [2/2) 555 W",
    ];
    let text: String = lines.iter().map(|line| format!("{LINE}{line}\n")).collect();
    let (book, summary) = read(text.as_bytes(), 7);
    assert_eq!(summary.expect("a trace").differences, 1);
    book
}

#[test]
fn one_goes_by_events_blocks_lines_inodes_and_differences() {
    let book = small();
    let goes = |from, inode, go| {
        let sight = at(&book, from, inode, go);
        (sight.at, sight.extents, sight.said)
    };
    let none = String::new;
    assert_eq!(goes(0, None, Go::Here), (0, 1, none()));
    assert_eq!(goes(0, None, Go::By(1)), (1, 1, none()));
    assert_eq!(goes(0, Some(0), Go::By(1)), (2, 3, none()));
    assert_eq!(goes(4, Some(0), Go::By(-2)), (2, 3, none()));
    assert_eq!(goes(4, None, Go::By(1)).2, "There is no further event.");
    assert_eq!(goes(0, None, Go::NextOf(4)), (1, 1, none()));
    assert_eq!(goes(0, Some(0), Go::NextOf(3)).0, 2);
    assert_eq!(goes(2, None, Go::NextOf(7)).2, "No later event touches block 7.");
    assert_eq!(goes(0, None, Go::Line(4)).0, 3);
    assert_eq!(goes(0, None, Go::Line(1_000)).0, 4);
    let (found, _, said) = goes(0, None, Go::FirstDifference);
    assert_eq!(found, 4);
    assert!(said.starts_with("The kernel found another extent; the tree had"), "{said}");
    assert_eq!(goes(4, None, Go::NextDifference).2, "No later difference.");
    let touched: Vec<bool> =
        at(&book, 2, None, Go::Here).tree.iter().map(|row| row.touched).collect();
    assert_eq!(touched, [false, true, false]);
}

#[test]
fn an_operation_opens_as_a_script() {
    let folder = recorded_named("s02-aio-batch");
    let text = folder.text("trace-full.txt").expect("it");
    let (book, summary) = read(&text, 1 << 16);
    let last = summary.expect("a trace").events - 1;
    let mut opened = 0;
    for event in (0..last).step_by(200) {
        let sight = at(&book, event, None, Go::Here);
        let Some(link) = sight.link else {
            assert!(sight.script.contains("no script") || sight.script.contains("No "));
            continue;
        };
        let (link, wrong) = Link::read(&link);
        assert_eq!(wrong, [""; 0]);
        assert!(Script::parse(&link.script).is_ok(), "{}", link.script);
        assert!(sight.script.starts_with("op "), "{}", sight.script);
        opened += 1;
    }
    assert!(opened > 5, "{opened}");
}

#[test]
fn what_is_no_trace_is_told_in_a_sentence() {
    let said = |text: &[u8]| read(text, 11).1.expect_err("no trace");
    assert_eq!(said(b""), "The file is empty: expected ftrace's text.");
    assert!(said(b"\x7fELF\0\0").starts_with("Byte 4 is not text"));
    assert!(said(b"Dear Jan,\n").contains("No line is an ftrace event"));
    assert!(said(b"fio-9 [00").contains("line 1: expected"));
    let xfs = b"fio-9 [002] 5321.000101: xfs_ilock: dev 8:1 ino 0x83\n";
    let summary = read(xfs, 100).1.expect("a trace of another file system");
    assert!(summary.said.starts_with("It has no event of an extent status tree"));
}
