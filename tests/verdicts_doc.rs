//! Prints `docs/verdicts.md` from the explorer's results, and from the verdicts that were expected
//! by reasoning before the explorer existed. `UPDATE_EXPECT=1 cargo test` writes the file again.

use std::fmt::Write as _;

use expect_test::expect_file;
use extentscope::bounds::STATES_MAX;
use extentscope::check::{Detail, Report};
use extentscope::kernel::{Design, Promise, Row};
use extentscope::scenario::{Cell, Matrix, agrees};

/// The designs that the reasoning covers.
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

/// The expected verdict of each design, by scenario and turned knobs; `.` if the reasoning has no
/// expectation.
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

/// The reasons why some cells differ from the expectation, in the order of the differences.
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

/// The source and the story of each row, as a table.
fn rows() -> String {
    Row::ALL.iter().fold(String::new(), |mut table, row| {
        writeln!(table, "| `{}` | {} | {} |", row.id(), row.source(), row.story())
            .expect("a String takes it");
        table
    })
}

/// A cell's broken promises. A cell with turned knobs is not in the matrix, so it is searched here.
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

/// Cells of a scenario that differ from the expectation in the same way.
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

Every preset under every design, in every interleaving. If a cell has more than
`MATRIX_FIRST_STATES` states its search is reduced by persistent sets, which changes no verdict
(`docs/decisions/reduction.md`).

```text
";
const ROWS: &str = "\
```

## What each row stands for

| row | read in | what it does |
|---|---|---|
";
const REASONING: &str = "
A kernel between two rows is the earlier row with knobs turned:

* v3.7 is `v3.8 +ordered=writeback_and_write`.
* v2.6.36 to v3.6 acknowledge after the conversion, and flush only the IOs on the list.
* v3.16 to v3.18 differ from `v3.12` in the errors that fsync reports (`+wb_error=flag`).
* v3.19 to v4.12 are `v3.12 +es_version=v3.19`, until v4.0 (and in v3.18) also `+zero_forgets`, from v4.5
  on also `+overwrites=own_io_end` (74dae4278546), from v4.6 on also `+failed_dio=stays_unwritten` (74c66bcb7eda), from v4.7 on also `+ordered=all` (06bd3c36a733).
* v4.14 to v4.16 are `v4.13 +invalidate` (332391a9935d, 5e25c269e17d), v4.17 to v5.4 also
  `+extends=i_disksize` (45d8ec4d9fd5), v4.20 to v5.4 also `+reservations=es_tree` (8fcc3a580651),
  v5.3 and v5.4 also `+trunc_order=dio_first` (b9c1c26739ec).
* v6.8 to v6.11 are `v6.7 +delay_lock=exclusive` (acf795dc161f), but for one thing: in them the ES
  tree remembers the hole that a punch leaves (9f1118223aa0), which here begins with `v6.12`.
* v6.5 and v6.6 are `v5.5 +es_version=v6.5`, and so are v6.3 and v6.4 but for the ES tree.
* v6.15 is `v6.12 +failed_writeback=stays_unwritten`.
* `v2.6.35` has no ES tree. The kernel flushes the list in fsync and converts under `i_mutex`, so
  that it misses no acknowledged conversion. The model waits for `i_unwritten`, which has the same
  effect. Truncate waits for `i_alloc_sem` (`i_dio_count` in the model), and not for conversions
  (until 3889fd57ea3e) nor for readers under dioread_nolock, who do not hold that lock.

## Where the verdict differs from the reasoning

Before the machine existed, a table of scenarios by designs was derived by reasoning from the thread
and from the kernel sources. It is `REASONED` in `tests/verdicts_doc.rs`. Every cell with an
expectation is compared with the computed verdict. Three of its rows turn a knob:

* S4 with `+fsync=writeback`;
* S10 with `+trunc=dio_count`. As posted, truncate still waits for `i_unwritten`, and all designs
  are ok;
* H-h with `+worker_via_es`, where the reasoning allowed RAW or FSYNC-DURABLE.

S5 became two presets. In S5a the submitter reaps, after `io_submit` has returned, which includes
`generic_write_sync`. In S5b another thread reaps.

| cell | by reasoning | computed | why |
|---|---|---|---|
";
const TAIL: &str = "
## Choices that the sources leave open

* **The RFC's worker updates the ES tree after its disk conversion**, under `i_data_sem`, as
  `ext4_map_blocks` does. The text of RFC v1's sibling patches is not available; series v5 bypasses
  the lookup, and whether it inserts afterwards does not change any verdict of the presets.
* **`rfc-v1` converts with the corrected text**, since the text of v1 is not known;
  `+es_convert=posted` is the text of series v5.
* **RFC rows keep v3.8's waits** in fsync, truncate and fallocate: the patch does not touch them.
* **`kara` reports a failed conversion** as the AIO's result: completing after the conversion is
  what makes that possible.
* **A synchronous overwrite under dioread_nolock** drops `i_mutex` and holds `i_data_sem` for
  reading until its bio is done, as in v3.8, in all designs with `i_mutex`. Later kernels of the row
  `v3.12` rely on `i_dio_count` instead. A task that changes the disk tree waits for it. No verdict
  depends on this choice.
* **A page that a buffered read adds to the page cache is locked until its bio is done**, and it is
  mapped under that lock. Invalidation, truncate and a buffered write wait for the lock;
  `drop_caches` skips a locked page. All bios of one read complete together, and the data is copied
  to the reader in one step.
* **Pages that are read during a direct write** are dropped when the write is done: by a synchronous
  write in all designs (`generic_file_direct_write` of mm/filemap.c tries again after
  `->direct_IO`), by an AIO write with the knob `invalidate`, which `v5.5` has
  (`iomap_dio_complete`). In kernels before v4.14, and in the row `v3.12`, a later buffered read
  returns the old page: RAW, in feature `invalidate`. Since dropping pages may sleep, `v5.5`
  completes every AIO write in a worker, including overwrites. Both before and after the write,
  `invalidate_inode_pages2_range` waits for a page under writeback and leaves a dirty one.
* **Two writes to one block that are in flight together have no order**, so either may win, as POSIX
  has it. A page that is dirty or under writeback when a direct write is acknowledged has been written
  since the submission, which wrote all dirty pages under the lock. Its data will take the place of
  the direct write's, and what readers, fsync and O_(D)SYNC are promised is the page's data or later
  data. If the page has been written back before, the direct write has won, and a clean page with the
  old data is stale: RAW until v4.13 (332391a9935d). What no order of the writes allows still breaks
  each promise.
* **Truncate sets the size first, or waits for direct IO first** (`trunc_order`). `notify_change` takes
  `i_alloc_sem` before `ext4_setattr` sets the size (read in v2.6.35). From v3.7 to v5.2
  `ext4_setattr` sets the sizes and then waits (1c9114f9c0f1; read in v3.8, v3.9, v3.10, v3.11, v3.15,
  v4.4, v4.9, v4.10, v4.20 and v5.2); readers under dioread_nolock take the lock meanwhile. From v5.3
  on it waits first again (b9c1c26739ec; read in v5.3 and v5.14), when readers take the lock anyway.
  Where a reader without a lock can start between the wait and the size (`+trunc_order=dio_first`, as
  in v3.1 to v3.6), or is not waited for (`v2.6.35`), it reads blocks that are freed and reused: the
  size that ends a direct read is that of its begin, so another file's data is returned (NO-STALE).
* **Truncate's first handle** puts a file that gets shorter on the orphan list and sets `i_disksize`,
  its second one frees the blocks. Between them a power cut leaves a short file, and recovery frees
  the rest. Until v3.11 `i_size` is set after that handle; the model sets both sizes in one step.
* **A truncation that grows the file waits for no direct IO and frees nothing** (`ext4_setattr`; until
  v4.0 it calls `ext4_truncate`, which finds nothing beyond the end; with `i_alloc_sem` it waits too).
* **Truncate ends the promises about the blocks that it frees** when it sets the size. A write that is
  acknowledged later promises nothing about them.
* **`i_size` and `i_disksize` are separate**, both in blocks. A buffered write updates the first.
  Writeback updates the second; if the last block of the write is written already, the write itself
  does. A direct write that extends the file puts the inode on the orphan list in the handle that
  allocates. It waits for its bio under the lock, even as AIO, and updates both sizes in a separate
  handle. If it fails, its blocks are freed again. Recovery takes
  `i_disksize`, and frees the blocks beyond it if the inode is on the orphan list. Written blocks
  that stay there count as exposed (NO-STALE-CRASH), because they become visible as soon as the file
  grows.
* **A page whose writeback failed is clean**, and only the error of its mapping is left. `wb_error`
  says which call reports it: the first call that waits for writeback while a page of the file is
  cached (`AS_EIO`, until v3.15), the first such call (865ffef3797d, v3.16), or the first fsync of
  each open file (`errseq_t`, v4.13; each thread has its own open file). `AS_ENOSPC` would be
  reported together with it. A direct IO that waits for pages takes the flag and returns the error.
  `PageError` is not modelled, and no verdict depends on it: it informs a second call that is
  waiting for the same page, and the run in which the second call comes later exists anyway. A read
  of a page that is up to date does not look at it.
* **A call that returned an error makes no promise**. A call that returns 0 promises what was
  acknowledged before it, except for data that an earlier call on the same open file has reported
  lost. The kernel reports a loss once to each open file, and no more is to be had: a second fsync
  returns 0 although the data is gone, in every kernel, as databases found in 2018. A caller that
  has not been told is owed everything: if its fsync returns 0, that breaks ERR-REPORT, and
  FSYNC-DURABLE in a power cut. Data that is written again after the report is owed again.
* **If the submitter's fsync of an O_(D)SYNC AIO write fails** (until v3.11), nobody is told:
  `ext4_file_dio_write` still returns `-EIOCBQUEUED`, and the event reports success.
* **Adjacent unwritten extents are one extent of the disk tree** with `merge_unwritten`, as until
  v3.8 (ec22ba8edb50 ended it in v3.9). Preallocation extends the extent before it or the one after
  it. An extent that a write allocates stays separate, because submission splits it off immediately.
  Until v3.6 the conversion converts the whole extent that it finds (`fallocate_waits=no`). In v3.7
  fallocate waits (60d4616f3dc6), and the conversion splits an extent that has grown (dee1f973ca34).
  Either change is enough for preallocation beside direct IO; only the second one is enough beside
  writeback (D2). `fallocate_waits=splits` is the second change alone, from v3.9 on.
* **`i_dio_count` of a synchronous write drops** when its bio is done until v3.10, after its
  conversion from v3.11 on, and after its size update where that is part of `->end_io` (v6.7).
* **Lifetimes**: a thread has each file open that its program uses, until it closes it. An AIO in
  flight has its file open too, until `aio_complete`. The task that puts the last reference to a
  file without a name evicts the inode; if it must not sleep, a kworker does (the delayed `fput`).
  Eviction waits for PageWriteback, until v3.10 also for each `io_end` (`evict`), and frees the
  blocks and the inode. A later use of the inode breaks FREE-ONCE. `complete_last` means that
  `aio_complete` comes after every use of the inode, as from v3.9 on, and in `v2.6.35`, where
  `dio_bio_end_aio` calls it last. Until v2.6.37 an `io_end` holds a reference of its own, so that
  the worker may put the last. An inode whose file has a name stays in memory, until a buffered
  write that needs memory evicts it (`allow reclaim`). After unlink, nothing that fsync promised of
  the file is owed.
* **`convert_lock`**: until v3.6 the worker takes `i_mutex` to convert. `v2.6.35` does without,
  since its fsync waits for `i_unwritten` under that lock, which its kernel's does not. F3 shows
  what 2581fdc81088 reports: a write under `i_mutex` evicts an inode whose conversion is queued
  behind one that wants that lock.
* **The RFC's rows keep the `io_end`** that they hand to the worker until they have read it. As
  posted, `ext4_end_io_bh` reads `io_end->iocb` after `ext4_add_complete_io`: `rfc-v1
  +io_end_ref=no` breaks FREE-ONCE in every AIO write into unwritten blocks.
* **`es_lock=plain`** is RFC v1 as posted: NO-DEADLOCK is broken if a task takes `i_es_lock` with
  interrupts on while a bio is in flight whose irq converts early (H-k).
* **An overwrite of preallocated blocks takes `i_rwsem` shared** from v6.3 on (in the model
  with the ES tree of v6.5), so that two such writes are mapped and converted side by side.
* **A direct read takes `i_rwsem` shared** from v4.9 on, under every mount (`nolock_read=shared`, in
  `v4.13`). The lock is called `i_mutex` until v4.6.
* **A buffered write is a delayed write** (delalloc, the default), block by block. A block without a
  place on disk gets a DELAYED entry, and writeback allocates it, under dioread_nolock as unwritten.
  After a miss the lookup caches its result; for a hole that is the whole gap around the block, up
  to the first delayed block. Until v3.18 it caches a hole only if nothing in the gap is delayed,
  and not in a file without extents. fallocate over delayed blocks makes them UNWRITTEN and DELAYED
  until v6.11.
* **Punch, zero, collapse and insert range** write dirty pages first, take the lock, drop the pages and
  wait for direct IO, in the order of each kernel (`fill_lock`): until v4.4 pages go first, and
  nothing keeps others from caching a block again before it goes; from v4.5 on direct IO is waited for
  first, and page faults are kept out (`i_mmap_sem`), from v5.15 on reads too (`invalidate_lock`): R2.
  A punch counts as a write of zeroes: a later read that returns what was there breaks RAW, an fsync
  promises it. `trunc` says what a punch waits for besides, and TRUNC-EXCL is about its blocks too.
  Blocks that collapse and insert range move keep their content's name; a call that goes on meanwhile
  may see either order. A kernel without the flag refuses it (punch from v3.0, zero and collapse
  range from v3.15, insert range from v4.2 on, here with the row `v4.13`).
* **A shift drops `i_data_sem` between its handles**, if it needs more than one
  (`ext4_datasem_ensure_credits`): the extents from the range on have left the ES tree, and the
  blocks have not moved yet. fiemap, which took no lock until v6.15, caches the old place of a block
  then, and later reads go there: R5. From v6.16 on it takes `i_rwsem` (`fiemap_lock`), as the rules
  of 24b7a2331fcd demand of everybody who maps blocks. In the machine the shift takes two steps only
  if some thread calls fiemap; until v5.6 fiemap asks the disk tree and caches nothing.
* **`move_extents` exchanges blocks one by one** (`EXT4_IOC_MOVE_EXT`, as rewritten in v3.18, here
  from the row `v4.13` on), with the other file of the script, and only for blocks that are unwritten
  there. It holds the locks of both files, but the lookup of a block comes before its pages are
  locked, and writeback may convert the block in between. Until v6.18 the call looks again under the
  locks (`mext_check_coverage`), from v6.19 on it compares `i_es_seq`, the count of changes of the ES
  tree. Both find every change that matters here, so they are one knob: `+move_check=no` copies no
  data for a block that has become written, and the file then shows what the other block held (R6).
  Commits wait for the data of moved blocks. A dirty page ends the call, as in the kernel, which
  first tries a commit. No other operation of the machine uses a lookup without a lock that keeps
  the block as it was.
* **Each delayed block has one reserved block** (`i_reserved_data_blocks`). RSV-COUNT is broken if
  more is released than is reserved (the kernel warns in `ext4_da_release_space` or
  `ext4_da_update_reserve_space`), or if more is reserved than any delayed entry or dirty page will
  ever release, which the kernel finds when it frees the inode. Until v4.19 the delayed buffers of
  dirty pages count (`reservations=buffers`): a direct write into a block that a store has reserved
  meanwhile allocates it and leaves the reservation behind (D6). From v4.20 on the entries of the ES
  tree count (b6bf9171ef5c, 8fcc3a580651), from v6.12 on their replacement too (c543e2429640). A
  state stores only the difference between the count and what is due, so that scripts without delayed
  data pay nothing. Until v3.18 the kernel also reserves blocks for metadata, which the model does
  not.
* **A cluster is reserved once** (`cluster 2` or `cluster 4`, bigalloc), and a block gets its place in
  the physical cluster of its neighbours (`get_implied_cluster_alloc`, read in v4.9 and in a kernel of v3.15 to v3.18),
  which is free when the file has no block in it any more. Until v4.19 a delayed write looks for
  delayed entries in its cluster, and not for allocated blocks; until v3.18 it does not look at all if
  the ES tree knows the hole (cbd7584e6ead). Writeback releases the reservation of a cluster with its
  last delayed entry (`get_reserved_cluster_alloc`), from v4.1 on (9d21c9fa2cc2, here with the row
  `v4.13`) not if the cluster was allocated before: reservations stay behind, RSV-COUNT. From v4.20 on
  no allocated cluster is reserved (0b02f4c0d6d9), an allocated cluster with delayed blocks is pending
  (1dc0aa46e74a), and one is reserved again when its last allocated block goes (f456767d3391). In all
  kernels a delayed entry that is lost counts wrongly: where D4 breaks KEEP-DELAYED, the next write
  into its cluster reserves it again. RSV-COUNT calls a count too large only when no delayed data is
  left in the file, since writeback or truncate may still make it right. Punch has clusters from v3.11
  on (d23142c6271c). `v2.6.35` has no bigalloc and runs such a script without clusters. Scripts with
  clusters have no collapse range, insert range and `move_extents`, and no `allow enospc`. The bugs of
  partial clusters in `ext4_ext_rm_leaf` (until v4.0) are not modelled.
* **A delayed write holds `i_data_sem` for reading while it inserts its entry** (`delay_lock`), until
  v6.7. A buffered read or a page fault that has found a hole caches it in a step of its own, if
  another thread writes through the page cache, and may wipe out the entry of a block that was
  delayed meanwhile (acf795dc161f): fiemap and seeks then call dirty data a hole (D4,
  KEEP-DELAYED), and from v4.20 on a truncate leaves its reservation behind (D5). A dirty page keeps
  its buffer, so writeback still allocates the block. fiemap and direct reads cache their holes in
  one step with the lookup.
* **A commit waits for the data of newly written blocks** (`data=ordered`, knob `ordered`). Until v3.7
  those are the blocks of writeback and of write calls; from v3.8 (f3b59291a69d; read in v3.8, v3.9,
  v3.10, v3.11, v3.15 and v4.4) to v4.6 only those of write calls without delayed allocation, so that a power cut may show what a
  block held before writeback took it (NO-STALE-CRASH). From v4.7 on all count, those of page faults
  without delayed allocation too (06bd3c36a733). Under dioread_nolock blocks are written only after
  their data.
* **An AIO write whose bio failed is converted anyway** until v4.5 (`failed_dio`): `dio_complete` calls
  `->end_io` with the bytes that it has submitted. The event has the error, and the file shows what
  the blocks held (NO-STALE). A synchronous write converts only if it succeeds.
* **FUA** (`fua`): a device with FUA makes an O_DSYNC write over written blocks durable with its bio,
  and no sync follows, unless the running transaction has something that the data needs
  (`IOMAP_F_DIRTY`). The rows have a device without FUA. `fua=always` leaves out that condition: an
  overwrite of blocks whose conversion is not committed then breaks OSYNC-DURABLE. O_SYNC always
  syncs.
* **If a bio is done before `io_submit` drops its own reference, the submitter completes it**
  (`drop_refcount` in fs/direct-io.c, `__iomap_dio_rw`), if the script says `allow quick`. From v3.11
  on the write is then finished as a synchronous one is, including its conversion. Until v3.10
  `ext4_end_io_dio` is called as for a synchronous write, and lists the conversion without an iocb: the
  write is acknowledged before it, and a locked read returns zeroes (RAW). Without `allow quick` the
  irq completes every AIO.
* **Completion inline or by the caller** (v6.6) changes no verdict here: a read completes in one step
  anyway, a libaio write always goes through `s_dio_done_wq`, and `IOCB_DIO_CALLER_COMP` is set by
  io_uring only.
* **An overwrite under dioread_nolock drops `i_mutex` before it submits** (`overwrites`; 4bd809dbbf17,
  v3.6), and holds `i_data_sem` for reading meanwhile. It puts its io_end, or none if it is synchronous,
  into the inode, where the mapping of an AIO write looks for the io_end that it marks for conversion
  (`ext4_inode_aio`; read in v3.8 and v4.4). An AIO write into unwritten blocks that maps after that is
  acknowledged without a conversion, and its data is never read (RAW, FSYNC-DURABLE). From v4.5 on
  each write has its own (74dae4278546).
* **Zero range removes its blocks' entries from the ES tree first** in v3.15 and v3.16; from v3.18 to
  v4.0 it removes all entries of the inode afterwards (`+zero_forgets`), also those of delayed data
  elsewhere, which fiemap and seeks then call a hole (KEEP-DELAYED). v4.2 and v4.4 remove none.
* **While blocks of a range go, readers under dioread_nolock take the lock**
  (`EXT4_STATE_DIOREAD_LOCK`, 1c9114f9c0f1 in v3.7). Truncate keeps them out only while it waits
  (1b65007e9870).
* **fdatasync commits a punch or a zero range only from v4.12 on** (`range_datasync`, 67a7d5f561f4,
  generic/392), unless the size changed too.
* **A store into a shared mapping is of a whole block**, and done with its fault: the page is looked up
  and read under its lock, then `ext4_page_mkwrite` waits for its writeback, looks at `i_size`, reserves
  or allocates, and makes it dirty. No `i_mutex` is taken. A page that is dirty when a punch frees its
  written block stays mapped to it, and its writeback goes there: R4, until v4.4. A buffered read
  takes the same locks, but for `i_mmap_sem`.
* **A store beside a direct write to the same block** is ordered by nobody. A write call has the inode's
  lock after the direct write's submission, and so is the later one; a store has no lock. A reader
  that knows that the direct write is done may see the store: RAW in every kernel, as open(2) warns.
  What survives an fsync or O_(D)SYNC is either, and breaks no promise.
* **`nodelalloc` allocates in the write itself**, or in the fault: unwritten under dioread_nolock, else
  written at once, and then the commit writes the pages first and waits for them (`data=ordered`).
  From v5.6 on `nodelalloc` turns dioread_nolock off (`ext4_should_dioread_nolock`, 244adf6426ee;
  here with the row `v5.5`).
* **Writeback of delayed data may find no room** (`allow enospc`; a reservation should prevent it): the
  pages are thrown away, and whoever runs the writeback gets the error. Where that is the flusher, no
  fsync hears of it: D3, ERR-REPORT in every kernel.
* **Direct writes may begin and end in the middle of a block**, and each half has its content and its
  promises. A write into a new or unwritten block fills the other half with zeroes
  (`dio_zero_block`, `iomap_dio_zero`), in the same bio. `unaligned` says what keeps two such writes
  apart: nothing until v2.6.37; AIO that begins inside the file waits until `i_unwritten` is 0, under
  `ext4_aio_mutex` (e9e3bcecf44c, v2.6.38), in `v4.13` under the inode's lock; from v5.5 on the write
  has `i_rwsem` exclusively, waits for direct IO and for its own bio, from v6.5 on only if it zeroes
  (310ee0902b8d). In v5.5 itself a synchronous write does not wait for others; `v5.5` follows v5.6. A
  synchronous write waits for no AIO until v5.4, and zeroes what an AIO write is about to put there:
  U2. `i_size` counts whole blocks, so an append of half a block grows the file to the end of the
  block. Reads and buffered writes are of whole blocks.
* **fiemap and SEEK_DATA find delayed blocks only in the ES tree**. If they report a block with a
  dirty page as a hole, KEEP-DELAYED is broken. A shrinker that frees the entry of such a block
  breaks it too (`+shrink_delayed`, which is in no kernel).
* **A small journal** (`journal N`) follows `add_transaction_credits` of fs/jbd2/transaction.c
  v3.12: a handle that finds the transaction full asks for its commit and waits; half of a
  transaction can be reserved; the next transaction starts with the reserved credits. A reserved
  handle joins even a locked transaction. Only with a small journal does a buffered write hold its
  handle in a separate step while it waits for its page; otherwise no commit waits for that handle.
  The resulting deadlocks (`tests/data/features.txt`, `journal` and `queue`) are v3.11's reasons for
  reserved handles and for two workqueues.

## What the comparison with running kernels found

`docs/conformance.md` describes the comparison of the machine with traces of 6.1 and 6.12. It found
seven errors of the machine, which are fixed:

* A miss in a hole caches the whole gap between two extents, up to the delayed blocks in it, and not
  only the requested piece (from v3.19 on in the model; 6.1.192 was read and traced).
* Writeback of pages over written blocks looks into neither tree, because their buffers are mapped.
* A truncation that grows the file frees nothing (from v4.1 on, here with the row `v4.13`). The
  machine freed what was allocated beyond the new size, as until v4.0.
* A zero range over delayed blocks leaves them UNWRITTEN and DELAYED until v6.11, as fallocate does.
* SEEK_DATA and SEEK_HOLE cache each extent that they look up to its end, or to the end of the file,
  and not only the block at which they stop.
* With `nodelalloc`, a buffered write allocates written blocks even under dioread_nolock.
* Collapse range does not write the dirty pages of its range from v4.5 on (32ebffd3bbb4), except the
  page with its first byte. The machine wrote all of them, as until v4.4.

Behaviour of the kernel that the machine does not have:

* A read of a leaf of the disk tree caches all its extents (`ext4_cache_extents`), and an extent in
  the inode is cached at each lookup. The machine's disk tree has no leaves.
* `drop_caches 2` scans twice as many entries as there are, in rounds of 128. An entry that was
  looked up is spared once in each round, so a file system with at most 64 entries loses none of
  them.
* Without dioread_nolock, writeback into unwritten blocks may also write zeroes into the blocks
  beside, up to 32 KiB, and mark them written too (`ext4_ext_convert_to_initialized`).
* A direct read that begins before the end of the file maps its whole range.
* `s_dio_done_wq` starts another kworker whenever one sleeps, so eight O_DSYNC writes sync at the
  same time. The machine has one for each slot of the AIO context, and at least three.
* POSIX_FADV_DONTNEED of dirty pages, and what precaching (`EXT4_IOC_PRECACHE_EXTENTS`) reads from
  leaves. `EXT4_IOC_CLEAR_ES_CACHE` has no operation; two runs of the shrinker leave the same tree.
* While a commit is written, new handles start in the next transaction; in the machine they wait for
  the end of the commit.

## What is not modelled

* Blocks smaller than pages, and parts of a block other than its halves.
* The end of an AIO overwrite's submission, at which it takes `i_mutex` again and drops it.
* Journal space beyond one transaction: with `journal N` credits are counted in handles, all of one
  size, and given back only where a handle changes nothing (a delayed write); checkpoints and revoke
  records are not modelled.
* Promises of a write that another write overtakes on the device before its acknowledgement.
* The merging of unwritten extents of the disk tree in later kernels, v5.5 among them, except at the
  submission of a direct write (`ext4_can_extents_be_merged`). In the model they stay as submission
  split them, as in v3.9 (ec22ba8edb50), and a lookup ends at the end of an extent.
* Reserved metadata blocks (until v3.18).
* Bios that are prepared and not submitted. In the model a bio is submitted in the step that prepares
  it. From v3.11 on `ext4_writepages` puts pages over written blocks into a bio, maps the extent after
  them, stops its handle, and then submits. Two deadlocks need that: memory for the extent is charged to
  a cgroup, whose reclaim waits for PageWriteback of those pages (v3.6 to v4.1; ecf5fc6e9654), and the
  handle is synchronous, so that its stop waits for a commit (until v4.6; 646caa9c8e19).
* The error that fsync returns from v4.16 on if a direct write could not drop a dirty page
  (`dio_warn_stale_pagecache`, 5a9d929d6e13), and the buffered write that takes the place of a direct
  one if pages are dirty again before it (`-EBUSY`, `-ENOTBLK`). Either would only make fsync promise
  less, or end a race.
* The plug of `io_submit`. The bios of a batch may complete one by one, as on a device that does not
  merge requests. A plug would only remove interleavings.
* Errors of `io_submit` other than `-EAGAIN`, which a full context gives.
";
