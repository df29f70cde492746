//! Small scripts of tree operations and their expected results, as text. They cover the cases that
//! no golden trace covers.
//!
//! A script is a list of calls separated by `;`, with ranges as `first..last`:
//!
//! ```text
//! ins [0/8) W@100      disk [0/8) U@100     cache [0/8) H       insdel 3 / insdel 3..5
//! rem 2..5             look 3               find 3..9           reclaim 4
//! conv5 0..7           conv 0..7            dirty 0..7          clean 0..7
//! nomem 1+2 (allocations 1 and 2 fail from here)                clear
//! ```
//!
//! A call that fails ends with `!`. The result is the tree, then what was asked for.

#![expect(clippy::unwrap_used, reason = "scripts are part of the test")]

use extentscope::es::{
    Convert, DirtyBit, Es, EsError, EsOp, EsSuper, Extent, Flat, Matching, Memory, NoMemory, Reply,
    Rules, Status, Store, Tree, Version,
};

/// Versions with all statuses.
const ALL: [Version; 5] =
    [Version::V3_9, Version::V3_11, Version::V3_19, Version::V6_5, Version::V6_12];

/// Versions in which a type may be UNWRITTEN and DELAYED at once.
const MIXED: [Version; 4] = [Version::V3_9, Version::V3_11, Version::V3_19, Version::V6_5];

#[test]
fn inserts_merge_and_overwrite_and_removes_split() {
    let all = |script: &str, expect: &str| check_versions(&ALL, script, expect);
    all("ins [0/8) W@100; ins [8/8) W@108", "[0/16) W@100");
    all("ins [0/8) W@100; ins [8/8) W@200", "[0/8) W@100  [8/8) W@200");
    all("ins [0/8) W@100; ins [8/8) U@108", "[0/8) W@100  [8/8) U@108");
    let delayed = "insdel 0..3; insdel 8..11; insdel 4..7";
    check_versions(&[Version::V3_9, Version::V3_11, Version::V6_12], delayed, "[0/12) D");
    check_versions(&MIXED, "ins [0/4) D; ins [8/4) D; ins [4/4) D", "[0/12) D");
    let v5 = "ins [0/16) U@1000; ins [4/4) W@1004";
    all(v5, "[0/4) U@1000  [4/4) W@1004  [8/8) U@1008");
    all(&format!("{v5}; ins [0/4) W@1000; ins [8/8) W@1008"), "[0/16) W@1000");
    all("ins [0/16) W@1000; rem 4..7", "[0/4) W@1000  [8/8) W@1008");
    all("ins [0/16) W@1000; rem 0..3", "[4/12) W@1004");
    all("ins [0/16) W@1000; rem 12..20", "[0/12) W@1000");
    check_versions(
        &MIXED,
        "ins [0/4) W@10; ins [4/4) H; ins [8/4) U@20; ins [12/4) D; rem 2..13",
        "[0/2) W@10  [14/2) D",
    );
    check_versions(&MIXED, "ins [0/8) UD@50; ins [8/8) UD@58", "[0/16) UD@50");
    check_versions(&MIXED, "ins [0/8) UD@50; ins [8/8) UD@70", "[0/8) UD@50  [8/8) UD@70");
    check_versions(&MIXED, "ins [0/16) D; ins [4/8) U@500", "[0/4) D  [4/8) U@500  [12/4) D");
    check_versions(&MIXED, "ins [0/8) H; ins [8/8) D; ins [0/8) D", "[0/16) D");
    all("ins [0/8) W@100; rem 2..3; ins [2/2) W@102", "[0/8) W@100");
}

/// The kernel exposes the value that its callers passed as the physical block of a hole: all ones.
#[test]
fn conversion_as_posted_keeps_its_defects() {
    let u8 = "ins [0/8) U@1000";
    for (script, expect) in [
        (format!("{u8}; conv5 0..7"), "[0/8) W@1000"),
        (format!("{u8}; conv5 0..3"), "[0/4) W@1000  [4/4) U@1004"),
        (format!("{u8}; conv5 2..5"), "[0/2) U@1000  [2/4) W@1002  [6/2) U@1006"),
        (format!("{u8}; conv5 4..7"), "[0/4) U@1000"),
        (
            format!("{u8}; ins [8/8) U@2000; conv5 4..11"),
            "[0/4) U@1000  [8/4) W@2000  [12/4) U@2004",
        ),
        (
            "ins [0/4) U@1000; ins [4/4) H; ins [8/4) U@2000; conv5 0..11".into(),
            "[0/4) W@1000  [4/4) W@1152921504606846975  [8/4) W@2000",
        ),
        ("ins [16/4) U@1000; conv5 0..7".into(), "[16/4) U@1000"),
        // Statuses that are stored in place are not merged.
        ("ins [0/4) W@1000; ins [4/4) U@1004; conv5 4..7".into(), "[0/4) W@1000  [4/4) W@1004"),
        // No memory in the interrupt: the middle needs two nodes, and either failure restores the
        // tree.
        (format!("{u8}; nomem 1+1; conv5 2..5!"), "[0/8) U@1000"),
        (format!("{u8}; nomem 2+1; conv5 2..5!"), "[0/8) U@1000"),
        (format!("{u8}; nomem 1+1; conv5 0..3!"), "[0/8) U@1000"),
    ] {
        check_versions(&[Version::V3_9], &script, expect);
    }
}

#[test]
fn conversion_corrected() {
    let u8 = "ins [0/8) U@1000";
    for (script, expect) in [
        (format!("{u8}; conv 0..7"), "[0/8) W@1000"),
        (format!("{u8}; conv 0..3"), "[0/4) W@1000  [4/4) U@1004"),
        (format!("{u8}; conv 2..5"), "[0/2) U@1000  [2/4) W@1002  [6/2) U@1006"),
        (format!("{u8}; conv 4..7"), "[0/4) U@1000  [4/4) W@1004"),
        (
            format!("{u8}; ins [8/8) U@2000; conv 4..11"),
            "[0/4) U@1000  [4/4) W@1004  [8/4) W@2000  [12/4) U@2004",
        ),
        (
            "ins [0/4) U@1000; ins [4/4) H; ins [8/4) U@2000; conv 0..11".into(),
            "[0/4) W@1000  [4/4) H  [8/4) W@2000",
        ),
        ("ins [16/4) U@1000; conv 0..7".into(), "[16/4) U@1000"),
        ("ins [0/4) W@1000; ins [4/4) U@1004; conv 4..7".into(), "[0/8) W@1000"),
        ("ins [0/4) UD@1000; conv 0..3".into(), "[0/4) UD@1000"),
        (format!("{u8}; nomem 1+1; conv 2..5!"), "[0/8) U@1000"),
        (format!("{u8}; nomem 2+1; conv 2..5!"), "[0/8) U@1000"),
        (format!("{u8}; nomem 1+9; conv 0..7"), "[0/8) W@1000"),
    ] {
        check_versions(&[Version::V3_9], &script, expect);
    }
}

/// The preset H-c: an AIO write was acknowledged, its conversion is pending, and memory gets short.
#[test]
fn the_dirty_bit_in_both_readings() {
    let check = |bit, script: &str, expect: &str| {
        check_rules(&Version::V3_9.rules().with_dirty_bit(bit), script, expect);
    };
    // Submit, complete and convert early, then reclaim: only `pending` keeps the entry.
    let acked = "ins [0/8) U@1000; dirty 0..7; conv 0..7";
    for (bit, before, after) in [
        (DirtyBit::No, "[0/8) W@1000", "(empty)"),
        (DirtyBit::UnwrittenOnly, "[0/8) W@1000", "(empty)"),
        (DirtyBit::Pending, "[0/8) W*@1000", "[0/8) W*@1000"),
    ] {
        check(bit, acked, before);
        check(bit, &format!("{acked}; reclaim 9"), after);
        // A variant: the range is read again from the disk tree, which says U.
        let reread = if bit == DirtyBit::Pending { "[0/8) W*@1000" } else { "[0/8) U@1000" };
        check(bit, &format!("{acked}; disk [0/8) U@1000"), reread);
        // After the disk conversion it is an ordinary entry again.
        check(bit, &format!("{acked}; clean 0..7"), "[0/8) W@1000");
        check(bit, &format!("{acked}; clean 0..7; reclaim 9"), "(empty)");
    }
    // Between submission and completion, both readings keep the UNWRITTEN entry.
    let submitted = "ins [0/8) U@1000; dirty 2..5";
    for bit in [DirtyBit::UnwrittenOnly, DirtyBit::Pending] {
        check(bit, submitted, "[0/2) U@1000  [2/4) U*@1002  [6/2) U@1006");
        check(bit, &format!("{submitted}; reclaim 9"), "[2/4) U*@1002");
        check(bit, &format!("{submitted}; clean 2..5"), "[0/2) U@1000  [2/4) W@1002  [6/2) U@1006");
    }
    check(DirtyBit::No, submitted, "[0/8) U@1000");
    let check = |script: &str, expect: &str| check(DirtyBit::Pending, script, expect);
    // Extents that were read from disk do not overwrite a dirty entry.
    check(
        "ins [0/8) U@1000; conv 2..3; conv 6..6; rem 0..1; rem 4..5; disk [0/10) U@1000",
        "[0/2) U@1000  [2/2) W*@1002  [4/2) U@1004  [6/1) W*@1006  [7/3) U@1007",
    );
    check("ins [4/4) W*@10; disk [0/16) H", "[0/4) H  [4/4) W*@10  [8/8) H");
    check("ins [0/4) W*@10; disk [0/4) H", "[0/4) W*@10");
    // A truncate or a new allocation does overwrite it.
    check("ins [0/8) W*@10; ins [2/2) U@99", "[0/2) W*@10  [2/2) U@99  [4/4) W*@14");
    check("ins [0/8) W*@10; rem 0..3", "[4/4) W*@14");
    // Dirty and clean neighbours do not merge until the bit is cleared.
    check("ins [0/4) W@10; ins [4/4) W*@14", "[0/4) W@10  [4/4) W*@14");
    check("ins [0/4) W@10; ins [4/4) W*@14; clean 4..7", "[0/8) W@10");
    check("ins [0/4) W*@10; ins [4/4) W*@14", "[0/8) W*@10");
    check("ins [0/8) W*@10; clean 2..5", "[0/2) W*@10  [2/4) W@12  [6/2) W*@16");
    check("ins [0/8) W*@10; nomem 2+1; clean 2..5!", "[0/8) W*@10");
    // The posted conversion also sets the mark, and loses its tail.
    check("ins [0/8) U@10; conv5 0..3", "[0/4) W*@10  [4/4) U@14");
    check("ins [0/8) U@10; conv5 4..7", "[0/4) U@10");
}

#[test]
fn dirty_entries_are_not_reclaimable() {
    let rules = Version::V3_19.rules().with_dirty_bit(DirtyBit::Pending);
    let (es, _) = run::<Flat<8>>(&rules, "ins [0/4) W@1; ins [8/4) U@9; ins [16/4) D");
    assert_eq!((es.all_nr(), es.shk_nr()), (3, 2));
    let (es, _) = run::<Flat<8>>(&rules, "ins [0/4) W@1; ins [8/4) U@9; ins [16/4) D; conv 8..11");
    assert_eq!((es.all_nr(), es.shk_nr()), (3, 1));
    let script = "ins [0/4) W@1; ins [8/4) U@9; conv 8..11; clean 8..11";
    assert_eq!(run::<Flat<8>>(&rules, script).0.shk_nr(), 2);
}

/// Quota and second chance of v3.19, in three passes of the shrinker.
#[test]
fn round_robin_reclaim_resumes_and_gives_a_second_chance() {
    let rules = Version::V6_5.rules();
    let start = "[0/4) WR@1  [4/4) D  [8/4) U@9  [12/4) HR";
    let mut es = Flat::<8>::parse(rules, start).unwrap();
    assert_eq!(es.to_string(), start);
    let mut pass = |quota, freed, tree, resume| {
        assert_eq!(es.reclaim(rules, quota).freed, freed);
        assert_eq!((es.to_string().as_str(), es.shrink_lblk()), (tree, resume));
    };
    pass(4, 1, "[0/4) W@1  [4/4) D  [12/4) H", 0);
    pass(2, 1, "[4/4) D  [12/4) H", 12);
    pass(4, 1, "[4/4) D", 0);
}

#[test]
fn reclaim_before_v3_19_frees_from_the_lowest_block() {
    for version in [Version::V3_9, Version::V3_11] {
        let start = "ins [0/4) W@1; ins [4/4) D; ins [8/4) U@9; ins [12/4) H";
        let check = |script: &str, expect: &str| check_versions(&[version], script, expect);
        check(&format!("{start}; reclaim 1"), "[4/4) D  [8/4) U@9  [12/4) H");
        check(&format!("{start}; reclaim 10"), "[4/4) D");
    }
}

/// The reclaim list of v3.11: a use stamps the inode, and the list is sorted when a pass frees
/// nothing.
#[test]
fn the_lazily_sorted_lru_skips_inodes_used_since_the_sort() {
    let rules = Version::V3_11.rules();
    let mut sb = EsSuper::<4>::new();
    let mut inodes = vec![Tree::<()>::new(); 3];
    let mem = &mut Memory::plenty();
    for ino in 0..3 {
        let two = [Extent::new(0, 1, 7, Status::WRITTEN), Extent::new(9, 1, 7, Status::WRITTEN)];
        for extent in two {
            sb.insert(rules, mem, &mut inodes, ino, extent).unwrap();
        }
    }
    sb.apply(rules, mem, &mut inodes, 0, EsOp::Lookup { lblk: 0 }).unwrap();
    let left = |inodes: &[Tree]| inodes.iter().map(Es::shk_nr).collect::<Vec<_>>();
    // All inodes were used since the sort, so nothing is freed. The list is then sorted by last
    // use, and inode 1 is the oldest.
    assert_eq!(sb.shrink(rules, &mut inodes, 1, 0, None), 1);
    assert_eq!((sb.list(), left(&inodes)), (&[1, 2, 0][..], vec![2, 1, 2]));
    // Inode 2 is used, so it is skipped and moves to the tail.
    sb.apply(rules, mem, &mut inodes, 2, EsOp::Lookup { lblk: 0 }).unwrap();
    assert_eq!(sb.shrink(rules, &mut inodes, 2, 0, None), 2);
    assert_eq!((sb.list(), left(&inodes)), (&[0, 2][..], vec![1, 0, 2]));
    // A precached inode comes last. The inode whose lock the caller holds is the last resort.
    inodes[0].set_precached(true);
    assert_eq!(sb.shrink(rules, &mut inodes, 9, 0, None), 2);
    assert_eq!((sb.list(), left(&inodes)), (&[0][..], vec![1, 0, 0]));
    assert_eq!(sb.shrink(rules, &mut inodes, 9, 0, Some(0)), 1);
    assert_eq!(left(&inodes), vec![0, 0, 0]);
}

/// The reaction of each version to a failed allocation.
#[test]
fn failed_allocations() {
    let split = "ins [0/8) W@10; nomem 1+1";
    let delayed = "ins [0/8) D; nomem 1+1";
    let check = check_versions;
    check(&[Version::V3_9], &format!("{split}; rem 2..3!"), "[0/8) W@10");
    check(&[Version::V3_9], "ins [0/8) W@10; nomem 1+1; ins [0/8) H!", "(empty)");
    // The shrinker frees the extent itself, so the second attempt has nothing to split.
    let retry = [Version::V3_11, Version::V3_19];
    check(&retry, &format!("{split}; rem 2..3"), "(empty)");
    check(&retry, &format!("{delayed}; rem 2..3!"), "[0/8) D");
    check(&retry, "nomem 1+1; ins [0/8) W@10", "(empty)");
    check(&retry, "nomem 1+1; ins [0/8) D!", "(empty)");
    check(&retry, "ins [9/1) H; nomem 1+1; ins [0/8) D", "[0/8) D");
    // v6.5: extents that need not be kept are dropped; other calls are repeated with preallocated
    // nodes.
    let drops = [Version::V6_5, Version::V6_12];
    check(&drops, &format!("{split}; rem 2..3"), "[0/2) W@10");
    check(&drops, "insdel 0; insdel 1; nomem 1+9; ins [0/2) H", "(empty)");
    check(&[Version::V6_5], &format!("{delayed}; rem 2..3"), "[0/2) D  [4/4) D");
    check(&[Version::V6_5], "nomem 1+9; ins [0/8) D", "[0/8) D");
    check(&drops, "nomem 1+9; insdel 3", "[3/1) D");
    // v3.10 has the rules of v3.9 with a retry.
    let v3_10 = Version::V3_9.rules().with_no_memory(NoMemory::ShrinkAndRetry(1));
    check_rules(&v3_10, &format!("{split}; rem 2..3"), "(empty)");
    check_rules(&v3_10, "ins [9/1) H; nomem 1+1; ins [0/8) D", "[0/8) D");
}

/// v3.8: delayed extents only, and no removal before an insert.
#[test]
fn v3_8_tolerates_overlaps_by_shape() {
    let v3_8 = Version::V3_8.rules();
    let check = |script: &str, expect: &str| check_rules(v3_8, script, expect);
    check("ins [0/4) W@9", "(empty)");
    check("ins [0/4) D; ins [8/4) D; ins [4/4) D", "[0/12) D");
    check("ins [0/8) D; ins [2/2) D", "[0/8) D");
    check("ins [0/8) D; rem 2..3", "[0/2) D  [4/4) D");
    check("ins [0/8) D; nomem 1+1; rem 2..3!", "[0/8) D");
    check("ins [0/2) D; ins [8/4) D; find 3..4", "[0/2) D  [8/4) D | [8/4) D");
    // Only the red-black tree can tell the result of overlapping ranges.
    let tree = |script| run::<Tree>(v3_8, script).0.to_string();
    assert_eq!(tree("ins [0/4) D; ins [2/6) D"), "[0/8) D");
    assert_eq!(tree("ins [0/4) D; ins [6/4) D; ins [2/5) D"), "[0/7) D  [6/4) D");
    let (_, text) = run::<Flat<4>>(v3_8, "ins [0/4) D; ins [2/6) D!");
    assert_eq!(text, "ShapeDependent");
}

#[test]
fn differences_from_v3_19_on() {
    let old = [Version::V3_9, Version::V3_11];
    let new = [Version::V3_19, Version::V6_5, Version::V6_12];
    check_versions(&old, "ins [0/8) W@1; look 3", "[0/8) W@1 | [0/8) W@1");
    check_versions(&new, "ins [0/8) W@1; look 3; look 3", "[0/8) WR@1 | [0/8) W@1 [0/8) WR@1");
    check_versions(&new, "ins [0/4) W@1; look 3; ins [4/4) W@5", "[0/8) WR@1 | [0/4) W@1");
    check_versions(&new, "ins [0/4) W@1; look 3; ins [0/4) W@1", "[0/4) W@1 | [0/4) W@1");
    // A find has an end from v3.10 on, but the first candidate may lie after it.
    let gap = "ins [0/2) H; ins [8/2) D; find 0..4";
    check_versions(&[Version::V3_9], gap, "[0/2) H  [8/2) D | [8/2) D");
    check_versions(&[Version::V3_11, Version::V6_5], gap, "[0/2) H  [8/2) D | none");
    let first = "ins [8/2) D; find 0..4";
    check_versions(&[Version::V3_9, Version::V3_11, Version::V6_5], first, "[8/2) D | [8/2) D");
    // Caching never overwrites.
    check_versions(&new, "ins [4/4) D; cache [0/8) H; cache [0/4) H", "[0/4) H  [4/4) D");
    check_versions(&[Version::V3_9], "cache [0/4) H", "(empty)");
}

/// v6.12: one insert hands back the reservations of the delayed blocks.
#[test]
fn v6_12_releases_reservations_on_insert() {
    let rules = Version::V6_12.rules();
    let check = |rules: &Rules, script: &str, expect: &str| check_rules(rules, script, expect);
    check(rules, "insdel 0..9; used [2/4) W@5", "[0/2) D  [2/4) W@5  [6/4) D | 4");
    check(rules, "insdel 0..9; rel 8..20", "[0/8) D | 2");
    let clusters = &rules.with_cluster_bits(2);
    // Cluster 1 keeps delayed blocks, so it becomes pending, and its reservation is used up once.
    check(clusters, "insdel 0..9; used [0/5) W@100", "[0/5) W@100  [5/5) D | 2");
    check(clusters, "insdel 0..9; used [0/5) W@100; pend", "[0/5) W@100  [5/5) D | 2 1");
    // The pending reservation pays for the rest of cluster 1; cluster 2 is released.
    check(clusters, "insdel 0..9; used [0/5) W@100; rel 5..9; pend", "[0/5) W@100 | 2 1 -");
}

/// Reservations are counted in an `int` (`struct rsvd_count`), which overflows at half of all
/// blocks.
#[test]
fn a_count_beyond_an_int_is_negative() {
    let all = "ins [0/4294967295) D; rel 0..4294967294";
    let (half, less) = ("0..2147483647", "0..2147483646");
    for version in [Version::V3_19, Version::V6_5] {
        let rules = version.rules();
        check_rules(rules, all, if rules.counts_reserved { "(empty) | -1" } else { "(empty) | 0" });
    }
    let rules = Version::V6_5.rules();
    let part = |range: &str| format!("ins [0/4294967295) D; rel {range}");
    check_rules(rules, &part(half), "[2147483648/2147483647) D | -2147483648");
    check_rules(rules, &part(less), "[2147483647/2147483648) D | 2147483647");
    // The lengths add up although clusters count less, and an insert of v6.12 passes on the same
    // int.
    let two = "ins [0/2147483648) D; ins [2147483650/2147483640) D; rel 0..4294967294";
    check_rules(rules, two, "(empty) | -8");
    check_rules(&rules.with_cluster_bits(4), all, "(empty) | 268435456");
    check_rules(&rules.with_cluster_bits(1), all, "(empty) | -2147483648");
    let insert = "insdel 0..4294967294; used [0/4294967295) H";
    check_rules(Version::V6_12.rules(), insert, "[0/4294967295) H | -1");
}

/// `nr_to_scan` is an `int` too: see [`Es::reclaim`].
#[test]
fn a_negative_quota_means_no_limit_until_v3_18_and_zero_later() {
    let start = "ins [0/4) W@1; ins [4/4) D; ins [8/4) U@9; reclaim";
    for (version, zero, negative) in [
        (Version::V3_9, "[0/4) W@1  [4/4) D  [8/4) U@9", "[4/4) D"),
        (Version::V3_11, "[0/4) W@1  [4/4) D  [8/4) U@9", "[4/4) D"),
        (Version::V6_5, "[0/4) W@1  [4/4) D  [8/4) U@9", "[0/4) W@1  [4/4) D  [8/4) U@9"),
    ] {
        check_versions(&[version], &format!("{start} 0"), zero);
        check_versions(&[version], &format!("{start} -1"), negative);
        let mut inodes = [Tree::<()>::parse(version.rules(), zero).unwrap()];
        let mut sb = EsSuper::<1>::new();
        sb.after(version.rules(), 0, &mut inodes[0], true);
        sb.shrink(version.rules(), &mut inodes[..], -1, 0, Some(0));
        assert_eq!(inodes[0].to_string(), negative, "{version}");
    }
}

#[test]
fn ranges_past_the_last_block_are_refused() {
    for version in Version::ALL {
        let rules = version.rules();
        let mem = &mut Memory::plenty();
        let mut es = Tree::<()>::new();
        let past = Extent::new(u32::MAX, 2, 0, Status::DELAYED);
        assert_eq!(es.insert(rules, mem, past), Err(EsError::Bug));
        assert_eq!(es.remove(rules, mem, 6, u32::MAX), Err(EsError::Bug));
        assert_eq!(es.insert(rules, mem, Extent { len: 0, ..past }), Ok(0));
        assert!(es.is_empty());
    }
}

#[test]
fn a_full_flat_tree_returns_an_error_and_does_not_change() {
    let rules = Version::V6_5.rules();
    let (es, text) = run::<Flat<2>>(rules, "ins [0/1) H; ins [4/1) H; ins [8/1) H!");
    assert_eq!((es.to_string().as_str(), text.as_str()), ("[0/1) H  [4/1) H", "Full"));
    let (es, text) = run::<Flat<1>>(rules, "ins [0/9) H; rem 4..4!");
    assert_eq!((es.to_string().as_str(), text.as_str()), ("[0/9) H", "Full"));
}

/// Runs a script on both storages under some versions, and compares the results.
fn check_versions(versions: &[Version], script: &str, expect: &str) {
    for version in versions {
        check_rules(version.rules(), script, expect);
    }
}

fn check_rules(rules: &Rules, script: &str, expect: &str) {
    let (flat, said) = run::<Flat<16, 8>>(rules, script);
    let (tree, tree_said) = run::<Tree>(rules, script);
    let text = |tree: String, said: String| {
        if said.is_empty() { tree } else { format!("{tree} | {said}") }
    };
    let version = rules.version;
    assert_eq!(text(flat.to_string(), said), expect, "Flat, {version}: {script}");
    assert_eq!(text(tree.to_string(), tree_said), expect, "Tree, {version}: {script}");
}

/// A storage with its tree.
trait Subject {
    type Store: Store + Default;
}

impl<S: Store + Default> Subject for Es<S> {
    type Store = S;
}

/// The tree after a script, and the results of its calls, or the last error.
fn run<T: Subject>(rules: &Rules, script: &str) -> (Es<T::Store>, String) {
    let mut es = Es::new();
    let mut mem = Memory::plenty();
    let mut said = Vec::new();
    for call in script.split(';') {
        let call = call.trim();
        let (call, fails) = call.strip_suffix('!').map_or((call, false), |it| (it, true));
        let (verb, rest) = call.split_once(' ').unwrap_or((call, ""));
        if verb == "nomem" {
            let (n, k) = rest.split_once('+').unwrap();
            mem = Memory::failing(n.parse().unwrap(), k.parse().unwrap());
            continue;
        }
        if verb == "pend" {
            let pending: Vec<_> = es.pending().map(|it| it.to_string()).collect();
            said.push(if pending.is_empty() { "-".into() } else { pending.join(",") });
            continue;
        }
        match es.apply(rules, &mut mem, parse(verb, rest)) {
            Ok(reply) => {
                assert!(!fails, "{call} should fail");
                said.extend(answer(verb, reply));
            }
            Err(error) => {
                assert!(fails, "{call}: {error}");
                if error != EsError::NoMemory {
                    said.push(format!("{error:?}"));
                }
            }
        }
    }
    (es, said.join(" "))
}

fn answer(verb: &str, reply: Reply) -> Option<String> {
    match (verb, reply) {
        ("used" | "rel", Reply::Count(count)) => Some(count.to_string()),
        (_, Reply::Found(found, _)) => Some(found.map_or("none".into(), |it| it.to_string())),
        _ => None,
    }
}

fn parse(verb: &str, rest: &str) -> EsOp {
    let extent = || rest.parse::<Extent>().unwrap();
    let range = || {
        let (first, last) = rest.split_once("..").unwrap_or((rest, rest));
        let first: u32 = first.parse().unwrap();
        (first, last.parse::<u32>().unwrap() - first + 1)
    };
    match verb {
        "ins" | "used" => EsOp::Insert(extent()),
        "disk" => EsOp::InsertFromDisk(extent()),
        "cache" => EsOp::CacheExtent(extent()),
        "clear" => EsOp::Clear,
        "reclaim" => EsOp::Reclaim { nr_to_scan: rest.parse().unwrap() },
        "look" => EsOp::Lookup { lblk: rest.parse().unwrap() },
        "find" => {
            let (lblk, len) = range();
            EsOp::FindRange { matching: Matching::Delayed, lblk, end: lblk + len - 1 }
        }
        "insdel" => {
            let (lblk, len) = range();
            EsOp::InsertDelayed { lblk, len, lclu_allocated: false, end_allocated: false }
        }
        "conv5" | "conv" => {
            let (lblk, len) = range();
            let how = if verb == "conv" { Convert::Corrected } else { Convert::Posted };
            EsOp::ConvertUnwritten { lblk, len, how }
        }
        _ => {
            let (lblk, len) = range();
            match verb {
                "rem" | "rel" => EsOp::Remove { lblk, len },
                "dirty" => EsOp::MarkDirty { lblk, len },
                "clean" => EsOp::ClearDirty { lblk, len },
                _ => panic!("no verb {verb}"),
            }
        }
    }
}
