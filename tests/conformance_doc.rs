//! Prints `docs/conformance.md` from the results for recorded traces of running kernels.

mod trace_common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use expect_test::expect_file;
use extentscope::trace::{Conformance, Folder, FollowOutcome, Why, conform, follow, replay};
use trace_common::recorded;

/// The kernel, and the special options of the filesystem.
fn column(folder: &Folder) -> String {
    let release = folder.release.map(|release| format!("{}.{}", release.major, release.minor));
    let mut text = release.unwrap_or_else(|| "?".into());
    if folder.block_size != 4096 {
        write!(text, ", {} B blocks", folder.block_size).expect("text");
    }
    if folder.cluster_bits > 0 {
        text += ", bigalloc";
    }
    if !folder.delalloc {
        text += ", nodelalloc";
    }
    if !folder.dioread_nolock && folder.block_size == 4096 {
        text += ", nodioread_nolock";
    }
    text
}

#[test]
fn the_document_matches_the_traces() {
    let mut columns: BTreeMap<String, (u32, Conformance)> = BTreeMap::new();
    let mut all = Conformance::default();
    let (mut events, mut dumps, mut lookups, mut resyncs) = (0, 0, 0, BTreeMap::new());
    let (mut folders, mut followed) = (0, String::new());
    for folder in recorded() {
        let done = replay(&folder.es(), &folder.folder, Some(&folder.ops)).expect("it agrees");
        folders += 1;
        events += done.counts.es;
        dumps += done.dumps;
        lookups += done.lookups;
        for resync in done.resyncs {
            *resyncs.entry(resync.why).or_insert(0) += 1;
        }
        let done = conform(&folder.folder, &folder.ops);
        assert_eq!(done.differences, [], "{}", folder.name);
        let (count, sum) = columns.entry(column(&folder.folder)).or_default();
        *count += 1;
        sum.add(&done);
        all.add(&done);
        if let Some(text) = folder.text("trace-full.txt") {
            let release = folder.folder.release.expect("a kernel");
            let done = follow(&text, &folder.folder, &folder.ops, &release.design());
            let (mut ops, mut explained, mut passed) = (0, 0, 0);
            for op in &done.ops {
                match &op.outcome {
                    FollowOutcome::Followed(path) => {
                        ops += 1;
                        explained += path.of;
                    }
                    FollowOutcome::Passed(_) => passed += 1,
                    FollowOutcome::Ends { event, .. } => panic!("{}: {event}", folder.name),
                }
            }
            let (name, design) = (&folder.name, release.design());
            let kernel = format!("{}.{}", release.major, release.minor);
            writeln!(followed, "| {kernel} {name} | {design} | {ops} | {explained} | {passed} |")
                .expect("text");
        }
    }
    let mut text = HEAD.to_string();
    let why = |why: Why| resyncs.get(&why).copied().unwrap_or(0);
    writeln!(
        text,
        "{folders} folders, {events} events, {dumps} dumps: 0 differ. {} dumps are \
         resynchronised: {} after the shrinker, {} beside CLEAR_ES_CACHE, {} after lost events. \
         {lookups} answers of lookups are compared as well: none is another one.\n",
        resyncs.values().sum::<u32>(),
        why(Why::Reclaim),
        why(Why::Clear),
        why(Why::Lost),
    )
    .expect("text");
    text += CONFORM;
    table(&mut text, &columns);
    let line = all.line();
    let (line, names) = line.split_once(" (").expect("what is not modelled");
    writeln!(text, "\n`{line}`\n\nNot modelled: {}.", names.trim_end_matches(')')).expect("text");
    text += FOLLOW;
    text += &followed;
    expect_file!["../docs/conformance.md"].assert_eq(&text);
}

fn table(text: &mut String, columns: &BTreeMap<String, (u32, Conformance)>) {
    let words: BTreeSet<&String> =
        columns.values().flat_map(|(_, sum)| sum.agree.keys().chain(sum.differ.keys())).collect();
    let names: Vec<&str> = columns.keys().map(String::as_str).collect();
    writeln!(text, "| operation | {} |", names.join(" | ")).expect("text");
    writeln!(text, "|---|{}", "---|".repeat(names.len())).expect("text");
    for word in words {
        write!(text, "| {word} |").expect("text");
        for (_, sum) in columns.values() {
            let agree = sum.agree.get(word).copied().unwrap_or(0);
            let differ = sum.differ.get(word).copied().unwrap_or(0);
            match agree + differ {
                0 => text.push_str(" |"),
                of => write!(text, " {agree} of {of} |").expect("text"),
            }
        }
        text.push('\n');
    }
}

const HEAD: &str = "\
# What this was checked against

Printed by `tests/conformance_doc.rs` from traces of running kernels (`tests/data/ftrace`): run
`UPDATE_EXPECT=1 cargo test --test conformance_doc` after a change.

## `extentscope replay`: the tree

The events of a trace drive the extent status tree, under the rules of its kernel; each dump of the
kernel's tree (`EXT4_IOC_GET_ES_CACHE`) is compared with it, extent by extent.

";

const CONFORM: &str = "\
## `extentscope conform`: the machine

Each operation runs in the machine from the state before it; the tree that the machine ends with is
compared with the dump after it, status by status and block by block. Runs of blocks that the
operation and both dumps treat alike are one block of the machine; a tree of more runs is looked at
through several windows.

";

const FOLLOW: &str = "
## `extentscope follow`: a trace as a run

The events of each operation (requests, work, commits, system calls, changes of the tree) are shown
by a run of the machine. What is passed over is named by the command. Answers of lookups are
compared with the tree, REFERENCED marks included.

| trace | design | operations followed | events explained | passed over |
|---|---|---|---|---|
";
