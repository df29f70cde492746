//! The reader of traces and the replay, tested with traces of a running kernel.

mod trace_common;

use expect_test::{Expect, expect};
use extentscope::es::{Extent, Status, Version};
use extentscope::kernel::{Note, is_environment};
use extentscope::scenario::{Run, Script};
use extentscope::trace::{
    EsCall, Event, Folder, Item, OpRecord, Reader, ReplayError, Spelling, Why, ops_of_markers,
    replay, unpack, what_is_wrong,
};
use proptest::prelude::*;
use trace_common::{read_bytes, recorded, recorded_named};

#[test]
fn every_line_of_every_recorded_trace_is_read() {
    const FILES: [&str; 4] =
        ["trace-es.txt", "trace-es-stack.txt", "trace-es-pipe.txt", "trace-full.txt"];
    let (mut files, mut lines, mut es, mut damaged) = (0, 0, 0, 0);
    for folder in recorded() {
        for text in FILES.iter().filter_map(|name| folder.text(name)) {
            let mut reader = Reader::new(&text);
            for item in reader.by_ref() {
                if let Item::Damaged(fault) = item {
                    panic!("{}: {fault}", folder.name);
                }
            }
            files += 1;
            lines += reader.counts().lines;
            es += reader.counts().es;
            damaged += reader.counts().damaged;
        }
    }
    assert_eq!((files, lines, es, damaged), (101, 634_894, 473_489, 0));
}

#[test]
fn every_dump_of_every_recorded_trace_agrees() {
    let (mut dumps, mut resyncs, mut outside, mut lookups) = (0, [0; 3], 0, (0, 0));
    for folder in recorded() {
        let done = replay(&folder.es(), &folder.folder, Some(&folder.ops));
        let done = done.unwrap_or_else(|error| panic!("{}: {error}", folder.name));
        dumps += done.dumps;
        outside += done.outside;
        lookups.0 += done.lookups;
        lookups.1 += done.lookups_differ;
        for resync in done.resyncs {
            resyncs[resync.why as usize] += 1;
        }
    }
    assert_eq!((dumps, resyncs, outside, lookups), (6465, [42, 0, 1], 19, (155_299, 0)));
}

#[test]
fn the_full_trace_of_a_run_replays_like_that_of_its_file() {
    let mut folders = 0;
    for folder in recorded() {
        let Some(text) = folder.text("trace-full.txt") else { continue };
        let full = replay(&text, &folder.folder, Some(&folder.ops));
        let full = full.unwrap_or_else(|error| panic!("{}: {error}", folder.name));
        let file = replay(&folder.es(), &folder.folder, Some(&folder.ops)).expect("as above");
        assert_eq!(full.dumps, file.dumps, "{}", folder.name);
        folders += 1;
    }
    assert_eq!(folders, 22);
}

/// A replay that cannot fail proves nothing, so each line that changes the tree is left out in
/// turn.
#[test]
fn a_missing_change_is_found() {
    let folder = recorded_named("s01-dio-fallocated");
    let text = folder.es();
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let changes = |line: &&[u8]| {
        let has = |what: &[u8]| line.windows(what.len()).any(|window| window == what);
        has(b"ext4_es_insert_extent") || has(b"ext4_es_remove_extent")
    };
    let (mut tried, mut found) = (0, 0);
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| changes(line)) {
        let without: Vec<&[u8]> =
            lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, line)| *line).collect();
        let done = replay(&without.join(&b'\n'), &folder.folder, Some(&folder.ops));
        tried += 1;
        found += u32::from(matches!(done, Err(ReplayError::Differs { .. })));
    }
    // The other lines repeat what the tree already says: an unwritten extent is split and merges
    // again.
    assert_eq!((tried, found), (62, 38));
}

#[test]
fn a_difference_has_its_place_and_both_values() {
    let folder = recorded_named("s01-dio-fallocated");
    let text = String::from_utf8(folder.es()).expect("text");
    let text = text.replacen("es [16/4) mapped 1079 status W", "es [16/3) mapped 1079 status W", 1);
    let error = replay(text.as_bytes(), &folder.folder, Some(&folder.ops)).expect_err("a lie");
    let said = error.to_string();
    let first = "op 1 dio_write off=65536 len=16384 sync=0: block 19\n  expected [0/16) U@1063";
    assert!(said.contains(first) && said.contains("\n  got      [0/16) U"), "{said}");
    let ReplayError::Differs { so_far, .. } = error else { panic!("{said}") };
    assert_eq!(so_far.dumps, 2);
}

/// The text of one event in every version, and the values that are read.
#[test]
fn every_spelling_is_read() {
    use Spelling::{
        DelayedBlock, DelayedExtent, FindDelayedRange, FindRange, HexStatus, NoPblk, Ones59,
        Ones60, Referenced, Seq, ShrinkEnter, ShrinkScan,
    };
    let extent = |text: &str| text.parse::<Extent>().expect(text);
    let insert = |text: &str| EsCall::Insert(extent(text));
    let delayed = |text: &str, lclu_allocated, end_allocated| EsCall::InsertDelayed {
        extent: extent(text),
        lclu_allocated,
        end_allocated,
    };
    let check = |event: &str, expect: EsCall, spelling: Option<Spelling>| {
        let line = format!("dd-999 [000] .... 100.000001: ext4_es_{event}\n");
        let mut reader = Reader::new(line.as_bytes());
        match reader.next() {
            Some(Item::Event(record)) => match record.event {
                Event::Es(es) => assert_eq!(es.call, expect, "{event}"),
                other => panic!("{event}: {other:?}"),
            },
            other => panic!("{event}: {other:?}"),
        }
        if let Some(spelling) = spelling {
            assert!(reader.spellings().has(spelling), "{event}: {spelling:?}");
        }
    };
    check("insert_extent: dev 8,1 ino 13 es [4/2)", insert("[4/2) D"), Some(NoPblk));
    let hex =
        "insert_extent: dev 8,1 ino 13 es [0/1) mapped 1152921504606846975 status 2000000000000000";
    check(hex, insert("[0/1) D"), Some(HexStatus));
    check(hex, insert("[0/1) D"), Some(Ones60));
    let hex = "insert_extent: dev 8,1 ino 13 es [0/1) mapped 7 status 6000000000000000";
    check(hex, insert("[0/1) UD@7"), Some(HexStatus));
    let hex = "insert_extent: dev 8,1 ino 13 es [0/1) mapped 7 status 80000000";
    check(hex, insert("[0/1) W@7"), Some(HexStatus));
    check("insert_extent: dev 8,1 ino 13 es [0/8) mapped 7 status U", insert("[0/8) U@7"), None);
    let ones = "insert_extent: dev 8,1 ino 13 es [0/8) mapped 576460752303423487 status D";
    check(ones, insert("[0/8) D"), Some(Ones59));
    let poison = "insert_extent: dev 8,1 ino 13 es [0/8) mapped 549196775151 status H";
    check(poison, insert("[0/8) H"), None);
    let seq = "insert_extent: dev 8,1 ino 13 es [0/8) mapped 7 status W seq 17";
    check(seq, insert("[0/8) W@7"), Some(Seq));
    let cache = "cache_extent: dev 8,1 ino 13 es [0/8) mapped 7 status W";
    check(cache, EsCall::Cache(extent("[0/8) W@7")), None);
    let block = "insert_delayed_block: dev 8,1 ino 13 es [5/1) mapped 0 status D allocated 1";
    check(block, delayed("[5/1) D", true, false), Some(DelayedBlock));
    let many = "insert_delayed_extent: dev 8,1 ino 13 es [5/9) mapped 0 status D allocated 0 1";
    check(many, delayed("[5/9) D", false, true), Some(DelayedExtent));
    let many =
        "insert_delayed_extent: dev 8,1 ino 13 es [5/9) mapped 0 status D allocated 1 0 seq 3";
    check(many, delayed("[5/9) D", true, false), Some(Seq));
    let remove = EsCall::Remove { lblk: 4, len: 4_294_967_291 };
    check("remove_extent: dev 8,1 ino 13 es [4/4294967291)", remove, None);
    check("lookup_extent_enter: dev 8,1 ino 13 lblk 4", EsCall::Lookup { lblk: 4 }, None);
    let found = |text: &str| EsCall::Found(Some(extent(text)));
    let hole = "lookup_extent_exit: dev 253,0 ino 12 found 1 [2/4294967293) 0 HR";
    check(hole, found("[2/4294967293) HR"), Some(Referenced));
    let glued = "lookup_extent_exit: dev 253,0 ino 12 found 1 [2/4) 9 W0x10";
    check(glued, found("[2/4) WR@9"), Some(Ones59));
    check("lookup_extent_exit: dev 8,1 ino 13 found 0 [0/0) 0 ", EsCall::Found(None), None);
    check("lookup_extent_exit: dev 8,1 ino 13 found 0 [0/0) 0 0", EsCall::Found(None), None);
    check("find_extent_enter: dev 8,1 ino 13 start 4", EsCall::Find { lblk: 4 }, None);
    let old = "find_extent_exit: dev 8,1 ino 13 es [4/2) ret 9";
    check(old, EsCall::FindFound(Some(extent("[4/2) D"))), None);
    check("find_delayed_extent_enter: dev 8,1 ino 13 lblk 4", EsCall::Find { lblk: 4 }, None);
    let find = "find_delayed_extent_range_enter: dev 8,1 ino 13 lblk 4";
    check(find, EsCall::Find { lblk: 4 }, Some(FindDelayedRange));
    let find = "find_extent_range_exit: dev 8,1 ino 13 es [0/0) mapped 0 status ";
    check(find, EsCall::FindFound(None), Some(FindRange));
    let shrink = "shrink_enter: dev 8,1 nr_to_scan 128 cache_cnt 9";
    check(shrink, EsCall::ShrinkEnter { nr_to_scan: 128 }, Some(ShrinkEnter));
    let shrink = "shrink_exit: dev 8,1 shrunk_nr 7 cache_cnt 2";
    check(shrink, EsCall::ShrinkExit { nr_shrunk: 7 }, Some(ShrinkEnter));
    let shrink = "shrink_count: dev 8,1 nr_to_scan 128 cache_cnt 9";
    check(shrink, EsCall::ShrinkCount, Some(ShrinkScan));
    let shrink = "shrink_scan_exit: dev 8,1 nr_shrunk 7 cache_cnt 2";
    check(shrink, EsCall::ShrinkExit { nr_shrunk: 7 }, Some(ShrinkScan));
    let shrink = "shrink: dev 8,1 nr_shrunk 7, scan_time 3 nr_skipped 0 retried 0";
    check(shrink, EsCall::Shrink { nr_shrunk: 7 }, Some(ShrinkScan));
    let ours = EsCall::ShrinkCount;
    check("reclaim_extents_count: dev 8,1 cached objects nr 9", ours, Some(ShrinkEnter));
}

#[test]
fn the_event_format_determines_the_rules() {
    let check = |event: &str, expect: Version| {
        let line = format!("dd-999 [000] .... 1.0: ext4_es_{event}\n");
        let mut reader = Reader::new(line.as_bytes());
        reader.by_ref().for_each(drop);
        assert_eq!(reader.spellings().version(), Some(expect), "{event}");
    };
    check("insert_extent: dev 8,1 ino 13 es [4/2)", Version::V3_8);
    check("lookup_extent_exit: dev 8,1 ino 1 found 1 [0/4) 9 4000000000000000", Version::V3_9);
    check("shrink_enter: dev 8,1 nr_to_scan 128 cache_cnt 9", Version::V3_11);
    check("lookup_extent_exit: dev 253,0 ino 12 found 1 [2/4) 9 W0x10", Version::V3_19);
    check("lookup_extent_exit: dev 253,0 ino 12 found 1 [2/4) 9 WR", Version::V6_5);
    let many = "insert_delayed_extent: dev 8,1 ino 13 es [5/9) mapped 0 status D allocated 0 1";
    check(many, Version::V6_12);
}

#[test]
fn a_damaged_line_is_skipped_with_an_error() {
    let check = |line: &str, expected: &str| {
        let good = "dd-9 [000] .... 1.0: ext4_es_lookup_extent_enter: dev 8,1 ino 13 lblk 4";
        let text = format!("{good}\n{line}\n{good}\n");
        let mut reader = Reader::new(text.as_bytes());
        let damaged: Vec<String> = reader
            .by_ref()
            .filter_map(|item| match item {
                Item::Damaged(fault) => Some(fault.to_string()),
                _ => None,
            })
            .collect();
        assert_eq!(damaged.len(), 1, "{line}");
        assert!(damaged[0].starts_with("line 2: ") && damaged[0].contains(expected), "{damaged:?}");
        assert_eq!((reader.counts().es, reader.counts().damaged), (2, 1), "{line}");
    };
    let es = |rest: &str| format!("dd-9 [000] .... 1.0: ext4_es_{rest}");
    check("dd-9 [000", "a command, a dash, a pid");
    check("no trace at all", "a command, a dash, a pid");
    check("dd-9 [000] ....", "a time and a colon");
    check("dd-9 [000] .... 1.0: ext4_es_in", "an event's name and a colon");
    check(&es("insert_extent: dev 8,1 in"), "`dev major,minor ino number`");
    check(&es("insert_extent: dev 8,1 ino 13 es [16/4"), "`es [start/length)`");
    check(&es("insert_extent: dev 8,1 ino 13 es [16/4) mapp"), "`mapped block status letters`");
    check(&es("insert_extent: dev 8,1 ino 13 es [16/4) mapped 10"), "`mapped block status");
    check(&es("insert_extent: dev 8,1 ino 13 es [16/4) mapped 10 status "), "letters W, U, D");
    check(&es("insert_extent: dev 8,1 ino 13 es [16/4) mapped 10 status WX"), "letters W, U, D");
    check(&es("insert_extent: dev 8,1 ino 13 es [16/4) mapped 10 status WW"), "letters W, U, D");
    check(&es("insert_extent: dev 8,1 ino 13 es [4294967296/4) mapped 10 status W"), "`es [start");
    check(&es("insert_extent: dev 8,1 ino 13 es [4294967295/4) mapped 10 status W"), "2^32");
    check(&es("insert_extent: dev 8,1 ino 13 es [0/0) mapped 10 status W"), "2^32");
    check(&es("remove_extent: dev 8,1 ino 13 es [4/4294967295)"), "2^32");
    check(&es("insert_extent: dev 8,1 ino 13 es [0/4) mapped 10 status W\u{fffd}\u{1}"), "letters");
    check(&es("insert_extent: dev 8,1 ino 13 es [0/4) mapped 10 status W extra"), "nothing more");
    check(
        &es("insert_delayed_block: dev 8,1 ino 13 es [5/1) mapped 0 status D"),
        "`allocated 0|1`",
    );
    check(&es("lookup_extent_exit: dev 8,1 ino 13 found 2 [5/1) 0 D"), "`found 0|1");
    check(&es("lookup_extent_exit: dev 8,1 ino 13 found 1 [5/1) 0 "), "letters W, U, D");
    check(&es("shrink_scan_exit: dev 8,1 nr_shr"), "the shrinker's counts");
    check("dd-9 [000] .... 1.0: block_rq_issue: 254,0 WS 16", "a device, letters");
}

#[test]
fn a_file_that_is_not_a_trace_gets_an_error() {
    let check = |bytes: &[u8], folder: &Folder, expected: &str| {
        let said = match unpack(bytes) {
            Err(error) => error.to_string(),
            Ok(text) => replay(&text, folder, None).expect_err("no trace").to_string(),
        };
        assert!(said.contains(expected), "{said}");
    };
    let any = Folder::default();
    check(b"", &any, "the file is empty");
    check(b"\x7fELF\x02\x01\x01\x00", &any, "byte 7 is not text");
    check(b"\x1f\x8b\x08\x00half", &any, "gzip data cannot be unpacked");
    check(b"hello\n", &any, "no ext4_es_* event in 1 lines, and no other event");
    check(b"fio-9 [00", &any, "line 1: expected a command, a dash, a pid and a CPU");
    let xfs = b"dd-9 [000] .... 1.0: xfs_file_read: dev 8:1 ino 0x83\n";
    check(xfs, &any, "1 other events (most of them xfs_file_read)");
    let old = Folder::parse("uname: Linux h 3.7.10 #1 SMP x86_64");
    check(xfs, &old, "kernel 3.7.10 has no extent status tree");
    let said = |text: &[u8]| what_is_wrong(text, &any).map(|error| error.to_string());
    assert!(said(xfs).is_some_and(|it| it.contains("most of them xfs_file_read")));
    assert_eq!(said(SAMPLE.as_bytes()), None);
}

/// A trace without files beside it: its markers name the operations, and its events give the trees.
#[test]
fn markers_supply_the_operations_of_a_trace() {
    for name in ["s01-dio-fallocated", "s05-mix"] {
        let folder = recorded_named(name);
        let text = folder.text("trace-full.txt").expect("a full trace");
        let rules = folder.folder.rules().expect("a kernel");
        let ops = ops_of_markers(&text, &rules);
        assert_eq!(ops.len(), folder.ops.len(), "{name}");
        let place = |extent: &Extent| {
            let status = extent.status.kind();
            let shown = status.is_mapped() && !status.any(Status::DELAYED);
            (extent.lblk, extent.len, status, if shown { extent.pblk } else { 0 })
        };
        for (got, expected) in ops.iter().zip(&folder.ops) {
            assert_eq!((got.index, &got.op, got.ret), (expected.index, &expected.op, expected.ret));
            let trees = [&got.es, &expected.es].map(|es| es.iter().map(place).collect::<Vec<_>>());
            assert_eq!(trees[0], trees[1], "{name} op {}", got.index);
            assert_eq!(got.size, expected.size, "{name} op {}", got.index);
        }
    }
    assert_eq!(ops_of_markers(b"dd-9 [000] .... 1.0: x: y\n", Version::V6_5.rules()), []);
}

/// What the comparison with running kernels found wrong in the machine, as scripts: the ES tree at
/// the end of the only run.
#[test]
fn the_machine_does_what_the_traces_show() {
    let check = |design: &str, script: &str, expect: Expect| {
        let text = format!("design {design}\n{script}");
        let setup = Script::parse(&text).unwrap_or_else(|error| panic!("{error}")).setup;
        let mut run = Run::new(setup);
        loop {
            let choices = run.enabled();
            let own = choices.iter().find(|it| !is_environment(run.state(), **it));
            let Some(choice) = own.copied() else { break };
            run.step(choice).expect("an enabled choice");
        }
        let tree =
            |extent: Extent| format!("[{}/{}) {}", extent.lblk, extent.len, extent.status.kind());
        let got: Vec<String> = run.state().inodes[0].es.iter().map(tree).collect();
        expect.assert_eq(&got.join(" "));
    };
    // A truncation that grows the file frees nothing from v4.1 on.
    let grows = "file a 4 blocks, W 0+2\nt1: dio_read 2 1\nt1: truncate 8\n";
    check("v6.7", grows, expect!["[2/14) H"]);
    check("v3.12", grows, expect!["[2/6) H"]);
    // A zero range over delayed blocks leaves them delayed too until v6.11.
    let zeroed = "file a 4 blocks, W 0+2\nt1: buf_write 2 1\nt1: zero_range 0 4\n";
    check("v6.7", zeroed, expect!["[0/2) U [2/1) UD [3/1) U [4/12) H"]);
    check("v6.12", zeroed, expect!["[0/4) U [4/12) H"]);
    // A search for data caches the extent that it finds to its end.
    let sought = "file a 8 blocks, W 2+6\nt1: seek_data 3\n";
    check("v6.7", sought, expect!["[3/5) W"]);
    // `nodelalloc` turns dioread_nolock off from v5.6 on.
    let no_delay = "mount dioread_nolock nodelalloc\nfile a 4 blocks\nt1: buf_write 1 2\n";
    check("v6.7", no_delay, expect!["[0/1) H [1/2) W [3/13) H"]);
    check("v4.13", no_delay, expect!["[0/1) H [1/2) U [3/13) H"]);
}

/// Collapse range writes dirty pages before it moves blocks: until v4.4 all from its range on, since
/// then only those that move, and the one with the first byte of the range.
#[test]
fn a_collapse_writes_what_moves() {
    let written = |design: &str, dirty: &[u8]| -> Vec<u8> {
        let writes: String = dirty.iter().map(|lblk| format!("t1: buf_write {lblk} 1\n")).collect();
        let text = format!("design {design}\nfile a 8 blocks, W 0+8\n{writes}t1: collapse 1 3\n");
        let setup = Script::parse(&text).unwrap_or_else(|error| panic!("{error}")).setup;
        let mut run = Run::new(setup);
        let mut written = Vec::new();
        loop {
            let choices = run.enabled();
            let own = choices.iter().find(|it| !is_environment(run.state(), **it));
            let Some(choice) = own.copied() else { return written };
            run.step(choice).expect("an enabled choice");
            for note in run.last_notes() {
                if let Note::Submitted { io } = note {
                    written.extend(run.state().ios[usize::from(*io)].blocks());
                }
            }
        }
    };
    assert_eq!(written("v3.12", &[0, 2, 6]), [2, 6]);
    assert_eq!(written("v6.7", &[0, 2, 6]), [6]);
    assert_eq!(written("v6.7", &[1, 2, 4]), [1, 4]);
    assert_eq!(written("v6.7", &[3]), [0_u8; 0]);
}

#[test]
fn other_printers_of_the_same_events_are_read() {
    let check = |line: &str, expect: &str| {
        let mut reader = Reader::new(line.as_bytes());
        let Some(Item::Event(record)) = reader.next() else { panic!("{line}") };
        assert_eq!(format!("{:?}", record.event), expect, "{line}");
    };
    let lookup =
        "Es(EsLine { inode: InodeId { major: 8, minor: 1, ino: 13 }, call: Lookup { lblk: 4 } })";
    check("dd-9  [000]  1.000001: ext4_es_lookup_extent_enter: dev 8,1 ino 13 lblk 4", lookup);
    check("dd-9  [000]  1.000001: ext4_es_lookup_extent_enter:   dev 8,1 ino 13 lblk 4", lookup);
    check("dd  9 [000]  1.000001: ext4:ext4_es_lookup_extent_enter: dev 8,1 ino 13 lblk 4", lookup);
    check(
        "dd-9  [000]  1.000001: sys_exit_pwrite64: 0x4000",
        "SyscallExit { name: [112, 119, 114, 105, 116, 101, 54, 52], result: 16384 }",
    );
    check("dd-9  [000]  1.000001: print: tracing_mark_write: op", "Marker([111, 112])");
    check(
        "dd-9  [000]  1.000001: sys_fsync -> 0xfffffffffffffffb",
        "SyscallExit { name: [102, 115, 121, 110, 99], result: -5 }",
    );
}

/// A hand-written trace of v6.12: a run of delayed blocks, the allocation of its middle, which
/// clears DELAYED, and the dump.
#[test]
fn the_rules_of_v6_12_hold_for_its_traces() {
    let text = "\
dd-9 [000] ..... 1.0: tracing_mark_write: op 0 begin buf_write off=0 len=32768 sync=0
dd-9 [000] ..... 1.1: ext4_es_insert_delayed_extent: dev 8,1 ino 12 es [0/8) mapped 0 status D allocated 0 0
dd-9 [000] ..... 1.2: ext4_es_insert_extent: dev 8,1 ino 12 es [2/2) mapped 70 status U
dd-9 [000] ..... 1.3: tracing_mark_write: op 0 end buf_write ret=32768
dd-9 [000] ..... 1.4: tracing_mark_write: op 0 esdump begin
";
    let ops = br#"{"i":0,"op":"buf_write off=0 len=32768 sync=0","ret":32768,"es":[
        {"lblk":0,"pblk":0,"len":2,"flags":"0x6"},{"lblk":2,"pblk":70,"len":2,"flags":"0x800"},
        {"lblk":4,"pblk":0,"len":4,"flags":"0x7"}]}"#;
    let ops = String::from_utf8_lossy(ops).replace('\n', " ");
    let ops = OpRecord::parse_all(ops.as_bytes()).expect("one operation");
    let folder = Folder::parse("uname: Linux guest 6.12.117+deb13-amd64 #1 SMP\ninode: 12\n");
    let done = replay(text.as_bytes(), &folder, Some(&ops)).expect("it agrees");
    assert_eq!((done.dumps, done.resyncs.len()), (1, 0));
    // The same trace without the kernel's version; the name of the event implies it.
    let folder = Folder { from_the_start: true, ..Folder::default() };
    assert_eq!(replay(text.as_bytes(), &folder, Some(&ops)).expect("as well").dumps, 1);
}

#[test]
fn facts_that_a_trace_does_not_contain_are_named() {
    let insert = |lblk: u32| {
        format!(
            "dd-9 [000] ..... 1.0: ext4_es_insert_extent: dev 8,1 ino 12 es [{lblk}/4) mapped {lblk} status W\n"
        )
    };
    let dump = |extents: &[u32]| {
        let extents: Vec<String> = extents
            .iter()
            .map(|lblk| format!(r#"{{"lblk":{lblk},"pblk":{lblk},"len":4,"flags":"0x0"}}"#))
            .collect();
        let line = format!(r#"{{"i":0,"op":"x","ret":0,"es":[{}]}}"#, extents.join(","));
        OpRecord::parse_all(line.as_bytes()).expect("one operation")
    };
    let check = |text: &str, extents: &[u32], expect: Result<Option<Why>, u32>| {
        let text = format!("{text}dd-9 [000] ..... 2.0: tracing_mark_write: op 0 esdump begin\n");
        let folder = Folder { from_the_start: true, ino: Some(12), ..Folder::default() };
        let got = match replay(text.as_bytes(), &folder, Some(&dump(extents))) {
            Ok(done) => Ok(done.resyncs.first().map(|resync| resync.why)),
            Err(ReplayError::Differs { difference, .. }) => Err(difference.lblk),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(got, expect, "{text}");
    };
    let shrink = |freed: u32| {
        format!(
            "dd-9 [000] ..... 1.0: ext4_es_shrink_scan_enter: dev 8,1 nr_to_scan 9 cache_cnt 9\n\
             dd-9 [000] ..... 1.0: ext4_es_shrink_scan_exit: dev 8,1 nr_shrunk {freed} cache_cnt 9\n"
        )
    };
    let clear = |inside: &str| {
        format!(
            "dd-9 [000] ..... 1.0: tracing_mark_write: op 0.A0 begin clear_es\n{inside}\
             dd-9 [000] ..... 1.0: tracing_mark_write: op 0.A0 end clear_es ret=0\n"
        )
    };
    let (a, b) = (insert(0), insert(100));
    let reclaim = Ok(Some(Why::Reclaim));
    check(&format!("{a}{b}"), &[0, 100], Ok(None));
    check(&format!("{a}{b}"), &[100], Err(0));
    check(&format!("{a}{b}{}", shrink(1)), &[100], reclaim);
    check(&format!("{a}{b}{}", shrink(1)), &[0, 100], Ok(None));
    check(&format!("{a}{b}{}", shrink(0)), &[100], Err(0));
    check(&format!("{a}{}{b}", shrink(1)), &[0], Err(100));
    check(&format!("{a}{}{b}", shrink(1)), &[100], reclaim);
    check(&format!("{a}{b}{}", shrink(1)), &[0, 50, 100], Err(50));
    check(&format!("{a}{}", clear("")), &[], Ok(None));
    check(&format!("{a}{}", clear("")), &[0], Err(0));
    check(&format!("{a}{}", clear(&b)), &[], Ok(Some(Why::Clear)));
    check(&format!("{a}{}", clear(&b)), &[100], Ok(None));
    check(&format!("{a}{}", clear(&b)), &[0, 100], Err(0));
    let lost = "CPU:0 [LOST 9 EVENTS]\n";
    check(&format!("{a}{lost}{b}"), &[50, 100], Ok(Some(Why::Lost)));
    check(&format!("{a}{lost}{b}"), &[50], Err(100));
    let half = "dd-9 [000] ..... 1.0: ext4_es_insert_extent: dev 8,1 ino 12 es [50/4) map\n";
    check(&format!("{a}{half}"), &[0, 50], Ok(Some(Why::Lost)));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_bytes(&bytes);
    }

    /// Lines of a real trace, some of them cut, doubled, or with changed bytes.
    #[test]
    fn damaged_traces_are_read(
        cuts in proptest::collection::vec((0_usize..60, 0_usize..160, any::<u8>()), 1..20),
    ) {
        let mut lines: Vec<Vec<u8>> = SAMPLE.lines().map(|line| line.as_bytes().to_vec()).collect();
        for (line, at, byte) in cuts {
            let at_line = line % lines.len();
            let line = &mut lines[at_line];
            let at = at.min(line.len());
            match byte % 4 {
                0 => line.truncate(at),
                1 => line.insert(at, byte),
                2 => line.extend_from_within(..at),
                _ => if let Some(place) = line.get_mut(at) { *place = byte.max(1) },
            }
        }
        read_bytes(&lines.join(&b'\n'));
    }
}

const SAMPLE: &str = "\
# entries-in-buffer/entries-written: 7/7   #P:1
            fio-1234    [002] .....  5321.000101: ext4_es_insert_extent: dev 8,1 ino 13 es [0/8) mapped 33280 status U
          <idle>-0       [002] d.h1.  5321.000530: ext4_es_lookup_extent_enter: dev 8,1 ino 13 lblk 0
          <idle>-0       [002] d.h1.  5321.000531: ext4_es_lookup_extent_exit: dev 8,1 ino 13 found 1 [0/8) 33280 UR
   kworker/u16:3-77      [001] .....  5321.000915: ext4_es_cache_extent: dev 8,1 ino 13 es [8/4294967287) mapped 0 status H
   kworker/u16:3-77      [001] .....  5321.000916: ext4_es_insert_delayed_block: dev 8,1 ino 13 es [9/1) mapped 0 status D allocated 0
   kworker/u16:3-77      [001] .....  5321.000917: ext4_es_remove_extent: dev 8,1 ino 13 es [4/4294967291)
   kworker/u16:3-77      [001] .....  5321.000918: ext4_es_shrink: dev 8,1 nr_shrunk 1, scan_time 3 nr_skipped 0 retried 0
CPU:1 [LOST 9 EVENTS]
  jbd2/sda1-8-301     [000] ....  5321.100000: jbd2_start_commit: dev 8,1 transaction 57 sync 0
            esop-573     [000] .....    13.081751: block_rq_issue: 254,0 WS 8192 () 168 + 16 [esop]
            esop-573     [000] d.h1.    13.082336: block_rq_complete: 254,0 WS () 168 + 16 [0]
            esop-573     [000] ...1.    13.105701: sys_pwrite64(fd: a, buf: 7fda55beb000, count: 4000, pos: 10000)
            esop-573     [000] ...1.    13.124023: sys_pwrite64 -> 0x4000
            esop-573     [000] .....    13.130494: tracing_mark_write: op 1 esdump end
";
