//! `docs/verdicts.md` is printed from what the explorer finds, and from what was expected by
//! reasoning before there was one. `UPDATE_EXPECT=1 cargo test` writes it anew.

use std::fmt::Write as _;

use expect_test::expect_file;
use extentscope::bounds::STATES_MAX;
use extentscope::check::{Detail, Report};
use extentscope::kernel::{Design, Promise, Row};
use extentscope::scenario::{Cell, Matrix, agrees};

/// The designs that were reasoned about.
const DESIGNS: [&str; 12] = [
    "v3.8",
    "rfc-v1",
    "rfc-nopblk",
    "rfc-dirty",
    "rfc-osync",
    "kara",
    "kara-opt",
    "rfc-v5",
    "v3.9",
    "v3.11",
    "v3.12",
    "v5.5",
];

/// What was expected of each design, scenario by scenario, with knobs turned; `.` where the
/// reasoning says nothing.
#[rustfmt::skip]
const REASONED: &[(&str, &str, [&str; 12])] = &[
    ("S1", "", ["ok", "ok", "RAW", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok"]),
    ("S2", "", ["ok", "RAW", "RAW", "ok", "RAW", "ok", "ok", "ok", "ok", "ok", "ok", "ok"]),
    ("S3", "", ["ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok"]),
    ("S4", "", ["ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok"]),
    ("S4", "+fsync=writeback",
        [".", FSYNC, FSYNC, FSYNC, FSYNC, "ok", FSYNC, "ok", "ok", "ok", "ok", "ok"]),
    ("S5a", "", ["ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", OSYNC, "ok", "ok"]),
    ("S5b", "", [OSYNC, OSYNC, OSYNC, OSYNC, "ok", "ok", "ok", OSYNC, OSYNC, OSYNC, "ok", "ok"]),
    ("S6", "", [OSYNC, OSYNC, OSYNC, OSYNC, OSYNC, "ok", "ok", OSYNC, OSYNC, OSYNC, "ok", "ok"]),
    ("S7", "", [".", ".", ".", ".", DEAD, "ok", "ok", ".", ".", ".", "ok", "ok"]),
    ("S8", "", ["ok", "RAW", "RAW", "RAW", "RAW", "ok", "ok", "ok", "ok", "ok", "ok", "ok"]),
    ("S9", "", ["ok", BOUN, BOUN, BOUN, BOUN, "ok", BOUN, "ok", "ok", "ok", "ok", "ok"]),
    ("S10", "+trunc=dio_count",
        ["ok", TRUN, TRUN, TRUN, TRUN, "ok", TRUN, "ok", "ok", "ok", "ok", "ok"]),
    ("H-h", "+worker_via_es",
        [".", FSYNC, ".", FSYNC, FSYNC, ".", FSYNC, ".", ".", ".", ".", "."]),
    ("S12", "", [ERR, ERR, ERR, ERR, "ok", "ok", ERR, ERR, ERR, ERR, ERR, "ok"]),
    ("H-a2", "", [".", ".", ".", "RAW", ".", ".", "RAW", ".", ".", ".", ".", "."]),
];
const FSYNC: &str = "FSYNC-DURABLE";
const OSYNC: &str = "OSYNC-DURABLE";
const DEAD: &str = "NO-DEADLOCK";
const BOUN: &str = "BOUNDED";
const TRUN: &str = "TRUNC-EXCL";
const ERR: &str = "ERR-REPORT";

/// Why some cells are not what was expected, in the order of the differences.
const REASONS: &[(&str, &str)] = &[
    (
        "S10",
        "its fallocate does not wait for pending conversions either, so that the blocks it allocates \
         are converted by the old one; the RFC rows keep v3.8's wait there",
    ),
    ("S12", "the worker's `aio_complete` gets the byte count; nothing in the thread changes that"),
    (
        "H-a2",
        "marking an entry dirty at submission splits it there, in task context, so the irq has \
         nothing to allocate",
    ),
];

#[test]
fn the_page_of_verdicts_is_up_to_date() {
    let mut matrix = Matrix::of_everything();
    fill(&mut matrix);
    assert_eq!(matrix.unexpected().count(), 0, "a preset's script expects something else");
    expect_file!["../docs/verdicts.md"].assert_eq(&page(&matrix));
}

fn fill(matrix: &mut Matrix) {
    for number in 0..matrix.len() {
        let search = matrix.search(number, STATES_MAX).expect("a cell");
        matrix.fill(number, &Report::of(&search, Detail::Verdicts), None);
    }
}

fn page(matrix: &Matrix) -> String {
    let mut page = format!("{HEAD}{matrix}{ROWS}{}{REASONING}", rows());
    let mut reasons = REASONS.iter();
    for difference in differences(matrix) {
        let Difference { scenario, knobs, designs, expected, computed } = difference;
        let reason = reasons.next().filter(|(of, _)| *of == scenario);
        let (_, why) =
            reason.unwrap_or_else(|| panic!("why is {scenario} {designs:?} {computed}?"));
        let designs: Vec<String> = designs.iter().map(|design| format!("`{design}`")).collect();
        let knobs = if knobs.is_empty() { knobs.into() } else { format!(" with `{knobs}`") };
        let designs = designs.join(", ");
        writeln!(page, "| {scenario}, {designs}{knobs} | {expected} | {computed} | {why} |")
            .expect("a String takes it");
    }
    assert_eq!(reasons.next(), None, "this is no difference");
    page + TAIL
}

/// What each row stands for, as a table.
fn rows() -> String {
    Row::ALL.iter().fold(String::new(), |mut table, row| {
        writeln!(table, "| `{}` | {} | {} |", row.id(), row.source(), row.story())
            .expect("a String takes it");
        table
    })
}

/// A cell's broken promises; with knobs turned it is not one of the matrix and is searched here.
fn broken(matrix: &Matrix, scenario: &str, design: &str, knobs: &str) -> u16 {
    if knobs.is_empty() {
        let is_it = |cell: &&Cell| cell.scenario == scenario && cell.design == design;
        return matrix.cells().find(is_it).expect("a cell of the matrix").broken;
    }
    let design = Design::parse(&format!("{design} {knobs}")).expect("a design");
    let scenario = matrix.scenarios().iter().find(|s| s.name == scenario).expect("a scenario");
    let mut column = Matrix::new(vec![design], vec![scenario.clone()]);
    fill(&mut column);
    column.cell(0).expect("it is filled").broken
}

/// Cells of a scenario that are not what was expected, in the same way.
struct Difference {
    scenario: &'static str,
    knobs: &'static str,
    designs: Vec<&'static str>,
    expected: &'static str,
    computed: String,
}

fn differences(matrix: &Matrix) -> Vec<Difference> {
    let mut differences: Vec<Difference> = Vec::new();
    for &(scenario, knobs, row) in REASONED {
        for (design, expected) in DESIGNS.into_iter().zip(row) {
            if expected == "." {
                continue;
            }
            let broken = broken(matrix, scenario, design, knobs);
            if agrees(Promise::find(expected).map_or(0, Promise::bit), broken) {
                continue;
            }
            let computed = names(broken);
            let same = |other: &&mut Difference| {
                (other.scenario, other.knobs, other.expected) == (scenario, knobs, expected)
                    && other.computed == computed
            };
            match differences.iter_mut().find(same) {
                Some(other) => other.designs.push(design),
                None => {
                    let designs = vec![design];
                    let new = Difference { scenario, knobs, designs, expected, computed };
                    differences.push(new);
                }
            }
        }
    }
    differences
}

fn names(broken: u16) -> String {
    let broken = Promise::ALL.into_iter().filter(|promise| broken & promise.bit() != 0);
    let ids: Vec<&str> = broken.map(Promise::id).collect();
    if ids.is_empty() { "ok".into() } else { ids.join(" ") }
}

const HEAD: &str = "\
# Verdicts, and where they differ

`tests/verdicts_doc.rs` prints this page from the results of the explorer, and fails when the page
is out of date. `tests/data/counts.txt` has the number of states of each cell. The `expect` lines of
the presets state the same verdicts.

## What is computed

Every preset under every design, in every interleaving. Where a cell has more than
`MATRIX_FIRST_STATES` states its search is reduced by quiet steps, which changes no verdict
(`src/kernel/quiet.rs`).

```text
";
const ROWS: &str = "\
```

## What each row stands for

| row | read in | what it does |
|---|---|---|
";
const REASONING: &str = "
Kernels between two rows are the row before them with knobs turned:

* v2.6.36 to v3.6 acknowledge after the conversion, and flush only what is on the list.
* v3.19 to v4.12 are `v3.12 +es_version=v3.19`, v3.16 to v3.18 in what fsync is told.
* v4.14 to v4.16 are `v4.13 +invalidate` (332391a9935d, 5e25c269e17d), v4.17 to v5.4 also
  `+extends=i_disksize` (45d8ec4d9fd5).
* v6.5 and v6.6 are `v5.5 +es_version=v6.5`.
* `v2.6.35` has no ES tree. It flushes the list in fsync and converts under `i_mutex`, so that no
  acknowledged conversion is missed: here it waits for `i_unwritten`, which comes to the same.
  Truncate waits for `i_alloc_sem`, here `i_dio_count`, and for no conversion (until 3889fd57ea3e).

## Where reasoning said something else

Before there was a machine, a table of scenarios by designs was derived by reasoning (section 12 of
the dossier that this project began with; H-a2 is from its section 4). Every cell of it that says
something is compared. Three of its rows are knobs here: S4' is S4 with `+fsync=writeback`, S10 is
read there with `+trunc=dio_count` (as posted, truncate still waits for `i_unwritten`, and all
designs are ok), and S11 is H-h with `+worker_via_es`, where the table allows RAW or FSYNC-DURABLE.
Its S5 is two: S5a, in which the submitter reaps, after `io_submit` and with it
`generic_write_sync` has returned, and S5b, in which another thread does.

| cell | by reasoning | computed | why |
|---|---|---|---|
";
const TAIL: &str = "
## Choices where the sources leave one

* **The RFC's worker updates the ES tree after its disk conversion**, under
  `i_data_sem`, as `ext4_map_blocks` does. The text of RFC v1's sibling patches
  is not available; series v5 bypasses the lookup, and whether it inserts
  afterwards does not change any verdict of the presets.
* **`rfc-v1` converts with the corrected text**, since the text of v1 is not
  known; `+es_convert=posted` is the text of series v5.
* **RFC rows keep v3.8's waits** in fsync, truncate and fallocate: the patch does
  not touch them.
* **`kara` reports a failed conversion** as the AIO's result: completing after the
  conversion is what makes that possible.
* **A synchronous overwrite under dioread_nolock** drops `i_mutex` and holds `i_data_sem` for
  reading until its bio is done, as in v3.8, in all designs with `i_mutex`, although later kernels
  of the row `v3.12` leave it to `i_dio_count`. Whoever changes the disk tree waits for it; no
  verdict turns on it.
* **A page that a buffered read puts into the page cache is locked until its bio is done**, and it
  is mapped under that lock. Invalidation, truncate and a buffered write wait for the lock;
  `drop_caches` passes a locked page. The bios of one read are done together, and what is copied to
  the reader is copied in one step.
* **Pages that are read while a direct write is on its way** are dropped when it is done: by a
  synchronous write in all designs (`generic_file_direct_write` of mm/filemap.c tries again after
  `->direct_IO`), by an AIO write with the knob `invalidate`, which `v5.5` has
  (`iomap_dio_complete`). Kernels before v4.14, and the row `v3.12`, leave the old page to a later
  buffered read: RAW, in feature `invalidate`. Since dropping pages may sleep, `v5.5` completes
  every AIO write in a worker, overwrites too.
* **A block that truncate has cut off is owed to nobody**, also if its write is acknowledged between
  truncate's wait for direct IO and the cut.
* **`i_size` and `i_disksize` are two**, in blocks. A buffered write moves the first; writeback, or
  the write itself where its last block is written already, moves the second. A direct write that
  extends the file puts the inode on the orphan list in the handle that allocates, waits for its
  bio under the lock, also as AIO, and updates both in a handle of its own; one that fails is cut
  off again. Truncate updates `i_size` when it drops the pages and everything else in one handle,
  where the kernel has two. Recovery takes `i_disksize` and cuts off what lies beyond it where the
  inode is on the orphan list; what is written there and not cut off counts as shown
  (NO-STALE-CRASH), since it shows as soon as the file grows.
* **A page whose writeback failed is clean**, and only the error of its mapping is left. `wb_error`
  says who is told of it: the first call that waits for writeback while something of the file is
  cached (`AS_EIO`, until v3.15), the first such call (865ffef3797d, v3.16), or the first fsync of
  each open file (`errseq_t`, v4.13; each thread has one of its own). `AS_ENOSPC` would be told with
  it. A direct IO that waits for pages takes the flag and returns the error. `PageError`, by which a
  call that was waiting for just that page is told too, is not kept.
* **A call that returned an error promises nothing**, and a later one that returns 0 promises all that
  was acknowledged before it: a second fsync after one that failed breaks FSYNC-DURABLE in every
  kernel, which is what databases found in 2018. ERR-REPORT is that nobody's fsync returns 0 who has
  not been told.
* **Unwritten extents that touch are one extent of the disk tree** where `merge_unwritten` says so, as
  in v3.7 and v3.8 (`v3.8` and the RFC's rows; ec22ba8edb50 ended it in v3.9): preallocation makes
  the extent before it longer, or the one behind, and the conversion takes the whole extent that it
  finds. What an allocation of a write leaves stays apart, since submission splits it off at once.
* **A buffered write is a delayed one** (delalloc, the default), block by block: what has no place
  gets a DELAYED entry, and writeback allocates it, unwritten first under dioread_nolock. What a
  lookup misses is cached, a hole with the whole gap around it, up to the first delayed block;
  until v3.18 only where nothing in the gap is delayed, and not at all in a file without extents.
  fallocate over delayed blocks leaves them UNWRITTEN and DELAYED until v6.11.
* **fiemap and SEEK_DATA ask the ES tree alone about delayed blocks**: a block whose page is dirty
  and that they take for a hole breaks KEEP-DELAYED, as does a shrinker that takes its entry
  (`+shrink_delayed`, which no kernel does).
* **A small journal** (`journal N`) follows `add_transaction_credits` of fs/jbd2/transaction.c
  v3.12: a handle that finds the transaction full asks for its commit and waits; half of a
  transaction can be reserved; the next transaction begins with what is reserved. A reserved
  handle joins even a locked transaction. The handle of a buffered write, which it holds while it
  waits for its page, is told apart from its copy only there: elsewhere no commit waits for it.
  The deadlocks that follow (`tests/data/features.txt`, `journal` and `queue`) are v3.11's two
  reasons for reserved handles and for two workqueues.

## What running kernels taught

`docs/conformance.md` says how the machine was held against traces of 6.1. Two faults of the machine
came out, and are mended:

* A miss in a hole caches the whole gap between two extents, up to the delayed blocks in it, and
  not the piece that was asked for (from v3.19 on here; 6.1.192 was read and traced).
* Writeback of pages over written blocks asks neither tree: their buffers are mapped.

What a real kernel does besides, and the machine does not:

* Whoever reads a leaf of the disk tree caches all of its extents (`ext4_cache_extents`), and one
  that lies in the inode is cached each time it is asked. The machine's disk tree has no leaves.
* `drop_caches 2` looks at twice as many entries as there are, in runs of 128. An entry that was
  looked up is spared once a run, so a file system with 64 entries at most loses none of them.
* Without dioread_nolock, writeback into unwritten blocks may write zeroes into what is beside, up to
  32 KiB, and call that written too (`ext4_ext_convert_to_initialized`).
* A direct read that begins before the end of the file maps all that was asked for.
* `s_dio_done_wq` starts another kworker whenever one sleeps: eight O_DSYNC writes sync side by
  side. The machine has three for direct IO (`KWORKERS_MAX`).
* While a commit is written, new handles begin in the next transaction; in the machine they wait for
  its end.

## What is not modelled

* Blocks smaller than pages, and unaligned direct IO (`ext4_aio_mutex`). What that mutex prevents
  is that two writes into one unwritten block each zero the other's half: a block here has one
  content, and would need one a sector. The op language takes bytes, in whole blocks.
* The overwrite path of an AIO write: it holds `i_data_sem` only while it submits, which is one
  step. (A synchronous one holds it until its bio is done.)
* Journal space beyond one transaction: with `journal N` credits are counted in handles, all of
  one size, and given back only where a handle changes nothing (a delayed write); checkpoints and
  revoke records are not modelled.
* A write that another write overtakes on the device before it is acknowledged
  promises nothing of its own.
* That later kernels, v5.5 among them, merge unwritten extents of the disk tree again, other than at
  a direct write's submission (`ext4_can_extents_be_merged`). Here they stay as submission split them,
  as in v3.9 (ec22ba8edb50): a lookup ends where an extent does.
* Bigalloc in the machine, with reservations and their release; the tree has it. `nodelalloc`, and
  ENOSPC at writeback.
* The plug of `io_submit`: the bios of a batch may complete one by one, as on a device that does
  not merge. A plug only takes interleavings away.
* Errors of `io_submit` other than `-EAGAIN`, which a full context gives.
";
